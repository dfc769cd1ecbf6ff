#pragma once

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/numbers.hpp"

// What accounts are added up from. Sums of a simulated account stay far from what an Amount holds.
namespace tradewind::sim::gateway {

[[nodiscard]] inline Amount sum(Amount a, Amount b) {
  const auto total = add(a, b);
  TW_CHECK(total.has_value());
  return *total;
}
[[nodiscard]] inline Amount difference(Amount a, Amount b) { return sum(a, negate(b)); }

// Below zero for a short position.
[[nodiscard]] inline Amount worth(Price price, Position position, Multiplier multiplier) {
  const Amount size = notional(price, magnitude(position), multiplier).value_or(Amount::zero());
  return position < Position::zero() ? negate(size) : size;
}

}  // namespace tradewind::sim::gateway
