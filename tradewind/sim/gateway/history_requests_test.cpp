// What a client may ask of the past: each test speaks to the gateway through real bytes, with the client half of core/tws.

#include "tests/support/gateway_client.hpp"
#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/venue/derivatives.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const Timestamp kOpen = from_civil_utc({2026, 11, 25, 14, 30, 0});  // 9:30 in New York, a Wednesday
constexpr auto kToday = std::chrono::sys_days{2026y / std::chrono::November / 25};
const TimeZone kNewYork{"US/Eastern",
                        {{from_civil_utc({2026, 11, 1, 6}), std::chrono::seconds{-5 * 3600}},
                         {from_civil_utc({2027, 3, 14, 7}), std::chrono::seconds{-4 * 3600}}}};

Price price(const char* text) { return Price::parse(text).value(); }

// SPY, EUR.USD, SPX, AAPL and its options: made by the generator, never closing, begun at midnight of the day.
Market generated(std::uint64_t seed = 1) {
  std::vector<Listing> listings{us_stock("SPY"), venue::currency_pair("EUR", "USD"), venue::stock_index("SPX"),
                                us_stock("AAPL")};
  venue::GeneratorConfig config{.seed = seed, .first_day = {2026, 11, 25}, .bar_length = 1s};
  config.session_open = 0min;
  config.session_close = 24h;
  config.open_at_weekends = true;
  for (const Listing& listing : listings) {
    venue::GeneratedSymbol symbol;
    symbol.spec = {model::Symbol{listing.symbol}, model::SecurityType{listing.security_type},
                   model::ExchangeName{"SMART"}, Currency{"USD"}};
    if (listing.security_type == "CASH") symbol.start_price = Price::of(1);
    else symbol.start_price = Price::of(210);
    symbol.tick = listing.min_tick;
    config.symbols.push_back(std::move(symbol));
  }
  const auto chain = venue::option_chain(
      listings.back(), {.today = kToday, .around = Price::of(210), .weeks = 2, .months = 2}, kNewYork);
  listings.insert(listings.end(), chain.begin(), chain.end());
  return Market::generated(std::move(listings), venue::Generator::create(std::move(config)).value(), kOpen);
}

// One stock in minutes of New York: four before the open, ten after it, each a dollar higher.
Market recorded() {
  model::BarHistory history{1min, {}, {}};
  for (int i = 0; i < 14; ++i) {
    const Timestamp start = kOpen + 1min * (i - 4);
    const Price at = Price::of(100 + i);
    history.trades.push_back({start, 1min, at, at, at, at, Quantity::of(400), 4});
    const model::Quote quote{at, Price::of(102 + i), Quantity::of(300), Quantity::of(200 + i)};
    history.quotes.push_back({start, 1min, quote, quote});
  }
  return Market::recorded({us_stock("SPY")}, {history}, Duration::zero());
}

constexpr std::int32_t kCloseTick = 9;

