#include "tradewind/core/client/chains/chain.hpp"

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace tradewind::client::chains {
namespace {

Expiry expiry(std::string_view text) { return Expiry::parse(text).value(); }
Price price(std::string_view text) { return Price::parse(text).value(); }

tws::SecDefOptParameter message(std::string_view exchange = "SMART", std::string_view trading_class = "SPY") {
  tws::SecDefOptParameter row;
  row.exchange = exchange;
  row.trading_class = trading_class;
  row.multiplier = "100";
  row.expirations = {"20260220", "20260116", "20260123", "20260116"};
  row.strikes = {102.5, 95, 97.5, 100, 105, 100};
  return row;
}
ChainRow row(std::string_view exchange = "SMART", std::string_view trading_class = "SPY") {
  return chain_row(message(exchange, trading_class)).value();
}

TEST(ChainRow, HasExpiriesAndStrikesInOrderAndOnce) {
  const ChainRow spy = row();
  ASSERT_EQ(spy.expiries.size(), 3U);
  EXPECT_EQ(spy.expiries[0].text(), "20260116");
  EXPECT_EQ(spy.expiries[2].text(), "20260220");
  ASSERT_EQ(spy.strikes.size(), 5U);
  EXPECT_EQ(spy.strikes[0].text(), "95");
  EXPECT_EQ(spy.strikes[4].text(), "105");
  EXPECT_EQ(spy.multiplier, Multiplier::of(100));
}

TEST(ChainRow, ThatIsMalformedIsRefusedWithItsReason) {
  auto bad = message();
  bad.expirations.emplace_back("20261301");
  EXPECT_NE(chain_row(bad).error().detail.find("'20261301'"), std::string::npos);
  bad = message();
  bad.strikes.push_back(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(chain_row(bad).has_value());
  bad = message();
  bad.strikes.push_back(-5);
  EXPECT_FALSE(chain_row(bad).has_value());
  bad = message();
  bad.multiplier = "a hundred";
  EXPECT_FALSE(chain_row(bad).has_value());
  EXPECT_FALSE(chain_row(message("")).has_value());
}

TEST(Strike, IsTheDecimalThatTheFloatingPointNumberStandsFor) {
  EXPECT_EQ(strike_price(0.1 + 0.2).value().text(), "0.3");
  EXPECT_EQ(strike_price(1e-9).value().raw(), 1);
  EXPECT_FALSE(strike_price(1.0 / 3).has_value() && strike_price(1.23456789012).has_value());
  EXPECT_FALSE(strike_price(1.7976931348623157e308).has_value());
}

TEST(Expiry, MayHaveATimeBehindIt) {
  EXPECT_EQ(expiry("20260116 15:00:00 US/Central").yyyymmdd(), 20260116);
  for (const char* bad : {"", "202601", "20260230", "2026011x", "20260116x", " 20260116", "-2026011"})
    EXPECT_FALSE(Expiry::parse(bad).has_value()) << bad;
}

TEST(Selection, TakesWhatLiesBetweenTheBoundsAndBothBounds) {
  const std::vector rows{row()};
  const auto found = select(rows, {.expiry_from = expiry("20260116"),
                                   .expiry_until = expiry("20260123"),
                                   .strike_from = price("97.5"),
                                   .strike_until = price("100"),
                                   .calls = false})
                         .value();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(text_of(found[0]), "SPY 20260116 97.5 P at SMART");
  EXPECT_EQ(text_of(found[1]), "SPY 20260116 100 P at SMART");
  EXPECT_EQ(text_of(found[3]), "SPY 20260123 100 P at SMART");
}

TEST(Selection, TakesSoManyStrikesOnEachSideOfTheNearest) {
  const std::vector rows{row()};
  const auto strikes = [&](std::string_view reference, std::size_t count) {
    std::string text;
    const auto found = select(
        rows,
        {.expiry_until = expiry("20260116"), .around = ChainFilter::Around{price(reference), count}, .puts = false});
    for (const Candidate& each : found.value()) text += each.strike.text() + " ";
    return text;
  };
  EXPECT_EQ(strikes("100.2", 1), "97.5 100 102.5 ");
  EXPECT_EQ(strikes("101.25", 0), "100 ");  // half-way: the lower
  EXPECT_EQ(strikes("101.26", 0), "102.5 ");
  EXPECT_EQ(strikes("1", 1), "95 97.5 ");
  EXPECT_EQ(strikes("999", 1), "102.5 105 ");
  EXPECT_EQ(strikes("100", 99), "95 97.5 100 102.5 105 ");
}

TEST(Selection, OfMoreThanTheCapIsRefusedWithTheNumber) {
  const std::vector rows{row()};
  const auto found = select(rows, {.contracts_max = 29});
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Errc::refused);
  EXPECT_NE(found.error().detail.find("30 options, more than the 29"), std::string::npos) << found.error().detail;
  EXPECT_EQ(select(rows, {.contracts_max = 30}).value().size(), 30U);
}

TEST(Selection, ThatLeavesNothingSaysWhatThereIs) {
  const std::vector rows{row("CBOE"), row("AMEX", "SPYW")};
  const auto found = select(rows, {});
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Errc::not_found);
  EXPECT_NE(found.error().detail.find("classes SPY, SPYW and exchanges AMEX, CBOE"), std::string::npos)
      << found.error().detail;
  EXPECT_EQ(select(rows, {.exchange = "CBOE", .strike_from = price("200")}).error().code, Errc::not_found);
}

TEST(Selection, OfNonsenseIsRefused) {
  const std::vector rows{row()};
  for (const ChainFilter& filter : {ChainFilter{.exchange = ""}, ChainFilter{.calls = false, .puts = false},
                                    ChainFilter{.expiry_from = expiry("20260117"), .expiry_until = expiry("20260116")},
                                    ChainFilter{.strike_from = price("2"), .strike_until = price("1")}}) {
    const auto found = select(rows, filter);
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().code, Errc::invalid_argument);
  }
}

