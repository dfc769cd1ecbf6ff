#pragma once

#include "apps/tradewind/gateway_tool.hpp"

#include <string>

namespace tradewind::app {

// One page: session, accounts, clock, link to IB, farms. Exit code 0 when data and orders can flow.
[[nodiscard]] int status_command(const GatewayTool& tool);

struct AccountCommand {
  GatewayTool tool;
  std::string account;  // empty: all
  std::string tags;     // separated by commas; empty: the usual ones
};
[[nodiscard]] int account_command(const AccountCommand& command);

struct PositionsCommand {
  GatewayTool tool;
  std::string account;
};
[[nodiscard]] int positions_command(const PositionsCommand& command);

struct PnlCommand {
  GatewayTool tool;
  std::string account;
  StreamLimits limits{.count = 1, .length = {}};  // of each account
};
[[nodiscard]] int pnl_command(const PnlCommand& command);

}  // namespace tradewind::app
