#include "tradewind/core/client/hours/hours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace tradewind::client::hours {
namespace {

constexpr std::chrono::hours kDay{24};

// Local times as if every day had 24 hours; 2400 is midnight of the next day.
struct Session {
  Timestamp from;
  Timestamp until;
};

CivilTime date_of(Timestamp local) {
  CivilTime civil = civil_utc(local);
  civil.hour = civil.minute = civil.second = 0;
  return civil;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_{text} {}

  Result<void> read() {
    if (text_.find_first_not_of("; ") == std::string_view::npos) {
      return fail(Errc::malformed, "the hours are empty: they are unknown, so treat the market as closed");
    }
    while (at_ < text_.size()) {
      if (take(';')) continue;  // one at the end, or a day left out
      TW_TRY_VOID(read_day());
      if (at_ < text_.size() && text_[at_] != ';') return wrong("';' or the end");
    }
    return {};
  }

  std::vector<Session> sessions;
  std::vector<Timestamp> closed_days;  // midnight

 private:
  std::unexpected<Error> wrong(std::string_view expected) const {
    return fail(Errc::malformed,
                fmt::format("hours, offset {}: expected {}, found '{}'", at_, expected, text_.substr(at_, 24)));
  }

  bool take(char mark) {
    if (at_ >= text_.size() || text_[at_] != mark) return false;
    ++at_;
    return true;
  }

  std::optional<int> number(std::size_t digits) {
    if (text_.size() - at_ < digits) return std::nullopt;
    int value = 0;
    for (const char digit : text_.substr(at_, digits)) {
      if (digit < '0' || digit > '9') return std::nullopt;
      value = value * 10 + (digit - '0');
    }
    return value;
  }

  Result<Timestamp> date() {
    const auto digits = number(8);
    if (!digits) return wrong("a date, yyyymmdd");
    const CivilTime civil{.year = *digits / 10'000, .month = *digits / 100 % 100, .day = *digits % 100};
    if (!is_valid(civil) || civil.year < 1900 || civil.year > 2200) return wrong("a date of the years 1900 to 2200");
    at_ += 8;
    return from_civil_utc(civil);
  }

  Result<Duration> time_of_day() {
    const auto digits = number(4);
    if (!digits) return wrong("a time, hhmm");
    const int hour = *digits / 100;
    const int minute = *digits % 100;
    if (minute > 59 || hour > 24 || (hour == 24 && minute > 0)) return wrong("a time from 0000 to 2400");
    at_ += 4;
    return std::chrono::hours{hour} + std::chrono::minutes{minute};
  }

  Result<void> read_day() {
    const Timestamp day = TW_TRY(date());
    if (!take(':')) return wrong("':'");
    constexpr std::string_view kClosed = "CLOSED";
    if (text_.substr(at_, kClosed.size()) == kClosed) {
      at_ += kClosed.size();
      closed_days.push_back(day);
      return {};
    }
    Timestamp session_day = day;
    do {
      // In the newer form each further session may bring its date along.
      if (number(8)) {
        session_day = TW_TRY(date());
        if (!take(':')) return wrong("':'");
      }
      TW_TRY_VOID(read_session(session_day));
    } while (take(','));
    return {};
  }

  Result<void> read_session(Timestamp day) {
    const std::size_t begin = at_;
    const Duration from = TW_TRY(time_of_day());
    if (!take('-')) return wrong("'-'");
    Session session{day + from, day};
    if (number(8)) {
      const Timestamp last_day = TW_TRY(date());
      if (!take(':')) return wrong("':'");
      session.until = last_day + TW_TRY(time_of_day());
    } else {
      session.until = day + TW_TRY(time_of_day());
      if (session.until <= session.from) session.from = session.from - kDay;
    }
    const Duration length = session.until - session.from;
    if (length <= Duration::zero() || length > 8 * kDay) {
      at_ = begin;
      return wrong("a session that ends after it begins, within eight days");
    }
    sessions.push_back(session);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Timestamp opening(const TimeZone& zone, Timestamp local) {
  const CivilTime civil = civil_utc(local);
  const zones::Instants found = zones::instants(zone, civil);
  return found.second ? *found.second : zone.instant(civil);
}

Timestamp closing(const TimeZone& zone, Timestamp local) { return zone.instant(civil_utc(local)); }

std::vector<Interval> merged(std::vector<Interval> intervals) {
  std::ranges::sort(intervals, {}, &Interval::from);
  std::vector<Interval> result;
  for (const Interval& each : intervals) {
    if (each.until <= each.from) continue;  // both borders in an hour that happens twice
    if (!result.empty() && each.from <= result.back().until) {
      result.back().until = std::max(result.back().until, each.until);
    } else {
      result.push_back(each);
    }
  }
  return result;
}

std::vector<Hours::Day> days_of(const std::vector<Session>& sessions, const TimeZone& zone) {
  std::map<Timestamp, Timestamp> last;  // local midnight, local end
  for (const Session& session : sessions) {
    // A session that ends at midnight belongs to the day that is over then.
    const Timestamp day = from_civil_utc(date_of(session.until - Duration{1}));
    const auto [place, is_new] = last.emplace(day, session.until);
    if (!is_new) place->second = std::max(place->second, session.until);
  }
  std::map<Duration, int> count;
  for (const auto& [day, until] : last) ++count[until - day];
  Duration usual{};
  int most = 0;
  for (const auto& [time, times] : count) {
    if (times >= most) std::tie(usual, most) = std::pair{time, times};  // of two as frequent the later
  }
  std::vector<Hours::Day> days;
  for (const auto& [day, until] : last) days.push_back({civil_utc(day), closing(zone, until), until - day < usual});
  return days;
}

}  // namespace

Result<Hours> Hours::parse(std::string_view text, const TimeZone& zone) {
  Reader reader{text};
  TW_TRY_VOID(reader.read());

  Hours hours;
  const auto is_over_midnight = [](const Session& each) {
    return date_of(each.until - Duration{1}) != date_of(each.from);
  };
  const bool over_midnight = std::ranges::any_of(reader.sessions, is_over_midnight);
  std::vector<Interval> covered;
  for (const Session& session : reader.sessions) {
    const Interval open{opening(zone, session.from), closing(zone, session.until)};
    hours.open_.push_back(open);
    const Timestamp midnight = closing(zone, from_civil_utc(date_of(session.from)));
    covered.push_back({over_midnight ? open.from : midnight, open.until});
  }
  if (!over_midnight) {
    for (const Timestamp day : reader.closed_days) covered.push_back({closing(zone, day), closing(zone, day + kDay)});
  }
  hours.open_ = merged(std::move(hours.open_));
  hours.covered_ = {std::ranges::min_element(covered, {}, &Interval::from)->from,
                    std::ranges::max_element(covered, {}, &Interval::until)->until};
  hours.days_ = days_of(reader.sessions, zone);
  return hours;
}

MarketState Hours::state(Timestamp at) const {
  if (at < covered_.from || at >= covered_.until) return MarketState::unknown;
  const auto next = std::ranges::upper_bound(open_, at, {}, &Interval::from);
  const bool is_open = next != open_.begin() && at < std::prev(next)->until;
  return is_open ? MarketState::open : MarketState::closed;
}

std::optional<Timestamp> Hours::next_open(Timestamp at) const {
  const auto next = std::ranges::upper_bound(open_, at, {}, &Interval::from);
  if (next == open_.end()) return std::nullopt;
  return next->from;
}

std::optional<Timestamp> Hours::next_close(Timestamp at) const {
  const auto next = std::ranges::upper_bound(open_, at, {}, &Interval::until);
  if (next == open_.end()) return std::nullopt;
  return next->until;
}

Result<ContractHours> contract_hours(const tws::ContractDetails& details, zones::Zones& zones) {
  const TimeZone* zone = TW_TRY(zones.find(details.time_zone_id));
  auto trading = Hours::parse(details.trading_hours, *zone);
  if (!trading) return fail(trading.error().code, "tradingHours: " + trading.error().detail);
  auto liquid = Hours::parse(details.liquid_hours, *zone);
  if (!liquid) return fail(liquid.error().code, "liquidHours: " + liquid.error().detail);
  return ContractHours{*std::move(trading), *std::move(liquid)};
}

}  // namespace tradewind::client::hours
