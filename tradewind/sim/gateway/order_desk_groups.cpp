// What orders have to do with each other: parents and children, and groups of which one cancels the others.

#include "tradewind/sim/gateway/internal/order_kinds.hpp"
#include "tradewind/sim/gateway/order_desk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::sim::gateway {

std::vector<GatewayOrder*> OrderDesk::children_of(const GatewayOrder& parent) const {
  std::vector<GatewayOrder*> children;
  if (!parent.has_children) return children;
  // A child is younger than its parent.
  for (auto next = live_.upper_bound(parent.sequence); next != live_.end(); ++next) {
    if (next->second->parent == &parent) children.push_back(next->second);
  }
  return children;
}

// The last one of a family is sent with transmit, and all that waited for it go with it: the parent first.
void OrderDesk::transmit_family(GatewayOrder& order, Timestamp now) {
  GatewayOrder* root = &order;
  while (root->parent != nullptr && !root->parent->is_final && !root->parent->is_transmitted()) root = root->parent;
  if (order.parent == nullptr) {
    if (!order.is_transmitted()) transmit(order, now);
    return;
  }
  std::vector<GatewayOrder*> family{root};
  GatewayOrder* head = root->parent != nullptr ? root->parent : root;
  for (GatewayOrder* child : children_of(*head)) {
    family.push_back(child);
    for (GatewayOrder* grandchild : children_of(*child)) family.push_back(grandchild);
  }
  for (GatewayOrder* member : family) {
    if (!member->is_final && !member->is_transmitted()) transmit(*member, now);
  }
}

// Children that close what their parent opens are a group of their own: what one of them fills, the others need not.
void OrderDesk::join_group(GatewayOrder& order) {
  const bool closes_parent =
      order.parent != nullptr && order.side != order.parent->side && order.request->order.hedge_type.empty();
  if (order.oca_group.empty() && closes_parent) order.oca_group = fmt::format("{}", order.parent->perm_id);
  if (!order.oca_group.empty()) oca_groups_[{order.account, order.oca_group}].push_back(&order);
}

void OrderDesk::leave_group(const GatewayOrder& order) {
  if (order.oca_group.empty()) return;
  const auto group = oca_groups_.find({order.account, order.oca_group});
  if (group == oca_groups_.end()) return;
  std::erase(group->second, &order);
  if (group->second.empty()) oca_groups_.erase(group);
}

std::optional<Price> OrderDesk::late_price(const GatewayOrder& order, Timestamp now) const {
  const auto hold = hold_of(order, now);
  const bool works = order.is_acknowledged && (!hold || *hold == "trigger");
  if (!works || order.is_combo() || order.remaining().is_zero()) return std::nullopt;
  const auto market = market_[order.listing].price_for(order.side);
  const auto limit = limit_now(order);
  if (!limit || !market) return limit ? limit : market;
  return order.side == Side::buy ? std::min(*limit, *market) : std::max(*limit, *market);
}

void OrderDesk::after_fill(GatewayOrder& order, Quantity quantity, Timestamp now) {
  const auto group = oca_groups_.find({order.account, order.oca_group});
  if (group != oca_groups_.end() && !order.quantity.is_zero()) {
    const bool all_go = order.is_final || order.oca_type == 1;
    const std::vector<GatewayOrder*> members = group->second;  // a copy: those that end leave it
    for (GatewayOrder* other : members) {
      if (other == &order || other->is_final) continue;
      // The others shrink in the proportion in which this one was filled, by whole steps.
      const std::int64_t step = listings_[other->listing].size_increment.raw();
      const auto share =
          static_cast<std::int64_t>(Int128{other->quantity.raw()} * quantity.raw() / order.quantity.raw());
      const Quantity less = Quantity::from_raw(std::min(share - share % step, other->remaining().raw()));
      const auto late = all_go || !less.is_zero() ? late_price(*other, now) : std::nullopt;
      if (late && listener_.fills_as_well(*other)) {
        count_fill(*other, other->remaining(), *late, now);
      } else if (all_go || less == other->remaining()) {
        end_cancelled(*other, now, "Cancelled by System", "OCA group order was filled");
      } else if (!less.is_zero()) {
        const bool at_venue = other->venue_id != 0;
        from_venue(*other);
        other->quantity = subtract(other->quantity, less).value();
        listener_.on_order(*other);
        if (at_venue) to_venue(*other, now);
      }
    }
  }
  if (!order.is_final) return;
  for (GatewayOrder* child : children_of(order)) {
    const tws::Order& terms = child->request->order;
    if (!terms.hedge_type.empty() && child->quantity.is_zero()) {
      // A pair or beta hedge is as large as its parent times its ratio; a delta hedge as what the options are on; a
      // currency hedge as what the parent cost.
      const Listing& of_parent = listings_[order.listing];
      Int128 size = order.filled.raw();
      if (has_word("B P", terms.hedge_type)) {
        const auto ratio = Price::parse(terms.hedge_param);
        if (ratio.has_value()) size = size * ratio->raw() / Price::kScale;
      } else if (terms.hedge_type == "D") {
        size = size * of_parent.multiplier.raw() / Multiplier::kScale;
      } else {
        size = magnitude(order.filled_value).raw() / (Amount::of(1).raw() / Quantity::kScale);
        size = size * multiplier_of(order).raw() / Multiplier::kScale;
      }
      const std::int64_t step = listings_[child->listing].size_increment.raw();
      child->quantity = Quantity::try_from_raw(size - size % step).value_or(Quantity::zero());
      if (child->quantity.is_zero()) {
        end_cancelled(*child, now, "Cancelled by System", "Nothing to hedge");
        continue;
      }
    }
    if (const auto why = margin_refusal(*child, terms, child->remaining())) {
      reject(*child, *why, now);
      continue;
    }
    advance(*child, now);
  }
}

}  // namespace tradewind::sim::gateway
