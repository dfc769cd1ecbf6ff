// Accounts as clients of the gateway see them, through real bytes: values, portfolio, positions, profit, the login.

#include "tests/support/gateway_client.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

const Timestamp kMonday = from_civil_utc({2013, 10, 7, 13, 30, 0});  // 09:30 in New York
const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};
constexpr std::int32_t kSpy = 756733;
constexpr std::int32_t kIbm = 8314;

Price price(const char* text) { return Price::parse(text).value(); }
Amount amount(const char* text) { return Amount::parse(text).value(); }

// SPY trades at 100 for five minutes of Monday and at 101 for five more, then at 103 for five minutes of Tuesday, with
// quotes one cent around. IBM never trades.
Market two_days() {
  model::BarHistory spy{1min, {}, {}};
  const auto play = [&](Timestamp from, int minutes, const char* at) {
    for (int i = 0; i < minutes; ++i) {
      const Timestamp start = from + 1min * i;
      const Price middle = price(at);
      spy.trades.push_back({start, 1min, middle, middle, middle, middle, Quantity::of(400), 4});
      const Price cent = price("0.01");
      const model::Quote quote{*subtract(middle, cent), *add(middle, cent), Quantity::of(3000), Quantity::of(3000)};
      spy.quotes.push_back({start, 1min, quote, quote});
    }
  };
  play(kMonday, 5, "100");
  play(kMonday + 5min, 5, "101");
  play(kMonday + 24h, 5, "103");
  return Market::recorded({us_stock("SPY"), us_stock("IBM")}, {spy, model::BarHistory{1min, {}, {}}}, Duration::zero());
}

std::string text_of(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : "-"; }

// What a client hears, as short lines.
struct Ears : tws::ClientHandler {
  std::vector<std::string> heard;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code != 2104 && m.error_code != 2106 && m.error_code != 2158)
      note("error {} {} {}", m.id, m.error_code, m.error_msg);
  }
  void on_managed_accounts(const tws::ManagedAccounts& m) override { note("accounts {}", m.accounts_list); }
  void on_account_value(const tws::AccountValue& m) override { note("value {} {} {}", m.key, m.value, m.currency); }
  void on_portfolio_value(const tws::PortfolioValue& m) override {
    note("portfolio {} {} at {} = {}, cost {}, unrealized {}, realized {}", m.contract.symbol, m.position,
         text_of(m.market_price), text_of(m.market_value), text_of(m.average_cost), text_of(m.unrealized_pnl),
         text_of(m.realized_pnl));
  }
  void on_account_update_time(const tws::AccountUpdateTime& m) override { note("time {}", m.time_stamp); }
  void on_account_data_end(const tws::AccountDataEnd& m) override { note("end {}", m.account_name); }
  void on_account_summary(const tws::AccountSummary& m) override {
    note("summary {} {} {} {} {}", m.req_id, m.account, m.tag, m.value, m.currency);
  }
  void on_account_summary_end(const tws::AccountSummaryEnd& m) override { note("summary end {}", m.req_id); }
  void on_account_update_multi(const tws::AccountUpdateMulti& m) override {
    note("multi {} {} {} {} {}", m.req_id, m.account, m.key, m.value, m.currency);
  }
  void on_account_update_multi_end(const tws::AccountUpdateMultiEnd& m) override { note("multi end {}", m.req_id); }
  void on_position_data(const tws::PositionData& m) override {
    note("position {} {} {} cost {}", m.account, m.contract.symbol, m.position, text_of(m.avg_cost));
  }
  void on_position_end(const tws::PositionEnd&) override { note("position end"); }
  void on_position_multi(const tws::PositionMulti& m) override {
    note("position {} {} {} {}", m.req_id, m.account, m.contract.symbol, m.position);
  }
  void on_position_multi_end(const tws::PositionMultiEnd& m) override { note("position end {}", m.req_id); }
  void on_pnl(const tws::Pnl& m) override {
    note("pnl {} {} {} {}", m.req_id, text_of(m.daily_pn_l), text_of(m.unrealized_pn_l), text_of(m.realized_pn_l));
  }
  void on_pnl_single(const tws::PnlSingle& m) override {
    note("single {} {}: {} {} {} worth {}", m.req_id, m.position, text_of(m.daily_pn_l), text_of(m.unrealized_pn_l),
         text_of(m.realized_pn_l), text_of(m.value));
  }
  void on_family_codes(const tws::FamilyCodes& m) override {
    for (const auto& code : m.family_codes) note("family {} '{}'", code.account_id, code.family_code);
  }
  void on_user_info(const tws::UserInfo& m) override { note("user {} '{}'", m.req_id, m.white_branding_id); }
  void on_soft_dollar_tiers(const tws::SoftDollarTiers& m) override { note("tiers {} {}", m.req_id, m.tiers.size()); }
  void on_receive_fa(const tws::ReceiveFa& m) override { note("fa {} {}", m.fa_data_type, m.xml); }
  void on_replace_fa_end(const tws::ReplaceFaEnd& m) override { note("fa end {} {}", m.req_id, m.text); }
  void on_open_order(const tws::OpenOrder& m) override { note("open {}", m.order_id); }
  void on_open_orders_end(const tws::OpenOrdersEnd&) override { note("open end"); }
  void on_unreadable(int id, const tws::DecodeFault& fault) override { note("UNREADABLE {} {}", id, fault.text()); }

  [[nodiscard]] bool has(std::string_view line) const { return std::ranges::find(heard, line) != heard.end(); }
  [[nodiscard]] std::ptrdiff_t count(std::string_view start) const {
    return std::ranges::count_if(heard, [&](const std::string& line) { return line.starts_with(start); });
  }
  std::vector<std::string> take() { return std::exchange(heard, {}); }
};

