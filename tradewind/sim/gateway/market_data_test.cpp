// Streaming market data as a client sees it: through real bytes, in text and in protobuf.

#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/gateway/internal/depth_book.hpp"
#include "tradewind/sim/venue/options.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const Timestamp kOpen = from_civil_utc({2025, 1, 6, 14, 30, 0});
constexpr std::int32_t kSpy = 756733;
constexpr std::int32_t kEuro = 12087792;
constexpr std::int32_t kOption = 700000001;
constexpr std::int32_t kIndex = 416904;

Price price(const char* text) { return Price::parse(text).value(); }
model::Quote quote(const char* bid, const char* ask, int bid_size = 300, int ask_size = 200) {
  return {price(bid), price(ask), Quantity::of(bid_size), Quantity::of(ask_size)};
}

Listing option_on_spy() {
  Listing option;
  option.con_id = kOption;
  option.symbol = "SPY";
  option.security_type = "OPT";
  option.primary_exchange = "CBOE";
  option.trading_class = "SPY";
  option.local_symbol = "SPY   250117C00100000";
  option.market_rule = venue::kPennyRule;
  option.multiplier = Multiplier::of(100);
  option.last_trade_date = "20250117";
  option.expires = from_civil_utc({2025, 1, 17, 21, 0, 0});
  option.strike = price("100");
  option.right = venue::Right::call;
  option.underlying = kSpy;
  option.underlying_type = "STK";
  return option;
}

// Ten minutes of SPY, an option on it, EUR.USD and an index. Events of a minute: quote at 1 s, prints at 2, 20, 40, 58 s, quote at 59 s.
Market four_markets() {
  model::BarHistory spy{1min, {}, {}};
  model::BarHistory option{1min, {}, {}};
  model::BarHistory euro{1min, {}, {}};
  model::BarHistory index{1min, {}, {}};
  for (int i = 0; i < 10; ++i) {
    const Timestamp start = kOpen + 1min * i;
    spy.trades.push_back(
        {start, 1min, price("100.00"), price("100.10"), price("99.90"), price("100.05"), Quantity::of(400), 4});
    spy.quotes.push_back({start, 1min, quote("99.99", "100.01"), quote("100.00", "100.02", 500, 200)});
    option.trades.push_back(
        {start, 1min, price("1.50"), price("1.50"), price("1.50"), price("1.50"), Quantity::of(8), 4});
    option.quotes.push_back({start, 1min, quote("1.48", "1.52", 10, 20), quote("1.49", "1.53", 10, 20)});
    index.trades.push_back(
        {start, 1min, price("1000"), price("1001"), price("999"), price("1000.5"), Quantity::zero(), 0});
    euro.quotes.push_back({start, 1min, quote("1.08", "1.08005", 1'000'000, 2'000'000),
                           quote("1.08005", "1.0801", 1'000'000, 2'000'000)});
  }
  Listing pair = venue::currency_pair("EUR", "USD");
  pair.con_id = kEuro;
  Listing spx = venue::stock_index("SPX");
  spx.con_id = kIndex;
  return Market::recorded({us_stock("SPY"), option_on_spy(), pair, spx}, {spy, option, euro, index}, Duration::zero());
}

struct DepthBook {
  std::array<std::vector<std::string>, 2> sides;  // asks, bids: "price size exchange"
  std::size_t most = 0;
  bool is_broken = false;

  void apply(const tws::MarketDepthData& m) {
    auto& side = sides.at(static_cast<std::size_t>(m.side));
    const auto at = static_cast<std::size_t>(m.position);
    const std::string row = fmt::format("{} {} {}", m.price, m.size->text(), m.market_maker);
    if (m.operation == 0 && at <= side.size()) side.insert(side.begin() + m.position, row);
    else if (m.operation == 1 && at < side.size()) side[at] = row;
    else if (m.operation == 2 && at < side.size()) side.erase(side.begin() + m.position);
    else is_broken = true;
    most = std::max(most, side.size());
  }
};

