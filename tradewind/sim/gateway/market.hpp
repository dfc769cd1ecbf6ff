#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/sim/venue/generator.hpp"
#include "tradewind/sim/venue/listing.hpp"
#include "tradewind/sim/venue/market_event.hpp"
#include "tradewind/sim/venue/matching.hpp"
#include "tradewind/sim/venue/replay.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

using venue::Listing;
using venue::us_stock;

// What the gateway plays: recorded bars, or a generated market that is made as it goes. Events come in ascending time;
// bars that are over can be asked for as history.
class Market {
 public:
  // One history per listing. `shift` is added to every time.
  static Market recorded(std::vector<Listing> listings, std::vector<model::BarHistory> histories, Duration shift);
  // One listing per symbol of the generator. Everything before `start` is history at once.
  static Market generated(std::vector<Listing> listings, venue::Generator generator, Timestamp start);

  [[nodiscard]] const std::vector<Listing>& listings() const { return listings_; }
  [[nodiscard]] std::vector<venue::QuoteData> quote_data() const;
  // Length of the bars underneath.
  [[nodiscard]] Duration bar_length() const { return bar_length_; }

  // When the next event is due; nothing when all is over.
  [[nodiscard]] std::optional<Timestamp> next_time();
  // There must be one.
  venue::MarketEvent pop() { return replay_.pop(); }

  // Bars of the base length with start >= from whose interval is over at `now`, ascending.
  [[nodiscard]] std::vector<model::Bar> history(venue::SymbolIndex symbol, Timestamp from, Timestamp now) const;

 private:
  Market(std::vector<Listing> listings, std::vector<model::BarHistory> histories, Duration shift);
  void remember(const std::vector<model::BarHistory>& histories);

  std::vector<Listing> listings_;
  venue::Replay replay_;
  std::optional<venue::Generator> generator_;
  std::vector<std::vector<model::Bar>> past_;  // by listing, times shifted
  std::vector<venue::QuoteData> quote_data_;
  Duration shift_;
  Duration bar_length_;
};

}  // namespace tradewind::sim::gateway
