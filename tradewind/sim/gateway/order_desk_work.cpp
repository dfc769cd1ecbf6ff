// How the desk works its orders: what holds them, what releases them, and what of them is at the venue.

#include "tradewind/core/base/check.hpp"
#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/algos.hpp"
#include "tradewind/sim/gateway/internal/held_orders.hpp"
#include "tradewind/sim/gateway/internal/order_kinds.hpp"
#include "tradewind/sim/gateway/order_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace tradewind::sim::gateway {
namespace {

const OrderKind& kind_of(const GatewayOrder& order) { return *find_order_kind(order.request->order.order_type); }
// What the auction leaves of a market-to-limit order is an order like others.
bool waits_for_open(const GatewayOrder& order) {
  return has_word("OPG AUC", order.request->order.tif) && order.filled.is_zero();
}
std::optional<venue::Auction> auction_of(const GatewayOrder& order) {
  if (kind_of(order).at_close) return venue::Auction::closing;
  return waits_for_open(order) ? std::optional{venue::Auction::opening} : std::nullopt;
}
// Currencies trade by night as by day.
bool has_no_hours(const Listing& listing) { return has_word("CASH CRYPTO", listing.security_type); }
bool is_pegged(const GatewayOrder& order) { return kind_of(order).pricing >= Pricing::peg_primary; }

constexpr Timestamp kEver = Timestamp::from_ns(std::numeric_limits<std::int64_t>::max());

}  // namespace

std::optional<std::string> OrderDesk::hold_of(const GatewayOrder& order, Timestamp now) const {
  const OrderKind& kind = kind_of(order);
  const bool wants_trigger = kind.trigger != Trigger::none && !order.is_triggered;
  if (order.parent != nullptr && order.parent->status != "Filled") return wants_trigger ? "child,trigger" : "child";
  if (order.is_locating) return "locate";
  if (order.held_until && *order.held_until > now) return "";
  const tws::Order& terms = order.request->order;
  if (!order.is_released && !terms.conditions.empty() && !terms.conditions_cancel_order)
    return wants_trigger ? "trigger" : "";
  if (wants_trigger) return "trigger";
  if (waits_for_open(order) && calendar_.is_regular(now)) return "";  // for the open of the next session
  if (order.is_exercise) return "";
  if (!is_regular_ && !auction_of(order) && keeps_regular_hours(order)) return "";
  return std::nullopt;
}

bool OrderDesk::can_fill(const GatewayOrder& order, Timestamp now) const {
  if (!order.is_acknowledged || order.is_final || order.is_cancelling || order.is_combo()) return false;
  if (venue_.is_halted(venue::SymbolIndex{order.listing}) || auction_of(order)) return false;
  const Trigger trigger = kind_of(order).trigger;
  if (is_pegged(order) || trigger == Trigger::touch || trigger == Trigger::trail) return false;  // follow the market
  const auto held = hold_of(order, now);
  if (held && *held != "trigger") return false;
  const tws::Order& terms = order.request->order;
  if (!order.is_released && !terms.conditions.empty() && !terms.conditions_cancel_order) return false;
  return calendar_.is_regular(now) || !keeps_regular_hours(order);
}

// An order looks at the market itself when it follows a quote, or is filled from it here.
void OrderDesk::watch(const GatewayOrder& order) {
  if (!order.is_final) watched_.insert(order.sequence);
}

// --- What waits for a trigger or for conditions ---

