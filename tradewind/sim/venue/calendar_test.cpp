#include "tradewind/sim/venue/calendar.hpp"

#include "tradewind/sim/venue/expiries.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tradewind::sim::venue {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

// A zone with US summer time as the law has it since 2007.
TimeZone us_zone(const std::string& name, std::chrono::hours standard) {
  using namespace std::chrono;
  std::vector<TimeZone::Transition> transitions;
  for (int y = 2007; y <= 2030; ++y) {
    const auto change = [&](sys_days day, hours before) { return instant_on(day, 2h, TimeZone::utc()) - before; };
    transitions.push_back({change(year{y} / March / Sunday[2], standard), standard + 1h});
    transitions.push_back({change(year{y} / November / Sunday[1], standard + 1h), standard});
  }
  return TimeZone{name, transitions};
}
Calendar calendar(MarketHours hours) {
  if (hours == MarketHours::always) return {hours, TimeZone::utc()};
  return {hours, us_zone(std::string{zone_name_of(hours)}, hours == MarketHours::index_futures ? -6h : -5h)};
}
// The instant of this time in the calendar's zone.
Timestamp at(const Calendar& market, const CivilTime& local) { return market.zone().instant(local); }

std::string days_of(year in, DayKind kind) {
  std::string text;
  for (sys_days date = in / 1 / 1; date < sys_days{(in + std::chrono::years{1}) / 1 / 1};
       date += std::chrono::days{1}) {
    if (us_day_kind(date) != kind) continue;
    text += (text.empty() ? "" : " ") + compact_date(date).substr(4);
  }
  return text;
}

// As the exchange published them.
TEST(UsDays, AreThePublishedHolidays) {
  EXPECT_EQ(days_of(year{2013}, DayKind::holiday), "0101 0121 0218 0329 0527 0704 0902 1128 1225");
  EXPECT_EQ(days_of(year{2021}, DayKind::holiday), "0101 0118 0215 0402 0531 0705 0906 1125 1224");
  EXPECT_EQ(days_of(year{2022}, DayKind::holiday), "0117 0221 0415 0530 0620 0704 0905 1124 1226");
  EXPECT_EQ(days_of(year{2023}, DayKind::holiday), "0102 0116 0220 0407 0529 0619 0704 0904 1123 1225");
  EXPECT_EQ(days_of(year{2025}, DayKind::holiday), "0101 0109 0120 0217 0418 0526 0619 0704 0901 1127 1225");
  EXPECT_EQ(days_of(year{2026}, DayKind::holiday), "0101 0119 0216 0403 0525 0619 0703 0907 1126 1225");
  EXPECT_EQ(days_of(year{2027}, DayKind::holiday), "0101 0118 0215 0326 0531 0618 0705 0906 1125 1224");
}

TEST(UsDays, AreThePublishedHalfDays) {
  EXPECT_EQ(days_of(year{2013}, DayKind::half), "0703 1129 1224");
  EXPECT_EQ(days_of(year{2021}, DayKind::half), "1126");
  EXPECT_EQ(days_of(year{2023}, DayKind::half), "0703 1124");
  EXPECT_EQ(days_of(year{2024}, DayKind::half), "0703 1129 1224");
  EXPECT_EQ(days_of(year{2026}, DayKind::half), "1127 1224");
}

TEST(Calendar, OpensStocksEarlyAndKeepsThemOpenAfterTheRegularSession) {
  const Calendar stocks = calendar(MarketHours::us_stocks);
  const auto state = [&](int hour, int minute, int second = 0) {
    const Timestamp time = at(stocks, {2026, 11, 25, hour, minute, second});
    return std::string{stocks.is_open(time) ? "open" : "closed"} + (stocks.is_regular(time) ? ", regular" : "");
  };
  EXPECT_EQ(state(3, 59, 59), "closed");
  EXPECT_EQ(state(4, 0), "open");
  EXPECT_EQ(state(9, 29, 59), "open");
  EXPECT_EQ(state(9, 30), "open, regular");
  EXPECT_EQ(state(15, 59, 59), "open, regular");
  EXPECT_EQ(state(16, 0), "open");
  EXPECT_EQ(state(19, 59, 59), "open");
  EXPECT_EQ(state(20, 0), "closed");
}

