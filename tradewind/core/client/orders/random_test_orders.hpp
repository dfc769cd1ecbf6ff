#pragma once

#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/client/orders/capabilities.hpp"
#include "tradewind/core/client/orders/families.hpp"
#include "tradewind/core/client/orders/place.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

// Random orders that nothing is wrong with, save that a session may be too old for them.
namespace tradewind::client::orders::testing {

struct RandomOrder {
  Contract contract;
  Order order;
};

class RandomOrders {
 public:
  explicit RandomOrders(std::uint64_t seed) : rng_{seed} {}

  // One that the capability table allows; nothing when it does not.
  std::optional<RandomOrder> make(OrderKind kind, SecurityType type, Tif tif) {
    if (supports(kind, type, tif).answer == Answer::no) return std::nullopt;
    Contract made = contract(kind, type);
    const Side side = is_fund_or_crypto(type) ? Side::sell : any_side();
    Order order = order_of(kind, side, size(type), tif);
    attributes(order, made, type);
    return RandomOrder{std::move(made), std::move(order)};
  }
  bool chance(int of = 3) { return rng_.one_in(static_cast<std::uint64_t>(of)); }

 private:
  static bool is_fund_or_crypto(SecurityType type) {
    return type == SecurityType::fund || type == SecurityType::crypto;
  }
  int number(int low, int high) { return static_cast<int>(rng_.between(low, high)); }
  Side any_side() { return chance(2) ? Side::buy : Side::sell; }
  Price price() { return Price::from_raw(rng_.between(1, 500'000) * 1'000'000); }
  Percent percent() { return Percent::from_raw(rng_.between(1'000'000, 100'000'000)); }
  Fraction fraction() { return Fraction::from_raw(rng_.between(100'000, 500'000)); }
  Timestamp time() { return Timestamp::from_ns(rng_.between(1'381'152'600, 1'999'999'999) * 1'000'000'000); }
  ContractId id() { return ContractId{number(1, 900'000'000)}; }
  std::string text() {
    std::string out;
    for (int i = number(1, 9); i > 0; --i) out += static_cast<char>('A' + number(0, 25));
    return out;
  }
  ZonedTime zoned() { return chance(2) ? ZonedTime::utc(time()) : ZonedTime{civil_utc(time()), "US/Eastern"}; }
  template <class E>
  E word(std::initializer_list<E> of) {
    return *(of.begin() + number(0, static_cast<int>(of.size()) - 1));
  }
  TriggerMethod trigger() {
    return word({TriggerMethod::by_default, TriggerMethod::double_bid_ask, TriggerMethod::last,
                 TriggerMethod::double_last, TriggerMethod::bid_ask, TriggerMethod::last_or_bid_ask,
                 TriggerMethod::midpoint});
  }
  Threshold threshold() { return chance(2) ? Threshold::at_or_above : Threshold::at_or_below; }
  Trail trail() { return chance(2) ? Trail{price()} : Trail{percent()}; }
  template <class Make>
  auto perhaps(Make make) -> std::optional<decltype(make())> {
    if (chance(2)) return std::nullopt;
    return make();
  }
  std::optional<Price> perhaps_price() {
    return perhaps([&] { return price(); });
  }
  std::optional<int> perhaps_number() {
    return perhaps([&] { return number(1, 50); });
  }
  std::optional<bool> perhaps_flag() {
    return perhaps([&] { return chance(2); });
  }

  // --- What -------------------------------------------------------------------------------------------------------------

  Contract contract(OrderKind kind, SecurityType type) {
    const Symbol symbol{text()};
    const Currency usd{"USD"};
    const Exchange somewhere{kind == OrderKind::pegged_to_best ? "IBKRATS"
                             : kind == OrderKind::box_top      ? "BOX"
                                                               : "SMART"};
    const Expiry month = std::chrono::year{2013} / number(1, 12);
    const Expiry day = std::chrono::year{2013} / number(1, 12) / number(1, 28);
    const Right right = chance(2) ? Right::call : Right::put;
    const std::optional<Multiplier> multiplier = perhaps([&] { return Multiplier::of(number(1, 1000)); });
    if (chance(8) && type != SecurityType::combo && type != SecurityType::bond)
      return ByContractId{id(), somewhere, type};
    if (chance(8) && type != SecurityType::combo) return ByLocalSymbol{text(), type, usd, somewhere};
    if (chance(8) && type != SecurityType::combo)
      return BySecurityId{SecurityIdType::isin, text(), type, usd, somewhere};
    switch (type) {
      case SecurityType::stock:
        return Stock{symbol, usd, somewhere, chance(2) ? "NYSE" : ""};
      case SecurityType::option:
        return Option{symbol, day, price(), right, usd, somewhere, multiplier, text()};
      case SecurityType::future:
        return Future{symbol, month, usd, somewhere, multiplier, text()};
      case SecurityType::future_option:
        return FutureOption{symbol, day, price(), right, usd, somewhere, multiplier, text()};
      case SecurityType::forex:
        return Forex{Currency{"EUR"}, usd};
      case SecurityType::combo:
        return combo(symbol, usd);
      case SecurityType::bond:
        return chance(2)   ? Bond{Isin{"US0000000000"}, usd}
               : chance(2) ? Bond{Cusip{"000000000"}, usd}
                           : Bond{id(), usd};
      case SecurityType::fund:
        return Fund{symbol, usd, Exchange{"FUNDSERV"}};
      case SecurityType::commodity:
        return Commodity{symbol, usd};
      case SecurityType::warrant:
        return Warrant{symbol, day, price(), right, usd, somewhere, multiplier, text()};
      case SecurityType::cfd:
        return Cfd{symbol, usd};
      case SecurityType::crypto:
        return Crypto{symbol, usd, Exchange{"PAXOS"}};
      default:
        return ByContractId{id(), somewhere, type};
    }
  }
  Combo combo(const Symbol& symbol, const Currency& currency) {
    Combo made{symbol, currency, {}};
    for (int leg = 1; leg <= 3; ++leg) {
      made.legs.push_back({ContractId{leg * 1000 + number(0, 999)}, number(1, 5), any_side(), Exchange{"SMART"},
                           word({LegPosition::same, LegPosition::open, LegPosition::close, LegPosition::unknown})});
      ComboLeg& last = made.legs.back();
      if (last.action == Side::sell && chance()) last.short_sale = LegShortSale{chance(2) ? text() : "", number(-1, 3)};
    }
    if (chance()) made.delta_neutral = DeltaNeutralPart{id(), fraction(), price()};
    return made;
  }
  Size size(SecurityType type) {
    if ((type == SecurityType::forex || type == SecurityType::crypto) && chance())
      return CashQuantity{Amount::of(number(1, 100'000))};
    if (type == SecurityType::stock && chance(6)) {
      switch (number(0, 3)) {
        case 0:
          return Hedge{DeltaHedge{}, chance(2), perhaps_number()};
        case 1:
          return Hedge{BetaHedge{fraction()}, chance(2)};
        case 2:
          return Hedge{FxHedge{}};
        default:
          return Hedge{PairHedge{fraction()}};
      }
    }
    return Quantity::of(number(100, 10'000));
  }

  // --- How --------------------------------------------------------------------------------------------------------------

  std::optional<Adjustment> adjustment() {
    switch (number(0, 3)) {
      case 0:
        return AdjustToStop{price(), price()};
      case 1:
        return AdjustToStopLimit{price(), price(), price()};
      case 2:
        return chance(2) ? AdjustToTrail{price(), price(), price()} : AdjustToTrail{price(), price(), percent()};
      default:
        return std::nullopt;
    }
  }
  PriceRange range() {
    const Price low = price();
    return {perhaps([&] { return low; }), perhaps([&] { return add(low, Price::of(1)).value(); })};
  }
  std::optional<MidpointOffsets> offsets() {
    return perhaps([&] { return MidpointOffsets{price(), price()}; });
  }
  Volatility volatility() {
    Volatility made{percent(), chance(2) ? VolatilityPeriod::daily : VolatilityPeriod::annual, chance(2)};
    made.reference = perhaps([&] { return chance(2) ? ReferencePrice::average : ReferencePrice::best_bid_or_ask; });
    made.range = range();
    if (chance(2)) {
      made.hedge = VolatilityHedge{HedgeAtMarket{}};
      if (chance(2)) made.hedge->type = HedgeAtLimit{price()};
      made.hedge->contract = perhaps([&] { return id(); });
      made.hedge->open_close = word({OpenClose::same, OpenClose::open, OpenClose::close});
      if (chance()) made.hedge->settling_firm = text();
      if (chance()) made.hedge->short_sale_location = text();
    }
    return made;
  }
  PeggedToBenchmark benchmark() {
    return {id(), Exchange{"NYSE"}, price(), price(), price(), chance(2), perhaps_price(), range()};
  }
  TimeInForce time_in_force(Tif tif) {
    switch (tif) {
      case Tif::good_till_cancelled:
        return GoodTillCancelled{};
      case Tif::immediate_or_cancel:
        return ImmediateOrCancel{};
      case Tif::fill_or_kill:
        return FillOrKill{};
      case Tif::good_till_date:
        return GoodTillDate{time() + std::chrono::hours{24 * 20'000}};
      case Tif::day_till_cancelled:
        return DayTillCancelled{};
      case Tif::minutes:
        return ForMinutes{number(1, 60)};
      default:
        return Day{};
    }
  }
  Order order_of(OrderKind kind, Side side, const Size& size, Tif tif) {
    const TimeInForce time = time_in_force(tif);
    const auto of = [&](auto type) { return Order{side, size, std::move(type), time}; };
    switch (kind) {
      case OrderKind::market:
        return of(Market{});
      case OrderKind::limit:
        return of(Limit{price(), chance() ? std::optional{price()} : std::nullopt});
      case OrderKind::stop:
        return of(Stop{price(), trigger(), adjustment()});
      case OrderKind::stop_limit:
        return of(StopLimit{price(), price(), trigger()});
      case OrderKind::stop_with_protection:
        return of(StopWithProtection{price()});
      case OrderKind::market_with_protection:
        return of(MarketWithProtection{});
      case OrderKind::market_if_touched:
        return of(MarketIfTouched{price(), trigger()});
      case OrderKind::limit_if_touched:
        return of(LimitIfTouched{price(), price(), trigger()});
      case OrderKind::trailing_stop:
        return of(TrailingStop{trail(), perhaps_price(), trigger(), adjustment()});
      case OrderKind::trailing_stop_limit:
        return chance(2) ? of(TrailingStopLimit{trail(), price(), LimitAt{price()}})
                         : of(TrailingStopLimit{trail(), price(), LimitOffset{price()}});
      case OrderKind::market_on_close:
        return {side, size, MarketOnClose{}};
      case OrderKind::limit_on_close:
        return {side, size, LimitOnClose{price()}};
      case OrderKind::market_on_open:
        return {side, size, MarketOnOpen{}};
      case OrderKind::limit_on_open:
        return {side, size, LimitOnOpen{price()}};
      case OrderKind::auction:
        return {side, size, Auction{price()}};
      case OrderKind::market_to_limit:
        return of(MarketToLimit{});
      case OrderKind::box_top:
        return of(BoxTop{});
      case OrderKind::relative:
        return chance(2) ? of(Relative{price(), perhaps_price(), chance(2)})
                         : of(Relative{percent(), perhaps_price(), chance(2)});
      case OrderKind::passive_relative:
        return of(PassiveRelative{price()});
      case OrderKind::pegged_to_market:
        return of(PeggedToMarket{price()});
      case OrderKind::pegged_to_midpoint:
        return of(PeggedToMidpoint{price(), perhaps_price(), std::nullopt, offsets()});
      case OrderKind::pegged_to_best:
        return chance(2) ? of(PeggedToBest{price(), price(), perhaps_number(), perhaps_number()})
                         : of(PeggedToBest{price(), UpToMidpoint{offsets()}, perhaps_number(), perhaps_number()});
      case OrderKind::pegged_to_stock:
        return of(PeggedToStock{percent(), price(), price(), range()});
      case OrderKind::pegged_to_benchmark:
        return of(benchmark());
      case OrderKind::mid_price:
        return of(MidPrice{perhaps_price()});
      case OrderKind::volatility:
        return of(volatility());
      case OrderKind::relative_market_combo:
        return of(RelativeMarketCombo{price()});
      case OrderKind::relative_limit_combo:
        return of(RelativeLimitCombo{price(), price()});
      case OrderKind::limit_market_combo:
        return of(LimitMarketCombo{price()});
      case OrderKind::snap_to_market:
        return of(SnapToMarket{price()});
      case OrderKind::snap_to_midpoint:
        return of(SnapToMidpoint{price()});
      case OrderKind::snap_to_primary:
        return of(SnapToPrimary{price()});
      case OrderKind::limit_per_leg:
        return of(LimitPerLeg{{price(), price(), price()}});
    }
    return of(Market{});
  }

  // --- Attributes -----------------------------------------------------------------------------------------------------

  Condition condition() {
    const Watched watched{id(), Exchange{"SMART"}};
    switch (number(0, 5)) {
      case 0:
        return PriceCondition{watched, threshold(), price(), trigger()};
      case 1:
        return TimeCondition{threshold(), zoned()};
      case 2:
        return MarginCondition{threshold(), number(0, 100)};
      case 3:
        return ExecutionCondition{Symbol{text()}, Exchange{"SMART"}, SecurityType::stock};
      case 4:
        return VolumeCondition{watched, threshold(), number(1, 1'000'000)};
      default:
        return PercentChangeCondition{watched, threshold(), percent()};
    }
  }
  Conditions conditions() {
    Conditions made{condition()};
    for (int i = number(0, 3); i > 0; --i) {
      if (chance(2)) made.also(condition());
      else made.or_else(condition());
    }
    if (chance(2)) made.when_met = WhenMet::cancel;
    made.ignore_rth = chance(2);
    made.include_overnight = chance(8);
    return made;
  }
  Algo algo() {
    const std::optional<AlgoTime> start =
        perhaps([&] { return chance(2) ? AlgoTime{time()} : AlgoTime{LocalTime{9, 30, 0, "US/Eastern"}}; });
    switch (number(0, 6)) {
      case 0:
        return Adaptive{word({Urgency::urgent, Urgency::normal, Urgency::patient})};
      case 1:
        return ArrivalPrice{fraction(), RiskAversion::get_done, start, {}, perhaps_flag(), perhaps_flag()};
      case 2:
        return DarkIce{number(1, 100), start};
      case 3:
        return AccumulateDistribute{number(1, 100), number(1, 90), perhaps_flag(), {}, perhaps_number(), {}, {},
                                    zoned()};
      case 4:
        return PriceVariantPercentOfVolume{fraction(), fraction(), fraction(), fraction(), start};
      case 5:
        return Twap{TwapStyle::matching_same_side, start};
      default:
        return Vwap{{}, start, {}, {}, perhaps_flag()};
    }
  }
  Scale scale() {
    Scale made{number(1, 50), price(), perhaps_number()};
    made.adjust = perhaps([&] { return ScaleAdjustment{price(), number(1, 600)}; });
    made.profit = perhaps([&] { return ScaleProfit{price(), chance(2)}; });
    made.initial_position = perhaps_number();
    made.initial_fill = perhaps_number();
    made.random_percent = chance(2);
    return made;
  }
  void attributes(Order& order, const Contract& contract, SecurityType type) {
    Attributes& a = order.attributes;
    const bool is_combo = type == SecurityType::combo;
    if (chance(2))
      a.allocation = chance(4) ? decltype(a.allocation){AdvisorGroup{text(), text(), text()}} : Account{"DU0000000"};
    if (chance()) a.model_code = text();
    if (chance()) a.reference = text();
    if (std::holds_alternative<Hedge>(order.size()) || (chance() && !is_combo)) a.parent = OrderId{number(1, 1000)};
    if (chance() && !is_combo)
      a.oca = OcaGroup{text(),
                       word({OcaType::cancel_with_block, OcaType::reduce_with_block, OcaType::reduce_without_block})};
    a.outside_rth = chance();
    a.include_overnight = chance(8);
    if (chance() && !is_combo) a.good_after = time();
    if (chance()) a.active_from = zoned();
    if (chance()) a.active_until = zoned();
    const auto* limit = std::get_if<Limit>(&order.type());
    if (chance() && (limit == nullptr || !limit->discretionary)) a.visibility = Iceberg{number(1, 99)};
    if (chance(6)) a.visibility = HiddenOrder{};
    if (chance() && !is_combo) a.minimum_quantity = number(1, 100);
    for (bool* flag : {&a.all_or_none, &a.sweep_to_fill, &a.block_order, &a.not_held, &a.opt_out_smart_routing,
                       &a.randomize_size, &a.randomize_price, &a.override_percentage_constraints, &a.solicited,
                       &a.auto_cancel_parent, &a.oms_container, &a.firm_account}) {
      *flag = chance();
    }
    for (bool* flag : {&a.imbalance_only, &a.post_only, &a.allow_pre_open, &a.ignore_open_auction, &a.deactivate,
                       &a.professional_customer})
      *flag = chance(12);
    if (chance(12)) a.seek_price_improvement = chance(2);
    if (chance(12)) a.route_marketable_to_bbo = chance(2);
    a.use_price_management = perhaps_flag();
    a.post_to_ats = perhaps_number();
    const OrderKind kind = kind_of(order.type());
    const std::string_view wire = wire_type(kind);
    if (chance() && (wire == "MKT" || wire == "LMT")) a.conditions = conditions();
    if (chance(2) && exchange_of(contract) == "SMART") a.algo = algo();
    if (chance(8)) a.algo_id = text();
    if (chance()) a.scale = chance(4) ? std::variant<Scale, ScaleTable>{ScaleTable{text()}} : scale();
    if (chance(12)) a.attached = AttachedPresets{OrderId{2001}, OrderId{2002}};
    if (is_combo) a.non_guaranteed = chance(2);
    if (is_combo && chance()) a.combo_routing = {{"LeginPrio", "1"}};
    if (chance()) a.misc_options = {{text(), text()}, {text(), text()}};
    if (order.side() == Side::sell && chance(4)) {
      if (chance()) a.institutional_sale = SellLong{};
      else
        a.institutional_sale = chance(2) ? ShortSale{ShortSaleFromClearingFirm{}, number(-1, 5)}
                                         : ShortSale{ShortSaleFromElsewhere{text()}};
    }
    a.open_close = word({OpenClose::same, OpenClose::open, OpenClose::close});
    if (chance()) a.rule_80a = text();
    if (chance()) a.clearing = {text(), "IB", text()};
    if (chance()) a.mifid = {text(), text(), text(), text()};
    if (chance()) a.soft_dollars = SoftDollars{text(), text()};
    if (chance()) a.external_operator = text();
    if (chance(8)) a.manual_order_indicator = chance(2);
    if (chance()) a.manual_order_time = time();
    if (chance(8)) a.customer_account = text();
    if (chance(20)) a.bond_accrued_interest = text();
    if (chance()) a.override_advanced_errors = {text(), text()};
    order.handling = word({Handling::transmit, Handling::hold, Handling::what_if});
  }

  Rng rng_;
};

}  // namespace tradewind::client::orders::testing
