#include "tradewind/sim/venue/matching.hpp"

#include "tradewind/core/base/rng.hpp"

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
Quantity quantity(std::string_view text) { return Quantity::parse(text).value(); }
Timestamp at(int second) { return from_civil_utc({2013, 10, 7, 13, 30, 0}) + std::chrono::seconds{second}; }

OrderTicket market(int id, Side side, std::string_view shares) {
  return {.id = VenueOrderId{id}, .side = side, .quantity = quantity(shares), .limit_price = std::nullopt};
}
OrderTicket limit(int id, Side side, std::string_view shares, std::string_view limit_price) {
  OrderTicket ticket = market(id, side, shares);
  ticket.type = OrderType::limit;
  ticket.limit_price = price(limit_price);
  return ticket;
}
OrderTicket with(OrderTicket ticket, TimeInForce time_in_force) {
  ticket.time_in_force = time_in_force;
  return ticket;
}

// A venue of two symbols, 0 with quotes and 1 without, whose reports are read as text.
class Venue {
 public:
  Lines submit(const OrderTicket& ticket, int second = 0) {
    const auto accepted = engine_.submit(ticket, at(second));
    return accepted ? Lines{} : Lines{accepted.error().detail};
  }
  std::optional<Quantity> cancel(int id) { return engine_.cancel(VenueOrderId{id}); }
  Lines quote(int second, std::string_view bid, std::string_view bid_size, std::string_view ask,
              std::string_view ask_size) {
    model::Quote quote;
    if (!bid.empty()) quote.bid = price(bid);
    if (!ask.empty()) quote.ask = price(ask);
    quote.bid_size = quantity(bid_size);
    quote.ask_size = quantity(ask_size);
    return show({.time = at(second), .symbol = SymbolIndex{0}, .data = quote});
  }
  Lines trade(int second, std::string_view trade_price, std::string_view size, std::uint32_t symbol = 0) {
    return show({.time = at(second),
                 .symbol = SymbolIndex{symbol},
                 .data = model::Trade{.time = at(second), .price = price(trade_price), .size = quantity(size)}});
  }
  Lines end_session(int second) {
    std::vector<VenueReport> reports;
    engine_.end_session(at(second), reports);
    return lines(reports);
  }
  [[nodiscard]] std::size_t working() const { return engine_.working_count(); }
  [[nodiscard]] std::string unfilled(int id) const { return engine_.unfilled(VenueOrderId{id}).value().text(); }

 private:
  Lines show(const MarketEvent& event) {
    std::vector<VenueReport> reports;
    engine_.on_market(event, reports);
    for (const VenueReport& report : reports) {
      EXPECT_EQ(std::visit([](const auto& r) { return r.time; }, report), event.time);
    }
    return lines(reports);
  }
  static Lines lines(const std::vector<VenueReport>& reports) {
    Lines lines;
    for (const VenueReport& report : reports) {
      if (const auto* fill = std::get_if<Fill>(&report)) {
        lines.push_back(
            fmt::format("{}: {} at {}, {} left", fill->order, fill->quantity, fill->price, fill->remaining));
      } else {
        const auto& ended = std::get<OrderEnded>(report);
        lines.push_back(fmt::format("{}: {} with {} unfilled", ended.order,
                                    ended.reason == EndReason::session_over ? "session over" : "not immediate",
                                    ended.unfilled));
      }
    }
    return lines;
  }

  MatchingEngine engine_{{QuoteData::present, QuoteData::absent}};
};

TEST(MatchingEngine, FillsAMarketOrderAtTheOppositeSideOfEachLaterQuoteUpToItsSize) {
  Venue venue;
  venue.submit(market(1, Side::buy, "500"));
  EXPECT_EQ(venue.quote(1, "10.00", "900", "10.01", "200"), (Lines{"1: 200 at 10.01, 300 left"}));
  EXPECT_EQ(venue.quote(2, "10.00", "900", "10.02", "200"), (Lines{"1: 200 at 10.02, 100 left"}));
  EXPECT_EQ(venue.quote(3, "10.00", "900", "10.03", "200"), (Lines{"1: 100 at 10.03, 0 left"}));
  EXPECT_EQ(venue.quote(4, "10.00", "900", "10.04", "200"), Lines{});

  venue.submit(market(2, Side::sell, "50"), 4);
  EXPECT_EQ(venue.quote(5, "9.99", "300", "10.04", "200"), (Lines{"2: 50 at 9.99, 0 left"}));
  EXPECT_EQ(venue.working(), 0U);
}

