#include "tradewind/core/client/history/backfill_plan.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace tradewind::client::history {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp kNow = from_civil_utc({2026, 1, 9, 12, 0, 0});
constexpr std::string_view kNoData =
    "Historical Market Data Service error message:HMDS query returned no data: SPY@SMART Trades";
constexpr std::string_view kPacing =
    "Historical Market Data Service error message:Historical data request pacing violation";

Timestamp at(int day, int hour = 0, int minute = 0) { return from_civil_utc({2026, 1, day, hour, minute}); }
Bar bar(Timestamp time, int close = 1) {
  return {.time = time, .close = Price::of(close), .volume = std::nullopt, .wap = std::nullopt};
}
std::vector<Bar> bars(std::initializer_list<Timestamp> times) {
  std::vector<Bar> result;
  for (const Timestamp time : times) result.push_back(bar(time));
  return result;
}

BackfillSeries series() { return {.name = "756733 SMART", .bar_size = BarSize::min_1}; }
BackfillPlan plan(Timestamp from, Timestamp until, std::vector<Interval> known = {},
                  const BackfillOptions& options = {}) {
  return BackfillPlan::create(series(), {from, until}, std::move(known), kNow, options).value();
}
HistoryRequest asked(BackfillPlan& plan) { return plan.next(MonoTime{}).value(); }

TEST(BackfillPlan, AsksFromTheNewestToTheOldest) {
  BackfillPlan download = plan(at(5), at(7));
  HistoryRequest request = asked(download);
  EXPECT_EQ(request.end, at(7));
  EXPECT_EQ(request.duration.text(), "1 D");
  EXPECT_EQ(request.bar_size, BarSize::min_1);
  EXPECT_FALSE(download.next(MonoTime{}).has_value());  // one at a time
  EXPECT_EQ(download.take(bars({at(6, 10), at(6, 11)})).value().size(), 2U);
  EXPECT_EQ(download.missing(), (std::vector<Interval>{{at(5), at(6, 10)}}));
  EXPECT_EQ(asked(download).end, at(6, 10));
  EXPECT_EQ(download.take(bars({at(4, 23), at(5), at(5, 1)})).value(), bars({at(5), at(5, 1)}));
  EXPECT_EQ(download.state(), BackfillState::complete);
  EXPECT_TRUE(download.missing().empty());
  EXPECT_FALSE(download.next(MonoTime{}).has_value());
  EXPECT_EQ(download.bars_taken(), 4U);
}

TEST(BackfillPlan, TakesABarOnTheBorderOfTwoAnswersOnce) {
  BackfillPlan download = plan(at(5), at(6));
  asked(download);
  EXPECT_EQ(download.take(bars({at(5, 10), at(5, 11), at(6)})).value(), bars({at(5, 10), at(5, 11)}));
  asked(download);
  EXPECT_EQ(download.take(bars({at(5, 9), at(5, 10), at(5, 11)})).value(), bars({at(5, 9)}));
}

// F140: the same newest bar again and again is no history. Once it may be the border of a window that is empty.
TEST(BackfillPlan, StopsWhenAnAnswerHoldsNothingEarlier) {
  BackfillPlan download = plan(at(1), at(6));
  asked(download);
  ASSERT_TRUE(download.take(bars({at(5, 10)})).has_value());
  asked(download);
  EXPECT_TRUE(download.take(bars({at(5, 10)})).value().empty());
  EXPECT_EQ(download.state(), BackfillState::running);
  EXPECT_EQ(asked(download).end, at(4, 10));
  EXPECT_TRUE(download.take(bars({at(5, 10)})).value().empty());
  EXPECT_EQ(download.state(), BackfillState::no_progress);
  EXPECT_FALSE(download.next(MonoTime{}).has_value());
  EXPECT_FALSE(download.next_wake().has_value());
  EXPECT_EQ(download.missing(), (std::vector<Interval>{{at(1), at(4, 10)}}));
  EXPECT_NE(download.why().find("2026-01-05T10:00:00Z"), std::string::npos) << download.why();
}

