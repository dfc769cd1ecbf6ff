// What orders may ask for beyond a limit, and the options that make fills harder to come by. The rules of plain orders are
// in matching_test.cpp.

#include "tradewind/core/base/rng.hpp"
#include "tradewind/sim/venue/matching.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tradewind::sim::venue {
namespace {

using model::OrderType;
using model::TimeInForce;
using Lines = std::vector<std::string>;

Price price(std::string_view text) { return Price::parse(text).value(); }
Quantity quantity(std::int64_t whole) { return Quantity::of(whole); }
Timestamp at(int second) { return from_civil_utc({2026, 11, 25, 14, 30, 0}) + std::chrono::seconds{second}; }

OrderTicket market(int id, Side side, std::int64_t shares) {
  return {.id = VenueOrderId{id}, .side = side, .quantity = quantity(shares), .limit_price = std::nullopt};
}
OrderTicket limit(int id, Side side, std::int64_t shares, std::string_view limit_price) {
  OrderTicket ticket = market(id, side, shares);
  ticket.type = OrderType::limit;
  ticket.limit_price = price(limit_price);
  return ticket;
}

std::string_view reason_text(EndReason reason) {
  switch (reason) {
    case EndReason::session_over:
      return "session over";
    case EndReason::not_immediate:
      return "not immediate";
    case EndReason::expired:
      return "expired";
    case EndReason::auction_over:
      return "auction over";
  }
  return "?";
}

Lines lines(const std::vector<VenueReport>& reports) {
  Lines lines;
  for (const VenueReport& report : reports) {
    if (const auto* fill = std::get_if<Fill>(&report)) {
      lines.push_back(fmt::format("{}: {} at {}, {} left", fill->order, fill->quantity, fill->price, fill->remaining));
    } else {
      const auto& ended = std::get<OrderEnded>(report);
      lines.push_back(fmt::format("{}: {}, {} unfilled", ended.order, reason_text(ended.reason), ended.unfilled));
    }
  }
  return lines;
}

// A venue of one symbol with quotes.
class Venue {
 public:
  explicit Venue(const MatchingOptions& options = {}) : engine{{QuoteData::present}, options} {}

  Lines submit(const OrderTicket& ticket, int second = 0) {
    const auto accepted = engine.submit(ticket, at(second));
    return accepted ? Lines{} : Lines{accepted.error().detail};
  }
  Lines quote(int second, std::string_view bid, std::int64_t bid_size, std::string_view ask, std::int64_t ask_size) {
    model::Quote quote{.bid_size = quantity(bid_size), .ask_size = quantity(ask_size)};
    if (!bid.empty()) quote.bid = price(bid);
    if (!ask.empty()) quote.ask = price(ask);
    return show(
        [&](auto& out) { engine.on_market({.time = at(second), .symbol = SymbolIndex{0}, .data = quote}, out); });
  }
  Lines trade(int second, std::string_view trade_price, std::int64_t size) {
    const MarketEvent event{.time = at(second), .symbol = SymbolIndex{0}, .data = print(second, trade_price, size)};
    return show([&](auto& out) { engine.on_market(event, out); });
  }
  Lines auction(Auction which, int second, std::string_view trade_price, std::int64_t size) {
    return show([&](auto& out) { engine.on_auction(which, SymbolIndex{0}, print(second, trade_price, size), out); });
  }
  Lines end_session(int second) {
    return show([&](auto& out) { engine.end_session(at(second), out); });
  }
  Lines expire(int second) {
    return show([&](auto& out) { engine.expire(at(second), out); });
  }
  [[nodiscard]] std::string ahead(int id) const {
    const auto size = engine.queue_ahead(VenueOrderId{id});
    return size ? size->text() : "unknown";
  }

  MatchingEngine engine;

