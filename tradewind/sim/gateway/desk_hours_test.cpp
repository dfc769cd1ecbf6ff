// What the desk leaves to the venue: auctions, orders that want all at once, icebergs, queues, halts.

#include "tests/support/order_desk_rig.hpp"

#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using testing::DeskRig;
using Lines = DeskRig::Lines;

const Timestamp kOpen = from_civil_utc({2013, 10, 7, 13, 30, 0});
const Timestamp kClose = from_civil_utc({2013, 10, 7, 20, 0, 0});

Price price(std::string_view text) { return DeskRig::price(text); }
DeskRig::Change at_the_open(const char* limit = nullptr) {
  return [=](tws::PlaceOrderRequest& r) {
    r.order.tif = "OPG";
    if (limit != nullptr) r.order.lmt_price = price(limit);
  };
}
DeskRig::Change at_the_close(const char* limit = nullptr) {
  return [=](tws::PlaceOrderRequest& r) {
    r.order.tif = "DAY";
    if (limit != nullptr) r.order.lmt_price = price(limit);
  };
}

TEST(OrdersAtTheOpen, TradeInTheFirstPrintOfTheSessionOrEnd) {
  DeskRig desk{{.checks_margin = false}, kOpen - 10min};
  EXPECT_EQ(desk.place(1, "BUY", 10, "MKT", at_the_open()), (Lines{"1 PreSubmitted"}));
  EXPECT_EQ(desk.place(2, "BUY", 10, "LMT", at_the_open("99.50")), (Lines{"2 PreSubmitted"}));
  EXPECT_EQ(desk.trade("99"), Lines{}) << "before the open";
  desk.wait(10min);
  EXPECT_EQ(desk.quote("99.90", "99.95"), Lines{}) << "a quote is no auction";
  EXPECT_EQ(desk.trade("100"), (Lines{"1 trades at 100", "1 Filled", "2 Cancelled", "2 error 202"}));
}

TEST(OrdersAtTheOpen, WaitForTheNextSessionDuringOne) {
  DeskRig desk;
  desk.trade("100");
  EXPECT_EQ(desk.place(1, "SELL", 10, "MKT", at_the_open()), (Lines{"1 PreSubmitted"}));
  EXPECT_EQ(desk.trade("100"), Lines{});
  EXPECT_EQ(desk.end_session(kClose), (Lines{"1 PreSubmitted"}));
  EXPECT_EQ(desk.trade("101"), Lines{}) << "after the close";
  desk.wait(kOpen + 24h - desk.now());
  EXPECT_EQ(desk.trade("102"), (Lines{"1 trades at 102", "1 Filled"}));
}

