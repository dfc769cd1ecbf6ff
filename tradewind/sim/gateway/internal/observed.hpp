#pragma once

#include "tradewind/core/base/numbers.hpp"

#include <charconv>
#include <string>

// IB's own figures, which are floating point on the wire; nothing is computed with them.
namespace tradewind::sim::gateway {

[[nodiscard]] inline double observed(Price price) {
  return static_cast<double>(price.raw()) / static_cast<double>(Price::kScale);
}
// By way of its digits: the quotient of two inexact numbers would be 999999.9999999999 for a million.
[[nodiscard]] inline double observed(Amount amount) {
  const std::string digits = amount.text();
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace tradewind::sim::gateway
