#include "tradewind/edge/catalog/zones.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace tradewind::edge::catalog {
namespace {

TEST(TimeZones, KnowNewYorkToTheSecond) {
  const TimeZone zone = load_time_zone("America/New_York").value();
  EXPECT_EQ(zone.name(), "America/New_York");
  EXPECT_EQ(iso_text(zone.instant({2013, 10, 7, 9, 30, 0})), "2013-10-07T13:30:00Z");
  EXPECT_EQ(iso_text(zone.instant({2013, 11, 4, 9, 30, 0})), "2013-11-04T14:30:00Z");
  const Timestamp change = from_civil_utc({2013, 11, 3, 6, 0, 0});
  EXPECT_EQ(zone.utc_offset(change - Duration{1}), std::chrono::hours{-4});
  EXPECT_EQ(zone.utc_offset(change), std::chrono::hours{-5});
}

// Dates of the past changes of rule and both ends of the range.
TEST(TimeZones, AreRightFrom1970To2037) {
  const TimeZone zone = load_time_zone("America/New_York").value();
  const auto offset = [&](int year, int month, int day) {
    return zone.utc_offset(from_civil_utc({year, month, day, 12, 0, 0})) / std::chrono::hours{1};
  };
  EXPECT_EQ(offset(1970, 1, 1), -5);
  EXPECT_EQ(offset(1970, 7, 1), -4);
  EXPECT_EQ(offset(1974, 1, 7), -4);   // summer time in winter, for the oil crisis
  EXPECT_EQ(offset(2006, 3, 20), -5);  // until 2006 it began in April
  EXPECT_EQ(offset(2007, 3, 20), -4);
  EXPECT_EQ(offset(2037, 7, 1), -4);
  EXPECT_EQ(offset(2037, 12, 31), -5);
}

TEST(TimeZones, ComeInEveryShape) {
  const Timestamp now = from_civil_utc({2026, 7, 1, 0, 0, 0});
  EXPECT_EQ(load_time_zone("Asia/Tokyo").value().utc_offset(now), std::chrono::hours{9});
  EXPECT_EQ(load_time_zone("Asia/Kolkata").value().utc_offset(now), std::chrono::minutes{330});
  EXPECT_EQ(load_time_zone("Etc/UTC").value().utc_offset(now), std::chrono::seconds{0});
}

TEST(TimeZones, ThatAreUnknownAreNamed) {
  for (const char* name : {"America/New_Yorck", "", "../../etc/passwd"}) {
    const auto zone = load_time_zone(name);
    ASSERT_FALSE(zone.has_value());
    EXPECT_EQ(zone.error().code, Errc::not_found);
    EXPECT_NE(zone.error().detail.find("'" + std::string{name} + "'"), std::string::npos) << zone.error().detail;
  }
}

TEST(TimeZoneCheck, AcceptsThisSystem) {
  EXPECT_TRUE(check_time_zones(from_civil_utc({2026, 1, 15, 0, 0, 0})).has_value());
  EXPECT_TRUE(check_time_zones(from_civil_utc({2026, 11, 15, 0, 0, 0})).has_value());
  EXPECT_TRUE(check_time_zones(from_civil_utc({2037, 6, 30, 0, 0, 0})).has_value());
}

TEST(TimeZoneCheck, RefusesTheEndOfTheDatabase) {
  const auto checked = check_time_zones(from_civil_utc({2037, 7, 2, 0, 0, 0}));
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().code, Errc::refused);
}

// A "slim" file read by a library that ignores its rule: the last offset for ever.
TEST(TimeZoneCheck, RefusesAZoneWithoutSummerTime) {
  const TimeZone slim{"America/New_York", {{from_civil_utc({1970, 1, 1, 0, 0, 0}), std::chrono::hours{-5}}}};
  const auto checked = check_new_york(slim, from_civil_utc({2026, 3, 1, 0, 0, 0}));
  ASSERT_FALSE(checked.has_value());
  EXPECT_NE(checked.error().detail.find("-300 minutes from UTC on 2026-07-01"), std::string::npos)
      << checked.error().detail;
  EXPECT_NE(checked.error().detail.find("tzdata"), std::string::npos);
}

// The coming 1 July is next year's, once this year's has passed.
TEST(TimeZoneCheck, LooksAheadNotBack) {
  const TimeZone ended{"America/New_York",
                       {{from_civil_utc({2026, 3, 8, 7, 0, 0}), std::chrono::hours{-4}},
                        {from_civil_utc({2026, 11, 1, 6, 0, 0}), std::chrono::hours{-5}}}};
  EXPECT_TRUE(check_new_york(ended, from_civil_utc({2026, 7, 1, 0, 0, 0})).has_value());
  EXPECT_FALSE(check_new_york(ended, from_civil_utc({2026, 7, 1, 0, 0, 1})).has_value());
}

}  // namespace
}  // namespace tradewind::edge::catalog
