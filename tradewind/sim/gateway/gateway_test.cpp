// The gateway as its clients see it: each test speaks to it through real bytes, with the client half of core/tws.

#include "tradewind/sim/gateway/gateway.hpp"

#include "tests/support/gateway_client.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

const Timestamp kOpen = from_civil_utc({2013, 10, 7, 13, 30, 0});
const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};

Price price(const char* text) { return Price::parse(text).value(); }

// Two symbols, `minutes` of one-minute bars: SPY around 100 with quotes 300 x 200, IBM without quotes.
Market small_market(int minutes = 10) {
  model::BarHistory spy{1min, {}, {}};
  model::BarHistory ibm{1min, {}, {}};
  for (int i = 0; i < minutes; ++i) {
    const Timestamp start = kOpen + 1min * i;
    spy.trades.push_back(
        {start, 1min, price("100.00"), price("100.10"), price("99.90"), price("100.05"), Quantity::of(400), 4});
    const model::Quote quote{price("99.99"), price("100.01"), Quantity::of(300), Quantity::of(200)};
    spy.quotes.push_back({start, 1min, quote, quote});
    ibm.trades.push_back({start, 1min, price("180"), price("181"), price("179"), price("180"), Quantity::of(40), 4});
  }
  return Market::recorded({us_stock("SPY"), us_stock("IBM")}, {spy, ibm}, Duration::zero());
}

// What a client hears, as short lines.
struct Ears : tws::ClientHandler {
  std::vector<std::string> heard;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void on_ready(std::int32_t id) override { note("ready {}", id); }
  void on_managed_accounts(const tws::ManagedAccounts& m) override { note("accounts {}", m.accounts_list); }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code < 2000 || m.error_code >= 3000) note("error {} {}", m.id, m.error_code);
  }
  void on_contract_data(const tws::ContractData& m) override {
    note("contract {} {} {}", m.req_id, m.contract.con_id, m.contract.primary_exchange);
  }
  void on_contract_data_end(const tws::ContractDataEnd& m) override { note("contract end {}", m.req_id); }
  void on_tick_price(const tws::TickPrice& m) override {
    note("price {} {} {} {}", m.req_id, m.tick_type, m.price, m.size->text());
  }
  void on_tick_string(const tws::TickString& m) override {
    if (m.tick_type == 48) note("print {} {}", m.req_id, m.value);
  }
  void on_tick_snapshot_end(const tws::TickSnapshotEnd& m) override { note("snapshot end {}", m.req_id); }
  void on_open_order(const tws::OpenOrder& m) override {
    note("open {} {} {} {} {}", m.order_id, m.order.action, *m.order.total_quantity, m.order.order_type,
         m.order_state.status);
  }
  void on_open_orders_end(const tws::OpenOrdersEnd&) override { note("open end"); }
  void on_order_status(const tws::OrderStatus& m) override {
    note("status {} {} {} {}", m.order_id, m.status, m.filled, m.remaining);
  }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    note("exec {} {} {} {}@{} cum {} ref {} at {}", m.req_id, m.execution.order_id, m.execution.side,
         m.execution.shares, m.execution.price, m.execution.cum_qty, m.execution.order_ref, m.execution.time);
  }
  void on_execution_details_end(const tws::ExecutionDetailsEnd& m) override { note("exec end {}", m.req_id); }
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override {
    note("fee {} {}", *m.commission_and_fees, m.realized_pnl ? m.realized_pnl->text() : "-");
  }
  void on_completed_order(const tws::CompletedOrder& m) override {
    note("completed {} {}", m.order_state.status, m.order_state.completed_status);
  }
  void on_completed_orders_end(const tws::CompletedOrdersEnd&) override { note("completed end"); }
  void on_position_data(const tws::PositionData& m) override { note("position {} {}", m.contract.symbol, m.position); }
  void on_position_end(const tws::PositionEnd&) override { note("position end"); }
  void on_account_value(const tws::AccountValue& m) override {
    if (m.key == "CashBalance" && m.currency == "USD") note("cash {}", m.value);
  }
  void on_account_data_end(const tws::AccountDataEnd& m) override { note("account end {}", m.account_name); }
  void on_account_summary(const tws::AccountSummary& m) override {
    note("summary {} {} {}", m.tag, m.value, m.currency);
  }
  void on_account_summary_end(const tws::AccountSummaryEnd& m) override { note("summary end {}", m.req_id); }
  void on_historical_data(const tws::HistoricalData& m) override {
    note("history {} bars, first {} {} last close {}", m.bars.size(), m.bars.front().date, m.bars.front().open,
         m.bars.back().close);
  }
  void on_historical_data_end(const tws::HistoricalDataEnd& m) override { note("history end {}", m.req_id); }
  void on_real_time_bar_tick(const tws::RealTimeBarTick& m) override {
    note("bar {} {} {} {}", m.time, m.open, m.close, m.volume->text());
  }
  void on_unreadable(int id, const tws::DecodeFault& fault) override { note("UNREADABLE {} {}", id, fault.text()); }

  [[nodiscard]] bool has(std::string_view line) const { return std::ranges::find(heard, line) != heard.end(); }
  std::vector<std::string> take() { return std::exchange(heard, {}); }
};

