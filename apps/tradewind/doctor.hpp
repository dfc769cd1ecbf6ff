#pragma once

#include "apps/tradewind/gateway_tool.hpp"

#include <string>

namespace tradewind::app {

struct DoctorCommand {
  GatewayTool tool;
  std::string expect = "paper";  // paper, live or any: which accounts the login should have
  ContractChoice contract;       // what data and the what-if order are tried with
};

// Walks from the socket to an order that only asks, and says of each step what is wrong and what to do. It places no
// order: what it sends is a what-if, one unit, below the market; should a gateway take it for a real one, it is cancelled.
//
// Exit codes: 0 nothing failed (there may be warnings), 1 a check failed, 3 the accounts are not those expected, 4 no
// session, 5 an order that only asked was placed and its cancel was not confirmed.
[[nodiscard]] int doctor_command(const DoctorCommand& command);

}  // namespace tradewind::app
