#include "tradewind/sim/gateway/books.hpp"

#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

Amount amount(const char* text) { return Amount::parse(text).value(); }
Price price(const char* text) { return Price::parse(text).value(); }
Quantity quantity(int whole) { return Quantity::of(whole); }

using venue::Listing;

Listing stock(std::int32_t con_id = 1) {
  Listing listing;
  listing.con_id = con_id;
  return listing;
}

Books::Outcome trade(Books& books, const Listing& listing, Side side, Quantity size, const char* at, Amount fee,
                     const char* account = "DU0000000") {
  return books.book(account, listing, {.side = side, .quantity = size, .price = price(at), .commission = fee});
}

// Figures worked by hand.
TEST(Books, FollowARoundTripThroughZero) {
  Books books;
  books.open_account("DU0000000", Amount::of(10'000));
  EXPECT_FALSE(trade(books, stock(), Side::buy, quantity(10), "100", amount("1")).closes);
  EXPECT_EQ(books.cash("DU0000000").text(), "8999");
  const auto outcome = trade(books, stock(), Side::sell, quantity(15), "110", amount("1.5"));
  EXPECT_TRUE(outcome.closes);
  EXPECT_EQ(outcome.realized.text(), "98");
  EXPECT_EQ(books.cash("DU0000000").text(), "10647.5");
  const auto& holding = books.holdings("DU0000000").at(1);
  EXPECT_EQ(holding.position.text(), "-5");
  EXPECT_EQ(holding.cost.text(), "-550");
  EXPECT_EQ(holding.fees.text(), "0.5");
  EXPECT_EQ(trade(books, stock(), Side::buy, quantity(5), "90", amount("1")).realized.text(), "98.5");
  EXPECT_TRUE(holding.position.is_zero() && holding.cost.is_zero() && holding.fees.is_zero());
  EXPECT_EQ(books.cash("DU0000000").text(), "10196.5");
  EXPECT_EQ(holding.realized.text(), "196.5");
}

TEST(Books, KeepAccountsApart) {
  Books books;
  books.open_account("DU0000000", Amount::of(1));
  books.open_account("DU0000001", Amount::of(2));
  trade(books, stock(), Side::sell, quantity(1), "5", Amount::zero(), "DU0000001");
  EXPECT_EQ(books.cash("DU0000000").text(), "1");
  EXPECT_EQ(books.cash("DU0000001").text(), "7");
  EXPECT_TRUE(books.holdings("DU0000000").empty());
  EXPECT_EQ(books.first_account(), "DU0000000");
}

// An option of a hundred pays its premium a hundred times; a future pays its profit alone; a pair moves two currencies.
TEST(Books, PayByKindOfContract) {
  Books books;
  books.open_account("DU0000000", Amount::of(100'000));
  Listing option = stock(2);
  option.security_type = "OPT";
  option.multiplier = Multiplier::of(100);
  trade(books, option, Side::buy, quantity(2), "1.5", amount("1.3"));
  EXPECT_EQ(books.cash("DU0000000").text(), "99698.7");
  Listing future = stock(3);
  future.security_type = "FUT";
  future.multiplier = Multiplier::of(50);
  trade(books, future, Side::buy, quantity(1), "4500", Amount::zero());
  EXPECT_EQ(books.cash("DU0000000").text(), "99698.7");
  EXPECT_EQ(books.holdings("DU0000000").at(3).cost.text(), "225000");
  EXPECT_EQ(trade(books, future, Side::sell, quantity(1), "4502", Amount::zero()).realized.text(), "100");
  EXPECT_EQ(books.cash("DU0000000").text(), "99798.7");
  Listing pair = stock(4);
  pair.security_type = "CASH";
  pair.symbol = "EUR";
  trade(books, pair, Side::buy, quantity(1000), "1.25", amount("2"));
  EXPECT_EQ(books.cash("DU0000000").text(), "98546.7");
  EXPECT_EQ(books.cash_by_currency("DU0000000").at("EUR").text(), "1000");
  EXPECT_FALSE(books.holdings("DU0000000").contains(4));
}

// A correction changes what was realised after it; a bust leaves nothing behind.
TEST(Books, CorrectATradeAsIfItHadBeenSoFromTheBeginning) {
  Books books;
  books.open_account("DU0000000", Amount::of(10'000));
  const auto bought = trade(books, stock(), Side::buy, quantity(10), "100", amount("1"));
  const auto sold = trade(books, stock(), Side::sell, quantity(10), "110", amount("1"));
  EXPECT_EQ(books.cash("DU0000000").text(), "10098");
  books.revise("DU0000000", bought.number, quantity(10), price("101"), amount("1"));
  EXPECT_EQ(books.cash("DU0000000").text(), "10088");
  EXPECT_EQ(books.holdings("DU0000000").at(1).realized.text(), "88");
  EXPECT_EQ(books.revise("DU0000000", sold.number, quantity(5), price("110"), amount("1")).realized.text(), "43.5");
  EXPECT_EQ(books.position("DU0000000", 1).text(), "5");
  books.revise("DU0000000", bought.number, Quantity::zero(), price("101"), Amount::zero());
  EXPECT_EQ(books.position("DU0000000", 1).text(), "-5");
  books.revise("DU0000000", sold.number, Quantity::zero(), price("110"), Amount::zero());
  EXPECT_EQ(books.cash("DU0000000").text(), "10000");
  EXPECT_TRUE(books.position("DU0000000", 1).is_zero());
}

TEST(Books, KeepWhatWasThereBeforeTheStartWhenTheyAreCorrected) {
  Books books;
  books.open_account("DU0000000", Amount::of(1000));
  books.pay("DU0000000", "EUR", Amount::of(50));
  books.open_position("DU0000000", 1, Position::of(3), Amount::of(300));
  const auto sold = trade(books, stock(), Side::sell, quantity(1), "110", Amount::zero());
  EXPECT_EQ(sold.realized.text(), "10");
  books.revise("DU0000000", sold.number, quantity(2), price("110"), Amount::zero());
  EXPECT_EQ(books.position("DU0000000", 1).text(), "1");
  EXPECT_EQ(books.cash("DU0000000").text(), "1220");
  EXPECT_EQ(books.cash_by_currency("DU0000000").at("EUR").text(), "50");
}

// Trades that are old enough are for good; what came after them can still be corrected.
TEST(Books, KeepTheLastTradesAndTheSumOfTheOlder) {
  Books books;
  books.open_account("DU0000000", Amount::of(10'000'000));
  Books::Outcome last;
  for (std::size_t i = 0; i < 2 * Books::kTradesKept + 5; ++i)
    last = trade(books, stock(), i % 2 == 0 ? Side::buy : Side::sell, quantity(1), i % 2 == 0 ? "10" : "11",
                 Amount::zero());
  EXPECT_EQ(last.number, 2 * Books::kTradesKept + 4);
  EXPECT_EQ(books.cash("DU0000000").text(), "10099992");  // 100,002 times one dollar earned, and ten paid
  books.revise("DU0000000", last.number, quantity(3), price("10"), Amount::zero());
  EXPECT_EQ(books.cash("DU0000000").text(), "10099972");
  EXPECT_EQ(books.holdings("DU0000000").at(1).position.text(), "3");
  EXPECT_EQ(books.holdings("DU0000000").at(1).realized.text(), "100002");
}

}  // namespace
}  // namespace tradewind::sim::gateway
