// What a client learns of contracts, and the prices of those that are priced from others: each test speaks to the gateway
// through real bytes, with the client half of core/tws.

#include "tests/support/gateway_client.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/venue/derivatives.hpp"
#include "tradewind/sim/venue/options.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using venue::Right;

const Timestamp kStart = from_civil_utc({2026, 11, 25, 15, 0, 0});
constexpr auto kToday = std::chrono::sys_days{2026y / std::chrono::November / 25};
const TimeZone kNewYork{"US/Eastern",
                        {{from_civil_utc({2026, 11, 1, 6}), std::chrono::seconds{-5 * 3600}},
                         {from_civil_utc({2027, 3, 14, 7}), std::chrono::seconds{-4 * 3600}}}};

Price price(const char* text) { return Price::parse(text).value(); }

// Five minutes of a market that moves by `step` each minute.
model::BarHistory moving(Price from, Price step) {
  model::BarHistory history{1min, {}, {}};
  for (int i = 0; i < 5; ++i) {
    const Timestamp start = kStart + 1min * i;
    const auto at = [&](int steps) { return Price::from_raw(from.raw() + step.raw() * steps); };
    history.trades.push_back({start, 1min, at(i), at(i + 1), at(i), at(i + 1), Quantity::of(4000), 4});
    const auto quote = [&](int steps) {
      return model::Quote{at(steps), at(steps + 1), Quantity::of(300), Quantity::of(200)};
    };
    history.quotes.push_back({start, 1min, quote(i), quote(i + 1)});
  }
  return history;
}

// AAPL with a chain, SPY, EUR.USD, SPX, a bond, ES for three quarters.
Market small_market() {
  const auto futures = venue::index_futures("ES", kToday, 3, kNewYork).value();
  std::vector<Listing> listings{us_stock("AAPL"),
                                us_stock("SPY"),
                                venue::currency_pair("EUR", "USD"),
                                venue::stock_index("SPX"),
                                venue::example_bond(),
                                futures[0],
                                futures[1],
                                futures[2]};
  const auto chain =
      venue::option_chain(listings[0], {.today = kToday, .around = Price::of(210), .weeks = 3, .months = 3}, kNewYork);
  listings.insert(listings.end(), chain.begin(), chain.end());
  std::vector<model::BarHistory> histories{
      moving(Price::of(210), price("0.5")),    moving(Price::of(590), price("0.1")),
      moving(price("1.08"), price("0.00005")), moving(Price::of(5930), Price::of(1)),
      moving(Price::of(84), price("0.01")),    moving(Price::of(5940), price("0.25"))};
  return Market::recorded(std::move(listings), std::move(histories), Duration::zero());
}

std::string summary(const tws::Contract& c) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", c.sec_type, c.symbol, c.last_trade_date_or_contract_month,
                     c.strike.value_or(0), c.right, c.multiplier ? c.multiplier->text() : "", c.exchange, c.currency,
                     c.local_symbol);
}

