#include "tradewind/core/ledger/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::ledger {
namespace {

using model::Execution;

// What a trade does to cash: money out for a purchase, in for a sale.
std::optional<Amount> cash_flow(const Execution& execution) {
  const auto value = notional(execution.price, execution.quantity, execution.contract.multiplier);
  if (!value) return std::nullopt;
  return execution.side == Side::buy ? negate(*value) : *value;
}

// The part of its order that an execution fills; empty when it fills none or the broker does not say which.
struct Part {
  Quantity begin = Quantity::zero();
  Quantity end = Quantity::zero();

  [[nodiscard]] bool is_empty() const { return begin == end; }
  [[nodiscard]] bool overlaps(const Part& other) const {
    return !is_empty() && !other.is_empty() && begin < other.end && other.begin < end;
  }
};
Part part_of(const Execution& execution) {
  if (execution.order_ref.empty() || execution.quantity.is_zero()) return {};
  const Quantity begin = execution.cumulative < execution.quantity
                             ? Quantity::zero()
                             : subtract(execution.cumulative, execution.quantity).value_or(Quantity::zero());
  return {begin, execution.cumulative};
}

std::unexpected<Error> does_not_fit(const Execution& execution) {
  return fail(Errc::out_of_range,
              fmt::format("execution {} ({} {} at {}) does not fit the books", execution.exec_id.view(), execution.side,
                          execution.quantity, execution.price));
}

}  // namespace

Result<void> Ledger::open(const model::AccountId& account, const model::ContractRef& contract, Position position) {
  const Key key{contract.con_id, account, {}};
  Holding holding;
  holding.contract = contract;
  holding.position = position;
  openings_[key] = holding;
  const auto [place, is_new] = holdings_.try_emplace(key, holding);
  if (!is_new) return fail(Errc::already_exists, fmt::format("the opening of {} is booked already", contract.symbol));
  return {};
}

Result<void> Ledger::open(const Money& cash) {
  const auto [place, is_new] = cash_.try_emplace(cash.currency, cash.amount);
  if (is_new) return {};
  const auto sum = add(place->second, cash.amount);
  if (!sum) return fail(Errc::out_of_range, fmt::format("the balance in {} does not fit", cash.currency));
  place->second = *sum;
  return {};
}

Result<Holding> Ledger::with_fill(const Holding& holding, const Execution& execution) {
  const auto flow = cash_flow(execution);
  const auto after = after_trade(holding.position, execution.side, execution.quantity);
  if (!flow || !after) return does_not_fit(execution);
  Holding result = holding;
  result.contract = execution.contract;
  result.position = *after;
  ++result.fills;
  const bool was_long = holding.position > Position::zero();
  const bool reduces = !holding.position.is_zero() && was_long == (execution.side == Side::sell);
  std::optional<Amount> cost;
  std::optional<Amount> realized = holding.realized;
  if (!reduces) {
    cost = subtract(holding.cost, *flow);
  } else {
    // The part of the trade that closes, and its share of the cost; the rest opens the other way.
    const Quantity held = magnitude(holding.position);
    const Quantity closed = std::min(held, execution.quantity);
    const auto cost_closed = proportion(holding.cost, closed.raw(), held.raw());
    const auto flow_closed = proportion(*flow, closed.raw(), execution.quantity.raw());
    if (!cost_closed || !flow_closed) return does_not_fit(execution);
    const auto profit = subtract(*flow_closed, *cost_closed);
    if (!profit) return does_not_fit(execution);
    realized = add(holding.realized, *profit);
    const auto cost_left = subtract(holding.cost, *cost_closed);
    const auto flow_left = subtract(*flow, *flow_closed);
    if (!cost_left || !flow_left) return does_not_fit(execution);
    cost = subtract(*cost_left, *flow_left);
  }
  if (!cost || !realized) return does_not_fit(execution);
  result.cost = *cost;
  result.realized = *realized;
  return result;
}

