#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/messages.hpp"

namespace tradewind::tws {

// The only function that turns an order into bytes. A library of its own, so that a program which must not be able to
// place orders links without it; the tidy test lets only core/broker, the client library and the simulator's tests use
// it.
[[nodiscard]] Result<void> encode(const PlaceOrderRequest& message, int server_version, ByteQueue& out);

}  // namespace tradewind::tws