struct Ears : tws::ClientHandler {
  std::vector<std::string> heard;
  std::vector<std::int32_t> con_ids;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code < 2000 || m.error_code >= 3000) note("error {} {} {}", m.id, m.error_code, m.error_msg);
  }
  void on_contract_data(const tws::ContractData& m) override {
    const tws::ContractDetails& d = m.contract_details;
    con_ids.push_back(m.contract.con_id);
    note("{}", summary(m.contract));
    more = fmt::format("{} min {} rules {} under {} {} {} month {} group {} name {} ids {}", d.market_name,
                       d.min_tick->text(), d.market_rule_ids, d.under_con_id, d.under_symbol, d.under_sec_type,
                       d.contract_month, d.agg_group, d.long_name,
                       d.sec_id_list.empty() ? "" : fmt::format("{}={}", d.sec_id_list[0].tag, d.sec_id_list[0].value));
    hours = fmt::format("{} {}", d.time_zone_id, d.liquid_hours);
    EXPECT_EQ(std::ranges::count(d.market_rule_ids, ','), std::ranges::count(d.valid_exchanges, ','));
  }
  void on_bond_contract_data(const tws::BondContractData& m) override {
    const tws::ContractDetails& d = m.contract_details;
    note("bond {} {} {} {} {}={} {}={}", d.cusip == m.contract.symbol, d.coupon.value_or(0), d.desc_append,
         m.contract.last_trade_date_or_contract_month, d.sec_id_list.at(0).tag, d.sec_id_list.at(0).value,
         d.sec_id_list.at(1).tag, d.sec_id_list.at(1).value);
  }
  void on_contract_data_end(const tws::ContractDataEnd& m) override { note("end {}", m.req_id); }
  void on_sec_def_opt_parameter(const tws::SecDefOptParameter& m) override {
    note("{} {} {} {}: {} strikes {} to {}, {}", m.exchange, m.underlying_con_id, m.trading_class, m.multiplier,
         m.strikes.size(), m.strikes.front(), m.strikes.back(), fmt::join(m.expirations, " "));
  }
  void on_sec_def_opt_parameter_end(const tws::SecDefOptParameterEnd& m) override { note("chain end {}", m.req_id); }
  void on_symbol_samples(const tws::SymbolSamples& m) override {
    for (const auto& each : m.contract_descriptions) {
      note("{} {} {} {} {} [{}] {}", each.contract.con_id, each.contract.symbol, each.contract.sec_type,
           each.contract.primary_exchange, each.contract.currency, fmt::join(each.derivative_sec_types, ","),
           each.contract.description);
    }
    note("{} samples", m.contract_descriptions.size());
  }
  void on_market_rule(const tws::MarketRule& m) override {
    for (const auto& step : m.price_increments)
      note("rule {}: {} from {}", m.market_rule_id, step.increment, step.low_edge);
  }
  void on_smart_components(const tws::SmartComponents& m) override {
    note("{} components", m.components.size());
    for (const auto& each : m.components) {
      if (each.exchange == "NASDAQ") note("{} is {}", each.exchange_letter, each.exchange);
    }
  }
  void on_market_depth_exchanges(const tws::MarketDepthExchanges& m) override {
    for (const auto& each : m.descriptions) {
      if (each.exchange == "NASDAQ" || each.exchange == "CME")
        note("depth {} {} {} {}", each.exchange, each.sec_type, each.service_data_type, each.agg_group.value_or(-1));
    }
  }
  void on_tick_price(const tws::TickPrice& m) override {
    if (m.tick_type == 1 || m.tick_type == 2 || m.tick_type == 4)
      note("{} {} {}", m.req_id, m.tick_type == 1 ? "bid" : m.tick_type == 2 ? "ask" : "last", m.price);
  }
  void on_open_order(const tws::OpenOrder& m) override { note("open {} {}", m.order_id, summary(m.contract)); }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    note("exec {} {}", m.execution.price, summary(m.contract));
  }
  void on_historical_data(const tws::HistoricalData& m) override {
    note("{} bars, {} to {}", m.bars.size(), m.bars.front().open, m.bars.back().close);
  }
  void on_unreadable(int id, const tws::DecodeFault& fault) override { note("UNREADABLE {} {}", id, fault.text()); }

  std::string more;
  std::string hours;
  std::vector<std::string> take() {
    con_ids.clear();
    return std::exchange(heard, {});
  }
  [[nodiscard]] std::optional<Price> last_heard(std::string_view what) const {
    for (auto line = heard.rbegin(); line != heard.rend(); ++line) {
      if (line->starts_with(what)) return Price::parse(std::string_view{*line}.substr(what.size() + 1)).value();
    }
    return std::nullopt;
  }
};

struct Rig {
  Gateway gateway;
  Timestamp now = kStart - 10s;
  testing::JoinedClient<Ears> client;
  Ears& ears = client.ears;

