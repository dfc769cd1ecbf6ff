#include "tradewind/core/client/chains/qualify_plan.hpp"

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tradewind::client::chains {
namespace {

std::vector<Candidate> candidates(int count) {
  std::vector<Candidate> result;
  for (int i = 0; i < count; ++i) {
    result.push_back(
        {"SMART", "SPY", Multiplier::of(100), Expiry::parse("20260116").value(), Price::of(100 + i), Right::call});
  }
  return result;
}
QualifyPlan plan(int count, const QualifyPlan::Options& options = {}) {
  return QualifyPlan{{"SPY", "USD"}, candidates(count), options};
}

tws::ContractData answer(double strike, std::int32_t con_id) {
  tws::ContractData message;
  message.contract.con_id = con_id;
  message.contract.strike = strike;
  message.contract.right = "C";
  message.contract.trading_class = "SPY";
  message.contract.multiplier = Multiplier::of(100);
  message.contract.last_trade_date_or_contract_month = "20260116";
  message.contract.local_symbol = "SPY   260116C00100000";
  return message;
}

TEST(QualifyPlan, AsksForAFewAtATime) {
  QualifyPlan chain = plan(6, {.in_flight_max = 2});
  const auto first = chain.next().value();
  const auto second = chain.next().value();
  EXPECT_FALSE(chain.next().has_value());
  chain.row(first.number, answer(100, 7));
  EXPECT_FALSE(chain.next().has_value());
  chain.end(first.number);
  EXPECT_EQ(chain.next().value().candidate, 2U);
  EXPECT_FALSE(chain.next().has_value());
  EXPECT_EQ(second.candidate, 1U);
  EXPECT_EQ(chain.in_flight(), 2U);
}

TEST(QualifyPlan, AsksWithEveryFieldOfTheCandidate) {
  std::vector<Candidate> one = candidates(1);
  one[0].strike = Price::parse("102.1").value();
  one[0].right = Right::put;
  QualifyPlan chain{{"SPY", "USD"}, one, {}};
  const auto request = chain.request(chain.next().value(), 42);
  EXPECT_EQ(request.req_id, 42);
  EXPECT_EQ(request.contract.symbol, "SPY");
  EXPECT_EQ(request.contract.sec_type, "OPT");
  EXPECT_EQ(request.contract.currency, "USD");
  EXPECT_EQ(request.contract.exchange, "SMART");
  EXPECT_EQ(request.contract.last_trade_date_or_contract_month, "20260116");
  EXPECT_EQ(request.contract.strike, 102.1);
  EXPECT_EQ(request.contract.right, "P");
  EXPECT_EQ(request.contract.multiplier, Multiplier::of(100));
  EXPECT_EQ(request.contract.trading_class, "SPY");
}

TEST(QualifyPlan, IsCompleteWhenEachExistsOrDoesNot) {
  QualifyPlan chain = plan(3);
  std::vector<QualifyPlan::Ask> asks;
  while (const auto ask = chain.next()) asks.push_back(*ask);
  auto details = answer(100, 7);
  details.contract_details.valid_exchanges = "SMART,CBOE";
  details.contract_details.market_rule_ids = "110,109";
  chain.row(asks[0].number, details);
  chain.end(asks[0].number);
  chain.error(asks[1].number, 200, "No security definition has been found for the request");
  EXPECT_FALSE(chain.is_over());
  chain.end(asks[2].number);
  EXPECT_TRUE(chain.is_over());
  const auto report = chain.report();
  EXPECT_TRUE(report.complete);
  ASSERT_EQ(report.qualified.size(), 1U);
  EXPECT_EQ(report.qualified[0].con_id, 7);
  EXPECT_EQ(report.qualified[0].local_symbol, "SPY   260116C00100000");
  EXPECT_EQ(report.qualified[0].market_rule_ids, "110,109");
  EXPECT_EQ(report.nonexistent, (std::vector<std::size_t>{1, 2}));
}

TEST(QualifyPlan, TakesNoOtherContractForTheAnswer) {
  const auto strange = [](auto change) {
    QualifyPlan chain = plan(1);
    const auto ask = chain.next().value();
    tws::ContractData message = answer(100, 7);
    change(message);
    chain.row(ask.number, message);
    chain.end(ask.number);
    const auto report = chain.report();
    return report.strange_rows == 1 && report.failed.size() == 1 && !report.complete;
  };
  EXPECT_FALSE(strange([](tws::ContractData&) {}));
  EXPECT_TRUE(strange([](tws::ContractData& m) { m.contract.strike = 101; }));
  EXPECT_TRUE(strange([](tws::ContractData& m) { m.contract.strike.reset(); }));
  EXPECT_TRUE(strange([](tws::ContractData& m) { m.contract.right = "P"; }));
  EXPECT_TRUE(strange([](tws::ContractData& m) { m.contract.right = "?"; }));
  EXPECT_TRUE(strange([](tws::ContractData& m) { m.contract.trading_class = "SPYW"; }));
  EXPECT_TRUE(strange([](tws::ContractData& m) { m.contract.multiplier = Multiplier::of(10); }));
  EXPECT_TRUE(strange([](tws::ContractData& m) { m.contract.last_trade_date_or_contract_month = "20260123"; }));
  EXPECT_TRUE(strange([](tws::ContractData& m) { m.contract.con_id = 0; }));
  // The last trading day may be the day before the expiry, and the chain name either.
  EXPECT_FALSE(strange([](tws::ContractData& m) {
    m.contract.last_trade_date_or_contract_month = "20260115";
    m.contract_details.real_expiration_date = "20260116";
  }));
}

TEST(QualifyPlan, DoesNotChooseBetweenTwoContracts) {
  QualifyPlan chain = plan(1);
  const auto ask = chain.next().value();
  chain.row(ask.number, answer(100, 7));
  chain.row(ask.number, answer(100, 7));  // the same again is fine
  chain.row(ask.number, answer(100, 8));
  chain.end(ask.number);
  const auto report = chain.report();
  ASSERT_EQ(report.failed.size(), 1U);
  EXPECT_NE(report.failed[0].why.find("ambiguous: contracts 7 and 8"), std::string::npos) << report.failed[0].why;
  QualifyPlan other = plan(1);
  other.error(other.next().value().number, 200, "The contract description specified for SPY is ambiguous.");
  EXPECT_EQ(other.report().failed.size(), 1U);
  EXPECT_TRUE(other.report().nonexistent.empty());
}

TEST(QualifyPlan, TriesAgainWhereTheGatewaySaysSoAndNotForEver) {
  QualifyPlan chain = plan(1, {.tries_max = 3});
  for (int i = 0; i < 3; ++i) {
    const auto ask = chain.next();
    ASSERT_TRUE(ask.has_value()) << i;
    chain.error(ask->number, 504, "Not connected");
  }
  EXPECT_FALSE(chain.next().has_value());
  EXPECT_TRUE(chain.is_over());
  EXPECT_FALSE(chain.report().complete);
  EXPECT_NE(chain.report().failed.at(0).why.find("error 504 after 3 tries"), std::string::npos);
}

TEST(QualifyPlan, GoesOnAfterANoticeThatEndsNothing) {
  QualifyPlan chain = plan(1);
  const auto ask = chain.next().value();
  chain.error(ask.number, 2104, "Market data farm connection is OK");
  EXPECT_EQ(chain.in_flight(), 1U);
  chain.row(ask.number, answer(100, 7));
  chain.end(ask.number);
  EXPECT_TRUE(chain.report().complete);
}

TEST(QualifyPlan, DoesNotMistakeALateAnswerForTheNextOne) {
  QualifyPlan chain = plan(1);
  const auto lost = chain.next().value();
  chain.connection_lost();
  const auto again = chain.next().value();
  EXPECT_EQ(again.candidate, lost.candidate);
  EXPECT_NE(again.number, lost.number);
  chain.error(lost.number, 200, "No security definition has been found for the request");
  chain.end(lost.number);
  EXPECT_EQ(chain.report().unknown.size(), 1U);
  chain.row(again.number, answer(100, 7));
  chain.end(again.number);
  EXPECT_TRUE(chain.report().complete);
}

TEST(QualifyPlan, ThatIsCancelledAsksNothingMoreAndSaysWhatIsUnknown) {
  QualifyPlan chain = plan(6, {.in_flight_max = 2});
  const auto first = chain.next().value();
  const auto second = chain.next().value();
  chain.row(first.number, answer(100, 7));
  chain.end(first.number);
  EXPECT_EQ(chain.cancel(), std::vector<std::uint32_t>{second.number});
  EXPECT_TRUE(chain.is_over());
  EXPECT_FALSE(chain.next().has_value());
  chain.row(second.number, answer(101, 8));
  chain.end(second.number);
  const auto report = chain.report();
  EXPECT_FALSE(report.complete);
  EXPECT_EQ(report.qualified.size(), 1U);
  EXPECT_EQ(report.unknown, (std::vector<std::size_t>{1, 2, 3, 4, 5}));
}

// A gateway that answers in any order, loses connections and refuses now and then.
RC_GTEST_PROP(QualifyPlanProperty, KnowsInTheEndWhatTheGatewayKnows, ()) {
  const int count = *rc::gen::inRange(0, 12);
  const auto in_flight_max = *rc::gen::inRange<std::size_t>(1, 5);
  QualifyPlan chain = plan(count, {.in_flight_max = in_flight_max, .tries_max = 1000});
  std::set<std::size_t> exists;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (*rc::gen::arbitrary<bool>()) exists.insert(i);
  }
  std::vector<QualifyPlan::Ask> open;
  const auto choices = *rc::gen::container<std::vector<unsigned>>(200, rc::gen::inRange(0U, 1000U));
  for (std::size_t step = 0; !chain.is_over(); ++step) {
    RC_ASSERT(step < choices.size() + 100);
    // After the random part the gateway behaves, so that there is an end.
    const unsigned choice = step < choices.size() ? choices[step] : 9;
    while (const auto ask = chain.next()) open.push_back(*ask);
    RC_ASSERT(open.size() <= in_flight_max && !open.empty());
    const auto picked = open.begin() + static_cast<std::ptrdiff_t>(choice / 10 % open.size());
    const QualifyPlan::Ask ask = *picked;
    if (choice % 10 == 0) {
      chain.connection_lost();
      open.clear();
    } else {
      open.erase(picked);
      if (choice % 10 == 1) {
        chain.error(ask.number, 504, "Not connected");
      } else if (exists.contains(ask.candidate)) {
        chain.row(ask.number,
                  answer(100.0 + static_cast<double>(ask.candidate), 1000 + static_cast<int>(ask.candidate)));
        chain.end(ask.number);
      } else {
        chain.error(ask.number, 200, "No security definition has been found for the request");
      }
    }
  }
  const auto report = chain.report();
  RC_ASSERT(report.complete);
  std::set<std::size_t> found;
  for (const QualifiedOption& each : report.qualified) found.insert(static_cast<std::size_t>(each.con_id - 1000));
  RC_ASSERT(found == exists);
  RC_ASSERT(report.qualified.size() + report.nonexistent.size() == static_cast<std::size_t>(count));
}

}  // namespace
}  // namespace tradewind::client::chains
