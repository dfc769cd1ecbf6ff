#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <string>

namespace tradewind::sim::gateway {

struct HoursText {
  std::string trading;
  std::string liquid;
};

// The hours of a listing from today on, six days of them, as contract details write them.
[[nodiscard]] HoursText hours_text(const venue::Listing& listing, const GatewayOptions& options, Timestamp now);

}  // namespace tradewind::sim::gateway