struct World {
  Gateway gateway;
  Timestamp now = kOpen;

  explicit World(GatewayOptions options = {.zone = kNewYork}, Market market = small_market())
      : gateway{std::move(options), std::move(market)} {}
  void to(Timestamp time) {
    now = time;
    gateway.wake(time);
  }
};

struct Peer : testing::JoinedClient<Ears> {
  World& world;

  Peer(World& in, std::int32_t client_id, int max_version = 200)
      : JoinedClient{in.gateway, in.now, client_id, max_version}, world{in} {}
  void order(std::int32_t order_id, const char* action, int quantity, const char* limit = nullptr,
             const char* tif = "DAY", const char* symbol = "SPY") {
    tws::PlaceOrderRequest request;
    request.order_id = order_id;
    request.contract.symbol = symbol;
    request.contract.sec_type = "STK";
    request.contract.exchange = "SMART";
    request.contract.currency = "USD";
    request.order.action = action;
    request.order.total_quantity = Quantity::of(quantity);
    request.order.order_type = limit == nullptr ? "MKT" : "LMT";
    if (limit != nullptr) request.order.lmt_price = price(limit);
    request.order.tif = tif;
    request.order.order_ref = "ref";
    ask(request);
  }
};

using Lines = std::vector<std::string>;

TEST(Gateway, WelcomesAClient) {
  World world;
  Peer peer{world, 7};
  EXPECT_EQ(peer.ears.take(), (Lines{"accounts DU0000000", "ready 1"}));
  EXPECT_EQ(peer.session.server_version(), 200);
}

// A request as no lawful client sends it: the character '~' becomes one the protocol does not carry.
template <class Message>
void ask_unlawfully(World& world, Peer& peer, const Message& message, char instead) {
  ByteQueue bytes;
  ASSERT_TRUE(encode(message, 200, bytes).has_value());
  std::string text{as_text(bytes.contents())};
  std::ranges::replace(text, '~', instead);
  std::memcpy(world.gateway.prepare(peer.id, text.size()), text.data(), text.size());
  world.gateway.received(peer.id, text.size(), world.now);
  peer.exchange();
}

TEST(Gateway, RefusesAnOrderWhoseTextsCannotBeSentBack) {
  World world;
  Peer peer{world, 7};
  peer.ears.take();
  tws::PlaceOrderRequest request;
  request.order_id = 5;
  request.contract = {.con_id = us_stock("SPY").con_id, .exchange = "SMART"};
  request.order.action = "BUY";
  request.order.total_quantity = Quantity::of(1);
  request.order.order_type = "MKT";
  request.order.tif = "DAY";
  for (const auto text : {&tws::Order::order_ref, &tws::Order::action, &tws::Order::model_code}) {
    tws::PlaceOrderRequest unlawful = request;
    unlawful.order.*text = "a~b";
    ask_unlawfully(world, peer, unlawful, '\xc7');
    EXPECT_EQ(peer.ears.take(), Lines{"error 5 321"});
  }
  ask_unlawfully(world, peer, request, '\xc7');
  EXPECT_TRUE(peer.ears.has("open 5 BUY 1 MKT PreSubmitted"));
}

