// What options are worth, against figures known from elsewhere and laws that always hold.

#include "tradewind/sim/venue/options.hpp"

#include "tradewind/sim/venue/derivatives.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tradewind::sim::venue {
namespace {

using namespace std::chrono_literals;

const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2026, 11, 1, 6}), std::chrono::seconds{-5 * 3600}}}};
const Timestamp kNow = from_civil_utc({2026, 11, 25, 15, 0, 0});

Price price(const char* text) { return Price::parse(text).value(); }

std::vector<Listing> chain() {
  return option_chain(us_stock("AAPL"), {.today = 2026y / std::chrono::November / 25, .around = Price::of(210)},
                      kNewYork);
}

TEST(OptionValue, AgreesWithHandComputedFigures) {
  // S 100, K 100, one year, 20 %, 4 %: d1 = (0.04 + 0.02) / 0.2 = 0.3, d2 = 0.1.
  // N(0.3) = 0.617911, N(0.1) = 0.539828: call = 61.7911 - 100 * 0.960789 * 0.539828 = 9.92505.
  const OptionValue call = option_value({Right::call, 100, 1}, 100, 0.2);
  EXPECT_NEAR(call.price, 9.92505, 1e-4);
  EXPECT_NEAR(call.delta, 0.617911, 1e-6);
  EXPECT_NEAR(call.gamma, 0.381388 / 20, 1e-6);
  EXPECT_NEAR(call.vega, 0.381388, 1e-6);
  EXPECT_NEAR(call.theta, (-100 * 0.381388 * 0.2 / 2 - 0.04 * 96.0789 * 0.539828) / 365, 1e-6);
  EXPECT_NEAR(option_value({Right::put, 100, 1}, 100, 0.2).price, 9.92505 - 100 + 96.07894, 1e-4);
}

TEST(OptionValue, KeepsPutCallParityAndIsItsIntrinsicValueAtTheEnd) {
  for (const double strike : {50.0, 90.0, 100.0, 110.0, 200.0}) {
    for (const double years : {0.01, 0.3, 2.0}) {
      const double call = option_value({Right::call, strike, years}, 100, 0.35).price;
      const double put = option_value({Right::put, strike, years}, 100, 0.35).price;
      EXPECT_NEAR(call - put, 100 - strike * std::exp(-kRiskFreeRate * years), 1e-9);
    }
    EXPECT_EQ(option_value({Right::call, strike, 0}, 100, 0.35).price, std::max(0.0, 100 - strike));
    EXPECT_EQ(option_value({Right::put, strike, 0}, 100, 0.35).price, std::max(0.0, strike - 100));
  }
}

TEST(OptionValue, GreeksAreTheSlopesOfThePrice) {
  const OptionTerms terms{Right::put, 95, 0.4};
  const OptionValue value = option_value(terms, 100, 0.3);
  const auto at = [&](double underlying, double volatility, double years) {
    return option_value({terms.right, terms.strike, years}, underlying, volatility).price;
  };
  EXPECT_NEAR(value.delta, (at(100.01, 0.3, 0.4) - at(99.99, 0.3, 0.4)) / 0.02, 1e-6);
  EXPECT_NEAR(value.gamma, (at(100.01, 0.3, 0.4) - 2 * value.price + at(99.99, 0.3, 0.4)) / 1e-4, 1e-5);
  EXPECT_NEAR(value.vega, (at(100, 0.3005, 0.4) - at(100, 0.2995, 0.4)) / 0.1, 1e-6);
  EXPECT_NEAR(value.theta, (at(100, 0.3, 0.4 - 1e-5) - at(100, 0.3, 0.4 + 1e-5)) / 2e-5 / 365, 1e-5);
}

TEST(OptionValue, ImpliedVolatilityTurnsItBack) {
  const OptionTerms terms{Right::call, 105, 0.5};
  for (const double volatility : {0.05, 0.2, 0.9}) {
    const auto implied = implied_volatility(terms, 100, option_value(terms, 100, volatility).price);
    ASSERT_TRUE(implied.has_value());
    EXPECT_NEAR(*implied, volatility, 1e-6);
  }
  EXPECT_FALSE(implied_volatility(terms, 100, 101));  // no option is worth more than its stock
  EXPECT_FALSE(implied_volatility({Right::call, 50, 0.5}, 100, 49));  // less than what exercise gives
  EXPECT_FALSE(implied_volatility(terms, 100, std::nan("")));
}

TEST(OptionQuote, LiesOnTheGridAroundTheValueForTheWholeChain) {
  const model::Quote stock{price("209.99"), price("210.01"), Quantity::of(100), Quantity::of(200)};
  int without_bid = 0;
  for (const Listing& option : chain()) {
    const model::Quote quote = option_quote(option, stock, kNow);
    const MarketRule& rule = *find_market_rule(option.market_rule);
    ASSERT_TRUE(quote.ask.has_value());
    EXPECT_TRUE(rule.allows(*quote.ask)) << option.local() << ' ' << quote.ask->text();
    EXPECT_GT(*quote.ask, Price::zero());
    EXPECT_GT(quote.ask_size, Quantity::zero());
    if (!quote.bid) {
      ++without_bid;
      continue;
    }
    EXPECT_TRUE(rule.allows(*quote.bid)) << option.local() << ' ' << quote.bid->text();
    EXPECT_LT(*quote.bid, *quote.ask);
    const Price value = *option_price(option, Price::of(210), kNow);
    EXPECT_LE(*quote.bid, value) << option.local();
    EXPECT_LE(value, *quote.ask) << option.local();
    EXPECT_TRUE(rule.allows(value));
  }
  EXPECT_GT(without_bid, 0);    // far and near the end: nobody bids
  EXPECT_LT(without_bid, 200);
}

TEST(OptionQuote, DependsOnTheUnderlyingAndTheTimeAlone) {
  const Listing option = chain().front();
  const model::Quote stock{price("209.99"), price("210.01"), Quantity::of(100), Quantity::of(200)};
  const model::Quote dearer{price("212.99"), price("213.01"), Quantity::of(100), Quantity::of(200)};
  EXPECT_EQ(option_quote(option, stock, kNow), option_quote(option, stock, kNow));
  ASSERT_EQ(option.right, Right::call);
  EXPECT_GT(*option_quote(option, dearer, kNow).ask, *option_quote(option, stock, kNow).ask);
}

TEST(OptionQuote, EndsWithTheOption) {
  const Listing option = chain().front();
  const model::Quote stock{price("209.99"), price("210.01"), Quantity::of(100), Quantity::of(200)};
  EXPECT_TRUE(option_quote(option, stock, *option.expires - 1s).ask);
  EXPECT_EQ(option_quote(option, stock, *option.expires), model::Quote{});
  EXPECT_EQ(option_price(option, Price::of(210), *option.expires), std::nullopt);
  EXPECT_EQ(option_quote(option, {}, kNow), model::Quote{});  // nor is there one without its underlying
}

TEST(OptionPrint, ComesNowAndThenAtTheValue) {
  const Listing option = chain().front();
  int prints = 0;
  for (int i = 0; i < 800; ++i) {
    const model::Trade trade{kNow + 1s * i, Price::of(210), Quantity::of(100)};
    const auto print = option_print(option, trade);
    if (!print) continue;
    ++prints;
    EXPECT_EQ(print->time, trade.time);
    EXPECT_EQ(print->price, option_price(option, trade.price, trade.time));
    EXPECT_GE(print->size, Quantity::of(1));
  }
  EXPECT_GT(prints, 50);
  EXPECT_LT(prints, 150);
}

}  // namespace
}  // namespace tradewind::sim::venue
