#pragma once

#include "tests/fuzz/harness.hpp"

#include <cstdint>
#include <string_view>

namespace tradewind::fuzz {

// What the input's flags say about hostile clients, beside Input::kRawStart.
inline constexpr std::uint8_t kNeverReads = 2;  // takes nothing that the gateway sends
inline constexpr std::uint8_t kFlood = 4;       // says everything many times over
inline constexpr std::uint8_t kCrowd = 8;       // three connections say the same, each cut differently
inline constexpr std::uint8_t kReturns = 16;    // goes away between pieces, without a word, and comes again

// Bytes of hostile clients into a gateway that has a well-behaved client as well, which subscribes, trades a stock of its
// own in an account of its own and asks for its orders and executions. What that one is sent must be, byte by byte, what
// it is sent when it is alone; but permanent ids and execution ids, which all clients share, count by their order. `frames`
// is that of the well-behaved client's; none where the hostile ones did what may change them: a global cancel, or an order
// in that stock or account.
[[nodiscard]] Outcome run_neighbours(std::string_view bytes);

}  // namespace tradewind::fuzz
