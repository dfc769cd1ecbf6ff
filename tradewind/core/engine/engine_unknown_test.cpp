#include "tests/support/engine_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace tradewind::engine {
namespace {

using namespace std::chrono_literals;
using namespace testing;

// --- Unknown orders ---

TEST(Engine, AnOrderOfALostSessionIsUnknownAndBarsItsInstrument) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(model::SessionLost{"reset"});
  EXPECT_EQ(bench.state_of(intent), OrderState::unknown);
  bench.connect();
  bench.answer_snapshots();
  EXPECT_EQ(bench.engine.state(), State::ready);
  EXPECT_EQ(bench.state_of(intent), OrderState::unknown) << "one round without it is no proof";
  EXPECT_NE(bench.submit(Side::buy, 10).error().find("PTR-30"), std::string::npos);
  bench.later(6s);
  bench.answer_snapshots();
  EXPECT_EQ(bench.state_of(intent), OrderState::not_at_broker);
  EXPECT_TRUE(bench.submit(Side::buy, 10).has_value());
}

TEST(Engine, AnOrderNobodyAnswersIsUnknownAfterTenSecondsAndNeverSentAgain) {
  for (const bool is_cancelled : {false, true}) {
    Bench bench;
    bench.ready();
    const auto intent = bench.place(Side::buy, 10);
    EXPECT_EQ(bench.engine.wake_mono(), bench.now.mono + 10s);
    bench.later(4s);
    if (is_cancelled) bench.act([&](strategy::Context& context) { context.cancel(OrderTicket{intent.order_ref}); });
    bench.later(5999ms);
    EXPECT_NE(bench.state_of(intent), OrderState::unknown);
    EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
    bench.later(1ms);
    EXPECT_EQ(bench.state_of(intent), OrderState::unknown);
    EXPECT_NE(bench.engine.orders().find(intent.order_ref)->reason.find("look at the gateway"), std::string::npos);
    EXPECT_NE(bench.denial(Side::buy, 1).find("PTR-30"), std::string::npos);
    const auto asked = bench.took<model::RequestSnapshot>();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked.front().snapshot, Snapshot::open_orders);
    bench.later(1h);
    bench.commit();
    EXPECT_TRUE(bench.took<model::PlaceOrder>().empty());
  }
}

TEST(Engine, AnOrderThatIsAnsweredWaitsForAsLongAsItTakes) {
  Bench bench;
  bench.ready();
  const auto resting = bench.place(Side::buy, 10);
  bench.later(9s);
  const auto second = bench.place(Side::buy, 1);
  bench.feed(Bench::open_order(resting, "Submitted"));
  EXPECT_EQ(bench.engine.wake_mono(), bench.now.mono + 10s) << "of the second";
  bench.feed(Bench::open_order(second, "PreSubmitted", 901));
  EXPECT_FALSE(bench.engine.wake_mono());
  bench.act([&](strategy::Context& context) { context.cancel(OrderTicket{resting.order_ref}); });
  bench.later(16h);
  EXPECT_EQ(bench.state_of(resting), OrderState::cancelling);
  EXPECT_EQ(bench.state_of(second), OrderState::working);
  EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
}

TEST(Engine, WithoutTheLinkToIbAbsenceProvesNothing) {
  for (const bool asked_before : {false, true}) {
    Bench bench;
    bench.ready();
    const auto intent = bench.place(Side::buy, 10);
    bench.later(asked_before ? 10s : 1s);
    if (asked_before) {
      bench.answer_snapshots();
      bench.later(5s);
    }
    bench.feed(model::NoticeSeen{1100, "lost"});
    bench.later(10s);
    EXPECT_EQ(bench.state_of(intent), OrderState::unknown);
    bench.answer_snapshots();
    for (int i = 0; i < 10; ++i) {
      bench.later(10s);
      EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
    }
    EXPECT_EQ(bench.state_of(intent), OrderState::unknown);
    bench.feed(model::NoticeSeen{1102, "back"});
    bench.answer_snapshots([&](Snapshot snapshot) {
      if (snapshot == Snapshot::open_orders) bench.feed(Bench::open_order(intent, "Submitted"));
    });
    EXPECT_EQ(bench.state_of(intent), OrderState::working);
    EXPECT_EQ(bench.engine.state(), State::ready);
  }
}

