#include "apps/tradewind/gateway_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace tradewind::app {

namespace net = edge::net;
using sim::gateway::ConnectionId;

namespace {

// A client that does not read is dropped before it fills our memory.
constexpr std::size_t kUnsentMax = 64U << 20;

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
  const ConnectionId id = gateway_.connect(options_.clock());
  net::Connection& taken = *connections_.emplace(id, std::move(connection)).first->second;
  log(fmt::format("connection {} opened", id));
  if (on_connection) on_connection(taken);
  taken.start({.prepare = [this, id](std::size_t count) { return gateway_.prepare(id, count); },
               .received =
                   [this, id](std::size_t count) {
                     bytes_handled_ += count;
                     gateway_.received(id, count, options_.clock());
                     flush();
                   },
               .closed = [this, id](const std::string& reason) { drop(id, reason); }});
}

void GatewayServer::drop(ConnectionId id, const std::string& reason) {
  log(fmt::format("connection {} closed: {}", id, reason));
  gateway_.disconnected(id);
  connections_.erase(id);
}

void GatewayServer::wake() {
  gateway_.wake(options_.clock());
  flush();
}

void GatewayServer::flush() {
  std::vector<std::pair<ConnectionId, std::string>> done;
  for (const auto& [id, connection] : connections_) {
    ByteQueue& output = gateway_.output(id);
    bytes_sent_ += output.size();
    connection->send(output);
    if (const auto reason = gateway_.wants_close(id)) done.emplace_back(id, *reason);
    else if (connection->unsent() > kUnsentMax) done.emplace_back(id, "the client does not read");
  }
  for (const auto& [id, reason] : done) drop(id, reason);
  if (options_.virtual_time) return;
  const auto next = gateway_.wake_at();
  if (!next) return timer_.cancel();
  timer_.set(net::system_now().mono + std::max(*next - options_.clock(), Duration{}));
}

}  // namespace tradewind::app
