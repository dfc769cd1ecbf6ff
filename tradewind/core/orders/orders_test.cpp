#include "tradewind/core/orders/orders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace tradewind::orders {
namespace {

using model::ClientId;
using model::ConId;
using model::OrderErrorKind;
using model::OrderId;
using model::OrderRef;
using model::OrderState;
using model::PermId;

Quantity q(int whole) { return Quantity::of(whole); }
OrderRef ref(int n) { return OrderRef::from("R" + std::to_string(n)); }

model::OrderIntent intent(int n, int quantity = 10, Side side = Side::buy) {
  model::OrderIntent made;
  made.order_ref = ref(n);
  made.order_id = OrderId{100 + n};
  made.client_id = ClientId{7};
  made.contract.con_id = ConId{1};
  made.request.side = side;
  made.request.quantity = q(quantity);
  return made;
}
model::OrderStatusSeen status(int n, const char* word, int perm = 0, int client = 7) {
  return {.order_id = OrderId{100 + n},
          .client_id = ClientId{client},
          .perm_id = PermId{perm},
          .status = InlineText<24>{word}};
}
model::OpenOrderSeen open_order(int n, const char* word, int perm, int order_id = 0) {
  return {.order_ref = ref(n),
          .order_id = OrderId{order_id == 0 ? 100 + n : order_id},
          .client_id = ClientId{7},
          .perm_id = PermId{perm},
          .status = InlineText<24>{word}};
}
model::OrderErrorSeen error(int n, OrderErrorKind kind) {
  return {.order_id = OrderId{100 + n}, .code = 1, .kind = kind, .text = "words"};
}

struct Book : Orders {
  explicit Book(int quantity = 10) {
    park(intent(1, quantity), model::Seq{1});
    sent(ref(1));
  }
  [[nodiscard]] OrderState state() const { return find(ref(1))->state; }
  [[nodiscard]] std::string exposed() const { return exposure(ConId{1}).buy.text(); }
};

TEST(Orders, FollowTheirUsualLife) {
  Orders orders;
  orders.park(intent(1), model::Seq{1});
  EXPECT_EQ(orders.find(ref(1))->state, OrderState::parked);
  ASSERT_NE(orders.sent(ref(1)), nullptr);
  EXPECT_EQ(orders.sent(ref(1)), nullptr) << "sent once";
  ASSERT_NE(orders.seen_open(open_order(1, "PreSubmitted", 900)), nullptr);
  EXPECT_EQ(orders.status(status(1, "Submitted", 900)), nullptr) << "still working";
  ASSERT_NE(orders.filled(ref(1), q(4)), nullptr);
  EXPECT_EQ(orders.exposure(ConId{1}).buy, q(6));
  ASSERT_NE(orders.filled(ref(1), q(10)), nullptr);
  EXPECT_EQ(orders.find(ref(1))->state, OrderState::filled);
  EXPECT_TRUE(orders.exposure(ConId{1}).buy.is_zero());
  EXPECT_EQ(orders.live_count(), 0U);
}

// A market order can fill at once, without any status (F075).
TEST(Orders, ExecutionsAloneFillAnOrder) {
  Book book;
  book.filled(ref(1), q(10));
  EXPECT_EQ(book.state(), OrderState::filled);
}

TEST(Orders, TheStatusFilledDoesNotFillAnOrder) {
  Book book;
  book.status(status(1, "Filled", 900));
  EXPECT_EQ(book.state(), OrderState::working);
  EXPECT_EQ(book.exposed(), "10");
  book.filled(ref(1), q(10));
  EXPECT_EQ(book.state(), OrderState::filled);
}

// Every order of openOrder, two statuses and the fill, with duplicates, ends the same (F076 to F078).
TEST(Orders, EveryOrderOfCallbacksEndsInTheSameState) {
  std::vector<int> steps = {0, 1, 2, 3, 3, 2};
  std::ranges::sort(steps);
  int runs = 0;
  do {
    Book book;
    for (const int step : steps) {
      switch (step) {
        case 0:
          book.seen_open(open_order(1, "PreSubmitted", 900));
          break;
        case 1:
          book.status(status(1, "Submitted", 900));
          break;
        case 2:
          book.status(status(1, "Filled", 900));
          break;
        default:
          book.filled(ref(1), q(10));
          break;
      }
    }
    ++runs;
    ASSERT_EQ(book.state(), OrderState::filled);
    ASSERT_EQ(book.exposed(), "0");
    ASSERT_EQ(book.find(PermId{900}), book.find(ref(1)));
  } while (std::ranges::next_permutation(steps).found);
  EXPECT_EQ(runs, 180);
}

TEST(Orders, StatusNeverLeadsAFinalOrderBack) {
  Book book;
  book.filled(ref(1), q(10));
  for (const char* word : {"Submitted", "PreSubmitted", "PendingCancel", "Cancelled", "Inactive", "Filled"}) {
    EXPECT_EQ(book.status(status(1, word)), nullptr) << word;
    EXPECT_EQ(book.state(), OrderState::filled);
  }
  EXPECT_EQ(book.error(error(1, OrderErrorKind::rejected)), nullptr);
}

// F079: a fill after the cancel is booked, and one that completes the order makes it filled.
TEST(Orders, AFillAfterTheCancelCounts) {
  Book book;
  book.status(status(1, "Cancelled"));
  EXPECT_EQ(book.state(), OrderState::cancelled);
  ASSERT_NE(book.filled(ref(1), q(3)), nullptr);
  EXPECT_EQ(book.state(), OrderState::cancelled);
  EXPECT_EQ(book.find(ref(1))->filled, q(3));
  EXPECT_EQ(book.exposed(), "0");
  book.filled(ref(1), q(10));
  EXPECT_EQ(book.state(), OrderState::filled);
}

TEST(Orders, ErrorsDoWhatTheirKindSays) {
  const std::vector<std::pair<OrderErrorKind, OrderState>> cases = {
      {OrderErrorKind::information, OrderState::working},
      {OrderErrorKind::rejected, OrderState::rejected},
      {OrderErrorKind::cancelled, OrderState::cancelled},
      {OrderErrorKind::cancel_refused, OrderState::working},
      {OrderErrorKind::unknown, OrderState::unknown}};
  for (const auto& [kind, state] : cases) {
    Book book;
    book.status(status(1, "Submitted"));
    book.error(error(1, kind));
    EXPECT_EQ(book.state(), state) << name(kind);
    EXPECT_EQ(book.exposed(), is_final(state) ? "0" : "10") << "an order that is not final counts";
  }
}

// F052: error before status, status before error, one of them alone: the same end.
TEST(Orders, RejectionsEndTheSameInEveryOrder) {
  for (const int variant : {0, 1, 2, 3}) {
    Book book;
    const auto by_status = [&] { book.status(status(1, "Inactive")); };
    const auto by_error = [&] { book.error(error(1, OrderErrorKind::rejected)); };
    if (variant == 0) by_status(), by_error();
    if (variant == 1) by_error(), by_status();
    if (variant == 2) by_error();
    if (variant == 3) by_status();
    EXPECT_EQ(book.state(), variant == 3 ? OrderState::inactive : OrderState::rejected);
  }
}

TEST(Orders, AStatusWordNobodyKnowsMakesTheOrderUnknown) {
  Book book;
  ASSERT_NE(book.status(status(1, "Vanished")), nullptr);
  EXPECT_EQ(book.state(), OrderState::unknown);
  EXPECT_EQ(book.exposed(), "10");
  book.seen_open(open_order(1, "Submitted", 900));
  EXPECT_EQ(book.state(), OrderState::working) << "evidence ends it";
}

TEST(Orders, CancellingLastsUntilTheBrokerSaysMore) {
  Book book;
  book.seen_open(open_order(1, "Submitted", 900));
  ASSERT_NE(book.cancel_requested(ref(1)), nullptr);
  EXPECT_EQ(book.cancel_requested(ref(1)), nullptr);
  EXPECT_EQ(book.status(status(1, "Submitted", 900)), nullptr) << "a status on its way when the cancel left";
  EXPECT_EQ(book.state(), OrderState::cancelling);
  EXPECT_EQ(book.exposed(), "10");
  book.error(error(1, OrderErrorKind::cancel_refused));
  EXPECT_EQ(book.state(), OrderState::working);
}

// Error 321 answers a cancel as well as a new order: read as a rejection of the order, it would lose one that lives.
TEST(Orders, ARejectionWhileCancellingIsNotTakenForTheOrders) {
  Book book;
  book.seen_open(open_order(1, "Submitted", 900));
  ASSERT_NE(book.cancel_requested(ref(1)), nullptr);
  ASSERT_NE(book.error(error(1, OrderErrorKind::rejected)), nullptr);
  EXPECT_EQ(book.state(), OrderState::unknown);
  EXPECT_EQ(book.exposed(), "10") << "it may still fill";
  book.seen_open(open_order(1, "Submitted", 900));
  EXPECT_EQ(book.state(), OrderState::working);
  EXPECT_NE(book.cancel_requested(ref(1)), nullptr) << "and be cancelled again";
}

TEST(Orders, ACancelLostWithTheSessionCanBeAskedForAgain) {
  Book book;
  book.seen_open(open_order(1, "Submitted", 900));
  ASSERT_NE(book.cancel_requested(ref(1)), nullptr);
  EXPECT_EQ(book.session_lost().size(), 1U);
  book.seen_open(open_order(1, "Submitted", 900));
  EXPECT_EQ(book.state(), OrderState::working);
  EXPECT_NE(book.cancel_requested(ref(1)), nullptr);
}

TEST(Orders, AfterTheSessionIsLostOrderIdsMeanNothing) {
  Book book;
  book.park(intent(2), model::Seq{2});
  const auto changed = book.session_lost();
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(book.state(), OrderState::unknown);
  EXPECT_EQ(book.find(ref(2))->state, OrderState::parked) << "never sent, so not unknown";
  EXPECT_EQ(book.status(status(1, "Cancelled")), nullptr) << "another order may have that id by now";
  EXPECT_EQ(book.state(), OrderState::unknown);
  book.seen_open(open_order(1, "Submitted", 900, 555));
  EXPECT_EQ(book.state(), OrderState::working);
  EXPECT_EQ(book.find(OrderId{555}), book.find(ref(1)));
}

// F047: the id of a finished order comes back with another permId.
TEST(Orders, APermIdThatContradictsWins) {
  Book book;
  book.status(status(1, "Submitted", 900));
  EXPECT_EQ(book.status(status(1, "Cancelled", 901)), nullptr);
  EXPECT_EQ(book.state(), OrderState::working);
  EXPECT_EQ(book.status(status(1, "Cancelled", 0, 8)), nullptr) << "another client's order";
}

TEST(Orders, AnOrderProvenAbsentThatFillsIsUnknownAgain) {
  Book book;
  book.session_lost();
  book.resolved(ref(1), OrderState::not_at_broker, "two complete snapshots");
  EXPECT_EQ(book.exposed(), "0");
  book.filled(ref(1), q(4));
  EXPECT_EQ(book.state(), OrderState::unknown);
  EXPECT_EQ(book.exposed(), "6");
}

TEST(Orders, AnOrderProvenAbsentCountsApartUntilItComesBackOrIsForgotten) {
  const auto absent = [](const Book& book) { return book.absent_exposure(ConId{1}).buy.text(); };
  Book book;
  EXPECT_EQ(absent(book), "0");
  book.filled(ref(1), q(4));
  book.resolved(ref(1), OrderState::not_at_broker, "two complete snapshots");
  EXPECT_EQ(book.exposed(), "0");
  EXPECT_EQ(absent(book), "6");
  EXPECT_EQ(book.absent_exposure(ConId{2}).buy.text(), "0");
  EXPECT_EQ(book.absent_exposure(ConId{1}).sell.text(), "0");
  book.status(status(1, "Submitted"));
  EXPECT_EQ(book.exposed(), "6");
  EXPECT_EQ(absent(book), "0");
  EXPECT_TRUE(book.find(ref(1))->was_absent);
  book.resolved(ref(1), OrderState::not_at_broker, "two further ones");
  book.forget_absent();
  EXPECT_EQ(absent(book), "0");
  book.status(status(1, "Submitted"));
  EXPECT_EQ(book.exposed(), "6") << "forgotten, and still known";
}

TEST(Orders, ACorrectionThatTakesBackPartOfAFilledOrderReopensIt) {
  Book book;
  book.filled(ref(1), q(10));
  book.filled(ref(1), q(7));
  EXPECT_EQ(book.state(), OrderState::unknown);
  EXPECT_EQ(book.exposed(), "3");
}

TEST(Orders, NameTheFirstOrderOfAContractWhoseFateIsNotKnown) {
  Orders orders;
  for (int n = 1; n <= 3; ++n) {
    model::OrderIntent made = intent(n);
    made.contract.con_id = ConId{n == 1 ? 5 : 6};
    orders.park(made, model::Seq{static_cast<std::uint64_t>(n)});
    orders.sent(ref(n));
  }
  EXPECT_EQ(orders.unknown(ConId{6}), nullptr);
  orders.session_lost();
  EXPECT_EQ(orders.unknown_count(), 3U);
  EXPECT_EQ(orders.unknown(ConId{5}), orders.find(ref(1)));
  EXPECT_EQ(orders.unknown(ConId{6}), orders.find(ref(2)));
  EXPECT_EQ(orders.unknown(ConId{4}), nullptr);
  EXPECT_EQ(orders.unknown(ConId{7}), nullptr);
  orders.seen_open(open_order(2, "Submitted", 900));
  EXPECT_EQ(orders.unknown(ConId{6}), orders.find(ref(3)));
  orders.resolved(ref(3), OrderState::not_at_broker, "absent");
  EXPECT_EQ(orders.unknown(ConId{6}), nullptr);
  EXPECT_EQ(orders.unknown(ConId{5}), orders.find(ref(1)));
  EXPECT_EQ(orders.unknown_count(), 1U);
}

}  // namespace
}  // namespace tradewind::orders
