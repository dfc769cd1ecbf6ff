// Whole sessions of one engine against the simulated gateway, with kills and broken connections at random moments. Every
// fill must be booked once, and our books must equal the gateway's.

#include "tests/simulation/engine_world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tradewind::testing {
namespace {

std::uint64_t seeds(std::uint64_t usual) {
  const char* wanted = std::getenv("TRADEWIND_SIMULATION_SEEDS");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

TEST(EngineSimulation, TradesAndAgreesWithTheGateway) {
  EngineWorld world{{.seed = 5}};
  world.start();
  world.run_for(60s);
  EXPECT_EQ(world.engine().state(), engine::State::ready) << world.engine().state_reason();
  EXPECT_GT(world.engine().counters().orders_sent, 100U);
  EXPECT_GT(world.engine().ledger().fill_count(), 50U);
  ASSERT_TRUE(world.stop()) << world.engine().state_reason();
  EXPECT_EQ(world.differences(), "");
  EXPECT_TRUE(world.complaints().empty()) << world.complaints().front();
}

TEST(EngineSimulation, NoFillIsLostOrBookedTwiceHoweverOftenTheEngineIsKilled) {
  std::uint64_t kills = 0;
  std::uint64_t fills = 0;
  for (std::uint64_t seed = 1; seed <= seeds(40); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    EngineWorld world{{.seed = seed}};
    world.start();
    for (int i = 0; i < 12; ++i) {
      world.run_for(Duration{static_cast<std::int64_t>(world.rng().below(4'000'000'000))});
      if (world.rng().one_in(2)) {
        world.kill();
        ++kills;
        world.run_for(Duration{static_cast<std::int64_t>(world.rng().below(3'000'000'000))});
        world.start();
      } else {
        world.break_connection();
      }
    }
    world.run_for(40s);
    ASSERT_EQ(world.engine().state(), engine::State::ready) << world.engine().state_reason();
    ASSERT_TRUE(world.stop()) << world.engine().state_reason();
    ASSERT_EQ(world.differences(), "");
    ASSERT_TRUE(world.complaints().empty()) << world.complaints().front();
    fills += world.engine().ledger().fill_count();
  }
  EXPECT_GT(kills, seeds(40) * 3);
  EXPECT_GT(fills, seeds(40) * 20);
}

}  // namespace
}  // namespace tradewind::testing
