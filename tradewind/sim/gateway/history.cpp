#include "tradewind/sim/gateway/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDay = 24h;

bool read_number(std::string_view text, int& value) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && stop == text.data() + text.size() && value >= 0;
}

// Start of the interval of `length` that holds `time`; days and longer by the calendar of the zone.
Timestamp interval_start(Timestamp time, Duration length, const TimeZone& zone) {
  if (length < kDay) {
    const std::int64_t into = time.ns() % length.count();
    return time - Duration{into < 0 ? into + length.count() : into};
  }
  CivilTime civil = zone.local(time);
  civil.hour = civil.minute = civil.second = 0;
  const Timestamp midnight = zone.instant(civil);
  if (length < 7 * kDay) return midnight;
  // Weeks begin on Monday, months on the first.
  if (length < 28 * kDay) {
    const std::int64_t days = from_civil_utc(civil).ns() / kDay.count();
    return midnight - kDay * ((days + 3) % 7);
  }
  civil.day = 1;
  return zone.instant(civil);
}

}  // namespace

std::optional<Duration> parse_bar_size(std::string_view text) {
  struct Size {
    std::string_view text;
    Duration length;
  };
  static constexpr auto kSizes = std::to_array<Size>(
      {{"1 secs", 1s},        {"5 secs", 5s},     {"10 secs", 10s},   {"15 secs", 15s}, {"30 secs", 30s},
       {"1 min", 1min},       {"2 mins", 2min},   {"3 mins", 3min},   {"5 mins", 5min}, {"10 mins", 10min},
       {"15 mins", 15min},    {"20 mins", 20min}, {"30 mins", 30min}, {"1 hour", 1h},   {"2 hours", 2h},
       {"3 hours", 3h},       {"4 hours", 4h},    {"8 hours", 8h},    {"1 day", kDay},  {"1 week", 7 * kDay},
       {"1 month", 30 * kDay}});
  const auto found = std::ranges::find(kSizes, text, &Size::text);
  if (found == kSizes.end()) return std::nullopt;
  return found->length;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const std::size_t blank = text.find(' ');
  int count = 0;
  if (blank == std::string_view::npos || blank + 2 != text.size() || !read_number(text.substr(0, blank), count) ||
      count == 0 || count > 86'400) {
    return std::nullopt;
  }
  switch (text.back()) {
    case 'S':
      return std::chrono::seconds{count};
    case 'D':
      return kDay * std::min(count, 3650);
    case 'W':
      return kDay * 7 * std::min(count, 520);
    case 'M':
      return kDay * 30 * std::min(count, 120);
    case 'Y':
      return kDay * 365 * std::min(count, 10);
    default:
      return std::nullopt;
  }
}

std::optional<Timestamp> parse_end(std::string_view text, const TimeZone& zone) {
  CivilTime civil;
  if (text.size() < 17 || !read_number(text.substr(0, 4), civil.year) || !read_number(text.substr(4, 2), civil.month) ||
      !read_number(text.substr(6, 2), civil.day) || !read_number(text.substr(9, 2), civil.hour) ||
      !read_number(text.substr(12, 2), civil.minute) || !read_number(text.substr(15, 2), civil.second) ||
      text[11] != ':' || text[14] != ':' || !is_valid(civil)) {
    return std::nullopt;
  }
  if (text[8] == '-') return text.size() == 17 ? std::optional{from_civil_utc(civil)} : std::nullopt;
  if (text[8] != ' ') return std::nullopt;
  if (text.size() == 17) return zone.instant(civil);
  const std::string_view named = text.substr(18);
  if (named == "UTC" || named == "GMT") return from_civil_utc(civil);
  // One zone is served; its other name is common in requests.
  if (named == zone.name() || named == "US/Eastern" || named == "America/New_York") return zone.instant(civil);
  return std::nullopt;
}

std::vector<model::Bar> aggregate(const std::vector<model::Bar>& bars, Duration length, const TimeZone& zone) {
  std::vector<model::Bar> out;
  for (const model::Bar& bar : bars) {
    const Timestamp start = interval_start(bar.start, length, zone);
    if (out.empty() || out.back().start != start) {
      out.push_back(bar);
      out.back().start = start;
      out.back().length = length;
      continue;
    }
    model::Bar& whole = out.back();
    whole.high = std::max(whole.high, bar.high);
    whole.low = std::min(whole.low, bar.low);
    whole.close = bar.close;
    whole.volume = add(whole.volume, bar.volume).value_or(whole.volume);
    whole.trade_count += bar.trade_count;
  }
  return out;
}

std::string zoned_text(Timestamp time, const TimeZone& zone) {
  const CivilTime civil = zone.local(time);
  return fmt::format("{:04}{:02}{:02} {:02}:{:02}:{:02} {}", civil.year, civil.month, civil.day, civil.hour,
                     civil.minute, civil.second, zone.name());
}

std::string date_text(Timestamp time, const TimeZone& zone) {
  const CivilTime civil = zone.local(time);
  return fmt::format("{:04}{:02}{:02}", civil.year, civil.month, civil.day);
}

}  // namespace tradewind::sim::gateway
