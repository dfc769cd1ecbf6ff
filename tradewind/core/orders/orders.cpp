#include "tradewind/core/orders/orders.hpp"

#include "tradewind/core/base/check.hpp"

#include <utility>

namespace tradewind::orders {

using model::is_final;
using model::OrderState;

std::optional<OrderState> state_after(OrderState state, std::string_view status) {
  const bool lives =
      status == "ApiPending" || status == "PendingSubmit" || status == "PreSubmitted" || status == "Submitted";
  const bool ends = status == "Cancelled" || status == "ApiCancelled";
  const bool known = lives || ends || status == "PendingCancel" || status == "Inactive" || status == "Filled";
  if (!known) return std::nullopt;
  if (is_final(state) && state != OrderState::not_at_broker) return state;
  if (lives) return state == OrderState::cancelling ? state : OrderState::working;
  if (ends) return OrderState::cancelled;
  if (status == "PendingCancel") return OrderState::cancelling;
  if (status == "Inactive") return OrderState::inactive;
  // "Filled" is the broker's count; ours are executions. Until they are here the order is not done.
  return state == OrderState::cancelling ? state : OrderState::working;
}

Order& Orders::park(const model::OrderIntent& intent, model::Seq seq) {
  TW_CHECK(!intent.order_ref.empty() && !by_ref_.contains(intent.order_ref));
  Order& order = orders_.emplace_back();
  order.intent = intent;
  order.intent_seq = seq;
  by_ref_.emplace(intent.order_ref, &order);
  by_order_id_.insert_or_assign(intent.order_id, &order);
  live_.emplace(seq.value(), &order);
  if (intent.order_id > highest_order_id_) highest_order_id_ = intent.order_id;
  reckon(order, order.remaining(), 1);
  return order;
}

const Order* Orders::sent(const model::OrderRef& ref) {
  Order* order = mutable_find(ref);
  return order == nullptr || order->state != OrderState::parked ? nullptr : change(*order, OrderState::sent);
}

const Order* Orders::denied(const model::OrderRef& ref, std::string reason) {
  Order* order = mutable_find(ref);
  return order == nullptr ? nullptr : change(*order, OrderState::denied_late, std::move(reason));
}

const Order* Orders::cancel_requested(const model::OrderRef& ref) {
  Order* order = mutable_find(ref);
  if (order == nullptr || is_final(order->state)) return nullptr;
  order->cancel_wanted = true;
  if (order->state != OrderState::working && order->state != OrderState::sent && order->state != OrderState::inactive)
    return nullptr;
  return change(*order, OrderState::cancelling);
}

const Order* Orders::seen_open(const model::OpenOrderSeen& seen) {
  Order* order = mutable_find(seen.order_ref);
  if (order == nullptr) return nullptr;
  learn(*order, seen.perm_id, seen.client_id == order->intent.client_id ? seen.order_id : model::OrderId{0});
  const auto state = state_after(order->state, seen.status.view());
  if (!state)
    return change(*order, OrderState::unknown,
                  "the broker's status '" + std::string{seen.status.view()} + "' is not known");
  return change(*order, *state);
}

const Order* Orders::status(const model::OrderStatusSeen& seen) {
  Order* order = nullptr;
  if (seen.perm_id.value() != 0) {
    if (Order* const* found = by_perm_id_.find(seen.perm_id); found != nullptr) order = *found;
  }
  if (order == nullptr) {
    Order* const* const found = by_order_id_.find(seen.order_id);
    if (found == nullptr || (*found)->intent.client_id != seen.client_id) return nullptr;
    order = *found;
    // The same order id with another permId is another order: ids are reused.
    if (order->perm_id.value() != 0 && seen.perm_id.value() != 0 && order->perm_id != seen.perm_id) return nullptr;
  }
  learn(*order, seen.perm_id, model::OrderId{0});
  const auto state = state_after(order->state, seen.status.view());
  if (!state)
    return change(*order, OrderState::unknown,
                  "the broker's status '" + std::string{seen.status.view()} + "' is not known");
  return change(*order, *state);
}

const Order* Orders::error(const model::OrderErrorSeen& seen) {
  Order* const* const found = by_order_id_.find(seen.order_id);
  if (found == nullptr) return nullptr;
  Order& order = **found;
  if (is_final(order.state)) return nullptr;
  switch (seen.kind) {
    case model::OrderErrorKind::information:
      return nullptr;
    case model::OrderErrorKind::rejected:
      // With a cancel on its way, it may be the cancel that was refused: the order may live, so the broker is asked.
      if (order.state == OrderState::cancelling) return change(order, OrderState::unknown, seen.text);
      return change(order, OrderState::rejected, seen.text);
    case model::OrderErrorKind::cancelled:
      return change(order, OrderState::cancelled, seen.text);
    case model::OrderErrorKind::cancel_refused:
      order.cancel_wanted = false;
      return order.state == OrderState::cancelling ? change(order, OrderState::working) : nullptr;
    case model::OrderErrorKind::unknown:
      return change(order, OrderState::unknown, seen.text);
  }
  return nullptr;
}

const Order* Orders::filled(const model::OrderRef& ref, Quantity total) {
  Order* order = mutable_find(ref);
  if (order == nullptr || order->filled == total) return nullptr;
  if (!is_final(order->state)) reckon(*order, order->remaining(), -1);
  order->filled = total;
  if (!is_final(order->state)) reckon(*order, order->remaining(), 1);
  const bool complete = total >= order->intent.request.quantity;
  if (complete) {
    change(*order, OrderState::filled);
  } else if (order->state == OrderState::filled || order->state == OrderState::not_at_broker) {
    // A correction took some of it back, or an order thought absent lives after all: only the broker knows the rest.
    change(*order, OrderState::unknown, "an execution changed what was final");
  } else if (order->state == OrderState::sent || order->state == OrderState::parked) {
    change(*order, OrderState::working);
  }
  return order;
}

const Order* Orders::resolved(const model::OrderRef& ref, OrderState state, std::string evidence) {
  Order* order = mutable_find(ref);
  return order == nullptr ? nullptr : change(*order, state, std::move(evidence));
}

std::vector<const Order*> Orders::session_lost() {
  by_order_id_.clear();
  std::vector<const Order*> changed;
  std::vector<Order*> live;  // copied, as a change may take an order out
  live.reserve(live_.size());
  for (const auto& [seq, order] : live_) live.push_back(order);
  for (Order* const order : live) {
    // What is still parked has not been sent; the outbox decides over it.
    if (order->state == OrderState::parked) {
      by_order_id_.emplace(order->intent.order_id, order);
      continue;
    }
    order->cancel_wanted = false;  // it may have been lost with the session, also where the order was unknown already
    if (const Order* moved = change(*order, OrderState::unknown, "the session was lost"); moved != nullptr)
      changed.push_back(moved);
  }
  return changed;
}

const Order* Orders::find(const model::OrderRef& ref) const {
  Order* const* const found = by_ref_.find(ref);
  return found == nullptr ? nullptr : *found;
}
const Order* Orders::find(model::OrderId id) const {
  Order* const* const found = by_order_id_.find(id);
  return found == nullptr ? nullptr : *found;
}
const Order* Orders::find(model::PermId id) const {
  Order* const* const found = by_perm_id_.find(id);
  return found == nullptr ? nullptr : *found;
}

Exposure Orders::exposure(model::ConId contract) const {
  const auto found = exposure_.find(contract);
  if (found == exposure_.end()) return {};
  return {Quantity::from_raw(found->second.buy), Quantity::from_raw(found->second.sell)};
}

Exposure Orders::absent_exposure(model::ConId contract) const {
  Exposure sum;
  for (const Order* order : absent_) {
    if (order->intent.contract.con_id != contract) continue;
    Quantity& side = order->intent.request.side == Side::buy ? sum.buy : sum.sell;
    side = add(side, order->remaining()).value_or(Quantity::from_raw(Quantity::kRawMax));
  }
  return sum;
}

const Order* Orders::unknown(model::ConId contract) const {
  const auto first = unknown_.lower_bound({contract, 0});
  return first == unknown_.end() || first->first.first != contract ? nullptr : first->second;
}

std::vector<const Order*> Orders::recent(std::size_t count) const {
  std::vector<const Order*> latest;
  for (auto order = orders_.rbegin(); order != orders_.rend() && latest.size() < count; ++order)
    latest.push_back(&*order);
  return latest;
}

std::vector<const Order*> Orders::live() const {
  std::vector<const Order*> orders;
  orders.reserve(live_.size());
  for (const auto& [seq, order] : live_) orders.push_back(order);
  return orders;
}

Order* Orders::mutable_find(const model::OrderRef& ref) {
  Order* const* const found = by_ref_.find(ref);
  return found == nullptr ? nullptr : *found;
}

const Order* Orders::change(Order& order, OrderState state, std::string reason) {
  if (order.state == state) return nullptr;
  const bool was_final = is_final(order.state);
  const bool now_final = is_final(state);
  if (!was_final && now_final) {
    reckon(order, order.remaining(), -1);
    live_.erase(order.intent_seq.value());
  } else if (was_final && !now_final) {
    reckon(order, order.remaining(), 1);
    live_.emplace(order.intent_seq.value(), &order);
  }
  if (order.state == OrderState::not_at_broker) std::erase(absent_, &order);
  if (state == OrderState::not_at_broker) {
    order.was_absent = true;
    absent_.push_back(&order);
  }
  if (order.state == OrderState::unknown) unknown_.erase({order.intent.contract.con_id, order.intent_seq.value()});
  if (state == OrderState::unknown)
    unknown_.emplace(std::pair{order.intent.contract.con_id, order.intent_seq.value()}, &order);
  order.state = state;
  // Nobody knows whether a cancel arrived: should the order turn out to live, it can be cancelled again.
  if (state == OrderState::unknown) order.cancel_wanted = false;
  if (!reason.empty()) order.reason = std::move(reason);
  return &order;
}

void Orders::reckon(const Order& order, Quantity remaining, int sign) {
  Working& working = exposure_[order.intent.contract.con_id];
  std::int64_t& sum = order.intent.request.side == Side::buy ? working.buy : working.sell;
  // Saturates: an exposure too large for the type is too large for every limit.
  if (__builtin_add_overflow(sum, sign * remaining.raw(), &sum)) sum = Quantity::kRawMax;
}

void Orders::learn(Order& order, model::PermId perm_id, model::OrderId order_id) {
  if (perm_id.value() != 0 && order.perm_id.value() == 0) {
    order.perm_id = perm_id;
    by_perm_id_.emplace(perm_id, &order);
  }
  if (order_id.value() > 0) {
    by_order_id_.insert_or_assign(order_id, &order);
    if (order_id > highest_order_id_) highest_order_id_ = order_id;
  }
}

}  // namespace tradewind::orders
