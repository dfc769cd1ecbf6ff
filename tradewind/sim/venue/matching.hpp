#pragma once

#include "tradewind/core/base/flat_index.hpp"
#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/core/model/order.hpp"
#include "tradewind/sim/venue/market_event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace tradewind::sim::venue {

// An order at the venue, chosen by the caller; the same id is never used twice.
using VenueOrderId = Id<struct VenueOrderIdTag, std::int64_t>;

enum class Auction : std::uint8_t { opening, closing };

struct OrderTicket {
  VenueOrderId id{0};
  SymbolIndex symbol{0};
  Side side = Side::buy;
  Quantity quantity = Quantity::zero();
  model::OrderType type = model::OrderType::market;
  std::optional<Price> limit_price;  // exactly for a limit order
  model::TimeInForce time_in_force = model::TimeInForce::day;
  bool fill_or_kill = false;                     // all at once and immediately, or nothing
  bool all_or_none = false;                      // all at once
  Quantity minimum_quantity = Quantity::zero();  // of its first fill
  std::optional<Timestamp> good_till;            // GTD: the instant it ends at; then it outlives sessions
  std::optional<Auction> auction;                // for this auction alone
  Quantity display_size = Quantity::zero();      // of a limit order, so much is shown at a time; zero: all of it
};

struct Fill {
  VenueOrderId order{0};
  Timestamp time;
  Price price = Price::zero();
  Quantity quantity = Quantity::zero();
  Quantity remaining = Quantity::zero();  // of the order; zero when this fill completes it

  friend bool operator==(const Fill&, const Fill&) = default;
};

enum class EndReason : std::uint8_t {
  session_over,   // a DAY order, or an IOC order that met no data, at the end of the session
  not_immediate,  // what an IOC order could not fill at once, or all of a fill-or-kill order
  expired,        // the time an order was good till
  auction_over,   // what an auction left of an order for it
};

// An order that ended with something left unfilled, without being cancelled by its owner.
struct OrderEnded {
  VenueOrderId order{0};
  Timestamp time;
  EndReason reason{};
  Quantity unfilled = Quantity::zero();

  friend bool operator==(const OrderEnded&, const OrderEnded&) = default;
};

using VenueReport = std::variant<Fill, OrderEnded>;

// Whether a symbol's data has quotes at all; where it has none, market orders fill at prints.
enum class QuoteData : std::uint8_t { present, absent };

// What makes fills harder to come by. Nothing of it holds unless asked for.
struct MatchingOptions {
  // A limit order waits behind the size that is displayed at its price when it arrives, or when the best quote first gets
  // there. Prints at the price take that size away, and so does a quote that shows less; what a print has left over fills the
  // order, at its limit. A level that the best quote has left behind is empty.
  bool queue_position = false;
  Duration latency{0};  // how long an order is on its way: it arrives so much later than `submit` says
};

// Fills market and limit orders from market data. Orders never meet each other: the market does not react to
// them.
//
//  1. An order fills only from data stamped strictly after its arrival.
//  2. A quote fills market orders, and limit orders it crosses, at the quoted price, which may be better than
//  the limit.
//  3. A print fills limit orders it is strictly through: at their limit, but those that would have crossed the last quote
//     at that quote, or at the print where that is worse. And market orders at the price of the print, where the symbol has
//     no quotes at all.
//  4. Each side of an event offers its size once: the ask size or a print's size to all buy orders together,
//  the bid size
//     or a print's size to all sell orders. Market orders come first, then the best limit, then the earliest
//     arrival, then the earliest submission.
//  5. An IOC order ends with the first later quote of its symbol, or the first later print where there are no
//  quotes.
//  6. DAY orders, and IOC orders still waiting, end when the caller says that the session is over. GTC orders
//  stay.
//  7. An order that wants more at once than is left of what an event offers is passed over: all of it for fill or kill and
//     all or none, and its minimum quantity for its first fill. Fill or kill ends as IOC does.
//  8. What an iceberg order displays fills like any limit order. Prints then find the next part of it behind all that has
//     arrived at its price; quotes that cross it meet all of it at once.
//  9. Orders for an auction fill from its print alone: market orders and limits it reaches, at its price. Then they end.
//     What they leave of it is a print for the others.
// 10. An order good till some time ends at that instant, before any data of it.
// 11. While a symbol is halted, none of its orders fills, and none ends because it did not.
class MatchingEngine {
 public:
  // One entry for each symbol.
  explicit MatchingEngine(const std::vector<QuoteData>& symbols, const MatchingOptions& options = {});

  // Market orders fill at prices so much worse than what is shown, and limit orders that a quote crosses, up to their limit.
  // Zero at first. The caller knows the symbol's price increment. No price above zero falls to zero or below.
  void set_slippage(SymbolIndex symbol, Price slippage);
  void set_halted(SymbolIndex symbol, bool halted);
  [[nodiscard]] bool is_halted(SymbolIndex symbol) const;

