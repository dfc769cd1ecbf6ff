// Orders as the gateway's clients see them: each test speaks to it through real bytes, with the client half of core/tws.

#include "tests/support/gateway_client.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const Timestamp kOpen = from_civil_utc({2013, 10, 7, 13, 30, 0});
const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};

Price price(const char* text) { return Price::parse(text).value(); }

Listing call_option() {
  Listing option;
  option.con_id = 9001;
  option.symbol = "SPY";
  option.security_type = "OPT";
  option.local_symbol = "SPY   131018C00095000";
  option.multiplier = Multiplier::of(100);
  option.last_trade_date = "20131018";
  option.strike = price("95");
  option.right = venue::Right::call;
  option.underlying = us_stock("SPY").con_id;
  return option;
}

// Minutes of SPY: around 100, then at 102, then at 98. IBM is at 50 all the time, and an option on SPY at 5.
Market market() {
  std::vector<model::BarHistory> all(3, model::BarHistory{1min, {}, {}});
  const auto add_minute = [&](std::size_t listing, int minute, const char* at, const char* bid, const char* ask) {
    const Timestamp start = kOpen + 1min * minute;
    all[listing].trades.push_back({start, 1min, price(at), price(at), price(at), price(at), Quantity::of(400), 4});
    const model::Quote quote{price(bid), price(ask), Quantity::of(300), Quantity::of(200)};
    all[listing].quotes.push_back({start, 1min, quote, quote});
  };
  for (int minute = 0; minute < 12; ++minute) {
    if (minute < 4) add_minute(0, minute, "100", "99.99", "100.01");
    if (minute >= 4 && minute < 8) add_minute(0, minute, "102", "101.99", "102.01");
    if (minute >= 8) add_minute(0, minute, "98", "97.99", "98.01");
    add_minute(1, minute, "50", "49.99", "50.01");
    add_minute(2, minute, "5", "4.99", "5.01");
  }
  return Market::recorded({us_stock("SPY"), us_stock("IBM"), call_option()}, all, Duration::zero());
}

// What a client hears of orders, as short lines.
struct Ears : tws::ClientHandler {
  Lines heard;
  std::string last_error;
  std::string last_exec_id;
  tws::OrderState what_if;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code == 2104 || m.error_code == 2106 || m.error_code == 2158) return;
    note("error {} {}", m.id, m.error_code);
    last_error = m.error_msg;
  }
  void on_open_order(const tws::OpenOrder& m) override {
    note("open {} {} {} {} {}", m.order_id, m.order.action, *m.order.total_quantity, m.order.order_type,
         m.order_state.status);
    what_if = m.order_state;
  }
  void on_order_status(const tws::OrderStatus& m) override {
    note("status {} {} {} {}{}{}", m.order_id, m.status, m.filled, m.remaining, m.why_held.empty() ? "" : " ",
         m.why_held);
  }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    note("exec {} {} {} {} {}@{}", m.req_id, m.execution.order_id, m.contract.sec_type, m.execution.side,
         m.execution.shares, m.execution.price);
    last_exec_id = m.execution.exec_id;
  }
  void on_execution_details_end(const tws::ExecutionDetailsEnd& m) override { note("exec end {}", m.req_id); }
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override {
    note("fee {}", *m.commission_and_fees);
  }
  void on_open_orders_end(const tws::OpenOrdersEnd&) override { note("open end"); }
  void on_order_bound(const tws::OrderBound& m) override { note("bound {} {}", m.client_id, m.order_id); }
  void on_completed_order(const tws::CompletedOrder& m) override { note("completed {}", m.order_state.status); }
  void on_completed_orders_end(const tws::CompletedOrdersEnd&) override { note("completed end"); }

  [[nodiscard]] bool has(std::string_view line) const { return std::ranges::find(heard, line) != heard.end(); }
  Lines take() { return std::exchange(heard, {}); }
};

struct World {
  Gateway gateway;
  Timestamp now = kOpen - 10s;

  explicit World(OrderSettings settings = {}) : gateway{{.zone = kNewYork, .orders = std::move(settings)}, market()} {}
  explicit World(Login login) : gateway{{.login = std::move(login), .zone = kNewYork}, market()} {}
  explicit World(std::vector<AccountSetup> accounts)
      : gateway{{.accounts = std::move(accounts), .zone = kNewYork}, market()} {}
};

using Change = std::function<void(tws::PlaceOrderRequest&)>;

struct Peer : testing::JoinedClient<Ears> {
  World& world;

  Peer(World& in, std::int32_t client_id) : JoinedClient{in.gateway, in.now, client_id, 200}, world{in} {}
  void to(Duration after_open) {
    world.now = kOpen + after_open;
    world.gateway.wake(world.now);
    exchange();
  }
  void place(
      std::int32_t order_id, const char* action, int quantity, const char* type, const Change& change = [](auto&) {}) {
    ask(terms(order_id, action, quantity, type, change));
  }
  static tws::PlaceOrderRequest terms(
      std::int32_t order_id, const char* action, int quantity, const char* type, const Change& change = [](auto&) {}) {
    tws::PlaceOrderRequest request;
    request.order_id = order_id;
    request.contract.symbol = "SPY";
    request.contract.sec_type = "STK";
    request.contract.exchange = "SMART";
    request.contract.currency = "USD";
    request.order.action = action;
    request.order.total_quantity = Quantity::of(quantity);
    request.order.order_type = type;
    request.order.tif = "DAY";
    change(request);
    return request;
  }
};