  explicit Rig(int max_version = 200, GatewayOptions options = {.zone = kNewYork, .session_close = std::nullopt})
      : gateway{std::move(options), small_market()}, client{gateway, now, 7, max_version} {
    ears.take();
  }
  void to(Timestamp time) {
    now = time;
    gateway.wake(time);
    exchange();
  }
  void exchange() { client.exchange(); }
  template <class Message>
  std::vector<std::string> ask(const Message& message) {
    client.ask(message);
    return ears.take();
  }
  std::vector<std::string> details(const tws::Contract& contract) {
    return ask(tws::ContractDataRequest{.req_id = 5, .contract = contract});
  }
  std::vector<std::string> quotes(std::int32_t request_id, const tws::Contract& contract) {
    tws::MarketDataRequest request{.req_id = request_id};
    request.contract = contract;
    return ask(request);
  }
  std::vector<std::string> order(std::int32_t order_id, const char* action, const tws::Contract& contract) {
    tws::PlaceOrderRequest request;
    request.order_id = order_id;
    request.contract = contract;
    request.order.action = action;
    request.order.total_quantity = Quantity::of(1);
    request.order.order_type = "MKT";
    request.order.tif = "DAY";
    return ask(request);
  }
  std::int32_t con_id(std::string_view local_symbol) {
    const auto found =
        std::ranges::find_if(gateway.listings(), [&](const Listing& l) { return l.local() == local_symbol; });
    return found == gateway.listings().end() ? -1 : found->con_id;
  }
};

using Lines = std::vector<std::string>;
const std::string kNotFound = "error 5 200 No security definition has been found for the request";

tws::Contract stock(std::string_view symbol) {
  return {.symbol = symbol, .sec_type = "STK", .exchange = "SMART", .currency = "USD"};
}
tws::Contract option(std::string_view expiry, double strike, std::string_view right) {
  return {.symbol = "AAPL",
          .sec_type = "OPT",
          .last_trade_date_or_contract_month = expiry,
          .strike = strike,
          .right = right,
          .exchange = "SMART",
          .currency = "USD"};
}

TEST(Contracts, EveryKindHasItsDetails) {
  // Text, and protobuf.
  for (const int version : {176, 182, 200, 213}) {
    Rig rig{version};
    EXPECT_EQ(rig.details(stock("AAPL")), (Lines{"STK|AAPL||0|||SMART|USD|AAPL", "end 5"}));
    EXPECT_TRUE(rig.ears.more.starts_with("NMS min 0.01 rules 26,26,"));
    EXPECT_TRUE(rig.ears.more.ends_with("under 0   month  group 1 name APPLE INC ids ISIN=US0378331005"));
    EXPECT_EQ(rig.details(option("20261218", 200, "C")),
              (Lines{"OPT|AAPL|20261218|200|C|100|SMART|USD|AAPL  261218C00200000", "end 5"}));
    EXPECT_TRUE(rig.ears.more.ends_with("under 265598 AAPL STK month 202612 group 2 name APPLE INC ids "));
    EXPECT_EQ(
        rig.details(
            {.symbol = "ES", .sec_type = "FUT", .last_trade_date_or_contract_month = "202612", .exchange = "CME"}),
        (Lines{"FUT|ES|20261218|0||50|CME|USD|ESZ6", "end 5"}));
    EXPECT_EQ(rig.ears.more,
              "ES min 0.25 rules 67 under 11004968 ES IND month 202612 group 2147483647 name E-mini S&P 500 ids ");
    EXPECT_EQ(rig.details({.symbol = "EUR", .sec_type = "CASH", .exchange = "IDEALPRO", .currency = "USD"}),
              (Lines{"CASH|EUR||0|||IDEALPRO|USD|EUR.USD", "end 5"}));
    EXPECT_TRUE(rig.ears.more.starts_with("EUR.USD min 0.00005 rules 239 "));
    EXPECT_EQ(rig.details({.symbol = "SPX", .sec_type = "IND", .exchange = "CBOE"}),
              (Lines{"IND|SPX||0|||CBOE|USD|SPX", "end 5"}));
    EXPECT_EQ(rig.details({.symbol = "459200HF1", .sec_type = "BOND", .exchange = "SMART"}),
              (Lines{"bond false 4 IBM 4 06/20/42 20420620 CUSIP=459200HF1 ISIN=US459200HF10", "end 5"}));
  }
}

