#include "tests/support/engine_bench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace tradewind::engine {
namespace {

using namespace std::chrono_literals;
using namespace testing;

// --- The gate and the way out ---

TEST(Engine, AsksForEverythingAndIsReadyOnlyAtTheLastEndMarker) {
  Bench bench;
  EXPECT_EQ(bench.engine.state(), State::disconnected);
  bench.connect();
  EXPECT_EQ(bench.engine.state(), State::recovering);
  for (const Snapshot expected : {Snapshot::open_orders, Snapshot::executions, Snapshot::completed_orders,
                                  Snapshot::positions, Snapshot::account}) {
    EXPECT_EQ(bench.engine.state(), State::recovering);
    const auto asked = bench.took<model::RequestSnapshot>();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked.front().snapshot, expected);
    bench.feed(model::SnapshotEnded{expected});
  }
  EXPECT_EQ(bench.engine.state(), State::ready);
  EXPECT_EQ(bench.puppet->take(), (Lines{"start", "ready"}));
}

// Refused by the session, or dropped while it waited there: an end, and one that a restart still knows.
TEST(Engine, EndsAnOrderThatNeverLeft) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  EXPECT_EQ(bench.engine.counters().orders_sent, 1U);
  bench.feed(model::OrderNotSent{intent.order_id, "too late"});
  EXPECT_EQ(bench.state_of(intent), OrderState::denied_late);
  EXPECT_EQ(bench.engine.orders().find(intent.order_ref)->reason, "too late");
  EXPECT_EQ(bench.engine.orders().exposure(kSpy.con_id).buy, Quantity::zero());
  EXPECT_EQ(bench.engine.counters().orders_sent, 0U);
  bench.feed(model::OrderNotSent{intent.order_id, "again"});
  EXPECT_EQ(bench.engine.counters().orders_sent, 0U);
  bench.feed(model::OrderNotSent{model::OrderId{4711}, "of nobody"});

  Bench restarted{{journal::Intent{intent, {}, ""}, journal::Sent{intent.order_ref, intent.order_id},
                   journal::DeniedLate{intent.order_ref, Duration{}}}};
  EXPECT_EQ(restarted.state_of(intent), OrderState::denied_late);
  EXPECT_TRUE(restarted.engine.orders().live().empty());
}

TEST(Engine, SendsAnOrderOnlyWhenItsIntentIsDurable) {
  Bench bench;
  bench.ready();
  const model::Seq before = bench.log.last();
  ASSERT_TRUE(bench.submit(Side::buy, 10).has_value());
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty());
  bench.feed(model::Committed{before});
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty()) << "the intent is not among these records";
  bench.commit();
  EXPECT_EQ(bench.took<model::PlaceOrder>().size(), 1U);
  bench.commit();
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty());
}

TEST(Engine, NeverSendsAnOrderWhoseIntentWasDurableTooLate) {
  Bench bench;
  bench.ready();
  ASSERT_TRUE(bench.submit(Side::buy, 10).has_value());
  bench.later(501ms);
  bench.commit();
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty());
  EXPECT_EQ(bench.puppet->last_state, OrderState::denied_late);
  EXPECT_EQ(bench.engine.orders().live_count(), 0U);
}

TEST(Engine, DeniesOrdersUnlessItIsReady) {
  Bench bench;
  bench.ready();
  bench.feed(model::JournalStalled{true});
  EXPECT_EQ(bench.submit(Side::buy, 10).error(), "PTR-01 STATE: the journal takes no records");
  bench.feed(model::JournalStalled{false});
  bench.feed(model::NoticeSeen{1100, "Connectivity between IB and Trader Workstation has been lost."});
  EXPECT_EQ(bench.submit(Side::buy, 10).error().substr(0, 25), "PTR-01 STATE: RECOVERING:");
  bench.feed(model::NoticeSeen{1102, "Connectivity between IB and Trader Workstation has been restored"});
  bench.answer_snapshots();
  EXPECT_TRUE(bench.submit(Side::buy, 10).has_value());
}

// F033, F035: IB says it again and again, and 2110 is the same.
TEST(Engine, TakesARepeatedLossOfTheLinkForOne) {
  Bench bench;
  bench.ready();
  for (int i = 0; i < 5; ++i) {
    bench.feed(model::NoticeSeen{2110, "broken"});
    bench.feed(model::NoticeSeen{1100, "lost"});
  }
  EXPECT_EQ(bench.puppet->take(), (Lines{"unready"}));
  EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
  bench.feed(model::NoticeSeen{1101, "restored, data lost"});
  EXPECT_EQ(bench.took<model::SubscribeMarketData>().size(), 1U);
  bench.answer_snapshots();
  EXPECT_EQ(bench.engine.state(), State::ready);
}

