// Faults of the connection itself, as those see them who own the transport: attempts that are refused, bytes that nobody
// takes, connections that end together or alone.

#include "tests/support/gateway_rig.hpp"
#include "tests/support/order_for_spy.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using testing::kOpen;
using testing::Peer;
using testing::World;

struct Faulty : World {
  explicit Faulty(std::uint64_t seed = 1) : World{{.fault_seed = seed}} {}
  void inject(const char* fault, std::optional<std::int32_t> client = {}, std::size_t times = 1) {
    EXPECT_TRUE(gateway.injector()->inject(fault, client, times).has_value());
  }
  [[nodiscard]] std::uint64_t fired(std::size_t fault) { return gateway.injector()->fired(fault); }
  // How long attempts are refused from now on, to the second.
  Duration refused_for() {
    const Timestamp begin = now;
    while (gateway.refuses(now)) to(now + 1s);
    return now - begin;
  }
};

tws::PlaceOrderRequest resting(std::int32_t id) {
  tws::PlaceOrderRequest order = testing::order_for_spy(id, "BUY", 10, "LMT", "GTC");
  order.order.lmt_price = Price::of(90);
  return order;
}

void leave(Faulty& world, const Peer& peer) { world.gateway.disconnected(peer.id); }

TEST(RefusedAttempts, NoneWithoutFaults) {
  World world;
  EXPECT_FALSE(world.gateway.refuses(world.now));
  EXPECT_TRUE(world.gateway.reads(Peer(world, 7).id));
}

TEST(RefusedAttempts, BeginAtOnceAndLastForMinutes) {
  Faulty world;
  EXPECT_FALSE(world.gateway.refuses(world.now));
  Peer peer{world, 7};
  world.inject("F001");
  EXPECT_TRUE(world.gateway.refuses(world.now));
  EXPECT_FALSE(peer.ask(tws::CurrentTimeRequest{}).empty()) << "who is there goes on";
  EXPECT_EQ(Peer(world, 8).why_closed(), "the gateway refuses connections") << "who does not ask is closed";
  ASSERT_TRUE(world.gateway.wake_at().has_value());
  const Duration time = world.refused_for();
  EXPECT_GE(time, 1min);
  EXPECT_LE(time, 30min);
  EXPECT_EQ(Peer(world, 9).why_closed(), "");
}

TEST(RefusedAttempts, WakeTheirOwnerWhenTheyEnd) {
  Faulty world;
  world.inject("F001");
  ASSERT_TRUE(world.gateway.refuses(world.now));
  world.to(kOpen + 299min);  // the market is over before
  const Timestamp late = kOpen + 10h;
  world.to(late);
  Peer peer{world, 7};
  world.inject("F001");
  ASSERT_TRUE(world.gateway.refuses(world.now));
  std::optional<Timestamp> next;
  while (world.gateway.refuses(world.now)) {
    next = world.gateway.wake_at();
    ASSERT_TRUE(next.has_value());
    ASSERT_GT(*next, world.now);
    world.to(*next);
  }
  EXPECT_GE(world.now, late + 1min);
  EXPECT_LE(world.now, late + 30min);
}

TEST(RefusedAttempts, OfOneClientBeginWhenItHasGone) {
  Faulty world;
  Peer seven{world, 7};
  Peer eight{world, 8};
  world.inject("F001", 7);
  EXPECT_FALSE(world.gateway.refuses(world.now));
  leave(world, eight);
  EXPECT_FALSE(world.gateway.refuses(world.now));
  leave(world, seven);
  EXPECT_TRUE(world.gateway.refuses(world.now));
}

TEST(RefusedAttempts, ThreeOfThemAreThreeThatCanBeSeen) {
  Faulty world;
  world.inject("F001", {}, 3);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(world.gateway.refuses(world.now));
    EXPECT_EQ(world.fired(faults::at("F001")), static_cast<std::uint64_t>(i));
    EXPECT_LE(world.refused_for(), 30min);
    EXPECT_FALSE(world.gateway.refuses(world.now)) << "somebody must get in between";
    EXPECT_EQ(Peer(world, i).why_closed(), "");
  }
  EXPECT_FALSE(world.gateway.refuses(world.now));
}

