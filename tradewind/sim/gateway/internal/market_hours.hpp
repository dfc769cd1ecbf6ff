#pragma once

#include "tradewind/core/base/time.hpp"

#include <optional>

namespace tradewind::sim::gateway {

struct GatewayOptions;

// Whether this is within regular trading hours: 09:30 to the close of the session on weekdays, in the gateway's zone; always,
// where the market never closes.
[[nodiscard]] bool in_regular_hours(const GatewayOptions& options, Timestamp time);
// What is left of the session then; empty outside of it, and where it never ends.
[[nodiscard]] std::optional<Duration> until_close(const GatewayOptions& options, Timestamp time);

}  // namespace tradewind::sim::gateway
