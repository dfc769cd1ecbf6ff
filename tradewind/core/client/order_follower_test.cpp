#include "tradewind/core/client/order_follower.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace tradewind::client {
namespace {

tws::Contract stock() {
  tws::Contract contract;
  contract.symbol = "AAPL";
  contract.sec_type = "STK";
  return contract;
}

tws::Order limit_order(std::int64_t quantity) {
  tws::Order order;
  order.action = "BUY";
  order.total_quantity = Quantity::of(quantity);
  order.order_type = "LMT";
  order.lmt_price = Price::of(100);
  return order;
}

tws::OpenOrder open_order(std::string_view status) {
  tws::OpenOrder message;
  message.order_id = 7;
  message.contract = stock();
  message.order = limit_order(100);
  message.order.perm_id = 4711;
  message.order_state.status = status;
  return message;
}

tws::OrderStatus order_status(std::string_view status, std::int64_t filled) {
  tws::OrderStatus message;
  message.order_id = 7;
  message.status = status;
  message.filled = Quantity::of(filled);
  message.remaining = Quantity::of(100 - filled);
  message.perm_id = 4711;
  return message;
}

tws::ExecutionDetails execution(std::string_view exec_id, std::int64_t shares, std::int64_t cumulative,
                                std::int64_t price) {
  tws::ExecutionDetails message;
  message.contract = stock();
  message.execution.order_id = 7;
  message.execution.exec_id = exec_id;
  message.execution.side = "BOT";
  message.execution.shares = Quantity::of(shares);
  message.execution.cum_qty = Quantity::of(cumulative);
  message.execution.price = Price::of(price);
  message.execution.perm_id = 4711;
  return message;
}

tws::CommissionAndFeesReport fees(std::string_view exec_id, std::optional<Amount> amount) {
  tws::CommissionAndFeesReport message;
  message.exec_id = exec_id;
  message.commission_and_fees = amount;
  message.currency = "USD";
  return message;
}

tws::ErrorMessage error(std::int32_t code) {
  tws::ErrorMessage message;
  message.id = 7;
  message.error_code = code;
  return message;
}

OrderState sent_order() {
  OrderState state;
  state.sent(stock(), limit_order(100), false);
  return state;
}

// What must be the same in the end.
std::string summary(const OrderState& state) {
  std::string text = fmt::format("{} filled {} at {} perm {} over {} cancelling {} misses {}", name(state.stage()),
                                 state.filled(), state.average_price() ? state.average_price()->text() : "-",
                                 state.perm_id(), state.is_over(), state.is_cancelling(), state.misses_executions());
  for (const auto& [stem, fill] : state.fills())
    text += fmt::format(" {}.{}:{}@{}", stem, fill.revision, fill.shares, fill.price);
  for (const auto& [stem, fee] : state.fees())
    text += fmt::format(" {}.{}:{}", stem, fee.revision, fee.amount.value_or(Amount::zero()));
  return text;
}

using Fact = std::function<void(OrderState&)>;

// Every order of the facts, and in each every fact twice: again at once, and all of them again at the end.
void expect_one_end(const std::vector<Fact>& facts, const std::function<void(OrderState&)>& before,
                    const std::string& expected) {
  std::vector<std::size_t> order(facts.size());
  std::iota(order.begin(), order.end(), 0);
  std::size_t sequences = 0;
  do {
    OrderState once = sent_order();
    before(once);
    for (const std::size_t i : order) facts[i](once);
    ASSERT_EQ(summary(once), expected);
    OrderState twice = sent_order();
    before(twice);
    for (const std::size_t i : order) {
      facts[i](twice);
      facts[i](twice);
    }
    for (const std::size_t i : order) facts[i](twice);
    ASSERT_EQ(summary(twice), expected);
    sequences += 2;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_GE(sequences, 2U);
}

TEST(OrderFollower, AFilledOrderEndsTheSameInEveryOrderOfMessages) {
  expect_one_end(
      {[](OrderState& s) { s.told(open_order("Submitted")); },
       [](OrderState& s) { s.told(order_status("Filled", 100)); },
       [](OrderState& s) { s.told(order_status("PreSubmitted", 0)); },
       [](OrderState& s) { s.told(execution("0001.01.01", 60, 60, 100)); },
       [](OrderState& s) { s.told(execution("0001.02.01", 40, 100, 101)); },
       [](OrderState& s) { s.told(fees("0001.01.01", Amount::of(1))); },
       [](OrderState& s) { s.told(error(399), "held until the opening"); }},
      [](OrderState&) {},
      "filled filled 100 at 100.4 perm 4711 over true cancelling false misses false 0001.01.1:60@100 "
      "0001.02.1:40@101 0001.01.1:1");
}

TEST(OrderFollower, ACancelThatCrossesAFillEndsTheSameInEveryOrderOfMessages) {
  expect_one_end(
      {[](OrderState& s) { s.told(open_order("Submitted")); },
       [](OrderState& s) { s.told(order_status("Cancelled", 60)); },
       [](OrderState& s) { s.told(execution("0001.01.01", 60, 60, 100)); },
       [](OrderState& s) { s.told(fees("0001.01.01", std::nullopt)); },
       [](OrderState& s) { s.told(fees("0001.01.01", Amount::of(1))); },
       [](OrderState& s) { s.told(error(202), "cancelled"); },
       [](OrderState& s) { s.told(order_status("PendingCancel", 0)); }},
      [](OrderState& s) { s.cancel_sent(); },
      "cancelled filled 60 at 100 perm 4711 over true cancelling false misses false 0001.01.1:60@100 "
      "0001.01.1:1");
}

TEST(OrderFollower, OfThreeRevisionsTheHighestStandsInEveryOrder) {
  expect_one_end(
      {[](OrderState& s) { s.told(execution("0001.01.01", 60, 60, 100)); },
       [](OrderState& s) { s.told(execution("0001.01.02", 50, 50, 101)); },
       [](OrderState& s) { s.told(execution("0001.01.03", 40, 40, 102)); },
       [](OrderState& s) { s.told(order_status("Submitted", 0)); }},
      [](OrderState&) {},
      // The sixty that were reported once have been taken back: nothing is missing.
      "working filled 40 at 102 perm 4711 over false cancelling false misses false 0001.01.3:40@102");
}

TEST(OrderFollower, AStatusOfFilledFillsNothing) {
  OrderState state = sent_order();
  state.told(order_status("Filled", 100));
  EXPECT_NE(state.stage(), OrderStage::filled);
  EXPECT_FALSE(state.is_over());
  EXPECT_TRUE(state.misses_executions());
}

TEST(OrderFollower, ALateStatusTakesNothingBack) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.told(order_status("PreSubmitted", 0));
  state.told(order_status("PendingSubmit", 0));
  EXPECT_EQ(state.stage(), OrderStage::working);
}

TEST(OrderFollower, AnUnknownCodeRejectsNothing) {
  OrderState state = sent_order();
  state.told(error(99'999), "never heard of");
  EXPECT_EQ(state.stage(), OrderStage::sent);
  EXPECT_FALSE(state.is_over());
  EXPECT_EQ(state.last_code(), 99'999);
}

TEST(OrderFollower, ARejectionOfAChangeLeavesTheOrderAlive) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.sent(stock(), limit_order(200), true);
  state.told(error(110), "the price does not conform to the minimum price variation");
  EXPECT_EQ(state.stage(), OrderStage::working);
}

TEST(OrderFollower, ARefusedChangeOfQuantityFallsBackToWhatTheGatewayConfirmed) {
  OrderState state = sent_order();
  auto confirmed = open_order("Submitted");
  confirmed.order.total_quantity = Quantity::of(90);  // it may confirm another one than was sent
  state.told(confirmed);
  state.sent(stock(), limit_order(200), true);
  EXPECT_EQ(state.quantity(), Quantity::of(200));
  state.told(error(201), "cannot change");
  EXPECT_EQ(state.quantity(), Quantity::of(90));
  state.told(execution("0001.01.01", 90, 90, 100));
  EXPECT_EQ(state.stage(), OrderStage::filled);
}

TEST(OrderFollower, ARefusalThatIsToldTwiceDoesWhatOneDoes) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.sent(stock(), limit_order(200), true);
  state.told(error(201), "cannot change");
  state.told(error(201), "cannot change");
  EXPECT_EQ(state.stage(), OrderStage::working);
  EXPECT_EQ(state.quantity(), Quantity::of(100));
}

TEST(OrderFollower, OfTwoChangesTheRefusedOneIsTheOlder) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.sent(stock(), limit_order(200), true);
  state.sent(stock(), limit_order(300), true);
  state.told(error(201), "cannot change");
  EXPECT_EQ(state.quantity(), Quantity::of(300));
  state.told(error(201), "cannot change");
  EXPECT_EQ(state.quantity(), Quantity::of(100));
}

TEST(OrderFollower, AConfirmedChangeOfQuantityIsWhatALaterRefusalFallsBackTo) {
  OrderState state = sent_order();
  auto told = open_order("Submitted");
  state.sent(stock(), limit_order(200), true);
  state.told(told);  // an echo of before takes nothing back
  EXPECT_EQ(state.quantity(), Quantity::of(200));
  told.order.total_quantity = Quantity::of(200);
  state.told(told);
  state.sent(stock(), limit_order(300), true);
  state.told(error(201), "cannot change");
  EXPECT_EQ(state.quantity(), Quantity::of(200));
  told.order.total_quantity = Quantity::of(150);
  state.told(told);
  EXPECT_EQ(state.quantity(), Quantity::of(150)) << "no change is under way: what the gateway says is so";
}

TEST(OrderFollower, AChangeThatWentWithItsConnectionIsWhatTheNextOneTells) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.sent(stock(), limit_order(200), true);
  state.connection_lost();
  EXPECT_EQ(state.quantity(), Quantity::of(200));
  state.told(open_order("Submitted"));
  EXPECT_EQ(state.quantity(), Quantity::of(100));
}

