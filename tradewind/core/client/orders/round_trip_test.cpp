// Goal: whatever the builders make reaches the gateway as it is. What a session is too old for is refused, and rightly so:
// sent nevertheless, it would arrive without that field.
#include "tradewind/core/client/orders/place.hpp"
#include "tradewind/core/client/orders/random_test_orders.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace tradewind::client::orders {
namespace {

using testing::RandomOrder;
using testing::RandomOrders;

constexpr OrderId kId{5000};

// Sends `message` and gives what the gateway reads.
template <class Message>
void sent(const Message& message, int version, ByteQueue& bytes, Message& arrived) {
  const Result<void> encoded = tws::encode(message, version, bytes);
  ASSERT_TRUE(encoded.has_value()) << encoded.error().detail;
  const tws::FrameView frame = tws::parse_frame(bytes.contents().subspan(4), version);
  const tws::DecodeFault fault = tws::decode(frame, version, arrived);
  ASSERT_FALSE(fault.failed()) << fault.text();
}

// What the text form cannot tell apart: a number that is not stated and a zero.
tws::PlaceOrderRequest plain(tws::PlaceOrderRequest message) {
  tws::Order& order = message.order;
  if (order.display_size == 0) order.display_size.reset();
  if (order.discretionary_amt == Price::zero()) order.discretionary_amt.reset();
  return message;
}

std::string difference(const tws::PlaceOrderRequest& a, const tws::PlaceOrderRequest& b) {
  std::string out;
  const auto compare = [&](const auto& x, const auto& y) {
    std::vector<const void*> columns;
    tws::for_each_column(x, [&](const char*, const auto& column) { columns.push_back(&column); });
    std::size_t i = 0;
    tws::for_each_column(y, [&]<class C>(const char* name, const C& column) {
      if (!(*static_cast<const C*>(columns[i++]) == column)) out += std::string{name} + " ";
    });
  };
  compare(a.contract, b.contract);
  compare(a.order, b.order);
  compare(a, b);
  return out;
}

template <class Use>
void for_every_kind(Use&& use) {
  for (int kind = 0; kind <= static_cast<int>(OrderKind::limit_per_leg); ++kind) {
    for (const auto& [type, type_name] : kEnumNames<SecurityType>) {
      for (const auto& [tif, tif_name] : kEnumNames<Tif>) use(static_cast<OrderKind>(kind), type, tif);
    }
  }
}

TEST(OrderRoundTrip, EveryOrderArrivesAsItWasMadeOrIsRefusedForTheVersion) {
  RandomOrders random{20131007};
  const ContractFacts facts;
  int arrived_whole = 0;
  int refused = 0;
  for (const int version : {176, 183, 192, 199, 200, 203, 216, 218, 226}) {
    const Session session{version, {}};
    for_every_kind([&](OrderKind kind, SecurityType type, Tif tif) {
      const std::optional<RandomOrder> made = random.make(kind, type, tif);
      if (!made) return;
      SCOPED_TRACE(fmt::format("{} {} {} at {}", plain_name(kind), type, tif, version));
      // At the newest version nothing is too new.
      const Session newest{226, {}};
      const auto ticket = place(kId, made->contract, made->order, newest, facts);
      ASSERT_TRUE(ticket.has_value()) << ticket.error().detail;
      const tws::PlaceOrderRequest& message = ticket->message();
      const auto too_new = version_refusals(message, version);
      EXPECT_EQ(place(kId, made->contract, made->order, session, facts).has_value(), too_new.empty());
      ByteQueue bytes;
      tws::PlaceOrderRequest arrived;
      ASSERT_NO_FATAL_FAILURE(sent(message, version, bytes, arrived));
      EXPECT_EQ(plain(arrived) == message, too_new.empty())
          << "refused: '" << text(too_new) << "', different: " << difference(message, plain(arrived));
      ++(too_new.empty() ? arrived_whole : refused);
    });
  }
  EXPECT_GT(arrived_whole, 2000);
  EXPECT_GT(refused, 2000);
}

TEST(OrderRoundTrip, EachFieldThatIsTooNewIsNamedWithBothVersions) {
  struct Row {
    std::string_view field;
    int needs;
    void (*set)(Attributes&);
  };
  const Row rows[] = {
      {"order.includeOvernight", 189, [](Attributes& a) { a.include_overnight = true; }},
      {"order.manualOrderIndicator", 192, [](Attributes& a) { a.manual_order_indicator = false; }},
      {"order.imbalanceOnly", 199, [](Attributes& a) { a.imbalance_only = true; }},
      {"order.customerAccount", 183, [](Attributes& a) { a.customer_account = "C1"; }},
      {"order.professionalCustomer", 184, [](Attributes& a) { a.professional_customer = true; }},
      {"order.bondAccruedInterest", 203, [](Attributes& a) { a.bond_accrued_interest = "1"; }},
      {"order.postOnly", 216, [](Attributes& a) { a.post_only = true; }},
      {"order.allowPreOpen", 216, [](Attributes& a) { a.allow_pre_open = true; }},
      {"order.ignoreOpenAuction", 216, [](Attributes& a) { a.ignore_open_auction = true; }},
      {"order.deactivate", 216, [](Attributes& a) { a.deactivate = true; }},
      {"order.seekPriceImprovement", 217, [](Attributes& a) { a.seek_price_improvement = true; }},
      {"order.routeMarketableToBbo", 217, [](Attributes& a) { a.route_marketable_to_bbo = false; }},
      {"attachedOrders.slOrderId", 218,
       [](Attributes& a) { a.attached = AttachedPresets{OrderId{6000}, OrderId{6001}}; }},
      {"order.conditionsIncludeOvernight", 226,
       [](Attributes& a) {
         a.conditions = Conditions{MarginCondition{Threshold::at_or_below, 10}};
         a.conditions->include_overnight = true;
       }},
  };
  const Contract contract = Stock{Symbol{"AAPL"}, Currency{"USD"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.field);
    Order order{Side::buy, Quantity::of(100), Limit{Price::of(10)}, Day{}};
    row.set(order.attributes);
    EXPECT_TRUE(place(kId, contract, order, Session{row.needs, {}}).has_value());
    const auto wrong = refusals(kId, contract, order, Session{row.needs - 1, {}});
    ASSERT_FALSE(wrong.empty());
    EXPECT_EQ(wrong[0].field, row.field);
    EXPECT_NE(
        wrong[0].detail.find(fmt::format("needs server version {}, the session has {}", row.needs, row.needs - 1)),
        std::string::npos)
        << wrong[0].detail;
  }
}

TEST(OrderRoundTrip, CancelsAndExercisesArriveAsTheyWereMade) {
  const CancelDetails details{Timestamp::from_ns(1'381'152'600'000'000'000), "person", true};
  for (const int version : {192, 200, 203, 226}) {
    const auto ticket = cancel(kId, details, Session{version, {}});
    ASSERT_TRUE(ticket.has_value());
    ByteQueue bytes;
    tws::CancelOrderRequest arrived;
    ASSERT_NO_FATAL_FAILURE(sent(ticket->message(), version, bytes, arrived));
    EXPECT_EQ(arrived, ticket->message());
    EXPECT_EQ(arrived.order_cancel.manual_order_cancel_time, "20131007-13:30:00");
  }
  EXPECT_FALSE(cancel(kId, details, Session{191, {}}).has_value());
  EXPECT_TRUE(cancel(kId, {}, Session{176, {}}).has_value());
  // The text form of the global cancel has no time.
  EXPECT_FALSE(cancel_everything(details, Session{200, {}}).has_value());
  EXPECT_TRUE(cancel_everything(details, Session{203, {}}).has_value());

  const Contract option =
      Option{Symbol{"AAPL"}, std::chrono::year{2013} / 10 / 18, Price::of(500), Right::call, Currency{"USD"}};
  for (const ExerciseAction action : {ExerciseAction::exercise, ExerciseAction::lapse}) {
    for (const int version : {176, 200, 211, 226}) {
      const auto ticket =
          exercise(kId, option, {action, 3, Account{"DU0000000"}, true}, Session{version, {"DU0000000", "DU0000001"}});
      ASSERT_TRUE(ticket.has_value()) << ticket.error().detail;
      ByteQueue bytes;
      tws::ExerciseOptionsRequest arrived;
      ASSERT_NO_FATAL_FAILURE(sent(ticket->message(), version, bytes, arrived));
      EXPECT_EQ(arrived, ticket->message());
      EXPECT_EQ(arrived.exercise_action, static_cast<int>(action));
      EXPECT_EQ(arrived.exercise_quantity, 3);
    }
  }
  EXPECT_FALSE(exercise(kId, option, {ExerciseAction::lapse, 3}, Session{200, {"DU0000000", "DU0000001"}}).has_value());
  EXPECT_FALSE(exercise(kId, Stock{Symbol{"AAPL"}, Currency{"USD"}}, {ExerciseAction::exercise, 3}, Session{200, {}})
                   .has_value());
}

TEST(OrderRoundTrip, ATicketKeepsItsTextsWhenAllItWasMadeOfIsGone) {
  std::optional<OrderTicket> kept;
  {
    Order order{Side::buy, Quantity::of(100), Limit{Price::of(10)},
                GoodTillDate{Timestamp::from_ns(1'381'152'600'000'000'000)}};
    order.attributes.reference = std::string(60, 'r');
    const Contract contract = Stock{Symbol{std::string(40, 's')}, Currency{"USD"}};
    auto ticket = place(kId, contract, order, Session{200, {}});
    ASSERT_TRUE(ticket.has_value());
    OrderTicket moved = std::move(*ticket);
    kept.emplace(std::move(moved));
  }
  EXPECT_EQ(kept->message().order.order_ref, std::string(60, 'r'));
  EXPECT_EQ(kept->message().contract.symbol, std::string(40, 's'));
  EXPECT_EQ(kept->message().order.good_till_date, "20131007-13:30:00");
}

}  // namespace
}  // namespace tradewind::client::orders
