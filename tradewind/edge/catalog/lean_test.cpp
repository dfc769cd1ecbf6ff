#include "tradewind/edge/catalog/lean.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tradewind::edge::catalog {
namespace {

namespace fs = std::filesystem;

constexpr CivilTime kDay{.year = 2013, .month = 10, .day = 7};

using Members = std::vector<std::pair<std::string, std::string>>;

void write_zip(const fs::path& path, const Members& members) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  ASSERT_NE(archive, nullptr);
  for (const auto& [name, text] : members) {
    zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
    ASSERT_GE(zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8), 0);
  }
  ASSERT_EQ(zip_close(archive), 0);
}

// A LEAN data folder of its own for each test.
class LeanFolder : public testing::Test {
 protected:
  LeanFolder()
      : root_{fs::path{testing::TempDir()} /
              (std::string{"tradewind_lean_"} + testing::UnitTest::GetInstance()->current_test_info()->name())} {
    fs::remove_all(root_);
    fs::create_directories(folder());
  }
  ~LeanFolder() override {
    std::error_code error;
    fs::remove_all(root_, error);
  }

  [[nodiscard]] fs::path folder() const { return root_ / "equity" / "usa" / "minute" / "spy"; }
  [[nodiscard]] fs::path trade_path(std::string_view day = "20131007") const {
    return folder() / (std::string{day} + "_trade.zip");
  }
  [[nodiscard]] fs::path quote_path() const { return folder() / "20131007_quote.zip"; }
  void trades(const std::string& rows, std::string_view day = "20131007") {
    write_zip(trade_path(day), {{"t.csv", rows}});
  }
  void quotes(const std::string& rows) { write_zip(quote_path(), {{"q.csv", rows}}); }
  [[nodiscard]] Result<model::BarHistory> load(Hours hours = Hours::regular) const {
    return load_lean_minute(root_, "SPY", kDay, kDay, hours);
  }
  // The error, with the folder's path cut out.
  [[nodiscard]] std::string refusal(std::string_view symbol = "SPY", CivilTime from = kDay, CivilTime to = kDay,
                                    Hours hours = Hours::regular) const {
    const auto history = load_lean_minute(root_, symbol, from, to, hours);
    if (history) return "loaded";
    std::string detail = history.error().detail;
    for (std::size_t at = 0; (at = detail.find(root_.string())) != std::string::npos;)
      detail.replace(at, root_.string().size(), "ROOT");
    return detail;
  }
  [[nodiscard]] std::string bad_trades(const std::string& rows) {
    trades(rows);
    return without(refusal(), "ROOT/equity/usa/minute/spy/20131007_trade.zip, member 't.csv', ");
  }
  [[nodiscard]] std::string bad_quotes(const std::string& rows) {
    trades("34200000,1,1,1,1,1\n");
    quotes(rows);
    return without(refusal(), "ROOT/equity/usa/minute/spy/20131007_quote.zip, member 'q.csv', ");
  }

  fs::path root_;

 private:
  static std::string without(std::string text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
  }
};