TEST(Calendar, WritesTheHoursOfStocksAroundThanksgiving) {
  const Calendar stocks = calendar(MarketHours::us_stocks);
  const Timestamp now = at(stocks, {2026, 11, 25, 23, 30, 0});
  EXPECT_EQ(stocks.hours_text(HoursKind::trading, now, 6),
            "20261125:0400-20261125:2000;20261126:CLOSED;20261127:0400-20261127:1700;20261128:CLOSED;20261129:CLOSED;"
            "20261130:0400-20261130:2000");
  EXPECT_EQ(stocks.hours_text(HoursKind::liquid, at(stocks, {2026, 11, 26}), 2),
            "20261126:CLOSED;20261127:0930-20261127:1300");
}

TEST(Calendar, HasOnlyTheRegularHoursForStockOptions) {
  const Calendar options = calendar(MarketHours::us_regular);
  const Timestamp now = at(options, {2026, 11, 27, 8, 0, 0});
  EXPECT_FALSE(options.is_open(now));
  EXPECT_EQ(options.hours_text(HoursKind::trading, now, 1), "20261127:0930-20261127:1300");
  EXPECT_EQ(options.hours_text(HoursKind::liquid, now, 1), "20261127:0930-20261127:1300");
}

// Sunday has no entry of its own: Monday's session begins on it. On a holiday, futures stop at noon.
TEST(Calendar, WritesTheHoursOfFuturesByTheDayTheyEndOn) {
  const Calendar futures = calendar(MarketHours::index_futures);
  const Timestamp now = at(futures, {2022, 2, 15, 9, 0, 0});
  EXPECT_EQ(futures.hours_text(HoursKind::trading, now, 6),
            "20220214:1700-20220215:1600;20220215:1700-20220216:1600;20220216:1700-20220217:1600;"
            "20220217:1700-20220218:1600;20220219:CLOSED;20220220:1700-20220221:1200");
  EXPECT_EQ(futures.hours_text(HoursKind::liquid, at(futures, {2022, 8, 12}), 4),
            "20220812:0830-20220812:1600;20220813:CLOSED;20220814:CLOSED;20220815:0830-20220815:1600");
}

TEST(Calendar, ClosesFuturesForAnHourADayAndOnThreeHolidays) {
  const Calendar futures = calendar(MarketHours::index_futures);
  EXPECT_TRUE(futures.is_open(at(futures, {2026, 11, 24, 15, 59, 59})));
  EXPECT_FALSE(futures.is_open(at(futures, {2026, 11, 24, 16, 0, 0})));
  EXPECT_FALSE(futures.is_open(at(futures, {2026, 11, 24, 16, 59, 59})));
  EXPECT_TRUE(futures.is_open(at(futures, {2026, 11, 24, 17, 0, 0})));
  EXPECT_EQ(futures.hours_text(HoursKind::trading, at(futures, {2026, 11, 25}), 3),
            "20261124:1700-20261125:1600;20261125:1700-20261126:1200;20261126:1700-20261127:1215");
  EXPECT_EQ(futures.hours_text(HoursKind::trading, at(futures, {2026, 12, 24}), 4),
            "20261223:1700-20261224:1215;20261225:CLOSED;20261226:CLOSED;20261227:1700-20261228:1600");
  EXPECT_FALSE(futures.trading_day(year{2026} / 4 / 3).has_value());   // Good Friday
  EXPECT_FALSE(futures.trading_day(year{2026} / 1 / 1).has_value());
}

TEST(Calendar, TradesCurrenciesFromSundayToFriday) {
  const Calendar currencies = calendar(MarketHours::currencies);
  const std::string hours =
      "20221205:1715-20221206:1700;20221206:1715-20221207:1700;20221207:1715-20221208:1700;"
      "20221208:1715-20221209:1700;20221210:CLOSED;20221211:1715-20221212:1700";
  EXPECT_EQ(currencies.hours_text(HoursKind::trading, at(currencies, {2022, 12, 6}), 6), hours);
  EXPECT_EQ(currencies.hours_text(HoursKind::liquid, at(currencies, {2022, 12, 6}), 6), hours);
  EXPECT_FALSE(currencies.is_open(at(currencies, {2022, 12, 9, 17, 0, 0})));
  EXPECT_FALSE(currencies.is_open(at(currencies, {2022, 12, 11, 17, 14, 59})));
  EXPECT_TRUE(currencies.is_open(at(currencies, {2022, 12, 11, 17, 15, 0})));
}

