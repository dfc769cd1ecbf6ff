#pragma once

#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/sim/venue/calendar.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <chrono>
#include <optional>

namespace tradewind::sim::gateway {

// When the gateway's market is open: always, or as stocks are in New York, in the gateway's zone. What is no stock has the
// regular hours alone.
class TradingHours {
 public:
  // `close` ends the regular hours where that is earlier; empty: the market never closes.
  TradingHours(const TimeZone& zone, std::optional<std::chrono::minutes> close, bool keeps_holidays)
      : stocks_{close ? venue::MarketHours::us_stocks : venue::MarketHours::always, zone, {keeps_holidays, close}},
        others_{close ? venue::MarketHours::us_regular : venue::MarketHours::always, zone, {keeps_holidays, close}} {}

  [[nodiscard]] const venue::Calendar& of(const venue::Listing& listing) const {
    return listing.security_type == "STK" ? stocks_ : others_;
  }
  // Sessions are those of stocks: DAY orders end with them, margin is that of the day within them.
  [[nodiscard]] const venue::Calendar& sessions() const { return stocks_; }
  [[nodiscard]] bool is_regular(Timestamp time) const { return stocks_.is_regular(time); }

 private:
  venue::Calendar stocks_;
  venue::Calendar others_;
};

}  // namespace tradewind::sim::gateway
