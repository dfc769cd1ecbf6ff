// Goal: a session of a day keeps what its clients may ask for, and no more. Method: a generated market plays a day of
// seconds; its minutes are the same as those of one that has been asked hour by hour.

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/market.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

const Timestamp kStart = from_civil_utc({2026, 11, 25, 3, 0, 0});
constexpr venue::SymbolIndex kStock{0};

Market seconds() {
  venue::GeneratorConfig config{.symbols = {{}},
                                .first_day = {2026, 11, 25},
                                .bar_length = 1s,
                                .session_open = 0min,
                                .session_close = 24h,
                                .open_at_weekends = true};
  config.symbols.front().spec = {model::Symbol{"SPY"}, model::SecurityType{"STK"}, model::ExchangeName{"SMART"},
                                 Currency{"USD"}};
  return Market::generated({us_stock("SPY")}, venue::Generator::create(std::move(config)).value(), kStart);
}

void play(Market& market, Timestamp until) {
  while (market.next_time() < until) market.pop();
}

std::vector<model::Bar> minutes_of(const Market& market, Timestamp from, Timestamp until, BarsOf what) {
  std::vector<model::Bar> minutes;
  const Sessions always{TimeZone::utc(), std::nullopt};
  for (const TallyBar& tally : aggregate(market.history(kStock, from, until, what, 1min), 1min, always)) {
    if (tally.bar.start < until) minutes.push_back(tally.bar);
  }
  return minutes;
}

TEST(MarketPast, MinutesAreTheSameWhenTheirSecondsAreGone) {
  for (const BarsOf what : {BarsOf::trades, BarsOf::midpoint}) {
    Market market = seconds();
    std::vector<model::Bar> at_once;
    for (int hour = 1; hour <= 24; ++hour) {
      play(market, kStart + 1h * hour);
      const auto more = minutes_of(market, kStart + 1h * (hour - 1), kStart + 1h * hour, what);
      at_once.insert(at_once.end(), more.begin(), more.end());
    }
    const auto afterwards = minutes_of(market, kStart, kStart + 24h, what);
    ASSERT_GT(afterwards.size(), 1'300U);
    ASSERT_EQ(afterwards.size(), at_once.size());
    for (std::size_t i = 0; i < afterwards.size(); ++i) {
      EXPECT_EQ(afterwards[i].start, at_once[i].start);
      EXPECT_EQ(afterwards[i].open, at_once[i].open);
      EXPECT_EQ(afterwards[i].close, at_once[i].close);
      EXPECT_EQ(afterwards[i].volume, at_once[i].volume);
      EXPECT_EQ(afterwards[i].trade_count, at_once[i].trade_count);
      if (what != BarsOf::trades) continue;  // of quotes only the first and the last of a bar are kept
      EXPECT_EQ(afterwards[i].high, at_once[i].high);
      EXPECT_EQ(afterwards[i].low, at_once[i].low);
    }
  }
}

TEST(MarketPast, SecondsAreKeptForEightHours) {
  Market market = seconds();
  play(market, kStart + 24h);
  const Timestamp now = kStart + 24h;
  const auto lately = market.history(kStock, now - 8h, now);
  ASSERT_GT(lately.size(), 15'000U) << "not every second has a trade";
  EXPECT_LT(lately.front().start, now - 8h + 15min) << "a halt is no longer";
  for (const model::Bar& bar : lately) ASSERT_EQ(bar.length, 1s);
  EXPECT_TRUE(market.history(kStock, kStart, now - 10h).empty());
  for (const model::Bar& bar : market.history(kStock, kStart, now - 10h, BarsOf::trades, 1min))
    ASSERT_EQ(bar.length, 1min);
  for (const model::QuoteBar& bar : market.quote_history(kStock, now - 20h, now)) ASSERT_EQ(bar.length, 1s);
}

}  // namespace
}  // namespace tradewind::sim::gateway
