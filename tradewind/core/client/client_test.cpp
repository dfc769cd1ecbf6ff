#include "tradewind/core/client/client_test_world.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::client {
namespace {

using namespace std::chrono_literals;
using testing::World;

// What a subscription to market data is told.
struct Ticks {
  std::vector<std::string> said;
  Subscriber<tws::MarketDataRequest> subscriber() {
    Subscriber<tws::MarketDataRequest> made;
    made.on_update = [this](const UpdateOf<tws::MarketDataRequest>& update) {
      const auto* const tick = update.get<tws::TickPrice>();
      said.push_back(fmt::format("{}{}{}", tick != nullptr ? tick->price.text() : "other",
                                 update.quality.stale ? " stale" : "", update.quality.gap_before != 0 ? " gap" : ""));
    };
    made.on_quality = [this](const Quality& quality) {
      said.push_back(fmt::format("quality {}{}", name(quality.kind), quality.stale ? " stale" : ""));
    };
    made.on_notice = [this](const Notice& notice) { said.push_back(fmt::format("notice {}", notice.code)); };
    made.on_end = [this](const Failure& failure) {
      said.push_back(fmt::format("end {} {}", name(failure.reason), failure.code));
    };
    return made;
  }
};

tws::MarketDataRequest market_data() {
  tws::MarketDataRequest request;
  request.contract.con_id = 265598;
  request.contract.exchange = "SMART";
  return request;
}

tws::TickPrice bid(std::int32_t id, std::int64_t price) {
  tws::TickPrice tick;
  tick.req_id = id;
  tick.tick_type = 1;
  tick.price = Price::of(price);
  tick.size = Quantity::of(100);
  return tick;
}

using Said = std::vector<std::string>;

class ClientAt : public ::testing::TestWithParam<int> {};

TEST_P(ClientAt, ARequestEndsWithItsEndMarkerAndHasItsRows) {
  World world{{}, GetParam()};
  world.become_ready();
  std::vector<std::string> said;
  const auto id = world.client().request(
      tws::ContractDataRequest{}, {[&said](AnswerTo<tws::ContractDataRequest> answer) {
        said.push_back(fmt::format("{} {}", answer.complete(), answer.rows<tws::ContractData>().size()));
      }});
  ASSERT_TRUE(id.has_value());
  world.pump();
  tws::ContractData row;
  row.req_id = world.gateway().id_of("reqContractDetails");
  row.contract.symbol = "AAPL";
  world.send(row);
  world.send(row);
  EXPECT_TRUE(said.empty());
  world.send(tws::ContractDataEnd{row.req_id});
  EXPECT_EQ(said, Said{"true 2"});
  world.send(tws::ContractDataEnd{row.req_id});
  EXPECT_EQ(said.size(), 1U);
}

TEST_P(ClientAt, AnErrorOfTheCatalogueEndsARequest) {
  World world{{}, GetParam()};
  world.become_ready();
  std::vector<std::string> said;
  ASSERT_TRUE(world.client()
                  .request(tws::ContractDataRequest{}, {[&said](AnswerTo<tws::ContractDataRequest> answer) {
                             said.push_back(fmt::format("{} {} {}", answer.complete(), name(answer.failure()->reason),
                                                        answer.failure()->code));
                           }})
                  .has_value());
  world.pump();
  world.send_error(world.gateway().id_of("reqContractDetails"), 200, "No security definition has been found");
  EXPECT_EQ(said, Said{"false refused 200"});
}

TEST_P(ClientAt, SilenceEndsARequestAsIncompleteAndSaysNothingOfWhatExists) {
  World world{{.answer_limit = 20s}, GetParam()};
  world.become_ready();
  std::vector<std::string> said;
  ASSERT_TRUE(world.client()
                  .request(tws::ContractDataRequest{}, {[&said](AnswerTo<tws::ContractDataRequest> answer) {
                             said.push_back(fmt::format("{} {}", answer.complete(), name(answer.failure()->reason)));
                           }})
                  .has_value());
  world.pass(19s);
  EXPECT_TRUE(said.empty());
  world.pass(2s);
  EXPECT_EQ(said, Said{"false no_answer"});
}

TEST_P(ClientAt, AnUnknownCodeIsToldAndEndsNothing) {
  World world{{}, GetParam()};
  world.become_ready();
  Ticks ticks;
  ASSERT_TRUE(world.client().subscribe(market_data(), ticks.subscriber()).has_value());
  world.pump();
  const auto id = world.gateway().id_of("reqMktData");
  world.send_error(id, 77'777);
  world.send(bid(id, 100));
  world.pass(15s);
  EXPECT_EQ(ticks.said, (Said{"notice 77777", "100"}));
  world.send_error(-1, 77'777);
  ASSERT_FALSE(world.notices.empty());
  EXPECT_TRUE(world.notices.back().unknown_code);
}

TEST_P(ClientAt, ASubscriptionIsAskedForAgainOnceAfterALostConnectionAndSaysThatThereWasAGap) {
  World world{{}, GetParam()};
  world.become_ready();
  Ticks ticks;
  ASSERT_TRUE(world.client().subscribe(market_data(), ticks.subscriber()).has_value());
  world.pump();
  const auto first = world.gateway().id_of("reqMktData");
  world.send(bid(first, 100));
  world.cut();
  world.pass(40s);
  world.become_ready();
  EXPECT_EQ(world.gateway().count("reqMktData"), 1U);
  const auto second = world.gateway().id_of("reqMktData");
  EXPECT_NE(first, second);
  world.send(bid(second, 101));
  world.send(bid(second, 102));
  EXPECT_EQ(ticks.said, (Said{"100", "quality live stale", "101 gap", "102"}));
}

TEST_P(ClientAt, After1101MarketDataAreAskedForAgainOnce) {
  World world{{}, GetParam()};
  world.become_ready();
  Ticks ticks;
  ASSERT_TRUE(world.client().subscribe(market_data(), ticks.subscriber()).has_value());
  world.pump();
  const auto first = world.gateway().id_of("reqMktData");
  world.send(bid(first, 100));
  world.send_error(-1, 1100, "Connectivity between IBKR and Trader Workstation has been lost.");
  world.pass(10s);
  world.send_error(-1, 1101, "Connectivity restored - data lost.");
  world.pass(1s);
  EXPECT_EQ(world.gateway().count("reqMktData"), 2U);
  const auto second = world.gateway().id_of("reqMktData");
  world.send(bid(first, 99));  // of the old one: not ours any more
  world.send(bid(second, 101));
  EXPECT_EQ(ticks.said, (Said{"100", "quality live stale", "101 gap"}));
}

TEST_P(ClientAt, After1102SubscriptionsStayAndOneThatIsSilentIsRenewed) {
  World world{{}, GetParam()};
  world.become_ready();
  Ticks lively;
  Ticks silent;
  ASSERT_TRUE(world.client().subscribe(market_data(), lively.subscriber()).has_value());
  world.pump();
  const auto lively_id = world.gateway().id_of("reqMktData");
  ASSERT_TRUE(world.client().subscribe(market_data(), silent.subscriber()).has_value());
  world.pump();
  world.send(bid(lively_id, 100));
  world.send(bid(world.gateway().id_of("reqMktData"), 100));
  world.send_error(-1, 1100);
  world.pass(10s);
  world.send_error(-1, 1102);
  world.pass(10s);
  world.send(bid(lively_id, 101));
  EXPECT_EQ(world.gateway().count("reqMktData"), 2U);
  world.pass(25s);
  EXPECT_EQ(world.gateway().count("reqMktData"), 3U);
}

TEST_P(ClientAt, SilenceMakesASubscriptionStaleAndATickMakesItFresh) {
  World world{{}, GetParam()};
  world.become_ready();
  Ticks ticks;
  ASSERT_TRUE(world.client().subscribe(market_data(), ticks.subscriber(), {.stale_after = 20s}).has_value());
  world.pump();
  const auto id = world.gateway().id_of("reqMktData");
  world.pass(15s);
  world.send(bid(id, 100));
  world.pass(15s);
  EXPECT_EQ(ticks.said, Said{"100"});
  world.pass(10s);
  EXPECT_EQ(ticks.said, (Said{"100", "quality live stale"}));
  world.send(bid(id, 101));
  EXPECT_EQ(ticks.said.back(), "101");
}

TEST_P(ClientAt, SilenceOutsideTradingHoursIsNotAskedAbout) {
  World world{{}, GetParam()};
  world.become_ready();
  Ticks ticks;
  bool is_open = false;
  ASSERT_TRUE(world.client()
                  .subscribe(market_data(), ticks.subscriber(),
                             {.stale_after = 20s, .trades_at = [&is_open](Timestamp) { return is_open; }})
                  .has_value());
  world.pump();
  const std::int32_t first = world.gateway().id_of("reqMktData");
  world.pass(1h);
  EXPECT_EQ(world.gateway().id_of("reqMktData"), first);
  is_open = true;
  world.pass(6min);
  EXPECT_NE(world.gateway().id_of("reqMktData"), first);
}

TEST_P(ClientAt, DelayedDataSaySo) {
  World world{{}, GetParam()};
  world.become_ready();
  Ticks ticks;
  ASSERT_TRUE(world.client().subscribe(market_data(), ticks.subscriber()).has_value());
  world.pump();
  world.send_error(world.gateway().id_of("reqMktData"), 10167,
                   "Requested market data is not subscribed. Displaying delayed market data.");
  EXPECT_EQ(ticks.said, (Said{"quality delayed", "notice 10167"}));
}

TEST_P(ClientAt, RequestsWithoutAnIdTakeTurns) {
  World world{{}, GetParam()};
  world.become_ready();
  std::vector<int> rules;
  for (const int rule : {26, 240}) {
    ASSERT_TRUE(world.client()
                    .request(tws::MarketRuleRequest{rule}, {[&rules](AnswerTo<tws::MarketRuleRequest> answer) {
                               rules.push_back(answer.rows().front()->market_rule_id);
                             }})
                    .has_value());
  }
  world.pump();
  EXPECT_EQ(world.gateway().count("reqMarketRule"), 1U);
  world.send(tws::MarketRule{.market_rule_id = 26});
  EXPECT_EQ(world.gateway().count("reqMarketRule"), 2U);
  world.send(tws::MarketRule{.market_rule_id = 240});
  EXPECT_EQ(rules, (std::vector{26, 240}));
}

TEST_P(ClientAt, PositionsAskedForOnceAreCancelledWhenTheyAreComplete) {
  World world{{}, GetParam()};
  world.become_ready();
  bool complete = false;
  ASSERT_TRUE(world.client()
                  .request(tws::PositionsRequest{}, {[&complete](AnswerTo<tws::PositionsRequest> answer) {
                             complete = answer.complete() && answer.rows().size() == 1;
                           }})
                  .has_value());
  world.pump();
  tws::PositionData row;
  row.account = "DU0000000";
  world.send(row);
  world.send(tws::PositionEnd{});
  EXPECT_TRUE(complete);
  EXPECT_EQ(world.gateway().count("cancelPositions"), 1U);
}

TEST_P(ClientAt, OrderIdsAreNeverUsedTwiceWhateverTheGatewaySays) {
  World world{{.last_order_id = 500}, GetParam()};
  world.become_ready(7);
  const auto first = world.client().place({}, {});
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->value(), 501);
  world.cut();
  world.pass(40s);
  world.become_ready(3);
  EXPECT_EQ(world.client().place({}, {})->value(), 502);
  world.cut();
  world.pass(40s);
  world.become_ready(9000);
  EXPECT_EQ(world.client().place({}, {})->value(), 9000);
  EXPECT_EQ(world.client().last_order_id(), 9000);
}

TEST_P(ClientAt, AnOrderOfALostConnectionIsUncertainAndAskedFor) {
  World world{{}, GetParam()};
  world.become_ready();
  ASSERT_TRUE(world.client().place({}, {}).has_value());
  world.pump();
  world.cut();
  EXPECT_EQ(world.orders.back(), "1 sent uncertain");
  world.pass(40s);
  world.become_ready(2);
  EXPECT_EQ(world.gateway().count("placeOrder"), 0U);  // never sent again by itself
  EXPECT_EQ(world.gateway().count("reqOpenOrders"), 1U);
  EXPECT_EQ(world.gateway().count("reqExecutions"), 1U);
  tws::OpenOrder open;
  open.order_id = 1;
  open.order_state.status = "Submitted";
  world.send(open);
  EXPECT_EQ(world.orders.back(), "1 working");
}

TEST_P(ClientAt, AClientIdInUseIsTriedAgainForTwoMinutesAndThenGivenUp) {
  World world{{}, GetParam()};
  int attempts = 0;
  while (world.given_up.empty() && attempts < 100) {
    world.connect();
    world.send_error(-1, 326, "Unable to connect as the client id is already in use.");
    world.cut();
    ++attempts;
    if (world.given_up.empty()) world.pass(60s);
  }
  ASSERT_EQ(world.given_up.size(), 1U);
  EXPECT_GT(attempts, 4);
  EXPECT_LT(attempts, 100);
  EXPECT_EQ(world.client().wish(), Client::Wish::none);
}

TEST_P(ClientAt, AMuteGatewayIsFoundWithinFifteenSeconds) {
  World world{{}, GetParam()};
  world.become_ready();
  world.pass(60s);
  EXPECT_TRUE(world.lost.empty());
  world.answers_time = false;
  world.pass(15s);
  EXPECT_EQ(world.client().wish(), Client::Wish::close);
}

TEST_P(ClientAt, TheKindOfMarketDataIsToldOnEachConnectionBeforeAnythingIsSubscribedTo) {
  World world{{}, GetParam()};
  ASSERT_TRUE(world.client().tell(tws::MarketDataTypeRequest{3}).has_value());
  Ticks ticks;
  ASSERT_TRUE(world.client().subscribe(market_data(), ticks.subscriber()).has_value());
  for (int i = 0; i < 2; ++i) {
    world.become_ready();
    ASSERT_EQ(world.gateway().asked().size(), 3U);
    EXPECT_EQ(world.gateway().asked()[1].name, "reqMarketDataType");
    EXPECT_EQ(world.gateway().asked()[2].name, "reqMktData");
    world.cut();
    world.pass(40s);
  }
}

TEST_P(ClientAt, FeesThatComeBeforeTheirExecutionAreJoinedToIt) {
  World world{{}, GetParam()};
  world.become_ready();
  const auto id = world.client().place({}, {});
  ASSERT_TRUE(id.has_value());
  tws::CommissionAndFeesReport fees;
  fees.exec_id = "0001.01.01";
  fees.commission_and_fees = Amount::of(1);
  fees.currency = "USD";
  world.send(fees);
  EXPECT_TRUE(world.client().order(*id)->fees().empty());
  tws::ExecutionDetails fill;
  fill.execution.order_id = id->value();
  fill.execution.exec_id = "0001.01.01";
  fill.execution.shares = Quantity::of(5);
  fill.execution.side = "BOT";
  world.send(fill);
  ASSERT_EQ(world.client().order(*id)->fees().size(), 1U);
  EXPECT_EQ(world.client().order(*id)->fees().begin()->second.amount, Amount::of(1));
}

TEST_P(ClientAt, AnOrderThatWaitedTooLongForIBsLimitsIsRejectedAndWasNeverSent) {
  ClientOptions options;
  options.pacing.messages_per_second = 30;
  World world{options, GetParam()};
  world.become_ready();
  std::vector<OrderId> placed;
  for (int i = 0; i < 40; ++i) placed.push_back(*world.client().place({}, {}));
  world.pump();
  world.pass(400ms);
  const std::size_t sent = world.gateway().count("placeOrder");
  EXPECT_LT(sent, 30U);
  world.pass(5s);
  EXPECT_EQ(world.gateway().count("placeOrder"), sent);
  EXPECT_EQ(world.client().order(placed.front())->stage(), OrderStage::sent);
  EXPECT_EQ(world.client().order(placed.back())->stage(), OrderStage::rejected);
}

TEST_P(ClientAt, EveryRequestEndsOnceWhenTheConnectionGoes) {
  World world{{}, GetParam()};
  world.become_ready();
  int ended = 0;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.client()
                    .request(tws::ContractDataRequest{}, {[&ended](AnswerTo<tws::ContractDataRequest> answer) {
                               EXPECT_EQ(answer.failure()->reason, Failure::Reason::disconnected);
                               ++ended;
                             }})
                    .has_value());
  }
  world.pump();
  world.cut();
  EXPECT_EQ(ended, 3);
  EXPECT_FALSE(
      world.client().request(tws::ContractDataRequest{}, {[](AnswerTo<tws::ContractDataRequest>) {}}).has_value());
}