TEST(Selection, HoldsEachOptionOnceThoughRowsRepeat) {
  const std::vector rows{row(), row("CBOE"), row()};
  EXPECT_EQ(select(rows, {}).value().size(), 30U);
}

TEST(Selection, KeepsTradingClassesApart) {
  const std::vector rows{row("SMART", "SPXW"), row("SMART", "SPX")};
  EXPECT_EQ(select(rows, {}).value().size(), 60U);
  const auto weekly = select(rows, {.trading_class = "SPXW"}).value();
  EXPECT_TRUE(std::ranges::all_of(weekly, [](const Candidate& each) { return each.trading_class == "SPXW"; }));
  EXPECT_EQ(weekly.size(), 30U);
}

// Against the plain definition: every combination, one by one.
RC_GTEST_PROP(SelectionProperty, IsWhatTheFilterSaysNoMoreAndNoLess, ()) {
  ChainRow chain = row();
  chain.strikes.clear();
  for (const int each : *rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, 60)))
    chain.strikes.push_back(Price::of(each));
  std::ranges::sort(chain.strikes);
  ChainFilter filter;
  const auto maybe = [](int end) { return rc::gen::maybe(rc::gen::inRange(0, end)); };
  if (const auto low = *maybe(40)) filter.strike_from = Price::of(*low);
  if (const auto high = *maybe(40)) filter.strike_until = Price::of(20 + *high);
  if (filter.strike_from && filter.strike_until && *filter.strike_from > *filter.strike_until)
    filter.strike_from.reset();
  if (const auto first = *maybe(3)) filter.expiry_from = chain.expiries[static_cast<std::size_t>(*first)];
  filter.calls = *rc::gen::arbitrary<bool>();
  filter.puts = !filter.calls || *rc::gen::arbitrary<bool>();
  filter.contracts_max = *rc::gen::inRange<std::size_t>(0, 200);

  std::size_t expected = 0;
  for (const Expiry each : chain.expiries) {
    for (const Price strike : chain.strikes) {
      const bool fits = (!filter.expiry_from || each >= *filter.expiry_from) &&
                        (!filter.strike_from || strike >= *filter.strike_from) &&
                        (!filter.strike_until || strike <= *filter.strike_until);
      if (fits) expected += (filter.calls ? 1U : 0U) + (filter.puts ? 1U : 0U);
    }
  }
  const auto found = select(std::vector{chain}, filter);
  if (expected == 0) {
    RC_ASSERT(found.error().code == Errc::not_found);
  } else if (expected > filter.contracts_max) {
    RC_ASSERT(found.error().code == Errc::refused);
  } else {
    std::set<std::string> texts;
    for (const Candidate& each : found.value()) texts.insert(text_of(each));
    RC_ASSERT(texts.size() == expected && found->size() == expected);
  }
}

}  // namespace
}  // namespace tradewind::client::chains