TEST(Calendar, NeverClosesWhatIsAlwaysOpen) {
  const Calendar always = calendar(MarketHours::always);
  EXPECT_TRUE(always.is_open(at(always, {2026, 11, 28})));
  EXPECT_TRUE(always.is_regular(at(always, {2026, 11, 28, 23, 59, 59})));
  EXPECT_FALSE(always.next_change(HoursKind::trading, at(always, {2026, 11, 28})).has_value());
  EXPECT_EQ(always.hours_text(HoursKind::trading, at(always, {2026, 11, 28}), 2),
            "20261128:0000-20261128:2359;20261129:0000-20261129:2359");
}

TEST(Calendar, EndsTheDayWithItsLastSession) {
  const Calendar stocks = calendar(MarketHours::us_stocks);
  const auto end_after = [&](const CivilTime& local) {
    return iso_text(stocks.current_or_next(at(stocks, local)).trading.end);
  };
  EXPECT_EQ(end_after({2026, 11, 25, 12, 0, 0}), "2026-11-26T01:00:00Z");
  EXPECT_EQ(end_after({2026, 11, 25, 20, 0, 0}), "2026-11-27T22:00:00Z");  // Thanksgiving is none, and then half a day
  EXPECT_EQ(end_after({2026, 7, 1, 12, 0, 0}), "2026-07-02T00:00:00Z");  // in summer
}

// Goal: the clock need not be asked between changes. Method: at any instant, nothing changes until the next change, and
// then it does; and what is regular is open.
RC_GTEST_PROP(Calendar, ChangesNothingBetweenChanges, (std::uint32_t minute, std::uint32_t part, std::uint8_t which)) {
  const Calendar market = calendar(std::array{MarketHours::us_stocks, MarketHours::us_regular,
                                              MarketHours::index_futures, MarketHours::currencies}[which % 4]);
  // 2008 to 2027.
  const Timestamp time = from_civil_utc({2008, 1, 1}) + std::chrono::minutes{minute % (20 * 365 * 24 * 60)};
  for (const HoursKind kind : {HoursKind::trading, HoursKind::liquid}) {
    const auto is_in = [&](Timestamp t) {
      return kind == HoursKind::trading ? market.is_open(t) : market.is_regular(t);
    };
    const Timestamp change = market.next_change(kind, time).value();
    RC_ASSERT(change > time);
    RC_ASSERT(change - time < 5 * 24h);
    RC_ASSERT(is_in(change - 1ns) == is_in(time));
    RC_ASSERT(is_in(time + Duration{(change - time).count() / 1000 * (part % 1000)}) == is_in(time));
    RC_ASSERT(is_in(change) != is_in(time));
  }
  RC_ASSERT((!market.is_regular(time) || market.is_open(time)));
}

TEST(Calendar, MayKnowNoHolidaysAndCloseEarlier) {
  const TimeZone zone = calendar(MarketHours::us_stocks).zone();
  const Calendar plain{MarketHours::us_stocks, zone, {.keeps_holidays = false, .regular_close = std::nullopt}};
  EXPECT_EQ(plain.hours_text(HoursKind::liquid, at(plain, {2026, 11, 26, 8, 0, 0}), 3),
            "20261126:0930-20261126:1600;20261127:0930-20261127:1600;20261128:CLOSED");
  const Calendar early{MarketHours::us_regular, zone, {.keeps_holidays = true, .regular_close = 15h}};
  EXPECT_EQ(early.hours_text(HoursKind::trading, at(early, {2026, 11, 25, 8, 0, 0}), 3),
            "20261125:0930-20261125:1500;20261126:CLOSED;20261127:0930-20261127:1300");
  EXPECT_EQ(early.next_change(HoursKind::liquid, at(early, {2026, 11, 25, 12, 0, 0})),
            at(early, {2026, 11, 25, 15, 0, 0}));
}

}  // namespace
}  // namespace tradewind::sim::venue
