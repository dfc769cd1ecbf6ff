#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/edge/net/loop.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tradewind::edge::net {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};
// "HOST:PORT" or "[IPv6]:PORT".
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

// What a connection does with its owner. All calls come from the loop's thread; none after `close`.
struct ConnectionHandler {
  // Room for received bytes, at least `count`; and then how many came.
  std::function<std::byte*(std::size_t count)> prepare;
  std::function<void(std::size_t count)> received;
  // The peer is gone, or the connection failed. Last call.
  std::function<void(std::string reason)> closed;
};

// A TCP connection without Nagle's delay. Bytes are read straight into the owner's memory and written from a copy, so that
// the owner's queue is free at once.
class Connection {
 public:
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins reading.
  void start(ConnectionHandler handler);
  // Takes everything out of `queue` and sends it, in order.
  void send(ByteQueue& queue);
  // Sends the rest, then ends its side and waits a second for the peer to do the same: a socket closed with bytes unread
  // resets the connection, and the peer might lose what it was sent last. A peer that does not take the rest within
  // `patience` loses it. All this while the loop runs. `closed` is not called any more.
  void close(Duration patience = std::chrono::seconds{30});
  // Ends at once: what has not been sent is lost, and the peer is told that the connection was reset.
  void reset();
  // While it is off, what the peer sends stays in the sockets, and a peer that is gone is not noticed.
  void set_reading(bool on);
  // Bytes given to `send` that the kernel has not taken yet.
  [[nodiscard]] std::size_t unsent() const;

  // For tests of those who read a stream: reads at most this many bytes at a time.
  void read_at_most(std::function<std::size_t()> limit);

  struct State;
  explicit Connection(std::shared_ptr<State> state);

 private:
  std::shared_ptr<State> state_;
};

// Connects, and calls back once with the connection or the error. Destroying the object cancels.
class Connector {
 public:
  Connector(Loop& loop, Endpoint endpoint, std::function<void(Result<std::unique_ptr<Connection>>)> done);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Listens on a port of the loopback interface (or `host`); port 0 lets the system choose. Out of file descriptors it tries
// again ten times a second.
class Listener {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open(
      Loop& loop, const Endpoint& endpoint, std::function<void(std::unique_ptr<Connection>)> accepted);
  // For who speaks through a socket of his own, which the descriptor is from then on.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open_plain(Loop& loop, const Endpoint& endpoint,
                                                                    std::function<void(int descriptor)> accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  [[nodiscard]] std::uint16_t port() const;
  // While it is on, attempts to connect are refused by the system, and the port stays taken. False: the port cannot be
  // listened on again now.
  [[nodiscard]] bool set_refusing(bool on);
  [[nodiscard]] bool is_refusing() const;

 private:
  struct State;
  [[nodiscard]] static Result<std::unique_ptr<Listener>> start(std::shared_ptr<State> state, const Endpoint& endpoint);
  explicit Listener(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace tradewind::edge::net
