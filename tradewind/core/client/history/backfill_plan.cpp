#include "tradewind/core/client/history/backfill_plan.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/tws/error_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::client::history {
namespace {

constexpr std::int32_t kHistoricalService = 162;
constexpr std::size_t kNameMax = 200;

// What is left of `range` without `known`.
std::vector<Interval> without(Interval range, std::vector<Interval> known) {
  std::ranges::sort(known, {}, &Interval::from);
  std::vector<Interval> left;
  for (const Interval& each : known) {
    if (each.until <= range.from || each.until <= each.from) continue;
    if (each.from >= range.until) break;
    if (each.from > range.from) left.push_back({range.from, each.from});
    range.from = each.until;
    if (range.from >= range.until) return left;
  }
  left.push_back(range);
  return left;
}

Timestamp border_at_or_before(Timestamp at, BarSize size) {
  const bool has_borders_in_utc = size <= BarSize::mins_15 || is_dated(size);
  if (!has_borders_in_utc) return at;
  const std::int64_t length = Duration{nominal_length(std::min(size, BarSize::day_1))}.count();
  const std::int64_t rest = (at.ns() % length + length) % length;
  return Timestamp::from_ns(at.ns() - rest);
}

// The texts of 162 are the gateway's, in English unless it was told otherwise; one that is not known stops the plan.
bool says(std::string_view text, std::string_view words) {
  const auto lower = [](char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each; };
  return !std::ranges::search(text, words, {}, lower, lower).empty();
}

bool passes(const tws::ErrorInfo& info) {
  return info.retry == tws::RetryAdvice::after_wait || info.retry == tws::RetryAdvice::reconnect ||
         info.retry == tws::RetryAdvice::resubscribe;
}

Result<std::vector<Bar>> in_order(std::span<const Bar> answer) {
  std::vector<Bar> bars;
  bars.reserve(answer.size());
  for (const Bar& each : answer) {
    if (!bars.empty() && each.time < bars.back().time)
      return fail(Errc::malformed, fmt::format("the bar of {} comes after the one of {}", each.time, bars.back().time));
    if (!bars.empty() && each.time == bars.back().time) {
      if (each == bars.back()) continue;
      return fail(Errc::malformed, fmt::format("two bars of {} differ", each.time));
    }
    bars.push_back(each);
  }
  return bars;
}

}  // namespace

BackfillPlan::BackfillPlan(BackfillSeries series, const BackfillOptions& options)
    : series_{std::move(series)}, options_{options} {
  TW_CHECK(options_.tries_max > 0 && options_.wait_first > Duration::zero());
}

Result<BackfillPlan> BackfillPlan::create(BackfillSeries series, Interval range, std::vector<Interval> known,
                                          Timestamp now, const BackfillOptions& options) {
  if (series.name.size() > kNameMax || series.name.find_first_of("\r\n") != std::string::npos)
    return fail(Errc::invalid_argument,
                fmt::format("the name of a series is one line of at most {} characters", kNameMax));
  if (series.what_to_show == WhatToShow::schedule)
    return fail(Errc::invalid_argument, "SCHEDULE has no bars: ask once, with a duration long enough");
  if (series.what_to_show == WhatToShow::adjusted_last) {
    return fail(Errc::invalid_argument,
                "ADJUSTED_LAST cannot be asked for piece by piece, since it goes with an empty end "
                "only: ask once with a duration long enough, or back-fill TRADES");
  }
  if (range.until > now)
    return fail(Errc::invalid_argument,
                fmt::format("the range ends at {}, after now ({}): end it now at the latest", range.until, now));
  if (range.from < from_civil_utc({1900, 1, 1}))
    return fail(Errc::invalid_argument,
                fmt::format("the range begins at {}: there are no bars before 1900", range.from));
  range.until = border_at_or_before(range.until, series.bar_size);
  if (range.until <= range.from)
    return fail(Errc::invalid_argument,
                fmt::format("no bar of {} ends between {} and {}", series.bar_size, range.from, range.until));
  BackfillPlan plan{std::move(series), options};
  if (is_small(plan.series_.bar_size) && range.from < small_bars_since(now)) {
    return fail(Errc::invalid_argument,
                fmt::format("bars of {} are kept for six months: begin the range at {}, or ask for "
                            "bars of 1 min and more",
                            plan.series_.bar_size, small_bars_since(now)));
  }
  plan.missing_ = without(range, std::move(known));
  if (plan.missing_.empty()) {
    plan.state_ = BackfillState::complete;
  } else {
    TW_TRY_VOID(check(plan.request(), now));
  }
  return plan;
}

