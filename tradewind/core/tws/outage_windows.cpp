#include "tradewind/core/tws/outage_windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tradewind::tws {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kSundayToFriday = 0b0111111;
constexpr std::uint8_t kFriday = 0b0100000;
constexpr std::string_view kNewYork = "America/New_York";

constexpr auto kWindows = std::to_array<OutageWindow>({
    {Region::north_america, kNewYork, kSundayToFriday, 15min, 90min},
    {Region::north_america, kNewYork, kFriday, 23h, 4h},
    {Region::europe, "Europe/Zurich", kSundayToFriday, 6h + 25min, 80min},
    {Region::europe, kNewYork, kFriday, 23h, 4h},
    {Region::asia, "Asia/Hong_Kong", kSundayToFriday, 4h + 45min, 80min},
    {Region::asia, "Asia/Hong_Kong", kSundayToFriday, 20h + 15min, 60min},
    {Region::asia, kNewYork, kFriday, 23h, 4h},
});

constexpr Duration kAlertAfter = 5min;
constexpr Duration kAlertAfterWindow = 10min;
constexpr std::int64_t kDayNs = 86'400'000'000'000;

// Sunday is 0.
unsigned weekday(std::int64_t days_since_1970) { return static_cast<unsigned>(((days_since_1970 + 4) % 7 + 7) % 7); }

}  // namespace

std::span<const OutageWindow> outage_windows() { return kWindows; }

std::vector<std::string> OutageWindows::zones_of(Region region) {
  std::vector<std::string> names;
  for (const OutageWindow& window : kWindows) {
    if (window.region == region && std::ranges::find(names, window.zone) == names.end())
      names.emplace_back(window.zone);
  }
  return names;
}

Result<OutageWindows> OutageWindows::create(Region region, std::vector<TimeZone> zones) {
  OutageWindows windows{region, std::move(zones)};
  for (const std::string& name : zones_of(region)) {
    if (windows.zone(name) == nullptr)
      return fail(Errc::not_found, fmt::format("the time zone {} is missing: is the zone database installed?", name));
  }
  return windows;
}

const TimeZone* OutageWindows::zone(std::string_view name) const {
  const auto found = std::ranges::find(zones_, name, &TimeZone::name);
  return found == zones_.end() ? nullptr : &*found;
}

std::optional<Outage> OutageWindows::expected(Timestamp at) const {
  std::optional<Outage> latest;
  for (const OutageWindow& window : kWindows) {
    if (window.region != region_) continue;
    const TimeZone& zone = *this->zone(window.zone);
    const CivilTime local = zone.local(at);
    const std::int64_t today =
        from_civil_utc({.year = local.year, .month = local.month, .day = local.day}).ns() / kDayNs;
    // One that began yesterday may go on past midnight.
    for (const std::int64_t day : {today - 1, today}) {
      if (((window.days >> weekday(day)) & 1U) == 0) continue;
      const Timestamp begin = zone.instant(civil_utc(Timestamp::from_ns(day * kDayNs) + window.begin));
      const Timestamp end = begin + window.length;
      if (at < begin || at >= end || (latest && latest->end >= end)) continue;
      latest = Outage{begin, end};
    }
  }
  return latest;
}

Timestamp OutageWindows::alert_at(Timestamp since) const {
  const Timestamp patient = since + kAlertAfter;
  std::optional<Outage> window = expected(since);
  if (!window) window = expected(patient);
  if (!window) return patient;
  // Windows may overlap; each row can extend the time once.
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const auto next = expected(window->end);
    if (!next) break;
    window = next;
  }
  return window->end + kAlertAfterWindow;
}

}  // namespace tradewind::tws
