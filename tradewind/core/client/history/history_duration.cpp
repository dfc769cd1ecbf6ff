#include "tradewind/core/client/history/history_duration.hpp"

#include "tradewind/core/base/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace tradewind::client::history {
namespace {

using enum DurationUnit;

constexpr auto kSteps = std::to_array<HistoryStep>({
    {{60, seconds}, BarSize::secs_1, BarSize::min_1},
    {{120, seconds}, BarSize::secs_1, BarSize::mins_2},
    {{1800, seconds}, BarSize::secs_1, BarSize::mins_30},
    {{3600, seconds}, BarSize::secs_5, BarSize::hour_1},
    {{14'400, seconds}, BarSize::secs_10, BarSize::hours_3},
    {{28'800, seconds}, BarSize::secs_30, BarSize::hours_8},
    {{1, days}, BarSize::min_1, BarSize::day_1},
    {{2, days}, BarSize::mins_2, BarSize::day_1},
    {{1, weeks}, BarSize::mins_3, BarSize::week_1},
    {{1, months}, BarSize::mins_30, BarSize::month_1},
    {{1, years}, BarSize::day_1, BarSize::month_1},
});

struct UnitFacts {
  DurationUnit unit;
  int most;
  int least_seconds;  // in one
  std::string_view then;
};
constexpr auto kUnits = std::to_array<UnitFacts>({
    {seconds, 86'400, 1, "days"},
    {days, 365, 86'400, "years"},
    {weeks, 52, 7 * 86'400, "years"},
    {months, 12, 28 * 86'400, "years"},
    {years, 100, 365 * 86'400, "fewer"},
});

const UnitFacts& facts(DurationUnit unit) {
  const auto found = std::ranges::find(kUnits, unit, &UnitFacts::unit);
  TW_CHECK(found != kUnits.end());
  return *found;
}

}  // namespace

Result<HistoryDuration> HistoryDuration::parse(std::string_view text) {
  HistoryDuration duration;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, duration.count);
  const auto unit = end - stop == 2 && *stop == ' '
                        ? std::ranges::find(kUnits, static_cast<DurationUnit>(stop[1]), &UnitFacts::unit)
                        : kUnits.end();
  if (error != std::errc{} || unit == kUnits.end()) {
    return fail(Errc::invalid_argument,
                fmt::format("'{}' is not a duration: write a number, a blank, and S, D, W, M or Y, "
                            "such as '2 D'",
                            text.substr(0, 32)));
  }
  duration.unit = unit->unit;
  TW_TRY_VOID(check(duration));
  return duration;
}

std::string HistoryDuration::text() const { return fmt::format("{} {}", count, static_cast<char>(unit)); }

std::chrono::seconds least_length(const HistoryDuration& duration) {
  return std::chrono::seconds{std::int64_t{duration.count} * facts(duration.unit).least_seconds};
}

Result<void> check(const HistoryDuration& duration) {
  const UnitFacts& unit = facts(duration.unit);
  if (duration.count < 1)
    return fail(Errc::invalid_argument, fmt::format("the duration '{}' is not above zero", duration.text()));
  if (duration.count > unit.most) {
    return fail(Errc::invalid_argument, fmt::format("the duration '{}' is above {} {}: ask for {}", duration.text(),
                                                    unit.most, static_cast<char>(unit.unit), unit.then));
  }
  return {};
}

std::span<const HistoryStep> steps() { return kSteps; }

const HistoryStep& longest_step(BarSize size) {
  const auto allows = [size](const HistoryStep& step) { return step.smallest <= size && size <= step.largest; };
  const auto found = std::find_if(kSteps.rbegin(), kSteps.rend(), allows);
  TW_CHECK(found != kSteps.rend());
  return *found;
}

const HistoryStep& step_for(BarSize size, std::chrono::seconds reach) {
  for (const HistoryStep& step : kSteps) {
    if (step.smallest <= size && size <= step.largest && least_length(step.duration) >= reach) return step;
  }
  return longest_step(size);
}

Result<void> check_step(const HistoryDuration& duration, BarSize size) {
  const auto length = least_length(duration);
  const auto length_of = [](const HistoryStep& step) { return least_length(step.duration); };
  const auto longer = std::ranges::lower_bound(kSteps, length, {}, length_of);  // the row itself, or the next
  const auto above = std::ranges::upper_bound(kSteps, length, {}, length_of);
  const BarSize smallest = longer == kSteps.end() ? kSteps.back().smallest : longer->smallest;
  const bool too_large = above == kSteps.begin() ? nominal_length(size) > length : size > std::prev(above)->largest;
  if (size < smallest) {
    return fail(Errc::invalid_argument,
                fmt::format("bars of {} reach back {} in one request, not {}: ask several times, or "
                            "for bars of {} and more",
                            size, longest_step(size).duration.text(), duration.text(), smallest));
  }
  if (too_large) {
    return fail(Errc::invalid_argument, fmt::format("bars of {} need a longer duration than {}: {} at least", size,
                                                    duration.text(), step_for(size, length).duration.text()));
  }
  return {};
}

}  // namespace tradewind::client::history