struct Ears : tws::ClientHandler {
  Lines heard;
  DepthBook book;
  std::map<std::int32_t, tws::TickOptionComputation> computed;  // by tick type
  std::string last_error;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code < 2000 || m.error_code > 2151) note("error {} {}", m.id, m.error_code);
    last_error = m.error_msg;
  }
  void on_market_data_type(const tws::MarketDataType& m) override { note("type {} {}", m.req_id, m.market_data_type); }
  void on_tick_req_params(const tws::TickReqParams& m) override {
    note("params {} {} {}", m.req_id, m.min_tick->text(), m.bbo_exchange);
  }
  void on_tick_price(const tws::TickPrice& m) override {
    note("price {} {} {} {}{}", m.req_id, m.tick_type, m.price, m.size->text(), m.attr_mask == 1 ? " auto" : "");
  }
  void on_tick_size(const tws::TickSize& m) override { note("size {} {} {}", m.req_id, m.tick_type, m.size->text()); }
  void on_tick_string(const tws::TickString& m) override { note("text {} {} {}", m.req_id, m.tick_type, m.value); }
  void on_tick_generic(const tws::TickGeneric& m) override { note("number {} {} {}", m.req_id, m.tick_type, *m.value); }
  void on_tick_option_computation(const tws::TickOptionComputation& m) override {
    note("option {} {}", m.req_id, m.tick_type);
    computed.insert_or_assign(m.tick_type, m);
  }
  void on_tick_snapshot_end(const tws::TickSnapshotEnd& m) override { note("snapshot end {}", m.req_id); }
  void on_market_depth(const tws::MarketDepth& m) override {
    note("depth");
    book.apply(m.market_depth_data);
  }
  void on_market_depth_l2(const tws::MarketDepthL2& m) override {
    note("depth l2{}", m.market_depth_data.is_smart_depth ? " smart" : "");
    book.apply(m.market_depth_data);
  }
  void on_tick_by_tick_data(const tws::TickByTickData& m) override {
    if (m.tick_type == 3) {
      note("tick {} bid {} {} ask {} {} past {}{}", m.req_id, m.bid_ask.price_bid, m.bid_ask.size_bid->text(),
           m.bid_ask.price_ask, m.bid_ask.size_ask->text(), m.bid_ask.tick_attrib_bid_ask.bid_past_low ? 1 : 0,
           m.bid_ask.tick_attrib_bid_ask.ask_past_high ? 1 : 0);
    } else if (m.tick_type == 4) {
      note("tick {} mid {}", m.req_id, m.mid_point.price);
    } else {
      note("tick {} {} {} {} {} {}", m.req_id, m.tick_type == 1 ? "last" : "all", m.last.price, m.last.size->text(),
           m.last.exchange, m.last.time - kOpen.ns() / 1'000'000'000);
    }
  }
  void on_historical_ticks_last(const tws::HistoricalTicksLast& m) override {
    for (const auto& tick : m.ticks) note("past {} {}", tick.price, tick.time - kOpen.ns() / 1'000'000'000);
    note("past done {}", m.is_done);
  }
  void on_real_time_bar_tick(const tws::RealTimeBarTick& m) override {
    note("bar {} {} {} {} {} {} volume {} wap {} count {}", m.req_id, m.time - kOpen.ns() / 1'000'000'000, m.open,
         m.high, m.low, m.close, m.volume->text(), *m.wap, m.count);
  }
  void on_unreadable(int id, const tws::DecodeFault& fault) override { note("UNREADABLE {} {}", id, fault.text()); }

  void on_historical_ticks_bid_ask(const tws::HistoricalTicksBidAsk& m) override {
    for (const auto& tick : m.ticks)
      note("past {} {} {}", tick.price_bid, tick.price_ask, tick.time - kOpen.ns() / 1'000'000'000);
    note("past done {}", m.is_done);
  }
  void on_historical_ticks(const tws::HistoricalTicks& m) override {
    for (const auto& tick : m.ticks) note("past {} {}", tick.price, tick.time - kOpen.ns() / 1'000'000'000);
    note("past done {}", m.is_done);
  }

  [[nodiscard]] bool has(std::string_view line) const { return std::ranges::find(heard, line) != heard.end(); }
  [[nodiscard]] std::ptrdiff_t count(std::string_view start) const {
    return std::ranges::count_if(heard, [&](const std::string& line) { return line.starts_with(start); });
  }
  Lines take() { return std::exchange(heard, {}); }
};

struct World {
  Gateway gateway;
  Timestamp now = kOpen - 10s;

  explicit World(DataRights rights = {}) : World{options_with(std::move(rights))} {}
  explicit World(GatewayOptions options, Market market = four_markets())
      : gateway{std::move(options), std::move(market)} {}
  static GatewayOptions options_with(DataRights rights) {
    GatewayOptions options;
    options.session_close.reset();
    options.data = std::move(rights);
    return options;
  }
  void to(Timestamp time) {
    now = time;
    gateway.wake(time);
  }
};

struct Peer {
  World& world;
  Ears ears;
  tws::Pacer pacer{{.messages_per_second = 100'000, .market_data_lines = 100'000}};  // the gateway is tested
  tws::ClientSession session;
  ConnectionId id;

  Peer(World& in, int version, std::int32_t client_id = 7)
      : world{in}, session{{.client_id = client_id, .max_version = version}, pacer}, id{in.gateway.connect(in.now)} {
    session.connected(mono());
    exchange();
    ears.take();
  }
  void exchange() {
    for (int i = 0; i < 4; ++i) {
      const Bytes out = session.output().contents();
      std::memcpy(world.gateway.prepare(id, out.size() + 1), out.data(), out.size());
      const std::size_t sent = out.size();
      session.output().clear();
      world.gateway.received(id, sent, world.now);
      ByteQueue& in = world.gateway.output(id);
      const std::size_t count = in.size();
      std::memcpy(session.prepare(count + 1), in.contents().data(), count);
      in.clear();
      EXPECT_TRUE(session.received(count, {world.now, mono()}, ears).has_value());
    }
  }
  template <class Message>
  void ask(const Message& message) {
    ASSERT_TRUE(session.send(message, mono(), tws::PacedRequest{}).has_value());
    exchange();
  }
  Lines hear_until(Timestamp time) {
    ears.take();
    world.to(time);
    exchange();
    return ears.take();
  }
  [[nodiscard]] MonoTime mono() const { return MonoTime::from_ns(world.now.ns()); }

  static tws::Contract of(std::int32_t con_id, std::string_view exchange = "") {
    if (exchange.empty()) exchange = con_id == kEuro ? "IDEALPRO" : con_id == kIndex ? "CBOE" : "SMART";
    return {.con_id = con_id, .exchange = exchange};
  }
  void quotes(std::int32_t request_id, std::int32_t con_id = kSpy, std::string_view generic = "",
              bool snapshot = false) {
    ask(tws::MarketDataRequest{.req_id = request_id,
                               .contract = of(con_id),
                               .generic_tick_list = generic,
                               .snapshot = snapshot,
                               .regulatory_snapshot = false,
                               .market_data_options = {}});
  }
  void depth(std::int32_t request_id, std::int32_t con_id, std::string_view exchange, int rows) {
    ask(tws::MarketDepthRequest{.req_id = request_id,
                                .contract = of(con_id, exchange),
                                .num_rows = rows,
                                .is_smart_depth = exchange == "SMART",
                                .market_depth_options = {}});
  }
  void ticks(std::int32_t request_id, std::string_view type, int past = 0, bool ignore_size = false,
             std::int32_t con_id = kSpy) {
    ask(tws::TickByTickRequest{.req_id = request_id,
                               .contract = of(con_id),
                               .tick_type = type,
                               .number_of_ticks = past,
                               .ignore_size = ignore_size});
  }
  void bars(std::int32_t request_id, std::string_view what, std::int32_t con_id = kSpy) {
    ask(tws::RealTimeBarsRequest{.req_id = request_id,
                                 .contract = of(con_id),
                                 .bar_size = 5,
                                 .what_to_show = what,
                                 .use_rth = false,
                                 .real_time_bars_options = {}});
  }
};

class MarketData : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Versions, MarketData, testing::Values(178, 200, tws::kMaxServerVersion),
                         [](const auto& param) { return fmt::format("At{}", param.param); });

// --- Quotes ---

TEST_P(MarketData, AStreamBeginsWithItsParametersAndWhatStands) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  const std::string seconds = fmt::format("text 1 45 {}", (kOpen + 2s).ns() / 1'000'000'000);
  EXPECT_EQ(peer.ears.take(), (Lines{"params 1 0.01 9c0001", "type 1 1", "price 1 1 99.99 300 auto", "size 1 0 300",
                                     "price 1 2 100.01 200 auto", "size 1 3 200", "text 1 32 P", "text 1 33 P",
                                     "text 1 84 P", "price 1 4 100 100", "size 1 5 100", seconds, "size 1 8 100",
                                     "price 1 14 100 0", "price 1 6 100 0", "price 1 7 100 0", "number 1 49 0"}));
}

TEST_P(MarketData, APriceComesWithItsSizeTwiceAndASizeAloneOnce) {
  World world;
  world.to(kOpen + 58s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  EXPECT_EQ(peer.hear_until(kOpen + 59s),
            (Lines{"price 1 1 100 500 auto", "size 1 0 500", "price 1 2 100.02 200 auto", "size 1 3 200"}));
  // Next minute's first quote moves both back; then nothing until the print.
  EXPECT_EQ(peer.hear_until(kOpen + 61s).size(), 4U);
}

TEST_P(MarketData, CurrenciesHaveNoPrintsButARangeOfBids) {
  World world;
  world.to(kOpen + 59s);
  Peer peer{world, GetParam()};
  peer.quotes(1, kEuro);
  const Lines heard = peer.ears.take();
  EXPECT_EQ(std::ranges::count_if(heard, [](const auto& line) { return line.starts_with("price 1 4 "); }), 0);
  EXPECT_NE(std::ranges::find(heard, "price 1 6 1.08005 0"), heard.end());
  EXPECT_NE(std::ranges::find(heard, "price 1 7 1.08 0"), heard.end());
}

TEST_P(MarketData, AnIndexHasAValueAndNothingToTradeAgainst) {
  World world;
  Peer peer{world, GetParam()};
  peer.quotes(1, kIndex);
  peer.ears.take();
  const Lines heard = peer.hear_until(kOpen + 59s);
  EXPECT_EQ(heard.front(), "price 1 4 1000 0");
  EXPECT_EQ(std::ranges::count_if(heard, [](const auto& line) { return line.starts_with("size"); }), 0);
  peer.quotes(2, kIndex, "", true);
  EXPECT_EQ(peer.ears.take().back(), "snapshot end 2");
  peer.ticks(3, "BidAsk", 0, false, kIndex);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 3 10189"}));
  peer.depth(4, kIndex, "CBOE", 5);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 10092"}));
}

TEST_P(MarketData, FrozenDataIsSaidToBeOnceTheMarketIsClosed) {
  GatewayOptions options;
  options.session_close = 14h + 31min;  // in UTC here
  World world{std::move(options)};
  world.to(kOpen + 30s);
  Peer peer{world, GetParam()};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 2});
  peer.quotes(1);
  EXPECT_TRUE(peer.ears.has("type 1 1"));
  world.to(kOpen + 2min);
  peer.quotes(2);
  EXPECT_EQ(peer.ears.count("type 1 2"), 1) << "the line that was there is told";
  EXPECT_TRUE(peer.ears.has("type 2 2"));
  EXPECT_EQ(peer.ears.count("price 2 1 "), 1);
}

TEST_P(MarketData, ARegulatorySnapshotNeedsNoSubscriptionAndAPause) {
  World world{{.live = LiveData::no}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  const auto ask = [&](std::int32_t id) {
    peer.ask(tws::MarketDataRequest{.req_id = id,
                                    .contract = Peer::of(kSpy),
                                    .generic_tick_list = "",
                                    .snapshot = false,
                                    .regulatory_snapshot = true,
                                    .market_data_options = {}});
  };
  ask(1);
  EXPECT_TRUE(peer.ears.has("price 1 1 99.99 300 auto"));
  EXPECT_EQ(peer.ears.count("text 1 85 "), 1);
  EXPECT_EQ(peer.ears.take().back(), "snapshot end 1");
  ask(2);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 322"}));
  world.to(kOpen + 4s);
  ask(3);
  EXPECT_EQ(peer.ears.take().back(), "snapshot end 3");
}

TEST_P(MarketData, GenericTicksComeWhenAskedForAndAloneWithMdoff) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1, kSpy, "mdoff,100,104,106,165,232,236,293,375,411,456,595,292:BRFG");
  EXPECT_EQ(peer.ears.count("price 1 1 "), 0);
  for (const char* start : {"size 1 29 ", "size 1 30 ", "number 1 23 ", "number 1 24 ", "price 1 15 ", "price 1 20 ",
                            "size 1 21 ", "price 1 37 100 ", "number 1 46 3", "size 1 89 ", "number 1 54 1",
                            "text 1 77 ", "number 1 58 ", "text 1 59 ", "size 1 63 ", "size 1 65 "}) {
    EXPECT_EQ(peer.ears.count(start), 1) << start;
  }
  EXPECT_TRUE(peer.ears.has("text 1 77 " + fmt::format("100;100;{};100;100;true", (kOpen + 2s).ns() / 1'000'000)));
  const Lines later = peer.hear_until(kOpen + 20s);
  EXPECT_NE(std::ranges::find(later, "number 1 54 2"), later.end());
  // Volume of whole minutes.
  const Lines minutes = peer.hear_until(kOpen + 62s);
  EXPECT_NE(std::ranges::find(minutes, "size 1 63 400"), minutes.end());
}

