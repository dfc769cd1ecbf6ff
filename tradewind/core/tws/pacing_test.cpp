// The pacer's rules one by one, on a clock that only the test moves. pacing_property_test.cpp tries them all together.
#include "tradewind/core/tws/pacing.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/tws/pacing_test_requests.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <vector>

namespace {
std::size_t allocations = 0;
}

// Counts every allocation of this program, so that a test can say there was none.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tradewind::tws {
namespace {

using namespace std::chrono_literals;
using namespace testing;

// A pacer, a clock, and frames that carry the request's id as text.
struct Bench {
  explicit Bench(const PacingLimits& limits = {}) : pacer{limits} {}

  Verdict submit(const PacedRequest& request) {
    const auto verdict = try_submit(request);
    EXPECT_TRUE(verdict.has_value()) << (verdict ? "" : verdict.error().detail);
    return verdict.value_or(Verdict::held);
  }
  Result<Verdict> try_submit(const PacedRequest& request) {
    const std::string frame = "frame " + std::to_string(request.id);
    return pacer.submit(request, as_bytes(frame), now);
  }
  // What may go now, by id.
  std::vector<std::int32_t> drain() {
    std::vector<std::int32_t> ids;
    while (const auto released = pacer.next(now)) {
      EXPECT_EQ(as_text(released->frame), "frame " + std::to_string(released->request.id));
      ids.push_back(released->request.id);
    }
    return ids;
  }
  void fill(int messages) {
    for (int i = 0; i < messages; ++i) EXPECT_EQ(submit(cancel(100'000 + next_filler++)), Verdict::go);
  }
  BudgetState state(Budget budget) const { return pacer.budgets(now).budgets[static_cast<std::size_t>(budget)]; }

  Pacer pacer;
  MonoTime now = kStart;
  int next_filler = 0;
};

using Ids = std::vector<std::int32_t>;

std::uint64_t number(int value) { return static_cast<std::uint64_t>(value); }

TEST(Pacer, FiftyMessagesGoInASecondAndNoMore) {
  Bench bench;
  bench.fill(50);
  EXPECT_EQ(bench.submit(cancel(1)), Verdict::held);
  EXPECT_EQ(bench.pacer.next_wake(bench.now), kStart + 1s);
  bench.now = kStart + 1s - 1ns;
  EXPECT_EQ(bench.drain(), Ids{});
  bench.now = kStart + 1s;
  EXPECT_EQ(bench.drain(), Ids{1});
  EXPECT_EQ(bench.pacer.next_wake(bench.now), std::nullopt);
}

TEST(Pacer, ACancelDoesNotWaitForQueuedBackFills) {
  Bench bench;
  Ids waiting;
  for (int id = 1; id <= 80; ++id) {
    if (bench.submit(backfill(id)) == Verdict::held) waiting.push_back(id);
  }
  EXPECT_EQ(waiting.size(), 50U) << "thirty messages of a second are open to back-fill";
  EXPECT_EQ(bench.submit(cancel(900)), Verdict::go);
  EXPECT_EQ(bench.submit(order(901)), Verdict::go);
  EXPECT_EQ(bench.submit(query()), Verdict::go);
}

// The worst case: nothing is kept for anybody, and back-fill has taken the whole second.
TEST(Pacer, ACancelGetsTheNextSlotWhenNothingIsKeptForIt) {
  PacingLimits limits{.kept_for_cancels = 0, .kept_for_orders = 0, .kept_for_queries = 0, .historical_open = 1000};
  Bench bench{limits};
  for (int id = 1; id <= 50; ++id) {
    EXPECT_EQ(bench.submit(backfill(id)), Verdict::go);
    bench.now = bench.now + 20ms;  // 50 a second, evenly: one slot opens every 20 ms
  }
  bench.now = bench.now - 20ms;
  for (int id = 51; id <= 100; ++id) EXPECT_EQ(bench.submit(backfill(id)), Verdict::held);
  EXPECT_EQ(bench.submit(cancel(900)), Verdict::held);
  const auto wake = bench.pacer.next_wake(bench.now);
  ASSERT_TRUE(wake.has_value());
  EXPECT_LE(*wake - bench.now, 20ms) << "one slot";
  bench.now = *wake;
  EXPECT_EQ(bench.drain(), Ids{900});
}

TEST(Pacer, LanesInFrontHaveMessagesKeptForThem) {
  Bench bench;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(bench.submit(backfill(i)), Verdict::go);
  EXPECT_EQ(bench.submit(backfill(30)), Verdict::held);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bench.submit(query()), Verdict::go);
  EXPECT_EQ(bench.submit(query()), Verdict::held);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(bench.submit(order(500 + i)), Verdict::go);
  EXPECT_EQ(bench.submit(order(600)), Verdict::held);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(bench.submit(cancel(700 + i)), Verdict::go);
  EXPECT_EQ(bench.submit(cancel(800)), Verdict::held);
  bench.now = kStart + 1s;
  EXPECT_EQ(bench.drain(), (Ids{800, 600, -1, 30}));
}

TEST(Pacer, WhatGoesAtOnceAllocatesNothing) {
  Bench bench;
  const std::string frame(400, 'x');
  const std::size_t before = allocations;
  for (int id = 1; id <= 10; ++id) {
    const auto placed = bench.pacer.submit(order(id), as_bytes(frame), bench.now);
    const auto changed = bench.pacer.submit(change(id), as_bytes(frame), bench.now);
    const auto cancelled = bench.pacer.submit(cancel(id), as_bytes(frame), bench.now);
    const auto asked = bench.pacer.submit(query(), as_bytes(frame), bench.now);
    for (const auto& verdict : {&placed, &changed, &cancelled, &asked})
      TW_CHECK(verdict->has_value() && **verdict == Verdict::go);
  }
  EXPECT_EQ(allocations, before);
}

TEST(Pacer, ACancelRemovesTheOrderThatNeverLeft) {
  Bench bench;
  bench.fill(50);
  EXPECT_EQ(bench.submit(order(1)), Verdict::held);
  EXPECT_EQ(bench.submit(change(1)), Verdict::held);
  EXPECT_EQ(bench.submit(order(2)), Verdict::held);
  EXPECT_EQ(bench.submit(cancel(1)), Verdict::withdrawn);
  const auto dropped = bench.pacer.take_dropped();
  ASSERT_EQ(dropped.size(), 2U);
  EXPECT_EQ(dropped[0].kind, PacedKind::new_order);
  EXPECT_EQ(dropped[1].kind, PacedKind::modify_order);
  EXPECT_TRUE(bench.pacer.take_dropped().empty());
  bench.now = kStart + 1s;
  EXPECT_EQ(bench.drain(), Ids{2});
}

TEST(Pacer, ACancelOfALiveOrderDropsTheChangesThatWait) {
  Bench bench;
  EXPECT_EQ(bench.submit(order(1)), Verdict::go);
  bench.fill(44);
  EXPECT_EQ(bench.submit(change(1)), Verdict::held);
  EXPECT_EQ(bench.submit(cancel(1)), Verdict::go) << "the last five are kept for it";
  EXPECT_EQ(bench.pacer.take_dropped().size(), 1U);
  EXPECT_EQ(bench.pacer.held(), 0U);
}

TEST(Pacer, AGlobalCancelDropsEveryOrderThatWaits) {
  Bench bench;
  bench.fill(50);
  EXPECT_EQ(bench.submit(order(1)), Verdict::held);
  EXPECT_EQ(bench.submit(change(2)), Verdict::held);
  EXPECT_EQ(bench.submit(query()), Verdict::held);
  EXPECT_EQ(bench.submit({.kind = PacedKind::global_cancel}), Verdict::held);
  EXPECT_EQ(bench.submit({.kind = PacedKind::global_cancel}), Verdict::held);
  EXPECT_EQ(bench.pacer.take_dropped().size(), 2U);
  EXPECT_EQ(bench.pacer.held(), 2U) << "one global cancel and the query";
}

TEST(Pacer, ACancelThatWaitsIsNotQueuedTwice) {
  Bench bench{{.held_max = 1}};
  bench.fill(50);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bench.submit(cancel(1)), Verdict::held);
  EXPECT_EQ(bench.submit(cancel(2)), Verdict::held) << "no bound on cancels";
  bench.now = kStart + 1s;
  EXPECT_EQ(bench.drain(), (Ids{1, 2}));
}

TEST(Pacer, AFullLaneSaysSo) {
  Bench bench{{.held_max = 2}};
  bench.fill(50);
  EXPECT_EQ(bench.submit(order(1)), Verdict::held);
  EXPECT_EQ(bench.submit(order(2)), Verdict::held);
  const auto refused = bench.try_submit(order(3));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_EQ(refused.error().detail, "2 orders wait already, no more are taken");
  EXPECT_EQ(bench.submit(query()), Verdict::held) << "another lane";
}

TEST(Pacer, AnIdenticalHistoricalRequestWaitsFifteenSeconds) {
  Bench bench;
  EXPECT_EQ(bench.submit(small_bars(1, 10, 20)), Verdict::go);
  bench.now = kStart + 14s;
  EXPECT_EQ(bench.submit(small_bars(2, 10, 20)), Verdict::held);
  EXPECT_EQ(bench.submit(small_bars(3, 10, 21)), Verdict::go) << "it needs another limit";
  EXPECT_EQ(bench.pacer.next_wake(bench.now), kStart + 15s);
  bench.now = kStart + 15s;
  EXPECT_EQ(bench.drain(), Ids{2});
}

TEST(Pacer, FewerThanSixForASeriesGoInTwoSeconds) {
  Bench bench;
  for (int id = 1; id <= 5; ++id) EXPECT_EQ(bench.submit(small_bars(id, 10, number(id))), Verdict::go);
  EXPECT_EQ(bench.submit(small_bars(6, 10, 6)), Verdict::held);
  EXPECT_EQ(bench.submit(small_bars(7, 11, 7)), Verdict::go);
  EXPECT_EQ(bench.state(Budget::historical_series).used, 5);
  EXPECT_EQ(bench.state(Budget::historical_series).free_at, kStart + 2s);
  EXPECT_EQ(bench.pacer.next_wake(bench.now), kStart + 2s);
  bench.now = kStart + 2s;
  EXPECT_EQ(bench.drain(), Ids{6});
}

TEST(Pacer, SixtyHistoricalRequestsGoInTenMinutesAndBidAskCountsTwice) {
  Bench bench;
  for (int id = 1; id <= 29; ++id) {
    PacedRequest request = small_bars(id, number(1000 + id), number(id));
    request.weight = 2;
    EXPECT_EQ(bench.submit(request), Verdict::go) << id;
    bench.pacer.finished(id);
    bench.now = bench.now + 1s;
  }
  EXPECT_EQ(bench.state(Budget::historical_requests).used, 58);
  EXPECT_EQ(bench.submit(small_bars(30, 30, 30)), Verdict::go);
  PacedRequest heavy = small_bars(31, 31, 31);
  heavy.weight = 2;
  EXPECT_EQ(bench.submit(heavy), Verdict::held);
  EXPECT_EQ(bench.submit(small_bars(32, 32, 32)), Verdict::held) << "one is left, and the heavy one is in front";
  EXPECT_EQ(bench.submit(backfill(33)), Verdict::go) << "large bars have no window";
  EXPECT_EQ(bench.pacer.next_wake(bench.now), kStart + 10min);
  bench.now = kStart + 10min;
  EXPECT_EQ(bench.drain(), (Ids{31, 32})) << "the first heavy one left two; one was free before";
}

TEST(Pacer, FiftyHistoricalRequestsAreOpenAtATime) {
  Bench bench;
  for (int id = 1; id <= 50; ++id) {
    EXPECT_EQ(bench.submit(backfill(id)), Verdict::go);
    bench.now = bench.now + 100ms;
  }
  EXPECT_EQ(bench.submit(backfill(51)), Verdict::held);
  EXPECT_EQ(bench.state(Budget::historical_open).used, 50);
  EXPECT_EQ(bench.state(Budget::historical_open).free_at, std::nullopt);
  EXPECT_EQ(bench.pacer.next_wake(bench.now), std::nullopt) << "no time will help";
  bench.pacer.finished(17);
  EXPECT_EQ(bench.pacer.next_wake(bench.now), bench.now);
  EXPECT_EQ(bench.drain(), Ids{51});
}

TEST(Pacer, ACancelOfARequestGivesBackWhatItHeld) {
  Bench bench{{.market_data_lines = 1}};
  EXPECT_EQ(bench.submit(of(PacedKind::market_data, 1)), Verdict::go);
  const auto refused = bench.try_submit(of(PacedKind::market_data, 2));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail, "market data lines: all 1 are in use; end one first");
  EXPECT_EQ(bench.submit(of(PacedKind::cancel_request, 1)), Verdict::go);
  EXPECT_EQ(bench.submit(of(PacedKind::market_data, 2)), Verdict::go);
}

TEST(Pacer, ACancelOfARequestThatNeverLeftIsWithdrawnWithIt) {
  Bench bench{{.market_data_lines = 1}};
  bench.fill(50);
  EXPECT_EQ(bench.submit(of(PacedKind::market_data, 1)), Verdict::held);
  EXPECT_EQ(bench.state(Budget::market_data_lines).used, 1) << "a line that was promised is leased";
  EXPECT_EQ(bench.submit(query()), Verdict::held);
  EXPECT_EQ(bench.submit(of(PacedKind::cancel_request, 1)), Verdict::withdrawn);
  EXPECT_EQ(bench.state(Budget::market_data_lines).used, 0);
  EXPECT_EQ(bench.pacer.held(), 1U);
}

TEST(Pacer, AnIdThatIsOpenIsRefused) {
  Bench bench;
  EXPECT_EQ(bench.submit(of(PacedKind::market_data, 1)), Verdict::go);
  for (const PacedKind kind : {PacedKind::market_data, PacedKind::historical, PacedKind::scanner}) {
    const auto refused = bench.try_submit(of(kind, 1));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::already_exists);
  }
  EXPECT_EQ(bench.submit(order(1)), Verdict::go) << "orders have numbers of their own";
  bench.pacer.finished(1);
  EXPECT_EQ(bench.submit(of(PacedKind::historical, 1)), Verdict::go);
}

