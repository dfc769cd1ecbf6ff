// The names that gateways give to time zones, and hours they sent, against the system's own zone database.
#include "tradewind/core/client/hours/hours.hpp"
#include "tradewind/core/client/zones/zones.hpp"
#include "tradewind/edge/catalog/zones.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace tradewind::client {
namespace {

namespace fs = std::filesystem;

zones::Zones real_zones() { return zones::Zones{edge::catalog::load_time_zone}; }

std::string noon(zones::Zones& zones, std::string_view name, int month) {
  const auto zone = zones.find(name);
  return zone ? iso_text((*zone)->instant({2026, month, 15, 12, 0, 0})).substr(11, 5) : zone.error().detail;
}

TEST(RealZones, AreFoundByTheNamesThatGatewaysSend) {
  zones::Zones zones = real_zones();
  struct Row {
    std::string_view name;
    std::string_view winter;  // noon in January, in UTC
    std::string_view summer;
  };
  for (const auto& [name, winter, summer] : std::to_array<Row>({
           {"US/Eastern", "17:00", "16:00"},
           {"America/New_York", "17:00", "16:00"},
           {"EST (Eastern Standard Time)", "17:00", "16:00"},
           {"EST5EDT (Eastern Standard Time)", "17:00", "16:00"},
           {"US/Central", "18:00", "17:00"},
           {"CST (Central Standard Time)", "18:00", "17:00"},
           {"MST (Mountain Standard Time)", "19:00", "18:00"},
           {"PST (Pacific Standard Time)", "20:00", "19:00"},
           {"MET", "11:00", "10:00"},
           {"MET (Middle Europe Time)", "11:00", "10:00"},
           {"CET (Central European Time)", "11:00", "10:00"},
           {"GB-Eire", "12:00", "11:00"},
           {"BST (British Summer Time)", "12:00", "11:00"},
           {"Japan", "03:00", "03:00"},
           {"JST (Japan Standard Time)", "03:00", "03:00"},
           {"KST (Korea Standard Time)", "03:00", "03:00"},
           {"CST (China Standard Time)", "04:00", "04:00"},
           {"CTT (China Standard Time)", "04:00", "04:00"},
           {"HKT (Hong Kong Time)", "04:00", "04:00"},
           {"Hongkong", "04:00", "04:00"},
           {"SGT (Singapore Time)", "04:00", "04:00"},
           {"IST (India Standard Time)", "06:30", "06:30"},
           {"AEST (Australian Eastern Standard Time)", "01:00", "02:00"},
           {"AEST (Australian Eastern Standard Time (New South Wales))", "01:00", "02:00"},
           {"AET (Australian Eastern Standard Time (New South Wales))", "01:00", "02:00"},
       })) {
    EXPECT_EQ(noon(zones, name, 1), winter) << name;
    EXPECT_EQ(noon(zones, name, 7), summer) << name;
  }
  EXPECT_FALSE(zones.find("US/Eastrn").has_value());
}

// The week in which America has changed its clocks and Europe has not.
TEST(RealZones, GiveHoursTheirOwnChangesOfTheClock) {
  zones::Zones zones = real_zones();
  const auto opens = [&](std::string_view name, std::string_view text) {
    return iso_text(hours::Hours::parse(text, *zones.find(name).value()).value().intervals().at(0).from).substr(11, 5);
  };
  EXPECT_EQ(opens("US/Eastern", "20260306:0930-20260306:1600"), "14:30");
  EXPECT_EQ(opens("US/Eastern", "20260309:0930-20260309:1600"), "13:30");
  EXPECT_EQ(opens("MET", "20260309:0900-20260309:1730"), "08:00");
  EXPECT_EQ(opens("MET", "20260330:0900-20260330:1730"), "07:00");
  EXPECT_EQ(opens("GB-Eire", "20260330:0800-20260330:1630"), "07:00");
  EXPECT_EQ(opens("Japan", "20260330:0900-20260330:1130,20260330:1230-20260330:1500"), "00:00");
}

// Every minute of a year: what a clock shows leads back to the instant.
TEST(RealZones, LeadBackFromEveryTimeTheyShow) {
  zones::Zones zones = real_zones();
  for (const char* name :
       {"US/Eastern", "GB-Eire", "MET", "AEST (Australian Eastern Standard Time)", "America/Santiago"}) {
    const TimeZone& zone = *zones.find(name).value();
    const Timestamp until = from_civil_utc({2027, 1, 1});
    for (Timestamp at = from_civil_utc({2026, 1, 1}); at < until; at = at + std::chrono::minutes{1}) {
      const zones::Instants found = zones::instants(zone, zone.local(at));
      ASSERT_TRUE(found.first == at || found.second == at) << name << ' ' << iso_text(at);
    }
  }
}

// Contract details that gateways sent: zone, trading hours and liquid hours stand behind one another.
TEST(RecordedHours, AreAllRead) {
  const char* given = std::getenv("TRADEWIND_TEST_DATA");
  const fs::path folder =
      (given != nullptr ? fs::path{given} : fs::path{TW_SOURCE_DIR} / ".." / "shared" / "data") / "wire-samples";
  if (!fs::exists(folder)) GTEST_SKIP() << "no recordings in " << folder << ": set TRADEWIND_TEST_DATA";
  zones::Zones zones = real_zones();
  const std::regex details{R"(\"([A-Za-z/_-]+( \([^\")]*\))?)\", \"(\d{8}:[^\"]*)\", \"(\d{8}:[^\"]*)\")"};
  std::set<std::string> seen;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream in{entry.path()};
    for (std::string line; std::getline(in, line);) {
      std::smatch match;
      if (line.size() > 20'000 || !std::regex_search(line, match, details)) continue;
      const std::string zone = match[1];
      const std::string trading = match[3];
      const std::string liquid = match[4];
      tws::ContractDetails message;
      message.time_zone_id = zone;
      message.trading_hours = trading;
      message.liquid_hours = liquid;
      const auto read = hours::contract_hours(message, zones);
      ASSERT_TRUE(read.has_value()) << entry.path().filename() << ": " << read.error().detail;
      // Regular hours lie within the trading hours.
      for (const hours::Interval& each : read->liquid.intervals()) {
        EXPECT_TRUE(read->trading.is_open(each.from)) << trading << " | " << liquid;
        EXPECT_TRUE(read->trading.is_open(each.until - Duration{1})) << trading << " | " << liquid;
      }
      seen.insert(trading);
    }
  }
  EXPECT_FALSE(seen.empty());
}

}  // namespace
}  // namespace tradewind::client
