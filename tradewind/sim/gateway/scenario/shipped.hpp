#pragma once

#include <span>
#include <string_view>

namespace tradewind::sim::gateway::scenario {

struct Shipped {
  std::string_view name;  // without the folder and the ending
  std::string_view text;
};

// The scenarios of the folder scenarios/ of the repository, by name.
[[nodiscard]] std::span<const Shipped> shipped_scenarios();

}  // namespace tradewind::sim::gateway::scenario