TEST_P(ClientAt, ASubscriptionThatStillWaitedWhenTheConnectionWentIsAskedForOnTheNext) {
  World world{{}, GetParam()};
  world.become_ready();
  Ticks ticks;
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(world.client().subscribe(market_data(), ticks.subscriber()).has_value());
  world.pump();
  ASSERT_LT(world.gateway().count("reqMktData"), 60U);
  world.cut();
  EXPECT_EQ(std::ranges::count(ticks.said, "end not_sent 0"), 0);
  world.pass(40s);
  world.become_ready();
  world.pass(5s);
  EXPECT_EQ(world.gateway().count("reqMktData"), 60U);
}

TEST_P(ClientAt, StoppingEndsEverythingOnce) {
  World world{{}, GetParam()};
  world.become_ready();
  int ended = 0;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(world.client()
                    .request(tws::ContractDataRequest{}, {[&ended](AnswerTo<tws::ContractDataRequest>) { ++ended; }})
                    .has_value());
  }
  Ticks ticks;
  ASSERT_TRUE(world.client().subscribe(market_data(), ticks.subscriber()).has_value());
  world.client().stop({});
  EXPECT_EQ(ended, 3);
  EXPECT_EQ(ticks.said, Said{"end disconnected 0"});
  EXPECT_EQ(world.client().wish(), Client::Wish::close);
  world.cut();
  EXPECT_EQ(world.client().wish(), Client::Wish::none);
  EXPECT_EQ(ended, 3);
  EXPECT_FALSE(world.client().subscribe(market_data(), ticks.subscriber()).has_value());
}

