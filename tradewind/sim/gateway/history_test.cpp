#include "tradewind/sim/gateway/history.hpp"

#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

Timestamp at(int hour, int minute, int second = 0, int day = 7) {
  return from_civil_utc({2013, 10, day, hour, minute, second});
}
const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};

TEST(History, UnderstandsIbsSizesDurationsAndEnds) {
  EXPECT_EQ(parse_bar_size("5 mins"), Duration{5min});
  EXPECT_EQ(parse_bar_size("1 day"), Duration{24h});
  EXPECT_FALSE(parse_bar_size("7 mins").has_value());
  EXPECT_EQ(parse_duration("3600 S"), Duration{1h});
  EXPECT_EQ(parse_duration("2 W"), Duration{14 * 24h});
  for (const char* bad : {"", "1", "1 X", "0 D", "-1 D", "1D", "1 DD", "999999999 S"})
    EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
  EXPECT_EQ(parse_end("20131007-13:30:00", kNewYork), at(13, 30));
  EXPECT_EQ(parse_end("20131007 09:30:00", kNewYork), at(13, 30));
  EXPECT_EQ(parse_end("20131007 09:30:00 US/Eastern", kNewYork), at(13, 30));
  EXPECT_EQ(parse_end("20131007 13:30:00 UTC", kNewYork), at(13, 30));
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
  const auto fives = aggregate(minutes, 5min, kNewYork);
  ASSERT_EQ(fives.size(), 4U);
  EXPECT_EQ(fives[0].start, at(13, 30));
  EXPECT_EQ(fives[0].high, Price::of(15));
  EXPECT_EQ(fives[0].close, Price::of(14));
  EXPECT_EQ(fives[0].volume, Quantity::of(150));
  const auto days = aggregate(minutes, 24h, kNewYork);
  ASSERT_EQ(days.size(), 2U) << "a day ends at midnight in the zone, not in UTC";
  EXPECT_EQ(days[0].low, Price::of(7));
  EXPECT_EQ(days[1].volume, Quantity::of(2));
  EXPECT_EQ(zoned_text(at(13, 30), kNewYork), "20131007 09:30:00 US/Eastern");
  const auto weeks = aggregate(minutes, 7 * 24h, kNewYork);
  ASSERT_EQ(weeks.size(), 1U);
  EXPECT_EQ(zoned_text(weeks[0].start, kNewYork), "20131007 00:00:00 US/Eastern") << "a Monday";
}

}  // namespace
}  // namespace tradewind::sim::gateway