// F010: what comes nevertheless, since it was on its way out of the socket, waits with the gateway.
TEST(UnreadBytes, AreTakenWhenTheTimeIsUp) {
  Faulty world;
  Peer peer{world, 7};
  world.inject("F010", 7);
  EXPECT_FALSE(peer.ask(tws::CurrentTimeRequest{}).empty());
  const Timestamp begin = world.now;
  EXPECT_FALSE(world.gateway.reads(peer.id));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(peer.ask(tws::CurrentTimeRequest{}).empty());
  while (!world.gateway.reads(peer.id)) {
    ASSERT_TRUE(peer.lines().empty());
    world.to(world.gateway.wake_at().value());
  }
  EXPECT_GE(world.now, begin + 30s);
  EXPECT_LE(world.now, begin + 120s);
  EXPECT_EQ(peer.lines().size(), 2U);
}

// Those that had been read were handled in the middle of a step, those in the socket after it.
TEST(UnreadBytes, AreTakenAfterTheStepWhereverTheyHaveWaited) {
  std::array<std::vector<std::string>, 2> heard;
  for (const bool in_socket : {false, true}) {
    Faulty world;
    Peer peer{world, 7};
    world.inject("F010", 7);
    EXPECT_FALSE(peer.ask(tws::CurrentTimeRequest{}).empty());
    if (!in_socket) peer.send(tws::CurrentTimeRequest{});
    world.to(kOpen + 10min);
    ASSERT_TRUE(world.gateway.reads(peer.id));
    if (in_socket) peer.send(tws::CurrentTimeRequest{});
    heard[in_socket ? 1 : 0] = peer.lines();
  }
  EXPECT_EQ(heard[0].size(), 1U);
  EXPECT_EQ(heard[0], heard[1]);
}

// They were counted, and filled nothing.
TEST(FaultsThatFill, WaitForAnOrderThatCanFill) {
  Faulty world;
  std::optional<Peer> peer{std::in_place, world, 7};
  const auto status = [&] { return world.gateway.desk().live_orders().begin()->second->status; };
  world.to(kOpen + 150min + 10min);  // ten minutes after the close
  peer->send(resting(1));
  ASSERT_EQ(world.gateway.desk().live_orders().size(), 1U);
  EXPECT_EQ(status(), "PreSubmitted");
  for (const char* fault : {"F080", "F086", "F105"}) world.inject(fault, 7);
  leave(world, *peer);
  EXPECT_EQ(world.fired(faults::at("F086")), 0U);
  EXPECT_EQ(status(), "PreSubmitted");

  peer.emplace(world, 7);
  peer->send(resting(2));
  ASSERT_EQ(world.gateway.desk().live_orders().size(), 2U);
  EXPECT_EQ(peer->ask(tws::CancelOrderRequest{.order_id = 2, .order_cancel = {}}),
            std::vector<std::string>{"error 2 202 Order Canceled - reason:"});
  EXPECT_EQ(world.fired(faults::at("F080")), 0U);
  EXPECT_EQ(world.gateway.desk().live_orders().size(), 1U);
}

TEST(FaultsThatFill, FillAnOrderThatCanFill) {
  Faulty world;
  Peer peer{world, 7};
  world.to(kOpen + 10min);
  peer.send(resting(1));
  world.inject("F086", 7);
  leave(world, peer);
  world.to(kOpen + 20min);
  EXPECT_EQ(world.fired(faults::at("F086")), 1U);
  EXPECT_TRUE(world.gateway.desk().live_orders().empty());
}