struct World {
  Gateway gateway;
  Timestamp now = kMonday - 10s;

  explicit World(GatewayOptions options = {.zone = kNewYork}) : gateway{std::move(options), two_days()} {}
};

struct Peer : testing::JoinedClient<Ears> {
  World& world;
  std::int32_t next_order = 1;

  explicit Peer(World& in, std::int32_t client_id = 7, int max_version = 200)
      : JoinedClient{in.gateway, in.now, client_id, max_version}, world{in} {}
  void to(Timestamp time) {
    world.now = time;
    world.gateway.wake(time);
    exchange();
  }
  void trade(const char* action, int quantity, const char* account = "") {
    tws::PlaceOrderRequest request;
    request.order_id = next_order++;
    request.contract.con_id = kSpy;
    request.order.action = action;
    request.order.total_quantity = Quantity::of(quantity);
    request.order.order_type = "MKT";
    request.order.tif = "DAY";
    request.order.account = account;
    ask(request);
  }
};

using Lines = std::vector<std::string>;

// An advisor with two clients of its own.
GatewayOptions advisor_login() {
  GatewayOptions options{.zone = kNewYork};
  options.accounts = {{.id = "DF0000000", .cash = Amount::of(1000), .type = AccountType::advisor},
                      {.id = "DU0000001", .cash = Amount::of(100'000), .alias = "Main", .family_code = "F1"},
                      {.id = "DU0000002", .cash = Amount::of(50'000)}};
  options.login.groups = {{"Clients", "Equal", {{"DU0000001", std::nullopt}, {"DU0000002", std::nullopt}}}};
  return options;
}

// --- Account updates ---

TEST(AccountUpdates, TellValuesPortfolioTimeAndEnd) {
  World world;
  Peer peer{world};
  peer.trade("BUY", 100);
  peer.to(kMonday + 1min);
  peer.ears.take();
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = "DU0000000"});

  EXPECT_EQ(peer.ears.heard.front(), "value AccountCode DU0000000 ");
  const auto first_row =
      std::ranges::find_if(peer.ears.heard, [](const auto& line) { return line.starts_with("portfolio"); });
  ASSERT_NE(first_row, peer.ears.heard.end());
  EXPECT_EQ(Lines(first_row, peer.ears.heard.end()),
            (Lines{"portfolio SPY 100 at 100 = 10000, cost 100.02, unrealized -2, realized 0", "time 09:31",
                   "time 09:31", "end DU0000000"}));
  for (const char* line : {"value AccountReady true ",
                           "value AccountType INDIVIDUAL ",
                           "value Currency BASE BASE",
                           "value Currency USD USD",
                           "value ExchangeRate 1.00 USD",
                           "value CashBalance 989998.00 BASE",
                           "value CashBalance 989998.00 USD",
                           "value StockMarketValue 10000.00 USD",
                           "value UnrealizedPnL -2.00 BASE",
                           "value NetLiquidation 999998.00 USD",
                           "value NetLiquidation-S 999998.00 USD",
                           "value NetLiquidation-C 0.00 USD",
                           "value InitMarginReq 2500.00 USD",
                           "value MaintMarginReq 2500.00 USD",
                           "value LookAheadInitMarginReq 5000.00 USD",
                           "value RegTMargin 5000.00 USD",
                           "value AvailableFunds 997498.00 USD",
                           "value BuyingPower 3989992.00 USD",
                           "value Cushion 0.997500 ",
                           "value GrossPositionValue 10000.00 USD",
                           "value PreviousDayEquityWithLoanValue 1000000.00 USD",
                           "value LookAheadNextChange 1381176000 ",
                           "value SMA 994998.00 USD"}) {
    EXPECT_TRUE(peer.ears.has(line)) << line;
  }
}

TEST(AccountUpdates, AreSortedByKeyWithBaseFirst) {
  World world;
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  Lines keys;
  for (const std::string& line : peer.ears.heard) {
    if (line.starts_with("value")) keys.push_back(line.substr(6, line.find(' ', 6) - 6));
  }
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  EXPECT_GT(keys.size(), 150U);
  const auto base = std::ranges::find(peer.ears.heard, "value CashBalance 1000000.00 BASE");
  ASSERT_NE(base, peer.ears.heard.end());
  EXPECT_EQ(*(base + 1), "value CashBalance 1000000.00 USD");
}

TEST(AccountUpdates, FollowAChangeOfPositionAtOnceAndOtherwiseEveryThreeMinutes) {
  World world;
  Peer peer{world};
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  peer.trade("BUY", 100);
  peer.ears.take();
  peer.to(kMonday + 1s);
  EXPECT_EQ(peer.ears.count("portfolio SPY 100 at 100"), 1);
  EXPECT_TRUE(peer.ears.has("value CashBalance 989998.00 USD"));
  EXPECT_EQ(peer.ears.count("value AccountReady"), 0);  // has not changed
  EXPECT_EQ(peer.ears.heard.back(), "time 09:30");
  peer.ears.take();

  peer.to(kMonday - 10s + 179s);
  EXPECT_EQ(peer.ears.take(), Lines{});
  peer.to(kMonday - 10s + 180s);
  EXPECT_EQ(peer.ears.take(), Lines{"time 09:32"});  // nothing else is new
  peer.to(kMonday - 10s + 360s);  // the price has risen to 101
  EXPECT_TRUE(peer.ears.has("portfolio SPY 100 at 101 = 10100, cost 100.02, unrealized 98, realized 0"));
  EXPECT_TRUE(peer.ears.has("value UnrealizedPnL 98.00 USD"));
  EXPECT_EQ(peer.ears.count("value CashBalance"), 0);
}

TEST(AccountUpdates, TellAClosedPositionOnce) {
  World world;
  Peer peer{world};
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  peer.trade("BUY", 100);
  peer.to(kMonday + 1s);
  peer.trade("SELL", 100);
  peer.ears.take();
  peer.to(kMonday + 1min);
  EXPECT_EQ(peer.ears.count("portfolio SPY 0 at 100 = 0, cost 0, unrealized 0, realized -4"), 1);
  peer.ears.take();
  peer.to(kMonday + 10min);
  EXPECT_EQ(peer.ears.count("portfolio"), 0);
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  EXPECT_EQ(peer.ears.count("portfolio"), 0);
  EXPECT_TRUE(peer.ears.has("value RealizedPnL -4.00 USD"));
}

TEST(AccountUpdates, EndWithTheirNotice) {
  World world;
  Peer peer{world};
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  peer.ears.take();
  peer.ask(tws::AccountDataRequest{.subscribe = false, .acct_code = ""});
  EXPECT_EQ(peer.ears.take(), Lines{"error -1 2100 API client has been unsubscribed from account data."});
  peer.ask(tws::AccountDataRequest{.subscribe = false, .acct_code = ""});
  peer.trade("BUY", 100);
  peer.to(kMonday + 10min);
  EXPECT_EQ(peer.ears.count("value") + peer.ears.count("time"), 0);
}

TEST(AccountUpdates, AreOfOneAccountAtATime) {
  World world{advisor_login()};
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = "DU0000009"});
  EXPECT_EQ(
      peer.ears.take(),
      (Lines{"error -1 321 Error validating request.-'bk' : cause - The account code is required for this operation.",
             "error -1 321 Error validating request.-'bk' : cause - Invalid account code 'DU0000009'."}));
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = "DU0000001"});
  EXPECT_TRUE(peer.ears.has("value CashBalance 100000.00 USD"));
  peer.ears.take();
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = "DU0000002"});
  EXPECT_EQ(peer.ears.heard.front(),
            "error -1 2100 New account data requested from TWS.  API client has been unsubscribed from account data.");
  EXPECT_EQ(peer.ears.heard.back(), "end DU0000002");
  peer.trade("BUY", 10, "DU0000001");
  peer.ears.take();
  peer.to(kMonday + 1s);
  EXPECT_EQ(peer.ears.count("portfolio"), 0);
}