  // Takes an order that reaches the venue at `arrival` (later by the latency). Refused, with nothing changed: a symbol or
  // quantity that is none, a limit price that is missing or not wanted, a minimum above the quantity, a market order with a
  // display size, an auction order that is to be immediate, an id that is working already.
  Result<void> submit(const OrderTicket& ticket, Timestamp arrival);
  // Removes an order. Its unfilled quantity; empty when no such order is working.
  std::optional<Quantity> cancel(VenueOrderId id);
  // Adds what the event does to `out`: what expires until then, buys before sells, by priority, then the IOC orders it ends
  // by submission. Events come in ascending time.
  void on_market(const MarketEvent& event, std::vector<VenueReport>& out);
  // The print of an auction, in place of an event: adds orders for it, buys before sells, then the others, then what ends.
  void on_auction(Auction auction, SymbolIndex symbol, const model::Trade& print, std::vector<VenueReport>& out);
  // Ends what is good till `time` or earlier, by that time, then by id. Not needed for events, which do so first.
  void expire(Timestamp time, std::vector<VenueReport>& out);
  [[nodiscard]] std::optional<Timestamp> next_expiry() const;
  // Ends what does not outlive the session, in order of id; first what has expired.
  void end_session(Timestamp time, std::vector<VenueReport>& out);

  // Unfilled quantity of a working order.
  [[nodiscard]] std::optional<Quantity> unfilled(VenueOrderId id) const;
  // With queue positions: the displayed size that has to trade before a working order does. Empty where that is not known,
  // because the best quote has not been at its price yet.
  [[nodiscard]] std::optional<Quantity> queue_ahead(VenueOrderId id) const;
  [[nodiscard]] std::size_t working_count() const { return index_.size(); }

 private:
  using Slot = std::uint32_t;  // an order's place in orders_
  static constexpr Slot kNone = std::numeric_limits<Slot>::max();

  struct Order {
    OrderTicket ticket;
    Timestamp arrival;
    Timestamp queued;  // its arrival, or when the next part of an iceberg order came up
    Quantity unfilled = Quantity::zero();  // zero: the slot is free
    Quantity shown = Quantity::zero();  // of an iceberg order
    Quantity ahead = Quantity::zero();  // displayed size to trade first; kUnknown
    Slot next = kNone;  // in its queue
    Slot previous = kNone;

    // The least it takes at once.
    [[nodiscard]] Quantity least() const;
    [[nodiscard]] bool is_iceberg() const { return !ticket.display_size.is_zero(); }
  };
  // Orders of one price, or market orders: by `queued`, then as they came.
  struct Queue {
    Slot first = kNone;
    Slot last = kNone;
  };
  using Levels = std::map<std::int64_t, Queue>;  // by rank
  // Orders of one side. Ascending ranks are descending in priority.
  struct Ladder {
    Queue market;
    Levels limits;
  };
  struct Sides {
    Ladder buys;
    Ladder sells;

    [[nodiscard]] Ladder& of(Side side) { return side == Side::buy ? buys : sells; }
  };
  struct Book {
    QuoteData quote_data = QuoteData::present;
    bool is_halted = false;
    Price slippage = Price::zero();
    Sides orders;
    std::array<Sides, 2> auctions;
    std::vector<VenueOrderId> immediate;  // IOC orders by submission; some may have ended already
    // For queue positions.
    std::optional<model::Quote> quote;
    std::vector<VenueOrderId> unplaced;  // those whose arrival is not known to be past
  };
  enum class Source : std::uint8_t { quote, print, auction };
  // What one side of an event has for the orders against it.
  struct Offer {
    Timestamp time;
    Side side = Side::buy;  // of the orders
    Price price = Price::zero();
    Quantity size = Quantity::zero();
    Source source = Source::quote;
    bool takes_market_orders = true;
  };
  // How far an event gets: not to a limit, to it, so that it fills what comes next in the queue there, or past it.
  enum class Reach : std::uint8_t { none, queue, all };

  [[nodiscard]] Reach reach(const Offer& offer, Price limit) const;
  void fill(Book& book, Ladder& ladder, Offer& offer, std::vector<VenueReport>& out);
  [[nodiscard]] static Price price_at_print(const Book& book, Side side, Price print, Price limit);
  void fill_queue(Book& book, Queue& queue, Price price, Reach reach, Offer& offer, std::vector<VenueReport>& out);
  // How much of what is offered the order takes.
  [[nodiscard]] static Quantity take(Order& order, Reach reach, const Offer& offer);
  void show_next_part(const Book& book, Queue& queue, Slot slot, Reach reach, Timestamp time);
  void on_print(Book& book, Offer offer, std::vector<VenueReport>& out);
  void end_immediate(Book& book, Timestamp time, std::vector<VenueReport>& out);
  void end_auction(Ladder& ladder, Timestamp time, std::vector<VenueReport>& out);

  void place(Book& book, Timestamp time);
  void shorten_queues(const Book& book, const Ladder& ladder, Side side);

  [[nodiscard]] const Order* find(VenueOrderId id) const;
  [[nodiscard]] Ladder& ladder_of(const OrderTicket& ticket);
  [[nodiscard]] Queue& queue_of(const OrderTicket& ticket);
  void link(Queue& queue, Slot slot);
  void unlink(Queue& queue, Slot slot);
  void end(Slot slot, Timestamp time, EndReason reason, std::vector<VenueReport>& out);
  // Takes an order out of its queue and forgets it; the queue stays, even if it is empty.
  void release(Queue& queue, Slot slot);
  // The same, without leaving an empty queue.
  void remove(Slot slot);
  Levels::iterator remove_level(Ladder& ladder, Levels::iterator level);

  MatchingOptions options_;
  std::vector<Book> books_;
  std::vector<Order> orders_;
  std::vector<Slot> free_;  // places in orders_
  FlatIndex<VenueOrderId, Slot> index_;
  std::vector<Levels::node_type> spare_levels_;  // so that prices that come and go allocate nothing
  std::set<std::pair<Timestamp, VenueOrderId>> expiries_;
  std::optional<Timestamp> last_event_;
};

}  // namespace tradewind::sim::venue