TEST_F(LeanFolder, GivesBarsAndQuotesInUtcWithExactPrices) {
  trades("34200000,1674100,1674200,1672500,1672700,3197\r\n34320000,1672500,1672500,1672500,1672500,0.5");
  quotes(
      "34200000,1672700,1672700,1671500,1672500,300,1680000,1680000,1672600,1672700,20000\n"
      "34260000,,,,,,1672700,1674900,1672400,1672400,200\n"
      "34320000,1672500,1672500,1672500,1672500,100,,,,,0\n");
  const auto history = load();
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  EXPECT_EQ(history->length, std::chrono::minutes{1});
  ASSERT_EQ(history->trades.size(), 2U);
  const model::Bar& bar = history->trades[0];
  EXPECT_EQ(fmt::format("{} {} {} {} {} {} {}", bar.start, bar.open, bar.high, bar.low, bar.close, bar.volume,
                        bar.trade_count),
            "2013-10-07T13:30:00Z 167.41 167.42 167.25 167.27 3197 0");
  EXPECT_EQ(iso_text(history->trades[1].start), "2013-10-07T13:32:00Z");
  EXPECT_EQ(history->trades[1].volume.text(), "0.5");
  ASSERT_EQ(history->quotes.size(), 3U);
  const model::QuoteBar& quote = history->quotes[0];
  EXPECT_EQ(
      fmt::format("{} {}x{} {}x{}, {}x{} {}x{}", quote.start, *quote.open.bid, quote.open.bid_size, *quote.open.ask,
                  quote.open.ask_size, *quote.close.bid, quote.close.bid_size, *quote.close.ask, quote.close.ask_size),
      "2013-10-07T13:30:00Z 167.27x300 168x20000, 167.25x300 167.27x20000");
  EXPECT_FALSE(history->quotes[1].open.bid.has_value());
  EXPECT_EQ(history->quotes[1].close.ask->text(), "167.24");
  EXPECT_FALSE(history->quotes[2].close.ask.has_value());
  EXPECT_TRUE(history->quotes[2].close.ask_size.is_zero());
}

TEST_F(LeanFolder, GivesRegularHoursUnlessAskedForAll) {
  trades("34140000,1,1,1,1,1\n34200000,2,2,2,2,1\n57540000,3,3,3,3,1\n57600000,4,4,4,4,1\n");
  quotes("34140000,1,1,1,1,1,2,2,2,2,1\n57540000,1,1,1,1,1,2,2,2,2,1\n72000000,1,1,1,1,1,2,2,2,2,1\n");
  const auto regular = load().value();
  ASSERT_EQ(regular.trades.size(), 2U);
  EXPECT_EQ(regular.trades.front().open.text(), "0.0002");
  EXPECT_EQ(regular.trades.back().open.text(), "0.0003");
  EXPECT_EQ(regular.quotes.size(), 1U);
  const auto all = load(Hours::all).value();
  EXPECT_EQ(all.trades.size(), 4U);
  EXPECT_EQ(all.quotes.size(), 3U);
}

TEST_F(LeanFolder, SkipsDaysWithoutAFileAndIncludesBothEnds) {
  for (const char* day : {"20131003", "20131004", "20131007", "20131008"}) trades("34200000,1,1,1,1,1\n", day);
  const auto history =
      load_lean_minute(root_, "spy", {.year = 2013, .month = 10, .day = 4}, kDay, Hours::regular).value();
  ASSERT_EQ(history.trades.size(), 2U);
  EXPECT_EQ(iso_text(history.trades[0].start), "2013-10-04T13:30:00Z");
  EXPECT_EQ(iso_text(history.trades[1].start), "2013-10-07T13:30:00Z");
}

TEST_F(LeanFolder, NamesFileMemberAndLineOfABadTradeRow) {
  const std::string good = "34200000,10,12,9,11,5\n";
  EXPECT_EQ(bad_trades(good + "34260000,10,12,9,11\n"), "line 2: 5 fields, 6 were expected");
  EXPECT_EQ(bad_trades(good + "\n34260000,10,12,9,11,5\n"), "line 2: 1 fields, 6 were expected");
  EXPECT_EQ(bad_trades(good + "34260000,10,8,9,11,5\n"), "line 2: the high is below the low");
  EXPECT_EQ(bad_trades(good + "34260000,13,12,9,11,5\n"), "line 2: the open is not between low and high");
  EXPECT_EQ(bad_trades(good + "34260000,10,12,9,8,5\n"), "line 2: the close is not between low and high");
  EXPECT_EQ(bad_trades(good + "34260000,10.5,12,9,11,5\n"), "line 2: price '10.5' is not a whole number above zero");
  EXPECT_EQ(bad_trades(good + "34260000,0,12,0,11,5\n"), "line 2: price '0' is not a whole number above zero");
  EXPECT_EQ(bad_trades(good + "34260000,10,99999999999999,9,11,5\n"),
            "line 2: price '99999999999999' is not a whole number above zero");
  EXPECT_EQ(bad_trades(good + "34260000,10,12,9,11,\n"), "line 2: quantity '': empty");
  EXPECT_EQ(bad_trades(good + "34260000,10,12,9,11,-5\n"), "line 2: quantity '-5': may not be negative");
  EXPECT_EQ(bad_trades(good + "34200000,10,12,9,11,5\n"), "line 2: time 34200000 does not follow 34200000");
  EXPECT_EQ(bad_trades(good + "34140000,10,12,9,11,5\n"), "line 2: time 34140000 does not follow 34200000");
  for (const char* time : {"34260001", "86400000", "-60000", "x", "", "99999999999999999999"}) {
    EXPECT_EQ(bad_trades(good + time + ",10,12,9,11,5\n"),
              "line 2: '" + std::string{time} + "' is not the start of a minute in milliseconds after midnight");
  }
  // Rows outside the hours asked for are checked too.
  EXPECT_EQ(bad_trades(good + "60000000,10,8,9,11,5\n"), "line 2: the high is below the low");
}

