#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/sim/venue/market_event.hpp"
#include "tradewind/sim/venue/seen_prices.hpp"

#include <cstdint>
#include <variant>
#include <vector>

// IB's six conditions of an order. With `is_more` they are met at the value or above, without at the value or below.
namespace tradewind::sim::venue {

struct PriceCondition {
  SymbolIndex symbol{0};
  bool is_more = false;
  Price price = Price::zero();
  TriggerMethod method = TriggerMethod::last;  // as decided for the contract

  friend bool operator==(const PriceCondition&, const PriceCondition&) = default;
};

struct TimeCondition {
  bool is_more = true;
  Timestamp time;

  friend bool operator==(const TimeCondition&, const TimeCondition&) = default;
};

// Excess liquidity in percent of net liquidation value.
struct MarginCondition {
  bool is_more = false;
  std::int32_t cushion_percent = 0;

  friend bool operator==(const MarginCondition&, const MarginCondition&) = default;
};

// Met for good by an execution of the user's own in any of these.
struct ExecutionCondition {
  std::vector<SymbolIndex> symbols;

  friend bool operator==(const ExecutionCondition&, const ExecutionCondition&) = default;
};

// The volume of the day.
struct VolumeCondition {
  SymbolIndex symbol{0};
  bool is_more = true;
  Quantity volume = Quantity::zero();

  friend bool operator==(const VolumeCondition&, const VolumeCondition&) = default;
};

// Of the last price from the close of the day before.
struct PercentChangeCondition {
  SymbolIndex symbol{0};
  bool is_more = true;
  std::int64_t percent_millionths = 0;  // 1,500,000 is 1.5 %

  friend bool operator==(const PercentChangeCondition&, const PercentChangeCondition&) = default;
};

struct Condition {
  std::variant<PriceCondition, TimeCondition, MarginCondition, ExecutionCondition, VolumeCondition,
               PercentChangeCondition>
      what;
  bool and_next = true;  // joined with the next one by "and", else by "or"; "and" binds tighter

  friend bool operator==(const Condition&, const Condition&) = default;
};

}  // namespace tradewind::sim::venue
