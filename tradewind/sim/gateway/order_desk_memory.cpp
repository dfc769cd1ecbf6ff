// What the desk remembers: so much that a client cannot fill the memory, however long it goes on.

#include "tradewind/sim/gateway/order_desk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::sim::gateway {

std::optional<Refusal> OrderDesk::crowd_refusal(std::int32_t client_id) const {
  const auto refusal = [](std::size_t most) {
    return Refusal{201, fmt::format("Order rejected - reason:Maximum of {} open orders is reached.", most)};
  };
  if (live_.size() >= settings_.orders_max) return refusal(settings_.orders_max);
  const auto of_client = open_of_client_.find(client_id);
  if (of_client != open_of_client_.end() && of_client->second >= settings_.client_orders_max)
    return refusal(settings_.client_orders_max);
  return std::nullopt;
}

std::optional<Refusal> OrderDesk::working_refusal(GatewayOrder& order) {
  std::size_t& count = working_[{order.listing, order.side, order.account}];
  if (settings_.working_orders_max != 0 && count >= settings_.working_orders_max) {
    return Refusal{201, fmt::format("Order rejected - reason:Maximum of {} orders working on either the buy or sell "
                                    "side for this particular contract is reached.",
                                    settings_.working_orders_max)};
  }
  ++count;
  order.counts_as_working = true;
  return std::nullopt;
}

void OrderDesk::no_longer_open(GatewayOrder& order) {
  live_.erase(order.sequence);
  const auto of_client = open_of_client_.find(order.client_id);
  if (--of_client->second == 0) open_of_client_.erase(of_client);
  if (!order.counts_as_working) return;
  order.counts_as_working = false;
  const auto working = working_.find({order.listing, order.side, order.account});
  if (--working->second == 0) working_.erase(working);
}

void OrderDesk::set_timer(GatewayOrder& order, Timestamp at) {
  if (timers_.emplace(at, order.sequence).second) order.timers.push_back(at);
}

void OrderDesk::clear_timers(GatewayOrder& order) {
  for (const Timestamp at : order.timers) timers_.erase({at, order.sequence});
  order.timers.clear();
}

// Executions go by age. An ended order stays as long as one of its executions does, or a child that has not ended.
void OrderDesk::forget_the_oldest() {
  for (GatewayOrder* order : ended_) spare_terms_.push_back(order->request.put_away());
  ended_.clear();
  while (executions_.size() > settings_.executions_kept) {
    GatewayExecution& oldest = executions_.front();
    if (!unpaid_.empty() && unpaid_.front().second == &oldest) break;  // its commission is still to be told
    --oldest.order->executions_kept;
    executions_.pop_front();
  }
  // Seldom, and many at once: everything is looked at.
  if (orders_.size() <= orders_after_forgetting_ + settings_.ended_orders_kept) return;
  std::set<std::int64_t> parents;  // by sequence
  for (const auto& [sequence, order] : live_) {
    if (order->parent != nullptr) parents.insert(order->parent->sequence);
  }
  const auto is_over = [&](const auto& order) {
    return order->is_final && order->executions_kept == 0 && !parents.contains(order->sequence);
  };
  const auto over = static_cast<std::size_t>(std::ranges::count_if(orders_, is_over));
  const std::size_t to_forget = over - std::min(over, settings_.ended_orders_kept);
  std::set<std::int64_t> forgotten;
  for (const auto& order : orders_) {
    if (forgotten.size() == to_forget) break;
    if (!is_over(order)) continue;
    forgotten.insert(order->sequence);
  }
  for (auto& [client, known] : by_id_)
    std::erase_if(known, [&](const auto& entry) { return forgotten.contains(entry.second->sequence); });
  for (const auto& order : orders_) {
    if (order->parent != nullptr && forgotten.contains(order->parent->sequence)) order->parent = nullptr;
  }
  std::erase_if(orders_, [&](const auto& order) { return forgotten.contains(order->sequence); });
  orders_after_forgetting_ = orders_.size();
}

}  // namespace tradewind::sim::gateway