Change limit(const char* at) {
  return [at](auto& r) { r.order.lmt_price = price(at); };
}
Change stop(const char* at) {
  return [at](auto& r) { r.order.aux_price = price(at); };
}
Change both(Change a, Change b) {
  return [a = std::move(a), b = std::move(b)](auto& r) {
    a(r);
    b(r);
  };
}
Change child_of(std::int32_t parent, bool transmit) {
  return [=](auto& r) {
    r.order.parent_id = parent;
    r.order.transmit = transmit;
  };
}
Change in_group(const char* group, int type) {
  return [=](auto& r) {
    r.order.oca_group = group;
    r.order.oca_type = type;
  };
}

// --- Who hears of what ---

TEST(Orders, AreToldToTheirClientAndToTheMaster) {
  World world{Login{.master_client_id = 9}};
  Peer owner{world, 7};
  Peer other{world, 8};
  Peer master{world, 9};
  owner.place(1, "BUY", 10, "MKT");
  master.exchange();
  other.exchange();
  EXPECT_EQ(master.ears.take(), (Lines{"open 1 BUY 10 MKT PreSubmitted", "status 1 PreSubmitted 0 10"}));
  EXPECT_TRUE(other.ears.take().empty());
  owner.to(1min);
  master.exchange();
  other.exchange();
  EXPECT_TRUE(master.ears.has("exec -1 1 STK BOT 10@100.01"));
  EXPECT_TRUE(master.ears.has("fee 1"));
  EXPECT_TRUE(other.ears.take().empty());
}

TEST(Orders, EnteredByHandAreBoundByClientZero) {
  World world;
  Peer zero{world, 0};
  Peer other{world, 7};
  ASSERT_TRUE(world.gateway.desk_at(world.now).enter_by_hand(Peer::terms(0, "BUY", 10, "LMT", limit("90")), world.now));
  zero.exchange();
  other.exchange();
  EXPECT_TRUE(zero.ears.has("open 0 BUY 10 LMT Submitted"));
  EXPECT_TRUE(other.ears.take().empty());
  other.ask(tws::AllOpenOrdersRequest{});
  EXPECT_TRUE(other.ears.has("open 0 BUY 10 LMT Submitted")) << "shown, not bound";
  zero.ears.take();
  zero.ask(tws::OpenOrdersRequest{});
  EXPECT_EQ(zero.ears.take(),
            (Lines{"bound 0 -1", "open -1 BUY 10 LMT Submitted", "status -1 Submitted 0 10", "open end"}));
  zero.ask(tws::AutoOpenOrdersRequest{.auto_bind = true});
  const auto perm_id =
      world.gateway.desk_at(world.now).enter_by_hand(Peer::terms(0, "BUY", 5, "LMT", limit("91")), world.now);
  zero.exchange();
  EXPECT_TRUE(zero.ears.has("bound 0 -2"));
  zero.ask(tws::CancelOrderRequest{.order_id = -1});
  EXPECT_TRUE(zero.ears.has("status -1 Cancelled 0 10"));
  EXPECT_TRUE(world.gateway.desk_at(world.now).cancel_by_hand(*perm_id, world.now));
  zero.exchange();
  EXPECT_TRUE(zero.ears.has("status -2 Cancelled 0 5"));
  other.ask(tws::AutoOpenOrdersRequest{.auto_bind = true});
  EXPECT_TRUE(other.ears.has("error -1 327"));
}

TEST(OrderIds, OnlyGoUpUntilTheyAreReset) {
  World world;
  {
    Peer peer{world, 7};
    peer.place(41, "BUY", 1, "MKT");
    peer.to(1min);
    world.gateway.disconnected(peer.id);
  }
  Peer peer{world, 7};
  EXPECT_EQ(world.gateway.desk().next_order_id(7), 42);
  EXPECT_EQ(world.gateway.desk().next_order_id(8), 1);
  peer.place(41, "BUY", 1, "MKT");
  peer.place(40, "BUY", 1, "MKT");
  peer.place(0, "BUY", 1, "MKT");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 41 104", "error 40 103", "error 0 10149"}));
  world.gateway.desk_at(world.now).reset_order_ids();
  peer.place(41, "BUY", 1, "MKT");
  EXPECT_TRUE(peer.ears.has("open 41 BUY 1 MKT PreSubmitted"));
}

// --- What is refused ---

