#include "tradewind/core/base/time.hpp"

#include "tradewind/core/base/time_zone.hpp"

#include <gtest/gtest.h>

namespace tradewind {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

Timestamp at(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  return from_civil_utc({year, month, day, hour, minute, second});
}

TEST(Time, ConvertsToCivilAndBack) {
  EXPECT_EQ(at(1970, 1, 1).ns(), 0);
  EXPECT_EQ(iso_text(at(2013, 10, 7, 13, 30)), "2013-10-07T13:30:00Z");
  EXPECT_EQ(iso_text(at(2013, 10, 7) + Duration{1'500'000}), "2013-10-07T00:00:00.0015Z");
  EXPECT_EQ(iso_text(Timestamp::from_ns(-1)), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(ib_utc_text(at(2024, 2, 29, 23, 59, 59)), "20240229-23:59:59");
  for (std::int64_t day = -40'000; day < 80'000; day += 13) {
    const auto time = Timestamp::from_ns(day * 86'400'000'000'000 + 3'723'000'000'000);
    EXPECT_EQ(from_civil_utc(civil_utc(time)), time);
  }
}

TEST(Time, DatesAreChecked) {
  EXPECT_EQ(parse_date("2013-10-07").value(), (CivilTime{2013, 10, 7}));
  for (const char* bad :
       {"2013-02-29", "2013-13-01", "2013-1-1", "20131007", "2013-10-07 ", "-013-10-07", "0000-00-00", ""}) {
    EXPECT_FALSE(parse_date(bad).has_value()) << bad;
  }
}

TEST(TimeZone, FollowsItsTransitions) {
  // New York in 2013: daylight saving from 10 March 07:00 UTC to 3 November 06:00 UTC.
  const TimeZone zone{"America/New_York",
                      {{at(2012, 11, 4, 6), seconds{-5 * 3600}},
                       {at(2013, 3, 10, 7), seconds{-4 * 3600}},
                       {at(2013, 11, 3, 6), seconds{-5 * 3600}}}};
  EXPECT_EQ(zone.local(at(2013, 10, 7, 13, 30)), (CivilTime{2013, 10, 7, 9, 30, 0}));
  EXPECT_EQ(zone.instant({2013, 10, 7, 9, 30, 0}), at(2013, 10, 7, 13, 30));
  EXPECT_EQ(zone.instant({2013, 1, 7, 9, 30, 0}), at(2013, 1, 7, 14, 30));
  EXPECT_EQ(zone.instant({2013, 11, 3, 1, 30, 0}), at(2013, 11, 3, 5, 30)) << "an hour that happens twice is its first";
  EXPECT_EQ(zone.instant({2013, 3, 10, 2, 30, 0}), at(2013, 3, 10, 7, 30)) << "an hour that is skipped";
  for (auto t = at(2013, 3, 9); t < at(2013, 11, 5); t = t + hours{1}) {
    if (t >= at(2013, 11, 3, 6) && t < at(2013, 11, 3, 7)) continue;  // the second time round
    EXPECT_EQ(zone.instant(zone.local(t)), t) << iso_text(t);
  }
}

}  // namespace
}  // namespace tradewind
