#include "tradewind/core/tws/pacing.hpp"

#include "tradewind/core/base/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace tradewind::tws {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kSeriesSpan = seconds{2};
constexpr Duration kIdenticalSpan = seconds{15};
constexpr Duration kInstrumentSpan = seconds{15};

// The limit on what may be open that a request counts against, apart from those it may wait for.
std::optional<Budget> leased_from(PacedKind kind) {
  switch (kind) {
    case PacedKind::market_data:
    case PacedKind::regulatory_snapshot:
    case PacedKind::real_time_bars:
      return Budget::market_data_lines;
    case PacedKind::depth:
      return Budget::depth;
    case PacedKind::tick_by_tick:
      return Budget::tick_by_tick;
    case PacedKind::account_summary:
      return Budget::account_summaries;
    case PacedKind::scanner:
      return Budget::scanners;
    default:
      return std::nullopt;
  }
}

}  // namespace

int deep_subscriptions(int market_data_lines) {
  return market_data_lines < 400 ? 3 : std::min(market_data_lines / 100, 60);
}

Pacer::Pacer(const PacingLimits& limits)
    : limits_{limits},
      messages_{limits.messages_per_second, seconds{1}},
      historical_{limits.historical_per_10_minutes, minutes{10}},
      real_time_bars_{limits.real_time_bars_per_10_minutes, minutes{10}},
      symbol_searches_{1, seconds{1}},
      regulatory_snapshots_{1, seconds{1}} {
  TW_CHECK(limits.kept_for_cancels >= 0 && limits.kept_for_orders >= 0 && limits.kept_for_queries >= 0);
  TW_CHECK(messages_max(Lane::backfill) > 0);
  TW_CHECK(limits.historical_per_10_minutes >= 2);  // or BID_ASK would wait for ever
  TW_CHECK(limits.historical_open > 0 && limits.historical_series_per_2_seconds > 0 && limits.held_max > 0);
}

// --- What may go ---------------------------------------------------------------------------------------------------

int Pacer::messages_max(Lane lane) const {
  int most = limits_.messages_per_second;
  if (lane >= Lane::order) most -= limits_.kept_for_cancels;
  if (lane >= Lane::query) most -= limits_.kept_for_orders;
  if (lane >= Lane::backfill) most -= limits_.kept_for_queries;
  return most;
}

MonoTime Pacer::series_free_at(std::uint64_t series) const {
  int newer = limits_.historical_series_per_2_seconds;
  for (auto sent = historical_sent_.rbegin(); sent != historical_sent_.rend(); ++sent) {
    if (sent->series == series && --newer == 0) return sent->time + kSeriesSpan;
  }
  return SlidingWindow::kAlways;
}

MonoTime Pacer::identical_free_at(std::uint64_t identical) const {
  const auto sent = std::find_if(historical_sent_.rbegin(), historical_sent_.rend(),
                                 [&](const Sent& each) { return each.identical == identical; });
  return sent == historical_sent_.rend() ? SlidingWindow::kAlways : sent->time + kIdenticalSpan;
}

MonoTime Pacer::instrument_free_at(std::uint64_t instrument) const {
  const auto sent = std::find_if(tick_by_tick_sent_.rbegin(), tick_by_tick_sent_.rend(),
                                 [&](const Sent& each) { return each.identical == instrument; });
  return sent == tick_by_tick_sent_.rend() ? SlidingWindow::kAlways : sent->time + kInstrumentSpan;
}

bool Pacer::historical_fits(const PacedRequest& request, Walk& walk) const {
  bool fits = leased(PacedKind::historical) < limits_.historical_open;
  if (!request.small_bars) return fits;
  // Two requests of weight 1 must not overtake one of weight 2 again and again.
  if (walk.requests_are_spoken_for) return false;
  const MonoTime window = historical_.free_at(request.weight);
  walk.requests_are_spoken_for = window > walk.now;
  for (const MonoTime free : {window, series_free_at(request.series), identical_free_at(request.identical)}) {
    if (free <= walk.now) continue;
    walk.wait_until(free);
    fits = false;
  }
  return fits;
}

