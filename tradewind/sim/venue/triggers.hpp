#pragma once

#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/sim/venue/conditions.hpp"
#include "tradewind/sim/venue/listing.hpp"
#include "tradewind/sim/venue/market_event.hpp"
#include "tradewind/sim/venue/seen_prices.hpp"

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

// An order that is held, chosen by the caller.
using HeldOrderId = Id<struct HeldOrderIdTag, std::int64_t>;
// Whose margin a condition looks at; the caller's numbering.
using AccountIndex = Id<struct AccountIndexTag, std::uint32_t>;

enum class TriggerKind : std::uint8_t {
  none,   // conditions alone release it
  stop,   // buys when the price rises to it, sells when it falls
  touch,  // buys when the price falls to it, sells when it rises: "if touched"
  trail,  // a stop that follows the market at a distance, and never goes back
};

// How far a trailing stop stays behind: exactly one of them.
struct TrailBy {
  std::optional<Price> amount;
  std::optional<std::int64_t> percent_millionths;  // of the price; 1,500,000 is 1.5 %

  friend bool operator==(const TrailBy&, const TrailBy&) = default;
};

// IB's adjustable stop: when the market has moved in the order's favour to `at`, the stop becomes another one.
struct StopAdjustment {
  Price at = Price::zero();
  TriggerKind kind = TriggerKind::stop;  // or trail
  std::optional<Price> stop;             // empty for a trail: its distance from the market then
  std::optional<Price> limit;
  TrailBy trail_by;                      // exactly for a trail

  friend bool operator==(const StopAdjustment&, const StopAdjustment&) = default;
};

// What an order waits for, and what it is then.
struct TriggerTicket {
  HeldOrderId id{0};
  SymbolIndex symbol{0};
  Side side = Side::buy;
  AccountIndex account{0};
  TriggerKind kind = TriggerKind::none;
  TriggerMethod method = TriggerMethod::last;  // as decided for the contract
  std::optional<Price> price;  // of a stop or touch; of a trail where it begins, empty: its distance from the market
  TrailBy trail_by;            // exactly for a trail
  // Once triggered it is a limit order with either, else a market order: STP LMT, LIT; TRAIL LIMIT and STP PRT are so far
  // beyond their stop.
  std::optional<Price> limit;
  std::optional<Price> limit_offset;
  bool outside_rth = false;
  std::optional<StopAdjustment> adjustment;  // of a stop or trail
  std::vector<Condition> conditions;
  bool conditions_cancel = false;  // they end the order, which does not wait for them
  bool conditions_ignore_rth = false;  // they look at prices outside regular hours, too

  friend bool operator==(const TriggerTicket&, const TriggerTicket&) = default;
};

// The order goes to the market, with this limit or, if empty, at the market.
struct Triggered {
  HeldOrderId order{0};
  Timestamp time;
  std::optional<Price> limit;

  friend bool operator==(const Triggered&, const Triggered&) = default;
};
// A trailing stop has followed the market, or a stop was adjusted.
struct StopMoved {
  HeldOrderId order{0};
  Timestamp time;
  TriggerKind kind = TriggerKind::trail;
  Price stop = Price::zero();
  std::optional<Price> limit;  // it would have now

  friend bool operator==(const StopMoved&, const StopMoved&) = default;
};
// Its conditions are met, and they cancel it.
struct ConditionsCancel {
  HeldOrderId order{0};
  Timestamp time;

  friend bool operator==(const ConditionsCancel&, const ConditionsCancel&) = default;
};
using TriggerReport = std::variant<Triggered, StopMoved, ConditionsCancel>;

enum class TradingState : std::uint8_t { regular, extended, halted };

// Holds the orders that IB holds itself, because no exchange knows them or because they have conditions, and says which
// of them the market or the time releases. It knows no parents and groups: what is not to wait yet is not given to it.
//
//  1. A trigger looks only at data stamped strictly after its arrival, or after its conditions were met.
//  2. Without `outside_rth` it looks only at data of regular hours. Data of a halted symbol is nothing to anybody.
//  3. An event first adjusts a stop, then moves it, then triggers. A trailing stop keeps to the market rule, on the side
//     away from the market.
//  4. Conditions are states: they count as they are now, however long they have been so. An execution is for good.
//  5. Conditions that cancel are watched also after the order was triggered, until it is removed.
//  6. Of one event, reports come in the order in which the orders began to look at the market; then those of conditions.
//
// An event that no trigger of its symbol can react to costs two comparisons, however many there are.
class TriggerBook {
 public:
  // One market rule for each symbol; null where prices have no grid.
  explicit TriggerBook(const std::vector<const MarketRule*>& symbols);
  // It knows orders by their address, which a move keeps.
  TriggerBook(TriggerBook&&) = default;
  TriggerBook& operator=(TriggerBook&&) = default;
  TriggerBook(const TriggerBook&) = delete;
  TriggerBook& operator=(const TriggerBook&) = delete;
  ~TriggerBook() = default;

