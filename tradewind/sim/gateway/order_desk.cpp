#include "tradewind/sim/gateway/order_desk.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/sim/gateway/internal/algos.hpp"
#include "tradewind/sim/gateway/internal/order_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace tradewind::sim::gateway {
namespace {

// Of what is listed, and of the combos that may still come.
std::vector<const venue::MarketRule*> market_rules(const std::vector<venue::Listing>& listings, std::size_t symbols) {
  std::vector<const venue::MarketRule*> rules(symbols, venue::find_market_rule(venue::kPennyRule));
  for (std::size_t i = 0; i < std::min(symbols, listings.size()); ++i)
    rules[i] = venue::find_market_rule(listings[i].market_rule);
  return rules;
}

// Of this id among a client's orders, or where it would go.
auto place_of(auto& orders, std::int32_t order_id) {
  if (orders.empty() || orders.back().first < order_id) return orders.end();
  return std::ranges::lower_bound(orders, order_id, {}, [](const auto& entry) { return entry.first; });
}

}  // namespace

std::vector<Quantity> shares_of(const GatewayOrder& order, Quantity quantity, Quantity step) {
  std::vector<Int128> lacking;  // what each is behind its share of all that will be filled then
  std::vector<Quantity> shares;
  Int128 filled = quantity.raw();
  for (const Allotment& allotment : order.allotments) filled += allotment.filled.raw();
  std::int64_t left = quantity.raw();
  for (const Allotment& allotment : order.allotments) {
    lacking.push_back(filled * allotment.share / Allotment::kWhole - allotment.filled.raw());
    const Int128 share = std::clamp<Int128>(lacking.back() - lacking.back() % step.raw(), 0, left);
    shares.push_back(Quantity::from_raw(static_cast<std::int64_t>(share)));
    lacking.back() -= share;
    left -= static_cast<std::int64_t>(share);
  }
  // What whole steps leave, goes to those that are furthest behind.
  while (left > 0 && !shares.empty()) {
    const auto behind = std::ranges::max_element(lacking);
    const std::int64_t more = std::min(left, step.raw());
    Quantity& share = shares[static_cast<std::size_t>(behind - lacking.begin())];
    share = Quantity::from_raw(share.raw() + more);
    *behind -= more;
    left -= more;
  }
  return shares;
}

double GatewayOrder::average_price() const {
  // Shown to people; books are kept in filled_value.
  const auto price = tradewind::average_price(magnitude(filled_value), filled, Multiplier::of(1));
  const double size = price ? static_cast<double>(price->raw()) / static_cast<double>(Price::kScale) : 0;
  return filled_value.is_negative() ? -size : size;
}

OrderDesk::OrderDesk(const venue::Universe& universe, const std::vector<venue::QuoteData>& quote_data,
                     const std::vector<AccountSetup>& accounts, OrderSettings settings, const venue::Calendar& calendar,
                     OrderListener& listener)
    : universe_{universe},
      listings_{universe.listings()},
      accounts_{accounts},
      settings_{std::move(settings)},
      calendar_{calendar},
      venue_{quote_data, settings_.matching},
      triggers_{market_rules(listings_, quote_data.size())},
      listener_{listener},
      market_{quote_data.size()},
      opened_in_(quote_data.size()) {
  for (std::uint32_t i = 0; i < std::min(quote_data.size(), listings_.size()); ++i) {
    const auto slippage = Price::try_from_raw(Int128{listings_[i].min_tick.raw()} * settings_.slippage_ticks);
    venue_.set_slippage(venue::SymbolIndex{i}, slippage.value_or(Price::zero()));
  }
}

GatewayOrder* OrderDesk::find(std::int32_t client_id, std::int32_t order_id) const {
  const auto orders = by_id_.find(client_id);
  if (orders == by_id_.end()) return nullptr;
  const auto found = place_of(orders->second, order_id);
  return found == orders->second.end() || found->first != order_id ? nullptr : found->second;
}

