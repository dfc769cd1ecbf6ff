// The engine's dealings with orders: from a strategy's wish to the wire, and back from the broker's reports to the books.

#include "tradewind/core/engine/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::engine {

using model::InstrumentId;
using model::OrderState;

namespace {

constexpr Duration kExecutionsPatience = std::chrono::seconds{2};
constexpr Duration kAnswerPatience = std::chrono::seconds{10};

}  // namespace

// --- Outwards: wish, gate, journal, wire ---

std::optional<std::string> Engine::closed_for(const model::ContractRef& contract) const {
  if (state_ != State::ready) return fmt::format("{}: {}", state_, state_reason_);
  if (journal_stalled_) return "the journal takes no records";
  if (connectivity_.is_competing()) return "another session of this user has the live data (10197)";
  if (const orders::Order* order = orders_.unknown(contract.con_id); order != nullptr)
    return fmt::format("PTR-30 UNKNOWN_STATE: the fate of order {} is not known", order->intent.order_ref);
  for (const auto& [stem, held] : held_back_) {
    if (held.execution.contract.con_id == contract.con_id)
      return fmt::format("PTR-30 UNKNOWN_STATE: execution {} may be a fill told twice", held.execution.exec_id.view());
  }
  for (const auto& [ref, asked] : gaps_) {
    if (orders_.find(ref)->intent.contract.con_id == contract.con_id && !ledger_.missing(ref).is_zero())
      return fmt::format("PTR-30 UNKNOWN_STATE: an execution of order {} is missing", ref);
  }
  return std::nullopt;
}

risk::Circumstances Engine::circumstances(const model::OrderIntent& intent) const {
  risk::Circumstances now;
  now.closed = closed_for(intent.contract);
  now.position = ledger_.position(account_, intent.contract.con_id);
  const orders::Exposure own = orders_.exposure(intent.contract.con_id);
  const orders::Exposure absent = orders_.absent_exposure(intent.contract.con_id);
  constexpr Quantity kTooMuch = Quantity::from_raw(Quantity::kRawMax);
  now.working_buy = add(own.buy, absent.buy).value_or(kTooMuch);
  now.working_sell = add(own.sell, absent.sell).value_or(kTooMuch);
  for (auto external = external_by_contract_.lower_bound({intent.contract.con_id, model::PermId{0}});
       external != external_by_contract_.end() && external->first == intent.contract.con_id; ++external) {
    const ExternalOrder& order = external_.at(external->second);
    Quantity& working = order.side == Side::buy ? now.working_buy : now.working_sell;
    working = add(working, order.remaining).value_or(kTooMuch);
  }
  now.reference = mark(intent.contract.con_id);
  return now;
}

std::expected<strategy::OrderTicket, strategy::Denial> Engine::submit(const model::OrderRequest& request) {
  return submit(request, "");
}

std::expected<strategy::OrderTicket, strategy::Denial> Engine::submit(const model::OrderRequest& request,
                                                                      std::string_view reason) {
  model::OrderIntent intent;
  intent.order_ref = model::OrderRef{config_.mode, log_.journal_id().view(), strategy_name_, next_sequence_};
  const auto order_id = order_ids_.upcoming();
  if (order_id.has_value()) intent.order_id = model::OrderId{*order_id};
  intent.client_id = client_id_;
  intent.account = account_;
  intent.strategy = strategy_name_;
  intent.request = request;
  const model::Instrument* found = instrument(request.instrument);
  if (found != nullptr) {
    intent.contract = found->contract;
    intent.exchange = found->exchange;
  }
  risk::Circumstances now = circumstances(intent);
  if (found == nullptr && !now.closed) now.closed = "the instrument is not resolved";
  if (!order_id.has_value() && !now.closed) now.closed = order_id.error().detail;
  const auto approved = gate_.check(intent, now);
  if (!approved) {
    ++counters_.orders_denied;
    journal::Denied record{strategy_name_, request, {}};
    strategy::Denial denial;
    for (const risk::Reason& why : approved.error()) {
      record.reasons.push_back({why.rule, why.detail});
      denial.reasons.push_back(why.rule + ": " + why.detail);
    }
    counters_.last_denial = fmt::format("{} {} {}: {}", name(request.side), request.quantity, intent.contract.symbol,
                                        denial.reasons.front());
    note(record);
    return std::unexpected{std::move(denial)};
  }
  const model::Seq seq = note(journal::Intent{intent, now.reference, std::string{reason}});
  orders_.park(intent, seq);
  outbox_.park(seq, *approved, now_.mono);
  ++next_sequence_;
  order_ids_.seen(intent.order_id.value());
  return strategy::OrderTicket{intent.order_ref};
}