// As a gateway would that does not look at the end.
TEST(BackfillPlan, StopsAtOnceWhenAnAnswerIsAllNewer) {
  BackfillPlan download = plan(at(1), at(6));
  asked(download);
  EXPECT_TRUE(download.take(bars({at(6), at(6, 1)})).value().empty());
  EXPECT_EQ(download.state(), BackfillState::no_progress);
}

TEST(BackfillPlan, StepsOverAWindowWithoutData) {
  BackfillPlan download = plan(at(1), at(6));
  asked(download);
  download.error(162, kNoData, MonoTime{});
  EXPECT_EQ(download.missing(), (std::vector<Interval>{{at(1), at(5)}}));
  EXPECT_EQ(asked(download).end, at(5));
  EXPECT_TRUE(download.take({}).value().empty());  // said in the other way
  EXPECT_EQ(asked(download).end, at(4));
}

TEST(BackfillPlan, StopsWhenThereIsNothingForLong) {
  BackfillPlan download = plan(at(1), at(9), {}, {.empty_span_max = hours{72}});
  for (int i = 0; i < 2; ++i) {
    asked(download);
    download.error(162, kNoData, MonoTime{});
  }
  asked(download);
  ASSERT_TRUE(download.take(bars({at(6, 12)})).has_value());  // a bar: the count begins again
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(download.state(), BackfillState::running);
    asked(download);
    download.error(162, kNoData, MonoTime{});
  }
  EXPECT_EQ(download.state(), BackfillState::no_earlier_data);
  EXPECT_EQ(download.missing(), (std::vector<Interval>{{at(1), at(3, 12)}}));
}

TEST(BackfillPlan, LeavesOutWhatIsKnown) {
  BackfillPlan download =
      plan(at(1), at(9), {{at(7), at(8)}, {at(3), at(5)}, {at(4), at(6)}, {at(8, 23), at(9, 1)}, {at(2), at(2)}});
  EXPECT_EQ(download.missing(), (std::vector<Interval>{{at(1), at(3)}, {at(6), at(7)}, {at(8), at(8, 23)}}));
  EXPECT_EQ(asked(download).end, at(8, 23));
  EXPECT_EQ(download.take(bars({at(7, 23), at(8, 1)})).value(), bars({at(8, 1)}));  // the other is known
  HistoryRequest request = asked(download);
  EXPECT_EQ(request.end, at(7));
  EXPECT_TRUE(
      download.take(bars({at(5, 23)})).value().empty());  // nothing in the gap, but something earlier: it is empty
  EXPECT_EQ(asked(download).end, at(3));
  EXPECT_EQ(plan(at(5), at(6), {{at(4), at(7)}}).state(), BackfillState::complete);
}

