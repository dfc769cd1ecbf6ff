#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/client/history/bar.hpp"
#include "tradewind/core/client/history/history_request.hpp"
#include "tradewind/core/client/history/times.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::client::history {

// What a plan downloads. The name says which contract it is for; it is written into the saved text and must be the same
// when that is read again. One line.
struct BackfillSeries {
  std::string name;
  BarSize bar_size = BarSize::min_1;
  WhatToShow what_to_show = WhatToShow::trades;
  bool use_rth = true;
  std::string sec_type;  // empty: what it has is not judged
  friend bool operator==(const BackfillSeries&, const BackfillSeries&) = default;
};

struct BackfillOptions {
  // After so long without a bar there is none earlier. Longer than any holiday; where a market sleeps for longer, raise it
  // or name the closed times as known.
  Duration empty_span_max = std::chrono::hours{14 * 24};
  int tries_max = 8;  // of one request, in a row
  // After a failure that passes; doubled each time.
  Duration wait_first = std::chrono::seconds{15};
  Duration wait_max = std::chrono::minutes{10};
};

enum class BackfillState : std::uint8_t {
  running,
  complete,
  no_earlier_data,  // nothing for `empty_span_max`
  no_progress,  // an answer held nothing older than what was there
  failed,  // why() says it
};

// Downloads a long range of bars, newest first as IB asks for them. A machine without I/O: it says what to ask, and is
// told what came. One request is open at a time, because the next one begins where its answer ends.
//
//   while (auto request = plan.next(now)) {        nothing: look at state() and next_wake()
//     ... send, wait ...
//     bars = plan.take(answer)                      store `bars` and plan.saved(), best in one transaction
//     or plan.error(code, text, now), or plan.interrupted() when the connection is gone
//   }
class BackfillPlan {
 public:
  // Bars that begin in [range.from, range.until), except in what is `known`: bars that are there, or times at which the
  // market is closed. `until` should be a border of bars and not after now, since the newest bar would be unfinished; for
  // bars to 15 minutes and of days it is moved down to one.
  // Refused: what check() refuses for such requests, an empty range, and what has no past or cannot have an end.
  [[nodiscard]] static Result<BackfillPlan> create(BackfillSeries series, Interval range, std::vector<Interval> known,
                                                   Timestamp now, const BackfillOptions& options = {});
  // From saved(). `corrupt` when the text is not whole, `invalid_argument` when it is of another series. An open request
  // is forgotten, a plan that has stopped stays stopped.
  [[nodiscard]] static Result<BackfillPlan> restore(std::string_view text, const BackfillSeries& series,
                                                    const BackfillOptions& options = {});
  [[nodiscard]] std::string saved() const;

  // The request to send now, which counts as sent. Nothing while one is open, while it is too early, and when stopped.
  [[nodiscard]] std::optional<HistoryRequest> next(MonoTime now);
  // When `next` may have something again; nothing while a request is open and when stopped.
  [[nodiscard]] std::optional<MonoTime> next_wake() const;

  // The answer to the open request, ascending. Returns those of its bars that were missing, which are missing no longer. An
  // empty answer is "no data". On an error (bars out of order, two bars of one time that differ) nothing is taken, and the
  // request is sent again, `tries_max` times.
  [[nodiscard]] Result<std::vector<Bar>> take(std::span<const Bar> answer);
  // An error for the open request. Codes that do not end it are ignored.
  void error(std::int32_t code, std::string_view text, MonoTime now);
  // The open request is void and will be sent again: the connection is gone, or the caller cancels it.
  void interrupted() { is_open_ = false; }
  // A plan that stopped short goes on.
  void retry();

  [[nodiscard]] BackfillState state() const { return state_; }
  [[nodiscard]] const std::string& why() const { return why_; }
  [[nodiscard]] const std::vector<Interval>& missing() const { return missing_; }  // ascending, disjoint
  [[nodiscard]] const BackfillSeries& series() const { return series_; }
  [[nodiscard]] std::uint64_t bars_taken() const { return bars_taken_; }

 private:
  BackfillPlan(BackfillSeries series, const BackfillOptions& options);

  [[nodiscard]] HistoryRequest request() const;
  void cover_from(Timestamp from);  // what is missing from there on is missing no longer
  void no_data();
  void try_later(MonoTime now, std::string_view why);
  void stop(BackfillState state, std::string_view why);

  BackfillSeries series_;
  BackfillOptions options_;
  BackfillState state_ = BackfillState::running;
  std::string why_;
  std::vector<Interval> missing_;
  Duration empty_span_{};  // without a bar, up to the end of what is missing
  std::uint64_t bars_taken_ = 0;

  // Not saved: belongs to a session.
  bool is_open_ = false;
  int tries_ = 0;
  MonoTime not_before_;
};

}  // namespace tradewind::client::history

namespace tradewind {
template <>
inline constexpr auto kEnumNames<client::history::BackfillState> =
    std::to_array<std::pair<client::history::BackfillState, std::string_view>>({
        {client::history::BackfillState::running, "running"},
        {client::history::BackfillState::complete, "complete"},
        {client::history::BackfillState::no_earlier_data, "no earlier data"},
        {client::history::BackfillState::no_progress, "no progress"},
        {client::history::BackfillState::failed, "failed"},
    });
}  // namespace tradewind