TEST(Contracts, AreFoundByIdNameAndNumber) {
  Rig rig;
  const Lines aapl{"STK|AAPL||0|||SMART|USD|AAPL", "end 5"};
  EXPECT_EQ(rig.details({.con_id = 265598}), aapl);
  EXPECT_EQ(rig.details({.sec_type = "STK", .exchange = "SMART", .local_symbol = "AAPL"}), aapl);
  EXPECT_EQ(rig.details({.exchange = "SMART", .sec_id_type = "ISIN", .sec_id = "US0378331005"}), aapl);
  EXPECT_EQ(rig.details({.con_id = 265598, .exchange = "NYSE"}).front(), "STK|AAPL||0|||NYSE|USD|AAPL");
  EXPECT_EQ(rig.details({.con_id = 265598, .exchange = "CME"}), Lines{kNotFound});
  EXPECT_EQ(rig.details({.con_id = 4711}), Lines{kNotFound});
  EXPECT_EQ(rig.details({.con_id = rig.con_id("ESZ6")}).front(), "FUT|ES|20261218|0||50|CME|USD|ESZ6");
  EXPECT_EQ(rig.details({.sec_type = "OPT", .exchange = "CBOE", .local_symbol = "AAPL  261218P00200000"}).front(),
            "OPT|AAPL|20261218|200|P|100|CBOE|USD|AAPL  261218P00200000");
  EXPECT_EQ(rig.details({.exchange = "SMART", .sec_id_type = "SEDOL", .sec_id = "2046251"}), Lines{kNotFound});
}

TEST(Contracts, APartialOneBringsAllItFits) {
  Rig rig;
  EXPECT_EQ(rig.details({.symbol = "ES", .sec_type = "FUT", .exchange = "CME"}),
            (Lines{"FUT|ES|20261218|0||50|CME|USD|ESZ6", "FUT|ES|20270319|0||50|CME|USD|ESH7",
                   "FUT|ES|20270617|0||50|CME|USD|ESM7", "end 5"}));
  EXPECT_EQ(rig.details({.symbol = "ES", .sec_type = "CONTFUT", .exchange = "CME"}),
            (Lines{"CONTFUT|ES|20261218|0||50|CME|USD|ESZ6", "end 5"}));
  // All strikes of one expiry and right; each contract once, ascending by strike.
  tws::Contract calls = option("20261218", 0, "C");
  const Lines heard = rig.details(calls);
  std::size_t expected = 0;
  for (const Listing& listing : rig.gateway.listings()) {
    if (listing.right == Right::call && listing.last_trade_date == "20261218") ++expected;
  }
  EXPECT_GT(expected, 30);
  EXPECT_EQ(heard.size(), expected + 1);
  EXPECT_EQ(std::set(heard.begin(), heard.end()).size(), heard.size());
  // A stock without an exchange is one contract at each of them.
  const Lines everywhere = rig.details({.symbol = "SPY", .sec_type = "STK", .currency = "USD"});
  EXPECT_GT(everywhere.size(), 10);
  EXPECT_EQ(everywhere[0], "STK|SPY||0|||SMART|USD|SPY");
  EXPECT_EQ(everywhere[1], "STK|SPY||0|||AMEX|USD|SPY");
}