void Engine::on(const model::Committed& committed) {
  released_.clear();
  outbox_.acknowledge(committed.upto, now_.mono, released_);
  for (const journal::Released& released : released_) release(released);
}

void Engine::release(const journal::Released& released) {
  if (const auto* late = std::get_if<journal::LateOrder>(&released)) {
    note(journal::DeniedLate{late->intent.order_ref, late->waited});
    order_changed(orders_.denied(late->intent.order_ref, "its intent was on the disk too late"));
    return;
  }
  const auto& durable = std::get<model::DurableOrder>(released);
  const model::OrderIntent& intent = durable.intent();
  const orders::Order* order = orders_.find(intent.order_ref);
  // Between the approval and now the world may have changed: then it is not sent.
  const auto closed = closed_for(intent.contract);
  if (order == nullptr || order->state != OrderState::parked || order->cancel_wanted || closed) {
    note(journal::DeniedLate{intent.order_ref, Duration{}});
    order_changed(orders_.denied(intent.order_ref, closed.value_or("cancelled before it was sent")));
    return;
  }
  note(journal::Sent{intent.order_ref, intent.order_id}, order->intent_seq);
  orders_.sent(intent.order_ref);
  ++counters_.orders_sent;
  unanswered_.push_back({now_.mono + kAnswerPatience, intent.order_ref});
  effect(model::PlaceOrder{durable});
}

bool Engine::cancel(const strategy::OrderTicket& ticket) {
  const orders::Order* order = orders_.find(ticket.ref());
  if (order == nullptr || order->intent.strategy != strategy_name_ || is_final(order->state)) return false;
  request_cancel(*order, "the strategy");
  return true;
}

void Engine::request_cancel(const orders::Order& order, std::string_view reason) {
  const bool parked = order.state == OrderState::parked;
  const model::OrderRef ref = order.intent.order_ref;
  const model::OrderId id = order.intent.order_id;
  if (order.cancel_wanted) return;
  if (!parked && !session_up_) return;  // whoever wants it asks again when the order shows itself
  const orders::Order* changed = orders_.cancel_requested(ref);
  if (parked) return;  // it is simply not sent
  note(journal::CancelRequested{ref, id, std::string{reason}});
  effect(model::CancelOrder{id});
  order_changed(changed);
}

void Engine::on(const model::JournalStalled& stalled) { journal_stalled_ = stalled.stalled; }

// --- Targets: the difference between what a strategy wants to hold and what it holds ---

void Engine::target(InstrumentId id, Position position, std::string_view reason) {
  if (id.value() >= instruments_.size()) return;
  Target& wanted = targets_[id.value()];
  wanted = {position, std::string{reason}, false};
  chase(id, wanted);
}

void Engine::chase_targets() {
  for (auto& [id, wanted] : targets_) chase(InstrumentId{id}, wanted);
}

void Engine::chase(InstrumentId id, Target& wanted) {
  const model::Instrument* found = instrument(id);
  if (state_ != State::ready || found == nullptr || wanted.given_up) return;
  const orders::Exposure working = orders_.exposure(found->contract.con_id);
  if (!working.buy.is_zero() || !working.sell.is_zero()) return;  // comes back here when the order is done
  const auto difference = subtract(wanted.position, position(id));
  if (!difference || difference->is_zero()) return;
  model::OrderRequest request;
  request.instrument = id;
  request.side = *difference > Position::zero() ? Side::buy : Side::sell;
  request.quantity = magnitude(*difference);
  if (!submit(request, wanted.reason).has_value()) wanted.given_up = true;
}

// --- Inwards: what the broker reports ---

