#include "tradewind/core/tws/internal/field_reader.hpp"

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

// False for text that is not a number of a double's range. "Infinity" is a number here: the gateway sends it.
bool parse_real(std::string_view text, double& value) {
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

void FieldFault::set(const char* where, const char* why, std::size_t at) {
  if (what != nullptr) return;
  field = where;
  what = why;
  offset = at;
}

FieldReader::Slow<std::int64_t> FieldReader::slow_integer(FieldReader in, const char* field, std::int64_t low,
                                                          std::int64_t high) {
  const char* start = in.at_;
  const std::string_view value = in.text(field);
  if (value.empty() || in.failed()) return {in.at_, 0};
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc::result_out_of_range || (error == std::errc{} && (number < low || number > high))) {
    in.at_ = start;
    in.fail(field, "the integer is out of range");
    return {in.at_, 0};
  }
  if (error != std::errc{} || stop != value.data() + value.size()) {
    in.at_ = start;
    in.fail(field, "not an integer");
    return {in.at_, 0};
  }
  return {in.at_, number};
}

FieldReader::Slow<bool> FieldReader::slow_boolean(FieldReader in, const char* field) {
  const char* start = in.at_;
  const std::string_view value = in.text(field);
  if (value == "1" || value == "true") return {in.at_, true};
  if (value == "0" || value.empty() || value == "false") return {in.at_, false};
  in.at_ = start;
  in.fail(field, "not a yes or no (1 or 0)");
  return {in.at_, false};
}

FieldReader::Slow<std::optional<std::int64_t>> FieldReader::slow_decimal(FieldReader in, const char* field,
                                                                         int decimals, std::int64_t low, Excess excess,
                                                                         bool may_be_unset) {
  const char* start = in.at_;
  const std::string_view value = in.text(field);
  if (in.failed()) return {in.at_, std::nullopt};
  const bool unset = decimals == Price::kDecimals ? is_unset_price(value) : is_unset_decimal(value);
  // Bars that are not of trades have a volume of -1.
  const bool no_size = low == 0 && value == "-1";
  if ((unset || no_size) && may_be_unset) return {in.at_, std::nullopt};
  const Decimal64 parsed = parse_decimal64(value, decimals, excess);
  if (!unset && parsed.error == DecimalError::none && parsed.raw >= low) return {in.at_, parsed.raw};
  in.at_ = start;
  if (unset) {
    in.fail(field, "a value is required here");
  } else if (parsed.error == DecimalError::none) {
    in.fail(field, "may not be negative");
  } else if (parsed.error == DecimalError::malformed) {
    in.fail(field, "not a decimal number");
  } else if (parsed.error == DecimalError::inexact) {
    in.fail(field, "more decimal places than we can hold");
  } else {
    in.fail(field, "the number is too large");
  }
  return {in.at_, std::nullopt};
}

FieldReader::Slow<std::optional<Amount>> FieldReader::slow_amount(FieldReader in, const char* field,
                                                                  bool may_be_unset) {
  const char* start = in.at_;
  const std::string_view value = in.text(field);
  if (in.failed()) return {in.at_, std::nullopt};
  const char* what = "a value is required here";
  if (is_unset_price(value)) {
    if (may_be_unset) return {in.at_, std::nullopt};
  } else {
    const Decimal128 parsed = parse_decimal128(value, Amount::kDecimals, Excess::noise);
    if (parsed.error == DecimalError::none) return {in.at_, Amount::from_raw(parsed.raw)};
    what = parsed.error == DecimalError::malformed ? "not a decimal number" : "the amount does not fit";
  }
  in.at_ = start;
  in.fail(field, what);
  return {in.at_, std::nullopt};
}

FieldReader::Slow<std::optional<double>> FieldReader::slow_real(FieldReader in, const char* field, bool may_be_unset) {
  const char* start = in.at_;
  const std::string_view value = in.text(field);
  if (in.failed()) return {in.at_, std::nullopt};
  if (may_be_unset && (value.empty() || value == kUnsetDouble || value == "NaN")) return {in.at_, std::nullopt};
  double number = 0;
  if (parse_real(value, number)) {
    if (number != std::numeric_limits<double>::max()) return {in.at_, number};
    if (may_be_unset) return {in.at_, std::nullopt};
  }
  in.at_ = start;
  in.fail(field, "not a number");
  return {in.at_, std::nullopt};
}

}  // namespace tradewind::tws
