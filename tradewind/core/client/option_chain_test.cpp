#include "tradewind/core/client/option_chain.hpp"

#include "tradewind/core/client/client_test_world.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace tradewind::client {
namespace {

using namespace std::chrono_literals;
using testing::World;

OptionChain::Query query() {
  OptionChain::Query query;
  query.underlying = {.symbol = "AAPL", .currency = "USD"};
  query.underlying_con_id = 265598;
  query.filter.puts = false;
  return query;
}

void send_parameters(World& world) {
  tws::SecDefOptParameter row;
  row.req_id = world.gateway().id_of("reqSecDefOptParams");
  row.exchange = "SMART";
  row.trading_class = "AAPL";
  row.multiplier = "100";
  row.underlying_con_id = 265598;
  row.expirations = {"20260116"};
  row.strikes = {195, 200, 205};
  world.send(row);
  world.send(tws::SecDefOptParameterEnd{row.req_id});
}

// The details of the option that was asked for in this request.
void send_details(World& world, const testing::Asked& asked) {
  tws::ContractData row;
  row.req_id = asked.id;
  row.contract.con_id = 1000 + static_cast<std::int32_t>(asked.strike);
  row.contract.symbol = "AAPL";
  row.contract.sec_type = "OPT";
  row.contract.last_trade_date_or_contract_month = "20260116";
  row.contract.strike = asked.strike;
  row.contract.right = "C";
  row.contract.multiplier = Multiplier::of(100);
  row.contract.exchange = "SMART";
  row.contract.currency = "USD";
  row.contract.trading_class = "AAPL";
  world.send(row);
  world.send(tws::ContractDataEnd{asked.id});
}

std::vector<testing::Asked> asked_for_details(World& world) {
  std::vector<testing::Asked> found;
  for (const auto& asked : world.gateway().asked()) {
    if (asked.name == "reqContractDetails") found.push_back(asked);
  }
  return found;
}

class OptionChainAt : public ::testing::TestWithParam<int> {};

TEST_P(OptionChainAt, FindsTheOptionsThatExist) {
  World world{{}, GetParam()};
  world.become_ready();
  std::optional<Result<chains::QualifyPlan::Report>> done;
  OptionChain chain{world.client(), query(), [&done](auto report) { done = std::move(report); }};
  ASSERT_TRUE(chain.start().has_value());
  world.pump();
  send_parameters(world);
  auto asked = asked_for_details(world);
  ASSERT_EQ(asked.size(), 3U);
  send_details(world, asked[0]);
  world.send_error(asked[1].id, 200, "No security definition has been found for the request");
  EXPECT_FALSE(done.has_value());
  send_details(world, asked[2]);
  ASSERT_TRUE(done.has_value());
  ASSERT_TRUE(done->has_value()) << done->error().detail;
  EXPECT_TRUE((*done)->complete);
  EXPECT_EQ((*done)->qualified.size(), 2U);
  EXPECT_EQ((*done)->nonexistent.size(), 1U);
}

TEST_P(OptionChainAt, GoesOnAfterALostConnection) {
  World world{{}, GetParam()};
  world.become_ready();
  std::optional<Result<chains::QualifyPlan::Report>> done;
  OptionChain chain{world.client(), query(), [&done](auto report) { done = std::move(report); }};
  ASSERT_TRUE(chain.start().has_value());
  world.pump();
  send_parameters(world);
  send_details(world, asked_for_details(world)[0]);
  world.cut();
  world.pass(40s);
  world.become_ready();
  const auto asked = asked_for_details(world);
  ASSERT_EQ(asked.size(), 2U);  // the two that had no answer
  for (const auto& each : asked) send_details(world, each);
  ASSERT_TRUE(done.has_value() && done->has_value());
  EXPECT_EQ((*done)->qualified.size(), 3U);
}

TEST_P(OptionChainAt, AFilterThatLeavesTooMuchAsksForNothing) {
  World world{{}, GetParam()};
  world.become_ready();
  std::optional<Result<chains::QualifyPlan::Report>> done;
  auto wanted = query();
  wanted.filter.contracts_max = 2;
  OptionChain chain{world.client(), wanted, [&done](auto report) { done = std::move(report); }};
  ASSERT_TRUE(chain.start().has_value());
  world.pump();
  send_parameters(world);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->error().code, Errc::refused);
  EXPECT_TRUE(asked_for_details(world).empty());
}

TEST_P(OptionChainAt, DestroyingItEndsIt) {
  World world{{}, GetParam()};
  world.become_ready();
  bool called = false;
  {
    OptionChain chain{world.client(), query(), [&called](auto) { called = true; }};
    ASSERT_TRUE(chain.start().has_value());
    world.pump();
    send_parameters(world);
  }
  for (const auto& asked : asked_for_details(world)) world.send(tws::ContractDataEnd{asked.id});
  EXPECT_FALSE(called);
  EXPECT_EQ(asked_for_details(world).size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Versions, OptionChainAt, ::testing::Values(178, 200, 226),
                         [](const auto& version) { return std::to_string(version.param); });

}  // namespace
}  // namespace tradewind::client
