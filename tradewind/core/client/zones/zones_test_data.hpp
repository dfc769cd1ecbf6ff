#pragma once

#include "tradewind/core/client/zones/zones.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::client::zones {

// A few zones with their changes of 2025 to 2027, written down by hand.
inline Result<TimeZone> known_zone(std::string_view name) {
  using std::chrono::hours;
  using std::chrono::seconds;
  const auto zone = [name](seconds winter, seconds summer, const std::vector<std::pair<CivilTime, bool>>& changes) {
    std::vector<TimeZone::Transition> transitions{{from_civil_utc({2000, 1, 1}), winter}};
    for (const auto& [at, to_summer] : changes)
      transitions.push_back({from_civil_utc(at), to_summer ? summer : winter});
    return TimeZone{std::string{name}, std::move(transitions)};
  };
  const std::vector<std::pair<CivilTime, bool>> europe{{{2025, 3, 30, 1}, true}, {{2025, 10, 26, 1}, false},
                                                       {{2026, 3, 29, 1}, true}, {{2026, 10, 25, 1}, false},
                                                       {{2027, 3, 28, 1}, true}, {{2027, 10, 31, 1}, false}};
  const auto america = [](int hour) {  // UTC hour of the change in spring; in autumn it is one earlier
    return std::vector<std::pair<CivilTime, bool>>{{{2025, 3, 9, hour}, true},  {{2025, 11, 2, hour - 1}, false},
                                                   {{2026, 3, 8, hour}, true},  {{2026, 11, 1, hour - 1}, false},
                                                   {{2027, 3, 14, hour}, true}, {{2027, 11, 7, hour - 1}, false}};
  };
  if (name == "US/Eastern" || name == "America/New_York") return zone(hours{-5}, hours{-4}, america(7));
  if (name == "US/Central" || name == "America/Chicago") return zone(hours{-6}, hours{-5}, america(8));
  if (name == "MET" || name == "CET") return zone(hours{1}, hours{2}, europe);
  if (name == "GB-Eire" || name == "Europe/London") return zone(hours{0}, hours{1}, europe);
  if (name == "Japan" || name == "Asia/Tokyo") return zone(hours{9}, hours{9}, {});
  if (name == "Asia/Kolkata") return zone(seconds{19'800}, seconds{19'800}, {});
  if (name == "UTC" || name == "GMT") return zone(hours{0}, hours{0}, {});
  return fail(Errc::not_found, "no zone '" + std::string{name} + "'");
}

}  // namespace tradewind::client::zones
