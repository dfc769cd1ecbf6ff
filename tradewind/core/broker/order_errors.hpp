#pragma once

#include "tradewind/core/model/event.hpp"

#include <cstdint>

namespace tradewind::broker {

// What an error code that names an order means for a new order. Codes that are not in the table are `unknown`, never a
// refusal: the broker has to be asked. Category by list, not by range (tws-protocol 6.12).
[[nodiscard]] model::OrderErrorKind order_error_kind(std::int32_t code);

}  // namespace tradewind::broker
