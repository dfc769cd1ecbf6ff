#include "apps/tradewind/strategy_list.hpp"

#include "strategies/catalog.hpp"
#include "tradewind/core/base/json.hpp"

#include <fmt/format.h>

namespace tradewind::app {

int strategy_list_command(bool json) {
  if (!json) {
    for (const strategy::StrategyFactory& factory : strategies::catalog()) {
      fmt::print("{}: {}\n", factory.name, factory.description);
      for (const strategy::ParameterInfo& info : factory.parameters) {
        fmt::print("  {:<12} {}; {}{}; default {}\n", info.name, info.help, info.type,
                   info.range.empty() ? "" : " " + info.range, info.value);
      }
    }
    return 0;
  }
  JsonWriter out;
  out.begin_array();
  for (const strategy::StrategyFactory& factory : strategies::catalog()) {
    out.begin_object()
        .member("name", factory.name)
        .member("description", factory.description)
        .key("parameters")
        .begin_array();
    for (const strategy::ParameterInfo& info : factory.parameters) {
      out.begin_object().member("name", info.name).member("type", info.type).member("default", info.value);
      out.member("range", info.range).member("help", info.help).end_object();
    }
    out.end_array().end_object();
  }
  fmt::print("{}\n", out.end_array().str());
  return 0;
}

}  // namespace tradewind::app
