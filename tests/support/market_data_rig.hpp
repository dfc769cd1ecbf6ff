#pragma once

// A small market, and a client that writes down the streaming data it is sent, in text and in protobuf.

#include "tests/support/gateway_client.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
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

namespace tradewind::sim::gateway::data_testing {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

inline const Timestamp kOpen = from_civil_utc({2025, 1, 6, 14, 30, 0});
inline constexpr std::int32_t kSpy = 756733;
inline constexpr std::int32_t kEuro = 12087792;
inline constexpr std::int32_t kOption = 700000001;
inline constexpr std::int32_t kIndex = 416904;

inline Price price(const char* text) { return Price::parse(text).value(); }
inline model::Quote quote(const char* bid, const char* ask, int bid_size = 300, int ask_size = 200) {
  return {price(bid), price(ask), Quantity::of(bid_size), Quantity::of(ask_size)};
}

inline Listing option_on_spy() {
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
inline Market four_markets() {
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
  void on_tick_news(const tws::TickNews& m) override {
    note("news {} {} {} {}", m.req_id, (m.timestamp - kOpen.ns() / 1'000'000) / 1'000, m.provider_code, m.article_id);
  }
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

struct Peer : testing::JoinedClient<Ears> {
  World& world;

  Peer(World& in, int version, std::int32_t client_id = 7)
      : JoinedClient{in.gateway, in.now, client_id, version}, world{in} {
    ears.take();
  }
  Lines hear_until(Timestamp time) {
    ears.take();
    world.to(time);
    exchange();
    return ears.take();
  }

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

// The parameter is the server version.
class MarketData : public ::testing::TestWithParam<int> {};

}  // namespace tradewind::sim::gateway::data_testing
