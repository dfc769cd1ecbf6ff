// Triggers of combinations look at what all legs cost together, and their orders keep to the limits and the time in force
// that they name.

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

// A unit costs 50.02; there are 200 of each leg.
Change limited(const char* limit, std::string_view tif, bool all_or_none = false) {
  return [=](tws::PlaceOrderRequest& r) {
    spread("0")(r);
    r.order.aux_price.reset();
    r.order.lmt_price = price(limit);
    r.order.tif = tif;
    r.order.all_or_none = all_or_none;
  };
}

TEST(ComboFills, WhatIsNotImmediateEnds) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 1, "LMT", limited("49", "IOC"));
  peer.place(2, "BUY", 9'000, "LMT", limited("51", "IOC"));
  peer.place(3, "BUY", 9'000, "LMT", limited("51", "FOK"));
  peer.place(4, "BUY", 1, "LMT", limited("51", "FOK"));
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("status 1 Cancelled 0 1"));
  EXPECT_TRUE(peer.ears.has("exec -1 2 BAG BOT 200@50.02"));
  EXPECT_TRUE(peer.ears.has("status 2 Cancelled 200 8800"));
  EXPECT_TRUE(peer.ears.has("error 3 202"));
  EXPECT_TRUE(peer.ears.has("status 3 Inactive 0 9000"));
  EXPECT_TRUE(peer.ears.has("status 4 Filled 1 0"));
}

TEST(ComboFills, AllOrNoneWaitsForTheWhole) {
  World world;
  Peer peer{world, 7};
  peer.place(1, "BUY", 9'000, "LMT", limited("51", "DAY", true));
  peer.place(2, "BUY", 1, "LMT", limited("51", "DAY", true));
  peer.to(1min);
  EXPECT_TRUE(peer.ears.has("status 1 Submitted 0 9000"));
  EXPECT_FALSE(peer.ears.has("exec -1 1 BAG BOT 200@50.02"));
  EXPECT_TRUE(peer.ears.has("status 2 Filled 1 0"));
}

TEST(ComboFills, KeepTheLimitOfEachLeg) {
  World world;
  Peer peer{world, 7};
  const auto by_leg = [](const char* spy, const char* ibm) {
    return [=](tws::PlaceOrderRequest& r) {
      spread("0")(r);
      r.order.aux_price.reset();
      r.contract.combo_legs[0].per_leg_price = price(spy);
      r.contract.combo_legs[1].per_leg_price = price(ibm);
    };
  };
  peer.place(1, "BUY", 1, "LMT", by_leg("1", "1"));
  peer.place(2, "BUY", 1, "LMT", by_leg("9999", "9999"));
  peer.place(3, "BUY", 1, "LMT", by_leg("9999", "1"));
  peer.to(1min);
  EXPECT_FALSE(peer.ears.has("exec -1 1 BAG BOT 1@50.02") || peer.ears.has("exec -1 2 BAG BOT 1@50.02"));
  EXPECT_TRUE(peer.ears.has("exec -1 3 BAG BOT 1@50.02"));
}

}  // namespace
}  // namespace tradewind::sim::gateway
