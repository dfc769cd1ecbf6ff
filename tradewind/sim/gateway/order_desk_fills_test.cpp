// Executions, exercises and orders that have ended, as clients see them.

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

}  // namespace
}  // namespace tradewind::sim::gateway
