// Triggers of combinations look at what all legs cost together.

#include "tests/support/order_peer.hpp"

#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using namespace order_testing;

// SPY bought and IBM sold: around 50, from the fourth minute on at 52, from the eighth at 48.
Change spread(const char* trigger) {
  return [=](tws::PlaceOrderRequest& r) {
    r.contract.sec_type = "BAG";
    r.order.aux_price = price(trigger);
    for (const auto& [symbol, action] : {std::pair{"SPY", "BUY"}, std::pair{"IBM", "SELL"}}) {
      tws::ComboLeg leg;
      leg.con_id = us_stock(symbol).con_id;
      leg.ratio = 1;
      leg.action = action;
      leg.exchange = "SMART";
      r.contract.combo_legs.push_back(leg);
    }
  };
}

TEST(ComboTriggers, StopsAndTouchesWaitForTheSumOfTheLegs) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 1, "STP", spread("51.50"));
  peer.place(2, "SELL", 1, "MIT", spread("51.50"));
  peer.place(3, "BUY", 1, "MIT", spread("48.50"));
  peer.place(4, "SELL", 1, "STP", spread("48.50"));
  peer.to(239s);
  EXPECT_FALSE(peer.ears.has("status 1 Submitted 0 1") || peer.ears.has("status 3 Submitted 0 1"));
  peer.to(250s);
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 0 1"));
  EXPECT_TRUE(peer.ears.has("status 2 Submitted 0 1"));
  peer.to(479s);
  EXPECT_TRUE(peer.ears.has("exec -1 1 BAG BOT 1@52.02"));
  EXPECT_TRUE(peer.ears.has("exec -1 2 BAG SLD 1@51.98"));
  EXPECT_FALSE(peer.ears.has("status 3 Submitted 0 1") || peer.ears.has("status 4 Submitted 0 1"));
  peer.to(490s);
  EXPECT_TRUE(peer.ears.has("status 3 Submitted 0 1"));
  EXPECT_TRUE(peer.ears.has("status 4 Submitted 0 1"));
}

TEST(ComboTriggers, TrailsFollowTheSumOfTheLegs) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "SELL", 1, "TRAIL", spread("2"));
  peer.to(3min);
  EXPECT_EQ(world.gateway.desk().orders().front().stop, price("48.02"));
  peer.to(5min);
  EXPECT_EQ(world.gateway.desk().orders().front().stop, price("50.02"));
  peer.to(490s);
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 0 1"));
}

TEST(ComboTriggers, AreRefusedForLegsThatMakeNoCombo) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 1, "STP", [](auto& r) {
    spread("51.50")(r);
    r.contract.combo_legs.pop_back();
  });
  EXPECT_TRUE(peer.ears.has("error 1 201"));
  EXPECT_TRUE(peer.ears.has("status 1 Inactive 0 1"));
}

}  // namespace
}  // namespace tradewind::sim::gateway
