#include "tradewind/sim/gateway/scenario/script.hpp"

#include "tradewind/sim/gateway/scenario/shipped.hpp"
#include "tradewind/sim/gateway/scenario/words.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway::scenario {
namespace {

using namespace std::chrono_literals;

// The only error in a scenario of these lines behind the first, without the place; "" for none.
std::string error_in(std::string_view lines) {
  Script script;
  const auto errors = parse("a.scenario", fmt::format("# Something happens.\n{}\n", lines), script);
  EXPECT_LE(errors.size(), 1U) << lines;
  return errors.empty() ? "" : errors.front();
}
Script read(std::string_view lines) {
  Script script;
  const auto errors = parse("a.scenario", fmt::format("# Something happens.\n{}\n", lines), script);
  EXPECT_TRUE(errors.empty()) << (errors.empty() ? "" : errors.front());
  return script;
}

TEST(Scenario, HasABehaviourSettingsAndSteps) {
  const Script script = read(
      "options seed=7 symbols=AAPL,SPY speed=60 server_version=178 market_data=delayed read_only=1\n"
      "\n"
      "expect placeOrder orderId=$o order.orderType=LMT order.lmtPrice=10.50 within=30s client=7  # a limit order\n"
      "  send orderStatus orderId=$o status=Submitted client=all\n"
      "at 23:45 restart for=2min\n");
  EXPECT_EQ(script.file, "a.scenario");
  EXPECT_EQ(script.behaviour, "Something happens.");
  EXPECT_EQ(script.settings.seed, 7U);
  EXPECT_EQ(script.settings.symbols, (std::vector<std::string>{"AAPL", "SPY"}));
  EXPECT_EQ(script.settings.speed, "60");
  EXPECT_EQ(script.settings.server_version, 178);
  EXPECT_EQ(script.settings.market_data, "delayed");
  EXPECT_TRUE(script.settings.read_only);
  ASSERT_EQ(script.steps.size(), 3U);
  const Step& expect = script.steps[0];
  EXPECT_EQ(expect.line, 4);
  EXPECT_EQ(expect.verb, Verb::expect);
  EXPECT_EQ(expect.api, "placeOrder");
  EXPECT_EQ(expect.within, 30s);
  EXPECT_EQ(expect.target.client, 7);
  ASSERT_EQ(expect.fields.size(), 3U);
  EXPECT_EQ(expect.fields[0].value, "$o");
  EXPECT_EQ(expect.fields[2].path, "order.lmtPrice");
  EXPECT_EQ(expect.fields[2].value, "10.5") << "values are compared as the field shows them";
  EXPECT_EQ(script.steps[1].text, "send orderStatus orderId=$o status=Submitted client=all");
  EXPECT_TRUE(script.steps[1].target.all);
  ASSERT_EQ(script.steps[2].later.size(), 1U);
  EXPECT_EQ(script.steps[2].minute, 23 * 60 + 45);
  EXPECT_EQ(script.steps[2].later[0].verb, Verb::restart);
  EXPECT_EQ(script.steps[2].later[0].time, 2min);
}

TEST(Scenario, EveryFormThatTheGuideShowsIsRead) {
  for (const char* const line : {
           "expect startApi",
           "expect execDetails execution.shares=100",
           "expect_no placeOrder within=30s",
           "wait 500ms",
           "at 30s close client=all",
           "send error id=-1 errorCode=2104 errorMsg=\"Market data farm connection is OK:usfarm\"",
           "half tickPrice reqId=1 tickType=1 price=10",
           "drop placeOrder times=2",
           "drop openOrder orderId=5 times=all client=all",
           "delay commissionAndFeesReport by=1h",
           "repeat execDetails",
           "change orderStatus permId=0",
           "allow openOrder",
           "mute",
           "unmute client=3",
           "close",
           "reset",
           "restart",
           "reset_order_ids",
           "clock +5min",
           "clock -30s",
           "skip 8h",
           "fault F094 times=3 client=1",
           "halt AAPL",
           "halt AAPL volatility",
           "resume AAPL",
           "link lost",
           "link back",
           "link back_without_data",
           "link broken",
           "farm usfarm broken",
           "farm ushmds inactive kind=history",
           "farm secdefil ok kind=definitions",
       })
    EXPECT_EQ(error_in(line), "") << line;
}

struct Wrong {
  const char* lines;
  const char* error;
};

class WrongScenario : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongScenario, NamesPlaceAndRemedy) { EXPECT_EQ(error_in(GetParam().lines), GetParam().error); }

