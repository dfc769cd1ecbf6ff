#include "tradewind/sim/venue/generator.hpp"

#include "tradewind/core/base/hash.hpp"
#include "tradewind/sim/venue/replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::venue {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// New York around 2013, by hand: summer time ended on 3 November at 06:00 UTC.
TimeZone new_york() {
  return TimeZone{"America/New_York",
                  {{from_civil_utc({2013, 3, 10, 7, 0, 0}), std::chrono::hours{-4}},
                   {from_civil_utc({2013, 11, 3, 6, 0, 0}), std::chrono::hours{-5}},
                   {from_civil_utc({2014, 3, 9, 7, 0, 0}), std::chrono::hours{-4}}}};
}

GeneratorConfig week() {
  GeneratorConfig config;
  config.seed = 42;
  config.symbols = default_symbols();
  config.first_day = {2013, 10, 7, 0, 0, 0};
  config.days = 5;
  config.zone = new_york();
  return config;
}

std::uint64_t digest(const model::BarHistory& history) {
  Digest64 digest;
  digest.mix(history.length.count());
  for (const model::Bar& bar : history.trades) {
    for (const Price price : {bar.open, bar.high, bar.low, bar.close}) digest.mix(price.raw());
    digest.mix(bar.start.ns());
    digest.mix(bar.volume.raw());
    digest.mix(std::int64_t{bar.trade_count});
  }
  for (const model::QuoteBar& bar : history.quotes) {
    digest.mix(bar.start.ns());
    for (const model::Quote& quote : {bar.open, bar.close}) {
      digest.mix(quote.bid.value().raw());
      digest.mix(quote.ask.value().raw());
      digest.mix(quote.bid_size.raw());
      digest.mix(quote.ask_size.raw());
    }
  }
  return digest.value();
}

std::vector<std::uint64_t> digests(const GeneratorConfig& config) {
  std::vector<std::uint64_t> result;
  const auto markets = generate(config).value();
  for (const GeneratedHistory& market : markets) result.push_back(digest(market.history));
  return result;
}

// Recorded runs and their journals depend on these data: the digests may never change.
TEST(Generator, MakesTheSameDataForEver) {
  EXPECT_EQ(digests(week()), (std::vector<std::uint64_t>{14892252271177068104U, 6623559433591248546U,
                                                         17475787192715771852U, 15859409724275000521U}));
  GeneratorConfig by_second = week();
  by_second.bar_length = seconds{1};
  by_second.session_close = minutes{10 * 60};
  by_second.days = 1;
  EXPECT_EQ(digests(by_second), (std::vector<std::uint64_t>{17229233079205477773U, 6841598697301704105U,
                                                            17422177897164690960U, 1184073226276188546U}));
}

TEST(Generator, MakesOtherDataForAnotherSeed) {
  GeneratorConfig other = week();
  other.seed = 43;
  const auto a = digests(week());
  const auto b = digests(other);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NE(a[i], b[i]);
}

TEST(Generator, GivesASymbolTheSameDataInAnyCompany) {
  GeneratorConfig alone = week();
  alone.symbols = {default_symbols()[2]};
  EXPECT_EQ(digests(alone).front(), digests(week())[2]);
}

TEST(Generator, MakesBarsThatAreConsistentAndInSession) {
  for (const Duration length : {Duration{minutes{1}}, Duration{seconds{1}}}) {
    GeneratorConfig config = week();
    config.bar_length = length;
    config.days = 2;
    const auto markets = generate(config).value();
    for (const GeneratedHistory& market : markets) {
      ASSERT_EQ(market.history.length, length);
      ASSERT_GT(market.history.trades.size(), 2U * 390 / 2);
      ASSERT_GT(market.history.quotes.size(), market.history.trades.size());
      for (const model::Bar& bar : market.history.trades) {
        ASSERT_LE(bar.low, std::min(bar.open, bar.close));
        ASSERT_GE(bar.high, std::max(bar.open, bar.close));
        ASSERT_GT(bar.low, Price::zero());
        ASSERT_GE(bar.volume, Quantity::of(1));
        ASSERT_EQ(bar.volume.raw() % Quantity::kScale, 0);
        for (const Price price : {bar.open, bar.high, bar.low, bar.close}) ASSERT_EQ(price.raw() % 10'000'000, 0);
        const CivilTime local = config.zone.local(bar.start);
        ASSERT_GE(local.hour * 60 + local.minute, 9 * 60 + 30);
        ASSERT_LT(local.hour * 60 + local.minute, 16 * 60);
      }
      for (const model::QuoteBar& bar : market.history.quotes) {
        for (const model::Quote& quote : {bar.open, bar.close}) {
          ASSERT_LT(*quote.bid, *quote.ask);
          ASSERT_GE(quote.bid_size, Quantity::of(100));
          ASSERT_GE(quote.ask_size, Quantity::of(100));
        }
      }
      Replay accepts{{market.history}};  // it checks order and lengths
      ASSERT_TRUE(accepts.next_time().has_value());
    }
  }
}

