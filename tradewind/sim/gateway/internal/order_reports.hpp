#pragma once

#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/order_desk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::sim::gateway {

class Client;

// A client's orders: what it asks for, and what it is told.
class OrderReports {
 public:
  explicit OrderReports(Client& client) : client_{client} {}

  void place(const tws::PlaceOrderRequest& request);
  void cancel(const tws::CancelOrderRequest& request);
  void exercise(const tws::ExerciseOptionsRequest& request);
  void cancel_all(const tws::GlobalCancelRequest& request);
  void open_orders(const tws::OpenOrdersRequest& request);
  void all_open_orders(const tws::AllOpenOrdersRequest& request);
  void auto_open_orders(const tws::AutoOpenOrdersRequest& request);
  void executions(const tws::ExecutionRequest& request);
  void completed_orders(const tws::CompletedOrdersRequest& request);

  void send_order(const GatewayOrder& order);  // openOrder and orderStatus
  void send_order_status(const GatewayOrder& order);
  void send_execution(const GatewayExecution& execution, std::int32_t request_id);
  void send_commission(const GatewayExecution& execution);
  void send_order_bound(const GatewayOrder& order);
  void send_what_if(const GatewayOrder& order, const MarginPreview& preview);
  void send_open_orders(bool of_everyone);

 private:
  [[nodiscard]] bool is_wanted(const GatewayExecution& execution, const tws::ExecutionFilter& filter) const;
  [[nodiscard]] tws::Contract contract_of(const GatewayOrder& order, const tws::PlaceOrderRequest& terms) const;
  // Good until the next one.
  tws::OpenOrder& open_order(const GatewayOrder& order);
  tws::OpenOrder& open_order(const GatewayOrder& order, const tws::PlaceOrderRequest& terms);

  void send_execution(const GatewayExecution& execution, const tws::PlaceOrderRequest& terms, std::int32_t request_id);
  [[nodiscard]] const std::string& time_text(Timestamp time);

  Client& client_;
  std::optional<std::int64_t> told_second_;
  std::string told_time_;  // of that second
  tws::OpenOrder open_order_;  // the one just made: three thousand bytes, of which few change
  std::string good_till_;  // what it points to
  std::string good_after_;
};

}  // namespace tradewind::sim::gateway
