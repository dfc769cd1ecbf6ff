#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"

#include <chrono>
#include <string>
#include <vector>

// The days on which US derivatives end.
namespace tradewind::sim::venue {

// The third Friday of a month, or the Thursday before it when that is a holiday: equity options and index futures.
[[nodiscard]] std::chrono::sys_days monthly_expiry(std::chrono::year_month month);
// The first `weeks` weekly expiries (Fridays, or the Thursday before a holiday) on `day` or later.
[[nodiscard]] std::vector<std::chrono::sys_days> weekly_expiries(std::chrono::sys_days day, int weeks);
// The first `months` monthly expiries on `day` or later.
[[nodiscard]] std::vector<std::chrono::sys_days> monthly_expiries(std::chrono::sys_days day, int months);
// The first `quarters` expiries of March, June, September and December on `day` or later.
[[nodiscard]] std::vector<std::chrono::sys_days> quarterly_expiries(std::chrono::sys_days day, int quarters);

// "20261218".
[[nodiscard]] std::string compact_date(std::chrono::sys_days day);
// The date on which `time` falls in `zone`.
[[nodiscard]] std::chrono::sys_days date_in(Timestamp time, const TimeZone& zone);
// The instant at which clocks in `zone` show `of_day` on that date.
[[nodiscard]] Timestamp instant_on(std::chrono::sys_days day, std::chrono::minutes of_day, const TimeZone& zone);

}  // namespace tradewind::sim::venue
