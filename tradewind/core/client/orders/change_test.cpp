#include "tradewind/core/client/orders/change.hpp"

#include "tradewind/core/client/orders/place.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tradewind::client::orders {
namespace {

const Session kSession{226, {}};
const Contract kStock = Stock{Symbol{"AAPL"}, Currency{"USD"}};

Order limit_order() {
  Order order{Side::buy, Quantity::of(100), Limit{Price::of(10)}, Day{}};
  order.attributes.allocation = Account{"DU0000000"};
  return order;
}

OrderTicket ticket(const Order& order, const Contract& contract = kStock) {
  auto made = place(OrderId{7}, contract, order, kSession);
  EXPECT_TRUE(made.has_value()) << made.error().detail;
  return std::move(*made);
}

std::vector<int> codes(const OrderTicket& last, const OrderTicket& next, int filled = 0) {
  std::vector<int> out;
  for (const Refusal& refusal : change_refusals(last.message(), next.message(), Quantity::of(filled)))
    out.push_back(refusal.ib_code);
  return out;
}

TEST(OrderChange, PriceQuantityAndDayToIocMayChange) {
  const OrderTicket last = ticket(limit_order());
  Order order{Side::buy, Quantity::of(50), Limit{Price::of(11)}, ImmediateOrCancel{}};
  order.attributes = limit_order().attributes;
  EXPECT_EQ(codes(last, ticket(order), 49), std::vector<int>{});
  EXPECT_EQ(codes(last, last, 20), std::vector<int>{});
}

TEST(OrderChange, AHeldOrderMayBeSentAndNotHeldAgain) {
  Order held = limit_order();
  held.handling = Handling::hold;
  EXPECT_EQ(codes(ticket(held), ticket(limit_order())), std::vector<int>{});
  EXPECT_EQ(codes(ticket(limit_order()), ticket(held)), std::vector<int>{105});
}

TEST(OrderChange, WhatIbDoesNotChangeIsRefusedWithItsCode) {
  struct Row {
    const char* what;
    int code;
    std::function<Order(Order)> change;
  };
  const auto with = [](auto set) {
    return [set](Order order) {
      set(order.attributes);
      return order;
    };
  };
  const auto as = [](auto type, TimeInForce tif) {
    return [type, tif](const Order& before) {
      Order order{Side::buy, Quantity::of(100), type, tif};
      order.attributes = before.attributes;
      return order;
    };
  };
  const std::vector<Row> rows = {
      {"tif", 105, as(Limit{Price::of(10)}, GoodTillCancelled{})},
      {"algo", 440, with([](Attributes& a) { a.algo = Adaptive{Urgency::patient}; })},
      {"account", 422, with([](Attributes& a) { a.allocation = Account{"DU0000001"}; })},
      {"clearing", 422, with([](Attributes& a) { a.clearing.intent = "Away"; })},
      {"overnight", 462, with([](Attributes& a) { a.include_overnight = true; })},
      {"outsideRth", 105, with([](Attributes& a) { a.outside_rth = true; })},
      {"oca", 105, with([](Attributes& a) { a.oca = OcaGroup{"g", OcaType::cancel_with_block}; })},
      {"conditions", 105,
       with([](Attributes& a) { a.conditions = Conditions{MarginCondition{Threshold::at_or_below, 5}}; })},
      {"side", 105,
       [](const Order& before) {
         Order order{Side::sell, Quantity::of(100), Limit{Price::of(10)}, Day{}};
         order.attributes = before.attributes;
         return order;
       }},
  };
  const OrderTicket last = ticket(limit_order());
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const std::vector<int> found = codes(last, ticket(row.change(limit_order())));
    ASSERT_FALSE(found.empty());
    for (const int code : found) EXPECT_EQ(code, row.code);
  }
  const std::vector<int> other_type = codes(last, ticket(as(MarketToLimit{}, Day{})(limit_order())));
  EXPECT_EQ(other_type, (std::vector<int>{329, 105}));  // and the limit price goes
  EXPECT_EQ(codes(last, ticket(limit_order(), Stock{Symbol{"IBM"}, Currency{"USD"}})), std::vector<int>{105});
}

TEST(OrderChange, AQuantityIsTheTotalAndNotBelowWhatIsFilled) {
  const OrderTicket last = ticket(limit_order());
  Order less{Side::buy, Quantity::of(40), Limit{Price::of(10)}, Day{}};
  less.attributes = limit_order().attributes;
  EXPECT_EQ(codes(last, ticket(less), 41), std::vector<int>{105});
  EXPECT_EQ(codes(last, ticket(less), 40), std::vector<int>{104});
  EXPECT_EQ(codes(last, ticket(less), 39), std::vector<int>{});
  EXPECT_EQ(codes(last, last, 100), std::vector<int>{104});
}

TEST(OrderChange, FractionsAndAmountsOfMoneyCannotChange) {
  const Session fractions{226, {}, true};
  const auto of = [&](Quantity quantity) {
    return place(OrderId{7}, kStock, Order{Side::buy, quantity, Limit{Price::of(10)}, Day{}}, fractions);
  };
  const auto half = of(Quantity::from_raw(50'000'000));
  const auto one = of(Quantity::of(1));
  ASSERT_TRUE(half && one);
  EXPECT_EQ(codes(*half, *one), std::vector<int>{10242});

  const Contract forex = Forex{Currency{"EUR"}, Currency{"USD"}};
  const auto cash = [](int amount) {
    return Order{Side::buy, CashQuantity{Amount::of(amount)}, Limit{Price::of(1)}, Day{}};
  };
  EXPECT_EQ(codes(ticket(cash(100), forex), ticket(cash(200), forex)), std::vector<int>{10241});
}

TEST(OrderChange, AnotherIdIsAnotherOrderAndAPriceDoesNotComeOrGo) {
  const OrderTicket last = ticket(limit_order());
  const auto other = place(OrderId{8}, kStock, limit_order(), kSession);
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(codes(last, *other), std::vector<int>{0});
  const auto trailing = [](Trail trail) { return Order{Side::sell, Quantity::of(100), TrailingStop{trail}, Day{}}; };
  EXPECT_EQ(codes(ticket(trailing(Price::of(1))), ticket(trailing(Price::of(2)))), std::vector<int>{});
  EXPECT_EQ(codes(ticket(trailing(Price::of(1))), ticket(trailing(Percent::of(2)))), (std::vector<int>{105, 105}));
}

TEST(OrderChange, ThePricesOfACombosLegsMayChangeAndTheLegsMayNot) {
  const auto combo = [](int ratio) {
    return Contract{
        Combo{Symbol{"AAPL"}, Currency{"USD"}, {{ContractId{1}, ratio, Side::buy}, {ContractId{2}, 1, Side::sell}}}};
  };
  const auto order = [](int price) {
    return Order{Side::buy, Quantity::of(1), LimitPerLeg{{Price::of(price), Price::of(2)}}, Day{}};
  };
  EXPECT_EQ(codes(ticket(order(1), combo(1)), ticket(order(3), combo(1))), std::vector<int>{});
  EXPECT_EQ(codes(ticket(order(1), combo(1)), ticket(order(1), combo(2))), std::vector<int>{105});
}

}  // namespace
}  // namespace tradewind::client::orders
