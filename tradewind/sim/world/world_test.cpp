#include "tradewind/sim/world/fake_network.hpp"
#include "tradewind/sim/world/scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace tradewind::sim::world {
namespace {

using std::chrono::seconds;

TEST(Scheduler, RunsTasksByTimeAndTiesInTheOrderTheyWereScheduled) {
  const Timestamp start = Timestamp::from_ns(1'000);
  Scheduler scheduler{start};
  std::string order;
  scheduler.after(seconds{2}, [&] { order += "c"; });
  scheduler.at(start + seconds{1}, [&] { order += "a"; });
  scheduler.at(start + seconds{1}, [&] { order += "b"; });
  EXPECT_EQ(scheduler.next_due(), start + seconds{1});
  while (scheduler.step()) {}
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(scheduler.now(), start + seconds{2});
  EXPECT_FALSE(scheduler.next_due().has_value());
}

TEST(Scheduler, NeverGoesBackInTime) {
  Scheduler scheduler{Timestamp::from_ns(1'000)};
  bool ran = false;
  scheduler.after(seconds{5}, [&] { scheduler.at(Timestamp::from_ns(0), [&] { ran = true; }); });
  EXPECT_TRUE(scheduler.step());
  const Timestamp then = scheduler.now();
  EXPECT_TRUE(scheduler.step());
  EXPECT_TRUE(ran);
  EXPECT_EQ(scheduler.now(), then);
  EXPECT_FALSE(scheduler.step());
}

struct Delivery {
  std::string text;
  std::vector<std::size_t> sizes;
};
Delivery deliver(std::uint64_t seed, const std::string& text) {
  FakeNetwork network{seed};
  network.to_client.write(as_bytes(text.substr(0, 10)));
  network.to_client.write(as_bytes(text.substr(10)));
  EXPECT_FALSE(network.is_quiet());
  Delivery delivery;
  while (!network.is_quiet()) {
    const auto piece = network.to_client.read();
    delivery.text += as_text(piece);
    delivery.sizes.push_back(piece.size());
  }
  return delivery;
}

TEST(FakeNetwork, DeliversEveryByteInOrderInPiecesThatTheSeedDecides) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += std::to_string(i) + ",";
  std::set<std::vector<std::size_t>> cuts;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Delivery delivery = deliver(seed, text);
    EXPECT_EQ(delivery.text, text);
    EXPECT_EQ(delivery.sizes, deliver(seed, text).sizes);
    EXPECT_GT(delivery.sizes.size(), 2U);
    cuts.insert(delivery.sizes);
  }
  EXPECT_EQ(cuts.size(), 20U);
}

TEST(FakeNetwork, KeepsItsDirectionsApart) {
  FakeNetwork network{1};
  network.to_server.write(as_bytes("x"));
  EXPECT_TRUE(network.to_client.read().empty());
  EXPECT_EQ(network.to_server.read().size(), 1U);
  EXPECT_TRUE(network.is_quiet());
}

}  // namespace
}  // namespace tradewind::sim::world
