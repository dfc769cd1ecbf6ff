// What orders wait for: the desk, the venue's trigger book between, and the market event by event.

#include "tests/support/order_desk_rig.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using Desk = testing::DeskRig;
using Change = Desk::Change;
using Lines = Desk::Lines;

Price price(std::string_view text) { return Desk::price(text); }

Change on(const tws::OrderCondition& condition) {
  return [=](auto& request) { request.order.conditions.push_back(condition); };
}
tws::OrderCondition ibm_at(const char* level, bool is_more) {
  tws::OrderCondition condition;
  condition.type = 1;
  condition.con_id = us_stock("IBM").con_id;
  condition.exchange = "SMART";
  condition.is_more = is_more;
  condition.price = price(level);
  return condition;
}

// The side of the quote that gets there last: a buyer's stop waits for the bid.
TEST(HeldOrders, UseTheTriggerMethodOfTheOrder) {
  Desk desk;
  EXPECT_EQ(desk.place(1, "BUY", 10, "STP",
                       [](auto& r) {
                         r.order.aux_price = price("101");
                         r.order.trigger_method = 4;
                       }),
            (Lines{"1 PreSubmitted trigger"}));
  EXPECT_EQ(desk.quote("100.90", "101.20"), Lines{});
  EXPECT_EQ(desk.trade("102"), Lines{});
  EXPECT_EQ(desk.quote("101", "101.30"), (Lines{"1 Submitted"}));
  EXPECT_EQ(desk.quote("101", "101.30"), (Lines{"1 trades at 101.3", "1 Filled"}));
}

TEST(HeldOrders, AreAdjustedWhenTheMarketHasMovedInTheirFavour) {
  Desk desk;
  desk.place(1, "SELL", 10, "STP", [](auto& r) {
    r.order.aux_price = price("95");
    r.order.trigger_price = price("105");
    r.order.adjusted_order_type = "TRAIL";
    r.order.adjusted_trailing_amount = price("1");
  });
  desk.trade("104");
  EXPECT_FALSE(desk.order(1).stop.has_value());
  desk.trade("105.50");
  EXPECT_EQ(desk.order(1).stop, price("104.50"));
  desk.trade("107");
  EXPECT_EQ(desk.order(1).stop, price("106"));
  EXPECT_EQ(desk.trade("106"), (Lines{"1 Submitted"}));
}

TEST(HeldOrders, TakeTheLimitOfATrailingStopAlong) {
  Desk desk;
  desk.trade("100");
  desk.place(1, "SELL", 10, "TRAIL LIMIT", [](auto& r) {
    r.order.trailing_percent = 1.5;
    r.order.lmt_price_offset = price("0.20");
  });
  EXPECT_EQ(desk.order(1).stop, price("98.50"));
  desk.trade("110");
  EXPECT_EQ(desk.order(1).stop, price("108.35"));
  EXPECT_EQ(desk.trade("108.30"), (Lines{"1 Submitted"}));
  EXPECT_EQ(desk.quote("108.14", "108.20"), Lines{}) << "its limit is 108.15";
  EXPECT_EQ(desk.quote("108.15", "108.20"), (Lines{"1 trades at 108.15", "1 Filled"}));
}

TEST(HeldOrders, WaitForTheirConditionsBeforeTheirTrigger) {
  Desk desk;
  tws::OrderCondition condition = ibm_at("50", true);
  condition.trigger_method = 8;
  desk.place(1, "BUY", 10, "STP", [&](auto& r) {
    r.order.aux_price = price("101");
    on(condition)(r);
  });
  EXPECT_EQ(desk.trade("101"), Lines{});
  EXPECT_EQ(desk.trade("51", 1), Lines{});  // it looks at the midpoint
  EXPECT_EQ(desk.quote("49.98", "50.02", 1), Lines{});
  EXPECT_EQ(desk.trade("101"), (Lines{"1 Submitted"}));
}

TEST(HeldOrders, AreReleasedAtOnceByConditionsThatAreMet) {
  Desk desk;
  desk.trade("51", 1);
  EXPECT_EQ(desk.place(1, "BUY", 10, "MKT", on(ibm_at("50", true))), (Lines{"1 PreSubmitted", "1 Submitted"}));
  EXPECT_EQ(desk.place(2, "BUY", 10, "MKT", on(ibm_at("50", false))), (Lines{"2 PreSubmitted"}));
  EXPECT_EQ(desk.trade("50", 1), (Lines{"2 Submitted"}));
}

TEST(HeldOrders, AreCancelledByConditionsThatSaySo) {
  Desk desk;
  const auto cancelling = [](auto& r) {
    on(ibm_at("50", true))(r);
    r.order.conditions_cancel_order = true;
    r.order.lmt_price = price("90");
  };
  EXPECT_EQ(desk.place(1, "BUY", 10, "LMT", cancelling), (Lines{"1 PreSubmitted", "1 Submitted"}));
  EXPECT_EQ(desk.trade("49", 1), Lines{});
  EXPECT_EQ(desk.trade("50", 1), (Lines{"1 Cancelled", "1 error 202"}));
  EXPECT_EQ(desk.place(2, "BUY", 10, "LMT", cancelling).back(), "2 error 202");  // they are met already
  EXPECT_TRUE(desk.desk().live_orders().empty());
}