void OrderDesk::to_trigger_book(GatewayOrder& order, Timestamp now) {
  const tws::Order& terms = order.request->order;
  const bool is_free = order.parent == nullptr || order.parent->status == "Filled";
  if (!is_free || order.is_locating || (order.held_until && *order.held_until > now)) return;
  const bool has_trigger = kind_of(order).trigger != Trigger::none && !order.is_triggered;
  if (order.is_final || order.is_in_trigger_book) return;
  if (order.is_released && !terms.conditions_cancel_order) return;
  if (!has_trigger && terms.conditions.empty()) return;
  order.is_in_trigger_book = true;
  venue::TriggerTicket ticket = trigger_ticket(order, universe_, zone_);
  std::vector<venue::TriggerReport> reports;
  const auto is_margin = [](const tws::OrderCondition& condition) { return condition.type == 4; };
  if (std::ranges::any_of(terms.conditions, is_margin)) {
    ticket.account = margin_account(order.account);
    tell_margins(now, reports);
  }
  const auto held = triggers_.hold(std::move(ticket), now, reports);
  if (!held) {
    order.is_in_trigger_book = false;
    return reject(order, {201, fmt::format("Order rejected - reason:{}", held.error().detail)}, now);
  }
  heed(reports);
}

void OrderDesk::from_trigger_book(GatewayOrder& order) {
  if (order.is_in_trigger_book) triggers_.remove(venue::HeldOrderId{order.sequence});
  order.is_in_trigger_book = false;
}

void OrderDesk::tell_margins(Timestamp now, std::vector<venue::TriggerReport>& reports) {
  constexpr Int128 kWhole = 100'000'000;  // millionths of a percent
  for (std::uint32_t index = 0; index < margin_accounts_.size(); ++index) {
    const MarginPreview margin = margin_.preview(margin_accounts_[index], {}, Amount::zero(), listener_.margin_time());
    Int128 cushion = -kWhole;  // nothing is left
    if (margin.equity_before > Amount::zero()) {
      const Amount excess = subtract(margin.equity_before, margin.maint_before).value_or(Amount::zero());
      const auto share = proportion(excess, kWhole, margin.equity_before.raw());
      if (share) cushion = std::clamp<Int128>(share->raw(), -kWhole, kWhole);
    }
    triggers_.on_margin(venue::AccountIndex{index}, static_cast<std::int64_t>(cushion), now, reports);
  }
}

venue::AccountIndex OrderDesk::margin_account(const std::string& account) {
  const auto found = std::ranges::find(margin_accounts_, account);
  const auto index = static_cast<std::uint32_t>(found - margin_accounts_.begin());
  if (found == margin_accounts_.end()) margin_accounts_.push_back(account);
  return venue::AccountIndex{index};
}

void OrderDesk::heed(const std::vector<venue::TriggerReport>& reports) {
  for (const venue::TriggerReport& report : reports) {
    const auto [id, time] = std::visit([](const auto& r) { return std::pair{r.order, r.time}; }, report);
    const auto found = live_.find(id.value());
    if (found == live_.end()) continue;  // what came before has ended it
    GatewayOrder& order = *found->second;
    if (const auto* moved = std::get_if<venue::StopMoved>(&report)) {
      order.stop = moved->stop;
    } else if (const auto* triggered = std::get_if<venue::Triggered>(&report)) {
      order.is_triggered = kind_of(order).trigger != Trigger::none;
      order.is_released = true;
      if (order.is_triggered && triggered->limit) order.fixed_price = triggered->limit;
      order.is_in_trigger_book = order.request->order.conditions_cancel_order;
      advance(order, time);
    } else {
      order.is_in_trigger_book = false;
      end_cancelled(order, time, "Cancelled by System", "Order condition was met");
    }
  }
}

void OrderDesk::advance(GatewayOrder& order, Timestamp now) {
  if (order.is_final || !order.is_acknowledged || !order.is_held || order.is_cancelling) return;
  const auto held = hold_of(order, now);
  if (held) {
    if (*held != order.why_held) {
      order.why_held = *held;
      listener_.on_order(order);
    }
    return to_trigger_book(order, now);
  }
  order.is_held = false;
  order.why_held.clear();
  order.status = auction_of(order) ? "PreSubmitted" : "Submitted";
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
  return order.timetable ? std::min(order.timetable->released(now), order.quantity) : order.quantity;
}

