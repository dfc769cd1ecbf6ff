#include "tradewind/core/tws/internal/protobuf.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace tradewind::tws::protobuf {

Decimal128 decimal128_of(double value, int decimals, Excess excess) {
  std::array<char, 40> buffer{};
  const char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return parse_decimal128({buffer.data(), static_cast<std::size_t>(end - buffer.data())}, decimals, excess);
}

std::optional<std::int64_t> slow_fixed(double value, int decimals, std::int64_t low, Excess excess, const char* field,
                                       Fault& fault) {
  if (is_unset(value)) return std::nullopt;
  const Decimal128 wide = decimal128_of(value, decimals, excess);
  if (wide.error == DecimalError::none && wide.raw >= low && wide.raw <= std::numeric_limits<std::int64_t>::max())
    return static_cast<std::int64_t>(wide.raw);
  fault.set(field,
            wide.error == DecimalError::inexact ? "more decimal places than we can hold" : "the number does not fit");
  return std::nullopt;
}

std::optional<std::int64_t> slow_fixed(std::string_view text, int decimals, std::int64_t low, Excess excess,
                                       const char* field, Fault& fault) {
  const Decimal64 decimal = parse_decimal64(text, decimals, excess);
  if (decimal.error == DecimalError::none && decimal.raw >= low) return decimal.raw;
  fault.set(field, decimal.error == DecimalError::malformed ? "not a decimal number" : "the number does not fit");
  return std::nullopt;
}

double slow_double(Int128 raw, int decimals) {
  // Through the decimal text, which from_chars rounds correctly once.
  std::array<char, kDecimalCharsMax> buffer{};
  const char* end = print_decimal(buffer.data(), raw, decimals);
  double value = 0;
  static_cast<void>(std::from_chars(buffer.data(), end, value));
  // The nearest double of the largest numbers that 64 bits hold lies beyond them: nobody could read it back.
  constexpr Int128 kLargest = std::numeric_limits<std::int64_t>::max();
  constexpr Int128 kNear = kLargest - 4096;
  if (decimals < Amount::kDecimals && (raw > kNear || raw < -kNear)) [[unlikely]] {
    const Decimal128 back = decimal128_of(value, decimals, Excess::half_even);
    if (back.error != DecimalError::none || back.raw > kLargest || back.raw < -kLargest)
      value = std::nextafter(value, 0.0);
  }
  return value;
}

std::optional<Amount> slow_amount(double value, const char* field, Fault& fault) {
  if (is_unset(value)) return std::nullopt;
  const Decimal128 decimal = decimal128_of(value, Amount::kDecimals, Excess::noise);
  if (decimal.error == DecimalError::none) return Amount::from_raw(decimal.raw);
  fault.set(field, "the amount does not fit");
  return std::nullopt;
}

}  // namespace tradewind::tws::protobuf