TEST_P(MarketData, GenericTicksThatDoNotExistForATypeAreRefusedByName) {
  World world;
  Peer peer{world, GetParam()};
  peer.quotes(1, kSpy, "233,588");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 321"}));
  EXPECT_NE(peer.ears.last_error.find("Incorrect generic tick list of 233,588"), std::string::npos);
  EXPECT_NE(peer.ears.last_error.find("(STK) are: 100(Option Volume)"), std::string::npos);
  peer.quotes(2, kSpy, "233", true);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 414"}));
}

TEST_P(MarketData, ASnapshotEndsWhenAllIsThereAndAfterElevenSecondsAnyway) {
  World world;
  Peer peer{world, GetParam()};
  peer.quotes(1, kSpy, "", true);
  EXPECT_EQ(peer.ears.take(), (Lines{"params 1 0.01 9c0001", "type 1 1", "number 1 49 0"}));
  // The quote comes at one second, the print that is missing at two.
  EXPECT_EQ(peer.hear_until(kOpen + 0s), Lines{});
  const Lines rest = peer.hear_until(kOpen + 2s);
  EXPECT_EQ(rest.back(), "snapshot end 1");
  EXPECT_EQ(peer.hear_until(kOpen + 30s), Lines{});
  peer.ask(tws::CancelMarketData{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 300"}));

  World quiet;
  quiet.now = kOpen - 60s;
  Peer patient{quiet, GetParam()};
  patient.quotes(1, kSpy, "", true);
  patient.ears.take();
  EXPECT_EQ(patient.hear_until(kOpen - 60s + 10'999ms), Lines{});
  EXPECT_EQ(patient.hear_until(kOpen - 60s + 11s), (Lines{"snapshot end 1"}));
}

TEST_P(MarketData, LinesAreLimitedForAllClientsTogetherAndComeBack) {
  World world{{.lines = 2}};
  Peer one{world, GetParam()};
  Peer other{world, GetParam(), 8};
  one.quotes(1);
  one.quotes(1);
  EXPECT_EQ(one.ears.count("error 1 102"), 1);
  other.quotes(1);
  one.quotes(2);
  EXPECT_EQ(one.ears.count("error 2 101"), 1);
  world.gateway.disconnected(other.id);
  one.quotes(3);
  EXPECT_EQ(one.ears.count("error 3"), 0);
  one.ask(tws::CancelMarketData{.req_id = 3});
  one.quotes(4);
  EXPECT_EQ(one.ears.count("error 4"), 0);
  one.ask(tws::CancelMarketData{.req_id = 9});
  EXPECT_EQ(one.ears.count("error 9 300"), 1);
}

TEST_P(MarketData, SamplesShowWhatStandsAtMostFourTimesASecond) {
  World world{{.sampled = true}};
  world.to(kOpen + 57s + 900ms);
  Peer peer{world, GetParam()};
  peer.quotes(1, kOption);
  peer.quotes(2, kSpy);
  // The print at 58 s falls into the first 250 ms of SPY's line and not into the first 100 ms of the option's.
  const Lines first = peer.hear_until(kOpen + 58s);
  EXPECT_EQ(std::ranges::count_if(first, [](const auto& line) { return line.starts_with("price 2 4 "); }), 0);
  EXPECT_EQ(std::ranges::count_if(first, [](const auto& line) { return line.starts_with("price 1 4 "); }), 1);
  EXPECT_EQ(world.gateway.wake_at(), kOpen + 58s + 150ms);
  const Lines then = peer.hear_until(kOpen + 58s + 150ms);
  EXPECT_EQ(std::ranges::count_if(then, [](const auto& line) { return line.starts_with("price 2 4 100.05"); }), 1);
}

TEST_P(MarketData, SamplesAreAQuarterOfASecondApart) {
  model::BarHistory spy{1s, {}, {}};
  for (int i = 0; i < 20; ++i) {
    spy.trades.push_back(
        {kOpen + 1s * i, 1s, price("100.00"), price("100.10"), price("99.90"), price("100.05"), Quantity::of(400), 4});
    spy.quotes.push_back({kOpen + 1s * i, 1s, quote("99.99", "100.01"), quote("100.00", "100.02")});
  }
  World world{World::options_with({.sampled = true}), Market::recorded({us_stock("SPY")}, {spy}, Duration::zero())};
  Peer peer{world, GetParam()};
  peer.quotes(1);
  peer.ears.take();
  std::vector<Timestamp> samples;
  for (Timestamp now = kOpen; now < kOpen + 20s; now = now + 1ms) {
    if (!peer.hear_until(now).empty()) samples.push_back(now);
  }
  ASSERT_GT(samples.size(), 40U) << "six events a second";
  for (std::size_t i = 1; i < samples.size(); ++i) ASSERT_GE(samples[i] - samples[i - 1], Duration{249ms}) << i;
}

TEST_P(MarketData, HaltsAreToldOfAndEndDepth) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  peer.depth(2, kSpy, "ARCA", 5);
  peer.ears.take();
  world.gateway.halt(0, Halt::volatility);
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"number 1 49 2", "error 2 316"}));
  world.gateway.halt(0, Halt::none);
  peer.exchange();
  EXPECT_EQ(peer.ears.take(), (Lines{"number 1 49 0"}));
}

