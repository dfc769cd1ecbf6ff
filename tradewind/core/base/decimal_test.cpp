#include "tradewind/core/base/decimal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>

namespace tradewind {
namespace {

struct Case {
  const char* text;
  int decimals;
  std::int64_t raw;
  DecimalError error;
};

TEST(ParseDecimal, ReadsExactlyOrSaysWhy) {
  const Case cases[] = {
      {"0", 9, 0, DecimalError::none},
      {"-0", 9, 0, DecimalError::none},
      {"200.5", 9, 200'500'000'000, DecimalError::none},
      {"-0.000000001", 9, -1, DecimalError::none},
      {"1.0E-4", 9, 100'000, DecimalError::none},
      {"1e-07", 9, 100, DecimalError::none},
      {"1E3", 2, 100'000, DecimalError::none},
      {".5", 1, 5, DecimalError::none},
      {"5.", 1, 50, DecimalError::none},
      {"0.10000000000", 1, 1, DecimalError::none},
      {"100000000000000000000000000000000000000000000e-44", 0, 1, DecimalError::none},
      {"9223372036854775807", 0, std::numeric_limits<std::int64_t>::max(), DecimalError::none},
      {"-9223372036854775808", 0, std::numeric_limits<std::int64_t>::min(), DecimalError::none},
      {"9223372036854775808", 0, 0, DecimalError::overflow},
      {"1.7976931348623157E308", 9, 0, DecimalError::overflow},
      {"1e999999999999", 9, 0, DecimalError::overflow},
      {"9223372036.854775808", 9, 0, DecimalError::overflow},
      {"0.0000000001", 9, 0, DecimalError::inexact},
      {"1e-400", 9, 0, DecimalError::inexact},
      {"", 9, 0, DecimalError::empty},
      {"-", 9, 0, DecimalError::malformed},
      {".", 9, 0, DecimalError::malformed},
      {"+1", 9, 0, DecimalError::malformed},
      {" 1", 9, 0, DecimalError::malformed},
      {"1 ", 9, 0, DecimalError::malformed},
      {"1,5", 9, 0, DecimalError::malformed},
      {"1_000", 9, 0, DecimalError::malformed},
      {"0x10", 9, 0, DecimalError::malformed},
      {"1.2.3", 9, 0, DecimalError::malformed},
      {"1e", 9, 0, DecimalError::malformed},
      {"e5", 9, 0, DecimalError::malformed},
      {"NaN", 9, 0, DecimalError::malformed},
      {"Infinity", 9, 0, DecimalError::malformed},
      {"\xd9\xa1\xd9\xa2", 9, 0, DecimalError::malformed},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const Decimal64 parsed = parse_decimal64(c.text, c.decimals, Excess::refuse);
    EXPECT_EQ(parsed.error, c.error) << name(parsed.error);
    EXPECT_EQ(parsed.raw, c.raw);
  }
}

TEST(ParseDecimal, RoundsHalfToEvenOnlyWhenAsked) {
  EXPECT_EQ(parse_decimal64("0.125", 2, Excess::half_even).raw, 12);
  EXPECT_EQ(parse_decimal64("0.135", 2, Excess::half_even).raw, 14);
  EXPECT_EQ(parse_decimal64("0.1250000000000000000000000000000000000000001", 2, Excess::half_even).raw, 13);
  EXPECT_EQ(parse_decimal64("-0.125", 2, Excess::half_even).raw, -12);
  EXPECT_EQ(parse_decimal64("0.004", 2, Excess::half_even).raw, 0);
  EXPECT_EQ(parse_decimal64("0.006", 2, Excess::half_even).raw, 1);
}

TEST(ParseDecimal, AcceptsWhatFloatingPointAddsAndNothingElse) {
  EXPECT_EQ(parse_decimal64("0.30000000000000004", 9, Excess::noise).raw, 300'000'000);
  EXPECT_EQ(parse_decimal64("257.95000000000005", 9, Excess::noise).raw, 257'950'000'000);
  EXPECT_EQ(parse_decimal64("99.99999999999999", 9, Excess::noise).raw, 100'000'000'000);
  EXPECT_EQ(parse_decimal64("0.1234567891", 9, Excess::noise).error, DecimalError::inexact);
  EXPECT_EQ(parse_decimal64("4021.6667016667016", 9, Excess::noise).error, DecimalError::inexact);
  EXPECT_EQ(parse_decimal64("0.0000000000000000000001", 9, Excess::noise).error, DecimalError::inexact);
}

TEST(PrintDecimal, IsTheShortestPlainForm) {
  EXPECT_EQ(decimal_text(0, 9), "0");
  EXPECT_EQ(decimal_text(1'500'000'000, 9), "1.5");
  EXPECT_EQ(decimal_text(-1, 9), "-0.000000001");
  EXPECT_EQ(decimal_text(100'000'000'000, 9), "100");
  EXPECT_EQ(decimal_text(120, 0), "120");
  EXPECT_EQ(decimal_text(std::numeric_limits<Int128>::min(), 17), "-1701411834604692317316.87303715884105728");
}

RC_GTEST_PROP(PrintDecimal, ReadsBackAsTheSameNumber, (std::int64_t raw)) {
  const int decimals = *rc::gen::inRange(0, 19);
  const std::string text = decimal_text(raw, decimals);
  const Decimal64 parsed = parse_decimal64(text, decimals, Excess::refuse);
  RC_ASSERT(parsed.error == DecimalError::none);
  RC_ASSERT(parsed.raw == raw);
}

RC_GTEST_PROP(PrintDecimal, ReadsBackAsTheSameWideNumber, (std::int64_t high, std::uint64_t low)) {
  // Of any size, and with zeros at its end, in its middle, or none.
  Int128 raw = (Int128{high} << 64) + static_cast<Int128>(low);
  raw >>= *rc::gen::inRange(0, 127);
  Int128 unit = 1;
  for (int i = *rc::gen::inRange(0, 38); i > 0; --i) unit *= 10;
  raw -= raw % unit;
  const int decimals = *rc::gen::inRange(0, 19);
  const std::string text = decimal_text(raw, decimals);
  const Decimal128 parsed = parse_decimal128(text, decimals, Excess::refuse);
  RC_ASSERT(parsed.error == DecimalError::none);
  RC_ASSERT(parsed.raw == raw);
  RC_ASSERT(!text.contains('.') || !text.ends_with('0'));
}

// The narrow function has a short cut that the wide one has not; they must not be told apart by anything but the range.
RC_GTEST_PROP(ParseDecimal, ReadsTheSameInSixtyFourBitsAsInTwiceAsMany, ()) {
  const auto length = *rc::gen::inRange(0, 24);
  const auto text = *rc::gen::container<std::string>(static_cast<std::size_t>(length),
                                                     rc::gen::elementOf(std::string{"01234567890123456789.-9E"}));
  const int decimals = *rc::gen::inRange(0, 19);
  for (const Excess excess : {Excess::refuse, Excess::half_even, Excess::noise}) {
    const Decimal128 wide = parse_decimal128(text, decimals, excess);
    const Decimal64 narrow = parse_decimal64(text, decimals, excess);
    if (wide.error != DecimalError::none) {
      RC_ASSERT(narrow.error == wide.error);
    } else if (wide.raw < std::numeric_limits<std::int64_t>::min() ||
               wide.raw > std::numeric_limits<std::int64_t>::max()) {
      RC_ASSERT(narrow.error == DecimalError::overflow);
    } else {
      RC_ASSERT(narrow.error == DecimalError::none);
      RC_ASSERT(narrow.raw == wide.raw);
    }
  }
}

TEST(ParseDecimal, KnowsTheLimitsOfTheShortCut) {
  EXPECT_EQ(parse_decimal64("9223372036854775807", 0, Excess::refuse).raw, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_decimal64("9223372036854775808", 0, Excess::refuse).error, DecimalError::overflow);
  EXPECT_EQ(parse_decimal64("9999999999.999999999", 9, Excess::refuse).error, DecimalError::overflow);
  EXPECT_EQ(parse_decimal64("-999999999.999999999", 9, Excess::refuse).raw, -999'999'999'999'999'999);
  EXPECT_EQ(parse_decimal64("0.0000000001", 9, Excess::refuse).error, DecimalError::inexact);
  EXPECT_EQ(parse_decimal64("-", 9, Excess::refuse).error, DecimalError::malformed);
}

// Whatever the bytes, an answer: either an error or a number that prints to something equal.
RC_GTEST_PROP(ParseDecimal, NeverMisreadsArbitraryText, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"0123456789.-+eE \0x"}));
  const Decimal128 parsed = parse_decimal128(text, 17, Excess::refuse);
  if (parsed.error == DecimalError::none) {
    const Decimal128 again = parse_decimal128(decimal_text(parsed.raw, 17), 17, Excess::refuse);
    RC_ASSERT(again.error == DecimalError::none);
    RC_ASSERT(again.raw == parsed.raw);
  }
}

}  // namespace
}  // namespace tradewind
