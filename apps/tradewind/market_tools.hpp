#pragma once

#include "apps/tradewind/gateway_tool.hpp"

#include <string>

namespace tradewind::app {

struct QuoteCommand {
  GatewayTool tool;
  ContractChoice contract;
  StreamLimits limits{.count = 1, .length = {}};
  std::string data =
      "delayed";  // the kind of data to take when there are no better: live, frozen, delayed, delayed-frozen
};
[[nodiscard]] int quote_command(const QuoteCommand& command);

struct TicksCommand {
  GatewayTool tool;
  ContractChoice contract;
  StreamLimits limits{.count = 10, .length = {}};
  std::string kind = "Last";  // Last, AllLast, BidAsk, MidPoint
};
[[nodiscard]] int ticks_command(const TicksCommand& command);

struct DepthCommand {
  GatewayTool tool;
  ContractChoice contract;
  StreamLimits limits{.count = 10, .length = {}};
  int rows = 5;
  bool smart = false;  // of all exchanges at once
};
[[nodiscard]] int depth_command(const DepthCommand& command);

struct BarsCommand {
  GatewayTool tool;
  ContractChoice contract;
  std::string size = "1 min";
  std::string duration = "1 D";
  std::string what = "TRADES";
  std::string end;  // UTC, yyyymmdd-hh:mm:ss; empty: now
  bool all_hours = false;
};
[[nodiscard]] int bars_command(const BarsCommand& command);

}  // namespace tradewind::app
