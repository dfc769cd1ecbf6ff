#include "tradewind/core/broker/mapper.hpp"

#include "tradewind/core/broker/order_errors.hpp"
#include "tradewind/core/tws/gateway_session.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tradewind::broker {
namespace {

using namespace model;

struct Sink : EventSink {
  std::vector<Event> events;
  void on_event(const Event& event) override { events.push_back(event); }
  template <class T>
  [[nodiscard]] const T& last() const {
    return std::get<T>(events.back());
  }
};

// A gateway's desk that keeps the requests as short lines.
struct Desk : tws::GatewayHandler {
  std::vector<std::string> heard;
  tws::GatewaySession* session = nullptr;
  void on_start_api_request(const tws::StartApiRequest&) override {
    session->send(tws::ManagedAccounts{.accounts_list = "DU0000000,DU0000000,,DU0000001"});
    session->send(tws::NextValidId{.order_id = 5});
  }
  void on_contract_data_request(const tws::ContractDataRequest& m) override {
    heard.push_back(fmt::format("contract {} {} {} {} {}", m.req_id, m.contract.symbol, m.contract.sec_type,
                                m.contract.exchange, m.contract.currency));
  }
  void on_market_data_request(const tws::MarketDataRequest& m) override {
    heard.push_back(
        fmt::format("data {} {} {} {}", m.req_id, m.contract.con_id, m.contract.exchange, m.generic_tick_list));
  }
  void on_cancel_order_request(const tws::CancelOrderRequest& m) override {
    heard.push_back(fmt::format("cancel {}", m.order_id));
  }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest&) override { heard.emplace_back("open orders"); }
  void on_execution_request(const tws::ExecutionRequest& m) override {
    heard.push_back(fmt::format("executions {}", m.req_id));
  }
  void on_completed_orders_request(const tws::CompletedOrdersRequest&) override {
    heard.emplace_back("completed orders");
  }
  void on_positions_request(const tws::PositionsRequest&) override { heard.emplace_back("positions"); }
  void on_cancel_positions(const tws::CancelPositions&) override { heard.emplace_back("cancel positions"); }
  void on_account_data_request(const tws::AccountDataRequest& m) override {
    heard.push_back(fmt::format("account {}", m.acct_code));
  }
};

// A mapper with its session, connected to a gateway session: everything below passes through real bytes.
struct Pair {
  Sink sink;
  tws::Pacer pacer{{}};
  tws::ClientSession client{{.client_id = 7}, pacer};
  Mapper mapper{ClientId{7}, sink, client};
  tws::GatewaySession gateway{{}};
  Desk desk;

  Pair() {
    desk.session = &gateway;
    client.connected({});
    exchange();
  }
  void exchange() {
    for (int i = 0; i < 8; ++i) {
      move(client.output(), [&](std::size_t n) { EXPECT_TRUE(gateway.received(n, desk).has_value()); }, gateway);
      move(gateway.output(), [&](std::size_t n) { EXPECT_TRUE(client.received(n, {}, mapper).has_value()); }, client);
    }
  }
  template <class Message>
  void tell(const Message& message) {
    gateway.send(message);
    exchange();
  }
  void perform(const Effect& effect) {
    ASSERT_TRUE(mapper.perform(effect, MonoTime{}).has_value());
    exchange();
  }

 private:
  static void move(ByteQueue& from, auto&& received, auto& into) {
    const std::size_t count = from.size();
    if (count == 0) return;
    std::memcpy(into.prepare(count), from.contents().data(), count);
    from.clear();
    received(count);
  }
};

Price price(const char* text) { return Price::parse(text).value(); }

TEST(Mapper, TellsAccountsAndReadiness) {
  Pair pair;
  ASSERT_EQ(pair.sink.events.size(), 2U);
  const auto& accounts = std::get<AccountsSeen>(pair.sink.events[0]).accounts;
  ASSERT_EQ(accounts.size(), 2U) << "empty items dropped, duplicates folded";
  EXPECT_EQ(accounts[1].view(), "DU0000001");
  EXPECT_EQ(pair.sink.last<SessionReady>().next_order_id, OrderId{5});
  EXPECT_EQ(pair.sink.last<SessionReady>().server_version, tws::kMaxServerVersion);
}