TEST(Contracts, AreRefusedInTheWordsOfIb) {
  Rig rig;
  EXPECT_EQ(rig.details(stock("NOPE")), Lines{kNotFound});
  EXPECT_EQ(rig.details({.symbol = "AAPL", .sec_type = "XYZ"}),
            Lines{"error 5 321 Error validating request.-'bN' : cause - Please enter a valid security type"});
  EXPECT_EQ(rig.details(option("20261218", 200.5, "C")), Lines{kNotFound});
  EXPECT_EQ(rig.details(option("20261218", 200, "X")), Lines{kNotFound});
  EXPECT_EQ(rig.details(option("20261218", -1, "C")), Lines{kNotFound});
  EXPECT_EQ(rig.quotes(5, {.symbol = "ES", .sec_type = "FUT", .exchange = "CME"}),
            Lines{"error 5 200 The contract description specified for ES is ambiguous."});
  EXPECT_EQ(rig.quotes(5, {.con_id = 265598}),
            Lines{"error 5 321 Error validating request.-'bS' : cause - Please enter exchange"});
  EXPECT_EQ(rig.order(6, "BUY", {.symbol = "ES", .sec_type = "FUT", .exchange = "CME"}),
            Lines{"error 6 200 The contract description specified for ES is ambiguous."});
  EXPECT_EQ(rig.order(6, "BUY", {.symbol = "SPX", .sec_type = "IND", .exchange = "CBOE"}),
            Lines{"error 6 387 Unsupported order type for this exchange and security type: MKT"});
  EXPECT_EQ(rig.order(7, "BUY", stock("NOPE")),
            Lines{"error 7 200 No security definition has been found for the request"});
}

TEST(Contracts, AnExpiredOneIsGoneUnlessExpiredOnesAreAskedFor) {
  Rig rig;
  tws::Contract weekly = option("20261127", 210, "C");
  EXPECT_EQ(rig.details(weekly).size(), 2);
  rig.now = from_civil_utc({2026, 11, 27, 20, 59, 59});
  EXPECT_EQ(rig.details(weekly).size(), 2);
  rig.now = from_civil_utc({2026, 11, 27, 21, 0, 0});
  EXPECT_EQ(rig.details(weekly), Lines{kNotFound});
  weekly.include_expired = true;
  EXPECT_EQ(rig.details(weekly).size(), 2);
}

TEST(Contracts, HoursSayWhatTheMarketDoes) {
  Rig always;
  always.details(stock("AAPL"));
  EXPECT_TRUE(always.ears.hours.starts_with("US/Eastern 20261125:0000-20261125:2359;20261126:0000-20261126:2359;"));
  Rig sessions{200, {.zone = kNewYork}};
  sessions.details(stock("AAPL"));
  EXPECT_EQ(sessions.ears.hours,
            "US/Eastern 20261125:0930-20261125:1600;20261126:CLOSED;20261127:0930-20261127:1300;"
            "20261128:CLOSED;20261129:CLOSED;20261130:0930-20261130:1600");
  Rig early{200, {.zone = kNewYork, .session_close = std::chrono::hours{15}}};
  early.details(stock("AAPL"));
  EXPECT_TRUE(early.ears.hours.starts_with("US/Eastern 20261125:0930-20261125:1500;20261126:CLOSED;"));
}

TEST(Contracts, AChainIsDescribedForEachExchange) {
  for (const int version : {200, 213}) {
    Rig rig{version};
    const Lines heard = rig.ask(tws::SecDefOptParamsRequest{
        .req_id = 8, .underlying_symbol = "AAPL", .underlying_sec_type = "STK", .underlying_con_id = 265598});
    ASSERT_EQ(heard.size(), 18);
    EXPECT_EQ(heard[0],
              "SMART 265598 AAPL 100: 46 strikes 125 to 290, 20261127 20261204 20261211 20261218 20270115 20270219");
    EXPECT_TRUE(heard[1].starts_with("AMEX 265598 AAPL 100: "));
    EXPECT_EQ(heard.back(), "chain end 8");
  }
  Rig rig;
  EXPECT_EQ(rig.ask(tws::SecDefOptParamsRequest{
                .req_id = 8, .underlying_symbol = "SPY", .underlying_sec_type = "STK", .underlying_con_id = 756733}),
            Lines{"chain end 8"});
  EXPECT_EQ(
      rig.ask(tws::SecDefOptParamsRequest{.req_id = 8, .underlying_symbol = "AAPL", .underlying_sec_type = "STK"}),
      Lines{"error 8 321 Error validating request.-'cJ' : cause - Invalid contract id"});
}

