#include "tradewind/sim/venue/matching.hpp"

#include "tradewind/core/base/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace tradewind::sim::venue {
namespace {

constexpr Quantity kUnknown = Quantity::from_raw(std::numeric_limits<std::int64_t>::max());

std::int64_t rank_of(Side side, Price limit) { return side == Side::buy ? -limit.raw() : limit.raw(); }
Price limit_of(Side side, std::int64_t rank) { return Price::from_raw(side == Side::buy ? -rank : rank); }

bool is_better(Side side, Price limit, Price than) { return rank_of(side, limit) < rank_of(side, than); }

bool is_immediate(const OrderTicket& ticket) {
  return ticket.fill_or_kill || ticket.time_in_force == model::TimeInForce::ioc;
}

bool outlives_sessions(const OrderTicket& ticket) {
  return ticket.good_till || (ticket.time_in_force == model::TimeInForce::gtc && !ticket.fill_or_kill);
}

// What stands at this price before an order that comes now, as far as the best quote tells.
Quantity displayed_at(const std::optional<model::Quote>& quote, Side side, Price limit) {
  if (!quote) return kUnknown;
  const std::optional<Price>& best = side == Side::buy ? quote->bid : quote->ask;
  if (!best || is_better(side, limit, *best)) return Quantity::zero();
  if (limit == *best) return side == Side::buy ? quote->bid_size : quote->ask_size;
  return kUnknown;
}

Price slipped(Price price, Side side, Price slippage) {
  const Price worse = Price::from_raw(side == Side::buy ? price.raw() + slippage.raw() : price.raw() - slippage.raw());
  return price > Price::zero() && worse <= Price::zero() ? price : worse;
}

std::string_view why_refused(const OrderTicket& ticket) {
  if (ticket.quantity.is_zero()) return "the quantity is zero";
  const bool is_limit = ticket.type == model::OrderType::limit;
  if (is_limit && !ticket.limit_price) return "a limit order needs a limit price";
  if (!is_limit && ticket.limit_price) return "a market order has no limit price";
  if (!is_limit && !ticket.display_size.is_zero()) return "a market order displays nothing";
  if (ticket.minimum_quantity > ticket.quantity) return "the minimum is above the quantity";
  if (ticket.auction && is_immediate(ticket)) return "an order for an auction is not immediate";
  return {};
}

}  // namespace

Quantity MatchingEngine::Order::least() const {
  if (ticket.fill_or_kill || ticket.all_or_none) return unfilled;
  return unfilled == ticket.quantity ? ticket.minimum_quantity : Quantity::zero();
}

MatchingEngine::MatchingEngine(const std::vector<QuoteData>& symbols, const MatchingOptions& options)
    : options_{options} {
  books_.reserve(symbols.size());
  for (const QuoteData quote_data : symbols) {
    books_.emplace_back();
    books_.back().quote_data = quote_data;
  }
}

void MatchingEngine::set_slippage(SymbolIndex symbol, Price slippage) {
  TW_CHECK(symbol.value() < books_.size() && slippage >= Price::zero());
  books_[symbol.value()].slippage = slippage;
}

void MatchingEngine::set_halted(SymbolIndex symbol, bool halted) {
  TW_CHECK(symbol.value() < books_.size());
  books_[symbol.value()].is_halted = halted;
}

bool MatchingEngine::is_halted(SymbolIndex symbol) const {
  TW_CHECK(symbol.value() < books_.size());
  return books_[symbol.value()].is_halted;
}

Result<void> MatchingEngine::submit(const OrderTicket& ticket, Timestamp arrival) {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::invalid_argument, fmt::format("venue order {}: {}", ticket.id, why));
  };
  if (ticket.symbol.value() >= books_.size()) return refuse("the venue has no such symbol");
  if (const std::string_view why = why_refused(ticket); !why.empty()) return refuse(why);
  if (index_.contains(ticket.id)) return refuse("an order with this id is working already");

  if (free_.empty()) {
    free_.push_back(static_cast<Slot>(orders_.size()));
    orders_.emplace_back();
  }
  const Slot slot = free_.back();
  free_.pop_back();
  arrival = arrival + options_.latency;
  orders_[slot] = {.ticket = ticket,
                   .arrival = arrival,
                   .queued = arrival,
                   .unfilled = ticket.quantity,
                   .shown = std::min(ticket.display_size, ticket.quantity)};
  index_.emplace(ticket.id, slot);
  link(queue_of(ticket), slot);
  if (ticket.good_till) expiries_.emplace(*ticket.good_till, ticket.id);
  Book& book = books_[ticket.symbol.value()];
  if (is_immediate(ticket)) book.immediate.push_back(ticket.id);
  if (options_.queue_position && ticket.limit_price && !ticket.auction) {
    orders_[slot].ahead = kUnknown;
    book.unplaced.push_back(ticket.id);
  }
  return {};
}