TEST(Orders, AreRefusedWithIbsCodes) {
  World world;
  Peer peer{world, 7};
  const auto code = [&](const char* type, const Change& change, const char* action = "BUY", int quantity = 10) {
    peer.ears.take();
    peer.place(5, action, quantity, type, change);
    const Lines heard = peer.ears.take();
    return heard.size() == 1 ? heard.front() : fmt::format("{} lines", heard.size());
  };
  const auto with = [](auto member, auto value) { return [=](tws::PlaceOrderRequest& r) { r.order.*member = value; }; };
  EXPECT_EQ(code("XYZ", [](auto&) {}), "error 5 387");
  EXPECT_EQ(code("STP PRT", stop("90")), "error 5 387") << "for futures only";
  EXPECT_EQ(code("LMT", [](auto&) {}), "error 5 321");
  EXPECT_EQ(code("STP", [](auto&) {}), "error 5 403");
  EXPECT_EQ(code("STP", stop("90.001")), "error 5 110");
  EXPECT_EQ(code("TRAIL", [](auto&) {}), "error 5 158");
  EXPECT_EQ(code("TRAIL", with(&tws::Order::trailing_percent, 101.0)), "error 5 159");
  EXPECT_EQ(code("MOC", with(&tws::Order::tif, std::string_view{"GTC"})), "error 5 113");
  EXPECT_EQ(code("STP", both(stop("90"), with(&tws::Order::tif, std::string_view{"OPG"}))), "error 5 111");
  EXPECT_EQ(code("MKT", with(&tws::Order::tif, std::string_view{"XYZ"})), "error 5 10052");
  EXPECT_EQ(code("MKT", with(&tws::Order::good_after_time, std::string_view{"soon"})), "error 5 391");
  EXPECT_EQ(code("MKT", with(&tws::Order::trigger_method, 6)), "error 5 146");
  EXPECT_EQ(code("MKT", with(&tws::Order::parent_id, 3)), "error 5 10006");
  EXPECT_EQ(code("MKT", with(&tws::Order::algo_strategy, std::string_view{"Magic"})), "error 5 439");
  EXPECT_EQ(code("MKT", [](auto& r) { r.order.total_quantity = Quantity::from_raw(Quantity::kScale / 2); }),
            "error 5 10243");
  EXPECT_EQ(code("MKT",
                 [](auto& r) {
                   r.order.algo_strategy = "Twap";
                   r.order.algo_params.push_back({"pace", "1"});
                 }),
            "error 5 443");
  EXPECT_EQ(code("MKT",
                 [](auto& r) {
                   r.order.algo_strategy = "Adaptive";
                   r.order.algo_params.push_back({"adaptivePriority", "Hectic"});
                 }),
            "error 5 441");
  EXPECT_EQ(code("MKT", [](auto& r) { r.contract.sec_type = "BAG"; }), "error 5 314");
  EXPECT_TRUE(world.gateway.desk().orders().empty());
}

TEST(Orders, AreRefusedWhenTheGatewayIsReadOnly) {
  World world{Login{.read_only = true}};
  Peer peer{world, 7};
  peer.place(5, "BUY", 1, "MKT");
  peer.ask(tws::CancelOrderRequest{.order_id = 5});
  peer.ask(tws::GlobalCancelRequest{});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 5 321", "error 5 321", "error -1 321"}));
}

TEST(Orders, AreRefusedByPrecautionsThatAreSet) {
  World world{OrderSettings{.size_limit = Quantity::of(500), .percent_limit = 5}};
  Peer peer{world, 7};
  peer.to(10s);
  peer.place(1, "BUY", 501, "MKT");
  peer.place(1, "BUY", 10, "LMT", limit("110"));
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 383", "error 1 163"}));
  peer.place(1, "BUY", 10, "LMT", limit("104"));
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 0 10"));
}

// A quarter of the value is needed: 1,000 dollars buy 4,000 dollars' worth, not more.
TEST(Orders, AreRefusedBeyondTheBuyingPower) {
  World world{std::vector<AccountSetup>{{"DU0000000", Amount::of(1000)}}};
  Peer peer{world, 7};
  peer.to(10s);
  peer.place(1, "BUY", 40, "LMT", limit("99"));
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 201", "status 1 Inactive 0 40"}));
  EXPECT_EQ(
      peer.ears.last_error,
      "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH "
      "LOAN VALUE [998.60 USD] MUST EXCEED THE INITIAL MARGIN [1000.00 USD]");
  peer.place(2, "BUY", 39, "LMT", limit("99"));
  EXPECT_TRUE(peer.ears.has("status 2 Submitted 0 39"));
}

TEST(Orders, NeedAnAccountWhereThereAreSeveral) {
  World world{std::vector<AccountSetup>{{"DU0000000", Amount::of(1000)}, {"DU0000001", Amount::of(1000)}}};
  Peer peer{world, 7};
  peer.place(1, "BUY", 1, "MKT");
  EXPECT_EQ(peer.ears.take(), Lines{"error 1 435"});
  peer.place(1, "BUY", 1, "MKT", [](auto& r) { r.order.account = "DU0000001"; });
  peer.to(1min);
  EXPECT_EQ(world.gateway.books().position("DU0000001", us_stock("SPY").con_id).text(), "1");
}

