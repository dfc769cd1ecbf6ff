#pragma once

#include <span>
#include <string_view>

namespace tradewind::sim::gateway::faults {

// One line of faults.csv. What is not on the wire has a reason instead of an effect.
struct FaultRow {
  std::string_view id;
  bool on_wire = false;
  std::string_view layer;
  bool implemented = false;
  std::string_view effect;  // what an observer sees
  std::string_view reason;
};

// All of the catalogue, by id.
[[nodiscard]] std::span<const FaultRow> fault_table();
// Null when the catalogue has no such fault.
[[nodiscard]] const FaultRow* find_row(std::string_view id);

}  // namespace tradewind::sim::gateway::faults
