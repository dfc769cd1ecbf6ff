#include "tradewind/sim/venue/replay.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tradewind::sim::venue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp kStart = from_civil_utc({2013, 10, 7, 13, 30, 0});
constexpr Duration kMinute = minutes{1};

Price price(std::string_view text) { return Price::parse(text).value(); }
Quantity quantity(std::string_view text) { return Quantity::parse(text).value(); }

model::Bar bar(std::string_view open, std::string_view high, std::string_view low, std::string_view close,
               std::string_view volume, Timestamp start = kStart) {
  return {.start = start,
          .length = kMinute,
          .open = price(open),
          .high = price(high),
          .low = price(low),
          .close = price(close),
          .volume = quantity(volume)};
}

model::QuoteBar quote_bar(std::string_view open_bid, std::string_view close_bid, Timestamp start = kStart) {
  const auto quote = [](std::string_view bid) {
    return model::Quote{.bid = price(bid),
                        .ask = add(price(bid), price("0.01")),
                        .bid_size = Quantity::of(100),
                        .ask_size = Quantity::of(200)};
  };
  return {.start = start, .length = kMinute, .open = quote(open_bid), .close = quote(close_bid)};
}

// "2s 100 x25" for each print.
std::vector<std::string> shown(const model::Bar& from) {
  std::vector<std::string> lines;
  const BarPrints prints = prints_of(from);
  for (const model::Trade& trade : prints.view()) {
    lines.push_back(fmt::format("{}s {} x{}", (trade.time - from.start) / seconds{1}, trade.price, trade.size));
  }
  return lines;
}

using Lines = std::vector<std::string>;

// What a bar builder makes of prints. Written here, so that nothing of the rule under test is used to check
// it.
model::Bar rebuilt(std::span<const model::Trade> prints, const model::Bar& like) {
  model::Bar built{.start = like.start, .length = like.length};
  built.open = built.high = built.low = prints.front().price;
  for (const model::Trade& trade : prints) {
    built.high = std::max(built.high, trade.price);
    built.low = std::min(built.low, trade.price);
    built.close = trade.price;
    built.volume = *add(built.volume, trade.size);
  }
  built.trade_count = like.trade_count;  // prints do not carry it
  return built;
}

TEST(BarPrints, ShowLowFirstWhenThePriceRoseAndHighFirstWhenItFell) {
  EXPECT_EQ(shown(bar("100", "103", "99", "101", "400")),
            (Lines{"2s 100 x100", "20s 99 x100", "40s 103 x100", "58s 101 x100"}));
  EXPECT_EQ(shown(bar("101", "103", "99", "100", "400")),
            (Lines{"2s 101 x100", "20s 103 x100", "40s 99 x100", "58s 100 x100"}));
  EXPECT_EQ(shown(bar("100", "103", "99", "100", "400")),
            (Lines{"2s 100 x100", "20s 99 x100", "40s 103 x100", "58s 100 x100"}));
}

TEST(BarPrints, SplitWholeVolumesInWholeSharesWithTheRemainderLast) {
  EXPECT_EQ(shown(bar("100", "100", "100", "100", "103")),
            (Lines{"2s 100 x25", "20s 100 x25", "40s 100 x25", "58s 100 x28"}));
  EXPECT_EQ(shown(bar("1", "1", "1", "1", "4.5")),
            (Lines{"2s 1 x1.125", "20s 1 x1.125", "40s 1 x1.125", "58s 1 x1.125"}));
  EXPECT_EQ(shown(bar("1", "1", "1", "1", "0.00000006")),
            (Lines{"2s 1 x0.00000001", "20s 1 x0.00000001", "40s 1 x0.00000001", "58s 1 x0.00000003"}));
}

TEST(BarPrints, LeaveOutRepeatedPricesFirstWhenTheVolumeIsSmall) {
  EXPECT_EQ(shown(bar("5", "5", "5", "5", "1")), (Lines{"2s 5 x1"}));
  EXPECT_EQ(shown(bar("5", "5", "5", "5", "3")), (Lines{"2s 5 x1", "40s 5 x1", "58s 5 x1"}));
  EXPECT_EQ(shown(bar("5", "6", "5", "6", "2")), (Lines{"2s 5 x1", "40s 6 x1"}));
  EXPECT_EQ(shown(bar("5", "6", "4", "6", "3")), (Lines{"2s 5 x1", "20s 4 x1", "40s 6 x1"}));
}