void Engine::order_changed(const orders::Order* order) {
  if (order == nullptr) return;
  note(journal::OrderStateChanged{order->intent.order_ref, order->state, order->filled}, order->intent_seq);
  // Copied: the strategy may submit in its handler.
  const strategy::OrderTicket ticket{order->intent.order_ref};
  const strategy::OrderView view = view_of(*order);
  const std::optional<InstrumentId> id = instrument_of(*order);
  const bool done = is_final(order->state);
  // The same order is not sent again by itself. One that is not at the broker may still come back.
  const bool refused = order->state == OrderState::rejected || order->state == OrderState::denied_late ||
                       order->state == OrderState::not_at_broker;
  if (done) reported_filled_.erase(order->intent.order_ref);
  if (order->state != OrderState::cancelling)
    std::erase_if(unanswered_, [&](const Unanswered& waiting) { return waiting.order_ref == ticket.ref(); });
  if (order->state == OrderState::unknown && session_up_ && accounts_accepted_ && !recovery_.running() &&
      !recovery_again_) {
    recovery_again_ = now_.mono;
  }
  // A strategy hears of orders in what it has subscribed to.
  if (id && order->intent.strategy == strategy_name_) strategy_->on_order(*this, ticket, view);
  if (!done) return;
  if (const auto wanted = id ? targets_.find(id->value()) : targets_.end(); wanted != targets_.end()) {
    if (refused) wanted->second.given_up = true;
    chase(*id, wanted->second);
  }
  if (state_ == State::stopping) finish_stop();
}

void Engine::resolve(const OrderFinding& finding) {
  const orders::Order* order = orders_.find(finding.order_ref);
  note(journal::OrderResolved{finding.order_ref, finding.state, finding.evidence}, order->intent_seq);
  order_changed(orders_.resolved(finding.order_ref, finding.state, finding.evidence));
}

void Engine::cancel_if_it_came_back(const orders::Order* changed) {
  if (changed == nullptr || !changed->was_absent || is_final(changed->state) || changed->cancel_wanted) return;
  report({"BRK-07", std::string{changed->intent.contract.symbol.view()},
          fmt::format("order {} was proven absent and has come back: it is cancelled", changed->intent.order_ref)});
  request_cancel(*changed, "it was proven absent and has come back");
}

// The broker may have dropped such an order, or a dialog of the gateway holds it. It may live: it is asked for, and never
// sent again.
void Engine::give_up_waiting_for_answers() {
  while (!unanswered_.empty() && now_.mono >= unanswered_.front().until) {
    const model::OrderRef ref = unanswered_.front().order_ref;
    unanswered_.pop_front();
    const orders::Order* order = orders_.find(ref);
    const bool nothing_heard =
        order->state == OrderState::sent || (order->state == OrderState::cancelling && order->perm_id.value() == 0);
    if (nothing_heard)
      resolve(
          {ref, OrderState::unknown, "nothing was heard of it for 10 s: look at the gateway, a dialog may hold it"});
  }
}

void Engine::on(const model::OpenOrderSeen& seen) {
  recovery_.on(seen);
  if (seen.client_id == client_id_) order_ids_.seen(seen.order_id.value());
  const orders::Order* ours = orders_.find(seen.order_ref);
  if (ours == nullptr) {
    // Somebody else's order in our account: it counts in what may still fill.
    if (seen.account == account_ && seen.perm_id.value() != 0) {
      forget_external(seen.perm_id);
      external_.emplace(seen.perm_id, ExternalOrder{seen.contract, seen.side, seen.quantity});
      external_by_contract_.emplace(seen.contract.con_id, seen.perm_id);
    }
    if (seen.order_ref.is_of(config_.mode, log_.journal_id().view())) {
      note(journal::OpenOrderNoted{seen});
      halt({"BRK-08", std::string{seen.contract.symbol.view()},
            fmt::format("order {} is ours by its reference, and not in the journal", seen.order_ref)});
    }
    return;
  }
  const bool knew_perm_id = ours->perm_id.value() != 0;
  const orders::Order* changed = orders_.seen_open(seen);
  if (changed != nullptr || !knew_perm_id) note(journal::OpenOrderNoted{seen}, ours->intent_seq);
  order_changed(changed);
  cancel_if_it_came_back(changed);
}

void Engine::forget_external(model::PermId id) {
  const auto known = external_.find(id);
  if (known == external_.end()) return;
  external_by_contract_.erase({known->second.contract.con_id, id});
  external_.erase(known);
}