// Whether the request's own limits let it go; the rate of messages is looked at before.
bool Pacer::fits(const PacedRequest& request, Walk& walk) const {
  MonoTime free = SlidingWindow::kAlways;
  switch (request.kind) {
    case PacedKind::historical:
      return historical_fits(request, walk);
    case PacedKind::tick_by_tick:
      free = instrument_free_at(request.instrument);
      break;
    case PacedKind::real_time_bars:
      free = real_time_bars_.free_at();
      break;
    case PacedKind::symbol_search:
      free = symbol_searches_.free_at();
      break;
    case PacedKind::regulatory_snapshot:
      free = regulatory_snapshots_.free_at();
      break;
    default:
      break;
  }
  if (free <= walk.now) return true;
  walk.wait_until(free);
  return false;
}

// The first that may go, of the lanes up to `last`.
std::optional<Pacer::Place> Pacer::find_next(Lane last, Walk& walk) const {
  for (std::size_t lane = 0; lane <= static_cast<std::size_t>(last); ++lane) {
    if (lanes_[lane].empty()) continue;
    const MonoTime free = messages_.free_at(1, messages_max(Lane(lane)));
    if (free > walk.now) {
      walk.wait_until(free);
      return std::nullopt;  // the lanes behind have fewer messages still
    }
    for (std::size_t index = 0; index < lanes_[lane].size(); ++index) {
      if (fits(lanes_[lane][index].request, walk)) return Place{lane, index};
    }
  }
  return std::nullopt;
}

// Whether a request that has just come may go before all that waits.
bool Pacer::may_pass(const PacedRequest& request, Lane lane, Walk& walk) const {
  if (messages_.free_at(1, messages_max(lane)) > walk.now) return false;
  const bool nobody_waits = std::ranges::all_of(lanes_.begin(), lanes_.begin() + static_cast<std::ptrdiff_t>(lane) + 1,
                                                [](const auto& held) { return held.empty(); });
  if (lane <= Lane::order) return nobody_waits;
  if (!nobody_waits && find_next(lane, walk)) return false;
  return fits(request, walk);
}

void Pacer::count(const PacedRequest& request, MonoTime now) {
  messages_.add(now);
  const auto forget = [now](std::deque<Sent>& sent, Duration span) {
    while (!sent.empty() && sent.front().time + span <= now) sent.pop_front();
  };
  switch (request.kind) {
    case PacedKind::historical:
      leases_.push_back({request.id, request.kind, request.instrument});
      if (!request.small_bars) break;
      historical_.add(now, request.weight);
      forget(historical_sent_, kIdenticalSpan);
      historical_sent_.push_back({now, request.series, request.identical});
      break;
    case PacedKind::tick_by_tick:
      forget(tick_by_tick_sent_, kInstrumentSpan);
      tick_by_tick_sent_.push_back({.time = now, .identical = request.instrument});
      break;
    case PacedKind::real_time_bars:
      real_time_bars_.add(now);
      break;
    case PacedKind::symbol_search:
      symbol_searches_.add(now);
      break;
    case PacedKind::regulatory_snapshot:
      regulatory_snapshots_.add(now);
      break;
    default:
      break;
  }
}

// --- Leases --------------------------------------------------------------------------------------------------------

int Pacer::leased(PacedKind kind) const { return static_cast<int>(std::ranges::count(leases_, kind, &Lease::kind)); }

int Pacer::lines() const {
  return leased(PacedKind::market_data) + leased(PacedKind::regulatory_snapshot) + leased(PacedKind::real_time_bars);
}

bool Pacer::has_depth(std::uint64_t instrument) const {
  return std::ranges::any_of(
      leases_, [&](const Lease& each) { return each.kind == PacedKind::depth && each.instrument == instrument; });
}

// Several subscriptions to one book count once.
int Pacer::depth_instruments() const {
  int count = 0;
  for (auto lease = leases_.begin(); lease != leases_.end(); ++lease) {
    const auto is_same = [&](const Lease& each) {
      return each.kind == PacedKind::depth && each.instrument == lease->instrument;
    };
    if (lease->kind == PacedKind::depth && std::none_of(leases_.begin(), lease, is_same)) ++count;
  }
  return count;
}

// With the id of an open request, or of one that waits to be.
bool Pacer::is_open(std::int32_t id) const {
  if (std::ranges::find(leases_, id, &Lease::id) != leases_.end()) return true;
  return std::ranges::any_of(lanes_, [id](const auto& lane) {
    return std::ranges::any_of(
        lane, [id](const Held& held) { return held.request.kind == PacedKind::historical && held.request.id == id; });
  });
}