void OrderDesk::to_venue(GatewayOrder& order, Timestamp now) {
  const tws::Order& terms = order.request->order;
  const OrderKind& kind = kind_of(order);
  if (order.remaining().is_zero()) return;
  if (!terms.algo_strategy.empty() && !order.timetable)
    order.timetable = algo_timetable(terms, order.quantity, listings_[order.listing].size_increment, now, zone_);
  if (order.timetable && released(order, now) < order.quantity) set_timer(order, order.timetable->next_after(now));
  order.worked_since = now;
  if (order.is_combo() || is_pegged(order)) watch(order);
  if (terms.conditions_cancel_order) to_trigger_book(order, now);
  if (order.is_final) return;  // its conditions were met already
  const auto limit = limit_now(order);
  const bool at_a_price = kind.pricing != Pricing::market && kind.pricing != Pricing::to_limit;
  const Quantity now_allowed = subtract(released(order, now), order.filled).value_or(Quantity::zero());
  const bool can_go = !order.is_combo() && !now_allowed.is_zero() && (!at_a_price || limit);
  if (can_go) {
    if (kind.snaps) order.fixed_price = limit;
    order.venue_id = next_venue_id_++;
    order.venue_limit = limit;
    by_venue_id_[order.venue_id] = &order;
    const auto taken = venue_.submit(ticket_of(order, now_allowed), now);
    TW_CHECK(taken.has_value());  // the check has looked at everything the venue looks at
  }
  if (order.status == "PreSubmitted" && at_a_price && !auction_of(order)) {
    order.status = "Submitted";
    listener_.on_order(order);
  }
}

venue::OrderTicket OrderDesk::ticket_of(const GatewayOrder& order, Quantity quantity) const {
  const tws::Order& terms = order.request->order;
  const auto at_least_zero = [](std::optional<std::int32_t> size) {
    return Quantity::of(std::max(size.value_or(0), 0));
  };
  venue::OrderTicket ticket;
  ticket.id = venue::VenueOrderId{order.venue_id};
  ticket.symbol = venue::SymbolIndex{order.listing};
  ticket.side = order.side;
  ticket.quantity = quantity;
  ticket.limit_price = order.venue_limit;
  ticket.type = order.venue_limit ? model::OrderType::limit : model::OrderType::market;
  // What is good till a time ends by the desk's clock, which holds for orders that are held here, too.
  if (has_word("GTC GTD Minutes", terms.tif) || order.expires) ticket.time_in_force = model::TimeInForce::gtc;
  if (terms.tif == "IOC" && !order.timetable) ticket.time_in_force = model::TimeInForce::ioc;
  ticket.fill_or_kill = terms.tif == "FOK" && !order.timetable;
  ticket.all_or_none = terms.all_or_none;
  ticket.auction = auction_of(order);
  if (order.filled.is_zero()) ticket.minimum_quantity = std::min(at_least_zero(terms.min_qty), quantity);
  if (order.venue_limit) ticket.display_size = at_least_zero(terms.display_size);
  return ticket;
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
  forget_the_oldest();
  look_at_hours(event.time);
  if (!market_[event.symbol.value()].first && std::holds_alternative<model::Trade>(event.data))
    triggers_.begin_day(event.symbol, std::get<model::Trade>(event.data).price);
  market_.on_market(event);
  trigger_reports_.clear();
  if (triggers_.looks_at_margin()) tell_margins(event.time, trigger_reports_);
  triggers_.on_market(event, trigger_reports_);
  heed(trigger_reports_);
  // A copy: orders end and begin while they look.
  const std::vector<std::int64_t> watching{watched_.begin(), watched_.end()};
  for (const std::int64_t sequence : watching) {
    const auto found = live_.find(sequence);
    if (found != live_.end()) look_at(*found->second, event);
  }
  reports_.clear();
  if (is_opening(event)) {
    const model::Trade print = auction_print(event.symbol.value(), event.time);
    venue_.on_auction(venue::Auction::opening, event.symbol, print, reports_);
  } else {
    venue_.on_market(event, reports_);
  }
  report(reports_);
}

// --- Hours ---

