#pragma once

#include "apps/tradewind/market_source.hpp"
#include "tradewind/sim/gateway/scenario/script.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::app {

struct SimServeCommand {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<std::uint16_t> control_port;
  MarketChoice market;
  std::vector<std::string> accounts{"DU0000000"};
  std::optional<std::string> accounts_file;  // instead of `accounts`
  bool read_only = false;
  std::optional<int> server_version;
  bool announces_presets = false;
  // live, not-for-api, delayed or none; absent: what the accounts file says, or live.
  std::optional<std::string> market_data;
  int delay_minutes = 0;  // of delayed data
  int data_lines = 100;
  std::vector<std::string> without_depth;
  std::string speed = "1";
  std::uint64_t seed = 1;  // of what is made up beside the market, and of the faults
  std::optional<std::string> faults;
  std::optional<std::string> log_file;
  int messages_per_second = 50;  // 0: any number
  int working_orders = 15;  // for one contract, side and account; 0: any number
  bool paces = false;
  // Its settings count more than the ones above.
  std::optional<sim::gateway::scenario::Script> scenario;
  // Ends with the scenario, and at the latest after so long; a failure then says what has not gone as written.
  std::optional<std::chrono::seconds> give_up_after;
  bool json = false;
};

// Serves a simulated gateway on the wall clock until SIGINT or SIGTERM.
[[nodiscard]] int sim_serve_command(SimServeCommand command);

}  // namespace tradewind::app