struct Ears : tws::ClientHandler {
  Lines heard;
  std::vector<std::string> dates;
  std::vector<tws::HistoricalBar> bars;  // without their dates
  std::vector<std::int64_t> times;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  static std::string text(const tws::HistoricalBar& bar) {
    return fmt::format("{} {} {} {} {} v{} w{} n{}", bar.date, bar.open, bar.high, bar.low, bar.close,
                       bar.volume ? bar.volume->text() : "-", bar.wap ? bar.wap->text() : "-", bar.bar_count);
  }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code < 2000 || m.error_code == 2174 || m.error_code >= 3000)
      note("error {} {} {}", m.id, m.error_code, m.error_msg);
  }
  void on_historical_data(const tws::HistoricalData& m) override {
    note("data {}: {} bars {}{}", m.req_id, m.bars.size(), m.start_date_str, m.end_date_str);
    dates.clear();
    bars.clear();
    lines.clear();
    for (tws::HistoricalBar bar : m.bars) {
      lines.push_back(text(bar));
      dates.emplace_back(bar.date);
      bar.date = {};
      bars.push_back(bar);
    }
  }
  void on_historical_data_end(const tws::HistoricalDataEnd& m) override {
    note("end {} {} to {}", m.req_id, m.start_date_str, m.end_date_str);
  }
  void on_historical_data_update(const tws::HistoricalDataUpdate& m) override {
    note("update {} {}", m.req_id, text(m.bar));
  }
  void on_head_timestamp(const tws::HeadTimestamp& m) override { note("head {} {}", m.req_id, m.head_timestamp); }
  void on_histogram_data(const tws::HistogramData& m) override {
    note("histogram {} {}", m.req_id, m.entries.size());
    for (std::size_t i = 0; i < m.entries.size() && i < 3; ++i)
      note("{} {}", m.entries[i].price, m.entries[i].size->text());
  }
  void on_historical_schedule(const tws::HistoricalSchedule& m) override {
    note("schedule {} {} to {} {}", m.req_id, m.start_date_time, m.end_date_time, m.time_zone);
    for (const auto& each : m.sessions) note("{} {} {}", each.ref_date, each.start_date_time, each.end_date_time);
  }
  void on_historical_ticks(const tws::HistoricalTicks& m) override {
    times.clear();
    for (const auto& tick : m.ticks) times.push_back(tick.time);
    note("midpoints {} done {} first {}", m.ticks.size(), m.is_done,
         m.ticks.empty() ? Price::zero() : m.ticks[0].price);
  }
  void on_historical_ticks_bid_ask(const tws::HistoricalTicksBidAsk& m) override {
    times.clear();
    for (const auto& tick : m.ticks) times.push_back(tick.time);
    note("quotes {} done {}", m.ticks.size(), m.is_done);
    if (m.ticks.empty()) return;
    const auto& tick = m.ticks[0];
    note("{} x {}, {} x {}", tick.price_bid, tick.size_bid->text(), tick.price_ask, tick.size_ask->text());
  }
  void on_historical_ticks_last(const tws::HistoricalTicksLast& m) override {
    times.clear();
    for (const auto& tick : m.ticks) times.push_back(tick.time);
    note("prints {} done {}", m.ticks.size(), m.is_done);
    if (!m.ticks.empty()) note("{} {} {}", m.ticks[0].price, m.ticks[0].size->text(), m.ticks[0].exchange);
  }
  void on_tick_price(const tws::TickPrice& m) override {
    if (m.tick_type == kCloseTick) note("close {}", m.price);
  }
  void on_unreadable(int id, const tws::DecodeFault& fault) override { note("UNREADABLE {} {}", id, fault.text()); }

  Lines lines;  // of the bars
  Lines take() { return std::exchange(heard, {}); }
};

struct Rig {
  Gateway gateway;
  Timestamp now;
  std::vector<std::unique_ptr<testing::JoinedClient<Ears>>> peers;

  explicit Rig(Market market = generated(), int version = 200, Timestamp start = kOpen + 10s,
               GatewayOptions options = {.zone = TimeZone::utc(), .session_close = std::nullopt})
      : gateway{std::move(options), std::move(market)}, now{start} {
    gateway.wake(now);
    join(version);
  }
  void join(int version = 200) {
    const auto client_id = static_cast<std::int32_t>(peers.size()) + 7;
    peers.push_back(std::make_unique<testing::JoinedClient<Ears>>(gateway, now, client_id, version));
    peers.back()->ears.take();
  }
  [[nodiscard]] MonoTime mono() const { return MonoTime::from_ns(now.ns()); }
  Ears& ears() { return peers.front()->ears; }
  void to(Timestamp time) {
    now = time;
    gateway.wake(time);
    exchange();
  }
  void exchange() {
    for (const auto& peer : peers) peer->exchange();
  }
  template <class Message>
  Lines ask(const Message& message, std::size_t peer = 0) {
    peers[peer]->ask(message);
    exchange();
    return peers[peer]->ears.take();
  }
};

tws::Contract contract(std::int32_t con_id, std::string_view exchange = "SMART") {
  return {.con_id = con_id, .exchange = exchange};
}
const tws::Contract kSpy = contract(756733);
const tws::Contract kEuro = contract(12087792, "IDEALPRO");
const tws::Contract kIndex = contract(416904, "CBOE");

tws::HistoricalDataRequest bars(const tws::Contract& of, std::string_view size, std::string_view duration,
                                std::string_view what = "TRADES", std::string_view end = "") {
  tws::HistoricalDataRequest request{.req_id = 4, .contract = of};
  request.bar_size_setting = size;
  request.duration = duration;
  request.what_to_show = what;
  request.end_date_time = end;
  request.format_date = 1;
  return request;
}

// --- Bars ---

