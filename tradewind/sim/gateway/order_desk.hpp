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
#include "tradewind/sim/venue/calendar.hpp"
#include "tradewind/sim/venue/matching.hpp"
#include "tradewind/sim/venue/triggers.hpp"
#include "tradewind/sim/venue/universe.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// Takes orders as TWS does: checks them, gives them permanent ids, holds what is to wait, hands the rest to the venue,
// books their fills. order_desk.cpp takes and ends orders, order_desk_work.cpp works them, order_desk_groups.cpp knows
// what they have to do with each other, order_desk_fills.cpp books, order_desk_memory.cpp forgets.
class OrderDesk {
 public:
  OrderDesk(const venue::Universe& universe, const std::vector<venue::QuoteData>& quote_data,
            const std::vector<AccountSetup>& accounts, OrderSettings settings, const venue::Calendar& calendar,
            OrderListener& listener);

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
  // The session is over: orders at the close trade, DAY orders end, orders at the open go to the next one.
  void end_session(Timestamp now);
  // A listing's day begins: volumes count from zero, changes from this price.
  void begin_day(std::uint32_t listing, std::optional<Price> prior_close);
  // Nothing of a listing fills or is triggered while it is halted.
  void halt(std::uint32_t listing, bool halted);

  // --- Faults ---
  // Nothing holds it but its price: one that is not held, or waits for its stop alone.
  [[nodiscard]] bool can_fill(const GatewayOrder& order, Timestamp now) const;
  // Ids may be used again, as after "reset API order id sequence".
  void reset_order_ids() { highest_id_.clear(); }
  // The execution was another one after all; of zero quantity, none. The new execution's id; nothing when there is no such
  // execution, or a later revision of it.
  std::optional<std::string> correct_execution(std::string_view exec_id, Quantity quantity, Price price, Timestamp now);
  std::optional<std::string> bust_execution(std::string_view exec_id, Timestamp now);

  // The first order id this client may use next. Ids only go up, also over connections.
  [[nodiscard]] std::int32_t next_order_id(std::int32_t client_id) const;
  // What it remembers, by the order of their arrival: see OrderSettings.
  [[nodiscard]] auto orders() const {
    return std::views::transform(orders_, [](const auto& order) -> const GatewayOrder& { return *order; });
  }
  [[nodiscard]] const std::deque<GatewayExecution>& executions() const { return executions_; }
  // Those that have not ended, by the order of their arrival.
  [[nodiscard]] const std::map<std::int64_t, GatewayOrder*>& live_orders() const { return live_; }
  // The latest with this client and order id, ended or not; null for none, and for one it has forgotten.
  [[nodiscard]] const GatewayOrder* order_of(std::int32_t client_id, std::int32_t order_id) const {
    return find(client_id, order_id);
  }
  [[nodiscard]] std::size_t group_count() const { return oca_groups_.size(); }

 private:
  // --- Taking and ending (order_desk.cpp) ---
  void refuse(std::int32_t client_id, std::int32_t order_id, const Refusal& why);
  void modify(GatewayOrder& order, const tws::PlaceOrderRequest& request, Timestamp now);
  [[nodiscard]] std::optional<Refusal> family_refusal(const tws::PlaceOrderRequest& request, std::int32_t client_id);
  // `listing` is what its contract means; nothing of a combination.
  GatewayOrder& add_order(const tws::PlaceOrderRequest& request, std::optional<std::uint32_t> listing,
                          std::int32_t client_id, Timestamp now);
  // Whose it is, by its terms: an account's, or shared out among those of a group.
  void set_account(GatewayOrder& order);
  void what_if(const tws::PlaceOrderRequest& request, std::optional<std::uint32_t> listing, std::int32_t client_id,
               Timestamp now);
  void transmit(GatewayOrder& order, Timestamp now);
  void acknowledge(GatewayOrder& order, Timestamp now);
  // Whether it sells shares that an account of it does not have.
  [[nodiscard]] bool opens_short(const GatewayOrder& order) const;
  void reject(GatewayOrder& order, const Refusal& why, Timestamp now);
  void request_cancel(GatewayOrder& order, Timestamp now);
  void end_cancelled(GatewayOrder& order, Timestamp now, std::string how, std::string_view reason = "");
  void end(GatewayOrder& order, Timestamp now, std::string_view status, std::string how);
  void warn(const GatewayOrder& order, Timestamp now);
  void bind(GatewayOrder& order);
  [[nodiscard]] GatewayOrder* find(std::int32_t client_id, std::int32_t order_id) const;
  void know_by_id(GatewayOrder& order);
  // With so much left of it to fill, at these terms.
  [[nodiscard]] std::optional<Refusal> margin_refusal(const GatewayOrder& order, const tws::Order& terms,
                                                      Quantity left) const;
  [[nodiscard]] MarginPreview preview(const GatewayOrder& order, const std::string& account, const tws::Order& terms,
                                      Quantity left) const;

