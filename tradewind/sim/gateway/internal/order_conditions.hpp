#pragma once

#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/sim/gateway/internal/market_view.hpp"
#include "tradewind/sim/gateway/internal/order_margin.hpp"
#include "tradewind/sim/gateway/orders.hpp"

#include <deque>

namespace tradewind::sim::gateway {

// What an order's conditions look at.
struct ConditionFacts {
  const venue::Universe& universe;
  const MarketView& market;
  const OrderMargin& margin;
  const std::deque<GatewayExecution>& executions;
  const TimeZone& zone;
  MarginTime margin_time = MarginTime::intraday;
};

// Whether the order's conditions are met; each is joined with the next one by its conjunction. True without any.
[[nodiscard]] bool conditions_met(const GatewayOrder& order, Timestamp now, const ConditionFacts& facts);

}  // namespace tradewind::sim::gateway
