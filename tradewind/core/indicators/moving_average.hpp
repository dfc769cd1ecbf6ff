#pragma once

#include "tradewind/core/base/numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tradewind::indicators {

// Simple moving average of the last `length` prices, exact: the sum is an integer. Constant work per price.
class SimpleMovingAverage {
 public:
  // `length` is at least 1.
  explicit SimpleMovingAverage(std::size_t length);

  void add(Price price);
  [[nodiscard]] bool ready() const { return count_ == window_.size(); }
  // Rounded half to even to 1e-9; empty until `length` prices have come.
  [[nodiscard]] std::optional<Price> value() const;

 private:
  std::vector<std::int64_t> window_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  Int128 sum_ = 0;
};

}  // namespace tradewind::indicators
