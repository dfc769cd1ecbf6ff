#pragma once

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/core/tws/owned.hpp"
#include "tradewind/core/tws/packed.hpp"
#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/gateway/margin.hpp"
#include "tradewind/sim/venue/fees.hpp"
#include "tradewind/sim/venue/matching.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// How the gateway deals with orders: what TWS has settings for, and how fast and how talkative it is. The defaults are
// what a paper gateway was seen to do.
struct OrderSettings {
  // Orders entered by hand are bound to ids below zero; else to the next ones of client 0.
  bool negative_auto_range = true;
  // Says 10349 when an order without time in force becomes a DAY order, as gateways with an order preset do.
  bool announces_presets = false;
  bool checks_margin = true;
  // Working orders for one contract, side and account, as IB has it; zero for any number.
  std::size_t working_orders_max = 15;
  // Orders that have not ended, transmitted or not: of one client, and of all.
  std::size_t client_orders_max = 2'000;
  std::size_t orders_max = 10'000;
  // What is remembered of the past beside the orders that have not ended: executions, and ended orders without one.
  std::size_t executions_kept = 100'000;
  std::size_t ended_orders_kept = 50'000;

  // Where orders stand in the queue and how long they are on their way, and by how many increments fills are worse than
  // what the market shows.
  venue::MatchingOptions matching;
  std::int64_t slippage_ticks = 0;

  // The precautionary settings of TWS. Empty: no such limit.
  std::optional<Quantity> size_limit;
  std::optional<std::int64_t> tick_limit;  // of a limit price from the market, in increments
  std::optional<std::int64_t> percent_limit;  // of a limit price from the market

  // Symbols that nobody lends at once: a short sale is held (404, "locate") for the delay.
  std::set<std::string, std::less<>> hard_to_borrow;
  Duration locate_delay = std::chrono::seconds{30};

  // Zero: at once. An order that waits for its acknowledgement is PendingSubmit, one for its cancel PendingCancel.
  Duration acknowledge_delay{};
  Duration cancel_delay{};
  Duration commission_delay{};
  // How long IB takes over an exercise: overnight. Here, this long.
  Duration exercise_delay = std::chrono::seconds{1};
  // A market order tells nothing before its first execution.
  bool keeps_quiet_until_filled = false;
  // Each status is told so often: IB repeats itself.
  int status_copies = 1;
};

// When an algorithm lets an order go to the market: a slice at the start, and one after each pause.
struct Timetable {
  Timestamp start;
  Duration pause{};  // zero: all of it at the start
  Quantity slice = Quantity::zero();

  // How much has gone by then; it may be more than the order.
  [[nodiscard]] Quantity released(Timestamp now) const;
  // When the next slice goes; it may be after the last.
  [[nodiscard]] Timestamp next_after(Timestamp now) const;
};

inline constexpr std::int32_t kOrderIdMax = 2'147'483'646;
// No order is larger; and with prices of at most 1e8 every sum over one fits.
inline constexpr std::int64_t kOrderSizeMax = 1'000'000'000;

// One leg of a combination, or the whole of an order that is none.
struct OrderLeg {
  std::uint32_t listing = 0;
  std::int64_t ratio = 1;
  bool with_the_order = true;  // false: sold when the combination is bought

  friend bool operator==(const OrderLeg&, const OrderLeg&) = default;
};

// What a client asked for: at hand while its order is worked, and put away small when it has ended, since ended orders are
// many.
class OrderTerms {
 public:
  using AtHand = std::unique_ptr<tws::Owned<tws::PlaceOrderRequest>>;

  // `spare`: that of another order, for its memory; may be nothing.
  explicit OrderTerms(const tws::PlaceOrderRequest& terms, AtHand spare = nullptr) : at_hand_{std::move(spare)} {
    if (at_hand_ == nullptr) at_hand_ = std::make_unique<tws::Owned<tws::PlaceOrderRequest>>(terms);
    else *at_hand_ = terms;
  }