Result<Holding> Ledger::rebuilt(const Key& key, std::string_view replaced_stem, const Execution& replacement) const {
  Holding holding;
  if (const auto opening = openings_.find(key); opening != openings_.end()) holding = opening->second;
  for (const std::string& stem : arrival_) {
    const Fill& fill = executions_.at(stem);
    const Key owner{fill.execution.contract.con_id, fill.execution.account, fill.owner};
    if (owner != key) continue;
    const Execution& execution = stem == replaced_stem ? replacement : fill.execution;
    // A bust comes as a revision with quantity zero: the fill is as if it had never been.
    if (execution.quantity.is_zero()) continue;
    holding = TW_TRY(with_fill(holding, execution));
  }
  return holding;
}

Result<Booking> Ledger::book(const Execution& execution, const model::StrategyName& owner) {
  const std::string stem{execution.exec_id.stem()};
  const auto known = executions_.find(stem);
  if (known != executions_.end() && known->second.execution.exec_id.revision() >= execution.exec_id.revision()) {
    return Booking::duplicate;
  }
  const auto flow = cash_flow(execution);
  if (!flow) return does_not_fit(execution);
  Amount cash = balance(execution.contract.currency);
  Quantity filled = this->filled(execution.order_ref);
  const model::StrategyName& booked_to = known == executions_.end() ? owner : known->second.owner;
  const Key key{execution.contract.con_id, execution.account, booked_to};
  Holding holding;
  if (known == executions_.end()) {
    if (const auto held = holdings_.find(key); held != holdings_.end()) holding = held->second;
    if (!execution.quantity.is_zero()) holding = TW_TRY(with_fill(holding, execution));
  } else {
    const auto old_flow = cash_flow(known->second.execution);
    const auto without = old_flow ? subtract(cash, *old_flow) : std::nullopt;
    const auto filled_without = subtract(filled, known->second.execution.quantity);
    if (!without || !filled_without) return does_not_fit(execution);
    cash = *without;
    filled = *filled_without;
    holding = TW_TRY(rebuilt(key, stem, execution));
  }
  const auto new_cash = add(cash, *flow);
  const auto new_filled = add(filled, execution.quantity);
  if (!new_cash || !new_filled) return does_not_fit(execution);
  // A commission that came first has waited for its execution: only now is it known to be ours.
  const auto fee = commissions_.find(stem);
  const bool is_due = known == executions_.end() && fee != commissions_.end();
  std::optional<Amount> after_fee;
  if (is_due) {
    const Money& money = fee->second.commission;
    after_fee =
        subtract(money.currency == execution.contract.currency ? *new_cash : balance(money.currency), money.amount);
    if (!after_fee) return does_not_fit(execution);
  }

  // Nothing can fail from here on.
  cash_.insert_or_assign(execution.contract.currency, *new_cash);
  if (is_due) cash_.insert_or_assign(fee->second.commission.currency, *after_fee);
  holdings_[key] = holding;
  if (!execution.order_ref.empty()) filled_.insert_or_assign(execution.order_ref, *new_filled);
  if (known != executions_.end()) {
    known->second.execution = execution;
    return Booking::corrected;
  }
  executions_.emplace(stem, Fill{execution, owner});
  if (fee == commissions_.end()) ++missing_commissions_;
  arrival_.push_back(stem);
  if (!execution.order_ref.empty()) stems_[execution.order_ref].push_back(stem);
  return Booking::booked;
}

Place Ledger::place(const Execution& execution) const {
  const Part part = part_of(execution);
  if (part.is_empty() || executions_.contains(execution.exec_id.stem())) return Place::fits;
  const auto total = add(filled(execution.order_ref), execution.quantity);
  if (total == execution.cumulative) return Place::fits;
  if (const auto stems = stems_.find(execution.order_ref); stems != stems_.end()) {
    const auto has_it = [&](const std::string& stem) { return part.overlaps(part_of(executions_.at(stem).execution)); };
    if (std::ranges::any_of(stems->second, has_it)) return Place::taken;
  }
  return total && *total < execution.cumulative ? Place::ahead : Place::fits;
}

