// Faults that need circumstances of their own: groups, combinations, an advisor, a midnight, options held overnight. Each
// has a world on virtual time in which a plain client does the same whether faults are on or not; what it hears is looked
// through for the fault's effect, and the gateway's books are compared with it.

#include "tests/simulation/faults_of_worlds.hpp"
#include "tests/support/gateway_client.hpp"
#include "tests/support/order_for_spy.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const Timestamp kMonday = from_civil_utc({2013, 10, 7, 13, 30, 0});  // 09:30 in New York
const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};
constexpr std::int32_t kClient = 7;
constexpr std::int32_t kCall = 9001, kPut = 9002, kFarCall = 9003;

Price price(const char* text) { return Price::parse(text).value(); }

Listing spy_option(std::int32_t con_id, venue::Right right, const char* strike) {
  Listing option;
  option.con_id = con_id;
  option.symbol = "SPY";
  option.security_type = "OPT";
  option.local_symbol = fmt::format("SPY   131018{}{}", right == venue::Right::call ? 'C' : 'P', strike);
  option.multiplier = Multiplier::of(100);
  option.last_trade_date = "20131018";
  option.strike = price(strike);
  option.right = right;
  option.underlying = us_stock("SPY").con_id;
  return option;
}

// Ten minutes of each day from Monday to Friday: SPY is at 100, IBM at 50, each option at 5.
Market week() {
  const std::vector<Listing> listings{us_stock("SPY"), us_stock("IBM"), spy_option(kCall, venue::Right::call, "95"),
                                      spy_option(kPut, venue::Right::put, "105"),
                                      spy_option(kFarCall, venue::Right::call, "110")};
  std::vector<model::BarHistory> all(listings.size(), model::BarHistory{1min, {}, {}});
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Price at = price(i == 0 ? "100" : i == 1 ? "50" : "5");
    const model::Quote quote{*subtract(at, price("0.01")), *add(at, price("0.01")), Quantity::of(3000),
                             Quantity::of(3000)};
    for (int minute = 0; minute < 50; ++minute) {
      const Timestamp start = kMonday + 24h * (minute / 10) + 1min * (minute % 10);
      all[i].trades.push_back({start, 1min, at, at, at, at, Quantity::of(400), 4});
      all[i].quotes.push_back({start, 1min, quote, quote});
    }
  }
  return Market::recorded(listings, all, Duration::zero());
}

// What a client hears, as short lines, and what it must believe to have paid in each account.
struct Ears : tws::ClientHandler {
  Lines heard;
  std::map<std::string, Amount> paid;
  std::map<std::string, std::string> account_of;  // by execution id
  std::map<std::string, Amount> early_fees;  // the same, of executions that are still to come
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void pay(const std::string& account, Amount amount) {
    Amount& sum = paid.try_emplace(account, Amount::zero()).first->second;
    sum = add(sum, amount).value();
  }
  void on_open_order(const tws::OpenOrder& m) override { note("open {}.", m.order_id); }
  void on_order_status(const tws::OrderStatus& m) override { note("order {} {}", m.order_id, m.status); }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.id > 0) note("error {} {}", m.id, m.error_code);
  }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    const tws::Execution& e = m.execution;
    note("exec {} {} {} {}", e.order_id, m.contract.sec_type, e.acct_number, e.shares);
    const bool is_part = m.contract.sec_type != "BAG" && !e.acct_number.starts_with("DF");
    if (!is_part || m.req_id >= 0) return;
    const Amount value = notional(e.price, e.shares, Multiplier::of(1)).value();
    pay(std::string{e.acct_number}, e.side == "BOT" ? value : negate(value));
    account_of.emplace(e.exec_id, e.acct_number);
    if (const auto fee = early_fees.find(std::string{e.exec_id}); fee != early_fees.end())
      pay(std::string{e.acct_number}, fee->second);
  }
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override {
    const auto account = account_of.find(std::string{m.exec_id});
    if (account == account_of.end()) early_fees.emplace(m.exec_id, m.commission_and_fees.value());
    else pay(account->second, m.commission_and_fees.value());
  }
  void on_position_data(const tws::PositionData& m) override {
    note("position {} {} {}", m.account, m.contract.con_id, m.position);
  }
  void on_portfolio_value(const tws::PortfolioValue& m) override { note("held {} {}", m.contract.con_id, m.position); }

  [[nodiscard]] bool has(std::string_view line) const { return std::ranges::find(heard, line) != heard.end(); }
  [[nodiscard]] Lines lines(std::string_view start) const {
    Lines found;
    std::ranges::copy_if(heard, std::back_inserter(found),
                         [&](const std::string& line) { return line.starts_with(start); });
    return found;
  }
};

