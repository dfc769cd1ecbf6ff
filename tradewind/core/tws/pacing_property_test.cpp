// Goal: no limit of IB's is ever exceeded, what matters most goes first, and nothing waits without a reason. Method: random
// arrivals on a clock that only the test moves, with small limits, so that all of them are reached; a log of what went is
// held against every limit by counting, without the pacer's own arithmetic.
#include "tradewind/core/tws/pacing.hpp"
#include "tradewind/core/tws/pacing_test_requests.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace tradewind::tws {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct Gone {
  MonoTime time;
  PacedRequest request;
  int number = 0;  // of its submission
};

// A pacer with small limits, a log of what went, and what should wait.
struct World {
  PacingLimits limits{.messages_per_second = 8,
                      .kept_for_cancels = 1,
                      .kept_for_orders = 1,
                      .kept_for_queries = 2,
                      .historical_open = 3,
                      .historical_per_10_minutes = 5,
                      .historical_series_per_2_seconds = 2,
                      .market_data_lines = 4,
                      .real_time_bars_per_10_minutes = 3,
                      .held_max = 40};
  Pacer pacer{limits};
  MonoTime now = kStart;
  int submissions = 0;
  std::int32_t next_request = 1000;
  std::vector<Gone> log;
  std::vector<Gone> waiting;  // in order of submission
  std::map<std::int32_t, PacedKind> open;

  int messages_max(Lane lane) const { return std::array{8, 7, 6, 4}[static_cast<std::size_t>(lane)]; }
  // Of what went in the span that ends now, how much `counts` gives.
  template <class Counts>
  int sum(Duration span, Counts counts) const {
    int total = 0;
    for (const Gone& gone : log) {
      if (gone.time > now - span) total += counts(gone.request);
    }
    return total;
  }

  int weighed(Duration span) const {
    return sum(span,
               [](const PacedRequest& r) { return r.kind == PacedKind::historical && r.small_bars ? r.weight : 0; });
  }
  int same_series(const PacedRequest& request) const {
    return sum(2s, [&](const PacedRequest& r) {
      return int(r.kind == PacedKind::historical && r.small_bars && r.series == request.series);
    });
  }
  int identical(const PacedRequest& request) const {
    return sum(15s, [&](const PacedRequest& r) {
      return int(r.kind == PacedKind::historical && r.small_bars && r.identical == request.identical);
    });
  }
  int same_instrument(const PacedRequest& request) const {
    return sum(15s, [&](const PacedRequest& r) {
      return int(r.kind == PacedKind::tick_by_tick && r.instrument == request.instrument);
    });
  }
  int of_kind(PacedKind kind, Duration span) const {
    return sum(span, [&](const PacedRequest& r) { return int(r.kind == kind); });
  }
  int open_of(PacedKind kind) const {
    return static_cast<int>(std::ranges::count_if(open, [&](const auto& each) { return each.second == kind; }));
  }

  // With the request just logged, no limit is exceeded in the span that ends now.
  void check_limits(const PacedRequest& request) const {
    RC_ASSERT(sum(1s, [](const PacedRequest&) { return 1; }) <= messages_max(lane_of(request)));
    RC_ASSERT(weighed(10min) <= limits.historical_per_10_minutes);
    RC_ASSERT(open_of(PacedKind::historical) <= limits.historical_open);
    if (request.kind == PacedKind::historical && request.small_bars) {
      RC_ASSERT(same_series(request) <= limits.historical_series_per_2_seconds);
      RC_ASSERT(identical(request) <= 1);
    }
    if (request.kind == PacedKind::tick_by_tick) RC_ASSERT(same_instrument(request) <= 1);
    RC_ASSERT(of_kind(PacedKind::real_time_bars, 10min) <= limits.real_time_bars_per_10_minutes);
    RC_ASSERT(of_kind(PacedKind::symbol_search, 1s) <= 1);
    RC_ASSERT(open_of(PacedKind::market_data) + open_of(PacedKind::real_time_bars) <= limits.market_data_lines);
    RC_ASSERT(open_of(PacedKind::tick_by_tick) <= 3);
  }

