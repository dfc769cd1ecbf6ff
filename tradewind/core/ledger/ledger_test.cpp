#include "tradewind/core/ledger/ledger.hpp"

#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tradewind::ledger {
namespace {

using model::AccountId;
using model::Commission;
using model::ConId;
using model::ExecId;
using model::Execution;
using model::StrategyName;

const AccountId kAccount{"DU0000000"};
const StrategyName kSma{"sma"};
const Currency kUsd{"USD"};

Execution fill(const char* id, Side side, const char* quantity, const char* price, std::int32_t contract = 1) {
  Execution execution;
  execution.exec_id = ExecId::from(id).value();
  execution.account = kAccount;
  execution.contract.con_id = ConId{contract};
  execution.contract.symbol = model::Symbol{"SPY"};
  execution.contract.currency = kUsd;
  execution.side = side;
  execution.quantity = Quantity::parse(quantity).value();
  execution.price = Price::parse(price).value();
  execution.order_ref = model::OrderRef::from("ref");
  return execution;
}
Commission fee(const char* id, const char* amount) {
  return {.exec_id = ExecId::from(id).value(), .commission = {Amount::parse(amount).value(), kUsd}, .realized_pnl = {}};
}
std::string cash(const Ledger& ledger) { return ledger.cash(kUsd).value_or(Amount::zero()).text(); }
std::string position(const Ledger& ledger) { return ledger.position(kAccount, ConId{1}).text(); }
Holding holding(const Ledger& ledger) { return ledger.holdings().at({ConId{1}, kAccount, kSma}); }

TEST(Ledger, BooksBuysAndSellsExactly) {
  Ledger ledger;
  ASSERT_TRUE(ledger.open(Money{Amount::of(1'000'000), kUsd}).has_value());
  EXPECT_EQ(ledger.book(fill("a.01", Side::buy, "100", "169.9975"), kSma).value(), Booking::booked);
  EXPECT_EQ(ledger.book(fill("b.01", Side::sell, "40", "170.10"), kSma).value(), Booking::booked);
  EXPECT_EQ(ledger.book(fee("a.01", "1.0")).value(), Booking::booked);
  EXPECT_EQ(cash(ledger), "989803.25");
  EXPECT_EQ(position(ledger), "60");
  EXPECT_EQ(holding(ledger).cost.text(), "10199.85");
  EXPECT_EQ(holding(ledger).realized.text(), "4.1");
  EXPECT_EQ(ledger.missing_commissions(), 1U);
}

TEST(Ledger, TurnsThroughZero) {
  Ledger ledger;
  ASSERT_TRUE(ledger.book(fill("a.01", Side::buy, "10", "100"), kSma).has_value());
  ASSERT_TRUE(ledger.book(fill("b.01", Side::sell, "15", "110"), kSma).has_value());
  EXPECT_EQ(position(ledger), "-5");
  EXPECT_EQ(holding(ledger).realized.text(), "100");
  EXPECT_EQ(holding(ledger).cost.text(), "-550");
  ASSERT_TRUE(ledger.book(fill("c.01", Side::buy, "5", "90"), kSma).has_value());
  EXPECT_EQ(holding(ledger).realized.text(), "200");
  EXPECT_TRUE(holding(ledger).cost.is_zero());
}

TEST(Ledger, BooksAnExecutionOnce) {
  Ledger ledger;
  EXPECT_EQ(ledger.book(fill("a.01", Side::buy, "10", "100"), kSma).value(), Booking::booked);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(ledger.book(fill("a.01", Side::buy, "10", "100"), kSma).value(), Booking::duplicate);
  EXPECT_EQ(position(ledger), "10");
  EXPECT_EQ(ledger.fill_count(), 1U);
  EXPECT_EQ(ledger.filled(model::OrderRef::from("ref")).text(), "10");
}

// All orders in which an original and two corrections can arrive, with duplicates: the highest revision counts (F097, F098).
TEST(Ledger, TheHighestRevisionCountsInWhateverOrderTheyCome) {
  std::vector<Execution> revisions = {fill("a.01", Side::buy, "10", "100"), fill("a.02", Side::buy, "8", "101"),
                                      fill("a.03", Side::buy, "9", "99.5")};
  std::vector<int> order = {0, 1, 2, 0, 2};
  std::ranges::sort(order);
  do {
    Ledger ledger;
    ASSERT_TRUE(ledger.book(fill("x.01", Side::buy, "5", "100"), kSma).has_value());
    for (const int i : order) ASSERT_TRUE(ledger.book(revisions[static_cast<std::size_t>(i)], kSma).has_value());
    ASSERT_TRUE(ledger.book(fill("y.01", Side::sell, "14", "100"), kSma).has_value());
    EXPECT_EQ(position(ledger), "0");
    EXPECT_EQ(cash(ledger), "4.5");
    EXPECT_EQ(holding(ledger).realized.text(), "4.5");
    EXPECT_EQ(ledger.filled(model::OrderRef::from("ref")).text(), "28");
  } while (std::ranges::next_permutation(order).found);
}

Execution part(const char* id, const char* quantity, const char* cumulative) {
  Execution execution = fill(id, Side::buy, quantity, "100");
  execution.cumulative = Quantity::parse(cumulative).value();
  return execution;
}

TEST(Ledger, KnowsWhichPartOfItsOrderAnExecutionFills) {
  Ledger ledger;
  const auto missing = [&] { return ledger.missing(model::OrderRef::from("ref")).text(); };
  EXPECT_EQ(ledger.place(part("a.01", "10", "10")), Place::fits);
  EXPECT_EQ(ledger.place(part("a.01", "10", "10.5")), Place::ahead);
  ASSERT_TRUE(ledger.book(part("a.01", "10", "10"), kSma).has_value());
  EXPECT_EQ(missing(), "0");
  EXPECT_EQ(ledger.place(part("a.01", "10", "10")), Place::fits) << "it is known";
  EXPECT_EQ(ledger.place(part("a.02", "8", "8")), Place::fits) << "it corrects one that is known";
  EXPECT_EQ(ledger.place(part("b.01", "10", "10")), Place::taken);
  EXPECT_EQ(ledger.place(part("b.01", "10", "19.9")), Place::taken) << "in part";
  EXPECT_EQ(ledger.place(part("b.01", "10", "5")), Place::taken) << "more than the broker has counted";
  EXPECT_EQ(ledger.place(part("b.01", "10", "20")), Place::fits);
  EXPECT_EQ(ledger.place(part("b.01", "10", "0")), Place::fits) << "the broker does not count";
  EXPECT_EQ(ledger.place(part("b.01", "0", "10")), Place::fits) << "a bust that is here before its trade";
  Execution other = part("b.01", "10", "10");
  other.order_ref = model::OrderRef::from("other");
  EXPECT_EQ(ledger.place(other), Place::fits);

  EXPECT_EQ(ledger.place(part("c.01", "5", "35")), Place::ahead);
  ASSERT_TRUE(ledger.book(part("c.01", "5", "35"), kSma).has_value());
  EXPECT_EQ(missing(), "20");
  EXPECT_EQ(ledger.place(part("d.01", "15", "30")), Place::fits) << "it comes late";
  ASSERT_TRUE(ledger.book(part("d.01", "15", "30"), kSma).has_value());
  EXPECT_EQ(missing(), "5");
  EXPECT_EQ(ledger.place(part("e.01", "5", "15")), Place::fits);
  ASSERT_TRUE(ledger.book(part("e.01", "5", "15"), kSma).has_value());
  EXPECT_EQ(missing(), "0");
}

// The broker counts without a trade that was busted, and its later numbers fall onto parts that are filled.
TEST(Ledger, WhatTheBrokerCountsAfterABustFits) {
  Ledger ledger;
  ASSERT_TRUE(ledger.book(part("a.01", "40", "40"), kSma).has_value());
  ASSERT_TRUE(ledger.book(part("b.01", "50", "90"), kSma).has_value());
  ASSERT_TRUE(ledger.book(part("a.02", "0", "0"), kSma).has_value());
  EXPECT_EQ(ledger.place(part("c.01", "20", "70")), Place::fits);
  EXPECT_EQ(ledger.place(part("c.01", "20", "90")), Place::taken);
}

TEST(Ledger, ABustedTradeIsAsIfItHadNeverBeen) {
  Ledger ledger;
  ASSERT_TRUE(ledger.book(fill("a.01", Side::buy, "10", "100"), kSma).has_value());
  ASSERT_TRUE(ledger.book(fill("b.01", Side::sell, "10", "105"), kSma).has_value());
  EXPECT_EQ(ledger.book(fill("a.02", Side::buy, "0", "100"), kSma).value(), Booking::corrected);
  EXPECT_EQ(position(ledger), "-10");
  EXPECT_EQ(cash(ledger), "1050");
  EXPECT_TRUE(holding(ledger).realized.is_zero());
}

TEST(Ledger, BooksACommissionOnceInWhateverOrderItComes) {
  for (const bool execution_first : {false, true}) {
    Ledger ledger;
    if (execution_first) {
      ASSERT_TRUE(ledger.book(fill("a.01", Side::buy, "1", "100"), kSma).has_value());
    }
    EXPECT_EQ(ledger.book(fee("a.01", "1.25")).value(), Booking::booked);
    EXPECT_EQ(ledger.book(fee("a.01", "1.25")).value(), Booking::duplicate);
    EXPECT_EQ(ledger.book(fee("a.01", "1.00")).value(), Booking::corrected);
    if (!execution_first) {
      EXPECT_EQ(cash(ledger), "0") << "whose it is, is not known yet";
      EXPECT_EQ(ledger.commissions(kUsd).text(), "0");
      ASSERT_TRUE(ledger.book(fill("a.01", Side::buy, "1", "100"), kSma).has_value());
    }
    EXPECT_EQ(cash(ledger), "-101");
    EXPECT_EQ(ledger.commissions(kUsd).text(), "1");
    ASSERT_TRUE(ledger.book(fill("b.01", Side::sell, "1", "100"), kSma).has_value());
    EXPECT_EQ(ledger.book(fee("b.01", "-0.20")).value(), Booking::booked) << "a rebate is kept";
    EXPECT_EQ(ledger.commissions(kUsd).text(), "0.8");
    EXPECT_EQ(cash(ledger), "-0.8");
  }
}

TEST(Ledger, BooksACommissionInAnotherCurrencyThanTheTrade) {
  Ledger ledger;
  EXPECT_EQ(ledger.book(Commission{model::ExecId::from("a.01").value(), {Amount::of(2), Currency{"CHF"}}, {}}).value(),
            Booking::booked);
  ASSERT_TRUE(ledger.book(fill("a.01", Side::buy, "1", "100"), kSma).has_value());
  EXPECT_EQ(cash(ledger), "-100");
  EXPECT_EQ(ledger.cash(Currency{"CHF"}), Amount::of(-2));
}

TEST(Ledger, KeepsOwnersApartAndSumsThemToTheAccount) {
  Ledger ledger;
  model::ContractRef spy = fill("z.01", Side::buy, "1", "1").contract;
  ASSERT_TRUE(ledger.open(kAccount, spy, Position::parse("-7").value()).has_value());
  ASSERT_TRUE(ledger.book(fill("a.01", Side::buy, "10", "100"), kSma).has_value());
  ASSERT_TRUE(ledger.book(fill("m.01", Side::buy, "2", "100"), StrategyName{}).has_value());
  EXPECT_EQ(ledger.position(kSma, ConId{1}).text(), "10");
  EXPECT_EQ(ledger.position(StrategyName{}, ConId{1}).text(), "-5");
  EXPECT_EQ(position(ledger), "5");
}

TEST(Ledger, RefusesWhatDoesNotFitAndStaysAsItWas) {
  Ledger ledger;
  ASSERT_TRUE(ledger.book(fill("a.01", Side::buy, "90000000000", "9000000000"), kSma).has_value());
  const auto before = holding(ledger);
  EXPECT_FALSE(ledger.book(fill("b.01", Side::buy, "90000000000", "9000000000"), kSma).has_value());
  EXPECT_EQ(holding(ledger), before);
  EXPECT_EQ(ledger.fill_count(), 1U);
}

// Goal: cash and position are the plain sums of what is booked, whatever arrives how often. Method: random fills, fees,
// corrections and repeats against sums kept apart.
TEST(Ledger, EqualsPlainSumsForRandomHistories) {
  Rng rng{3};
  for (int history = 0; history < 50; ++history) {
    Ledger ledger;
    std::map<int, Execution> latest;
    for (int step = 0; step < 200; ++step) {
      const int id = static_cast<int>(rng.below(60));
      const int revision = static_cast<int>(rng.below(3)) + 1;
      Execution execution =
          fill(fmt::format("e{}.{:02}", id, revision).c_str(), id % 2 == 0 ? Side::buy : Side::sell, "1", "1");
      execution.quantity = Quantity::from_raw(rng.between(1, 1'000'000'000'000));
      execution.price = Price::from_raw(rng.between(1, 1'000'000'000'000));
      const auto known = latest.find(id);
      const bool counts = known == latest.end() || known->second.exec_id.revision() < execution.exec_id.revision();
      ASSERT_TRUE(ledger.book(execution, kSma).has_value());
      if (counts) latest.insert_or_assign(id, execution);
      if (rng.one_in(2)) {
        const Amount amount = Amount::from_raw(Int128{rng.between(0, 1'000'000)} * 1'000'000'000'000);
        ASSERT_TRUE(ledger.book(Commission{execution.exec_id, {amount, kUsd}, {}}).has_value());
      }
    }
    Int128 expected_position = 0;
    Amount expected_cash = Amount::zero();
    for (const auto& [id, execution] : latest) {
      const Amount value = notional(execution.price, execution.quantity, Multiplier::of(1)).value();
      const bool buy = execution.side == Side::buy;
      expected_position += buy ? execution.quantity.raw() : -execution.quantity.raw();
      expected_cash = add(expected_cash, buy ? negate(value) : value).value();
    }
    EXPECT_EQ(Int128{ledger.position(kAccount, ConId{1}).raw()}, expected_position);
    EXPECT_EQ(ledger.cash(kUsd).value(), subtract(expected_cash, ledger.commissions(kUsd)).value());
    EXPECT_EQ(ledger.fill_count(), latest.size());
  }
}

TEST(Ledger, CountsFillsWithoutACommissionInWhateverOrderBothCome) {
  Ledger ledger;
  ASSERT_TRUE(ledger.book(fee("a.01", "1.0")).has_value());
  EXPECT_EQ(ledger.missing_commissions(), 0U) << "of a fill that is not ours, as far as is known";
  ASSERT_TRUE(ledger.book(fill("a.01", Side::buy, "1", "10"), kSma).has_value());
  EXPECT_EQ(ledger.missing_commissions(), 0U);
  ASSERT_TRUE(ledger.book(fill("b.01", Side::buy, "1", "10"), kSma).has_value());
  ASSERT_TRUE(ledger.book(fill("b.02", Side::buy, "2", "10"), kSma).has_value());
  EXPECT_EQ(ledger.missing_commissions(), 1U) << "a correction is the same fill";
  ASSERT_TRUE(ledger.book(fee("b.01", "1.0")).has_value());
  ASSERT_TRUE(ledger.book(fee("b.01", "2.0")).has_value());
  EXPECT_EQ(ledger.missing_commissions(), 0U);
}

}  // namespace
}  // namespace tradewind::ledger
