// The simulator's matching engine: orders taken, taken and cancelled again, and filled, a second; and what an event costs
// beside orders that it does not reach. Goal of P20: a million orders taken a second, however many are working.

#include "tradewind/sim/venue/matching.hpp"
#include "bench/bench.hpp"
#include "tradewind/core/base/rng.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

using namespace tradewind;
using namespace tradewind::sim::venue;
using bench::now_ns;

constexpr int kRounds = 7;
constexpr std::int64_t kCent = 10'000'000;
const Timestamp kStart = from_civil_utc({2026, 11, 25, 14, 30, 0});

Timestamp at(std::int64_t microsecond) { return kStart + std::chrono::microseconds{microsecond}; }

// Limit orders on both sides, each at one of 200 prices that no quote of `quote` reaches.
std::vector<OrderTicket> tickets(std::int64_t count) {
  Rng rng{1};
  std::vector<OrderTicket> all;
  for (std::int64_t id = 1; id <= count; ++id) {
    const Side side = rng.one_in(2) ? Side::buy : Side::sell;
    const std::int64_t cents = side == Side::buy ? rng.between(9'800, 9'999) : rng.between(10'001, 10'200);
    all.push_back({.id = VenueOrderId{id},
                   .side = side,
                   .quantity = Quantity::of(rng.between(1, 10) * 100),
                   .type = model::OrderType::limit,
                   .limit_price = Price::from_raw(cents * kCent)});
  }
  return all;
}

MarketEvent quote(std::int64_t microsecond, std::int64_t bid_cents, std::int64_t ask_cents) {
  return {.time = at(microsecond),
          .symbol = SymbolIndex{0},
          .data = model::Quote{.bid = Price::from_raw(bid_cents * kCent),
                               .ask = Price::from_raw(ask_cents * kCent),
                               .bid_size = Quantity::of(1'000'000'000),
                               .ask_size = Quantity::of(1'000'000'000)}};
}

void submit(MatchingEngine& engine, const OrderTicket& ticket, std::int64_t microsecond) {
  if (!engine.submit(ticket, at(microsecond)).has_value()) std::abort();
}

void report(const char* what, std::int64_t count, const std::vector<double>& ns_each) {
  const double ns = bench::median(ns_each);
  std::printf("%-30s %9lld  %7.1f ns each, %5.2f million a second\n", what, static_cast<long long>(count), ns,
              1e3 / ns);
}

// An engine of its own each round, so that its room grows from nothing every time.
void take(std::int64_t count) {
  const std::vector<OrderTicket> all = tickets(count);
  std::vector<double> taken;
  std::vector<double> cancelled;
  std::vector<double> filled;
  for (int round = 0; round < kRounds; ++round) {
    MatchingEngine engine{{QuoteData::present}};
    std::int64_t begin = now_ns();
    for (std::int64_t i = 0; i < count; ++i) submit(engine, all[static_cast<std::size_t>(i)], i);
    taken.push_back(static_cast<double>(now_ns() - begin) / static_cast<double>(count));

    // Half of them go as they came, the others are filled by one quote far through them all.
    begin = now_ns();
    for (std::int64_t id = 1; id <= count; id += 2) {
      if (!engine.cancel(VenueOrderId{id})) std::abort();
    }
    const std::int64_t left = count / 2;
    cancelled.push_back(static_cast<double>(now_ns() - begin) / static_cast<double>(count - left));
    std::vector<VenueReport> reports;
    reports.reserve(static_cast<std::size_t>(left));
    begin = now_ns();
    engine.on_market(quote(count, 20'000, 1), reports);
    filled.push_back(static_cast<double>(now_ns() - begin) / static_cast<double>(left));
    if (engine.working_count() != 0 || std::ssize(reports) != left) std::abort();
  }
  report("orders taken", count, taken);
  report("orders cancelled", count - count / 2, cancelled);
  report("orders filled by one quote", count / 2, filled);
}

// What a session is made of: among so many that rest, orders come, are met by the next quote or cancelled, and quotes pass.
void steady(std::int64_t resting) {
  constexpr std::int64_t kCycles = 200'000;
  const std::vector<OrderTicket> all = tickets(resting);
  std::vector<double> pairs;
  std::vector<double> trades;
  std::vector<double> events;
  MatchingEngine engine{{QuoteData::present}};
  for (std::int64_t i = 0; i < resting; ++i) submit(engine, all[static_cast<std::size_t>(i)], i);
  std::int64_t id = resting;
  std::int64_t time = resting;
  std::vector<VenueReport> reports;
  for (int round = 0; round < kRounds; ++round) {
    std::int64_t begin = now_ns();
    for (std::int64_t i = 0; i < kCycles; ++i) {
      OrderTicket ticket = all[static_cast<std::size_t>(i % resting)];
      ticket.id = VenueOrderId{++id};
      submit(engine, ticket, ++time);
      if (!engine.cancel(ticket.id)) std::abort();
    }
    pairs.push_back(static_cast<double>(now_ns() - begin) / kCycles);

    begin = now_ns();
    for (std::int64_t i = 0; i < kCycles; ++i) {
      OrderTicket ticket = all.front();
      ticket.id = VenueOrderId{++id};
      ticket.type = model::OrderType::market;
      ticket.limit_price.reset();
      submit(engine, ticket, time);
      engine.on_market(quote(++time, 10'000, 10'000), reports);
      if (reports.size() != 1) std::abort();
      reports.clear();
    }
    trades.push_back(static_cast<double>(now_ns() - begin) / kCycles);

    begin = now_ns();
    for (std::int64_t i = 0; i < kCycles; ++i) engine.on_market(quote(++time, 10'000, 10'000), reports);
    events.push_back(static_cast<double>(now_ns() - begin) / kCycles);
    if (!reports.empty()) std::abort();
  }
  report("taken and cancelled, beside", resting, pairs);
  report("taken and filled, beside", resting, trades);
  report("quotes that pass, beside", resting, events);
}

}  // namespace

int main() {
  for (const std::int64_t count : {10'000, 100'000, 1'000'000}) take(count);
  for (const std::int64_t resting : {10, 1'000, 100'000}) steady(resting);
}
