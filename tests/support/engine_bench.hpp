#pragma once

// An engine with a strategy that does what the test wants, and a broker that says what the test says.

#include "tradewind/core/engine/engine.hpp"

#include "tradewind/core/broker/mapper.hpp"
#include "tradewind/core/journal/format.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace tradewind::engine::testing {

using namespace std::chrono_literals;
using model::InstrumentId;
using model::OrderState;
using model::Snapshot;
using strategy::OrderTicket;

inline const model::AccountId kAccount{"DU0000000"};
inline const model::InstrumentSpec kSpec{model::Symbol{"SPY"}, model::SecurityType{"STK"}, model::ExchangeName{"SMART"},
                                         Currency{"USD"}};
inline const model::ContractRef kSpy{.con_id = model::ConId{756733},
                                     .symbol = model::Symbol{"SPY"},
                                     .security_type = model::SecurityType{"STK"},
                                     .currency = Currency{"USD"}};

// Does what the test wants done, when it wants it, and writes down what it hears.
class Puppet final : public strategy::Strategy {
 public:
  std::function<void(strategy::Context&)> act;
  std::function<void(strategy::Context&)> act_when_unready;
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
  void on_unready(strategy::Context& context, std::string_view) override {
    heard.emplace_back("unready");
    if (auto wanted = std::exchange(act_when_unready, nullptr)) wanted(context);
  }
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

}  // namespace tradewind::engine::testing