TEST(OrdersAtTheClose, TradeAtTheLastPrintAsFarAsTheAuctionGoes) {
  DeskRig desk;
  desk.trade("100", 0, 5'000);
  EXPECT_EQ(desk.place(1, "BUY", 400, "MOC", at_the_close()), (Lines{"1 PreSubmitted"}));
  desk.place(2, "BUY", 400, "LOC", at_the_close("101"));
  desk.place(3, "BUY", 10, "LOC", at_the_close("99.99"));
  desk.place(4, "BUY", 10, "LMT", [](auto& r) {
    r.order.lmt_price = price("90");
    r.order.tif = "DAY";
  });
  EXPECT_EQ(desk.trade("100", 0, 100), Lines{});
  const Lines heard = desk.end_session(kClose);
  EXPECT_EQ(heard, (Lines{"1 trades at 100", "1 Filled", "2 trades at 100", "2 Submitted", "2 Cancelled", "2 error 202",
                          "3 Cancelled", "3 error 202", "4 Cancelled", "4 error 202"}));
  EXPECT_EQ(desk.order(2).filled, Quantity::of(110)) << "a tenth of the day is 510";
}

TEST(Combinations, HaveNoAuction) {
  DeskRig desk;
  EXPECT_EQ(desk.place(1, "BUY", 1, "MKT",
                       [](auto& r) {
                         r.order.tif = "OPG";
                         r.contract.sec_type = "BAG";
                         for (const char* symbol : {"SPY", "IBM"}) {
                           tws::ComboLeg leg;
                           leg.con_id = venue::us_stock(symbol).con_id;
                           leg.ratio = 1;
                           leg.action = "BUY";
                           r.contract.combo_legs.push_back(leg);
                         }
                       }),
            (Lines{"1 error 111"}));
}

TEST(AllOrNone, WaitsUntilTheWholeSizeIsThere) {
  DeskRig desk;
  desk.place(1, "BUY", 300, "LMT", [](auto& r) {
    r.order.lmt_price = price("100");
    r.order.all_or_none = true;
  });
  EXPECT_EQ(desk.quote("99.99", "100", 0, 299), Lines{});
  EXPECT_EQ(desk.quote("99.99", "100", 0, 300), (Lines{"1 trades at 100", "1 Filled"}));
}

TEST(MinimumQuantity, IsThatOfTheFirstFill) {
  DeskRig desk;
  desk.place(1, "BUY", 300, "LMT", [](auto& r) {
    r.order.lmt_price = price("100");
    r.order.min_qty = 200;
  });
  EXPECT_EQ(desk.quote("99.99", "100", 0, 199), Lines{});
  EXPECT_EQ(desk.quote("99.99", "100", 0, 200), (Lines{"1 trades at 100", "1 Submitted"}));
  EXPECT_EQ(desk.quote("99.99", "100", 0, 1), (Lines{"1 trades at 100", "1 Submitted"}));
}

// What comes up of it next stands behind the order that came after it.
TEST(Icebergs, ShowOnePartAtATime) {
  DeskRig desk;
  desk.place(1, "BUY", 300, "LMT", [](auto& r) {
    r.order.lmt_price = price("100");
    r.order.display_size = 100;
  });
  desk.place(2, "BUY", 100, "LMT", DeskRig::limit("100"));
  desk.trade("99", 0, 150);
  EXPECT_EQ(desk.order(1).filled, Quantity::of(100));
  EXPECT_EQ(desk.order(2).filled, Quantity::of(50));
}

TEST(Queues, AreStoodInWhereTheSettingsSaySo) {
  const auto filled_at_its_limit = [](bool queues) {
    DeskRig desk{{.checks_margin = false, .matching = {.queue_position = queues, .latency = Duration{}}}};
    desk.quote("100", "100.10", 0, 200);
    desk.place(1, "BUY", 100, "LMT", DeskRig::limit("100"));
    desk.trade("100", 0, 250);
    return desk.order(1).filled;
  };
  EXPECT_EQ(filled_at_its_limit(false), Quantity::zero());
  EXPECT_EQ(filled_at_its_limit(true), Quantity::of(50)) << "200 stood before it";
}

TEST(Slippage, MakesFillsWorseByIncrements) {
  DeskRig desk{{.checks_margin = false, .slippage_ticks = 2}};
  desk.place(1, "BUY", 10, "MKT");
  EXPECT_EQ(desk.quote("99.99", "100"), (Lines{"1 trades at 100.02", "1 Filled"}));
}

TEST(Halts, StopFillsAndTriggersOfTheirListing) {
  DeskRig desk;
  desk.place(1, "BUY", 10, "MKT");
  desk.place(2, "BUY", 10, "STP", [](auto& r) { r.order.aux_price = price("101"); });
  desk.place(3, "BUY", 10, "MKT", [](auto& r) { r.contract.symbol = "IBM"; });
  desk.desk().halt(0, true);
  EXPECT_EQ(desk.quote("102", "102.01"), Lines{});
  EXPECT_EQ(desk.trade("102"), Lines{});
  EXPECT_EQ(desk.quote("49.99", "50", 1), (Lines{"3 trades at 50", "3 Filled"}));
  desk.desk().halt(0, false);
  EXPECT_EQ(desk.quote("100", "100.01"), (Lines{"1 trades at 100.01", "1 Filled"}));
  EXPECT_EQ(desk.trade("101"), (Lines{"2 Submitted"}));
}

TEST(Stops, SleepOutsideTheHoursOfTheCalendar) {
  DeskRig desk{{.checks_margin = false}, kOpen - 30min};
  const auto stop = [](bool outside) {
    return [=](tws::PlaceOrderRequest& r) {
      r.order.aux_price = price("101");
      r.order.outside_rth = outside;
    };
  };
  desk.place(1, "BUY", 10, "STP", stop(false));
  desk.place(2, "BUY", 10, "STP", stop(true));
  EXPECT_EQ(desk.trade("101"), (Lines{"2 Submitted"}));
  desk.wait(30min);
  EXPECT_EQ(desk.trade("101"), (Lines{"1 Submitted"}));
}

DeskRig::Change limit_at(const char* limit, bool outside, const char* tif = "DAY") {
  return [=](tws::PlaceOrderRequest& r) {
    r.order.lmt_price = price(limit);
    r.order.outside_rth = outside;
    r.order.tif = tif;
  };
}

TEST(RegularHours, OrdersComeBeforeThemAndTradeInThem) {
  DeskRig desk{{.checks_margin = false}, kOpen - 30min};
  EXPECT_EQ(desk.place(1, "BUY", 10, "MKT", [](auto& r) { r.order.tif = "DAY"; }),
            (Lines{"1 error 399", "1 PreSubmitted"}));
  EXPECT_EQ(desk.last_error(),
            "Order Message:\nBUY 10 SPY ARCA.SPY\nWarning: Your order will not be placed at the exchange until "
            "2013-10-07 09:30:00 US/Eastern.");
  EXPECT_EQ(desk.place(2, "BUY", 10, "LMT", limit_at("101", false, "GTC")), (Lines{"2 PreSubmitted"})) << "no warning";
  EXPECT_EQ(desk.place(3, "BUY", 10, "LMT", limit_at("101", true)), (Lines{"3 PreSubmitted", "3 Submitted"}));
  EXPECT_EQ(desk.quote("99.99", "100"), (Lines{"3 trades at 100", "3 Filled"}));
  EXPECT_EQ(desk.desk().wake_at(), kOpen);
  EXPECT_EQ(desk.wait(kOpen - desk.now()), (Lines{"1 Submitted", "2 Submitted"}));
  EXPECT_EQ(desk.desk().wake_at(), std::nullopt);
  EXPECT_EQ(desk.quote("100.99", "101"), (Lines{"1 trades at 101", "1 Filled", "2 trades at 101", "2 Filled"}));
}

TEST(RegularHours, AreForgottenByNobodyWhenNoOneIsWokenAtTheOpen) {
  DeskRig desk{{.checks_margin = false}, kOpen - 30min};
  desk.place(1, "BUY", 10, "LMT", limit_at("101", false, "GTC"));
  desk.pass(30min);
  EXPECT_EQ(desk.quote("99.99", "100"), (Lines{"1 Submitted"})) << "this quote has come with the order";
  EXPECT_EQ(desk.quote("99.99", "100"), (Lines{"1 trades at 100", "1 Filled"}));
}

TEST(RegularHours, EndForWhatIsGoodTillCancelledUntilTheNextDay) {
  DeskRig desk;
  desk.place(1, "BUY", 10, "LMT", limit_at("90", false, "GTC"));
  desk.place(2, "BUY", 10, "LMT", limit_at("90", true, "GTC"));
  desk.place(3, "BUY", 10, "LMT", limit_at("90", false, "DAY"));
  EXPECT_EQ(desk.end_session(kClose), (Lines{"3 Cancelled", "3 error 202", "1 PreSubmitted"}));
  EXPECT_EQ(desk.quote("88.99", "89"), (Lines{"2 trades at 89", "2 Filled"}));
  EXPECT_EQ(desk.cancel(1), (Lines{"1 Cancelled", "1 error 202"}));
}

TEST(RegularHours, AreNotTheEndOfADayThatIsMarked) {
  DeskRig desk;
  desk.place(1, "BUY", 10, "LMT", limit_at("90", true));
  desk.place(2, "BUY", 10, "LMT", limit_at("90", false));
  desk.place(2, "BUY", 10, "LMT", limit_at("90", true));
  EXPECT_EQ(desk.end_session(kClose), Lines{});
  EXPECT_EQ(desk.quote("88.99", "89", 0, 10), (Lines{"1 trades at 89", "1 Filled"}));
  desk.place(3, "BUY", 10, "LMT", limit_at("80", true));
  EXPECT_EQ(desk.wait(kClose + 4h - desk.now()), (Lines{"2 Cancelled", "2 error 202", "3 Cancelled", "3 error 202"}));
  desk.place(4, "BUY", 10, "LMT", limit_at("80", true));
  EXPECT_EQ(desk.order(4).expires, kClose + 28h) << "the day is over: the next one";
}

// EUR.USD is the third listing.
TEST(RegularHours, AreNoneForTheTriggersOfCurrencies) {
  DeskRig desk{{.checks_margin = false}, kClose + 6h};
  desk.place(1, "SELL", 10'000, "STP", [](auto& r) {
    r.contract.symbol = "EUR";
    r.contract.sec_type = "CASH";
    r.contract.exchange = "IDEALPRO";
    r.order.aux_price = price("1.1");
  });
  desk.quote("1.2", "1.2001", 2);
  EXPECT_EQ(desk.quote("1.08", "1.0801", 2), (Lines{"1 Submitted"}));
  EXPECT_EQ(desk.quote("1.08", "1.0801", 2), (Lines{"1 trades at 1.08", "1 Filled"}));
}