// --- What one has subscribed to ---

TEST_P(MarketData, WithoutLiveDataTheTypeDecidesWhetherDelayedComes) {
  World world{{.live = LiveData::no}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 10168"}));
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 77});
  EXPECT_EQ(peer.ears.take(), Lines{}) << "silence, and no change";
  peer.quotes(2);
  const Lines heard = peer.ears.take();
  EXPECT_EQ(heard.front(), "error 2 10167");
  EXPECT_EQ(heard[2], "type 2 3");
  for (const char* line : {"price 2 66 99.99 300", "size 2 69 300", "price 2 67 100.01 200", "price 2 68 100 100",
                           "size 2 71 100", "size 2 74 100", "price 2 72 100 0", "price 2 76 100 0", "number 2 90 0"}) {
    EXPECT_NE(std::ranges::find(heard, line), heard.end()) << line;
  }
  EXPECT_EQ(std::ranges::count_if(heard, [](const auto& line) { return line.starts_with("text 2 88 "); }), 1);

  peer.ticks(3, "Last");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 3 10189"}));
  EXPECT_EQ(peer.ears.last_error, "Failed to request tick-by-tick data.No market data permissions for ARCA STK");
  peer.bars(4, "TRADES");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 420"}));
  peer.depth(5, kSpy, "SMART", 5);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 5 354"}));

  World nothing{{.live = LiveData::no, .delayed = false}};
  Peer denied{nothing, GetParam()};
  denied.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  denied.quotes(1);
  EXPECT_EQ(denied.ears.take(), (Lines{"error 1 354"}));
}

