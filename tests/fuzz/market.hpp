#pragma once

#include "tradewind/sim/gateway/market.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::fuzz {

// Ten minutes of stocks around prices in cents, from five before `start` on.
inline sim::gateway::Market market_of(Timestamp start,
                                      const std::vector<std::pair<std::string, std::int64_t>>& stocks) {
  using std::chrono::minutes;
  const auto at = [](std::int64_t cents) { return Price::from_raw(cents * (Price::kScale / 100)); };
  std::vector<sim::gateway::Listing> listings;
  std::vector<model::BarHistory> bars;
  for (const auto& [symbol, cents] : stocks) {
    listings.push_back(sim::gateway::us_stock(symbol));
    model::BarHistory& history = bars.emplace_back(model::BarHistory{minutes{1}, {}, {}});
    for (int i = -5; i < 5; ++i) {
      const Timestamp begin = start + minutes{i};
      history.trades.push_back(
          {begin, minutes{1}, at(cents), at(cents + 9), at(cents - 9), at(cents + i), Quantity::of(400), 4});
      const model::Quote quote{at(cents - 1), at(cents + 1), Quantity::of(300), Quantity::of(200)};
      history.quotes.push_back({begin, minutes{1}, quote, quote});
    }
  }
  return sim::gateway::Market::recorded(std::move(listings), bars, Duration::zero());
}

}  // namespace tradewind::fuzz