TEST(AccountUpdates, TellOpeningPositionsAndForeignCash) {
  GatewayOptions options{.zone = kNewYork};
  options.accounts = {{.id = "DU0000000",
                       .cash = Amount::of(1000),
                       .foreign_cash = {{"EUR", amount("200.5")}},
                       .positions = {{kSpy, Position::of(-10), price("99")}}}};
  options.login.dollars = {{"EUR", price("1.2")}};
  World world{std::move(options)};
  Peer peer{world};
  peer.to(kMonday + 1min);
  peer.ears.take();
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  for (const char* line :
       {"value CashBalance 1240.60 BASE", "value CashBalance 200.50 EUR", "value CashBalance 1000.00 USD",
        "value ExchangeRate 1.20 EUR", "value StockMarketValue -1000.00 BASE", "value NetLiquidation 240.60 USD",
        "value GrossPositionValue 1000.00 USD", "value MaintMarginReq 250.00 USD", "value ExcessLiquidity -9.40 USD",
        "value BuyingPower 0.00 USD", "portfolio SPY -10 at 100 = -1000, cost 99, unrealized -10, realized 0"}) {
    EXPECT_TRUE(peer.ears.has(line)) << line;
  }
}

TEST(Valuation, CountsBondsApartFromStocks) {
  const venue::Universe universe{{us_stock("SPY"), venue::example_bond()}};
  const auto figures = figures_of(
      {.id = "DU0000000"},
      {{.listing = 0, .position = Position::of(1), .value = Amount::of(100)},
       {.listing = 1, .position = Position::of(1), .value = Amount::of(840)}},
      {{"USD", Amount::of(10)}}, universe, [](std::uint32_t) { return std::nullopt; },
      [](std::string_view) { return Price::of(1); }, MarginTime::intraday);
  EXPECT_EQ(figures.base.stocks, Amount::of(100));
  EXPECT_EQ(figures.base.bonds, Amount::of(840));
  EXPECT_EQ(figures.base.net(), Amount::of(950));
}

