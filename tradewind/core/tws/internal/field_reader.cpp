#include "tradewind/core/tws/internal/field_reader.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace tradewind::tws {
namespace {

constexpr std::string_view kUnsetDouble = "1.7976931348623157E308";

// Every way a gateway writes "no value" where a decimal is expected; see tws-protocol 1.8.
bool is_unset_decimal(std::string_view text) {
  return text.empty() || text == kUnsetDouble || text == "1.7976931348623157e+308" || text == "2147483647" ||
         text == "9223372036854775807" || text == "-9223372036854775808" || text == "NaN" || text == "nan" ||
         text == "170141183460469231731687303715884105727";  // the vendor's Python client: no decimal number
}
bool is_unset_price(std::string_view text) {
  return text.empty() || text == kUnsetDouble || text == "1.7976931348623157e+308";
}

constexpr std::array<double, 23> kExactPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Exact for up to 15 digits: both operands of the division are representable, so it rounds once, correctly.
bool quick_real(std::string_view text, double& value) {
  std::size_t i = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) i = 1;
  std::uint64_t mantissa = 0;
  std::size_t digits = 0;
  std::size_t fraction = 0;
  bool point = false;
  for (; i < text.size(); ++i) {
    const auto digit = static_cast<unsigned char>(text[i]) - unsigned{'0'};
    if (digit < 10) {
      mantissa = mantissa * 10 + digit;
      ++digits;
      fraction += point;
    } else if (text[i] == '.' && !point) {
      point = true;
    } else {
      return false;
    }
  }
  if (digits == 0 || digits > 15) return false;
  value = static_cast<double>(mantissa) / kExactPowers[fraction];
  if (negative) value = -value;
  return true;
}

// False for text that is not a number of a double's range. "Infinity" is a number here: the gateway sends it.
bool parse_real(std::string_view text, double& value) {
  if (quick_real(text, value)) return true;
  if (text == "Infinity" || text == "Infinite") {
    value = std::numeric_limits<double>::infinity();
    return true;
  }
  if (text == "-Infinity") {
    value = -std::numeric_limits<double>::infinity();
    return true;
  }
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && stop == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

void FieldReader::fail(const char* field, const char* what) {
  if (fault_what_ == nullptr) {
    fault_field_ = field;
    fault_what_ = what;
    fault_offset_ = offset();
  }
  at_ = end_;
}

std::int64_t FieldReader::slow_integer(const char* field, std::int64_t low, std::int64_t high) {
  const char* start = at_;
  const std::string_view value = text(field);
  if (value.empty() || failed()) return 0;
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc::result_out_of_range || (error == std::errc{} && (number < low || number > high))) {
    at_ = start;
    fail(field, "the integer is out of range");
    return 0;
  }
  if (error != std::errc{} || stop != value.data() + value.size()) {
    at_ = start;
    fail(field, "not an integer");
    return 0;
  }
  return number;
}

bool FieldReader::slow_boolean(const char* field) {
  const char* start = at_;
  const std::string_view value = text(field);
  if (value == "1" || value == "true") return true;
  if (value == "0" || value.empty() || value == "false") return false;
  at_ = start;
  fail(field, "not a yes or no (1 or 0)");
  return false;
}

std::optional<std::int64_t> FieldReader::slow_decimal(const char* field, int decimals, std::int64_t low, Excess excess,
                                                      bool may_be_unset) {
  const char* start = at_;
  const std::string_view value = text(field);
  if (failed()) return std::nullopt;
  const bool unset = decimals == Price::kDecimals ? is_unset_price(value) : is_unset_decimal(value);
  if (unset && may_be_unset) return std::nullopt;
  const Decimal64 parsed = parse_decimal64(value, decimals, excess);
  if (!unset && parsed.error == DecimalError::none && parsed.raw >= low) return parsed.raw;
  at_ = start;
  if (unset) {
    fail(field, "a value is required here");
  } else if (parsed.error == DecimalError::none) {
    fail(field, "may not be negative");
  } else if (parsed.error == DecimalError::malformed) {
    fail(field, "not a decimal number");
  } else if (parsed.error == DecimalError::inexact) {
    fail(field, "more decimal places than we can hold");
  } else {
    fail(field, "the number is too large");
  }
  return std::nullopt;
}

std::optional<Amount> FieldReader::optional_amount(const char* field) {
  const char* start = at_;
  const std::string_view value = text(field);
  if (failed() || is_unset_price(value)) return std::nullopt;
  const Decimal128 parsed = parse_decimal128(value, Amount::kDecimals, Excess::noise);
  if (parsed.error == DecimalError::none) return Amount::from_raw(parsed.raw);
  at_ = start;
  fail(field, parsed.error == DecimalError::malformed ? "not a decimal number" : "the amount does not fit");
  return std::nullopt;
}

Amount FieldReader::amount(const char* field) {
  const char* start = at_;
  const auto value = optional_amount(field);
  if (value || failed()) return value.value_or(Amount::zero());
  at_ = start;
  fail(field, "a value is required here");
  return Amount::zero();
}

double FieldReader::real(const char* field) {
  const char* start = at_;
  const std::string_view value = text(field);
  if (value.empty()) return 0;
  double number = 0;
  if (parse_real(value, number) && number != std::numeric_limits<double>::max()) return number;
  at_ = start;
  fail(field, "not a number");
  return 0;
}

std::optional<double> FieldReader::slow_optional_real(const char* field) {
  const char* start = at_;
  const std::string_view value = text(field);
  if (value.empty() || value == kUnsetDouble || value == "NaN") return std::nullopt;
  double number = 0;
  if (!parse_real(value, number)) {
    at_ = start;
    fail(field, "not a number");
    return std::nullopt;
  }
  if (number == std::numeric_limits<double>::max()) return std::nullopt;
  return number;
}

std::size_t FieldReader::count(const char* field, std::size_t fields) {
  const char* start = at_;
  const std::int32_t value = int32(field);
  if (value < 0 || static_cast<std::size_t>(value) > bytes_left() / (fields == 0 ? 1 : fields)) {
    at_ = start;
    fail(field, "the count is negative or more than the message can hold");
    return 0;
  }
  return static_cast<std::size_t>(value);
}

}  // namespace tradewind::tws