 private:
  static model::Trade print(int second, std::string_view trade_price, std::int64_t size) {
    return {.time = at(second), .price = price(trade_price), .size = quantity(size)};
  }
  template <class Call>
  static Lines show(Call&& call) {
    std::vector<VenueReport> reports;
    call(reports);
    return lines(reports);
  }
};

TEST(FillOrKill, FillsAllAtOnceOrEndsWithTheFirstLaterQuote) {
  Venue venue;
  OrderTicket ticket = limit(1, Side::buy, 300, "10.01");
  ticket.fill_or_kill = true;
  venue.submit(ticket);
  EXPECT_EQ(venue.quote(0, "10", 100, "10.01", 900), Lines{});  // not after its arrival
  EXPECT_EQ(venue.quote(1, "10", 100, "10.01", 299), (Lines{"1: not immediate, 300 unfilled"}));
  ticket.id = VenueOrderId{2};
  venue.submit(ticket, 1);
  EXPECT_EQ(venue.quote(2, "10", 100, "10.01", 300), (Lines{"2: 300 at 10.01, 0 left"}));
  EXPECT_EQ(venue.engine.working_count(), 0U);
}

TEST(AllOrNone, WaitsForEnoughAndDoesNotHoldUpOthers) {
  Venue venue;
  OrderTicket ticket = limit(1, Side::buy, 300, "10.05");
  ticket.all_or_none = true;
  venue.submit(ticket);
  venue.submit(limit(2, Side::buy, 100, "10.01"));
  EXPECT_EQ(venue.quote(1, "10", 100, "10.01", 299), (Lines{"2: 100 at 10.01, 0 left"}));
  EXPECT_EQ(venue.trade(2, "10.04", 200), Lines{});
  EXPECT_EQ(venue.quote(3, "10", 100, "10.02", 300), (Lines{"1: 300 at 10.02, 0 left"}));
}

TEST(MinimumQuantity, HoldsForTheFirstFillAlone) {
  Venue venue;
  OrderTicket ticket = limit(1, Side::sell, 300, "10");
  ticket.minimum_quantity = quantity(100);
  venue.submit(ticket);
  EXPECT_EQ(venue.quote(1, "10", 99, "10.01", 100), Lines{});
  EXPECT_EQ(venue.quote(2, "10", 120, "10.01", 100), (Lines{"1: 120 at 10, 180 left"}));
  EXPECT_EQ(venue.quote(3, "10", 5, "10.01", 100), (Lines{"1: 5 at 10, 175 left"}));
}

TEST(GoodTill, EndsAnOrderBeforeAnyDataOfThatInstantAndOutlivesSessions) {
  Venue venue;
  OrderTicket ticket = limit(1, Side::buy, 300, "10");
  ticket.good_till = at(5);
  venue.submit(ticket);
  ticket.id = VenueOrderId{2};
  ticket.good_till = at(20);
  venue.submit(ticket);
  EXPECT_EQ(venue.engine.next_expiry(), at(5));
  EXPECT_EQ(venue.end_session(3), Lines{});
  EXPECT_EQ(venue.quote(4, "9.9", 100, "10", 100), (Lines{"1: 100 at 10, 200 left"}));
  EXPECT_EQ(venue.quote(5, "9.9", 100, "10", 100), (Lines{"1: expired, 200 unfilled", "2: 100 at 10, 200 left"}));
  EXPECT_EQ(venue.expire(19), Lines{});
  EXPECT_EQ(venue.engine.next_expiry(), at(20));
  EXPECT_EQ(venue.expire(20), (Lines{"2: expired, 200 unfilled"}));
  EXPECT_FALSE(venue.engine.next_expiry().has_value());
}

TEST(GoodTill, IsForgottenWithACancelledOrder) {
  Venue venue;
  OrderTicket ticket = limit(1, Side::buy, 300, "10");
  ticket.good_till = at(5);
  venue.submit(ticket);
  venue.engine.cancel(VenueOrderId{1});
  EXPECT_FALSE(venue.engine.next_expiry().has_value());
  EXPECT_EQ(venue.expire(5), Lines{});
}

TEST(AuctionOrders, FillAtThePrintOfTheirAuctionAndThenEnd) {
  Venue venue;
  const auto for_auction = [](OrderTicket ticket, Auction auction) {
    ticket.auction = auction;
    return ticket;
  };
  venue.submit(for_auction(limit(1, Side::buy, 100, "10"), Auction::opening));
  venue.submit(for_auction(market(2, Side::buy, 250), Auction::opening));
  venue.submit(for_auction(limit(3, Side::buy, 100, "9.99"), Auction::opening));
  venue.submit(for_auction(market(4, Side::sell, 100), Auction::closing));
  venue.submit(for_auction(market(5, Side::sell, 100), Auction::opening), 9);  // after it
  EXPECT_EQ(venue.quote(1, "11", 1000, "9", 1000), Lines{});  // no data but their auction's
  EXPECT_EQ(venue.trade(1, "9", 1000), Lines{});
  EXPECT_EQ(venue.auction(Auction::opening, 2, "10", 300),
            (Lines{"2: 250 at 10, 0 left", "1: 50 at 10, 50 left", "1: auction over, 50 unfilled",
                   "3: auction over, 100 unfilled"}));
  EXPECT_EQ(venue.auction(Auction::closing, 20, "12", 300), (Lines{"4: 100 at 12, 0 left"}));
  EXPECT_EQ(venue.end_session(21), (Lines{"5: session over, 100 unfilled"}));
}

TEST(AuctionOrders, LeaveTheRestOfThePrintToOthers) {
  Venue venue;
  OrderTicket ticket = market(1, Side::buy, 100);
  ticket.auction = Auction::closing;
  venue.submit(ticket);
  venue.submit(limit(2, Side::buy, 300, "10.01"));
  venue.submit(limit(3, Side::sell, 50, "9.99"));
  EXPECT_EQ(venue.auction(Auction::closing, 1, "10", 150),
            (Lines{"1: 100 at 10, 0 left", "2: 50 at 10.01, 250 left", "3: 50 at 9.99, 0 left"}));
}

// 100 are shown; then the other order at the price comes first, and the next 100 after it.
TEST(Iceberg, GoesBehindItsPriceWithEachPart) {
  Venue venue;
  OrderTicket ticket = limit(1, Side::buy, 250, "10");
  ticket.display_size = quantity(100);
  venue.submit(ticket);
  venue.submit(limit(2, Side::buy, 100, "10"));
  venue.submit(limit(3, Side::buy, 100, "10"), 60);  // not there yet
  EXPECT_EQ(venue.trade(1, "9.99", 40), (Lines{"1: 40 at 10, 210 left"}));
  EXPECT_EQ(venue.trade(2, "9.99", 270),
            (Lines{"1: 60 at 10, 150 left", "2: 100 at 10, 0 left", "1: 100 at 10, 50 left", "1: 10 at 10, 40 left"}));
  EXPECT_EQ(venue.quote(3, "9.9", 100, "10", 500), (Lines{"1: 40 at 10, 0 left"}));
}

TEST(Iceberg, TakesAQuoteThatCrossesItWhole) {
  Venue venue;
  OrderTicket ticket = limit(1, Side::buy, 250, "10");
  ticket.display_size = quantity(10);
  venue.submit(ticket);
  venue.submit(limit(2, Side::buy, 100, "10"));
  EXPECT_EQ(venue.quote(1, "9.9", 100, "9.98", 300), (Lines{"1: 250 at 9.98, 0 left", "2: 50 at 9.98, 50 left"}));
}

TEST(Halt, StopsFillsAndEndsOfImmediateOrdersUntilItIsOver) {
  Venue venue;
  OrderTicket ticket = limit(1, Side::buy, 300, "10");
  ticket.time_in_force = TimeInForce::ioc;
  venue.submit(ticket);
  ticket = limit(2, Side::sell, 100, "9");
  ticket.good_till = at(2);
  venue.submit(ticket);
  ticket = market(3, Side::buy, 10);
  ticket.auction = Auction::opening;
  venue.submit(ticket);
  venue.engine.set_halted(SymbolIndex{0}, true);
  EXPECT_TRUE(venue.engine.is_halted(SymbolIndex{0}));
  EXPECT_EQ(venue.quote(1, "9.5", 100, "9.6", 100), Lines{});
  EXPECT_EQ(venue.trade(1, "9.5", 100), Lines{});
  EXPECT_EQ(venue.auction(Auction::opening, 1, "9.5", 100), Lines{});
  EXPECT_EQ(venue.trade(2, "9.5", 100), (Lines{"2: expired, 100 unfilled"}));
  venue.engine.set_halted(SymbolIndex{0}, false);
  EXPECT_EQ(venue.auction(Auction::opening, 3, "9.6", 100), (Lines{"3: 10 at 9.6, 0 left", "1: 90 at 9.6, 210 left"}));
  EXPECT_EQ(venue.quote(4, "9.5", 100, "9.6", 100),
            (Lines{"1: 100 at 9.6, 110 left", "1: not immediate, 110 unfilled"}));
}

TEST(QueuePosition, WaitsBehindTheSizeDisplayedAtArrivalWhichPrintsShrink) {
  Venue venue{{.queue_position = true}};
  venue.quote(1, "10", 500, "10.02", 500);
  venue.submit(limit(1, Side::buy, 100, "10"), 1);
  venue.submit(limit(2, Side::buy, 100, "10"), 1);
  EXPECT_EQ(venue.trade(2, "10", 300), Lines{});
  EXPECT_EQ(venue.ahead(1), "200");
  EXPECT_EQ(venue.trade(3, "10", 250), (Lines{"1: 50 at 10, 50 left"}));
  EXPECT_EQ(venue.ahead(2), "0");
  EXPECT_EQ(venue.trade(4, "10", 80), (Lines{"1: 50 at 10, 0 left", "2: 30 at 10, 70 left"}));
  EXPECT_EQ(venue.trade(5, "10.01", 80), Lines{});  // not at its price
}

TEST(QueuePosition, IsShortenedByQuotesThatShowLess) {
  Venue venue{{.queue_position = true}};
  venue.quote(1, "10", 500, "10.02", 400);
  venue.submit(limit(1, Side::sell, 100, "10.02"), 1);
  venue.quote(2, "10", 500, "10.02", 900);  // more came behind
  EXPECT_EQ(venue.ahead(1), "400");
  venue.quote(3, "10", 500, "10.02", 30);
  EXPECT_EQ(venue.ahead(1), "30");
  venue.quote(4, "10", 500, "10.01", 900);  // others are better now
  EXPECT_EQ(venue.ahead(1), "30");
  venue.quote(5, "10", 500, "10.03", 900);  // and all are gone
  EXPECT_EQ(venue.ahead(1), "0");
  EXPECT_EQ(venue.trade(6, "10.02", 10), (Lines{"1: 10 at 10.02, 90 left"}));
}

TEST(QueuePosition, IsUnknownUntilTheBestQuoteGetsThere) {
  Venue venue{{.queue_position = true}};
  venue.submit(limit(1, Side::buy, 100, "9.98"), 0);
  venue.quote(1, "10", 500, "10.02", 400);
  EXPECT_EQ(venue.trade(2, "9.98", 1000), Lines{});
  EXPECT_EQ(venue.ahead(1), "unknown");
  venue.quote(3, "9.98", 70, "10.02", 400);
  EXPECT_EQ(venue.ahead(1), "70");
  EXPECT_EQ(venue.trade(4, "9.97", 10), (Lines{"1: 10 at 9.98, 90 left"}));  // through it: nobody is ahead
  EXPECT_EQ(venue.ahead(1), "0");
}

TEST(QueuePosition, BeginsInFrontAtAPriceOfItsOwn) {
  Venue venue{{.queue_position = true}};
  venue.quote(1, "10", 500, "10.02", 400);
  venue.submit(limit(1, Side::buy, 100, "10.01"), 1);
  EXPECT_EQ(venue.trade(2, "10.01", 60), (Lines{"1: 60 at 10.01, 40 left"}));
}

TEST(QueuePosition, BeginsAgainForTheNextPartOfAnIceberg) {
  Venue venue{{.queue_position = true}};
  venue.quote(1, "10", 50, "10.02", 400);
  OrderTicket ticket = limit(1, Side::buy, 300, "10");
  ticket.display_size = quantity(100);
  venue.submit(ticket, 1);
  EXPECT_EQ(venue.trade(2, "10", 400), (Lines{"1: 100 at 10, 200 left"}));
  EXPECT_EQ(venue.ahead(1), "50");
  EXPECT_EQ(venue.trade(3, "10", 70), (Lines{"1: 20 at 10, 180 left"}));
}

TEST(Latency, LetsAnOrderArriveLater) {
  Venue venue{{.latency = std::chrono::seconds{3}}};
  venue.submit(market(1, Side::buy, 100), 0);
  EXPECT_EQ(venue.quote(3, "10", 100, "10.01", 400), Lines{});
  EXPECT_EQ(venue.quote(4, "10", 100, "10.02", 400), (Lines{"1: 100 at 10.02, 0 left"}));
}

TEST(Slippage, MakesQuotesWorseButNeverThanALimit) {
  Venue venue;
  venue.engine.set_slippage(SymbolIndex{0}, price("0.02"));
  venue.submit(market(1, Side::buy, 100));
  venue.submit(limit(2, Side::buy, 100, "10.02"));
  venue.submit(limit(3, Side::buy, 100, "10.05"));
  venue.submit(market(4, Side::sell, 100));
  EXPECT_EQ(venue.quote(1, "10", 100, "10.01", 400), (Lines{"1: 100 at 10.03, 0 left", "3: 100 at 10.03, 0 left",
                                                            "2: 100 at 10.02, 0 left", "4: 100 at 9.98, 0 left"}));
  venue.submit(market(5, Side::sell, 100), 1);
  EXPECT_EQ(venue.quote(2, "0.01", 100, "0.02", 400), (Lines{"5: 100 at 0.01, 0 left"}));
}

TEST(MatchingEngine, RefusesWhatItsOrdersCannotBe) {
  Venue venue;
  OrderTicket ticket = market(1, Side::buy, 10);
  ticket.display_size = quantity(5);
  EXPECT_EQ(venue.submit(ticket), (Lines{"venue order 1: a market order displays nothing"}));
  ticket.display_size = Quantity::zero();
  ticket.minimum_quantity = quantity(11);
  EXPECT_EQ(venue.submit(ticket), (Lines{"venue order 1: the minimum is above the quantity"}));
  ticket.minimum_quantity = quantity(10);
  ticket.auction = Auction::opening;
  ticket.fill_or_kill = true;
  EXPECT_EQ(venue.submit(ticket), (Lines{"venue order 1: an order for an auction is not immediate"}));
  EXPECT_EQ(venue.engine.working_count(), 0U);
}

// Goal: whatever an order asks for and whatever the options are, it gets no more than that, and nothing that was not there.
// Method: random tickets, cancels, halts, quotes, prints, auctions and ends of sessions, twice with the same reports. Each
// side of an event gives at most its size; each order's fills obey its limit, its arrival, its minimum, its all or nothing,
// its good-till time and its auction; and what it got and what was left of it are its quantity.
class Everything {
 public:
  explicit Everything(std::uint64_t seed) : rng_{seed} {
    options_.queue_position = rng_.one_in(2);
    options_.latency = std::chrono::seconds{rng_.below(3)};
    engine_ = MatchingEngine{{QuoteData::present, QuoteData::absent}, options_};
    if (rng_.one_in(2)) engine_.set_slippage(SymbolIndex{0}, Price::from_raw(2));
  }

