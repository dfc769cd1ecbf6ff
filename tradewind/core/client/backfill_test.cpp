#include "tradewind/core/client/backfill.hpp"

#include "tradewind/core/client/client_test_world.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace tradewind::client {
namespace {

using namespace std::chrono_literals;
using testing::World;

constexpr std::int64_t kDay = 1'763'596'800;  // 2025-11-20 00:00 UTC, in seconds
constexpr std::int64_t kMinute = 60;

history::BackfillPlan plan_of(std::int64_t from, std::int64_t until) {
  const auto at = [](std::int64_t seconds) { return Timestamp::from_ns(seconds * 1'000'000'000); };
  auto plan =
      history::BackfillPlan::create({.name = "SPY", .sec_type = "STK"}, {at(from), at(until)}, {}, at(1'764'000'000));
  EXPECT_TRUE(plan.has_value());
  return *std::move(plan);
}

// Bars of one minute before `until`, as a gateway gives them for `count` minutes.
void answer(World& world, std::int64_t until, int count) {
  std::vector<std::string> dates;
  tws::HistoricalData data;
  data.req_id = world.gateway().id_of("reqHistoricalData");
  for (int i = count; i > 0; --i) dates.push_back(std::to_string(until - i * kMinute));
  for (const auto& date : dates) {
    tws::HistoricalBar bar;
    bar.date = date;
    bar.open = bar.high = bar.low = bar.close = Price::of(100);
    data.bars.push_back(bar);
  }
  world.send(data);
  if (world.client().server_version() >= tws::HistoricalDataEnd::kInfo.since)
    world.send(tws::HistoricalDataEnd{data.req_id, {}, {}});
}

class BackfillAt : public ::testing::TestWithParam<int> {};

TEST_P(BackfillAt, GetsEachBarOnceOverALostConnectionAndAPacingViolation) {
  World world{{}, GetParam()};
  std::map<std::int64_t, int> bars;
  std::vector<std::string> ended;
  constexpr std::int64_t kFrom = kDay;
  constexpr std::int64_t kUntil = kDay + 2 * 86'400;
  Backfill backfill{world.client(),
                    {},
                    plan_of(kFrom, kUntil),
                    {.on_bars =
                         [&bars](const std::vector<history::Bar>& fresh) {
                           for (const history::Bar& bar : fresh) ++bars[bar.time.ns() / 1'000'000'000];
                         },
                     .on_end = [&ended](const std::string& problem) { ended.push_back(problem); }}};
  backfill.start();
  world.become_ready();
  ASSERT_EQ(world.gateway().count("reqHistoricalData"), 1U);
  answer(world, kUntil, 1440);  // the second day
  ASSERT_EQ(world.gateway().count("reqHistoricalData"), 2U);
  EXPECT_EQ(bars.size(), 1440U);
  world.send_error(world.gateway().id_of("reqHistoricalData"), 162,
                   "Historical Market Data Service error message:pacing violation");
  EXPECT_EQ(world.gateway().count("reqHistoricalData"), 2U);
  world.pass(20s);
  EXPECT_EQ(world.gateway().count("reqHistoricalData"), 3U);
  world.cut();
  world.pass(40s);
  world.become_ready();
  ASSERT_EQ(world.gateway().count("reqHistoricalData"), 1U);
  answer(world, kUntil - 86'400, 1440);
  EXPECT_EQ(bars.size(), 2880U);
  EXPECT_TRUE(std::ranges::all_of(bars, [](const auto& each) { return each.second == 1; }));
  EXPECT_EQ(ended, std::vector<std::string>{""});
  EXPECT_EQ(backfill.plan().state(), history::BackfillState::complete);
}

TEST_P(BackfillAt, PausingCancelsWhatIsOpenAndStartingAsksAgain) {
  World world{{}, GetParam()};
  world.become_ready();
  Backfill backfill{world.client(), {}, plan_of(kDay, kDay + 86'400), {}};
  backfill.start();
  world.pump();
  EXPECT_EQ(world.gateway().count("reqHistoricalData"), 1U);
  backfill.pause();
  world.pump();
  EXPECT_EQ(world.gateway().count("cancelHistoricalData"), 1U);
  world.pass(60s);
  EXPECT_EQ(world.gateway().count("reqHistoricalData"), 1U);
  backfill.start();
  world.pump();
  EXPECT_EQ(world.gateway().count("reqHistoricalData"), 2U);
}

TEST_P(BackfillAt, DestroyingItCancelsWhatIsOpen) {
  World world{{}, GetParam()};
  world.become_ready();
  {
    Backfill backfill{world.client(), {}, plan_of(kDay, kDay + 86'400), {}};
    backfill.start();
  }
  world.pump();
  EXPECT_EQ(world.gateway().count("cancelHistoricalData"), 1U);
}

INSTANTIATE_TEST_SUITE_P(Versions, BackfillAt, ::testing::Values(178, 200, 226),
                         [](const auto& version) { return std::to_string(version.param); });

}  // namespace
}  // namespace tradewind::client