void OrderDesk::know_by_id(GatewayOrder& order) {
  auto& orders = by_id_[order.client_id];
  const auto place = place_of(orders, order.order_id);
  if (place != orders.end() && place->first == order.order_id) place->second = &order;
  else orders.emplace(place, order.order_id, &order);
}

std::int32_t OrderDesk::next_order_id(std::int32_t client_id) const {
  const auto found = highest_id_.find(client_id);
  return found == highest_id_.end() ? 1 : found->second + 1;
}

void OrderDesk::refuse(std::int32_t client_id, std::int32_t order_id, const Refusal& why) {
  listener_.on_order_error(client_id, order_id, why.first, why.second);
}

// --- New orders ---

void OrderDesk::place(const tws::PlaceOrderRequest& request, std::int32_t client_id, Timestamp now) {
  if (const auto quantity = check_.quantity_for_cash(request); quantity && !quantity->is_zero()) {
    tws::PlaceOrderRequest sized = request;
    sized.order.total_quantity = quantity;
    return place(sized, client_id, now);
  }
  forget_the_oldest();
  look_at_hours(now);
  const auto refused = [&](const Refusal& why) { refuse(client_id, request.order_id, why); };
  GatewayOrder* known = find(client_id, request.order_id);
  if (known != nullptr && !known->is_final && !request.order.what_if) return modify(*known, request, now);
  if (request.order_id <= 0 || request.order_id > kOrderIdMax)
    return refused({10149, fmt::format("Invalid order id: {}", request.order_id)});
  if (request.order_id < next_order_id(client_id)) {
    if (known != nullptr && known->status == "Filled") return refused({104, "Cannot modify a filled order."});
    return refused({103, "Duplicate order id"});
  }
  const auto listing = check_.find_listing(request.contract);
  if (const auto why = check_.refusal(request, listing, now)) return refused(*why);
  if (const auto why = family_refusal(request, client_id)) return refused(*why);
  if (request.order.what_if) return what_if(request, listing, client_id, now);
  if (const auto why = crowd_refusal(client_id)) return refused(*why);

  GatewayOrder& order = add_order(request, listing, client_id, now);
  highest_id_[client_id] = request.order_id;
  know_by_id(order);
  if (!request.order.transmit) return;  // sits in the gateway, unseen, until it is sent again with transmit
  transmit_family(order, now);
}

std::optional<Refusal> OrderDesk::family_refusal(const tws::PlaceOrderRequest& request, std::int32_t client_id) {
  if (request.order.parent_id == 0) return std::nullopt;
  const GatewayOrder* parent = find(client_id, request.order.parent_id);
  if (parent == nullptr || (parent->is_final && parent->status != "Filled")) return {{10006, "Missing parent order."}};
  const OrderKind* kind = find_order_kind(request.order.order_type);
  const OrderKind* of_parent =
      parent->request.with([](const tws::PlaceOrderRequest& terms) { return find_order_kind(terms.order.order_type); });
  if (kind != nullptr && kind->trigger == Trigger::trail && of_parent != nullptr && !of_parent->needs_limit)
    return {{328, "Trailing stop orders can be attached to limit or stop-limit orders only."}};
  if (parent->parent != nullptr && parent->parent->parent != nullptr)
    return {{321, "Error validating request.-'bW' : cause - An order has no parent of the third generation"}};
  return std::nullopt;
}

GatewayOrder& OrderDesk::add_order(const tws::PlaceOrderRequest& request, std::optional<std::uint32_t> listing,
                                   std::int32_t client_id, Timestamp now) {
  OrderTerms::AtHand spare;
  if (!spare_terms_.empty()) {
    spare = std::move(spare_terms_.back());
    spare_terms_.pop_back();
  }
  GatewayOrder& order =
      *orders_.emplace_back(std::make_unique<GatewayOrder>(OrderTerms{request, std::move(spare)}, client_id));
  order.sequence = next_sequence_++;
  live_[order.sequence] = &order;
  ++open_of_client_[client_id];
  order.accepted = now;
  if (request.contract.sec_type == "BAG") {
    order.legs = check_.legs_of(request.contract);
    order.listing = order.legs.front().listing;
  } else {
    order.listing = *listing;
  }
  order.fees = venue::OrderFees{listings_[order.listing]};
  set_account(order);
  order.side = *side_of(request.order.action);
  order.quantity = request.order.total_quantity.value_or(Quantity::zero());
  order.oca_group = request.order.oca_group;
  order.oca_type = request.order.oca_type == 0 ? 3 : request.order.oca_type;
  if (request.order.parent_id != 0) order.parent = find(client_id, request.order.parent_id);
  if (order.parent != nullptr) order.parent->has_children = true;
  return order;
}