std::optional<Quantity> MatchingEngine::cancel(VenueOrderId id) {
  const Slot* slot = index_.find(id);
  if (slot == nullptr) return std::nullopt;
  const Quantity left = orders_[*slot].unfilled;
  remove(*slot);
  return left;
}

const MatchingEngine::Order* MatchingEngine::find(VenueOrderId id) const {
  const Slot* slot = index_.find(id);
  return slot == nullptr ? nullptr : &orders_[*slot];
}

std::optional<Quantity> MatchingEngine::unfilled(VenueOrderId id) const {
  const Order* order = find(id);
  return order == nullptr ? std::nullopt : std::optional{order->unfilled};
}

std::optional<Quantity> MatchingEngine::queue_ahead(VenueOrderId id) const {
  const Order* order = find(id);
  return order == nullptr || order->ahead == kUnknown ? std::nullopt : std::optional{order->ahead};
}

void MatchingEngine::on_market(const MarketEvent& event, std::vector<VenueReport>& out) {
  TW_CHECK(event.symbol.value() < books_.size());
  TW_CHECK(!last_event_ || event.time >= *last_event_);
  last_event_ = event.time;
  expire(event.time, out);
  Book& book = books_[event.symbol.value()];
  place(book, event.time);

  const auto* quote = std::get_if<model::Quote>(&event.data);
  if (quote == nullptr) {
    const auto& trade = std::get<model::Trade>(event.data);
    if (book.is_halted) return;
    for (const Side side : {Side::buy, Side::sell})
      on_print(book, {.time = event.time, .side = side, .price = trade.price, .size = trade.size}, out);
    if (book.quote_data == QuoteData::absent) end_immediate(book, event.time, out);
    return;
  }
  if (!book.is_halted) {
    const auto meet = [&](Side side, std::optional<Price> price, Quantity size) {
      if (!price) return;
      Offer offer{.time = event.time, .side = side, .price = *price, .size = size};
      fill(book, book.orders.of(side), offer, out);
    };
    meet(Side::buy, quote->ask, quote->ask_size);
    meet(Side::sell, quote->bid, quote->bid_size);
    if (book.quote_data == QuoteData::present) end_immediate(book, event.time, out);
  }
  book.quote = *quote;
  if (options_.queue_position) {
    for (const Side side : {Side::buy, Side::sell}) shorten_queues(book, book.orders.of(side), side);
  }
}

void MatchingEngine::on_auction(Auction auction, SymbolIndex symbol, const model::Trade& print,
                                std::vector<VenueReport>& out) {
  TW_CHECK(symbol.value() < books_.size());
  TW_CHECK(!last_event_ || print.time >= *last_event_);
  last_event_ = print.time;
  expire(print.time, out);
  Book& book = books_[symbol.value()];
  place(book, print.time);
  if (book.is_halted) return;

  Sides& sides = book.auctions[static_cast<std::size_t>(auction)];
  std::array<Offer, 2> offers;
  for (const Side side : {Side::buy, Side::sell}) {
    Offer& offer = offers[static_cast<std::size_t>(side)];
    offer = {.time = print.time, .side = side, .price = print.price, .size = print.size, .source = Source::auction};
    fill(book, sides.of(side), offer, out);
  }
  for (const Offer& rest : offers) on_print(book, rest, out);
  for (const Side side : {Side::buy, Side::sell}) end_auction(sides.of(side), print.time, out);
  if (book.quote_data == QuoteData::absent) end_immediate(book, print.time, out);
}

void MatchingEngine::on_print(Book& book, Offer offer, std::vector<VenueReport>& out) {
  offer.source = Source::print;
  offer.takes_market_orders = book.quote_data == QuoteData::absent;
  fill(book, book.orders.of(offer.side), offer, out);
}

MatchingEngine::Reach MatchingEngine::reach(const Offer& offer, Price limit) const {
  if (is_better(offer.side, limit, offer.price)) return Reach::all;
  if (limit != offer.price) return Reach::none;
  if (offer.source != Source::print) return Reach::all;
  return options_.queue_position ? Reach::queue : Reach::none;
}

void MatchingEngine::fill(Book& book, Ladder& ladder, Offer& offer, std::vector<VenueReport>& out) {
  // An auction has one price for all.
  const Price price = offer.source == Source::auction ? offer.price : slipped(offer.price, offer.side, book.slippage);
  if (offer.takes_market_orders) fill_queue(book, ladder.market, price, Reach::all, offer, out);
  for (auto level = ladder.limits.begin(); level != ladder.limits.end() && !offer.size.is_zero();) {
    const Price limit = limit_of(offer.side, level->first);
    const Reach how_far = reach(offer, limit);
    if (how_far == Reach::none) return;  // nor does it reach any worse limit behind
    const Price here = offer.source == Source::print ? price_at_print(book, offer.side, price, limit) : price;
    fill_queue(book, level->second, is_better(offer.side, here, limit) ? limit : here, how_far, offer, out);
    level = level->second.first == kNone ? remove_level(ladder, level) : std::next(level);
  }
}