  // --- Working (order_desk_work.cpp) ---
  // What keeps an order from the market, in IB's words; nothing when it may go.
  [[nodiscard]] std::optional<std::string> hold_of(const GatewayOrder& order, Timestamp now) const;
  void advance(GatewayOrder& order, Timestamp now);  // to the market, if nothing holds it any more
  void to_venue(GatewayOrder& order, Timestamp now);
  void from_venue(GatewayOrder& order);
  void watch(const GatewayOrder& order);
  void look_at(GatewayOrder& order, const venue::MarketEvent& event);
  void fill_combo(GatewayOrder& order, Timestamp now);
  // IOC or FOK: what is left of it.
  void end_not_immediate(GatewayOrder& order, Timestamp now);
  // Of its price: of a combination, the largest of its legs.
  [[nodiscard]] Multiplier multiplier_of(const GatewayOrder& order) const;
  void act(GatewayOrder& order, Timestamp now);
  [[nodiscard]] std::optional<Price> limit_now(const GatewayOrder& order) const;
  // Waits for its trigger and its conditions, once nothing else holds it.
  void to_trigger_book(GatewayOrder& order, Timestamp now);
  void from_trigger_book(GatewayOrder& order);
  void tell_margins(Timestamp now, std::vector<venue::TriggerReport>& reports);
  [[nodiscard]] venue::AccountIndex margin_account(const std::string& account);
  void heed(const std::vector<venue::TriggerReport>& reports);
  [[nodiscard]] Quantity released(const GatewayOrder& order, Timestamp now) const;
  [[nodiscard]] venue::OrderTicket ticket_of(const GatewayOrder& order, Quantity quantity) const;
  void look_at_hours(Timestamp now);
  // Whether it trades in regular hours alone.
  [[nodiscard]] bool keeps_regular_hours(const GatewayOrder& order) const;
  [[nodiscard]] std::optional<Timestamp> expiry_of(const GatewayOrder& order, Timestamp now) const;
  void close_for(GatewayOrder& order);
  [[nodiscard]] bool is_opening(const venue::MarketEvent& event);
  [[nodiscard]] model::Trade auction_print(std::uint32_t listing, Timestamp now) const;
  void report(std::vector<venue::VenueReport>& reports);

  // --- Groups (order_desk_groups.cpp) ---
  void transmit_family(GatewayOrder& order, Timestamp now);
  void join_group(GatewayOrder& order);
  void leave_group(const GatewayOrder& order);
  [[nodiscard]] std::vector<GatewayOrder*> children_of(const GatewayOrder& parent) const;
  void after_fill(GatewayOrder& order, Quantity quantity, Timestamp now);
  // What an order that works fills at when its end comes too late: the market, or its limit if that is further away.
  [[nodiscard]] std::optional<Price> late_price(const GatewayOrder& order, Timestamp now) const;