TEST(Engine, AnOrderThatComesBackFromItsProvenAbsenceIsCancelledHoweverItShows) {
  const std::vector<std::function<model::Event(const model::OrderIntent&)>> signs{
      [](const auto& intent) { return Bench::open_order(intent, "Submitted"); },
      [](const auto& intent) { return Bench::open_order(intent, "Inactive"); },
      [](const auto& intent) { return Bench::status(intent, "PreSubmitted"); },
      [](const auto& intent) { return Bench::part(intent, "a.1.01", 4, 4); }};
  for (const auto& sign : signs) {
    Bench bench;
    bench.ready();
    const auto intent = bench.place_and_lose();
    bench.feed(sign(intent));
    const auto cancels = bench.took<model::CancelOrder>();
    ASSERT_EQ(cancels.size(), 1U);
    EXPECT_EQ(cancels.front().order_id, intent.order_id);
    ASSERT_EQ(bench.engine.breaks().size(), 1U);
    EXPECT_EQ(bench.engine.breaks().front().break_class, "BRK-07");
    EXPECT_EQ(bench.engine.state(), State::ready);
    EXPECT_FALSE(is_final(bench.state_of(intent)));
    bench.feed(Bench::open_order(intent, "Submitted"));
    bench.feed(model::OrderErrorSeen{intent.order_id, 161, model::OrderErrorKind::cancel_refused, "not cancellable"});
    bench.feed(Bench::status(intent, "Submitted"));
    EXPECT_TRUE(bench.took<model::CancelOrder>().empty()) << "a refusal is not answered by a further cancel";
    EXPECT_EQ(bench.engine.breaks().size(), 1U);
  }
}

TEST(Engine, AnOrderThatHasComeBackIsCancelledAgainWhenTheCancelWasLostWithTheSession) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place_and_lose();
  bench.feed(Bench::open_order(intent, "Submitted"));
  EXPECT_EQ(bench.took<model::CancelOrder>().size(), 1U);
  bench.feed(model::SessionLost{"reset"});
  bench.connect();
  bench.feed(Bench::open_order(intent, "Submitted"));
  EXPECT_EQ(bench.took<model::CancelOrder>().size(), 1U);
  bench.feed(Bench::status(intent, "Cancelled"));
  EXPECT_EQ(bench.state_of(intent), OrderState::cancelled);
}

TEST(Engine, AnOrderThatCameBackByAPartOfItsFillIsCancelledAgainOnTheNextSession) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place_and_lose();
  bench.feed(Bench::part(intent, "0001.01.01", 4, 4));
  EXPECT_EQ(bench.took<model::CancelOrder>().size(), 1U);
  bench.feed(model::SessionLost{"reset"});
  bench.connect();
  bench.feed(Bench::open_order(intent, "Submitted"));
  EXPECT_EQ(bench.took<model::CancelOrder>().size(), 1U);
}

TEST(Engine, ACancelThatIsWantedWithoutASessionCanBeAskedForAgain) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(Bench::open_order(intent, "Submitted"));
  const OrderTicket ticket{intent.order_ref};
  bench.puppet->act_when_unready = [&](strategy::Context& context) { EXPECT_TRUE(context.cancel(ticket)); };
  bench.feed(model::SessionLost{"reset"});
  EXPECT_FALSE(bench.puppet->act_when_unready);
  EXPECT_TRUE(bench.took<model::CancelOrder>().empty());
  bench.connect();
  bench.feed(Bench::open_order(intent, "Submitted"));
  bench.act([&](strategy::Context& context) { EXPECT_TRUE(context.cancel(ticket)); });
  EXPECT_EQ(bench.took<model::CancelOrder>().size(), 1U);
}

TEST(Engine, AFillOfAnOrderThatWasProvenAbsentIsBooked) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place_and_lose();
  bench.feed(Bench::part(intent, "a.1.01", 10, 10));
  EXPECT_EQ(bench.state_of(intent), OrderState::filled);
  EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(10));
  EXPECT_TRUE(bench.took<model::CancelOrder>().empty()) << "nothing is left of it";
}

