#pragma once

#include "tradewind/core/base/inline_text.hpp"
#include "tradewind/core/base/numbers.hpp"

#include <fmt/format.h>

#include <compare>
#include <optional>

namespace tradewind {

// An ISO code or IB's own short name: "USD", "EUR", "BASE". Empty means not stated.
using Currency = InlineText<8>;

// An amount with its currency. Two currencies do not add: the sum is empty.
struct Money {
  Amount amount = Amount::zero();
  Currency currency;

  friend bool operator==(const Money&, const Money&) = default;
};

[[nodiscard]] inline std::optional<Money> add(const Money& a, const Money& b) {
  if (a.currency != b.currency) return std::nullopt;
  const auto sum = add(a.amount, b.amount);
  if (!sum) return std::nullopt;
  return Money{*sum, a.currency};
}

}  // namespace tradewind

template <>
struct fmt::formatter<tradewind::Money> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const tradewind::Money& money, Context& context) const {
    return fmt::format_to(context.out(), "{} {}", money.amount, money.currency);
  }
};