const InstrumentSpec kSpec{Symbol{"SPY"}, SecurityType{"STK"}, ExchangeName{"SMART"}, Currency{"USD"}};

TEST(Mapper, ResolvesAnInstrumentWhenExactlyOneContractMatches) {
  Pair pair;
  pair.perform(ResolveInstrument{kSpec});
  ASSERT_EQ(pair.desk.heard.back(), "contract 600000000 SPY STK SMART USD");
  tws::ContractData data;
  data.req_id = 600'000'000;
  data.contract.con_id = 756733;
  data.contract.symbol = "SPY";
  data.contract.currency = "USD";
  data.contract.exchange = "SMART";
  data.contract_details.min_tick = price("0.01");
  data.contract_details.long_name = "SPDR";
  pair.tell(data);
  pair.tell(tws::ContractDataEnd{.req_id = 600'000'000});
  const auto& resolved = pair.sink.last<InstrumentResolved>();
  EXPECT_EQ(resolved.spec, kSpec);
  EXPECT_EQ(resolved.instrument.contract.con_id, ConId{756733});
  EXPECT_EQ(resolved.instrument.min_tick, price("0.01"));

  pair.perform(ResolveInstrument{kSpec});
  data.req_id = 600'000'001;
  pair.tell(data);
  pair.tell(data);
  pair.tell(tws::ContractDataEnd{.req_id = 600'000'001});
  EXPECT_EQ(pair.sink.last<InstrumentRefused>().text, "2 contracts match");

  pair.perform(ResolveInstrument{kSpec});
  pair.tell(tws::ErrorMessage{.id = 600'000'002, .error_code = 200, .error_msg = "No security definition"});
  EXPECT_EQ(pair.sink.last<InstrumentRefused>().code, 200);
}

TEST(Mapper, KeepsBothSidesOfAQuoteAndKnowsNoQuote) {
  Pair pair;
  Instrument spy;
  spy.contract.con_id = ConId{756733};
  spy.exchange = ExchangeName{"SMART"};
  pair.perform(SubscribeMarketData{InstrumentId{3}, spy});
  EXPECT_EQ(pair.desk.heard.back(), "data 500000003 756733 SMART 233");
  const auto tick = [&](int type, const char* text, std::optional<Quantity> size) {
    pair.tell(
        tws::TickPrice{.req_id = 500'000'003, .tick_type = type, .price = price(text), .size = size, .attr_mask = 0});
  };
  tick(1, "170.01", Quantity::of(300));
  tick(2, "170.03", Quantity::of(200));
  EXPECT_EQ(pair.sink.last<QuoteSeen>().quote,
            (Quote{price("170.01"), price("170.03"), Quantity::of(300), Quantity::of(200)}));
  const std::size_t before = pair.sink.events.size();
  pair.tell(tws::TickSize{.req_id = 500'000'003, .tick_type = 0, .size = Quantity::of(300)});
  EXPECT_EQ(pair.sink.events.size(), before) << "the size that came with the price, repeated";
  pair.tell(tws::TickSize{.req_id = 500'000'003, .tick_type = 0, .size = Quantity::of(100)});
  EXPECT_EQ(pair.sink.last<QuoteSeen>().quote.bid_size, Quantity::of(100));
  tick(1, "-1", Quantity::zero());
  EXPECT_FALSE(pair.sink.last<QuoteSeen>().quote.bid.has_value());
  tick(1, "0", Quantity::of(1));
  EXPECT_EQ(pair.sink.last<QuoteSeen>().quote.bid, Price::zero()) << "a price of zero with a size is a price";
  tick(4, "171", Quantity::of(1));
  EXPECT_TRUE(std::holds_alternative<QuoteSeen>(pair.sink.events.back())) << "last price is told by RTVolume";
  pair.tell(
      tws::TickString{.req_id = 500'000'003, .tick_type = 48, .value = "170.02;150;1381152602000;1000;170.01;true"});
  EXPECT_EQ(pair.sink.last<TradeSeen>().trade,
            (Trade{Timestamp::from_ns(1381152602000000000), price("170.02"), Quantity::of(150)}));
  const std::size_t events = pair.sink.events.size();
  pair.tell(tws::TickPrice{
      .req_id = 500'000'099, .tick_type = 1, .price = price("1"), .size = Quantity::of(1), .attr_mask = 0});
  pair.tell(tws::TickPrice{.req_id = 12, .tick_type = 1, .price = price("1"), .size = Quantity::of(1), .attr_mask = 0});
  EXPECT_EQ(pair.sink.events.size(), events) << "nobody asked for these";
}