TEST(Orders, AreRefusedForWhatTheAccountMayNotTrade) {
  AccountSetup account{"DU0000000", Amount::of(1000)};
  account.permissions = {"FUT"};
  World world{std::vector{account}};
  Peer peer{world, 7};
  peer.place(1, "BUY", 1, "MKT");
  EXPECT_EQ(peer.ears.take(), Lines{"error 1 203"});
}

TEST(WhatIf, TellsTheMarginAndIsForgotten) {
  World world;
  Peer peer{world, 7};
  peer.to(10s);
  peer.place(1, "BUY", 100, "LMT", both(limit("100"), [](auto& r) { r.order.what_if = true; }));
  EXPECT_EQ(peer.ears.take(), Lines{"open 1 BUY 100 LMT PreSubmitted"});
  EXPECT_EQ(peer.ears.what_if.init_margin_before, 0.0);
  EXPECT_EQ(peer.ears.what_if.init_margin_change, 2500.0);
  EXPECT_EQ(peer.ears.what_if.equity_with_loan_before, 1'000'000.0);
  EXPECT_EQ(peer.ears.what_if.commission_and_fees, 1.0);
  EXPECT_TRUE(world.gateway.desk().orders().empty());
  EXPECT_EQ(world.gateway.desk().next_order_id(7), 1) << "no id is used";
  peer.place(1, "BUY", 100, "LMT", both(limit("100"), [](auto& r) {
               r.order.what_if = true;
               r.order.transmit = false;
             }));
  EXPECT_EQ(peer.ears.take(), Lines{"error 1 413"});
}

// --- What is held ---

TEST(StopOrders, WaitForTheirPrice) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "STP", stop("101.50"));
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1 BUY 10 STP PreSubmitted", "status 1 PreSubmitted 0 10 trigger"}));
  peer.to(4min);
  EXPECT_TRUE(peer.ears.take().empty());
  peer.to(5min);
  const Lines heard = peer.ears.take();
  ASSERT_GE(heard.size(), 3U);
  EXPECT_EQ(heard[1], "status 1 Submitted 0 10");
  EXPECT_EQ(heard[2], "exec -1 1 STK BOT 10@102.01");
}

TEST(StopLimitOrders, BecomeLimitOrders) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "STP LMT", both(stop("101.50"), limit("101.60")));
  peer.to(7min);
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 0 10"));
  EXPECT_FALSE(peer.ears.has("status 1 Filled 10 0")) << "the market is above the limit";
  peer.to(9min);
  EXPECT_TRUE(peer.ears.has("exec -1 1 STK BOT 10@98.01"));
}

TEST(TouchOrders, WaitForABetterPrice) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "SELL", 10, "MIT", stop("101"));
  peer.to(3min);
  EXPECT_FALSE(peer.ears.has("status 1 Filled 10 0"));
  peer.to(5min);
  EXPECT_TRUE(peer.ears.has("exec -1 1 STK SLD 10@101.99"));
}

// The stop follows from 99 to 101, and the fall to 98 triggers it.
TEST(TrailingStops, FollowTheMarketAndDoNotTurnBack) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "SELL", 10, "TRAIL", stop("1"));
  peer.to(7min);
  EXPECT_FALSE(peer.ears.has("status 1 Filled 10 0"));
  EXPECT_EQ(world.gateway.desk().orders().front().stop, price("101"));
  peer.to(9min);
  EXPECT_TRUE(peer.ears.has("exec -1 1 STK SLD 10@97.99"));
}

TEST(Conditions, HoldAnOrderUntilTheyAreMet) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "MKT", [](auto& r) {
    r.contract.symbol = "IBM";
    tws::OrderCondition condition;
    condition.type = 1;
    condition.is_more = true;
    condition.con_id = us_stock("SPY").con_id;
    condition.exchange = "SMART";
    condition.price = price("101");
    r.order.conditions.push_back(condition);
  });
  peer.to(3min);
  EXPECT_FALSE(peer.ears.has("status 1 Filled 10 0"));
  peer.to(6min);
  EXPECT_TRUE(peer.ears.has("exec -1 1 STK BOT 10@50.01"));
}

TEST(GoodTillDate, EndsAnOrderAtItsTime) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "LMT", both(limit("90"), [](auto& r) {
               r.order.tif = "GTD";
               r.order.good_till_date = "20131007 09:32:00 US/Eastern";
             }));
  peer.to(119s);
  EXPECT_FALSE(peer.ears.has("status 1 Cancelled 0 10"));
  peer.to(2min);
  EXPECT_TRUE(peer.ears.has("status 1 Cancelled 0 10"));
  EXPECT_TRUE(peer.ears.has("error 1 202"));
}

TEST(FillOrKill, FillsAllOrBecomesInactive) {
  World world;
  Peer peer{world, 7};
  const auto kill = [](auto& r) { r.order.tif = "FOK"; };
  peer.place(1, "BUY", 200, "LMT", both(limit("100.01"), kill));
  peer.to(10s);
  EXPECT_TRUE(peer.ears.has("exec -1 1 STK BOT 200@100.01"));
  peer.place(2, "BUY", 201, "LMT", both(limit("100.01"), kill));
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("status 2 Inactive 0 201"));
}

