#include "tradewind/core/client/hours/hours.hpp"

#include "tradewind/core/client/zones/zones_test_data.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace tradewind::client::hours {
namespace {

TimeZone zone(std::string_view name) { return zones::known_zone(name).value(); }
Hours eastern(std::string_view text) { return Hours::parse(text, zone("US/Eastern")).value(); }

// "2026-01-05T14:30 - 2026-01-05T21:00, …"
std::string text_of(const Hours& hours) {
  std::string text;
  for (const Interval& each : hours.intervals()) {
    if (!text.empty()) text += ", ";
    text += iso_text(each.from).substr(0, 16) + " - " + iso_text(each.until).substr(0, 16);
  }
  return text;
}

TEST(Hours, OfADayAreReadInTheirZone) {
  const std::string_view text = "20260105:0930-20260105:1600;20260106:CLOSED;20260107:0930-20260107:1600";
  EXPECT_EQ(text_of(eastern(text)), "2026-01-05T14:30 - 2026-01-05T21:00, 2026-01-07T14:30 - 2026-01-07T21:00");
  EXPECT_EQ(text_of(Hours::parse(text, zone("Japan")).value()),
            "2026-01-05T00:30 - 2026-01-05T07:00, 2026-01-07T00:30 - 2026-01-07T07:00");
}

TEST(Hours, OfTheOlderFormAreReadToo) {
  EXPECT_EQ(text_of(eastern("20260105:0930-1600;20260106:CLOSED")), "2026-01-05T14:30 - 2026-01-05T21:00");
  EXPECT_EQ(text_of(Hours::parse("20260105:0900-1130,1230-1500", zone("Japan")).value()),
            "2026-01-05T00:00 - 2026-01-05T02:30, 2026-01-05T03:30 - 2026-01-05T06:00");
}

TEST(Hours, OfSeveralSessionsADayAreReadInTheNewerForm) {
  EXPECT_EQ(text_of(Hours::parse("20260105:0900-20260105:1130,20260105:1230-20260105:1500", zone("Japan")).value()),
            "2026-01-05T00:00 - 2026-01-05T02:30, 2026-01-05T03:30 - 2026-01-05T06:00");
}

TEST(Hours, GoOverMidnight) {
  EXPECT_EQ(text_of(eastern("20260708:2000-20260709:1700;20260709:2000-20260710:1700;20260711:CLOSED;"
                            "20260712:2000-20260713:1700")),
            "2026-07-09T00:00 - 2026-07-09T21:00, 2026-07-10T00:00 - 2026-07-10T21:00, "
            "2026-07-13T00:00 - 2026-07-13T21:00");
}

// With one date only, it is the day of the trade: the session of Monday the 5th began on Sunday evening.
TEST(Hours, OfTheOlderFormOverMidnightBeginOnTheEveningBefore) {
  const auto hours = Hours::parse("20260104:CLOSED;20260105:1700-1515,1530-1600", zone("US/Central")).value();
  EXPECT_EQ(text_of(hours), "2026-01-04T23:00 - 2026-01-05T21:15, 2026-01-05T21:30 - 2026-01-05T22:00");
}

TEST(Hours, ThatTouchAreOneInterval) {
  EXPECT_EQ(text_of(eastern("20260105:0700-1830,1830-2330")), "2026-01-05T12:00 - 2026-01-06T04:30");
  EXPECT_EQ(text_of(eastern("20260105:0000-20260106:0000;20260106:0000-20260106:2400")),
            "2026-01-05T05:00 - 2026-01-07T05:00");
}

TEST(Hours, FollowTheClocksWhenTheyChange) {
  const std::string_view text =
      "20260306:0930-20260306:1600;20260307:CLOSED;20260308:CLOSED;20260309:0930-20260309:1600";
  EXPECT_EQ(text_of(eastern(text)), "2026-03-06T14:30 - 2026-03-06T21:00, 2026-03-09T13:30 - 2026-03-09T20:00");
  EXPECT_EQ(text_of(eastern("20261030:0930-20261030:1600;20261102:0930-20261102:1600")),
            "2026-10-30T13:30 - 2026-10-30T20:00, 2026-11-02T14:30 - 2026-11-02T21:00");
}

TEST(Hours, OverANightWithAChangeAreAnHourShorterOrLonger) {
  const auto length = [](std::string_view text) {
    const Hours parsed = eastern(text);
    return parsed.intervals().at(0).until - parsed.intervals().at(0).from;
  };
  EXPECT_EQ(length("20260306:1800-20260307:1700"), std::chrono::hours{23});
  EXPECT_EQ(length("20260307:1800-20260308:1700"), std::chrono::hours{22});
  EXPECT_EQ(length("20261031:1800-20261101:1700"), std::chrono::hours{24});
}

TEST(Hours, WithABorderInAnHourThatHappensTwiceAreTheShorter) {
  EXPECT_EQ(text_of(eastern("20261101:0130-20261101:0300")), "2026-11-01T06:30 - 2026-11-01T08:00");
  EXPECT_EQ(text_of(eastern("20261101:0000-20261101:0130")), "2026-11-01T04:00 - 2026-11-01T05:30");
  EXPECT_EQ(text_of(eastern("20261101:0110-20261101:0130")), "");  // nothing is certain
  EXPECT_EQ(text_of(eastern("20260308:0230-20260308:0400")), "2026-03-08T07:30 - 2026-03-08T08:00");
}

TEST(MarketState, IsUnknownOutsideOfWhatTheTextCovers) {
  const Hours hours = eastern("20260105:0930-20260105:1600;20260106:CLOSED");
  const auto at = [&](int day, int hour, int minute) {
    return hours.state(zone("US/Eastern").instant({2026, 1, day, hour, minute}));
  };
  EXPECT_EQ(at(4, 23, 59), MarketState::unknown);
  EXPECT_EQ(at(5, 0, 0), MarketState::closed);
  EXPECT_EQ(at(5, 9, 29), MarketState::closed);
  EXPECT_EQ(at(5, 9, 30), MarketState::open);
  EXPECT_EQ(at(5, 15, 59), MarketState::open);
  EXPECT_EQ(at(5, 16, 0), MarketState::closed);
  EXPECT_EQ(at(6, 12, 0), MarketState::closed);
  EXPECT_EQ(at(7, 0, 0), MarketState::unknown);
  EXPECT_FALSE(hours.is_open(zone("US/Eastern").instant({2026, 1, 7, 12})));
}

// The session of the evening before is not in the text, and may have been open on the morning of the first day.
TEST(MarketState, IsUnknownBeforeTheFirstSessionWhereSessionsGoOverMidnight) {
  const Hours hours = eastern("20260708:2000-20260709:1700;20260709:2000-20260710:1700;20260711:CLOSED");
  const auto at = [&](int day, int hour) { return hours.state(zone("US/Eastern").instant({2026, 7, day, hour})); };
  EXPECT_EQ(at(8, 12), MarketState::unknown);
  EXPECT_EQ(at(8, 20), MarketState::open);
  EXPECT_EQ(at(9, 18), MarketState::closed);
  EXPECT_EQ(at(10, 18), MarketState::unknown);
}

TEST(MarketHours, TellTheNextOpeningAndClosing) {
  const Hours hours = eastern("20260105:0930-1200,1300-1600;20260106:CLOSED;20260107:0930-1600");
  const auto at = [](int day, int hour, int minute = 0) {
    return zone("US/Eastern").instant({2026, 1, day, hour, minute});
  };
  EXPECT_EQ(hours.next_open(at(1, 0)), at(5, 9, 30));
  EXPECT_EQ(hours.next_close(at(1, 0)), at(5, 12));
  EXPECT_EQ(hours.next_open(at(5, 9, 30)), at(5, 13));  // after, not at
  EXPECT_EQ(hours.next_close(at(5, 9, 30)), at(5, 12));
  EXPECT_EQ(hours.next_close(at(5, 12)), at(5, 16));
  EXPECT_EQ(hours.next_open(at(5, 16)), at(7, 9, 30));
  EXPECT_EQ(hours.next_open(at(7, 12)), std::nullopt);
  EXPECT_EQ(hours.next_close(at(7, 12)), at(7, 16));
  EXPECT_EQ(hours.next_close(at(7, 16)), std::nullopt);
}

TEST(MarketHours, MarkTheDaysThatCloseEarly) {
  const Hours hours = eastern(
      "20261124:0930-20261124:1600;20261125:0930-20261125:1600;20261126:CLOSED;"
      "20261127:0930-20261127:1300;20261128:CLOSED;20261130:0930-20261130:1600");
  ASSERT_EQ(hours.days().size(), 4U);
  for (const Hours::Day& day : hours.days()) EXPECT_EQ(day.closes_early, day.date.day == 27) << day.date.day;
  EXPECT_EQ(iso_text(hours.days()[2].last_close), "2026-11-27T18:00:00Z");
}

// A session until midnight belongs to the day before.
TEST(MarketHours, UntilMidnightAreOfTheDayThatEnds) {
  const Hours hours = eastern("20260105:0000-20260106:0000;20260106:0000-20260106:2400");
  ASSERT_EQ(hours.days().size(), 2U);
  EXPECT_EQ(hours.days()[0].date.day, 5);
  EXPECT_EQ(hours.days()[1].date.day, 6);
  EXPECT_FALSE(hours.days()[0].closes_early || hours.days()[1].closes_early);
}

TEST(Hours, ThatAreMalformedNameTheOffset) {
  struct Case {
    std::string_view text;
    std::string_view error;
  };
  for (const auto& [text, error] :
       std::vector<Case>{{"", "empty"},
                         {" ; ", "empty"},
                         {"20260105", "offset 8: expected ':'"},
                         {"2026010", "offset 0: expected a date"},
                         {"20260230:CLOSED", "offset 0: expected a date of the years"},
                         {"22611231:CLOSED", "offset 0: expected a date of the years"},
                         {"20260105:closed", "offset 9: expected a time"},
                         {"20260105:CLOSEDX", "offset 15: expected ';'"},
                         {"20260105:0930", "offset 13: expected '-'"},
                         {"20260105:0930-20260105:16", "offset 23: expected a time"},
                         {"20260105:0960-20260105:1600", "offset 9: expected a time from 0000 to 2400"},
                         {"20260105:0930-20260105:2401", "offset 23: expected a time from 0000 to 2400"},
                         {"20260105:1600-20260105:0930", "offset 9: expected a session that ends after it begins"},
                         {"20260105:0930-20260105:0930", "offset 9: expected a session that ends after it begins"},
                         {"20260105:0930-20270105:1600", "offset 9: expected a session that ends after it begins"},
                         {"20260105:0930-20260105:1600,", "offset 28: expected a time"},
                         {"20260105:0930-20260105:1600 20260106:CLOSED", "offset 27: expected ';'"},
                         {"20260105:0930-20260105:1600;x", "offset 28: expected a date"}}) {
    const auto hours = Hours::parse(text, zone("US/Eastern"));
    ASSERT_FALSE(hours.has_value()) << text;
    EXPECT_EQ(hours.error().code, Errc::malformed);
    EXPECT_NE(hours.error().detail.find(error), std::string::npos) << text << ": " << hours.error().detail;
  }
}

TEST(ContractHours, AreReadWithTheContractsOwnZone) {
  zones::Zones zones{zones::known_zone};
  tws::ContractDetails details;
  details.time_zone_id = "EST (Eastern Standard Time)";
  details.trading_hours = "20260105:0400-20260105:2000";
  details.liquid_hours = "20260105:0930-20260105:1600";
  const auto hours = contract_hours(details, zones).value();
  EXPECT_EQ(text_of(hours.trading), "2026-01-05T09:00 - 2026-01-06T01:00");
  EXPECT_EQ(text_of(hours.liquid), "2026-01-05T14:30 - 2026-01-05T21:00");

  details.liquid_hours = "";
  const auto unknown = contract_hours(details, zones);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_TRUE(unknown.error().detail.starts_with("liquidHours: ")) << unknown.error().detail;
  details.time_zone_id = "EST";
  EXPECT_FALSE(contract_hours(details, zones).has_value());
}

}  // namespace
}  // namespace tradewind::client::hours
