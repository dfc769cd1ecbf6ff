// What orders wait for: the desk, the venue's trigger book between, and the market event by event.

#include "tradewind/sim/gateway/order_desk.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using Change = std::function<void(tws::PlaceOrderRequest&)>;

const Timestamp kOpen = from_civil_utc({2013, 10, 7, 13, 30, 0});
const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};

Price price(std::string_view text) { return Price::parse(text).value(); }

// A desk with SPY (0) and IBM (1), and what it tells of orders.
class Desk : public OrderListener {
 public:
  Desk() { desk_.books().open_account("DU0000000", Amount::of(1'000'000)); }

  Lines place(std::int32_t id, std::string_view action, int quantity, std::string_view type, const Change& change) {
    tws::PlaceOrderRequest request;
    request.order_id = id;
    request.contract.symbol = "SPY";
    request.contract.sec_type = "STK";
    request.contract.exchange = "SMART";
    request.contract.currency = "USD";
    request.order.action = action;
    request.order.total_quantity = Quantity::of(quantity);
    request.order.order_type = type;
    request.order.tif = "GTC";
    change(request);
    desk_.place(request, 0, now_);
    return std::exchange(told_, {});
  }
  Lines quote(std::string_view bid, std::string_view ask, std::uint32_t listing = 0) {
    return show(listing, model::Quote{price(bid), price(ask), Quantity::of(100'000), Quantity::of(100'000)});
  }
  Lines trade(std::string_view at, std::uint32_t listing = 0) {
    return show(listing, model::Trade{.time = now_ + 1s, .price = price(at), .size = Quantity::of(100)});
  }
  Lines wait(Duration duration) {
    now_ = now_ + duration;
    desk_.wake(now_);
    return std::exchange(told_, {});
  }
  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] OrderDesk& desk() { return desk_; }
  [[nodiscard]] const GatewayOrder& order(std::size_t number) const { return desk_.orders()[number - 1]; }

  void on_order(const GatewayOrder& order) override {
    told_.push_back(
        fmt::format("{} {}{}{}", order.order_id, order.status, order.why_held.empty() ? "" : " ", order.why_held));
  }
  void on_order_status(const GatewayOrder& order) override {
    told_.push_back(fmt::format("{} {}", order.order_id, order.status));
  }
  void on_execution(const GatewayExecution& execution) override {
    told_.push_back(fmt::format("{} trades at {}", execution.order->order_id, execution.price));
  }
  void on_commission(const GatewayExecution&) override {}
  void on_books_changed(const std::string&, std::uint32_t) override {}
  void on_order_bound(const GatewayOrder&) override {}
  void on_what_if(const GatewayOrder&, const MarginPreview&) override {}
  void on_order_error(std::int32_t, std::int32_t order_id, std::int32_t code, std::string_view) override {
    told_.push_back(fmt::format("{} error {}", order_id, code));
  }

 private:
  template <class Data>
  Lines show(std::uint32_t listing, const Data& data) {
    now_ = now_ + 1s;
    desk_.on_market({.time = now_, .symbol = venue::SymbolIndex{listing}, .data = data});
    return std::exchange(told_, {});
  }

  Timestamp now_ = kOpen;
  Lines told_;
  venue::Universe universe_{{us_stock("SPY"), us_stock("IBM")}};
  OrderDesk desk_{
      universe_, {venue::QuoteData::present, venue::QuoteData::present}, {.checks_margin = false}, kNewYork, *this};
};

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
  EXPECT_EQ(desk.desk().wake_at(), kOpen + 5min);
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

}  // namespace
}  // namespace tradewind::sim::gateway