TEST(AccountUpdates, TellWhatHasNoPriceWithZeros) {
  GatewayOptions options{.zone = kNewYork};
  options.accounts = {{.id = "DU0000000", .positions = {{kIbm, Position::of(5), price("180")}}}};
  World world{std::move(options)};
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  EXPECT_TRUE(peer.ears.has("portfolio IBM 5 at 0 = 0, cost 180, unrealized 0, realized 0"));
}

TEST(AccountUpdates, ForgetOvernightWhatWasRealized) {
  World world;
  Peer peer{world};
  peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = ""});
  peer.trade("BUY", 100);
  peer.to(kMonday + 1s);
  peer.trade("SELL", 40);
  peer.to(kMonday + 1min);
  EXPECT_TRUE(peer.ears.has("portfolio SPY 60 at 100 = 6000, cost 100.02, unrealized -1.2, realized -2.2"));
  EXPECT_TRUE(peer.ears.has("value RealizedPnL -2.20 USD"));
  peer.ears.take();
  peer.to(kMonday + 24h + 5min);
  EXPECT_TRUE(peer.ears.has("portfolio SPY 60 at 103 = 6180, cost 100.02, unrealized 178.8, realized 0"));
  EXPECT_TRUE(peer.ears.has("value RealizedPnL 0.00 USD"));
  EXPECT_TRUE(peer.ears.has("value PreviousDayEquityWithLoanValue 1000056.60 USD"));
}

// --- Account updates multi ---

TEST(AccountUpdatesMulti, TellTheAccountThenItsLedgerByCurrency) {
  World world{advisor_login()};
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::AccountUpdatesMultiRequest{.req_id = 4, .account = "DU0000001"});
  EXPECT_EQ(peer.ears.heard.front(), "multi 4 DU0000001 AccountCode DU0000001 ");
  EXPECT_EQ(peer.ears.heard.back(), "multi end 4");
  const auto ledger = std::ranges::find(peer.ears.heard, "multi 4 DU0000001 Currency USD USD");
  ASSERT_NE(ledger, peer.ears.heard.end());
  EXPECT_EQ(*(ledger + 1), "multi 4 DU0000001 CashBalance 100000.00 USD");
  EXPECT_LT(ledger, std::ranges::find(peer.ears.heard, "multi 4 DU0000001 Currency BASE BASE"));
  EXPECT_EQ(peer.ears.count("multi 4 DU0000001 AccruedCash 0.00 USD"), 1);
}

TEST(AccountUpdatesMulti, OfTheLedgerAloneAreShort) {
  World world;
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::AccountUpdatesMultiRequest{.req_id = 4, .account = "", .ledger_and_nlv = true});
  EXPECT_EQ(peer.ears.heard.front(), "multi 4 DU0000000 Currency USD USD");
  EXPECT_EQ(peer.ears.heard.size(), 2U * 25 + 1);
}

TEST(AccountUpdatesMulti, FollowGroupsAndRunSideBySideUntilCancelled) {
  World world{advisor_login()};
  Peer peer{world};
  peer.ask(tws::AccountUpdatesMultiRequest{.req_id = 4, .account = "Clients"});
  peer.ask(tws::AccountUpdatesMultiRequest{.req_id = 5, .account = "DU0000002"});
  peer.ask(tws::AccountUpdatesMultiRequest{.req_id = 6, .account = "DU0000002", .model_code = "Growth"});
  peer.trade("BUY", 10, "DU0000001");
  peer.trade("BUY", 10, "DU0000002");
  peer.ears.take();
  peer.to(kMonday + 1s);
  EXPECT_EQ(peer.ears.count("multi 4 DU0000001 StockMarketValue 1000.00 USD"), 1);
  EXPECT_EQ(peer.ears.count("multi 4 DU0000002 StockMarketValue 1000.00 USD"), 1);
  EXPECT_EQ(peer.ears.count("multi 5 DU0000001"), 0);
  EXPECT_EQ(peer.ears.count("multi 5 DU0000002 StockMarketValue 1000.00 USD"), 1);
  EXPECT_EQ(peer.ears.count("multi 6"), 0);
  peer.ask(tws::CancelAccountUpdatesMulti{.req_id = 4});
  peer.ears.take();
  peer.to(kMonday + 10min);
  EXPECT_EQ(peer.ears.count("multi 4"), 0);
  EXPECT_GT(peer.ears.count("multi 5 DU0000002 UnrealizedPnL"), 0);  // the refresh of every three minutes
  peer.ask(tws::AccountUpdatesMultiRequest{.req_id = 7, .account = "Nobody"});
  EXPECT_EQ(peer.ears.heard.back(),
            "error 7 321 Error validating request.-'cd' : cause - Invalid account code 'Nobody'.");
}

// --- Account summary ---

