// The table of order types: each row as it goes over the wire, and the capability data against the golden copies.
#include "tradewind/core/client/orders/capabilities.hpp"
#include "tradewind/core/client/orders/place.hpp"
#include "tradewind/core/tws/reflect.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace tradewind::client::orders {
namespace {

const Price k1 = Price::of(1);
const Price k2 = Price::of(2);
const Price k3 = Price::of(3);
const Currency kUsd{"USD"};
const auto kDay2013 = std::chrono::year{2013} / 10 / 18;

std::string printed(std::string_view value) { return std::string{value}; }
std::string printed(bool value) { return value ? "1" : "0"; }
std::string printed(Price value) { return value.text(); }
std::string printed(Quantity value) { return value.text(); }
std::string printed(Amount value) { return value.text(); }
template <class T>
  requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
std::string printed(T value) {
  return fmt::to_string(value);
}

// The columns of the order that are not as in a fresh one: "auxPrice=1 lmtPrice=2 orderType=STP LMT".
std::map<std::string, std::string> stated(const tws::Order& order) {
  std::map<std::string, std::string> out;
  const tws::Order fresh;
  std::vector<const void*> columns;
  tws::for_each_column(fresh, [&](const char*, const auto& column) { columns.push_back(&column); });
  std::size_t i = 0;
  tws::for_each_column(order, [&]<class C>(const char* name, const C& column) {
    if (*static_cast<const C*>(columns[i++]) == column) return;
    if constexpr (requires { printed(column); }) out[name] = printed(column);
    else if constexpr (requires { printed(*column); }) out[name] = printed(*column);
    else out[name] = "...";
  });
  for (const char* common : {"action", "totalQuantity"}) out.erase(common);
  return out;
}

using Fields = std::map<std::string, std::string>;

struct Row {
  OrderType type;
  Fields fields;  // besides orderType and tif
  std::string exchange = "SMART";
};

Order order_of(const OrderType& type) {
  return std::visit(
      []<class T>(const T& which) {
        if constexpr (TypeWithItsTime<T>) return Order{Side::buy, Quantity::of(100), which};
        else return Order{Side::buy, Quantity::of(100), which, Day{}};
      },
      type);
}

Contract contract_for(OrderKind kind, const std::string& exchange) {
  const Combo combo{Symbol{"AAPL"}, kUsd, {{ContractId{1}, 1, Side::buy}, {ContractId{2}, 1, Side::sell}}};
  for (const SecurityType type :
       {SecurityType::stock, SecurityType::option, SecurityType::future, SecurityType::combo}) {
    if (supports(kind, type, tif_of(order_of(Market{}).tif())).ib_code == 387) continue;
    if (type == SecurityType::stock) return Stock{Symbol{"AAPL"}, kUsd, Exchange{exchange}};
    if (type == SecurityType::option)
      return Option{Symbol{"AAPL"}, kDay2013, Price::of(500), Right::call, kUsd, Exchange{exchange}};
    if (type == SecurityType::future) return Future{Symbol{"ES"}, std::chrono::year{2013} / 12, kUsd, Exchange{"CME"}};
    return combo;
  }
  return combo;
}

std::vector<Row> rows() {
  const MidpointOffsets offsets{k1, k2};
  return {
      {Market{}, {}},
      {Limit{k1}, {{"lmtPrice", "1"}}},
      {Limit{k1, k2}, {{"lmtPrice", "1"}, {"discretionaryAmt", "2"}}},
      {Stop{k1, TriggerMethod::midpoint}, {{"auxPrice", "1"}, {"triggerMethod", "8"}}},
      {Stop{k1, TriggerMethod::by_default, AdjustToStop{k2, k3}},
       {{"auxPrice", "1"}, {"adjustedOrderType", "STP"}, {"triggerPrice", "2"}, {"adjustedStopPrice", "3"}}},
      {StopLimit{.stop = k1, .limit = k2}, {{"auxPrice", "1"}, {"lmtPrice", "2"}}},
      {StopWithProtection{k1}, {{"auxPrice", "1"}}},
      {MarketWithProtection{}, {}},
      {MarketIfTouched{k1}, {{"auxPrice", "1"}}},
      {LimitIfTouched{.touch = k1, .limit = k2}, {{"auxPrice", "1"}, {"lmtPrice", "2"}}},
      {TrailingStop{k1, k2}, {{"auxPrice", "1"}, {"trailStopPrice", "2"}}},
      {TrailingStop{Percent::of(5)}, {{"trailingPercent", "5"}}},
      {TrailingStop{k1, {}, TriggerMethod::last, AdjustToTrail{k1, k2, Percent::of(5)}},
       {{"auxPrice", "1"},
        {"triggerMethod", "2"},
        {"adjustedOrderType", "TRAIL"},
        {"triggerPrice", "1"},
        {"adjustedStopPrice", "2"},
        {"adjustedTrailingAmount", "5"},
        {"adjustableTrailingUnit", "100"}}},
      {TrailingStop{k1, {}, TriggerMethod::last, AdjustToStopLimit{k1, k2, k3}},
       {{"auxPrice", "1"},
        {"triggerMethod", "2"},
        {"adjustedOrderType", "STP LMT"},
        {"triggerPrice", "1"},
        {"adjustedStopPrice", "2"},
        {"adjustedStopLimitPrice", "3"}}},
      {TrailingStopLimit{k1, k2, LimitAt{k3}}, {{"auxPrice", "1"}, {"trailStopPrice", "2"}, {"lmtPrice", "3"}}},
      {TrailingStopLimit{Percent::of(5), k2, LimitOffset{k3}},
       {{"trailingPercent", "5"}, {"trailStopPrice", "2"}, {"lmtPriceOffset", "3"}}},
      {MarketOnClose{}, {}},
      {LimitOnClose{k1}, {{"lmtPrice", "1"}}},
      {MarketOnOpen{}, {{"tif", "OPG"}}},
      {LimitOnOpen{k1}, {{"lmtPrice", "1"}, {"tif", "OPG"}}},
      {Auction{k1}, {{"lmtPrice", "1"}, {"tif", "AUC"}}},
      {MarketToLimit{}, {}},
      {BoxTop{}, {}, "BOX"},
      {Relative{k1, k2}, {{"auxPrice", "1"}, {"lmtPrice", "2"}}},
      {Relative{Percent::of(5), {}, true}, {{"percentOffset", "5"}, {"discretionaryUpToLimitPrice", "1"}}},
      {PassiveRelative{k1}, {{"auxPrice", "1"}}},
      {PeggedToMarket{k1}, {{"auxPrice", "1"}}},
      {PeggedToMidpoint{k3, k2, 10, offsets},
       {{"auxPrice", "3"},
        {"lmtPrice", "2"},
        {"minTradeQty", "10"},
        {"midOffsetAtWhole", "1"},
        {"midOffsetAtHalf", "2"}},
       "IBKRATS"},
      {PeggedToBest{k1, k2, 10, 20},
       {{"lmtPrice", "1"},
        {"notHeld", "1"},
        {"competeAgainstBestOffset", "2"},
        {"minTradeQty", "10"},
        {"minCompeteSize", "20"}},
       "IBKRATS"},
      {PeggedToBest{k1, UpToMidpoint{offsets}},
       {{"lmtPrice", "1"},
        {"notHeld", "1"},
        {"competeAgainstBestOffset", "inf"},
        {"midOffsetAtWhole", "1"},
        {"midOffsetAtHalf", "2"}},
       "IBKRATS"},
      {PeggedToStock{Percent::of(50), k1, k2, {k1, k3}},
       {{"delta", "50"},
        {"startingPrice", "1"},
        {"stockRefPrice", "2"},
        {"stockRangeLower", "1"},
        {"stockRangeUpper", "3"}}},
      {PeggedToBenchmark{ContractId{9}, Exchange{"NYSE"}, k1, k2, k3, true, k1},
       {{"referenceContractId", "9"},
        {"referenceExchangeId", "NYSE"},
        {"startingPrice", "1"},
        {"peggedChangeAmount", "2"},
        {"referenceChangeAmount", "3"},
        {"isPeggedChangeAmountDecrease", "1"},
        {"stockRefPrice", "1"}}},
      {MidPrice{}, {}},
      {MidPrice{k1}, {{"lmtPrice", "1"}}},
      {Volatility{.volatility = Percent::of(20), .period = VolatilityPeriod::annual},
       {{"volatility", "20"}, {"volatilityType", "2"}}},
      {Volatility{.volatility = Percent::of(20),
                  .period = VolatilityPeriod::daily,
                  .continuous_update = true,
                  .reference = ReferencePrice::average,
                  .hedge = VolatilityHedge{HedgeAtLimit{k1}, ContractId{9}, OpenClose::open}},
       {{"volatility", "20"},
        {"volatilityType", "1"},
        {"continuousUpdate", "1"},
        {"referencePriceType", "1"},
        {"deltaNeutralOrderType", "LMT"},
        {"deltaNeutralAuxPrice", "1"},
        {"deltaNeutralConId", "9"},
        {"deltaNeutralOpenClose", "O"}}},
      {RelativeMarketCombo{k1}, {{"auxPrice", "1"}, {"smartComboRoutingParams", "..."}}},
      {RelativeLimitCombo{.offset = k1, .limit = k2},
       {{"auxPrice", "1"}, {"lmtPrice", "2"}, {"smartComboRoutingParams", "..."}}},
      {LimitMarketCombo{k1}, {{"lmtPrice", "1"}, {"smartComboRoutingParams", "..."}}},
      {SnapToMarket{k1}, {{"auxPrice", "1"}}},
      {SnapToMidpoint{k1}, {{"auxPrice", "1"}}},
      {SnapToPrimary{k1}, {{"auxPrice", "1"}}},
      {LimitPerLeg{{k1, k2}}, {}},
  };
}

TEST(OrderTypes, EachRowStatesItsPricesAndNothingElse) {
  std::set<OrderKind> seen;
  for (Row row : rows()) {
    const OrderKind kind = kind_of(row.type);
    seen.insert(kind);
    SCOPED_TRACE(plain_name(kind));
    const auto ticket = place(OrderId{7}, contract_for(kind, row.exchange), order_of(row.type), Session{226, {}});
    ASSERT_TRUE(ticket.has_value()) << ticket.error().detail;
    row.fields.emplace("orderType", wire_type(kind));
    row.fields.emplace("tif", "DAY");
    EXPECT_EQ(stated(ticket->message().order), row.fields);
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<OrderType>);
}

TEST(OrderTypes, PricesOfLegsGoToTheLegs) {
  const auto ticket = place(OrderId{7}, contract_for(OrderKind::limit_per_leg, "SMART"),
                            order_of(LimitPerLeg{{k1, k2}}), Session{226, {}});
  ASSERT_TRUE(ticket.has_value());
  EXPECT_EQ(ticket->message().contract.combo_legs.at(0).per_leg_price, k1);
  EXPECT_EQ(ticket->message().contract.combo_legs.at(1).per_leg_price, k2);
  EXPECT_FALSE(ticket->message().order.lmt_price.has_value());
}

std::vector<std::map<std::string, std::string>> golden(const std::string& name) {
  std::ifstream file{TW_SOURCE_DIR "/tests/golden/tws/" + name};
  std::vector<std::string> columns;
  std::vector<std::map<std::string, std::string>> out;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> fields{""};
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      else if (c == ',' && !quoted) fields.emplace_back();
      else fields.back() += c;
    }
    if (columns.empty()) {
      columns = fields;
      continue;
    }
    auto& row = out.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) row[columns[i]] = fields.at(i);
  }
  return out;
}