void OrderDesk::set_account(GatewayOrder& order) {
  order.account = order.request->order.account;
  if (order.account.empty()) order.account = books_.first_account();
  order.allotments = check_.allotments(*order.request);
  if (order.allotments.empty()) return;
  for (Allotment& allotment : order.allotments) allotment.fees = order.fees;
  const auto advisor = std::ranges::find(accounts_, AccountType::advisor, &AccountSetup::type);
  if (advisor != accounts_.end()) order.account = advisor->id;
}

std::optional<std::int64_t> OrderDesk::enter_by_hand(const tws::PlaceOrderRequest& request, Timestamp now) {
  look_at_hours(now);
  const auto listing = check_.find_listing(request.contract);
  if (check_.refusal(request, listing, now) || crowd_refusal(0)) return std::nullopt;
  GatewayOrder& order = add_order(request, listing, 0, now);
  order.by_hand = true;
  order.order_id = 0;
  if (auto_bind_) {
    order.perm_id = next_perm_id_++;
    bind(order);
  }
  transmit(order, now);
  return order.perm_id;
}

void OrderDesk::bind(GatewayOrder& order) {
  if (settings_.negative_auto_range) {
    order.order_id = next_bound_id_--;
  } else {
    order.order_id = next_order_id(0);
    highest_id_[0] = order.order_id;
  }
  know_by_id(order);
  listener_.on_order_bound(order);
}

void OrderDesk::bind_open_orders() {
  for (const auto& [sequence, order] : live_) {
    if (order->by_hand && order->order_id == 0) bind(*order);
  }
}

void OrderDesk::transmit(GatewayOrder& order, Timestamp now) {
  if (order.perm_id == 0) order.perm_id = next_perm_id_++;
  join_group(order);
  warn(order, now);
  if (order.order_id != 0 || order.by_hand) {
    auto why = working_refusal(order);
    if (!why) why = margin_refusal(order, order.request->order, order.remaining());
    if (why) return reject(order, *why, now);
  }
  const tws::Order& terms = order.request->order;
  order.held_until = order_time(terms.good_after_time, now, zone_);
  if (order.held_until) set_timer(order, *order.held_until);
  order.expires = expiry_of(order, now);
  if (terms.tif == "Minutes") order.expires = now + std::chrono::minutes{terms.duration.value_or(1)};
  if (order.expires) set_timer(order, *order.expires);
  if (order.expires && !is_regular_ && *order.expires <= hours_until_ && keeps_regular_hours(order))
    return reject(order, {201, "Order rejected - reason:Order will be expired before market opens."}, now);
  if (settings_.acknowledge_delay > Duration{}) {
    order.status = "PendingSubmit";
    order.acts_at = now + settings_.acknowledge_delay;
    set_timer(order, *order.acts_at);
    return listener_.on_order(order);
  }
  acknowledge(order, now);
}

bool OrderDesk::opens_short(const GatewayOrder& order) const {
  const Listing& listing = listings_[order.listing];
  if (order.side != Side::sell || order.is_combo() || order.by_hand || order.is_exercise ||
      listing.security_type != "STK")
    return false;
  const auto lacks = [&](const std::string& account, Quantity quantity) {
    return !quantity.is_zero() && books_.position(account, listing.con_id).raw() < quantity.raw();
  };
  if (order.allotments.empty()) return lacks(order.account, order.quantity);
  const std::vector<Quantity> shares = shares_of(order, order.quantity, listing.size_increment);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (lacks(order.allotments[i].account, shares[i])) return true;
  }
  return false;
}

