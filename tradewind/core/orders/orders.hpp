#pragma once

#include "tradewind/core/base/flat_index.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/model/event.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/order.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::orders {

// An order of ours, from its intent to its end.
struct Order {
  model::OrderIntent intent;
  model::Seq intent_seq{0};
  model::OrderState state = model::OrderState::parked;
  model::PermId perm_id{0};
  Quantity filled = Quantity::zero();   // out of executions, never out of a status
  bool cancel_wanted = false;
  bool was_absent = false;              // once proven not to be at the broker, whatever came later
  std::string reason;                   // of a rejection or of an unknown state, in the broker's or our words

  [[nodiscard]] Quantity remaining() const {
    return subtract(intent.request.quantity, filled).value_or(Quantity::zero());
  }
};

// What the broker's status word means for an order in a given state. Empty when the word is none of IB's.
[[nodiscard]] std::optional<model::OrderState> state_after(model::OrderState state, std::string_view status);

// Quantities that may still be bought and sold: what the position limit must reckon with.
struct Exposure {
  Quantity buy = Quantity::zero();
  Quantity sell = Quantity::zero();
};

// The book of record of our own orders. Every change of state goes through here, and only legal ones happen: a final order
// changes through a late fill or a correction only, and a timeout never makes an order final.
class Orders {
 public:
  // --- Changes. Each returns the order when its state or fill changed, null when nothing did. ---

  // A new order, its intent on the way to the disk.
  Order& park(const model::OrderIntent& intent, model::Seq seq);
  const Order* sent(const model::OrderRef& ref);
  // Never sent: the intent was durable too late, or the session was gone by then.
  const Order* denied(const model::OrderRef& ref, std::string reason);
  const Order* cancel_requested(const model::OrderRef& ref);
  // The broker lists it: it lives, with this status.
  const Order* seen_open(const model::OpenOrderSeen& seen);
  const Order* status(const model::OrderStatusSeen& seen);
  const Order* error(const model::OrderErrorSeen& seen);
  // The quantity filled so far, as the ledger counts it.
  const Order* filled(const model::OrderRef& ref, Quantity total);
  const Order* resolved(const model::OrderRef& ref, model::OrderState state, std::string evidence);
  // Orders proven absent so far are not expected back any more.
  void forget_absent() { absent_.clear(); }
  // The session is gone: what was not final is unknown until the broker is asked; order ids mean nothing any more.
  // Returns the orders whose state changed.
  std::vector<const Order*> session_lost();

  // --- Queries ---
  [[nodiscard]] const Order* find(const model::OrderRef& ref) const;
  // Of the orders of this session only: an order id is not identity.
  [[nodiscard]] const Order* find(model::OrderId id) const;
  [[nodiscard]] const Order* find(model::PermId id) const;
  [[nodiscard]] Exposure exposure(model::ConId contract) const;
  // What orders that were proven absent would still fill, should they come back after all.
  [[nodiscard]] Exposure absent_exposure(model::ConId contract) const;
  // The first order in this contract whose fate is not known; null when there is none.
  [[nodiscard]] const Order* unknown(model::ConId contract) const;
  [[nodiscard]] std::size_t unknown_count() const { return unknown_.size(); }
  [[nodiscard]] std::uint64_t count() const { return orders_.size(); }
  [[nodiscard]] std::size_t live_count() const { return live_.size(); }
  [[nodiscard]] std::vector<const Order*> live() const;
  // The latest ones, newest first.
  [[nodiscard]] std::vector<const Order*> recent(std::size_t count) const;
  [[nodiscard]] model::OrderId highest_order_id() const { return highest_order_id_; }

 private:
  Order* mutable_find(const model::OrderRef& ref);
  const Order* change(Order& order, model::OrderState state, std::string reason = {});
  void reckon(const Order& order, Quantity remaining, int sign);
  void learn(Order& order, model::PermId perm_id, model::OrderId order_id);

  std::deque<Order> orders_;  // addresses stay valid
  FlatIndex<model::OrderRef, Order*> by_ref_;
  FlatIndex<model::OrderId, Order*> by_order_id_;  // this session's
  FlatIndex<model::PermId, Order*> by_perm_id_;
  std::map<std::uint64_t, Order*> live_;  // by intent sequence: a stable order
  std::vector<const Order*> absent_;
  std::map<std::pair<model::ConId, std::uint64_t>, Order*> unknown_;  // of the live ones, by contract and sequence
  struct Working {
    std::int64_t buy = 0;
    std::int64_t sell = 0;
  };
  std::map<model::ConId, Working> exposure_;
  model::OrderId highest_order_id_{0};
};

}  // namespace tradewind::orders
