#include "tradewind/core/engine/bar_builder.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>
#include <utility>

namespace tradewind::engine {

BarBuilder::BarBuilder(Duration length) : length_{length} { TW_CHECK(length > Duration{}); }

std::optional<model::Bar> BarBuilder::on_trade(const model::Trade& trade) {
  if (trade.time < closed_until_ || (bar_ && trade.time < bar_->start)) {
    ++late_trades_;
    return std::nullopt;
  }
  std::optional<model::Bar> finished;
  if (bar_ && trade.time >= bar_->start + length_) finished = close_until(bar_->start + length_);
  if (!bar_) {
    const std::int64_t ns = trade.time.ns();
    const std::int64_t into = ns % length_.count();
    const Timestamp start = Timestamp::from_ns(ns - (into < 0 ? into + length_.count() : into));
    bar_ = model::Bar{start, length_, trade.price, trade.price, trade.price, trade.price, trade.size, 1};
    return finished;
  }
  bar_->high = std::max(bar_->high, trade.price);
  bar_->low = std::min(bar_->low, trade.price);
  bar_->close = trade.price;
  // A volume beyond the type stays at its end; prices go on.
  bar_->volume = add(bar_->volume, trade.size).value_or(Quantity::from_raw(Quantity::kRawMax));
  ++bar_->trade_count;
  return finished;
}

std::optional<model::Bar> BarBuilder::close_until(Timestamp time) {
  if (!bar_ || bar_->start + length_ > time) return std::nullopt;
  closed_until_ = bar_->start + length_;
  return std::exchange(bar_, std::nullopt);
}

std::optional<Timestamp> BarBuilder::open_until() const {
  if (!bar_) return std::nullopt;
  return bar_->start + length_;
}

}  // namespace tradewind::engine
