#include "tradewind/core/base/numbers.hpp"

#include "tradewind/core/base/money.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tradewind {
namespace {

Price price(const char* text) { return Price::parse(text).value(); }
Quantity quantity(const char* text) { return Quantity::parse(text).value(); }
Amount amount(const char* text) { return Amount::parse(text).value(); }
const Multiplier kOne = Multiplier::of(1);

// The widest cases the scales were chosen for; see docs/adr/0002.
TEST(Scales, HoldTheWidestRealValues) {
  EXPECT_EQ(price("1000000").text(), "1000000");             // a share of BRK.A, some day
  EXPECT_EQ(price("0.00000001").text(), "0.00000001");       // a crypto tick
  EXPECT_EQ(quantity("0.00000001").text(), "0.00000001");    // one satoshi
  EXPECT_EQ(quantity("90000000000").text(), "90000000000");  // shares traded in a day, the largest seen are near 5e10
  EXPECT_EQ(amount("1000000000000000000000").text(), "1000000000000000000000");  // IDR 1e21
  EXPECT_FALSE(price("1000000").text().empty());
  EXPECT_FALSE(Price::parse("10000000000").has_value());
  EXPECT_FALSE(Quantity::parse("-1").has_value());
  const auto widest = notional(Price::from_raw(Price::kRawMax), Quantity::from_raw(Quantity::kRawMax), kOne);
  ASSERT_TRUE(widest.has_value());
}

TEST(Numbers, RefusalNamesTheTextAndTheReason) {
  const auto refused = Price::parse("12,5");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail, "price '12,5': not a decimal number");
  EXPECT_EQ(Quantity::parse("-1").error().detail, "quantity '-1': may not be negative");
  EXPECT_EQ(Price::parse("1e30").error().code, Errc::out_of_range);
}

TEST(Notional, IsExact) {
  EXPECT_EQ(notional(price("0.1"), quantity("3"), kOne)->text(), "0.3");
  EXPECT_EQ(notional(price("-1.5"), quantity("2"), Multiplier::of(50))->text(), "-150");
  EXPECT_EQ(notional(price("0.000000001"), quantity("0.00000001"), kOne)->text(), "0.00000000000000001");
  EXPECT_EQ(notional(price("61234.5"), quantity("3"), Multiplier::parse("0.1").value())->text(), "18370.35");
  EXPECT_FALSE(notional(price("9000000000"), quantity("90000000000"), Multiplier::of(1000)).has_value());
}

RC_GTEST_PROP(Notional, DividesBackToThePrice, ()) {
  const Price p = Price::from_raw(*rc::gen::inRange<std::int64_t>(-1'000'000'000'000'000, 1'000'000'000'000'000));
  const Quantity q = Quantity::from_raw(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000'000));
  const Amount a = notional(p, q, kOne).value();
  RC_ASSERT(average_price(a, q, kOne) == p);
}

TEST(Amount, AddsWithoutWrapping) {
  const Amount largest = Amount::from_raw(std::numeric_limits<Int128>::max());
  EXPECT_FALSE(add(largest, Amount::from_raw(1)).has_value());
  EXPECT_EQ(add(amount("0.1"), amount("0.2"))->text(), "0.3");
  EXPECT_EQ(subtract(amount("1"), amount("1.5"))->text(), "-0.5");
}

TEST(Amount, RoundsHalfToEvenWhenAsked) {
  EXPECT_EQ(amount("2.345").rounded_text(2), "2.34");
  EXPECT_EQ(amount("2.355").rounded_text(2), "2.36");
  EXPECT_EQ(amount("-2.355").rounded_text(2), "-2.36");
  EXPECT_EQ(amount("7").rounded_text(2), "7.00");
  EXPECT_EQ(amount("0.5").rounded_text(0), "0");
  EXPECT_EQ(amount("1.5").rounded_text(0), "2");
}

TEST(Proportion, NamesItsRounding) {
  EXPECT_EQ(proportion(amount("100"), 1, 3)->rounded_text(6), "33.333333");
  EXPECT_EQ(proportion(amount("-1"), 2, 1)->text(), "-2");
  EXPECT_EQ(proportion(Amount::from_raw(5), 1, 2)->raw(), 2);
  EXPECT_EQ(proportion(Amount::from_raw(7), 1, 2)->raw(), 4);
}

// At most half away, and even when it is half; also where amount * numerator does not fit by itself.
RC_GTEST_PROP(Proportion, IsTheNearest, (std::int64_t raw, std::int32_t numerator, std::int32_t size)) {
  const std::int64_t denominator = std::abs(std::int64_t{size}) + 1;
  const auto one = proportion(Amount::from_raw(raw), numerator, denominator);
  RC_ASSERT(one.has_value());
  const Int128 twice = 2 * (one->raw() * denominator - Int128{raw} * numerator);
  RC_ASSERT(twice <= denominator && twice >= -Int128{denominator});
  if (twice == denominator || twice == -Int128{denominator}) RC_ASSERT(one->raw() % 2 == 0);
  // A number of times as much of everything.
  const Int128 times = Int128{1} << 30;
  const auto same =
      proportion(Amount::from_raw(raw * times), Int128{numerator} * denominator, Int128{denominator} * times);
  RC_ASSERT(same.has_value());
  RC_ASSERT(*same == *proportion(Amount::from_raw(raw), numerator, 1));
}

TEST(Money, TwoCurrenciesDoNotAdd) {
  const Money dollars{amount("5"), Currency{"USD"}};
  EXPECT_FALSE(add(dollars, Money{amount("5"), Currency{"EUR"}}).has_value());
  EXPECT_EQ(fmt::format("{}", add(dollars, dollars).value()), "10 USD");
}

TEST(Position, MovesWithTrades) {
  const auto flat = Position::zero();
  const auto longer = after_trade(flat, Side::buy, quantity("10"));
  EXPECT_EQ(longer->text(), "10");
  EXPECT_EQ(after_trade(*longer, Side::sell, quantity("15"))->text(), "-5");
  EXPECT_EQ(magnitude(Position::parse("-5").value()).text(), "5");
  EXPECT_FALSE(after_trade(Position::from_raw(Position::kRawMax), Side::buy, quantity("0.00000001")).has_value());
}

TEST(Midpoint, IsHalfWay) {
  EXPECT_EQ(midpoint(price("1.00"), price("1.01")).text(), "1.005");
  EXPECT_EQ(midpoint(Price::from_raw(1), Price::from_raw(2)).raw(), 2);
  EXPECT_EQ(midpoint(Price::from_raw(2), Price::from_raw(3)).raw(), 2);
}

RC_GTEST_PROP(Midpoint, IsAtMostHalfAwayAndEvenThen, (std::int64_t a, std::int64_t b)) {
  RC_PRE(a >= -Price::kRawMax && b >= -Price::kRawMax);
  const std::int64_t middle = midpoint(Price::from_raw(a), Price::from_raw(b)).raw();
  const Int128 off = 2 * Int128{middle} - a - b;
  RC_ASSERT(off >= -1 && off <= 1);
  if (off != 0) RC_ASSERT(middle % 2 == 0);
}

}  // namespace
}  // namespace tradewind
