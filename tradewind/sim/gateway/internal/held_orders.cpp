#include "tradewind/sim/gateway/internal/held_orders.hpp"

#include "tradewind/sim/gateway/contract_query.hpp"
#include "tradewind/sim/gateway/internal/algos.hpp"
#include "tradewind/sim/gateway/internal/order_kinds.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace tradewind::sim::gateway {
namespace {

// IB writes percentages as floating point; beyond a thousand times the whole, one is as good as another.
std::int64_t millionths(double percent) {
  constexpr double kMost = 100'000;
  return std::llround(std::clamp(percent, -kMost, kMost) * 1e6);
}

venue::TriggerMethod method_for(std::int32_t number, const venue::Listing& listing) {
  const auto method = venue::trigger_method(number).value_or(venue::TriggerMethod::by_contract);
  return method == venue::TriggerMethod::by_contract ? venue::default_trigger_method(listing) : method;
}

venue::TriggerKind kind_of(Trigger trigger) {
  switch (trigger) {
    case Trigger::none:
      return venue::TriggerKind::none;
    case Trigger::stop:
      return venue::TriggerKind::stop;
    case Trigger::touch:
      return venue::TriggerKind::touch;
    case Trigger::trail:
      return venue::TriggerKind::trail;
  }
  return venue::TriggerKind::none;
}

venue::TrailBy trail_by(const std::optional<double>& percent, const std::optional<Price>& amount) {
  if (percent) return {.amount = std::nullopt, .percent_millionths = millionths(*percent)};
  return {.amount = amount.value_or(Price::zero()), .percent_millionths = std::nullopt};
}

// A trailing stop limit keeps its limit at a distance from its stop: said, or as it was in the beginning.
Price limit_offset(const tws::Order& terms) {
  if (terms.lmt_price_offset) return *terms.lmt_price_offset;
  if (!terms.lmt_price || !terms.trail_stop_price) return Price::zero();
  return Price::from_raw(std::abs(terms.trail_stop_price->raw() - terms.lmt_price->raw()));
}

std::optional<venue::StopAdjustment> adjustment(const tws::Order& terms) {
  const OrderKind* kind = find_order_kind(terms.adjusted_order_type);
  if (kind == nullptr || !terms.trigger_price) return std::nullopt;
  venue::StopAdjustment adjustment{.at = *terms.trigger_price,
                                   .kind = kind_of(kind->trigger),
                                   .stop = terms.adjusted_stop_price,
                                   .limit = terms.adjusted_stop_limit_price,
                                   .trail_by = {}};
  if (kind->trigger != Trigger::trail) return adjustment;
  const bool in_percent = terms.adjustable_trailing_unit != 0;
  const auto& by = terms.adjusted_trailing_amount;
  if (in_percent && by) adjustment.trail_by.percent_millionths = by->raw() / (Price::kScale / 1'000'000);
  else adjustment.trail_by.amount = by;
  return adjustment;
}

venue::Condition condition(const tws::OrderCondition& from, const GatewayOrder& order, const venue::Universe& universe,
                           const TimeZone& zone) {
  const std::uint32_t listing = universe.by_con_id(from.con_id).value_or(0);
  const venue::SymbolIndex symbol{listing};
  venue::Condition to;
  to.and_next = from.conjunction;
  switch (from.type) {
    case 1:
      to.what = venue::PriceCondition{.symbol = symbol,
                                      .is_more = from.is_more,
                                      .price = from.price.value_or(Price::zero()),
                                      .method = method_for(from.trigger_method, universe.listings()[listing])};
      break;
    case 3:
      to.what = venue::TimeCondition{.is_more = from.is_more,
                                     .time = order_time(from.time, order.accepted, zone).value_or(order.accepted)};
      break;
    case 4:
      to.what = venue::MarginCondition{.is_more = from.is_more, .cushion_percent = from.percent.value_or(0)};
      break;
    case 6:
      to.what = venue::VolumeCondition{
          .symbol = symbol, .is_more = from.is_more, .volume = Quantity::of(std::max(from.volume.value_or(0), 0))};
      break;
    case 7:
      to.what = venue::PercentChangeCondition{
          .symbol = symbol, .is_more = from.is_more, .percent_millionths = millionths(from.change_percent.value_or(0))};
      break;
    default: {  // an execution; the check knows no others
      venue::ExecutionCondition execution;
      for (const std::uint32_t index : universe.by_symbol(from.symbol)) {
        if (from.sec_type.empty() || universe.listings()[index].security_type == from.sec_type)
          execution.symbols.emplace_back(index);
      }
      to.what = execution;
    }
  }
  return to;
}

}  // namespace

venue::TriggerTicket trigger_ticket(const GatewayOrder& order, const venue::Universe& universe, const TimeZone& zone) {
  const tws::Order& terms = order.request->order;
  const OrderKind& kind = *find_order_kind(terms.order_type);
  venue::TriggerTicket ticket;
  ticket.id = venue::HeldOrderId{order.sequence};
  ticket.symbol = venue::SymbolIndex{order.listing};
  ticket.side = order.side;
  ticket.method = method_for(terms.trigger_method, universe.listings()[order.listing]);
  ticket.outside_rth = terms.outside_rth;
  if (!order.is_triggered) ticket.kind = kind_of(kind.trigger);
  if (order.is_combo() && ticket.kind != venue::TriggerKind::none) {
    // What all legs cost together. Nobody shows that of legs that make no combo: the book refuses such an order.
    const auto combo = universe.combo(legs_of(order.request->contract));
    ticket.symbol = venue::SymbolIndex{combo.value_or(std::numeric_limits<std::uint32_t>::max())};
    if (combo) ticket.method = method_for(terms.trigger_method, universe.listings()[*combo]);
  }
  const bool trails = ticket.kind == venue::TriggerKind::trail;
  if (trails) {
    ticket.price = terms.trail_stop_price;
    ticket.trail_by = trail_by(terms.trailing_percent, terms.aux_price);
    if (kind.pricing == Pricing::limit) ticket.limit_offset = limit_offset(terms);
  } else if (ticket.kind != venue::TriggerKind::none) {
    ticket.price = terms.aux_price;
    if (kind.pricing == Pricing::limit) ticket.limit = terms.lmt_price;
  }
  if (trails || ticket.kind == venue::TriggerKind::stop) ticket.adjustment = adjustment(terms);
  for (const tws::OrderCondition& each : terms.conditions)
    ticket.conditions.push_back(condition(each, order, universe, zone));
  ticket.conditions_cancel = terms.conditions_cancel_order;
  ticket.conditions_ignore_rth = terms.conditions_ignore_rth;
  return ticket;
}

Price on_grid(Price price, const venue::Listing& listing, bool upwards) {
  const venue::MarketRule* rule = venue::find_market_rule(listing.market_rule);
  const std::int64_t step = (rule != nullptr ? rule->increment_at(price) : listing.min_tick).raw();
  std::int64_t raw = price.raw() - price.raw() % step;
  if (raw > price.raw()) raw -= step;
  if (upwards && raw < price.raw()) raw += step;
  return Price::from_raw(raw);
}

}  // namespace tradewind::sim::gateway
