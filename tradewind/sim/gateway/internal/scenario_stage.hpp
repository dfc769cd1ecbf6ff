#pragma once

#include "tradewind/sim/gateway/scenario/play.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

class Gateway;

// What a scenario may do to the gateway.
class ScenarioStage final : public scenario::Stage {
 public:
  explicit ScenarioStage(Gateway& gateway) : gateway_{gateway} {}

  std::vector<faults::Line*> lines() override;
  void restart(Duration down) override;
  void reset_order_ids() override;
  bool halt(std::string_view symbol, int how) override;
  void skip(Duration time) override;
  void log(const std::string& line) override;

 private:
  Gateway& gateway_;
};

}  // namespace tradewind::sim::gateway
