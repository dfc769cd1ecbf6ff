#include "tradewind/edge/client/transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::edge::client {

using Wish = tradewind::client::Client::Wish;

Transport::Transport(net::Loop& loop, tradewind::client::Client& client, Options options)
    : loop_{loop},
      client_{client},
      options_{std::move(options)},
      timer_{loop,
             [this] {
               bring_time();
               pump();
             }},
      connect_timer_{loop, [this] { lost("the connection could not be opened in time"); }} {}

Transport::~Transport() = default;

void Transport::start() {
  client_.start(net::system_now());
  pump();
}

void Transport::stop() {
  client_.stop(net::system_now());
  pump();
}

void Transport::connect() {
  if (const auto port = client_.moved_to_port(); port && *port != options_.endpoint.port) {
    if (std::ranges::find(options_.other_ports, *port) == options_.other_ports.end()) {
      client_.stop(net::system_now());
      return client_.disconnected(
          fmt::format("the gateway moved to port {} (1300), which is not among those allowed", *port),
          net::system_now());
    }
    options_.endpoint.port = *port;
  }
  connect_timer_.set(net::system_now().mono + options_.connect_limit);
  connector_ = std::make_unique<net::Connector>(loop_, options_.endpoint,
                                                [this](Result<std::unique_ptr<net::Connection>> result) {
                                                  if (!result.has_value()) return ended(result.error().detail);
                                                  connected(*std::move(result));
                                                });
}

void Transport::connected(std::unique_ptr<net::Connection> connection) {
  connect_timer_.cancel();
  connection_ = std::move(connection);
  const Now now = net::system_now();
  if (options_.tap != nullptr) options_.tap->opened(now);
  client_.connected(now);
  connection_->start({.prepare = [this](std::size_t count) { return room_ = client_.prepare(count); },
                      .received =
                          [this](std::size_t count) {
                            const Now then = net::system_now();
                            if (options_.tap != nullptr) options_.tap->received({room_, count}, then);
                            client_.received(count, then);
                            pump();
                          },
                      .closed = [this](const std::string& reason) { lost(reason); }});
  pump();
}

void Transport::lost(const std::string& reason) {
  if (connection_ && options_.tap != nullptr) options_.tap->closed(reason, net::system_now());
  ended(fmt::format("{}:{}: {}", options_.endpoint.host, options_.endpoint.port, reason));
}

void Transport::ended(const std::string& reason) {
  connect_timer_.cancel();
  connector_.reset();
  connection_.reset();
  client_.disconnected(reason, net::system_now());
  pump();
}

void Transport::pump() {
  if (connection_ && client_.has_session()) {
    if (options_.tap != nullptr && !client_.output().empty())
      options_.tap->sent(client_.output().contents(), net::system_now());
    connection_->send(client_.output());
  }
  switch (client_.wish()) {
    case Wish::none:
      break;
    case Wish::connect:
      if (!connector_ && !connection_) connect();
      break;
    case Wish::close:
      if (connection_) {
        connection_->close();
        return lost(client_.wish_reason());
      }
      break;
  }
  set_timer();
}

void Transport::set_timer() {
  if (const auto due = client_.wake_at()) timer_.set(*due);
  else timer_.cancel();
}

}  // namespace tradewind::edge::client
