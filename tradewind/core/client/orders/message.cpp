#include "tradewind/core/client/orders/internal/message.hpp"

#include "tradewind/core/client/orders/capabilities.hpp"

#include <algorithm>
#include <limits>

namespace tradewind::client::orders::internal {

namespace {

std::string_view open_close_text(OpenClose value) {
  switch (value) {
    case OpenClose::same:
      return "";
    case OpenClose::open:
      return "O";
    case OpenClose::close:
      return "C";
  }
  return "";
}

std::vector<tws::TagValue> tags(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<tws::TagValue> out;
  out.reserve(pairs.size());
  for (const auto& [tag, value] : pairs) out.push_back({.tag = tag, .value = value});
  return out;
}

std::optional<int> number_of(std::optional<bool> flag) {
  return flag ? std::optional<int>{*flag ? 1 : 0} : std::nullopt;
}

Price as_price(Percent percent) { return Price::from_raw(percent.raw() * (Price::kScale / Percent::kScale)); }

// The prices of each type into the fields that carry them.
class TypeWriter {
 public:
  explicit TypeWriter(tws::PlaceOrderRequest& message) : contract_{message.contract}, out_{message.order} {}

  void operator()(const Market&) {}
  void operator()(const Limit& type) {
    out_.lmt_price = type.limit;
    out_.discretionary_amt = type.discretionary;
  }
  void operator()(const Stop& type) {
    out_.aux_price = type.stop;
    trigger(type.trigger);
    adjust(type.adjust);
  }
  void operator()(const StopLimit& type) {
    out_.aux_price = type.stop;
    out_.lmt_price = type.limit;
    trigger(type.trigger);
  }
  void operator()(const StopWithProtection& type) { out_.aux_price = type.stop; }
  void operator()(const MarketWithProtection&) {}
  void operator()(const MarketIfTouched& type) {
    out_.aux_price = type.touch;
    trigger(type.trigger);
  }
  void operator()(const LimitIfTouched& type) {
    out_.aux_price = type.touch;
    out_.lmt_price = type.limit;
    trigger(type.trigger);
  }
  void operator()(const TrailingStop& type) {
    trail(type.trail);
    out_.trail_stop_price = type.initial_stop;
    trigger(type.trigger);
    adjust(type.adjust);
  }
  void operator()(const TrailingStopLimit& type) {
    trail(type.trail);
    out_.trail_stop_price = type.initial_stop;
    if (const auto* limit = std::get_if<LimitAt>(&type.limit)) {
      out_.lmt_price = limit->price;
    } else {
      out_.lmt_price_offset = std::get<LimitOffset>(type.limit).offset;
    }
  }
  void operator()(const MarketOnClose&) {}
  void operator()(const LimitOnClose& type) { out_.lmt_price = type.limit; }
  void operator()(const MarketOnOpen&) {}
  void operator()(const LimitOnOpen& type) { out_.lmt_price = type.limit; }
  void operator()(const Auction& type) { out_.lmt_price = type.limit; }
  void operator()(const MarketToLimit&) {}
  void operator()(const BoxTop&) {}
  void operator()(const Relative& type) {
    if (const auto* amount = std::get_if<Price>(&type.offset)) {
      out_.aux_price = *amount;
    } else {
      out_.percent_offset = nearest(std::get<Percent>(type.offset));
    }
    out_.lmt_price = type.cap;
    out_.discretionary_up_to_limit_price = type.discretionary_up_to_limit;
  }
  void operator()(const PassiveRelative& type) { out_.aux_price = type.offset; }
  void operator()(const PeggedToMarket& type) { out_.aux_price = type.offset; }
  void operator()(const PeggedToMidpoint& type) {
    out_.aux_price = type.offset;
    out_.lmt_price = type.cap;
    out_.min_trade_qty = type.minimum_trade;
    midpoint(type.offsets);
  }
  void operator()(const PeggedToBest& type) {
    out_.lmt_price = type.limit;
    out_.not_held = true;  // IBKRATS takes it no other way
    out_.min_trade_qty = type.minimum_trade;
    out_.min_compete_size = type.minimum_compete;
    if (const auto* offset = std::get_if<Price>(&type.compete)) {
      out_.compete_against_best_offset = nearest(*offset);
    } else {
      out_.compete_against_best_offset = std::numeric_limits<double>::infinity();
      midpoint(std::get<UpToMidpoint>(type.compete).offsets);
    }
  }
  void operator()(const PeggedToStock& type) {
    out_.delta = nearest(type.delta);
    out_.starting_price = type.starting_price;
    out_.stock_ref_price = type.stock_reference;
    range(type.range);
  }
  void operator()(const PeggedToBenchmark& type) {
    out_.reference_contract_id = type.reference.value();
    out_.reference_exchange_id = type.reference_exchange.text();
    out_.starting_price = type.starting_price;
    out_.pegged_change_amount = type.change;
    out_.reference_change_amount = type.reference_change;
    out_.is_pegged_change_amount_decrease = type.falls_when_reference_rises;
    out_.stock_ref_price = type.stock_reference;
    range(type.range);
  }
  void operator()(const MidPrice& type) { out_.lmt_price = type.cap; }
  void operator()(const Volatility& type) {
    out_.volatility = nearest(type.volatility);
    out_.volatility_type = static_cast<int>(type.period);
    out_.continuous_update = type.continuous_update;
    if (type.reference) out_.reference_price_type = static_cast<int>(*type.reference);
    if (type.hedge) hedge(*type.hedge);
    range(type.range);
  }
  void operator()(const RelativeMarketCombo& type) {
    out_.aux_price = type.offset;
    not_guaranteed();
  }
  void operator()(const RelativeLimitCombo& type) {
    out_.aux_price = type.offset;
    out_.lmt_price = type.limit;
    not_guaranteed();
  }
  void operator()(const LimitMarketCombo& type) {
    out_.lmt_price = type.limit;
    not_guaranteed();
  }
  void operator()(const SnapToMarket& type) { out_.aux_price = type.offset; }
  void operator()(const SnapToMidpoint& type) { out_.aux_price = type.offset; }
  void operator()(const SnapToPrimary& type) { out_.aux_price = type.offset; }
  void operator()(const LimitPerLeg& type) {
    // As many as there are legs; another number is refused by the checks.
    for (std::size_t i = 0; i < std::min(type.limits.size(), contract_.combo_legs.size()); ++i) {
      contract_.combo_legs[i].per_leg_price = type.limits[i];
    }
  }

