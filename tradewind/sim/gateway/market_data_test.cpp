// Quotes as a client sees them, and what it may see: through real bytes, in text and in protobuf.

#include "tests/support/market_data_rig.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using namespace data_testing;

INSTANTIATE_TEST_SUITE_P(Versions, MarketData, ::testing::Values(178, 200, tws::kMaxServerVersion),
                         [](const auto& param) { return fmt::format("At{}", param.param); });

// --- Quotes ---

TEST_P(MarketData, AStreamBeginsWithItsParametersAndWhatStands) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  const std::string seconds = fmt::format("text 1 45 {}", (kOpen + 2s).ns() / 1'000'000'000);
  EXPECT_EQ(peer.ears.take(), (Lines{"params 1 0.01 9c0001", "type 1 1", "price 1 1 99.99 300 auto", "size 1 0 300",
                                     "price 1 2 100.01 200 auto", "size 1 3 200", "text 1 32 P", "text 1 33 P",
                                     "text 1 84 P", "price 1 4 100 100", "size 1 5 100", seconds, "size 1 8 100",
                                     "price 1 14 100 0", "price 1 6 100 0", "price 1 7 100 0", "number 1 49 0"}));
}

TEST_P(MarketData, APriceComesWithItsSizeTwiceAndASizeAloneOnce) {
  World world;
  world.to(kOpen + 58s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  EXPECT_EQ(peer.hear_until(kOpen + 59s),
            (Lines{"price 1 1 100 500 auto", "size 1 0 500", "price 1 2 100.02 200 auto", "size 1 3 200"}));
  // Next minute's first quote moves both back; then nothing until the print.
  EXPECT_EQ(peer.hear_until(kOpen + 61s).size(), 4U);
}

TEST_P(MarketData, CurrenciesHaveNoPrintsButARangeOfBids) {
  World world;
  world.to(kOpen + 59s);
  Peer peer{world, GetParam()};
  peer.quotes(1, kEuro);
  const Lines heard = peer.ears.take();
  EXPECT_EQ(std::ranges::count_if(heard, [](const auto& line) { return line.starts_with("price 1 4 "); }), 0);
  EXPECT_NE(std::ranges::find(heard, "price 1 6 1.08005 0"), heard.end());
  EXPECT_NE(std::ranges::find(heard, "price 1 7 1.08 0"), heard.end());
}

TEST_P(MarketData, AnIndexHasAValueAndNothingToTradeAgainst) {
  World world;
  Peer peer{world, GetParam()};
  peer.quotes(1, kIndex);
  peer.ears.take();
  const Lines heard = peer.hear_until(kOpen + 59s);
  EXPECT_EQ(heard.front(), "price 1 4 1000 0");
  EXPECT_EQ(std::ranges::count_if(heard, [](const auto& line) { return line.starts_with("size"); }), 0);
  peer.quotes(2, kIndex, "", true);
  EXPECT_EQ(peer.ears.take().back(), "snapshot end 2");
  peer.ticks(3, "BidAsk", 0, false, kIndex);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 3 10189"}));
  peer.depth(4, kIndex, "CBOE", 5);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 10092"}));
}

TEST_P(MarketData, FrozenDataIsSaidToBeOnceTheMarketIsClosed) {
  GatewayOptions options;
  options.session_close = 14h + 31min;  // in UTC here
  World world{std::move(options)};
  world.to(kOpen + 30s);
  Peer peer{world, GetParam()};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 2});
  peer.quotes(1);
  EXPECT_TRUE(peer.ears.has("type 1 1"));
  world.to(kOpen + 2min);
  peer.quotes(2);
  EXPECT_EQ(peer.ears.count("type 1 2"), 1) << "the line that was there is told";
  EXPECT_TRUE(peer.ears.has("type 2 2"));
  EXPECT_EQ(peer.ears.count("price 2 1 "), 1);
}