TEST(Gateway, AnswersWithAnErrorWhatItMayNotRepeat) {
  World world;
  Peer peer{world, 7};
  peer.ears.take();
  tws::HistoricalDataRequest request;
  request.req_id = 9;
  request.contract = {.con_id = us_stock("SPY").con_id, .exchange = "SMART"};
  request.bar_size_setting = "1 min";
  request.duration = "1 D";
  request.what_to_show = "TRADES~";
  ask_unlawfully(world, peer, request, '\x01');
  EXPECT_EQ(peer.ears.take(), Lines{"error -1 320"});
}

TEST(Gateway, TurnsAwayASecondClientWithTheSameId) {
  World world;
  Peer first{world, 7};
  Peer second{world, 7};
  EXPECT_TRUE(second.ears.has("error -1 326"));
  EXPECT_TRUE(world.gateway.wants_close(second.id).has_value());
  EXPECT_FALSE(world.gateway.wants_close(first.id).has_value());
  world.gateway.disconnected(first.id);
  Peer third{world, 7};
  EXPECT_TRUE(third.ears.has("ready 1"));
}

TEST(Gateway, DescribesItsContracts) {
  World world;
  Peer peer{world, 7};
  peer.ears.take();
  tws::ContractDataRequest request{.req_id = 5};
  request.contract.symbol = "SPY";
  request.contract.sec_type = "STK";
  request.contract.exchange = "SMART";
  request.contract.currency = "USD";
  peer.ask(request);
  EXPECT_EQ(peer.ears.take(), (Lines{"contract 5 756733 ARCA", "contract end 5"}));
  request.contract.symbol = "NOPE";
  peer.ask(request);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 5 200"}));
}

TEST(Gateway, StreamsQuotesAndPrints) {
  World world;
  Peer peer{world, 7};
  peer.ears.take();
  tws::MarketDataRequest request{.req_id = 9};
  request.contract.con_id = 756733;
  request.contract.exchange = "SMART";
  request.generic_tick_list = "233";
  peer.ask(request);
  EXPECT_TRUE(peer.ears.take().empty()) << "nothing has happened yet";
  world.to(kOpen + 3s);
  peer.exchange();
  EXPECT_EQ(peer.ears.take(),
            (Lines{"price 9 1 99.99 300", "price 9 2 100.01 200", "print 9 100;100;1381152602000;100;100;true",
                   "price 9 4 100 100", "price 9 6 100 0", "price 9 7 100 0", "price 9 14 100 0"}));
  peer.ask(request);
  EXPECT_TRUE(peer.ears.has("error 9 322"));
  peer.ask(tws::CancelMarketData{.req_id = 9});
  peer.ears.take();
  world.to(kOpen + 1min);
  peer.exchange();
  EXPECT_TRUE(peer.ears.take().empty());
  request.req_id = 10;
  request.snapshot = true;
  request.generic_tick_list = "";
  peer.ask(request);
  EXPECT_TRUE(peer.ears.has("snapshot end 10"));
}

// A market order larger than what is displayed fills in several executions, from data after its arrival only.
TEST(Gateway, FillsMarketOrdersFromLaterQuotes) {
  World world;
  world.to(kOpen + 1s);  // the first quote is out
  Peer peer{world, 7};
  peer.ears.take();
  peer.order(1, "BUY", 250);
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1 BUY 250 MKT PreSubmitted", "status 1 PreSubmitted 0 250"}));
  world.to(kOpen + 50s);
  peer.exchange();
  EXPECT_TRUE(peer.ears.take().empty()) << "the quote before its arrival does not fill it, nor do prints";
  world.to(kOpen + 59s);
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"exec -1 1 BOT 200@100.01 cum 200 ref ref at 20131007 09:30:59 US/Eastern",
                                     "open 1 BUY 250 MKT Submitted", "status 1 Submitted 200 50", "fee 1 -"}));
  world.to(kOpen + 61s);
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"exec -1 1 BOT 50@100.01 cum 250 ref ref at 20131007 09:31:01 US/Eastern",
                                     "open 1 BUY 250 MKT Filled", "status 1 Filled 250 0", "fee 0.25 -"}));
  EXPECT_EQ(world.gateway.books().cash("DU0000000").text(), "974996.25");
}