  // --- Fills (order_desk_fills.cpp) ---
  void fill(GatewayOrder& order, const venue::Fill& fill);
  void count_fill(GatewayOrder& order, Quantity quantity, Price price, Timestamp now);
  GatewayExecution& add_execution(GatewayOrder& order, Quantity quantity, Price price, Timestamp now,
                                  std::uint32_t listing, Side side, int part);
  void book(GatewayExecution& execution, Amount fee);
  void share_out(GatewayOrder& order, Quantity quantity, Price price, Timestamp now);
  void tell_commission(GatewayExecution& execution, Timestamp now);
  void exercise_now(GatewayOrder& order, Timestamp now);

  // --- What is remembered (order_desk_memory.cpp) ---
  [[nodiscard]] std::optional<Refusal> crowd_refusal(std::int32_t client_id) const;
  // Counts it as working, or says why there are too many.
  [[nodiscard]] std::optional<Refusal> working_refusal(GatewayOrder& order);
  void no_longer_open(GatewayOrder& order);
  void set_timer(GatewayOrder& order, Timestamp at);
  void clear_timers(GatewayOrder& order);
  void forget_the_oldest();

  const venue::Universe& universe_;
  const std::vector<Listing>& listings_;
  const std::vector<AccountSetup>& accounts_;
  OrderSettings settings_;
  const venue::Calendar& calendar_;
  const TimeZone& zone_ = calendar_.zone();
  venue::MatchingEngine venue_;
  venue::TriggerBook triggers_;
  OrderListener& listener_;
  Books books_;
  MarketView market_;
  OrderCheck check_{universe_, books_, accounts_, market_, settings_, calendar_, listener_};
  OrderMargin margin_{universe_, books_, accounts_, market_};

  std::vector<std::unique_ptr<GatewayOrder>> orders_;
  std::deque<GatewayExecution> executions_;  // addresses stay valid
  std::map<std::int64_t, GatewayOrder*> live_;  // by sequence
  std::vector<GatewayOrder*> ended_;  // just now, and not yet put away
  std::vector<OrderTerms::AtHand> spare_terms_;  // of orders that have been: as many as were live at once
  std::map<std::int32_t, std::size_t> open_of_client_;
  std::map<std::tuple<std::uint32_t, Side, std::string>, std::size_t> working_;  // by listing, side and account
  std::set<std::int64_t> watched_;  // live orders that look at the market themselves
  std::set<std::pair<Timestamp, std::int64_t>> timers_;  // time, sequence
  std::deque<std::pair<Timestamp, GatewayExecution*>> unpaid_;  // their commission is told then
  // By client, and then by order id, sorted: the latest with that id. A client's go up, so a new one comes last; bound
  // ones go down.
  std::map<std::int32_t, std::vector<std::pair<std::int32_t, GatewayOrder*>>> by_id_;
  std::map<std::int64_t, GatewayOrder*> by_venue_id_;
  std::map<std::pair<std::string, std::string>, std::vector<GatewayOrder*>> oca_groups_;  // account and name → members
  std::map<std::int32_t, std::int32_t> highest_id_;  // by client
  std::int32_t next_bound_id_ = -1;
  bool auto_bind_ = false;
  std::int64_t next_sequence_ = 1;
  std::size_t orders_after_forgetting_ = 0;
  std::int64_t next_perm_id_ = 1'376'327'563;
  std::int64_t next_venue_id_ = 1;
  std::uint32_t next_exec_ = 0x65f1a2b3;
  std::optional<Timestamp> hours_until_;  // the hours below hold until then; empty: nobody has looked
  bool is_regular_ = false;
  int session_ = 0;
  std::vector<int> opened_in_;  // by listing: the session that has had its first print
  std::vector<venue::VenueReport> reports_;
  std::vector<venue::TriggerReport> trigger_reports_;
  std::vector<std::string> margin_accounts_;  // those that conditions look at
};

}  // namespace tradewind::sim::gateway