TEST(HistoryRequests, ServesEveryBarSize) {
  Rig rig;
  struct Case {
    const char* size;
    const char* duration;
    std::size_t bars;
  };
  for (const Case& each : {Case{"1 secs", "60 S", 60},  {"5 secs", "3600 S", 720},   {"10 secs", "14400 S", 1440},
                           {"15 secs", "14400 S", 961}, {"30 secs", "28800 S", 961}, {"1 min", "1 D", 1441},
                           {"2 mins", "2 D", 1441},     {"3 mins", "1 W", 3361},     {"5 mins", "1 D", 289},
                           {"10 mins", "1 D", 145},     {"15 mins", "1 D", 97},      {"20 mins", "1 D", 73},
                           {"30 mins", "1 M", 1489},    {"1 hour", "1 D", 25},       {"2 hours", "1 D", 13},
                           {"3 hours", "1 D", 9},       {"4 hours", "1 D", 7},       {"8 hours", "1 W", 22},
                           {"1 day", "1 Y", 365},       {"1W", "1 Y", 53},           {"1 week", "1 M", 6},
                           {"1M", "1 Y", 13},           {"1 month", "20 Y", 241}}) {
    const Lines heard = rig.ask(bars(kSpy, each.size, each.duration, "MIDPOINT"));
    ASSERT_FALSE(heard.empty());
    EXPECT_TRUE(heard.front().starts_with(fmt::format("data 4: {} bars", each.bars)))
        << each.size << " " << each.duration << ": " << heard.front();
    EXPECT_TRUE(std::ranges::is_sorted(rig.ears().dates));
  }
}

// 25 November 2026 is a Wednesday.
TEST(HistoryRequests, DatesAWeekOrMonthByTheLastDayInItAndBeginsWithTheOneThatHoldsTheBeginning) {
  for (const char* what : {"TRADES", "BID_ASK"}) {
    Rig rig;
    rig.ask(bars(kSpy, "1 week", "2 W", what));
    EXPECT_EQ(rig.ears().dates, (Lines{"20261115", "20261122", "20261125"})) << what;
    rig.ask(bars(kSpy, "1 month", "2 M", what));
    EXPECT_EQ(rig.ears().dates, (Lines{"20260930", "20261031", "20261125"})) << what;
  }
}

TEST(HistoryRequests, WritesBarsOfTradesAsTheyWere) {
  Rig rig{recorded(), 200, kOpen + 10min, {.zone = kNewYork}};
  EXPECT_EQ(rig.ask(bars(kSpy, "5 mins", "1 D")),
            (Lines{"data 4: 3 bars ", "end 4 20261125 00:00:00 US/Eastern to 20261125 09:40:00 US/Eastern"}));
  EXPECT_EQ(rig.ears().lines, (Lines{"20261125 09:25:00 US/Eastern 100 103 100 103 v1600 w101.5 n16",
                                     "20261125 09:30:00 US/Eastern 104 108 104 108 v2000 w106 n20",
                                     "20261125 09:35:00 US/Eastern 109 113 109 113 v2000 w111 n20"}));
  auto request = bars(kSpy, "5 mins", "1 D");
  request.use_rth = true;
  request.format_date = 2;
  rig.ask(request);
  EXPECT_EQ(rig.ears().lines,
            (Lines{"1795617000 104 108 104 108 v2000 w106 n20", "1795617300 109 113 109 113 v2000 w111 n20"}));
  rig.ask(bars(kSpy, "1 day", "1 D"));
  EXPECT_EQ(rig.ears().lines, Lines{"20261125 100 113 100 113 v5600 w106.5 n56"});
  rig.ask(bars(kSpy, "5 mins", "300 S", "TRADES", "20261125 09:35:00 US/Eastern"));
  EXPECT_EQ(rig.ears().dates, Lines{"20261125 09:30:00 US/Eastern"});
}

TEST(HistoryRequests, SaysMinusOneForVolumeAndCountOfWhatIsNoTrade) {
  for (const int version : {178, 200, 210}) {
    Rig rig{recorded(), version, kOpen + 10min, {.zone = kNewYork}};
    for (const auto& [what, line] : {std::pair{"BID", "100 103 100 103"},
                                     {"ASK", "102 105 102 105"},
                                     {"MIDPOINT", "101 104 101 104"},
                                     {"BID_ASK", "101.5 105 100 103.5"}}) {
      rig.ask(bars(kSpy, "5 mins", "1 D", what));
      EXPECT_EQ(rig.ears().lines.at(0), fmt::format("20261125 09:25:00 US/Eastern {} v- w-1 n-1", line));
    }
  }
}

TEST(HistoryRequests, WritesItsBoundsInTheAnswerBelow196) {
  Rig rig{recorded(), 178, kOpen + 10min, {.zone = kNewYork}};
  EXPECT_EQ(rig.ask(bars(kSpy, "5 mins", "300 S")),
            Lines{"data 4: 1 bars 20261125 09:35:00 US/Eastern20261125 09:40:00 US/Eastern"});
}

