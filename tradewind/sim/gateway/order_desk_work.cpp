// How the desk works its orders: what holds them, what releases them, and what of them is at the venue.

#include "tradewind/core/base/check.hpp"
#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/algos.hpp"
#include "tradewind/sim/gateway/internal/order_conditions.hpp"
#include "tradewind/sim/gateway/internal/order_kinds.hpp"
#include "tradewind/sim/gateway/internal/order_triggers.hpp"
#include "tradewind/sim/gateway/order_desk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::sim::gateway {
namespace {

const OrderKind& kind_of(const GatewayOrder& order) { return *find_order_kind(order.request->order.order_type); }
bool waits_for_open(const GatewayOrder& order) { return has_word("OPG AUC", order.request->order.tif); }
// All of it at once, or nothing.
bool is_whole(const GatewayOrder& order) {
  return order.request->order.tif == "FOK" || order.request->order.all_or_none;
}
bool is_pegged(const GatewayOrder& order) { return kind_of(order).pricing >= Pricing::peg_primary; }

}  // namespace

std::optional<std::string> OrderDesk::hold_of(const GatewayOrder& order, Timestamp now) const {
  const OrderKind& kind = kind_of(order);
  const bool wants_trigger = kind.trigger != Trigger::none && !order.is_triggered;
  if (order.parent != nullptr && order.parent->status != "Filled") return wants_trigger ? "child,trigger" : "child";
  if (order.is_locating) return "locate";
  if (order.held_until && *order.held_until > now) return "";
  const tws::Order& terms = order.request->order;
  if (!terms.conditions.empty() && !terms.conditions_cancel_order &&
      !conditions_met(order, now, {universe_, market_, margin_, executions_, zone_, listener_.margin_time()})) {
    return "";
  }
  if (wants_trigger) return "trigger";
  if (kind.at_close || waits_for_open(order) || order.is_exercise) return "";
  return std::nullopt;
}

// An order looks at the market itself when it waits for it, follows it, or is filled from it here.
void OrderDesk::watch(const GatewayOrder& order) {
  if (!order.is_final) watched_.insert(order.sequence);
  for (const tws::OrderCondition& condition : order.request->order.conditions) {
    if (condition.type != 3) continue;
    if (const auto time = order_time(condition.time, order.accepted, zone_)) timers_.emplace(*time, order.sequence);
  }
}

void OrderDesk::advance(GatewayOrder& order, Timestamp now) {
  if (order.is_final || !order.is_acknowledged || !order.is_held || order.is_cancelling) return;
  const auto held = hold_of(order, now);
  if (held) {
    if (*held == order.why_held) return;
    order.why_held = *held;
    return listener_.on_order(order);
  }
  order.is_held = false;
  order.why_held.clear();
  order.status = "Submitted";
  watched_.erase(order.sequence);
  listener_.on_order(order);
  to_venue(order, now);
}

std::optional<Price> OrderDesk::limit_now(const GatewayOrder& order) const {
  const tws::Order& terms = order.request->order;
  if (order.fixed_price) return order.fixed_price;
  const OrderKind& kind = kind_of(order);
  if (!is_pegged(order)) {
    return kind.pricing == Pricing::limit ? terms.lmt_price : std::nullopt;
  }
  const model::Quote& quote = market_[order.listing].quote;
  const bool is_buy = order.side == Side::buy;
  const std::int64_t offset = terms.aux_price.value_or(Price::zero()).raw();
  std::optional<Price> price;
  if (kind.pricing == Pricing::peg_midpoint) {
    if (quote.bid && quote.ask)
      price = Price::from_raw(midpoint(*quote.bid, *quote.ask).raw() + (is_buy ? -offset : offset));
  } else if (kind.pricing == Pricing::peg_market) {
    const auto& other = is_buy ? quote.ask : quote.bid;
    if (other) price = Price::from_raw(other->raw() + (is_buy ? -offset : offset));
  } else {
    const auto& own = is_buy ? quote.bid : quote.ask;
    if (own) price = Price::from_raw(own->raw() + (is_buy ? offset : -offset));
  }
  if (!price) return std::nullopt;
  price = on_grid(*price, listings_[order.listing], !is_buy);
  if (terms.lmt_price && !terms.lmt_price->is_zero())
    price = is_buy ? std::min(*price, *terms.lmt_price) : std::max(*price, *terms.lmt_price);
  return price;
}

Quantity OrderDesk::released(const GatewayOrder& order, Timestamp now) const {
  if (order.slices.empty()) return order.quantity;
  Quantity released = Quantity::zero();
  for (const Slice& slice : order.slices) {
    if (slice.at <= now) released = slice.released;
  }
  return std::min(released, order.quantity);
}