// Generic tick 292. Providers write one article in three hours, which the archive tells in the same words.
TEST_P(MarketData, NewsComeToTheLineThatAskedForThem) {
  World world;
  world.to(kOpen);
  Peer peer{world, GetParam()};
  peer.quotes(1, kSpy, "292:BRFG");
  peer.quotes(2, kSpy, "mdoff,292");
  peer.quotes(3, kSpy, "292:NONE");
  EXPECT_TRUE(peer.ears.has("error 3 10276"));
  EXPECT_EQ(peer.ears.count("news "), 0);
  peer.ears.take();
  for (int minute = 1; minute <= 6 * 60; ++minute) {
    world.to(kOpen + 1min * minute);
    peer.exchange();
  }
  EXPECT_GE(peer.ears.count("news 1 "), 1);
  EXPECT_LE(peer.ears.count("news 1 "), 3);
  EXPECT_GE(peer.ears.count("news 2 "), 3 * 1);
  EXPECT_LE(peer.ears.count("news 2 "), 3 * 3);
  const NewsArchive archive{GatewayOptions{}.seed, Services{}.news};
  const std::string_view provider = "BRFG";
  Lines expected;
  for (const Headline& headline : archive.headlines(us_stock("SPY"), {&provider, 1}, kOpen, kOpen + 6h, 100))
    expected.insert(expected.begin(),
                    fmt::format("news 1 {} BRFG {}", (headline.time - kOpen) / Duration{1s}, headline.article_id));
  Lines heard = peer.ears.take();
  std::erase_if(heard, [](const std::string& line) { return !line.starts_with("news 1 "); });
  EXPECT_EQ(heard, expected);
  peer.ask(tws::CancelMarketData{.req_id = 1});
  world.to(kOpen + 12h);
  peer.exchange();
  EXPECT_EQ(peer.ears.count("news 1 "), 0);
}

// The market shows something before 09:30 already: the open is no first event of a day.
TEST(FrozenData, ThawsAtTheOpen) {
  const Timestamp open = from_civil_utc({2025, 1, 6, 9, 30, 0});  // the gateway is in UTC
  model::BarHistory spy{1min, {}, {}};
  for (const Timestamp start : {open - 10min, open + 10min}) {
    const model::Quote quote{price("99.99"), price("100.01"), Quantity::of(300), Quantity::of(200)};
    spy.trades.push_back({start, 1min, price("100"), price("100"), price("100"), price("100"), Quantity::of(400), 4});
    spy.quotes.push_back({start, 1min, quote, quote});
  }
  World world{GatewayOptions{}, Market::recorded({us_stock("SPY")}, {spy}, Duration::zero())};
  world.to(open - 5min);
  Peer peer{world, 200};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 2});
  peer.quotes(1);
  EXPECT_TRUE(peer.ears.has("type 1 2"));
  peer.ears.take();
  world.to(open - 1ms);
  peer.exchange();
  EXPECT_EQ(peer.ears.count("type 1 "), 0);
  world.to(open);
  peer.exchange();
  EXPECT_TRUE(peer.ears.has("type 1 1"));
}

TEST_P(MarketData, ARegulatorySnapshotNeedsNoSubscriptionAndAPause) {
  World world{{.live = LiveData::no}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  const auto ask = [&](std::int32_t id) {
    peer.ask(tws::MarketDataRequest{.req_id = id,
                                    .contract = Peer::of(kSpy),
                                    .generic_tick_list = "",
                                    .snapshot = false,
                                    .regulatory_snapshot = true,
                                    .market_data_options = {}});
  };
  ask(1);
  EXPECT_TRUE(peer.ears.has("price 1 1 99.99 300 auto"));
  EXPECT_EQ(peer.ears.count("text 1 85 "), 1);
  EXPECT_EQ(peer.ears.take().back(), "snapshot end 1");
  ask(2);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 322"}));
  world.to(kOpen + 4s);
  ask(3);
  EXPECT_EQ(peer.ears.take().back(), "snapshot end 3");
}

TEST_P(MarketData, GenericTicksComeWhenAskedForAndAloneWithMdoff) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1, kSpy, "mdoff,100,104,106,165,232,236,293,375,411,456,595,292:BRFG");
  EXPECT_EQ(peer.ears.count("price 1 1 "), 0);
  for (const char* start : {"size 1 29 ", "size 1 30 ", "number 1 23 ", "number 1 24 ", "price 1 15 ", "price 1 20 ",
                            "size 1 21 ", "price 1 37 100 ", "number 1 46 3", "size 1 89 ", "number 1 54 1",
                            "text 1 77 ", "number 1 58 ", "text 1 59 ", "size 1 63 ", "size 1 65 "}) {
    EXPECT_EQ(peer.ears.count(start), 1) << start;
  }
  EXPECT_TRUE(peer.ears.has("text 1 77 " + fmt::format("100;100;{};100;100;true", (kOpen + 2s).ns() / 1'000'000)));
  const Lines later = peer.hear_until(kOpen + 20s);
  EXPECT_NE(std::ranges::find(later, "number 1 54 2"), later.end());
  // Volume of whole minutes.
  const Lines minutes = peer.hear_until(kOpen + 62s);
  EXPECT_NE(std::ranges::find(minutes, "size 1 63 400"), minutes.end());
}