TEST(Gateway, FillsLimitOrdersAndReportsTheProfitOfAClose) {
  World world;
  Peer peer{world, 7};
  peer.ears.take();
  peer.order(1, "BUY", 100, "99.95");
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1 BUY 100 LMT PreSubmitted", "status 1 PreSubmitted 0 100",
                                     "open 1 BUY 100 LMT Submitted", "status 1 Submitted 0 100"}));
  world.to(kOpen + 1min);  // the low of 99.90 trades through it
  peer.exchange();
  EXPECT_TRUE(peer.ears.has("status 1 Filled 100 0"));
  peer.order(2, "SELL", 100);
  world.to(kOpen + 2min);
  peer.exchange();
  EXPECT_TRUE(peer.ears.has("fee 1 2")) << "sold 4 above the cost, less both fees";
}

TEST(Gateway, RefusesAsIbDoes) {
  World world;
  Peer peer{world, 7};
  peer.ears.take();
  peer.order(1, "BUY", 1, nullptr, "DAY", "NOPE");
  peer.order(1, "BUY", 1, "99.999");
  peer.order(1, "BUY", 0);
  peer.order(1, "HOLD", 1);
  peer.order(1, "BUY", 1, nullptr, "XYZ");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 200", "error 1 110", "error 1 434", "error 1 321", "error 1 10052"}));
  peer.ask(tws::CancelOrderRequest{.order_id = 77});
  EXPECT_EQ(peer.ears.take(), Lines{"error 77 10147"});
  peer.order(5, "BUY", 1, "50");
  peer.ears.take();
  peer.order(4, "BUY", 1, "50");
  EXPECT_EQ(peer.ears.take(), Lines{"error 4 103"}) << "order ids only go up";
  peer.ask(tws::CancelOrderRequest{.order_id = 5});
  EXPECT_EQ(peer.ears.take(), (Lines{"status 5 Cancelled 0 1", "error 5 202"}));
  peer.ask(tws::CancelOrderRequest{.order_id = 5});
  EXPECT_EQ(peer.ears.take(), Lines{"error 5 10148"});
  EXPECT_EQ(world.gateway.books().cash("DU0000000"), Amount::of(1'000'000));
}

TEST(Gateway, AnnouncesThePresetTimeInForceOnlyWhenAskedTo) {
  for (const bool announces : {false, true}) {
    GatewayOptions options;
    options.announces_presets = announces;
    World world{options};
    Peer peer{world, 7};
    peer.order(1, "BUY", 100, "50", "");
    EXPECT_EQ(peer.ears.has("error 1 10349"), announces);
    EXPECT_TRUE(peer.ears.has("status 1 Submitted 0 100")) << "the order lives";
  }
}

TEST(Gateway, TakesAChangeOfTermsAsAModification) {
  World world;
  Peer peer{world, 7};
  peer.order(1, "BUY", 100, "50");
  peer.ears.take();
  peer.order(1, "BUY", 120, "60");
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1 BUY 120 LMT Submitted", "status 1 Submitted 0 120"}));
  peer.order(1, "SELL", 120, "60");
  EXPECT_EQ(peer.ears.take(), Lines{"error 1 105"});
  EXPECT_EQ(world.gateway.desk().orders().size(), 1U);
}