TEST(Contracts, ASearchFindsSymbolsAndNames) {
  Rig rig;
  const auto search = [&](std::string_view pattern) {
    return rig.ask(tws::MatchingSymbolsRequest{.req_id = 3, .pattern = pattern});
  };
  EXPECT_EQ(search("aapl"), (Lines{"265598 AAPL STK NASDAQ USD [OPT,BAG] APPLE INC", "1 samples"}));
  EXPECT_EQ(search("apple"), (Lines{"265598 AAPL STK NASDAQ USD [OPT,BAG] APPLE INC", "1 samples"}));
  EXPECT_EQ(search("ES"), (Lines{"11004968 ES IND CME USD [FUT] E-mini S&P 500", "1 samples"}));
  EXPECT_EQ(search("SP"), (Lines{"756733 SPY STK ARCA USD [] SPDR S&P 500 ETF TRUST",
                                 "416904 SPX IND CBOE USD [] S&P 500 Stock Index", "2 samples"}));
  EXPECT_EQ(search("zzz"), Lines{"0 samples"});
  EXPECT_EQ(search(""), Lines{"0 samples"});
}

TEST(Contracts, TablesAreTold) {
  for (const int version : {200, 213}) {
    Rig rig{version};
    EXPECT_EQ(rig.ask(tws::MarketRuleRequest{.market_rule_id = 32}),
              (Lines{"rule 32: 0.01 from 0", "rule 32: 0.05 from 3"}));
    EXPECT_EQ(rig.ask(tws::SmartComponentsRequest{.req_id = 4, .bbo_exchange = "9c0001"}),
              (Lines{"16 components", "Q is NASDAQ"}));
    EXPECT_EQ(rig.ask(tws::SmartComponentsRequest{.req_id = 4, .bbo_exchange = "000000"}), Lines{"0 components"});
    EXPECT_EQ(rig.ask(tws::MarketDepthExchangesRequest{}),
              (Lines{"depth NASDAQ STK Deep2 1", "depth CME FUT Deep -1"}));
  }
  Rig rig;
  EXPECT_EQ(rig.ask(tws::MarketRuleRequest{.market_rule_id = 4711}),
            Lines{"error -1 321 Error validating request.-'cN' : cause - Invalid market rule id: 4711"});
}

TEST(DerivedPrices, AnOptionFollowsItsUnderlying) {
  Rig rig;
  rig.quotes(1, option("20261218", 210, "C"));
  rig.quotes(2, option("20261218", 210, "P"));
  rig.to(kStart + 2s);
  const auto call = rig.ears.last_heard("1 ask");
  const auto put = rig.ears.last_heard("2 ask");
  ASSERT_TRUE(call && put);
  rig.ears.take();
  rig.to(kStart + 4min + 59s);  // two dollars up
  EXPECT_GT(*rig.ears.last_heard("1 ask"), *call);
  EXPECT_LT(*rig.ears.last_heard("2 ask"), *put);
}

TEST(DerivedPrices, AreWhatTheUnderlyingSaysWheneverSomebodyBeginsToWatch) {
  Rig early;
  Rig late;
  early.quotes(1, option("20261218", 210, "C"));
  early.to(kStart + 2min + 30s);
  late.to(kStart + 2min + 30s);
  const Lines first = late.quotes(1, option("20261218", 210, "C"));
  const auto bid = early.ears.last_heard("1 bid");
  ASSERT_TRUE(bid.has_value());
  EXPECT_NE(std::ranges::find(first, fmt::format("1 bid {}", *bid)), first.end());
  early.ears.take();
  early.to(kStart + 3min + 30s);
  late.to(kStart + 3min + 30s);
  // Sizes and prices of every quote from here on are the same for both.
  EXPECT_EQ(early.ears.last_heard("1 bid"), late.ears.last_heard("1 bid"));
  EXPECT_EQ(early.ears.take(), late.ears.take());
}

TEST(DerivedPrices, ALaterFutureIsDearerByItsCarry) {
  Rig rig;
  rig.quotes(1, {.sec_type = "FUT", .exchange = "CME", .local_symbol = "ESZ6"});
  rig.quotes(2, {.sec_type = "FUT", .exchange = "CME", .local_symbol = "ESH7"});
  rig.to(kStart + 2s);
  EXPECT_EQ(rig.ears.last_heard("1 bid"), Price::of(5940));
  // 91 days less the hour by which the second comes earlier: 90 whole days of 4 %.
  EXPECT_EQ(rig.ears.last_heard("2 bid"), price("5998.5"));
}