// F034
TEST(Engine, ReconcilesWhenTheLinkIsBackThatNobodySaidWasLost) {
  Bench bench;
  bench.ready();
  bench.feed(model::NoticeSeen{1102, "restored"});
  EXPECT_EQ(bench.engine.state(), State::recovering);
  EXPECT_TRUE(bench.took<model::SubscribeMarketData>().empty()) << "the data were kept";
  bench.answer_snapshots();
  EXPECT_EQ(bench.engine.state(), State::ready);
}

TEST(Engine, StaysClosedWhenTheLinkWasGoneBeforeTheSessionWasReady) {
  Bench bench;
  bench.feed(model::NoticeSeen{1100, "lost"});
  bench.connect();
  bench.answer_snapshots();
  EXPECT_EQ(bench.engine.state(), State::recovering);
  bench.feed(model::NoticeSeen{1102, "restored"});
  bench.answer_snapshots();
  EXPECT_EQ(bench.engine.state(), State::ready);
}

// F036: a farm is not the link.
TEST(Engine, GoesOnWhileFarmsComeAndGo) {
  Bench bench;
  bench.ready();
  for (const std::int32_t code : {2103, 2119, 2104, 2105, 2106, 2107, 2108, 2157, 2158})
    bench.feed(model::NoticeSeen{code, "Some farm connection is something:usfarm"});
  EXPECT_EQ(bench.engine.state(), State::ready);
  EXPECT_TRUE(bench.effects.empty());
}

// F020
TEST(Engine, LeavesWhenThePortHasChangedAndSaysWhichOneItIs) {
  Bench bench;
  bench.ready();
  bench.feed(model::NoticeSeen{1300, "Please reconnect on the new port - 4003"});
  const auto left = bench.took<model::Disconnect>();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_FALSE(left.front().refused_by_safety);
  EXPECT_NE(left.front().reason.find("4003"), std::string::npos) << left.front().reason;
}

// F040: what we see of the market may be old.
TEST(Engine, SendsNoOrderWhileAnotherSessionHasTheDataUntilTheyComeAgain) {
  Bench bench;
  bench.ready();
  const auto sends = [&bench] {
    EXPECT_TRUE(bench.submit(Side::buy, 10).has_value());
    return [&bench] {
      bench.commit();
      return !bench.took<model::PlaceOrder>().empty();
    };
  };
  const auto approved = sends();
  bench.feed(model::MarketDataRefused{*bench.puppet->spy, 10197, "No market data during competing live session"});
  EXPECT_FALSE(approved());
  EXPECT_EQ(bench.puppet->last_state, OrderState::denied_late);
  bench.quote();
  EXPECT_TRUE(sends()());
}

// F017, F018: the broker's counter was reset, and an order of a lost journal still works.
TEST(Engine, TakesAnOrderIdAboveAllThatWereEverSeen) {
  Bench bench;
  bench.ready();
  EXPECT_EQ(bench.place(Side::buy, 1).order_id, model::OrderId{10});
  auto foreign = Bench::open_order({.order_id = model::OrderId{40}, .client_id = model::ClientId{1}}, "Submitted", 901);
  bench.feed(foreign);
  EXPECT_EQ(bench.place(Side::buy, 1).order_id, model::OrderId{41});
  foreign.client_id = model::ClientId{2};
  foreign.order_id = model::OrderId{90};
  bench.feed(foreign);
  bench.feed(model::SessionReady{model::ClientId{1}, model::OrderId{1}, 200});
  bench.answer_snapshots([&](Snapshot snapshot) {
    if (snapshot != Snapshot::open_orders) return;
    for (const orders::Order* order : bench.engine.orders().live())
      bench.feed(Bench::open_order(order->intent, "Submitted", order->intent.order_id.value()));
  });
  EXPECT_EQ(bench.place(Side::buy, 1).order_id, model::OrderId{42});
}

TEST(Engine, DeniesOrdersWhenTheOrderIdsAreUsedUp) {
  Bench bench;
  bench.ready();
  bench.feed(model::SessionReady{model::ClientId{1}, model::OrderId{broker::Mapper::kOrderIdMax}, 200});
  bench.answer_snapshots();
  EXPECT_TRUE(bench.submit(Side::buy, 1).has_value());
  EXPECT_NE(bench.submit(Side::buy, 1).error().find("order ids up to 499999999 are used up"), std::string::npos);
}

