// What is done with a fill: it is counted, booked and told; and what becomes of it when it was wrong.

#include "tradewind/core/base/check.hpp"
#include "tradewind/sim/gateway/internal/order_kinds.hpp"
#include "tradewind/sim/gateway/order_desk.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tradewind::sim::gateway {
void OrderDesk::fill(GatewayOrder& order, const venue::Fill& fill) {
  if (fill.remaining.is_zero()) {
    by_venue_id_.erase(order.venue_id);
    order.venue_id = 0;
  }
  // Its group may have made it smaller meanwhile.
  const Quantity quantity = std::min(fill.quantity, order.remaining());
  if (quantity.is_zero()) return;
  count_fill(order, quantity, fill.price, fill.time);
  const OrderKind& kind = *find_order_kind(order.request->order.order_type);
  if (kind.pricing == Pricing::to_limit && !order.is_final && !order.fixed_price) {
    order.fixed_price = fill.price;
    from_venue(order);
    to_venue(order, fill.time);
  }
}

GatewayExecution& OrderDesk::add_execution(GatewayOrder& order, Quantity quantity, Price price, Timestamp now,
                                           std::uint32_t listing, Side side, int part) {
  GatewayExecution& execution = executions_.emplace_back();
  execution.exec_id =
      fmt::format(FMT_COMPILE("0000e0d5.{:08x}.{:02}.01"), part == 1 ? next_exec_++ : next_exec_ - 1, part);
  execution.order = &order;
  ++order.executions_kept;
  execution.time = now;
  execution.listing = listing;
  execution.side = side;
  execution.quantity = quantity;
  execution.price = price;
  execution.cumulative = order.filled;
  execution.average_price = order.average_price();
  return execution;
}

void OrderDesk::book(GatewayExecution& execution, Amount fee) {
  GatewayOrder& order = *execution.order;
  execution.commission = fee;
  order.commission = add(order.commission, fee).value();
  const Books::Outcome outcome = books_.book(
      execution.account(), listings_[execution.listing],
      {.side = execution.side, .quantity = execution.quantity, .price = execution.price, .commission = fee});
  execution.booked_as = outcome.number;
  if (outcome.closes) execution.realized = outcome.realized;
}

void OrderDesk::tell_commission(GatewayExecution& execution, Timestamp now) {
  if (settings_.commission_delay == Duration{}) {
    execution.has_commission = true;
    return listener_.on_commission(execution);
  }
  unpaid_.emplace_back(now + settings_.commission_delay, &execution);
}

// Each account gets an execution of its own.
void OrderDesk::share_out(GatewayOrder& order, Quantity quantity, Price price, Timestamp now) {
  const std::vector<Quantity> shares = shares_of(order, quantity, listings_[order.listing].size_increment);
  int part = 2;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i].is_zero()) continue;
    Allotment& allotment = order.allotments[i];
    allotment.filled = add(allotment.filled, shares[i]).value();
    GatewayExecution& execution = add_execution(order, shares[i], price, now, order.listing, order.side, part++);
    execution.allotment = static_cast<std::int32_t>(i);
    execution.cumulative = allotment.filled;
    book(execution, allotment.fees.charge(price, shares[i]));
    listener_.on_execution(execution);
    tell_commission(execution, now);
    listener_.on_books_changed(execution.account(), order.listing);
  }
}

