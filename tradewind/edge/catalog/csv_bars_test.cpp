#include "tradewind/edge/catalog/csv_bars.hpp"

#include "tradewind/edge/catalog/zones.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tradewind::edge::catalog {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

CsvOptions in_new_york() { return {.zone = load_time_zone("America/New_York").value(), .length = std::nullopt}; }

std::string shown(const Result<model::BarHistory>& history) {
  if (!history) return history.error().detail;
  std::string text = fmt::format("{}s", history->length / seconds{1});
  for (const model::Bar& bar : history->trades) {
    EXPECT_EQ(bar.length, history->length);
    text += fmt::format("\n{} {} {} {} {} {}", bar.start, bar.open, bar.high, bar.low, bar.close, bar.volume);
  }
  return text;
}
std::string parsed(std::string_view text, const CsvOptions& options = {}) {
  return shown(parse_csv_bars(text, "x.csv", options));
}

constexpr std::string_view kHeader = "time,open,high,low,close,volume\n";
std::string rows(std::string_view text, const CsvOptions& options = {}) {
  return parsed(std::string{kHeader} + std::string{text}, options);
}

TEST(CsvBars, ReadColumnsInAnyOrderAndCase) {
  EXPECT_EQ(parsed("Close,VOLUME,Adj Close,Low,High,Open,Timestamp\r\n"
                   "10.5,1000,9.1,9.75,11,10,2013-10-07T13:30:00Z\r\n"
                   "10.25,0.5,9,10,10.5,10.5,2013-10-07T13:31:00Z"),
            "60s\n"
            "2013-10-07T13:30:00Z 10 11 9.75 10.5 1000\n"
            "2013-10-07T13:31:00Z 10.5 10.5 10 10.25 0.5");
}

TEST(CsvBars, ReadLocalTimesInTheZoneGiven) {
  EXPECT_EQ(rows("2013-11-01 15:59:00,1,1,1,1,1\n2013-11-04 09:30:00,1,1,1,1,1\n2013-11-04 09:31:00,1,1,1,1,1\n",
                 in_new_york()),
            "60s\n"
            "2013-11-01T19:59:00Z 1 1 1 1 1\n"
            "2013-11-04T14:30:00Z 1 1 1 1 1\n"
            "2013-11-04T14:31:00Z 1 1 1 1 1");
}

TEST(CsvBars, ReadFractionsAndNegativePricesAndAByteOrderMark) {
  EXPECT_EQ(parsed("\xEF\xBB\xBF" + std::string{kHeader} + "2020-04-20T18:30:00.25Z,-37,-36.5,-40.32,-37.63,7\n",
                   {.zone = std::nullopt, .length = minutes{5}}),
            "300s\n2020-04-20T18:30:00.25Z -37 -36.5 -40.32 -37.63 7");
}

TEST(CsvBars, TakeTheSmallestStepAsTheirLength) {
  EXPECT_EQ(rows("2013-10-07T13:30:00Z,1,1,1,1,1\n2013-10-07T13:45:00Z,1,1,1,1,1\n2013-10-07T13:50:00Z,1,1,1,1,1\n")
                .substr(0, 4),
            "300s");
}

