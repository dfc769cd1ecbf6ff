#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"

#include <string_view>

namespace tradewind::edge::catalog {

// A time zone from the system's zone database, by its name there ("America/New_York"). Right for the years
// 1970 to 2037 only: the compiled files of the database end there, and what follows is a rule that the
// library we use does not read.
[[nodiscard]] Result<TimeZone> load_time_zone(std::string_view name);

// Self-check at start-up: on the coming 1 July, New York must be four hours behind UTC. A database that is
// missing, outdated or of the "slim" kind fails, and so does one that has reached its end; nothing may trade
// on it.
[[nodiscard]] Result<void> check_time_zones(Timestamp now);
// The same for a zone at hand.
[[nodiscard]] Result<void> check_new_york(const TimeZone& new_york, Timestamp now);

}  // namespace tradewind::edge::catalog