struct World {
  Gateway gateway;
  Timestamp now = kMonday - 10s;
  Lines heard;  // by all clients, once a run is over

  World(GatewayOptions options, std::uint64_t seed) : gateway{with(std::move(options), seed), week()} {}
  static GatewayOptions with(GatewayOptions options, std::uint64_t seed) {
    options.zone = kNewYork;
    options.fault_seed = seed;
    options.orders.working_orders_max = 0;
    return options;
  }
  void to(Timestamp time) {
    now = time;
    gateway.wake(now);
  }
  [[nodiscard]] std::string position(const char* account, std::int32_t con_id) const {
    return gateway.books().position(account, con_id).text();
  }
};

struct Peer : testing::JoinedClient<Ears> {
  World& world;
  explicit Peer(World& in) : JoinedClient{in.gateway, in.now, kClient, 200}, world{in} {}
  void to(Timestamp time) {
    world.to(time);
    exchange();
  }
  void buy(std::int32_t order_id, int quantity, const char* limit,
           const std::function<void(tws::PlaceOrderRequest&)>& with) {
    tws::PlaceOrderRequest request = testing::order_for_spy(order_id, "BUY", quantity, "LMT", "GTC");
    request.order.lmt_price = price(limit);
    with(request);
    ask(request);
  }
  // What it has paid is what the gateway has booked.
  void expect_cash(const char* account, std::int64_t at_start) {
    EXPECT_EQ(world.gateway.books().cash(account), subtract(Amount::of(at_start), ears.paid.at(account)).value());
  }
};

constexpr const char* kAccount = "DU0000000";
constexpr int kOrders = 20;
const std::int32_t kSpy = us_stock("SPY").con_id;

// --- Both orders of a group (F066) ---

// Groups of all three types: one order at the market, and one that rests below it or waits for a stop above it.
std::size_t play_groups(World& world) {
  Peer peer{world};
  for (int pair = 1; pair <= kOrders; ++pair) {
    const std::string group = fmt::format("group {}", pair);
    const auto in_group = [&](tws::PlaceOrderRequest& request) {
      request.order.oca_group = group;
      request.order.oca_type = pair % 3 + 1;
    };
    peer.buy(2 * pair, 1, "100.01", in_group);
    peer.buy(2 * pair + 1, 1, "90", [&](tws::PlaceOrderRequest& request) {
      in_group(request);
      if (pair % 2 == 0) return;
      request.order.order_type = "STP";
      request.order.lmt_price.reset();
      request.order.aux_price = price("120");
    });
  }
  peer.to(kMonday + 5min);
  std::size_t seen = 0;
  for (int pair = 1; pair <= kOrders; ++pair) {
    EXPECT_TRUE(peer.ears.has(fmt::format("order {} Filled", 2 * pair)));
    const bool fills = peer.ears.has(fmt::format("order {} Filled", 2 * pair + 1));
    EXPECT_NE(fills, peer.ears.has(fmt::format("order {} Cancelled", 2 * pair + 1)));
    EXPECT_EQ(fills, peer.ears.has(fmt::format("exec {} STK DU0000000 1", 2 * pair + 1)));
    seen += fills ? 1 : 0;
  }
  EXPECT_EQ(world.position(kAccount, kSpy), std::to_string(kOrders + seen));
  peer.expect_cash(kAccount, 1'000'000);
  world.heard = peer.ears.heard;
  return seen;
}

// --- A fill before midnight (F105) ---

// Inlined, GCC 12 takes a pointer in it for a dangling one.
[[gnu::noinline]] void leave_orders(World& world) {
  Peer evening{world};
  evening.to(kMonday + 1min);
  for (int id = 1; id <= kOrders; ++id) evening.buy(id, 10, "90", [](auto&) {});
  world.gateway.disconnected(evening.id);
}

// Leaves orders far from the market, and comes back then.
std::size_t leave_until(World& world, Timestamp back) {
  leave_orders(world);
  world.to(back);
  Peer morning{world};
  morning.ask(tws::PositionsRequest{});
  morning.ask(tws::ExecutionRequest{.req_id = 5, .execution_filter = {}});
  std::size_t gone = 0, told = 0;
  for (int id = 1; id <= kOrders; ++id) {
    gone += morning.ears.has(fmt::format("open {}.", id)) ? 0U : 1U;
    told += morning.ears.has(fmt::format("exec {} STK DU0000000 10", id)) ? 1U : 0U;
  }
  EXPECT_EQ(morning.ears.has(fmt::format("position DU0000000 {} {}", kSpy, 10 * gone)), gone != 0)
      << "orders that are gone were filled";
  world.heard = morning.ears.heard;
  return gone - told;
}

