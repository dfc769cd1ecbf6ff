#include "tests/support/engine_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace tradewind::engine {
namespace {

using namespace std::chrono_literals;
using namespace testing;

// --- Fills ---

TEST(Engine, BooksFillsFromExecutionsAndNeverFromAStatus) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::status(intent, "Filled", 10));
  EXPECT_TRUE(bench.engine.ledger().position(kAccount, kSpy.con_id).is_zero());
  EXPECT_FALSE(is_final(bench.state_of(intent)));
  bench.feed(Bench::execution(intent, "a.1.01", 10));
  EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(10));
  EXPECT_EQ(bench.state_of(intent), OrderState::filled);
}

TEST(Engine, AsksForExecutionsThatAStatusPromised) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::status(intent, "Filled", 10));
  bench.later(1s);
  EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
  bench.later(1s);
  EXPECT_EQ(bench.took<model::RequestSnapshot>().size(), 1U);
}

// Five reports, each of them twice, in every order there is (113,400 of them): `report` feeds one, `check` looks at the end.
// Builds that watch memory take every fortieth.
void in_every_order(const std::function<void(Bench&, const model::OrderIntent&)>& before,
                    const std::function<void(Bench&, const model::OrderIntent&, int)>& report,
                    const std::function<void(const Bench&, const model::OrderIntent&)>& check) {
#ifdef __SANITIZE_ADDRESS__
  constexpr int kStride = 40;
#elif defined(__has_feature)
  constexpr int kStride = __has_feature(address_sanitizer) ? 40 : 1;
#else
  constexpr int kStride = 1;
#endif
  std::vector<int> order{0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
  int sequences = 0;
  do {
    if (sequences++ % kStride != 0) continue;
    Bench bench;
    bench.ready();
    const auto intent = bench.place(Side::buy, 10);
    before(bench, intent);
    for (const int which : order) report(bench, intent, which);
    check(bench, intent);
    if (::testing::Test::HasFailure()) FAIL() << "in the order " << fmt::format("{}", fmt::join(order, " "));
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(sequences, 113'400);
}

TEST(Engine, EndsInOneStateWhateverTheOrderOfTheReports) {
  in_every_order(
      [](Bench&, const model::OrderIntent&) {},
      [](Bench& bench, const model::OrderIntent& intent, int which) {
        if (which == 0) bench.feed(Bench::open_order(intent, "Submitted"));
        if (which == 1) bench.feed(Bench::status(intent, "Filled", 10));
        if (which == 2) bench.feed(Bench::execution(intent, "a.1.01", 10));
        if (which == 3) bench.feed(Bench::commission("a.1.01"));
        if (which == 4) {
          bench.feed(model::OrderErrorSeen{intent.order_id, 399, model::OrderErrorKind::information, "queued"});
        }
      },
      [](const Bench& bench, const model::OrderIntent& intent) {
        EXPECT_EQ(bench.state_of(intent), OrderState::filled);
        EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(10));
        EXPECT_EQ(bench.engine.ledger().cash(Currency{"USD"}), Amount::of(-1011));
        EXPECT_EQ(bench.engine.ledger().missing_commissions(), 0U);
        EXPECT_TRUE(bench.engine.breaks().empty());
        EXPECT_EQ(std::ranges::count(bench.puppet->heard, "fill BUY 10@101"), 1);
      });
}

TEST(Engine, ACancelThatCrossesAFillEndsInOneStateWhateverTheOrderOfTheReports) {
  in_every_order(
      [](Bench& bench, const model::OrderIntent& intent) {
        bench.act([&](strategy::Context& context) { context.cancel(OrderTicket{intent.order_ref}); });
      },
      [](Bench& bench, const model::OrderIntent& intent, int which) {
        if (which == 0) bench.feed(Bench::open_order(intent, "Submitted"));
        if (which == 1) bench.feed(Bench::status(intent, "Cancelled", 4));
        if (which == 2) bench.feed(Bench::execution(intent, "a.1.01", 4));
        if (which == 3) bench.feed(Bench::commission("a.1.01"));
        if (which == 4) {
          bench.feed(model::OrderErrorSeen{intent.order_id, 202, model::OrderErrorKind::cancelled, "Order Canceled"});
        }
      },
      [](const Bench& bench, const model::OrderIntent& intent) {
        EXPECT_EQ(bench.state_of(intent), OrderState::cancelled);
        EXPECT_EQ(bench.engine.orders().find(intent.order_ref)->filled, Quantity::of(4));
        EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(4));
        EXPECT_EQ(bench.engine.ledger().cash(Currency{"USD"}), Amount::of(-405));
        EXPECT_TRUE(bench.engine.breaks().empty());
      });
}

TEST(Engine, BooksThePartsOfAnOrderInWhateverOrderTheyCome) {
  in_every_order([](Bench&, const model::OrderIntent&) {},
                 [](Bench& bench, const model::OrderIntent& intent, int which) {
                   if (which == 0) bench.feed(Bench::part(intent, "a.1.01", 3, 3));
                   if (which == 1) bench.feed(Bench::part(intent, "a.2.01", 4, 7));
                   if (which == 2) bench.feed(Bench::part(intent, "a.3.01", 3, 10));
                   if (which == 3) bench.feed(Bench::status(intent, "Submitted", 7));
                   if (which == 4) bench.feed(Bench::commission("a.2.01"));
                 },
                 [](const Bench& bench, const model::OrderIntent& intent) {
                   EXPECT_EQ(bench.state_of(intent), OrderState::filled);
                   EXPECT_EQ(bench.engine.ledger().fill_count(), 3U);
                   EXPECT_EQ(bench.engine.ledger().cash(Currency{"USD"}), Amount::of(-1011));
                   EXPECT_TRUE(bench.engine.breaks().empty());
                 });
}

TEST(Engine, BooksAFillThatIsToldUnderTwoIdsOnceInWhateverOrderTheyCome) {
  in_every_order([](Bench&, const model::OrderIntent&) {},
                 [](Bench& bench, const model::OrderIntent& intent, int which) {
                   if (which == 0) bench.feed(Bench::part(intent, "a.1.01", 3, 3));
                   if (which == 1) bench.feed(Bench::part(intent, "a.2.01", 7, 10));
                   if (which == 2) bench.feed(Bench::part(intent, "b.7.01", 7, 10));
                   if (which == 3) bench.feed(Bench::status(intent, "Filled", 10));
                   if (which == 4) bench.feed(Bench::part(intent, "b.8.01", 3, 3));
                 },
                 [](const Bench& bench, const model::OrderIntent& intent) {
                   EXPECT_EQ(bench.state_of(intent), OrderState::filled);
                   EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(10));
                   EXPECT_EQ(bench.engine.ledger().fill_count(), 2U);
                   EXPECT_TRUE(bench.engine.breaks().empty());
                 });
}

