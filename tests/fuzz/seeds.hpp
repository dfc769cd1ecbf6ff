#pragma once

#include "tradewind/core/tws/wire.hpp"

#include <string>
#include <vector>

namespace tradewind::fuzz {

// Where a fuzzer begins: random messages of every kind at every version, each of them in each encoding with no list
// empty as well, the golden frames, conversations between our own node and gateway, and the absurd lengths. The same in
// every run.
[[nodiscard]] std::vector<std::string> seeds(tws::Direction direction);

}  // namespace tradewind::fuzz
