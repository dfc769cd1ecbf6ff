#pragma once

#include "tradewind/core/base/numbers.hpp"

#include <charconv>
#include <cstdint>
#include <string>

// IB's own figures, which are floating point on the wire; nothing is computed with them.
namespace tradewind::sim::gateway {

[[nodiscard]] inline double observed(Price price) {
  return static_cast<double>(price.raw()) / static_cast<double>(Price::kScale);
}
// The quotient of two inexact numbers would be 999999.9999999999 for a million. To a millionth both are exact, as long as
// they are not too large; else by way of its digits.
[[nodiscard]] inline double observed(Amount amount) {
  constexpr Int128 kMillionth = 100'000'000'000;
  constexpr Int128 kExact = Int128{1} << 53;
  if (const Int128 millionths = amount.raw() / kMillionth;
      millionths * kMillionth == amount.raw() && millionths < kExact && millionths > -kExact)
    return static_cast<double>(static_cast<std::int64_t>(millionths)) / 1e6;
  const std::string digits = amount.text();
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace tradewind::sim::gateway