void Engine::on(const model::OrderStatusSeen& seen) {
  if (const auto external = external_.find(seen.perm_id); external != external_.end() && seen.perm_id.value() != 0) {
    external->second.remaining = seen.remaining;
    const std::string_view status = seen.status.view();
    if (status == "Filled" || status == "Cancelled" || status == "ApiCancelled") forget_external(seen.perm_id);
  }
  const orders::Order* changed = orders_.status(seen);
  const orders::Order* order = changed;
  if (order == nullptr) order = seen.perm_id.value() != 0 ? orders_.find(seen.perm_id) : orders_.find(seen.order_id);
  if (changed != nullptr) note(journal::StatusNoted{seen}, changed->intent_seq);
  // Filled in the broker's words, and not yet by executions: if they do not come, they are asked for.
  if (order != nullptr && seen.status.view() == "Filled" && !is_final(order->state)) {
    reported_filled_.insert(order->intent.order_ref);
    if (!executions_check_) executions_check_ = now_.mono + kExecutionsPatience;
  }
  order_changed(changed);
  cancel_if_it_came_back(changed);
}

void Engine::on(const model::OrderErrorSeen& seen) {
  const orders::Order* order = orders_.find(seen.order_id);
  const orders::Order* changed = orders_.error(seen);
  if (order == nullptr) {
    note(journal::Notice{seen.code, fmt::format("about order id {}: {}", seen.order_id, seen.text)});
    return;
  }
  note(journal::OrderErrorNoted{seen}, order->intent_seq);
  order_changed(changed);
}

// Its record says that it was sent, written before the wire had it. It has not left: that is an end, and a certain one.
void Engine::on(const model::OrderNotSent& seen) {
  const orders::Order* order = orders_.find(seen.order_id);
  note(journal::Notice{0, fmt::format("order id {} was not sent: {}", seen.order_id, seen.reason)});
  if (order == nullptr || is_final(order->state)) return;
  --counters_.orders_sent;
  note(journal::DeniedLate{order->intent.order_ref, Duration{}}, order->intent_seq);
  order_changed(orders_.denied(order->intent.order_ref, seen.reason));
}

model::StrategyName Engine::owner_of(const model::OrderRef& ref) {
  const orders::Order* order = orders_.find(ref);
  return order == nullptr ? model::StrategyName{} : order->intent.strategy;
}

void Engine::on(const model::ExecutionSeen& seen) {
  recovery_.on_execution();
  const model::Execution& execution = seen.execution;
  if (execution.account != account_) {
    // The login manages more than we trade. These fills are in no book of ours, and their commissions wait for ever.
    return static_cast<void>(note(journal::Notice{
        0, fmt::format("execution {} is in account {}, not ours", execution.exec_id.view(), execution.account)}));
  }
  const std::string stem{execution.exec_id.stem()};
  if (not_fills_.contains(stem)) return;
  if (const auto held = held_back_.find(stem); held != held_back_.end()) {
    if (execution.exec_id.revision() <= held->second.execution.exec_id.revision()) return;
    held_back_.erase(held);  // corrected meanwhile: it is judged anew
  }
  const bool is_ours = orders_.find(execution.order_ref) != nullptr;
  switch (is_ours ? ledger_.place(execution) : ledger::Place::fits) {
    case ledger::Place::taken:
      return hold_back(execution);
    case ledger::Place::ahead:
      // Executions that lie behind it in the same piece of input are still welcome first.
      gaps_.try_emplace(execution.order_ref, false);
      executions_check_ = now_.mono;
      break;
    case ledger::Place::fits:
      break;
  }
  book(execution);
}

void Engine::book(const model::Execution& execution) {
  const model::StrategyName owner = owner_of(execution.order_ref);
  const auto booked = ledger_.book(execution, owner);
  if (!booked.has_value()) {
    return halt({"BRK-01", std::string{execution.contract.symbol.view()}, "not booked: " + booked.error().detail});
  }
  if (*booked == ledger::Booking::duplicate) return;
  const orders::Order* order = orders_.find(execution.order_ref);
  note(journal::ExecutionBooked{execution, owner}, order == nullptr ? model::Seq{0} : order->intent_seq);
  if (order == nullptr) return;
  const orders::Order* changed = orders_.filled(execution.order_ref, ledger_.filled(execution.order_ref));
  if (order->filled > order->intent.request.quantity) {
    halt({"BRK-15", std::string{execution.contract.symbol.view()},
          fmt::format("order {} was for {}, and {} are filled", execution.order_ref, order->intent.request.quantity,
                      order->filled)});
  }
  const auto instrument = instrument_of(*order);
  if (*booked == ledger::Booking::booked && instrument && order->intent.strategy == strategy_name_) {
    strategy_->on_fill(*this, {strategy::OrderTicket{execution.order_ref}, *instrument, execution.side,
                               execution.quantity, execution.price});
  }
  order_changed(changed);
  cancel_if_it_came_back(changed);
}

