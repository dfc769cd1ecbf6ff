#include "tradewind/edge/catalog/zones.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::edge::catalog {
namespace {

constexpr CivilTime kFrom{.year = 1970, .month = 1, .day = 1};
constexpr CivilTime kUntil{.year = 2038, .month = 1, .day = 1};

date::sys_seconds seconds_of(Timestamp time) {
  return date::sys_seconds{std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds{time.ns()})};
}

}  // namespace

Result<TimeZone> load_time_zone(std::string_view name) {
  std::vector<TimeZone::Transition> transitions;
  try {
    const date::time_zone* zone = date::locate_zone(name);
    const date::sys_seconds until = seconds_of(from_civil_utc(kUntil));
    for (date::sys_seconds at = seconds_of(from_civil_utc(kFrom)); at < until;) {
      const date::sys_info info = zone->get_info(at);
      // A change of the abbreviation alone is no transition of ours.
      if (transitions.empty() || transitions.back().utc_offset != info.offset) {
        transitions.push_back({Timestamp::from_ns(Duration{at.time_since_epoch()}.count()), info.offset});
      }
      at = info.end;
    }
  } catch (const std::exception& error) {
    return fail(
        Errc::not_found,
        fmt::format("time zone '{}' cannot be loaded from the system's zone database: {}. Check the name, and that "
                    "the package tzdata is installed",
                    name.substr(0, 64), error.what()));
  }
  return TimeZone{std::string{name}, std::move(transitions)};
}

Result<void> check_new_york(const TimeZone& new_york, Timestamp now) {
  CivilTime summer{.year = civil_utc(now).year, .month = 7, .day = 1};
  if (from_civil_utc(summer) < now) ++summer.year;
  const Timestamp then = from_civil_utc(summer);
  const std::chrono::seconds offset = new_york.utc_offset(then);
  if (offset == std::chrono::hours{-4}) return {};
  return fail(
      Errc::refused,
      fmt::format("the zone database says that {} is {} minutes from UTC on {}; it is -240. Session times would be "
                  "wrong, so nothing runs: install a current tzdata package with full-size ('fat') files; times "
                  "after 2037 are not supported",
                  new_york.name(), offset / std::chrono::minutes{1}, iso_text(then).substr(0, 10)));
}

Result<void> check_time_zones(Timestamp now) { return check_new_york(TW_TRY(load_time_zone("America/New_York")), now); }

}  // namespace tradewind::edge::catalog