// The row of the golden table that a kind is in. A limit for each leg is a note of LMT there, for combos.
std::string golden_code(OrderKind kind) {
  switch (kind) {
    case OrderKind::market_on_open:
      return "MKT + TIF OPG";
    case OrderKind::limit_on_open:
      return "LMT + TIF OPG";
    case OrderKind::auction:
      return "MTL + TIF AUC";
    default:
      return std::string{wire_type(kind)};
  }
}

TEST(OrderTypes, SecurityTypesAreThoseOfTheGoldenTable) {
  const auto table = golden("order_types.csv");
  std::set<std::string> rows_met;
  for (int i = 0; i <= static_cast<int>(OrderKind::limit_per_leg); ++i) {
    const auto kind = static_cast<OrderKind>(i);
    SCOPED_TRACE(plain_name(kind));
    const std::string code = golden_code(kind);
    const auto row = std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.at("code") == code; });
    ASSERT_NE(row, table.end()) << code;
    rows_met.insert(code);
    std::istringstream words{kind == OrderKind::limit_per_leg ? "BAG" : row->at("products")};
    std::set<std::string> listed;
    for (std::string word; words >> word;) {
      if (word != "EFP" && word != "(BOX)")
        listed.insert(word);  // an EFP is a BAG; the exchange is a column of its own
    }
    std::set<std::string> ours;
    for (const auto& [type, type_name] : kEnumNames<SecurityType>) {
      for (const auto& [tif, tif_name] : kEnumNames<Tif>) {
        if (supports(kind, type, tif).answer == Answer::yes) ours.insert(std::string{type_name});
      }
    }
    EXPECT_EQ(ours, listed);
  }
  // What the builders leave out on purpose: see the module's README.
  for (const auto& row : table) {
    const bool left_out = row.at("code") == "AUC LMT etc" || row.at("code") == "VWAP";
    EXPECT_EQ(rows_met.contains(row.at("code")), !left_out) << row.at("code");
  }
}

