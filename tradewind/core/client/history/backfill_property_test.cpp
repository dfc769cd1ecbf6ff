#include "tradewind/core/client/history/backfill_plan.hpp"

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

// A server that holds a random series and answers as IB may: with the window that was asked or more, with a bar at its
// end, with fewer of the older bars, with nothing for a window that is empty; and that refuses, loses connections and is
// stopped at random. Whatever happens, the download is the series, each bar once.
namespace tradewind::client::history {
namespace {

using std::chrono::minutes;

const Timestamp kFrom = from_civil_utc({2026, 1, 5});
const Timestamp kNow = from_civil_utc({2026, 2, 5});

struct World {
  std::vector<Bar> held;  // by the server, ascending
  BarSize size;

  // The bars from `end` back over `duration`. `mood` decides how.
  [[nodiscard]] std::vector<Bar> answer(const HistoryRequest& request, unsigned mood) const {
    const Timestamp end = *request.end;
    const bool with_end = mood % 2 == 1;
    std::vector<Bar> bars;
    for (const Bar& each : held) {
      const bool before_end = with_end ? each.time <= end : each.time < end;
      if (before_end && each.time >= end - least_length(request.duration)) bars.push_back(each);
    }
    if (mood / 2 % 3 == 1) {  // days are counted where there was trading: it reaches back further
      const auto first = bars.empty() ? end : bars.front().time;
      const auto earlier = std::ranges::lower_bound(held, first, {}, &Bar::time);
      const auto count = std::min<std::ptrdiff_t>(earlier - held.begin(), 3);
      bars.insert(bars.begin(), earlier - count, earlier);
    }
    const std::size_t kept = 2 + mood / 6 % 4;
    if (mood / 2 % 3 == 2 && bars.size() > kept)
      bars.erase(bars.begin(), bars.end() - static_cast<std::ptrdiff_t>(kept));
    return bars;
  }
};

World world() {
  World result{{},
               *rc::gen::element(BarSize::secs_30, BarSize::min_1, BarSize::mins_15, BarSize::hour_1, BarSize::day_1)};
  Timestamp time = kFrom - Duration{nominal_length(result.size)} * 5;
  const Timestamp until = kNow - Duration{nominal_length(result.size)};
  const auto count = *rc::gen::inRange(0, 400);
  for (int i = 0; i < count && time < until; ++i) {
    result.held.push_back(
        {.time = time, .close = Price::of(i), .volume = std::nullopt, .wap = std::nullopt, .count = i});
    const bool is_gap = *rc::gen::inRange(0, 12) == 0;
    time = time + Duration{nominal_length(result.size)} * (is_gap ? *rc::gen::inRange(2, 200) : 1);
  }
  return result;
}

RC_GTEST_PROP(BackfillProperty, GivesTheSeriesExactlyOnceHoweverItIsCutStoppedAndResumed, ()) {
  const World server = world();
  const Duration length{nominal_length(server.size)};
  const Timestamp last = server.held.empty() ? kFrom + length : server.held.back().time;
  const Interval range{kFrom + length * *rc::gen::inRange(0, 30),
                       std::min(kNow, std::max(last, kFrom + length * 30) + length * *rc::gen::inRange(1, 30))};
  std::vector<Interval> known;
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    const Timestamp from = kFrom + length * *rc::gen::inRange(0, 300);
    known.push_back({from, from + length * *rc::gen::inRange(0, 20)});
  }
  const auto is_wanted = [&](Timestamp time) {
    return time >= range.from && time < range.until &&
           std::ranges::none_of(known, [time](const Interval& each) { return time >= each.from && time < each.until; });
  };
  const BackfillSeries series{.name = "1", .bar_size = server.size};
  const BackfillOptions options{.empty_span_max = std::chrono::hours{24 * 365}, .tries_max = 1000};
  BackfillPlan plan = BackfillPlan::create(series, range, known, kNow, options).value();

  const auto moods = *rc::gen::container<std::vector<unsigned>>(64, rc::gen::inRange(0U, 10'000U));
  std::map<Timestamp, Bar> stored;
  MonoTime now;
  for (std::size_t step = 0; plan.state() == BackfillState::running; ++step) {
    RC_ASSERT(step < 5000U);
    const unsigned mood = moods[step % moods.size()] + static_cast<unsigned>(step / moods.size());
    now = std::max(now, plan.next_wake().value());
    const HistoryRequest request = plan.next(now).value();
    RC_ASSERT(check(request, kNow).has_value());
    RC_ASSERT(!plan.next(now).has_value());
    switch (step % 2 == 0 ? mood / 100 % 8 : 4U) {  // trouble at most every other time, so that there is an end
      case 0:
        plan.error(162, "Historical data request pacing violation", now);
        continue;
      case 1:
        plan.interrupted();
        continue;
      case 2:  // stopped with a request open
        plan = BackfillPlan::restore(plan.saved(), series, options).value();
        continue;
      default:
        break;
    }
    const auto bars = server.answer(request, mood % 100);
    if (bars.empty()) {
      plan.error(162, "HMDS query returned no data", now);
    } else {
      const auto taken = plan.take(bars);
      RC_ASSERT(taken.has_value());
      for (const Bar& each : *taken) RC_ASSERT(stored.emplace(each.time, each).second);  // never twice
    }
    if (mood / 100 % 8 == 3) plan = BackfillPlan::restore(plan.saved(), series, options).value();
    // What is no longer missing is there.
    for (const Bar& each : server.held) {
      const bool is_missing = std::ranges::any_of(
          plan.missing(), [&](const Interval& gap) { return each.time >= gap.from && each.time < gap.until; });
      RC_ASSERT(stored.contains(each.time) == (is_wanted(each.time) && !is_missing));
    }
  }
  RC_ASSERT(plan.state() == BackfillState::complete);
  for (const Bar& each : server.held) {
    const auto found = stored.find(each.time);
    RC_ASSERT((found != stored.end()) == is_wanted(each.time));
    if (found != stored.end()) RC_ASSERT(found->second == each);
  }
}

}  // namespace
}  // namespace tradewind::client::history