TEST(Generator, KeepsTheSessionOfTheZoneAcrossTheEndOfSummerTimeAndSkipsWeekends) {
  GeneratorConfig config = week();
  config.first_day = {2013, 11, 1, 0, 0, 0};  // a Friday
  config.days = 2;
  const auto market = generate(config).value();
  std::map<std::string, std::pair<Timestamp, Timestamp>> days;
  for (const model::QuoteBar& bar : market.front().history.quotes) {
    auto& [first, last] = days.try_emplace(iso_text(bar.start).substr(0, 10), bar.start, bar.start).first->second;
    last = bar.start;
  }
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(iso_text(days.at("2013-11-01").first), "2013-11-01T13:30:00Z");
  EXPECT_EQ(iso_text(days.at("2013-11-04").first), "2013-11-04T14:30:00Z");
  EXPECT_EQ(iso_text(days.at("2013-11-04").second), "2013-11-04T20:59:00Z");
}

// Goal: a server that makes the market while it runs gives the same market as one made beforehand. Method:
// take it in random pieces and compare.
TEST(Generator, MakesTheSameMarketInPieces) {
  GeneratorConfig config = week();
  config.bar_length = seconds{1};
  config.session_close = minutes{10 * 60};
  const auto whole = generate(config).value();
  Generator generator = Generator::create(config).value();
  std::vector<model::BarHistory> pieces(config.symbols.size());
  Rng rng{9};
  while (const auto next = generator.next_minute()) {
    const auto taken = generator.take_until(*next + seconds{rng.between(0, 1'000)});
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      pieces[i].length = taken[i].length;
      pieces[i].trades.insert(pieces[i].trades.end(), taken[i].trades.begin(), taken[i].trades.end());
      pieces[i].quotes.insert(pieces[i].quotes.end(), taken[i].quotes.begin(), taken[i].quotes.end());
    }
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) EXPECT_EQ(digest(pieces[i]), digest(whole[i].history));
}

// This is how a server that runs for days plays a market it makes on the way.
TEST(Generator, CanBePlayedWhileItIsMade) {
  GeneratorConfig config = week();
  config.bar_length = seconds{1};
  config.session_close = minutes{9 * 60 + 40};
  config.days = 2;
  std::vector<model::BarHistory> whole;
  auto markets = generate(config).value();
  for (GeneratedHistory& market : markets) whole.push_back(std::move(market.history));
  Replay at_once{whole};

  Generator generator = Generator::create(config).value();
  Replay on_the_way{generator.take_until(*generator.next_minute())};  // nothing yet
  for (;;) {
    while (!on_the_way.next_time()) {
      const auto next = generator.next_minute();
      if (!next) break;
      on_the_way.append(generator.take_until(*next + minutes{1}));
    }
    ASSERT_EQ(on_the_way.next_time(), at_once.next_time());
    if (!at_once.next_time()) break;
    ASSERT_EQ(on_the_way.pop(), at_once.pop());
  }
}

TEST(Generator, CanBeOpenAllTheTimeWithoutGapsAndWithoutEnd) {
  GeneratorConfig config = week();
  config.symbols.resize(1);
  config.first_day = {2013, 10, 12, 0, 0, 0};  // a Saturday
  config.days.reset();
  config.session_open = minutes{0};
  config.session_close = minutes{24 * 60};
  config.open_at_weekends = true;
  Generator generator = Generator::create(config).value();
  const Timestamp start = *generator.next_minute();
  EXPECT_EQ(iso_text(start), "2013-10-12T04:00:00Z");
  const auto taken = generator.take_until(start + std::chrono::days{3});
  EXPECT_EQ(*generator.next_minute(), start + std::chrono::days{3});
  const auto& quotes = taken.front().quotes;
  EXPECT_GT(quotes.size(), 3U * 24 * 60 - 60);  // all minutes but those of halts
  for (std::size_t i = 1; i < quotes.size(); ++i) {
    ASSERT_LE(quotes[i].start - quotes[i - 1].start, minutes{16});
    // Within a day's volatility of 1.5 %, a minute moves far less than a night's gap could.
    if (quotes[i].start - quotes[i - 1].start > minutes{1}) continue;
    const auto jump = std::abs(quotes[i].open.bid->raw() - quotes[i - 1].close.bid->raw());
    ASSERT_LT(jump, quotes[i].open.bid->raw() / 100);
  }
}

TEST(Generator, WithoutHaltsHasQuotesEveryMinuteAndTheSamePricesBefore) {
  GeneratorConfig config = week();
  config.symbols.resize(1);
  config.days = 40;
  const auto some = generate(config).value();
  config.halts = false;
  const auto none = generate(config).value();
  const auto& halting = some.front().history.quotes;
  const auto& quotes = none.front().history.quotes;
  ASSERT_EQ(quotes.size(), 40U * 390);
  ASSERT_LT(halting.size(), quotes.size());
  const auto [first_halt, same] = std::ranges::mismatch(halting, quotes);
  EXPECT_GT(first_halt - halting.begin(), 100);
  EXPECT_GT(first_halt->start, same->start) << "until then there is no difference";
}

struct Shape {
  std::int64_t edge_volume = 0;    // of the first and last half hour
  std::int64_t middle_volume = 0;  // of an hour at noon
  int halts = 0;
  int gaps = 0;                     // nights over which the price moved by more than 0.2 %
  int quiet_minutes = 0;            // quotes, but no trade
  std::vector<std::int64_t> moves;  // of each minute, squared, in (1e-6)^2
};

Shape shape_of(const model::BarHistory& history, const TimeZone& zone) {
  Shape shape;
  std::set<Timestamp> traded;
  for (const model::Bar& bar : history.trades) {
    traded.insert(bar.start);
    const CivilTime local = zone.local(bar.start);
    const int minute = local.hour * 60 + local.minute - (9 * 60 + 30);
    if (minute < 30 || minute >= 360) shape.edge_volume += bar.volume.raw() / Quantity::kScale;
    if (minute >= 165 && minute < 225) shape.middle_volume += bar.volume.raw() / Quantity::kScale;
  }
  for (std::size_t i = 0; i < history.quotes.size(); ++i) {
    const model::QuoteBar& bar = history.quotes[i];
    if (!traded.contains(bar.start)) ++shape.quiet_minutes;
    if (i == 0) continue;
    const std::int64_t before = history.quotes[i - 1].close.bid->raw();
    const std::int64_t move = (bar.close.bid->raw() - before) / (before / 1'000'000);
    const Duration pause = bar.start - history.quotes[i - 1].start;
    if (pause > minutes{60}) {
      const std::int64_t gap = bar.open.bid->raw() - before;
      if (std::abs(gap) > before / 500) ++shape.gaps;
    } else if (pause > minutes{1}) {
      ++shape.halts;
      EXPECT_GE(pause, minutes{6});
      EXPECT_LE(pause, minutes{16});
    } else {
      shape.moves.push_back(move * move);
    }
  }
  return shape;
}

// Goal: the market has the properties its description promises. Method: forty days, wide bounds; the data are
// the same on every run, so this cannot fail by chance.
TEST(Generator, HasTheShapeOfARealMarket) {
  GeneratorConfig config = week();
  config.symbols.resize(2);
  config.days = 40;
  const auto market = generate(config).value();
  int halts = 0;
  for (const GeneratedHistory& symbol : market) {
    SCOPED_TRACE(symbol.spec.symbol.view());
    const Shape shape = shape_of(symbol.history, config.zone);
    EXPECT_GT(shape.edge_volume * 10, shape.middle_volume * 15);
    EXPECT_GT(shape.gaps, 20);
    EXPECT_GT(shape.quiet_minutes, 40);
    halts += shape.halts;

    // Clusters: after a large move the next is larger than usual, which it is not when minutes are
    // independent.
    std::vector<std::int64_t> sorted = shape.moves;
    std::ranges::sort(sorted);
    const std::int64_t large = sorted[sorted.size() * 9 / 10];
    std::int64_t after_large = 0;
    std::int64_t count = 0;
    std::int64_t sum = 0;
    for (std::size_t i = 1; i < shape.moves.size(); ++i) {
      sum += shape.moves[i];
      if (shape.moves[i - 1] < large) continue;
      after_large += shape.moves[i];
      ++count;
    }
    const auto moves = static_cast<std::int64_t>(shape.moves.size());
    EXPECT_GT(after_large / count * 10, sum / moves * 13);
    // 1.5 or 2.5 % a day, over 390 minutes: 760 or 1266 millionths a minute.
    const std::int64_t expected = symbol.spec.symbol.view() == "ACME" ? 760 * 760 : 1'266 * 1'266;
    EXPECT_GT(sum / moves, expected / 2);
    EXPECT_LT(sum / moves, expected * 2);
  }
  EXPECT_GE(halts, 2);
}

TEST(Generator, RefusesConfigurationsThatMakeNoSense) {
  const auto refusal = [](auto change) {
    GeneratorConfig config = week();
    change(config);
    const auto made = generate(std::move(config));
    return made.has_value() ? "made" : made.error().detail;
  };
  EXPECT_EQ(refusal([](auto&) {}), "made");
  EXPECT_EQ(refusal([](auto& c) { c.days.reset(); }), "market generator: say how many days");
  EXPECT_EQ(refusal([](auto& c) { c.days = 0; }), "market generator: make at least one day");
  EXPECT_EQ(refusal([](auto& c) { c.symbols.clear(); }), "market generator: name at least one symbol");
  EXPECT_EQ(refusal([](auto& c) { c.symbols[1] = c.symbols[0]; }), "market generator: symbol ACME is given twice");
  EXPECT_EQ(refusal([](auto& c) { c.bar_length = minutes{5}; }),
            "market generator: bars are one minute or one second long");
  EXPECT_EQ(refusal([](auto& c) { c.first_day.month = 13; }), "market generator: the first day is not a date");
  EXPECT_EQ(refusal([](auto& c) { c.session_close = c.session_open; }),
            "market generator: the session must open before it closes, both on the same day");
  EXPECT_NE(refusal([](auto& c) { c.symbols[0].start_price = Price::zero(); }).find("ACME"), std::string::npos);
}

}  // namespace
}  // namespace tradewind::sim::venue