  // Of an order that has not ended.
  [[nodiscard]] const tws::PlaceOrderRequest& operator*() const {
    TW_CHECK(at_hand_ != nullptr);
    return **at_hand_;
  }
  [[nodiscard]] const tws::PlaceOrderRequest* operator->() const { return &**this; }
  // Of any. The texts of what is handed to `use` are good until the desk is asked for something else.
  template <class Use>
  auto with(Use&& use) const {
    return at_hand_ != nullptr ? use(**at_hand_) : use(static_cast<const tws::PlaceOrderRequest&>(away_->unpacked()));
  }
  // Gives back what was at hand, once.
  AtHand put_away() {
    if (at_hand_ != nullptr) away_.emplace(**at_hand_);
    return std::move(at_hand_);
  }

 private:
  AtHand at_hand_;
  std::optional<tws::Packed<tws::PlaceOrderRequest>> away_;  // instead
};

// What one account gets of an order for an advisor's group.
struct Allotment {
  static constexpr std::int64_t kWhole = 1'000'000'000;

  std::string account;
  std::int64_t share = 0;  // of kWhole
  Quantity filled = Quantity::zero();
  venue::OrderFees fees;
};

// An order as the gateway knows it, from its acceptance on.
struct GatewayOrder {
  GatewayOrder(OrderTerms terms, std::int32_t client)
      : request{std::move(terms)}, client_id{client}, order_id{request->order_id} {}

  OrderTerms request;  // the terms as last accepted
  std::int32_t client_id = 0;
  std::int32_t order_id = 0;
  std::int64_t perm_id = 0;
  std::string account;
  std::uint32_t listing = 0;  // of a combination: that of its first leg
  Side side = Side::buy;
  bool by_hand = false;  // entered in the gateway itself; without an order id until it is bound
  bool has_children = false;
  bool is_final = false;
  std::vector<OrderLeg> legs;  // of a combination; else empty
  std::vector<Allotment> allotments;  // of an order for an advisor's group; else empty
  Quantity quantity = Quantity::zero();
  GatewayOrder* parent = nullptr;
  std::string oca_group;
  int oca_type = 3;

  std::string status;  // IB's word; empty while it is not transmitted
  std::string why_held;
  Quantity filled = Quantity::zero();
  Amount filled_value = Amount::zero();  // price times quantity, without the multiplier
  Price last_fill = Price::zero();
  Amount commission = Amount::zero();
  venue::OrderFees fees;
  std::int64_t venue_id = 0;  // of the present terms; zero while nothing of it is at the venue
  Timestamp accepted;
  Timestamp ended;
  std::string ended_how;  // completedStatus

  // --- How it is worked; the desk's own ---
  std::int64_t sequence = 0;  // of its arrival here
  bool is_acknowledged = false;
  bool is_held = false;  // by a parent, a trigger, a time, a condition, a loan, an open session
  bool is_locating = false;  // nobody lends the shares yet
  bool is_in_trigger_book = false;  // which watches its trigger and its conditions
  bool is_released = false;  // by its conditions and its trigger, if it has any
  bool is_triggered = false;
  bool is_cancelling = false;
  bool is_exercise = false;
  bool counts_as_working = false;  // against the limit of its contract, side and account
  int exercise_action = 0;  // 1 exercise, 2 let lapse
  std::optional<Price> stop;  // of a trailing stop, as it stands
  std::optional<Price> venue_limit;  // what the venue works it at; empty at the market
  std::optional<Price> fixed_price;  // where a snapped or market-to-limit order stays
  Timestamp worked_since;  // it trades with what the market shows after this
  std::optional<Timetable> timetable;  // of an algorithm, once it has begun
  std::optional<Timestamp> held_until;
  std::optional<Timestamp> expires;
  std::optional<Timestamp> acts_at;  // acknowledged, cancelled, exercised or located then
  std::vector<Timestamp> timers;  // when the desk is woken for it
  std::size_t executions_kept = 0;

