#include "tradewind/sim/gateway/history.hpp"

#include "tradewind/sim/venue/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDay = 24h;
constexpr Duration kWeek = 7 * kDay;
constexpr Duration kMonth = 30 * kDay;  // what a month counts as among bar sizes

struct BarSize {
  std::string_view text;
  Duration length;
};
constexpr auto kBarSizes = std::to_array<BarSize>(
    {{"1 secs", 1s},     {"5 secs", 5s},   {"10 secs", 10s}, {"15 secs", 15s},   {"30 secs", 30s},   {"1 min", 1min},
     {"2 mins", 2min},   {"3 mins", 3min}, {"5 mins", 5min}, {"10 mins", 10min}, {"15 mins", 15min}, {"20 mins", 20min},
     {"30 mins", 30min}, {"1 hour", 1h},   {"2 hours", 2h},  {"3 hours", 3h},    {"4 hours", 4h},    {"8 hours", 8h},
     {"1 day", kDay},    {"1W", kWeek},    {"1M", kMonth}});
// Other ways to write some of them, which gateways take as well.
constexpr auto kOtherNames = std::to_array<BarSize>(
    {{"1 sec", 1s}, {"1 week", kWeek}, {"1 W", kWeek}, {"1 month", kMonth}, {"1 M", kMonth}, {"1 D", kDay}});

bool read_number(std::string_view text, int& value) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && stop == text.data() + text.size() && value >= 0;
}

std::int64_t day_number(const CivilTime& civil) {
  return from_civil_utc({civil.year, civil.month, civil.day}).ns() / kDay.count();
}
// 0 is Sunday.
std::int64_t weekday_of(const CivilTime& civil) { return (day_number(civil) + 4) % 7; }  // 1970-01-01 was a Thursday

// Zones of the United States, which share their rule: the gateway has the data of one zone only, but clients name these.
struct Zone {
  std::string_view name;
  std::chrono::hours standard;
};
constexpr auto kZones = std::to_array<Zone>({{"US/Eastern", -5h},
                                             {"America/New_York", -5h},
                                             {"EST5EDT", -5h},
                                             {"US/Central", -6h},
                                             {"America/Chicago", -6h},
                                             {"US/Mountain", -7h},
                                             {"America/Denver", -7h},
                                             {"US/Pacific", -8h},
                                             {"America/Los_Angeles", -8h}});

// Summer time begins on the second Sunday of March and ends on the first of November, at two o'clock.
bool is_us_summer(const CivilTime& local) {
  const auto nth_sunday = [&](int month, int nth) {
    const auto first = static_cast<int>(weekday_of({local.year, month, 1}));
    return CivilTime{local.year, month, 1 + (7 - first) % 7 + 7 * (nth - 1), 2, 0, 0};
  };
  return local >= nth_sunday(3, 2) && local < nth_sunday(11, 1);
}

}  // namespace

std::optional<Duration> parse_bar_size(std::string_view text) {
  for (const BarSize& size : kBarSizes) {
    if (size.text == text) return size.length;
  }
  const auto other = std::ranges::find(kOtherNames, text, &BarSize::text);
  if (other == kOtherNames.end()) return std::nullopt;
  return other->length;
}

std::string bar_sizes_text() {
  std::string text;
  for (const BarSize& size : kBarSizes) text.append(text.empty() ? "" : ", ").append(size.text);
  return text;
}

std::optional<HistorySpan> parse_span(std::string_view text) {
  constexpr int kCountMax = 1'000'000;
  const std::size_t blank = text.find(' ');
  HistorySpan span;
  if (blank == std::string_view::npos || blank + 2 != text.size() || !read_number(text.substr(0, blank), span.count) ||
      span.count == 0 || span.count > kCountMax) {
    return std::nullopt;
  }
  span.unit = text.back();
  if (std::string_view{"SDWMY"}.find(span.unit) == std::string_view::npos) return std::nullopt;
  return span;
}

