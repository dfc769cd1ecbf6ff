#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/paced_request.hpp"
#include "tradewind/core/tws/sliding_window.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::tws {

// IB's limits. Messages are counted per gateway: programs that share one have to share the fifty, and where the market
// data lines are fewer than a hundred, newer gateways are said to allow only half as many messages as lines.
struct PacingLimits {
  int messages_per_second = 50;
  // Of these, what the lanes further behind leave free, so that the one in front never waits for them.
  int kept_for_cancels = 5;
  int kept_for_orders = 5;
  int kept_for_queries = 10;

  int historical_open = 50;
  // For bars of 30 seconds and less:
  int historical_per_10_minutes = 60;
  int historical_series_per_2_seconds = 5;  // "fewer than six"
  // An identical one: not within 15 seconds.

  int market_data_lines = 100;             // depth and tick-by-tick follow from it
  int real_time_bars_per_10_minutes = 60;  // new ones
  int account_summaries = 2;
  int scanners = 10;

  int held_max = 1000;  // waiting requests in each lane; cancels have no bound but one for each order
};

// How many depth subscriptions, and how many tick-by-tick ones, so many lines allow.
[[nodiscard]] int deep_subscriptions(int market_data_lines);

enum class Budget : std::uint8_t {
  messages,                // 1 second
  historical_open,         // sent and not finished
  historical_requests,     // 10 minutes
  historical_series,       // 2 seconds, the fullest series
  historical_identical,    // 15 seconds, the latest
  market_data_lines,       // leased
  depth,                   // leased, instruments
  tick_by_tick,            // leased
  tick_by_tick_instrument, // 15 seconds, the latest
  real_time_bars,          // 10 minutes
  account_summaries,       // leased
  scanners,                // leased
  symbol_searches,         // 1 second
  regulatory_snapshots,    // 1 second
};
inline constexpr int kBudgets = 14;

struct BudgetState {
  Budget budget{};
  int used = 0;
  int limit = 0;
  std::optional<MonoTime> free_at;  // when one more fits: now at the earliest; nothing: when something is released
};
struct LaneState {
  int held = 0;
  int messages_max = 0;  // in one second, all lanes together, before this one waits
  MonoTime free_at;      // when its next message fits, now at the earliest
};
struct Budgets {
  std::array<BudgetState, kBudgets> budgets;  // by Budget
  std::array<LaneState, kLanes> lanes;        // by Lane
};

enum class Verdict : std::uint8_t {
  go,         // write the frame now; it is counted
  held,       // the frame was copied and waits
  withdrawn,  // a cancel, and what it cancels was still waiting here: neither goes on the wire
};

// Decides when requests may go, so that none of IB's limits is ever exceeded and what matters most goes first. Knows
// nothing of sockets, sessions and clocks: time comes in, and frames go out as they came in. One per gateway and user,
// used from one thread.
//
// How a session uses it:
//
//   1. Encode a request at the end of the output, then `submit(paced(message), frame, now)`. On `go` leave it there. On
//      `held` and `withdrawn` retract it, and so on an error, which is the caller's answer.
//   2. After `held`, after `finished`, and whenever `next_wake` is reached: `while (auto released = pacer.next(now))`,
//      append the frame. Nothing else has to be called for time to pass.
//   3. `finished(id)` when a request has ended without a cancel: its last message, or an error that ends it. A cancel
//      that is submitted gives back what the request held by itself.
//   4. `connection_lost()` when the socket is gone. What waited is dropped, as it belongs to the session that is over;
//      the windows stay, as IB still counts.
//   5. `drop_late_orders` before `next`, for orders that must go soon or never; `oldest_order` says when one is due.
//   6. `take_dropped()` after each cancel, each lost connection and each `drop_late_orders`: what never went and never
//      will.
//   `startApi` and the session's own queries go through it too.
//
// Order:
//   - Four lanes: cancels of orders, orders, queries, back-fill. A message waits for the lanes before it and never for
//     those behind; the last messages of each second are kept for the lanes in front, so a cancel does not even wait
//     for the next slot.
//   - Within a lane first in, first out, except that a request whose own limit is used up lets others pass that do not
//     need that limit. Nobody passes who needs it too.
//   - What one order is told keeps its order. A cancel does not overtake what waits for the same order, it removes it: a
//     change is dropped, and with a new order that never left the cancel is dropped too (`withdrawn`: the broker never
//     hears of the order). Children of a withdrawn parent are orders of their own, to be cancelled by the caller; one
//     that goes all the same is refused by IB with 10006. A global cancel drops every order that waits.
//   - Limits on what is open at a time (lines, depth, tick-by-tick, summaries, scanners) refuse at once when used up: a
//     subscription that might wait for ever is no subscription. Historical requests wait, because the open ones end.
class Pacer {
 public:
  struct Released {
    PacedRequest request;
    Bytes frame;  // valid until the next call that is not const
  };

  explicit Pacer(const PacingLimits& limits);

  // Errors: `unavailable` when the lane is full or a limit on open subscriptions is used up; `already_exists` when a
  // request with this id is open. Nothing has changed then. A cancel of an order is never refused. Allocates nothing for
  // orders, cancels and queries that go.
  // Time that runs backwards stands still.
  [[nodiscard]] Result<Verdict> submit(const PacedRequest& request, Bytes frame, MonoTime now);

