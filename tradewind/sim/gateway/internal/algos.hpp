#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/orders.hpp"
#include "tradewind/sim/venue/calendar.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tradewind::sim::gateway {

// The error an algorithm's name or parameters get; nothing when they are acceptable.
[[nodiscard]] std::optional<std::pair<std::int32_t, std::string>> algo_refusal(const tws::Order& order,
                                                                               std::string_view security_type);

// IB's algorithms watch the market; these keep to a timetable. Twap, Vwap and the others spread the order evenly over ten
// slices from startTime to endTime, or over five minutes when those are not said. AD goes by componentSize and
// timeBetweenOrders. Adaptive waits, the more patiently the longer, and then trades at once.
[[nodiscard]] Timetable algo_timetable(const tws::Order& order, Quantity quantity, Quantity step, Timestamp now,
                                       const TimeZone& zone);

// "20131007 09:30:00 US/Eastern", "20131007-13:30:00", "09:30:00 US/Eastern" (today); empty when it is none.
[[nodiscard]] std::optional<Timestamp> order_time(std::string_view text, Timestamp now, const TimeZone& zone);

// When a GTD order ends. A date alone is the close of its session, the later one for an order that works outside regular
// hours; midnight where there is none. Empty when it says no time.
[[nodiscard]] std::optional<Timestamp> good_till(const tws::Order& order, Timestamp now,
                                                 const venue::Calendar& calendar);

}  // namespace tradewind::sim::gateway
