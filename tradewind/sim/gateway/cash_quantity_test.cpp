// Orders for an amount of money.

#include "tests/support/order_desk_rig.hpp"

#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

using testing::DeskRig;
using Lines = DeskRig::Lines;

constexpr std::uint32_t kEuro = 2;

DeskRig::Change euros_for(int dollars, const char* limit = nullptr) {
  return [=](tws::PlaceOrderRequest& r) {
    r.contract.symbol = "EUR";
    r.contract.sec_type = "CASH";
    r.contract.exchange = "IDEALPRO";
    r.order.cash_qty = Amount::of(dollars);
    if (limit != nullptr) r.order.lmt_price = DeskRig::price(limit);
  };
}

TEST(CashQuantity, IsOfTheSecondCurrencyAtWhatTheMarketShows) {
  DeskRig desk;
  desk.quote("1.09995", "1.10000", kEuro);
  desk.place(1, "BUY", 0, "MKT", euros_for(11'000));
  desk.place(2, "SELL", 0, "MKT", euros_for(11'000));
  EXPECT_EQ(desk.order(1).quantity, Quantity::of(10'000));
  EXPECT_EQ(desk.order(2).quantity, Quantity::of(10'000)) << "10000.45 at the bid, of which whole euros trade";
  EXPECT_EQ(desk.order(1).request->order.cash_qty, Amount::of(11'000));
  EXPECT_EQ(desk.order(1).request->order.total_quantity, Quantity::of(10'000));
  EXPECT_EQ(desk.quote("1.09995", "1.10000", kEuro),
            (Lines{"1 trades at 1.1", "1 Filled", "2 trades at 1.09995", "2 Filled"}));
  EXPECT_EQ(desk.order(1).filled, Quantity::of(10'000));
}

TEST(CashQuantity, IsCountedAtTheLimitOfALimitOrderAndAgainWhenThatChanges) {
  DeskRig desk;
  desk.quote("1.09995", "1.10000", kEuro);
  desk.place(1, "BUY", 0, "LMT", euros_for(10'000, "1.00000"));
  EXPECT_EQ(desk.order(1).quantity, Quantity::of(10'000));
  EXPECT_EQ(desk.place(1, "BUY", 0, "LMT", euros_for(10'000, "1.05000")), Lines{"1 Submitted"});
  EXPECT_EQ(desk.order(1).quantity, Quantity::of(9'523));
}

TEST(CashQuantity, DoesNotCountBesideASize) {
  DeskRig desk;
  desk.place(1, "BUY", 500, "LMT", euros_for(10'000, "1.00000"));
  EXPECT_EQ(desk.order(1).quantity, Quantity::of(500));
}

TEST(CashQuantity, NeedsNoMoreOfTheContractThanItsId) {
  DeskRig desk;
  desk.place(1, "BUY", 0, "LMT", [](auto& r) {
    euros_for(10'000, "1.00000")(r);
    r.contract = tws::Contract{};
    r.contract.con_id = venue::currency_pair("EUR", "USD").con_id;
    r.contract.exchange = "IDEALPRO";
  });
  EXPECT_EQ(desk.order(1).quantity, Quantity::of(10'000));
}

TEST(CashQuantity, IsRefusedForStocksAndWhereItBuysNothing) {
  DeskRig desk;
  EXPECT_EQ(desk.place(1, "BUY", 0, "MKT", [](auto& r) { r.order.cash_qty = Amount::of(1'000); }),
            Lines{"1 error 10244"});
  EXPECT_EQ(desk.place(1, "BUY", 0, "MKT", euros_for(10'000)), Lines{"1 error 434"}) << "there is no price";
  EXPECT_EQ(desk.place(1, "BUY", 0, "LMT", euros_for(1, "1.05000")), Lines{"1 error 434"}) << "less than one euro";
}

}  // namespace
}  // namespace tradewind::sim::gateway
