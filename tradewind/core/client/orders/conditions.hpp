#pragma once

#include "tradewind/core/client/orders/kinds.hpp"
#include "tradewind/core/client/orders/values.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tradewind::client::orders {

enum class Threshold : std::uint8_t { at_or_above, at_or_below };
// The contract that is watched.
struct Watched {
  ContractId contract;
  Exchange exchange;
};

struct PriceCondition {
  Watched watched;
  Threshold threshold;
  Price price;
  TriggerMethod trigger = TriggerMethod::by_default;
};
struct TimeCondition {
  Threshold threshold;
  ZonedTime time;
};
struct MarginCondition {
  Threshold threshold;
  int cushion_percent;
};
// True once anything of this symbol has been traded.
struct ExecutionCondition {
  Symbol symbol;
  Exchange exchange;
  SecurityType type;
};
struct VolumeCondition {
  Watched watched;
  Threshold threshold;
  int volume;
};
struct PercentChangeCondition {
  Watched watched;
  Threshold threshold;
  Percent change;
};
using Condition = std::variant<PriceCondition, TimeCondition, MarginCondition, ExecutionCondition, VolumeCondition,
                               PercentChangeCondition>;

enum class WhenMet : std::uint8_t { activate, cancel };

// At least one condition; each is joined to the one before it.
class Conditions {
 public:
  struct Link {
    Condition condition;
    bool and_next = true;
  };

  explicit Conditions(Condition first) : links_{{std::move(first)}} {}
  Conditions& also(Condition next) { return join(std::move(next), true); }
  Conditions& or_else(Condition next) { return join(std::move(next), false); }
  [[nodiscard]] const std::vector<Link>& links() const { return links_; }

  WhenMet when_met = WhenMet::activate;
  bool ignore_rth = false;          // watch outside regular hours, too
  bool include_overnight = false;  // server version 226

 private:
  Conditions& join(Condition next, bool by_and) {
    links_.back().and_next = by_and;
    links_.push_back({std::move(next)});
    return *this;
  }

  std::vector<Link> links_;
};

}  // namespace tradewind::client::orders
