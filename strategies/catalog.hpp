#pragma once

#include "tradewind/core/strategy/parameters.hpp"

#include <vector>

namespace tradewind::strategies {

// The strategies this repository brings.
[[nodiscard]] std::vector<strategy::StrategyFactory> catalog();

}  // namespace tradewind::strategies