void OrderDesk::look_at_hours(Timestamp now) {
  if (hours_until_ && now < *hours_until_) return;
  hours_until_ = calendar_.next_change(venue::HoursKind::liquid, now).value_or(kEver);
  is_regular_ = calendar_.is_regular(now);
  if (is_regular_) ++session_;
  for (std::uint32_t i = 0; i < opened_in_.size(); ++i) halt(i, venue_.is_halted(venue::SymbolIndex{i}));
  std::vector<GatewayOrder*> live;  // orders end while they begin
  for (const auto& [sequence, order] : live_) live.push_back(order);
  for (GatewayOrder* order : live) {
    if (is_regular_) advance(*order, now);
    else close_for(*order);
  }
}

// IB's rule for stocks: what is not marked for it neither fills nor is triggered outside regular hours, and the mark
// means nothing to market orders, immediate ones and those for an auction. Currencies know no such hours.
bool OrderDesk::keeps_regular_hours(const GatewayOrder& order) const {
  if (has_no_hours(listings_[order.listing])) return false;
  const tws::Order& terms = order.request->order;
  const OrderKind& kind = kind_of(order);
  const bool is_market =
      (kind.pricing == Pricing::market || kind.pricing == Pricing::to_limit) && kind.trigger == Trigger::none;
  return !terms.outside_rth || is_market || has_word("IOC FOK", terms.tif) || auction_of(order);
}

// What is good for the day and for all its hours ends with the last of them.
std::optional<Timestamp> OrderDesk::expiry_of(const GatewayOrder& order, Timestamp now) const {
  const tws::Order& terms = order.request->order;
  if (terms.tif == "GTD") return good_till(terms, now, calendar_);
  const bool is_for_the_day = terms.tif.empty() || terms.tif == "DAY";
  if (!is_for_the_day || !terms.outside_rth || keeps_regular_hours(order)) return std::nullopt;
  if (!calendar_.next_change(venue::HoursKind::trading, now)) return std::nullopt;  // the day never ends
  return calendar_.current_or_next(now).trading.end;
}

// Back from the market until it opens again.
void OrderDesk::close_for(GatewayOrder& order) {
  const bool is_working = order.is_acknowledged && !order.is_held && !order.is_final;
  if (!is_working || auction_of(order) || !keeps_regular_hours(order)) return;
  from_venue(order);
  watched_.erase(order.sequence);
  order.is_held = true;
  if (order.is_cancelling) return;
  order.status = "PreSubmitted";
  listener_.on_order(order);
}

void OrderDesk::halt(std::uint32_t listing, bool halted) {
  const venue::SymbolIndex symbol{listing};
  venue_.set_halted(symbol, halted);
  const bool is_regular = is_regular_ || (listing < listings_.size() && has_no_hours(listings_[listing]));
  const auto open = is_regular ? venue::TradingState::regular : venue::TradingState::extended;
  triggers_.set_state(symbol, halted ? venue::TradingState::halted : open);
}

void OrderDesk::begin_day(std::uint32_t listing, std::optional<Price> prior_close) {
  market_.begin_day(listing);
  triggers_.begin_day(venue::SymbolIndex{listing}, prior_close);
}

// The first print of a listing in a session is that of its auction.
bool OrderDesk::is_opening(const venue::MarketEvent& event) {
  int& opened_in = opened_in_[event.symbol.value()];
  const bool is_new = is_regular_ && opened_in != session_ && !venue_.is_halted(event.symbol);
  if (!is_new || !std::holds_alternative<model::Trade>(event.data)) return false;
  opened_in = session_;
  return true;
}

// At the price of the last print; an auction is larger than it: a tenth of what has traded on the day.
model::Trade OrderDesk::auction_print(std::uint32_t listing, Timestamp now) const {
  const MarketView::Line& line = market_[listing];
  model::Trade print = *line.last;
  print.time = now;
  print.size = std::max(print.size, Quantity::from_raw(line.volume.raw() / 10));
  return print;
}

