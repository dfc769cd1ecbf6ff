#include "tradewind/core/client/history/history_request.hpp"

#include "tradewind/core/client/history/times.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace tradewind::client::history {
namespace {

const Timestamp kNow = from_civil_utc({2026, 8, 31, 12, 0, 0});

TEST(BarSize, IsEveryOneThatIbHas) {
  std::set<std::string> texts;
  BarSize before = BarSize::secs_1;
  for (const auto& [size, text] : kEnumNames<BarSize>) {
    texts.emplace(text);
    EXPECT_EQ(parse_bar_size(text).value(), size);
    EXPECT_TRUE(size == BarSize::secs_1 || nominal_length(size) > nominal_length(before)) << text;
    before = size;
  }
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(kBarSizes));
  EXPECT_EQ(parse_bar_size("1 sec").value(), BarSize::secs_1);
  EXPECT_EQ(parse_bar_size("1W").value(), BarSize::week_1);
  EXPECT_EQ(parse_bar_size("1M").value(), BarSize::month_1);
  EXPECT_NE(parse_bar_size("7 mins").error().detail.find("5 mins, 10 mins"), std::string::npos);
  EXPECT_TRUE(is_small(BarSize::secs_30) && !is_small(BarSize::min_1));
  EXPECT_TRUE(is_dated(BarSize::day_1) && !is_dated(BarSize::hours_8));
  EXPECT_EQ(nominal_length(BarSize::hours_8), std::chrono::hours{8});
}

// The documented table, in the form it is published in.
TEST(WhatToShow, IsOfferedForTheProductsThatHaveIt) {
  const std::string_view table =
      "product,TRADES,MIDPOINT,BID,ASK,BID_ASK,HISTORICAL_VOLATILITY,OPTION_IMPLIED_VOLATILITY,YIELD_BID,YIELD_ASK,"
      "YIELD_BID_ASK,YIELD_LAST,SCHEDULE,AGGTRADES\n"
      "STK,Y,Y,Y,Y,Y,Y,Y,N,N,N,N,Y,N\n"
      "OPT,Y,Y,Y,Y,Y,N,N,N,N,N,N,N,N\n"
      "FUT,Y,Y,Y,Y,Y,N,N,N,N,N,N,Y,N\n"
      "FOP,Y,Y,Y,Y,Y,N,N,N,N,N,N,N,N\n"
      "WAR,Y,Y,Y,Y,Y,N,N,N,N,N,N,Y,N\n"
      "IOPT,Y,Y,Y,Y,Y,N,N,N,N,N,N,Y,N\n"
      "SSF,Y,Y,Y,Y,Y,N,N,N,N,N,N,Y,N\n"
      "CASH,N,Y,Y,Y,Y,N,N,N,N,N,N,Y,N\n"
      "CMDTY,Y,Y,Y,Y,Y,N,N,N,N,N,N,Y,N\n"
      "IND,Y,N,N,N,N,Y,Y,N,N,N,N,Y,N\n"
      "BOND,Y,Y,Y,Y,Y,N,N,Y,Y,Y,Y,Y,N\n"
      "FUND,N,Y,Y,Y,Y,N,N,N,N,N,N,Y,N\n"
      "CFD,N,Y,Y,Y,Y,N,N,N,N,N,N,Y,N\n"
      "CRYPTO,Y,Y,Y,Y,Y,N,N,N,N,N,N,Y,Y\n";
  const auto split = [](const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream in{line};
    for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
    return cells;
  };
  std::istringstream in{std::string{table}};
  std::string line;
  std::getline(in, line);
  const auto head = split(line);
  int rows = 0;
  for (; std::getline(in, line); ++rows) {
    const auto cells = split(line);
    ASSERT_EQ(cells.size(), head.size());
    for (std::size_t i = 1; i < cells.size(); ++i) {
      const auto what = parse_enum<WhatToShow>(head[i]);
      ASSERT_TRUE(what.has_value()) << head[i];
      EXPECT_EQ(offers(cells[0], *what), cells[i] == "Y" ? Offered::yes : Offered::no) << cells[0] << ' ' << head[i];
    }
    EXPECT_EQ(offers(cells[0], WhatToShow::adjusted_last), cells[0] == "STK" ? Offered::yes : Offered::no);
  }
  EXPECT_EQ(rows, 14);
  EXPECT_EQ(kEnumNames<WhatToShow>.size(), static_cast<std::size_t>(kKindsToShow));
}

TEST(WhatToShow, IsNotJudgedForProductsTheTableDoesNotKnow) {
  EXPECT_EQ(offers("BAG", WhatToShow::trades), Offered::unknown);
  EXPECT_EQ(offers("STK", WhatToShow::fee_rate), Offered::unknown);
  EXPECT_TRUE(check_offered("BAG", WhatToShow::yield_ask).has_value());
  EXPECT_NE(check_offered("CASH", WhatToShow::trades).error().detail.find("choose one of MIDPOINT, BID, ASK"),
            std::string::npos);
}