  [[nodiscard]] bool is_combo() const { return !legs.empty(); }
  [[nodiscard]] bool is_transmitted() const { return !status.empty(); }
  [[nodiscard]] Quantity remaining() const { return subtract(quantity, filled).value_or(Quantity::zero()); }
  [[nodiscard]] double average_price() const;
};

// How much of a fill each account of an advisor's order gets: whole steps, so that each has its share of all that has been
// filled, as nearly as can be. Empty for other orders.
[[nodiscard]] std::vector<Quantity> shares_of(const GatewayOrder& order, Quantity quantity, Quantity step);

struct GatewayExecution {
  std::string exec_id;
  GatewayOrder* order = nullptr;
  std::int32_t allotment = -1;  // the order's, which this is the fill of; else that of the order itself
  Timestamp time;
  std::uint32_t listing = 0;  // of a leg, where the order is a combination
  bool is_combo = false;  // the combination as a whole: nothing is booked for it
  bool is_advisors = false;  // the order for a group as a whole: nothing is booked for it
  Side side = Side::buy;
  Quantity quantity = Quantity::zero();
  Price price = Price::zero();
  Quantity cumulative = Quantity::zero();
  double average_price = 0;
  bool adds_liquidity = false;
  int exercise = 0;  // 1 exercised, 2 lapsed
  Amount commission = Amount::zero();
  std::optional<Amount> realized;  // only when the fill closed something
  std::size_t booked_as = 0;  // its number in the account's books
  bool is_superseded = false;  // by a later revision
  bool has_commission = false;  // it has been told

  [[nodiscard]] const std::string& account() const {
    return allotment < 0 ? order->account : order->allotments[static_cast<std::size_t>(allotment)].account;
  }
};

// What an order would do to its account: the answer to a what-if.
struct MarginPreview {
  Amount init_before = Amount::zero();
  Amount maint_before = Amount::zero();
  Amount equity_before = Amount::zero();
  Amount init_after = Amount::zero();
  Amount maint_after = Amount::zero();
  Amount equity_after = Amount::zero();
  Amount commission = Amount::zero();
  std::string currency = "USD";
};

// Who hears of orders. Calls come in the order in which a gateway would report.
class OrderListener {
 public:
  OrderListener() = default;
  OrderListener(const OrderListener&) = delete;
  OrderListener& operator=(const OrderListener&) = delete;
  virtual ~OrderListener() = default;
  virtual void on_order(const GatewayOrder& order) = 0;  // openOrder and orderStatus
  virtual void on_order_status(const GatewayOrder& order) = 0;  // orderStatus alone
  virtual void on_execution(const GatewayExecution& execution) = 0;
  virtual void on_commission(const GatewayExecution& execution) = 0;
  virtual void on_books_changed(const std::string& account, std::uint32_t listing) = 0;
  // Whether margin is that of the day or that of the night.
  [[nodiscard]] virtual MarginTime margin_time() const = 0;
  // Null when there is no such group, or the login is no advisor's.
  [[nodiscard]] virtual const Allocation* group(std::string_view /*name*/) const { return nullptr; }
  // How an order for this group is shared out. Empty: it is not, and belongs to the account it names.
  [[nodiscard]] virtual std::vector<Allotment> allotments(const tws::Order& /*terms*/) const { return {}; }
  // A fault: the group of this order has filled, and what that takes from it has been filled by then.
  [[nodiscard]] virtual bool fills_as_well(const GatewayOrder& /*order*/) { return false; }
  virtual void on_order_bound(const GatewayOrder& order) = 0;
  virtual void on_what_if(const GatewayOrder& order, const MarginPreview& preview) = 0;
  virtual void on_order_error(std::int32_t client_id, std::int32_t order_id, std::int32_t code,
                              std::string_view text) = 0;
};

}  // namespace tradewind::sim::gateway