TEST(RtVolume, ReadsPrintsAndNothingElse) {
  EXPECT_TRUE(parse_rt_volume("701.28;1;1348075471534;67854;701.46918464;true").has_value());
  for (const char* text : {"", ";;;", ";1;1348075471534;1;1;true", "1;x;1348075471534", "1;1;", "1;-1;1348075471534",
                           "1;1;99999999999999999", "1;1;12x"}) {
    EXPECT_FALSE(parse_rt_volume(text).has_value()) << text;
  }
}

TEST(Mapper, TellsFillsWithTheirIdentity) {
  Pair pair;
  tws::ExecutionDetails details;
  details.req_id = -1;
  details.contract.con_id = 756733;
  details.contract.symbol = "SPY";
  details.contract.currency = "USD";
  details.execution.exec_id = "0000e0d5.1.01.02";
  details.execution.acct_number = "DU0000000";
  details.execution.side = "SLD";
  details.execution.shares = Quantity::of(3);
  details.execution.price = price("257.95");
  details.execution.cum_qty = Quantity::of(3);
  details.execution.order_id = 9;
  details.execution.client_id = 7;
  details.execution.perm_id = 99;
  details.execution.order_ref = "S-7K3M9QX2A4BT-sma-1";
  pair.tell(details);
  const auto& execution = pair.sink.last<ExecutionSeen>().execution;
  EXPECT_EQ(execution.exec_id.stem(), "0000e0d5.1.01");
  EXPECT_EQ(execution.side, Side::sell);
  EXPECT_EQ(execution.order_ref.view(), "S-7K3M9QX2A4BT-sma-1");
  EXPECT_EQ(execution.contract.multiplier, Multiplier::of(1));
  details.execution.side = "???";
  pair.tell(details);
  EXPECT_TRUE(pair.sink.last<MessageUnreadable>().concerns_orders);
  pair.tell(tws::CommissionAndFeesReport{
      .exec_id = "0000e0d5.1.01.02", .commission_and_fees = Amount::parse("1.0003").value(), .currency = "USD"});
  EXPECT_EQ(pair.sink.last<CommissionSeen>().commission.commission.amount.text(), "1.0003");
  const std::size_t before = pair.sink.events.size();
  pair.tell(tws::CommissionAndFeesReport{.exec_id = "0000e0d5.1.01.02", .commission_and_fees = {}, .currency = "USD"});
  EXPECT_EQ(pair.sink.events.size(), before) << "unset is pending, not zero";
}

TEST(Mapper, SendsErrorsWhereTheyBelong) {
  Pair pair;
  pair.tell(tws::ErrorMessage{.id = -1, .error_code = 2104, .error_msg = "farm is OK"});
  EXPECT_EQ(pair.sink.last<NoticeSeen>().code, 2104);
  pair.tell(tws::ErrorMessage{.id = 12, .error_code = 201, .error_msg = "Order rejected - reason: \xc3\xa4"});
  EXPECT_EQ(pair.sink.last<OrderErrorSeen>().kind, OrderErrorKind::rejected);
  EXPECT_EQ(pair.sink.last<OrderErrorSeen>().text, "Order rejected - reason: \xc3\xa4")
      << "escaped on the wire, plain here";
  pair.tell(tws::ErrorMessage{.id = 500'000'003, .error_code = 354, .error_msg = "not subscribed"});
  EXPECT_EQ(pair.sink.last<MarketDataRefused>().instrument, InstrumentId{3});
  pair.tell(tws::ErrorMessage{.id = 700'000'001, .error_code = 321, .error_msg = "no"});
  EXPECT_EQ(pair.sink.last<SnapshotFailed>().snapshot, Snapshot::executions);
}

