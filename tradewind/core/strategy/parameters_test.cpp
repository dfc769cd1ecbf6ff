#include "tradewind/core/strategy/parameters.hpp"

#include <gtest/gtest.h>

namespace tradewind::strategy {
namespace {

struct Params {
  std::int64_t fast = 5;
  Quantity size = Quantity::of(100);
  Duration bar = std::chrono::seconds{60};
  bool both_ways = true;
  std::vector<model::Symbol> symbols{model::Symbol{"SPY"}};

  template <class Visit>
  void describe(Visit&& visit) {
    visit("fast", fast, "bars of the fast average", Range{1, 1000});
    visit("size", size, "shares held when in the market");
    visit("bar", bar, "length of a bar", Range{0, 86'400});
    visit("both_ways", both_ways, "go short as well");
    visit("symbols", symbols, "what to trade");
  }
};

TEST(Parameters, OneDeclarationListsAndSetsThem) {
  const auto infos = parameter_infos<Params>();
  ASSERT_EQ(infos.size(), 5U);
  EXPECT_EQ(infos[0].range, "1 to 1000");
  EXPECT_EQ(infos[2].value, "60");
  const auto params =
      with_values(Params{},
                  {{"fast", "7"}, {"size", "0.5"}, {"bar", "0.25"}, {"both_ways", "no"}, {"symbols", "SPY,IBM"}})
          .value();
  EXPECT_EQ(params.fast, 7);
  EXPECT_EQ(params.size.text(), "0.5");
  EXPECT_EQ(params.bar, std::chrono::milliseconds{250});
  EXPECT_FALSE(params.both_ways);
  ASSERT_EQ(params.symbols.size(), 2U);
  EXPECT_EQ(params.symbols[1].view(), "IBM");
  EXPECT_EQ(parameter_infos(params)[4].value, "SPY,IBM");
}

TEST(Parameters, RefusalsNameTheParameterAndTheRemedy) {
  const auto refusal = [](const char* name, const char* value) {
    return with_values(Params{}, {{name, value}}).error().detail;
  };
  EXPECT_EQ(refusal("fats", "1"), "there is no parameter 'fats'; there are: fast, size, bar, both_ways, symbols");
  EXPECT_EQ(refusal("fast", "0"), "parameter 'fast': 0 is outside 1 to 1000");
  EXPECT_EQ(refusal("fast", "1.5"), "parameter 'fast': '1.5' is not a whole number");
  EXPECT_EQ(refusal("size", "NaN"), "parameter 'size': quantity 'NaN': not a decimal number");
  EXPECT_EQ(refusal("bar", "0"), "parameter 'bar': 0 seconds: it has to be more than 0");
  EXPECT_EQ(refusal("both_ways", "maybe"), "parameter 'both_ways': 'maybe' is neither yes nor no");
  EXPECT_EQ(refusal("symbols", ""), "parameter 'symbols': at least one symbol is needed");
  EXPECT_EQ(refusal("symbols", "A,,B"), "parameter 'symbols': '' is not a symbol: write symbols separated by commas");
}

struct Pair {
  std::int64_t low = 1;
  std::int64_t high = 2;
  template <class Visit>
  void describe(Visit&& visit) {
    visit("low", low, "the lower one", Range{0, 9});
    visit("high", high, "the higher one", Range{0, 9});
  }
  [[nodiscard]] Result<void> check() const {
    if (high <= low) return fail(Errc::invalid_argument, "not in order");
    return {};
  }
};

TEST(Parameters, AreCheckedAgainstEachOtherWhenAllAreSet) {
  EXPECT_TRUE(with_values(Pair{}, {{"low", "5"}, {"high", "6"}}).has_value());
  EXPECT_EQ(with_values(Pair{}, {{"low", "5"}}).error().detail, "not in order");
  EXPECT_EQ(with_values(Params{}, {{"size", "x"}}).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace tradewind::strategy