TEST(RegularHours, BindMarketAndImmediateOrdersWhateverTheySay) {
  DeskRig desk{{.checks_margin = false}, kOpen - 30min};
  const auto marked = [](const char* tif) {
    return [=](tws::PlaceOrderRequest& r) {
      r.order.outside_rth = true;
      r.order.tif = tif;
      if (r.order.order_type == "LMT") r.order.lmt_price = price("101");
    };
  };
  EXPECT_EQ(desk.place(1, "BUY", 10, "MKT", marked("GTC")), (Lines{"1 error 2109", "1 PreSubmitted"}));
  EXPECT_EQ(desk.place(2, "BUY", 10, "LMT", marked("IOC")), (Lines{"2 error 2109", "2 PreSubmitted"}));
  EXPECT_EQ(desk.quote("99.99", "100"), Lines{});
  desk.place(3, "SELL", 10, "STP", [](auto& r) {
    r.order.outside_rth = true;
    r.order.aux_price = price("99");
  });
  EXPECT_EQ(desk.trade("99"), (Lines{"3 Submitted"}));
  EXPECT_EQ(desk.quote("98.99", "99"), (Lines{"3 trades at 98.99", "3 Filled"})) << "a trigger that is marked fills";
}

TEST(RegularHours, HoldAnOrderAgainThatIsNoLongerMarked) {
  DeskRig desk{{.checks_margin = false}, kOpen - 30min};
  desk.place(1, "BUY", 10, "LMT", limit_at("101", true));
  EXPECT_EQ(desk.place(1, "BUY", 10, "LMT", limit_at("101", false)), (Lines{"1 PreSubmitted"}));
  EXPECT_EQ(desk.quote("99.99", "100"), Lines{});
  EXPECT_EQ(desk.place(1, "BUY", 10, "LMT", limit_at("101", true)), (Lines{"1 PreSubmitted", "1 Submitted"}));
  EXPECT_EQ(desk.quote("99.99", "100"), (Lines{"1 trades at 100", "1 Filled"}));
}