TEST(AccountUpdatesMulti, AreBounded) {
  World world{advisor_login()};
  Peer peer{world};
  for (std::int32_t id = 1; id <= 67; ++id) peer.ask(tws::AccountUpdatesMultiRequest{.req_id = id, .account = "All"});
  EXPECT_EQ(peer.ears.count("multi end 66"), 1);
  EXPECT_EQ(
      peer.ears.heard.back(),
      "error 67 322 Error processing request.-'cd' : cause - Maximum number of account updates requests exceeded");
  peer.ask(tws::CancelAccountUpdatesMulti{.req_id = 1});
  peer.ask(tws::AccountUpdatesMultiRequest{.req_id = 67, .account = "All"});
  EXPECT_EQ(peer.ears.heard.back(), "multi end 67");
}

TEST(AccountSummary, TellsTheTagsInOrderForEachAccount) {
  World world{advisor_login()};
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::AccountSummaryRequest{
      .req_id = 3, .group = "All", .tags = "TotalCashValue,AccountType,SettledCash,Nothing,NetLiquidation"});
  EXPECT_EQ(peer.ears.take(),
            (Lines{"summary 3 DF0000000 AccountType ADVISOR ", "summary 3 DF0000000 NetLiquidation 1000.00 USD",
                   "summary 3 DF0000000 SettledCash 1000.00 USD", "summary 3 DF0000000 TotalCashValue 1000.00 USD",
                   "summary 3 DU0000001 AccountType INDIVIDUAL ", "summary 3 DU0000001 NetLiquidation 100000.00 USD",
                   "summary 3 DU0000001 SettledCash 100000.00 USD", "summary 3 DU0000001 TotalCashValue 100000.00 USD",
                   "summary 3 DU0000002 AccountType INDIVIDUAL ", "summary 3 DU0000002 NetLiquidation 50000.00 USD",
                   "summary 3 DU0000002 SettledCash 50000.00 USD", "summary 3 DU0000002 TotalCashValue 50000.00 USD",
                   "summary end 3"}));
  peer.ask(tws::AccountSummaryRequest{.req_id = 3, .group = "Clients", .tags = "NetLiquidation"});
  EXPECT_EQ(peer.ears.take(), (Lines{"summary 3 DU0000001 NetLiquidation 100000.00 USD",
                                     "summary 3 DU0000002 NetLiquidation 50000.00 USD", "summary end 3"}));
  peer.ask(tws::AccountSummaryRequest{.req_id = 4, .group = "Nobody", .tags = "NetLiquidation"});
  EXPECT_EQ(peer.ears.take(),
            Lines{"error 4 321 Error validating request.-'bP' : cause - Invalid account group 'Nobody'."});
}

TEST(AccountSummary, HasTheLedgerOfBaseOfACurrencyOrOfAll) {
  GatewayOptions options{.zone = kNewYork};
  options.accounts = {{.id = "DU0000000", .cash = Amount::of(1000), .foreign_cash = {{"EUR", Amount::of(100)}}}};
  options.login.dollars = {{"EUR", price("1.25")}};
  World world{std::move(options)};
  Peer peer{world};
  const auto ask = [&](const char* tags) {
    peer.ears.take();
    peer.ask(tws::AccountSummaryRequest{.req_id = 3, .group = "All", .tags = tags});
  };
  ask("$LEDGER");
  EXPECT_TRUE(peer.ears.has("summary 3 DU0000000 CashBalance 1125.00 BASE"));
  EXPECT_EQ(peer.ears.heard.size(), 26U);
  ask("$LEDGER:EUR");
  EXPECT_TRUE(peer.ears.has("summary 3 DU0000000 CashBalance 100.00 EUR"));
  EXPECT_TRUE(peer.ears.has("summary 3 DU0000000 ExchangeRate 1.25 EUR"));
  EXPECT_EQ(peer.ears.heard.size(), 26U);
  ask("NetLiquidation,$LEDGER:ALL");
  EXPECT_EQ(peer.ears.heard.front(), "summary 3 DU0000000 NetLiquidation 1125.00 USD");
  EXPECT_EQ(peer.ears.heard.size(), 1U + 3 * 25 + 1);
}

TEST(AccountSummary, IsRefusedToAThirdRequestUntilOneIsCancelled) {
  World world;
  Peer peer{world};
  for (const std::int32_t id : {1, 2})
    peer.ask(tws::AccountSummaryRequest{.req_id = id, .group = "All", .tags = "SMA"});
  peer.ears.take();
  peer.ask(tws::AccountSummaryRequest{.req_id = 3, .group = "All", .tags = "SMA"});
  EXPECT_EQ(peer.ears.take(),
            Lines{"error 3 322 Error processing request.-'bP' : cause - Maximum number of account summary requests "
                  "exceeded; desubscribe to previous request first"});
  peer.ask(tws::CancelAccountSummary{.req_id = 1});
  peer.ask(tws::AccountSummaryRequest{.req_id = 3, .group = "All", .tags = "SMA"});
  EXPECT_EQ(peer.ears.take(), (Lines{"summary 3 DU0000000 SMA 1000000.00 USD", "summary end 3"}));
}

