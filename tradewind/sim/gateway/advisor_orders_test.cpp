// Orders for an advisor's group, as its client sees them: what is filled is shared out among the accounts of the group.

#include "tests/support/order_peer.hpp"
#include "tradewind/sim/gateway/faults/catalogue.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using namespace order_testing;

struct AdvisorEars : Ears {
  void on_execution_details(const tws::ExecutionDetails& m) override {
    note("{} {} of {}", m.execution.acct_number, m.execution.shares, m.execution.cum_qty);
    last_exec_id = m.execution.exec_id;
  }
};

// An advisor with two clients, one three times as rich as the other, and a third who has nothing.
std::vector<AccountSetup> clients_of_an_advisor() {
  return {{.id = "DU0000001", .cash = Amount::of(300'000)},
          {.id = "DF0000000", .cash = Amount::of(1000), .type = AccountType::advisor},
          {.id = "DU0000002", .cash = Amount::of(100'000)},
          {.id = "DU0000003"}};
}

struct AdvisorWorld {
  std::vector<AccountSetup> accounts = clients_of_an_advisor();
  OrderSettings settings = {};
  std::optional<std::uint64_t> fault_seed = {};
  Timestamp now = kOpen - 10s;
  Gateway gateway{
      {.accounts = accounts,
       .login = {.groups = {{"Sixty", "Percent", {{"DU0000001", Amount::of(60)}, {"DU0000002", Amount::of(40)}}},
                            {"Rich", "NetLiq", {{"DU0000001", {}}, {"DU0000002", {}}, {"DU0000003", {}}}},
                            {"Second", "Equal", {{"DU0000002", {}}}},
                            {"Poor", "NetLiq", {{"DU0000003", {}}}},
                            {"Thirds", "Equal", {{"DU0000001", {}}, {"DU0000002", {}}, {"DU0000003", {}}}}}},
       .zone = kNewYork,
       .orders = settings,
       .fault_seed = fault_seed},
      market()};
  gateway::testing::JoinedClient<AdvisorEars> peer{gateway, now, 7, 200};

  void to(Duration after_open) {
    now = kOpen + after_open;
    gateway.wake(now);
    peer.exchange();
  }
  void buy(std::int32_t id, int quantity, const char* group, const char* method = "") {
    auto request = Peer::terms(id, "BUY", quantity, "LMT", limit("100.01"));
    request.order.fa_group = group;
    request.order.fa_method = method;
    peer.ask(request);
  }
  Lines fills() {
    Lines found;
    for (const std::string& line : peer.ears.take()) {
      if (line.starts_with("D") || line.starts_with("fee")) found.push_back(line);
    }
    return found;
  }
  [[nodiscard]] std::string held(const char* account) const {
    return gateway.books().position(account, us_stock("SPY").con_id).text();
  }
};

TEST(AdvisorOrders, AreToldAsAWholeAndForEachAccount) {
  AdvisorWorld world;
  world.buy(1, 10, "Sixty");
  world.to(1s);
  EXPECT_EQ(world.fills(), (Lines{"DF0000000 10 of 10", "DU0000001 6 of 6", "fee 1", "DU0000002 4 of 4", "fee 1"}));
  EXPECT_EQ(world.held("DU0000001"), "6");
  EXPECT_EQ(world.held("DU0000002"), "4");
  EXPECT_EQ(world.held("DF0000000"), "0");
  EXPECT_EQ(world.gateway.books().cash("DU0000001").text(), "299398.94") << "6 x 100.01, and a dollar";
  tws::ExecutionRequest request{.req_id = 5};
  request.execution_filter.acct_code = "DU0000002";
  world.peer.ask(request);
  EXPECT_EQ(world.fills(), (Lines{"DU0000002 4 of 4", "fee 1"}));
}

TEST(AdvisorOrders, KeepTheAdvisorsAccountUntilTheyAreTransmitted) {
  AdvisorWorld world;
  auto request = Peer::terms(1, "BUY", 10, "LMT", limit("100.01"));
  request.order.fa_group = "Sixty";
  for (const bool transmit : {false, true}) {
    request.order.transmit = transmit;
    world.peer.ask(request);
  }
  world.to(1s);
  EXPECT_EQ(world.fills(), (Lines{"DF0000000 10 of 10", "DU0000001 6 of 6", "fee 1", "DU0000002 4 of 4", "fee 1"}));
}

TEST(AdvisorOrders, ShareOutPartsSoThatTheWholeIsRight) {
  AdvisorWorld world;
  world.buy(1, 301, "Sixty");  // the first quote offers 200
  world.to(1s);
  EXPECT_EQ(world.held("DU0000001"), "120");
  EXPECT_EQ(world.held("DU0000002"), "80");
  world.to(1min);
  EXPECT_EQ(world.held("DU0000001"), "181") << "60 % of 301 is 180.6";
  EXPECT_EQ(world.held("DU0000002"), "120");
}

TEST(AdvisorOrders, GoByTheMethodOfTheGroupOrTheirOwn) {
  AdvisorWorld world;
  world.buy(1, 8, "Rich");
  world.to(1s);
  EXPECT_EQ(world.held("DU0000001"), "6");
  EXPECT_EQ(world.held("DU0000002"), "2");
  EXPECT_EQ(world.held("DU0000003"), "0") << "it has nothing";
  world.buy(2, 8, "Sixty", "Equal");
  world.to(1min + 1s);
  EXPECT_EQ(world.held("DU0000001"), "10");
  EXPECT_EQ(world.held("DU0000002"), "6");
}

TEST(AdvisorOrders, AreRefusedWhenAnAccountCannotCarryItsShare) {
  AdvisorWorld world;
  world.buy(1, 30, "Thirds");
  EXPECT_TRUE(world.peer.ears.has("error 1 201")) << "the third account has no money";
  world.buy(2, 2900, "Sixty");
  EXPECT_FALSE(world.peer.ears.has("error 2 201"));
}

TEST(AdvisorOrders, AreRefusedForAGroupOrAMethodThatDoesNotExist) {
  AdvisorWorld world;
  world.buy(1, 10, "Sixtyy");
  EXPECT_TRUE(world.peer.ears.has("error 1 321"));
  EXPECT_EQ(world.peer.ears.last_error, "Error validating request.-'bW' : cause - Invalid group 'Sixtyy'.");
  world.buy(2, 10, "Sixty", "Foo");
  EXPECT_TRUE(world.peer.ears.has("error 2 321"));
  world.to(1s);
  EXPECT_EQ(world.held("DU0000001"), "0");
}

TEST(AdvisorOrders, AreRefusedWhenNoAccountHasAShare) {
  AdvisorWorld world;
  world.buy(1, 10, "Poor");
  EXPECT_TRUE(world.peer.ears.has("error 1 321"));
  world.to(1s);
  EXPECT_EQ(world.held("DU0000001"), "0");
}

TEST(AdvisorOrders, AreRefusedWhereNobodyIsAnAdvisor) {
  AdvisorWorld world{.accounts = {{.id = "DU0000001"}, {.id = "DU0000002"}, {.id = "DU0000003"}}};
  world.buy(1, 10, "Sixty");
  EXPECT_TRUE(world.peer.ears.has("error 1 321"));
}

TEST(AdvisorOrders, GoByWhatTheAccountsOfTheGroupMayTrade) {
  std::vector<AccountSetup> accounts = clients_of_an_advisor();
  accounts[2].permissions = {"OPT"};
  AdvisorWorld without_stocks{.accounts = accounts};
  without_stocks.buy(1, 10, "Sixty");
  EXPECT_TRUE(without_stocks.peer.ears.has("error 1 203"));
  accounts = clients_of_an_advisor();
  accounts[0].permissions = {"OPT"};
  AdvisorWorld not_concerned{.accounts = accounts};
  not_concerned.buy(1, 10, "Second");
  not_concerned.to(1s);
  EXPECT_EQ(not_concerned.held("DU0000002"), "10") << "the account named first is not in the group";
}

TEST(AdvisorOrders, AreCorrectedForTheAccountTheyWereBookedIn) {
  AdvisorWorld world;
  world.buy(1, 10, "Sixty");
  world.to(1s);
  const std::string id = world.peer.ears.last_exec_id;
  OrderDesk& desk = world.gateway.desk_at(world.now);
  EXPECT_FALSE(desk.bust_execution("0000e0d5.65f1a2b3.01.01", world.now)) << "nothing is booked for the whole";
  EXPECT_TRUE(desk.bust_execution(id, world.now));
  EXPECT_EQ(world.held("DU0000001"), "6");
  EXPECT_EQ(world.held("DU0000002"), "0");
  EXPECT_EQ(world.gateway.books().cash("DU0000002"), Amount::of(100'000));
}

TEST(AdvisorOrders, ShareOutWhatIsRightAfterACorrection) {
  AdvisorWorld world;
  world.buy(1, 300, "Sixty");
  world.to(1s);
  OrderDesk& desk = world.gateway.desk_at(world.now);
  ASSERT_EQ(world.held("DU0000002"), "80");
  EXPECT_TRUE(desk.correct_execution(world.peer.ears.last_exec_id, Quantity::of(70), price("100.01"), world.now));
  world.to(1min);
  EXPECT_EQ(world.held("DU0000001"), "174") << "60 % of 290";
  EXPECT_EQ(world.held("DU0000002"), "116");
  world.fills();
  EXPECT_TRUE(desk.correct_execution(world.peer.ears.last_exec_id, Quantity::of(40), price("100.01"), world.now));
  world.peer.exchange();
  EXPECT_EQ(world.fills().at(0), "DU0000002 40 of 110");
}

TEST(AdvisorOrders, MayChangeTheirGroupUntilTheyAreTransmitted) {
  AdvisorWorld world;
  auto request = Peer::terms(1, "BUY", 10, "LMT", limit("100.01"));
  request.order.transmit = false;
  request.order.fa_group = "Sixty";
  world.peer.ask(request);
  request.order.transmit = true;
  request.order.fa_group = "Second";
  world.peer.ask(request);
  world.to(1s);
  EXPECT_EQ(world.fills(), (Lines{"DF0000000 10 of 10", "DU0000002 10 of 10", "fee 1"}));

  request = Peer::terms(2, "BUY", 10, "LMT", limit("90"));
  request.order.fa_group = "Sixty";
  world.peer.ask(request);
  request.order.fa_method = "Equal";
  world.peer.ask(request);
  request.order.fa_method = "";
  request.order.fa_group = "Second";
  world.peer.ask(request);
  Lines errors = world.peer.ears.take();
  std::erase_if(errors, [](const std::string& line) { return !line.starts_with("error"); });
  EXPECT_EQ(errors, (Lines{"error 2 422", "error 2 422"}));
}

TEST(AdvisorOrders, AreShortWhenAnAccountSellsMoreThanItHas) {
  std::vector<AccountSetup> accounts = clients_of_an_advisor();
  const std::int32_t spy = us_stock("SPY").con_id;
  accounts[0].positions = {{spy, Position::of(60), price("99")}};
  accounts[2].positions = {{spy, Position::of(40), price("99")}};
  AdvisorWorld world{.accounts = accounts, .settings = {.hard_to_borrow = {"SPY"}}};
  auto request = Peer::terms(1, "SELL", 100, "LMT", limit("110"));
  request.order.fa_group = "Sixty";
  world.peer.ask(request);
  EXPECT_FALSE(world.peer.ears.has("error 1 404"));
  request = Peer::terms(2, "SELL", 100, "LMT", limit("110"));
  request.order.fa_group = "Sixty";
  request.order.fa_method = "Equal";
  world.peer.ask(request);
  EXPECT_TRUE(world.peer.ears.has("error 2 404")) << "one has 40 and sells 50";
}

TEST(AdvisorOrders, AreHeldByAFaultOnlyAsWholesOfGroups) {
  AdvisorWorld world{.fault_seed = 1};
  EXPECT_TRUE(world.gateway.injector()->inject("F107", 7).has_value());
  auto request = Peer::terms(1, "BUY", 1, "LMT", limit("100.01"));
  request.order.account = "DF0000000";
  world.peer.ask(request);
  world.to(1s);
  EXPECT_EQ(world.fills(), (Lines{"DF0000000 1 of 1", "fee 1"}));
  EXPECT_EQ(world.gateway.injector()->fired(faults::at("F107")), 0U);
  world.buy(2, 10, "Sixty");
  world.to(1min + 1s);
  EXPECT_EQ(world.fills(), (Lines{"DU0000001 6 of 6", "DF0000000 10 of 10", "fee 1", "DU0000002 4 of 4", "fee 1"}));
  EXPECT_EQ(world.gateway.injector()->fired(faults::at("F107")), 1U);
}

}  // namespace
}  // namespace tradewind::sim::gateway