Result<void> Pacer::lease(const PacedRequest& request) {
  const std::optional<Budget> budget = leased_from(request.kind);
  if (!budget && request.kind != PacedKind::historical) return {};
  if (is_open(request.id)) return fail(Errc::already_exists, fmt::format("request id {} is in use", request.id));
  if (!budget) return {};  // historical requests count from when they go
  const BudgetState state = state_of(*budget, latest_);
  const bool shares_a_book = request.kind == PacedKind::depth && has_depth(request.instrument);
  if (state.used >= state.limit && !shares_a_book)
    return fail(Errc::unavailable, fmt::format("{}: all {} are in use; end one first", name(*budget), state.limit));
  leases_.push_back({request.id, request.kind, request.instrument});
  return {};
}

void Pacer::finished(std::int32_t request_id) {
  std::erase_if(leases_, [request_id](const Lease& lease) { return lease.id == request_id; });
}

// --- The queue -----------------------------------------------------------------------------------------------------

Result<Verdict> Pacer::submit(const PacedRequest& request, Bytes frame, MonoTime now) {
  latest_ = std::max(latest_, now);
  const Lane lane = lane_of(request);
  std::deque<Held>& queue = lanes_[static_cast<std::size_t>(lane)];
  if (lane == Lane::cancel) {
    const bool waits_already = cancels_.contains({request.kind, request.id});
    if (request.kind == PacedKind::global_cancel) withdraw_all_orders();
    if (request.kind == PacedKind::cancel_order && withdraw_order(request.id)) return Verdict::withdrawn;
    if (waits_already) return Verdict::held;
  }
  if (request.kind == PacedKind::cancel_request && withdraw_request(request.id)) return Verdict::withdrawn;

  Walk walk{.now = latest_};
  const bool goes = may_pass(request, lane, walk);
  if (!goes && lane != Lane::cancel && std::ssize(queue) >= limits_.held_max) {
    constexpr auto kNames = std::to_array<std::string_view>({"cancels", "orders", "queries", "back-fill requests"});
    return fail(Errc::unavailable, fmt::format("{} {} wait already, no more are taken", limits_.held_max,
                                               kNames[static_cast<std::size_t>(lane)]));
  }
  TW_TRY_VOID(lease(request));
  if (request.kind == PacedKind::cancel_request) finished(request.id);
  if (goes) {
    count(request, latest_);
    return Verdict::go;
  }
  if (lane == Lane::cancel) cancels_.emplace(request.kind, request.id);
  queue.push_back({request, latest_, {frame.begin(), frame.end()}});
  return Verdict::held;
}

std::optional<Pacer::Released> Pacer::next(MonoTime now) {
  latest_ = std::max(latest_, now);
  Walk walk{.now = latest_};
  const std::optional<Place> place = find_next(Lane::backfill, walk);
  if (!place) return std::nullopt;
  std::deque<Held>& queue = lanes_[place->lane];
  const auto held = queue.begin() + static_cast<std::ptrdiff_t>(place->index);
  const PacedRequest request = held->request;
  released_ = std::move(held->frame);
  queue.erase(held);
  if (place->lane == static_cast<std::size_t>(Lane::cancel)) cancels_.erase({request.kind, request.id});
  count(request, latest_);
  return Released{request, released_};
}

std::optional<MonoTime> Pacer::next_wake(MonoTime now) const {
  Walk walk{.now = std::max(latest_, now)};
  return find_next(Lane::backfill, walk) ? now : walk.wake;
}

// True when the order was new: nothing of it has left.
bool Pacer::withdraw_order(std::int32_t order_id) {
  bool was_new = false;
  std::erase_if(lanes_[static_cast<std::size_t>(Lane::order)], [&](const Held& held) {
    if (held.request.id != order_id) return false;
    was_new = was_new || held.request.kind == PacedKind::new_order;
    dropped_.push_back(held.request);
    return true;
  });
  return was_new;
}

void Pacer::withdraw_all_orders() {
  std::deque<Held>& orders = lanes_[static_cast<std::size_t>(Lane::order)];
  for (const Held& held : orders) dropped_.push_back(held.request);
  orders.clear();
}

bool Pacer::withdraw_request(std::int32_t request_id) {
  std::size_t count = 0;
  for (const Lane lane : {Lane::query, Lane::backfill}) {
    count += std::erase_if(lanes_[static_cast<std::size_t>(lane)], [&](const Held& held) {
      if (held.request.id != request_id || held.request.kind == PacedKind::cancel_request) return false;
      dropped_.push_back(held.request);
      return true;
    });
  }
  if (count > 0) finished(request_id);
  return count > 0;
}

