#include "tradewind/sim/gateway/internal/scenario_stage.hpp"

#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"

namespace tradewind::sim::gateway {

std::vector<faults::Line*> ScenarioStage::lines() {
  std::vector<faults::Line*> open;
  for (auto& [id, line] : gateway_.lines_) {
    if (!line.close_reason() && !gateway_.at(id).close_reason()) open.push_back(&line);
  }
  return open;
}

void ScenarioStage::restart(Duration down) { gateway_.restart(down); }

void ScenarioStage::reset_order_ids() { gateway_.desk_.reset_order_ids(); }

bool ScenarioStage::halt(std::string_view symbol, int how) {
  bool found = false;
  const auto& listings = gateway_.listings();
  for (std::uint32_t i = 0; i < listings.size(); ++i) {
    if (listings[i].symbol != symbol || listings[i].security_type != "STK") continue;
    gateway_.halt(i, static_cast<Halt>(how));
    found = true;
  }
  return found;
}

void ScenarioStage::skip(Duration time) { gateway_.shift_ += time; }

void ScenarioStage::log(const std::string& line) { gateway_.log(line); }

}  // namespace tradewind::sim::gateway
