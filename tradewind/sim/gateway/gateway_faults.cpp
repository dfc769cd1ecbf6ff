// Faults that do not happen on the line between the gateway and a client, but to orders.

#include "tradewind/sim/gateway/gateway.hpp"

#include <algorithm>

namespace tradewind::sim::gateway {

// While their client is away.
void Gateway::befall_orders_of(std::int32_t client_id) {
  const auto fires = [&](std::size_t fault) {
    if (!injector_->draws(fault, client_id)) return false;
    injector_->count(fault);
    return true;
  };
  std::vector<const GatewayOrder*> live;
  for (const auto& [sequence, order] : desk_.live_orders()) {
    if (order->client_id == client_id) live.push_back(order);
  }
  for (const GatewayOrder* order : live) {
    if (order->is_final) continue;  // one of its family has ended
    const bool is_stop = order->request->order.order_type == "STP";
    if (fires(faults::at("F090"))) desk_.cancel_by_hand(order->perm_id, now_);
    else if (fires(is_stop ? faults::at("F092") : faults::at("F086"))) bring_to_fill(*order);
  }
  if (clients_.empty() && !live.empty() && fires(faults::at("F085"))) desk_.end_session(now_);
}

void Gateway::bring_to_fill(const GatewayOrder& order) {
  const tws::Owned<tws::PlaceOrderRequest> terms{*order.request};  // the desk replaces its own
  tws::PlaceOrderRequest changed = *terms;
  const auto price = order.is_combo() ? std::nullopt : marks()(order.listing);
  if (!price) return;
  const std::int64_t units = price->raw() / Price::kScale;  // whole ones, which every tick allows
  const std::int64_t beyond = 2 + units / 50;
  const Price above = Price::of(units + beyond);
  const Price below = Price::of(std::max<std::int64_t>(1, units - beyond));
  const bool buys = order.side == Side::buy;
  if (changed.order.lmt_price) changed.order.lmt_price = buys ? above : below;
  // A stop triggers on the other side of the market.
  if (changed.order.aux_price) changed.order.aux_price = buys ? below : above;
  desk_.place(changed, order.client_id, now_);
}

}  // namespace tradewind::sim::gateway
