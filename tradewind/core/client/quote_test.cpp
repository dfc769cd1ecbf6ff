#include "tradewind/core/client/quote.hpp"

#include <gtest/gtest.h>

namespace tradewind::client {
namespace {

using QuoteUpdate = UpdateOf<tws::MarketDataRequest>;

bool price(Quote& quote, std::int32_t type, Price value, std::optional<Quantity> size) {
  tws::TickPrice tick;
  tick.tick_type = type;
  tick.price = value;
  tick.size = size;
  return quote.apply(QuoteUpdate{&tick, {}});
}

TEST(Quote, TakesPricesWithTheirSizes) {
  Quote quote;
  EXPECT_TRUE(price(quote, 1, Price::of(99), Quantity::of(300)));
  EXPECT_TRUE(price(quote, 2, Price::of(100), Quantity::of(200)));
  EXPECT_TRUE(price(quote, 4, Price::of(100), Quantity::of(50)));
  EXPECT_EQ(quote.bid, Price::of(99));
  EXPECT_EQ(quote.bid_size, Quantity::of(300));
  EXPECT_EQ(quote.ask, Price::of(100));
  EXPECT_EQ(quote.last_size, Quantity::of(50));
}

TEST(Quote, MinusOneWithoutSizeTakesTheQuoteBack) {
  Quote quote;
  price(quote, 1, Price::of(99), Quantity::of(300));
  price(quote, 1, Price::of(-1), Quantity::zero());
  EXPECT_FALSE(quote.bid.has_value());
  EXPECT_FALSE(quote.bid_size.has_value());
}

TEST(Quote, MinusOneWithASizeIsAPrice) {
  Quote quote;
  price(quote, 1, Price::of(-1), Quantity::of(10));
  EXPECT_EQ(quote.bid, Price::of(-1));
}

TEST(Quote, KeepsDelayedTicksUnderTheLiveType) {
  Quote quote;
  price(quote, 66, Price::of(99), Quantity::of(300));
  price(quote, 75, Price::of(98), std::nullopt);
  EXPECT_EQ(quote.bid, Price::of(99));
  EXPECT_EQ(quote.price(Tick::close), Price::of(98));
  EXPECT_EQ(live_tick(83), Tick::model_option);
  EXPECT_EQ(live_tick(103), static_cast<Tick>(50));
  EXPECT_EQ(live_tick(48), Tick::rt_volume);
}

TEST(Quote, GreeksThatAreNotComputedAreEmpty) {
  Quote quote;
  tws::TickOptionComputation tick;
  tick.tick_type = 13;
  tick.implied_vol = -1;
  tick.delta = 0.5;
  tick.gamma = -2;
  tick.und_price = 101.5;
  EXPECT_TRUE(quote.apply(QuoteUpdate{&tick, {}}));
  const OptionComputation* const model = quote.option(Tick::model_option);
  ASSERT_NE(model, nullptr);
  EXPECT_FALSE(model->implied_volatility.has_value());
  EXPECT_EQ(model->delta, 0.5);
  EXPECT_FALSE(model->gamma.has_value());
  EXPECT_EQ(model->underlying_price, 101.5);
}

TEST(Quote, TheTimeOfTheLastTradeIsReadFromItsSeconds) {
  Quote quote;
  tws::TickString tick;
  tick.tick_type = 45;
  tick.value = "1764000000";
  EXPECT_TRUE(quote.apply(QuoteUpdate{&tick, {}}));
  EXPECT_EQ(quote.last_time, Timestamp::from_ns(1'764'000'000'000'000'000));
  tick.value = "soon";
  quote.apply(QuoteUpdate{&tick, {}});
  EXPECT_FALSE(quote.last_time.has_value());
}

TEST(Quote, AHaltIsUnknownUntilToldAndWhenIBDoesNotKnow) {
  Quote quote;
  EXPECT_FALSE(quote.is_halted().has_value());
  tws::TickGeneric tick;
  tick.tick_type = 49;
  tick.value = 2;
  quote.apply(QuoteUpdate{&tick, {}});
  EXPECT_EQ(quote.is_halted(), true);
  tick.value = -1;
  quote.apply(QuoteUpdate{&tick, {}});
  EXPECT_FALSE(quote.is_halted().has_value());
}

}  // namespace
}  // namespace tradewind::client
