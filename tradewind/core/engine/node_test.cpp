// Session, translation and engine together: what becomes of orders that never leave. Method: a node against the gateway's
// half of a session, everything in real bytes, the journal acknowledging at once.

#include "tradewind/core/engine/node.hpp"

#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/tws/gateway_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace tradewind::engine {
namespace {

using namespace std::chrono_literals;
using model::OrderState;

const model::AccountId kAccount{"DU0000000"};

// Buys as many shares, one by one, as it is told at the next quote.
class Buyer final : public strategy::Strategy {
 public:
  int orders = 0;
  std::vector<OrderState> heard;

  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName{"buyer"}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const override { return {}; }
  void on_start(strategy::Context& context, const strategy::StartInfo& /*info*/) override {
    const model::InstrumentSpec spec{model::Symbol{"SPY"}, model::SecurityType{"STK"}, model::ExchangeName{"SMART"},
                                     Currency{"USD"}};
    static_cast<void>(context.subscribe(spec, 1min));
  }
  void on_quote(strategy::Context& context, model::InstrumentId id, const model::Quote& quote) override {
    if (!quote.bid || !quote.ask) return;
    model::OrderRequest request;
    request.instrument = id;
    request.side = Side::buy;
    request.quantity = Quantity::of(1);
    request.type = model::OrderType::limit;
    request.limit_price = quote.bid;
    for (; orders > 0; --orders) EXPECT_TRUE(context.submit(request).has_value());
  }
  void on_order(strategy::Context& /*context*/, const strategy::OrderTicket& /*ticket*/,
                const strategy::OrderView& order) override {
    heard.push_back(order.state);
  }
};

// The least gateway that satisfies a node: one instrument, an empty account; it keeps the order ids it is told.
class Desk final : public tws::GatewayHandler {
 public:
  tws::GatewaySession session{{.version = 200}};
  std::vector<int> placed;
  std::vector<int> cancelled;