TEST(Restart, EndsAllConnectionsAtAnOrderAndKeepsWhatThereWas) {
  int reached = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Faulty world{seed};
    Peer seven{world, 7};
    Peer eight{world, 8};
    seven.send(resting(1));
    ASSERT_EQ(world.gateway.desk().live_orders().size(), 1U);
    static_cast<void>(seven.hear());
    world.inject("F016");
    seven.send(resting(2));
    EXPECT_EQ(seven.hear(), "") << "nothing is said of the order";
    EXPECT_EQ(seven.why_closed(), "the gateway restarts");
    EXPECT_EQ(eight.why_closed(), "the gateway restarts");
    const std::size_t live = world.gateway.desk().live_orders().size();
    EXPECT_TRUE(live == 1 || live == 2);
    reached += live == 2 ? 1 : 0;
    EXPECT_TRUE(world.gateway.refuses(world.now));
    const Duration time = world.refused_for();
    EXPECT_GE(time, 1min);
    EXPECT_LE(time, 5min);
    EXPECT_EQ(Peer(world, 7).why_closed(), "") << "the client id is free";
  }
  EXPECT_GT(reached, 0);
  EXPECT_LT(reached, 20) << "half of them come too late";
}

// A program with two connections, both of which ask for the time each second.
struct Program {
  Faulty world;
  std::array<std::unique_ptr<Peer>, 2> peers;
  std::string story;
  std::uint64_t one_ended = 0;
  std::uint64_t both_ended = 0;

  Program(std::int64_t millionths, std::uint64_t seed) : world{seed} {
    EXPECT_TRUE(world.gateway.injector()->set({"F026", millionths}).has_value());
    connect(0);
    connect(1);
  }
  void connect(std::size_t which) { peers[which] = std::make_unique<Peer>(world, 7 + static_cast<int>(which)); }
  bool lives(std::size_t which) {
    Peer& peer = *peers[which];
    return !peer.ask(tws::CurrentTimeRequest{}).empty() && peer.why_closed().empty();
  }
  void second() {
    world.to(world.now + 1s);
    const bool first = lives(0);
    const bool second = lives(1);
    story += fmt::format("{}{} ", first ? "+" : "-", second ? "+" : "-");
    if (first && second) return;
    const std::size_t other = first ? 0 : 1;
    ++(lives(other) ? one_ended : both_ended);
    leave(world, *peers[1 - other]);
    connect(1 - other);
  }
};

// F026, as an observer counts it; see sim_faults_test.
TEST(OneOfTwoConnections, EndsAndTheOtherGoesOnAHundredTimes) {
  Program usual{0, 5};
  for (int i = 0; i < 200; ++i) usual.second();
  EXPECT_EQ(usual.one_ended + usual.both_ended, 0U) << "it is seen without the fault";

  Program program{100'000, 5};
  int seconds = 0;
  for (; seconds < 5'000 && program.one_ended < 100; ++seconds) program.second();
  const std::uint64_t fired = program.world.fired(faults::at("F026"));
  fmt::print("F026: fired {}, seen {} times in {} seconds\n", fired, program.one_ended, seconds);
  EXPECT_GE(program.one_ended, 100U);
  EXPECT_EQ(program.both_ended, 0U);
  EXPECT_LE(fired - program.one_ended, 1U) << "the last one is not seen yet";

  Program again{100'000, 5};
  for (int i = 0; i < seconds; ++i) again.second();
  EXPECT_EQ(again.story, program.story);
}

TEST(OneOfTwoConnections, EndsForNobodyWhoIsAlone) {
  Faulty world;
  Peer peer{world, 7};
  world.inject("F026");
  EXPECT_FALSE(peer.ask(tws::CurrentTimeRequest{}).empty());
  EXPECT_EQ(peer.why_closed(), "");
  const testing::Wire stranger{world};  // has not said who it is
  EXPECT_FALSE(peer.ask(tws::CurrentTimeRequest{}).empty());
  EXPECT_EQ(peer.why_closed(), "");
  EXPECT_EQ(world.fired(faults::at("F026")), 0U);
}

}  // namespace
}  // namespace tradewind::sim::gateway
