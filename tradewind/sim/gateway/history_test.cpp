#include "tradewind/sim/gateway/history.hpp"

#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

Timestamp at(int hour, int minute, int second = 0, int day = 7) {
  return from_civil_utc({2013, 10, day, hour, minute, second});
}
const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};

const Sessions kAlways{kNewYork, std::nullopt, false};
const Sessions kNyse{kNewYork, 16h, false};

TEST(History, UnderstandsIbsSizesDurationsAndEnds) {
  EXPECT_EQ(parse_bar_size("5 mins"), Duration{5min});
  EXPECT_EQ(parse_bar_size("1 day"), Duration{24h});
  EXPECT_FALSE(parse_bar_size("7 mins").has_value());
  EXPECT_EQ(parse_bar_size("1W"), parse_bar_size("1 week"));
  EXPECT_EQ(parse_span("3600 S"), (HistorySpan{3600, 'S'}));
  EXPECT_EQ(parse_span("2 W"), (HistorySpan{2, 'W'}));
  for (const char* bad : {"", "1", "1 X", "0 D", "-1 D", "1D", "1 DD", "999999999 S"})
    EXPECT_FALSE(parse_span(bad).has_value()) << bad;
  EXPECT_TRUE(complaint_about({365, 'D'}).empty());
  for (const HistorySpan& far : {HistorySpan{366, 'D'}, {86'401, 'S'}, {53, 'W'}, {13, 'M'}, {101, 'Y'}})
    EXPECT_FALSE(complaint_about(far).empty()) << far.count << far.unit;
  EXPECT_EQ(parse_period("3 days"), (HistorySpan{3, 'D'}));
  EXPECT_EQ(parse_period("1 week"), (HistorySpan{1, 'W'}));
  EXPECT_EQ(parse_period("1W"), (HistorySpan{1, 'W'}));
  for (const char* bad : {"", "3", "days", "3 dayss", "0 days", "-1 day", "9999 days"})
    EXPECT_FALSE(parse_period(bad).has_value()) << bad;
  EXPECT_EQ(parse_end("20131007-13:30:00", kNewYork), at(13, 30));
  EXPECT_EQ(parse_end("20131007 09:30:00", kNewYork), at(13, 30));
  EXPECT_EQ(parse_end("20131007 09:30:00 US/Eastern", kNewYork), at(13, 30));
  EXPECT_EQ(parse_end("20131007 13:30:00 UTC", kNewYork), at(13, 30));
  EXPECT_EQ(parse_end("20131007 09:30:00 US/Eastern", TimeZone::utc()), at(13, 30))
      << "a zone that is not the gateway's";
  EXPECT_EQ(parse_end("20131103 01:59:59 America/Chicago", TimeZone::utc()), from_civil_utc({2013, 11, 3, 6, 59, 59}));
  EXPECT_EQ(parse_end("20131103 02:00:00 America/Chicago", TimeZone::utc()), from_civil_utc({2013, 11, 3, 8, 0, 0}));
  for (const char* bad : {"", "20131007", "20131307-13:30:00", "20131007 25:30:00", "20131007 09:30:00 Mars/Olympus",
                          "20131007x13:30:00"}) {
    EXPECT_FALSE(parse_end(bad, kNewYork).has_value()) << bad;
  }
}

model::Bar bar(Timestamp start, int open, int high, int low, int close, int volume) {
  return {start, 1min, Price::of(open), Price::of(high), Price::of(low), Price::of(close), Quantity::of(volume), 1};
}

TEST(History, AggregatesByClockAndByCalendar) {
  const std::vector<model::Bar> minutes = {bar(at(13, 33), 10, 12, 9, 11, 100), bar(at(13, 34), 11, 15, 11, 14, 50),
                                           bar(at(13, 35), 14, 14, 8, 8, 25), bar(at(3, 59, 0, 8), 7, 7, 7, 7, 1),
                                           bar(at(4, 0, 0, 8), 6, 6, 6, 6, 2)};
  const auto fives = aggregate(minutes, 5min, kAlways);
  ASSERT_EQ(fives.size(), 4U);
  EXPECT_EQ(fives[0].bar.start, at(13, 30));
  EXPECT_EQ(fives[0].bar.high, Price::of(15));
  EXPECT_EQ(fives[0].bar.close, Price::of(14));
  EXPECT_EQ(fives[0].bar.volume, Quantity::of(150));
  const auto days = aggregate(minutes, 24h, kAlways);
  ASSERT_EQ(days.size(), 2U) << "a day ends at midnight in the zone, not in UTC";
  EXPECT_EQ(days[0].bar.low, Price::of(7));
  EXPECT_EQ(days[1].bar.volume, Quantity::of(2));
  EXPECT_EQ(zoned_text(at(13, 30), kNewYork), "20131007 09:30:00 US/Eastern");
  const auto weeks = aggregate(minutes, 7 * 24h, kAlways);
  ASSERT_EQ(weeks.size(), 1U);
  EXPECT_EQ(zoned_text(weeks[0].bar.start, kNewYork), "20131007 00:00:00 US/Eastern") << "a Monday";
}

TEST(History, CutsHoursWithTheSession) {
  const BarBuilder hours{1h, kNyse};
  EXPECT_EQ(hours.interval_of(at(13, 45)), at(13, 30)) << "the first bar of a session begins with it";
  EXPECT_EQ(hours.interval_of(at(14, 0)), at(14, 0));
  EXPECT_EQ(hours.interval_of(at(13, 15)), at(13, 0)) << "before the session";
  const BarBuilder eights{8h, kAlways};
  EXPECT_EQ(eights.interval_of(at(13, 45)), at(12, 0)) << "eight in New York";
  EXPECT_EQ((BarBuilder{30 * 24h, kAlways}.interval_of(at(13, 45))), at(4, 0, 0, 1));
}

TEST(History, AveragesByVolume) {
  const std::vector<model::Bar> minutes = {bar(at(13, 30), 10, 10, 10, 10, 100), bar(at(13, 31), 16, 16, 16, 16, 50)};
  const auto both = aggregate(minutes, 5min, kAlways);
  ASSERT_EQ(both.size(), 1U);
  EXPECT_EQ(both[0].average(), Price::of(12));
  const auto none = aggregate({bar(at(13, 30), 10, 12, 9, 11, 0)}, 5min, kAlways);
  EXPECT_EQ(none[0].average(), Price::of(11)) << "without volume it is the last price";
}

// Thanksgiving of 2013 was on November 28; the day after ended at 13:00.
TEST(Sessions, KeepHolidaysAndHalfDaysWhereTheDaysAreReal) {
  const Sessions real{kNewYork, 16h, true};
  const auto at = [](int day, int hour) { return kNewYork.instant({2013, 11, day, hour, 0, 0}); };
  EXPECT_FALSE(real.has_session(at(28, 12)));
  EXPECT_TRUE(kNyse.has_session(at(28, 12)));
  EXPECT_FALSE(real.is_regular(at(28, 12)));
  EXPECT_TRUE(real.is_regular(at(29, 12)));
  EXPECT_FALSE(real.is_regular(at(29, 13)));
  EXPECT_TRUE(kNyse.is_regular(at(29, 13)));
  EXPECT_EQ(real.close_of(at(29, 12)), at(29, 13));
  EXPECT_EQ(real.close_of(at(27, 12)), at(27, 16));
  EXPECT_EQ(begin_of(at(29, 13), {.count = 2, .unit = 'D'}, real),
            begin_of(at(29, 13), {.count = 3, .unit = 'D'}, kNyse));
}

TEST(History, CountsBackInSessions) {
  const Timestamp monday = at(14, 0);  // 2013-10-07
  EXPECT_EQ(begin_of(monday, {1, 'D'}, kNyse), at(4, 0));
  EXPECT_EQ(begin_of(monday, {2, 'D'}, kNyse), at(4, 0, 0, 4)) << "the Friday before";
  EXPECT_EQ(begin_of(at(12, 0), {1, 'D'}, kNyse), at(4, 0, 0, 4)) << "before the session it is the one before";
  EXPECT_EQ(begin_of(monday, {2, 'D'}, kAlways), at(14, 0, 0, 5));
  EXPECT_EQ(begin_of(monday, {90, 'S'}, kNyse), at(13, 58, 30));
  EXPECT_EQ(begin_of(monday, {1, 'M'}, kNyse), from_civil_utc({2013, 9, 7, 14, 0, 0}));
  EXPECT_EQ(begin_of(from_civil_utc({2013, 3, 31}), {1, 'M'}, {}), from_civil_utc({2013, 2, 28}));
  EXPECT_EQ(begin_of(monday, {1, 'Y'}, {}), from_civil_utc({2012, 10, 7, 14, 0, 0}));
}

TEST(History, KnowsRegularHours) {
  EXPECT_FALSE(kNyse.is_regular(at(13, 29, 59)));
  EXPECT_TRUE(kNyse.is_regular(at(13, 30)));
  EXPECT_TRUE(kNyse.is_regular(at(19, 59, 59)));
  EXPECT_FALSE(kNyse.is_regular(at(20, 0)));
  EXPECT_FALSE(kNyse.is_regular(at(14, 0, 0, 6))) << "a Sunday";
  EXPECT_TRUE(kAlways.is_regular(at(3, 0, 0, 6)));
}

}  // namespace
}  // namespace tradewind::sim::gateway
