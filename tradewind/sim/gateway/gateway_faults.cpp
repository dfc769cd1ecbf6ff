// Faults that do not happen on the line between the gateway and a client, but to orders and positions.

#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/gateway/history.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <vector>

namespace tradewind::sim::gateway {

using namespace std::chrono_literals;

bool Gateway::fires(std::size_t fault, std::optional<std::int32_t> client_id) {
  if (!injector_ || !injector_->draws(fault, client_id)) return false;
  injector_->count(fault);
  return true;
}

// --- Orders ---

bool Gateway::fills_as_well(const GatewayOrder& order) { return fires(faults::at("F066"), order.client_id); }

// While their client is away.
void Gateway::befall_orders_of(std::int32_t client_id) {
  forget_fills_before_midnight();
  std::vector<std::int64_t> sequences;
  for (const auto& [sequence, order] : desk_.live_orders()) {
    if (order->client_id == client_id) sequences.push_back(sequence);
  }
  for (const std::int64_t sequence : sequences) {
    const auto live = desk_.live_orders().find(sequence);
    if (live == desk_.live_orders().end()) continue;  // one of its family has ended
    const GatewayOrder& order = *live->second;
    const bool is_stop = order.request->order.order_type == "STP";
    if (fires(faults::at("F090"), client_id)) desk_.cancel_by_hand(order.perm_id, now_);
    else if (!can_fill_now(order)) continue;
    else if (fires(is_stop ? faults::at("F092") : faults::at("F086"), client_id)) bring_to_fill(order);
    else if (injector_->draws(faults::at("F105"), client_id)) {
      filled_away_.emplace(client_id, order.perm_id);
      bring_to_fill(order);
    }
  }
  if (clients_.empty() && !sequences.empty() && fires(faults::at("F085"), client_id)) desk_.end_session(now_);
}

// Executions of a day that is over are none that a client is told of.
void Gateway::count_fills_before_midnight(std::int32_t client_id) {
  const std::string today = date_text(now_, options_.zone);
  for (const GatewayOrder& order : desk_.orders()) {
    if (filled_away_.empty()) return;
    if (filled_away_.erase({client_id, order.perm_id}) == 0) continue;
    if (order.status == "Filled" && date_text(order.ended, options_.zone) < today) injector_->count(faults::at("F105"));
  }
}

// Of orders that the desk has forgotten: their client has not come back.
void Gateway::forget_fills_before_midnight() {
  if (filled_away_.empty()) return;
  std::set<std::int64_t> known;
  for (const GatewayOrder& order : desk_.orders()) known.insert(order.perm_id);
  std::erase_if(filled_away_, [&](const auto& fill) { return !known.contains(fill.second); });
}

bool Gateway::can_fill_now(const GatewayOrder& order) const {
  return marks()(order.listing).has_value() && desk_.can_fill(order, now_);
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

// --- Options ---

std::optional<Timestamp> Gateway::next_night() {
  constexpr std::size_t kFault = faults::at("F120");
  const bool is_armed = injector_ && injector_->is_armed(kFault);
  const auto event = is_armed ? market_.next_time() : std::nullopt;
  if (!event) night_.reset();  // nothing is planned after the market
  if (!event || night_) return night_;
  const Timestamp from = now_ == Timestamp{} ? *event : now_;
  const std::chrono::seconds into_hour{injector_->rng(kFault).between(0, 3599)};
  for (Timestamp day = from;; day = day + 24h) {
    CivilTime two = options_.zone.local(day);
    two.hour = 2;
    two.minute = two.second = 0;
    night_ = options_.zone.instant(two) + into_hour;
    if (*night_ > from && date_text(*night_, options_.zone) > last_night_) return night_;
  }
}

bool Gateway::is_in_the_money(const Listing& option) const {
  const auto underlying = option.underlying ? market_.universe().by_con_id(*option.underlying) : std::nullopt;
  if (!underlying || !option.strike || listings()[*underlying].security_type != "STK") return false;
  const auto price = marks()(*underlying);
  if (!price) return false;
  return option.right == venue::Right::call ? *price > *option.strike : *price < *option.strike;
}

void Gateway::befall_options() {
  last_night_ = date_text(*night_, options_.zone);
  night_.reset();
  for (const AccountSetup& account : options_.accounts) {
    const auto holdings = books().holdings(account.id);  // a copy: they change
    for (const auto& [con_id, holding] : holdings) {
      const auto index = market_.universe().by_con_id(con_id);
      if (!index || !listings()[*index].is_option() || holding.position.is_zero()) continue;
      const Listing& option = listings()[*index];
      const auto shares = Quantity::try_from_raw(Int128{magnitude(holding.position).raw()} * option.multiplier.raw() /
                                                 Multiplier::kScale);
      if (shares && is_in_the_money(option) && fires(faults::at("F120"), std::nullopt))
        deliver(account.id, option, holding.position, *shares);
    }
  }
}

void Gateway::deliver(const std::string& account, const Listing& option, Position held, Quantity shares) {
  const std::uint32_t underlying = market_.universe().by_con_id(*option.underlying).value();
  const bool is_long = held > Position::zero();
  // Exercised if it is long, assigned if it is short.
  const Side side = is_long == (option.right == venue::Right::call) ? Side::buy : Side::sell;
  const Side closing = is_long ? Side::sell : Side::buy;
  desk_.books().book(account, option, {.side = closing, .quantity = magnitude(held), .price = Price::zero()});
  desk_.books().book(account, listings()[underlying], {.side = side, .quantity = shares, .price = *option.strike});
  on_books_changed(account, market_.universe().by_con_id(option.con_id).value());
  on_books_changed(account, underlying);
}

}  // namespace tradewind::sim::gateway