// --- The fills of a combination (F106) ---

std::size_t play_combos(World& world) {
  Peer peer{world};
  const std::vector<tws::ComboLeg> legs{{.con_id = kSpy, .ratio = 1, .action = "BUY"},
                                        {.con_id = us_stock("IBM").con_id, .ratio = 2, .action = "SELL"}};
  for (int id = 1; id <= kOrders; ++id) {
    peer.buy(id, 2, "0.05", [&](tws::PlaceOrderRequest& request) {
      request.contract.sec_type = "BAG";
      request.contract.combo_legs = legs;
    });
  }
  peer.to(kMonday + 5min);
  std::size_t seen = 0;
  for (int id = 1; id <= kOrders; ++id) {
    Lines rows = peer.ears.lines(fmt::format("exec {} ", id));
    seen += rows.empty() || rows.front().find("BAG") != std::string::npos ? 0U : 1U;
    std::ranges::sort(rows);
    EXPECT_EQ(rows, (Lines{fmt::format("exec {} BAG DU0000000 2", id), fmt::format("exec {} STK DU0000000 2", id),
                           fmt::format("exec {} STK DU0000000 4", id)}));
  }
  EXPECT_EQ(world.position(kAccount, kSpy), std::to_string(10 + 2 * kOrders)) << "legs count once, the bag never";
  EXPECT_EQ(world.position(kAccount, us_stock("IBM").con_id), std::to_string(-20 - 4 * kOrders));
  peer.expect_cash(kAccount, 1'000'000);
  world.heard = peer.ears.heard;
  return seen;
}

GatewayOptions holder_of_a_combo() {
  const std::vector<OpeningPosition> held{{kSpy, Position::of(10), price("99")},
                                          {us_stock("IBM").con_id, Position::of(-20), price("49")}};
  return {.accounts = {{.id = kAccount, .cash = Amount::of(1'000'000), .positions = held}}};
}

// --- The fills of an advisor (F107) ---

