#include "tradewind/sim/venue/past.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tradewind::sim::venue {
namespace {

using namespace std::chrono_literals;

GeneratorConfig never_closing(std::uint64_t seed = 1) {
  GeneratorConfig config{.seed = seed, .symbols = default_symbols(), .first_day = {2026, 11, 25}};
  config.session_open = 0min;
  config.session_close = 24h;
  config.open_at_weekends = true;
  return config;
}
const Timestamp kEnd = from_civil_utc({2026, 11, 25});

model::Bar together(const std::vector<model::Bar>& bars) {
  model::Bar whole = bars.front();
  whole.length = {};
  whole.volume = Quantity::zero();
  whole.trade_count = 0;
  for (const model::Bar& bar : bars) {
    whole.length += bar.length;
    whole.high = std::max(whole.high, bar.high);
    whole.low = std::min(whole.low, bar.low);
    whole.close = bar.close;
    whole.volume = *add(whole.volume, bar.volume);
    whole.trade_count += bar.trade_count;
  }
  return whole;
}

TEST(Past, EndsAtThePriceTheMarketBeginsWith) {
  const Past past{never_closing()};
  EXPECT_EQ(past.end(), kEnd);
  for (std::size_t i = 0; i < default_symbols().size(); ++i) {
    const auto days = past.bars(i, kEnd - 24h * 30, kEnd + 24h, Grain::day);
    ASSERT_EQ(days.size(), 30U);
    EXPECT_EQ(days.back().close, default_symbols()[i].start_price);
    EXPECT_EQ(days.back().start, kEnd - 24h);
  }
}

TEST(Past, TheMinutesOfADayAreTheDayAndTheSecondsOfAMinuteTheMinute) {
  const Past past{never_closing()};
  for (const model::Bar& day : past.bars(1, kEnd - 24h * 20, kEnd, Grain::day)) {
    const auto minutes = past.bars(1, day.start, day.start + 24h, Grain::minute);
    ASSERT_EQ(minutes.size(), 1440U);
    EXPECT_EQ(together(minutes), day);
    const model::Bar& minute = minutes[700];
    const auto seconds = past.bars(1, minute.start, minute.start + 1min, Grain::second);
    ASSERT_EQ(seconds.size(), 60U);
    EXPECT_EQ(together(seconds), minute);
  }
}

TEST(Past, IsTheSameHoweverItIsAskedFor) {
  const Past past{never_closing()};
  const auto whole = past.bars(0, kEnd - 72h, kEnd, Grain::minute);
  std::vector<model::Bar> pieces;
  for (Timestamp at = kEnd - 72h; at < kEnd; at = at + 7h) {
    const auto piece = past.bars(0, at, std::min(at + 7h, kEnd), Grain::minute);
    pieces.insert(pieces.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(pieces, whole);
  EXPECT_EQ(Past{never_closing()}.bars(0, kEnd - 72h, kEnd, Grain::minute), whole);
  EXPECT_NE(Past{never_closing(2)}.bars(0, kEnd - 72h, kEnd, Grain::minute), whole);
}

TEST(Past, HasBarsThatMakeSenseForTwentyYears) {
  const Past past{never_closing()};
  const auto days = past.bars(3, Timestamp{}, kEnd, Grain::day);
  ASSERT_EQ(days.size(), 365U * Past::kYears);
  EXPECT_EQ(days.front().start, past.begin());
  for (std::size_t i = 0; i < days.size(); ++i) {
    const model::Bar& bar = days[i];
    EXPECT_TRUE(bar.low <= std::min(bar.open, bar.close) && bar.high >= std::max(bar.open, bar.close));
    EXPECT_GT(bar.low, Price::zero());
    EXPECT_GT(bar.volume, Quantity::zero());
    EXPECT_EQ(bar.low.raw() % 10'000'000, 0) << "prices are whole ticks";
    if (i > 0) {
      EXPECT_EQ(bar.open, days[i - 1].close) << "a market that never closes has no gaps";
    }
  }
}

TEST(Past, KeepsTheHoursOfTheMarket) {
  GeneratorConfig config{.symbols = default_symbols(), .first_day = {2026, 11, 28}};  // a Saturday
  const Past past{config};
  EXPECT_EQ(past.end(), from_civil_utc({2026, 11, 30, 9, 30, 0}));
  const auto days = past.bars(0, from_civil_utc({2026, 11, 20}), past.end(), Grain::day);
  ASSERT_EQ(days.size(), 6U);
  EXPECT_EQ(days.front().start, from_civil_utc({2026, 11, 20, 9, 30, 0}));
  EXPECT_EQ(days.front().length, 6h + 30min);
  EXPECT_EQ(days[1].start, from_civil_utc({2026, 11, 23, 9, 30, 0})) << "no session at weekends";
  const auto minutes = past.bars(0, days[0].start, past.end(), Grain::minute);
  EXPECT_EQ(minutes.size(), 6U * 390U);
}

}  // namespace
}  // namespace tradewind::sim::venue
