#pragma once

#include "apps/tradewind/market_clock.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/edge/web/http_server.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace tradewind::app {

// The control interface of the simulator: answers requests about a gateway, lets faults happen in it, and moves its clock.
// Does no I/O and reads no clock. The gateway must have an injector.
class SimControl {
 public:
  struct Settings {
    std::string speed;  // as on the command line
    std::uint64_t seed = 1;  // of faults and of what is made up
    std::uint64_t market_seed = 1;  // of a generated market
  };

  // `moved` is called after the clock has been paused, resumed or moved on, and after a fault has been asked for.
  SimControl(sim::gateway::Gateway& gateway, MarketClock& clock, Settings settings, std::function<void()> moved);

  [[nodiscard]] edge::web::HttpResponse answer(const edge::web::HttpRequest& request, const Now& now);

 private:
  using Parameters = std::map<std::string, std::string, std::less<>>;
  struct Endpoint;
  [[nodiscard]] static std::span<const Endpoint> endpoints();

  edge::web::HttpResponse books(const Parameters& parameters, const Now& now);
  edge::web::HttpResponse state(const Parameters& parameters, const Now& now);
  edge::web::HttpResponse faults(const Parameters& parameters, const Now& now);
  edge::web::HttpResponse inject(const Parameters& parameters, const Now& now);
  edge::web::HttpResponse pause(const Parameters& parameters, const Now& now);
  edge::web::HttpResponse resume(const Parameters& parameters, const Now& now);
  edge::web::HttpResponse step(const Parameters& parameters, const Now& now);
  [[nodiscard]] edge::web::HttpResponse pace(bool paused, const Now& now);

  sim::gateway::Gateway& gateway_;
  MarketClock& clock_;
  Settings settings_;
  std::function<void()> moved_;
};

}  // namespace tradewind::app
