#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/execution.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/core/model/mode.hpp"
#include "tradewind/core/model/order.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::strategy {

// A handle of an order, stable across reconnects and restarts. A strategy never sees an order id.
class OrderTicket {
 public:
  OrderTicket() = default;
  explicit OrderTicket(const model::OrderRef& ref) : ref_{ref} {}
  [[nodiscard]] const model::OrderRef& ref() const { return ref_; }
  friend bool operator==(const OrderTicket&, const OrderTicket&) = default;

 private:
  model::OrderRef ref_;
};

struct OrderView {
  model::OrderRequest request;
  model::OrderState state = model::OrderState::parked;
  Quantity filled = Quantity::zero();
  Quantity remaining = Quantity::zero();
};

// Why an order was not accepted: "PTR-02 ORDER_VALUE: value=… limit=…", one line per reason.
struct Denial {
  std::vector<std::string> reasons;
};

struct StartInfo {
  bool resumed = false;  // true when the journal already holds trades of this strategy
  model::Mode mode{};
  model::AccountId account;
};

struct Fill {
  OrderTicket ticket;
  model::InstrumentId instrument{0};
  Side side = Side::buy;
  Quantity quantity = Quantity::zero();
  Price price = Price::zero();
};

// What a strategy can see and ask for. Valid during a call into the strategy only.
class Context {
 public:
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  virtual ~Context() = default;

  // The time of the event being handled; there is no other clock.
  [[nodiscard]] virtual Timestamp now() const = 0;

  // Quotes, trades and bars of one length. The handle is good at once; data come when the contract is resolved.
  virtual model::InstrumentId subscribe(const model::InstrumentSpec& spec, Duration bar_length) = 0;
  // The contract's details; null until it is resolved.
  [[nodiscard]] virtual const model::Instrument* instrument(model::InstrumentId id) const = 0;
  [[nodiscard]] virtual model::Quote quote(model::InstrumentId id) const = 0;
  [[nodiscard]] virtual std::optional<Price> last_price(model::InstrumentId id) const = 0;

  // This strategy's own position, out of its fills.
  [[nodiscard]] virtual Position position(model::InstrumentId id) const = 0;

  [[nodiscard]] virtual std::expected<OrderTicket, Denial> submit(const model::OrderRequest& request) = 0;
  // False when the order is final or none of this strategy's.
  virtual bool cancel(const OrderTicket& ticket) = 0;
  [[nodiscard]] virtual std::optional<OrderView> order(const OrderTicket& ticket) const = 0;
  // The position to hold from now on. The platform closes the difference with market orders, one at a time, taking into
  // account what is still working; `reason` goes into the journal.
  virtual void target(model::InstrumentId id, Position position, std::string_view reason) = 0;

  // Calls on_timer at `time` or, when that is past, as soon as this call returns.
  virtual void wake_at(Timestamp time) = 0;
};

// One class runs unchanged as a backtest, against a simulated gateway, on a paper account and live. Every handler has an
// empty default. Calls come one at a time, on one thread, and must not block.
class Strategy {
 public:
  Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  virtual ~Strategy() = default;

  // At most 12 letters, digits, '-' and '_'; part of every order reference.
  [[nodiscard]] virtual model::StrategyName name() const = 0;
  // Names and values of the parameters in use, for the journal.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> parameters() const = 0;

  // Once, before the session is up: subscribe here.
  virtual void on_start(Context& /*context*/, const StartInfo& /*info*/) {}
  // Orders are possible: after every connect, when the books agree with the broker's.
  virtual void on_ready(Context& /*context*/) {}
  virtual void on_quote(Context& /*context*/, model::InstrumentId /*id*/, const model::Quote& /*quote*/) {}
  virtual void on_trade(Context& /*context*/, model::InstrumentId /*id*/, const model::Trade& /*trade*/) {}
  // A bar that is complete. An interval without trades has none.
  virtual void on_bar(Context& /*context*/, model::InstrumentId /*id*/, const model::Bar& /*bar*/) {}
  virtual void on_order(Context& /*context*/, const OrderTicket& /*ticket*/, const OrderView& /*order*/) {}
  virtual void on_fill(Context& /*context*/, const Fill& /*fill*/) {}
  virtual void on_timer(Context& /*context*/) {}
  // No orders are possible any more: the connection is gone, or the state forbids it. on_ready follows when they are.
  virtual void on_unready(Context& /*context*/, std::string_view /*reason*/) {}
  virtual void on_stop(Context& /*context*/) {}
};

}  // namespace tradewind::strategy