std::string_view complaint_about(const HistorySpan& span) {
  if (span.unit == 'S' && span.count > 86'400)
    return "Historical data request for greater than 86400 seconds rejected.";
  if (span.unit == 'D' && span.count > 365)
    return "Historical data requests for durations longer than 365 days must be made in years.";
  if (span.unit == 'W' && span.count > 52)
    return "Historical data requests for durations longer than 52 weeks must be made in years.";
  if (span.unit == 'M' && span.count > 12)
    return "Historical data requests for durations longer than 12 months must be made in years.";
  if (span.unit == 'Y' && span.count > 100) return "Historical data requested duration is invalid.";
  return "";
}

std::optional<HistorySpan> parse_period(std::string_view text) {
  HistorySpan span;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (!read_number(text.substr(0, digits), span.count) || span.count == 0 || span.count > 366) return std::nullopt;
  text.remove_prefix(digits);
  if (text.starts_with(' ')) text.remove_prefix(1);
  struct Unit {
    std::string_view word;
    char unit;
  };
  for (const auto& [word, unit] : {Unit{"second", 'S'}, {"day", 'D'}, {"week", 'W'}, {"month", 'M'}, {"year", 'Y'}}) {
    const bool is_word = text.starts_with(word) && (text.size() == word.size() || text.substr(word.size()) == "s");
    if (!is_word && text != std::string_view{&unit, 1}) continue;
    span.unit = unit;
    return span;
  }
  return std::nullopt;
}

std::optional<Timestamp> parse_end(std::string_view text, const TimeZone& zone) {
  CivilTime civil;
  if (text.size() < 17 || !read_number(text.substr(0, 4), civil.year) || !read_number(text.substr(4, 2), civil.month) ||
      !read_number(text.substr(6, 2), civil.day) || !read_number(text.substr(9, 2), civil.hour) ||
      !read_number(text.substr(12, 2), civil.minute) || !read_number(text.substr(15, 2), civil.second) ||
      text[11] != ':' || text[14] != ':' || !is_valid(civil)) {
    return std::nullopt;
  }
  if (civil.year < 1900 || civil.year > 2200) return std::nullopt;  // what time stamps hold
  if (text[8] == '-')
    return text.size() == 17 || text.substr(17) == "Z" ? std::optional{from_civil_utc(civil)} : std::nullopt;
  if (text[8] != ' ') return std::nullopt;
  if (text.size() == 17) return zone.instant(civil);
  if (text[17] != ' ') return std::nullopt;
  const std::string_view named = text.substr(18);
  if (named == zone.name()) return zone.instant(civil);
  if (named == "UTC" || named == "GMT") return from_civil_utc(civil);
  const auto known = std::ranges::find(kZones, named, &Zone::name);
  if (known == kZones.end()) return std::nullopt;
  return from_civil_utc(civil) - known->standard - (is_us_summer(civil) ? 1h : 0h);
}

// --- Sessions ---

bool Sessions::is_regular(Timestamp time) const {
  if (!close) return true;
  const CivilTime local = zone.local(time);
  const std::chrono::minutes of_day{local.hour * 60 + local.minute};
  return weekday_of(local) % 6 != 0 && of_day >= kOpen && of_day < *close;
}

bool Sessions::has_session(Timestamp day) const { return !close || weekday_of(zone.local(day)) % 6 != 0; }

Timestamp Sessions::midnight(Timestamp time) const {
  CivilTime civil = zone.local(time);
  civil.hour = civil.minute = civil.second = 0;
  return zone.instant(civil);
}

Timestamp Sessions::open_of(Timestamp time) const {
  if (!close) return midnight(time);
  CivilTime civil = zone.local(time);
  civil.hour = static_cast<int>(kOpen.count() / 60);
  civil.minute = static_cast<int>(kOpen.count() % 60);
  civil.second = 0;
  return zone.instant(civil);
}

Timestamp Sessions::close_of(Timestamp time) const {
  if (!close) return midnight(midnight(time) + 36h);
  CivilTime civil = zone.local(time);
  civil.hour = static_cast<int>(close->count() / 60);
  civil.minute = static_cast<int>(close->count() % 60);
  civil.second = 0;
  return zone.instant(civil);
}

Timestamp begin_of(Timestamp end, const HistorySpan& span, const Sessions& sessions) {
  switch (span.unit) {
    case 'S':
      return end - std::chrono::seconds{span.count};
    case 'W':
      return end - kWeek * span.count;
    case 'D':
      break;
    default: {
      CivilTime civil = sessions.zone.local(end);
      const int months = civil.year * 12 + civil.month - 1 - span.count * (span.unit == 'Y' ? 12 : 1);
      civil.year = std::max(months / 12, 1900);
      civil.month = months % 12 + 1;
      while (!is_valid(civil)) --civil.day;
      return sessions.zone.instant(civil);
    }
  }
  if (!sessions.close) return end - kDay * span.count;
  // Back to the beginning of the day that is the last, or that many sessions before it.
  Timestamp day = sessions.midnight(end - Duration{1});
  if (sessions.open_of(day) >= end) day = sessions.midnight(day - 12h);
  for (int left = span.count;; day = sessions.midnight(day - 12h)) {
    if (sessions.has_session(day) && --left == 0) return day;
  }
}

// --- Bars ---

Price TallyBar::average() const { return average_price(value, bar.volume, Multiplier::of(1)).value_or(bar.close); }

Timestamp BarBuilder::interval_of(Timestamp time) const {
  const auto floor = [](Timestamp at, Duration length, Duration shift) {
    const std::int64_t into = (at + shift).ns() % length.count();
    return at - Duration{into < 0 ? into + length.count() : into};
  };
  if (length_ <= 15min) return floor(time, length_, {});
  if (length_ < kDay) {
    const Timestamp start = floor(time, length_, sessions_.zone.utc_offset(time));
    if (!sessions_.close || !sessions_.is_regular(time)) return start;
    return std::max(start, sessions_.open_of(time));
  }
  const Timestamp midnight = sessions_.midnight(time);
  if (length_ == kDay) return midnight;
  CivilTime civil = sessions_.zone.local(midnight);
  if (length_ == kWeek) {
    // An hour more and midnight again: some days have 23 hours.
    return sessions_.midnight(midnight - kDay * ((weekday_of(civil) + 6) % 7) + 1h);
  }
  civil.day = 1;
  return sessions_.zone.instant(civil);
}

bool BarBuilder::take(const model::Bar& part) {
  Amount value = Amount::zero();
  if (!part.volume.is_zero()) {
    const venue::BarPrints prints = venue::prints_of(part);
    for (const model::Trade& print : prints.view()) {
      const auto more = notional(print.price, print.size, Multiplier::of(1));
      if (more) value = add(value, *more).value_or(value);
    }
  }
  bool is_same = current_ && part.start < known_until_;
  if (!is_same) {
    const Timestamp start = interval_of(part.start);
    // A day has 23 hours at least.
    known_until_ = length_ < kDay ? start + std::min<Duration>(length_, 15min) : sessions_.midnight(part.start) + 23h;
    is_same = current_ && current_->bar.start == start;
    if (!is_same) {
      current_ = TallyBar{part, value, part.start};
      current_->bar.start = start;
      current_->bar.length = length_;
      return true;
    }
    known_until_ = std::max(known_until_, part.start + Duration{1});
  }
  model::Bar& whole = current_->bar;
  whole.high = std::max(whole.high, part.high);
  whole.low = std::min(whole.low, part.low);
  whole.close = part.close;
  current_->last_part = part.start;
  whole.volume = add(whole.volume, part.volume).value_or(whole.volume);
  whole.trade_count += part.trade_count;
  current_->value = add(current_->value, value).value_or(current_->value);
  return false;
}

std::vector<TallyBar> aggregate(const std::vector<model::Bar>& bars, Duration length, const Sessions& sessions) {
  std::vector<TallyBar> made;
  BarBuilder builder{length, sessions};
  for (const model::Bar& bar : bars) {
    if (builder.take(bar)) made.push_back(*builder.current());
    else made.back() = *builder.current();
  }
  return made;
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