  void went(const PacedRequest& request, int number) {
    log.push_back({now, request, number});
    if (request.kind == PacedKind::historical) open[request.id] = request.kind;
    check_limits(request);
    // What one order is told keeps its order.
    for (const Gone& gone : log) {
      const bool same_order =
          lane_of(gone.request) <= Lane::order && lane_of(request) <= Lane::order && gone.request.id == request.id;
      if (same_order) RC_ASSERT(gone.number <= number);
    }
    // Who waits for the window of ten minutes is not overtaken by a lighter one.
    if (request.kind == PacedKind::historical && request.small_bars) {
      const int used_before = weighed(10min) - request.weight;
      for (const Gone& other : waiting) {
        const bool is_in_front = lane_of(other.request) < lane_of(request) ||
                                 (lane_of(other.request) == lane_of(request) && other.number < number);
        if (other.request.kind == PacedKind::historical && other.request.small_bars && is_in_front)
          RC_ASSERT(used_before + other.request.weight <= limits.historical_per_10_minutes);
      }
    }
    // Nothing of a lane in front was left behind that only needed a message; in the same lane, nothing that is alike.
    for (const Gone& other : waiting) {
      if (other.number >= number) continue;
      const bool alike = other.request.kind == request.kind && other.request.small_bars == request.small_bars &&
                         other.request.weight == request.weight && other.request.series == request.series &&
                         other.request.identical == request.identical && other.request.instrument == request.instrument;
      RC_ASSERT(lane_of(other.request) != lane_of(request) || !alike);
    }
    for (const Gone& other : waiting)
      RC_ASSERT(lane_of(other.request) > Lane::order || lane_of(other.request) >= lane_of(request));
  }

  void drain() {
    while (const auto released = pacer.next(now)) {
      const auto it = std::ranges::find_if(waiting, [&](const Gone& each) {
        return each.request.id == released->request.id && each.request.kind == released->request.kind;
      });
      RC_ASSERT(it != waiting.end());
      RC_ASSERT(as_text(released->frame) == std::to_string(it->number));
      const Gone gone = *it;
      waiting.erase(it);
      went(gone.request, gone.number);
    }
    RC_ASSERT(pacer.held() == waiting.size());
    check_that_all_wait_for_a_reason();
  }

  // Counts anew what each waiting request waits for.
  void check_that_all_wait_for_a_reason() const {
    bool heavier_waits = false;  // for the window of ten minutes
    for (int lane = 0; lane < kLanes; ++lane) {
      for (const Gone& each : waiting) {
        const PacedRequest& r = each.request;
        if (lane_of(r) != Lane(lane)) continue;
        bool has_reason = sum(1s, [](const PacedRequest&) { return 1; }) >= messages_max(Lane(lane));
        if (r.kind == PacedKind::historical) {
          has_reason = has_reason || open_of(PacedKind::historical) >= limits.historical_open;
          if (r.small_bars) {
            const bool window = weighed(10min) + r.weight > limits.historical_per_10_minutes;
            has_reason = has_reason || heavier_waits || window || identical(r) > 0 ||
                         same_series(r) >= limits.historical_series_per_2_seconds;
            heavier_waits = heavier_waits || window;
          }
        }
        if (r.kind == PacedKind::tick_by_tick) has_reason = has_reason || same_instrument(r) > 0;
        if (r.kind == PacedKind::symbol_search) has_reason = has_reason || of_kind(r.kind, 1s) > 0;
        if (r.kind == PacedKind::real_time_bars)
          has_reason = has_reason || of_kind(r.kind, 10min) >= limits.real_time_bars_per_10_minutes;
        RC_ASSERT(has_reason);
      }
    }
  }

  void submit(PacedRequest request) {
    const int number = submissions++;
    const std::string frame = std::to_string(number);
    const auto verdict = pacer.submit(request, as_bytes(frame), now);
    for (const PacedRequest& dropped : pacer.take_dropped()) {
      RC_ASSERT(dropped.id == request.id || request.kind == PacedKind::global_cancel);
      const auto it = std::ranges::find_if(waiting, [&](const Gone& each) {
        return each.request.id == dropped.id && each.request.kind == dropped.kind;
      });
      RC_ASSERT(it != waiting.end());
      waiting.erase(it);
      open.erase(dropped.id);
    }
    if (request.kind == PacedKind::global_cancel) {
      for (const Gone& each : waiting) RC_ASSERT(lane_of(each.request) != Lane::order);
    }
    if (!verdict) {
      RC_ASSERT(lane_of(request) != Lane::cancel);
      return;
    }
    const bool holds_something = request.kind == PacedKind::market_data || request.kind == PacedKind::tick_by_tick ||
                                 request.kind == PacedKind::real_time_bars;
    if (holds_something) open[request.id] = request.kind;
    if (request.kind == PacedKind::cancel_request) open.erase(request.id);
    if (*verdict == Verdict::go) went(request, number);
    const bool waits_already = lane_of(request) == Lane::cancel && std::ranges::any_of(waiting, [&](const Gone& each) {
                                 return each.request.kind == request.kind && each.request.id == request.id;
                               });
    if (*verdict == Verdict::held && !waits_already) waiting.push_back({now, request, number});
    drain();
  }

