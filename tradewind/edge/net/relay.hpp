#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/net/tcp.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tradewind::edge::net {

// What a relay tells of its connections, which are numbered from 1. All calls come from the loop's thread.
struct RelayHandler {
  std::function<void(std::uint32_t connection)> opened;  // by a client
  // Bytes that are on their way already.
  std::function<void(std::uint32_t connection, bool from_client, Bytes bytes)> passed;
  std::function<void(std::uint32_t connection, const std::string& reason)> closed;
};

// Listens, connects to `target` for each client, and passes bytes on in both directions, unchanged and at once. What one side
// does to its connection happens to the other: an end of one direction, a reset, and not reading, since a direction reads
// again only when what it read has been taken.
class Relay {
 public:
  static constexpr std::size_t kConnectionsMax = 64;  // at once; further clients are closed

  [[nodiscard]] static Result<std::unique_ptr<Relay>> open(Loop& loop, const Endpoint& listen, Endpoint target,
                                                           RelayHandler handler);
  // Closes everything, without further calls.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit Relay(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace tradewind::edge::net