TEST(ShortSales, AreHeldUntilSharesAreFound) {
  World world{OrderSettings{.hard_to_borrow = {"SPY"}, .locate_delay = 30s}};
  Peer peer{world, 7};
  peer.place(1, "SELL", 10, "MKT");
  EXPECT_EQ(peer.ears.take(),
            (Lines{"error 1 404", "open 1 SELL 10 MKT PreSubmitted", "status 1 PreSubmitted 0 10 locate"}));
  peer.to(19s);
  EXPECT_TRUE(peer.ears.take().empty());
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("status 1 Filled 10 0"));
}

TEST(Halts, KeepOrdersFromFilling) {
  World world;
  Peer peer{world, 7};
  world.gateway.halt(0, Halt::volatility);
  peer.place(1, "BUY", 10, "MKT");
  peer.ears.take();
  peer.to(2min);
  EXPECT_EQ(peer.ears.take(), Lines{});
  world.gateway.halt(0, Halt::none);
  peer.to(3min);
  EXPECT_TRUE(peer.ears.has("status 1 Filled 10 0"));
}

TEST(MarketOnClose, TradesWhenTheSessionEnds) {
  World world;
  Peer peer{world, 7};
  peer.to(1min);
  peer.place(1, "BUY", 10, "MOC");
  peer.to(6h + 29min);
  EXPECT_FALSE(peer.ears.has("status 1 Filled 10 0"));
  peer.to(6h + 30min);
  EXPECT_TRUE(peer.ears.has("exec -1 1 STK BOT 10@98"));
}

TEST(Algorithms, LetAnOrderGoInSlices) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 100, "MKT", [](auto& r) {
    r.order.algo_strategy = "Twap";
    r.order.algo_params.push_back({"startTime", "09:30:00 US/Eastern"});
    r.order.algo_params.push_back({"endTime", "09:40:00 US/Eastern"});
  });
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 10 90"));
  peer.to(3min);
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 30 70"));
  peer.to(11min);
  EXPECT_TRUE(peer.ears.has("status 1 Filled 100 0"));
}

TEST(PeggedOrders, FollowTheQuote) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "REL");
  peer.to(3min);
  EXPECT_EQ(world.gateway.desk().orders().front().venue_limit, price("99.99"));
  peer.to(6min);
  EXPECT_EQ(world.gateway.desk().orders().front().venue_limit, price("101.99"));
}

// --- Families and groups ---

TEST(Brackets, GoOutTogetherAndTheirChildrenWait) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "MKT", [](auto& r) { r.order.transmit = false; });
  peer.place(2, "SELL", 10, "LMT", both(limit("101.50"), child_of(1, false)));
  EXPECT_TRUE(peer.ears.take().empty()) << "nothing is told of what is not transmitted";
  peer.place(3, "SELL", 10, "STP", both(stop("99"), child_of(1, true)));
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1 BUY 10 MKT PreSubmitted", "status 1 PreSubmitted 0 10",
                                     "open 2 SELL 10 LMT PreSubmitted", "status 2 PreSubmitted 0 10 child",
                                     "open 3 SELL 10 STP PreSubmitted", "status 3 PreSubmitted 0 10 child,trigger"}));
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("status 1 Filled 10 0"));
  EXPECT_TRUE(peer.ears.has("status 2 Submitted 0 10"));
  EXPECT_TRUE(peer.ears.has("status 3 PreSubmitted 0 10 trigger"));
  peer.ears.take();
  peer.to(5min);
  EXPECT_TRUE(peer.ears.has("status 2 Filled 10 0"));
  EXPECT_TRUE(peer.ears.has("status 3 Cancelled 0 10"));
  EXPECT_TRUE(peer.ears.has("error 3 202"));
  peer.to(10min);
  EXPECT_TRUE(world.gateway.books().position("DU0000000", us_stock("SPY").con_id).is_zero());
}

TEST(Brackets, EndWithTheirParent) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "LMT", both(limit("90"), [](auto& r) { r.order.transmit = false; }));
  peer.place(2, "SELL", 10, "LMT", both(limit("110"), child_of(1, false)));
  peer.place(3, "SELL", 10, "STP", both(stop("80"), child_of(1, true)));
  peer.ask(tws::CancelOrderRequest{.order_id = 3});
  EXPECT_FALSE(peer.ears.has("status 2 Cancelled 0 10")) << "a child goes alone";
  peer.ask(tws::CancelOrderRequest{.order_id = 1});
  EXPECT_TRUE(peer.ears.has("status 1 Cancelled 0 10"));
  EXPECT_TRUE(peer.ears.has("status 2 Cancelled 0 10"));
  EXPECT_TRUE(world.gateway.desk().live_orders().empty());
}