TEST(HeldOrders, WakeTheDeskWhenTheirTimeComes) {
  Desk desk;
  tws::OrderCondition condition;
  condition.type = 3;
  condition.is_more = true;
  condition.time = "20131007 09:35:00 US/Eastern";
  desk.place(1, "BUY", 10, "MKT", on(condition));
  EXPECT_EQ(desk.desk().wake_at(), desk.now() + 5min);
  EXPECT_EQ(desk.wait(5min), (Lines{"1 Submitted"}));
  EXPECT_FALSE(desk.desk().wake_at().has_value());
}

TEST(HeldOrders, LookAtExecutionsOfTheirOwnUser) {
  Desk desk;
  tws::OrderCondition condition;
  condition.type = 5;
  condition.symbol = "SPY";
  condition.sec_type = "STK";
  condition.exchange = "SMART";
  desk.place(1, "BUY", 10, "MKT", [](auto&) {});
  desk.place(2, "SELL", 10, "LMT", [&](auto& r) {
    r.order.lmt_price = price("105");
    on(condition)(r);
  });
  EXPECT_EQ(desk.trade("100"), Lines{});
  EXPECT_EQ(desk.quote("99.99", "100.01"), (Lines{"1 trades at 100.01", "1 Filled", "2 Submitted"}));
}

// Of 1,000,000, 30,000 shares at 100 need 750,000: a cushion of 25 %.
TEST(HeldOrders, LookAtTheCushionOfTheirAccount) {
  Desk desk;
  tws::OrderCondition condition;
  condition.type = 4;
  condition.is_more = false;
  condition.percent = 26;
  EXPECT_EQ(desk.place(1, "SELL", 10, "MKT", on(condition)), (Lines{"1 PreSubmitted"}));
  condition.percent = 20;
  EXPECT_EQ(desk.place(2, "SELL", 10, "MKT", on(condition)), (Lines{"2 PreSubmitted"}));
  desk.place(3, "BUY", 30'000, "MKT", [](auto&) {});
  desk.quote("100", "100");
  EXPECT_EQ(desk.quote("100", "100"), (Lines{"1 Submitted"}));
}

TEST(HeldOrders, StayHeldWhenTheyAreChanged) {
  Desk desk;
  desk.place(1, "BUY", 10, "STP", [](auto& r) { r.order.aux_price = price("101"); });
  EXPECT_EQ(desk.place(1, "BUY", 10, "STP", [](auto& r) { r.order.aux_price = price("102"); }),
            (Lines{"1 PreSubmitted trigger"}));
  EXPECT_EQ(desk.trade("101.50"), Lines{});
  EXPECT_EQ(desk.trade("102"), (Lines{"1 Submitted"}));
}

TEST(HeldOrders, AreStillCancelledByConditionsWhenTheyAreChangedAfterTheirTrigger) {
  Desk desk;
  const auto terms = [](const char* limit) {
    return [=](tws::PlaceOrderRequest& r) {
      on(ibm_at("50", true))(r);
      r.order.conditions_cancel_order = true;
      r.order.aux_price = price("101");
      r.order.lmt_price = price(limit);
    };
  };
  desk.place(1, "BUY", 10, "STP LMT", terms("90"));
  EXPECT_EQ(desk.trade("101"), (Lines{"1 Submitted"}));
  EXPECT_EQ(desk.place(1, "BUY", 10, "STP LMT", terms("91")), (Lines{"1 Submitted"}));
  EXPECT_EQ(desk.trade("50", 1), (Lines{"1 Cancelled", "1 error 202"}));
}

TEST(HeldOrders, HaveNoPriceOrPercentageThatCannotBeCounted) {
  Desk desk;
  const auto adjusted = [](std::optional<Price> tws::Order::* field, const char* value) {
    return [=](tws::PlaceOrderRequest& r) {
      r.order.aux_price = price("95");
      r.order.trigger_price = price("105");
      r.order.adjusted_order_type = "STP LMT";
      r.order.adjusted_stop_price = price("100");
      r.order.*field = price(value);
    };
  };
  for (const auto field : {&tws::Order::trigger_price, &tws::Order::adjusted_stop_price,
                           &tws::Order::adjusted_stop_limit_price, &tws::Order::adjusted_trailing_amount})
    EXPECT_EQ(desk.place(1, "SELL", 10, "STP", adjusted(field, "9200000000")), (Lines{"1 error 321"}));
  tws::OrderCondition change;
  change.type = 7;
  change.con_id = us_stock("IBM").con_id;
  change.is_more = true;
  for (const double percent : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
    change.change_percent = percent;
    EXPECT_EQ(desk.place(1, "BUY", 10, "MKT", on(change)), (Lines{"1 error 321"}));
  }
  change.change_percent = 1e300;
  EXPECT_EQ(desk.place(1, "BUY", 10, "MKT", on(change)), (Lines{"1 PreSubmitted"}));
  desk.trade("50", 1);
  EXPECT_EQ(desk.trade("51", 1), Lines{});
  EXPECT_EQ(desk.place(2, "SELL", 10, "TRAIL", [](auto& r) { r.order.trailing_percent = std::nan(""); }),
            (Lines{"2 error 159"}));
}

}  // namespace
}  // namespace tradewind::sim::gateway
