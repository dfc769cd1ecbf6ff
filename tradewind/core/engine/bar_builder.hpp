#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"

#include <cstdint>
#include <optional>

namespace tradewind::engine {

// Bars out of trades, by the time the trades state. A bar is complete when a trade of a later interval comes, or when
// `close_until` says that its interval is over; an interval without trades has none. A trade that comes after its bar
// was closed is counted and left out: every bar is handed out once.
class BarBuilder {
 public:
  // Intervals of `length` (above zero) begin at multiples of it since 1970 UTC.
  explicit BarBuilder(Duration length);

  [[nodiscard]] Duration length() const { return length_; }
  // The bar this trade completes, if any.
  [[nodiscard]] std::optional<model::Bar> on_trade(const model::Trade& trade);
  // The bar whose interval ended at or before `time`, if one is open.
  [[nodiscard]] std::optional<model::Bar> close_until(Timestamp time);
  // When the open bar's interval ends; nothing when none is open.
  [[nodiscard]] std::optional<Timestamp> open_until() const;
  [[nodiscard]] std::uint64_t late_trades() const { return late_trades_; }

 private:
  Duration length_;
  std::optional<model::Bar> bar_;
  Timestamp closed_until_ = Timestamp::from_ns(INT64_MIN);
  std::uint64_t late_trades_ = 0;
};

}  // namespace tradewind::engine