TEST(OrderFollower, ARefusedChangeOfPriceLeavesALaterChangeOfQuantity) {
  OrderState state = sent_order();
  state.told(open_order("Submitted"));
  state.sent(stock(), limit_order(100), true);  // another price
  state.sent(stock(), limit_order(200), true);
  state.told(error(201), "the price is refused");
  EXPECT_EQ(state.quantity(), Quantity::of(200));
  state.told(execution("0001.01.01", 100, 100, 100));
  EXPECT_EQ(state.stage(), OrderStage::working);
}

TEST(OrderFollower, WhetherAStatusOrAnOpenOrderComesFirstOnTheNextConnectionDecidesNothing) {
  for (const bool status_first : {true, false}) {
    OrderState state = sent_order();
    state.told(open_order("Submitted"));
    state.sent(stock(), limit_order(200), true);
    state.connection_lost();
    if (status_first) state.told(order_status("Submitted", 0));
    state.told(open_order("Submitted"));
    if (!status_first) state.told(order_status("Submitted", 0));
    EXPECT_EQ(state.quantity(), Quantity::of(100)) << status_first;
  }
}

TEST(OrderFollower, ARefusedCancelLeavesTheChangeUnderWay) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.sent(stock(), limit_order(200), true);
  state.cancel_sent();
  state.told(error(161), "cancel attempted when order is not in a cancellable state");
  EXPECT_FALSE(state.is_cancelling());
  state.told(open_order("Submitted"));
  EXPECT_EQ(state.quantity(), Quantity::of(200));
  state.told(error(201), "cannot change");
  EXPECT_EQ(state.stage(), OrderStage::working);
  EXPECT_EQ(state.quantity(), Quantity::of(100));
}