TEST(HistoryRequests, UnderstandsEveryFormOfAnEnd) {
  Rig rig{recorded(), 200, kOpen + 10min, {.zone = kNewYork}};
  for (const char* end : {"20261125-14:35:00", "20261125 09:35:00 US/Eastern", "20261125 09:35:00 America/New_York",
                          "20261125 14:35:00 UTC", "20261125 09:35:00"}) {
    const Lines heard = rig.ask(bars(kSpy, "1 min", "60 S", "TRADES", end));
    EXPECT_EQ(rig.ears().dates, Lines{"20261125 09:34:00 US/Eastern"}) << end;
    EXPECT_EQ(heard.front().starts_with("error 4 2174"), std::string_view{end} == "20261125 09:35:00") << end;
  }
  for (const char* end : {"yesterday", "20261125", "20261125 09:35:00 Mars/Olympus", "20261325 09:35:00"})
    EXPECT_TRUE(rig.ask(bars(kSpy, "1 min", "60 S", "TRADES", end)).at(0).starts_with("error 4 10314")) << end;
}

TEST(HistoryRequests, ShowsWhatTheKindOfContractHas) {
  Rig rig;
  const std::string none = "error 4 162 Historical Market Data Service error message:No historical market data for ";
  EXPECT_EQ(rig.ask(bars(kEuro, "1 min", "1 D")), Lines{none + "EUR/CASH@IDEALPRO Last 60"});
  EXPECT_TRUE(rig.ask(bars(kEuro, "1 min", "1 D", "BID_ASK")).at(0).starts_with("data"));
  EXPECT_EQ(rig.ask(bars(kIndex, "1 hour", "1 D", "BID")), Lines{none + "SPX/IND@CBOE Bid 3600"});
  EXPECT_TRUE(rig.ask(bars(kIndex, "1 hour", "1 D")).at(0).starts_with("data"));
  EXPECT_EQ(rig.ears().bars.at(0).volume, Quantity::zero());
  EXPECT_EQ(rig.ask(bars(kSpy, "1 min", "1 D", "AGGTRADES")), Lines{none + "SPY/STK@SMART AggLast 60"});
  EXPECT_TRUE(rig.ask(bars(kSpy, "1 min", "1 D", "ADJUSTED_LAST")).at(0).starts_with("data"));
  EXPECT_EQ(
      rig.ask(bars(kSpy, "1 min", "1 D", "GUESSES")),
      Lines{
          "error 4 321 Error validating request.-'bK' : cause - What to show field is missing or incorrect: GUESSES"});
  EXPECT_TRUE(rig.ask(bars(kSpy, "1 day", "1 M", "FEE_RATE")).at(0).starts_with("data"));
  EXPECT_EQ(rig.ears().bars.at(0).close, price("0.25"));
}

TEST(HistoryRequests, ShowsVolatilities) {
  Rig rig;
  EXPECT_TRUE(rig.ask(bars(kSpy, "1 day", "1 Y", "HISTORICAL_VOLATILITY")).at(0).starts_with("data 4: 365"));
  std::int64_t sum = 0;
  for (const auto& bar : rig.ears().bars) sum += bar.close.raw();
  // 1.5 % a day is 24 % a year; a month of returns is not far from it, a year of months less so.
  EXPECT_NEAR(static_cast<double>(sum) / 365e9, 0.24, 0.03);
  EXPECT_TRUE(rig.ask(bars(kSpy, "1 day", "1 W", "OPTION_IMPLIED_VOLATILITY")).at(0).starts_with("data 4: 7"));
  EXPECT_GT(rig.ears().bars.at(0).close, price("0.1"));
  EXPECT_LT(rig.ears().bars.at(0).close, price("0.5"));
}

TEST(HistoryRequests, PricesTheOptionOfThePast) {
  Rig rig;
  const auto option = std::ranges::find_if(rig.gateway.listings(), [](const Listing& l) {
    return l.is_option() && *l.strike == Price::of(210) && l.right == venue::Right::call;
  });
  ASSERT_NE(option, rig.gateway.listings().end());
  for (const char* what : {"TRADES", "MIDPOINT", "BID", "ASK", "BID_ASK"})
    EXPECT_TRUE(rig.ask(bars(contract(option->con_id), "30 mins", "1 W", what)).at(0).starts_with("data")) << what;
  EXPECT_TRUE(rig.ask(bars(contract(option->con_id), "1 day", "1 W", "SCHEDULE")).at(0).starts_with("error 4 162"));
}

