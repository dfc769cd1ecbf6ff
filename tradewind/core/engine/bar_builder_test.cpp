#include "tradewind/core/engine/bar_builder.hpp"

#include <gtest/gtest.h>

namespace tradewind::engine {
namespace {

using std::chrono::seconds;

Timestamp at(int second) { return Timestamp::from_ns(1'381'152'600'000'000'000) + seconds{second}; }
model::Trade trade(int second, int price, int size) { return {at(second), Price::of(price), Quantity::of(size)}; }

TEST(BarBuilder, BuildsOneBarAnInterval) {
  BarBuilder builder{seconds{60}};
  EXPECT_FALSE(builder.on_trade(trade(2, 10, 1)).has_value());
  EXPECT_FALSE(builder.on_trade(trade(20, 7, 2)).has_value());
  EXPECT_FALSE(builder.on_trade(trade(40, 12, 3)).has_value());
  EXPECT_FALSE(builder.on_trade(trade(58, 11, 4)).has_value());
  EXPECT_EQ(builder.open_until(), at(60));
  EXPECT_FALSE(builder.close_until(at(59)).has_value());
  const model::Bar expected{at(0),        seconds{60},   Price::of(10),    Price::of(12),
                            Price::of(7), Price::of(11), Quantity::of(10), 4};
  EXPECT_EQ(builder.close_until(at(60)), expected);
  EXPECT_FALSE(builder.close_until(at(60)).has_value()) << "handed out once";
}

TEST(BarBuilder, ALaterTradeCompletesTheBarAndEmptyIntervalsHaveNone) {
  BarBuilder builder{seconds{60}};
  static_cast<void>(builder.on_trade(trade(10, 1, 1)));
  const auto bar = builder.on_trade(trade(200, 2, 1));
  ASSERT_TRUE(bar.has_value());
  EXPECT_EQ(bar->start, at(0));
  EXPECT_EQ(builder.open_until(), at(240));
}

TEST(BarBuilder, LeavesOutTradesOfAClosedBar) {
  BarBuilder builder{seconds{60}};
  static_cast<void>(builder.on_trade(trade(10, 1, 1)));
  ASSERT_TRUE(builder.close_until(at(60)).has_value());
  EXPECT_FALSE(builder.on_trade(trade(59, 5, 1)).has_value());
  EXPECT_EQ(builder.late_trades(), 1U);
  EXPECT_FALSE(builder.open_until().has_value());
}

}  // namespace
}  // namespace tradewind::engine