void OrderDesk::acknowledge(GatewayOrder& order, Timestamp now) {
  order.is_acknowledged = true;
  order.acts_at.reset();
  const tws::Order& terms = order.request->order;
  if (settings_.hard_to_borrow.contains(listings_[order.listing].symbol) && opens_short(order)) {
    order.is_locating = true;
    order.acts_at = now + settings_.locate_delay;
    set_timer(order, *order.acts_at);
  }
  const auto held = hold_of(order, now);
  order.is_held = held.has_value();
  order.why_held = held.value_or("");
  order.status = "PreSubmitted";
  if (order.is_locating) {
    refuse(order.client_id, order.order_id,
           {404,
            "Shares for this order are not immediately available for short sale. The order will be held while we "
            "attempt to locate the shares."});
  }
  const bool quiet = settings_.keeps_quiet_until_filled && short_type(terms.order_type) == "MKT" && !held;
  if (!quiet) listener_.on_order(order);
  if (held) return to_trigger_book(order, now);
  to_venue(order, now);
}

// Warnings are no refusals: the order goes on.
void OrderDesk::warn(const GatewayOrder& order, Timestamp now) {
  const tws::Order& terms = order.request->order;
  if (terms.tif.empty() && settings_.announces_presets)
    refuse(order.client_id, order.order_id, {10349, "Order TIF was set to DAY based on order preset."});
  if (is_regular_ && !terms.outside_rth) return;  // the rest is about hours
  const bool waits_for_hours = keeps_regular_hours(order);
  if (terms.outside_rth && waits_for_hours) {
    refuse(order.client_id, order.order_id,
           {2109,
            "Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the order type and "
            "destination. PlaceOrder is now being processed."});
  }
  // As recorded: nothing is said of GTC orders, nor of those that begin at a time of their own.
  if (!is_regular_ && waits_for_hours && (terms.tif.empty() || terms.tif == "DAY") && terms.good_after_time.empty()) {
    const CivilTime open = zone_.local(calendar_.next_change(venue::HoursKind::liquid, now).value_or(now));
    const Listing& listing = listings_[order.listing];
    refuse(
        order.client_id, order.order_id,
        {399, fmt::format("Order Message:\n{} {} {} {}.{}\nWarning: Your order will not be placed at the exchange "
                          "until {:04}-{:02}-{:02} {:02}:{:02}:00 {}.",
                          terms.action, order.quantity, listing.symbol, listing.primary_exchange, listing.trading_class,
                          open.year, open.month, open.day, open.hour, open.minute, zone_.name())});
  }
}

// --- Margin ---

MarginPreview OrderDesk::preview(const GatewayOrder& order, const std::string& account, const tws::Order& terms,
                                 Quantity left) const {
  std::vector<PossibleTrade> trades;
  Amount commission = Amount::zero();
  const OrderLeg alone{.listing = order.listing};
  for (const OrderLeg& leg : order.is_combo() ? std::span{order.legs} : std::span{&alone, 1}) {
    const Side side = leg.with_the_order ? order.side : opposite(order.side);
    std::optional<Price> price = market_[leg.listing].price_for(side);
    if (!order.is_combo() && !price) price = terms.lmt_price;
    if (!price) price = Price::zero();
    const auto quantity = Quantity::try_from_raw(Int128{left.raw()} * leg.ratio);
    if (!quantity) continue;
    trades.push_back({leg.listing, Position::from_raw(side == Side::buy ? quantity->raw() : -quantity->raw()), *price});
    if (!quantity->is_zero())
      commission = add(commission, venue::OrderFees{listings_[leg.listing]}.charge(*price, *quantity)).value();
  }
  return margin_.preview(account, trades, commission, listener_.margin_time());
}