TEST(OrderTypes, TheTableAnswersWithReasonAndCode) {
  EXPECT_EQ(supports(OrderKind::limit, SecurityType::stock, Tif::good_till_cancelled).answer, Answer::yes);
  EXPECT_EQ(supports(OrderKind::limit, SecurityType::commodity, Tif::day).answer, Answer::unverified);
  EXPECT_EQ(supports(OrderKind::stop, SecurityType::stock, Tif::fill_or_kill).answer, Answer::unverified);
  const Support close = supports(OrderKind::market_on_close, SecurityType::stock, Tif::good_till_cancelled);
  EXPECT_EQ(close.ib_code, 113);
  EXPECT_EQ(close.reason, "a market on close order (MOC) takes the time in force DAY, not GTC");
  const Support product = supports(OrderKind::market_with_protection, SecurityType::stock, Tif::day);
  EXPECT_EQ(product.ib_code, 387);
  EXPECT_EQ(product.reason, "a market with protection order (MKT PRT) is for FUT FOP, not for STK");
  EXPECT_EQ(supports(OrderKind::limit, SecurityType::stock, Tif::auction).ib_code, 111);
  for (const SecurityType type : {SecurityType::index, SecurityType::news, SecurityType::continuous_future}) {
    EXPECT_EQ(supports(OrderKind::market, type, Tif::day).ib_code, 412);
  }
  EXPECT_EQ(supports(OrderKind::pegged_to_best, "SMART", "USD").answer, Answer::no);
  EXPECT_EQ(supports(OrderKind::mid_price, "SMART", "EUR").answer, Answer::no);
  EXPECT_EQ(supports(OrderKind::mid_price, "SMART", "").answer, Answer::yes);
}