INSTANTIATE_TEST_SUITE_P(
    Each, WrongScenario,
    ::testing::Values(
        Wrong{"", "a.scenario:2: there are no steps; begin with one, such as 'expect startApi'"},
        Wrong{"jump",
              "a.scenario:2: there is no step 'jump'; there are expect, expect_no, wait, at, send, half, drop, delay, "
              "repeat, change, allow, mute, unmute, close, reset, restart, reset_order_ids, clock, skip, fault, halt, "
              "resume, "
              "link, farm"},
        Wrong{"send error errorMsg=\"lost", "a.scenario:2: a \" is missing; close the quotation on the same line"},
        Wrong{"wait 1s\noptions seed=1", "a.scenario:3: options come before the first step; move them up"},
        Wrong{"options speed\nwait 1s", "a.scenario:2: 'speed' is no option; write NAME=VALUE"},
        Wrong{
            "options pace=1\nwait 1s",
            "a.scenario:2: there is no option 'pace'; there are seed, symbols, speed, server_version, market_data and "
            "read_only"},
        Wrong{"options seed=-1\nwait 1s", "a.scenario:2: seed=-1: it is a whole number"},
        Wrong{"options server_version=100\nwait 1s", "a.scenario:2: server_version=100: it is from 176 to 226"},
        Wrong{"options market_data=some\nwait 1s",
              "a.scenario:2: market_data=some: it is live, not-for-api, delayed or none"},
        Wrong{"options read_only=yes\nwait 1s", "a.scenario:2: read_only=yes: it is 0 or 1"},
        Wrong{"expect",
              "a.scenario:2: something is missing; write: expect MESSAGE [FIELD=VALUE ...] [within=30s] [client=N]"},
        Wrong{"expect placeorder",
              "a.scenario:2: there is no message 'placeorder'; is placeOrder meant? `tradewind sim list --messages` "
              "names them"},
        Wrong{"expect nonsense",
              "a.scenario:2: there is no message 'nonsense'; `tradewind sim list --messages` names them"},
        Wrong{"expect placeOrder orderType=LMT",
              "a.scenario:2: placeOrder has no field 'orderType'; `tradewind sim list --fields placeOrder` names them"},
        Wrong{"expect placeOrder order.lmtPrice=high",
              "a.scenario:2: order.lmtPrice=high: price 'high': not a decimal number"},
        Wrong{
            "expect placeOrder LMT",
            "a.scenario:2: 'LMT' is no field; write FIELD=VALUE; write: expect MESSAGE [FIELD=VALUE ...] [within=30s] "
            "[client=N]"},
        Wrong{"expect placeOrder within=soon",
              "a.scenario:2: within=soon is no time; write: expect MESSAGE [FIELD=VALUE ...] [within=30s] [client=N]"},
        Wrong{"expect placeOrder client=all",
              "a.scenario:2: client=all is no client id; write: expect MESSAGE [FIELD=VALUE ...] [within=30s] "
              "[client=N]"},
        Wrong{
            "expect_no placeOrder",
            "a.scenario:2: for how long is missing; write: expect_no MESSAGE [FIELD=VALUE ...] within=30s [client=N]"},
        Wrong{"send placeOrder", "a.scenario:2: placeOrder is a message of clients; a gateway cannot send it"},
        Wrong{"send error errorMsg~lost", "a.scenario:2: errorMsg~ only compares; give it a value with errorMsg="},
        Wrong{"send error errorCode=x", "a.scenario:2: errorCode=x: 'x' is not a number"},
        Wrong{"send orderStatus orderId=$o",
              "a.scenario:2: $o is not known here; an expectation before this line takes it, as in "
              "'expect placeOrder orderId=$o'"},
        Wrong{"drop placeOrder times=0",
              "a.scenario:2: times=0 is no number from 1 to 1000; write: drop MESSAGE [FIELD=VALUE ...] [times=N|all] "
              "[client=N|all]"},
        Wrong{"delay execDetails",
              "a.scenario:2: by how much is missing; write: delay MESSAGE by=5s [FIELD=VALUE ...] [times=N|all] "
              "[client=N|all]"},
        Wrong{"change execDetails",
              "a.scenario:2: what to change is missing; write: change MESSAGE FIELD=VALUE ... [times=N|all] "
              "[client=N|all]"},
        Wrong{"mute now", "a.scenario:2: 'now' says nothing here; write: mute [client=N|all]"},
        Wrong{"close why=me", "a.scenario:2: 'why=me' says nothing here; write: close [client=N|all]"},
        Wrong{"wait", "a.scenario:2: something is missing; write: wait 30s"},
        Wrong{"wait long", "a.scenario:2: 'long' is no time; write: wait 30s"},
        Wrong{"wait 3s 4s", "a.scenario:2: '4s' says nothing here; write: wait 30s"},
        Wrong{"skip 25h", "a.scenario:2: more than 24h at once is refused; write: skip 8h"},
        Wrong{"at 30s", "a.scenario:2: something is missing; write: at 30s STEP, or at 23:45 STEP"},
        Wrong{"at noon close", "a.scenario:2: 'noon' is no time; write 500ms, 30s, 5min, 2h or 23:45"},
        Wrong{"at 24:00 close", "a.scenario:2: '24:00' is no time; write 500ms, 30s, 5min, 2h or 23:45"},
        Wrong{"at 5s wait 1s",
              "a.scenario:2: 'wait' cannot be done at a time; it waits in its turn, on a line of its own"},
        Wrong{"fault", "a.scenario:2: something is missing; write: fault F094 [times=N] [client=N]"},
        Wrong{"fault F013",
              "a.scenario:2: 'F013' is no fault of this gateway; `tradewind sim list --faults` names them"},
        Wrong{"fault F004 times=all",
              "a.scenario:2: times=all is no number from 1 to 1000; write: fault F094 [times=N] [client=N]"},
        Wrong{"halt AAPL quickly", "a.scenario:2: 'quickly' is no kind of halt; write: halt SYMBOL [volatility]"},
        Wrong{"link up",
              "a.scenario:2: 'up' is nothing that becomes of a link; write: link lost, link back, link "
              "back_without_data or link broken"},
        Wrong{"farm usfarm",
              "a.scenario:2: something is missing; write: farm NAME broken|ok|inactive "
              "[kind=market|history|definitions]"},
        Wrong{"farm usfarm gone",
              "a.scenario:2: 'gone' is nothing that becomes of a farm; write: farm NAME broken|ok|inactive "
              "[kind=market|history|definitions]"},
        Wrong{
            "farm usfarm ok kind=other",
            "a.scenario:2: kind=other is none; write: farm NAME broken|ok|inactive [kind=market|history|definitions]"},
        Wrong{"farm secdefil inactive kind=definitions",
              "a.scenario:2: the definitions' farm is broken or ok; write: farm NAME broken|ok|inactive "
              "[kind=market|history|definitions]"}));

