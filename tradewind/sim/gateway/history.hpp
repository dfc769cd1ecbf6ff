#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/model/market.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// "1 min", "5 mins", "1 hour", "1 day", "1W" … as a length; empty when it is none of IB's.
[[nodiscard]] std::optional<Duration> parse_bar_size(std::string_view text);
// All that parse_bar_size() takes, as an error names them.
[[nodiscard]] std::string bar_sizes_text();

// "3600 S", "2 D", "1 W", "1 M", "1 Y".
struct HistorySpan {
  int count = 0;
  char unit = 'D';  // S, D, W, M or Y

  friend bool operator==(const HistorySpan&, const HistorySpan&) = default;
};
[[nodiscard]] std::optional<HistorySpan> parse_span(std::string_view text);
// Why IB would not serve it, in its words; empty when it would.
[[nodiscard]] std::string_view complaint_about(const HistorySpan& span);
// "3 days", "1 week", "20 D", as the period of a histogram is written.
[[nodiscard]] std::optional<HistorySpan> parse_period(std::string_view text);

// "20131007-13:30:00" (UTC), "20131007 09:30:00 US/Eastern", "20131007 09:30:00" (in `zone`); empty when it is none.
[[nodiscard]] std::optional<Timestamp> parse_end(std::string_view text, const TimeZone& zone);

// When a market has regular hours: always, or from 9:30 to its close on weekdays, as the venue's calendar has them.
struct Sessions {
  TimeZone zone = TimeZone::utc();
  std::optional<std::chrono::minutes> close;  // after local midnight; empty: it never closes
  bool keeps_holidays = false;

  static constexpr std::chrono::minutes kOpen{9 * 60 + 30};

  [[nodiscard]] bool is_regular(Timestamp time) const;
  [[nodiscard]] bool has_session(Timestamp day) const;
  [[nodiscard]] Timestamp midnight(Timestamp time) const;
  // Of the session on the local day that holds `time`; midnight to midnight for a market that never closes.
  [[nodiscard]] Timestamp open_of(Timestamp time) const;
  [[nodiscard]] Timestamp close_of(Timestamp time) const;

 private:
  // On the local day that holds `time`; empty where there is no session.
  [[nodiscard]] std::optional<std::chrono::minutes> close_on(Timestamp time) const;
};

// Where a request that reaches back so far begins. Days are days with a session.
[[nodiscard]] Timestamp begin_of(Timestamp end, const HistorySpan& span, const Sessions& sessions);

// A bar with what was traded in it, so that bars can be put together without losing their average.
struct TallyBar {
  model::Bar bar;
  Amount value = Amount::zero();
  Timestamp last_part;  // where the last of the shorter bars in it begins

  // The average price by volume; the last price where nothing was traded.
  [[nodiscard]] Price average() const;
};

// Puts shorter bars together, in ascending order. Days begin at midnight in the zone of the sessions, weeks on Monday, months
// on the first; bars within a day are cut by the clock of the zone, and the first of a session begins with it.
class BarBuilder {
 public:
  BarBuilder(Duration length, Sessions sessions) : length_{length}, sessions_{std::move(sessions)} {}

  // Begins a new bar when `part` belongs to another interval; true then.
  bool take(const model::Bar& part);
  [[nodiscard]] const std::optional<TallyBar>& current() const { return current_; }
  [[nodiscard]] Timestamp interval_of(Timestamp time) const;

 private:
  Duration length_;
  Sessions sessions_;
  std::optional<TallyBar> current_;
  Timestamp known_until_;  // everything before this belongs to the current interval
};

[[nodiscard]] std::vector<TallyBar> aggregate(const std::vector<model::Bar>& bars, Duration length,
                                              const Sessions& sessions);

// The first instant after `now` that is a whole number of `length`s from 1970 on.
[[nodiscard]] Timestamp next_boundary(Timestamp now, Duration length);

// "20131007 09:30:00 US/Eastern", as a gateway writes the time of an intraday bar or an execution.
[[nodiscard]] std::string zoned_text(Timestamp time, const TimeZone& zone);
// "20131007".
[[nodiscard]] std::string date_text(Timestamp time, const TimeZone& zone);

}  // namespace tradewind::sim::gateway