  // Holds an order from `arrival` on; no event has been later. Conditions may release it at once. Refused, with nothing
  // changed, when its terms make no sense or its id is held already.
  Result<void> hold(TriggerTicket ticket, Timestamp arrival, std::vector<TriggerReport>& out);
  // False when no such order is held.
  bool remove(HeldOrderId id);

  // Events come in ascending time. What the time releases comes first.
  void on_market(const MarketEvent& event, std::vector<TriggerReport>& out);
  void on_time(Timestamp now, std::vector<TriggerReport>& out);
  // An execution of the user's own.
  void on_execution(SymbolIndex symbol, Timestamp now, std::vector<TriggerReport>& out);
  // An account's cushion; 10,500,000 is 10.5 %. It has to be told only while an order looks at it.
  void on_margin(AccountIndex account, std::int64_t percent_millionths, Timestamp now, std::vector<TriggerReport>& out);
  [[nodiscard]] bool looks_at_margin() const { return !on_margin_.empty(); }
  void set_state(SymbolIndex symbol, TradingState state);
  // Volume counts from zero again, and changes from this close.
  void begin_day(SymbolIndex symbol, std::optional<Price> prior_close);

  // When on_time() has something to do; empty: never.
  [[nodiscard]] std::optional<Timestamp> next_time() const;
  // Of a stop, as it stands; empty for other orders, and for a trail that has seen no price.
  [[nodiscard]] std::optional<Price> stop_price(HeldOrderId id) const;
  [[nodiscard]] std::size_t held_count() const { return held_.size(); }

 private:
  enum class Stage : std::uint8_t {
    waiting,  // its conditions are not met
    armed,  // it looks at the market
    triggered,  // leaves with the present call, unless its conditions may still cancel it
    ended,  // leaves with the present call
  };
  struct Held {
    TriggerTicket ticket;
    Timestamp since;  // only later data counts
    Stage stage = Stage::waiting;
    std::optional<Price> stop;  // of a stop or touch, as it stands
    std::optional<Price> furthest;  // what a trail has seen: nothing short of it moves the stop
    std::vector<bool> executed;  // by condition
  };
  // Prices between the two matter to nobody.
  struct Quiet {
    std::int64_t above = std::numeric_limits<std::int64_t>::min();
    std::int64_t below = std::numeric_limits<std::int64_t>::max();
  };
  struct Symbol {
    const MarketRule* rule = nullptr;
    TradingState state = TradingState::regular;
    SeenPrices all;
    SeenPrices regular;
    Quantity volume = Quantity::zero();
    std::optional<Price> prior_close;
    std::vector<Held*> triggers;  // those that are armed
    std::vector<Held*> watchers;  // those with conditions on this symbol
    std::optional<Quiet> quiet;  // empty: to be found again
  };

  [[nodiscard]] Result<void> check(const TriggerTicket& ticket) const;
  [[nodiscard]] Symbol& symbol_of(const Held& held) { return symbols_[held.ticket.symbol.value()]; }
  [[nodiscard]] static const SeenPrices& prices(const Symbol& symbol, bool outside_rth) {
    return outside_rth ? symbol.all : symbol.regular;
  }

  void watch(Held& held);
  // Armed, and triggered at once if there is nothing to wait for.
  void arm(Held& held, Timestamp now, std::vector<TriggerReport>& out);
  void look(Held& held, Timestamp now, std::vector<TriggerReport>& out);
  void adjust(Held& held, Timestamp now, std::vector<TriggerReport>& out);
  void follow(Held& held, Timestamp since, Timestamp now, std::vector<TriggerReport>& out);
  void trigger(Held& held, Timestamp now, std::vector<TriggerReport>& out);
  static void report_stop(const Held& held, Timestamp now, std::vector<TriggerReport>& out);
  [[nodiscard]] static Quiet quiet_of(const Symbol& symbol);

  void look_at_conditions(Held& held, Timestamp now, std::vector<TriggerReport>& out);
  [[nodiscard]] bool conditions_met(const Held& held, Timestamp now) const;
  [[nodiscard]] bool is_met(const Held& held, std::size_t condition, Timestamp now) const;
  void forget_done();
  void forget(Held& held);

  std::vector<Symbol> symbols_;
  std::map<HeldOrderId, Held> held_;  // addresses stay valid
  std::vector<Held*> on_margin_;  // those with such conditions
  std::vector<Held*> on_execution_;
  std::set<std::pair<Timestamp, HeldOrderId>> timers_;
  std::map<AccountIndex, std::int64_t> cushions_;  // in millionths of a percent
  std::vector<HeldOrderId> done_;
};

}  // namespace tradewind::sim::venue
