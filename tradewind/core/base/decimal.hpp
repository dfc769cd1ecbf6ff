#pragma once

#include "tradewind/core/base/enum_names.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tradewind {

__extension__ using Int128 = __int128;

// What to do with digits below the scale of the target type.
enum class Excess : std::uint8_t {
  refuse,     // exact values: more digits than fit is an error
  half_even,  // named rounding, for values no rule depends on to the last digit
  noise,      // accept only what floating-point arithmetic at the sender can have added: 16 or more significant
              // digits, and less than one part in 2^49 away from the rounded value; anything else is refused
};

enum class DecimalError : std::uint8_t { none, empty, malformed, overflow, inexact };

template <>
inline constexpr auto kEnumNames<DecimalError> = std::to_array<std::pair<DecimalError, std::string_view>>(
    {{DecimalError::none, "no error"},
     {DecimalError::empty, "empty"},
     {DecimalError::malformed, "not a decimal number"},
     {DecimalError::overflow, "too large"},
     {DecimalError::inexact, "more decimal places than the type holds"}});

struct Decimal64 {
  std::int64_t raw = 0;
  DecimalError error = DecimalError::none;
};
struct Decimal128 {
  Int128 raw = 0;
  DecimalError error = DecimalError::none;
};

// Reads `[-]digits[.digits][E[+-]digits]` (one side of the point may be empty, not both) as an integer in units of
// 10^-decimals. Every character and every overflow is checked; nothing is skipped, blanks and a leading '+' are
// malformed. Java's and C's exponents are read, since the gateway prints both. `decimals` is 0 to 18.
[[nodiscard]] Decimal64 parse_decimal64(std::string_view text, int decimals, Excess excess) noexcept;
[[nodiscard]] Decimal128 parse_decimal128(std::string_view text, int decimals, Excess excess) noexcept;

// The shortest plain form of raw * 10^-decimals: no exponent, no trailing zeros, "0" for zero, "-0.5".
// At most 41 characters; `out` must have room. Returns one past the last character written.
char* print_decimal(char* out, Int128 raw, int decimals) noexcept;
inline constexpr int kDecimalCharsMax = 42;
[[nodiscard]] std::string decimal_text(Int128 raw, int decimals);

}  // namespace tradewind