TEST(Engine, WhatAnAbsentOrderCouldFillCountsInTheLimitsAndNoTargetSendsItAgain) {
  Bench bench;
  bench.ready();
  bench.act([&](strategy::Context& context) { context.target(*bench.puppet->spy, Position::of(10), "test"); });
  bench.commit();
  const auto intent = bench.took<model::PlaceOrder>().at(0).order.intent();
  bench.later(10s);
  bench.answer_snapshots();
  bench.later(5s);
  bench.answer_snapshots();
  ASSERT_EQ(bench.state_of(intent), OrderState::not_at_broker);
  bench.feed(model::SessionLost{"reset"});
  bench.connect();
  bench.answer_snapshots();
  bench.quote();
  bench.commit();
  EXPECT_EQ(bench.engine.state(), State::ready);
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty());
  ASSERT_TRUE(bench.submit(Side::buy, 990).has_value());
  EXPECT_NE(bench.denial(Side::buy, 995).find("PTR-10"), std::string::npos);

  Bench without;
  without.ready();
  ASSERT_TRUE(without.submit(Side::buy, 990).has_value());
  EXPECT_TRUE(without.submit(Side::buy, 995).has_value()) << "with the same limits";
}

TEST(Engine, FindsTheFateOfAnUnknownOrder) {
  struct Case {
    std::string_view open_status, completed_status;
    bool executed;
    OrderState expected;
  };
  for (const Case& expected :
       {Case{"Submitted", "", false, OrderState::working}, Case{"", "Cancelled", false, OrderState::cancelled},
        Case{"", "Inactive", false, OrderState::rejected}, Case{"", "Filled", true, OrderState::filled},
        Case{"", "Filled", false, OrderState::unknown}}) {
    Bench bench;
    bench.ready();
    const auto intent = bench.place(Side::buy, 10);
    bench.feed(model::SessionLost{"reset"});
    bench.connect();
    bench.answer_snapshots([&](Snapshot snapshot) {
      if (snapshot == Snapshot::open_orders && !expected.open_status.empty())
        bench.feed(Bench::open_order(intent, expected.open_status));
      if (snapshot == Snapshot::executions && expected.executed) bench.feed(Bench::execution(intent, "a.1.01", 10));
      if (snapshot == Snapshot::completed_orders && !expected.completed_status.empty()) {
        bench.feed(model::CompletedOrderSeen{intent.order_ref, model::PermId{900}, kSpy,
                                             InlineText<24>{expected.completed_status}, ""});
      }
      if (snapshot == Snapshot::positions && expected.executed)
        bench.feed(model::PositionSeen{kAccount, kSpy, Position::of(10)});
    });
    EXPECT_EQ(bench.state_of(intent), expected.expected) << expected.open_status << expected.completed_status;
  }
}

TEST(Engine, AnUnknownErrorCodeIsNotTheEndOfAnOrder) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(model::OrderErrorSeen{intent.order_id, 31337, model::OrderErrorKind::unknown, "never heard of"});
  EXPECT_EQ(bench.state_of(intent), OrderState::unknown);
  EXPECT_EQ(bench.engine.state(), State::ready);
  bench.later(0s);
  bench.answer_snapshots([&](Snapshot snapshot) {
    if (snapshot == Snapshot::open_orders) bench.feed(Bench::open_order(intent, "Submitted"));
  });
  EXPECT_EQ(bench.state_of(intent), OrderState::working);
}

// --- Restart ---

journal::Record intent_record(const model::OrderIntent& intent) { return journal::Intent{intent, Price::of(100), ""}; }
journal::Record opening() { return journal::OpeningBook{kAccount, {}, {{Amount::of(5000), Currency{"USD"}}}}; }

TEST(Engine, TakesBackItsBooksFromTheJournal) {
  Bench earlier;
  earlier.ready();
  const auto intent = earlier.place(Side::buy, 10);
  Bench bench{{opening(), intent_record(intent), journal::Sent{intent.order_ref, intent.order_id},
               journal::ExecutionBooked{Bench::execution(intent, "a.1.01", 4).execution, intent.strategy},
               journal::CommissionBooked{Bench::commission("a.1.01").commission}}};
  EXPECT_EQ(bench.puppet->take(), Lines{"resumed"});
  EXPECT_EQ(bench.engine.ledger().cash(Currency{"USD"}), Amount::of(5000 - 404 - 1));
  EXPECT_EQ(bench.state_of(intent), OrderState::unknown);
  bench.connect();
  bench.answer_snapshots([&](Snapshot snapshot) {
    if (snapshot == Snapshot::executions) {
      bench.feed(Bench::execution(intent, "a.1.01", 4));  // already booked
      bench.feed(Bench::execution(intent, "a.2.01", 6));  // filled while we were away
    }
    if (snapshot == Snapshot::positions) bench.feed(model::PositionSeen{kAccount, kSpy, Position::of(10)});
  });
  EXPECT_EQ(bench.engine.state(), State::ready);
  EXPECT_EQ(bench.state_of(intent), OrderState::filled);
  EXPECT_EQ(bench.engine.ledger().position(intent.strategy, kSpy.con_id), Position::of(10));
}

