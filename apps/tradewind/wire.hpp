#pragma once

#include <string>

namespace tradewind::app {

struct WireCommand {
  std::string path;  // of a recording: a file, or a folder of them
  bool json = false;
  bool accounts = false;  // as they are, not masked
};

// Prints a recording message by message. Exit code 0 only when all of it could be read.
[[nodiscard]] int wire_show_command(const WireCommand& command);
// Counts its messages, by name and direction.
[[nodiscard]] int wire_stat_command(const WireCommand& command);

}  // namespace tradewind::app