TEST(MatchingEngine, FillsOnlyAgainstDataStampedAfterTheArrival) {
  Venue venue;
  venue.submit(market(1, Side::buy, "10"), 5);
  venue.submit(limit(2, Side::buy, "10", "11"), 5);
  EXPECT_EQ(venue.quote(4, "10", "100", "10.01", "100"), Lines{});
  EXPECT_EQ(venue.quote(5, "10", "100", "10.01", "100"), Lines{});  // at the same instant is not after
  EXPECT_EQ(venue.trade(5, "9", "100"), Lines{});
  EXPECT_EQ(venue.quote(6, "10", "100", "10.01", "100"), (Lines{"1: 10 at 10.01, 0 left", "2: 10 at 10.01, 0 left"}));
}

TEST(MatchingEngine, WaitsWhileTheOppositeSideIsEmpty) {
  Venue venue;
  venue.submit(market(1, Side::buy, "10"));
  EXPECT_EQ(venue.quote(1, "10", "100", "", "0"), Lines{});
  EXPECT_EQ(venue.quote(2, "10", "100", "10.01", "0"), Lines{});  // a price without size
  EXPECT_EQ(venue.quote(3, "", "0", "10.01", "100"), (Lines{"1: 10 at 10.01, 0 left"}));
}

TEST(MatchingEngine, FillsMarketOrdersAtPrintsOnlyWhereThereAreNoQuotes) {
  Venue venue;
  venue.submit(market(1, Side::buy, "10"));
  venue.submit(limit(3, Side::buy, "10", "11"));
  EXPECT_EQ(venue.trade(1, "10", "100"), (Lines{"3: 10 at 11, 0 left"}));  // not held up by the market order
  OrderTicket unquoted = market(2, Side::sell, "150");
  unquoted.symbol = SymbolIndex{1};
  venue.submit(unquoted, 1);
  EXPECT_EQ(venue.trade(2, "7", "100", 1), (Lines{"2: 100 at 7, 50 left"}));
  EXPECT_EQ(venue.trade(3, "6", "100", 1), (Lines{"2: 50 at 6, 0 left"}));
  EXPECT_EQ(venue.unfilled(1), "10");
}

TEST(MatchingEngine, FillsALimitOrderAtTheQuoteThatCrossesIt) {
  Venue venue;
  venue.submit(limit(1, Side::buy, "300", "10.00"));
  venue.submit(limit(2, Side::sell, "300", "10.50"));
  EXPECT_EQ(venue.quote(1, "10.40", "100", "10.01", "100"), Lines{});
  EXPECT_EQ(venue.quote(2, "10.50", "100", "10.51", "100"), (Lines{"2: 100 at 10.5, 200 left"}));
  EXPECT_EQ(venue.quote(3, "10.60", "100", "10.61", "100"), (Lines{"2: 100 at 10.6, 100 left"}));  // better as quoted
  EXPECT_EQ(venue.quote(4, "9.90", "100", "9.95", "500"), (Lines{"1: 300 at 9.95, 0 left"}));
}

TEST(MatchingEngine, FillsALimitOrderAtItsLimitOnPrintsStrictlyThroughIt) {
  Venue venue;
  venue.submit(limit(1, Side::buy, "300", "10.00"));
  EXPECT_EQ(venue.trade(1, "10.00", "1000"), Lines{});  // at the limit others may have been first
  EXPECT_EQ(venue.trade(2, "9.99", "100"), (Lines{"1: 100 at 10, 200 left"}));
  venue.submit(limit(2, Side::sell, "50", "9.00"), 2);
  EXPECT_EQ(venue.trade(3, "9.00", "100"), (Lines{"1: 100 at 10, 100 left"}));
  EXPECT_EQ(venue.trade(4, "9.01", "100"),
            (Lines{"1: 100 at 10, 0 left", "2: 50 at 9, 0 left"}));  // each side has the print
}