void Engine::on(const model::CommissionSeen& seen) {
  const auto booked = ledger_.book(seen.commission);
  if (!booked.has_value()) {
    return halt({"BRK-04", std::string{seen.commission.exec_id.view()}, "not booked: " + booked.error().detail});
  }
  if (*booked != ledger::Booking::duplicate) note(journal::CommissionBooked{seen.commission});
  if (state_ == State::stopping) finish_stop();
}

// IB's own repetitions have the same execId, and its corrections the same stem. So this may be one fill under two ids, or
// two fills and the broker has counted anew: only the position tells.
void Engine::hold_back(const model::Execution& execution) {
  note(journal::Notice{0, fmt::format("execution {} ({} {}, {} in all) is not booked: order {} has these fills already",
                                      execution.exec_id.view(), execution.side, execution.quantity,
                                      execution.cumulative, execution.order_ref)});
  held_back_.emplace(execution.exec_id.stem(), HeldBack{execution, now_.mono + Recovery::kSettleLimit});
  if (session_up_ && !recovery_.running()) recovery_again_ = now_.mono;
}

std::optional<MonoTime> Engine::held_back_until() const {
  std::optional<MonoTime> latest;
  for (const auto& [stem, held] : held_back_) latest = std::max(latest, std::optional{held.until});
  return latest;
}

// After a round: its positions have every fill by now.
void Engine::decide_held_back() {
  if (held_back_until() > now_.mono) return;
  std::map<model::ConId, Position> sums;
  for (const auto& [stem, held] : held_back_) {
    const auto& [execution, until] = held;
    Position& sum = sums.try_emplace(execution.contract.con_id, Position::zero()).first->second;
    const auto after = after_trade(sum, execution.side, execution.quantity);
    if (!after) return halt({"BRK-01", std::string{execution.contract.symbol.view()}, "executions that do not fit"});
    sum = *after;
  }
  for (const auto& [contract, sum] : sums) {
    const auto found = recovery_.positions().find(contract);
    const Position theirs = found == recovery_.positions().end() ? Position::zero() : found->second.second;
    const Position ours = ledger_.position(account_, contract);
    const bool are_fills = subtract(theirs, ours) == sum;
    // Neither: a break, found by whoever compares positions. Both: cash would differ, and nobody can tell.
    if (are_fills == (theirs == ours)) {
      if (are_fills) halt({"BRK-01", "", "executions that may be fills told twice cancel each other out"});
      continue;
    }
    for (auto next = held_back_.begin(); next != held_back_.end();) {
      const auto entry = next++;
      const model::Execution execution = entry->second.execution;
      if (execution.contract.con_id != contract) continue;
      note(journal::Notice{0,
                           fmt::format("execution {} is {}: the broker has a position of {}", execution.exec_id.view(),
                                       are_fills ? "a fill, and booked" : "no fill of its own", theirs)});
      if (!are_fills) not_fills_.insert(entry->first);
      held_back_.erase(entry);
      if (are_fills) book(execution);
    }
  }
}

// For those that a status or a cumulative quantity has promised. First the executions alone, then everything: the
// positions decide whether anything is missing at all.
void Engine::ask_for_executions() {
  std::erase_if(gaps_, [&](const auto& gap) { return ledger_.missing(gap.first).is_zero(); });
  if (!session_up_ || !connectivity_.has_link()) return;  // when they are back, everything is asked for
  if (recovery_.running()) {
    if (!gaps_.empty()) executions_check_ = now_.mono + kExecutionsPatience;
    return;
  }
  const bool were_asked_for = std::ranges::any_of(gaps_, [](const auto& gap) { return gap.second; });
  if (were_asked_for || !reported_filled_.empty()) return begin_recovery();
  if (gaps_.empty()) return;
  for (auto& [ref, asked] : gaps_) asked = true;
  effect(model::RequestSnapshot{model::Snapshot::executions, account_});
  executions_check_ = now_.mono + kExecutionsPatience;
}

void Engine::on(const model::CompletedOrderSeen& seen) { recovery_.on(seen); }

}  // namespace tradewind::engine