TEST(DerivedPrices, AComboIsTheSumOfItsLegsAndFills) {
  Rig rig;
  const std::int32_t near = rig.con_id("ESZ6");
  const std::int32_t far = rig.con_id("ESH7");
  tws::Contract spread{.symbol = "ES", .sec_type = "BAG", .exchange = "SMART", .currency = "USD"};
  spread.combo_legs = {{.con_id = near, .ratio = 1, .action = "SELL", .exchange = "CME"},
                       {.con_id = far, .ratio = 1, .action = "BUY", .exchange = "CME"}};
  rig.quotes(1, spread);
  rig.to(kStart + 2s);
  EXPECT_EQ(rig.ears.last_heard("1 bid"), price("58.25"));  // 5998.5 - 5940.25
  EXPECT_EQ(rig.ears.last_heard("1 ask"), price("58.75"));
  rig.ears.take();
  const Lines placed = rig.order(1, "BUY", spread);
  EXPECT_TRUE(std::ranges::any_of(placed, [](const auto& line) { return line.starts_with("open 1 BAG|ES|"); }));
  rig.to(kStart + 5min);
  EXPECT_TRUE(
      std::ranges::any_of(rig.ears.heard, [](const auto& line) { return line.starts_with("exec 58.75 BAG|ES|"); }));
  rig.ears.take();
  spread.combo_legs[1].con_id = 4711;
  EXPECT_EQ(rig.quotes(5, spread), Lines{kNotFound});
}

TEST(DerivedPrices, ABuyWriteFillsAtItsQuoteForOneShare) {
  Rig rig;
  const std::int32_t call = rig.con_id("AAPL  261218C00210000");
  tws::Contract buy_write{.symbol = "AAPL", .sec_type = "BAG", .exchange = "SMART", .currency = "USD"};
  buy_write.combo_legs = {{.con_id = rig.con_id("AAPL"), .ratio = 100, .action = "BUY", .exchange = "SMART"},
                          {.con_id = call, .ratio = 1, .action = "SELL", .exchange = "SMART"}};
  rig.quotes(1, buy_write);
  rig.order(1, "BUY", buy_write);
  rig.to(kStart + 30s);
  const auto ask = rig.ears.last_heard("1 ask");
  ASSERT_TRUE(ask);
  EXPECT_GT(*ask, Price::of(190));
  EXPECT_LT(*ask, Price::of(210));
  const std::string fill = fmt::format("exec {} BAG|AAPL|", ask->text());
  EXPECT_TRUE(std::ranges::any_of(rig.ears.heard, [&](const auto& line) { return line.starts_with(fill); }))
      << fmt::format("{}", rig.ears.heard);
}

TEST(DerivedPrices, AnOrderForAnOptionNobodyWatchedFills) {
  Rig rig;
  rig.to(kStart + 2s);
  rig.order(1, "BUY", option("20261218", 210, "C"));
  rig.to(kStart + 1min);
  EXPECT_TRUE(std::ranges::any_of(rig.ears.heard, [](const auto& line) {
    return line.starts_with("exec ") && line.ends_with("OPT|AAPL|20261218|210|C|100|CBOE|USD|AAPL  261218C00210000");
  }));
}

TEST(Contracts, AnOrderNamesABondByItsCusip) {
  Rig rig;
  rig.to(kStart + 2s);
  const Lines placed = rig.order(1, "BUY", {.symbol = "459200HF1", .sec_type = "BOND", .exchange = "SMART"});
  EXPECT_TRUE(std::ranges::any_of(placed, [](const auto& line) { return line.starts_with("open 1 BOND|IBM|"); }))
      << fmt::format("{}", placed);
}