TEST(MatchingEngine, FillsAtPrintsNoBetterThanTheQuoteWhatWouldHaveCrossedIt) {
  Venue venue;
  venue.quote(1, "9.99", "100", "10.01", "100");
  venue.submit(limit(1, Side::buy, "100", "20"), 1);
  venue.submit(limit(2, Side::sell, "100", "1"), 1);
  EXPECT_EQ(venue.trade(2, "10", "100"), (Lines{"1: 100 at 10.01, 0 left", "2: 100 at 9.99, 0 left"}));
  venue.submit(limit(3, Side::buy, "100", "10.05"), 2);
  venue.submit(limit(4, Side::sell, "100", "9.95"), 2);
  EXPECT_EQ(venue.trade(3, "10.04", "100"), (Lines{"3: 100 at 10.04, 0 left", "4: 100 at 9.99, 0 left"}));
  venue.submit(limit(5, Side::buy, "100", "10"), 3);
  EXPECT_EQ(venue.trade(4, "9.5", "100"), (Lines{"5: 100 at 10, 0 left"}));
}

TEST(MatchingEngine, SharesTheDisplayedSizeByPriceThenTime) {
  Venue venue;
  venue.submit(limit(1, Side::buy, "100", "10.00"), 0);
  venue.submit(limit(2, Side::buy, "100", "10.02"), 1);
  venue.submit(limit(3, Side::buy, "100", "10.01"), 1);
  venue.submit(limit(4, Side::buy, "100", "10.02"), 0);
  venue.submit(market(5, Side::buy, "30"), 1);
  venue.submit(limit(6, Side::buy, "100", "10.02"), 1);
  EXPECT_EQ(venue.quote(2, "9.98", "100", "9.99", "280"), (Lines{"5: 30 at 9.99, 0 left", "4: 100 at 9.99, 0 left",
                                                                 "2: 100 at 9.99, 0 left", "6: 50 at 9.99, 50 left"}));
  EXPECT_EQ(venue.quote(3, "9.98", "100", "10.01", "120"),
            (Lines{"6: 50 at 10.01, 0 left", "3: 70 at 10.01, 30 left"}));
}

TEST(MatchingEngine, PutsTheLowestSellLimitFirst) {
  Venue venue;
  venue.submit(limit(1, Side::sell, "100", "10.02"));
  venue.submit(limit(2, Side::sell, "100", "10.01"));
  EXPECT_EQ(venue.quote(1, "10.03", "150", "10.04", "100"),
            (Lines{"2: 100 at 10.03, 0 left", "1: 50 at 10.03, 50 left"}));
}

// An order that has not arrived yet does not stand in the way of worse ones that have.
TEST(MatchingEngine, PassesOverOrdersThatArriveLater) {
  Venue venue;
  venue.submit(limit(1, Side::buy, "100", "10.02"), 9);
  venue.submit(limit(2, Side::buy, "100", "10.01"), 0);
  EXPECT_EQ(venue.quote(5, "9.98", "100", "9.99", "280"), (Lines{"2: 100 at 9.99, 0 left"}));
}

TEST(MatchingEngine, EndsAnImmediateOrderWithTheFirstLaterQuote) {
  Venue venue;
  venue.submit(with(limit(1, Side::buy, "300", "10.01"), TimeInForce::ioc), 1);
  venue.submit(with(market(2, Side::sell, "20"), TimeInForce::ioc), 3);
  EXPECT_EQ(venue.quote(1, "9", "100", "10", "100"), Lines{});  // not after its arrival
  EXPECT_EQ(venue.trade(2, "10.00", "40"), (Lines{"1: 40 at 10, 260 left"}));
  EXPECT_EQ(venue.quote(3, "9.99", "100", "10.00", "100"),
            (Lines{"1: 100 at 10, 160 left", "1: not immediate with 160 unfilled"}));
  EXPECT_EQ(venue.quote(4, "9.99", "100", "10.00", "100"), (Lines{"2: 20 at 9.99, 0 left"}));
  EXPECT_EQ(venue.working(), 0U);
}