TEST(HistoryDuration, IsANumberAndAUnit) {
  for (const char* text : {"1800 S", "2 D", "3 W", "12 M", "20 Y"})
    EXPECT_EQ(HistoryDuration::parse(text).value().text(), text);
  for (const char* bad : {"", "D", "2", "2D", "2 d", "2  D", "2 D ", "0 D", "-1 D", "2.5 D", "99999999999 D", "2 H"})
    EXPECT_FALSE(HistoryDuration::parse(bad).has_value()) << bad;
  EXPECT_TRUE(HistoryDuration::parse("86400 S").has_value());
  EXPECT_NE(HistoryDuration::parse("86401 S").error().detail.find("ask for days"), std::string::npos);
  EXPECT_NE(HistoryDuration::parse("366 D").error().detail.find("ask for years"), std::string::npos);
  EXPECT_FALSE(HistoryDuration::parse("13 M").has_value());
}

std::string longest(BarSize size) { return longest_step(size).duration.text(); }
bool allowed(std::string_view duration, BarSize size) {
  return check_step(HistoryDuration::parse(duration).value(), size).has_value();
}

TEST(HistorySteps, AreTheDocumentedOnes) {
  ASSERT_EQ(steps().size(), 11U);
  EXPECT_EQ(longest(BarSize::secs_1), "1800 S");
  EXPECT_EQ(longest(BarSize::secs_5), "3600 S");
  EXPECT_EQ(longest(BarSize::secs_10), "14400 S");
  EXPECT_EQ(longest(BarSize::secs_15), "14400 S");
  EXPECT_EQ(longest(BarSize::secs_30), "28800 S");
  EXPECT_EQ(longest(BarSize::min_1), "1 D");
  EXPECT_EQ(longest(BarSize::mins_2), "2 D");
  EXPECT_EQ(longest(BarSize::mins_3), "1 W");
  EXPECT_EQ(longest(BarSize::mins_20), "1 W");
  EXPECT_EQ(longest(BarSize::mins_30), "1 M");
  EXPECT_EQ(longest(BarSize::hours_8), "1 M");
  EXPECT_EQ(longest(BarSize::day_1), "1 Y");
  EXPECT_EQ(longest(BarSize::month_1), "1 Y");
}

TEST(HistorySteps, AllowTheirOwnBarsAndNoOthers) {
  for (const HistoryStep& step : steps()) {
    for (const auto& [size, text] : kEnumNames<BarSize>) {
      EXPECT_EQ(check_step(step.duration, size).has_value(), step.smallest <= size && size <= step.largest)
          << step.duration.text() << ' ' << text;
    }
  }
}

TEST(HistorySteps, AreReadBetweenTheRowsToo) {
  EXPECT_TRUE(allowed("300 S", BarSize::secs_1));
  EXPECT_FALSE(allowed("300 S", BarSize::mins_5));  // 120 S has 2 mins at most
  EXPECT_FALSE(allowed("1801 S", BarSize::secs_1));
  EXPECT_TRUE(allowed("1801 S", BarSize::secs_5));
  EXPECT_TRUE(allowed("30 S", BarSize::secs_30));
  EXPECT_FALSE(allowed("30 S", BarSize::min_1));
  EXPECT_FALSE(allowed("3 D", BarSize::mins_2));
  EXPECT_TRUE(allowed("3 D", BarSize::mins_3));
  EXPECT_TRUE(allowed("6 M", BarSize::day_1));
  EXPECT_TRUE(allowed("20 Y", BarSize::day_1));
  EXPECT_FALSE(allowed("20 Y", BarSize::hour_1));
}

TEST(HistorySteps, ReachBackNoFurtherThanNeeded) {
  const auto reach = [](BarSize size, int hours) { return step_for(size, std::chrono::hours{hours}).duration.text(); };
  EXPECT_EQ(step_for(BarSize::secs_1, std::chrono::seconds{61}).duration.text(), "120 S");
  EXPECT_EQ(reach(BarSize::min_1, 9), "1 D");
  EXPECT_EQ(reach(BarSize::min_1, 900), "1 D");
  EXPECT_EQ(reach(BarSize::day_1, 48), "2 D");
  EXPECT_EQ(reach(BarSize::day_1, 49), "1 W");
}

HistoryRequest request() { return {.bar_size = BarSize::min_1, .sec_type = "STK"}; }
std::string refusal(const HistoryRequest& request) {
  const auto checked = check(request, kNow);
  return checked ? "" : checked.error().detail;
}

