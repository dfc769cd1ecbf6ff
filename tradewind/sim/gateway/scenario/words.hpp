#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway::scenario {

// The words of a line: they end at blanks, "..." keeps blanks, # begins a remark.
[[nodiscard]] Result<std::vector<std::string>> words_of(std::string_view line);
// "500ms", "30s", "5min" or "2h"; nothing when it is none of these, or longer than a year.
[[nodiscard]] std::optional<Duration> duration_in(std::string_view text);

}  // namespace tradewind::sim::gateway::scenario