TEST(RegularHours, AreWaitedForByOrdersTheirParentReleases) {
  DeskRig desk{{.checks_margin = false}, kOpen - 30min};
  desk.place(1, "BUY", 10, "LMT", [](auto& r) {
    limit_at("101", true)(r);
    r.order.transmit = false;
  });
  EXPECT_EQ(desk.place(2, "SELL", 10, "LMT",
                       [](auto& r) {
                         limit_at("105", false, "GTC")(r);
                         r.order.parent_id = 1;
                       }),
            (Lines{"1 PreSubmitted", "1 Submitted", "2 PreSubmitted child"}));
  EXPECT_EQ(desk.quote("99.99", "100"), (Lines{"1 trades at 100", "1 Filled", "2 PreSubmitted"}));
  EXPECT_EQ(desk.quote("106", "106.01"), Lines{});
  EXPECT_EQ(desk.wait(kOpen - desk.now()), (Lines{"2 Submitted"}));
  EXPECT_EQ(desk.quote("106", "106.01"), (Lines{"2 trades at 106", "2 Filled"}));
}

DeskRig::Change good_till(const char* date, bool outside = false) {
  return [=](tws::PlaceOrderRequest& r) {
    limit_at("90", outside, "GTD")(r);
    r.order.good_till_date = date;
  };
}