TEST(Algos, EachParameterOfTheGoldenTableIsKnownAndNoOther) {
  for (const auto& row : golden("algo_params.csv")) {
    const std::string& strategy = row.at("algo_strategy");
    const std::string& tag = row.at("tag");
    SCOPED_TRACE(strategy + " " + tag);
    const std::string exchange = row.at("route").substr(0, row.at("route").find(' '));
    const auto codes = [&](const std::string& value) {
      std::set<int> out;
      for (const Refusal& refusal : refusals(NamedAlgo{strategy, {{tag, value}}}, exchange, SecurityType::option))
        out.insert(refusal.ib_code);
      return out;
    };
    EXPECT_FALSE(codes("1").contains(443));
    EXPECT_FALSE(codes("1").contains(439));
    if (row.at("values") == "0.1 to 0.5") {
      EXPECT_TRUE(codes("0.1").empty() && codes("0.5").empty());
      EXPECT_TRUE(codes("0.09").contains(441) && codes("0.51").contains(441) && codes("x").contains(441));
    }
    if (row.at("values") == "1|0") {
      EXPECT_TRUE(codes("1").empty() && codes("0").empty());
      EXPECT_TRUE(codes("true").contains(441));
    }
    if (row.at("values").starts_with("time")) {
      EXPECT_TRUE(codes("09:30:00 US/Eastern").empty() && codes("20131007-13:30:00").empty());
      EXPECT_TRUE(codes("09:30:00").contains(441) && codes("20131307-13:30:00").contains(441) &&
                  codes("25:30:00 UTC").contains(441));
    }
    if (row.at("values").find(" | ") != std::string::npos) {
      std::istringstream words{row.at("values")};
      std::string word;
      std::getline(words, word, '|');
      EXPECT_TRUE(codes(word.substr(0, word.size() - 1)).empty()) << word;
      EXPECT_TRUE(codes("Sometimes").contains(441));
    }
  }
  EXPECT_EQ(refusals(NamedAlgo{"Adaptive", {{"maxPctVol", "0.1"}}}, "SMART", {})[0].ib_code, 443);
  EXPECT_EQ(refusals(NamedAlgo{"adaptive"}, "SMART", {})[0].ib_code, 439);
  EXPECT_EQ(refusals(NamedAlgo{"Adaptive"}, "NYSE", {})[0].ib_code, 442);
  EXPECT_EQ(refusals(NamedAlgo{"MinImpact"}, "SMART", SecurityType::stock)[0].ib_code, 442);
  EXPECT_EQ(
      refusals(NamedAlgo{"Adaptive", {{"adaptivePriority", "Urgent"}, {"adaptivePriority", "Normal"}}}, "SMART", {})[0]
          .ib_code,
      441);
}

