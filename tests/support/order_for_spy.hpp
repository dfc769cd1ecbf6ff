#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <string_view>

namespace tradewind::sim::gateway::testing {

// The texts have to outlive the request.
inline tws::PlaceOrderRequest order_for_spy(std::int32_t id, std::string_view action, int quantity,
                                            std::string_view type, std::string_view time_in_force) {
  tws::PlaceOrderRequest request;
  request.order_id = id;
  request.contract.symbol = "SPY";
  request.contract.sec_type = "STK";
  request.contract.exchange = "SMART";
  request.contract.currency = "USD";
  request.order.action = action;
  request.order.total_quantity = Quantity::of(quantity);
  request.order.order_type = type;
  request.order.tif = time_in_force;
  return request;
}

}  // namespace tradewind::sim::gateway::testing