TEST(BarPrints, SplitSharesOnlyWhenNothingElseKeepsTheBar) {
  EXPECT_EQ(shown(bar("5", "7", "4", "6", "1")), (Lines{"2s 5 x0.25", "20s 4 x0.25", "40s 7 x0.25", "58s 6 x0.25"}));
  EXPECT_EQ(shown(bar("5", "6", "4", "6", "1")), (Lines{"2s 5 x0.33333333", "20s 4 x0.33333333", "40s 6 x0.33333334"}));
}

TEST(BarPrints, OfABarWithoutVolumeStillShowItsPrices) {
  EXPECT_EQ(shown(bar("5", "7", "4", "6", "0")), (Lines{"2s 5 x0", "20s 4 x0", "40s 7 x0", "58s 6 x0"}));
  EXPECT_EQ(shown(bar("5", "5", "5", "5", "0")), (Lines{"2s 5 x0"}));
}

// Goal: whatever the bar, what an engine builds from its prints is the bar again. Method: random bars, with
// prices close together so that repeats are common, and volumes from none to huge, whole and fractional.
RC_GTEST_PROP(BarPrints, AlwaysBuildBackToTheSameBar, ()) {
  const auto small = rc::gen::inRange<std::int64_t>(0, 4);
  const std::int64_t low = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
  const std::int64_t high = low + *small;
  model::Bar original{.start = kStart, .length = kMinute};
  original.low = Price::from_raw(low);
  original.high = Price::from_raw(high);
  original.open = Price::from_raw(*rc::gen::inRange<std::int64_t>(low, high + 1));
  original.close = Price::from_raw(*rc::gen::inRange<std::int64_t>(low, high + 1));
  original.volume = *rc::gen::oneOf(
      rc::gen::map(rc::gen::inRange<std::int64_t>(0, 9), [](std::int64_t whole) { return Quantity::of(whole); }),
      rc::gen::map(rc::gen::inRange<std::int64_t>(0, 9), [](std::int64_t raw) { return Quantity::from_raw(raw); }),
      rc::gen::map(rc::gen::inRange<std::int64_t>(0, Quantity::kRawMax),
                   [](std::int64_t raw) { return Quantity::from_raw(raw); }));

  const BarPrints prints = prints_of(original);
  RC_ASSERT(rebuilt(prints.view(), original) == original);
  RC_ASSERT(std::ranges::is_sorted(prints.view(), {}, &model::Trade::time));
  for (const model::Trade& trade : prints.view()) {
    RC_ASSERT(trade.time > original.start);
    RC_ASSERT(trade.time < original.start + original.length);
    const bool enough = original.volume.raw() >= 4;
    RC_ASSERT(!enough || !trade.size.is_zero());
    const bool whole = original.volume.raw() % Quantity::kScale == 0;
    const bool many = original.volume >= Quantity::of(4);
    RC_ASSERT(!whole || !many || trade.size.raw() % Quantity::kScale == 0);
  }
}

std::string described(const MarketEvent& event) {
  const auto at = (event.time - kStart) / seconds{1};
  if (const auto* trade = std::get_if<model::Trade>(&event.data)) {
    return fmt::format("{} #{} trade {} x{}", at, event.symbol, trade->price, trade->size);
  }
  const auto& quote = std::get<model::Quote>(event.data);
  return fmt::format("{} #{} quote {} {}", at, event.symbol, *quote.bid, *quote.ask);
}

Lines played(Replay& replay) {
  Lines lines;
  while (const auto due = replay.next_time()) {
    const MarketEvent event = replay.pop();
    EXPECT_EQ(event.time, *due);
    lines.push_back(described(event));
  }
  return lines;
}

TEST(Replay, MergesQuotesAndPrintsOfAllSymbolsByTimeThenSymbol) {
  model::BarHistory first{
      .length = kMinute, .trades = {bar("10", "12", "9", "11", "4")}, .quotes = {quote_bar("10", "11")}};
  model::BarHistory second{
      .length = kMinute, .trades = {bar("20", "20", "20", "20", "1")}, .quotes = {quote_bar("20", "21")}};
  Replay replay{{first, second}};
  EXPECT_EQ(played(replay), (Lines{"1 #0 quote 10 10.01", "1 #1 quote 20 20.01", "2 #0 trade 10 x1", "2 #1 trade 20 x1",
                                   "20 #0 trade 9 x1", "40 #0 trade 12 x1", "58 #0 trade 11 x1", "59 #0 quote 11 11.01",
                                   "59 #1 quote 21 21.01"}));
}