  void not_guaranteed() { out_.smart_combo_routing_params.push_back({.tag = "NonGuaranteed", .value = "1"}); }

 private:
  void trigger(TriggerMethod method) { out_.trigger_method = static_cast<int>(method); }
  void trail(const Trail& trail) {
    if (const auto* amount = std::get_if<Price>(&trail)) {
      out_.aux_price = *amount;
    } else {
      out_.trailing_percent = nearest(std::get<Percent>(trail));
    }
  }
  void midpoint(const std::optional<MidpointOffsets>& offsets) {
    if (!offsets) return;
    out_.mid_offset_at_whole = offsets->at_whole;
    out_.mid_offset_at_half = offsets->at_half;
  }
  void range(const PriceRange& range) {
    out_.stock_range_lower = range.lower;
    out_.stock_range_upper = range.upper;
  }
  void adjust(const std::optional<Adjustment>& adjustment) {
    if (!adjustment) return;
    std::visit(
        [this](const auto& to) {
          out_.trigger_price = to.trigger;
          out_.adjusted_stop_price = to.stop;
        },
        *adjustment);
    if (std::holds_alternative<AdjustToStop>(*adjustment)) out_.adjusted_order_type = "STP";
    if (const auto* limit = std::get_if<AdjustToStopLimit>(&*adjustment)) {
      out_.adjusted_order_type = "STP LMT";
      out_.adjusted_stop_limit_price = limit->limit;
    }
    if (const auto* trail = std::get_if<AdjustToTrail>(&*adjustment)) {
      out_.adjusted_order_type = "TRAIL";
      const auto* amount = std::get_if<Price>(&trail->trail);
      out_.adjusted_trailing_amount = amount != nullptr ? *amount : as_price(std::get<Percent>(trail->trail));
      out_.adjustable_trailing_unit = amount != nullptr ? 0 : 100;
    }
  }
  void hedge(const VolatilityHedge& hedge) {
    if (const auto* limit = std::get_if<HedgeAtLimit>(&hedge.type)) {
      out_.delta_neutral_order_type = "LMT";
      out_.delta_neutral_aux_price = limit->limit;
    } else {
      out_.delta_neutral_order_type = "MKT";
    }
    if (hedge.contract) out_.delta_neutral_con_id = hedge.contract->value();
    out_.delta_neutral_open_close = open_close_text(hedge.open_close);
    out_.delta_neutral_settling_firm = hedge.settling_firm;
    out_.delta_neutral_clearing_account = hedge.clearing_account;
    out_.delta_neutral_clearing_intent = hedge.clearing_intent;
    if (!hedge.short_sale_location.empty()) {
      out_.delta_neutral_short_sale = true;
      out_.delta_neutral_short_sale_slot = 2;
      out_.delta_neutral_designated_location = hedge.short_sale_location;
    }
  }

