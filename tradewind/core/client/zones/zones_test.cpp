#include "tradewind/core/client/zones/zones.hpp"

#include "tradewind/core/client/zones/zones_test_data.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tradewind::client::zones {
namespace {

TEST(Zones, AreFoundByEveryNameIbGivesThem) {
  Zones zones{known_zone};
  const auto noon = [&](std::string_view name, int month) {
    return iso_text(zones.find(name).value()->instant({2026, month, 15, 12}));
  };
  for (const char* name : {"US/Eastern", "EST (Eastern Standard Time)", "America/New_York"}) {
    EXPECT_EQ(noon(name, 1), "2026-01-15T17:00:00Z") << name;
    EXPECT_EQ(noon(name, 7), "2026-07-15T16:00:00Z") << name;
  }
  EXPECT_EQ(noon("CST (Central Standard Time)", 7), "2026-07-15T17:00:00Z");
  EXPECT_EQ(noon("MET", 7), "2026-07-15T10:00:00Z");
  EXPECT_EQ(noon("MET (Middle Europe Time)", 1), "2026-01-15T11:00:00Z");
  EXPECT_EQ(noon("Japan", 7), "2026-07-15T03:00:00Z");
  EXPECT_EQ(noon("JST (Japan Standard Time)", 7), "2026-07-15T03:00:00Z");
  EXPECT_EQ(noon("GB-Eire", 7), "2026-07-15T11:00:00Z");
  EXPECT_EQ(noon("IST (India Standard Time)", 7), "2026-07-15T06:30:00Z");
}

TEST(Zones, OfTheSameAbbreviationAreToldApartByTheirDescription) {
  EXPECT_EQ(database_name("CST (Central Standard Time)").value(), "America/Chicago");
  EXPECT_EQ(database_name("CST (China Standard Time)").value(), "Asia/Shanghai");
}

TEST(Zones, WithAnAmbiguousNameAreRefusedUntilSomebodySaysWhich) {
  Zones zones{known_zone};
  const auto found = zones.find("EST");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Errc::malformed);
  EXPECT_NE(found.error().detail.find("'EST' is ambiguous"), std::string::npos) << found.error().detail;
  EXPECT_NE(found.error().detail.find("set_meaning"), std::string::npos) << found.error().detail;
  ASSERT_TRUE(zones.set_meaning("EST", "America/New_York").has_value());
  EXPECT_EQ(iso_text(zones.find("EST").value()->instant({2026, 7, 15, 12})), "2026-07-15T16:00:00Z");
}

TEST(Zones, ThatNobodyKnowsAreNamed) {
  Zones zones{known_zone};
  for (const char* name : {"", "Mars/Olympus", "XST (Unheard Of Time)"}) {
    const auto found = zones.find(name);
    ASSERT_FALSE(found.has_value()) << name;
    EXPECT_EQ(found.error().code, Errc::not_found);
    EXPECT_NE(found.error().detail.find(name), std::string::npos);
  }
}

TEST(Zones, AreLookedUpOnce) {
  int lookups = 0;
  Zones zones{[&lookups](std::string_view name) {
    ++lookups;
    return known_zone(name);
  }};
  const TimeZone* first = zones.find("MET").value();
  EXPECT_FALSE(zones.find("Mars").has_value());
  EXPECT_EQ(zones.find("MET").value(), first);
  EXPECT_EQ(lookups, 2);
  EXPECT_FALSE(zones.find("Mars").has_value());  // a failure may have been of the moment
  EXPECT_EQ(lookups, 3);
}

TEST(Instants, SayWhetherClocksShowATimeOnceTwiceOrNever) {
  const TimeZone eastern = known_zone("US/Eastern").value();
  const Instants once = instants(eastern, {2026, 1, 5, 9, 30});
  EXPECT_EQ(iso_text(once.first.value()), "2026-01-05T14:30:00Z");
  EXPECT_FALSE(once.second.has_value());
  const Instants twice = instants(eastern, {2026, 11, 1, 1, 30});
  EXPECT_EQ(iso_text(twice.first.value()), "2026-11-01T05:30:00Z");
  EXPECT_EQ(iso_text(twice.second.value()), "2026-11-01T06:30:00Z");
  EXPECT_FALSE(instants(eastern, {2026, 3, 8, 2, 30}).first.has_value());
  EXPECT_EQ(iso_text(instants(eastern, {2026, 3, 8, 3, 0}).first.value()), "2026-03-08T07:00:00Z");
  EXPECT_EQ(iso_text(instants(eastern, {2026, 11, 1, 2, 0}).first.value()), "2026-11-01T07:00:00Z");
  EXPECT_FALSE(instants(eastern, {2026, 11, 1, 2, 0}).second.has_value());
}

// Every minute of two years, forwards: what a clock shows leads back to the instant.
TEST(Instants, LeadBackFromEveryMinuteThatAClockShows) {
  for (const char* name : {"US/Eastern", "MET", "GB-Eire", "Japan"}) {
    const TimeZone zone = known_zone(name).value();
    const Timestamp until = from_civil_utc({2027, 6, 1});
    for (Timestamp at = from_civil_utc({2025, 6, 1}); at < until; at = at + std::chrono::minutes{15}) {
      const Instants found = instants(zone, zone.local(at));
      ASSERT_TRUE(found.first == at || found.second == at) << name << ' ' << iso_text(at);
    }
  }
}

}  // namespace
}  // namespace tradewind::client::zones
