#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/sim/gateway/data_rights.hpp"
#include "tradewind/sim/venue/market_event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tradewind::sim::gateway {

// What a quote line shows of a listing: its quote, its last print, and the day so far.
struct Tape {
  model::Quote quote;
  std::optional<model::Trade> last;
  std::optional<Price> open, high, low, previous_close;
  Quantity volume = Quantity::zero();
  Amount value = Amount::zero();  // traded today, for the average price
  std::int64_t trades = 0;        // today
  std::string day;                // local date these belong to
  Timestamp day_end;              // when the next one begins
  Halt halt = Halt::none;

  // Takes up an event; true when it is the first of a day. The range of what shows no prints is that of its bids.
  bool show(const venue::MarketEvent& event, const TimeZone& zone, bool has_prints);

  struct Recent {
    Quantity volume = Quantity::zero();
    std::int64_t trades = 0;
  };
  // Of the whole minutes before the one `now` is in.
  [[nodiscard]] Recent recent(int minutes, Timestamp now) const;

 private:
  struct Minute {
    std::int64_t number = -1;  // since 1970
    Recent traded;
  };
  void in_range(Price price);

  std::array<Minute, 16> minutes_{};
};

}  // namespace tradewind::sim::gateway
