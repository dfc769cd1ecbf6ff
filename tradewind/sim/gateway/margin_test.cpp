#include "tradewind/sim/gateway/margin.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tradewind::sim::gateway {
namespace {

Price price(const char* text) { return Price::parse(text).value(); }
Position position(int whole) { return Position::of(whole); }

std::string margin(const venue::Listing& listing, int held, const char* at, MarginTime time = MarginTime::intraday,
                   MarginAccount account = MarginAccount::reg_t, std::optional<Price> underlying = std::nullopt) {
  const Margin margin = margin_of(listing, position(held), price(at), underlying, account, time);
  return margin.initial.text() + " " + margin.maintenance.text();
}

venue::Listing option(venue::Right right) {
  venue::Listing listing;
  listing.security_type = "OPT";
  listing.right = right;
  listing.strike = price("200");
  listing.multiplier = Multiplier::of(100);
  return listing;
}

venue::Listing future(const char* symbol) {
  venue::Listing listing;
  listing.symbol = symbol;
  listing.security_type = "FUT";
  listing.multiplier = Multiplier::of(50);
  return listing;
}

// Figures worked by hand, as everywhere here.
TEST(Margin, OfAStockIsAQuarterByDayAndHalfOvernight) {
  const auto stock = venue::us_stock("SPY");
  EXPECT_EQ(margin(stock, 100, "400"), "10000 10000");
  EXPECT_EQ(margin(stock, 100, "400", MarginTime::overnight), "20000 10000");
}

TEST(Margin, OfAShortStockIsThatOfALongOne) {
  EXPECT_EQ(margin(venue::us_stock("SPY"), -100, "400", MarginTime::overnight), "20000 10000");
}

TEST(Margin, OfACashAccountIsAllOfTheWorth) {
  EXPECT_EQ(margin(venue::us_stock("SPY"), 100, "400", MarginTime::intraday, MarginAccount::cash), "40000 40000");
}

TEST(Margin, OfALongOptionIsItsPremium) {
  EXPECT_EQ(margin(option(venue::Right::call), 2, "5.50"), "1100 1100");
  EXPECT_EQ(margin(option(venue::Right::put), 2, "5.50", MarginTime::overnight), "1100 1100");
}

TEST(Margin, OfAShortOptionIsItsPremiumAndAFifthOfTheUnderlying) {
  EXPECT_EQ(margin(option(venue::Right::put), -1, "5", MarginTime::intraday, MarginAccount::reg_t, price("210")),
            "4700 4700");
  EXPECT_EQ(margin(option(venue::Right::put), -1, "5"), "4500 4500");  // the strike stands in
}

TEST(Margin, OfAFutureIsAnAmountForEachContract) {
  EXPECT_EQ(margin(future("ES"), 2, "6000"), "48000 40000");
  EXPECT_EQ(margin(future("ES"), -2, "6000", MarginTime::overnight), "48000 40000");
  EXPECT_EQ(margin(future("XX"), 1, "1000"), "5000 4000");  // 10 % and 8 % of 50,000
}

TEST(Margin, OfCurrencyIsAFortiethAndOfTheRestEverything) {
  venue::Listing listing;
  listing.security_type = "CASH";
  EXPECT_EQ(margin(listing, 20'000, "1.1"), "550 550");
  listing.security_type = "BOND";
  EXPECT_EQ(margin(listing, 10, "99"), "990 990");
}

TEST(Margin, OfNothingIsNothing) { EXPECT_EQ(margin(venue::us_stock("SPY"), 0, "400"), "0 0"); }

TEST(BuyingPower, IsFourTimesTheFundsByDayTwiceOvernightOnceInACashAccount) {
  const Amount funds = Amount::of(1000);
  EXPECT_EQ(buying_power(funds, MarginAccount::reg_t, MarginTime::intraday).text(), "4000");
  EXPECT_EQ(buying_power(funds, MarginAccount::reg_t, MarginTime::overnight).text(), "2000");
  EXPECT_EQ(buying_power(funds, MarginAccount::cash, MarginTime::intraday).text(), "1000");
  EXPECT_EQ(buying_power(Amount::of(-5), MarginAccount::reg_t, MarginTime::intraday).text(), "0");
}

}  // namespace
}  // namespace tradewind::sim::gateway