TEST_F(LeanFolder, NamesFileMemberAndLineOfABadQuoteRow) {
  EXPECT_EQ(bad_quotes("34200000,1,1,1,1,1,2,2,2,2\n"), "line 1: 10 fields, 11 were expected");
  EXPECT_EQ(bad_quotes("34200000,1,1,,1,1,2,2,2,2,1\n"), "line 1: price '' is not a whole number above zero");
  EXPECT_EQ(bad_quotes("34200000,1,1,1,1,,2,2,2,2,1\n"), "line 1: quantity '': empty");
  EXPECT_EQ(bad_quotes("34200000,,,,,7,2,2,2,2,1\n"), "line 1: a quote side has a size but no price");
  EXPECT_EQ(bad_quotes("34200000,,,,,,,,,,\n"), "line 1: a quote without bid and ask");
  EXPECT_EQ(bad_quotes("34200000,1,1,1,1,1,2,2,3,2,1\n"), "line 1: the high is below the low");
  EXPECT_EQ(bad_quotes("34200000,1,1,1,1,1,2,2,2,2,1\n34200000,1,1,1,1,1,2,2,2,2,1\n"),
            "line 2: time 34200000 does not follow 34200000");
}

TEST_F(LeanFolder, RefusesFilesThatAreNotAnArchiveOfOneMember) {
  const std::string file = "ROOT/equity/usa/minute/spy/20131007_trade.zip";
  std::ofstream{trade_path()} << "34200000,1,1,1,1,1\n";
  EXPECT_EQ(refusal(), file + ": not a readable zip archive: Not a zip archive");
  fs::remove(trade_path());
  write_zip(trade_path(), {{"a.csv", "34200000,1,1,1,1,1\n"}, {"b.csv", "34200000,1,1,1,1,1\n"}});
  EXPECT_EQ(refusal(), file + ": 2 members, one was expected");
  fs::remove(trade_path());
  fs::create_directory(trade_path());
  EXPECT_EQ(refusal(), file + ": not a regular file");
}

// Goal: no damage to an archive goes unseen. Method: flip one bit in every byte in turn; what is loaded then
// must be an error, or the very same bars (some bytes, such as dates of the member, carry nothing we use).
TEST_F(LeanFolder, NoticesEveryFlippedBitThatMatters) {
  std::string rows;
  for (int minute = 0; minute < 30; ++minute)
    rows += fmt::format("{},10,1{},9,11,5{}\n", 34'200'000 + minute * 60'000, minute % 7 + 2, minute);
  trades(rows);
  const std::vector<model::Bar> bars = load().value().trades;
  std::string bytes(fs::file_size(trade_path()), '\0');
  std::ifstream{trade_path(), std::ios::binary}.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    std::ofstream{trade_path(), std::ios::binary | std::ios::trunc} << damaged;
    const auto history = load();
    if (!history) {
      EXPECT_NE(history.error().detail.find("20131007_trade.zip"), std::string::npos);
      ++refused;
      continue;
    }
    ASSERT_EQ(history->trades, bars) << "byte " << i;
  }
  EXPECT_GT(refused, static_cast<int>(bytes.size()) / 2);
}

