#pragma once

#include "tradewind/core/model/mode.hpp"
#include "tradewind/core/strategy/parameters.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tradewind::app {

struct RunCommand {
  model::Mode mode = model::Mode::sim;
  std::string connect;  // HOST:PORT
  std::string strategy;
  strategy::ParameterValues parameters;
  std::string state;
  std::optional<std::string> record;  // folder for a recording of the wire
  std::optional<std::string> config_file;
  std::optional<std::int32_t> client_id;       // over the configuration's
  std::optional<std::string> account;          // over the configuration's
  std::chrono::seconds give_up_after{30};  // when the first session does not come about; later ones are tried for ever
  std::optional<std::chrono::seconds> run_for;  // then stop; empty: until SIGINT or SIGTERM
  std::chrono::seconds stop_within{30};  // at the end, for the broker to confirm that no order works any more
  bool json = false;
};

// Runs a strategy against a gateway, on the wall clock.
[[nodiscard]] int run_command(const RunCommand& command);

}  // namespace tradewind::app
