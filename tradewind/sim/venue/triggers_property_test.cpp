#include "tradewind/core/base/rng.hpp"
#include "tradewind/sim/venue/triggers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace tradewind::sim::venue {
namespace {

Timestamp at(int second) { return from_civil_utc({2026, 11, 25, 14, 30, 0}) + std::chrono::seconds{second}; }

TriggerTicket ticket(int id, Side side, TriggerKind kind) {
  TriggerTicket ticket;
  ticket.id = HeldOrderId{id};
  ticket.side = side;
  ticket.kind = kind;
  return ticket;
}

// Goal: a stop is triggered by the first print that reaches it, and by no other, whatever else is held. Method: a whole day of
// prints is made first, and what must come of each order is read from it. The book sees the same prints one by one.
RC_GTEST_PROP(TriggerBook, TriggersWithTheFirstPrintThatReachesTheStop, (std::uint64_t seed)) {
  struct Order {
    TriggerTicket ticket;
    int arrival = 0;
  };
  constexpr int kPrints = 300;
  Rng rng{seed};
  std::vector<std::int64_t> cents;
  std::int64_t walk = 10'000;
  for (int second = 0; second < kPrints; ++second) cents.push_back(walk += rng.between(-9, 9));
  std::vector<Order> orders;
  for (int id = 0; id < 60; ++id) {
    const auto kind = std::array{TriggerKind::stop, TriggerKind::touch, TriggerKind::trail}[rng.below(3)];
    Order order{.ticket = ticket(id, rng.one_in(2) ? Side::buy : Side::sell, kind),
                .arrival = static_cast<int>(rng.below(kPrints))};
    const std::int64_t away = rng.between(1, 60);
    if (kind == TriggerKind::trail) order.ticket.trail_by.amount = Price::from_raw(away * 10'000'000);
    else order.ticket.price = Price::from_raw((10'000 + rng.between(-60, 60)) * 10'000'000);
    orders.push_back(order);
  }
  // The second in which it must be triggered; -1 for never. Its stop begins with what was shown at its arrival.
  const auto expected = [&](const Order& order) {
    const bool buys = order.ticket.side == Side::buy;
    const bool trails = order.ticket.kind == TriggerKind::trail;
    const bool rises = buys != (order.ticket.kind == TriggerKind::touch);
    std::int64_t best = cents[static_cast<std::size_t>(order.arrival)];
    for (int second = order.arrival + 1; second < kPrints; ++second) {
      const std::int64_t now = cents[static_cast<std::size_t>(second)];
      best = buys ? std::min(best, now) : std::max(best, now);
      const std::int64_t away = trails ? order.ticket.trail_by.amount->raw() / 10'000'000 : 0;
      const std::int64_t level = trails ? (buys ? best + away : best - away) : order.ticket.price->raw() / 10'000'000;
      if (rises ? now >= level : now <= level) return second;
    }
    return -1;
  };
  TriggerBook book{{find_market_rule(kPennyRule)}};
  std::map<HeldOrderId, int> triggered;
  for (int second = 0; second < kPrints; ++second) {
    const Price shown = Price::from_raw(cents[static_cast<std::size_t>(second)] * 10'000'000);
    std::vector<TriggerReport> reports;
    book.on_market({.time = at(second),
                    .symbol = SymbolIndex{0},
                    .data = model::Trade{.time = at(second), .price = shown, .size = Quantity::of(1)}},
                   reports);
    for (const TriggerReport& report : reports) {
      if (const auto* one = std::get_if<Triggered>(&report)) RC_ASSERT(triggered.emplace(one->order, second).second);
    }
    for (const Order& order : orders) {
      if (order.arrival == second) RC_ASSERT(book.hold(order.ticket, at(second), reports).has_value());
    }
  }
  for (const Order& order : orders) {
    const auto found = triggered.find(order.ticket.id);
    RC_ASSERT((found == triggered.end() ? -1 : found->second) == expected(order));
  }
  RC_ASSERT(book.held_count() + triggered.size() == orders.size());
}

// Goal: an order that an event is not shown to has missed nothing. Method: of each of many orders with all methods, a book that
// holds them all tells the same as one that holds that order alone, and so looks at far fewer events for it.
RC_GTEST_PROP(TriggerBook, TellsOfEachOrderTheSameWhateverElseIsHeld, (std::uint64_t seed)) {
  constexpr int kOrders = 24;
  constexpr std::int64_t kCent = 10'000'000;
  Rng rng{seed};
  const auto random_ticket = [&](int id) {
    const auto kind = std::array{TriggerKind::stop, TriggerKind::touch, TriggerKind::trail}[rng.below(3)];
    TriggerTicket random = ticket(id, rng.one_in(2) ? Side::buy : Side::sell, kind);
    random.method = *trigger_method(std::array{1, 2, 3, 4, 7, 8}[rng.below(6)]);
    random.outside_rth = rng.one_in(2);
    if (kind != TriggerKind::trail || rng.one_in(3))
      random.price = Price::from_raw((1'000 + rng.between(-40, 40)) * kCent);
    if (kind == TriggerKind::trail && rng.one_in(2))
      random.trail_by.amount = Price::from_raw(rng.between(1, 30) * kCent);
    else if (kind == TriggerKind::trail) random.trail_by.percent_millionths = rng.between(100'000, 3'000'000);
    if (kind != TriggerKind::touch && rng.one_in(3)) {
      random.adjustment =
          StopAdjustment{.at = Price::from_raw((1'000 + rng.between(-40, 40)) * kCent),
                         .kind = TriggerKind::trail,
                         .stop = std::nullopt,
                         .limit = std::nullopt,
                         .trail_by = {.amount = Price::from_raw(5 * kCent), .percent_millionths = std::nullopt}};
    }
    return random;
  };
  const std::vector<const MarketRule*> rules{find_market_rule(kPennyRule)};
  TriggerBook together{rules};
  std::vector<TriggerBook> alone;
  for (int i = 0; i < kOrders; ++i) alone.emplace_back(rules);
  std::vector<std::vector<TriggerReport>> told_together(kOrders);
  std::vector<std::vector<TriggerReport>> told_alone(kOrders);
  std::int64_t middle = 1'000;
  int next_order = 0;
  for (int second = 0; second < 300; ++second) {
    std::vector<TriggerReport> reports;
    MarketEvent event{.time = at(second), .symbol = SymbolIndex{0}, .data = {}};
    middle += rng.between(-4, 4);
    if (rng.one_in(2)) {
      event.data = model::Trade{
          .time = event.time, .price = Price::from_raw((middle + rng.between(-2, 2)) * kCent), .size = Quantity::of(1)};
    } else {
      model::Quote quote;
      if (!rng.one_in(10)) quote.bid = Price::from_raw((middle - rng.between(0, 3)) * kCent);
      if (!rng.one_in(10)) quote.ask = Price::from_raw((middle + rng.between(0, 3)) * kCent);
      event.data = quote;
    }
    const bool changes = rng.one_in(30);
    const auto state = std::array{TradingState::regular, TradingState::extended, TradingState::halted}[rng.below(3)];
    if (changes) together.set_state(SymbolIndex{0}, state);
    together.on_market(event, reports);
    std::optional<TriggerTicket> comes;
    if (next_order < kOrders && rng.one_in(8)) {
      comes = random_ticket(next_order++);
      RC_ASSERT(together.hold(*comes, event.time, reports).has_value());
    }
    for (const TriggerReport& report : reports) {
      const HeldOrderId id = std::visit([](const auto& r) { return r.order; }, report);
      told_together[static_cast<std::size_t>(id.value())].push_back(report);
    }
    for (std::size_t i = 0; i < kOrders; ++i) {
      if (changes) alone[i].set_state(SymbolIndex{0}, state);
      alone[i].on_market(event, told_alone[i]);
      if (comes && comes->id.value() == static_cast<std::int64_t>(i))
        RC_ASSERT(alone[i].hold(*comes, event.time, told_alone[i]).has_value());
    }
  }
  RC_ASSERT(told_together == told_alone);
}

}  // namespace
}  // namespace tradewind::sim::venue