TEST(MatchingEngine, EndsAnImmediateOrderWithTheFirstLaterPrintWhereThereAreNoQuotes) {
  Venue venue;
  OrderTicket ticket = with(limit(1, Side::buy, "30", "10"), TimeInForce::ioc);
  ticket.symbol = SymbolIndex{1};
  venue.submit(ticket);
  EXPECT_EQ(venue.trade(1, "10", "100", 1), (Lines{"1: not immediate with 30 unfilled"}));
}

TEST(MatchingEngine, EndsDayOrdersWithTheSessionAndKeepsOthers) {
  Venue venue;
  venue.submit(with(limit(4, Side::buy, "30", "10"), TimeInForce::gtc));
  venue.submit(limit(3, Side::buy, "30", "10"));
  venue.submit(with(market(2, Side::buy, "30"), TimeInForce::ioc));
  venue.submit(limit(1, Side::sell, "30", "12"));
  venue.submit(limit(5, Side::sell, "30", "12"), 100);  // for the next session
  EXPECT_EQ(venue.end_session(50), (Lines{"1: session over with 30 unfilled", "2: session over with 30 unfilled",
                                          "3: session over with 30 unfilled"}));
  EXPECT_EQ(venue.quote(60, "9.99", "100", "10", "100"), (Lines{"4: 30 at 10, 0 left"}));
  EXPECT_EQ(venue.quote(101, "12", "100", "13", "100"), (Lines{"5: 30 at 12, 0 left"}));
}

TEST(MatchingEngine, CancelsWhatIsUnfilled) {
  Venue venue;
  venue.submit(market(1, Side::buy, "300"));
  venue.quote(1, "9", "100", "10", "100");
  EXPECT_EQ(venue.cancel(1), Quantity::of(200));
  EXPECT_FALSE(venue.cancel(1).has_value());
  EXPECT_FALSE(venue.cancel(7).has_value());
  EXPECT_EQ(venue.quote(2, "9", "100", "10", "100"), Lines{});
}

TEST(MatchingEngine, FillsFractionsExactly) {
  Venue venue;
  venue.submit(market(1, Side::buy, "0.30000001"));
  EXPECT_EQ(venue.quote(1, "9", "1", "10", "0.1"), (Lines{"1: 0.1 at 10, 0.20000001 left"}));
  EXPECT_EQ(venue.quote(2, "9", "1", "10", "0.2"), (Lines{"1: 0.2 at 10, 0.00000001 left"}));
}

TEST(MatchingEngine, RefusesTicketsThatMakeNoSense) {
  Venue venue;
  EXPECT_EQ(venue.submit(market(1, Side::buy, "0")), (Lines{"venue order 1: the quantity is zero"}));
  OrderTicket ticket = market(2, Side::buy, "1");
  ticket.limit_price = price("1");
  EXPECT_EQ(venue.submit(ticket), (Lines{"venue order 2: a market order has no limit price"}));
  ticket.type = OrderType::limit;
  ticket.limit_price.reset();
  EXPECT_EQ(venue.submit(ticket), (Lines{"venue order 2: a limit order needs a limit price"}));
  ticket = market(3, Side::buy, "1");
  ticket.symbol = SymbolIndex{2};
  EXPECT_EQ(venue.submit(ticket), (Lines{"venue order 3: the venue has no such symbol"}));
  EXPECT_EQ(venue.submit(market(4, Side::buy, "1")), Lines{});
  EXPECT_EQ(venue.submit(market(4, Side::sell, "1")),
            (Lines{"venue order 4: an order with this id is working already"}));
  EXPECT_EQ(venue.working(), 1U);
}

