#include "tradewind/sim/gateway/internal/order_triggers.hpp"

#include "tradewind/sim/gateway/internal/order_kinds.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace tradewind::sim::gateway {
namespace {

// The price an event shows to a trigger method; nothing when the method does not look at such events.
std::optional<Price> seen(const venue::MarketEvent& event, int method, Side side, std::string_view type) {
  if (method == 0) method = has_word("STK FUT CRYPTO BOND", type) ? 2 : 4;
  if (const auto* quote = std::get_if<model::Quote>(&event.data)) {
    if (method == 8) {
      return quote->bid && quote->ask ? std::optional{midpoint(*quote->bid, *quote->ask)} : std::nullopt;
    }
    if (method == 2 || method == 3) return std::nullopt;
    return side == Side::buy ? quote->ask : quote->bid;
  }
  if (method == 2 || method == 3 || method == 7) return std::get<model::Trade>(event.data).price;
  return std::nullopt;
}

Price distance(const tws::Order& terms, Price from) {
  if (!terms.trailing_percent) return terms.aux_price.value_or(Price::zero());
  const std::int64_t millionths = std::llround(*terms.trailing_percent * 1e6);
  return Price::from_raw(static_cast<std::int64_t>(Int128{from.raw()} * millionths / 100'000'000));
}

}  // namespace

Price on_grid(Price price, const venue::Listing& listing, bool upwards) {
  const venue::MarketRule* rule = venue::find_market_rule(listing.market_rule);
  const std::int64_t step = (rule != nullptr ? rule->increment_at(price) : listing.min_tick).raw();
  std::int64_t raw = price.raw() - price.raw() % step;
  if (raw > price.raw()) raw -= step;
  if (upwards && raw < price.raw()) raw += step;
  return Price::from_raw(raw);
}

bool is_triggered_by(GatewayOrder& order, const venue::Listing& listing, const venue::MarketEvent& event) {
  const tws::Order& terms = order.request->order;
  const OrderKind& kind = *find_order_kind(terms.order_type);
  const auto price = seen(event, terms.trigger_method, order.side, listing.security_type);
  if (!price) return false;
  const bool is_buy = order.side == Side::buy;
  bool hit = false;
  if (kind.trigger == Trigger::touch) {
    hit = is_buy ? *price <= *terms.aux_price : *price >= *terms.aux_price;
  } else {
    Price stop = terms.aux_price.value_or(Price::zero());
    if (kind.trigger == Trigger::trail) {
      if (!order.stop) order.stop = terms.trail_stop_price;
      const std::int64_t away = distance(terms, *price).raw();
      const Price follows = on_grid(Price::from_raw(price->raw() + (is_buy ? away : -away)), listing, is_buy);
      if (!order.stop || (is_buy ? follows < *order.stop : follows > *order.stop)) order.stop = follows;
      stop = *order.stop;
    }
    hit = is_buy ? *price >= stop : *price <= stop;
  }
  order.trigger_hits = hit ? order.trigger_hits + 1 : 0;
  const bool wants_two = terms.trigger_method == 1 || terms.trigger_method == 3;
  return order.trigger_hits >= (wants_two ? 2 : 1);
}

std::optional<Price> limit_when_triggered(const GatewayOrder& order, const venue::Listing& listing) {
  const tws::Order& terms = order.request->order;
  const OrderKind& kind = *find_order_kind(terms.order_type);
  if (kind.pricing != Pricing::limit) return std::nullopt;
  if (kind.trigger != Trigger::trail || !order.stop) return terms.lmt_price;
  const bool is_buy = order.side == Side::buy;
  std::int64_t offset = terms.lmt_price_offset.value_or(Price::zero()).raw();
  if (!terms.lmt_price_offset && terms.lmt_price && terms.trail_stop_price)
    offset = std::abs(terms.trail_stop_price->raw() - terms.lmt_price->raw());
  return on_grid(Price::from_raw(order.stop->raw() + (is_buy ? offset : -offset)), listing, is_buy);
}

}  // namespace tradewind::sim::gateway