TEST(OrderFollower, ARefusedChangeLeavesTheCancelUnderWay) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.sent(stock(), limit_order(200), true);
  state.cancel_sent();
  state.told(error(110), "the price does not conform to the minimum price variation");
  EXPECT_TRUE(state.is_cancelling());
  EXPECT_EQ(state.quantity(), Quantity::of(100));
}

TEST(OrderFollower, ARefusedCancelLeavesTheOrderAliveAndNotCancelling) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.cancel_sent();
  EXPECT_TRUE(state.is_cancelling());
  state.told(error(161), "cancel attempted when order is not in a cancellable state");
  EXPECT_FALSE(state.is_cancelling());
  EXPECT_EQ(state.stage(), OrderStage::working);
}

TEST(OrderFollower, AnOrderToCancelThatIsNotFoundIsNotOver) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.cancel_sent();
  state.told(error(10147), "OrderId 7 that needs to be cancelled is not found");
  EXPECT_FALSE(state.is_over());
}

TEST(OrderFollower, ALostConnectionMakesALivingOrderUncertainUntilItIsToldOf) {
  OrderState state = sent_order();
  state.told(order_status("Submitted", 0));
  state.connection_lost();
  EXPECT_TRUE(state.is_uncertain());
  EXPECT_FALSE(state.is_over());
  state.told(open_order("Submitted"));
  EXPECT_FALSE(state.is_uncertain());
}

TEST(OrderFollower, ACombinationCountsItsOwnFillsAndNotThoseOfTheLegs) {
  OrderState state;
  tws::Contract bag;
  bag.sec_type = "BAG";
  state.sent(bag, limit_order(10), false);
  auto whole = execution("0001.01.01", 10, 10, 5);
  whole.contract.sec_type = "BAG";
  state.told(whole);
  state.told(execution("0001.02.01", 10, 10, 105));
  state.told(execution("0001.03.01", 10, 10, 100));
  EXPECT_EQ(state.filled(), Quantity::of(10));
  EXPECT_EQ(state.stage(), OrderStage::filled);
}

TEST(OrderFollower, ACodeRejectsANewOrderExactlyWhenTheCatalogueSaysSo) {
  for (const tws::ErrorInfo& info : tws::error_catalogue()) {
    OrderState state = sent_order();
    state.told(error(info.code), "text");
    const auto effect = order_effect(info, tws::RequestKind::new_order);
    EXPECT_EQ(state.stage() == OrderStage::rejected, effect == tws::OrderEffect::rejected) << info.code;
    EXPECT_EQ(state.stage() == OrderStage::cancelled, effect == tws::OrderEffect::cancelled) << info.code;
  }
}

}  // namespace
}  // namespace tradewind::client
