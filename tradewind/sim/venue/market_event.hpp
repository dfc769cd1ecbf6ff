#pragma once

#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"

#include <cstdint>
#include <variant>

namespace tradewind::sim::venue {

// A symbol's place in the list its market was made from. It also breaks ties in time.
using SymbolIndex = Id<struct SymbolIndexTag, std::uint32_t>;

// One thing the market shows, at the time it shows it.
struct MarketEvent {
  Timestamp time;
  SymbolIndex symbol{0};
  std::variant<model::Quote, model::Trade> data;

  friend bool operator==(const MarketEvent&, const MarketEvent&) = default;
};

}  // namespace tradewind::sim::venue
