#pragma once

#include "tradewind/core/model/market.hpp"
#include "tradewind/sim/venue/market_event.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace tradewind::sim::gateway {

// What the desk has seen of the market: the last quote and print of every listing.
class MarketView {
 public:
  struct Line {
    model::Quote quote;
    std::optional<Timestamp> quoted;
    std::optional<model::Trade> last;
    std::optional<Price> first;  // print
    Quantity volume = Quantity::zero();  // of the day

    // The price somebody would see: the last print, else the middle of the quote.
    [[nodiscard]] std::optional<Price> mark() const {
      if (last) return last->price;
      if (quote.bid && quote.ask) return midpoint(*quote.bid, *quote.ask);
      return quote.bid ? quote.bid : quote.ask;
    }
    // Where an order of this side would trade now.
    [[nodiscard]] std::optional<Price> price_for(Side side) const {
      const auto& other = side == Side::buy ? quote.ask : quote.bid;
      return other ? other : mark();
    }
  };

  explicit MarketView(std::size_t listings) : lines_(listings) {}
  void on_market(const venue::MarketEvent& event) {
    Line& line = lines_[event.symbol.value()];
    const std::optional<Price> mark = line.mark();
    if (const auto* quote = std::get_if<model::Quote>(&event.data)) {
      line.quote = *quote;
      line.quoted = event.time;
    } else {
      const auto& trade = std::get<model::Trade>(event.data);
      line.last = trade;
      if (!line.first) line.first = trade.price;
      line.volume = add(line.volume, trade.size).value_or(line.volume);
    }
    if (line.mark() != mark) ++version_;
  }
  void begin_day(std::uint32_t listing) { lines_[listing].volume = Quantity::zero(); }
  [[nodiscard]] const Line& operator[](std::uint32_t listing) const { return lines_[listing]; }
  // Another one whenever a mark is.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  std::vector<Line> lines_;
  std::uint64_t version_ = 0;
};

}  // namespace tradewind::sim::gateway