TEST_F(LeanFolder, RefusesWhatUnpacksToTooMuch) {
  trades(std::string(16 << 20, '0'));  // some 16 kB when packed
  ASSERT_LT(fs::file_size(trade_path()), 1U << 16);
  EXPECT_EQ(refusal(),
            "ROOT/equity/usa/minute/spy/20131007_trade.zip, member 't.csv': more than the 1048576 bytes that "
            "are read");
  std::ofstream{trade_path()} << std::string(5 << 20, 'x');
  EXPECT_EQ(refusal(),
            "ROOT/equity/usa/minute/spy/20131007_trade.zip: 5242880 bytes, more than the 4194304 that are read");
}

TEST_F(LeanFolder, SaysWhatThereIsInstead) {
  trades("34200000,1,1,1,1,1\n", "20131004");
  trades("18000000,1,1,1,1,1\n", "20131008");
  const CivilTime later{.year = 2013, .month = 10, .day = 8};
  EXPECT_EQ(refusal(),
            "no minute trade data of SPY from 2013-10-07 to 2013-10-07 in ROOT/equity/usa/minute/spy: its "
            "files are from "
            "20131004 to 20131008; choose days among them");
  EXPECT_EQ(refusal("SPY", later, later),
            "no minute trade data of SPY from 2013-10-08 to 2013-10-08 in ROOT/equity/usa/minute/spy: "
            "there are bars outside regular hours only");
  EXPECT_EQ(refusal("SPY", later, later, Hours::all), "loaded");
  EXPECT_EQ(refusal("aapl"),
            "no minute trade data of AAPL from 2013-10-07 to 2013-10-07 in ROOT/equity/usa/minute/aapl: "
            "there is minute "
            "data of 1 symbols: SPY");
  fs::remove_all(root_ / "equity");
  EXPECT_EQ(refusal(),
            "no minute trade data of SPY from 2013-10-07 to 2013-10-07 in ROOT/equity/usa/minute/spy: ROOT "
            "is not a LEAN "
            "data folder: it has no equity/usa/minute in it");
  EXPECT_EQ(load().error().code, Errc::not_found);
}

TEST_F(LeanFolder, RefusesSymbolsThatLeadElsewhereAndDatesThatAreNone) {
  for (const char* symbol : {"", "../spy", "a/b", ".", "..", "SPY ", "ABCDEFGHIJKLMNOPQRSTUVWXY"}) {
    EXPECT_EQ(load_lean_minute(root_, symbol, kDay, kDay).error().code, Errc::invalid_argument) << symbol;
  }
  const CivilTime before{.year = 2013, .month = 10, .day = 6};
  EXPECT_EQ(refusal("SPY", kDay, before), "2013-10-07 to 2013-10-06 is not a range of days from 1970 to 2037");
  EXPECT_EQ(load_lean_minute(root_, "SPY", kDay, {.year = 2013, .month = 2, .day = 30}).error().code,
            Errc::invalid_argument);
}

TEST_F(LeanFolder, ListsItsSymbols) {
  fs::create_directories(root_ / "equity/usa/minute/brk.b");
  std::ofstream{root_ / "equity/usa/minute/notes.txt"} << "x";
  EXPECT_EQ(available_symbols(root_).value(), (std::vector<std::string>{"BRK.B", "SPY"}));
  EXPECT_EQ(available_symbols(root_ / "equity").error().code, Errc::not_found);
}

// --- Real data ---

fs::path data_root() {
  const char* given = std::getenv("TRADEWIND_TEST_DATA");
  return (given != nullptr ? fs::path{given} : fs::path{TW_SOURCE_DIR} / ".." / "shared" / "data") / "lean";
}