TEST_P(MarketData, WhatIsNotForTheApiIsAnAdviceOnceDelayedDataIsSwitchedOn) {
  World world{{.live = LiveData::not_for_api}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.quotes(1);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 10089"}));
  EXPECT_NE(peer.ears.last_error.find("SPY ARCA/TOP/ALL"), std::string::npos);
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 4});
  peer.quotes(2);
  EXPECT_TRUE(peer.ears.has("error 2 10089"));
  EXPECT_TRUE(peer.ears.has("price 2 66 99.99 300"));
}

TEST_P(MarketData, DelayedDataIsLate) {
  World world{{.live = LiveData::no, .delay = 5min}};
  world.to(kOpen + 4min);
  Peer peer{world, GetParam()};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  peer.quotes(1);
  EXPECT_EQ(peer.ears.count("price"), 0);
  EXPECT_EQ(peer.hear_until(kOpen + 5min + 999ms), Lines{});
  const Lines first = peer.hear_until(kOpen + 5min + 1s);
  EXPECT_EQ(first.front(), "price 1 66 99.99 300");
  EXPECT_EQ(world.gateway.wake_at(), kOpen + 5min + 1s + 1s);
}

TEST_P(MarketData, LiveDataStaysLiveForThoseWhoAskForDelayed) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  peer.quotes(1);
  EXPECT_TRUE(peer.ears.has("type 1 1"));
  EXPECT_TRUE(peer.ears.has("price 1 1 99.99 300 auto"));
}

