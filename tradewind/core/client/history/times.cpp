#include "tradewind/core/client/history/times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace tradewind::client::history {
namespace {

constexpr int kUtcDashSince = 176;
constexpr std::int64_t kSecondsMax = 9'000'000'000;  // fits our nanoseconds
constexpr std::size_t kSecondsDigitsMin = 9;

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return fail(Errc::malformed, fmt::format("time '{}': {}", text.substr(0, 64), why));
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  return value;
}

std::optional<CivilTime> date(std::string_view text) {
  if (text.size() != 8) return std::nullopt;
  const auto value = digits(text);
  if (!value) return std::nullopt;
  const CivilTime civil{.year = *value / 10'000, .month = *value / 100 % 100, .day = *value % 100};
  // Far enough from the ends of our range that no zone leads out of it.
  if (!is_valid(civil) || civil.year < 1900 || civil.year > 2200) return std::nullopt;
  return civil;
}

// "hh:mm:ss" into `civil`.
bool read_clock(std::string_view text, CivilTime& civil) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return false;
  const auto hour = digits(text.substr(0, 2));
  const auto minute = digits(text.substr(3, 2));
  const auto second = digits(text.substr(6, 2));
  if (!hour || !minute || !second) return false;
  civil.hour = *hour;
  civil.minute = *minute;
  civil.second = *second;
  return is_valid(civil);
}

bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char each) { return each >= '0' && each <= '9'; });
}

Result<BarTime> since_1970(std::string_view text) {
  // A date that was cut off, more likely than a bar of 1970.
  if (text.size() < kSecondsDigitsMin && text[0] != '-') return wrong(text, "neither a date nor seconds since 1970");
  std::int64_t seconds = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || stop != text.data() + text.size() || seconds > kSecondsMax || seconds < -kSecondsMax)
    return wrong(text, "seconds since 1970 out of range");
  return BarTime{Timestamp::from_ns(Duration{std::chrono::seconds{seconds}}.count())};
}

Result<BarTime> in_zone(std::string_view text, const CivilTime& civil, const TimeZone& zone,
                        std::optional<Timestamp> after) {
  const zones::Instants found = zones::instants(zone, civil);
  if (!found.first) return wrong(text, fmt::format("the clocks of {} skip it", zone.name()));
  if (!found.second) return BarTime{*found.first};
  if (after) return BarTime{*found.first > *after ? *found.first : *found.second};
  return wrong(text,
               fmt::format("the clocks of {} show it twice that day, so it is ambiguous: ask with formatDate 2, for "
                           "seconds since 1970",
                           zone.name()));
}

}  // namespace

Result<BarTime> parse_time(std::string_view text, const TimeContext& context) {
  if (text.size() != 8 && is_integer(text)) return since_1970(text);
  const auto day = date(text.substr(0, 8));
  if (!day) return wrong(text, "it begins with no date, yyyymmdd of the years 1900 to 2200");
  if (text.size() == 8) return BarTime{from_civil_utc(*day), true};

  CivilTime civil = *day;
  std::string_view rest = text.substr(8);
  const bool is_utc = rest[0] == '-';
  const std::size_t blanks = std::min(rest.find_first_not_of(' '), rest.size());
  if (!is_utc && (blanks == 0 || blanks > 2))
    return wrong(text, "after the date there is neither '-' nor one or two blanks");
  rest.remove_prefix(is_utc ? 1 : blanks);
  if (!read_clock(rest.substr(0, 8), civil)) return wrong(text, "after the date comes no time, hh:mm:ss");
  rest.remove_prefix(8);

  if (is_utc) {
    if (!rest.empty() && rest != "Z") return wrong(text, "after a time of UTC comes neither Z nor the end");
    return BarTime{from_civil_utc(civil)};
  }
  if (rest.empty()) {
    if (context.unzoned != nullptr) return in_zone(text, civil, *context.unzoned, context.after);
    return wrong(text,
                 "it names no time zone, so it is ambiguous: say which zone the gateway runs in, or ask with "
                 "formatDate 2");
  }
  if (rest[0] != ' ' || rest.find_first_not_of(' ') == std::string_view::npos)
    return wrong(text, "after the time comes neither a blank and a time zone nor the end");
  rest.remove_prefix(rest.find_first_not_of(' '));
  if (context.zones == nullptr) return wrong(text, "it names a time zone, and none can be looked up");
  auto zone = context.zones->find(rest);
  if (!zone) return fail(zone.error().code, fmt::format("time '{}': {}", text.substr(0, 64), zone.error().detail));
  return in_zone(text, civil, **zone, context.after);
}

std::string end_date_text(Timestamp end, int server_version) {
  const auto up = std::chrono::ceil<std::chrono::seconds>(std::chrono::nanoseconds{end.ns()});
  const Timestamp at = Timestamp::from_ns(Duration{up}.count());
  std::string text = ib_utc_text(at);
  if (server_version < kUtcDashSince) {
    text[8] = ' ';
    text += " UTC";
  }
  return text;
}

Result<std::vector<Interval>> schedule_sessions(const tws::HistoricalSchedule& message, zones::Zones& zones) {
  const TimeZone* zone = TW_TRY(zones.find(message.time_zone));
  const auto border = [&](std::string_view text) -> Result<Timestamp> {
    const auto day = date(text.substr(0, 8));
    CivilTime civil = day.value_or(CivilTime{});
    if (!day || text.size() != 17 || text[8] != '-' || !read_clock(text.substr(9), civil))
      return wrong(text, "a session's border is yyyymmdd-hh:mm:ss");
    return zone->instant(civil);
  };
  std::vector<Interval> sessions;
  for (const tws::HistoricalSession& each : message.sessions) {
    const Interval session{TW_TRY(border(each.start_date_time)), TW_TRY(border(each.end_date_time))};
    if (session.until <= session.from) return wrong(each.start_date_time, "a session that ends before it begins");
    sessions.push_back(session);
  }
  return sessions;
}

}  // namespace tradewind::client::history