TEST(HistoryRequests, RefusesWhatIbRefuses) {
  Rig rig;
  const std::string invalid = "error 4 321 Error validating request.-'bK' : cause - ";
  EXPECT_EQ(
      rig.ask(bars(kSpy, "7 mins", "1 D")),
      Lines{invalid +
            "Historical data bar size setting is invalid. Legal ones are: 1 secs, 5 secs, 10 secs, 15 secs, 30 secs, 1 "
            "min, 2 mins, 3 mins, 5 mins, 10 mins, 15 mins, 20 mins, 30 mins, 1 hour, 2 hours, 3 hours, 4 hours, 8 "
            "hours, 1 day, 1W, 1M"});
  EXPECT_EQ(rig.ask(bars(kSpy, "1 min", "a while")), Lines{invalid + "Historical data requested duration is invalid."});
  EXPECT_EQ(rig.ask(bars(kSpy, "1 day", "366 D")),
            Lines{invalid + "Historical data requests for durations longer than 365 days must be made in years."});
  EXPECT_EQ(rig.ask(bars(kSpy, "1 min", "86401 S")),
            Lines{invalid + "Historical data request for greater than 86400 seconds rejected."});
  EXPECT_EQ(rig.ask(bars(kSpy, "1 day", "1 M", "ADJUSTED_LAST", "20261120-00:00:00")),
            Lines{invalid + "End Date not supported with adjusted last"});
  const std::string hmds = "error 4 162 Historical Market Data Service error message:";
  EXPECT_EQ(rig.ask(bars(kSpy, "1 secs", "1801 S")), Lines{hmds + "invalid step: 1"});
  EXPECT_EQ(rig.ask(bars(kSpy, "30 secs", "1 D")), Lines{hmds + "invalid step: 30"});
  EXPECT_EQ(rig.ask(bars(kSpy, "1 min", "1 Y")), Lines{hmds + "Time length exceed max."});
  EXPECT_EQ(rig.ask(bars(kSpy, "1 hour", "6 Y")), Lines{hmds + "Time length exceed max."});
  EXPECT_EQ(rig.ask(bars(kSpy, "5 secs", "60 S", "TRADES", "20260501-00:00:00")),
            Lines{hmds + "HMDS query returned no data: SPY@SMART Trades"})
      << "small bars are kept for six months";
  EXPECT_TRUE(rig.ask(bars(kSpy, "1 min", "60 S", "TRADES", "20260501-00:00:00")).at(0).starts_with("data"));
  EXPECT_EQ(rig.ask(bars(kSpy, "1 day", "1 M", "TRADES", "19990101-00:00:00")),
            Lines{hmds + "HMDS query returned no data: SPY@SMART Trades"});
  EXPECT_EQ(rig.ask(bars(contract(1), "1 min", "1 D")),
            Lines{"error 4 200 No security definition has been found for the request"});
  EXPECT_EQ(rig.ask(tws::CancelHistoricalData{.req_id = 4}),
            Lines{"error 4 366 No historical data query found for ticker id:4"});
}

TEST(HistoryRequests, KeepsThePaceOfSmallBarsForAllClientsTogether) {
  Rig rig;
  rig.join();
  const std::string violation =
      "error 4 162 Historical Market Data Service error message:Historical data request pacing violation";
  EXPECT_TRUE(rig.ask(bars(kSpy, "5 secs", "60 S")).at(0).starts_with("data"));
  EXPECT_EQ(rig.ask(bars(kSpy, "5 secs", "60 S")), Lines{violation});
  EXPECT_EQ(rig.ask(bars(kSpy, "5 secs", "60 S"), 1), Lines{violation}) << "from another client too";
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(rig.ask(bars(kSpy, "1 min", "1 D")).at(0).starts_with("data"));
  rig.to(rig.now + 15s);
  EXPECT_TRUE(rig.ask(bars(kSpy, "5 secs", "60 S")).at(0).starts_with("data"));
}

TEST(HistoryRequests, IsTheSameForTheSameSeed) {
  Rig one;
  Rig two;
  Rig other{generated(2)};
  for (Rig* rig : {&one, &two, &other}) rig->ask(bars(kSpy, "1 min", "2 D"));
  EXPECT_EQ(one.ears().lines, two.ears().lines);
  EXPECT_NE(one.ears().lines, other.ears().lines);
}

TEST(HistoryRequests, DaysAreTheSumOfTheirMinutes) {
  Rig rig;
  rig.ask(bars(kSpy, "1 day", "1 D", "TRADES", "20261121-00:00:00"));
  const auto day = rig.ears().bars.at(0);
  ASSERT_EQ(rig.ears().dates, Lines{"20261120"});
  rig.ask(bars(kSpy, "1 min", "1 D", "TRADES", "20261121-00:00:00"));
  Quantity volume = Quantity::zero();
  Price high = Price::zero();
  for (const auto& bar : rig.ears().bars) {
    volume = *add(volume, *bar.volume);
    high = std::max(high, bar.high);
  }
  EXPECT_EQ(volume, day.volume);
  EXPECT_EQ(high, day.high);
  EXPECT_EQ(rig.ears().bars.front().open, day.open);
  EXPECT_EQ(rig.ears().bars.back().close, day.close);
}

