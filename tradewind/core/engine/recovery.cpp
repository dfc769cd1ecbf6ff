#include "tradewind/core/engine/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::engine {

using model::Snapshot;

void Recovery::begin(const model::AccountId& account, MonoTime now, std::vector<model::Effect>& effects) {
  account_ = account;
  step_ = Snapshot::open_orders;
  retry_pause_ = std::chrono::seconds{1};
  counts_ = {};
  open_.clear();
  completed_.clear();
  request(now, effects);
}

void Recovery::abandon() {
  step_.reset();
  deadline_.reset();
}

void Recovery::request(MonoTime now, std::vector<model::Effect>& effects) {
  // A row that comes before its snapshot was asked for belongs to an older one.
  if (*step_ == Snapshot::positions) {
    positions_.clear();
    counts_.positions = 0;
  }
  waiting_to_retry_ = false;
  deadline_ = now + kSnapshotLimit;
  effects.emplace_back(model::RequestSnapshot{*step_, account_});
}

void Recovery::on(const model::OpenOrderSeen& seen) {
  if (step_ != Snapshot::open_orders) return;
  ++counts_.open_orders;
  if (!seen.order_ref.empty()) open_.insert(open_.end(), seen.order_ref);  // they come about in order
}

void Recovery::on(const model::CompletedOrderSeen& seen) {
  if (step_ != Snapshot::completed_orders) return;
  ++counts_.completed;
  if (!seen.order_ref.empty()) completed_.insert_or_assign(seen.order_ref, seen);
}

void Recovery::on(const model::PositionSeen& seen) {
  if (seen.account != account_) return;
  if (step_ == Snapshot::positions) ++counts_.positions;
  positions_.insert_or_assign(seen.contract.con_id, std::pair{seen.contract, seen.position});
}

void Recovery::on(const model::CashSeen& seen) {
  if (seen.account == account_) cash_.insert_or_assign(seen.cash.currency, seen.cash.amount);
}

void Recovery::on_execution() {
  if (step_ == Snapshot::executions) ++counts_.executions;
}

bool Recovery::on(const model::SnapshotEnded& ended, MonoTime now, std::vector<model::Effect>& effects) {
  if (!step_ || *step_ != ended.snapshot || waiting_to_retry_) return false;
  if (*step_ == Snapshot::account) {
    abandon();
    return true;
  }
  constexpr Snapshot kNext[] = {Snapshot::executions, Snapshot::completed_orders, Snapshot::positions,
                                Snapshot::account};
  step_ = kNext[static_cast<std::size_t>(*step_)];
  request(now, effects);
  return false;
}

void Recovery::on_failed(Snapshot snapshot, MonoTime now) {
  if (!step_ || *step_ != snapshot || waiting_to_retry_) return;
  waiting_to_retry_ = true;
  deadline_ = now + retry_pause_;
  retry_pause_ = std::min(retry_pause_ * 2, Duration{std::chrono::seconds{30}});
}

void Recovery::on_gap(MonoTime now, std::vector<model::Effect>& effects) {
  if (step_) begin(account_, now, effects);
}

void Recovery::wake(MonoTime now, std::vector<model::Effect>& effects) {
  if (!step_ || !deadline_ || now < *deadline_) return;
  if (waiting_to_retry_) {
    request(now, effects);
  } else {
    on_failed(*step_, now);
  }
}

std::vector<OrderFinding> Recovery::findings(const orders::Orders& orders, MonoTime now) {
  std::vector<OrderFinding> found;
  std::map<model::OrderRef, MonoTime> still_absent;
  for (const orders::Order* order : orders.live()) {
    const model::OrderRef& ref = order->intent.order_ref;
    // Parked orders have not been sent; orders of this session that were acknowledged have their own news.
    if (order->state != model::OrderState::unknown) continue;
    if (open_.contains(ref)) continue;
    if (const auto done = completed_.find(ref); done != completed_.end()) {
      const std::string_view status = done->second.status.view();
      if (status == "Cancelled" || status == "ApiCancelled") {
        found.push_back({ref, model::OrderState::cancelled,
                         fmt::format("completed orders: {} {}", status, done->second.completed_status)});
        continue;
      }
      if (status == "Inactive") {
        found.push_back({ref, model::OrderState::rejected,
                         fmt::format("completed orders: {} {}", status, done->second.completed_status)});
        continue;
      }
      // "Filled" without all its executions: they have to come; until then the order stays unknown.
      continue;
    }
    const auto earlier = first_absent_.find(ref);
    const MonoTime since = earlier == first_absent_.end() ? now : earlier->second;
    if (now - since >= kAbsenceLimit) {
      found.push_back({ref, model::OrderState::not_at_broker,
                       "absent from open orders, executions and completed orders of two complete rounds"});
    } else {
      still_absent.emplace(ref, since);
    }
  }
  first_absent_ = std::move(still_absent);
  return found;
}

std::vector<Break> Recovery::position_breaks(const ledger::Ledger& ledger, const model::AccountId& account) const {
  std::vector<Break> breaks;
  auto ours = ledger.positions(account);
  for (const auto& [contract, theirs] : positions_) ours.try_emplace(contract, theirs.first, Position::zero());
  for (const auto& [contract, own] : ours) {
    const auto found = positions_.find(contract);
    const Position broker = found == positions_.end() ? Position::zero() : found->second.second;
    if (own.second == broker) continue;
    breaks.push_back({"BRK-12", std::string{own.first.symbol.view()},
                      fmt::format("our fills make {}, the broker reports {}", own.second, broker)});
  }
  return breaks;
}

}  // namespace tradewind::engine
