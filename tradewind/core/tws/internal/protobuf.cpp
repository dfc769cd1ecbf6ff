#include "tradewind/core/tws/internal/protobuf.hpp"

#include <array>
#include <charconv>

namespace tradewind::tws::protobuf {

Decimal128 decimal128_of(double value, int decimals, Excess excess) {
  std::array<char, 40> buffer{};
  const char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return parse_decimal128({buffer.data(), static_cast<std::size_t>(end - buffer.data())}, decimals, excess);
}

Decimal64 decimal_of(double value, int decimals, Excess excess) {
  // Whole cents and the like, exactly and without text: a product below 2^53 that is integral.
  static constexpr std::int64_t kScales[] = {1, 10, 100, 1'000, 10'000, 100'000};  // from 1e-4 on
  const double scaled = value * 10'000;
  if (std::fabs(scaled) < 9e11 && decimals >= 4 && decimals <= 9) [[likely]] {
    const auto count = static_cast<std::int64_t>(scaled);
    if (static_cast<double>(count) == scaled && scaled / 10'000 == value)
      return {count * kScales[decimals - 4], DecimalError::none};
  }
  const Decimal128 wide = decimal128_of(value, decimals, excess);
  if (wide.error != DecimalError::none) return {0, wide.error};
  if (wide.raw > std::numeric_limits<std::int64_t>::max() || wide.raw < -std::numeric_limits<std::int64_t>::max()) {
    return {0, DecimalError::overflow};
  }
  return {static_cast<std::int64_t>(wide.raw), DecimalError::none};
}

double to_double(Int128 raw, int decimals) {
  // Through the decimal text, which from_chars rounds correctly once.
  std::array<char, kDecimalCharsMax> buffer{};
  const char* end = print_decimal(buffer.data(), raw, decimals);
  double value = 0;
  static_cast<void>(std::from_chars(buffer.data(), end, value));
  return value;
}

std::optional<Amount> amount_from_double(double value, const char* field, Fault& fault) {
  if (is_unset(value)) return std::nullopt;
  const Decimal128 decimal = decimal128_of(value, Amount::kDecimals, Excess::noise);
  if (decimal.error == DecimalError::none) return Amount::from_raw(decimal.raw);
  fault.set(field, "the amount does not fit");
  return std::nullopt;
}

}  // namespace tradewind::tws::protobuf
