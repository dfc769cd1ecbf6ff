#include "tradewind/core/client/order_follower.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tradewind::client {
namespace {

// The execId without its revision, and the revision: "0000e0d5.63cefb1e.01.02" is revision 2 of "0000e0d5.63cefb1e.01".
std::pair<std::string_view, int> parts_of(std::string_view exec_id) {
  const std::size_t dot = exec_id.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {exec_id, 0};
  int revision = 0;
  const char* const end = exec_id.data() + exec_id.size();
  const auto [stop, error] = std::from_chars(exec_id.data() + dot + 1, end, revision);
  if (error != std::errc{} || stop != end || dot + 1 == exec_id.size()) return {exec_id, 0};
  return {exec_id.substr(0, dot), revision};
}

Side side_of(std::string_view text) { return text == "SLD" || text == "SELL" ? Side::sell : Side::buy; }

}  // namespace

OrderStage OrderState::stage() const {
  const Quantity done = filled();
  if (const auto whole = quantity(); whole && !whole->is_zero() && done >= *whole) return OrderStage::filled;
  if (cancelled_) return OrderStage::cancelled;
  if (rejected_) return OrderStage::rejected;
  if (inactive_) return OrderStage::inactive;
  // Whatever has filled was working, told or not.
  return done.is_zero() ? furthest_ : OrderStage::working;
}

bool OrderState::is_over() const {
  if (what_if_) return true;
  const OrderStage now = stage();
  return now == OrderStage::filled || now == OrderStage::cancelled || now == OrderStage::rejected;
}

bool OrderState::misses_executions() const {
  // What was taken back was reported as filled before.
  Quantity known = Quantity::zero();
  for (const auto& [stem, fill] : fills_) {
    const auto next = add(known, fill.most_shares);
    if (!next) return false;
    known = *next;
  }
  return reported_filled_ > known;
}

Quantity OrderState::filled() const {
  Quantity sum = Quantity::zero();
  for (const auto& [stem, fill] : fills_) {
    const auto next = add(sum, fill.shares);
    if (!next) return sum;  // more than any order can have
    sum = *next;
  }
  return sum;
}

std::optional<Price> OrderState::average_price() const {
  Amount value = Amount::zero();
  for (const auto& [stem, fill] : fills_) {
    const auto part = notional(fill.price, fill.shares, Multiplier::of(1));
    const auto sum = part ? add(value, *part) : std::nullopt;
    if (!sum) return std::nullopt;
    value = *sum;
  }
  return tradewind::average_price(value, filled(), Multiplier::of(1));
}

std::string_view OrderState::stem_of(std::string_view exec_id) { return parts_of(exec_id).first; }

void OrderState::sent(const tws::Contract& contract, const tws::Order& order, bool is_modification) {
  is_combo_ = contract.sec_type == "BAG";
  if (std::exchange(changes_may_be_lost_, false)) asked_quantities_.clear();  // this one says how it shall be
  if (order.total_quantity) {
    if (!is_modification) quantity_ = order.total_quantity;
    else asked_quantities_.push_back(*order.total_quantity);
  }
  order_ref_ = order.order_ref;
  client_id_ = order.client_id;
  if (is_modification) was_changed_ = true;
  what_if_ = order.what_if;
}

void OrderState::cancel_sent() { cancelling_ = true; }

void OrderState::status(std::string_view text) {
  if (text == "Cancelled" || text == "ApiCancelled") {
    cancelled_ = true;
  } else if (text == "Inactive") {
    inactive_ = true;
  } else if (text == "PendingCancel") {
    cancelling_ = true;
  } else {
    OrderStage told = OrderStage::sent;
    if (text == "ApiPending" || text == "PendingSubmit") told = OrderStage::pending;
    if (text == "PreSubmitted") told = OrderStage::held;
    if (text == "Submitted") told = OrderStage::working;
    furthest_ = std::max(furthest_, told);
    if (told >= OrderStage::held) inactive_ = false;  // it has come alive again
    // "Filled" says nothing here: the executions do.
  }
  acknowledged_ = true;
  uncertain_ = false;
}

