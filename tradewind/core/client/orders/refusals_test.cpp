// What is refused before it is sent, with IB's code, and what is not.
#include "tradewind/core/client/orders/families.hpp"
#include "tradewind/core/client/orders/place.hpp"
#include "tradewind/core/tws/error_catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tradewind::client::orders {
namespace {

const Session kSession{226, {"DU0000000"}};
const Currency kUsd{"USD"};
const Contract kStock = Stock{Symbol{"AAPL"}, kUsd};
const Contract kOption = Option{Symbol{"AAPL"}, std::chrono::year{2013} / 10 / 18, Price::of(500), Right::call, kUsd};
const Contract kFuture = Future{Symbol{"ES"}, std::chrono::year{2013} / 12, kUsd, Exchange{"CME"}};
const Contract kForex = Forex{Currency{"EUR"}, kUsd};
const Contract kCrypto = Crypto{Symbol{"BTC"}, kUsd, Exchange{"PAXOS"}};
const Contract kCombo = Combo{Symbol{"AAPL"}, kUsd, {{ContractId{1}, 1, Side::buy}, {ContractId{2}, 1, Side::sell}}};
const Price kCent = Price::from_raw(10'000'000);

Order limit(int price = 10, Size size = Quantity::of(100)) {
  return Order{Side::buy, std::move(size), Limit{Price::of(price)}, Day{}};
}
Order with(void (*set)(Attributes&), Order order = limit()) {
  set(order.attributes);
  return order;
}
template <class T>
Order of(T type) {
  return Order{Side::buy, Quantity::of(100), std::move(type), Day{}};
}

struct Row {
  std::string what;
  int code;
  std::string field;
  Contract contract;
  Order order;
  Session session = kSession;
  ContractFacts facts = {};
};

Session several() { return {226, {"DU0000000", "DU0000001"}}; }

std::vector<Row> size_rows() {
  const Quantity half = Quantity::from_raw(50'000'000);
  return {
      {"zero", 434, "totalQuantity", kStock, limit(10, Quantity::zero())},
      {"fraction of a share", 10243, "totalQuantity", kStock, limit(10, half)},
      {"fraction of a future", 140, "totalQuantity", kFuture, limit(10, half)},
      {"below the minimum", 388, "totalQuantity", kForex, limit(1), kSession, {.minimum_size = Quantity::of(101)}},
      {"off the increment", 10250, "totalQuantity", kForex, limit(1), kSession, {.size_increment = Quantity::of(30)}},
      {"money for shares", 10244, "cashQty", kStock, limit(10, CashQuantity{Amount::of(5)})},
      {"no money", 10244, "cashQty", kForex, limit(1, CashQuantity{Amount::zero()})},
      {"crypto at market by quantity", 10289, "cashQty", kCrypto, of(Market{})},
      {"a small block", 117, "blockOrder", kOption,
       with([](Attributes& a) { a.block_order = true; }, limit(10, Quantity::of(49)))},
      {"a fund for shares", 427, "cashQty", Fund{Symbol{"F"}, kUsd, Exchange{"FUNDSERV"}}, of(Market{})},
      {"a hedge of nothing", 10007, "hedgeType", kStock, Order{Side::sell, Hedge{DeltaHedge{}}, Market{}, Day{}}},
      {"a beta of zero", 10008, "hedgeParam", kStock,
       with([](Attributes& a) { a.parent = OrderId{1}; },
            Order{Side::sell, Hedge{BetaHedge{Fraction::zero()}}, Market{}, Day{}})},
      {"a ratio of zero", 10009, "hedgeParam", kStock,
       with([](Attributes& a) { a.parent = OrderId{1}; },
            Order{Side::sell, Hedge{PairHedge{Fraction::zero()}}, Market{}, Day{}})},
  };
}

std::vector<Row> price_rows() {
  const ContractFacts cents{.price_increments = {{Price::zero(), kCent}, {Price::of(100), Price::of(1)}}};
  const Price fine = Price::from_raw(10'001'000'000);   // 10.001
  const Price large = Price::from_raw(200'500'000'000);  // 200.5
  return {
      {"off the cent", 110, "lmtPrice", kStock, of(Limit{fine}), kSession, cents},
      {"off the increment higher up", 110, "lmtPrice", kStock, of(Limit{large}), kSession, cents},
      {"a stop off the cent", 110, "auxPrice", kStock, of(Stop{fine}), kSession, cents},
      {"an offset off the cent", 110, "auxPrice", kStock, of(PeggedToMarket{fine}), kSession, cents},
      {"discretion off the cent", 168, "discretionaryAmt", kStock, of(Limit{Price::of(10), fine}), kSession, cents},
      {"no limit", 321, "lmtPrice", kStock, limit(0)},
      {"a limit below zero", 321, "lmtPrice", kOption, limit(-1)},
      {"no stop", 403, "auxPrice", kStock, of(Stop{Price::zero()})},
      {"a trigger off the cent", 361, "triggerPrice", kStock,
       of(Stop{Price::of(1), TriggerMethod::last, AdjustToStop{fine, Price::of(1)}}), kSession, cents},
      {"trails by nothing", 158, "auxPrice", kStock, of(TrailingStop{Price::zero()})},
      {"trails by more than all", 159, "trailingPercent", kStock, of(TrailingStop{Percent::of(101)})},
      {"an offset of more than all", 159, "percentOffset", kStock, of(Relative{Percent::of(101)})},
      {"a delta of 101", 341, "delta", kOption, of(PeggedToStock{Percent::of(101), Price::of(1), Price::of(1)})},
      {"a range upside down", 374, "stockRangeLower", kOption,
       of(PeggedToStock{Percent::of(50), Price::of(1), Price::of(1), {Price::of(2), Price::of(1)}})},
      {"a range below zero", 375, "stockRangeLower", kOption,
       of(PeggedToStock{Percent::of(50), Price::of(1), Price::of(1), {Price::of(-2), {}}})},
      {"no volatility", 371, "volatility", kOption, of(Volatility{Percent::zero(), VolatilityPeriod::daily})},
      {"prices for the wrong legs", 0, "comboLegs.perLegPrice", kCombo, of(LimitPerLeg{{Price::of(1)}})},
  };
}

std::vector<Row> rule_rows() {
  return {
      {"id", 10149, "orderId", kStock, limit()},
      {"type for the product", 387, "orderType", kStock, of(MarketWithProtection{})},
      {"not tradable", 412, "orderType", Index{Symbol{"SPX"}, kUsd, Exchange{"CBOE"}}, limit()},
      {"wrong exchange", 342, "exchange", kStock, of(PeggedToBest{Price::of(1), Price::of(1)})},
      {"no account of several", 435, "account", kStock, limit(), several()},
      {"somebody's account", 321, "account", kStock, with([](Attributes& a) { a.allocation = Account{"DU0000009"}; }),
       several()},
      {"an empty account", 435, "account", kStock, with([](Attributes& a) { a.allocation = Account{""}; })},
      {"an empty group", 436, "faGroup", kStock, with([](Attributes& a) { a.allocation = AdvisorGroup{""}; })},
      {"good till a past date", 334, "goodTillDate", kStock,
       Order{Side::buy, Quantity::of(1), Limit{Price::of(1)}, GoodTillDate{Timestamp::from_ns(1)}},
       Session{226, {}, false, Timestamp::from_ns(1)}},
      {"iceberg larger than the order", 10020, "displaySize", kStock,
       with([](Attributes& a) { a.visibility = Iceberg{100}; })},
      {"iceberg with discretion", 157, "displaySize", kStock,
       with([](Attributes& a) { a.visibility = Iceberg{10}; }, of(Limit{Price::of(1), kCent}))},
      {"short and buying", 348, "action", kStock, with([](Attributes& a) { a.institutional_sale = SellLong{}; })},
      {"stock nowhere", 352, "designatedLocation", kStock,
       with([](Attributes& a) { a.institutional_sale = ShortSale{ShortSaleFromElsewhere{""}}; },
            Order{Side::sell, Quantity::of(1), Market{}, Day{}})},
      {"conditions of a stop", 148, "conditions", kStock,
       with([](Attributes& a) { a.conditions = Conditions{MarginCondition{Threshold::at_or_below, 5}}; },
            of(Stop{Price::of(1)}))},
      {"a condition on nothing", 147, "conditions.conId", kStock, with([](Attributes& a) {
         a.conditions = Conditions{VolumeCondition{{ContractId{0}, Exchange{"SMART"}}, Threshold::at_or_above, 5}};
       })},
      {"a time without zone", 391, "conditions.time", kStock, with([](Attributes& a) {
         a.conditions = Conditions{TimeCondition{Threshold::at_or_above, ZonedTime{{2013, 10, 7}, ""}}};
       })},
      {"a day that is not", 337, "activeStartTime", kStock,
       with([](Attributes& a) { a.active_from = ZonedTime{{2013, 2, 30}, "UTC"}; })},
      {"an algorithm elsewhere", 442, "exchange", Stock{Symbol{"AAPL"}, kUsd, Exchange{"NYSE"}},
       with([](Attributes& a) { a.algo = Adaptive{Urgency::normal}; })},
      {"too much of the volume", 441, "algoParams", kStock,
       with([](Attributes& a) { a.algo = PercentOfVolume{Fraction::of(1)}; })},
      {"slices larger than the order", 441, "algoParams", kStock,
       with([](Attributes& a) { a.algo = AccumulateDistribute{101, 5}; })},
      {"an unknown algorithm", 439, "algoStrategy", kStock,
       with([](Attributes& a) { a.algo = NamedAlgo{"Best", {}}; })},
      {"a scale that stands still", 408, "scalePriceIncrement", kStock,
       with([](Attributes& a) { a.scale = Scale{10, Price::zero()}; })},
      {"a scale of nothing", 417, "scaleInitLevelSize", kStock, with([](Attributes& a) { a.scale = Scale{0, kCent}; })},
      {"a group without name", 0, "ocaGroup", kStock,
       with([](Attributes& a) { a.oca = OcaGroup{"", OcaType::cancel_with_block}; })},
      {"a smart combo in a group", 356, "ocaGroup", kCombo,
       with([](Attributes& a) { a.oca = OcaGroup{"g", OcaType::reduce_without_block}; })},
      {"a combo that waits", 349, "goodAfterTime", kCombo,
       with([](Attributes& a) { a.good_after = Timestamp::from_ns(1); })},
      {"a combo's minimum", 350, "minQty", kCombo, with([](Attributes& a) { a.minimum_quantity = 5; })},
      {"combo routing of a stock", 0, "smartComboRoutingParams", kStock,
       with([](Attributes& a) { a.non_guaranteed = true; })},
      {"presets of the same id", 10355, "attachedOrders", kStock,
       with([](Attributes& a) { a.attached = AttachedPresets{OrderId{9}, OrderId{9}}; })},
      {"an option with a separator", 10337, "orderMiscOptions", kStock,
       with([](Attributes& a) { a.misc_options = {{"a=b", "c"}}; })},
      {"a line end in a text", 0, "order.orderRef", kStock, with([](Attributes& a) { a.reference = "a\nb"; })},
      {"too old a server", 0, "order.postOnly", kStock, with([](Attributes& a) { a.post_only = true; }),
       Session{215, {}}},
  };
}

std::vector<Row> contract_rows() {
  const ComboLeg leg{ContractId{1}, 1, Side::buy};
  const auto combo = [](std::vector<ComboLeg> legs) { return Combo{Symbol{"A"}, kUsd, std::move(legs)}; };
  return {
      {"no symbol", 321, "symbol", Stock{Symbol{""}, kUsd}, limit()},
      {"no currency", 321, "currency", Stock{Symbol{"A"}, Currency{""}}, limit()},
      {"no exchange", 321, "exchange", Stock{Symbol{"A"}, kUsd, Exchange{" "}}, limit()},
      {"not ASCII", 407, "symbol", Stock{Symbol{"\xc3\x84"}, kUsd}, limit()},
      {"no such day", 321, "lastTradeDateOrContractMonth",
       Option{Symbol{"A"}, std::chrono::year{2013} / 2 / 30, Price::of(1), Right::put, kUsd}, limit()},
      {"no strike", 321, "strike", Option{Symbol{"A"}, std::chrono::year{2013} / 2, Price::zero(), Right::put, kUsd},
       limit()},
      {"no id", 321, "conId", ByContractId{ContractId{0}, Exchange{"SMART"}}, limit()},
      {"euros for euros", 321, "symbol", Forex{kUsd, kUsd}, limit()},
      {"a bond without number", 321, "secId", Bond{Isin{""}, kUsd}, limit()},
      {"no legs", 314, "comboLegs", combo({}), limit()},
      {"one leg", 312, "comboLegs", combo({leg}), limit()},
      {"the same leg twice", 312, "comboLegs[1].conId", combo({leg, leg}), limit()},
      {"a leg of nothing", 313, "comboLegs[1].ratio", combo({leg, {ContractId{2}, 0, Side::buy}}), limit()},
      {"a leg of no contract", 313, "comboLegs[1].conId", combo({leg, {ContractId{0}, 1, Side::buy}}), limit()},
  };
}

TEST(OrderRefusals, EachIsNamedWithFieldCodeAndRemedy) {
  std::vector<Row> rows = size_rows();
  for (auto make : {price_rows, rule_rows, contract_rows}) {
    for (Row& row : make()) rows.push_back(std::move(row));
  }
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const OrderId id{row.what == "id" ? 0 : 7};
    const auto found = refusals(id, row.contract, row.order, row.session, row.facts);
    const auto here = std::find_if(found.begin(), found.end(), [&](const Refusal& refusal) {
      return refusal.field == row.field && refusal.ib_code == row.code;
    });
    EXPECT_NE(here, found.end()) << "found: " << text(found);
    EXPECT_EQ(found.size(), 1U) << text(found);
    const auto ticket = place(id, row.contract, row.order, row.session, row.facts);
    ASSERT_FALSE(ticket.has_value());
    EXPECT_EQ(ticket.error().code, Errc::refused);
    EXPECT_EQ(ticket.error().detail, text(found));
    for (const Refusal& refusal : found) {
      EXPECT_GT(refusal.detail.size(), 8U);
      if (refusal.ib_code != 0) {
        EXPECT_NE(tws::find_error(refusal.ib_code), nullptr) << refusal.ib_code << " is not in the catalogue";
      }
    }
  }
}

TEST(OrderRefusals, WhatIsRightIsNotRefused) {
  const ContractFacts cents{.price_increments = {{Price::zero(), kCent}, {Price::of(100), Price::of(1)}}};
  const auto is_fine = [](const Contract& contract, const Order& order, const Session& session = kSession,
                          const ContractFacts& facts = {}) {
    const auto ticket = place(OrderId{7}, contract, order, session, facts);
    EXPECT_TRUE(ticket.has_value()) << ticket.error().detail;
  };
  is_fine(kStock, of(Limit{Price::from_raw(99'990'000'000)}), kSession, cents);
  is_fine(kStock, of(Limit{Price::of(100)}), kSession, cents);
  is_fine(kFuture, limit(-5));
  is_fine(kCombo, limit(0));
  is_fine(kCombo, limit(-3));
  is_fine(kStock, limit(10, Quantity::from_raw(50'000'000)), Session{226, {}, true});
  is_fine(kStock, with([](Attributes& a) { a.allocation = Account{"DU0000001"}; }), several());
  is_fine(kCrypto, Order{Side::buy, CashQuantity{Amount::of(100)}, Market{}, ImmediateOrCancel{}});
  is_fine(ByContractId{ContractId{265598}, Exchange{"SMART"}}, limit());
}

TEST(OrderRefusals, AllOfThemAreReported) {
  Order order = with([](Attributes& a) { a.visibility = Iceberg{0}; }, limit(0, Quantity::zero()));
  const auto ticket = place(OrderId{0}, kStock, order, several());
  ASSERT_FALSE(ticket.has_value());
  for (const char* part :
       {"10149 orderId: ", "434 totalQuantity: ", "321 lmtPrice: ", "displaySize: ", "435 account: "}) {
    EXPECT_NE(ticket.error().detail.find(part), std::string::npos) << part << " in: " << ticket.error().detail;
  }
}

TEST(OrderRefusals, AWhatIfIsTransmitted) {
  Order order = limit();
  order.handling = Handling::hold;
  const auto ticket = what_if(OrderId{7}, kStock, order, kSession);
  ASSERT_TRUE(ticket.has_value());
  EXPECT_TRUE(ticket->message().order.what_if);
  EXPECT_TRUE(ticket->message().order.transmit);
}

// --- Families and groups ------------------------------------------------------------------------------------------------

struct Ids {
  int next = 100;
  NextOrderId take() {
    return [this] { return OrderId{next++}; };
  }
};

TEST(OrderFamilies, ABracketGoesOutTogetherWithItsLastMember) {
  Order entry = with([](Attributes& a) { a.allocation = Account{"DU0000000"}; });
  const auto family = bracket(kStock, entry, Price::of(12), Stop{Price::of(9)});
  ASSERT_TRUE(family.has_value()) << family.error().detail;
  Ids ids;
  const auto tickets = place_family(*family, ids.take(), kSession);
  ASSERT_TRUE(tickets.has_value()) << tickets.error().detail;
  ASSERT_EQ(tickets->size(), 3U);
  const auto& parent = (*tickets)[0].message();
  const auto& profit = (*tickets)[1].message();
  const auto& loss = (*tickets)[2].message();
  EXPECT_EQ(std::vector({parent.order_id, profit.order_id, loss.order_id}), std::vector({100, 101, 102}));
  EXPECT_EQ(std::vector({parent.order.parent_id, profit.order.parent_id, loss.order.parent_id}),
            std::vector({0, 100, 100}));
  EXPECT_EQ(std::vector({parent.order.transmit, profit.order.transmit, loss.order.transmit}),
            std::vector({false, false, true}));
  EXPECT_EQ(profit.order.action, "SELL");
  EXPECT_EQ(profit.order.lmt_price, Price::of(12));
  EXPECT_EQ(profit.order.account, "DU0000000");
  EXPECT_EQ(loss.order.aux_price, Price::of(9));
  EXPECT_EQ(loss.order.total_quantity, Quantity::of(100));
  EXPECT_EQ(loss.order.tif, "GTC");
}

TEST(OrderFamilies, ABracketOnTheWrongSideIsRefused) {
  EXPECT_FALSE(bracket(kStock, limit(), Price::of(9), Stop{Price::of(8)}).has_value());
  EXPECT_FALSE(bracket(kStock, limit(), Price::of(12), Stop{Price::of(11)}).has_value());
  EXPECT_FALSE(bracket(kStock, of(Market{}), Price::of(12), Stop{Price::of(13)}).has_value());
  const Order sell{Side::sell, Quantity::of(1), Limit{Price::of(10)}, Day{}};
  EXPECT_TRUE(bracket(kStock, sell, Price::of(8), Stop{Price::of(11)}).has_value());
  EXPECT_FALSE(bracket(kStock, sell, Price::of(12), Stop{Price::of(11)}).has_value());
  EXPECT_FALSE(
      bracket(kForex, limit(1, CashQuantity{Amount::of(5)}), Price::of(2), StopLimit{Price::of(1), Price::of(1)})
          .has_value());
}

TEST(OrderFamilies, ATrailingStopNeedsALimitParentAndTakesNoIdWhenRefused) {
  Ids ids;
  const Family wrong{kStock, of(Market{}), {{Order{Side::sell, Quantity::of(100), TrailingStop{Price::of(1)}, Day{}}}}};
  const auto refused = place_family(wrong, ids.take(), kSession);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail.substr(0, 4), "328 ");
  EXPECT_EQ(ids.next, 100);
  const Family right{kStock, limit(), wrong.children};
  EXPECT_TRUE(place_family(right, ids.take(), kSession).has_value());
  EXPECT_EQ(ids.next, 102);
}

TEST(OrderFamilies, OtherNonsenseIsRefusedWhole) {
  Ids ids;
  const auto refused = [&](const Family& family) {
    const auto tickets = place_family(family, ids.take(), kSession);
    return tickets.has_value() ? std::string{} : tickets.error().detail;
  };
  Order exit{Side::sell, Quantity::of(100), Limit{Price::of(12)}, Day{}};
  EXPECT_NE(refused({kStock, limit(), {}}), "");
  EXPECT_NE(refused({kStock, limit(0), {{exit}}}).find("parent: lmtPrice"), std::string::npos);
  EXPECT_NE(
      refused({kStock, with([](Attributes& a) { a.all_or_none = true; }), {{exit}}}).find("10236 child 1: allOrNone"),
      std::string::npos);
  Order held = exit;
  held.handling = Handling::hold;
  EXPECT_NE(refused({kStock, limit(), {{held}}}), "");
  Order asked = limit();
  asked.handling = Handling::what_if;
  EXPECT_NE(refused({kStock, asked, {{exit}}}).find("413 parent"), std::string::npos);
  EXPECT_EQ(ids.next, 100);
}

TEST(OrderFamilies, AHedgeIsAChildOfQuantityZeroOnAContractOfItsOwn) {
  Ids ids;
  const Family family{kOption, limit(), {{Order{Side::sell, Hedge{DeltaHedge{}}, Market{}, Day{}}, kStock}}};
  const auto tickets = place_family(family, ids.take(), kSession);
  ASSERT_TRUE(tickets.has_value()) << tickets.error().detail;
  const auto& hedge = (*tickets)[1].message();
  EXPECT_EQ(hedge.order.hedge_type, "D");
  EXPECT_EQ(hedge.order.total_quantity, Quantity::zero());
  EXPECT_EQ(hedge.order.parent_id, 100);
  EXPECT_EQ(hedge.contract.sec_type, "STK");
  EXPECT_TRUE(hedge.order.transmit);
}

TEST(OrderFamilies, AHeldFamilyStaysHeld) {
  Ids ids;
  Order entry = limit();
  entry.handling = Handling::hold;
  const auto tickets = place_family(
      {kStock, entry, {{Order{Side::sell, Quantity::of(100), Limit{Price::of(12)}, Day{}}}}}, ids.take(), kSession);
  ASSERT_TRUE(tickets.has_value());
  for (const OrderTicket& ticket : *tickets) EXPECT_FALSE(ticket.message().order.transmit);
}

TEST(OrderFamilies, AGroupSharesItsNameAndTypeAndIsCheckedWhole) {
  Ids ids;
  const OcaGroup group{"exit-1", OcaType::reduce_with_block};
  std::vector<OcaMember> members = {{kStock, limit()}, {kStock, of(Stop{Price::of(9)})}};
  const auto tickets = place_oca(group, members, ids.take(), kSession);
  ASSERT_TRUE(tickets.has_value()) << tickets.error().detail;
  for (const OrderTicket& ticket : *tickets) {
    EXPECT_EQ(ticket.message().order.oca_group, "exit-1");
    EXPECT_EQ(ticket.message().order.oca_type, 2);
  }
  members[1].order = of(Stop{Price::zero()});
  EXPECT_FALSE(place_oca(group, members, ids.take(), kSession).has_value());
  members.pop_back();
  EXPECT_FALSE(place_oca(group, members, ids.take(), kSession).has_value());
  EXPECT_EQ(ids.next, 102);
}

TEST(Contracts, EachWayToNameOneFillsWhatIdentifiesIt) {
  const auto wire = [](const Contract& contract) {
    auto made = contract_message(contract);
    EXPECT_TRUE(made.has_value()) << made.error().detail;
    return std::move(*made);
  };
  const auto option =
      wire(Option{Symbol{"AAPL"}, std::chrono::year{2013} / 10 / 8, Price::from_raw(12'500'000'000), Right::put, kUsd});
  EXPECT_EQ(option->sec_type, "OPT");
  EXPECT_EQ(option->last_trade_date_or_contract_month, "20131008");
  EXPECT_EQ(option->strike, 12.5);
  EXPECT_EQ(option->right, "P");
  const auto future = wire(kFuture);
  EXPECT_EQ(future->last_trade_date_or_contract_month, "201312");
  EXPECT_EQ(future->exchange, "CME");
  const auto forex = wire(kForex);
  EXPECT_EQ(forex->symbol, "EUR");
  EXPECT_EQ(forex->currency, "USD");
  EXPECT_EQ(forex->exchange, "IDEALPRO");
  const auto bond = wire(Bond{Cusip{"000000000"}, kUsd});
  EXPECT_EQ(bond->sec_id_type, "CUSIP");
  EXPECT_EQ(bond->sec_type, "BOND");
  const auto number = wire(ByContractId{ContractId{265598}, Exchange{"SMART"}});
  EXPECT_EQ(number->con_id, 265598);
  EXPECT_EQ(number->sec_type, "");
  const auto id = wire(BySecurityId{SecurityIdType::figi, "BBG000000000", SecurityType::stock, kUsd});
  EXPECT_EQ(id->sec_id_type, "FIGI");
  const auto continuous = wire(ContinuousFuture{Symbol{"ES"}, kUsd, Exchange{"CME"}});
  EXPECT_EQ(continuous->sec_type, "CONTFUT");
  const auto combo = wire(kCombo);
  EXPECT_EQ(combo->sec_type, "BAG");
  EXPECT_EQ(combo->combo_legs.at(1).action, "SELL");
}

}  // namespace
}  // namespace tradewind::client::orders
