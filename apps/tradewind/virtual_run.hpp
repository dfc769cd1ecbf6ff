#pragma once

#include "apps/tradewind/gateway_server.hpp"
#include "apps/tradewind/host.hpp"
#include "apps/tradewind/market_source.hpp"
#include "tradewind/edge/broker/driver.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tradewind::app {

// A simulated gateway and an engine in one process, connected over loopback TCP, on a clock of their own: it moves only when
// every byte either side wrote has been handled by the other and every journal record is on the disk and acknowledged, and
// then to the earliest time either side waits for. So nothing depends on the speed of the machine.
class VirtualRun {
 public:
  struct Options {
    HostOptions host;
    sim::gateway::GatewayOptions gateway;
    // Tests cut the streams: at most so many bytes are read at a time, on both sides.
    std::function<std::size_t()> read_at_most;
    // Called before the clock moves; false ends the run as if the market were over.
    std::function<bool(VirtualRun&)> on_advance;
  };

  [[nodiscard]] static Result<std::unique_ptr<VirtualRun>> open(Options options, MarketSetup market,
                                                                std::unique_ptr<strategy::Strategy> strategy);
  VirtualRun(const VirtualRun&) = delete;
  VirtualRun& operator=(const VirtualRun&) = delete;
  ~VirtualRun();

  // Until the market is over and the engine has stopped. An error is a run that could not be finished.
  [[nodiscard]] Result<void> play();

  [[nodiscard]] Now now() const { return now_; }
  [[nodiscard]] Timestamp begin() const { return begin_; }
  [[nodiscard]] Timestamp end() const { return end_; }
  [[nodiscard]] sim::gateway::Gateway& gateway() { return gateway_; }
  [[nodiscard]] Host& host() { return *host_; }
  [[nodiscard]] const engine::Engine& engine() const { return host_->node().engine(); }

 private:
  VirtualRun(Options options, MarketSetup market);
  [[nodiscard]] Result<void> settle();
  [[nodiscard]] bool bytes_are_handled() const;
  [[nodiscard]] std::optional<Timestamp> engine_due() const;
  [[nodiscard]] bool engine_plans() const;

  Options options_;
  Timestamp begin_;
  Timestamp end_;
  Now now_;
  edge::net::Loop loop_;
  sim::gateway::Gateway gateway_;
  std::unique_ptr<GatewayServer> server_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<edge::broker::Driver> driver_;
  std::optional<edge::broker::Ended> ended_;
  std::string ended_reason_;
};

}  // namespace tradewind::app