TEST(Engine, DoesNotSendWhatWasApprovedBeforeTheWorldChanged) {
  Bench bench;
  bench.ready();
  ASSERT_TRUE(bench.submit(Side::buy, 10).has_value());
  bench.feed(model::SessionLost{"reset"});
  bench.commit();
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty());
  EXPECT_EQ(bench.puppet->last_state, OrderState::denied_late) << "it never left, so nothing about it is unknown";
}

TEST(Engine, ACancelOfAParkedOrderNeverReachesTheWire) {
  Bench bench;
  bench.ready();
  const auto ticket = bench.submit(Side::buy, 10);
  bench.act([&](strategy::Context& context) { EXPECT_TRUE(context.cancel(*ticket)); });
  bench.commit();
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty());
  EXPECT_TRUE(bench.took<model::CancelOrder>().empty());
  EXPECT_EQ(bench.engine.orders().live_count(), 0U);
}

TEST(Engine, CancelsStillGoWhileTheJournalTakesNothing) {
  Bench bench;
  bench.ready();
  const auto intent = bench.place(Side::buy, 10);
  bench.feed(model::JournalStalled{true});
  bench.act([&](strategy::Context& context) { EXPECT_TRUE(context.cancel(OrderTicket{intent.order_ref})); });
  ASSERT_EQ(bench.took<model::CancelOrder>().size(), 1U);
}

// --- GATE-3 ---

TEST(Engine, LeavesBeforeAnyRequestWhenAnAccountIsReal) {
  for (const std::vector<model::AccountId>& accounts :
       {std::vector{model::AccountId{"U0000000"}}, std::vector{kAccount, model::AccountId{"U0000000"}},
        std::vector<model::AccountId>{}}) {
    Bench bench;
    bench.feed(model::AccountsSeen{accounts});
    const auto left = bench.took<model::Disconnect>();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_TRUE(left.front().refused_by_safety);
    EXPECT_TRUE(bench.effects.empty());
    bench.feed(model::SessionReady{model::ClientId{1}, model::OrderId{1}, 200});
    EXPECT_TRUE(bench.effects.empty()) << "nothing is asked of it afterwards either";
    EXPECT_EQ(bench.engine.state(), State::halted);
  }
}

TEST(Engine, LeavesWhenItsAccountIsNotAmongThose) {
  Bench bench;
  bench.feed(model::AccountsSeen{{model::AccountId{"DU0000001"}}});
  EXPECT_TRUE(bench.took<model::Disconnect>().at(0).refused_by_safety);
}

// --- Snapshots that fail, messages that cannot be read ---

TEST(Engine, ConcludesNothingFromASnapshotThatFailed) {
  Bench bench;
  bench.connect();
  ASSERT_EQ(bench.took<model::RequestSnapshot>().size(), 1U);
  bench.feed(model::SnapshotFailed{Snapshot::open_orders, 321, "no"});
  bench.feed(model::SnapshotEnded{Snapshot::open_orders});  // of an older request
  EXPECT_TRUE(bench.took<model::RequestSnapshot>().empty());
  bench.later(1s);
  EXPECT_EQ(bench.took<model::RequestSnapshot>().size(), 1U) << "asked again";
  EXPECT_EQ(bench.engine.state(), State::recovering);
}

TEST(Engine, AsksAgainWhenASnapshotStaysAway) {
  Bench bench;
  bench.connect();
  ASSERT_EQ(bench.took<model::RequestSnapshot>().size(), 1U);
  std::vector<model::RequestSnapshot> again;
  for (int i = 0; i < 120 && again.empty(); ++i) {
    bench.later(1s);
    again = bench.took<model::RequestSnapshot>();
  }
  EXPECT_EQ(again.size(), 1U);
}

TEST(Engine, AMessageAboutOrdersThatCannotBeReadMeansAskingForEverything) {
  Bench bench;
  bench.ready();
  bench.feed(model::MessageUnreadable{false, "TickPrice: price"});
  EXPECT_EQ(bench.engine.state(), State::ready);
  bench.feed(model::MessageUnreadable{true, "ExecutionDetails: shares"});
  EXPECT_EQ(bench.engine.state(), State::recovering);
  bench.answer_snapshots();
  EXPECT_EQ(bench.engine.state(), State::ready);
}

// --- Targets ---

TEST(Engine, ATargetIsReachedOneOrderAtATime) {
  Bench bench;
  bench.ready();
  const auto aim = [&](std::int64_t position) {
    bench.act([&, position](strategy::Context& context) {
      context.target(*bench.puppet->spy, Position::of(position), "test");
    });
    bench.commit();
  };
  aim(10);
  const auto first = bench.took<model::PlaceOrder>();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first.front().order.intent().request.quantity, Quantity::of(10));
  aim(-5);
  EXPECT_TRUE(bench.took<model::PlaceOrder>().empty()) << "the first one still works";
  bench.feed(Bench::execution(first.front().order.intent(), "a.1.01", 10));
  bench.commit();
  const auto second = bench.took<model::PlaceOrder>();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second.front().order.intent().request.side, Side::sell);
  EXPECT_EQ(second.front().order.intent().request.quantity, Quantity::of(15));
}

