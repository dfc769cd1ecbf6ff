#include "tradewind/core/client/internal/impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

// The orders of a Client: sent, followed, and joined with what is told about them.
namespace tradewind::client {
namespace {

std::string no_link_text(std::string_view api) {
  return fmt::format("{} cannot be sent: the gateway has lost its link to IB (1100, 2110); wait for 1101 or 1102", api);
}

// What an order says and a session of this version could not carry: the encoder would leave it out, and it would be another
// order. What only tells about a contract or an order, as the gateway's own messages do, is not missed.
std::vector<orders::Refusal> lost_fields(const tws::PlaceOrderRequest& request, int server_version) {
  constexpr auto kTold =
      std::to_array<std::string_view>({"order.clientId", "order.orderId", "order.permId", "order.parentPermId",
                                       "order.filledQuantity", "order.refFuturesConId", "order.autoCancelDate",
                                       "order.shareholder", "order.submitter", "order.softDollarTier.displayName"});
  auto lost = orders::version_refusals(request, server_version);
  std::erase_if(lost, [&kTold](const orders::Refusal& refusal) {
    return refusal.field.starts_with("contract.") || std::ranges::find(kTold, refusal.field) != kTold.end();
  });
  return lost;
}

}  // namespace

Result<OrderId> Client::Impl::reserve_order_id() {
  auto id = order_ids_.next();
  if (!id.has_value()) return std::unexpected{std::move(id).error()};
  return OrderId{*id};
}

OrderState& Client::Impl::state_of(std::int32_t client_id, std::int32_t order_id, std::int64_t perm_id) {
  const OrderKey key{client_id, order_id, order_id == 0 ? perm_id : 0};
  if (perm_id != 0) {
    const auto [known, is_new] = by_perm_id_.emplace(perm_id, key);
    if (!is_new && key < known->second) known->second = key;
  }
  return orders_[key];
}

Result<void> Client::Impl::place(OrderId id, const tws::PlaceOrderRequest& message, bool is_modification) {
  if (!is_ready()) return fail(Errc::unavailable, "placeOrder cannot be sent: there is no session");
  if (!connectivity_.orders_allowed()) return fail(Errc::unavailable, no_link_text("placeOrder"));
  if (is_modification && !orders_.contains({options_.session.client_id, id.value(), 0}))
    return fail(Errc::not_found, fmt::format("there is no order {} to change", id));
  tws::PlaceOrderRequest request = message;
  request.order_id = id.value();
  request.order.order_id = id.value();
  request.order.client_id = options_.session.client_id;
  if (const auto lost = lost_fields(request, session_->server_version()); !lost.empty())
    return fail(Errc::unsupported, orders::text(lost));
  if (const auto sent = session_->send(request, now_.mono, tws::paced(request, is_modification)); !sent.has_value())
    return std::unexpected{sent.error()};
  OrderState& state = state_of(options_.session.client_id, id.value(), 0);
  state.sent(request.contract, request.order, is_modification);
  listener_.on_order({id, state});
  return {};
}

Result<void> Client::Impl::cancel_order(OrderId id, const tws::OrderCancel& details) {
  if (!is_ready()) return fail(Errc::unavailable, "cancelOrder cannot be sent: there is no session");
  tws::CancelOrderRequest request;
  request.order_id = id.value();
  request.order_cancel = details;
  if (const auto sent = session_->send(request, now_.mono); !sent.has_value()) return std::unexpected{sent.error()};
  OrderState& state = state_of(options_.session.client_id, id.value(), 0);
  state.cancel_sent();
  listener_.on_order({id, state});
  return {};
}

Result<void> Client::Impl::global_cancel(const tws::OrderCancel& details) {
  if (!is_ready()) return fail(Errc::unavailable, "reqGlobalCancel cannot be sent: there is no session");
  if (const auto sent = session_->send(tws::GlobalCancelRequest{details}, now_.mono); !sent.has_value())
    return std::unexpected{sent.error()};
  for (auto& [key, state] : orders_) {
    if (state.is_over()) continue;
    state.cancel_sent();
    listener_.on_order({OrderId{key.order_id}, state});
  }
  return {};
}

Result<OrderId> Client::Impl::exercise(tws::ExerciseOptionsRequest request) {
  if (!is_ready()) return fail(Errc::unavailable, "exerciseOptions cannot be sent: there is no session");
  if (!connectivity_.orders_allowed()) return fail(Errc::unavailable, no_link_text("exerciseOptions"));
  const auto id = reserve_order_id();
  if (!id.has_value()) return id;
  request.order_id = id->value();
  if (const auto sent = session_->send(request, now_.mono); !sent.has_value()) return std::unexpected{sent.error()};
  listener_.on_order({*id, state_of(options_.session.client_id, id->value(), 0)});
  return id;
}

void Client::Impl::on_order_error(const tws::ErrorMessage& message, const std::string& text) {
  const auto found = orders_.find({options_.session.client_id, message.id, 0});
  if (found == orders_.end()) return listener_.on_notice(notice(message.error_code, text));
  found->second.told(message, text);
  OrderUpdate update{OrderId{message.id}, found->second};
  update.error = &message;
  listener_.on_order(update);
  if (tws::find_error(message.error_code) == nullptr) listener_.on_notice(notice(message.error_code, text));
}

void Client::Impl::on_any(const tws::OpenOrder& message) {
  hear_unkeyed(tws::OpenOrder::kInfo.id, &message);
  if (message.order.client_id == options_.session.client_id) order_ids_.seen(message.order_id);
  OrderState& state = state_of(message.order.client_id, message.order_id, message.order.perm_id);
  state.told(message);
  OrderUpdate update{OrderId{message.order_id}, state};
  update.open_order = &message;
  listener_.on_order(update);
}

void Client::Impl::on_any(const tws::OrderStatus& message) {
  hear_unkeyed(tws::OrderStatus::kInfo.id, &message);
  OrderState& state = state_of(message.client_id, message.order_id, message.perm_id);
  state.told(message);
  OrderUpdate update{OrderId{message.order_id}, state};
  update.status = &message;
  listener_.on_order(update);
}

void Client::Impl::on_any(const tws::ExecutionDetails& message) {
  hear(message.req_id, tws::ExecutionDetails::kInfo.id, &message);
  const tws::Execution& execution = message.execution;
  OrderState& state = state_of(execution.client_id, execution.order_id, execution.perm_id);
  state.told(message);
  const std::string stem{OrderState::stem_of(execution.exec_id)};
  const OrderKey key{execution.client_id, execution.order_id, execution.order_id == 0 ? execution.perm_id : 0};
  executions_.emplace(stem, key);
  OrderUpdate update{OrderId{execution.order_id}, state};
  update.execution = &message;
  listener_.on_order(update);
  // Fees that came before their execution.
  const auto [first, last] = early_fees_.equal_range(stem);
  for (auto fee = first; fee != last; ++fee) follow(*fee->second);
  early_fees_.erase(first, last);
}

void Client::Impl::on_any(const tws::CommissionAndFeesReport& message) {
  for (const auto& entry : all_of(hear_fees_)) {
    if (!entry->is_over && entry->wire_id > 0)
      static_cast<void>(entry->hear(tws::CommissionAndFeesReport::kInfo.id, &message, session_->server_version()));
  }
  follow(message);
}

void Client::Impl::follow(const tws::CommissionAndFeesReport& message) {
  const std::string stem{OrderState::stem_of(message.exec_id)};
  const auto owner = executions_.find(stem);
  if (owner == executions_.end()) {
    early_fees_.emplace(stem, message);
    return;
  }
  OrderState& state = orders_[owner->second];
  state.told(message);
  OrderUpdate update{OrderId{owner->second.order_id}, state};
  update.fees = &message;
  listener_.on_order(update);
}

// An order entered by hand gets an order id, by which it can be changed and cancelled.
void Client::Impl::on_any(const tws::OrderBound& message) {
  const auto found = std::ranges::find_if(orders_, [&message](const auto& each) {
    return each.first.order_id == 0 && each.first.perm_id == message.perm_id;
  });
  const OrderKey bound{message.client_id, message.order_id, 0};
  if (found == orders_.end() || message.order_id == 0 || orders_.contains(bound)) return;
  const OrderKey old = found->first;
  auto node = orders_.extract(found);
  node.key() = bound;
  const auto inserted = orders_.insert(std::move(node));
  by_perm_id_.insert_or_assign(message.perm_id, bound);
  for (auto& [stem, owner] : executions_) {
    if (owner == old) owner = bound;
  }
  listener_.on_order({OrderId{message.order_id}, inserted.position->second});
}

void Client::Impl::on_any(const tws::CompletedOrder& message) {
  hear_unkeyed(tws::CompletedOrder::kInfo.id, &message);
  const auto known = by_perm_id_.find(message.order.perm_id);
  const auto found = known == by_perm_id_.end() ? orders_.end() : orders_.find(known->second);
  if (found == orders_.end() || found->second.perm_id() != message.order.perm_id) return;
  found->second.told(message);
  OrderUpdate update{OrderId{found->first.order_id}, found->second};
  update.completed = &message;
  listener_.on_order(update);
}

}  // namespace tradewind::client
