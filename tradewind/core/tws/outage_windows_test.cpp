// IB's resets on the calendar, and when a person has to be told (F019). The zones' rules of early 2026 are written out:
// New York changes on 8 March, Zurich on 29 March, Hong Kong never.

#include "tradewind/core/tws/outage_windows.hpp"

#include <gtest/gtest.h>

namespace tradewind::tws {
namespace {

using namespace std::chrono_literals;

Timestamp utc(int month, int day, int hour, int minute = 0) { return from_civil_utc({2026, month, day, hour, minute}); }

OutageWindows windows(Region region) {
  return OutageWindows::create(region, {TimeZone{"America/New_York", {{utc(1, 1, 0), -5h}, {utc(3, 8, 7), -4h}}},
                                        TimeZone{"Europe/Zurich", {{utc(1, 1, 0), 1h}, {utc(3, 29, 1), 2h}}},
                                        TimeZone{"Asia/Hong_Kong", {{utc(1, 1, 0), 8h}}}})
      .value();
}
bool is_expected(const OutageWindows& at, Timestamp time) { return at.expected(time).has_value(); }

TEST(OutageWindows, AreOnTheClockOfTheirZone) {
  const OutageWindows america = windows(Region::north_america);
  // Tuesday 6 January, 00:15 to 01:45 in New York; and in summer an hour earlier by UTC.
  EXPECT_FALSE(is_expected(america, utc(1, 6, 5, 14)));
  ASSERT_TRUE(is_expected(america, utc(1, 6, 5, 15)));
  EXPECT_EQ(america.expected(utc(1, 6, 6))->begin, utc(1, 6, 5, 15));
  EXPECT_EQ(america.expected(utc(1, 6, 6))->end, utc(1, 6, 6, 45));
  EXPECT_TRUE(is_expected(america, utc(1, 6, 6, 44)));
  EXPECT_FALSE(is_expected(america, utc(1, 6, 6, 45)));
  EXPECT_EQ(america.expected(utc(3, 10, 5))->begin, utc(3, 10, 4, 15));
}

TEST(OutageWindows, AreLongInTheNightToSaturday) {
  // Friday 9 January 23:00 to Saturday 03:00 in New York, wherever the account is.
  for (const Region region : {Region::north_america, Region::europe, Region::asia}) {
    const OutageWindows each = windows(region);
    EXPECT_FALSE(is_expected(each, utc(1, 10, 3, 59)));
    const auto night = each.expected(utc(1, 10, 7, 59));
    ASSERT_TRUE(night);
    EXPECT_EQ(night->begin, utc(1, 10, 4));
    EXPECT_EQ(night->end, utc(1, 10, 8));
  }
  // On Saturday there is no daily one: 00:15 is inside the long one, and the night to Sunday is quiet but for Sunday's.
  EXPECT_FALSE(is_expected(windows(Region::north_america), utc(1, 11, 4, 30)));
  EXPECT_TRUE(is_expected(windows(Region::north_america), utc(1, 11, 5, 30)));
}

TEST(OutageWindows, DifferByRegion) {
  EXPECT_TRUE(is_expected(windows(Region::europe), utc(1, 6, 5, 30)));
  EXPECT_FALSE(is_expected(windows(Region::europe), utc(1, 6, 6, 45)));
  EXPECT_TRUE(is_expected(windows(Region::asia), utc(1, 6, 12, 20)));
  EXPECT_TRUE(is_expected(windows(Region::asia), utc(1, 5, 20, 50))) << "Tuesday morning in Hong Kong";
  EXPECT_FALSE(is_expected(windows(Region::asia), utc(1, 6, 6)));
}

TEST(OutageWindows, TellAPersonAfterFiveMinutesOrTenAfterTheWindow) {
  const OutageWindows america = windows(Region::north_america);
  EXPECT_EQ(america.alert_at(utc(1, 6, 15)), utc(1, 6, 15, 5));
  EXPECT_FALSE(america.alert_due(utc(1, 6, 15), utc(1, 6, 15, 4)));
  EXPECT_TRUE(america.alert_due(utc(1, 6, 15), utc(1, 6, 15, 5)));
  const Timestamp after = utc(1, 6, 6, 55);
  EXPECT_EQ(america.alert_at(utc(1, 6, 5, 30)), after);
  EXPECT_EQ(america.alert_at(utc(1, 6, 5, 12)), after) << "it began a little early";
  EXPECT_EQ(america.alert_at(utc(1, 6, 5, 9)), utc(1, 6, 5, 14)) << "that was before it";
  EXPECT_EQ(america.alert_at(utc(1, 6, 6, 44)), after);
  // A window that another one covers: the long night.
  EXPECT_EQ(america.alert_at(utc(1, 10, 5, 20)), utc(1, 10, 8, 10));
}

// Never for ever: whenever it begins, somebody hears of it the same night.
TEST(OutageWindows, AlwaysTellInTheEnd) {
  for (const Region region : {Region::north_america, Region::europe, Region::asia}) {
    const OutageWindows each = windows(region);
    for (Timestamp since = utc(2, 27, 0); since < utc(4, 3, 0); since = since + 7min) {
      EXPECT_GE(each.alert_at(since) - since, 5min);
      EXPECT_LE(each.alert_at(since) - since, 4h + 15min) << iso_text(since);
    }
  }
}

TEST(OutageWindows, NameTheZoneThatIsMissing) {
  const auto missing = OutageWindows::create(Region::europe, {TimeZone::utc()});
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().detail.find("Europe/Zurich"), std::string::npos);
  EXPECT_EQ(OutageWindows::zones_of(Region::north_america), (std::vector<std::string>{"America/New_York"}));
  EXPECT_EQ(OutageWindows::zones_of(Region::asia), (std::vector<std::string>{"Asia/Hong_Kong", "America/New_York"}));
}

}  // namespace
}  // namespace tradewind::tws