TEST(Replay, HasNothingForAMinuteWithoutBars) {
  model::BarHistory history{.length = kMinute, .trades = {}, .quotes = {}};
  history.trades = {bar("5", "5", "5", "5", "1"), bar("6", "6", "6", "6", "1", kStart + minutes{2})};
  Replay replay{{history}};
  EXPECT_EQ(played(replay), (Lines{"2 #0 trade 5 x1", "122 #0 trade 6 x1"}));
}

TEST(Replay, ShiftsEveryTimeOfEventAndTrade) {
  model::BarHistory history{.length = kMinute, .trades = {bar("5", "5", "5", "5", "1")}, .quotes = {}};
  Replay replay{{history}, std::chrono::hours{24}};
  const MarketEvent event = replay.pop();
  EXPECT_EQ(event.time, kStart + seconds{2} + std::chrono::hours{24});
  EXPECT_EQ(std::get<model::Trade>(event.data).time, event.time);
  EXPECT_FALSE(replay.next_time().has_value());
}

TEST(Replay, OffersNothingFromEmptyHistories) {
  EXPECT_FALSE(Replay{{}}.next_time().has_value());
  Replay replay{{model::BarHistory{.length = kMinute, .trades = {}, .quotes = {}}}};
  EXPECT_FALSE(replay.next_time().has_value());
}

TEST(Replay, KeepsEventsOfTheShortestBarsApart) {
  EXPECT_EQ(instant_in_bar(kStart, kBarLengthMin, 59) - kStart, Duration{59});
  EXPECT_EQ(instant_in_bar(kStart, seconds{1}, 1) - kStart, Duration{16'666'666});
}

// Goal: a market given in pieces plays as if given at once, however far each piece has been played when the
// next comes. Method: random bars of three symbols, cut at a random minute; a random part of the first piece
// is played before.
RC_GTEST_PROP(Replay, PlaysAppendedBarsAsIfGivenAtOnce, ()) {
  constexpr int kMinutes = 12;
  const int cut = *rc::gen::inRange(0, kMinutes + 1);
  std::vector<model::BarHistory> whole(3);
  std::vector<model::BarHistory> before(3);
  std::vector<model::BarHistory> after(3);
  for (std::size_t symbol = 0; symbol < whole.size(); ++symbol) {
    whole[symbol].length = before[symbol].length = after[symbol].length = kMinute;
    for (int minute = 0; minute < kMinutes; ++minute) {
      const Timestamp start = kStart + minutes{minute};
      model::BarHistory& part = minute < cut ? before[symbol] : after[symbol];
      if (*rc::gen::inRange(0, 3) > 0) {
        const auto volume = std::to_string(*rc::gen::inRange(1, 9));
        for (auto* to : {&whole[symbol], &part}) to->trades.push_back(bar("5", "6", "5", "6", volume, start));
      }
      if (*rc::gen::inRange(0, 3) > 0) {
        for (auto* to : {&whole[symbol], &part}) to->quotes.push_back(quote_bar("5", "6", start));
      }
    }
  }
  Replay at_once{whole};
  const Lines expected = played(at_once);

  Replay in_pieces{before};
  Lines seen;
  const int early = *rc::gen::inRange(0, 200);
  for (int i = 0; i < early && in_pieces.next_time(); ++i) seen.push_back(described(in_pieces.pop()));
  in_pieces.append(after);
  for (const auto& line : played(in_pieces)) seen.push_back(line);
  RC_ASSERT(seen == expected);
}

TEST(ReplayDeathTest, RefusesBarsThatAreOutOfOrder) {
  model::BarHistory history{.length = kMinute, .trades = {}, .quotes = {}};
  history.trades = {bar("5", "5", "5", "5", "1", kStart + minutes{1}), bar("6", "6", "6", "6", "1")};
  EXPECT_DEATH(Replay{{history}}, "length");
}

}  // namespace
}  // namespace tradewind::sim::venue
