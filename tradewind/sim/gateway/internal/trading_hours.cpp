#include "tradewind/sim/gateway/internal/trading_hours.hpp"

#include "tradewind/sim/gateway/history.hpp"

#include <fmt/format.h>

#include <string_view>

namespace tradewind::sim::gateway {

using namespace std::chrono_literals;

HoursText hours_text(const venue::Listing& listing, const GatewayOptions& options, Timestamp now) {
  HoursText hours;
  const bool is_stock = listing.security_type == "STK";
  for (int day = 0; day < 6; ++day) {
    const Timestamp time = now + 24h * day;
    const std::string date = date_text(time, options.zone);
    const CivilTime local = options.zone.local(time);
    const std::int64_t days = from_civil_utc({local.year, local.month, local.day}).ns() / 86'400'000'000'000;
    const bool weekend = (days + 4) % 7 == 0 || (days + 4) % 7 == 6;  // 1970-01-01 was a Thursday
    const auto put = [&](std::string& text, std::string_view from, std::string_view to) {
      text += fmt::format("{}{}:{}-{}:{}", day == 0 ? "" : ";", date, from, date, to);
    };
    if (!options.session_close) {
      put(hours.trading, "0000", "2359");
      put(hours.liquid, "0000", "2359");
    } else if (weekend) {
      for (std::string* text : {&hours.trading, &hours.liquid})
        *text += fmt::format("{}{}:CLOSED", day == 0 ? "" : ";", date);
    } else {
      put(hours.trading, is_stock ? "0400" : "0930", is_stock ? "2000" : "1600");
      put(hours.liquid, "0930", "1600");
    }
  }
  return hours;
}

}  // namespace tradewind::sim::gateway