TEST(OcaGroups, CancelOrReduceTheOthers) {
  for (const int type : {1, 2, 3}) {
    World world;
    Peer peer{world, 7};
    peer.place(1, "BUY", 400, "LMT", both(limit("100.01"), in_group("one", type)));
    peer.place(2, "BUY", 200, "LMT", both(limit("90"), in_group("one", type)));
    peer.to(1s);  // the first quote offers 200
    EXPECT_TRUE(peer.ears.has("status 1 Submitted 200 200"));
    EXPECT_EQ(peer.ears.has("status 2 Cancelled 0 200"), type == 1);
    EXPECT_EQ(peer.ears.has("status 2 Submitted 0 100"), type != 1);
    peer.to(1min);
    EXPECT_TRUE(peer.ears.has("status 1 Filled 400 0"));
    EXPECT_EQ(peer.ears.has("status 2 Cancelled 0 75"), type != 1) << "a print of 100 came before the last fill";
  }
}

// Both could be filled by the same quote; the group lets one of them.
TEST(OcaGroups, AreNotFilledTwiceByOneEvent) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "LMT", both(limit("101"), in_group("one", 1)));
  peer.place(2, "BUY", 10, "LMT", both(limit("100.50"), in_group("one", 1)));
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("status 1 Filled 10 0"));
  EXPECT_TRUE(peer.ears.has("status 2 Cancelled 0 10"));
  EXPECT_EQ(world.gateway.books().position("DU0000000", us_stock("SPY").con_id).text(), "10");
}

TEST(Hedges, TakeTheirSizeFromTheirParent) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "MKT", [](auto& r) { r.order.transmit = false; });
  peer.place(2, "SELL", 0, "MKT", both(child_of(1, true), [](auto& r) {
               r.contract.symbol = "IBM";
               r.order.hedge_type = "P";
               r.order.hedge_param = "2";
             }));
  peer.to(2min);
  EXPECT_TRUE(peer.ears.has("exec -1 2 STK SLD 20@49.99"));
}

TEST(Combos, AreToldAsAWholeAndLegByLeg) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "LMT", both(limit("50.02"), [](auto& r) {
               r.contract.sec_type = "BAG";
               r.contract.combo_legs = {{.con_id = us_stock("SPY").con_id, .ratio = 1, .action = "BUY"},
                                        {.con_id = us_stock("IBM").con_id, .ratio = 1, .action = "SELL"}};
             }));
  peer.to(3s);
  EXPECT_TRUE(peer.ears.has("exec -1 1 BAG BOT 10@50.02"));
  EXPECT_TRUE(peer.ears.has("exec -1 1 STK BOT 10@100.01"));
  EXPECT_TRUE(peer.ears.has("exec -1 1 STK SLD 10@49.99"));
  EXPECT_TRUE(peer.ears.has("status 1 Filled 10 0"));
  EXPECT_EQ(world.gateway.books().position("DU0000000", us_stock("IBM").con_id).text(), "-10");
  EXPECT_EQ(world.gateway.books().cash("DU0000000").text(), "999497.8") << "10 x 50.02, and a dollar for each leg";
}

// --- Options ---

TEST(Exercise, DeliversTheShares) {
  World world;
  Peer peer{world, 7};
  const auto option = [](auto& r) { r.contract = {.con_id = 9001, .exchange = "SMART"}; };
  peer.place(1, "BUY", 2, "MKT", option);
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("fee 1.3"));
  EXPECT_EQ(world.gateway.books().cash("DU0000000").text(), "998996.7") << "2 x 100 x 5.01 and the commission";
  tws::ExerciseOptionsRequest request{.order_id = 2, .exercise_action = 2, .exercise_quantity = 2};
  request.contract.con_id = 9001;
  peer.ask(request);
  EXPECT_TRUE(peer.ears.has("error 2 322")) << "it is in the money";
  request.exercise_action = 1;
  peer.ears.take();
  peer.ask(request);
  EXPECT_EQ(peer.ears.take(), (Lines{"open 2 SELL 2 MKT PreSubmitted", "status 2 PreSubmitted 0 2"}));
  peer.to(2min);
  EXPECT_TRUE(peer.ears.has("exec -1 2 OPT SLD 2@0"));
  EXPECT_TRUE(peer.ears.has("exec -1 2 STK BOT 200@95"));
  EXPECT_TRUE(world.gateway.books().position("DU0000000", 9001).is_zero());
  EXPECT_EQ(world.gateway.books().cash("DU0000000").text(), "979996.7");
}

// --- The life of an order ---

TEST(Statuses, AreAsSlowAsTheGatewayIs) {
  World world{OrderSettings{.acknowledge_delay = 2s, .cancel_delay = 3s, .commission_delay = 5s}};
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "LMT", limit("90"));
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1 BUY 10 LMT PendingSubmit", "status 1 PendingSubmit 0 10"}));
  peer.place(1, "BUY", 20, "LMT", limit("90"));
  EXPECT_EQ(peer.ears.take(), Lines{"error 1 2102"});
  peer.to(-8s);
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 0 10"));
  peer.ears.take();
  peer.ask(tws::CancelOrderRequest{.order_id = 1});
  EXPECT_EQ(peer.ears.take(), Lines{"status 1 PendingCancel 0 10"});
  peer.to(-5s);
  EXPECT_EQ(peer.ears.take(), (Lines{"status 1 Cancelled 0 10", "error 1 202"}));
  peer.place(2, "BUY", 10, "LMT", limit("90"));
  peer.ask(tws::CancelOrderRequest{.order_id = 2});
  EXPECT_TRUE(peer.ears.has("status 2 ApiCancelled 0 10"));
  peer.place(3, "BUY", 10, "MKT");
  peer.to(2s);
  EXPECT_TRUE(peer.ears.has("status 3 Filled 10 0"));
  EXPECT_FALSE(peer.ears.has("fee 1"));
  peer.to(10s);
  EXPECT_TRUE(peer.ears.has("fee 1"));
}

