#include "tradewind/sim/gateway/books.hpp"

#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

Amount amount(const char* text) { return Amount::parse(text).value(); }
Price price(const char* text) { return Price::parse(text).value(); }
Quantity quantity(int whole) { return Quantity::of(whole); }

// Figures worked by hand.
TEST(Books, FollowARoundTripThroughZero) {
  Books books;
  books.open_account("DU0000000", Amount::of(10'000));
  EXPECT_FALSE(books.book("DU0000000", 1, Side::buy, quantity(10), price("100"), amount("1")).closes);
  EXPECT_EQ(books.cash("DU0000000").text(), "8999");
  const auto outcome = books.book("DU0000000", 1, Side::sell, quantity(15), price("110"), amount("1.5"));
  EXPECT_TRUE(outcome.closes);
  EXPECT_EQ(outcome.realized.text(), "100");
  EXPECT_EQ(books.cash("DU0000000").text(), "10647.5");
  const auto& holding = books.holdings("DU0000000").at(1);
  EXPECT_EQ(holding.position.text(), "-5");
  EXPECT_EQ(holding.cost.text(), "-550");
  EXPECT_EQ(books.book("DU0000000", 1, Side::buy, quantity(5), price("90"), amount("1")).realized.text(), "100");
  EXPECT_TRUE(books.holdings("DU0000000").at(1).position.is_zero());
  EXPECT_TRUE(books.holdings("DU0000000").at(1).cost.is_zero());
}

TEST(Books, KeepAccountsApart) {
  Books books;
  books.open_account("DU0000000", Amount::of(1));
  books.open_account("DU0000001", Amount::of(2));
  books.book("DU0000001", 1, Side::sell, quantity(1), price("5"), Amount::zero());
  EXPECT_EQ(books.cash("DU0000000").text(), "1");
  EXPECT_EQ(books.cash("DU0000001").text(), "7");
  EXPECT_TRUE(books.holdings("DU0000000").empty());
  EXPECT_EQ(books.first_account(), "DU0000000");
}

}  // namespace
}  // namespace tradewind::sim::gateway
