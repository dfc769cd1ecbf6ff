#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tradewind::sim::gateway::faults {

// When a fault may fire; each such moment is one draw of its rate.
enum class Moment : std::uint8_t {
  connect,   // a connection has been opened
  start,     // startApi has come
  frame,     // any message to a client that has started
  order,     // a new order has come
  change,    // a modification of an order has come
  cancel,    // a cancel has come
  request,   // another request of the kind that the fault is about has come
  message,   // a message of the kind that the fault is about goes to the client
};

struct FaultInfo {
  std::string_view id;  // of the catalogue; what an observer sees is in faults.csv
  Moment moment{};
  std::string_view name;
};

// The faults that the simulated gateway has, in the order of their ids.
[[nodiscard]] std::span<const FaultInfo> faults();
// The place in `faults()`.
[[nodiscard]] std::optional<std::size_t> find_fault(std::string_view id);

}  // namespace tradewind::sim::gateway::faults