  void on_start_api_request(const tws::StartApiRequest& /*m*/) override {
    session.send(tws::ManagedAccounts{.accounts_list = "DU0000000,"});
    session.send(tws::NextValidId{.order_id = 1});
  }
  void on_contract_data_request(const tws::ContractDataRequest& m) override {
    tws::ContractData data{.req_id = m.req_id};
    data.contract = m.contract;
    data.contract.con_id = 756733;
    session.send(data);
    session.send(tws::ContractDataEnd{.req_id = m.req_id});
  }
  void on_market_data_request(const tws::MarketDataRequest& m) override { line_ = m.req_id; }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest& /*m*/) override {
    session.send(tws::OpenOrdersEnd{});
  }
  void on_execution_request(const tws::ExecutionRequest& m) override {
    session.send(tws::ExecutionDetailsEnd{.req_id = m.req_id});
  }
  void on_completed_orders_request(const tws::CompletedOrdersRequest& /*m*/) override {
    session.send(tws::CompletedOrdersEnd{});
  }
  void on_positions_request(const tws::PositionsRequest& /*m*/) override { session.send(tws::PositionEnd{}); }
  void on_account_data_request(const tws::AccountDataRequest& /*m*/) override {
    session.send(
        tws::AccountValue{.key = "CashBalance", .value = "100000", .currency = "USD", .account_name = "DU0000000"});
    session.send(tws::AccountDataEnd{.account_name = "DU0000000"});
  }
  void on_current_time_request(const tws::CurrentTimeRequest& /*m*/) override {
    session.send(tws::CurrentTime{.current_time = 1'736'175'600});
  }
  void on_place_order_request(const tws::PlaceOrderRequest& m) override { placed.push_back(m.order_id); }
  void on_cancel_order_request(const tws::CancelOrderRequest& m) override { cancelled.push_back(m.order_id); }
  void quote() {
    session.send(tws::TickPrice{.req_id = line_, .tick_type = 1, .price = Price::of(100), .size = Quantity::of(500)});
    session.send(tws::TickPrice{.req_id = line_, .tick_type = 2, .price = Price::of(101), .size = Quantity::of(500)});
  }

 private:
  std::int32_t line_ = 0;
};

// Three messages a second for orders, a fourth for a cancel.
constexpr tws::PacingLimits kThree{
    .messages_per_second = 4, .kept_for_cancels = 1, .kept_for_orders = 0, .kept_for_queries = 0};

struct Bench {
  Now now{Timestamp::from_ns(1'736'175'600'000'000'000), MonoTime::from_ns(1'000'000'000)};
  journal::Log log = journal::Log::begin(
      {journal::journal_id_from(42), journal::kFormatVersion, model::Mode::sim, kAccount, "test"}, now, {});
  Buyer* buyer = new Buyer;
  Desk desk;
  Node node;

  Bench() : node{config(), {.client_id = 1}, std::unique_ptr<Buyer>{buyer}, log, kThree} {
    node.start(now);
    node.connected(now);
    for (int second = 0; second < 8; ++second) pass(1s);  // the windows are empty again
    EXPECT_EQ(node.engine().state(), State::ready);
  }
  static EngineConfig config() {
    EngineConfig config;
    config.account = kAccount;
    return config;
  }
  void pass(Duration time) {
    now = {now.utc + time, now.mono + time};
    if (const auto due = node.wake_mono(); due && *due <= now.mono) node.wake(now);
    settle();
  }
  void settle() {
    for (int round = 0; round < 20; ++round) {
      log.consume(log.pending().size());
      node.committed(log.last(), now);
      if (!node.has_session()) return;
      move(node.output(), desk.session,
           [&](std::size_t n) { ASSERT_TRUE(desk.session.received(n, desk).has_value()); });
      move(desk.session.output(), node, [&](std::size_t n) { node.received(n, now); });
    }
  }
  void order(int count) {
    buyer->orders = count;
    desk.quote();
    settle();
  }
  template <class Into>
  static void move(ByteQueue& from, Into& into, auto&& received) {
    const std::size_t count = from.size();
    if (count == 0) return;
    std::memcpy(into.prepare(count), from.contents().data(), count);
    from.clear();
    received(count);
  }
  // The states of all orders, oldest first.
  [[nodiscard]] std::vector<OrderState> states() const {
    std::vector<OrderState> all;
    for (const orders::Order* order : node.engine().orders().recent(100)) all.push_back(order->state);
    std::ranges::reverse(all);
    return all;
  }
};
using States = std::vector<OrderState>;

TEST(Node, EndsAnOrderThatTheLimitsHeldForTooLong) {
  Bench bench;
  bench.order(5);
  EXPECT_EQ(bench.desk.placed, (std::vector{1, 2, 3}));
  EXPECT_EQ(bench.states(), States(5, OrderState::sent));
  bench.pass(499ms);
  EXPECT_EQ(bench.states(), States(5, OrderState::sent));
  bench.pass(1ms);
  EXPECT_EQ(bench.states(), (States{OrderState::sent, OrderState::sent, OrderState::sent, OrderState::denied_late,
                                    OrderState::denied_late}));
  EXPECT_EQ(bench.node.engine().orders().live_count(), 3U);
  EXPECT_EQ(bench.node.engine().counters().orders_sent, 3U);
  EXPECT_EQ(bench.buyer->heard.back(), OrderState::denied_late);
  bench.pass(5s);
  EXPECT_EQ(bench.desk.placed.size(), 3U) << "never sent late";
}

TEST(Node, KnowsWhatNeverLeftFromWhatMayHaveArrivedWhenTheConnectionIsLost) {
  Bench bench;
  bench.order(4);
  bench.node.disconnected("connection reset", bench.now);
  EXPECT_EQ(bench.states(),
            (States{OrderState::unknown, OrderState::unknown, OrderState::unknown, OrderState::denied_late}));
}

TEST(Node, KnowsAtOnceThatACancelledOrderHadNotLeft) {
  Bench bench;
  bench.order(4);
  bench.node.stop("the test is over", bench.now);
  EXPECT_EQ(bench.states(),
            (States{OrderState::cancelling, OrderState::cancelling, OrderState::cancelling, OrderState::denied_late}));
  bench.pass(1s);
  bench.pass(1s);
  EXPECT_EQ(bench.desk.placed, (std::vector{1, 2, 3}));
  EXPECT_EQ(bench.desk.cancelled, (std::vector{1, 2, 3}));
}

// The order is accepted by the gate, and the connection is gone when its intent is on the disk.
TEST(Node, EndsAnOrderThatTheSessionRefuses) {
  Bench bench;
  bench.buyer->orders = 1;
  bench.desk.quote();
  Bench::move(bench.desk.session.output(), bench.node, [&](std::size_t n) { bench.node.received(n, bench.now); });
  // A length that cannot be ends the session; the driver has not closed the connection yet.
  std::memset(bench.node.prepare(4), 0xff, 4);
  bench.node.received(4, bench.now);
  ASSERT_EQ(bench.node.wish(), Node::Wish::reconnect);
  bench.node.committed(bench.log.last(), bench.now);
  EXPECT_EQ(bench.states(), (States{OrderState::denied_late}));
}

TEST(Node, LeavesAConnectionThatDoesNotAnswer) {
  Bench bench;
  const auto echo = bench.now.mono;
  while (bench.node.wish() == Node::Wish::none && bench.now.mono < echo + 1min) {
    bench.now = {bench.now.utc + 1s, bench.now.mono + 1s};
    bench.node.wake(bench.now);
    bench.node.output().clear();  // nothing arrives
  }
  EXPECT_EQ(bench.node.wish(), Node::Wish::reconnect);
  EXPECT_NE(bench.node.wish_reason().find("the connection is dead"), std::string::npos);
  EXPECT_LE(bench.now.mono - echo, 15s);
}

}  // namespace
}  // namespace tradewind::engine