  tws::Contract& contract_;
  tws::Order& out_;
};

void write_size(const Size& size, tws::Order& out, Texts& texts) {
  if (const auto* quantity = std::get_if<Quantity>(&size)) {
    out.total_quantity = *quantity;
    return;
  }
  out.total_quantity = Quantity::zero();
  if (const auto* cash = std::get_if<CashQuantity>(&size)) {
    out.cash_qty = cash->amount;
    return;
  }
  const auto& hedge = std::get<Hedge>(size);
  if (std::holds_alternative<DeltaHedge>(hedge.kind)) out.hedge_type = "D";
  if (std::holds_alternative<FxHedge>(hedge.kind)) out.hedge_type = "F";
  if (const auto* beta = std::get_if<BetaHedge>(&hedge.kind)) {
    out.hedge_type = "B";
    out.hedge_param = texts.keep(beta->beta.text());
  }
  if (const auto* pair = std::get_if<PairHedge>(&hedge.kind)) {
    out.hedge_type = "P";
    out.hedge_param = texts.keep(pair->ratio.text());
  }
  out.dont_use_auto_price_for_hedge = hedge.own_price;
  out.hedge_max_size = hedge.max_size;
}

void write_tif(const AnyTimeInForce& tif, tws::Order& out, Texts& texts) {
  out.tif = name(tif_of(tif));
  if (const auto* date = std::get_if<GoodTillDate>(&tif)) out.good_till_date = texts.keep(ib_utc_text(date->until));
  if (const auto* minutes = std::get_if<ForMinutes>(&tif)) out.duration = minutes->duration;
}

class ConditionWriter {
 public:
  ConditionWriter(tws::OrderCondition& out, Texts& texts) : out_{out}, texts_{texts} {}

  void operator()(const PriceCondition& is) {
    watch(1, is.watched, is.threshold);
    out_.price = is.price;
    out_.trigger_method = static_cast<int>(is.trigger);
  }
  void operator()(const TimeCondition& is) {
    begin(3, is.threshold);
    out_.time = texts_.keep(is.time.text(' '));
  }
  void operator()(const MarginCondition& is) {
    begin(4, is.threshold);
    out_.percent = is.cushion_percent;
  }
  void operator()(const ExecutionCondition& is) {
    out_.type = 5;
    out_.symbol = is.symbol.text();
    out_.exchange = is.exchange.text();
    out_.sec_type = name(is.type);
  }
  void operator()(const VolumeCondition& is) {
    watch(6, is.watched, is.threshold);
    out_.volume = is.volume;
  }
  void operator()(const PercentChangeCondition& is) {
    watch(7, is.watched, is.threshold);
    out_.change_percent = nearest(is.change);
  }

 private:
  void begin(int type, Threshold threshold) {
    out_.type = type;
    out_.is_more = threshold == Threshold::at_or_above;
  }
  void watch(int type, const Watched& watched, Threshold threshold) {
    begin(type, threshold);
    out_.con_id = watched.contract.value();
    out_.exchange = watched.exchange.text();
  }