TEST(AccountSummary, TellsEveryThreeMinutesWhatHasChanged) {
  World world;
  Peer peer{world};
  peer.ask(
      tws::AccountSummaryRequest{.req_id = 3, .group = "All", .tags = "AccountType,TotalCashValue,GrossPositionValue"});
  peer.trade("BUY", 100);
  peer.ears.take();
  peer.to(kMonday + 2min);
  EXPECT_EQ(peer.ears.count("summary"), 0);
  peer.to(kMonday + 3min);
  // Its order came before the open: it goes to the market, and fills.
  EXPECT_EQ(peer.ears.take(), (Lines{"open 1", "open 1", "summary 3 DU0000000 GrossPositionValue 10000.00 USD",
                                     "summary 3 DU0000000 TotalCashValue 989998.00 USD"}));
  peer.to(kMonday + 6min);
  EXPECT_EQ(peer.ears.take(), Lines{"summary 3 DU0000000 GrossPositionValue 10100.00 USD"});
  peer.ask(tws::CancelAccountSummary{.req_id = 3});
  peer.to(kMonday + 25h);
  EXPECT_EQ(peer.ears.count("summary"), 0);
}

// --- Positions ---

TEST(Positions, ShowAClosedPositionOnceAndOmitItFromThenOn) {
  World world;
  Peer peer{world};
  peer.ask(tws::PositionsRequest{});
  peer.trade("BUY", 100);
  peer.to(kMonday + 1s);
  peer.trade("SELL", 100);
  peer.to(kMonday + 1min);
  EXPECT_EQ(peer.ears.count("position DU0000000 SPY 100 cost 100.02"), 1);
  EXPECT_EQ(peer.ears.count("position DU0000000 SPY 0 cost 0"), 1);
  peer.ears.take();
  peer.ask(tws::PositionsRequest{});
  EXPECT_EQ(peer.ears.take(), Lines{"position end"});
  peer.ask(tws::CancelPositions{});
  peer.trade("BUY", 100);
  peer.to(kMonday + 2min);
  EXPECT_EQ(peer.ears.count("position"), 0);
}

TEST(Positions, OfSeveralAccountsAreToldByAccountGroupAndModel) {
  World world{advisor_login()};
  Peer peer{world};
  peer.trade("BUY", 10, "DU0000001");
  peer.trade("BUY", 20, "DU0000002");
  peer.to(kMonday + 1min);
  peer.ears.take();
  peer.ask(tws::PositionsRequest{});
  EXPECT_EQ(peer.ears.take(),
            (Lines{"position DU0000001 SPY 10 cost 100.11", "position DU0000002 SPY 20 cost 100.06", "position end"}));
  peer.ask(tws::PositionsMultiRequest{.req_id = 1, .account = "DU0000002"});
  peer.ask(tws::PositionsMultiRequest{.req_id = 2, .account = "Clients"});
  peer.ask(tws::PositionsMultiRequest{.req_id = 3, .account = "", .model_code = "Growth"});
  peer.ask(tws::PositionsMultiRequest{.req_id = 4, .account = "DU0000009"});
  EXPECT_EQ(peer.ears.take(),
            (Lines{"position 1 DU0000002 SPY 20", "position end 1", "position 2 DU0000001 SPY 10",
                   "position 2 DU0000002 SPY 20", "position end 2", "position end 3",
                   "error 4 321 Error validating request.-'cc' : cause - Invalid account code 'DU0000009'."}));
  peer.ask(tws::CancelPositionsMulti{.req_id = 2});
  peer.trade("SELL", 20, "DU0000002");
  peer.to(kMonday + 2min);
  EXPECT_EQ(peer.ears.count("position 1 DU0000002 SPY 0"), 1);
  EXPECT_EQ(peer.ears.count("position 2"), 0);
}

// --- Profit and loss ---

TEST(Profit, IsToldAtOnceAndThenOnceASecondWhenItChanges) {
  World world;
  Peer peer{world};
  peer.trade("BUY", 100);
  peer.to(kMonday + 1min);
  peer.ears.take();
  peer.ask(tws::PnlRequest{.req_id = 1, .account = "DU0000000"});
  peer.ask(tws::PnlSingleRequest{.req_id = 2, .account = "DU0000000", .con_id = kSpy});
  EXPECT_EQ(peer.ears.take(), (Lines{"pnl 1 -2 -2 0", "single 2 100: -2 -2 0 worth 10000"}));
  peer.to(kMonday + 4min);
  EXPECT_EQ(peer.ears.take(), Lines{});  // the price stands
  peer.to(kMonday + 6min);
  EXPECT_EQ(peer.ears.take(), (Lines{"pnl 1 98 98 0", "single 2 100: 98 98 0 worth 10100"}));
  peer.trade("SELL", 40);
  peer.to(kMonday + 8min);
  peer.ears.heard.erase(peer.ears.heard.begin(), peer.ears.heard.begin() + peer.ears.count("open"));
  EXPECT_EQ(peer.ears.take(), (Lines{"pnl 1 96.6 58.8 37.8", "single 2 60: 96.6 58.8 37.8 worth 6060"}));
}

TEST(Profit, OfTodayIsMeasuredAgainstTheCloseOfTheDayBefore) {
  World world;
  Peer peer{world};
  peer.trade("BUY", 100);
  peer.to(kMonday + 24h + 1min);
  peer.ears.take();
  peer.ask(tws::PnlRequest{.req_id = 1, .account = "DU0000000"});
  peer.ask(tws::PnlSingleRequest{.req_id = 2, .account = "DU0000000", .con_id = kSpy});
  // 101 was the close, 103 is the price. Nothing was traded today, so there is no realized figure.
  EXPECT_EQ(peer.ears.take(), (Lines{"pnl 1 200 298 -", "single 2 100: 200 298 - worth 10300"}));
}

