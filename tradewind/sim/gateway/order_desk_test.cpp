// Orders as the gateway's clients see them: each test speaks to it through real bytes, with the client half of core/tws.
// Families are in order_desk_groups_test.cpp, executions in order_desk_fills_test.cpp.

#include "tests/support/order_peer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using namespace order_testing;

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

// A quarter of what is held, at the price of the moment: 100, then 102, then 98.
TEST(WhatIf, TellsOfTheMarginAsPricesAndHoldingsChange) {
  World world;
  Peer peer{world, 7};
  peer.to(10s);
  int id = 100;
  const auto before = [&] {
    peer.place(++id, "BUY", 1, "MKT", [](auto& r) { r.order.what_if = true; });
    return peer.ears.what_if.init_margin_before;
  };
  EXPECT_EQ(before(), 0.0);
  peer.place(1, "BUY", 100, "MKT");
  peer.to(1min);
  EXPECT_EQ(before(), 2500.0);
  peer.to(5min);
  EXPECT_EQ(before(), 2550.0);
  peer.to(9min);
  EXPECT_EQ(before(), 2450.0);
  const double equity = *peer.ears.what_if.equity_with_loan_before;
  world.gateway.desk_at(world.now).books().pay("DU0000000", "USD", Amount::of(500));
  EXPECT_EQ(before(), 2450.0);
  EXPECT_EQ(*peer.ears.what_if.equity_with_loan_before, equity + 500);
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

TEST(GoodTillDate, ComesBackInTheZoneOfTheExchangeHoweverItWasWritten) {
  World world;
  Peer peer{world, 7};
  for (const char* time : {"20131007-13:32:00", "20131007 13:32:00 UTC", "20131007 08:32:00 US/Central"}) {
    peer.place(world.gateway.desk().next_order_id(7), "BUY", 10, "LMT", both(limit("90"), [&](auto& r) {
                 r.order.tif = "GTD";
                 r.order.good_till_date = time;
                 r.order.good_after_time = "20131007-13:31:00";
               }));
    EXPECT_EQ(peer.ears.good_till, "20131007 09:32:00 US/Eastern") << time;
    EXPECT_EQ(peer.ears.good_after, "20131007 09:31:00 US/Eastern");
  }
  peer.to(2min);
  EXPECT_TRUE(world.gateway.desk().live_orders().empty());
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

// --- The life of an order ---

TEST(Statuses, AreAsSlowAsTheGatewayIs) {
  World world{OrderSettings{.acknowledge_delay = 2s, .cancel_delay = 3s, .commission_delay = 5s}};
  Peer peer{world, 7};
  peer.place(1, "BUY", 10, "LMT", limit("90"));
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1 BUY 10 LMT PendingSubmit", "status 1 PendingSubmit 0 10"}));
  peer.place(1, "BUY", 20, "LMT", limit("90"));
  EXPECT_EQ(peer.ears.take(), Lines{"error 1 2102"});
  peer.to(2s);
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 0 10"));
  peer.ears.take();
  peer.ask(tws::CancelOrderRequest{.order_id = 1});
  EXPECT_EQ(peer.ears.take(), Lines{"status 1 PendingCancel 0 10"});
  peer.to(5s);
  EXPECT_EQ(peer.ears.take(), (Lines{"status 1 Cancelled 0 10", "error 1 202"}));
  peer.place(2, "BUY", 10, "LMT", limit("90"));
  peer.ask(tws::CancelOrderRequest{.order_id = 2});
  EXPECT_TRUE(peer.ears.has("status 2 ApiCancelled 0 10"));
  peer.place(3, "BUY", 10, "MKT");
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("status 3 Filled 10 0"));
  EXPECT_FALSE(peer.ears.has("fee 1"));
  peer.to(70s);
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
