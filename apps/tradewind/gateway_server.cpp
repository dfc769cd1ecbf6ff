#include "apps/tradewind/gateway_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace tradewind::app {

namespace net = edge::net;
using sim::gateway::ConnectionId;

namespace {

// At the fastest speed: how much is played before the sockets are looked at again, and how far a client may lag before
// the market waits for it.
constexpr int kInstantsAtOnce = 64;
constexpr std::size_t kLagMax = 1U << 20;
constexpr Duration kLagPause = std::chrono::milliseconds{1};

}  // namespace

GatewayServer::GatewayServer(net::Loop& loop, sim::gateway::Gateway& gateway, Options options)
    : gateway_{gateway}, options_{std::move(options)}, timer_{loop, [this] { wake(); }} {}

GatewayServer::~GatewayServer() = default;

Result<std::unique_ptr<GatewayServer>> GatewayServer::open(net::Loop& loop, sim::gateway::Gateway& gateway,
                                                           Options options) {
  std::unique_ptr<GatewayServer> server{new GatewayServer{loop, gateway, std::move(options)}};
  GatewayServer* raw = server.get();
  server->listener_ =
      TW_TRY(net::Listener::open(loop, server->options_.endpoint, [raw](std::unique_ptr<net::Connection> connection) {
        raw->accept(std::move(connection));
      }));
  if (!server->options_.virtual_time) server->wake();
  return server;
}

void GatewayServer::log(const std::string& line) const {
  if (options_.log) options_.log(line);
}

void GatewayServer::accept(std::unique_ptr<net::Connection> connection) {
  const ConnectionId id = gateway_.connect(now());
  net::Connection& taken = *connections_.emplace(id, std::move(connection)).first->second;
  log(fmt::format("connection {} opened", id));
  if (on_connection) on_connection(taken);
  taken.start({.prepare = [this, id](std::size_t count) { return gateway_.prepare(id, count); },
               .received =
                   [this, id](std::size_t count) {
                     bytes_handled_ += count;
                     gateway_.received(id, count, now());
                     flush();
                   },
               .closed = [this, id](const std::string& reason) { drop(id, reason); }});
  flush();  // it may be one too many
}

void GatewayServer::drop(ConnectionId id, const std::string& reason) {
  log(fmt::format("connection {} closed: {}", id, reason));
  gateway_.disconnected(id);
  connections_.erase(id);
}

Timestamp GatewayServer::now() const {
  return options_.market_clock != nullptr ? options_.market_clock->now(net::system_now()) : options_.clock();
}

void GatewayServer::wake() {
  play();
  flush();
}

void GatewayServer::play() {
  MarketClock* const clock = options_.market_clock;
  if (clock == nullptr || clock->is_paused() || clock->speed().kind != MarketSpeed::Kind::fastest)
    return gateway_.wake(now());
  for (const auto& [id, connection] : connections_) {
    if (connection->unsent() > kLagMax) return;
  }
  if (connections_.empty()) return;  // nobody would see it
  for (int i = 0; i < kInstantsAtOnce; ++i) {
    const auto next = gateway_.wake_at();
    if (!next) return;
    clock->advance_to(*next);
    gateway_.wake(*next);
  }
}

void GatewayServer::flush() {
  std::vector<std::pair<ConnectionId, std::string>> done;
  for (const auto& [id, connection] : connections_) {
    ByteQueue& output = gateway_.output(id);
    bytes_sent_ += output.size();
    connection->send(output);
    if (const auto reason = gateway_.wants_close(id)) done.emplace_back(id, *reason);
    else if (connection->unsent() > options_.unsent) done.emplace_back(id, "the client does not read");
  }
  for (const auto& [id, reason] : done) {
    if (gateway_.wants_reset(id)) connections_.at(id)->reset();
    drop(id, reason);
  }
  if (!options_.virtual_time) plan();
  if (on_flushed) on_flushed();
}

void GatewayServer::plan() {
  const auto next = gateway_.wake_at();
  if (!next) return timer_.cancel();
  const Now wall = net::system_now();
  if (options_.market_clock == nullptr) return timer_.set(wall.mono + std::max(*next - now(), Duration{}));
  auto due = options_.market_clock->due(*next, wall);
  if (!due) return timer_.cancel();
  if (options_.market_clock->speed().kind == MarketSpeed::Kind::fastest && connections_.empty()) return timer_.cancel();
  const bool waits = options_.market_clock->speed().kind == MarketSpeed::Kind::fastest &&
                     std::ranges::any_of(connections_, [](const auto& one) { return one.second->unsent() > kLagMax; });
  timer_.set(waits ? *due + kLagPause : *due);
}

}  // namespace tradewind::app