TEST(Pacer, DepthAndTickByTickFollowFromTheLines) {
  const std::map<int, int> expected{{1, 3},   {100, 3}, {399, 3},   {400, 4},   {499, 4},
                                    {500, 5}, {999, 9}, {5999, 59}, {6000, 60}, {100'000, 60}};
  for (const auto& [lines, most] : expected) EXPECT_EQ(deep_subscriptions(lines), most) << lines;
  Bench bench;
  for (int id = 1; id <= 3; ++id) {
    EXPECT_EQ(bench.submit(of(PacedKind::depth, id, number(id))), Verdict::go);
    EXPECT_EQ(bench.submit(of(PacedKind::tick_by_tick, 10 + id, number(id))), Verdict::go);
  }
  EXPECT_FALSE(bench.try_submit(of(PacedKind::depth, 4, 4)).has_value());
  EXPECT_EQ(bench.submit(of(PacedKind::depth, 5, 3)), Verdict::go) << "the same book counts once";
  EXPECT_EQ(bench.state(Budget::depth).used, 3);
  bench.pacer.finished(3);
  EXPECT_FALSE(bench.try_submit(of(PacedKind::depth, 4, 4)).has_value()) << "its book is still open";
  bench.pacer.finished(5);
  EXPECT_EQ(bench.submit(of(PacedKind::depth, 4, 4)), Verdict::go);
  EXPECT_FALSE(bench.try_submit(of(PacedKind::tick_by_tick, 14, 4)).has_value());
}

TEST(Pacer, TickByTickOfOneInstrumentWaitsFifteenSeconds) {
  Bench bench;
  EXPECT_EQ(bench.submit(of(PacedKind::tick_by_tick, 1, 7)), Verdict::go);
  EXPECT_EQ(bench.submit(of(PacedKind::tick_by_tick, 2, 7)), Verdict::held);
  EXPECT_EQ(bench.submit(of(PacedKind::tick_by_tick, 3, 8)), Verdict::go);
  EXPECT_EQ(bench.state(Budget::tick_by_tick_instrument).free_at, kStart + 15s);
  bench.now = kStart + 15s - 1ns;
  EXPECT_EQ(bench.drain(), Ids{});
  bench.now = kStart + 15s;
  EXPECT_EQ(bench.drain(), Ids{2});
}

TEST(Pacer, RealTimeBarsTakeLinesAndSixtyStartInTenMinutes) {
  Bench bench;
  for (int id = 1; id <= 60; ++id) {
    EXPECT_EQ(bench.submit(of(PacedKind::real_time_bars, id)), Verdict::go);
    bench.now = bench.now + 1s;
    if (id % 2 == 0) bench.pacer.finished(id);
  }
  EXPECT_EQ(bench.state(Budget::market_data_lines).used, 30);
  EXPECT_EQ(bench.submit(of(PacedKind::real_time_bars, 61)), Verdict::held);
  EXPECT_EQ(bench.pacer.next_wake(bench.now), kStart + 10min);
}

TEST(Pacer, SummariesScannersAndSearchesHaveTheirLimits) {
  Bench bench;
  for (int id = 1; id <= 2; ++id) EXPECT_EQ(bench.submit(of(PacedKind::account_summary, id)), Verdict::go);
  EXPECT_FALSE(bench.try_submit(of(PacedKind::account_summary, 3)).has_value());
  for (int id = 11; id <= 20; ++id) EXPECT_EQ(bench.submit(of(PacedKind::scanner, id)), Verdict::go);
  EXPECT_FALSE(bench.try_submit(of(PacedKind::scanner, 21)).has_value());
  EXPECT_EQ(bench.submit(of(PacedKind::symbol_search, 31)), Verdict::go);
  EXPECT_EQ(bench.submit(of(PacedKind::symbol_search, 32)), Verdict::held);
  EXPECT_EQ(bench.submit(query()), Verdict::go) << "it needs no search";
  EXPECT_EQ(bench.submit(of(PacedKind::regulatory_snapshot, 41)), Verdict::go);
  EXPECT_EQ(bench.submit(of(PacedKind::regulatory_snapshot, 42)), Verdict::held);
  bench.now = kStart + 1s;
  EXPECT_EQ(bench.drain(), (Ids{32, 42}));
}

TEST(Pacer, ALostConnectionDropsWhatWaitsAndKeepsTheWindows) {
  Bench bench;
  EXPECT_EQ(bench.submit(small_bars(1, 1, 1)), Verdict::go);
  EXPECT_EQ(bench.submit(of(PacedKind::market_data, 2)), Verdict::go);
  bench.fill(48);
  EXPECT_EQ(bench.submit(order(3)), Verdict::held);
  EXPECT_EQ(bench.submit(cancel(4)), Verdict::held);
  bench.pacer.connection_lost();
  EXPECT_EQ(bench.pacer.take_dropped().size(), 2U);
  EXPECT_EQ(bench.pacer.held(), 0U);
  EXPECT_EQ(bench.state(Budget::market_data_lines).used, 0);
  EXPECT_EQ(bench.state(Budget::historical_open).used, 0);
  EXPECT_EQ(bench.state(Budget::messages).used, 50);
  EXPECT_EQ(bench.submit(small_bars(1, 1, 1)), Verdict::held) << "identical, whatever the socket";
}

TEST(Pacer, DropsOrdersThatHaveWaitedTooLongAndNothingElse) {
  Bench bench;
  bench.fill(50);
  EXPECT_FALSE(bench.pacer.oldest_order());
  EXPECT_EQ(bench.submit(change(1)), Verdict::held);
  EXPECT_EQ(bench.submit(order(2)), Verdict::held);
  EXPECT_EQ(bench.submit(cancel(3)), Verdict::held);
  EXPECT_EQ(bench.submit(query()), Verdict::held);
  bench.now = kStart + 300ms;
  EXPECT_EQ(bench.submit(change(2)), Verdict::held) << "of an order that will never have been placed";
  EXPECT_EQ(bench.submit(order(4)), Verdict::held);
  EXPECT_EQ(bench.pacer.oldest_order(), kStart);
  bench.pacer.drop_late_orders(kStart + 500ms - 1ns, 500ms);
  EXPECT_TRUE(bench.pacer.take_dropped().empty());
  bench.pacer.drop_late_orders(kStart + 500ms, 500ms);
  Ids dropped;
  for (const PacedRequest& each : bench.pacer.take_dropped()) dropped.push_back(each.id);
  EXPECT_EQ(dropped, (Ids{1, 2, 2}));
  EXPECT_EQ(bench.pacer.oldest_order(), kStart + 300ms);
  bench.now = kStart + 1s;
  EXPECT_EQ(bench.drain(), (Ids{3, 4, -1}));
}

TEST(Pacer, BudgetsShowWhatIsLeft) {
  Bench bench;
  bench.fill(41);
  bench.now = kStart + 200ms;
  Budgets budgets = bench.pacer.budgets(bench.now);
  EXPECT_EQ(budgets.budgets[0].used, 41);
  EXPECT_EQ(budgets.budgets[0].limit, 50);
  EXPECT_EQ(budgets.budgets[0].free_at, bench.now);
  EXPECT_EQ(budgets.lanes[0].free_at, bench.now);
  EXPECT_EQ(budgets.lanes[1].free_at, bench.now);
  EXPECT_EQ(budgets.lanes[2].messages_max, 40);
  EXPECT_EQ(budgets.lanes[2].free_at, kStart + 1s);
  EXPECT_EQ(bench.submit(query()), Verdict::held);
  EXPECT_EQ(bench.pacer.budgets(bench.now).lanes[2].held, 1);
  for (int budget = 0; budget < kBudgets; ++budget) {
    EXPECT_EQ(budgets.budgets[static_cast<std::size_t>(budget)].budget, Budget(budget));
    EXPECT_NE(name(Budget(budget)), "?");
  }
  EXPECT_EQ(bench.pacer.budgets(kStart + 1s).budgets[0].used, 0);
}

TEST(Pacer, TimeThatRunsBackwardsStandsStill) {
  Bench bench;
  bench.fill(50);
  bench.now = kStart - 10s;
  EXPECT_EQ(bench.submit(cancel(1)), Verdict::held);
  EXPECT_EQ(bench.drain(), Ids{});
  bench.now = kStart + 1s;
  EXPECT_EQ(bench.drain(), Ids{1});
}

}  // namespace
}  // namespace tradewind::tws
