#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tradewind::model {

// Best bid and offer. A side without a quote is empty: IB's "-1 with size 0" never gets this far.
struct Quote {
  std::optional<Price> bid;
  std::optional<Price> ask;
  Quantity bid_size = Quantity::zero();
  Quantity ask_size = Quantity::zero();

  friend bool operator==(const Quote&, const Quote&) = default;
};

struct Trade {
  Timestamp time;  // as the source states it; the arrival time is the event's
  Price price = Price::zero();
  Quantity size = Quantity::zero();

  friend bool operator==(const Trade&, const Trade&) = default;
};

// Trades of one interval [start, start + length). An interval without trades has no bar.
struct Bar {
  Timestamp start;
  Duration length{};
  Price open = Price::zero();
  Price high = Price::zero();
  Price low = Price::zero();
  Price close = Price::zero();
  Quantity volume = Quantity::zero();
  std::int32_t trade_count = 0;  // 0 when the source does not say

  friend bool operator==(const Bar&, const Bar&) = default;
};

// Quotes of one interval: first and last bid and ask with their sizes.
struct QuoteBar {
  Timestamp start;
  Duration length{};
  Quote open;
  Quote close;

  friend bool operator==(const QuoteBar&, const QuoteBar&) = default;
};

// Recorded bars of one symbol in ascending order, as a catalog hands them out.
struct BarHistory {
  Duration length{};
  std::vector<Bar> trades;
  std::vector<QuoteBar> quotes;  // may be empty
};

}  // namespace tradewind::model