std::optional<Refusal> OrderDesk::margin_refusal(const GatewayOrder& order, const tws::Order& terms,
                                                 Quantity left) const {
  // Children come when their parent has filled: IB looks at their margin then.
  const bool waits_for_parent = order.parent != nullptr && order.parent->status != "Filled";
  if (!settings_.checks_margin || waits_for_parent) return std::nullopt;
  // Each account carries its own share of an advisor's order.
  const std::vector<Quantity> shares = shares_of(order, left, listings_[order.listing].size_increment);
  MarginPreview margin;
  if (shares.empty()) margin = preview(order, order.account, terms, left);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    margin = preview(order, order.allotments[i].account, terms, shares[i]);
    if (!OrderMargin::is_enough(margin)) break;
  }
  if (OrderMargin::is_enough(margin)) return std::nullopt;
  return {
      {201, fmt::format("Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION "
                        "YOUR EQUITY WITH LOAN VALUE [{} {}] MUST EXCEED THE INITIAL MARGIN [{} {}]",
                        margin.equity_after.rounded_text(2), margin.currency, margin.init_after.rounded_text(2),
                        margin.currency)}};
}

void OrderDesk::what_if(const tws::PlaceOrderRequest& request, std::optional<std::uint32_t> listing,
                        std::int32_t client_id, Timestamp now) {
  // It is looked at and forgotten: no id is used, nothing enters the book.
  GatewayOrder& order = add_order(request, listing, client_id, now);
  order.status = "PreSubmitted";
  listener_.on_what_if(order, preview(order, order.account, order.request->order, order.quantity));
  no_longer_open(order);
  orders_.pop_back();
}

// --- Changes ---

void OrderDesk::modify(GatewayOrder& order, const tws::PlaceOrderRequest& request, Timestamp now) {
  const auto refused = [&](const Refusal& why) { refuse(order.client_id, order.order_id, why); };
  if (order.is_cancelling || (order.is_transmitted() && !order.is_acknowledged))
    return refused({2102, "Unable to modify this order as it is still being processed."});
  if (order.is_exercise) return refused({105, "Order being modified does not match original order."});
  const auto listing = check_.find_listing(request.contract);
  if (const auto why = check_.refusal(request, listing, now)) return refused(*why);
  const tws::Order& before = order.request->order;
  const tws::Order& after = request.order;
  const bool is_combo = request.contract.sec_type == "BAG";
  if (is_combo != order.is_combo() || (is_combo && check_.legs_of(request.contract) != order.legs) ||
      (!is_combo && *listing != order.listing) || *side_of(after.action) != order.side) {
    return refused({105, "Order being modified does not match original order."});
  }
  if (order.is_transmitted()) {
    if (short_type(after.order_type) != short_type(before.order_type))
      return refused({329, "Order modify failed. Cannot change to the new order type."});
    const bool same_account = after.account.empty() || after.account == order.account;
    if (!same_account || after.fa_group != before.fa_group || after.fa_method != before.fa_method)
      return refused({422, "You cannot change the account or clearing attributes of an order."});
    if (after.algo_strategy != before.algo_strategy) return refused({440, "The algorithm cannot be modified."});
  }
  if (after.total_quantity && *after.total_quantity <= order.filled && before.hedge_type.empty())
    return refused({201, "Order rejected - reason:The new quantity is below what is filled"});
  const bool was_partly_filled = !order.filled.is_zero();
  const bool is_hedge = !before.hedge_type.empty();
  const Quantity quantity = is_hedge ? order.quantity : after.total_quantity.value_or(order.quantity);
  if (order.is_transmitted()) {
    const Quantity left = subtract(quantity, order.filled).value_or(Quantity::zero());
    if (const auto why = margin_refusal(order, after, left)) return refused(*why);
  }
  order.request = OrderTerms{request};
  order.quantity = quantity;
  if (!order.is_transmitted()) {
    set_account(order);
    order.oca_group = after.oca_group;
    if (after.transmit) transmit_family(order, now);
    return;
  }
  if (was_partly_filled) order.fees = venue::OrderFees{listings_[order.listing]};  // at IB it counts as a new order
  from_venue(order);
  from_trigger_book(order);
  order.fixed_price.reset();
  order.stop.reset();
  order.timetable.reset();  // an algorithm begins again with what is left
  clear_timers(order);
  if (order.acts_at) set_timer(order, *order.acts_at);
  order.held_until = order_time(after.good_after_time, now, zone_);
  if (order.held_until) set_timer(order, *order.held_until);
  if (after.tif != "Minutes") order.expires = expiry_of(order, now);  // else it ends when it was to end
  if (order.expires) set_timer(order, *order.expires);
  const auto held = hold_of(order, now);
  order.is_held = held.has_value();
  order.why_held = held.value_or("");
  if (held) order.status = "PreSubmitted";
  listener_.on_order(order);
  if (held) return to_trigger_book(order, now);
  to_venue(order, now);
}

