#pragma once

#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/core/model/order.hpp"
#include "tradewind/sim/venue/market_event.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace tradewind::sim::venue {

// An order at the venue, chosen by the caller; the same id is never used twice.
using VenueOrderId = Id<struct VenueOrderIdTag, std::int64_t>;

struct OrderTicket {
  VenueOrderId id{0};
  SymbolIndex symbol{0};
  Side side = Side::buy;
  Quantity quantity = Quantity::zero();
  model::OrderType type = model::OrderType::market;
  std::optional<Price> limit_price;  // exactly for a limit order
  model::TimeInForce time_in_force = model::TimeInForce::day;
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
  not_immediate,  // what an IOC order could not fill at once
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

// Fills market and limit orders from market data. Orders never meet each other: the market does not react to
// them.
//
//  1. An order fills only from data stamped strictly after its arrival.
//  2. A quote fills market orders, and limit orders it crosses, at the quoted price, which may be better than
//  the limit.
//  3. A print fills limit orders it is strictly through, at their limit; and market orders at the price of
//  the print,
//     where the symbol has no quotes at all.
//  4. Each side of an event offers its size once: the ask size or a print's size to all buy orders together,
//  the bid size
//     or a print's size to all sell orders. Market orders come first, then the best limit, then the earliest
//     arrival, then the earliest submission.
//  5. An IOC order ends with the first later quote of its symbol, or the first later print where there are no
//  quotes.
//  6. DAY orders, and IOC orders still waiting, end when the caller says that the session is over. GTC orders
//  stay.
class MatchingEngine {
 public:
  // One entry for each symbol.
  explicit MatchingEngine(const std::vector<QuoteData>& symbols);

  // Takes an order that reaches the venue at `arrival`. Refused, with nothing changed: a symbol or quantity
  // that is none, a limit price that is missing or not wanted, an id that is working already.
  Result<void> submit(const OrderTicket& ticket, Timestamp arrival);
  // Removes an order. Its unfilled quantity; empty when no such order is working.
  std::optional<Quantity> cancel(VenueOrderId id);
  // Adds what the event does to `out`: buys before sells, by priority, then the IOC orders it ends by
  // submission. Events come in ascending time.
  void on_market(const MarketEvent& event, std::vector<VenueReport>& out);
  // Ends what does not outlive the session, in order of id.
  void end_session(Timestamp time, std::vector<VenueReport>& out);

  // Unfilled quantity of a working order.
  [[nodiscard]] std::optional<Quantity> unfilled(VenueOrderId id) const;
  [[nodiscard]] std::size_t working_count() const { return orders_.size(); }

 private:
  // Ascending is better. Market orders have no rank and come first.
  struct Priority {
    std::optional<std::int64_t> rank;
    Timestamp arrival;
    std::uint64_t sequence = 0;

    friend auto operator<=>(const Priority&, const Priority&) = default;
  };
  struct Order {
    OrderTicket ticket;
    Priority priority;
    Quantity unfilled = Quantity::zero();
  };
  using Queue = std::map<Priority, VenueOrderId>;
  struct Book {
    QuoteData quote_data = QuoteData::present;
    Queue buys;
    Queue sells;
    std::vector<VenueOrderId> immediate;  // IOC orders by submission; some may have ended already
  };
  using Orders = std::map<VenueOrderId, Order>;

  // What one side of an event has for the orders against it.
  struct Offer {
    Timestamp time;
    Price price = Price::zero();
    Quantity size = Quantity::zero();
    bool is_print = false;
    bool takes_market_orders = true;
  };
  void fill(Queue& queue, Offer offer, std::vector<VenueReport>& out);
  void end_immediate(Book& book, Timestamp time, std::vector<VenueReport>& out);
  void remove(Orders::iterator order);

  std::vector<Book> books_;
  Orders orders_;
  std::uint64_t sequence_ = 0;
  std::optional<Timestamp> last_event_;
};

}  // namespace tradewind::sim::venue
