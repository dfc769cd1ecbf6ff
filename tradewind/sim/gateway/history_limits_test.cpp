#include "tradewind/sim/gateway/history_limits.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

Timestamp at(Duration time) { return Timestamp::from_ns(0) + time; }

TEST(HistoryLimits, RefusesTheSameRequestForFifteenSeconds) {
  HistoryLimits limits;
  EXPECT_TRUE(limits.admits("A", "A 1", false, at(0s)));
  EXPECT_FALSE(limits.admits("A", "A 1", false, at(14s)));
  EXPECT_TRUE(limits.admits("A", "A 2", false, at(14s)));
  EXPECT_TRUE(limits.admits("A", "A 1", false, at(15s))) << "what was refused does not count";
}

TEST(HistoryLimits, RefusesTheSixthOfASeriesWithinTwoSeconds) {
  HistoryLimits limits;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limits.admits("A", fmt::format("A {}", i), false, at(0s)));
  EXPECT_FALSE(limits.admits("A", "A 5", false, at(1999ms)));
  EXPECT_TRUE(limits.admits("B", "B 5", false, at(1999ms)));
  EXPECT_TRUE(limits.admits("A", "A 5", false, at(2s)));
}

TEST(HistoryLimits, RefusesTheSixtyFirstOfTenMinutesAndCountsBidAskTwice) {
  HistoryLimits limits;
  int admitted = 0;
  for (int i = 0; i < 100; ++i) {
    if (limits.admits(fmt::format("{}", i), fmt::format("{} x", i), false, at(1s * i))) ++admitted;
  }
  EXPECT_EQ(admitted, 60);
  EXPECT_FALSE(limits.admits("later", "later", false, at(599s)));
  EXPECT_TRUE(limits.admits("later", "later", false, at(600s)));
  HistoryLimits both;
  admitted = 0;
  for (int i = 0; i < 100; ++i) {
    if (both.admits(fmt::format("{}", i), fmt::format("{} x", i), true, at(1s * i))) ++admitted;
  }
  EXPECT_EQ(admitted, 30);
}

}  // namespace
}  // namespace tradewind::sim::gateway