TEST(OrderErrors, UnknownCodesAreNotRefusals) {
  EXPECT_EQ(order_error_kind(201), OrderErrorKind::rejected);
  EXPECT_EQ(order_error_kind(399), OrderErrorKind::information);
  EXPECT_EQ(order_error_kind(202), OrderErrorKind::cancelled);
  EXPECT_EQ(order_error_kind(10148), OrderErrorKind::cancel_refused);
  for (const int code : {136, 161}) EXPECT_EQ(order_error_kind(code), OrderErrorKind::cancel_refused) << code;
  for (const int code :
       {110, 200, 203, 320, 321, 387, 388, 434, 435, 460, 461, 10052, 10243, 10250, 10268, 10269, 10270})
    EXPECT_EQ(order_error_kind(code), OrderErrorKind::rejected) << code;
  for (const int code : {0, 404, 2109, 2137, 10311, 10349})
    EXPECT_EQ(order_error_kind(code), OrderErrorKind::information) << code;
  // Names of living orders, what only a modification earns, what a person may answer in the gateway, the undocumented.
  for (const int code : {100, 103, 104, 105, 109, 135, 163, 329, 383, 10147, 10255, 10999, -5, 2'000'000'000})
    EXPECT_EQ(order_error_kind(code), OrderErrorKind::unknown) << code;
}

TEST(Mapper, AsksForSnapshotsAndTellsTheirEnds) {
  Pair pair;
  const AccountId account{"DU0000000"};
  for (const Snapshot snapshot : {Snapshot::open_orders, Snapshot::executions, Snapshot::completed_orders,
                                  Snapshot::positions, Snapshot::account, Snapshot::positions, Snapshot::executions}) {
    pair.perform(RequestSnapshot{snapshot, account});
  }
  EXPECT_EQ(pair.desk.heard,
            (std::vector<std::string>{"open orders", "executions 700000001", "completed orders", "positions",
                                      "account DU0000000", "cancel positions", "positions", "executions 700000002"}));
  const std::size_t before = pair.sink.events.size();
  pair.tell(tws::ExecutionDetailsEnd{.req_id = 700'000'001});
  EXPECT_EQ(pair.sink.events.size(), before) << "the end of an older request";
  pair.tell(tws::ExecutionDetailsEnd{.req_id = 700'000'002});
  EXPECT_EQ(pair.sink.last<SnapshotEnded>().snapshot, Snapshot::executions);
  pair.tell(tws::OpenOrdersEnd{});
  EXPECT_EQ(pair.sink.last<SnapshotEnded>().snapshot, Snapshot::open_orders);
  pair.tell(
      tws::AccountValue{.key = "CashBalance", .value = "94629.71", .currency = "USD", .account_name = "DU0000000"});
  EXPECT_EQ(pair.sink.last<CashSeen>().cash.amount.text(), "94629.71");
  pair.tell(
      tws::AccountValue{.key = "CashBalance", .value = "94629.71", .currency = "BASE", .account_name = "DU0000000"});
  pair.tell(tws::AccountDataEnd{.account_name = "DU0000000"});
  EXPECT_EQ(pair.sink.last<SnapshotEnded>().snapshot, Snapshot::account);
}

TEST(Mapper, SaysWhichUnreadableMessagesConcernOrders) {
  Pair pair;
  pair.mapper.on_unreadable(11, {"ExecutionDetails", "shares", 3, "not a decimal number"});
  EXPECT_TRUE(pair.sink.last<MessageUnreadable>().concerns_orders);
  pair.mapper.on_unreadable(1, {"TickPrice", "price", 3, "not a decimal number"});
  EXPECT_FALSE(pair.sink.last<MessageUnreadable>().concerns_orders);
}

}  // namespace
}  // namespace tradewind::broker