  std::vector<VenueReport> run() {
    std::vector<VenueReport> all;
    for (int second = 1; second < 200; ++second) {
      submit(second);
      if (const VenueOrderId victim{rng_.between(1, 200)}; rng_.one_in(3)) {
        if (const auto left = engine_.cancel(victim)) end(victim, *left);
      }
      const SymbolIndex symbol{static_cast<std::uint32_t>(rng_.below(2))};
      if (rng_.one_in(20)) engine_.set_halted(symbol, !engine_.is_halted(symbol));
      std::vector<VenueReport> reports;
      happen(second, symbol, reports);
      all.insert(all.end(), reports.begin(), reports.end());
      if (!rng_.one_in(40)) continue;
      reports.clear();
      engine_.end_session(at(second), reports);
      for (const VenueReport& report : reports) {
        const auto& ended = std::get<OrderEnded>(report);
        end(ended.order, ended.unfilled);
      }
      all.insert(all.end(), reports.begin(), reports.end());
    }
    RC_ASSERT(engine_.working_count() == orders_.size());
    for (const auto& [id, order] : orders_)
      RC_ASSERT(engine_.unfilled(id)->raw() + order.done == order.ticket.quantity.raw());
    return all;
  }

 private:
  struct Seen {
    OrderTicket ticket;
    Timestamp arrival;
    std::int64_t done = 0;
  };