Quantity Ledger::missing(const model::OrderRef& order) const {
  Quantity counted = Quantity::zero();
  if (const auto stems = stems_.find(order); stems != stems_.end()) {
    for (const std::string& stem : stems->second) {
      const Part part = part_of(executions_.at(stem).execution);
      if (!part.is_empty()) counted = std::max(counted, part.end);
    }
  }
  return counted <= filled(order) ? Quantity::zero() : subtract(counted, filled(order)).value_or(Quantity::zero());
}

Result<Booking> Ledger::book(const model::Commission& commission) {
  const std::string stem{commission.exec_id.stem()};
  const auto known = commissions_.find(stem);
  if (known != commissions_.end() &&
      (known->second == commission || known->second.exec_id.revision() > commission.exec_id.revision())) {
    return Booking::duplicate;
  }
  const Currency& currency = commission.commission.currency;
  if (known != commissions_.end() && known->second.commission.currency != currency) {
    return fail(Errc::malformed, fmt::format("the commission of {} changes its currency from {} to {}", stem,
                                             known->second.commission.currency, currency));
  }
  if (executions_.contains(stem)) {
    std::optional<Amount> cash = balance(currency);
    if (known != commissions_.end()) cash = add(*cash, known->second.commission.amount);
    if (cash) cash = subtract(*cash, commission.commission.amount);
    if (!cash) return fail(Errc::out_of_range, fmt::format("the commission of {} does not fit the books", stem));
    cash_.insert_or_assign(currency, *cash);
  }
  if (known != commissions_.end()) {
    known->second = commission;
    return Booking::corrected;
  }
  commissions_.emplace(stem, commission);
  if (executions_.contains(stem)) --missing_commissions_;
  return Booking::booked;
}

Amount Ledger::balance(const Currency& currency) const { return cash(currency).value_or(Amount::zero()); }

Position Ledger::position(const model::AccountId& account, model::ConId contract) const {
  std::int64_t sum = 0;
  for (auto at = holdings_.lower_bound({contract, {}, {}}); at != holdings_.end() && at->first.contract == contract;
       ++at)
    if (at->first.account == account) sum += at->second.position.raw();
  return Position::from_raw(sum);
}

Position Ledger::position(const model::StrategyName& owner, model::ConId contract) const {
  std::int64_t sum = 0;
  for (auto at = holdings_.lower_bound({contract, {}, {}}); at != holdings_.end() && at->first.contract == contract;
       ++at)
    if (at->first.owner == owner) sum += at->second.position.raw();
  return Position::from_raw(sum);
}

Quantity Ledger::filled(const model::OrderRef& order) const {
  const auto found = filled_.find(order);
  return found == filled_.end() ? Quantity::zero() : found->second;
}

std::optional<Amount> Ledger::cash(const Currency& currency) const {
  const auto found = cash_.find(currency);
  if (found == cash_.end()) return std::nullopt;
  return found->second;
}

Amount Ledger::commissions(const Currency& currency) const {
  Amount sum = Amount::zero();
  for (const auto& [stem, commission] : commissions_) {
    if (commission.commission.currency == currency && executions_.contains(stem))
      sum = add(sum, commission.commission.amount).value_or(sum);
  }
  return sum;
}

std::map<model::ConId, std::pair<model::ContractRef, Position>> Ledger::positions(
    const model::AccountId& account) const {
  std::map<model::ConId, std::pair<model::ContractRef, Position>> sums;
  for (const auto& [key, holding] : holdings_) {
    if (key.account != account) continue;
    const auto [place, is_new] = sums.try_emplace(key.contract, holding.contract, holding.position);
    if (!is_new) place->second.second = Position::from_raw(place->second.second.raw() + holding.position.raw());
  }
  return sums;
}

}  // namespace tradewind::ledger