TEST(Gateway, EndsDayOrdersWithTheSession) {
  World world;
  Peer peer{world, 7};
  world.to(kOpen + 1min);
  peer.order(1, "BUY", 100, "50");
  peer.order(2, "BUY", 100, "50", "GTC");
  peer.ears.take();
  world.to(from_civil_utc({2013, 10, 7, 20, 0, 0}));
  peer.exchange();
  EXPECT_EQ(std::ranges::count(peer.ears.heard, "status 1 Cancelled 0 100"), 1);
  EXPECT_FALSE(peer.ears.has("status 2 Cancelled 0 100"));
}

// Everything a client needs to find its way back after it was away.
TEST(Gateway, AnswersARecoveringClient) {
  World world;
  {
    Peer peer{world, 7};
    peer.order(1, "BUY", 100);
    peer.order(2, "BUY", 10, "50", "GTC");
    peer.order(3, "SELL", 10, "150");
    peer.ask(tws::CancelOrderRequest{.order_id = 3});
    world.gateway.disconnected(peer.id);
  }
  world.to(kOpen + 1min);
  Peer peer{world, 7};
  EXPECT_EQ(peer.ears.take(),
            (Lines{"accounts DU0000000", "ready 4", "open 2 BUY 10 LMT Submitted", "status 2 Submitted 0 10"}));
  peer.ask(tws::AllOpenOrdersRequest{});
  EXPECT_EQ(peer.ears.take(), (Lines{"open 2 BUY 10 LMT Submitted", "status 2 Submitted 0 10", "open end"}));
  peer.ask(tws::ExecutionRequest{.req_id = 8});
  EXPECT_EQ(peer.ears.take(), (Lines{"exec 8 1 BOT 100@100.01 cum 100 ref ref at 20131007 09:30:01 US/Eastern",
                                     "fee 1 -", "exec end 8"}));
  peer.ask(tws::ExecutionRequest{.req_id = 9, .execution_filter = {.client_id = 0, .symbol = "IBM"}});
  EXPECT_EQ(peer.ears.take(), Lines{"exec end 9"});
  peer.ask(tws::CompletedOrdersRequest{});
  EXPECT_EQ(peer.ears.take(),
            (Lines{"completed Filled Filled Size: 100", "completed Cancelled Cancelled by Trader", "completed end"}));
  peer.ask(tws::PositionsRequest{});
  EXPECT_EQ(peer.ears.take(), (Lines{"position SPY 100", "position end"}));
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = "DU0000000"});
  EXPECT_TRUE(peer.ears.has("cash 989998.00"));
  EXPECT_TRUE(peer.ears.has("account end DU0000000"));
  peer.ask(tws::AccountSummaryRequest{.req_id = 3, .group = "All", .tags = "TotalCashValue,Nothing"});
  EXPECT_TRUE(peer.ears.has("summary TotalCashValue 989998.00 USD"));
  EXPECT_TRUE(peer.ears.has("summary end 3"));
}

TEST(Gateway, KeepsAccountDataToItselfWhenMuted) {
  World world{{.zone = kNewYork, .mute_account_data = true}};
  Peer peer{world, 7};
  peer.ask(tws::PositionsRequest{});
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  peer.order(1, "BUY", 100);
  peer.ears.take();
  world.to(kOpen + 1min);
  peer.exchange();
  peer.ask(tws::PositionsRequest{});
  for (const std::string& line : peer.ears.take()) {
    EXPECT_FALSE(line.starts_with("position SPY") || line.starts_with("cash")) << line;
  }
  EXPECT_EQ(world.gateway.books().holdings("DU0000000").at(756733).position.text(), "100");
}

