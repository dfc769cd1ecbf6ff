#include "tradewind/core/client/history/times.hpp"

#include "tradewind/core/client/history/bar.hpp"
#include "tradewind/core/client/zones/zones_test_data.hpp"

#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace tradewind::client::history {
namespace {

std::string read(std::string_view text, const TimeContext& context) {
  const auto time = parse_time(text, context);
  if (!time) return time.error().detail;
  return iso_text(time->at) + (time->is_date ? " date" : "");
}

TEST(HistoricalTimes, AreReadInEveryFormThatIsSent) {
  zones::Zones zones{zones::known_zone};
  const TimeZone met = zones::known_zone("MET").value();
  const TimeContext context{.zones = &zones, .unzoned = &met};
  EXPECT_EQ(read("20260105", context), "2026-01-05T00:00:00Z date");
  EXPECT_EQ(read("1767623400", context), "2026-01-05T14:30:00Z");
  EXPECT_EQ(read("100000000", context), "1973-03-03T09:46:40Z");
  EXPECT_EQ(read("-252322200", context), "1962-01-02T14:30:00Z");
  EXPECT_EQ(read("20260105-14:30:00", context), "2026-01-05T14:30:00Z");
  EXPECT_EQ(read("20260105-14:30:00Z", context), "2026-01-05T14:30:00Z");
  EXPECT_EQ(read("20260105 09:30:00", context), "2026-01-05T08:30:00Z");
  EXPECT_EQ(read("20260105  09:30:00", context), "2026-01-05T08:30:00Z");
  EXPECT_EQ(read("20260705  09:30:00", context), "2026-07-05T07:30:00Z");
  EXPECT_EQ(read("20260105 09:30:00 US/Eastern", context), "2026-01-05T14:30:00Z");
  EXPECT_EQ(read("20260105  09:30:00 US/Eastern", context), "2026-01-05T14:30:00Z");
  EXPECT_EQ(read("20260705 09:30:00 EST (Eastern Standard Time)", context), "2026-07-05T13:30:00Z");
}

TEST(HistoricalTimes, OfAnUnknownOrAmbiguousZoneAreErrorsThatSaySo) {
  zones::Zones zones{zones::known_zone};
  const TimeContext context{.zones = &zones};
  EXPECT_NE(read("20260105 09:30:00", context).find("names no time zone, so it is ambiguous"), std::string::npos);
  EXPECT_NE(read("20260105 09:30:00 EST", context).find("'EST' is ambiguous"), std::string::npos);
  EXPECT_NE(read("20260105 09:30:00 Mars/Olympus", context).find("Mars/Olympus"), std::string::npos);
  EXPECT_NE(read("20260105 09:30:00 US/Eastern", {}).find("none can be looked up"), std::string::npos);
}

TEST(HistoricalTimes, InAnHourThatHappensTwiceAreDecidedByTheBarBefore) {
  zones::Zones zones{zones::known_zone};
  const std::string_view text = "20261101 01:30:00 US/Eastern";
  EXPECT_NE(read(text, {.zones = &zones}).find("show it twice"), std::string::npos);
  const auto after = [&](int hour, int minute) {
    return read(text, {.zones = &zones, .after = from_civil_utc({2026, 11, 1, hour, minute})});
  };
  EXPECT_EQ(after(5, 15), "2026-11-01T05:30:00Z");
  EXPECT_EQ(after(5, 30), "2026-11-01T06:30:00Z");
  EXPECT_EQ(after(6, 15), "2026-11-01T06:30:00Z");
  EXPECT_NE(read("20260308 02:30:00 US/Eastern", {.zones = &zones}).find("skip it"), std::string::npos);
}

TEST(HistoricalTimes, ThatAreMalformedAreRefused) {
  zones::Zones zones{zones::known_zone};
  const TimeZone met = zones::known_zone("MET").value();
  for (const char* bad : {"",
                          " ",
                          "2026010",
                          "0",
                          "20260230",
                          "18000101",
                          "22620101-00:00:00",
                          "2026-01-05",
                          "20260105T14:30:00",
                          "20260105-14:30",
                          "20260105-24:00:00",
                          "20260105-14:60:00",
                          "20260105-14:30:60",
                          "20260105-14:30:00z",
                          "20260105-14:30:00 UTC",
                          "20260105   09:30:00",
                          "20260105 09:30:00 ",
                          "20260105 09:30:00US/Eastern",
                          "20260105 9:30:00",
                          "20260105-1a:30:00",
                          "20260105-+1:30:00",
                          "99999999999999999999",
                          "9000000001",
                          "-",
                          "1767623400.5",
                          "finished",
                          "20260105-",
                          "20260105 "}) {
    const auto time = parse_time(bad, {.zones = &zones, .unzoned = &met});
    ASSERT_FALSE(time.has_value()) << bad;
    EXPECT_EQ(time.error().code, Errc::malformed) << bad;
    EXPECT_NE(time.error().detail.find("'" + std::string{bad} + "'"), std::string::npos) << time.error().detail;
  }
}

TEST(EndDate, IsUtcInTheFormOfTheServer) {
  const Timestamp end = from_civil_utc({2026, 1, 5, 21, 0, 0});
  EXPECT_EQ(end_date_text(end, 176), "20260105-21:00:00");
  EXPECT_EQ(end_date_text(end, 226), "20260105-21:00:00");
  EXPECT_EQ(end_date_text(end, 175), "20260105 21:00:00 UTC");
  EXPECT_EQ(end_date_text(end + Duration{1}, 200), "20260105-21:00:01");  // nothing is left out
}

// Any instant in any of the forms that are exact.
RC_GTEST_PROP(HistoricalTimesProperty, AreReadAsTheInstantTheyWereWrittenFor, ()) {
  zones::Zones zones{zones::known_zone};
  const auto seconds = *rc::gen::inRange<std::int64_t>(1'735'700'000, 1'830'300'000);  // 2025 to 2027
  const Timestamp at = Timestamp::from_ns(seconds * 1'000'000'000);
  const auto zone_name = *rc::gen::elementOf(std::vector<std::string>{"US/Eastern", "MET", "GB-Eire", "Japan"});
  const TimeZone zone = zones::known_zone(zone_name).value();
  const CivilTime local = zone.local(at);
  const std::string clock = fmt::format("{:02}:{:02}:{:02}", local.hour, local.minute, local.second);
  const std::string date = fmt::format("{:04}{:02}{:02}", local.year, local.month, local.day);
  // The bar before was a minute earlier, or an hour and a minute: so the first of two hours is told from the second.
  const TimeContext context{.zones = &zones, .unzoned = &zone, .after = at - std::chrono::minutes{1}};
  for (const std::string& text : {fmt::format("{}", seconds), ib_utc_text(at), ib_utc_text(at) + "Z",
                                  date + " " + clock, date + "  " + clock, date + " " + clock + " " + zone_name}) {
    const auto time = parse_time(text, context);
    RC_ASSERT(time.has_value());
    RC_ASSERT(time->at == at && !time->is_date);
  }
}

TEST(Bars, AreReadInOrderThroughAnHourThatHappensTwice) {
  zones::Zones zones{zones::known_zone};
  std::vector<tws::HistoricalBar> wire(4);
  wire[0].date = "20261101 00:30:00 US/Eastern";
  wire[1].date = "20261101 01:30:00 US/Eastern";
  wire[2].date = "20261101 01:30:00 US/Eastern";
  wire[3].date = "20261101 02:30:00 US/Eastern";
  wire[3].close = Price::of(7);
  const auto bars = bars_of(wire, {.zones = &zones}).value();
  ASSERT_EQ(bars.size(), 4U);
  for (std::size_t i = 1; i < bars.size(); ++i) EXPECT_EQ(bars[i].time - bars[i - 1].time, std::chrono::hours{1});
  EXPECT_EQ(bars[3].close, Price::of(7));
}

TEST(Bars, ThatCannotBeReadAreNamedAndNoneIsKept) {
  std::vector<tws::HistoricalBar> wire(2);
  wire[0].date = "1767623400";
  wire[1].date = "soon";
  const auto bars = bars_of(wire, {});
  ASSERT_FALSE(bars.has_value());
  EXPECT_NE(bars.error().detail.find("bar 2 of 2: time 'soon'"), std::string::npos) << bars.error().detail;
}

// They look like UTC and are not.
TEST(ScheduleSessions, AreInTheZoneOfTheSchedule) {
  zones::Zones zones{zones::known_zone};
  tws::HistoricalSchedule schedule;
  schedule.time_zone = "US/Eastern";
  schedule.sessions = {{"20260306-09:30:00", "20260306-16:00:00", "20260306"},
                       {"20260309-09:30:00", "20260309-16:00:00", "20260309"}};
  const auto sessions = schedule_sessions(schedule, zones).value();
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(iso_text(sessions[0].from), "2026-03-06T14:30:00Z");
  EXPECT_EQ(iso_text(sessions[1].until), "2026-03-09T20:00:00Z");
  schedule.sessions[1].end_date_time = "20260309-09:30:00";
  EXPECT_FALSE(schedule_sessions(schedule, zones).has_value());
  schedule.sessions[1].end_date_time = "20260309 16:00:00";
  EXPECT_FALSE(schedule_sessions(schedule, zones).has_value());
}

}  // namespace
}  // namespace tradewind::client::history