TEST(Profit, IsUnsetWhereNoPriceIsKnownAndSilentForWhatIsNotHeld) {
  GatewayOptions options{.zone = kNewYork};
  options.accounts = {{.id = "DU0000000", .positions = {{kIbm, Position::of(5), price("180")}}}};
  World world{std::move(options)};
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::PnlRequest{.req_id = 1, .account = "DU0000000"});
  peer.ask(tws::PnlSingleRequest{.req_id = 2, .account = "DU0000000", .con_id = kIbm});
  peer.ask(tws::PnlSingleRequest{.req_id = 3, .account = "DU0000000", .con_id = kSpy});
  peer.ask(tws::PnlSingleRequest{.req_id = 4, .account = "DU0000000", .con_id = 12});
  peer.to(kMonday + 2min);
  EXPECT_EQ(peer.ears.take(), (Lines{"pnl 1 - - -", "single 2 5: - - - worth -"}));
}

TEST(Profit, OfSeveralRequestsEndsOneByOne) {
  World world{advisor_login()};
  Peer peer{world};
  peer.trade("BUY", 100, "DU0000001");
  peer.to(kMonday + 1min);
  peer.ears.take();
  peer.ask(tws::PnlRequest{.req_id = 1, .account = "DU0000001"});
  peer.ask(tws::PnlRequest{.req_id = 2, .account = "All"});
  peer.ask(tws::PnlRequest{.req_id = 3, .account = "DU0000002"});
  peer.ask(tws::PnlRequest{.req_id = 3, .account = "DU0000002"});
  peer.ask(tws::PnlRequest{.req_id = 4, .account = ""});
  peer.ask(tws::PnlRequest{.req_id = 5, .account = "DU0000009"});
  peer.ask(tws::PnlSingleRequest{.req_id = 6, .account = "DU0000001", .con_id = kSpy});
  EXPECT_EQ(peer.ears.take(), (Lines{"pnl 1 -2 -2 0", "pnl 2 -2 -2 0", "pnl 3 0 0 -", "error 3 102 Duplicate ticker ID",
                                     "error 4 321 Error validating request.-'ci' : cause - Account must not be empty",
                                     "error 5 321 Error validating request.-'ci' : cause - Invalid account code",
                                     "single 6 100: -2 -2 0 worth 10000"}));
  peer.ask(tws::CancelPnl{.req_id = 1});
  peer.ask(tws::CancelPnlSingle{.req_id = 6});
  peer.to(kMonday + 6min);
  EXPECT_EQ(peer.ears.take(), Lines{"pnl 2 98 98 0"});
}

// --- The login ---

TEST(Login, AnswersWhatAClientAsksAboutIt) {
  World world;
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::FamilyCodesRequest{});
  peer.ask(tws::UserInfoRequest{.req_id = 3});
  peer.ask(tws::SoftDollarTiersRequest{.req_id = 4});
  peer.ask(tws::ManagedAccountsRequest{});
  EXPECT_EQ(peer.ears.take(), (Lines{"family * ''", "user 3 ''", "tiers 4 0", "accounts DU0000000"}));
}

// Clients that split the list at its commas take "DU0000000," for two accounts, of which the second has no name.
TEST(Login, EndsTheListOfAccountsWithACommaOnlyWhenThereAreSeveral) {
  World world{advisor_login()};
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::ManagedAccountsRequest{});
  EXPECT_EQ(peer.ears.take(), Lines{"accounts DF0000000,DU0000001,DU0000002,"});
}

TEST(Login, OfNoAdvisorHasNoAdvisorData) {
  World world;
  Peer peer{world};
  peer.ears.take();
  peer.ask(tws::FaRequest{.fa_data_type = 1});
  peer.ask(tws::FaReplace{.req_id = 5, .fa_data_type = 1, .xml = "<ListOfGroups/>"});
  const std::string why =
      "321 Error validating request.-'b9' : cause - FA data operations ignored for non FA customers.";
  EXPECT_EQ(peer.ears.take(), (Lines{"error -1 " + why, "error 5 " + why}));
}

