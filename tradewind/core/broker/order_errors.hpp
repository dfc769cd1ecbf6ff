#pragma once

#include "tradewind/core/model/event.hpp"

#include <cstdint>

namespace tradewind::broker {

// What an error code that names an order means for an order just placed, or for its cancel, by the error catalogue
// (core/tws). A code that decides nothing by itself, or that the catalogue does not have, is `unknown`, never a refusal:
// the broker has to be asked.
[[nodiscard]] model::OrderErrorKind order_error_kind(std::int32_t code);

}  // namespace tradewind::broker
