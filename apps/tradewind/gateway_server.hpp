#pragma once

#include "apps/tradewind/market_clock.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/net/tcp.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace tradewind::app {

// Puts a simulated gateway behind a real port. In virtual time the owner of the clock moves it; otherwise the server
// follows the wall clock.
class GatewayServer {
 public:
  struct Options {
    edge::net::Endpoint endpoint{"127.0.0.1", 0};
    bool virtual_time = false;
    std::function<Timestamp()> clock;
    MarketClock* market_clock = nullptr;  // instead of `clock`, where the market has a speed
    std::size_t unsent =
        sim::gateway::Limits{}.unsent;  // bytes on their way to one client; above it the client is dropped
    std::function<void(const std::string& line)> log;
  };

  [[nodiscard]] static Result<std::unique_ptr<GatewayServer>> open(edge::net::Loop& loop,
                                                                   sim::gateway::Gateway& gateway, Options options);
  GatewayServer(const GatewayServer&) = delete;
  GatewayServer& operator=(const GatewayServer&) = delete;
  ~GatewayServer();

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  // Plays what is due and sends what it says. Whoever moves the market clock, or lets it stand, calls this.
  void wake();
  [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }
  [[nodiscard]] std::uint64_t bytes_handled() const { return bytes_handled_; }
  std::function<void(edge::net::Connection&)> on_connection;
  std::function<void()> on_flushed;  // everything that the gateway has said is on its way

 private:
  GatewayServer(edge::net::Loop& loop, sim::gateway::Gateway& gateway, Options options);
  void accept(std::unique_ptr<edge::net::Connection> connection);
  [[nodiscard]] Timestamp now() const;
  void play();
  void play_steadily(MarketClock& clock);
  void play_fastest(MarketClock& clock);
  [[nodiscard]] bool is_unwatched();
  [[nodiscard]] bool has_little_to_send();
  void flush();
  void plan();
  void plan_fastest(const Now& wall);
  void drop(sim::gateway::ConnectionId id, const std::string& reason);
  void open_or_refuse();
  void log(const std::string& line) const;

  edge::net::Loop& loop_;
  sim::gateway::Gateway& gateway_;
  Options options_;
  edge::net::Timer timer_;
  edge::net::Timer listen_again_;
  std::unique_ptr<edge::net::Listener> listener_;
  std::map<sim::gateway::ConnectionId, std::unique_ptr<edge::net::Connection>> connections_;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_handled_ = 0;
  std::uint64_t handled_before_ = 0;  // when the market was played last
  bool is_posted_ = false;  // the market will be played
  bool was_behind_ = false;  // the machine did not keep up with the market's speed
  std::shared_ptr<bool> exists_ = std::make_shared<bool>();  // for what is posted
};

}  // namespace tradewind::app
