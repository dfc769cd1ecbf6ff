#pragma once

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/decimal.hpp"
#include "tradewind/core/base/result.hpp"

#include <fmt/format.h>

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind {

// An exact decimal in 64 bits: an integer count of 10^-kDecimals. The tag says which quantity it is, so that a price
// and a quantity neither compare nor add. Only the operations that mean something exist; the ones that can overflow
// return an optional, empty when the result does not fit. There is no default value and no conversion in or out.
template <class Tag>
class FixedPoint {
 public:
  static constexpr int kDecimals = Tag::kDecimals;
  static constexpr std::int64_t kScale = [] {
    std::int64_t scale = 1;
    for (int i = 0; i < Tag::kDecimals; ++i) scale *= 10;
    return scale;
  }();
  static constexpr std::int64_t kRawMax = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kRawMin = Tag::kSigned ? -kRawMax : 0;  // symmetric: negation never overflows

  [[nodiscard]] static constexpr FixedPoint zero() { return FixedPoint{0}; }
  // `raw` counts units of 10^-kDecimals and must be within [kRawMin, kRawMax].
  [[nodiscard]] static constexpr FixedPoint from_raw(std::int64_t raw) {
    TW_CHECK(raw >= kRawMin);
    return FixedPoint{raw};
  }
  [[nodiscard]] static constexpr std::optional<FixedPoint> try_from_raw(Int128 raw) {
    if (raw < kRawMin || raw > kRawMax) return std::nullopt;
    return FixedPoint{static_cast<std::int64_t>(raw)};
  }
  // A whole number of units, for literals: Price::of(100) is 100.0.
  [[nodiscard]] static constexpr FixedPoint of(std::int64_t whole) {
    const auto value = try_from_raw(Int128{whole} * kScale);
    TW_CHECK(value.has_value());
    return *value;
  }

  // Decimal text, exactly. The error names the text and what is wrong with it.
  [[nodiscard]] static Result<FixedPoint> parse(std::string_view text, Excess excess = Excess::refuse) {
    const Decimal64 parsed = parse_decimal64(text, kDecimals, excess);
    if (parsed.error == DecimalError::none && parsed.raw >= kRawMin) return FixedPoint{parsed.raw};
    const bool range = parsed.error == DecimalError::overflow || parsed.error == DecimalError::none;
    return fail(range ? Errc::out_of_range : Errc::malformed,
                fmt::format("{} '{}': {}", Tag::kName, text.substr(0, 64),
                            parsed.error == DecimalError::none ? "may not be negative" : name(parsed.error)));
  }

  [[nodiscard]] constexpr std::int64_t raw() const { return raw_; }
  [[nodiscard]] constexpr bool is_zero() const { return raw_ == 0; }
  [[nodiscard]] std::string text() const { return decimal_text(raw_, kDecimals); }

  friend constexpr auto operator<=>(FixedPoint, FixedPoint) = default;

  [[nodiscard]] friend constexpr std::optional<FixedPoint> add(FixedPoint a, FixedPoint b) {
    return try_from_raw(Int128{a.raw_} + b.raw_);
  }
  [[nodiscard]] friend constexpr std::optional<FixedPoint> subtract(FixedPoint a, FixedPoint b) {
    return try_from_raw(Int128{a.raw_} - b.raw_);
  }
  [[nodiscard]] friend constexpr FixedPoint negate(FixedPoint a)
    requires(Tag::kSigned)
  {
    return FixedPoint{-a.raw_};
  }

 private:
  constexpr explicit FixedPoint(std::int64_t raw) : raw_{raw} {}
  std::int64_t raw_;
};

}  // namespace tradewind

template <class Tag>
struct fmt::formatter<tradewind::FixedPoint<Tag>> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(tradewind::FixedPoint<Tag> value, Context& context) const {
    char buffer[tradewind::kDecimalCharsMax];
    const char* end = tradewind::print_decimal(buffer, value.raw(), value.kDecimals);
    return fmt::formatter<std::string_view>::format({buffer, static_cast<std::size_t>(end - buffer)}, context);
  }
};
