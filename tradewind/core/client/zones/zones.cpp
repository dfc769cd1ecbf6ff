#include "tradewind/core/client/zones/zones.hpp"

#include "tradewind/core/base/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace tradewind::client::zones {
namespace {

struct Meaning {
  std::string_view ib_name;
  std::string_view database_name;
};

// What gateways of some years send in place of the database's names. Their clocks keep summer time, which the
// database's own `EST` and `MST` do not.
constexpr auto kMeanings = std::to_array<Meaning>({
    {"AEST (Australian Eastern Standard Time)", "Australia/Sydney"},
    {"AEST (Australian Eastern Standard Time (New South Wales))", "Australia/Sydney"},
    {"AET (Australian Eastern Standard Time (New South Wales))", "Australia/Sydney"},
    {"BST (British Summer Time)", "Europe/London"},
    {"CET (Central European Time)", "CET"},
    {"CST (Central Standard Time)", "America/Chicago"},
    {"CST (China Standard Time)", "Asia/Shanghai"},
    {"CTT (China Standard Time)", "Asia/Shanghai"},
    {"EST (Eastern Standard Time)", "America/New_York"},
    {"EST5EDT (Eastern Standard Time)", "America/New_York"},
    {"HKT (Hong Kong Time)", "Asia/Hong_Kong"},
    {"IST (India Standard Time)", "Asia/Kolkata"},
    {"JST (Japan Standard Time)", "Asia/Tokyo"},
    {"KST (Korea Standard Time)", "Asia/Seoul"},
    {"MET (Middle Europe Time)", "MET"},
    {"MST (Mountain Standard Time)", "America/Denver"},
    {"PST (Pacific Standard Time)", "America/Los_Angeles"},
    {"SGT (Singapore Time)", "Asia/Singapore"},
});

struct Ambiguous {
  std::string_view ib_name;
  std::string_view because;
};
constexpr auto kAmbiguous = std::to_array<Ambiguous>({
    {"AST", "Atlantic, Alaska or Arabia"},
    {"BST", "British summer or Bangladesh"},
    {"CST", "Chicago, China or Cuba"},
    {"EST", "New York with summer time, or five hours behind UTC all year"},
    {"IST", "India, Ireland or Israel"},
    {"MST", "Denver with summer time, or seven hours behind UTC all year"},
    {"PST", "Los Angeles or the Philippines"},
    {"SST", "Singapore or Samoa"},
});

}  // namespace

Result<std::string> database_name(std::string_view ib_name) {
  if (ib_name.empty())
    return fail(Errc::not_found, "the time zone is empty: ask for contract details, which name it in timeZoneId");
  const auto meaning = std::ranges::find(kMeanings, ib_name, &Meaning::ib_name);
  if (meaning != kMeanings.end()) return std::string{meaning->database_name};
  const auto ambiguous = std::ranges::find(kAmbiguous, ib_name, &Ambiguous::ib_name);
  if (ambiguous != kAmbiguous.end()) {
    return fail(Errc::malformed, fmt::format("time zone '{}' is ambiguous: {}. Say which with Zones::set_meaning, or "
                                             "let the gateway send the instrument's time zone",
                                             ib_name, ambiguous->because));
  }
  if (ib_name.find('(') != std::string_view::npos) {
    return fail(Errc::not_found, fmt::format("time zone '{}' is not one of the long names we know: say what it means "
                                             "with Zones::set_meaning",
                                             ib_name.substr(0, 64)));
  }
  return std::string{ib_name};
}

Zones::Zones(Lookup lookup) : lookup_{std::move(lookup)} { TW_CHECK(lookup_ != nullptr); }

Result<const TimeZone*> Zones::find(std::string_view ib_name) {
  const auto found = found_.find(ib_name);
  if (found != found_.end()) return &found->second;
  const std::string name = TW_TRY(database_name(ib_name));
  return &found_.emplace(ib_name, TW_TRY(lookup_(name))).first->second;
}

Result<void> Zones::set_meaning(std::string_view ib_name, std::string_view name) {
  found_.insert_or_assign(std::string{ib_name}, TW_TRY(lookup_(name)));
  return {};
}

Instants instants(const TimeZone& zone, const CivilTime& civil) {
  const Timestamp shown = from_civil_utc(civil);
  // As in TimeZone::instant: no zone changes its clocks twice within two days.
  const auto before = zone.utc_offset(shown - std::chrono::hours{24});
  const auto after = zone.utc_offset(shown + std::chrono::hours{24});
  Instants result;
  if (zone.utc_offset(shown - before) == before) result.first = shown - before;
  if (before != after && zone.utc_offset(shown - after) == after)
    (result.first ? result.second : result.first) = shown - after;
  return result;
}

}  // namespace tradewind::client::zones