  tws::OrderCondition& out_;
  Texts& texts_;
};

void write_conditions(const Conditions& conditions, tws::Order& out, Texts& texts) {
  for (const Conditions::Link& link : conditions.links()) {
    tws::OrderCondition& wire = out.conditions.emplace_back();
    wire.conjunction = link.and_next;
    std::visit(ConditionWriter{wire, texts}, link.condition);
  }
  out.conditions_cancel_order = conditions.when_met == WhenMet::cancel;
  out.conditions_ignore_rth = conditions.ignore_rth;
  out.conditions_include_overnight = conditions.include_overnight;
}

void write_algo(const Algo& algo, tws::Order& out, Texts& texts) {
  const NamedAlgo words = algo_words(algo);
  out.algo_strategy = texts.keep(words.strategy);
  for (const auto& [tag, value] : words.parameters) {
    out.algo_params.push_back({.tag = texts.keep(tag), .value = texts.keep(value)});
  }
}

void write_scale(const std::variant<Scale, ScaleTable>& scale, tws::Order& out) {
  if (const auto* table = std::get_if<ScaleTable>(&scale)) {
    out.scale_table = table->table;
    return;
  }
  const auto& levels = std::get<Scale>(scale);
  out.scale_init_level_size = levels.initial_size;
  out.scale_subs_level_size = levels.subsequent_size;
  out.scale_price_increment = levels.increment;
  if (levels.adjust) {
    out.scale_price_adjust_value = levels.adjust->value;
    out.scale_price_adjust_interval = levels.adjust->interval_seconds;
  }
  if (levels.profit) {
    out.scale_profit_offset = levels.profit->offset;
    out.scale_auto_reset = levels.profit->auto_reset;
  }
  out.scale_init_position = levels.initial_position;
  out.scale_init_fill_qty = levels.initial_fill;
  out.scale_random_percent = levels.random_percent;
}

void write_allocation(const Attributes& from, tws::Order& out) {
  if (const auto* account = std::get_if<Account>(&from.allocation)) out.account = account->text();
  if (const auto* advisor = std::get_if<AdvisorGroup>(&from.allocation)) {
    out.fa_group = advisor->group;
    out.fa_method = advisor->method;
    out.fa_percentage = advisor->percentage;
  }
  out.model_code = from.model_code;
  out.customer_account = from.customer_account;
  out.professional_customer = from.professional_customer;
  out.clearing_account = from.clearing.account;
  out.clearing_intent = from.clearing.intent;
  out.settling_firm = from.clearing.settling_firm;
  out.open_close = open_close_text(from.open_close);
  out.origin = from.firm_account ? 1 : 0;
  out.rule80_a = from.rule_80a;
  if (const auto* sale = std::get_if<ShortSale>(&from.institutional_sale)) {
    out.action = "SSHORT";
    const auto* elsewhere = std::get_if<ShortSaleFromElsewhere>(&sale->stock);
    out.short_sale_slot = elsewhere != nullptr ? 2 : 1;
    if (elsewhere != nullptr) out.designated_location = elsewhere->location;
    out.exempt_code = sale->exempt_code;
  }
  if (std::holds_alternative<SellLong>(from.institutional_sale)) out.action = "SLONG";
}

void write_regulation(const Attributes& from, tws::Order& out, Texts& texts) {
  out.mifid2_decision_maker = from.mifid.decision_maker;
  out.mifid2_decision_algo = from.mifid.decision_algo;
  out.mifid2_execution_trader = from.mifid.execution_trader;
  out.mifid2_execution_algo = from.mifid.execution_algo;
  if (from.soft_dollars) {
    out.soft_dollar_tier =
        tws::SoftDollarTier{.name = from.soft_dollars->name, .value = from.soft_dollars->value, .display_name = {}};
  }
  out.ext_operator = from.external_operator;
  out.manual_order_indicator = number_of(from.manual_order_indicator);
  if (from.manual_order_time) out.manual_order_time = texts.keep(ib_utc_text(*from.manual_order_time));
  out.bond_accrued_interest = from.bond_accrued_interest;
  if (!from.override_advanced_errors.empty()) {
    std::string list;
    for (const std::string& code : from.override_advanced_errors) list += (list.empty() ? "" : ",") + code;
    out.advanced_error_override = texts.keep(std::move(list));
  }
}

void write_handling(const Attributes& from, tws::Order& out) {
  out.outside_rth = from.outside_rth;
  out.include_overnight = from.include_overnight;
  if (const auto* iceberg = std::get_if<Iceberg>(&from.visibility)) out.display_size = iceberg->display_size;
  out.hidden = std::holds_alternative<HiddenOrder>(from.visibility);
  out.all_or_none = from.all_or_none;
  out.min_qty = from.minimum_quantity;
  out.sweep_to_fill = from.sweep_to_fill;
  out.block_order = from.block_order;
  out.not_held = out.not_held || from.not_held;
  out.imbalance_only = from.imbalance_only;
  out.post_only = from.post_only;
  out.allow_pre_open = from.allow_pre_open;
  out.ignore_open_auction = from.ignore_open_auction;
  out.deactivate = from.deactivate;
  out.seek_price_improvement = number_of(from.seek_price_improvement);
  out.route_marketable_to_bbo = number_of(from.route_marketable_to_bbo);
  out.use_price_mgmt_algo = number_of(from.use_price_management);
  out.post_to_ats = from.post_to_ats;
  out.opt_out_smart_routing = from.opt_out_smart_routing;
  out.randomize_size = from.randomize_size;
  out.randomize_price = from.randomize_price;
  out.override_percentage_constraints = from.override_percentage_constraints;
  out.solicited = from.solicited;
  out.auto_cancel_parent = from.auto_cancel_parent;
  out.is_oms_container = from.oms_container;
  out.order_misc_options = tags(from.misc_options);
}

}  // namespace

Assembled assemble(OrderId id, const Contract& contract, const Order& order) {
  Assembled made;
  tws::PlaceOrderRequest& message = made.message;
  const Attributes& from = order.attributes;
  message.order_id = id.value();
  write(contract, message.contract, made.texts);
  tws::Order& out = message.order;
  out.action = name(order.side());
  out.order_type = wire_type(kind_of(order.type()));
  write_size(order.size(), out, made.texts);
  write_tif(order.tif(), out, made.texts);
  TypeWriter types{message};
  std::visit(types, order.type());
  if (from.non_guaranteed && out.smart_combo_routing_params.empty()) types.not_guaranteed();
  for (tws::TagValue& tag : tags(from.combo_routing)) out.smart_combo_routing_params.push_back(tag);

  write_allocation(from, out);
  write_regulation(from, out, made.texts);
  write_handling(from, out);
  out.order_ref = from.reference;
  if (from.parent) out.parent_id = from.parent->value();
  if (from.oca) {
    out.oca_group = from.oca->name;
    out.oca_type = static_cast<int>(from.oca->type);
  }
  if (from.good_after) out.good_after_time = made.texts.keep(ib_utc_text(*from.good_after));
  if (from.active_from) out.active_start_time = made.texts.keep(from.active_from->text(' '));
  if (from.active_until) out.active_stop_time = made.texts.keep(from.active_until->text(' '));
  if (from.conditions) write_conditions(*from.conditions, out, made.texts);
  if (from.algo) write_algo(*from.algo, out, made.texts);
  out.algo_id = from.algo_id;
  if (from.scale) write_scale(*from.scale, out);
  if (from.attached) {
    tws::AttachedOrders& attached = message.attached_orders;
    if (from.attached->stop_loss) {
      attached.sl_order_id = from.attached->stop_loss->value();
      attached.sl_order_type = "PRESET";
    }
    if (from.attached->profit_taker) {
      attached.pt_order_id = from.attached->profit_taker->value();
      attached.pt_order_type = "PRESET";
    }
  }
  out.transmit = order.handling != Handling::hold;
  out.what_if = order.handling == Handling::what_if;
  return made;
}

}  // namespace tradewind::client::orders::internal