TEST_P(MarketData, GenericTicksThatDoNotExistForATypeAreRefusedByName) {
  World world;
  Peer peer{world, GetParam()};
  peer.quotes(1, kSpy, "233,588");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 321"}));
  EXPECT_NE(peer.ears.last_error.find("Incorrect generic tick list of 233,588"), std::string::npos);
  EXPECT_NE(peer.ears.last_error.find("(STK) are: 100(Option Volume)"), std::string::npos);
  peer.quotes(2, kSpy, "233", true);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 414"}));
}

TEST_P(MarketData, ASnapshotEndsWhenAllIsThereAndAfterElevenSecondsAnyway) {
  World world;
  Peer peer{world, GetParam()};
  peer.quotes(1, kSpy, "", true);
  EXPECT_EQ(peer.ears.take(), (Lines{"params 1 0.01 9c0001", "type 1 1", "number 1 49 0"}));
  // The quote comes at one second, the print that is missing at two.
  EXPECT_EQ(peer.hear_until(kOpen + 0s), Lines{});
  const Lines rest = peer.hear_until(kOpen + 2s);
  EXPECT_EQ(rest.back(), "snapshot end 1");
  EXPECT_EQ(peer.hear_until(kOpen + 30s), Lines{});
  peer.ask(tws::CancelMarketData{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 300"}));

  World quiet;
  quiet.now = kOpen - 60s;
  Peer patient{quiet, GetParam()};
  patient.quotes(1, kSpy, "", true);
  patient.ears.take();
  EXPECT_EQ(patient.hear_until(kOpen - 60s + 10'999ms), Lines{});
  EXPECT_EQ(patient.hear_until(kOpen - 60s + 11s), (Lines{"snapshot end 1"}));
}

TEST_P(MarketData, LinesAreLimitedForAllClientsTogetherAndComeBack) {
  World world{{.lines = 2}};
  Peer one{world, GetParam()};
  Peer other{world, GetParam(), 8};
  one.quotes(1);
  one.quotes(1);
  EXPECT_EQ(one.ears.count("error 1 322"), 1);
  other.quotes(1);
  one.quotes(2);
  EXPECT_EQ(one.ears.count("error 2 101"), 1);
  world.gateway.disconnected(other.id);
  one.quotes(3);
  EXPECT_EQ(one.ears.count("error 3"), 0);
  one.ask(tws::CancelMarketData{.req_id = 3});
  one.quotes(4);
  EXPECT_EQ(one.ears.count("error 4"), 0);
  one.ask(tws::CancelMarketData{.req_id = 9});
  EXPECT_EQ(one.ears.count("error 9 300"), 1);
}

TEST_P(MarketData, SamplesShowWhatStandsAtMostFourTimesASecond) {
  World world{{.sampled = true}};
  world.to(kOpen + 57s + 900ms);
  Peer peer{world, GetParam()};
  peer.quotes(1, kOption);
  peer.quotes(2, kSpy);
  // The print at 58 s falls into the first 250 ms of SPY's line and not into the first 100 ms of the option's.
  const Lines first = peer.hear_until(kOpen + 58s);
  EXPECT_EQ(std::ranges::count_if(first, [](const auto& line) { return line.starts_with("price 2 4 "); }), 0);
  EXPECT_EQ(std::ranges::count_if(first, [](const auto& line) { return line.starts_with("price 1 4 "); }), 1);
  EXPECT_EQ(world.gateway.wake_at(), kOpen + 58s + 150ms);
  const Lines then = peer.hear_until(kOpen + 58s + 150ms);
  EXPECT_EQ(std::ranges::count_if(then, [](const auto& line) { return line.starts_with("price 2 4 100.05"); }), 1);
}

TEST_P(MarketData, SamplesAreAQuarterOfASecondApart) {
  model::BarHistory spy{1s, {}, {}};
  for (int i = 0; i < 20; ++i) {
    spy.trades.push_back(
        {kOpen + 1s * i, 1s, price("100.00"), price("100.10"), price("99.90"), price("100.05"), Quantity::of(400), 4});
    spy.quotes.push_back({kOpen + 1s * i, 1s, quote("99.99", "100.01"), quote("100.00", "100.02")});
  }
  World world{World::options_with({.sampled = true}), Market::recorded({us_stock("SPY")}, {spy}, Duration::zero())};
  Peer peer{world, GetParam()};
  peer.quotes(1);
  peer.ears.take();
  std::vector<Timestamp> samples;
  for (Timestamp now = kOpen; now < kOpen + 20s; now = now + 1ms) {
    if (!peer.hear_until(now).empty()) samples.push_back(now);
  }
  ASSERT_GT(samples.size(), 40U) << "six events a second";
  for (std::size_t i = 1; i < samples.size(); ++i) ASSERT_GE(samples[i] - samples[i - 1], Duration{249ms}) << i;
}

TEST_P(MarketData, HaltsAreToldOfAndEndDepth) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  peer.depth(2, kSpy, "ARCA", 5);
  peer.ears.take();
  world.gateway.halt(0, Halt::volatility);
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"number 1 49 2", "error 2 316"}));
  world.gateway.halt(0, Halt::none);
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"number 1 49 0"}));
}

