#include "tradewind/core/base/decimal.hpp"

#include "tradewind/core/base/check.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace tradewind {
namespace {

__extension__ using UInt128 = unsigned __int128;

// The digits of the text as mantissa * 10^exponent, with what did not fit in the mantissa remembered.
struct Scan {
  UInt128 mantissa = 0;
  int significant = 0;  // digits of the mantissa from the first non-zero one
  int exponent = 0;     // of the last digit kept
  bool dropped_nonzero = false;
  bool negative = false;
  DecimalError error = DecimalError::none;
};

constexpr int kMantissaDigits = 38;  // 10^38 < 2^127

Scan scan(std::string_view text) noexcept {
  Scan result;
  if (text.empty()) {
    result.error = DecimalError::empty;
    return result;
  }
  std::size_t i = 0;
  if (text[0] == '-') {
    result.negative = true;
    i = 1;
  }
  bool any = false;
  bool fraction = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (result.significant < kMantissaDigits) {
      result.mantissa = result.mantissa * 10 + static_cast<unsigned>(c - '0');
      if (result.mantissa != 0) ++result.significant;
      if (fraction) --result.exponent;
    } else {
      result.dropped_nonzero |= c != '0';
      if (!fraction) ++result.exponent;
    }
  }
  if (any && i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool exponent_negative = false;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) {
      exponent_negative = text[i] == '-';
      ++i;
    }
    int exponent = 0;
    const std::size_t first = i;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      if (exponent < 100'000) exponent = exponent * 10 + (text[i] - '0');
    }
    if (i == first) any = false;
    result.exponent += exponent_negative ? -exponent : exponent;
  }
  if (!any || i != text.size()) result.error = DecimalError::malformed;
  return result;
}

Decimal128 to_scale(const Scan& scanned, int decimals, Excess excess) noexcept {
  if (scanned.error != DecimalError::none) return {0, scanned.error};
  if (scanned.mantissa == 0) {
    return {0, scanned.dropped_nonzero ? DecimalError::inexact : DecimalError::none};
  }
  UInt128 value = scanned.mantissa;
  const int shift = scanned.exponent + decimals;
  if (shift > kMantissaDigits) return {0, DecimalError::overflow};
  if (shift >= 0) {
    constexpr UInt128 kMax = static_cast<UInt128>(std::numeric_limits<Int128>::max());
    for (int i = 0; i < shift; ++i) {
      if (value > kMax / 10) return {0, DecimalError::overflow};
      value *= 10;
    }
    if (scanned.dropped_nonzero) return {0, DecimalError::overflow};
  } else {
    // value / 10^drop, rounded half to even.
    const int drop = -shift;
    UInt128 divisor = 1;
    bool vanishes = false;
    for (int i = 0; i < drop && !vanishes; ++i) {
      if (divisor > value) vanishes = true;
      else divisor *= 10;
    }
    const UInt128 quotient = vanishes ? 0 : value / divisor;
    const UInt128 remainder = vanishes ? value : value % divisor;
    const bool inexact = remainder != 0 || scanned.dropped_nonzero;
    if (inexact) {
      if (excess == Excess::refuse) return {0, DecimalError::inexact};
      const UInt128 half = divisor / 2;  // even: divisor is a power of ten above 1
      bool up =
          !vanishes && (remainder > half || (remainder == half && (scanned.dropped_nonzero || quotient % 2 != 0)));
      if (excess == Excess::noise) {
        const UInt128 rounded = quotient + (up ? 1 : 0);
        // |value - rounded * divisor| < value / 2^49
        const UInt128 distance = up ? divisor - remainder : remainder;
        if (vanishes || rounded == 0 || scanned.significant < 16 || distance > (value >> 49)) {
          return {0, DecimalError::inexact};
        }
      }
      value = quotient + (up ? 1 : 0);
    } else {
      value = quotient;
    }
  }
  if (value > static_cast<UInt128>(std::numeric_limits<Int128>::max())) return {0, DecimalError::overflow};
  const auto magnitude = static_cast<Int128>(value);
  return {scanned.negative ? -magnitude : magnitude, DecimalError::none};
}

