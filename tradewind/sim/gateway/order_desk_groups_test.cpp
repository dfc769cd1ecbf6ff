// Orders that have to do with each other, as their clients see them: brackets, OCA groups, hedges, combinations.

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

}  // namespace
}  // namespace tradewind::sim::gateway