  // A waiting frame that may go now. It is counted.
  [[nodiscard]] std::optional<Released> next(MonoTime now);
  // When `next` may have something: `now` when it has, nothing while all that waits needs a `finished`. Never too late;
  // it may be too early, but never twice for the same reason.
  [[nodiscard]] std::optional<MonoTime> next_wake(MonoTime now) const;

  // Gives back what the request held. Ids that hold nothing are fine.
  void finished(std::int32_t request_id);

  void connection_lost();
  // Drops the orders and changes that have waited for `limit`, and with a new order all that waits for the same one.
  void drop_late_orders(MonoTime now, Duration limit);
  // Since when the order that has waited longest has waited.
  [[nodiscard]] std::optional<MonoTime> oldest_order() const;
  // What cancels, a lost connection and lateness took out of the queue, unsent, since the last call.
  [[nodiscard]] std::vector<PacedRequest> take_dropped() { return std::exchange(dropped_, {}); }

  [[nodiscard]] std::size_t held() const;
  [[nodiscard]] Budgets budgets(MonoTime now) const;

 private:
  struct Held {
    PacedRequest request;
    MonoTime since;
    std::vector<std::byte> frame;
  };
  struct Lease {
    std::int32_t id = 0;
    PacedKind kind{};
    std::uint64_t instrument = 0;
  };
  // What was sent, and when.
  struct Sent {
    MonoTime time;
    std::uint64_t series = 0;
    std::uint64_t identical = 0;
  };
  // What a walk along the queue has learnt.
  struct Walk {
    MonoTime now;
    std::optional<MonoTime> wake;  // when something may change
    bool requests_are_spoken_for = false;  // somebody in front waits for the window of ten minutes
    void wait_until(MonoTime time) {
      if (!wake || time < *wake) wake = time;
    }
  };
  struct Place {
    std::size_t lane;
    std::size_t index;
  };

  [[nodiscard]] int messages_max(Lane lane) const;
  [[nodiscard]] bool fits(const PacedRequest& request, Walk& walk) const;
  [[nodiscard]] bool historical_fits(const PacedRequest& request, Walk& walk) const;
  [[nodiscard]] std::optional<Place> find_next(Lane last, Walk& walk) const;
  [[nodiscard]] bool may_pass(const PacedRequest& request, Lane lane, Walk& walk) const;
  void count(const PacedRequest& request, MonoTime now);

  [[nodiscard]] Result<void> lease(const PacedRequest& request);
  [[nodiscard]] bool is_open(std::int32_t id) const;
  [[nodiscard]] int leased(PacedKind kind) const;
  [[nodiscard]] int lines() const;
  [[nodiscard]] int depth_instruments() const;
  [[nodiscard]] bool has_depth(std::uint64_t instrument) const;

  [[nodiscard]] bool withdraw_order(std::int32_t order_id);
  void withdraw_all_orders();
  [[nodiscard]] bool withdraw_request(std::int32_t request_id);

  [[nodiscard]] MonoTime series_free_at(std::uint64_t series) const;
  [[nodiscard]] MonoTime identical_free_at(std::uint64_t identical) const;
  [[nodiscard]] MonoTime instrument_free_at(std::uint64_t instrument) const;
  [[nodiscard]] BudgetState state_of(Budget budget, MonoTime now) const;

  PacingLimits limits_;
  SlidingWindow messages_;
  SlidingWindow historical_;
  SlidingWindow real_time_bars_;
  SlidingWindow symbol_searches_;
  SlidingWindow regulatory_snapshots_;
  std::deque<Sent> historical_sent_;  // of the last 15 seconds, oldest first
  std::deque<Sent> tick_by_tick_sent_;  // likewise; `identical` is the instrument
  std::vector<Lease> leases_;
  std::array<std::deque<Held>, kLanes> lanes_;
  std::set<std::pair<PacedKind, std::int32_t>> cancels_;  // that wait: each waits once
  std::vector<std::byte> released_;
  std::vector<PacedRequest> dropped_;
  MonoTime latest_ = SlidingWindow::kAlways;
};

}  // namespace tradewind::tws

namespace tradewind {
template <>
inline constexpr auto kEnumNames<tws::Budget> = std::to_array<std::pair<tws::Budget, std::string_view>>(
    {{tws::Budget::messages, "messages"},
     {tws::Budget::historical_open, "historical requests open"},
     {tws::Budget::historical_requests, "historical requests in 10 minutes"},
     {tws::Budget::historical_series, "historical requests for one series"},
     {tws::Budget::historical_identical, "identical historical requests"},
     {tws::Budget::market_data_lines, "market data lines"},
     {tws::Budget::depth, "market depth subscriptions"},
     {tws::Budget::tick_by_tick, "tick-by-tick subscriptions"},
     {tws::Budget::tick_by_tick_instrument, "tick-by-tick requests for one instrument"},
     {tws::Budget::real_time_bars, "new real-time bars in 10 minutes"},
     {tws::Budget::account_summaries, "account summaries"},
     {tws::Budget::scanners, "scanners"},
     {tws::Budget::symbol_searches, "symbol searches"},
     {tws::Budget::regulatory_snapshots, "regulatory snapshots"}});
}  // namespace tradewind