TEST(HistoryRequest, ThatIsPossiblePasses) {
  EXPECT_EQ(refusal(request()), "");
  HistoryRequest live = request();
  live.keep_up_to_date = true;
  for (const WhatToShow what : {WhatToShow::trades, WhatToShow::midpoint, WhatToShow::bid, WhatToShow::ask}) {
    live.what_to_show = what;
    EXPECT_EQ(refusal(live), "");
  }
  HistoryRequest adjusted = request();
  adjusted.what_to_show = WhatToShow::adjusted_last;
  EXPECT_EQ(refusal(adjusted), "");
}

TEST(HistoryRequest, ThatIsImpossibleIsRefusedWithTheRemedy) {
  struct Case {
    void (*change)(HistoryRequest&);
    std::string_view remedy;
  };
  for (const auto& [change, remedy] : std::vector<Case>{
           {[](HistoryRequest& r) { r.keep_up_to_date = true, r.end = kNow; }, "leave the end out"},
           {[](HistoryRequest& r) { r.keep_up_to_date = true, r.what_to_show = WhatToShow::bid_ask; },
            "choose TRADES, MIDPOINT, BID or ASK"},
           {[](HistoryRequest& r) {
              r.keep_up_to_date = true, r.bar_size = BarSize::secs_1, r.duration = {60, DurationUnit::seconds};
            },
            "ask for 5 secs"},
           {[](HistoryRequest& r) { r.what_to_show = WhatToShow::adjusted_last, r.end = kNow; }, "ask for TRADES"},
           {[](HistoryRequest& r) { r.what_to_show = WhatToShow::schedule; }, "bars of 1 day only"},
           {[](HistoryRequest& r) { r.what_to_show = WhatToShow::yield_bid; }, "choose one of TRADES"},
           {[](HistoryRequest& r) {
              r.bar_size = BarSize::secs_30, r.duration = {60, DurationUnit::seconds};
              r.end = from_civil_utc({2026, 2, 28, 12, 0, 0});
            },
            "ask for bars of 1 min and more"},
           {[](HistoryRequest& r) { r.duration = {2, DurationUnit::days}; }, "bars of 2 mins and more"},
           {[](HistoryRequest& r) { r.bar_size = BarSize::week_1; }, "1 W at least"},
           {[](HistoryRequest& r) { r.duration = {400, DurationUnit::days}; }, "ask for years"}}) {
    HistoryRequest bad = request();
    change(bad);
    EXPECT_NE(refusal(bad).find(remedy), std::string::npos) << remedy << ": " << refusal(bad);
    EXPECT_EQ(check(bad, kNow).error().code, Errc::invalid_argument);
  }
}

TEST(HistoryRequest, OutsideOfTheTableOfStepsCanBeInsistedOn) {
  HistoryRequest request{.bar_size = BarSize::min_1, .duration = {1, DurationUnit::weeks}};
  EXPECT_NE(refusal(request), "");
  request.beyond_steps = true;
  EXPECT_EQ(refusal(request), "");
}

TEST(SmallBars, AreKeptForSixMonthsOfTheCalendar) {
  EXPECT_EQ(iso_text(small_bars_since(from_civil_utc({2026, 8, 31, 12}))), "2026-02-28T12:00:00Z");
  EXPECT_EQ(iso_text(small_bars_since(from_civil_utc({2026, 3, 15}))), "2025-09-15T00:00:00Z");
  HistoryRequest request{.bar_size = BarSize::secs_30, .duration = {60, DurationUnit::seconds}};
  request.end = small_bars_since(kNow) + Duration{1};
  EXPECT_EQ(refusal(request), "");
  request.end = small_bars_since(kNow);
  EXPECT_NE(refusal(request), "");
  request.bar_size = BarSize::min_1;
  EXPECT_EQ(refusal(request), "");
}

TEST(HistoryRequest, IsPutIntoAMessage) {
  HistoryRequest request{.bar_size = BarSize::mins_5,
                         .what_to_show = WhatToShow::midpoint,
                         .duration = {1, DurationUnit::weeks},
                         .end = from_civil_utc({2026, 1, 5, 21, 0, 0}),
                         .use_rth = false};
  tws::HistoricalDataRequest message;
  const RequestTexts texts = texts_of(request, 200);
  put(message, request, texts);
  EXPECT_EQ(message.end_date_time, "20260105-21:00:00");
  EXPECT_EQ(message.bar_size_setting, "5 mins");
  EXPECT_EQ(message.duration, "1 W");
  EXPECT_EQ(message.what_to_show, "MIDPOINT");
  EXPECT_EQ(message.format_date, 2);
  EXPECT_FALSE(message.use_rth || message.keep_up_to_date);
  request.end.reset();
  EXPECT_EQ(texts_of(request, 200).end_date_time, "");
}

}  // namespace
}  // namespace tradewind::client::history
