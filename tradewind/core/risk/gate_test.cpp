#include "tradewind/core/risk/gate.hpp"

#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>

namespace tradewind::risk {
namespace {

using model::OrderIntent;
using model::OrderType;

Price price(const char* text) { return Price::parse(text).value(); }
Quantity quantity(const char* text) { return Quantity::parse(text).value(); }
Amount amount(const char* text) { return Amount::parse(text).value(); }

OrderIntent order(Side side, const char* count, const char* limit = nullptr) {
  OrderIntent intent;
  intent.account = model::AccountId{"DU0000000"};
  intent.contract.currency = Currency{"USD"};
  intent.request.side = side;
  intent.request.quantity = quantity(count);
  if (limit != nullptr) {
    intent.request.type = OrderType::limit;
    intent.request.limit_price = price(limit);
  }
  return intent;
}

Circumstances at(const char* reference) { return {.closed = {}, .reference = price(reference)}; }

std::vector<std::string> rules(const OrderIntent& intent, const Circumstances& now, const Limits& limits = {}) {
  const auto verdict = Gate{limits}.check(intent, now);
  std::vector<std::string> found;
  if (!verdict) {
    for (const Reason& reason : verdict.error()) found.push_back(reason.rule);
  }
  return found;
}
using Rules = std::vector<std::string>;

TEST(Gate, ApprovesWhatIsWithinEveryLimit) {
  const auto verdict = Gate{Limits{}}.check(order(Side::buy, "100"), at("200"));
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->intent().request.quantity, quantity("100"));
}

// Each rule just below, at and just above its limit.
TEST(Gate, OrderValueHoldsToTheLastUnit) {
  const Limits limits{.order_value_max = amount("20000")};
  EXPECT_EQ(rules(order(Side::buy, "99.99999999"), at("200"), limits), Rules{});
  EXPECT_EQ(rules(order(Side::buy, "100"), at("200"), limits), Rules{});
  EXPECT_EQ(rules(order(Side::buy, "100.00000001"), at("200"), limits), Rules{"PTR-02 ORDER_VALUE"});
  EXPECT_EQ(rules(order(Side::sell, "100", "201"), at("200"), limits), Rules{"PTR-02 ORDER_VALUE"})
      << "the dearer of limit and reference counts";
  OrderIntent future = order(Side::buy, "3");
  future.contract.multiplier = Multiplier::of(50);
  EXPECT_EQ(rules(future, at("200"), limits), Rules{"PTR-02 ORDER_VALUE"});
}

TEST(Gate, OrderQuantityHoldsToTheLastUnit) {
  const Limits limits{.order_quantity_max = quantity("10")};
  EXPECT_EQ(rules(order(Side::buy, "9.99999999"), at("1"), limits), Rules{});
  EXPECT_EQ(rules(order(Side::buy, "10"), at("1"), limits), Rules{});
  EXPECT_EQ(rules(order(Side::buy, "10.00000001"), at("1"), limits), Rules{"PTR-03 ORDER_VOLUME"});
}

TEST(Gate, CollarHoldsOnBothSidesToTheLastUnit) {
  const Limits limits{.price_collar_bp = 1000};
  EXPECT_EQ(rules(order(Side::buy, "1", "110"), at("100"), limits), Rules{});
  EXPECT_EQ(rules(order(Side::buy, "1", "110.000000001"), at("100"), limits), Rules{"PTR-07 PRICE_COLLAR"});
  EXPECT_EQ(rules(order(Side::sell, "1", "90"), at("100"), limits), Rules{});
  EXPECT_EQ(rules(order(Side::sell, "1", "89.999999999"), at("100"), limits), Rules{"PTR-07 PRICE_COLLAR"});
}

TEST(Gate, PositionCountsEveryOrderThatMayStillFill) {
  const Limits limits{.position_value_max = amount("1000")};
  Circumstances now = at("10");
  now.position = Position::parse("50").value();
  now.working_buy = quantity("40");
  EXPECT_EQ(rules(order(Side::buy, "10"), now, limits), Rules{});
  EXPECT_EQ(rules(order(Side::buy, "10.00000001"), now, limits), Rules{"PTR-10 POSITION"});
  EXPECT_EQ(rules(order(Side::sell, "150"), now, limits), Rules{});
  EXPECT_EQ(rules(order(Side::sell, "150.00000001"), now, limits), Rules{"PTR-10 POSITION"});
  now.working_sell = quantity("1");
  EXPECT_EQ(rules(order(Side::sell, "150"), now, limits), Rules{"PTR-10 POSITION"});
  EXPECT_EQ(rules(order(Side::buy, "10.00000001"), now, limits), Rules{"PTR-10 POSITION"})
      << "a working sale makes no room";
  now.position = Position::parse("500").value();
  now.working_buy = quantity("0");
  EXPECT_EQ(rules(order(Side::sell, "100"), now, limits), Rules{}) << "what only reduces is let through";
  EXPECT_EQ(rules(order(Side::buy, "1"), now, limits), Rules{"PTR-10 POSITION"});
}

TEST(Gate, ReportsEveryReasonAndDeniesWhatItDoesNotKnow) {
  Circumstances now;
  now.closed = "not connected";
  OrderIntent intent = order(Side::buy, "0", "5");
  intent.request.type = OrderType::market;
  EXPECT_EQ(rules(intent, now), (Rules{"PTR-01 STATE", "PTR-27 CONFORM", "PTR-27 CONFORM", "PTR-16 STALE_DATA"}));
  OrderIntent euro = order(Side::buy, "1");
  euro.contract.currency = Currency{"EUR"};
  EXPECT_EQ(rules(euro, at("1")), Rules{"PTR-34 CURRENCY"});
  OrderIntent nobody = order(Side::buy, "1");
  nobody.account = {};
  EXPECT_EQ(rules(nobody, at("1")), Rules{"PTR-32 OWNER"});
}

TEST(Gate, WhatDoesNotFitOurNumbersIsDenied) {
  Circumstances now = at("9000000000");
  now.position = Position::from_raw(Position::kRawMax);
  const auto found = rules(order(Side::buy, "90000000000"), now);
  EXPECT_EQ(found, (Rules{"PTR-03 ORDER_VOLUME", "PTR-02 ORDER_VALUE", "PTR-10 POSITION"}));
}

// Goal: no stream of orders breaches the worst-case position limit. Method: random orders, some filling, some cancelled,
// against a plain model of what could happen.
TEST(Gate, NoStreamOfOrdersBreachesTheWorstCase) {
  const Limits limits{.order_value_max = amount("5000"), .position_value_max = amount("20000")};
  const Gate gate{limits};
  Rng rng{11};
  Circumstances now = at("10");
  int approved = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Side side = rng.one_in(2) ? Side::buy : Side::sell;
    const Quantity count = Quantity::from_raw(rng.between(1, 60'000'000'000));
    OrderIntent intent = order(side, "1");
    intent.request.quantity = count;
    Quantity& working = side == Side::buy ? now.working_buy : now.working_sell;
    if (gate.check(intent, now).has_value()) {
      ++approved;
      working = add(working, count).value();
    }
    if (rng.one_in(3)) {  // part of what works on one side fills or goes away
      const Quantity gone =
          Quantity::from_raw(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(working.raw()) + 1)));
      working = subtract(working, gone).value();
      if (rng.one_in(2)) now.position = after_trade(now.position, side, gone).value();
    }
    const Int128 longest = Int128{now.position.raw()} + now.working_buy.raw();
    const Int128 shortest = Int128{now.position.raw()} - now.working_sell.raw();
    ASSERT_LE(longest, Int128{2000} * Quantity::kScale);
    ASSERT_GE(shortest, -Int128{2000} * Quantity::kScale);
  }
  EXPECT_GT(approved, 1000);
}

TEST(RefuseRealAccounts, LetsOnlyDemoAccountsThrough) {
  using model::AccountId;
  EXPECT_FALSE(
      refuse_real_accounts({AccountId{"DU0000000"}, AccountId{"DF0000000"}, AccountId{"DUP000000"}}).has_value());
  EXPECT_TRUE(refuse_real_accounts({}).has_value());
  EXPECT_EQ(refuse_real_accounts({AccountId{"U0000001"}}).value().substr(0, 41),
            "account U***001 is not a paper account (i");
  EXPECT_TRUE(refuse_real_accounts({AccountId{"DU0000000"}, AccountId{"U0000000"}}).has_value());
  EXPECT_TRUE(refuse_real_accounts({AccountId{"F0000000"}}).has_value());
  EXPECT_TRUE(refuse_real_accounts({AccountId{}}).has_value());
  for (const char* other : {"D", "DU0000000;U0000000", "DU0000000 U0000000", "DU0000000,U0000000", "du0000000"})
    EXPECT_TRUE(refuse_real_accounts({AccountId{other}}).has_value()) << other;
}

}  // namespace
}  // namespace tradewind::risk