TEST(GoodTillDate, WithoutATimeIsTheCloseOfItsSession) {
  DeskRig desk;
  desk.place(1, "BUY", 10, "LMT", good_till("20131007"));
  desk.place(2, "BUY", 10, "LMT", good_till("20131007", true));
  desk.place(3, "BUY", 10, "LMT", good_till("20131008"));
  desk.place(4, "BUY", 10, "LMT", good_till("20131013"));  // a Sunday
  EXPECT_EQ(desk.order(2).expires, kClose + 4h);
  EXPECT_EQ(desk.order(4).expires, kClose + 24h * 6 + 8h);
  EXPECT_EQ(desk.end_session(kClose), (Lines{"1 Cancelled", "1 error 202", "3 PreSubmitted", "4 PreSubmitted"}));
  EXPECT_EQ(desk.wait(4h), (Lines{"2 Cancelled", "2 error 202"}));
  desk.wait(kOpen + 24h - desk.now());
  EXPECT_EQ(desk.end_session(kClose + 24h), (Lines{"3 Cancelled", "3 error 202", "4 PreSubmitted"}));
}

TEST(GoodTillDate, IsRefusedWhenItsFormIsBadOrItIsPastOrBeforeTheOpen) {
  DeskRig desk{{.checks_margin = false}, kOpen - 30min};
  for (const char* bad : {"", "2013107", "20131307", "20131007 25:00:00", "20131007 13:00", "20131007-13:00:00 Mars"})
    EXPECT_EQ(desk.place(1, "BUY", 10, "LMT", good_till(bad)), Lines{"1 error 391"}) << bad;
  EXPECT_EQ(desk.place(1, "BUY", 10, "LMT", good_till("20131007-12:59:59")), Lines{"1 error 334"});
  EXPECT_EQ(desk.place(1, "BUY", 10, "LMT", good_till("20131007 09:30:00")), (Lines{"1 error 201", "1 Inactive"}));
  EXPECT_EQ(desk.last_error(), "Order rejected - reason:Order will be expired before market opens.");
  EXPECT_EQ(desk.place(2, "BUY", 10, "LMT", good_till("20131007 09:30:01")), (Lines{"2 PreSubmitted"}));
  EXPECT_EQ(desk.place(3, "BUY", 10, "LMT", good_till("20131007 09:30:00", true)),
            (Lines{"3 PreSubmitted", "3 Submitted"}));
  EXPECT_EQ(desk.place(4, "BUY", 10, "LMT", good_till("15:59:00")), (Lines{"4 PreSubmitted"})) << "of today";
  EXPECT_EQ(desk.order(desk.desk().orders().size()).expires, kClose - 1min);
}

TEST(Conditions, CountVolumeAndChangeFromTheDaysBeginning) {
  DeskRig desk;
  desk.trade("100", 1, 5'000);
  desk.desk().begin_day(1, price("100"));
  tws::OrderCondition volume;
  volume.type = 6;
  volume.con_id = venue::us_stock("IBM").con_id;
  volume.is_more = true;
  volume.volume = 1'000;
  desk.place(1, "BUY", 10, "MKT", [&](auto& r) { r.order.conditions.push_back(volume); });
  tws::OrderCondition change = volume;
  change.type = 7;
  change.change_percent = 5;
  desk.place(2, "BUY", 10, "MKT", [&](auto& r) { r.order.conditions.push_back(change); });
  EXPECT_EQ(desk.trade("104", 1, 999), Lines{});
  EXPECT_EQ(desk.trade("105", 1, 1), (Lines{"1 Submitted", "2 Submitted"}));
}

}  // namespace
}  // namespace tradewind::sim::gateway