// --- The end ---

void OrderDesk::cancel(std::int32_t order_id, std::int32_t client_id, Timestamp now) {
  GatewayOrder* order = find(client_id, order_id);
  if (order == nullptr) {
    return refuse(client_id, order_id,
                  {10147, fmt::format("OrderId {} that needs to be cancelled is not found.", order_id)});
  }
  if (order->is_final) {
    return refuse(client_id, order_id,
                  {10148, fmt::format("OrderId {} that needs to be cancelled cannot be cancelled, state: {}.", order_id,
                                      order->status)});
  }
  request_cancel(*order, now);
}

bool OrderDesk::cancel_by_hand(std::int64_t perm_id, Timestamp now) {
  for (const auto& [sequence, order] : live_) {
    if (order->perm_id != perm_id || perm_id == 0) continue;
    request_cancel(*order, now);
    return true;
  }
  return false;
}

void OrderDesk::cancel_all(Timestamp now) {
  std::vector<GatewayOrder*> all;
  for (const auto& [sequence, order] : live_) all.push_back(order);
  for (GatewayOrder* order : all) {
    if (!order->is_final) request_cancel(*order, now);
  }
}

void OrderDesk::request_cancel(GatewayOrder& order, Timestamp now) {
  if (order.is_cancelling) return;
  if (settings_.cancel_delay == Duration{} || !order.is_acknowledged)
    return end_cancelled(order, now, "Cancelled by Trader");
  order.is_cancelling = true;
  order.status = "PendingCancel";
  order.acts_at = now + settings_.cancel_delay;
  set_timer(order, *order.acts_at);
  listener_.on_order_status(order);
}

void OrderDesk::end_cancelled(GatewayOrder& order, Timestamp now, std::string how, std::string_view reason) {
  const bool never_acknowledged = order.is_transmitted() && !order.is_acknowledged;
  end(order, now, never_acknowledged ? "ApiCancelled" : "Cancelled", std::move(how));
  refuse(order.client_id, order.order_id, {202, fmt::format("Order Canceled - reason:{}", reason)});
  for (GatewayOrder* child : children_of(order)) {
    if (!child->is_final) end_cancelled(*child, now, "Cancelled by System", "Parent order was cancelled");
  }
}

void OrderDesk::reject(GatewayOrder& order, const Refusal& why, Timestamp now) {
  order.status = "Inactive";  // so that the end is told
  refuse(order.client_id, order.order_id, why);
  end(order, now, "Inactive", why.second);
  for (GatewayOrder* child : children_of(order)) {
    if (!child->is_final) end_cancelled(*child, now, "Cancelled by System", "Parent order was rejected");
  }
}

void OrderDesk::end(GatewayOrder& order, Timestamp now, std::string_view status, std::string how) {
  const bool was_seen = order.is_transmitted();
  from_venue(order);
  from_trigger_book(order);
  order.is_final = true;
  order.is_cancelling = false;
  order.is_held = false;
  order.why_held.clear();
  order.status = status;
  order.ended = now;
  order.ended_how = std::move(how);
  no_longer_open(order);
  ended_.push_back(&order);
  watched_.erase(order.sequence);
  clear_timers(order);
  leave_group(order);
  if (was_seen && status != "Filled") listener_.on_order_status(order);
}

}  // namespace tradewind::sim::gateway