TEST_P(ClientAt, ACallbackMayCallTheClient) {
  World world{{}, GetParam()};
  world.become_ready();
  int answers = 0;
  std::function<void(AnswerTo<tws::ContractDataRequest>)> again = [&](AnswerTo<tws::ContractDataRequest>) {
    if (++answers < 3) {
      ASSERT_TRUE(world.client().request(tws::ContractDataRequest{}, again).has_value());
    }
  };
  ASSERT_TRUE(world.client().request(tws::ContractDataRequest{}, again).has_value());
  for (int i = 0; i < 3; ++i) {
    world.pump();
    world.send(tws::ContractDataEnd{world.gateway().id_of("reqContractDetails")});
  }
  EXPECT_EQ(answers, 3);
}

INSTANTIATE_TEST_SUITE_P(Versions, ClientAt, ::testing::Values(178, 200, 203, 213, 226),
                         [](const auto& version) { return std::to_string(version.param); });

TEST(Client, ARequestTheGatewayIsTooOldForIsRefusedWithBothVersions) {
  World world{{}, 200};
  world.become_ready();
  const auto refused = world.client().request(tws::ConfigRequest{}, {[](AnswerTo<tws::ConfigRequest>) {}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::unsupported);
  EXPECT_NE(refused.error().detail.find("219"), std::string::npos);
  EXPECT_NE(refused.error().detail.find("200"), std::string::npos);
}

orders::Contract apple() { return orders::Stock{orders::Symbol{"AAPL"}, orders::Currency{"USD"}}; }

TEST(Client, AFieldTheGatewayIsTooOldForRefusesTheOrder) {
  World world{{}, 200};
  world.become_ready();
  tws::Order order;
  order.total_quantity = Quantity::of(1);
  order.post_only = true;
  const auto refused = world.client().place({}, order);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().detail.find("216"), std::string::npos);
  world.pump();
  EXPECT_EQ(world.gateway().count("placeOrder"), 0U);
}

