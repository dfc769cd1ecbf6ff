#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/client/history/bar_size.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tradewind::client::history {

enum class DurationUnit : char { seconds = 'S', days = 'D', weeks = 'W', months = 'M', years = 'Y' };

// How far back from its end a request reaches: IB's duration, "1800 S" or "2 D". Days count where there was trading.
struct HistoryDuration {
  int count = 1;
  DurationUnit unit = DurationUnit::days;

  [[nodiscard]] static Result<HistoryDuration> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  friend bool operator==(const HistoryDuration&, const HistoryDuration&) = default;
};

// The time a duration reaches back at least: a month is 28 days.
[[nodiscard]] std::chrono::seconds least_length(const HistoryDuration& duration);

// At least 1; above 86400 S, 365 D, 52 W and 12 M the next unit has to be used.
[[nodiscard]] Result<void> check(const HistoryDuration& duration);

// The sizes IB documents for a request of this duration.
struct HistoryStep {
  HistoryDuration duration;
  BarSize smallest;
  BarSize largest;
};
[[nodiscard]] std::span<const HistoryStep> steps();  // from the shortest duration
// The longest documented request for bars of this size. Every size has one.
[[nodiscard]] const HistoryStep& longest_step(BarSize size);
// The shortest documented request for bars of this size that reaches back so far; the longest where none does.
[[nodiscard]] const HistoryStep& step_for(BarSize size, std::chrono::seconds reach);

// Whether the table allows it. A duration between two rows may have the smallest bar of the longer one and the largest of
// the shorter; above the last row, its bars.
[[nodiscard]] Result<void> check_step(const HistoryDuration& duration, BarSize size);

}  // namespace tradewind::client::history
