#pragma once

#include "tradewind/sim/gateway/internal/market_view.hpp"
#include "tradewind/sim/gateway/orders.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <optional>

namespace tradewind::sim::gateway {

// Looks at one event of the order's own contract, moves the stop of a trailing order, and says whether the order has been
// triggered by it. By method: 0 the last price where there are prints, else bid and ask; 1 and 4 bid and ask; 2 and 3 the
// last price; 7 either; 8 the midpoint; 1 and 3 want two in a row.
[[nodiscard]] bool is_triggered_by(GatewayOrder& order, const venue::Listing& listing, const venue::MarketEvent& event);

// The limit of an order that has been triggered, where it has one: of a trailing one it keeps its distance from the stop.
[[nodiscard]] std::optional<Price> limit_when_triggered(const GatewayOrder& order, const venue::Listing& listing);

// To the next price that the contract allows, downwards or upwards.
[[nodiscard]] Price on_grid(Price price, const venue::Listing& listing, bool upwards);

}  // namespace tradewind::sim::gateway