// Two executions of one part of an order, 10 s of rounds, and what the positions say by then.
TEST(Engine, ThePositionsDecideWhetherASecondExecutionOfAPartIsAFill) {
  struct Case {
    std::int64_t broker, booked;
    State state;
    std::string_view found;  // the class of the break
  };
  for (const Case& expected : {Case{4, 4, State::ready, ""}, Case{7, 7, State::ready, ""},
                               Case{5, 4, State::halted, "BRK-12"}, Case{0, 4, State::halted, "BRK-12"}}) {
    SCOPED_TRACE(expected.broker);
    Bench bench;
    bench.ready();
    const auto intent = bench.place(Side::buy, 10);
    bench.feed(Bench::open_order(intent, "Submitted"));
    bench.feed(Bench::part(intent, "a.1.01", 4, 4));
    bench.feed(Bench::part(intent, "b.7.01", 3, 4));
    EXPECT_NE(bench.denial(Side::sell, 1).find("PTR-30"), std::string::npos);
    for (int i = 0; i < 10; ++i) {
      bench.later(1s);
      bench.answer_with_position(expected.broker);
      EXPECT_EQ(bench.engine.ledger().fill_count(), i == 9 && expected.booked == 7 ? 2U : 1U);
    }
    bench.later(1s);
    bench.answer_with_position(expected.broker);
    EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(expected.booked));
    EXPECT_EQ(bench.engine.state(), expected.state);
    EXPECT_EQ(bench.engine.breaks().empty() ? "" : bench.engine.breaks().front().break_class, expected.found);
    EXPECT_EQ(bench.submit(Side::sell, 1).has_value(), expected.state == State::ready);
    bench.feed(Bench::part(intent, "b.7.01", 3, 4));
    EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(expected.booked)) << "told again";
    static_cast<void>(bench.took<model::RequestSnapshot>());
    bench.later(1h);
    EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty()) << "nothing is left to be decided";
  }
}

TEST(Engine, HaltsWhenExecutionsThatMayBeToldTwiceCancelEachOtherOut) {
  Bench bench;
  bench.ready();
  const auto bought = bench.place(Side::buy, 10);
  const auto sold = bench.place(Side::sell, 10);
  bench.feed(Bench::part(bought, "a.1.01", 4, 4));
  bench.feed(Bench::part(sold, "a.2.01", 4, 4));
  bench.feed(Bench::part(bought, "b.1.01", 4, 4));
  bench.feed(Bench::part(sold, "b.2.01", 4, 4));
  bench.later(0s);
  bench.answer_snapshots();
  EXPECT_EQ(bench.engine.state(), State::ready);
  bench.later(10s);
  bench.answer_snapshots();
  EXPECT_EQ(bench.engine.state(), State::halted);
  ASSERT_EQ(bench.engine.breaks().size(), 1U);
  EXPECT_EQ(bench.engine.breaks().front().break_class, "BRK-01");
  EXPECT_EQ(bench.engine.ledger().fill_count(), 2U);
}

