#include "tradewind/sim/venue/fees.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>

namespace tradewind::sim::venue {
namespace {

Price price(const char* text) { return Price::parse(text).value(); }
Quantity quantity(const char* text) { return Quantity::parse(text).value(); }

std::string order_fee(const char* shares, const char* at) {
  OrderFees fees;
  return fees.charge(price(at), quantity(shares)).text();
}

// The examples on Interactive Brokers' page of stock commissions, fixed pricing, United States, written down
// by hand.
TEST(FixedStockFee, MatchesThePublishedExamples) {
  EXPECT_EQ(order_fee("100", "25"), "1");
  EXPECT_EQ(order_fee("1000", "25"), "5");
  EXPECT_EQ(order_fee("1000", "0.25"), "2.5");
}

// By the published rule, worked out by hand.
TEST(FixedStockFee, AppliesMinimumAndMaximum) {
  EXPECT_EQ(order_fee("200", "50"), "1");  // exactly the minimum
  EXPECT_EQ(order_fee("201", "50"), "1.005");
  EXPECT_EQ(order_fee("1", "25"), "0.25");  // the maximum is below the minimum: the maximum applies
  EXPECT_EQ(order_fee("10", "0.2"), "0.02");
  EXPECT_EQ(order_fee("1000", "0.5"), "5");  // exactly the maximum
  EXPECT_EQ(order_fee("1000000", "167.41"), "5000");
  EXPECT_EQ(order_fee("0.5", "90"), "0.45");  // fractional shares
}

TEST(FixedStockFee, RoundsHalfToEvenToAMillionth) {
  EXPECT_EQ(order_fee("1", "0.00005"), "0");         // 1 % is 0.0000005
  EXPECT_EQ(order_fee("1", "0.00015"), "0.000002");  // 0.0000015
  EXPECT_EQ(order_fee("1", "0.00012"), "0.000001");
}

TEST(OrderFees, ChargeTheMinimumOnceForAnOrderInParts) {
  OrderFees fees;
  EXPECT_EQ(fees.charge(price("25"), quantity("1")).text(), "0.25");   // capped at 1 % of 25
  EXPECT_EQ(fees.charge(price("25"), quantity("99")).text(), "0.75");  // up to the minimum of 1.00
  EXPECT_EQ(fees.charge(price("25"), quantity("100")).text(), "0");    // 200 shares are 1.00 as well
  EXPECT_EQ(fees.charge(price("25"), quantity("800")).text(), "4");    // 1,000 shares: 5.00
  EXPECT_EQ(fees.charged().text(), "5");
}

// IB's note: 100 of 200 shares execute, the order is modified, another 100 execute: a minimum for each.
TEST(OrderFees, ChargeAModifiedOrderAsANewOne) {
  OrderFees before;
  OrderFees after;
  EXPECT_EQ(before.charge(price("25"), quantity("100")).text(), "1");
  EXPECT_EQ(after.charge(price("25"), quantity("100")).text(), "1");
}

std::string fee_of(const Listing& listing, const char* contracts, const char* at) {
  OrderFees fees{listing};
  return fees.charge(price(at), quantity(contracts)).text();
}

// By the published rule: 0.65 a contract, at least 1.00 an order, whatever the premium.
TEST(FixedOptionFee, IsAPriceForEachContractWithAMinimum) {
  Listing option = us_stock("AAPL");
  option.security_type = "OPT";
  option.multiplier = Multiplier::of(100);
  option.right = Right::call;
  EXPECT_EQ(fee_of(option, "1", "5"), "1");  // 0.65 is below the minimum
  EXPECT_EQ(fee_of(option, "2", "5"), "1.3");
  EXPECT_EQ(fee_of(option, "10", "0.01"), "6.5");  // of a premium of 10 dollars: there is no maximum
}

// The published total for the E-mini S&P 500: 0.85, and 1.40 for exchange and regulator.
TEST(FixedFutureFee, IsTheBrokersAndTheExchanges) {
  Listing future;
  future.symbol = "ES";
  future.security_type = "FUT";
  future.multiplier = Multiplier::of(50);
  EXPECT_EQ(fee_of(future, "1", "4500"), "2.25");
  EXPECT_EQ(fee_of(future, "4", "4500"), "9");
  future.symbol = "MES";
  EXPECT_EQ(fee_of(future, "1", "4500"), "0.62");
}

// By the published rule: 0.2 basis points of the value, at least 2.00.
TEST(FixedForexFee, IsAShareOfTheValueWithAMinimum) {
  Listing pair;
  pair.symbol = "EUR";
  pair.security_type = "CASH";
  pair.currency = "USD";
  EXPECT_EQ(fee_of(pair, "25000", "1.1"), "2");
  EXPECT_EQ(fee_of(pair, "1000000", "1.1"), "22");
  pair.symbol = "USD";
  pair.currency = "JPY";
  EXPECT_EQ(fee_of(pair, "1000000", "150"), "20");  // a million dollars, whatever they cost
  EXPECT_EQ(fee_currency(pair), "USD");
  pair.security_type = "STK";
  EXPECT_EQ(fee_currency(pair), "JPY");
}

TEST(OrderFees, ChargeTheMinimumOfAnOptionOrderOnce) {
  Listing option;
  option.security_type = "OPT";
  OrderFees fees{option};
  EXPECT_EQ(fees.charge(price("5"), quantity("1")).text(), "1");
  EXPECT_EQ(fees.charge(price("5"), quantity("1")).text(), "0.3");
  EXPECT_EQ(fees.charge(price("5"), quantity("1")).text(), "0.65");
}

// However an order is cut into executions at whatever prices, the parts sum to the fee of the whole.
RC_GTEST_PROP(OrderFees, OfPartialFillsSumToTheFeeOfTheOrder, ()) {
  OrderFees fees;
  Amount charged = Amount::zero();
  Quantity shares = Quantity::zero();
  Amount value = Amount::zero();
  const auto count = *rc::gen::inRange(1, 20);
  for (int i = 0; i < count; ++i) {
    const Price at = Price::from_raw(*rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000));
    const Quantity part = Quantity::from_raw(*rc::gen::inRange<std::int64_t>(1, 100'000'000'000));
    const Amount fee = fees.charge(at, part);
    RC_ASSERT(!fee.is_negative());
    charged = *add(charged, fee);
    shares = *add(shares, part);
    value = *add(value, *notional(at, part, Multiplier::of(1)));
  }
  RC_ASSERT(charged == fixed_us_stock_fee(shares, value));
  RC_ASSERT(charged == fees.charged());
}

}  // namespace
}  // namespace tradewind::sim::venue
