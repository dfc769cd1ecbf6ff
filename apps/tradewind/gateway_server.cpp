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
// the market waits for it. While nobody asks for anything, up to four times as much is played, so that one call of the
// kernel sends more.
constexpr int kInstantsAtOnce = 64;
constexpr std::uint64_t kEventsAtOnce = 256;  // those of one instant go together
constexpr int kTurnsInQuiet = 4;
constexpr std::size_t kWorthSending = 64U << 10;
constexpr std::size_t kLagMax = 1U << 20;
constexpr Duration kLagPause = std::chrono::milliseconds{1};
constexpr Duration kPlayedAtOnce = std::chrono::milliseconds{50};  // at a multiple of the wall clock's speed
constexpr Duration kListenPause = std::chrono::seconds{1};  // where another program has the port meanwhile

}  // namespace

GatewayServer::GatewayServer(net::Loop& loop, sim::gateway::Gateway& gateway, Options options)
    : loop_{loop},
      gateway_{gateway},
      options_{std::move(options)},
      timer_{loop, [this] { wake(); }},
      listen_again_{loop, [this] { flush(); }} {}

GatewayServer::~GatewayServer() = default;

Result<std::unique_ptr<GatewayServer>> GatewayServer::open(net::Loop& loop, sim::gateway::Gateway& gateway,
                                                           Options options) {
  std::unique_ptr<GatewayServer> server{new GatewayServer{loop, gateway, std::move(options)}};
  GatewayServer* raw = server.get();
  server->listener_ =
      TW_TRY(net::Listener::open(loop, server->options_.endpoint, [raw](std::unique_ptr<net::Connection> connection) {
        raw->accept(std::move(connection));
      }));
  server->open_or_refuse();  // before any time passes
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
               .closed =
                   [this, id](const std::string& reason) {
                     drop(id, reason);
                     open_or_refuse();
                     if (!options_.virtual_time) plan();
                   }});
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
  const bool is_accelerated = clock != nullptr && !clock->is_paused() && !clock->speed().is_real_time();
  if (is_accelerated && clock->speed().kind == MarketSpeed::Kind::fastest) return play_fastest(*clock);
  if (is_accelerated && clock->speed().kind == MarketSpeed::Kind::steady) return play_steadily(*clock);
  gateway_.wake(now());
}

// Up to the clock's time, but no longer than a moment before the sockets are looked at again: a speed that is too much for
// the machine would have more to play each time.
void GatewayServer::play_steadily(MarketClock& clock) {
  const Now begin = net::system_now();
  const Timestamp until = clock.now(begin);
  for (int i = 1;; ++i) {
    const auto next = gateway_.wake_at();
    if (!next || *next > until) break;
    gateway_.wake(*next);
    if (i % kInstantsAtOnce != 0) continue;
    const Now wall = net::system_now();
    if (wall.mono - begin.mono < kPlayedAtOnce) continue;
    clock.wait(begin);
    if (!std::exchange(was_behind_, true))
      log("the machine does not keep up with this speed: the market goes as fast as it can");
    return;
  }
  gateway_.wake(until);
  clock.go_on(net::system_now());
}

void GatewayServer::play_fastest(MarketClock& clock) {
  for (const auto& [id, connection] : connections_) {
    if (connection->unsent() > kLagMax) return;
  }
  if (is_unwatched()) return;
  const bool is_quiet = std::exchange(handled_before_, bytes_handled_) == bytes_handled_;
  for (int turn = 0; turn == 0 || (turn < kTurnsInQuiet && is_quiet && has_little_to_send()); ++turn) {
    const std::uint64_t enough = gateway_.events_played() + kEventsAtOnce;
    for (int i = 0; i < kInstantsAtOnce && gateway_.events_played() < enough; ++i) {
      const auto next = gateway_.wake_at();
      if (!next) return;
      clock.advance_to(*next);
      gateway_.wake(*next);
    }
  }
}

// Nobody would see what is played. Those who are refused wait for the end of it.
bool GatewayServer::is_unwatched() { return connections_.empty() && !gateway_.refuses(now()); }

// Something, but not yet so much that it should go at once.
bool GatewayServer::has_little_to_send() {
  std::size_t most = 0;
  for (const auto& [id, connection] : connections_) most = std::max(most, gateway_.output(id).size());
  return most != 0 && most < kWorthSending;
}

void GatewayServer::flush() {
  std::vector<std::pair<ConnectionId, std::string>> done;
  for (const auto& [id, connection] : connections_) {
    ByteQueue& output = gateway_.output(id);
    bytes_sent_ += output.size();
    connection->send(output);
    connection->set_reading(gateway_.reads(id));
    if (const auto reason = gateway_.wants_close(id)) done.emplace_back(id, *reason);
    else if (connection->unsent() > options_.unsent) done.emplace_back(id, "the client does not read");
  }
  open_or_refuse();  // before a client can try again
  for (const auto& [id, reason] : done) {
    net::Connection& connection = *connections_.at(id);
    if (gateway_.wants_reset(id)) connection.reset();
    else if (connection.unsent() > options_.unsent) connection.close(Duration{});  // the rest would fill the memory
    drop(id, reason);
  }
  if (!done.empty()) open_or_refuse();
  if (!options_.virtual_time) plan();
  if (on_flushed) on_flushed();
}

void GatewayServer::open_or_refuse() {
  if (gateway_.injector() == nullptr) return;
  const bool refuses = gateway_.refuses(now());
  if (refuses == listener_->is_refusing()) return;
  if (listener_->set_refusing(refuses)) return log(refuses ? "connections are refused" : "connections are taken again");
  log(fmt::format("cannot listen on port {} again; trying", port()));
  listen_again_.set(net::system_now().mono + kListenPause);
}

void GatewayServer::plan() {
  const auto next = gateway_.wake_at();
  if (!next) return timer_.cancel();
  const Now wall = net::system_now();
  if (options_.market_clock == nullptr) return timer_.set(wall.mono + std::max(*next - now(), Duration{}));
  if (options_.market_clock->speed().kind == MarketSpeed::Kind::fastest) return plan_fastest(wall);
  const auto due = options_.market_clock->due(*next, wall);
  if (!due) return timer_.cancel();
  timer_.set(*due);
}

void GatewayServer::plan_fastest(const Now& wall) {
  if (is_unwatched()) return timer_.cancel();
  if (std::ranges::any_of(connections_, [](const auto& one) { return one.second->unsent() > kLagMax; }))
    return timer_.set(wall.mono + kLagPause);
  // At once, but after what the sockets have to say. A timer would cost two calls of the kernel.
  timer_.cancel();
  if (is_posted_) return;
  is_posted_ = true;
  loop_.post([this, exists = std::weak_ptr{exists_}] {
    if (exists.expired()) return;
    is_posted_ = false;
    wake();
  });
}

}  // namespace tradewind::app
