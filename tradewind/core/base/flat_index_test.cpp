#include "tradewind/core/base/flat_index.hpp"

#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/inline_text.hpp"
#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace tradewind {
namespace {

using Name = InlineText<32>;

TEST(FlatIndex, FindsNothingWhileItIsEmpty) {
  FlatIndex<std::int32_t, int> index;
  EXPECT_EQ(index.find(1), nullptr);
  EXPECT_FALSE(index.erase(1));
  EXPECT_EQ(index.size(), 0U);
}

TEST(FlatIndex, AKeyIsPutInOnceAndAssignedAsOftenAsWanted) {
  FlatIndex<std::int32_t, std::string> index;
  EXPECT_TRUE(index.emplace(7, "first"));
  EXPECT_FALSE(index.emplace(7, "second"));
  EXPECT_EQ(*index.find(7), "first");
  index.insert_or_assign(7, "third");
  EXPECT_EQ(*index.find(7), "third");
  EXPECT_EQ(index.size(), 1U);
}

TEST(FlatIndex, IsAsNewAfterClear) {
  FlatIndex<std::int32_t, int> index;
  for (int i = 0; i < 100; ++i) index.emplace(i, i);
  index.clear();
  EXPECT_EQ(index.size(), 0U);
  EXPECT_FALSE(index.contains(50));
  EXPECT_TRUE(index.emplace(50, 1));
  EXPECT_EQ(*index.find(50), 1);
}

TEST(FlatIndex, LetsGoOfWhatIsErased) {
  FlatIndex<std::int32_t, std::shared_ptr<int>> index;
  const auto value = std::make_shared<int>(1);
  index.emplace(1, value);
  EXPECT_EQ(value.use_count(), 2);
  EXPECT_TRUE(index.erase(1));
  EXPECT_EQ(value.use_count(), 1);
}

TEST(FlatIndex, IdsAndTextsAreKeysToo) {
  FlatIndex<Id<struct TestTag>, int> by_id;
  by_id.emplace(Id<struct TestTag>{5}, 1);
  EXPECT_TRUE(by_id.contains(Id<struct TestTag>{5}));
  EXPECT_FALSE(by_id.contains(Id<struct TestTag>{6}));
  FlatIndex<Name, int> by_name;
  by_name.emplace(Name{"S-7K3M9QX2A4BT-sma-1Z"}, 1);
  by_name.emplace(Name{""}, 2);
  EXPECT_EQ(*by_name.find(Name{"S-7K3M9QX2A4BT-sma-1Z"}), 1);
  EXPECT_EQ(*by_name.find(Name{""}), 2);
  EXPECT_FALSE(by_name.contains(Name{"S-7K3M9QX2A4BT-sma-1"}));
}

TEST(FlatIndex, DigestsOfKeysInARowDifferInTheirLastBits) {
  std::set<std::uint64_t> numbers;
  std::set<std::uint64_t> texts;
  for (int i = 0; i < 1'024; ++i) {
    numbers.insert(KeyDigest{}(1'000'000'000 + i) % 2'048);
    texts.insert(KeyDigest{}(Name{"S-7K3M9QX2A4BT-sma-" + std::to_string(i)}) % 2'048);
  }
  // By chance it would be about 807 of them.
  EXPECT_GT(numbers.size(), 700U);
  EXPECT_GT(texts.size(), 700U);
}

TEST(FlatIndex, HoldsTheSameAsAMapWhateverComesAndGoes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rng rng{seed};
    FlatIndex<std::int64_t, std::uint64_t> index;
    std::map<std::int64_t, std::uint64_t> expected;
    // Few keys, so that slots are taken, freed and taken again next to each other.
    const std::uint64_t keys = seed % 2 == 0 ? 24 : 3'000;
    for (std::uint64_t step = 0; step < 20'000; ++step) {
      const auto key = static_cast<std::int64_t>(rng.below(keys));
      switch (rng.below(4)) {
        case 0:
          EXPECT_EQ(index.emplace(key, step), expected.emplace(key, step).second);
          break;
        case 1:
          index.insert_or_assign(key, step);
          expected.insert_or_assign(key, step);
          break;
        default:
          EXPECT_EQ(index.erase(key), expected.erase(key) == 1);
          break;
      }
      ASSERT_EQ(index.size(), expected.size()) << "seed " << seed << ", step " << step;
      if (step % 64 != 0) continue;
      for (std::int64_t each = 0; each < static_cast<std::int64_t>(keys); ++each) {
        const std::uint64_t* const found = index.find(each);
        const auto wanted = expected.find(each);
        ASSERT_EQ(found != nullptr, wanted != expected.end()) << "seed " << seed << ", key " << each;
        if (found != nullptr) {
          ASSERT_EQ(*found, wanted->second);
        }
      }
    }
  }
}

}  // namespace
}  // namespace tradewind