// --- Options ---

TEST_P(MarketData, OptionsComeWithVolatilityAndGreeks) {
  World world;
  Peer peer{world, GetParam()};
  peer.quotes(1, kOption);
  peer.ears.take();
  EXPECT_EQ(*peer.ears.computed.at(10).implied_vol, -1) << "no price, no volatility";
  EXPECT_EQ(*peer.ears.computed.at(10).delta, -2);
  world.to(kOpen + 3s);
  peer.exchange();
  for (const std::int32_t type : {10, 11, 12, 13}) ASSERT_TRUE(peer.ears.computed.contains(type)) << type;
  const auto& bid = peer.ears.computed.at(10);
  const auto& ask = peer.ears.computed.at(11);
  EXPECT_LT(*bid.implied_vol, *ask.implied_vol);
  EXPECT_DOUBLE_EQ(*bid.opt_price, 1.48);
  EXPECT_DOUBLE_EQ(*bid.und_price, 100);
  EXPECT_GT(*bid.delta, 0.4);
  EXPECT_LT(*bid.delta, 0.7);
  EXPECT_LT(*bid.theta, 0);
  // The volatility is the one at which the option is worth its price.
  const auto terms = venue::terms_of(world.gateway.listings()[1], kOpen + 3s);
  EXPECT_NEAR(venue::option_value(terms, 100, *bid.implied_vol).price, 1.48, 1e-4);
}

