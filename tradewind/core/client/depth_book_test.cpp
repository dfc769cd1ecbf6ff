#include "tradewind/core/client/depth_book.hpp"

#include <gtest/gtest.h>

namespace tradewind::client {
namespace {

using DepthUpdate = UpdateOf<tws::MarketDepthRequest>;

Result<void> row(DepthBook& book, int position, int operation, int side, std::int64_t price,
                 const Quality& quality = {}) {
  tws::MarketDepthL2 message;
  message.market_depth_data = {position, operation, side, Price::of(price), Quantity::of(100), "ARCA", true};
  return book.apply(DepthUpdate{&message, quality});
}

TEST(DepthBook, InsertsUpdatesAndDeletesRowsOfBothSides) {
  DepthBook book;
  ASSERT_TRUE(row(book, 0, 0, 1, 99).has_value());
  ASSERT_TRUE(row(book, 1, 0, 1, 97).has_value());
  ASSERT_TRUE(row(book, 1, 0, 1, 98).has_value());
  ASSERT_TRUE(row(book, 0, 0, 0, 100).has_value());
  ASSERT_EQ(book.bids().size(), 3U);
  EXPECT_EQ(book.bids()[1].price, Price::of(98));
  EXPECT_EQ(book.bids()[2].price, Price::of(97));
  ASSERT_TRUE(row(book, 0, 1, 0, 101).has_value());
  EXPECT_EQ(book.asks()[0].price, Price::of(101));
  ASSERT_TRUE(row(book, 0, 2, 1, 0).has_value());
  EXPECT_EQ(book.bids()[0].price, Price::of(98));
}

TEST(DepthBook, ARowThatDoesNotFitEmptiesTheBookAndSaysSo) {
  for (const auto& [position, operation, side] :
       {std::tuple{3, 0, 1}, {1, 1, 1}, {1, 2, 1}, {-1, 0, 1}, {0, 3, 1}, {0, 0, 2}}) {
    DepthBook book;
    ASSERT_TRUE(row(book, 0, 0, 1, 99).has_value());
    const auto applied = row(book, position, operation, side, 98);
    ASSERT_FALSE(applied.has_value());
    EXPECT_NE(applied.error().detail.find("ask for depth again"), std::string::npos);
    EXPECT_TRUE(book.bids().empty());
  }
}

TEST(DepthBook, BeginsAnewAfterAGap) {
  DepthBook book;
  ASSERT_TRUE(row(book, 0, 0, 1, 99).has_value());
  ASSERT_TRUE(row(book, 0, 0, 1, 50, {.gap_before = 3}).has_value());
  ASSERT_EQ(book.bids().size(), 1U);
  EXPECT_EQ(book.bids()[0].price, Price::of(50));
}

}  // namespace
}  // namespace tradewind::client
