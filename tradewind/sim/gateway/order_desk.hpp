#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/core/tws/owned.hpp"
#include "tradewind/sim/gateway/books.hpp"
#include "tradewind/sim/gateway/market.hpp"
#include "tradewind/sim/venue/fees.hpp"
#include "tradewind/sim/venue/matching.hpp"
#include "tradewind/sim/venue/universe.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// An order as the gateway knows it, from its acceptance on, for ever.
struct GatewayOrder {
  GatewayOrder(const tws::PlaceOrderRequest& terms, std::int32_t client)
      : request{terms}, client_id{client}, order_id{terms.order_id} {}

  tws::Owned<tws::PlaceOrderRequest> request;  // the terms as last accepted
  std::int32_t client_id = 0;
  std::int32_t order_id = 0;
  std::int64_t perm_id = 0;
  std::string account;
  std::uint32_t listing = 0;
  Side side = Side::buy;
  Quantity quantity = Quantity::zero();
  std::string status;        // IB's word; empty while it is not transmitted
  Quantity filled = Quantity::zero();
  Amount filled_value = Amount::zero();
  Price last_fill = Price::zero();
  Amount commission = Amount::zero();
  venue::OrderFees fees;
  std::int64_t venue_id = 0;  // of the present terms
  bool is_final = false;
  Timestamp ended;
  std::string ended_how;     // completedStatus

  [[nodiscard]] Quantity remaining() const { return subtract(quantity, filled).value_or(Quantity::zero()); }
  [[nodiscard]] double average_price() const;
};

struct GatewayExecution {
  std::string exec_id;
  const GatewayOrder* order = nullptr;
  Timestamp time;
  Quantity quantity = Quantity::zero();
  Price price = Price::zero();
  Quantity cumulative = Quantity::zero();
  double average_price = 0;
  Amount commission = Amount::zero();
  std::optional<Amount> realized;  // only when the fill closed something
};

// Who hears of orders. Calls come in the order in which a gateway would report.
class OrderListener {
 public:
  OrderListener() = default;
  OrderListener(const OrderListener&) = delete;
  OrderListener& operator=(const OrderListener&) = delete;
  virtual ~OrderListener() = default;
  virtual void on_order(const GatewayOrder& order) = 0;          // openOrder and orderStatus
  virtual void on_order_status(const GatewayOrder& order) = 0;   // orderStatus alone
  virtual void on_execution(const GatewayExecution& execution) = 0;
  virtual void on_commission(const GatewayExecution& execution) = 0;
  virtual void on_books_changed(const std::string& account, std::uint32_t listing) = 0;
  virtual void on_order_error(std::int32_t client_id, std::int32_t order_id, std::int32_t code,
                              std::string_view text) = 0;
};

// Takes orders as TWS does: checks them, gives them permanent ids, hands them to the venue, books their fills.
class OrderDesk {
 public:
  OrderDesk(const venue::Universe& universe, const std::vector<venue::QuoteData>& quote_data, bool announces_presets,
            OrderListener& listener);

  [[nodiscard]] Books& books() { return books_; }
  [[nodiscard]] const Books& books() const { return books_; }

  void place(const tws::PlaceOrderRequest& request, std::int32_t client_id, Timestamp now);
  void cancel(std::int32_t order_id, std::int32_t client_id, Timestamp now);
  void cancel_all(Timestamp now);
  void on_market(const venue::MarketEvent& event);
  // The session is over: DAY orders end.
  void end_session(Timestamp now);

  // The first order id this client may use next. Ids only go up, also over connections.
  [[nodiscard]] std::int32_t next_order_id(std::int32_t client_id) const;
  [[nodiscard]] const std::deque<GatewayOrder>& orders() const { return orders_; }
  [[nodiscard]] const std::deque<GatewayExecution>& executions() const { return executions_; }

 private:
  void modify(GatewayOrder& order, const tws::PlaceOrderRequest& request, Timestamp now);
  // The error that this order would get; nothing when it is acceptable.
  [[nodiscard]] std::optional<std::pair<std::int32_t, std::string>> refusal(
      const tws::PlaceOrderRequest& request) const;
  [[nodiscard]] std::optional<std::uint32_t> find_listing(const tws::Contract& contract) const;
  void transmit(GatewayOrder& order, Timestamp now);
  void fill(GatewayOrder& order, const venue::Fill& fill);
  void end(GatewayOrder& order, Timestamp now, std::string_view status, std::string how);
  void report(std::vector<venue::VenueReport>& reports);
  [[nodiscard]] GatewayOrder* find(std::int32_t client_id, std::int32_t order_id);

  const venue::Universe& universe_;
  const std::vector<Listing>& listings_;
  venue::MatchingEngine venue_;
  OrderListener& listener_;
  bool announces_presets_;
  Books books_;
  std::deque<GatewayOrder> orders_;  // addresses stay valid
  std::deque<GatewayExecution> executions_;
  std::map<std::pair<std::int32_t, std::int32_t>, GatewayOrder*> by_id_;  // the latest with this client and order id
  std::map<std::int64_t, GatewayOrder*> by_venue_id_;
  std::map<std::int32_t, std::int32_t> highest_id_;  // by client
  std::int64_t next_perm_id_ = 1'376'327'563;
  std::int64_t next_venue_id_ = 1;
  std::uint32_t next_exec_ = 1;
  std::vector<venue::VenueReport> reports_;
};

}  // namespace tradewind::sim::gateway
