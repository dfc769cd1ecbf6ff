#pragma once

#include "tradewind/core/base/numbers.hpp"

// IB's own figures, which are floating point on the wire; nothing is computed with them.
namespace tradewind::sim::gateway {

[[nodiscard]] inline double observed(Price price) {
  return static_cast<double>(price.raw()) / static_cast<double>(Price::kScale);
}
[[nodiscard]] inline double observed(Amount amount) { return static_cast<double>(amount.raw()) / 1e17; }

}  // namespace tradewind::sim::gateway
