#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/gateway/books.hpp"
#include "tradewind/sim/gateway/internal/market_view.hpp"
#include "tradewind/sim/gateway/internal/order_check.hpp"
#include "tradewind/sim/gateway/internal/order_margin.hpp"
#include "tradewind/sim/gateway/market.hpp"
#include "tradewind/sim/gateway/orders.hpp"
#include "tradewind/sim/venue/matching.hpp"
#include "tradewind/sim/venue/universe.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// Takes orders as TWS does: checks them, gives them permanent ids, holds what is to wait, hands the rest to the venue,
// books their fills. order_desk.cpp takes and ends orders, order_desk_work.cpp works them, order_desk_groups.cpp knows
// what they have to do with each other, order_desk_fills.cpp books.
class OrderDesk {
 public:
  OrderDesk(const venue::Universe& universe, const std::vector<venue::QuoteData>& quote_data,
            const std::vector<AccountSetup>& accounts, OrderSettings settings, TimeZone zone, OrderListener& listener);

  [[nodiscard]] Books& books() { return books_; }
  [[nodiscard]] const Books& books() const { return books_; }
  [[nodiscard]] OrderSettings& settings() { return settings_; }
  [[nodiscard]] const OrderSettings& settings() const { return settings_; }

  // --- What clients ask for ---
  void place(const tws::PlaceOrderRequest& request, std::int32_t client_id, Timestamp now);
  void cancel(std::int32_t order_id, std::int32_t client_id, Timestamp now);
  void cancel_all(Timestamp now);
  void exercise(const tws::ExerciseOptionsRequest& request, std::int32_t client_id, Timestamp now);

  // --- Orders entered by hand ---
  // Its permanent id; nothing when it is refused.
  std::optional<std::int64_t> enter_by_hand(const tws::PlaceOrderRequest& request, Timestamp now);
  // Cancels any order, as a person at the gateway can. False when there is none to cancel.
  bool cancel_by_hand(std::int64_t perm_id, Timestamp now);
  // Client 0 takes the orders entered by hand that are open, and with `auto_bind` those to come.
  void bind_open_orders();
  void set_auto_bind(bool on) { auto_bind_ = on; }