// The sequence a paper gateway was seen to send: execution, order, status, and then the commission.
void OrderDesk::count_fill(GatewayOrder& order, Quantity quantity, Price price, Timestamp now) {
  const Amount value = notional(price, quantity, Multiplier::of(1)).value();
  order.filled = add(order.filled, quantity).value();
  order.filled_value = add(order.filled_value, value).value();
  order.last_fill = price;
  GatewayExecution& execution = add_execution(order, quantity, price, now, order.listing, order.side, 1);
  if (order.is_combo()) {
    execution.is_combo = true;
  } else if (!order.allotments.empty()) {
    execution.is_advisors = true;
  } else {
    book(execution, order.fees.charge(price, quantity));
  }
  if (order.remaining().is_zero()) {
    end(order, now, "Filled", "Filled Size: " + order.filled.text());
  } else if (!order.is_cancelling) {
    order.status = "Submitted";
  }
  listener_.on_execution(execution);
  if (order.is_combo()) {
    int part = 2;
    for (const OrderLeg& leg : order.legs) {
      const Side side = leg.with_the_order ? order.side : opposite(order.side);
      const Quantity size = Quantity::try_from_raw(Int128{quantity.raw()} * leg.ratio).value();
      const Price leg_price = market_[leg.listing].price_for(side).value_or(Price::zero());
      GatewayExecution& of_leg = add_execution(order, size, leg_price, now, leg.listing, side, part++);
      of_leg.cumulative = Quantity::try_from_raw(Int128{order.filled.raw()} * leg.ratio).value();
      of_leg.average_price = static_cast<double>(leg_price.raw()) / static_cast<double>(Price::kScale);
      book(of_leg, venue::OrderFees{listings_[leg.listing]}.charge(leg_price, size));
      listener_.on_execution(of_leg);
      tell_commission(of_leg, now);
      listener_.on_books_changed(order.account, leg.listing);
    }
    listener_.on_order(order);
  } else if (!order.allotments.empty()) {
    share_out(order, quantity, price, now);
    listener_.on_order(order);
  } else {
    listener_.on_order(order);
    tell_commission(execution, now);
    listener_.on_books_changed(order.account, order.listing);
  }
  after_fill(order, quantity, now);
  std::vector<venue::TriggerReport> reports;
  if (!order.is_combo()) triggers_.on_execution(venue::SymbolIndex{order.listing}, now, reports);
  for (const OrderLeg& leg : order.legs) triggers_.on_execution(venue::SymbolIndex{leg.listing}, now, reports);
  heed(reports);
}

Multiplier OrderDesk::multiplier_of(const GatewayOrder& order) const {
  Multiplier largest = listings_[order.listing].multiplier;
  for (const OrderLeg& leg : order.legs) largest = std::max(largest, listings_[leg.listing].multiplier);
  return largest;
}

// A combination trades when every leg has shown a quote since, all at once, at what the legs cost together: as it is
// quoted, for one unit of the largest multiplier, which is one share of stock and options.
void OrderDesk::fill_combo(GatewayOrder& order, Timestamp now) {
  const tws::Order& terms = order.request->order;
  const auto is_worse = [](Side side, Price price, const std::optional<Price>& limit) {
    return limit && (side == Side::buy ? price > *limit : price < *limit);
  };
  Int128 net = 0;
  std::int64_t units = order.remaining().raw() / Quantity::kScale;
  bool within_limits = true;
  for (std::size_t i = 0; i < order.legs.size(); ++i) {
    const OrderLeg& leg = order.legs[i];
    const Side side = leg.with_the_order ? order.side : opposite(order.side);
    const MarketView::Line& line = market_[leg.listing];
    const auto& price = side == Side::buy ? line.quote.ask : line.quote.bid;
    const Quantity size = side == Side::buy ? line.quote.ask_size : line.quote.bid_size;
    if (!price || !line.quoted || *line.quoted <= order.worked_since) return;
    if (venue_.is_halted(venue::SymbolIndex{leg.listing})) return;
    units = std::min(units, size.raw() / Quantity::kScale / leg.ratio);
    net += Int128{price->raw()} * leg.ratio * listings_[leg.listing].multiplier.raw() * (leg.with_the_order ? 1 : -1);
    if (is_worse(side, *price, order.request->contract.combo_legs[i].per_leg_price)) within_limits = false;
  }
  const auto price = Price::try_from_raw(net / multiplier_of(order).raw());
  const bool all_or_none = terms.all_or_none || terms.tif == "FOK";
  if (all_or_none && Quantity::of(units) < order.remaining()) units = 0;
  if (units != 0 && price && within_limits && !is_worse(order.side, *price, limit_now(order))) {
    order.worked_since = now;
    count_fill(order, Quantity::of(units), *price, now);
  }
  if (!order.is_final && (terms.tif == "IOC" || terms.tif == "FOK")) end_not_immediate(order, now);
}