TEST(Statuses, AreLeftOutOrRepeatedAsIbDoes) {
  World world{OrderSettings{.keeps_quiet_until_filled = true, .status_copies = 2}};
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "MKT");
  EXPECT_TRUE(peer.ears.take().empty());
  peer.to(10s);
  EXPECT_EQ(peer.ears.take(), (Lines{"exec -1 1 STK BOT 10@100.01", "open 1 BUY 10 MKT Filled", "status 1 Filled 10 0",
                                     "status 1 Filled 10 0", "fee 1"}));
}

TEST(Modifications, ChangePriceAndSizeOnly) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "LMT", limit("90"));
  peer.ears.take();
  peer.place(1, "BUY", 10, "STP", stop("110"));
  peer.place(1, "BUY", 10, "LMT", both(limit("90"), [](auto& r) { r.order.algo_strategy = "Adaptive"; }));
  peer.place(1, "BUY", 10, "LMT", limit("90.001"));
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 329", "error 1 440", "error 1 110"}));
  peer.place(1, "BUY", 20, "LMT", limit("91"));
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1 BUY 20 LMT Submitted", "status 1 Submitted 0 20"}));
}

TEST(Modifications, NeedAsMuchMarginAsNewOrders) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 1, "LMT", limit("90"));
  peer.ears.take();
  peer.place(1, "BUY", 1'000'000, "LMT", limit("90"));
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 201"}));
  EXPECT_TRUE(peer.ears.last_error.contains("YOUR ORDER IS NOT ACCEPTED")) << peer.ears.last_error;
  EXPECT_EQ(world.gateway.desk().orders().front().quantity, Quantity::of(1)) << "it stays as it was";
  peer.place(1, "BUY", 1'000, "LMT", limit("90"));
  EXPECT_TRUE(peer.ears.has("open 1 BUY 1000 LMT Submitted"));
}

TEST(Brackets, NeedTheMarginOfAChildWhenItsParentHasFilled) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "LMT", both(limit("101"), [](auto& r) { r.order.transmit = false; }));
  peer.place(2, "BUY", 1'000'000, "LMT", both(limit("90"), child_of(1, false)));
  peer.place(3, "SELL", 10, "LMT", both(limit("110"), child_of(1, true)));
  EXPECT_TRUE(peer.ears.has("status 2 PreSubmitted 0 1000000 child"));
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("error 2 201"));
  EXPECT_TRUE(peer.ears.has("status 2 Inactive 0 1000000"));
  EXPECT_TRUE(peer.ears.has("status 3 Submitted 0 10"));
}

TEST(GlobalCancel, EndsEveryonesOrders) {
  World world;
  Peer one{world, 7};
  Peer two{world, 8};
  one.place(1, "BUY", 10, "LMT", limit("90"));
  two.place(1, "BUY", 20, "STP", stop("110"));
  world.gateway.desk_at(world.now).enter_by_hand(Peer::terms(0, "BUY", 30, "LMT", limit("80")), world.now);
  two.ask(tws::GlobalCancelRequest{});
  one.exchange();
  EXPECT_TRUE(one.ears.has("status 1 Cancelled 0 10"));
  EXPECT_TRUE(two.ears.has("status 1 Cancelled 0 20"));
  EXPECT_TRUE(world.gateway.desk().live_orders().empty());
}

// --- Executions ---

TEST(Executions, AreCorrectedAndBusted) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 100, "MKT");
  peer.to(10s);
  EXPECT_EQ(peer.ears.last_exec_id, "0000e0d5.65f1a2b3.01.01");
  peer.ears.take();
  OrderDesk& desk = world.gateway.desk_at(world.now);
  EXPECT_EQ(desk.correct_execution("0000e0d5.65f1a2b3.01.01", Quantity::of(90), price("100"), world.now),
            "0000e0d5.65f1a2b3.01.02");
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"exec -1 1 STK BOT 90@100", "fee 0.9"}));
  EXPECT_EQ(peer.ears.last_exec_id, "0000e0d5.65f1a2b3.01.02");
  EXPECT_EQ(world.gateway.books().cash("DU0000000").text(), "990999.1");
  EXPECT_FALSE(desk.correct_execution("0000e0d5.65f1a2b3.01.01", Quantity::of(1), price("1"), world.now))
      << "it has been corrected already";
  EXPECT_EQ(desk.bust_execution("0000e0d5.65f1a2b3.01.02", world.now), "0000e0d5.65f1a2b3.01.03");
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"exec -1 1 STK BOT 0@100", "fee 0"}));
  EXPECT_EQ(world.gateway.books().cash("DU0000000"), Amount::of(1'000'000));
  EXPECT_TRUE(world.gateway.books().position("DU0000000", us_stock("SPY").con_id).is_zero());
}

