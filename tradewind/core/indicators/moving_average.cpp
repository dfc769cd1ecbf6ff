#include "tradewind/core/indicators/moving_average.hpp"

#include "tradewind/core/base/check.hpp"

namespace tradewind::indicators {

SimpleMovingAverage::SimpleMovingAverage(std::size_t length) : window_(length) { TW_CHECK(length > 0); }

void SimpleMovingAverage::add(Price price) {
  if (ready()) sum_ -= window_[next_];
  window_[next_] = price.raw();
  sum_ += price.raw();
  next_ = next_ + 1 == window_.size() ? 0 : next_ + 1;
  if (count_ < window_.size()) ++count_;
}

std::optional<Price> SimpleMovingAverage::value() const {
  if (!ready()) return std::nullopt;
  // An average lies between its prices, so it fits.
  return average_price(Amount::from_raw(sum_ * Quantity::kScale),
                       Quantity::from_raw(static_cast<std::int64_t>(window_.size()) * Quantity::kScale),
                       Multiplier::of(1));
}

}  // namespace tradewind::indicators