TEST(BackfillPlan, WaitsAfterAPacingViolationEachTimeLonger) {
  BackfillPlan download = plan(at(5), at(6), {}, {.tries_max = 4});
  MonoTime now = MonoTime::from_ns(1'000);
  for (const seconds wait : {seconds{15}, seconds{30}, seconds{60}}) {
    ASSERT_TRUE(download.next(now).has_value());
    download.error(162, kPacing, now);
    EXPECT_EQ(download.next_wake(), now + wait);
    EXPECT_FALSE(download.next(now + wait - Duration{1}).has_value());
    now = now + wait;
  }
  ASSERT_TRUE(download.next(now).has_value());
  download.error(162, kPacing, now);
  EXPECT_EQ(download.state(), BackfillState::failed);
  EXPECT_NE(download.why().find("4 tries; error 162"), std::string::npos) << download.why();
  download.retry();
  EXPECT_EQ(download.state(), BackfillState::running);
  EXPECT_TRUE(download.next(now).has_value());
}

TEST(BackfillPlan, StopsOnAnErrorThatDoesNotPass) {
  const auto after = [](std::int32_t code, std::string_view text) {
    BackfillPlan download = plan(at(5), at(6));
    asked(download);
    download.error(code, text, MonoTime{});
    return download.state();
  };
  EXPECT_EQ(after(162, "Historical Market Data Service error message:No market data permissions for ISLAND STK"),
            BackfillState::failed);
  EXPECT_EQ(after(162, "Keine Daten"), BackfillState::failed);  // not guessed
  EXPECT_EQ(after(200, "No security definition has been found for the request"), BackfillState::failed);
  EXPECT_EQ(after(321, "Error validating request"), BackfillState::failed);
  EXPECT_EQ(after(2106, "HMDS data farm connection is OK:ushmds"), BackfillState::running);
  EXPECT_EQ(after(165, "Historical Market Data Service query message"), BackfillState::running);
}

TEST(BackfillPlan, AsksAgainAfterAnInterruption) {
  BackfillPlan download = plan(at(5), at(6));
  const HistoryRequest lost = asked(download);
  download.interrupted();
  download.error(162, "API historical data query cancelled: 7", MonoTime{});  // comes late, for nothing
  EXPECT_EQ(asked(download).end, lost.end);
  EXPECT_TRUE(download.take(bars({at(5, 3)})).has_value());
  EXPECT_FALSE(download.take(bars({at(5, 2)})).has_value());  // nobody asked
}

TEST(BackfillPlan, TakesNothingOfAnAnswerThatIsOutOfOrder) {
  BackfillPlan download = plan(at(5), at(6), {}, {.tries_max = 3});
  asked(download);
  EXPECT_FALSE(download.take(bars({at(5, 3), at(5, 2)})).has_value());
  EXPECT_EQ(download.missing(), (std::vector<Interval>{{at(5), at(6)}}));
  asked(download);
  const std::vector<Bar> differ{bar(at(5, 3), 1), bar(at(5, 3), 2)};
  EXPECT_NE(download.take(differ).error().detail.find("two bars of 2026-01-05T03:00:00Z differ"), std::string::npos);
  asked(download);
  const std::vector<Bar> same{bar(at(5, 3)), bar(at(5, 3)), bar(at(5, 4))};
  EXPECT_EQ(download.take(same).value(), bars({at(5, 3), at(5, 4)}));
  for (int i = 0; i < 3; ++i) {
    asked(download);
    EXPECT_FALSE(download.take(bars({at(5, 2), at(5, 1)})).has_value());
  }
  EXPECT_EQ(download.state(), BackfillState::failed);
}

TEST(BackfillPlan, AsksForDatedBarsWithRoomForTheirSessions) {
  BackfillSeries daily = series();
  daily.bar_size = BarSize::day_1;
  BackfillPlan download = BackfillPlan::create(daily, {at(1), at(9, 11)}, {}, kNow).value();
  const HistoryRequest request = asked(download);
  EXPECT_EQ(request.end, at(9, 12));
  EXPECT_EQ(request.duration.text(), "1 M");
  // The bar of the 9th is not over.
  EXPECT_EQ(download.take(bars({at(1), at(2), at(8), at(9)})).value(), bars({at(1), at(2), at(8)}));
  EXPECT_EQ(download.state(), BackfillState::complete);
}

TEST(BackfillPlan, EndsOnTheBorderOfABar) {
  BackfillSeries five = series();
  five.bar_size = BarSize::mins_5;
  BackfillPlan download = BackfillPlan::create(five, {at(5), at(5, 10, 7)}, {}, kNow).value();
  EXPECT_EQ(asked(download).end, at(5, 10, 5));
  EXPECT_FALSE(BackfillPlan::create(five, {at(5, 10, 5), at(5, 10, 7)}, {}, kNow).has_value());
}

TEST(BackfillPlan, RefusesWhatHasNoPastOrNoEnd) {
  const auto refusal = [](auto change) {
    BackfillSeries bad = series();
    Interval range{at(5), at(6)};
    change(bad, range);
    const auto made = BackfillPlan::create(bad, range, {}, kNow);
    return made ? std::string{} : made.error().detail;
  };
  EXPECT_EQ(refusal([](auto&, auto&) {}), "");
  EXPECT_NE(refusal([](auto& s, auto&) { s.what_to_show = WhatToShow::adjusted_last; }).find("ADJUSTED_LAST"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& s, auto&) { s.what_to_show = WhatToShow::schedule; }).find("SCHEDULE"), std::string::npos);
  EXPECT_NE(refusal([](auto& s, auto&) { s.sec_type = "CASH"; }).find("no TRADES of CASH"), std::string::npos);
  EXPECT_NE(refusal([](auto&, auto& r) { r.until = kNow + Duration{1}; }).find("after now"), std::string::npos);
  EXPECT_NE(refusal([](auto&, auto& r) { r.until = r.from; }).find("no bar"), std::string::npos);
  EXPECT_NE(refusal([](auto&, auto& r) { r.from = from_civil_utc({1899, 1, 1}); }).find("1900"), std::string::npos);
  EXPECT_NE(refusal([](auto& s, auto&) { s.name = "a\nb"; }).find("one line"), std::string::npos);
  EXPECT_NE(refusal([](auto& s, auto& r) {
              s.bar_size = BarSize::secs_5;
              r.from = from_civil_utc({2025, 7, 9, 11});
            }).find("six months: begin the range at 2025-07-09T12:00:00Z"),
            std::string::npos);
}