// Goal: nothing is ever filled that was not there. Method: random orders, cancels and events; for every event
// and side, the fills are at most the size offered, at prices the order allows, after its arrival, and each
// order's fills and what it ended or was cancelled with sum to its quantity. The same run twice gives the
// same reports.
RC_GTEST_PROP(MatchingEngine, NeverFillsMoreThanIsOfferedOrOrdered, (std::uint64_t seed)) {
  struct Seen {
    OrderTicket ticket;
    Timestamp arrival;
    std::int64_t done = 0;
  };
  const auto run = [&] {
    Rng rng{seed};
    MatchingEngine engine{{QuoteData::present, QuoteData::absent}};
    std::map<VenueOrderId, Seen> orders;
    std::vector<VenueReport> all;
    for (int second = 1; second < 200; ++second) {
      const VenueOrderId id{second};
      OrderTicket ticket{
          .id = id, .symbol = SymbolIndex{static_cast<std::uint32_t>(rng.below(2))}, .limit_price = std::nullopt};
      ticket.side = rng.one_in(2) ? Side::buy : Side::sell;
      ticket.quantity = Quantity::from_raw(rng.between(1, 500));
      ticket.time_in_force = std::array{TimeInForce::day, TimeInForce::gtc, TimeInForce::ioc}[rng.below(3)];
      if (rng.one_in(2)) {
        ticket.type = OrderType::limit;
        ticket.limit_price = Price::from_raw(rng.between(95, 105));
      }
      const Timestamp arrival = at(second + static_cast<int>(rng.below(3)));
      RC_ASSERT(engine.submit(ticket, arrival).has_value());
      orders.insert({id, {ticket, arrival}});
      const VenueOrderId victim{rng.between(1, 200)};
      if (const auto left = engine.cancel(victim)) orders.at(victim).done += left->raw();

      MarketEvent event{
          .time = at(second), .symbol = SymbolIndex{static_cast<std::uint32_t>(rng.below(2))}, .data = {}};
      model::Quote quote;
      model::Trade trade{.time = event.time};
      const bool is_print = event.symbol.value() == 1 || rng.one_in(2);
      if (is_print) {
        trade.price = Price::from_raw(rng.between(95, 105));
        trade.size = Quantity::from_raw(rng.between(0, 800));
        event.data = trade;
      } else {
        quote = {.bid = Price::from_raw(rng.between(95, 100)),
                 .ask = Price::from_raw(rng.between(100, 105)),
                 .bid_size = Quantity::from_raw(rng.between(0, 800)),
                 .ask_size = Quantity::from_raw(rng.between(0, 800))};
        event.data = quote;
      }
      std::vector<VenueReport> reports;
      engine.on_market(event, reports);
      if (rng.one_in(50)) engine.end_session(event.time, reports);

      std::array<std::int64_t, 2> filled{};
      for (const VenueReport& report : reports) {
        if (const auto* ended = std::get_if<OrderEnded>(&report)) {
          orders.at(ended->order).done += ended->unfilled.raw();
          RC_ASSERT(orders.at(ended->order).done == orders.at(ended->order).ticket.quantity.raw());
          continue;
        }
        const Fill& fill = std::get<Fill>(report);
        Seen& order = orders.at(fill.order);
        const bool buys = order.ticket.side == Side::buy;
        RC_ASSERT(event.time > order.arrival);
        RC_ASSERT(order.ticket.symbol == event.symbol);
        // In parentheses: the macro takes a bare || apart and evaluates both sides.
        RC_ASSERT((!order.ticket.limit_price ||
                   (buys ? fill.price <= *order.ticket.limit_price : fill.price >= *order.ticket.limit_price)));
        RC_ASSERT((is_print || fill.price == (buys ? *quote.ask : *quote.bid)));
        filled[buys ? 0 : 1] += fill.quantity.raw();
        order.done += fill.quantity.raw();
        RC_ASSERT(order.done + fill.remaining.raw() == order.ticket.quantity.raw());
      }
      RC_ASSERT(filled[0] <= (is_print ? trade.size : quote.ask_size).raw());
      RC_ASSERT(filled[1] <= (is_print ? trade.size : quote.bid_size).raw());
      all.insert(all.end(), reports.begin(), reports.end());
    }
    return all;
  };
  RC_ASSERT(run() == run());
}

}  // namespace
}  // namespace tradewind::sim::venue