// Of a limit order that a print is through. One that stood there waits at its limit; one that would have crossed what was
// quoted trades there, or at the print where that is worse.
Price MatchingEngine::price_at_print(const Book& book, Side side, Price print, Price limit) {
  const auto* const quoted = !book.quote ? nullptr : side == Side::buy ? &book.quote->ask : &book.quote->bid;
  if (quoted == nullptr || !*quoted) return limit;
  const Price crossed = slipped(**quoted, side, book.slippage);
  return is_better(side, crossed, print) ? crossed : print;
}

void MatchingEngine::fill_queue(Book& book, Queue& queue, Price price, Reach reach, Offer& offer,
                                std::vector<VenueReport>& out) {
  for (Slot slot = queue.first; slot != kNone && !offer.size.is_zero();) {
    Order& order = orders_[slot];
    Slot next = order.next;
    const Quantity quantity = offer.time > order.arrival ? take(order, reach, offer) : Quantity::zero();
    if (!quantity.is_zero()) {
      order.unfilled = *subtract(order.unfilled, quantity);
      offer.size = *subtract(offer.size, quantity);
      out.emplace_back(Fill{.order = order.ticket.id,
                            .time = offer.time,
                            .price = price,
                            .quantity = quantity,
                            .remaining = order.unfilled});
      if (order.unfilled.is_zero()) {
        release(queue, slot);
      } else if (order.is_iceberg() && quantity < order.shown) {
        order.shown = *subtract(order.shown, quantity);
      } else if (order.is_iceberg()) {
        show_next_part(book, queue, slot, reach, offer.time);
        // Where nobody has come between, it is next again; but at its limit it stands behind what is displayed there.
        if (order.next == next && reach == Reach::all) next = slot;
      }
    }
    slot = next;
  }
}

Quantity MatchingEngine::take(Order& order, Reach reach, const Offer& offer) {
  Quantity available = offer.size;
  if (reach == Reach::all) {
    order.ahead = Quantity::zero();
  } else {
    if (order.ahead == kUnknown) return Quantity::zero();
    const Quantity passed = std::min(order.ahead, available);
    order.ahead = *subtract(order.ahead, passed);
    available = *subtract(available, passed);
  }
  Quantity quantity = std::min(order.unfilled, available);
  if (quantity < order.least()) return Quantity::zero();
  // What meets a print stood there to be seen.
  if (order.is_iceberg() && offer.source == Source::print)
    quantity = std::min(quantity, std::max(order.shown, order.least()));
  return quantity;
}

void MatchingEngine::show_next_part(const Book& book, Queue& queue, Slot slot, Reach reach, Timestamp time) {
  Order& order = orders_[slot];
  unlink(queue, slot);
  order.queued = time;
  order.shown = std::min(order.ticket.display_size, order.unfilled);
  if (reach == Reach::queue) order.ahead = displayed_at(book.quote, order.ticket.side, *order.ticket.limit_price);
  link(queue, slot);
}

void MatchingEngine::end_immediate(Book& book, Timestamp time, std::vector<VenueReport>& out) {
  std::erase_if(book.immediate, [&](VenueOrderId id) {
    const Slot* slot = index_.find(id);
    if (slot == nullptr) return true;  // filled or cancelled before
    if (time <= orders_[*slot].arrival) return false;
    end(*slot, time, EndReason::not_immediate, out);
    return true;
  });
}

void MatchingEngine::end_auction(Ladder& ladder, Timestamp time, std::vector<VenueReport>& out) {
  std::vector<Slot> over;
  const auto add = [&](const Queue& queue) {
    for (Slot slot = queue.first; slot != kNone; slot = orders_[slot].next) {
      if (time > orders_[slot].arrival) over.push_back(slot);
    }
  };
  add(ladder.market);
  for (const auto& [rank, queue] : ladder.limits) add(queue);
  for (const Slot slot : over) end(slot, time, EndReason::auction_over, out);
}

void MatchingEngine::expire(Timestamp time, std::vector<VenueReport>& out) {
  while (!expiries_.empty() && expiries_.begin()->first <= time) {
    const auto [good_till, id] = *expiries_.begin();
    end(*index_.find(id), good_till, EndReason::expired, out);
  }
}