// --- Options that are exercised, or lapse ---

void OrderDesk::exercise(const tws::ExerciseOptionsRequest& request, std::int32_t client_id, Timestamp now) {
  const auto refused = [&](const Refusal& why) { refuse(client_id, request.order_id, why); };
  if (request.order_id <= 0 || request.order_id > kOrderIdMax)
    return refused({10149, fmt::format("Invalid order id: {}", request.order_id)});
  if (request.order_id < next_order_id(client_id)) return refused({103, "Duplicate order id"});
  if (const auto why = crowd_refusal(client_id)) return refused(*why);
  const auto index = check_.find_listing(request.contract);
  if (!index) return refused({200, "No security definition has been found for the request"});
  const Listing& option = listings_[*index];
  if (!option.is_option()) return refused({321, "Error validating request.-'bR' : cause - Not an option contract."});
  if (request.exercise_action != 1 && request.exercise_action != 2)
    return refused({321, "Error validating request.-'bR' : cause - Invalid exercise action."});
  const std::string account = request.account.empty() ? books_.first_account() : std::string{request.account};
  const Quantity wanted = Quantity::of(std::max(request.exercise_quantity, 0));
  if (wanted.is_zero()) return refused({434, "The order size cannot be zero."});
  if (books_.position(account, option.con_id).raw() < wanted.raw())
    return refused({201, "Order rejected - reason:Exercise quantity exceeds the position"});
  const auto underlying = option.underlying ? universe_.by_con_id(*option.underlying) : std::nullopt;
  if (!underlying) return refused({200, "No security definition has been found for the request"});
  const auto mark = market_[*underlying].mark();
  const bool in_the_money =
      mark && option.strike && (option.right == venue::Right::call ? *mark > *option.strike : *mark < *option.strike);
  if (!request.override && request.exercise_action == 1 && !in_the_money) {
    return refused(
        {322, "Error processing request.-'bR' : cause - Exercise ignored because option is not in-the-money."});
  }
  if (!request.override && request.exercise_action == 2 && in_the_money) {
    return refused({322, "Error processing request.-'bR' : cause - Lapse ignored because option is in-the-money."});
  }

  tws::PlaceOrderRequest terms;
  terms.order_id = request.order_id;
  terms.contract = request.contract;
  terms.order.action = "SELL";
  terms.order.order_type = "MKT";
  terms.order.tif = "DAY";
  terms.order.total_quantity = wanted;
  terms.order.account = account;
  GatewayOrder& order = add_order(terms, index, client_id, now);
  highest_id_[client_id] = request.order_id;
  know_by_id(order);
  order.is_exercise = true;
  order.exercise_action = request.exercise_action;
  order.perm_id = next_perm_id_++;
  order.is_acknowledged = true;
  order.is_held = true;
  order.status = "PreSubmitted";
  order.acts_at = now + settings_.exercise_delay;
  set_timer(order, *order.acts_at);
  listener_.on_order(order);
}

void OrderDesk::exercise_now(GatewayOrder& order, Timestamp now) {
  const Listing& option = listings_[order.listing];
  const Quantity contracts = order.quantity;
  if (books_.position(order.account, option.con_id).raw() < contracts.raw())
    return end_cancelled(order, now, "Cancelled by System", "Exercise quantity exceeds the position");
  order.filled = contracts;
  GatewayExecution& gone = add_execution(order, contracts, Price::zero(), now, order.listing, Side::sell, 1);
  gone.exercise = order.exercise_action;
  book(gone, Amount::zero());
  end(order, now, "Filled", "Filled Size: " + contracts.text());
  listener_.on_execution(gone);
  if (order.exercise_action == 1) {
    const std::uint32_t underlying = universe_.by_con_id(*option.underlying).value();
    const Side side = option.right == venue::Right::call ? Side::buy : Side::sell;
    const auto shares = Quantity::try_from_raw(Int128{contracts.raw()} * option.multiplier.raw() / Multiplier::kScale);
    GatewayExecution& delivered =
        add_execution(order, shares.value_or(Quantity::zero()), *option.strike, now, underlying, side, 2);
    delivered.exercise = order.exercise_action;
    delivered.cumulative = delivered.quantity;
    book(delivered, Amount::zero());
    listener_.on_execution(delivered);
    tell_commission(delivered, now);
    listener_.on_books_changed(order.account, underlying);
  }
  listener_.on_order(order);
  tell_commission(gone, now);
  listener_.on_books_changed(order.account, order.listing);
}