TEST_P(MarketData, DelayedOptionsHaveTheirOwnTickTypes) {
  World world{{.live = LiveData::no}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.ask(tws::MarketDataTypeRequest{.market_data_type = 3});
  peer.quotes(1, kOption);
  for (const std::int32_t type : {80, 81, 82, 83}) EXPECT_TRUE(peer.ears.computed.contains(type)) << type;
  EXPECT_FALSE(peer.ears.computed.contains(13));
}

TEST_P(MarketData, CalculatesVolatilityOfAPriceAndBack) {
  World world;
  Peer peer{world, GetParam()};
  tws::CalculateOptionPriceRequest priced{
      .req_id = 1, .contract = Peer::of(kOption), .volatility = 0.25, .under_price = 101};
  peer.ask(priced);
  const auto value = peer.ears.computed.at(53);
  EXPECT_GT(*value.opt_price, 1);
  EXPECT_DOUBLE_EQ(*value.und_price, 101);
  tws::CalculateImpliedVolatilityRequest implied{
      .req_id = 2, .contract = Peer::of(kOption), .option_price = *value.opt_price, .under_price = 101};
  peer.ask(implied);
  EXPECT_NEAR(*peer.ears.computed.at(53).implied_vol, 0.25, 1e-4);
  EXPECT_NEAR(*peer.ears.computed.at(53).delta, *value.delta, 1e-3);
  // A price nothing explains: no volatility.
  implied.option_price = 500;
  peer.ask(implied);
  EXPECT_EQ(*peer.ears.computed.at(53).implied_vol, -1);
  peer.ears.take();
  implied.contract = Peer::of(kSpy);
  peer.ask(implied);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 321"}));
  peer.ask(tws::CancelCalculateImpliedVolatility{.req_id = 2});
  peer.ask(tws::CancelCalculateOptionPrice{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), Lines{});
}

// --- Depth ---

Lines rows_of(const World& world, std::size_t listing, const model::Quote& at, Side side, std::size_t rows,
              std::vector<std::string_view> exchanges, bool named) {
  Lines lines;
  for (const DepthRow& row : depth_side(world.gateway.listings()[listing], at, side, rows, exchanges))
    lines.push_back(fmt::format("{} {} {}", row.price, row.size, named ? row.exchange : ""));
  return lines;
}

TEST_P(MarketData, DepthOfOneExchangeIsKeptByInsertsUpdatesAndDeletes) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.depth(1, kSpy, "ARCA", 5);
  EXPECT_EQ(peer.ears.take(), Lines(10, "depth"));
  EXPECT_EQ(peer.ears.book.sides[1].front(), "99.99 300 ");
  for (const Duration later : {59s, 61s, 119s}) {
    world.to(kOpen + later);
    peer.exchange();
    const auto now = later == 61s ? quote("99.99", "100.01") : quote("100.00", "100.02", 500, 200);
    EXPECT_EQ(peer.ears.book.sides[1], rows_of(world, 0, now, Side::buy, 5, {"ARCA"}, false));
    EXPECT_EQ(peer.ears.book.sides[0], rows_of(world, 0, now, Side::sell, 5, {"ARCA"}, false));
  }
  EXPECT_FALSE(peer.ears.book.is_broken);
  EXPECT_EQ(peer.ears.book.most, 5U);
  peer.ears.take();
  world.gateway.reset_depth(0);
  peer.ears.book = {};
  peer.exchange();
  EXPECT_EQ(peer.ears.take().front(), "error 1 317");
  EXPECT_EQ(peer.ears.book.sides[0].size(), 5U);
  peer.ask(tws::CancelMarketDepth{.req_id = 1});
  EXPECT_EQ(peer.hear_until(kOpen + 5min), Lines{});
  peer.ask(tws::CancelMarketDepth{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 310"}));
}

TEST_P(MarketData, SmartDepthNamesExchangesAndSaysWhichAreMissing) {
  World world{{.without_depth = {"BATS", "IEX"}}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.depth(1, kSpy, "SMART", 20);
  EXPECT_TRUE(peer.ears.has("error 1 2152"));
  EXPECT_NE(peer.ears.last_error.find("Need additional market data permissions - Depth: BATS; "), std::string::npos)
      << peer.ears.last_error;
  EXPECT_EQ(peer.ears.count("depth l2 smart"), 40);
  std::int64_t best = 0;
  for (const std::string& row : peer.ears.book.sides[1]) {
    EXPECT_EQ(row.find("BATS"), std::string::npos);
    if (row.starts_with("99.99 ")) best += std::stoll(row.substr(6));
  }
  EXPECT_EQ(best, 300) << "the exchanges share the size of the quote";
  world.to(kOpen + 59s);
  peer.exchange();
  EXPECT_FALSE(peer.ears.book.is_broken);
  EXPECT_TRUE(peer.ears.book.sides[1].front().starts_with("100 "));
  peer.ears.take();
  peer.depth(2, kSpy, "IEX", 5);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 354"}));
}

TEST_P(MarketData, DepthIsLimitedByInstrumentsNotByRequests) {
  World world;
  Peer peer{world, GetParam()};
  peer.depth(1, kSpy, "ARCA", 5);
  peer.depth(2, kSpy, "SMART", 5);
  peer.depth(2, kSpy, "SMART", 5);
  EXPECT_EQ(peer.ears.count("error 2 322"), 1);
  peer.depth(3, kEuro, "IDEALPRO", 5);
  peer.depth(4, kOption, "CBOE", 5);
  EXPECT_EQ(peer.ears.count("error 3"), 0);
  EXPECT_EQ(peer.ears.count("error 4"), 0);
  peer.depth(5, kSpy, "ARCA", 0);
  EXPECT_EQ(peer.ears.count("error 5 321"), 1);
}

// --- Tick by tick ---

TEST_P(MarketData, TickByTickTellsEveryPrintAndEveryQuote) {
  World world;
  Peer peer{world, GetParam()};
  peer.ticks(1, "Last");
  peer.ticks(2, "BidAsk", 0, true);
  peer.ticks(3, "MidPoint");
  EXPECT_EQ(peer.hear_until(kOpen + 20s), (Lines{"tick 2 bid 99.99 300 ask 100.01 200 past 00", "tick 3 mid 100",
                                                 "tick 1 last 100 100 ARCA 2", "tick 1 last 99.9 100 ARCA 20"}));
  EXPECT_EQ(peer.hear_until(kOpen + 59s), (Lines{"tick 1 last 100.1 100 ARCA 40", "tick 1 last 100.05 100 ARCA 58",
                                                 "tick 2 bid 100 500 ask 100.02 200 past 00", "tick 3 mid 100.01"}));
  peer.ticks(4, "AllLast");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 10190"}));
  peer.ask(tws::CancelTickByTick{.req_id = 1});
  peer.ask(tws::CancelTickByTick{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 300"}));
  peer.ticks(5, "AllLast");
  EXPECT_EQ(peer.hear_until(kOpen + 62s).back(), "tick 5 all 100 100 ARCA 62");
}

TEST_P(MarketData, TickByTickBeginsWithThePastWhenAskedTo) {
  World world;
  world.to(kOpen + 63s);
  Peer peer{world, GetParam()};
  peer.ticks(1, "AllLast", 3);
  EXPECT_EQ(peer.ears.take(), (Lines{"past 100.1 40", "past 100.05 58", "past 100 62", "past done true"}));
  EXPECT_EQ(peer.hear_until(kOpen + 80s), (Lines{"tick 1 all 99.9 100 ARCA 80"}));
  peer.ticks(2, "BidAsk", 2);
  EXPECT_EQ(peer.ears.take(), (Lines{"past 100 100.02 59", "past 99.99 100.01 61", "past done true"}));
  peer.ticks(3, "MidPoint", 1000);
  EXPECT_EQ(peer.ears.take(), (Lines{"past 100 1", "past 100.01 59", "past 100 61", "past done true"}));
}

TEST_P(MarketData, TheSameTicksMayBeAskedForEveryFifteenSeconds) {
  World world;
  Peer peer{world, GetParam()};
  peer.ticks(1, "Last");
  peer.ask(tws::CancelTickByTick{.req_id = 1});
  peer.ticks(2, "Last");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 10189"}));
  world.to(world.now + 15s);
  peer.ticks(3, "Last");
  EXPECT_EQ(peer.ears.count("error"), 0);
  peer.ears.take();
  peer.ticks(4, "Last", 0, false, kEuro);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 10189"}));
  peer.ticks(5, "Everything");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 5 321"}));
}

// --- Real time bars ---

TEST_P(MarketData, RealTimeBarsAreMadeOfPrintsOrQuotes) {
  World world;
  Peer peer{world, GetParam()};
  peer.bars(1, "TRADES");
  peer.bars(2, "MIDPOINT");
  peer.bars(3, "BID", kEuro);
  peer.hear_until(kOpen);
  EXPECT_EQ(peer.hear_until(kOpen + 5s), (Lines{"bar 1 0 100 100 100 100 volume 100 wap 100 count 1",
                                                "bar 2 0 100 100 100 100 volume 0 wap 0 count 0",
                                                "bar 3 0 1.08 1.08 1.08 1.08 volume 0 wap 0 count 0"}));
  // Nothing happens: the last price stands.
  EXPECT_EQ(peer.hear_until(kOpen + 10s).front(), "bar 1 5 100 100 100 100 volume 0 wap 100 count 0");
  peer.hear_until(kOpen + 55s);
  EXPECT_EQ(peer.hear_until(kOpen + 60s), (Lines{"bar 1 55 100.05 100.05 100.05 100.05 volume 100 wap 100.05 count 1",
                                                 "bar 2 55 100 100.01 100 100.01 volume 0 wap 0 count 0",
                                                 "bar 3 55 1.08 1.08005 1.08 1.08005 volume 0 wap 0 count 0"}));
  peer.bars(1, "TRADES");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 322"}));
  peer.bars(4, "TRADES", kEuro);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 420"}));
  peer.bars(4, "YIELD");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 321"}));
  peer.ask(tws::CancelRealTimeBars{.req_id = 1});
  peer.ask(tws::CancelRealTimeBars{.req_id = 2});
  peer.ask(tws::CancelRealTimeBars{.req_id = 3});
  EXPECT_EQ(peer.hear_until(kOpen + 2min), Lines{});
  peer.ask(tws::CancelRealTimeBars{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 300"}));
}

TEST_P(MarketData, SixtyRequestsForRealTimeBarsInTenMinutesAreEnough) {
  World world;
  Peer peer{world, GetParam()};
  for (std::int32_t id = 1; id <= 61; ++id) {
    peer.bars(id, "TRADES");
    peer.ask(tws::CancelRealTimeBars{.req_id = id});
  }
  EXPECT_EQ(peer.ears.count("error"), 2) << "refused, so that there is nothing to cancel";
  EXPECT_TRUE(peer.ears.has("error 61 420"));
  peer.hear_until(world.now + 10min);
  peer.bars(70, "TRADES");
  EXPECT_EQ(peer.ears.count("error"), 0);
}

// Whatever the market does, the operations turn the client's book into ours, without a row too many on the way.
template <class Changes>
void follow_a_market(Changes&& changes_between, bool only_at_the_end) {
  const Listing listing = us_stock("SPY");
  const std::vector<std::string_view> exchanges = {"NASDAQ", "ARCA", "BATS"};
  DepthBook client;
  std::vector<DepthRow> before;
  std::uint64_t state = 12345;
  const auto next = [&state](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>((state >> 33U) % below);
  };
  for (int step = 0; step < 2000; ++step) {
    model::Quote now;
    if (next(20) != 0) {
      now.bid = Price::from_raw(Price::of(100).raw() + next(12) * Price::kScale / 100);
      now.bid_size = Quantity::of(100 * (1 + next(9)));
    }
    const auto rows = static_cast<std::size_t>(5 + next(6));
    std::vector<DepthRow> after = depth_side(listing, now, Side::buy, rows, exchanges);
    std::vector<DepthChange> changes;
    changes_between(before, after, changes);
    for (const DepthChange& change : changes) {
      if (only_at_the_end && change.operation == DepthOperation::insert) {
        ASSERT_EQ(static_cast<std::size_t>(change.position), client.sides[1].size());
      }
      if (only_at_the_end && change.operation == DepthOperation::remove) {
        ASSERT_EQ(static_cast<std::size_t>(change.position) + 1, client.sides[1].size());
      }
      client.apply({.position = change.position,
                    .operation = static_cast<std::int32_t>(change.operation),
                    .side = 1,
                    .price = change.row.price,
                    .size = change.row.size,
                    .market_maker = change.row.exchange});
      ASSERT_LE(client.sides[1].size(), std::max(before.size(), after.size()));
    }
    Lines expected;
    for (const DepthRow& row : after) expected.push_back(fmt::format("{} {} {}", row.price, row.size, row.exchange));
    ASSERT_EQ(client.sides[1], expected) << step;
    ASSERT_TRUE(std::ranges::is_sorted(after, std::greater{}, &DepthRow::price));
    before = std::move(after);
  }
  EXPECT_FALSE(client.is_broken);
}

TEST(DepthBookChanges, MoveRowsFromAnySideToAnyOther) { follow_a_market(move_rows, false); }

TEST(DepthBookChanges, WriteRowsOverAndChangeTheirNumberAtTheEnd) { follow_a_market(rewrite_rows, true); }

}  // namespace
}  // namespace tradewind::sim::gateway