TEST(Login, OfAnAdvisorTellsAndChangesItsGroups) {
  World world{advisor_login()};
  Peer peer{world};
  EXPECT_TRUE(peer.ears.has("accounts DF0000000,DU0000001,DU0000002,"));
  peer.ears.take();
  peer.ask(tws::FamilyCodesRequest{});
  EXPECT_EQ(peer.ears.take(), Lines{"family DU0000001 'F1'"});
  peer.ask(tws::FaRequest{.fa_data_type = 1});
  EXPECT_NE(peer.ears.take().back().find("<name>Clients</name>"), std::string::npos);
  peer.ask(tws::FaRequest{.fa_data_type = 3});
  EXPECT_NE(peer.ears.take().back().find("<alias>Main</alias>"), std::string::npos);
  peer.ask(tws::FaReplace{.req_id = 5,
                          .fa_data_type = 1,
                          .xml = "<ListOfGroups><Group><name>One</name><ListOfAccts><String>DU0000002</String>"
                                 "</ListOfAccts><defaultMethod>Equal</defaultMethod></Group></ListOfGroups>"});
  EXPECT_EQ(peer.ears.take(), Lines{"fa end 5 success"});
  peer.ask(tws::AccountSummaryRequest{.req_id = 6, .group = "One", .tags = "NetLiquidation"});
  EXPECT_EQ(peer.ears.take(), (Lines{"summary 6 DU0000002 NetLiquidation 50000.00 USD", "summary end 6"}));
  peer.ask(tws::FaReplace{.req_id = 7,
                          .fa_data_type = 1,
                          .xml = "<ListOfGroups><Group><name>X</name><ListOfAccts><String>DU0000008</String>"
                                 "</ListOfAccts></Group></ListOfGroups>"});
  peer.ask(tws::FaReplace{.req_id = 8, .fa_data_type = 1, .xml = "groups"});
  peer.ask(tws::FaReplace{.req_id = 9, .fa_data_type = 1, .xml = ""});
  peer.ask(tws::FaRequest{.fa_data_type = 4});
  peer.ask(tws::FaRequest{.fa_data_type = 2});  // profiles, which this version no longer has
  const Lines heard = peer.ears.take();
  ASSERT_EQ(heard.size(), 5U) << fmt::format("{}", fmt::join(heard, "\n"));
  EXPECT_EQ(heard[0], "error 7 10231 The following Groups and/or Profiles contain invalid accounts: DU0000008");
  EXPECT_TRUE(heard[1].starts_with("error 8 322 ")) << heard[1];
  EXPECT_EQ(heard[2],
            "error 9 321 Error validating request.-'b1' : cause - An XML string is required for this operation");
  EXPECT_EQ(heard[3], "error -1 321 Error validating request.-'b9' : cause - Non-existent FA data operation request");
  EXPECT_TRUE(heard[4].starts_with("error -1 321 ")) << heard[4];
}

TEST(Login, ThatIsReadOnlyTakesNoOrdersAndShowsAccounts) {
  GatewayOptions options{.zone = kNewYork};
  options.login.read_only = true;
  World world{std::move(options)};
  Peer peer{world};
  peer.ears.take();
  peer.trade("BUY", 100);
  peer.ask(tws::OpenOrdersRequest{});
  peer.ask(tws::PositionsRequest{});
  const std::string why =
      "321 Error validating request.-'bN' : cause - The API interface is currently in Read-Only mode.";
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 " + why, "error -1 " + why, "position end"}));
  peer.to(kMonday + 1min);
  EXPECT_TRUE(world.gateway.books().holdings("DU0000000").empty());
}

TEST(Login, SaysWhetherOpenOrdersComeUnasked) {
  GatewayOptions options{.zone = kNewYork};
  options.login.download_open_orders = false;
  World world{std::move(options)};
  Peer first{world};
  first.trade("BUY", 100);
  world.gateway.disconnected(first.id);
  Peer second{world};
  EXPECT_EQ(second.ears.count("open"), 0);
  second.ask(tws::OpenOrdersRequest{});
  EXPECT_EQ(second.ears.count("open 1"), 1);
}

// The newest version speaks protobuf: the same answers.
TEST(AccountReports, AreTheSameInProtobuf) {
  Lines answers[2];
  for (int i = 0; i < 2; ++i) {
    World world{advisor_login()};
    Peer peer{world, 7, i == 0 ? 200 : tws::kMaxServerVersion};
    peer.trade("BUY", 10, "DU0000001");
    peer.to(kMonday + 1min);
    peer.ears.take();
    peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = "DU0000001"});
    peer.ask(tws::AccountUpdatesMultiRequest{.req_id = 1, .account = "All"});
    peer.ask(tws::AccountSummaryRequest{.req_id = 2, .group = "All", .tags = "NetLiquidation,$LEDGER:ALL"});
    peer.ask(tws::PositionsRequest{});
    peer.ask(tws::PositionsMultiRequest{.req_id = 3, .account = "All"});
    peer.ask(tws::PnlRequest{.req_id = 4, .account = "DU0000002"});
    peer.ask(tws::PnlSingleRequest{.req_id = 5, .account = "DU0000001", .con_id = kSpy});
    peer.ask(tws::FaRequest{.fa_data_type = 1});
    peer.ask(tws::FamilyCodesRequest{});
    answers[i] = peer.ears.take();
  }
  EXPECT_GT(answers[0].size(), 500U);
  EXPECT_EQ(answers[0], answers[1]);
}

// However it is come by, an amount is the double nearest to its digits.
TEST(Observed, AmountsAreReadAsTheirDigitsAre) {
  for (const char* text : {"0", "1", "1000000", "-0.35", "0.000001", "1.005", "-1234567.891234", "9007199254.740991",
                           "9007199254.740993", "0.0000001", "0.12345678901234567", "-99999999999.00000000000000001"}) {
    const Amount amount = Amount::parse(text).value();
    EXPECT_EQ(observed(amount), std::stod(text)) << text;
  }
}

}  // namespace
}  // namespace tradewind::sim::gateway