// Every parameter of every strategy is reached by a member of its struct.
TEST(Algos, EachStructSpeaksAllWordsOfItsStrategy) {
  const Fraction share = Fraction::from_raw(200'000);
  const AlgoTime at = Timestamp::from_ns(1'381'152'600'000'000'000);
  const ZonedTime zoned = ZonedTime::utc(Timestamp::from_ns(1'381'152'600'000'000'000));
  const std::vector<Algo> algos = {
      Adaptive{Urgency::urgent},
      ArrivalPrice{share, RiskAversion::passive, at, at, true, true},
      ClosePrice{share, RiskAversion::neutral, at, true},
      DarkIce{10, at, at, true},
      AccumulateDistribute{10, 20, true, true, 3, true, true, zoned, zoned},
      PercentOfVolume{share, at, at, true},
      PriceVariantPercentOfVolume{share, share, share, share, at, at, true},
      SizeVariantPercentOfVolume{share, share, at, at, true},
      TimeVariantPercentOfVolume{share, share, at, at, true},
      Twap{TwapStyle::matching_last, at, at, true},
      Vwap{share, at, at, true, true, true},
      BalanceImpactRisk{share, RiskAversion::aggressive, true},
      MinimumImpact{share},
      JefferiesVwap{at, at, share, share, "x", Price::of(1), Price::of(1), 1, share, "x", true, "x"},
      CsfbInline{at, at, "x", 1, 2, 3, "x", true, Price::of(1), 1, 2, Price::of(1)},
  };
  std::map<std::string, std::set<std::string>> spoken;
  for (const Algo& algo : algos) {
    const NamedAlgo words = algo_words(algo);
    SCOPED_TRACE(words.strategy);
    const std::string exchange = words.strategy == "VWAP"     ? "JEFFALGO"
                                 : words.strategy == "INLINE" ? "CSFBALGO"
                                                              : "SMART";
    const auto wrong = refusals(words, exchange, SecurityType::option);
    EXPECT_TRUE(wrong.empty()) << text(wrong);
    for (const auto& [tag, value] : words.parameters) spoken[words.strategy].insert(tag);
  }
  std::map<std::string, std::set<std::string>> known;
  for (const auto& row : golden("algo_params.csv")) known[row.at("algo_strategy")].insert(row.at("tag"));
  EXPECT_EQ(spoken, known);
}

}  // namespace
}  // namespace tradewind::client::orders