HistoryRequest BackfillPlan::request() const {
  const Interval& wanted = missing_.back();
  auto reach = std::chrono::ceil<std::chrono::seconds>(wanted.until - wanted.from);
  Timestamp end = wanted.until;
  if (is_dated(series_.bar_size)) {
    // Midnight UTC is the label of a date, not the end of its session. Half a day later every session of the dates before
    // has ended; what comes of the date itself is not taken.
    end = end + std::chrono::hours{12};
    reach += std::chrono::hours{48};
  }
  return {.bar_size = series_.bar_size,
          .what_to_show = series_.what_to_show,
          .duration = step_for(series_.bar_size, reach).duration,
          .end = end,
          .use_rth = series_.use_rth,
          .sec_type = series_.sec_type};
}

std::optional<HistoryRequest> BackfillPlan::next(MonoTime now) {
  if (state_ != BackfillState::running || is_open_ || now < not_before_) return std::nullopt;
  is_open_ = true;
  return request();
}

std::optional<MonoTime> BackfillPlan::next_wake() const {
  if (state_ != BackfillState::running || is_open_) return std::nullopt;
  return not_before_;
}

Result<std::vector<Bar>> BackfillPlan::take(std::span<const Bar> answer) {
  if (!is_open_) return fail(Errc::invalid_argument, "bars for a back-fill that has no open request");
  auto bars = in_order(answer);
  if (!bars) {
    is_open_ = false;
    if (++tries_ >= options_.tries_max) stop(BackfillState::failed, bars.error().detail);
    return std::unexpected{std::move(bars).error()};
  }
  const Interval wanted = missing_.back();
  // Some answers share a bar with the one after: its time is the end that was asked for. Alone it says nothing of the window
  // before it but that it is empty.
  const bool is_border_alone = bars->size() == 1 && bars->front().time == wanted.until;
  if (bars->empty() || is_border_alone) {
    no_data();
    return std::vector<Bar>{};
  }
  is_open_ = false;
  tries_ = 0;
  const Timestamp earliest = bars->front().time;
  if (earliest >= wanted.until) {
    stop(BackfillState::no_progress,
         fmt::format("the answer for what is before {} begins at {}", wanted.until, earliest));
    return std::vector<Bar>{};
  }
  std::erase_if(*bars, [&](const Bar& each) { return each.time < wanted.from || each.time >= wanted.until; });
  bars_taken_ += bars->size();
  empty_span_ = Duration::zero();
  cover_from(std::max(earliest, wanted.from));
  return *std::move(bars);
}

void BackfillPlan::cover_from(Timestamp from) {
  missing_.back().until = from;
  if (missing_.back().until <= missing_.back().from) missing_.pop_back();
  if (missing_.empty()) state_ = BackfillState::complete;
}

void BackfillPlan::no_data() {
  is_open_ = false;
  tries_ = 0;
  const Interval wanted = missing_.back();
  Duration window = least_length(request().duration);
  if (is_dated(series_.bar_size)) window -= std::chrono::hours{12};
  empty_span_ += std::min(window, wanted.until - wanted.from);
  cover_from(std::max(wanted.until - window, wanted.from));
  if (state_ == BackfillState::running && empty_span_ >= options_.empty_span_max)
    stop(BackfillState::no_earlier_data,
         fmt::format("there is no bar in {} hours from {} on",
                     std::chrono::floor<std::chrono::hours>(empty_span_).count(), missing_.back().until));
}

void BackfillPlan::error(std::int32_t code, std::string_view text, MonoTime now) {
  if (!is_open_) return;
  const tws::ErrorInfo& info = tws::error_info(code);
  if (tws::ends(info, tws::RequestKind::historical) == tws::Ends::no) return;
  const std::string why = fmt::format("error {}: {}", code, text.substr(0, 200));
  if (code == kHistoricalService) {
    if (says(text, "no data")) return no_data();
    if (says(text, "pacing violation") || says(text, "query cancelled")) return try_later(now, why);
  }
  if (passes(info)) return try_later(now, why);
  stop(BackfillState::failed, why);
}

void BackfillPlan::try_later(MonoTime now, std::string_view why) {
  is_open_ = false;
  if (++tries_ >= options_.tries_max) return stop(BackfillState::failed, fmt::format("{} tries; {}", tries_, why));
  Duration wait = options_.wait_first;
  for (int i = 1; i < tries_ && wait < options_.wait_max; ++i) wait *= 2;
  not_before_ = now + std::min(wait, options_.wait_max);
}

void BackfillPlan::stop(BackfillState state, std::string_view why) {
  is_open_ = false;
  state_ = state;
  why_ = why;
  // The saved text has a line for it.
  for (char& each : why_) {
    if (each == '\n' || each == '\r') each = ' ';
  }
}

void BackfillPlan::retry() {
  if (missing_.empty()) return;
  state_ = BackfillState::running;
  why_.clear();
  empty_span_ = Duration::zero();
  tries_ = 0;
  not_before_ = MonoTime{};
}

}  // namespace tradewind::client::history