void OrderDesk::look_at(GatewayOrder& order, const venue::MarketEvent& event) {
  const bool is_own = event.symbol.value() == order.listing;
  if (order.is_held) return advance(order, event.time);
  if (event.time <= order.worked_since) return;
  if (order.is_combo()) {
    const bool concerns =
        std::ranges::any_of(order.legs, [&](const OrderLeg& leg) { return leg.listing == event.symbol.value(); });
    if (concerns) fill_combo(order, event.time);
  } else if (is_own && is_pegged(order) && !kind_of(order).snaps) {
    const auto limit = limit_now(order);
    if (limit == order.venue_limit) return;
    from_venue(order);
    to_venue(order, event.time);
  } else if (is_own && kind_of(order).snaps && order.venue_id == 0) {
    to_venue(order, event.time);
  }
}

// --- Time ---

std::optional<Timestamp> OrderDesk::wake_at() const {
  std::optional<Timestamp> earliest;
  if (!timers_.empty()) earliest = timers_.begin()->first;
  if (!unpaid_.empty() && (!earliest || unpaid_.front().first < *earliest)) earliest = unpaid_.front().first;
  if (const auto condition = triggers_.next_time(); condition && (!earliest || *condition < *earliest))
    earliest = condition;
  if (!is_regular_ && hours_until_ && *hours_until_ < kEver && !live_.empty() &&
      (!earliest || *hours_until_ < *earliest))
    earliest = hours_until_;
  return earliest;
}

void OrderDesk::wake(Timestamp now) {
  look_at_hours(now);
  while (!unpaid_.empty() && unpaid_.front().first <= now) {
    GatewayExecution* execution = unpaid_.front().second;
    unpaid_.pop_front();
    execution->has_commission = true;
    listener_.on_commission(*execution);
  }
  trigger_reports_.clear();
  triggers_.on_time(now, trigger_reports_);
  heed(trigger_reports_);
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto [time, sequence] = *timers_.begin();
    timers_.erase(timers_.begin());
    GatewayOrder& order = *live_.at(sequence);
    std::erase(order.timers, time);
    act(order, now);
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
  if (order.is_held) return advance(order, now);
  if (order.timetable && !order.is_cancelling) {
    from_venue(order);
    to_venue(order, now);
  }
}

void OrderDesk::end_session(Timestamp now) {
  std::vector<GatewayOrder*> live;
  std::set<std::uint32_t> closing;
  for (const auto& [sequence, order] : live_) {
    live.push_back(order);
    if (order->venue_id != 0 && kind_of(*order).at_close) closing.insert(order->listing);
  }
  reports_.clear();
  for (const std::uint32_t listing : closing) {
    if (!market_[listing].last) continue;
    venue_.on_auction(venue::Auction::closing, venue::SymbolIndex{listing}, auction_print(listing, now), reports_);
  }
  report(reports_);
  reports_.clear();
  venue_.end_session(now, reports_);
  report(reports_);
  // DAY orders that are not at the venue: held ones, combinations, algorithms between two slices.
  for (GatewayOrder* order : live) {
    if (!order->is_final && order->expires && *order->expires <= now) {
      end_cancelled(*order, now, "Cancelled by System");
      continue;
    }
    const std::string_view tif = order->request->order.tif;
    if (order->is_final || !order->is_transmitted() || order->venue_id != 0 || order->is_exercise) continue;
    if (now < order->accepted || order->expires || has_word("GTC GTD OPG AUC Minutes", tif)) continue;
    end_cancelled(*order, now, "Cancelled by System");
  }
  for (GatewayOrder* order : live) {
    if (!order->is_final && waits_for_open(*order)) advance(*order, now);
  }
  look_at_hours(now);
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
    if (ended.reason == venue::EndReason::not_immediate) end_not_immediate(order, ended.time);
    else end_cancelled(order, ended.time, "Cancelled by System");
  }
}

void OrderDesk::end_not_immediate(GatewayOrder& order, Timestamp now) {
  if (order.request->order.tif != "FOK") return end_cancelled(order, now, "Cancelled by System");
  refuse(order.client_id, order.order_id, {202, "Order Canceled - reason:Order could not be filled completely"});
  end(order, now, "Inactive", "Inactive");
}

}  // namespace tradewind::sim::gateway