TEST(SavedBackfill, GoesOnWhereItStopped) {
  BackfillPlan download = plan(at(1), at(9), {{at(3), at(4)}});
  asked(download);
  ASSERT_TRUE(download.take(bars({at(8, 3), at(8, 4)})).has_value());
  asked(download);  // open: it is asked again
  BackfillPlan resumed = BackfillPlan::restore(download.saved(), series()).value();
  EXPECT_EQ(resumed.missing(), download.missing());
  EXPECT_EQ(resumed.bars_taken(), 2U);
  EXPECT_EQ(resumed.saved(), download.saved());
  EXPECT_EQ(asked(resumed).end, at(8, 3));
}

TEST(SavedBackfill, KeepsWhyItStopped) {
  BackfillPlan download = plan(at(5), at(6));
  asked(download);
  download.error(321, "two\nlines", MonoTime{});
  BackfillPlan resumed = BackfillPlan::restore(download.saved(), series()).value();
  EXPECT_EQ(resumed.state(), BackfillState::failed);
  EXPECT_EQ(resumed.why(), "error 321: two lines");
  EXPECT_FALSE(resumed.next(MonoTime{}).has_value());
  resumed.retry();
  EXPECT_EQ(asked(resumed).end, at(6));
}

TEST(SavedBackfill, OfAnotherSeriesIsRefused) {
  const std::string text = plan(at(5), at(6)).saved();
  for (auto* change :
       {+[](BackfillSeries& s) { s.name = "1 SMART"; }, +[](BackfillSeries& s) { s.bar_size = BarSize::mins_2; },
        +[](BackfillSeries& s) { s.what_to_show = WhatToShow::bid; }, +[](BackfillSeries& s) { s.use_rth = false; },
        +[](BackfillSeries& s) { s.sec_type = "STK"; }}) {
    BackfillSeries other = series();
    change(other);
    const auto resumed = BackfillPlan::restore(text, other);
    ASSERT_FALSE(resumed.has_value());
    EXPECT_EQ(resumed.error().code, Errc::invalid_argument);
  }
}

TEST(SavedBackfill, WithAnyByteChangedOrCutOffIsCorrupt) {
  BackfillPlan download = plan(at(1), at(9), {{at(3), at(4)}});
  const std::string text = download.saved();
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(BackfillPlan::restore(text.substr(0, i), series()).error().code, Errc::corrupt) << i;
    for (const int bit : {0, 3, 7}) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      const auto resumed = BackfillPlan::restore(changed, series());
      ASSERT_FALSE(resumed.has_value()) << i;
      EXPECT_EQ(resumed.error().code, Errc::corrupt);
    }
  }
  EXPECT_FALSE(BackfillPlan::restore(text + "\n", series()).has_value());
}

}  // namespace
}  // namespace tradewind::client::history
