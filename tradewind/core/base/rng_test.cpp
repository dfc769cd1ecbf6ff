#include "tradewind/core/base/rng.hpp"

#include "tradewind/core/base/hash.hpp"

#include <gtest/gtest.h>

namespace tradewind {
namespace {

// Journals and simulations of the past depend on these values: they may never change.
TEST(Rng, GivesTheSameNumbersForEver) {
  Rng rng{42};
  EXPECT_EQ(rng.next(), 1546998764402558742U);
  EXPECT_EQ(rng.next(), 6990951692964543102U);
  EXPECT_EQ(Rng{0}.next(), 11091344671253066420U);
}

TEST(Rng, StaysInBoundsAndReachesThem) {
  Rng rng{7};
  bool low = false;
  bool high = false;
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t value = rng.between(-3, 3);
    ASSERT_GE(value, -3);
    ASSERT_LE(value, 3);
    low |= value == -3;
    high |= value == 3;
  }
  EXPECT_TRUE(low && high);
}

TEST(Rng, BellIsCentredWithUnitSpread) {
  Rng rng{7};
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const std::int64_t value = rng.bell_millionths() / 1000;
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(static_cast<double>(sum) / kCount, 0, 15);
  EXPECT_NEAR(static_cast<double>(squares) / kCount, 1e6, 2e4);
}

TEST(Sha256, MatchesThePublishedVector) {
  EXPECT_EQ(hex_text(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  pieces.update(as_bytes("a"));
  pieces.update(as_bytes("bc"));
  EXPECT_EQ(pieces.finish(), sha256(as_bytes("abc")));
}

}  // namespace
}  // namespace tradewind
