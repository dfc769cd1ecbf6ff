#include "tradewind/core/base/numbers.hpp"

#include <limits>

namespace tradewind {
namespace {

constexpr Int128 kMax128 = std::numeric_limits<Int128>::max();

constexpr Int128 pow10(int exponent) {
  Int128 value = 1;
  for (int i = 0; i < exponent; ++i) value *= 10;
  return value;
}

// By how much a truncated quotient must move to be rounded half to even: -1, 0 or 1.
int rounding_step(Int128 quotient, Int128 remainder, Int128 divisor) {
  const Int128 taken = remainder < 0 ? -remainder : remainder;
  const Int128 left = divisor - taken;
  const bool away = taken > left || (taken == left && quotient % 2 != 0);
  return !away ? 0 : remainder < 0 ? -1 : 1;
}

Int128 divide_half_even(Int128 value, Int128 divisor) {
  const Int128 quotient = value / divisor;
  return quotient + rounding_step(quotient, value - quotient * divisor, divisor);
}

}  // namespace

std::optional<Position> after_trade(Position position, Side side, Quantity quantity) noexcept {
  const Int128 change = side == Side::buy ? Int128{quantity.raw()} : -Int128{quantity.raw()};
  return Position::try_from_raw(position.raw() + change);
}

Quantity magnitude(Position position) noexcept {
  return Quantity::from_raw(position.raw() < 0 ? -position.raw() : position.raw());
}

Amount Amount::of(std::int64_t whole) { return Amount{Int128{whole} * pow10(kDecimals)}; }

Result<Amount> Amount::parse(std::string_view text, Excess excess) {
  const Decimal128 parsed = parse_decimal128(text, kDecimals, excess);
  if (parsed.error == DecimalError::none) return Amount{parsed.raw};
  return fail(parsed.error == DecimalError::overflow ? Errc::out_of_range : Errc::malformed,
              fmt::format("amount '{}': {}", text.substr(0, 64), name(parsed.error)));
}

Amount Amount::rounded(int decimals) const {
  TW_CHECK(decimals >= 0 && decimals <= kDecimals);
  const Int128 unit = pow10(kDecimals - decimals);
  return Amount{divide_half_even(raw_, unit) * unit};
}

std::string Amount::rounded_text(int decimals) const {
  std::string text = rounded(decimals).text();
  if (decimals == 0) return text;
  std::size_t point = text.find('.');
  if (point == std::string::npos) {
    point = text.size();
    text.push_back('.');
  }
  text.append(point + 1 + static_cast<std::size_t>(decimals) - text.size(), '0');
  return text;
}

std::optional<Amount> add(Amount a, Amount b) noexcept {
  Int128 sum = 0;
  if (__builtin_add_overflow(a.raw(), b.raw(), &sum)) return std::nullopt;
  return Amount::from_raw(sum);
}

std::optional<Amount> subtract(Amount a, Amount b) noexcept {
  Int128 difference = 0;
  if (__builtin_sub_overflow(a.raw(), b.raw(), &difference)) return std::nullopt;
  return Amount::from_raw(difference);
}

Amount negate(Amount amount) noexcept {
  TW_CHECK(amount.raw() >= -kMax128);
  return Amount::from_raw(-amount.raw());
}

Amount magnitude(Amount amount) noexcept { return amount.is_negative() ? negate(amount) : amount; }

std::optional<Amount> notional(Price price, Quantity quantity, Multiplier multiplier) noexcept {
  const Int128 product = Int128{price.raw()} * quantity.raw();  // below 2^126: fits
  if (multiplier.raw() == Multiplier::kScale) return Amount::from_raw(product);
  return proportion(Amount::from_raw(product), multiplier.raw(), Multiplier::kScale);
}

std::optional<Amount> proportion(Amount amount, Int128 numerator, Int128 denominator) noexcept {
  TW_CHECK(denominator > 0);
  Int128 product = 0;
  if (!__builtin_mul_overflow(amount.raw(), numerator, &product))
    return Amount::from_raw(divide_half_even(product, denominator));
  // Whole part and remainder apart, so that the product of the second is small.
  const Int128 whole = amount.raw() / denominator;
  const Int128 rest = amount.raw() % denominator;
  Int128 high = 0;
  Int128 low = 0;
  Int128 sum = 0;
  if (__builtin_mul_overflow(whole, numerator, &high)) return std::nullopt;
  if (__builtin_mul_overflow(rest, numerator, &low)) return std::nullopt;
  if (__builtin_add_overflow(high, low / denominator, &sum)) return std::nullopt;
  if (__builtin_add_overflow(sum, rounding_step(sum, low % denominator, denominator), &sum)) return std::nullopt;
  return Amount::from_raw(sum);
}

std::optional<Price> average_price(Amount amount, Quantity quantity, Multiplier multiplier) noexcept {
  if (quantity.is_zero() || multiplier.is_zero()) return std::nullopt;
  // amount is in 1e-17, quantity in 1e-8, so the quotient is in 1e-9: the price's own unit.
  if (multiplier.raw() == Multiplier::kScale)
    return Price::try_from_raw(divide_half_even(amount.raw(), quantity.raw()));
  Int128 divisor = 0;
  if (__builtin_mul_overflow(Int128{quantity.raw()}, Int128{multiplier.raw()}, &divisor)) return std::nullopt;
  const auto scaled = proportion(amount, Multiplier::kScale, divisor);
  if (!scaled) return std::nullopt;
  return Price::try_from_raw(scaled->raw());
}

Price midpoint(Price a, Price b) noexcept {
  const Int128 sum = Int128{a.raw()} + b.raw();
  const auto below = static_cast<std::int64_t>(sum >> 1);
  return Price::from_raw(below + ((sum & 1) != 0 ? below & 1 : 0));
}

}  // namespace tradewind
