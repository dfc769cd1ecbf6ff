#include "tradewind/core/engine/engine.hpp"

#include "tradewind/core/broker/mapper.hpp"
#include "tradewind/core/journal/format.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace tradewind::engine {
namespace {

using namespace std::chrono_literals;
using model::InstrumentId;
using model::OrderState;
using model::Snapshot;
using strategy::OrderTicket;

const model::AccountId kAccount{"DU0000000"};
const model::InstrumentSpec kSpec{model::Symbol{"SPY"}, model::SecurityType{"STK"}, model::ExchangeName{"SMART"},
                                  Currency{"USD"}};
const model::ContractRef kSpy{.con_id = model::ConId{756733},
                              .symbol = model::Symbol{"SPY"},
                              .security_type = model::SecurityType{"STK"},
                              .currency = Currency{"USD"}};

// Does what the test wants done, when it wants it, and writes down what it hears.
class Puppet final : public strategy::Strategy {
 public:
  std::function<void(strategy::Context&)> act;
  std::vector<std::string> heard;
  std::optional<InstrumentId> spy;
  std::optional<model::OrderState> last_state;
  int bars = 0;

  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName{"puppet"}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const override { return {}; }
  void on_start(strategy::Context& context, const strategy::StartInfo& info) override {
    heard.emplace_back(info.resumed ? "resumed" : "start");
    spy = context.subscribe(kSpec, 60s);
  }
  void on_ready(strategy::Context&) override { heard.emplace_back("ready"); }
  void on_unready(strategy::Context&, std::string_view) override { heard.emplace_back("unready"); }
  void on_quote(strategy::Context& context, InstrumentId, const model::Quote&) override {
    if (auto wanted = std::exchange(act, nullptr)) wanted(context);
  }
  void on_bar(strategy::Context&, InstrumentId, const model::Bar&) override { ++bars; }
  void on_order(strategy::Context&, const OrderTicket&, const strategy::OrderView& order) override {
    last_state = order.state;
    heard.push_back(fmt::format("order {} {}", tradewind::name(order.state), order.filled));
  }
  void on_fill(strategy::Context&, const strategy::Fill& fill) override {
    heard.push_back(fmt::format("fill {} {}@{}", tradewind::name(fill.side), fill.quantity, fill.price));
  }
  std::vector<std::string> take() { return std::exchange(heard, {}); }
};
using Lines = std::vector<std::string>;

// An engine with its journal in memory; every record counts as durable as soon as `commit` is called.
struct Bench {
  journal::Log log = journal::Log::begin(
      {journal::journal_id_from(42), journal::kFormatVersion, model::Mode::sim, kAccount, "test"}, at(0), {});
  Puppet* puppet = new Puppet;
  Engine engine;
  Now now = at(0);
  std::vector<model::Effect> effects;

  static Now at(std::int64_t ms) {
    return {Timestamp::from_ns(1'736'175'600'000'000'000 + ms * 1'000'000), MonoTime::from_ns(ms * 1'000'000)};
  }
  static EngineConfig config() {
    EngineConfig config;
    config.account = kAccount;
    return config;
  }

  explicit Bench(const std::vector<journal::Record>& past = {})
      : engine{config(), std::unique_ptr<Puppet>{puppet}, log} {
    for (const journal::Record& record : past) {
      EXPECT_TRUE(engine.restore(log.last(), record).has_value());
    }
    engine.start(now);
  }

  void feed(const model::Event& event) { engine.step(event, now, effects); }
  void later(Duration by) {
    now = {now.utc + by, now.mono + by};
    feed(model::TimerFired{});
  }
  void commit() { feed(model::Committed{log.last()}); }
  template <class T>
  [[nodiscard]] std::vector<T> took() {
    std::vector<T> found;
    for (const model::Effect& effect : effects) {
      if (const auto* wanted = std::get_if<T>(&effect)) found.push_back(*wanted);
    }
    std::erase_if(effects, [](const model::Effect& effect) { return std::holds_alternative<T>(effect); });
    return found;
  }

