#include "tradewind/sim/venue/matching.hpp"

#include "tradewind/core/base/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace tradewind::sim::venue {
namespace {

bool can_fill(const OrderTicket& ticket, Price price, bool is_print) {
  const Price limit = *ticket.limit_price;
  if (is_print) return ticket.side == Side::buy ? price < limit : price > limit;
  return ticket.side == Side::buy ? price <= limit : price >= limit;
}

}  // namespace

MatchingEngine::MatchingEngine(const std::vector<QuoteData>& symbols) {
  books_.reserve(symbols.size());
  for (const QuoteData quote_data : symbols) {
    books_.emplace_back();
    books_.back().quote_data = quote_data;
  }
}

Result<void> MatchingEngine::submit(const OrderTicket& ticket, Timestamp arrival) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::invalid_argument, fmt::format("venue order {}: {}", ticket.id, why));
  };
  if (ticket.symbol.value() >= books_.size()) return refuse("the venue has no such symbol");
  if (ticket.quantity.is_zero()) return refuse("the quantity is zero");
  const bool is_limit = ticket.type == model::OrderType::limit;
  if (is_limit && !ticket.limit_price) return refuse("a limit order needs a limit price");
  if (!is_limit && ticket.limit_price) return refuse("a market order has no limit price");
  if (orders_.contains(ticket.id)) return refuse("an order with this id is working already");

  Priority priority{.rank = std::nullopt, .arrival = arrival, .sequence = sequence_++};
  if (is_limit) priority.rank = ticket.side == Side::buy ? -ticket.limit_price->raw() : ticket.limit_price->raw();
  Book& book = books_[ticket.symbol.value()];
  (ticket.side == Side::buy ? book.buys : book.sells).emplace(priority, ticket.id);
  if (ticket.time_in_force == model::TimeInForce::ioc) book.immediate.push_back(ticket.id);
  orders_.emplace(ticket.id, Order{.ticket = ticket, .priority = priority, .unfilled = ticket.quantity});
  return {};
}

std::optional<Quantity> MatchingEngine::cancel(VenueOrderId id) {
  const auto order = orders_.find(id);
  if (order == orders_.end()) return std::nullopt;
  const Quantity left = order->second.unfilled;
  remove(order);
  return left;
}

std::optional<Quantity> MatchingEngine::unfilled(VenueOrderId id) const {
  const auto order = orders_.find(id);
  if (order == orders_.end()) return std::nullopt;
  return order->second.unfilled;
}

void MatchingEngine::on_market(const MarketEvent& event, std::vector<VenueReport>& out) {
  TW_CHECK(event.symbol.value() < books_.size());
  TW_CHECK(!last_event_ || event.time >= *last_event_);
  last_event_ = event.time;
  Book& book = books_[event.symbol.value()];

  if (const auto* quote = std::get_if<model::Quote>(&event.data)) {
    if (quote->ask) fill(book.buys, {.time = event.time, .price = *quote->ask, .size = quote->ask_size}, out);
    if (quote->bid) fill(book.sells, {.time = event.time, .price = *quote->bid, .size = quote->bid_size}, out);
    if (book.quote_data == QuoteData::present) end_immediate(book, event.time, out);
    return;
  }
  const auto& trade = std::get<model::Trade>(event.data);
  const Offer offer{.time = event.time,
                    .price = trade.price,
                    .size = trade.size,
                    .is_print = true,
                    .takes_market_orders = book.quote_data == QuoteData::absent};
  fill(book.buys, offer, out);
  fill(book.sells, offer, out);
  if (book.quote_data == QuoteData::absent) end_immediate(book, event.time, out);
}

void MatchingEngine::fill(Queue& queue, Offer offer, std::vector<VenueReport>& out) {
  for (auto next = queue.begin(); next != queue.end() && !offer.size.is_zero();) {
    const auto entry = orders_.find(next->second);
    ++next;  // before the order may leave the queue
    Order& order = entry->second;
    Price price = offer.price;
    if (order.ticket.type == model::OrderType::market) {
      if (!offer.takes_market_orders) continue;
    } else {
      if (!can_fill(order.ticket, offer.price, offer.is_print)) return;  // nor can any worse limit behind it
      if (offer.is_print) price = *order.ticket.limit_price;
    }
    if (offer.time <= order.priority.arrival) continue;

    const Quantity quantity = std::min(order.unfilled, offer.size);
    order.unfilled = *subtract(order.unfilled, quantity);
    offer.size = *subtract(offer.size, quantity);
    out.emplace_back(Fill{
        .order = entry->first, .time = offer.time, .price = price, .quantity = quantity, .remaining = order.unfilled});
    if (order.unfilled.is_zero()) remove(entry);
  }
}

void MatchingEngine::end_immediate(Book& book, Timestamp time, std::vector<VenueReport>& out) {
  std::erase_if(book.immediate, [&](VenueOrderId id) {
    const auto order = orders_.find(id);
    if (order == orders_.end()) return true;  // filled or cancelled before
    if (time <= order->second.priority.arrival) return false;
    out.emplace_back(OrderEnded{id, time, EndReason::not_immediate, order->second.unfilled});
    remove(order);
    return true;
  });
}

void MatchingEngine::end_session(Timestamp time, std::vector<VenueReport>& out) {
  for (auto next = orders_.begin(); next != orders_.end();) {
    const auto order = next++;
    if (order->second.ticket.time_in_force == model::TimeInForce::gtc) continue;
    if (time < order->second.priority.arrival) continue;  // sent for the next session
    out.emplace_back(OrderEnded{order->first, time, EndReason::session_over, order->second.unfilled});
    remove(order);
  }
}

void MatchingEngine::remove(Orders::iterator order) {
  Book& book = books_[order->second.ticket.symbol.value()];
  (order->second.ticket.side == Side::buy ? book.buys : book.sells).erase(order->second.priority);
  orders_.erase(order);
}

}  // namespace tradewind::sim::venue
