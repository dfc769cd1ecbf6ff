#include "tradewind/core/client/chains/market_rule.hpp"

#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tradewind::client::chains {
namespace {

Price price(std::string_view text) { return Price::parse(text).value(); }

tws::MarketRule message(const std::vector<std::pair<std::string, std::string>>& bands) {
  tws::MarketRule rule{.market_rule_id = 26, .price_increments = {}};
  for (const auto& [edge, increment] : bands) rule.price_increments.push_back({price(edge), price(increment)});
  return rule;
}
MarketRule pennies() { return MarketRule::create(message({{"0", "0.01"}, {"3", "0.05"}})).value(); }
std::string rounded(const MarketRule& rule, std::string_view text, Side side) {
  const auto result = rule.round_to_increment(price(text), side);
  return result ? result->text() : "none";
}

TEST(MarketRule, HasAnIncrementForEachBandOfPrices) {
  EXPECT_EQ(pennies().id(), 26);
  EXPECT_EQ(pennies().increment_at(price("2.99")), price("0.01"));
  EXPECT_EQ(pennies().increment_at(price("3")), price("0.05"));
  EXPECT_EQ(pennies().increment_at(price("-3")), price("0.05"));
  EXPECT_TRUE(pennies().fits(price("2.99")));
  EXPECT_FALSE(pennies().fits(price("2.995")));
  EXPECT_FALSE(pennies().fits(price("3.01")));
  EXPECT_TRUE(pennies().fits(price("3.05")));
  EXPECT_TRUE(pennies().fits(price("-3.05")));
  EXPECT_FALSE(pennies().fits(price("-3.01")));
  EXPECT_TRUE(pennies().fits(price("0")));
}

TEST(Rounding, NeverMakesAPriceWorse) {
  EXPECT_EQ(rounded(pennies(), "2.994", Side::buy), "2.99");
  EXPECT_EQ(rounded(pennies(), "2.994", Side::sell), "3");
  EXPECT_EQ(rounded(pennies(), "3.01", Side::buy), "3");
  EXPECT_EQ(rounded(pennies(), "3.01", Side::sell), "3.05");
  EXPECT_EQ(rounded(pennies(), "0.004", Side::buy), "0");
  EXPECT_EQ(rounded(pennies(), "0.004", Side::sell), "0.01");
  EXPECT_EQ(rounded(pennies(), "-3.01", Side::buy), "-3.05");
  EXPECT_EQ(rounded(pennies(), "-3.01", Side::sell), "-3");
  EXPECT_EQ(rounded(pennies(), "-0.004", Side::buy), "-0.01");
  EXPECT_EQ(rounded(pennies(), "-0.004", Side::sell), "0");
}

// The edge of a band need not be a multiple of the increments around it.
TEST(Rounding, GoesOverTheEdgesOfBands) {
  const MarketRule uneven = MarketRule::create(message({{"0", "0.03"}, {"1", "0.4"}, {"1.5", "0.25"}})).value();
  EXPECT_EQ(rounded(uneven, "0.995", Side::sell), "1.2");  // 1.02 is in the next band, where it does not fit
  EXPECT_EQ(rounded(uneven, "1.1", Side::buy), "0.99");
  EXPECT_EQ(rounded(uneven, "1.3", Side::sell), "1.5");
  EXPECT_EQ(rounded(uneven, "1.6", Side::buy), "1.5");
}

TEST(Rounding, FindsNothingWhereThereIsNothing) {
  const MarketRule from_one = MarketRule::create(message({{"1", "0.1"}})).value();
  EXPECT_EQ(rounded(from_one, "0.5", Side::buy), "none");
  EXPECT_EQ(rounded(from_one, "0.5", Side::sell), "1");
  EXPECT_EQ(from_one.increment_at(price("0.5")), std::nullopt);
  EXPECT_FALSE(from_one.fits(price("0.5")));
  EXPECT_EQ(from_one.round_to_increment(Price::from_raw(Price::kRawMax), Side::sell), std::nullopt);
}

TEST(MarketRule, ThatMakesNoSenseIsMalformed) {
  EXPECT_FALSE(MarketRule::create(message({})).has_value());
  EXPECT_FALSE(MarketRule::create(message({{"0", "0"}})).has_value());
  EXPECT_FALSE(MarketRule::create(message({{"0", "-0.01"}})).has_value());
  EXPECT_FALSE(MarketRule::create(message({{"-1", "0.01"}})).has_value());
  EXPECT_FALSE(MarketRule::create(message({{"0", "0.01"}, {"0", "0.05"}})).has_value());
  EXPECT_NE(MarketRule::create(message({{"3", "0.01"}, {"1", "0.05"}})).error().detail.find("market rule 26"),
            std::string::npos);
}

// Small numbers, so that every price between can be tried.
RC_GTEST_PROP(RoundingProperty, FindsTheNearestPriceThatFitsOnTheRightSide, ()) {
  tws::MarketRule bands{.market_rule_id = 1, .price_increments = {}};
  std::int64_t edge = *rc::gen::inRange(0, 3);
  for (int i = *rc::gen::inRange(1, 5); i > 0; --i) {
    bands.price_increments.push_back({Price::from_raw(edge), Price::from_raw(*rc::gen::inRange(1, 12))});
    edge += *rc::gen::inRange(1, 20);
  }
  const MarketRule rule = MarketRule::create(bands).value();
  const auto start = *rc::gen::inRange<std::int64_t>(-100, 101);
  for (const Side side : {Side::buy, Side::sell}) {
    const auto found = rule.round_to_increment(Price::from_raw(start), side);
    std::optional<Price> expected;
    // As far as zero: a sell below it may come to zero, never to a price above.
    for (std::int64_t step = 0; step < 200 && !expected; ++step) {
      const std::int64_t at = side == Side::buy ? start - step : start + step;
      if ((start < 0) != (at < 0) && at != 0) break;
      if (rule.fits(Price::from_raw(at))) expected = Price::from_raw(at);
    }
    RC_ASSERT(found == expected);
    if (found) RC_ASSERT(rule.round_to_increment(*found, opposite(side)) == found);
  }
}

tws::ContractDetails details(std::string_view exchanges, std::string_view ids) {
  tws::ContractDetails result;
  result.valid_exchanges = exchanges;
  result.market_rule_ids = ids;
  return result;
}

TEST(MarketRuleId, IsThatOfTheExchangeAtTheSamePlace) {
  const auto spy = details("SMART,AMEX,NYSE,AMEX", "26,27,240,27");
  EXPECT_EQ(market_rule_id(spy, "SMART").value(), 26);
  EXPECT_EQ(market_rule_id(spy, "AMEX").value(), 27);
  EXPECT_EQ(market_rule_id(spy, "NYSE").value(), 240);
  const auto lost = market_rule_id(spy, "NYS");
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, Errc::not_found);
  EXPECT_NE(lost.error().detail.find("SMART,AMEX,NYSE,AMEX"), std::string::npos);
}

TEST(MarketRuleId, IsRefusedWhereTheListsDoNotPair) {
  EXPECT_EQ(market_rule_id(details("SMART,AMEX", "26"), "SMART").error().code, Errc::malformed);
  EXPECT_EQ(market_rule_id(details("SMART,AMEX", "26,x"), "AMEX").error().code, Errc::malformed);
  EXPECT_EQ(market_rule_id(details("SMART,SMART", "26,27"), "SMART").error().code, Errc::malformed);
  EXPECT_EQ(market_rule_id(details("", ""), "SMART").error().code, Errc::not_found);
}

}  // namespace
}  // namespace tradewind::client::chains