  void connect() {
    feed(model::AccountsSeen{{kAccount}});
    feed(model::SessionReady{model::ClientId{1}, model::OrderId{10}, 200});
    feed(model::InstrumentResolved{kSpec, {.contract = kSpy, .exchange = model::ExchangeName{"SMART"}}});
  }
  // Ends the snapshots that the engine asks for, until it asks for none.
  void answer_snapshots(const std::function<void(Snapshot)>& rows = {}) {
    for (auto asked = took<model::RequestSnapshot>(); !asked.empty(); asked = took<model::RequestSnapshot>()) {
      if (rows) rows(asked.front().snapshot);
      feed(model::SnapshotEnded{asked.front().snapshot});
    }
  }
  void answer_with_position(std::int64_t position) {
    answer_snapshots([&](Snapshot snapshot) {
      if (snapshot == Snapshot::positions) feed(model::PositionSeen{kAccount, kSpy, Position::of(position)});
    });
  }
  // An order that two complete rounds do not know.
  model::OrderIntent place_and_lose() {
    const auto intent = place(Side::buy, 10);
    later(10s);
    answer_snapshots();
    later(5s);
    answer_snapshots();
    EXPECT_EQ(state_of(intent), OrderState::not_at_broker);
    return intent;
  }
  void ready() {
    connect();
    answer_snapshots();
    quote();
    static_cast<void>(puppet->take());
    effects.clear();
  }
  void quote() {
    feed(model::QuoteSeen{
        *puppet->spy,
        {.bid = Price::of(100), .ask = Price::of(101), .bid_size = Quantity::of(500), .ask_size = Quantity::of(500)}});
  }
  void act(std::function<void(strategy::Context&)> what) {
    puppet->act = std::move(what);
    quote();
  }
  // Submits a market order; the ticket, or the first reason why not.
  std::expected<OrderTicket, std::string> submit(Side side, std::int64_t quantity) {
    std::expected<OrderTicket, std::string> result = std::unexpected{"not called"};
    act([&](strategy::Context& context) {
      model::OrderRequest request;
      request.instrument = *puppet->spy;
      request.side = side;
      request.quantity = Quantity::of(quantity);
      const auto sent = context.submit(request);
      if (sent) result = *sent;
      else result = std::unexpected{sent.error().reasons.front()};
    });
    return result;
  }
  // Why an order is not sent; empty when it is.
  std::string denial(Side side, std::int64_t quantity) {
    const auto sent = submit(side, quantity);
    return sent.has_value() ? "" : sent.error();
  }
  // An order at the broker: submitted, durable, sent.
  model::OrderIntent place(Side side, std::int64_t quantity) {
    EXPECT_TRUE(submit(side, quantity).has_value());
    commit();
    const auto placed = took<model::PlaceOrder>();
    EXPECT_EQ(placed.size(), 1U);
    return placed.front().order.intent();
  }
  [[nodiscard]] OrderState state_of(const model::OrderIntent& intent) const {
    return engine.orders().find(intent.order_ref)->state;
  }

  static model::OpenOrderSeen open_order(const model::OrderIntent& intent, std::string_view status,
                                         std::int64_t perm_id = 900) {
    return {.order_ref = intent.order_ref,
            .order_id = intent.order_id,
            .client_id = intent.client_id,
            .perm_id = model::PermId{perm_id},
            .account = kAccount,
            .contract = kSpy,
            .side = intent.request.side,
            .quantity = intent.request.quantity,
            .status = InlineText<24>{status}};
  }
  static model::OrderStatusSeen status(const model::OrderIntent& intent, std::string_view word,
                                       std::int64_t filled = 0) {
    return {.order_id = intent.order_id,
            .client_id = intent.client_id,
            .perm_id = model::PermId{900},
            .status = InlineText<24>{word},
            .filled = Quantity::of(filled),
            .remaining = subtract(intent.request.quantity, Quantity::of(filled)).value()};
  }
  static model::ExecutionSeen execution(const model::OrderIntent& intent, std::string_view exec_id,
                                        std::int64_t quantity, std::string_view account = "DU0000000",
                                        std::int64_t cumulative = 0) {
    model::Execution execution;
    execution.exec_id = model::ExecId::from(exec_id).value();
    execution.account = model::AccountId{account};
    execution.contract = kSpy;
    execution.side = intent.request.side;
    execution.quantity = Quantity::of(quantity);
    execution.price = Price::of(101);
    execution.cumulative = Quantity::of(cumulative);
    execution.order_id = intent.order_id;
    execution.client_id = intent.client_id;
    execution.perm_id = model::PermId{900};
    execution.order_ref = intent.order_ref;
    return {execution};
  }
  // A fill as the broker counts: `quantity` of the order's, up to `cumulative`.
  static model::ExecutionSeen part(const model::OrderIntent& intent, std::string_view exec_id, std::int64_t quantity,
                                   std::int64_t cumulative) {
    return execution(intent, exec_id, quantity, "DU0000000", cumulative);
  }
  static model::CommissionSeen commission(std::string_view exec_id) {
    return {{model::ExecId::from(exec_id).value(), {Amount::of(1), Currency{"USD"}}, {}}};
  }
};

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
