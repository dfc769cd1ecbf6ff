#pragma once

#include "tradewind/core/base/numbers.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tradewind::sim::gateway {

// What makes an order go to the market, and at what price.
enum class Pricing : std::uint8_t {
  market,
  limit,
  to_limit,  // market; what is left of a partial fill becomes a limit order at its price
  peg_primary,   // follows the best price of its own side
  peg_market,    // follows the best price of the other side
  peg_midpoint,  // follows the midpoint
};
enum class Trigger : std::uint8_t { none, stop, touch, trail };

// An order type as TWS names it.
struct OrderKind {
  std::string_view word;
  Pricing pricing = Pricing::market;
  Trigger trigger = Trigger::none;
  bool needs_limit = false;
  bool needs_aux = false;             // the trigger price
  bool snaps = false;                 // takes its price once, and stays there
  bool at_close = false;
  std::string_view security_types;    // separated by blanks
  std::string_view times_in_force;    // separated by blanks; what IB does not document is taken
};

// Null when TWS knows no such type. Long names are taken as well.
[[nodiscard]] const OrderKind* find_order_kind(std::string_view word);
// The short name of a type: "LMT" for "LIMIT".
[[nodiscard]] std::string_view short_type(std::string_view word);

[[nodiscard]] bool is_time_in_force(std::string_view word);
[[nodiscard]] bool has_word(std::string_view words, std::string_view word);

[[nodiscard]] std::optional<Side> side_of(std::string_view action);

}  // namespace tradewind::sim::gateway