constexpr auto kPowersOfTen = [] {
  std::array<std::int64_t, 19> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

// Most decimals: an integer part and perhaps a fraction, exact and of at most 18 digits once scaled. False for every other
// text, whatever is the matter with it.
bool parse_plain(std::string_view text, int decimals, std::int64_t& raw) noexcept {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::size_t i = 0;
  std::uint64_t mantissa = 0;
  const std::size_t size = text.size() < 20 ? text.size() : 0;  // no more than 19 digits can be added up
  for (; i < size && text[i] >= '0' && text[i] <= '9'; ++i)
    mantissa = mantissa * 10 + static_cast<unsigned>(text[i] - '0');
  const auto whole = static_cast<int>(i);
  int fraction = 0;
  if (i < size && text[i] == '.') {
    for (++i; i < size && text[i] >= '0' && text[i] <= '9'; ++i)
      mantissa = mantissa * 10 + static_cast<unsigned>(text[i] - '0');
    fraction = static_cast<int>(i) - whole - 1;
  }
  if (i != text.size() || whole == 0 || fraction > decimals || whole + decimals > 18) return false;
  raw = static_cast<std::int64_t>(mantissa) * kPowersOfTen[static_cast<std::size_t>(decimals - fraction)];
  if (negative) raw = -raw;
  return true;
}

// With zeros in front, to so many digits.
char* print_digits(char* out, std::uint64_t value, int digits) noexcept {
  for (int i = digits; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + static_cast<int>(value % 10));
  return out + digits;
}

}  // namespace

Decimal128 parse_decimal128(std::string_view text, int decimals, Excess excess) noexcept {
  TW_CHECK(decimals >= 0 && decimals <= 18);
  return to_scale(scan(text), decimals, excess);
}

Decimal64 parse_decimal64(std::string_view text, int decimals, Excess excess) noexcept {
  TW_CHECK(decimals >= 0 && decimals <= 18);
  if (Decimal64 quick; parse_plain(text, decimals, quick.raw)) return quick;
  const Decimal128 wide = parse_decimal128(text, decimals, excess);
  if (wide.error != DecimalError::none) return {0, wide.error};
  if (wide.raw > std::numeric_limits<std::int64_t>::max() || wide.raw < std::numeric_limits<std::int64_t>::min()) {
    return {0, DecimalError::overflow};
  }
  return {static_cast<std::int64_t>(wide.raw), DecimalError::none};
}

char* print_decimal(char* out, Int128 raw, int decimals) noexcept {
  TW_CHECK(decimals >= 0 && decimals <= 18);
  constexpr std::uint64_t kNineteenDigits = 10'000'000'000'000'000'000U;
  const UInt128 magnitude = raw < 0 ? UInt128{0} - static_cast<UInt128>(raw) : static_cast<UInt128>(raw);
  if (raw < 0) *out++ = '-';
  const auto unit = static_cast<std::uint64_t>(kPowersOfTen[static_cast<std::size_t>(decimals)]);
  UInt128 whole = 0;
  std::uint64_t fraction = 0;
  // Nearly all: divided as 64 bits.
  if (const auto low = static_cast<std::uint64_t>(magnitude); low == magnitude) {
    whole = low / unit;
    fraction = low % unit;
  } else {
    whole = magnitude / unit;
    fraction = static_cast<std::uint64_t>(magnitude % unit);
  }
  if (whole >= kNineteenDigits) {
    out = std::to_chars(out, out + 20, static_cast<std::uint64_t>(whole / kNineteenDigits)).ptr;
    out = print_digits(out, static_cast<std::uint64_t>(whole % kNineteenDigits), 19);
  } else {
    out = std::to_chars(out, out + 20, static_cast<std::uint64_t>(whole)).ptr;
  }
  if (fraction == 0) return out;
  for (; fraction % 10'000 == 0; fraction /= 10'000) decimals -= 4;
  for (; fraction % 10 == 0; fraction /= 10) --decimals;
  *out++ = '.';
  return print_digits(out, fraction, decimals);
}

std::string decimal_text(Int128 raw, int decimals) {
  std::array<char, kDecimalCharsMax> buffer{};
  const char* end = print_decimal(buffer.data(), raw, decimals);
  return std::string{static_cast<const char*>(buffer.data()), end};
}

}  // namespace tradewind