  void submit(int second) {
    OrderTicket ticket{.id = VenueOrderId{second},
                       .symbol = SymbolIndex{static_cast<std::uint32_t>(rng_.below(2))},
                       .side = rng_.one_in(2) ? Side::buy : Side::sell,
                       .quantity = Quantity::from_raw(rng_.between(1, 500)),
                       .limit_price = std::nullopt};
    ticket.time_in_force = std::array{TimeInForce::day, TimeInForce::gtc, TimeInForce::ioc}[rng_.below(3)];
    if (!rng_.one_in(4)) {
      ticket.type = OrderType::limit;
      ticket.limit_price = Price::from_raw(rng_.between(95, 105));
      if (rng_.one_in(3)) ticket.display_size = Quantity::from_raw(rng_.between(1, 100));
    }
    ticket.fill_or_kill = rng_.one_in(6);
    ticket.all_or_none = rng_.one_in(6);
    if (rng_.one_in(4)) ticket.minimum_quantity = Quantity::from_raw(rng_.between(0, ticket.quantity.raw()));
    if (rng_.one_in(4)) ticket.good_till = at(second + static_cast<int>(rng_.below(40)));
    const bool is_immediate = ticket.fill_or_kill || ticket.time_in_force == TimeInForce::ioc;
    if (!is_immediate && rng_.one_in(4)) ticket.auction = rng_.one_in(2) ? Auction::opening : Auction::closing;
    const Timestamp arrival = at(second + static_cast<int>(rng_.below(3)));
    RC_ASSERT(engine_.submit(ticket, arrival).has_value());
    orders_.insert({ticket.id, {ticket, arrival + options_.latency}});
  }