TEST(Engine, ACorrectionOfAnExecutionThatIsHeldBackIsJudgedAnew) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::part(intent, "a.1.01", 4, 4));
  bench.feed(Bench::part(intent, "b.7.01", 4, 4));
  bench.feed(Bench::part(intent, "b.7.02", 4, 8));
  bench.feed(Bench::part(intent, "b.7.01", 4, 4));
  EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(8));
  EXPECT_TRUE(bench.submit(Side::sell, 1).has_value());
}

TEST(Engine, AsksForExecutionsThatTheBrokerHasCountedAndThenForEverything) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::part(intent, "a.2.01", 4, 7));
  EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(4)) << "booked at once";
  EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
  bench.later(0s);
  auto asked = bench.took<model::RequestSnapshot>();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.front().snapshot, Snapshot::executions);
  bench.feed(model::SnapshotEnded{Snapshot::executions});
  bench.later(1999ms);
  EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
  bench.later(1ms);
  asked = bench.took<model::RequestSnapshot>();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.front().snapshot, Snapshot::open_orders);
}

TEST(Engine, NothingIsMissingWhenThePositionsAgree) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::part(intent, "a.2.01", 4, 7));
  bench.later(0s);
  static_cast<void>(bench.took<model::RequestSnapshot>());
  bench.later(2s);
  bench.answer_with_position(4);
  EXPECT_EQ(bench.engine.state(), State::ready);
  bench.later(1h);
  EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
  bench.feed(Bench::part(intent, "a.3.01", 3, 10));
  bench.later(0s);
  const auto asked = bench.took<model::RequestSnapshot>();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.front().snapshot, Snapshot::executions) << "it begins anew";
}

TEST(Engine, AsksForNothingWhenTheMissingExecutionHasComeMeanwhile) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::part(intent, "a.2.01", 7, 10));
  bench.feed(Bench::part(intent, "a.1.01", 3, 3));
  bench.later(1h);
  EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
  EXPECT_EQ(bench.state_of(intent), OrderState::filled);
}

TEST(Engine, AnOrderIsNotFilledUntilTheSumOfItsExecutionsFits) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::part(intent, "a.2.01", 7, 10));
  EXPECT_EQ(bench.state_of(intent), OrderState::working);
  bench.later(0s);
  static_cast<void>(bench.took<model::RequestSnapshot>());
  bench.later(2s);
  for (int i = 0; i < 11; ++i) {
    bench.answer_with_position(10);
    bench.later(1s);
  }
  EXPECT_EQ(bench.engine.state(), State::halted);
  ASSERT_EQ(bench.engine.breaks().size(), 1U);
  EXPECT_EQ(bench.engine.breaks().front().break_class, "BRK-12");
  EXPECT_EQ(bench.state_of(intent), OrderState::working);
}

TEST(Engine, IgnoresExecutionsOfAccountsItDoesNotTrade) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::commission("x.1.01"));
  bench.feed(Bench::execution(intent, "x.1.01", 10, "DU0000009"));
  EXPECT_EQ(bench.engine.ledger().fill_count(), 0U);
  EXPECT_EQ(bench.engine.ledger().cash(Currency{"USD"}).value_or(Amount::zero()), Amount::zero());
}

TEST(Engine, HaltsWhenMoreIsFilledThanWasOrdered) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::execution(intent, "a.1.01", 10));
  bench.feed(Bench::execution(intent, "a.2.01", 1));
  EXPECT_EQ(bench.engine.state(), State::halted);
  ASSERT_EQ(bench.engine.breaks().size(), 1U);
  EXPECT_EQ(bench.engine.breaks().front().break_class, "BRK-15");
  EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(11)) << "booked all the same";
}

TEST(Engine, AMissingExecutionBarsItsInstrument) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 100);
  bench.feed(Bench::open_order(intent, "Submitted"));
  bench.feed(Bench::part(intent, "0001.02.01", 30, 70));  // 40 of it nobody has told
  bench.feed(Bench::status(intent, "Cancelled", 70));
  EXPECT_EQ(bench.state_of(intent), OrderState::cancelled);
  EXPECT_NE(bench.denial(Side::buy, 70).find("PTR-30"), std::string::npos);
  bench.feed(Bench::part(intent, "0001.01.01", 40, 40));
  EXPECT_EQ(bench.denial(Side::buy, 30), "");
}

TEST(Engine, ARoundWithoutTheLinkDecidesNothingAboutASecondExecutionOfAPart) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 100);
  bench.feed(Bench::part(intent, "0001.01.01", 40, 40));
  bench.feed(Bench::part(intent, "0001.02.01", 40, 40));  // the same part under another id: held back
  bench.later(1ms);
  bench.later(11s);
  bench.feed(model::NoticeSeen{1100, "lost"});
  bench.answer_with_position(40);  // as of before the link went
  bench.feed(model::NoticeSeen{1102, "back"});
  bench.answer_with_position(80);
  bench.later(11s);
  bench.answer_with_position(80);
  EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(80));
}

}  // namespace
}  // namespace tradewind::engine