void Pacer::connection_lost() {
  for (std::deque<Held>& lane : lanes_) {
    for (const Held& held : lane) dropped_.push_back(held.request);
    lane.clear();
  }
  cancels_.clear();
  leases_.clear();
}

void Pacer::drop_late_orders(MonoTime now, Duration limit) {
  latest_ = std::max(latest_, now);
  std::deque<Held>& orders = lanes_[static_cast<std::size_t>(Lane::order)];
  // First in, first out: those that have waited longest are in front.
  while (!orders.empty() && orders.front().since + limit <= latest_) {
    const PacedRequest late = orders.front().request;
    if (late.kind == PacedKind::new_order) {
      // A change that goes without the order it changes would place it.
      static_cast<void>(withdraw_order(late.id));
    } else {
      dropped_.push_back(late);
      orders.pop_front();
    }
  }
}

std::optional<MonoTime> Pacer::oldest_order() const {
  const std::deque<Held>& orders = lanes_[static_cast<std::size_t>(Lane::order)];
  return orders.empty() ? std::nullopt : std::optional{orders.front().since};
}

std::size_t Pacer::held() const {
  std::size_t count = 0;
  for (const std::deque<Held>& lane : lanes_) count += lane.size();
  return count;
}

// --- What is left --------------------------------------------------------------------------------------------------

BudgetState Pacer::state_of(Budget budget, MonoTime now) const {
  const auto window = [&](const SlidingWindow& events) -> BudgetState {
    return {budget, events.used(now), events.limit(), std::max(now, events.free_at())};
  };
  const auto leases = [&](int used, int limit) -> BudgetState {
    return {budget, used, limit, used < limit ? std::optional{now} : std::nullopt};
  };
  const auto last_of = [&](const std::deque<Sent>& sent, Duration span) -> BudgetState {
    const MonoTime free = sent.empty() ? now : std::max(now, sent.back().time + span);
    return {budget, free > now ? 1 : 0, 1, free};
  };
  switch (budget) {
    case Budget::messages:
      return window(messages_);
    case Budget::historical_open:
      return leases(leased(PacedKind::historical), limits_.historical_open);
    case Budget::historical_requests:
      return window(historical_);
    case Budget::historical_series: {
      BudgetState fullest{budget, 0, limits_.historical_series_per_2_seconds, now};
      for (const Sent& sent : historical_sent_) {
        const auto used = static_cast<int>(std::ranges::count_if(historical_sent_, [&](const Sent& each) {
          return each.series == sent.series && each.time + kSeriesSpan > now;
        }));
        fullest.used = std::max(fullest.used, used);
        fullest.free_at = std::max(*fullest.free_at, series_free_at(sent.series));
      }
      return fullest;
    }
    case Budget::historical_identical:
      return last_of(historical_sent_, kIdenticalSpan);
    case Budget::market_data_lines:
      return leases(lines(), limits_.market_data_lines);
    case Budget::depth:
      return leases(depth_instruments(), deep_subscriptions(limits_.market_data_lines));
    case Budget::tick_by_tick:
      return leases(leased(PacedKind::tick_by_tick), deep_subscriptions(limits_.market_data_lines));
    case Budget::tick_by_tick_instrument:
      return last_of(tick_by_tick_sent_, kInstrumentSpan);
    case Budget::real_time_bars:
      return window(real_time_bars_);
    case Budget::account_summaries:
      return leases(leased(PacedKind::account_summary), limits_.account_summaries);
    case Budget::scanners:
      return leases(leased(PacedKind::scanner), limits_.scanners);
    case Budget::symbol_searches:
      return window(symbol_searches_);
    case Budget::regulatory_snapshots:
      return window(regulatory_snapshots_);
  }
  TW_CHECK(budget <= Budget::regulatory_snapshots);
  return {};
}

Budgets Pacer::budgets(MonoTime now) const {
  const MonoTime time = std::max(latest_, now);
  Budgets all;
  for (int budget = 0; budget < kBudgets; ++budget)
    all.budgets[static_cast<std::size_t>(budget)] = state_of(Budget(budget), time);
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    const int most = messages_max(Lane(lane));
    all.lanes[lane] = {static_cast<int>(lanes_[lane].size()), most, std::max(time, messages_.free_at(1, most))};
  }
  return all;
}

}  // namespace tradewind::tws