std::size_t play_advisor(World& world) {
  Peer peer{world};
  for (int id = 1; id <= kOrders; ++id)
    peer.buy(id, 10, "100.01", [](tws::PlaceOrderRequest& request) { request.order.fa_group = "Sixty"; });
  peer.to(kMonday + 5min);
  std::size_t seen = 0;
  for (int id = 1; id <= kOrders; ++id) {
    Lines rows = peer.ears.lines(fmt::format("exec {} ", id));
    seen += rows.empty() || rows.front().find("DF0000000") != std::string::npos ? 0U : 1U;
    std::ranges::sort(rows);
    EXPECT_EQ(rows, (Lines{fmt::format("exec {} STK DF0000000 10", id), fmt::format("exec {} STK DU0000001 6", id),
                           fmt::format("exec {} STK DU0000002 4", id)}));
  }
  EXPECT_EQ(world.position("DF0000000", kSpy), "0") << "an advisor's own account holds nothing";
  EXPECT_EQ(world.position("DU0000001", kSpy), std::to_string(6 * kOrders));
  EXPECT_EQ(world.position("DU0000002", kSpy), std::to_string(4 * kOrders));
  for (const char* account : {"DU0000001", "DU0000002"}) peer.expect_cash(account, 100'000);
  world.heard = peer.ears.heard;
  return seen;
}

GatewayOptions advisor() {
  return {.accounts = {{.id = "DF0000000", .cash = Amount::of(1000), .type = AccountType::advisor},
                       {.id = "DU0000001", .cash = Amount::of(100'000)},
                       {.id = "DU0000002", .cash = Amount::of(100'000)}},
          .login = {.groups = {{.name = "Sixty",
                                .method = "Percent",
                                .accounts = {{"DU0000001", Amount::of(60)}, {"DU0000002", Amount::of(40)}}}}}};
}

// --- Options overnight (F120) ---

constexpr int kHolders = 5;
std::string holder(int number) { return fmt::format("DU000000{}", number); }

// Each account is long two calls and short three puts, both in the money, and long a call that is not.
GatewayOptions holders_of_options() {
  GatewayOptions options;
  options.accounts.clear();
  for (int i = 0; i < kHolders; ++i) {
    options.accounts.push_back({.id = holder(i),
                                .cash = Amount::of(1'000'000),
                                .positions = {{kCall, Position::of(2), price("5")},
                                              {kPut, Position::of(-3), price("5")},
                                              {kFarCall, Position::of(1), price("1")}}});
  }
  return options;
}

// Looks on from Monday to Friday.
std::size_t sleep(World& world) {
  Peer peer{world};
  peer.ask(tws::PositionsRequest{});
  Lines at_night;
  for (int day = 1; day < 5; ++day) {
    const Timestamp two = kMonday + 24h * day - 7h - 30min;  // 02:00 in New York
    peer.to(two - 1s);
    peer.ask(tws::AccountDataRequest{.subscribe = true, .acct_code = kAccount});
    const std::size_t before = peer.ears.heard.size();
    peer.to(two + 1h);
    at_night.insert(at_night.end(), peer.ears.heard.begin() + static_cast<std::ptrdiff_t>(before),
                    peer.ears.heard.end());
    peer.ask(tws::AccountDataRequest{.subscribe = false, .acct_code = kAccount});
    peer.to(two + 8h);  // 10:00: the day's prices are over
  }
  std::size_t seen = 0;
  for (int i = 0; i < kHolders; ++i) {
    const std::string account = holder(i);
    const auto is_gone = [&](std::int32_t option) {
      const bool gone = std::ranges::find(at_night, fmt::format("position {} {} 0", account, option)) != at_night.end();
      seen += gone ? 1 : 0;
      EXPECT_EQ(gone, world.gateway.books().position(account, option).is_zero());
      return gone;
    };
    const int calls = is_gone(kCall) ? 200 : 0;
    const int puts = is_gone(kPut) ? 300 : 0;
    EXPECT_FALSE(is_gone(kFarCall));
    const Lines stock = peer.ears.lines(fmt::format("position {} {} ", account, kSpy));
    EXPECT_EQ(stock.empty() ? "0" : stock.back().substr(stock.back().rfind(' ') + 1), std::to_string(calls + puts));
    EXPECT_EQ(world.gateway.books().cash(account), Amount::of(1'000'000 - calls * 95 - puts * 105));
  }
  EXPECT_EQ(peer.ears.has(fmt::format("held {} 0", kCall)), world.position(kAccount, kCall) == "0");
  peer.ask(tws::ExecutionRequest{.req_id = 5, .execution_filter = {.last_n_days = 7}});
  EXPECT_EQ(peer.ears.lines("exec"), Lines{});
  EXPECT_EQ(peer.ears.lines("order"), Lines{});
  world.heard = peer.ears.heard;
  return seen;
}

// It was drawn again in the same night, so that half of the chances befell more than half of the options.
TEST(OptionsOvernight, AreLookedAtOnceANight) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world{holders_of_options(), seed};
    ASSERT_TRUE(world.gateway.injector()->set({"F120", 1}).has_value());
    std::map<int, int> looks;  // by day of the month
    for (auto next = world.gateway.wake_at(); next; next = world.gateway.wake_at()) {
      const CivilTime local = kNewYork.local(*next);
      if (local.hour == 2) ++looks[local.day];
      world.to(*next);
    }
    EXPECT_EQ(looks, (std::map<int, int>{{8, 1}, {9, 1}, {10, 1}, {11, 1}})) << seed;
  }
}

// It ended the process.
TEST(OptionsOvernight, StayWhenTheirSharesAreMoreThanCanBeHeld) {
  const Position held = Position::of(2'000'000'000);
  World world{{.accounts = {{.id = kAccount, .cash = Amount::of(1'000'000), .positions = {{kCall, held, price("5")}}}}},
              1};
  ASSERT_TRUE(world.gateway.injector()->inject("F120").has_value());
  world.to(kMonday + 96h);
  EXPECT_EQ(world.gateway.books().position(kAccount, kCall), held);
  EXPECT_EQ(world.gateway.injector()->fired(faults::at("F120")), 0U);
}

// --- Each of them ---

struct Case {
  std::function<GatewayOptions()> options;
  std::function<std::size_t(World&)> play;  // how often the effect is seen
};

const std::map<std::string, Case>& cases() {
  const auto one_account = [] { return GatewayOptions{}; };
  static const std::map<std::string, Case> kCases{
      {"F066", {one_account, play_groups}},
      {"F105", {one_account, [](World& world) { return leave_until(world, kMonday + 24h + 1min); }}},
      {"F106", {holder_of_a_combo, play_combos}},
      {"F107", {advisor, play_advisor}},
      {"F120", {holders_of_options, sleep}},
  };
  return kCases;
}

class FaultOfAWorld : public ::testing::TestWithParam<std::string_view> {
 protected:
  [[nodiscard]] const Case& the_case() const { return cases().at(std::string{GetParam()}); }
  [[nodiscard]] std::size_t number() const { return faults::find_fault(GetParam()).value(); }
  // What is heard in a run, in which it fires at every second chance.
  [[nodiscard]] Lines heard(std::uint64_t seed) const {
    World world{the_case().options(), seed};
    EXPECT_TRUE(world.gateway.injector()->set({std::string{GetParam()}, 500'000}).has_value());
    the_case().play(world);
    return world.heard;
  }
};

TEST_P(FaultOfAWorld, IsSeenAHundredTimes) {
  World quiet{the_case().options(), 1};
  EXPECT_EQ(the_case().play(quiet), 0U) << "it is seen without the fault";
  std::size_t seen = 0;
  std::uint64_t fired = 0;
  int rounds = 0;
  for (; rounds < 100 && (seen < 100 || fired < 100); ++rounds) {
    World world{the_case().options(), static_cast<std::uint64_t>(rounds) + 1};
    ASSERT_TRUE(world.gateway.injector()->set({std::string{GetParam()}, 500'000}).has_value());
    seen += the_case().play(world);
    fired += world.gateway.injector()->fired(number());
  }
  fmt::print("{}: fired {}, seen {} times in {} rounds\n", GetParam(), fired, seen, rounds);
  EXPECT_EQ(seen, fired);
  EXPECT_GE(seen, 100U);
}

TEST_P(FaultOfAWorld, HappensAsOftenAsItIsInjected) {
  World world{the_case().options(), 1};
  ASSERT_TRUE(world.gateway.injector()->inject(GetParam(), std::nullopt, 3).has_value());
  EXPECT_EQ(the_case().play(world), 3U);
  EXPECT_EQ(world.gateway.injector()->fired(number()), 3U);
  EXPECT_TRUE(world.gateway.injector()->is_idle());
}

TEST_P(FaultOfAWorld, IsTheSameForTheSameSeed) {
  const Lines once = heard(9);
  EXPECT_EQ(once, heard(9));
  EXPECT_NE(once, heard(10));
}

INSTANTIATE_TEST_SUITE_P(Faults, FaultOfAWorld, ::testing::ValuesIn(kFaultsOfWorlds),
                         [](const auto& of) { return std::string{of.param}; });

TEST(FaultsOfWorlds, HaveAWorldEach) {
  EXPECT_EQ(cases().size(), kFaultsOfWorlds.size());
  for (const std::string_view fault : kFaultsOfWorlds) EXPECT_TRUE(cases().contains(std::string{fault})) << fault;
}

TEST(OcaGroups, FillWholeWhenAllComesTooLate) {
  for (const int type : {1, 2, 3}) {
    World world{{}, 1};
    ASSERT_TRUE(world.gateway.injector()->set({"F066", faults::kAlways}).has_value());
    Peer peer{world};
    const auto in_group = [&](tws::PlaceOrderRequest& request) {
      request.order.oca_group = "one";
      request.order.oca_type = type;
    };
    peer.buy(1, 5000, "100.01", in_group);  // the first quote offers 3000
    peer.buy(2, 200, "90", in_group);
    peer.to(kMonday + 1s);
    EXPECT_TRUE(peer.ears.has("order 1 Filled"));
    EXPECT_TRUE(peer.ears.has("order 2 Filled"));
    EXPECT_EQ(world.position(kAccount, kSpy), "5200");
    EXPECT_EQ(world.gateway.desk().group_count(), 0U);
    peer.expect_cash(kAccount, 1'000'000);
  }
}

TEST(Combos, KeepTheirOwnRowWhenCommissionsComeFirst) {
  World world{holder_of_a_combo(), 1};
  ASSERT_TRUE(world.gateway.injector()->set({"F100", faults::kAlways}).has_value());
  EXPECT_EQ(play_combos(world), 0U) << "the bag's row comes first, and nothing keeps it";
  EXPECT_EQ(world.gateway.injector()->fired(faults::at("F100")), 2U * kOrders);
}

TEST(Midnight, IsWhatHidesTheFill) {
  World world{{}, 1};
  ASSERT_TRUE(world.gateway.injector()->set({"F105", faults::kAlways}).has_value());
  EXPECT_EQ(leave_until(world, kMonday + 1h), 0U) << "the same day";
  EXPECT_EQ(world.gateway.injector()->fired(faults::at("F105")), 0U);
  EXPECT_EQ(std::ranges::count_if(world.heard, [](const std::string& line) { return line.starts_with("exec"); }),
            kOrders);
}

}  // namespace
}  // namespace tradewind::sim::gateway