TEST(CsvBars, NameFileAndLineOfWhatIsWrong) {
  constexpr std::string_view kGood = "2013-10-07T13:30:00Z,10,11,9,10,5\n";
  const auto second = [&](std::string_view row, const CsvOptions& options = {}) {
    return rows(std::string{kGood} + std::string{row} + "\n", options);
  };
  const std::string forms = " is neither of the form 2013-10-07T13:30:00Z nor 2013-10-07 09:30:00";
  EXPECT_EQ(second("2013-10-07T13:31:00Z,10,8,9,10,5"), "x.csv, line 3: the high is below the low");
  EXPECT_EQ(second("2013-10-07T13:31:00Z,12,11,9,10,5"), "x.csv, line 3: the open is not between low and high");
  EXPECT_EQ(second("2013-10-07T13:31:00Z,10,11,9,8,5"), "x.csv, line 3: the close is not between low and high");
  EXPECT_EQ(second("2013-10-07T13:31:00Z,ten,11,9,10,5"), "x.csv, line 3: price 'ten': not a decimal number");
  EXPECT_EQ(second("2013-10-07T13:31:00Z,10,11,9,10,-5"), "x.csv, line 3: quantity '-5': may not be negative");
  EXPECT_EQ(second("2013-10-07T13:31:00Z,10,11,9,10"), "x.csv, line 3: 5 fields, the header has 6");
  EXPECT_EQ(second(""), "x.csv, line 3: 1 fields, the header has 6");
  EXPECT_EQ(second("2013-10-07T13:30:00Z,10,11,9,10,5"),
            "x.csv, line 3: time 2013-10-07T13:30:00Z does not follow 2013-10-07T13:30:00Z");
  EXPECT_EQ(second("2013-10-07T13:29:00Z,10,11,9,10,5"),
            "x.csv, line 3: time 2013-10-07T13:29:00Z does not follow 2013-10-07T13:30:00Z");
  for (const char* time :
       {"2013-10-07T13:61:00Z", "2013-13-07T13:31:00Z", "2013-10-07T13:31:00", "2013-10-07T13:31:00+02",
        "20131007 13:31:00", "2013-10-07 13:31:00Z", "2013-10-07T13:31:00.Z", "2013-10-07", ""}) {
    EXPECT_EQ(second(std::string{time} + ",10,11,9,10,5"), "x.csv, line 3: time '" + std::string{time} + "'" + forms);
  }
  EXPECT_EQ(second("2013-10-07 13:31:00,10,11,9,10,5"),
            "x.csv, line 3: time '2013-10-07 13:31:00' says no time zone: name the zone it is meant in, for "
            "instance America/New_York");
  EXPECT_EQ(second("2014-03-09 02:30:00,10,11,9,10,5", in_new_york()),
            "x.csv, line 3: time '2014-03-09 02:30:00' does not exist in America/New_York: the clock is changed");
}

TEST(CsvBars, NeedAHeaderThatNamesEveryColumnOnce) {
  EXPECT_EQ(parsed(""), "x.csv: empty; a header line was expected");
  EXPECT_EQ(parsed("time,open,high,low,close\n"),
            "x.csv, line 1: no column 'volume' in the header 'time,open,high,low,close'");
  EXPECT_EQ(parsed("time,open,high,low,close,volume,date\n"), "x.csv, line 1: two columns for 'time'");
  EXPECT_EQ(parsed(kHeader), "x.csv: a header, but no bars");
}

TEST(CsvBars, NeedALengthThatGoesWithTheirTimes) {
  constexpr std::string_view kTimes =
      "2013-10-07T13:30:00Z,1,1,1,1,1\n2013-10-07T13:32:00Z,1,1,1,1,1\n2013-10-07T13:35:00Z,1,1,1,1,1\n";
  EXPECT_EQ(rows(kTimes),
            "x.csv, line 4: 180000000000 ns after the bar before, which does not go with bars of "
            "120000000000 ns: give the bar length");
  EXPECT_EQ(rows(kTimes, {.zone = std::nullopt, .length = minutes{1}}).substr(0, 3), "60s");
  EXPECT_EQ(rows(kTimes, {.zone = std::nullopt, .length = minutes{3}}),
            "x.csv, line 3: 120000000000 ns after the bar before, which does not go with bars of 180000000000 ns");
  EXPECT_EQ(rows("2013-10-07T13:30:00Z,1,1,1,1,1\n"),
            "x.csv: one bar does not tell how long it is: give the bar length");
  EXPECT_EQ(rows("2013-10-07T13:30:00Z,1,1,1,1,1\n2013-10-07T13:30:00.000001Z,1,1,1,1,1\n"),
            "x.csv: bars of 1000 ns; a millisecond is the least");
}

TEST(CsvBars, AreReadFromAFile) {
  const std::filesystem::path path = std::filesystem::path{testing::TempDir()} / "tradewind_csv_bars_test.csv";
  std::ofstream{path} << kHeader << "2013-10-07T13:30:00Z,1,1,1,1,1\n";
  EXPECT_EQ(shown(load_csv_bars(path, {.zone = std::nullopt, .length = minutes{1}})),
            "60s\n2013-10-07T13:30:00Z 1 1 1 1 1");
  std::filesystem::remove(path);
  const auto missing = load_csv_bars(path, {});
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_NE(missing.error().detail.find(path.string()), std::string::npos);
  EXPECT_EQ(load_csv_bars(testing::TempDir(), {}).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace tradewind::edge::catalog
