#pragma once

namespace tradewind::app {

// Names the strategies with their parameters on standard output.
[[nodiscard]] int strategy_list_command(bool json);

}  // namespace tradewind::app
