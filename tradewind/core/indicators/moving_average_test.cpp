#include "tradewind/core/indicators/moving_average.hpp"

#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace tradewind::indicators {
namespace {

TEST(SimpleMovingAverage, IsReadyAfterItsLength) {
  SimpleMovingAverage average{3};
  average.add(Price::of(1));
  average.add(Price::of(2));
  EXPECT_FALSE(average.value().has_value());
  average.add(Price::of(6));
  EXPECT_EQ(average.value(), Price::of(3));
  average.add(Price::of(7));
  EXPECT_EQ(average.value(), Price::of(5));
}

TEST(SimpleMovingAverage, EqualsTheSumOfTheWindowForRandomPrices) {
  Rng rng{5};
  for (const std::size_t length : {1U, 2U, 7U, 50U}) {
    SimpleMovingAverage average{length};
    std::deque<std::int64_t> window;
    for (int i = 0; i < 500; ++i) {
      const std::int64_t raw = rng.between(-1'000'000'000, 900'000'000'000) * static_cast<std::int64_t>(length);
      window.push_back(raw);
      average.add(Price::from_raw(raw));
      if (window.size() > length) window.pop_front();
      if (window.size() < length) continue;
      Int128 sum = 0;
      for (const std::int64_t value : window) sum += value;
      ASSERT_EQ(Int128{average.value()->raw()}, sum / static_cast<std::int64_t>(length));
    }
  }
}

}  // namespace
}  // namespace tradewind::indicators
