#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tradewind::app {

struct SimReplayCommand {
  std::string recording;  // a file, or a folder of them
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<std::uint16_t> control_port;
  std::string speed = "1";
  bool json = false;
};

// Plays the gateway of a recording to the clients that connect, until all recorded connections have been played (0), one
// goes otherwise than recorded (1), or SIGINT or SIGTERM.
[[nodiscard]] int sim_replay_command(const SimReplayCommand& command);

}  // namespace tradewind::app