void OrderDesk::to_venue(GatewayOrder& order, Timestamp now) {
  const tws::Order& terms = order.request->order;
  const OrderKind& kind = kind_of(order);
  if (order.remaining().is_zero()) return;
  if (!terms.algo_strategy.empty() && order.slices.empty()) {
    order.slices = algo_schedule(terms, order.quantity, listings_[order.listing].size_increment, now, zone_);
    for (const Slice& slice : order.slices) set_timer(order, slice.at);
  }
  order.worked_since = now;
  if (order.is_combo() || is_whole(order) || is_pegged(order) || terms.conditions_cancel_order) watch(order);
  const auto limit = limit_now(order);
  const bool at_a_price = kind.pricing != Pricing::market && kind.pricing != Pricing::to_limit;
  const Quantity now_allowed = subtract(released(order, now), order.filled).value_or(Quantity::zero());
  const bool can_go = !order.is_combo() && !is_whole(order) && !now_allowed.is_zero() && (!at_a_price || limit);
  if (can_go) {
    if (kind.snaps) order.fixed_price = limit;
    order.venue_id = next_venue_id_++;
    order.venue_limit = limit;
    by_venue_id_[order.venue_id] = &order;
    const std::string_view tif = terms.tif;
    const auto lasts = tif == "IOC" && order.slices.empty() ? model::TimeInForce::ioc
                       : tif == "GTC" || tif == "GTD"       ? model::TimeInForce::gtc
                                                            : model::TimeInForce::day;
    const auto taken =
        venue_.submit({venue::VenueOrderId{order.venue_id}, venue::SymbolIndex{order.listing}, order.side, now_allowed,
                       limit ? model::OrderType::limit : model::OrderType::market, limit, lasts},
                      now);
    TW_CHECK(taken.has_value());  // the check has looked at everything the venue looks at
  }
  if (order.status == "PreSubmitted" && at_a_price) {
    order.status = "Submitted";
    listener_.on_order(order);
  }
}

void OrderDesk::from_venue(GatewayOrder& order) {
  if (order.venue_id == 0) return;
  venue_.cancel(venue::VenueOrderId{order.venue_id});
  by_venue_id_.erase(order.venue_id);
  order.venue_id = 0;
  order.venue_limit.reset();
}

// --- The market ---

void OrderDesk::on_market(const venue::MarketEvent& event) {
  market_.on_market(event);
  // A copy: orders end and begin while they look.
  const std::vector<std::int64_t> watching{watched_.begin(), watched_.end()};
  for (const std::int64_t sequence : watching) {
    const auto found = live_.find(sequence);
    if (found != live_.end()) look_at(*found->second, event);
  }
  reports_.clear();
  venue_.on_market(event, reports_);
  report(reports_);
}

void OrderDesk::look_at(GatewayOrder& order, const venue::MarketEvent& event) {
  const tws::Order& terms = order.request->order;
  const bool is_own = event.symbol.value() == order.listing;
  if (terms.conditions_cancel_order && !terms.conditions.empty() &&
      conditions_met(order, event.time, {universe_, market_, margin_, executions_, zone_, listener_.margin_time()})) {
    return end_cancelled(order, event.time, "Cancelled by System", "Order condition was met");
  }
  if (order.is_held) {
    if (order.why_held == "trigger" && is_own && event.time > order.accepted &&
        is_triggered_by(order, listings_[order.listing], event)) {
      order.is_triggered = true;
      if (kind_of(order).pricing == Pricing::limit)
        order.fixed_price = limit_when_triggered(order, listings_[order.listing]);
    }
    if (waits_for_open(order) && is_own && std::holds_alternative<model::Trade>(event.data)) {
      const CivilTime came = zone_.local(order.accepted);
      const CivilTime shown = zone_.local(event.time);
      const bool opens = shown.hour * 60 + shown.minute >= 9 * 60 + 30;
      const bool came_before = came.hour * 60 + came.minute < 9 * 60 + 30;
      const bool same_day = date_text(order.accepted, zone_) == date_text(event.time, zone_);
      if (opens && (came_before || !same_day)) fill_at_close(order, event.time);
      return;
    }
    return advance(order, event.time);
  }
  if (event.time <= order.worked_since) return;
  if (order.is_combo()) {
    const bool concerns =
        std::ranges::any_of(order.legs, [&](const OrderLeg& leg) { return leg.listing == event.symbol.value(); });
    if (concerns) fill_combo(order, event.time);
  } else if (is_own && is_whole(order)) {
    look_at_immediate(order, event);
  } else if (is_own && is_pegged(order) && !kind_of(order).snaps) {
    const auto limit = limit_now(order);
    if (limit == order.venue_limit) return;
    from_venue(order);
    to_venue(order, event.time);
  } else if (is_own && kind_of(order).snaps && order.venue_id == 0) {
    to_venue(order, event.time);
  }
}

