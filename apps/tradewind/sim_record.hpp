#pragma once

#include <cstdint>
#include <string>

namespace tradewind::app {

struct SimRecordCommand {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string gateway;  // HOST:PORT
  std::string out;      // a new file
  bool keeps_accounts = false;
  bool json = false;
};

// Sits between TWS clients and a gateway and records what both say, until SIGINT or SIGTERM.
[[nodiscard]] int sim_record_command(const SimRecordCommand& command);

}  // namespace tradewind::app
