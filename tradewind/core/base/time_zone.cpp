#include "tradewind/core/base/time_zone.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>
#include <utility>

namespace tradewind {

TimeZone::TimeZone(std::string name, std::vector<Transition> transitions)
    : name_{std::move(name)}, transitions_{std::move(transitions)} {
  TW_CHECK(std::ranges::is_sorted(transitions_, {}, &Transition::from));
}

std::chrono::seconds TimeZone::utc_offset(Timestamp time) const {
  if (transitions_.empty()) return std::chrono::seconds{0};
  const auto after = std::ranges::upper_bound(transitions_, time, {}, &Transition::from);
  return after == transitions_.begin() ? after->utc_offset : std::prev(after)->utc_offset;
}

CivilTime TimeZone::local(Timestamp time) const { return civil_utc(time + utc_offset(time)); }

Timestamp TimeZone::instant(const CivilTime& civil) const {
  const Timestamp shown = from_civil_utc(civil);
  // The offset in force is the one of a day earlier or of a day later; prefer the earlier where both fit.
  const auto before = utc_offset(shown - std::chrono::hours{24});
  const auto after = utc_offset(shown + std::chrono::hours{24});
  if (utc_offset(shown - before) == before) return shown - before;
  if (utc_offset(shown - after) == after) return shown - after;
  return shown - before;
}

}  // namespace tradewind
