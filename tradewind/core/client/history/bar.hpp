#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/client/history/times.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tradewind::client::history {

struct Bar {
  Timestamp time;  // of its beginning; of a bar of a day and longer midnight UTC of its date
  Price open = Price::zero();
  Price high = Price::zero();
  Price low = Price::zero();
  Price close = Price::zero();
  std::optional<Quantity> volume;
  std::optional<Price> wap;
  std::int32_t count = 0;  // of trades
  friend bool operator==(const Bar&, const Bar&) = default;
};

// All bars of an answer or an error that names the one that cannot be read. Each bar's time settles the next one's, where
// an hour happens twice; the first needs `context.after` for that.
[[nodiscard]] Result<std::vector<Bar>> bars_of(std::span<const tws::HistoricalBar> bars, TimeContext context);

}  // namespace tradewind::client::history