// --- What one has subscribed to ---

TEST_P(MarketData, WithoutLiveDataTheTypeDecidesWhetherDelayedComes) {
  World world{{.live = LiveData::no}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 10168"}));
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 77});
  EXPECT_EQ(peer.ears.take(), Lines{}) << "silence, and no change";
  peer.quotes(2);
  const Lines heard = peer.ears.take();
  EXPECT_EQ(heard.front(), "error 2 10167");
  EXPECT_EQ(heard[2], "type 2 3");
  for (const char* line : {"price 2 66 99.99 300", "size 2 69 300", "price 2 67 100.01 200", "price 2 68 100 100",
                           "size 2 71 100", "size 2 74 100", "price 2 72 100 0", "price 2 76 100 0", "number 2 90 0"}) {
    EXPECT_NE(std::ranges::find(heard, line), heard.end()) << line;
  }
  EXPECT_EQ(std::ranges::count_if(heard, [](const auto& line) { return line.starts_with("text 2 88 "); }), 1);

  peer.ticks(3, "Last");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 3 10189"}));
  EXPECT_EQ(peer.ears.last_error, "Failed to request tick-by-tick data.No market data permissions for ARCA STK");
  peer.bars(4, "TRADES");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 420"}));
  peer.depth(5, kSpy, "SMART", 5);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 5 354"}));

  World nothing{{.live = LiveData::no, .delayed = false}};
  Peer denied{nothing, GetParam()};
  denied.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  denied.quotes(1);
  EXPECT_EQ(denied.ears.take(), (Lines{"error 1 354"}));
}

TEST_P(MarketData, WhatIsNotForTheApiIsAnAdviceOnceDelayedDataIsSwitchedOn) {
  World world{{.live = LiveData::not_for_api}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 10089"}));
  EXPECT_NE(peer.ears.last_error.find("SPY ARCA/TOP/ALL"), std::string::npos);
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 4});
  peer.quotes(2);
  EXPECT_TRUE(peer.ears.has("error 2 10089"));
  EXPECT_TRUE(peer.ears.has("price 2 66 99.99 300"));
}

