// Single fields: how the world writes them, and how we do.

#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/tws/internal/field_reader.hpp"
#include "tradewind/core/tws/internal/text_writer.hpp"

#include "tests/support/tws_frames.hpp"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace tradewind::tws {
namespace {

using testing::PaddedBytes;

struct OneField {
  explicit OneField(std::string_view text) : bytes{std::string{text} + '\0'}, reader{bytes.view(), fault} {}
  PaddedBytes bytes;
  FieldFault fault;
  FieldReader reader;
};

std::optional<Price> price(std::string_view text, bool& failed) {
  OneField field{text};
  const auto value = field.reader.optional_fixed<Price, Excess::noise>("f");
  failed = field.reader.failed();
  return value;
}

TEST(FieldReader, ReadsPricesAsTheyAreWrittenInTheWild) {
  struct Case {
    const char* text;
    const char* value;  // null: unset; "!": refused
  };
  const Case cases[] = {
      {"201.25", "201.25"},
      {"0.0", "0"},
      {"0", "0"},
      {"-1.5", "-1.5"},
      {"1.0E-4", "0.0001"},
      {"182.9400", "182.94"},
      {"999999999.999999999", "999999999.999999999"},
      {"1234567890.5", "1234567890.5"},
      {"0.30000000000000004", "0.3"},
      {"", nullptr},
      {"1.7976931348623157E308", nullptr},
      {"1.7976931348623157e+308", nullptr},
      {"abc", "!"},
      {"1,5", "!"},
      {"0x1", "!"},
      {"1e309", "!"},
      {"NaN", "!"},
      {"--1", "!"},
      {"1.2.3", "!"},
      {"+1", "!"},
      {"9300000000", "!"},
      {"0.1234567891", "!"},
      {"1234567890123456789012345", "!"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    bool failed = false;
    const auto value = price(c.text, failed);
    if (c.value == nullptr) {
      EXPECT_FALSE(failed);
      EXPECT_FALSE(value.has_value());
    } else if (std::string_view{c.value} == "!") {
      EXPECT_TRUE(failed);
    } else {
      ASSERT_TRUE(value.has_value());
      EXPECT_EQ(value->text(), c.value);
    }
  }
}

TEST(FieldReader, KnowsEveryWayToWriteNoQuantity) {
  for (const char* text :
       {"", "2147483647", "9223372036854775807", "-9223372036854775808", "1.7976931348623157E308", "NaN"}) {
    OneField optional{text};
    EXPECT_FALSE((optional.reader.optional_fixed<Quantity, Excess::noise>("f")).has_value()) << text;
    EXPECT_FALSE(optional.reader.failed()) << text;
    OneField required{text};
    static_cast<void>(required.reader.fixed<Quantity, Excess::noise>("f"));
    EXPECT_TRUE(required.reader.failed()) << text;
  }
  OneField negative{"-5"};
  static_cast<void>(negative.reader.optional_fixed<Quantity, Excess::noise>("f"));
  EXPECT_STREQ(negative.fault.what, "may not be negative");
}

TEST(FieldReader, ReadsIntegersWithinTheirTypeOnly) {
  const auto read = [](std::string_view text, bool& failed) {
    OneField field{text};
    const auto value = field.reader.int32("f");
    failed = field.reader.failed();
    return value;
  };
  bool failed = false;
  EXPECT_EQ(read("2147483647", failed), 2147483647);
  EXPECT_FALSE(failed);
  EXPECT_EQ(read("-2147483648", failed), -2147483647 - 1);
  EXPECT_FALSE(failed);
  EXPECT_EQ(read("", failed), 0);
  EXPECT_FALSE(failed);
  for (const char* text : {"2147483648", "99999999999999999999", "1.0", "1 ", "-", "+1", "1e3"}) {
    read(text, failed);
    EXPECT_TRUE(failed) << text;
  }
  OneField unset{"2147483647"};
  EXPECT_FALSE(unset.reader.optional_int32("f").has_value());
  OneField wide{"9223372036854775807"};
  EXPECT_FALSE(wide.reader.optional_int64("f").has_value());
}

// The short cuts look at bytes behind the one they begin with.
TEST(FieldReader, NeverReadsOnInTheNextField) {
  const PaddedBytes bytes{
      std::string{"7\00012\000\0001.5\0001.7976931348623157E30\0008\0001.7976931348623157E308\000-\0003\000", 61}};
  FieldFault fault;
  FieldReader reader{bytes.view(), fault};
  EXPECT_EQ(reader.int32("one digit"), 7);
  EXPECT_EQ(reader.int32("two digits"), 12);
  EXPECT_EQ(reader.int32("empty"), 0);
  EXPECT_EQ(reader.optional_real("plain"), 1.5);
  EXPECT_EQ(reader.optional_real("nearly the unset one"), 1.7976931348623157E30);
  EXPECT_EQ(reader.int32("what would make it that"), 8);
  EXPECT_FALSE(reader.optional_real("unset").has_value());
  EXPECT_FALSE(reader.failed());
  EXPECT_EQ(reader.int32("a sign alone"), 0);
  EXPECT_STREQ(fault.field, "a sign alone");
}

TEST(FieldReader, ReadsRealsCorrectlyRounded) {
  for (const char* text :
       {"0.1", "11340.427636781911", "0.5579497967180902", "-68.051912", "1.7976931348623157e+300", "5E-324", "0"}) {
    OneField field{text};
    EXPECT_EQ(field.reader.optional_real("f"), std::strtod(text, nullptr)) << text;
  }
  OneField infinite{"Infinity"};
  EXPECT_TRUE(std::isinf(infinite.reader.optional_real("f").value()));
  OneField unset{"1.7976931348623157E308"};
  EXPECT_FALSE(unset.reader.optional_real("f").has_value());
  OneField huge{"1e309"};
  static_cast<void>(huge.reader.optional_real("f"));
  EXPECT_TRUE(huge.reader.failed());
}

TEST(FieldReader, KeepsTheFirstFaultAndStopsThere) {
  const PaddedBytes bytes{
      std::string{"x\0"
                  "2\0",
                  4}};
  FieldFault fault;
  FieldReader reader{bytes.view(), fault};
  EXPECT_EQ(reader.int32("first"), 0);
  EXPECT_EQ(reader.int32("second"), 0);
  EXPECT_STREQ(fault.field, "first");
  const PaddedBytes open{"no end"};
  FieldFault open_fault;
  FieldReader unterminated{open.view(), open_fault};
  EXPECT_TRUE(unterminated.failed());
}

std::string written(auto&& write) {
  ByteQueue out;
  {
    TextWriter writer{out};
    write(writer);
  }
  std::string text{as_text(out.contents())};
  for (char& c : text) {
    if (c == '\0') c = '|';
  }
  return text;
}

TEST(TextWriter, PrintsNumbersInEveryStyle) {
  EXPECT_EQ(written([](TextWriter& out) {
              const Price p = Price::parse("200.5").value();
              out.fixed(p);
              out.fixed(p, Point::java);
              out.fixed(Price::of(200));
              out.fixed(Price::of(200), Point::java);
              out.fixed(Price::parse("0.0001").value(), Point::java);
              out.fixed(Price::of(20'000'000), Point::java);
              out.fixed(Price::parse("-0.000000001").value());
              out.optional_fixed(std::optional<Price>{}, Unset::empty);
              out.optional_fixed(std::optional<Price>{}, Unset::zero);
              out.optional_fixed(std::optional<Price>{}, Unset::zero, Point::java);
              out.optional_fixed(std::optional<Price>{}, Unset::max);
              out.optional_fixed(std::optional<Quantity>{}, Unset::min);
            }),
            "200.5|200.5|200|200.0|1.0E-4|2.0E7|-0.000000001||0|0.0|1.7976931348623157E308|-9223372036854775808|");
  EXPECT_EQ(written([](TextWriter& out) {
              out.real(3, Point::java);
              out.real(0.1, Point::shortest);
              out.real(std::numeric_limits<double>::infinity(), Point::shortest);
              out.real(1e-7, Point::java);
              out.blank_if_zero(0);
              out.int32(-7);
              out.optional_int32(std::nullopt, Unset::max);
              out.optional_int64(std::nullopt, Unset::max);
              out.boolean(true);
              out.amount(Amount::of(1), Point::java);
              out.amount(Amount::parse("1.0003").value(), Point::java);
            }),
            "3.0|0.1|Infinity|1.0E-7||-7|2147483647|9223372036854775807|1|1.0|1.0003|");
}

// The shortest text that reads back as the number, and the same in Java's form where that has no exponent.
TEST(TextWriter, PrintsEveryRealAsTheLibraryDoes) {
  const auto check = [](double value) {
    std::array<char, 40> buffer{};
    const auto text_of = [&](std::chars_format format) {
      return std::string{buffer.data(), std::to_chars(buffer.data(), buffer.data() + 40, value, format).ptr};
    };
    const std::string shortest{buffer.data(), std::to_chars(buffer.data(), buffer.data() + 40, value).ptr};
    ASSERT_EQ(written([&](TextWriter& out) { out.real(value, Point::shortest); }), shortest + "|");
    if (value != 0 && (std::fabs(value) < 1e-3 || std::fabs(value) >= 1e7)) return;
    std::string java = text_of(std::chars_format::fixed);
    if (!java.contains('.')) java += ".0";
    ASSERT_EQ(written([&](TextWriter& out) { out.real(value, Point::java); }), java + "|");
  };
  for (const double edge : {0.0, 0.001, 1.0, 9'999.5, 1e4, 1e5, 1e6, 1e7, 0.1 + 0.2, 1.0 / 3}) {
    for (const double sign : {1.0, -1.0}) {
      check(sign * edge);
      check(sign * std::nextafter(edge, 1e300));
      check(sign * std::nextafter(edge, 0.0));
    }
  }
  Rng rng{1};
  for (int i = 0; i < 200'000; ++i) {
    double scale = 1;
    for (std::int64_t places = rng.between(0, 9); places > 0; --places) scale *= 10;
    check(static_cast<double>(rng.between(-10'000'000'000, 10'000'000'000) >> rng.between(0, 34)) / scale);
    check(static_cast<double>(rng.between(-1'000'000'000'000, 1'000'000'000'000)) / 3 / scale);
  }
}

TEST(TextWriter, EscapesWhatIsNotAscii) {
  EXPECT_EQ(written([](TextWriter& out) {
              out.escaped("f",
                          "Gr\xc3\xbc\xc3\x9f"
                          "e \xf0\x9f\x98\x80 \xff");
            }),
            "Gr\\u00fc\\u00dfe \\ud83d\\ude00 \\u00ff|");
}

TEST(TextWriter, GrowsWithWhatIsWritten) {
  const std::string large(100'000, 'x');
  ByteQueue out;
  {
    TextWriter writer{out};
    for (int i = 0; i < 3; ++i) {
      writer.text("f", large);
      writer.int32(i);
    }
  }
  EXPECT_EQ(out.size(), 3 * (large.size() + 1 + 2));
}

}  // namespace
}  // namespace tradewind::tws