struct Expected {
  const char* symbol;
  std::size_t trade_rows;
  std::size_t quote_rows;
  const char* first;
  const char* last;
};

class RealLeanData : public testing::TestWithParam<std::pair<Hours, Expected>> {};

// The counts and rows were taken from the files with unzip and awk.
TEST_P(RealLeanData, HasTheRowsOfTheFiles) {
  if (!fs::exists(data_root())) {
    GTEST_SKIP() << "NO REAL DATA AT " << data_root() << ": set TRADEWIND_TEST_DATA to the folder that holds lean/";
  }
  const auto& [hours, expected] = GetParam();
  const auto history =
      load_lean_minute(data_root(), expected.symbol, kDay, {.year = 2013, .month = 10, .day = 11}, hours);
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  EXPECT_EQ(history->trades.size(), expected.trade_rows);
  EXPECT_EQ(history->quotes.size(), expected.quote_rows);
  const auto text = [](const model::Bar& bar) {
    return fmt::format("{} {} {} {} {} {}", bar.start, bar.open, bar.high, bar.low, bar.close, bar.volume);
  };
  EXPECT_EQ(text(history->trades.front()), expected.first);
  EXPECT_EQ(text(history->trades.back()), expected.last);
}

INSTANTIATE_TEST_SUITE_P(
    Week, RealLeanData,
    testing::Values(
        std::pair{Hours::regular, Expected{"SPY", 1950, 1950, "2013-10-07T13:30:00Z 167.43 167.52 167.41 167.44 816453",
                                           "2013-10-11T19:59:00Z 170.17 170.3 170.15 170.3 2579730"}},
        std::pair{Hours::all, Expected{"SPY", 4128, 4557, "2013-10-07T08:00:00Z 167.41 167.41 167.25 167.27 3197",
                                       "2013-10-11T23:59:00Z 170.41 170.41 170.41 170.41 525"}},
        std::pair{Hours::regular, Expected{"IBM", 1949, 1950, "2013-10-07T13:30:00Z 182 182.24 181.85 182.15 174289",
                                           "2013-10-11T19:59:00Z 186.07 186.23 186.06 186.16 233844"}},
        std::pair{Hours::all, Expected{"IBM", 2155, 2853, "2013-10-07T08:00:00Z 181.52 181.8 181.52 181.8 1283",
                                       "2013-10-11T23:52:00Z 186.19 186.19 186.19 186.19 200"}}));

TEST(RealLeanFolder, LoadsEveryDayOfEverySymbol) {
  if (!fs::exists(data_root())) {
    GTEST_SKIP() << "NO REAL DATA AT " << data_root() << ": set TRADEWIND_TEST_DATA to the folder that holds lean/";
  }
  const std::vector<std::string> symbols = available_symbols(data_root()).value();
  EXPECT_FALSE(symbols.empty());
  for (const std::string& symbol : symbols) {
    const auto history = load_lean_minute(data_root(), symbol, {.year = 2000}, {.year = 2030}, Hours::all);
    EXPECT_TRUE(history.has_value()) << history.error().detail;
  }
}

TEST(RealLeanFolder, HasNoAppleInThatWeek) {
  if (!fs::exists(data_root())) {
    GTEST_SKIP() << "NO REAL DATA AT " << data_root() << ": set TRADEWIND_TEST_DATA to the folder that holds lean/";
  }
  const auto history = load_lean_minute(data_root(), "AAPL", kDay, {.year = 2013, .month = 10, .day = 11});
  ASSERT_FALSE(history.has_value());
  EXPECT_EQ(history.error().code, Errc::not_found);
  EXPECT_NE(history.error().detail.find("AAPL from 2013-10-07 to 2013-10-11"), std::string::npos)
      << history.error().detail;
  EXPECT_NE(history.error().detail.find("from 20140605 to 20140609"), std::string::npos) << history.error().detail;
}

}  // namespace
}  // namespace tradewind::edge::catalog