TEST(Engine, ATargetThatWasDeniedIsNotTriedAgainByItself) {
  Bench bench;
  bench.ready();
  bench.act(
      [&](strategy::Context& context) { context.target(*bench.puppet->spy, Position::of(1'000'000), "too much"); });
  EXPECT_EQ(bench.engine.counters().orders_denied, 1U);
  for (int i = 0; i < 5; ++i) bench.later(10s);
  EXPECT_EQ(bench.engine.counters().orders_denied, 1U);
}

// --- Stopping ---

TEST(Engine, StopsWhenItsOrdersAreCancelledAndCommissionsAreIn) {
  Bench bench;
  bench.ready();
  const auto filled = bench.place(Side::buy, 10);
  bench.feed(Bench::execution(filled, "a.1.01", 10));
  const auto resting = bench.place(Side::buy, 5);
  bench.feed(model::StopRequested{"enough"});
  EXPECT_EQ(bench.took<model::CancelOrder>().size(), 1U);
  EXPECT_TRUE(bench.took<model::Stop>().empty());
  bench.feed(Bench::status(resting, "Cancelled"));
  EXPECT_TRUE(bench.took<model::Stop>().empty()) << "a commission is on its way";
  bench.feed(Bench::commission("a.1.01"));
  EXPECT_EQ(bench.took<model::Stop>().size(), 1U);
  EXPECT_EQ(bench.engine.state(), State::stopped);
}

TEST(Engine, StopsAfterAWhileWhateverTheBrokerDoes) {
  Bench bench;
  bench.ready();
  static_cast<void>(bench.place(Side::buy, 5));
  bench.feed(model::StopRequested{"enough"});
  bench.later(5s);
  EXPECT_EQ(bench.took<model::Stop>().size(), 1U);
  EXPECT_NE(bench.engine.state_reason().find("1 orders may still work"), std::string::npos);
}

TEST(Engine, WantsToBeWokenWhenTheFirstOpenBarEnds) {
  Bench bench;
  bench.ready();
  EXPECT_EQ(bench.engine.wake_utc(), std::nullopt);
  const Timestamp start = bench.now.utc;
  const auto trade = [&](Duration after) {
    bench.feed(model::TradeSeen{*bench.puppet->spy, {start + after, Price::of(100), Quantity::of(1)}});
  };
  trade(1s);
  EXPECT_EQ(bench.engine.wake_utc(), start + 60s);
  // A trade of the next minute ends the bar; the one it begins ends later, and is not missed.
  trade(61s);
  EXPECT_EQ(bench.puppet->bars, 1);
  bench.later(60s);
  EXPECT_EQ(bench.engine.wake_utc(), start + 120s);
  bench.later(59s);
  EXPECT_EQ(bench.puppet->bars, 1);
  bench.later(1s);
  EXPECT_EQ(bench.puppet->bars, 2);
  EXPECT_EQ(bench.engine.wake_utc(), std::nullopt);
}

TEST(Engine, OrdersOfOthersCountInTheLimitOfTheirContractUntilTheyEnd) {
  Bench bench;
  bench.ready();
  const auto open = [&](std::int64_t perm_id, const model::ContractRef& contract) {
    bench.feed(model::OpenOrderSeen{.order_id = model::OrderId{1},
                                    .client_id = model::ClientId{9},
                                    .perm_id = model::PermId{perm_id},
                                    .account = kAccount,
                                    .contract = contract,
                                    .side = Side::buy,
                                    .quantity = Quantity::of(1'500),
                                    .status = InlineText<24>{"Submitted"}});
  };
  model::ContractRef other = kSpy;
  other.con_id = model::ConId{kSpy.con_id.value() + 1};
  open(70, other);
  open(71, kSpy);
  open(71, kSpy);  // listed again: the same order
  EXPECT_TRUE(bench.submit(Side::buy, 400).has_value()) << "1,900 at 100.5 are within the limit";
  EXPECT_FALSE(bench.submit(Side::buy, 400).has_value()) << "2,300 are not";
  bench.feed(model::OrderStatusSeen{.order_id = model::OrderId{1},
                                    .client_id = model::ClientId{9},
                                    .perm_id = model::PermId{71},
                                    .status = InlineText<24>{"Cancelled"}});
  EXPECT_TRUE(bench.submit(Side::buy, 400).has_value());
}

}  // namespace
}  // namespace tradewind::engine