TEST(Gateway, ServesHistoryOfWhatIsOver) {
  World world;
  Peer peer{world, 7};
  world.to(kOpen + 5min + 30s);
  tws::HistoricalDataRequest request{.req_id = 4};
  request.contract.con_id = 756733;
  request.contract.exchange = "SMART";
  request.bar_size_setting = "1 min";
  request.duration = "1 D";
  request.what_to_show = "TRADES";
  request.format_date = 1;
  peer.ears.take();
  peer.ask(request);
  EXPECT_EQ(peer.ears.take(),
            (Lines{"history 5 bars, first 20131007 09:30:00 US/Eastern 100 last close 100.05", "history end 4"}));
  request.bar_size_setting = "5 mins";
  request.format_date = 2;
  peer.ask(request);
  EXPECT_EQ(peer.ears.take().front(), "history 1 bars, first 1381152600 100 last close 100.05");
  request.what_to_show = "AGGTRADES";
  peer.ask(request);
  EXPECT_EQ(peer.ears.take(), Lines{"error 4 162"});
  request.duration = "forever";
  peer.ask(request);
  EXPECT_EQ(peer.ears.take(), Lines{"error 4 321"});
}

TEST(Gateway, SendsRealTimeBarsEveryFiveSeconds) {
  World world;
  Peer peer{world, 7};
  world.to(kOpen + 1s);
  tws::RealTimeBarsRequest request{.req_id = 6};
  request.contract.con_id = 756733;
  request.contract.exchange = "SMART";
  request.bar_size = 5;
  request.what_to_show = "TRADES";
  peer.ears.take();
  peer.ask(request);
  world.to(kOpen + 12s);
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"bar 1381152600 100 100 100", "bar 1381152605 100 100 0"}));
  peer.ask(tws::CancelRealTimeBars{.req_id = 6});
  world.to(kOpen + 30s);
  peer.exchange();
  EXPECT_TRUE(peer.ears.take().empty());
}

// Text layouts from the oldest to the newest, then protobuf message by message, against a client of the same age.
TEST(Gateway, SpeaksEveryVersionItsClientsDo) {
  for (const int version : {176, 178, 187, 193, 195, 196, 200, 201, 203, 204, 206, 208, 211, 213, 219, 226}) {
    World world;
    Peer peer{world, 7, version};
    EXPECT_EQ(peer.session.server_version(), version);
    peer.order(1, "BUY", 100);
    world.to(kOpen + 1min);
    peer.exchange();
    EXPECT_TRUE(peer.ears.has("status 1 Filled 100 0")) << version;
    peer.ask(tws::CompletedOrdersRequest{});
    EXPECT_TRUE(peer.ears.has("completed end")) << version;
    for (const std::string& line : peer.ears.heard) EXPECT_FALSE(line.starts_with("UNREADABLE")) << line;
    EXPECT_EQ(peer.session.counters().trailing_fields, 0U);
  }
}

TEST(Gateway, BadBytesOfOneClientDisturbNobody) {
  World world;
  Peer good{world, 7};
  const ConnectionId bad = world.gateway.connect(world.now);
  std::memcpy(world.gateway.prepare(bad, 16), "GET / HTTP/1.1\r\n", 16);
  world.gateway.received(bad, 16, world.now);
  EXPECT_TRUE(world.gateway.wants_close(bad).has_value());
  good.order(1, "BUY", 100);
  world.to(kOpen + 1min);
  good.exchange();
  EXPECT_TRUE(good.ears.has("status 1 Filled 100 0"));
}

TEST(Gateway, ShowsItsBooksAsJson) {
  World world;
  Peer peer{world, 7};
  peer.order(1, "BUY", 100);
  world.to(kOpen + 1min);
  const std::string json = world.gateway.books_json(kOpen);
  EXPECT_TRUE(json.starts_with(
      R"({"time":"2013-10-07T13:30:00Z","accounts":[{"account":"DU0000000","cash":{"USD":"989998"},"positions":[{"symbol":"SPY","con_id":756733,"quantity":"100"}]}],"orders":1,"executions":1,"order_list":[{"perm_id":1376327563,)"))
      << json;
  EXPECT_NE(json.find(R"("quantity":"100","price":"100.01","commission":"1","superseded":false)"), std::string::npos);
  world.gateway.tamper("SPY", Position::of(1));
  EXPECT_NE(world.gateway.books_json(kOpen).find(R"("quantity":"101")"), std::string::npos);
}

}  // namespace
}  // namespace tradewind::sim::gateway