// --- Corrections ---

std::optional<std::string> OrderDesk::correct_execution(std::string_view exec_id, Quantity quantity, Price price,
                                                        Timestamp now) {
  const auto wrong = std::ranges::find(executions_, exec_id, &GatewayExecution::exec_id);
  if (wrong == executions_.end() || wrong->is_superseded || wrong->is_combo || wrong->is_advisors) return std::nullopt;
  GatewayOrder& order = *wrong->order;
  const std::size_t dot = exec_id.rfind('.');
  int revision = 0;
  std::from_chars(exec_id.data() + dot + 1, exec_id.data() + exec_id.size(), revision);

  // The commission stays what it was for each unit.
  const Amount fee =
      proportion(wrong->commission, quantity.raw(), wrong->quantity.is_zero() ? 1 : wrong->quantity.raw())
          .value_or(wrong->commission)
          .rounded(6);
  const auto moved = [](Amount value, Amount from, Amount to) {
    return add(subtract(value, from).value(), to).value();
  };
  const auto corrected = [&](Quantity filled) {
    return Quantity::try_from_raw(Int128{filled.raw()} - wrong->quantity.raw() + quantity.raw()).value_or(filled);
  };
  if (!order.is_combo() && wrong->exercise == 0) {
    order.filled_value = moved(order.filled_value, notional(wrong->price, wrong->quantity, Multiplier::of(1)).value(),
                               notional(price, quantity, Multiplier::of(1)).value());
    order.filled = corrected(order.filled);
    order.last_fill = price;
  }
  if (wrong->allotment >= 0) {
    Allotment& allotment = order.allotments[static_cast<std::size_t>(wrong->allotment)];
    allotment.filled = corrected(allotment.filled);
  }
  order.commission = moved(order.commission, wrong->commission, fee);
  wrong->is_superseded = true;
  const GatewayExecution before = *wrong;
  GatewayExecution& execution = executions_.emplace_back(before);
  ++order.executions_kept;
  execution.exec_id = fmt::format("{}.{:02}", exec_id.substr(0, dot), revision + 1);
  execution.is_superseded = false;
  execution.quantity = quantity;
  execution.price = price;
  execution.cumulative = order.filled;
  if (order.is_combo()) execution.cumulative = corrected(before.cumulative);
  if (execution.allotment >= 0)
    execution.cumulative = order.allotments[static_cast<std::size_t>(execution.allotment)].filled;
  execution.average_price =
      order.is_combo() ? static_cast<double>(price.raw()) / static_cast<double>(Price::kScale) : order.average_price();
  execution.commission = fee;
  const Books::Outcome outcome = books_.revise(execution.account(), before.booked_as, quantity, price, fee);
  execution.realized = outcome.closes ? std::optional{outcome.realized} : std::nullopt;
  const std::string id = execution.exec_id;
  listener_.on_execution(execution);
  tell_commission(execution, now);
  listener_.on_books_changed(execution.account(), execution.listing);
  return id;
}

std::optional<std::string> OrderDesk::bust_execution(std::string_view exec_id, Timestamp now) {
  const auto wrong = std::ranges::find(executions_, exec_id, &GatewayExecution::exec_id);
  if (wrong == executions_.end()) return std::nullopt;
  return correct_execution(exec_id, Quantity::zero(), wrong->price, now);
}

}  // namespace tradewind::sim::gateway