TEST(Client, ABuiltOrderIsCheckedBeforeItTakesAnId) {
  World world;
  world.become_ready();
  const orders::Order good{Side::buy, Quantity::of(1), orders::Limit{Price::of(100)}, orders::Day{}};
  const orders::Order bad{Side::buy, Quantity::zero(), orders::Limit{Price::of(100)}, orders::Day{}};
  EXPECT_FALSE(world.client().place(apple(), bad).has_value());
  const auto id = world.client().place(apple(), good);
  ASSERT_TRUE(id.has_value()) << id.error().detail;
  EXPECT_EQ(id->value(), 1);
  world.pump();
  EXPECT_EQ(world.gateway().count("placeOrder"), 1U);
}

TEST(Client, ABracketIsSentParentFirstWithIdsOfItsOwn) {
  World world;
  world.become_ready();
  const orders::Order entry{Side::buy, Quantity::of(1), orders::Limit{Price::of(100)}, orders::Day{}};
  const auto bracket = orders::bracket(apple(), entry, Price::of(110), orders::Stop{Price::of(90)});
  ASSERT_TRUE(bracket.has_value()) << bracket.error().detail;
  const auto ids = world.client().place(*bracket);
  ASSERT_TRUE(ids.has_value()) << ids.error().detail;
  EXPECT_EQ(*ids, (std::vector{OrderId{1}, OrderId{2}, OrderId{3}}));
  world.pump();
  EXPECT_EQ(world.gateway().count("placeOrder"), 3U);
}

TEST(Client, AStreamIsNotARequestAndASnapshotIsNotAStream) {
  World world;
  world.become_ready();
  EXPECT_FALSE(world.client().request(market_data(), {[](AnswerTo<tws::MarketDataRequest>) {}}).has_value());
  auto snapshot = market_data();
  snapshot.snapshot = true;
  EXPECT_FALSE(world.client().subscribe(snapshot, Subscriber<tws::MarketDataRequest>{}).has_value());
  EXPECT_TRUE(world.client().request(snapshot, {[](AnswerTo<tws::MarketDataRequest>) {}}).has_value());
}

}  // namespace
}  // namespace tradewind::client