TEST(Engine, AnIntentThatWasNeverMarkedAsSentMayHaveBeen) {
  Bench earlier;
  earlier.ready();
  const auto intent = earlier.place(Side::buy, 10);
  Bench bench{{opening(), intent_record(intent)}};
  EXPECT_EQ(bench.state_of(intent), OrderState::unknown);
  bench.commit();
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty()) << "it is never sent again";
}

TEST(Engine, AnOrderThatWasProvenAbsentBeforeARestartIsStillCancelledWhenItComesBack) {
  Bench first;
  first.ready();
  const auto intent = first.place(Side::buy, 10);
  Bench bench{
      {opening(), intent_record(intent), journal::OrderResolved{intent.order_ref, OrderState::not_at_broker, "test"}}};
  bench.connect();
  bench.feed(Bench::open_order(intent, "Submitted"));
  EXPECT_EQ(bench.took<model::CancelOrder>().size(), 1U);
  ASSERT_EQ(bench.engine.breaks().size(), 1U);
  EXPECT_EQ(bench.engine.breaks().front().break_class, "BRK-07");
}

TEST(Engine, NewOrdersAfterARestartHaveNewReferencesAndIds) {
  Bench earlier;
  earlier.ready();
  const auto intent = earlier.place(Side::buy, 10);
  Bench bench{
      {opening(), intent_record(intent), journal::OrderResolved{intent.order_ref, OrderState::not_at_broker, "test"}}};
  bench.ready();
  const auto next = bench.place(Side::buy, 10);
  EXPECT_NE(next.order_ref, intent.order_ref);
  EXPECT_GT(next.order_id, intent.order_id);
}

TEST(Engine, HaltsOnAnOrderThatIsOursAndNotInTheJournal) {
  Bench earlier;
  earlier.ready();
  const auto intent = earlier.place(Side::buy, 10);
  Bench bench;  // the same journal id, without the record of that order
  bench.connect();
  bench.answer_snapshots([&](Snapshot snapshot) {
    if (snapshot == Snapshot::open_orders) bench.feed(Bench::open_order(intent, "Submitted"));
  });
  EXPECT_EQ(bench.engine.state(), State::halted);
  EXPECT_EQ(bench.engine.breaks().at(0).break_class, "BRK-08");
}

TEST(Engine, HaltsWhenThePositionsDisagreeAndStayThatWay) {
  Bench bench{{opening()}};
  bench.connect();
  const auto with_position = [&](Snapshot snapshot) {
    if (snapshot == Snapshot::positions) bench.feed(model::PositionSeen{kAccount, kSpy, Position::of(3)});
  };
  bench.answer_snapshots(with_position);
  EXPECT_EQ(bench.engine.state(), State::recovering) << "positions may lag their fills";
  for (int i = 0; i < 10; ++i) {
    bench.later(1s);
    bench.answer_snapshots(with_position);
  }
  EXPECT_EQ(bench.engine.state(), State::halted);
  EXPECT_EQ(bench.engine.state_reason(), "BRK-12 SPY: our fills make 0, the broker reports 3");
  EXPECT_FALSE(bench.submit(Side::buy, 1).has_value());
}

TEST(Engine, WhatTheAccountHeldAtFirstIsItsOpening) {
  Bench bench;
  bench.connect();
  bench.answer_snapshots([&](Snapshot snapshot) {
    if (snapshot == Snapshot::positions) bench.feed(model::PositionSeen{kAccount, kSpy, Position::of(-7)});
    if (snapshot == Snapshot::account) bench.feed(model::CashSeen{kAccount, {Amount::of(1234), Currency{"USD"}}});
  });
  EXPECT_EQ(bench.engine.state(), State::ready);
  EXPECT_EQ(bench.engine.ledger().position(kAccount, kSpy.con_id), Position::of(-7));
  EXPECT_TRUE(bench.engine.ledger().position(model::StrategyName{"puppet"}, kSpy.con_id).is_zero());
  EXPECT_EQ(bench.engine.ledger().cash(Currency{"USD"}), Amount::of(1234));
}

}  // namespace
}  // namespace tradewind::engine
