#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/client/client.hpp"
#include "tradewind/core/tws/recording/recording.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/net/tcp.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tradewind::edge::client {

// Connects a Client to a socket, the clock and a loop. It decides nothing. For programs that run a loop of their own;
// `Connection` brings one. Used from the loop's thread.
class Transport {
 public:
  struct Options {
    net::Endpoint endpoint;
    // Ports the gateway may send us to (1300). One that is not among them ends the client: no port is taken on trust.
    std::vector<std::uint16_t> other_ports;
    Duration connect_limit = std::chrono::seconds{10};
    tws::WireTap* tap = nullptr;  // hears everything that crosses the socket; outlives the transport
  };

  // The client outlives the transport.
  Transport(net::Loop& loop, tradewind::client::Client& client, Options options);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Connects, again and again, until `stop`.
  void start();
  void stop();
  // To be called after each call into the client that did not come from here, within the same turn of the loop.
  void pump();
  // Tells the client what time it is; before calls into it.
  void bring_time() { client_.wake(net::system_now()); }

 private:
  void connect();
  void connected(std::unique_ptr<net::Connection> connection);
  void lost(const std::string& reason);
  void ended(const std::string& reason);  // which names the gateway
  void set_timer();

  net::Loop& loop_;
  tradewind::client::Client& client_;
  Options options_;
  std::unique_ptr<net::Connector> connector_;
  std::unique_ptr<net::Connection> connection_;
  std::byte* room_ = nullptr;  // where the bytes that come next are
  net::Timer timer_;
  net::Timer connect_timer_;
};

}  // namespace tradewind::edge::client
