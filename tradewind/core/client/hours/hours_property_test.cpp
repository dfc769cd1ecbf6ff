#include "tradewind/core/client/hours/hours.hpp"

#include "tradewind/core/client/zones/zones_test_data.hpp"

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

// Random markets in weeks around the changes of the clocks. What is open is worked out a second time, minute by minute,
// from what the zone's clock shows: another way than that of the code under test.
namespace tradewind::client::hours {
namespace {

using std::chrono::minutes;

struct LocalSession {
  int day = 0;  // since the first
  int from = 0;  // minutes of the day
  int until = 0;  // the same, above 1440 on the next day
};

struct Week {
  TimeZone zone;
  CivilTime first;
  std::vector<LocalSession> sessions;  // ascending, disjoint
  std::vector<bool> closed;
};

CivilTime day_after(const CivilTime& first, int days) {
  return civil_utc(from_civil_utc(first) + std::chrono::hours{24} * days);
}
std::string date_text(const CivilTime& date) { return fmt::format("{:04}{:02}{:02}", date.year, date.month, date.day); }

Week week() {
  const auto zone_name = *rc::gen::elementOf(std::vector<std::string>{"US/Eastern", "MET", "GB-Eire", "Japan"});
  const auto changes = std::to_array<CivilTime>({{2026, 3, 5}, {2026, 3, 26}, {2026, 10, 22}, {2026, 10, 29}});
  Week week{
      zones::known_zone(zone_name).value(), changes.at(*rc::gen::inRange<std::size_t>(0, changes.size())), {}, {}};
  int last = -1;  // minute, since the first midnight, at which the latest session ended
  for (int day = 0; day < 7; ++day) {
    week.closed.push_back(*rc::gen::inRange(0, 4) == 0);
    if (week.closed.back()) continue;
    const int count = *rc::gen::inRange(1, 4);
    for (int session = 0; session < count; ++session) {
      const int from = *rc::gen::inRange(0, 1440);
      if (day * 1440 + from <= last) continue;
      const int until = from + *rc::gen::inRange(1, 1500);
      week.sessions.push_back({day, from, until});
      last = day * 1440 + until;
    }
    if (week.sessions.empty() || week.sessions.back().day != day) week.closed.back() = true;
  }
  if (week.sessions.empty()) {
    week.closed.at(3) = false;
    week.sessions.push_back({3, 570, 960});
  }
  return week;
}

std::string text_of(const Week& week) {
  std::string text;
  for (int day = 0; day < 7; ++day) {
    if (day > 0) text += ';';
    const std::string date = date_text(day_after(week.first, day));
    if (week.closed.at(static_cast<std::size_t>(day))) {
      text += date + ":CLOSED";
      continue;
    }
    bool is_first = true;
    for (const LocalSession& session : week.sessions) {
      if (session.day != day) continue;
      const std::string end = date_text(day_after(week.first, day + session.until / 1440));
      text += fmt::format("{}{}:{:02}{:02}-{}:{:02}{:02}", is_first ? "" : ",", date, session.from / 60,
                          session.from % 60, end, session.until % 1440 / 60, session.until % 60);
      is_first = false;
    }
  }
  return text;
}

// Whether the clock of the zone shows a time inside of a session. The shown time alone does not tell in an hour that
// happens twice with a border in it; `certain` is false there.
struct Shown {
  bool open = false;
  bool certain = true;
};
Shown shown(const Week& week, Timestamp at) {
  const auto inside = [&](Timestamp instant) {
    const auto local = (from_civil_utc(week.zone.local(instant)) - from_civil_utc(week.first)) / minutes{1};
    return std::ranges::any_of(week.sessions, [&](const LocalSession& each) {
      return local >= each.day * 1440 + each.from && local < each.day * 1440 + each.until;
    });
  };
  Shown result{inside(at), true};
  // Within an hour of a change of the clocks a border may be shown twice or never.
  for (const int step : {-61, 61}) {
    if (week.zone.utc_offset(at + minutes{step}) != week.zone.utc_offset(at)) result.certain = false;
  }
  return result;
}

RC_GTEST_PROP(HoursProperty, AMarketIsOpenWhenTheClockOfItsZoneShowsASession, ()) {
  const Week market = week();
  const auto hours = Hours::parse(text_of(market), market.zone);
  RC_ASSERT(hours.has_value());
  for (Timestamp at = hours->covered().from; at < hours->covered().until; at = at + minutes{1}) {
    const Shown expected = shown(market, at);
    if (expected.certain) RC_ASSERT(hours->is_open(at) == expected.open);
    RC_ASSERT(hours->state(at) != MarketState::unknown);
  }
}

RC_GTEST_PROP(HoursProperty, IntervalsAreInOrderAndTheNextBordersAreTheirs, ()) {
  const Week market = week();
  const auto hours = Hours::parse(text_of(market), market.zone);
  RC_ASSERT(hours.has_value());
  const std::vector<Interval>& open = hours->intervals();
  for (std::size_t i = 0; i < open.size(); ++i) {
    RC_ASSERT(open[i].from < open[i].until);
    RC_ASSERT(hours->covered().from <= open[i].from && open[i].until <= hours->covered().until);
    if (i > 0) RC_ASSERT(open[i - 1].until < open[i].from);
  }
  for (Timestamp at = hours->covered().from - minutes{60}; at < hours->covered().until; at = at + minutes{7}) {
    const auto opens = hours->next_open(at);
    const auto closes = hours->next_close(at);
    if (opens) RC_ASSERT(*opens > at && hours->is_open(*opens) && !hours->is_open(*opens - Duration{1}));
    if (closes) RC_ASSERT(*closes > at && !hours->is_open(*closes) && hours->is_open(*closes - Duration{1}));
    // Between two borders nothing changes.
    if (hours->is_open(at)) RC_ASSERT(closes && (!opens || *closes < *opens));
    if (!hours->is_open(at) && opens) RC_ASSERT(closes && *opens < *closes);
  }
}

// Nothing that comes in its place is read as if it were hours, and nothing ends the process.
RC_GTEST_PROP(HoursProperty, ATextWithAChangedCharacterIsReadOrRefused, ()) {
  const Week market = week();
  std::string text = text_of(market);
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = *rc::gen::elementOf(std::string{"0123456789:-,;CLOSED \0~"});
  const auto hours = Hours::parse(text, market.zone);
  if (!hours) {
    RC_ASSERT(hours.error().code == Errc::malformed);
    RC_ASSERT(hours.error().detail.find("offset") != std::string::npos);
  }
}

}  // namespace
}  // namespace tradewind::client::hours
