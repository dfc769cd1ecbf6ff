#include "tradewind/sim/venue/calendar.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/sim/venue/expiries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tradewind::sim::venue {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::weekday_last;
using std::chrono::year;
using std::chrono::year_month_day;

bool is_weekend(sys_days date) {
  const weekday day{date};
  return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

// Easter Sunday of the Gregorian calendar, by the method known as Meeus, Jones and Butcher.
sys_days easter(year in) {
  const int golden = int{in} % 19;
  const int century = int{in} / 100;
  const int skipped = century / 4;
  const int epact = (19 * golden + century - skipped - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
  const int of_century = int{in} % 100;
  const int weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
  const int correction = (golden + 11 * epact + 22 * weekday) / 451;
  const int sum = epact + weekday - 7 * correction + 114;
  return in / (sum / 31) / (sum % 31 + 1);
}
sys_days good_friday(year in) { return easter(in) - days{2}; }

// A holiday on a Saturday is kept on Friday, one on a Sunday on Monday.
sys_days observed(sys_days holiday) {
  if (weekday{holiday} == std::chrono::Saturday) return holiday - days{1};
  if (weekday{holiday} == std::chrono::Sunday) return holiday + days{1};
  return holiday;
}
// Friday would be in the old year, whose books are open: a New Year's Day on a Saturday is not kept.
bool is_new_year(sys_days date, year in) {
  const sys_days first = in / 1 / 1;
  return weekday{first} != std::chrono::Saturday && date == observed(first);
}
sys_days thanksgiving(year in) { return in / std::chrono::November / std::chrono::Thursday[4]; }
sys_days christmas(year in) { return observed(in / 12 / 25); }

constexpr int kFirstYearOfJuneteenth = 2022;

bool is_rule_holiday(sys_days date) {
  using namespace std::chrono;
  const year in = year_month_day{date}.year();
  return is_new_year(date, in) || date == sys_days{in / January / Monday[3]} ||
         date == sys_days{in / February / Monday[3]} || date == good_friday(in) ||
         date == sys_days{in / May / Monday[last]} ||
         (int{in} >= kFirstYearOfJuneteenth && date == observed(in / 6 / 19)) || date == observed(in / 7 / 4) ||
         date == sys_days{in / September / Monday[1]} || date == thanksgiving(in) || date == christmas(in);
}

// Closed all day, by no rule.
constexpr auto kClosings = std::to_array<year_month_day>({
    year{2001} / 9 / 11,
    year{2001} / 9 / 12,
    year{2001} / 9 / 13,
    year{2001} / 9 / 14,
    year{2004} / 6 / 11,
    year{2007} / 1 / 2,
    year{2012} / 10 / 29,
    year{2012} / 10 / 30,
    year{2018} / 12 / 5,
    year{2025} / 1 / 9,
});

// The eves of Independence Day and Christmas from Monday to Thursday (one on a Friday is a holiday itself), and the day
// after Thanksgiving.
bool is_half_day(sys_days date) {
  const year in = year_month_day{date}.year();
  const bool is_eve = date == sys_days{in / 7 / 3} || date == sys_days{in / 12 / 24};
  const bool has_eve = !is_weekend(date) && weekday{date} != std::chrono::Friday;
  return (is_eve && has_eve) || date == thanksgiving(in) + days{1};
}

// Times of day in the market's zone, counted from the midnight with which the date begins.
struct Hours {
  minutes open{};
  minutes regular_open{};
  minutes regular_close{};
  minutes close{};
};

std::optional<Hours> stock_hours(sys_days date, bool keeps_holidays) {
  switch (keeps_holidays ? us_day_kind(date) : DayKind::full) {
    case DayKind::holiday:
      return std::nullopt;
    case DayKind::half:
      return Hours{4h, 9h + 30min, 13h, 17h};
    case DayKind::full:
      break;
  }
  return Hours{4h, 9h + 30min, 16h, 20h};
}

// Futures are closed on three days a year; on the other holidays of the stock market they stop at noon. They know
// nothing of its other closings.
std::optional<Hours> future_hours(sys_days date) {
  const year in = year_month_day{date}.year();
  if (is_new_year(date, in) || date == good_friday(in) || date == christmas(in)) return std::nullopt;
  minutes close = 16h;
  if (is_rule_holiday(date)) close = 12h;
  else if (is_half_day(date)) close = 12h + 15min;
  return Hours{-7h, 8h + 30min, close, close};
}

std::optional<Hours> hours_on(MarketHours market, sys_days date, bool keeps_holidays) {
  if (market == MarketHours::always) return Hours{0h, 0h, 24h, 24h};
  if (is_weekend(date)) return std::nullopt;
  switch (market) {
    case MarketHours::us_stocks:
      return stock_hours(date, keeps_holidays);
    case MarketHours::us_regular: {
      std::optional<Hours> hours = stock_hours(date, keeps_holidays);
      if (hours) hours = Hours{hours->regular_open, hours->regular_open, hours->regular_close, hours->regular_close};
      return hours;
    }
    case MarketHours::index_futures:
      return future_hours(date);
    case MarketHours::currencies:
      return Hours{-6h - 45min, -6h - 45min, 17h, 17h};
    case MarketHours::always:
      break;
  }
  TW_CHECK(false);
}

std::string minute_text(Timestamp time, const TimeZone& zone) {
  const CivilTime local = zone.local(time);
  return fmt::format("{:04}{:02}{:02}:{:02}{:02}", local.year, local.month, local.day, local.hour, local.minute);
}

}  // namespace

DayKind us_day_kind(sys_days date) {
  if (is_rule_holiday(date) || std::ranges::find(kClosings, year_month_day{date}) != kClosings.end())
    return DayKind::holiday;
  return is_half_day(date) ? DayKind::half : DayKind::full;
}

std::string_view zone_name_of(MarketHours hours) {
  if (hours == MarketHours::always) return "UTC";
  return hours == MarketHours::index_futures ? "America/Chicago" : "America/New_York";
}

Calendar::Calendar(MarketHours hours, TimeZone zone, const CalendarChange& change)
    : hours_{hours}, zone_{std::move(zone)}, change_{change} {}

std::optional<Calendar::TradingDay> Calendar::trading_day(sys_days date) const {
  std::optional<Hours> hours = hours_on(hours_, date, change_.keeps_holidays);
  if (!hours) return std::nullopt;
  if (change_.regular_close && *change_.regular_close < hours->regular_close) {
    if (hours->close == hours->regular_close) hours->close = *change_.regular_close;
    hours->regular_close = *change_.regular_close;
  }
  const auto at = [&](minutes time) {
    const sys_days day = date + std::chrono::floor<days>(time);
    return instant_on(day, time - std::chrono::floor<days>(time), zone_);
  };
  return TradingDay{.date = date,
                    .trading = {at(hours->open), at(hours->close)},
                    .regular = {at(hours->regular_open), at(hours->regular_close)}};
}

Calendar::TradingDay Calendar::current_or_next(Timestamp time) const {
  // No market stays closed for longer than the five days of September 2001 and the weekend after them.
  const sys_days today = date_in(time, zone_);
  for (sys_days date = today; date <= today + days{14}; date += days{1}) {
    if (const auto day = trading_day(date); day && time < day->trading.end) return *day;
  }
  TW_CHECK(false);
}

Session Calendar::session_after(HoursKind kind, Timestamp time) const {
  const TradingDay day = current_or_next(time);
  if (time < day.session(kind).end) return day.session(kind);
  return current_or_next(day.trading.end).session(kind);  // its regular hours are over
}

bool Calendar::is_in(HoursKind kind, Timestamp time) const {
  if (hours_ == MarketHours::always) return true;
  return session_after(kind, time).contains(time);
}

std::optional<Timestamp> Calendar::next_change(HoursKind kind, Timestamp time) const {
  if (hours_ == MarketHours::always) return std::nullopt;
  const Session session = session_after(kind, time);
  return session.contains(time) ? session.end : session.begin;
}

std::string Calendar::hours_text(HoursKind kind, Timestamp now, int entries) const {
  std::string text;
  for (sys_days date = date_in(now, zone_); entries > 0; date += days{1}) {
    const auto day = trading_day(date);
    if (!day) {
      const auto next = trading_day(date + days{1});
      if (next && date_in(next->session(kind).begin, zone_) == date) continue;
    }
    if (!text.empty()) text += ';';
    if (day) {
      const Session& session = day->session(kind);
      // Midnight at its end is another date; IB writes the minute before.
      const Timestamp end = date_in(session.end, zone_) == date ? session.end : session.end - 1min;
      text += fmt::format("{}-{}", minute_text(session.begin, zone_), minute_text(end, zone_));
    } else {
      text += compact_date(date) + ":CLOSED";
    }
    --entries;
  }
  return text;
}

}  // namespace tradewind::sim::venue