  void finish_one() {
    if (open.empty()) return;
    const auto [id, kind] = *open.begin();
    // Only what has gone can end by itself.
    if (std::ranges::any_of(waiting, [&](const Gone& each) { return each.request.id == id; })) return;
    open.erase(id);
    pacer.finished(id);
    drain();
  }

  // A session may be late: then what has become free is still in the queue when the next request comes.
  void wait(Duration time, bool is_late) {
    now = now + time;
    if (!is_late) drain();
  }

  // Everything goes in the end, each time the pacer wants to be called and not before.
  void run_out() {
    drain();
    for (int step = 0; pacer.held() > 0; ++step) {
      RC_ASSERT(step < 5000);
      const auto wake = pacer.next_wake(now);
      if (!wake) {
        RC_ASSERT(!open.empty());
        finish_one();
        continue;
      }
      RC_ASSERT(*wake > now);  // all that can go has gone
      now = *wake - 1ns;
      drain();
      RC_ASSERT(pacer.next_wake(now) == wake);
      now = *wake;
      drain();
    }
    RC_ASSERT(waiting.empty());
  }
};

void act(World& world, std::uint64_t choice) {
  choice = choice * 0x9fb21c651e98df25U;  // small numbers choose among all too
  const auto pick = [&choice](std::uint64_t count) {
    const std::uint64_t picked = (choice >> 32) % count;
    choice = (choice ^ (choice >> 29)) * 0xbf58476d1ce4e5b9U;
    return picked;
  };
  const auto order_id = static_cast<std::int32_t>(1 + pick(4));
  switch (pick(17)) {
    case 0:
    case 1:
      return world.submit(order(100 + world.submissions));
    case 2:
      return world.submit(change(order_id));
    case 3:
      return world.submit(cancel(order_id));
    case 4:
      if (!world.waiting.empty()) return world.submit(cancel(world.waiting[pick(world.waiting.size())].request.id));
      return;
    case 5:
      return world.submit({.kind = PacedKind::query, .id = world.next_request++});
    case 6:
      return world.submit({.kind = PacedKind::symbol_search, .id = world.next_request++});
    case 7:
      return world.submit(of(PacedKind::market_data, world.next_request++));
    case 8:
      return world.submit(of(PacedKind::tick_by_tick, world.next_request++, pick(3)));
    case 9:
      return world.submit(of(PacedKind::real_time_bars, world.next_request++));
    case 10:
    case 11: {
      PacedRequest request = small_bars(world.next_request++, pick(2), pick(4));
      request.weight = pick(3) == 0 ? 2 : 1;
      request.backfill = pick(2) == 0;
      return world.submit(request);
    }
    case 12:
      return world.submit(backfill(world.next_request++));
    case 13: {
      const auto id = static_cast<std::int32_t>(1000 + pick(static_cast<std::uint64_t>(world.next_request - 999)));
      return world.submit(of(PacedKind::cancel_request, id));
    }
    case 14:
      return world.finish_one();
    case 15:
      if (pick(4) == 0) return world.submit({.kind = PacedKind::global_cancel});
      return;
    default: {
      const auto times = std::to_array<Duration>({1ns, 1ms, 100ms, 400ms, 1s, 2s, 7s, 15s, 100s});
      const Duration time = times[pick(times.size())];
      return world.wait(time, pick(3) == 0);
    }
  }
}

RC_GTEST_PROP(PacerProperty, NoLimitIsExceededAndNothingWaitsWithoutAReason, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 400);
  const auto choices = *rc::gen::container<std::vector<std::uint64_t>>(count, rc::gen::arbitrary<std::uint64_t>());
  World world;
  for (const std::uint64_t choice : choices) act(world, choice);
  world.run_out();
}

// However many others wait, a cancel waits only when its second is full of cancels and of what was sent before it came.
RC_GTEST_PROP(PacerProperty, ACancelGoesBeforeAllThatWaits, ()) {
  const auto choices = *rc::gen::container<std::vector<std::uint64_t>>(60, rc::gen::arbitrary<std::uint64_t>());
  World world;
  for (const std::uint64_t choice : choices) act(world, choice);
  const bool was_full = world.sum(1s, [](const PacedRequest&) { return 1; }) >= world.limits.messages_per_second;
  const bool others_wait =
      std::ranges::any_of(world.waiting, [](const Gone& each) { return lane_of(each.request) == Lane::cancel; });
  const auto verdict = world.pacer.submit(cancel(77), as_bytes("cancel"), world.now);
  RC_ASSERT(verdict.has_value());
  RC_ASSERT((*verdict == Verdict::go) == (!was_full && !others_wait));
}

}  // namespace
}  // namespace tradewind::tws