  void happen(int second, SymbolIndex symbol, std::vector<VenueReport>& reports) {
    const bool has_quotes = symbol.value() == 0;
    const auto size = [&] { return Quantity::from_raw(rng_.between(0, 800)); };
    const Price bid = Price::from_raw(rng_.between(95, 100));
    const Price ask = Price::from_raw(rng_.between(100, 105));
    std::array<Quantity, 2> offered{size(), size()};
    std::optional<Auction> auction;
    if (has_quotes && rng_.one_in(2)) {
      engine_.on_market({.time = at(second),
                         .symbol = symbol,
                         .data = model::Quote{.bid = bid, .ask = ask, .bid_size = offered[1], .ask_size = offered[0]}},
                        reports);
    } else {
      offered[1] = offered[0];
      const model::Trade print{.time = at(second), .price = rng_.one_in(2) ? bid : ask, .size = offered[0]};
      if (rng_.one_in(4)) {
        auction = rng_.one_in(2) ? Auction::opening : Auction::closing;
        engine_.on_auction(*auction, symbol, print, reports);
      } else {
        engine_.on_market({.time = at(second), .symbol = symbol, .data = print}, reports);
      }
    }
    check(second, symbol, offered, auction, reports);
  }

  void check(int second, SymbolIndex symbol, const std::array<Quantity, 2>& offered, std::optional<Auction> auction,
             const std::vector<VenueReport>& reports) {
    std::array<std::int64_t, 2> filled{};
    for (const VenueReport& report : reports) {
      if (const auto* ended = std::get_if<OrderEnded>(&report)) {
        if (ended->reason == EndReason::expired)
          RC_ASSERT(ended->time == orders_.at(ended->order).ticket.good_till.value());
        end(ended->order, ended->unfilled);
        continue;
      }
      const Fill& fill = std::get<Fill>(report);
      Seen& order = orders_.at(fill.order);
      const OrderTicket& ticket = order.ticket;
      const bool buys = ticket.side == Side::buy;
      RC_ASSERT(!engine_.is_halted(symbol));
      RC_ASSERT(ticket.symbol == symbol);
      RC_ASSERT(at(second) > order.arrival);
      RC_ASSERT((!ticket.good_till || at(second) < *ticket.good_till));
      RC_ASSERT((!ticket.auction || ticket.auction == auction));
      RC_ASSERT(
          (!ticket.limit_price || (buys ? fill.price <= *ticket.limit_price : fill.price >= *ticket.limit_price)));
      RC_ASSERT((!(ticket.fill_or_kill || ticket.all_or_none) || fill.quantity == ticket.quantity));
      RC_ASSERT((order.done != 0 || fill.quantity >= ticket.minimum_quantity));
      filled[buys ? 0 : 1] += fill.quantity.raw();
      order.done += fill.quantity.raw();
      RC_ASSERT(order.done + fill.remaining.raw() == ticket.quantity.raw());
      if (fill.remaining.is_zero()) orders_.erase(fill.order);
    }
    RC_ASSERT(filled[0] <= offered[0].raw());
    RC_ASSERT(filled[1] <= offered[1].raw());
  }

  void end(VenueOrderId id, Quantity left) {
    const Seen& order = orders_.at(id);
    RC_ASSERT(order.done + left.raw() == order.ticket.quantity.raw());
    orders_.erase(id);
  }

  Rng rng_;
  MatchingOptions options_;
  MatchingEngine engine_{{}};
  std::map<VenueOrderId, Seen> orders_;  // that work
};

RC_GTEST_PROP(MatchingEngine, GivesNoOrderMoreThanItAsksForOrThanIsThere, (std::uint64_t seed)) {
  const std::vector<VenueReport> reports = Everything{seed}.run();
  RC_ASSERT(reports == Everything{seed}.run());
}

}  // namespace
}  // namespace tradewind::sim::venue