TEST_P(MarketData, DelayedDataIsLate) {
  World world{{.live = LiveData::no, .delay = 5min}};
  world.to(kOpen + 4min);
  Peer peer{world, GetParam()};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  peer.quotes(1);
  EXPECT_EQ(peer.ears.count("price"), 0);
  EXPECT_EQ(peer.hear_until(kOpen + 5min + 999ms), Lines{});
  const Lines first = peer.hear_until(kOpen + 5min + 1s);
  EXPECT_EQ(first.front(), "price 1 66 99.99 300");
  EXPECT_EQ(world.gateway.wake_at(), kOpen + 5min + 1s + 1s);
}

TEST_P(MarketData, LiveDataStaysLiveForThoseWhoAskForDelayed) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  peer.quotes(1);
  EXPECT_TRUE(peer.ears.has("type 1 1"));
  EXPECT_TRUE(peer.ears.has("price 1 1 99.99 300 auto"));
}

// --- Options ---

TEST_P(MarketData, OptionsComeWithVolatilityAndGreeks) {
  World world;
  Peer peer{world, GetParam()};
  peer.quotes(1, kOption);
  peer.ears.take();
  EXPECT_EQ(*peer.ears.computed.at(10).implied_vol, -1) << "no price, no volatility";
  EXPECT_EQ(*peer.ears.computed.at(10).delta, -2);
  world.to(kOpen + 3s);
  peer.exchange();
  for (const std::int32_t type : {10, 11, 12, 13}) ASSERT_TRUE(peer.ears.computed.contains(type)) << type;
  const auto& bid = peer.ears.computed.at(10);
  const auto& ask = peer.ears.computed.at(11);
  EXPECT_LT(*bid.implied_vol, *ask.implied_vol);
  EXPECT_DOUBLE_EQ(*bid.opt_price, 1.48);
  EXPECT_DOUBLE_EQ(*bid.und_price, 100);
  EXPECT_GT(*bid.delta, 0.4);
  EXPECT_LT(*bid.delta, 0.7);
  EXPECT_LT(*bid.theta, 0);
  // The volatility is the one at which the option is worth its price.
  const auto terms = venue::terms_of(world.gateway.listings()[1], kOpen + 3s);
  EXPECT_NEAR(venue::option_value(terms, 100, *bid.implied_vol).price, 1.48, 1e-4);
}

TEST_P(MarketData, DelayedOptionsHaveTheirOwnTickTypes) {
  World world{{.live = LiveData::no}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  peer.quotes(1, kOption);
  for (const std::int32_t type : {80, 81, 82, 83}) EXPECT_TRUE(peer.ears.computed.contains(type)) << type;
  EXPECT_FALSE(peer.ears.computed.contains(13));
}

TEST_P(MarketData, CalculatesVolatilityOfAPriceAndBack) {
  World world;
  Peer peer{world, GetParam()};
  tws::CalculateOptionPriceRequest priced{
      .req_id = 1, .contract = Peer::of(kOption), .volatility = 0.25, .under_price = 101};
  peer.ask(priced);
  const auto value = peer.ears.computed.at(53);
  EXPECT_GT(*value.opt_price, 1);
  EXPECT_DOUBLE_EQ(*value.und_price, 101);
  tws::CalculateImpliedVolatilityRequest implied{
      .req_id = 2, .contract = Peer::of(kOption), .option_price = *value.opt_price, .under_price = 101};
  peer.ask(implied);
  EXPECT_NEAR(*peer.ears.computed.at(53).implied_vol, 0.25, 1e-4);
  EXPECT_NEAR(*peer.ears.computed.at(53).delta, *value.delta, 1e-3);
  // A price nothing explains: no volatility.
  implied.option_price = 500;
  peer.ask(implied);
  EXPECT_EQ(*peer.ears.computed.at(53).implied_vol, -1);
  peer.ears.take();
  implied.contract = Peer::of(kSpy);
  peer.ask(implied);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 321"}));
  peer.ask(tws::CancelCalculateImpliedVolatility{.req_id = 2});
  peer.ask(tws::CancelCalculateOptionPrice{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), Lines{});
}

}  // namespace
}  // namespace tradewind::sim::gateway