// Fill-or-kill and all-or-none: the whole size is there, or the order is not filled.
void OrderDesk::look_at_immediate(GatewayOrder& order, const venue::MarketEvent& event) {
  const bool is_buy = order.side == Side::buy;
  std::optional<Price> price;
  Quantity size = Quantity::zero();
  if (const auto* quote = std::get_if<model::Quote>(&event.data)) {
    price = is_buy ? quote->ask : quote->bid;
    size = is_buy ? quote->ask_size : quote->bid_size;
  } else if (!market_[order.listing].quoted) {
    price = std::get<model::Trade>(event.data).price;
    size = std::get<model::Trade>(event.data).size;
  } else {
    return;
  }
  const auto limit = limit_now(order);
  const bool crosses = price && (!limit || (is_buy ? *price <= *limit : *price >= *limit));
  if (crosses && size >= order.remaining()) return count_fill(order, order.remaining(), *price, event.time);
  if (order.request->order.tif != "FOK") return;
  refuse(order.client_id, order.order_id, {202, "Order Canceled - reason:Order could not be filled completely"});
  end(order, event.time, "Inactive", "Inactive");
}

// --- Time ---

std::optional<Timestamp> OrderDesk::wake_at() const {
  std::optional<Timestamp> earliest;
  if (!timers_.empty()) earliest = timers_.begin()->first;
  if (!unpaid_.empty() && (!earliest || unpaid_.front().first < *earliest)) earliest = unpaid_.front().first;
  return earliest;
}

void OrderDesk::wake(Timestamp now) {
  while (!unpaid_.empty() && unpaid_.front().first <= now) {
    GatewayExecution* execution = unpaid_.front().second;
    unpaid_.pop_front();
    execution->has_commission = true;
    listener_.on_commission(*execution);
  }
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::int64_t sequence = timers_.begin()->second;
    timers_.erase(timers_.begin());
    const auto found = live_.find(sequence);
    if (found != live_.end()) act(*found->second, now);
  }
}

void OrderDesk::act(GatewayOrder& order, Timestamp now) {
  if (order.acts_at && *order.acts_at <= now) {
    order.acts_at.reset();
    if (!order.is_acknowledged) return acknowledge(order, now);
    if (order.is_cancelling) return end_cancelled(order, now, "Cancelled by Trader");
    if (order.is_exercise) return exercise_now(order, now);
    order.is_locating = false;
  }
  if (order.expires && *order.expires <= now) return end_cancelled(order, now, "Cancelled by System");
  const tws::Order& terms = order.request->order;
  if (terms.conditions_cancel_order && !terms.conditions.empty() &&
      conditions_met(order, now, {universe_, market_, margin_, executions_, zone_, listener_.margin_time()})) {
    return end_cancelled(order, now, "Cancelled by System", "Order condition was met");
  }
  if (order.is_held) return advance(order, now);
  if (!order.slices.empty() && !order.is_cancelling) {
    from_venue(order);
    to_venue(order, now);
  }
}

void OrderDesk::end_session(Timestamp now) {
  const auto at_close = [&](GatewayOrder& order) {
    return order.is_held && order.is_acknowledged && kind_of(order).at_close;
  };
  std::vector<GatewayOrder*> live;
  for (const auto& [sequence, order] : live_) live.push_back(order);
  for (GatewayOrder* order : live) {
    if (!order->is_final && at_close(*order)) fill_at_close(*order, now);
  }
  reports_.clear();
  venue_.end_session(now, reports_);
  report(reports_);
  // DAY orders that are not at the venue: held ones, combinations, algorithms between two slices.
  for (GatewayOrder* order : live) {
    const std::string_view tif = order->request->order.tif;
    if (order->is_final || !order->is_transmitted() || order->venue_id != 0 || order->is_exercise) continue;
    if (now < order->accepted || has_word("GTC GTD OPG AUC Minutes", tif)) continue;
    end_cancelled(*order, now, "Cancelled by System");
  }
}

void OrderDesk::report(std::vector<venue::VenueReport>& reports) {
  for (const venue::VenueReport& report : reports) {
    const auto* filled = std::get_if<venue::Fill>(&report);
    const std::int64_t id =
        filled != nullptr ? filled->order.value() : std::get<venue::OrderEnded>(report).order.value();
    const auto found = by_venue_id_.find(id);
    // A fill before it, of the same event, has ended the order or taken it back: its group protects it from both.
    if (found == by_venue_id_.end()) continue;
    GatewayOrder& order = *found->second;
    if (filled != nullptr) {
      fill(order, *filled);
      continue;
    }
    const auto& ended = std::get<venue::OrderEnded>(report);
    by_venue_id_.erase(found);
    order.venue_id = 0;
    end_cancelled(order, ended.time, "Cancelled by System");
  }
}

}  // namespace tradewind::sim::gateway