TEST(DerivedPrices, CurrenciesShowNoPrintsAndIndicesNoQuotes) {
  Rig rig;
  rig.quotes(1, {.symbol = "EUR", .sec_type = "CASH", .exchange = "IDEALPRO", .currency = "USD"});
  rig.quotes(2, {.symbol = "SPX", .sec_type = "IND", .exchange = "CBOE"});
  rig.to(kStart + 3min);
  EXPECT_TRUE(rig.ears.last_heard("1 bid"));
  EXPECT_FALSE(rig.ears.last_heard("1 last"));
  EXPECT_TRUE(rig.ears.last_heard("2 last"));
  EXPECT_FALSE(rig.ears.last_heard("2 bid"));
}

TEST(MarketHistory, HasBarsOfWhatEachKindShows) {
  Market market = small_market();
  const auto bars = [&](std::string_view local, BarsOf what) {
    const auto& listings = market.listings();
    const auto found = std::ranges::find_if(listings, [&](const Listing& l) { return l.local() == local; });
    return market.history(venue::SymbolIndex{static_cast<std::uint32_t>(found - listings.begin())}, kStart,
                          kStart + 5min, what);
  };
  EXPECT_EQ(bars("EUR.USD", BarsOf::trades).size(), 0);
  ASSERT_EQ(bars("EUR.USD", BarsOf::midpoint).size(), 5);
  EXPECT_EQ(bars("EUR.USD", BarsOf::bid)[0].open, price("1.08"));
  EXPECT_EQ(bars("EUR.USD", BarsOf::ask)[0].close, price("1.0801"));
  EXPECT_EQ(bars("EUR.USD", BarsOf::midpoint)[0].open, price("1.080025"));
  EXPECT_EQ(bars("SPX", BarsOf::bid).size(), 0);
  ASSERT_EQ(bars("SPX", BarsOf::trades).size(), 5);
  EXPECT_EQ(bars("SPX", BarsOf::trades)[0].volume, Quantity::zero());
  ASSERT_EQ(bars("ESH7", BarsOf::trades).size(), 5);
  EXPECT_EQ(bars("ESH7", BarsOf::trades)[0].open, price("5998.5"));
  for (const char* local : {"AAPL  261218C00210000", "AAPL  261218P00210000"}) {
    for (const BarsOf what : {BarsOf::trades, BarsOf::bid, BarsOf::ask, BarsOf::midpoint}) {
      const auto option_bars = bars(local, what);
      ASSERT_EQ(option_bars.size(), 5);
      for (const model::Bar& bar : option_bars) {
        EXPECT_LE(bar.low, std::min(bar.open, bar.close));
        EXPECT_GE(bar.high, std::max(bar.open, bar.close));
      }
    }
    EXPECT_LT(bars(local, BarsOf::bid)[2].open, bars(local, BarsOf::ask)[2].open);
  }
  EXPECT_GT(bars("AAPL  261218C00210000", BarsOf::trades)[4].close,
            bars("AAPL  261218C00210000", BarsOf::trades)[0].open);
  EXPECT_LT(bars("AAPL  261218P00210000", BarsOf::trades)[4].close,
            bars("AAPL  261218P00210000", BarsOf::trades)[0].open);
}

TEST(MarketHistory, AComboIsWhatItsLegsWere) {
  Market market = small_market();
  const auto near = market.universe().find({.local_symbol = "ESZ6"});
  const auto far = market.universe().find({.local_symbol = "ESH7"});
  const auto combo = market.combo(
      {{market.listings()[near[0]].con_id, 1, Side::sell}, {market.listings()[far[0]].con_id, 2, Side::buy}});
  ASSERT_TRUE(combo.has_value());
  const auto bars = market.history(venue::SymbolIndex{*combo}, kStart, kStart + 5min, BarsOf::bid);
  ASSERT_EQ(bars.size(), 5);
  EXPECT_EQ(bars[0].open, price("6056.75"));  // 2 * 5998.5 - 5940.25
  EXPECT_TRUE(market.history(venue::SymbolIndex{*combo}, kStart, kStart + 5min).empty());
}

}  // namespace
}  // namespace tradewind::sim::gateway