void OrderState::told(const tws::OpenOrder& message) {
  is_combo_ = message.contract.sec_type == "BAG";
  if (message.order.total_quantity) {
    quantity_ = message.order.total_quantity;
    // A change is under way until the order has its quantity: an echo of before takes nothing back. What was asked on a
    // connection that is gone may never have arrived: the first openOrder on the next one decides.
    const auto taken = std::ranges::find(asked_quantities_, *quantity_);
    if (std::exchange(changes_may_be_lost_, false)) asked_quantities_.clear();
    else if (taken != asked_quantities_.end()) asked_quantities_.erase(asked_quantities_.begin(), taken + 1);
  }
  if (message.order.perm_id != 0) perm_id_ = message.order.perm_id;
  if (!message.order.order_ref.empty()) order_ref_ = message.order.order_ref;
  client_id_ = message.order.client_id;
  status(message.order_state.status);
}

void OrderState::told(const tws::OrderStatus& message) {
  if (message.perm_id != 0) perm_id_ = message.perm_id;
  client_id_ = message.client_id;
  reported_filled_ = std::max(reported_filled_, message.filled);
  why_held_ = message.why_held;
  status(message.status);
}

void OrderState::told(const tws::ExecutionDetails& message) {
  // A combination's fill comes for the whole and for each leg; the whole is what the order is about.
  if (is_combo_ && message.contract.sec_type != "BAG") return;
  const auto [stem, revision] = parts_of(message.execution.exec_id);
  if (stem.empty()) return;
  auto found = fills_.find(stem);
  if (found == fills_.end()) found = fills_.emplace(std::string{stem}, Fill{-1}).first;
  const Quantity most = std::max(found->second.most_shares, message.execution.shares);
  if (found->second.revision < revision) {
    found->second = {revision, message.execution.shares, message.execution.price, side_of(message.execution.side)};
  }
  found->second.most_shares = most;
  client_id_ = message.execution.client_id;
  if (message.execution.perm_id != 0) perm_id_ = message.execution.perm_id;
  if (!message.execution.order_ref.empty()) order_ref_ = message.execution.order_ref;
  reported_filled_ = std::max(reported_filled_, message.execution.cum_qty);
  acknowledged_ = true;
}

void OrderState::told(const tws::CommissionAndFeesReport& message) {
  const auto [stem, revision] = parts_of(message.exec_id);
  if (stem.empty()) return;
  auto found = fees_.find(stem);
  if (found == fees_.end()) found = fees_.emplace(std::string{stem}, Fee{-1, std::nullopt, {}}).first;
  if (found->second.revision > revision) return;
  // An amount that is known is not forgotten by a report without one.
  if (found->second.revision == revision && !message.commission_and_fees) return;
  found->second = {revision, message.commission_and_fees, std::string{message.currency}};
}

void OrderState::told(const tws::CompletedOrder& message) {
  if (message.order.perm_id != 0) perm_id_ = message.order.perm_id;
  if (message.order.filled_quantity) reported_filled_ = std::max(reported_filled_, *message.order.filled_quantity);
  status(message.order_state.status);
}

tws::RequestKind OrderState::asked_for(const tws::ErrorInfo& info) const {
  // A code that refuses an order nobody has heard of yet is about the order itself.
  if (!acknowledged_) return tws::RequestKind::new_order;
  // With a cancel and a change under way it is about the cancel, unless it is one that refuses changes and no cancels.
  const bool refuses_cancels = order_effect(info, tws::RequestKind::cancel_order) == tws::OrderEffect::refused;
  const bool refuses_changes = order_effect(info, tws::RequestKind::modify_order) == tws::OrderEffect::refused;
  if (cancelling_ && (refuses_cancels || !refuses_changes || !was_changed_)) return tws::RequestKind::cancel_order;
  return was_changed_ ? tws::RequestKind::modify_order : tws::RequestKind::new_order;
}

void OrderState::told(const tws::ErrorMessage& message, std::string_view text) {
  last_code_ = message.error_code;
  last_text_ = text;
  const tws::ErrorInfo& info = tws::error_info(message.error_code);
  const tws::RequestKind asked = asked_for(info);
  switch (order_effect(info, asked)) {
    case tws::OrderEffect::rejected:
      rejected_ = true;
      break;
    case tws::OrderEffect::cancelled:
      cancelled_ = true;
      break;
    case tws::OrderEffect::refused:
      if (asked == tws::RequestKind::cancel_order) cancelling_ = false;
      // Changes are answered in their order, so it is the oldest.
      else if (!asked_quantities_.empty()) asked_quantities_.erase(asked_quantities_.begin());
      break;
    case tws::OrderEffect::none:
    case tws::OrderEffect::ask:
      break;
  }
}

}  // namespace tradewind::client
