#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/model/market.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

// "1 min", "5 mins", "1 hour", "1 day" … as a length; empty when it is none of IB's.
[[nodiscard]] std::optional<Duration> parse_bar_size(std::string_view text);
// "3600 S", "2 D", "1 W", "1 M", "1 Y" as a length; empty when it is none.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
// "20131007-13:30:00" (UTC), "20131007 09:30:00 US/Eastern", "20131007 09:30:00" (in `zone`); empty when it is none.
[[nodiscard]] std::optional<Timestamp> parse_end(std::string_view text, const TimeZone& zone);

// Bars of `length` out of shorter ones in ascending order. Days begin at midnight in `zone`.
[[nodiscard]] std::vector<model::Bar> aggregate(const std::vector<model::Bar>& bars, Duration length,
                                                const TimeZone& zone);

// "20131007 09:30:00 US/Eastern", as a gateway writes the time of an intraday bar or an execution.
[[nodiscard]] std::string zoned_text(Timestamp time, const TimeZone& zone);
// "20131007".
[[nodiscard]] std::string date_text(Timestamp time, const TimeZone& zone);

}  // namespace tradewind::sim::gateway