  // --- Time and market ---
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);
  void on_market(const venue::MarketEvent& event);
  // The session is over: orders at the close trade, DAY orders end.
  void end_session(Timestamp now);

  // --- Faults ---
  // Ids may be used again, as after "reset API order id sequence".
  void reset_order_ids() { highest_id_.clear(); }
  // The execution was another one after all; of zero quantity, none. The new execution's id; nothing when there is no such
  // execution, or a later revision of it.
  std::optional<std::string> correct_execution(std::string_view exec_id, Quantity quantity, Price price, Timestamp now);
  std::optional<std::string> bust_execution(std::string_view exec_id, Timestamp now);

  // The first order id this client may use next. Ids only go up, also over connections.
  [[nodiscard]] std::int32_t next_order_id(std::int32_t client_id) const;
  [[nodiscard]] const std::deque<GatewayOrder>& orders() const { return orders_; }
  [[nodiscard]] const std::deque<GatewayExecution>& executions() const { return executions_; }
  // Those that have not ended, by the order of their arrival.
  [[nodiscard]] const std::map<std::int64_t, GatewayOrder*>& live_orders() const { return live_; }

 private:
  // --- Taking and ending (order_desk.cpp) ---
  void refuse(std::int32_t client_id, std::int32_t order_id, const Refusal& why);
  void modify(GatewayOrder& order, const tws::PlaceOrderRequest& request, Timestamp now);
  [[nodiscard]] std::optional<Refusal> family_refusal(const tws::PlaceOrderRequest& request, std::int32_t client_id);
  GatewayOrder& add_order(const tws::PlaceOrderRequest& request, std::int32_t client_id, Timestamp now);
  void what_if(const tws::PlaceOrderRequest& request, std::int32_t client_id, Timestamp now);
  void transmit(GatewayOrder& order, Timestamp now);
  void acknowledge(GatewayOrder& order, Timestamp now);
  void reject(GatewayOrder& order, const Refusal& why, Timestamp now);
  void request_cancel(GatewayOrder& order, Timestamp now);
  void end_cancelled(GatewayOrder& order, Timestamp now, std::string how, std::string_view reason = "");
  void end(GatewayOrder& order, Timestamp now, std::string_view status, std::string how);
  void warn(const GatewayOrder& order, Timestamp now);
  void bind(GatewayOrder& order);
  [[nodiscard]] GatewayOrder* find(std::int32_t client_id, std::int32_t order_id);
  [[nodiscard]] std::optional<Refusal> margin_refusal(const GatewayOrder& order) const;
  [[nodiscard]] MarginPreview preview(const GatewayOrder& order) const;

  // --- Working (order_desk_work.cpp) ---
  // What keeps an order from the market, in IB's words; nothing when it may go.
  [[nodiscard]] std::optional<std::string> hold_of(const GatewayOrder& order, Timestamp now) const;
  void advance(GatewayOrder& order, Timestamp now);  // to the market, if nothing holds it any more
  void to_venue(GatewayOrder& order, Timestamp now);
  void from_venue(GatewayOrder& order);
  void watch(const GatewayOrder& order);
  void look_at(GatewayOrder& order, const venue::MarketEvent& event);
  void look_at_immediate(GatewayOrder& order, const venue::MarketEvent& event);
  void fill_combo(GatewayOrder& order, Timestamp now);
  void act(GatewayOrder& order, Timestamp now);
  void set_timer(GatewayOrder& order, Timestamp at) { timers_.emplace(at, order.sequence); }
  [[nodiscard]] std::optional<Price> limit_now(const GatewayOrder& order) const;
  [[nodiscard]] Quantity released(const GatewayOrder& order, Timestamp now) const;
  void report(std::vector<venue::VenueReport>& reports);

  // --- Groups (order_desk_groups.cpp) ---
  void transmit_family(GatewayOrder& order, Timestamp now);
  void join_group(GatewayOrder& order);
  [[nodiscard]] std::vector<GatewayOrder*> children_of(const GatewayOrder& parent) const;
  void after_fill(GatewayOrder& order, Quantity quantity, Timestamp now);

  // --- Fills (order_desk_fills.cpp) ---
  void fill(GatewayOrder& order, const venue::Fill& fill);
  void count_fill(GatewayOrder& order, Quantity quantity, Price price, Timestamp now);
  GatewayExecution& add_execution(GatewayOrder& order, Quantity quantity, Price price, Timestamp now,
                                  std::uint32_t listing, Side side, int part);
  void book(GatewayExecution& execution, Amount fee);
  void tell_commission(GatewayExecution& execution, Timestamp now);
  void exercise_now(GatewayOrder& order, Timestamp now);
  void fill_at_close(GatewayOrder& order, Timestamp now);

  const venue::Universe& universe_;
  const std::vector<Listing>& listings_;
  const std::vector<AccountSetup>& accounts_;
  OrderSettings settings_;
  TimeZone zone_;
  venue::MatchingEngine venue_;
  OrderListener& listener_;
  Books books_;
  MarketView market_;
  OrderCheck check_{universe_, books_, accounts_, market_, settings_, zone_};
  OrderMargin margin_{universe_, books_, accounts_, market_};

  std::deque<GatewayOrder> orders_;  // addresses stay valid
  std::deque<GatewayExecution> executions_;
  std::map<std::int64_t, GatewayOrder*> live_;  // by sequence
  std::set<std::int64_t> watched_;  // live orders that look at the market themselves
  std::set<std::pair<Timestamp, std::int64_t>> timers_;  // time, sequence
  std::deque<std::pair<Timestamp, GatewayExecution*>> unpaid_;  // their commission is told then
  std::map<std::pair<std::int32_t, std::int32_t>, GatewayOrder*> by_id_;  // the latest with this client and order id
  std::map<std::int64_t, GatewayOrder*> by_venue_id_;
  std::map<std::pair<std::string, std::string>, std::vector<GatewayOrder*>> oca_groups_;  // account and name → members
  std::map<std::int32_t, std::int32_t> highest_id_;  // by client
  std::int32_t next_bound_id_ = -1;
  bool auto_bind_ = false;
  std::int64_t next_perm_id_ = 1'376'327'563;
  std::int64_t next_venue_id_ = 1;
  std::uint32_t next_exec_ = 0x65f1a2b3;
  std::vector<venue::VenueReport> reports_;
};

}  // namespace tradewind::sim::gateway