// --- Kept up to date ---

TEST(HistoryRequests, KeepsABarUpToDate) {
  Rig rig;
  auto request = bars(kSpy, "1 min", "3600 S");
  request.keep_up_to_date = true;
  const Lines first = rig.ask(request);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_TRUE(first[0].starts_with("data 4:") && first[1].starts_with("end 4"));
  Lines updates;
  for (int i = 0; i < 60; ++i) {
    rig.to(rig.now + 1s);
    const Lines heard = rig.ears().take();
    updates.insert(updates.end(), heard.begin(), heard.end());
    EXPECT_TRUE(heard.empty() || rig.now.ns() / 1'000'000'000 % 5 == 0);
  }
  EXPECT_GE(updates.size(), 11U);
  EXPECT_LE(updates.size(), 13U);
  EXPECT_TRUE(updates.front().starts_with("update 4 20261125 14:30:00 UTC"));
  EXPECT_TRUE(updates.back().starts_with("update 4 20261125 14:31:00 UTC"));
  // The last update of a minute is the bar that history has of it.
  const auto of_next = std::ranges::find_if(updates, [](const auto& line) { return line.contains("14:31:00"); });
  ASSERT_TRUE(of_next != updates.begin() && of_next != updates.end());
  auto again = bars(kSpy, "1 min", "60 S", "TRADES", "20261125-14:31:00");
  again.req_id = 5;
  rig.ask(again);
  EXPECT_EQ("update 4 " + rig.ears().lines.back(), *std::prev(of_next));
  EXPECT_EQ(
      rig.ask(request),
      Lines{"error 4 322 Error processing request.-'bX' : cause - Duplicate ticker ID for API historical data query"});
  EXPECT_EQ(rig.ask(tws::CancelHistoricalData{.req_id = 4}),
            Lines{"error 4 162 Historical Market Data Service error message:API historical data query cancelled: 4"});
  rig.to(rig.now + 10s);
  EXPECT_EQ(rig.ears().take(), Lines{});
}

TEST(HistoryRequests, KeepsNoMoreThanFiftyOpen) {
  Rig rig;
  rig.join();
  const auto live = [](int id) {
    auto request = bars(kSpy, "1 hour", "1 D", "MIDPOINT");
    request.req_id = id;
    request.keep_up_to_date = true;
    return request;
  };
  for (int id = 100; id < 150; ++id) EXPECT_TRUE(rig.ask(live(id)).at(0).starts_with("data"));
  EXPECT_EQ(rig.ask(live(7), 1), Lines{"error 7 322 Error processing request.-'bK' : cause - Only 50 simultaneous API "
                                       "historical data requests allowed."});
  rig.ask(tws::CancelHistoricalData{.req_id = 100});
  EXPECT_TRUE(rig.ask(live(7), 1).at(0).starts_with("data"));
  EXPECT_TRUE(rig.ask(live(8), 1).at(0).starts_with("error 8 322"));
  rig.gateway.disconnected(rig.peers[0]->id);
  rig.peers.erase(rig.peers.begin());
  EXPECT_TRUE(rig.ask(live(8)).at(0).starts_with("data")) << "what a client had open ends with it";
  auto request = live(9);
  request.end_date_time = "20261120-00:00:00";
  EXPECT_TRUE(rig.ask(request).at(0).starts_with("error 9 321"));
}

// --- Sessions, first time stamps, histograms ---

TEST(HistoryRequests, ListsSessions) {
  Rig rig{recorded(), 200, kOpen + 10min, {.zone = kNewYork}};
  EXPECT_EQ(rig.ask(bars(kSpy, "1 day", "3 D", "SCHEDULE", "20261123 12:00:00 US/Eastern")),
            (Lines{"schedule 4 20261119-09:30:00 to 20261123-16:00:00 US/Eastern",
                   "20261119 20261119-09:30:00 20261119-16:00:00", "20261120 20261120-09:30:00 20261120-16:00:00",
                   "20261123 20261123-09:30:00 20261123-16:00:00"}));
  Rig always;
  const Lines heard = always.ask(bars(kSpy, "1 day", "3 D", "SCHEDULE"));
  EXPECT_EQ(heard.size(), 4U);
  EXPECT_EQ(heard.back(), "20261125 20261125-00:00:00 20261126-00:00:00");
}

TEST(HistoryRequests, ListsNoSessionThatBeginsWhereTheWindowEnds) {
  Rig rig{recorded(), 200, kOpen + 10min, {.zone = kNewYork}};
  EXPECT_EQ(rig.ask(bars(kSpy, "1 day", "1 D", "SCHEDULE", "20261123 09:30:00 US/Eastern")).back(),
            "20261120 20261120-09:30:00 20261120-16:00:00");
  Rig always;
  const Lines midnight = always.ask(bars(kSpy, "1 day", "2 D", "SCHEDULE", "20261125-00:00:00"));
  EXPECT_EQ(midnight,
            (Lines{"schedule 4 20261123-00:00:00 to 20261125-00:00:00 UTC",
                   "20261123 20261123-00:00:00 20261124-00:00:00", "20261124 20261124-00:00:00 20261125-00:00:00"}));
  const Lines after = always.ask(bars(kSpy, "1 day", "2 D", "SCHEDULE", "20261125-00:00:01"));
  ASSERT_EQ(after.size(), 3U);
  EXPECT_EQ(after.back(), "20261125 20261125-00:00:00 20261126-00:00:00");
}

TEST(HistoryRequests, TellsWhenDataBegin) {
  Rig rig;
  tws::HeadTimestampRequest request{.req_id = 6, .contract = kSpy};
  request.what_to_show = "TRADES";
  request.format_date = 1;
  EXPECT_EQ(rig.ask(request), Lines{"head 6 20061130-00:00:00"});
  request.format_date = 2;
  EXPECT_EQ(rig.ask(request), Lines{"head 6 1164844800"});
  request.contract = kEuro;
  EXPECT_EQ(rig.ask(request), Lines{"error 6 162 Historical Market Data Service error message:No head time stamp"});
  request.what_to_show = "MIDPOINT";
  EXPECT_EQ(rig.ask(request), Lines{"head 6 1164844800"});
  Rig played{recorded(), 210, kOpen + 10min, {.zone = kNewYork}};
  request.contract = kSpy;
  EXPECT_EQ(played.ask(request), Lines{fmt::format("head 6 {}", (kOpen - 4min).ns() / 1'000'000'000)});
}

TEST(HistoryRequests, CountsWhatWasTradedAtEachPrice) {
  Rig rig{recorded(), 200, kOpen + 10min, {.zone = kNewYork}};
  tws::HistogramDataRequest request{.req_id = 6, .contract = kSpy};
  request.time_period = "1 day";
  request.use_rth = true;
  EXPECT_EQ(rig.ask(request), (Lines{"histogram 6 10", "104 400", "105 400", "106 400"}));
  request.time_period = "soon";
  EXPECT_TRUE(rig.ask(request).at(0).starts_with("error 6 321"));
  Rig big{generated(), 210};
  request.time_period = "1 week";
  EXPECT_TRUE(big.ask(request).at(0).starts_with("histogram 6 "));
  request.time_period = "1 year";
  EXPECT_TRUE(big.ask(request).at(0).starts_with("histogram 6 "));
}

// --- Ticks ---

tws::HistoricalTicksRequest ticks(const tws::Contract& of, std::string_view what, int count, std::string_view start,
                                  std::string_view end) {
  tws::HistoricalTicksRequest request{.req_id = 8, .contract = of};
  request.what_to_show = what;
  request.number_of_ticks = count;
  request.start_date_time = start;
  request.end_date_time = end;
  return request;
}

TEST(HistoryRequests, GivesTicksFromAStartOrBeforeAnEnd) {
  for (const int version : {178, 210}) {
    Rig rig{generated(), version};
    const auto second = [](int hour, int minute) {
      return from_civil_utc({2026, 11, 25, hour, minute, 0}).ns() / 1'000'000'000;
    };
    for (const char* what : {"TRADES", "BID_ASK", "MIDPOINT"}) {
      const Lines heard = rig.ask(ticks(kSpy, what, 50, "20261125-10:00:00", ""));
      const auto& times = rig.ears().times;
      ASSERT_GE(times.size(), 50U) << what << heard.at(0);
      EXPECT_LE(times.size(), 54U) << "no more than the last second asks for";
      EXPECT_TRUE(std::ranges::is_sorted(times));
      EXPECT_GE(times.front(), second(10, 0));
      EXPECT_LE(times.front(), second(10, 1));
      EXPECT_TRUE(heard.at(0).contains("done true"));
      rig.ask(ticks(kSpy, what, 50, "", "20261125-10:00:00"));
      ASSERT_GE(times.size(), 50U);
      EXPECT_LT(times.back(), second(10, 0));
      EXPECT_GE(times.back(), second(9, 59));
    }
    rig.ask(ticks(kSpy, "TRADES", 5000, "20261120-10:00:00", ""));
    EXPECT_GE(rig.ears().times.size(), 1000U) << "from what was before the market as well";
    EXPECT_LE(rig.ears().times.size(), 1004U);
  }
}

TEST(HistoryRequests, LastSecondsOfTicksAreWhole) {
  Rig rig;
  rig.ask(ticks(kSpy, "TRADES", 1000, "20261125-10:00:00", ""));
  const auto all = rig.ears().times;
  for (int count = 1; count < 20; ++count) {
    rig.ask(ticks(kSpy, "TRADES", count, "20261125-10:00:00", ""));
    const auto& some = rig.ears().times;
    ASSERT_LT(some.size(), all.size());
    EXPECT_TRUE(std::ranges::equal(some, std::span{all}.first(some.size())));
    EXPECT_GT(all[some.size()], some.back()) << "the next tick is of another second";
    EXPECT_TRUE(some.size() == static_cast<std::size_t>(count) ||
                some[static_cast<std::size_t>(count) - 1] == some.back());
  }
}

TEST(HistoryRequests, TicksAreTheOnesThatWerePlayed) {
  Rig rig{recorded(), 200, kOpen + 10min, {.zone = kNewYork}};
  EXPECT_EQ(rig.ask(ticks(kSpy, "TRADES", 3, "20261125 09:30:00 US/Eastern", "")),
            (Lines{"prints 3 done true", "104 100 ARCA"}));
  EXPECT_EQ(rig.ask(ticks(kSpy, "BID_ASK", 1, "20261125 09:30:00 US/Eastern", "")),
            (Lines{"quotes 1 done true", "104 x 300, 106 x 204"}));
  EXPECT_EQ(rig.ask(ticks(kSpy, "MIDPOINT", 100, "20261125 09:00:00 US/Eastern", "")),
            Lines{"midpoints 14 done true first 101"});
  auto request = ticks(kSpy, "MIDPOINT", 100, "20261125 09:00:00 US/Eastern", "");
  request.use_rth = true;
  EXPECT_EQ(rig.ask(request), Lines{"midpoints 10 done true first 105"});
}

TEST(HistoryRequests, RefusesTicksThatCannotBe) {
  Rig rig;
  for (const auto& request :
       {ticks(kSpy, "TRADES", 10, "", ""), ticks(kSpy, "TRADES", 10, "20261125-10:00:00", "20261125-11:00:00"),
        ticks(kSpy, "TRADES", 0, "20261125-10:00:00", ""), ticks(kSpy, "GUESSES", 10, "20261125-10:00:00", ""),
        ticks(kSpy, "TRADES", 10, "noon", "")}) {
    EXPECT_TRUE(rig.ask(request).at(0).starts_with("error 8 321"));
  }
  EXPECT_TRUE(rig.ask(ticks(kEuro, "TRADES", 10, "20261125-10:00:00", "")).at(0).starts_with("error 8 10187"));
  EXPECT_TRUE(rig.ask(ticks(kEuro, "BID_ASK", 10, "20261125-10:00:00", "")).at(0).starts_with("quotes"));
  EXPECT_EQ(rig.ask(ticks(kSpy, "TRADES", 10, "20301125-10:00:00", "")), Lines{"prints 0 done true"});
}

TEST(HistoryRequests, ALineOfMarketDataHasTheCloseOfTheDayBefore) {
  Rig rig;
  for (const auto& [of, what] : {std::pair{kSpy, "TRADES"}, std::pair{kEuro, "BID"}}) {
    rig.ask(bars(of, "1 day", "2 D", what, "20261125-00:00:00"));
    const Price before = rig.ears().bars.back().close;
    const Lines heard = rig.ask(tws::MarketDataRequest{.req_id = of.con_id, .contract = of});
    EXPECT_EQ(std::ranges::count(heard, fmt::format("close {}", before)), 1) << fmt::format("{}", heard);
  }
}

TEST(HistoryRequests, ALineWithTheNumberOfAnotherIsRefused) {
  Rig rig;
  const tws::MarketDataRequest request{.req_id = 4, .contract = kEuro};
  rig.ask(request);
  EXPECT_EQ(rig.ask(request), Lines{"error 4 322 Error processing request.-'bO' : cause - Duplicate ticker id"});
}

TEST(HistoryRequests, CancelsOfWhatIsAnsweredSayNothing) {
  Rig rig{generated(), 215};
  EXPECT_EQ(rig.ask(tws::CancelHeadTimestamp{.req_id = 1}), Lines{});
  EXPECT_EQ(rig.ask(tws::CancelHistogramData{.req_id = 1}), Lines{});
  EXPECT_EQ(rig.ask(tws::CancelHistoricalTicks{.req_id = 1}), Lines{});
}

}  // namespace
}  // namespace tradewind::sim::gateway
