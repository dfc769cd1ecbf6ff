#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/fixed_point.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind {

// The scales are fixed by docs/adr/0002. They are stored in journals: do not change them.

struct PriceTag {
  static constexpr int kDecimals = 9;
  static constexpr bool kSigned = true;  // spreads and some futures trade below zero
  static constexpr std::string_view kName = "price";
};
struct QuantityTag {
  static constexpr int kDecimals = 8;
  static constexpr bool kSigned = false;  // the direction is a Side
  static constexpr std::string_view kName = "quantity";
};
struct PositionTag {
  static constexpr int kDecimals = 8;
  static constexpr bool kSigned = true;  // long above zero, short below
  static constexpr std::string_view kName = "position";
};
struct MultiplierTag {
  static constexpr int kDecimals = 6;
  static constexpr bool kSigned = false;
  static constexpr std::string_view kName = "multiplier";
};

using Price = FixedPoint<PriceTag>;            // per unit, to 1e-9; |price| below 9.2e9
using Quantity = FixedPoint<QuantityTag>;      // shares, contracts or coins, to 1e-8; below 9.2e10
using Position = FixedPoint<PositionTag>;      // a signed quantity held
using Multiplier = FixedPoint<MultiplierTag>;  // units of the underlying a contract stands for: 1, 50, 100, 0.1

enum class Side : std::uint8_t { buy, sell };
template <>
inline constexpr auto kEnumNames<Side> =
    std::to_array<std::pair<Side, std::string_view>>({{Side::buy, "BUY"}, {Side::sell, "SELL"}});

[[nodiscard]] constexpr Side opposite(Side side) { return side == Side::buy ? Side::sell : Side::buy; }

// The position after `quantity` was bought or sold; empty when it does not fit.
[[nodiscard]] std::optional<Position> after_trade(Position position, Side side, Quantity quantity) noexcept;
[[nodiscard]] Quantity magnitude(Position position) noexcept;

// An amount of some currency, to 1e-17 in 128 bits: a price times a quantity is exact, always, and fits (8.5e20 of
// 1.7e21). Rounding happens only where a function's name or argument says so.
class Amount {
 public:
  static constexpr int kDecimals = PriceTag::kDecimals + QuantityTag::kDecimals;

  [[nodiscard]] static constexpr Amount zero() { return Amount{0}; }
  [[nodiscard]] static constexpr Amount from_raw(Int128 raw) { return Amount{raw}; }
  [[nodiscard]] static Amount of(std::int64_t whole);
  [[nodiscard]] static Result<Amount> parse(std::string_view text, Excess excess = Excess::refuse);

  [[nodiscard]] constexpr Int128 raw() const { return raw_; }
  [[nodiscard]] constexpr bool is_zero() const { return raw_ == 0; }
  [[nodiscard]] constexpr bool is_negative() const { return raw_ < 0; }
  [[nodiscard]] std::string text() const { return decimal_text(raw_, kDecimals); }
  // For people: rounded half to even to `decimals` places (0 to 17), trailing zeros kept: "1234.50".
  [[nodiscard]] std::string rounded_text(int decimals) const;
  // This amount rounded half to even to `decimals` places (0 to 17).
  [[nodiscard]] Amount rounded(int decimals) const;

  friend constexpr auto operator<=>(Amount, Amount) = default;

 private:
  constexpr explicit Amount(Int128 raw) : raw_{raw} {}
  Int128 raw_;
};

[[nodiscard]] std::optional<Amount> add(Amount a, Amount b) noexcept;
[[nodiscard]] std::optional<Amount> subtract(Amount a, Amount b) noexcept;
[[nodiscard]] Amount negate(Amount amount) noexcept;  // of the most negative amount: a programmer error
[[nodiscard]] Amount magnitude(Amount amount) noexcept;

// price * quantity * multiplier. Exact for a multiplier of 1; otherwise rounded half to even at 1e-17.
// Empty when it does not fit.
[[nodiscard]] std::optional<Amount> notional(Price price, Quantity quantity, Multiplier multiplier) noexcept;
// amount * numerator / denominator, rounded half to even; the denominator is above zero. Empty when it does not fit.
[[nodiscard]] std::optional<Amount> proportion(Amount amount, Int128 numerator, Int128 denominator) noexcept;
// amount / quantity / multiplier, rounded half to even to 1e-9. Empty for zero quantity or when it does not fit.
[[nodiscard]] std::optional<Price> average_price(Amount amount, Quantity quantity, Multiplier multiplier) noexcept;
// Half-way between two prices, rounded half to even.
[[nodiscard]] Price midpoint(Price a, Price b) noexcept;

}  // namespace tradewind

template <>
struct fmt::formatter<tradewind::Amount> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(tradewind::Amount value, Context& context) const {
    char buffer[tradewind::kDecimalCharsMax];
    const char* end = tradewind::print_decimal(buffer, value.raw(), tradewind::Amount::kDecimals);
    return fmt::formatter<std::string_view>::format({buffer, static_cast<std::size_t>(end - buffer)}, context);
  }
};
