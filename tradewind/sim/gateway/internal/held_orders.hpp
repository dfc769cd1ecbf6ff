#pragma once

#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/sim/gateway/orders.hpp"
#include "tradewind/sim/venue/listing.hpp"
#include "tradewind/sim/venue/triggers.hpp"
#include "tradewind/sim/venue/universe.hpp"

namespace tradewind::sim::gateway {

// What an order waits for, in the words of the venue's trigger book, which knows it by its sequence.
[[nodiscard]] venue::TriggerTicket trigger_ticket(const GatewayOrder& order, const venue::Universe& universe,
                                                  const TimeZone& zone);

// To the next price that the contract allows, downwards or upwards.
[[nodiscard]] Price on_grid(Price price, const venue::Listing& listing, bool upwards);

}  // namespace tradewind::sim::gateway
