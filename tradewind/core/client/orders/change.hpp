#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/client/orders/values.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <vector>

namespace tradewind::client::orders {

// What is wrong with placing `next` to change `last`, the order as it was placed last, of which `filled` is filled. IB
// takes another price, another quantity (the total, not the rest), DAY to IOC, and the transmission of an order that was
// held; all else stays as it was.
[[nodiscard]] std::vector<Refusal> change_refusals(const tws::PlaceOrderRequest& last,
                                                   const tws::PlaceOrderRequest& next, Quantity filled);

}  // namespace tradewind::client::orders