TEST(Executions, AreFilteredByEverythingThatIsAskedFor) {
  World world;
  Peer peer{world, 7};
  Peer other{world, 8};
  peer.place(1, "BUY", 10, "MKT");
  other.place(1, "SELL", 20, "MKT", [](auto& r) { r.contract.symbol = "IBM"; });
  peer.to(1min);
  peer.ears.take();
  const auto count = [&](const tws::ExecutionFilter& filter) {
    peer.ears.take();
    peer.ask(tws::ExecutionRequest{.req_id = 3, .execution_filter = filter});
    return std::ranges::count_if(peer.ears.take(), [](const std::string& line) { return line.starts_with("exec 3"); });
  };
  EXPECT_EQ(count({}), 2);
  EXPECT_EQ(count({.client_id = 8}), 1);
  EXPECT_EQ(count({.symbol = "IBM"}), 1);
  EXPECT_EQ(count({.side = "BUY"}), 1);
  EXPECT_EQ(count({.side = "SLD"}), 1);
  EXPECT_EQ(count({.sec_type = "OPT"}), 0);
  EXPECT_EQ(count({.acct_code = "DU0000009"}), 0);
  EXPECT_EQ(count({.time = "20131007 09:31:00 US/Eastern"}), 0);
  EXPECT_EQ(count({.exchange = "NASDAQ"}), 0);
  peer.to(24h);
  EXPECT_EQ(count({}), 0) << "those since midnight";
  EXPECT_EQ(count({.last_n_days = 2}), 2);
  EXPECT_EQ(count({.specific_dates = {20131007}}), 2);
  EXPECT_EQ(count({.specific_dates = {20131008}}), 0);
}

TEST(CompletedOrders, AreThoseOfTheDay) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "MKT");
  world.gateway.desk_at(world.now).enter_by_hand(Peer::terms(0, "BUY", 30, "MKT"), world.now);
  peer.to(1min);
  peer.ears.take();
  peer.ask(tws::CompletedOrdersRequest{.api_only = true});
  EXPECT_EQ(peer.ears.take(), (Lines{"completed Filled", "completed end"}));
  peer.ask(tws::CompletedOrdersRequest{.api_only = false});
  EXPECT_EQ(peer.ears.take(), (Lines{"completed Filled", "completed Filled", "completed end"}));
}

// --- Numbers no order has ---

TEST(OrderDesk, NoNumberOfAClientIsMoreThanTheDeskCanCount) {
  const auto algo = [](const char* strategy, const char* tag, const char* value) {
    return [=](auto& r) {
      r.order.lmt_price = price("100");
      r.order.algo_strategy = strategy;
      r.order.algo_params = {{tag, value}};
    };
  };
  tws::OrderCondition volume;
  volume.type = 6;
  volume.con_id = 756733;
  volume.exchange = "SMART";
  volume.volume = -1;
  const std::vector<std::pair<const char*, Change>> absurd = {
      {"LMT", algo("AD", "componentSize", "100000000000")},
      {"LMT", algo("AD", "timeBetweenOrders", "9000000000000000000")},
      {"LMT", algo("DarkIce", "displaySize", "100000000000")},
      {"MKT", [&](auto& r) { r.order.conditions = {volume}; }},
      {"MKT", [](auto& r) { r.order.total_quantity = Quantity::from_raw(Quantity::kRawMax); }},
      {"MKT",
       [](auto& r) {
         r.order.hedge_type = "D";
         r.order.total_quantity.reset();
       }},
      {"LMT", limit("9000000000")},
      {"REL", [](auto& r) { r.order.aux_price = price("9000000000"); }},
      {"LMT",
       [](auto& r) {
         r.order.lmt_price = price("100");
         r.order.tif = "Minutes";
         r.order.duration = 2147483646;
       }},
  };
  World world;
  Peer peer{world, 7};
  peer.to(3s);
  std::int32_t id = 1;
  for (const auto& [type, change] : absurd) {
    peer.ears.take();
    peer.place(id, "BUY", 100, type, change);
    EXPECT_EQ(peer.ears.heard.size(), 1U) << id;
    EXPECT_TRUE(!peer.ears.heard.empty() && peer.ears.heard.front().starts_with("error")) << id;
    ++id;
  }
}

TEST(OrderDesk, AnOrderHasAtMostTwoGenerationsAboveIt) {
  World world;
  Peer peer{world, 7};
  peer.to(3s);
  peer.place(1, "BUY", 1, "LMT", both(limit("50"), [](auto& r) { r.order.transmit = false; }));
  for (std::int32_t id = 2; id <= 3; ++id)
    peer.place(id, "SELL", 1, "LMT", both(limit("150"), child_of(id - 1, false)));
  peer.ears.take();
  peer.place(4, "SELL", 1, "LMT", both(limit("150"), child_of(3, false)));
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 321"}));
}

}  // namespace
}  // namespace tradewind::sim::gateway