std::optional<Timestamp> MatchingEngine::next_expiry() const {
  return expiries_.empty() ? std::nullopt : std::optional{expiries_.begin()->first};
}

void MatchingEngine::end_session(Timestamp time, std::vector<VenueReport>& out) {
  expire(time, out);
  std::vector<VenueOrderId> over;
  for (const Order& order : orders_) {
    if (order.unfilled.is_zero() || outlives_sessions(order.ticket)) continue;
    if (time < order.arrival) continue;  // sent for the next session
    over.push_back(order.ticket.id);
  }
  std::ranges::sort(over);
  for (const VenueOrderId id : over) end(*index_.find(id), time, EndReason::session_over, out);
}

// Finds the place in the queue of those who have arrived by now: before the event, as the last quote showed it.
void MatchingEngine::place(Book& book, Timestamp time) {
  std::erase_if(book.unplaced, [&](VenueOrderId id) {
    const Slot* slot = index_.find(id);
    if (slot == nullptr) return true;
    Order& order = orders_[*slot];
    if (time <= order.arrival) return false;
    order.ahead = displayed_at(book.quote, order.ticket.side, *order.ticket.limit_price);
    return true;
  });
}

void MatchingEngine::shorten_queues(const Book& book, const Ladder& ladder, Side side) {
  for (const auto& [rank, queue] : ladder.limits) {
    const Quantity displayed = displayed_at(book.quote, side, limit_of(side, rank));
    if (displayed == kUnknown) return;  // and so it is at any worse price
    for (Slot slot = queue.first; slot != kNone; slot = orders_[slot].next)
      orders_[slot].ahead = std::min(orders_[slot].ahead, displayed);
  }
}

MatchingEngine::Ladder& MatchingEngine::ladder_of(const OrderTicket& ticket) {
  Book& book = books_[ticket.symbol.value()];
  Sides& sides = ticket.auction ? book.auctions[static_cast<std::size_t>(*ticket.auction)] : book.orders;
  return sides.of(ticket.side);
}

MatchingEngine::Queue& MatchingEngine::queue_of(const OrderTicket& ticket) {
  Ladder& ladder = ladder_of(ticket);
  if (!ticket.limit_price) return ladder.market;
  const std::int64_t rank = rank_of(ticket.side, *ticket.limit_price);
  const auto level = ladder.limits.lower_bound(rank);
  if (level != ladder.limits.end() && level->first == rank) return level->second;
  if (spare_levels_.empty()) return ladder.limits.emplace_hint(level, rank, Queue{})->second;
  auto node = std::move(spare_levels_.back());
  spare_levels_.pop_back();
  node.key() = rank;
  return ladder.limits.insert(level, std::move(node))->second;
}

void MatchingEngine::link(Queue& queue, Slot slot) {
  Order& order = orders_[slot];
  Slot before = queue.last;
  while (before != kNone && orders_[before].queued > order.queued) before = orders_[before].previous;
  order.previous = before;
  order.next = before == kNone ? queue.first : orders_[before].next;
  (before == kNone ? queue.first : orders_[before].next) = slot;
  (order.next == kNone ? queue.last : orders_[order.next].previous) = slot;
}

void MatchingEngine::unlink(Queue& queue, Slot slot) {
  const Order& order = orders_[slot];
  (order.previous == kNone ? queue.first : orders_[order.previous].next) = order.next;
  (order.next == kNone ? queue.last : orders_[order.next].previous) = order.previous;
}

void MatchingEngine::end(Slot slot, Timestamp time, EndReason reason, std::vector<VenueReport>& out) {
  out.emplace_back(OrderEnded{orders_[slot].ticket.id, time, reason, orders_[slot].unfilled});
  remove(slot);
}

void MatchingEngine::release(Queue& queue, Slot slot) {
  unlink(queue, slot);
  Order& order = orders_[slot];
  index_.erase(order.ticket.id);
  if (order.ticket.good_till) expiries_.erase({*order.ticket.good_till, order.ticket.id});
  order.unfilled = Quantity::zero();
  free_.push_back(slot);
}

void MatchingEngine::remove(Slot slot) {
  const OrderTicket& ticket = orders_[slot].ticket;
  Ladder& ladder = ladder_of(ticket);
  if (!ticket.limit_price) {
    release(ladder.market, slot);
    return;
  }
  const auto level = ladder.limits.find(rank_of(ticket.side, *ticket.limit_price));
  release(level->second, slot);
  if (level->second.first == kNone) remove_level(ladder, level);
}

MatchingEngine::Levels::iterator MatchingEngine::remove_level(Ladder& ladder, Levels::iterator level) {
  const auto next = std::next(level);
  spare_levels_.push_back(ladder.limits.extract(level));
  spare_levels_.back().mapped() = {};
  return next;
}

}  // namespace tradewind::sim::venue