TEST(Scenario, AFileWithoutASentenceIsRefused) {
  Script script;
  const auto errors = parse("a.scenario", "expect startApi\n", script);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(
      errors[0],
      "a.scenario:1: the first line says in one sentence what happens, behind '# '; `tradewind sim list` shows it");
  EXPECT_EQ(parse("a.scenario", "", script).size(), 1U);
}

TEST(Scenario, AllErrorsOfAFileAreTold) {
  Script script;
  const auto errors = parse("a.scenario", "# Something happens.\njump\nwait 1s\nwait long\n", script);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_TRUE(errors[0].starts_with("a.scenario:2: ")) << errors[0];
  EXPECT_TRUE(errors[1].starts_with("a.scenario:4: ")) << errors[1];
}

TEST(Scenario, OptionsOfStepsAreNoFieldsOfMessages) {
  for (const auto direction : {tws::Direction::client_to_gateway, tws::Direction::gateway_to_client}) {
    for (const std::string& api : message_names(direction)) {
      for (const char* const option : {"within", "client", "times", "by", "for", "kind"})
        EXPECT_FALSE(has_message_field(api, option)) << api << " " << option;
    }
  }
}

TEST(Scenario, DurationsHaveAUnit) {
  EXPECT_EQ(duration_in("500ms"), 500ms);
  EXPECT_EQ(duration_in("5min"), 5min);
  EXPECT_EQ(duration_in("8h"), 8h);
  for (const char* const text : {"", "5", "s", "-5s", "5 s", "5days", "9223372036854775807h", "99999999999999999999s"})
    EXPECT_EQ(duration_in(text), std::nullopt) << text;
}

TEST(Scenario, TheShippedOnesAreWithoutError) {
  EXPECT_GE(shipped_scenarios().size(), 12U);
  for (const Shipped& shipped : shipped_scenarios()) {
    Script script;
    const auto errors = parse(fmt::format("{}.scenario", shipped.name), shipped.text, script);
    EXPECT_TRUE(errors.empty()) << (errors.empty() ? "" : errors.front());
  }
}

}  // namespace
}  // namespace tradewind::sim::gateway::scenario
