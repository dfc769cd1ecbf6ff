#pragma once

#include "apps/tradewind/gateway_tool.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tradewind::app {

struct ContractFindCommand {
  GatewayTool tool;
  ContractChoice contract;
  bool search = false;     // by name and beginnings of symbols (reqMatchingSymbols) instead of the exact description
  bool save = false;       // into the registry of `contract.state`
  std::string own_symbol;  // to save it under; empty: the name it has by the rules
};
[[nodiscard]] int contract_find_command(const ContractFindCommand& command);

struct ContractShowCommand {
  GatewayTool tool;
  ContractChoice contract;  // with `state` and a name of ours the registry answers, without a gateway
};
[[nodiscard]] int contract_show_command(const ContractShowCommand& command);

// What the registry of a state folder holds.
[[nodiscard]] int contract_list_command(const std::string& state, bool json);

struct ChainCommand {
  GatewayTool tool;
  ContractChoice underlying;
  bool contracts = false;  // ask which of them exist, one by one; otherwise the expiries and strikes there may be
  std::string exchange = "SMART";
  std::string trading_class;
  std::string expiry_from;
  std::string expiry_until;
  std::string strike_from;
  std::string strike_until;
  std::string right;  // "C", "P" or both
  std::size_t contracts_max = 100;
};
[[nodiscard]] int chain_command(const ChainCommand& command);

struct HoursCommand {
  GatewayTool tool;
  ContractChoice contract;
};
[[nodiscard]] int hours_command(const HoursCommand& command);

}  // namespace tradewind::app
