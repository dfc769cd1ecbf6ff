#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/rng.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tradewind::sim::world {

// One direction of a connection. Every byte arrives, once and in order, but cut at random: writes are joined
// and split.
class FakePipe {
 public:
  explicit FakePipe(std::uint64_t seed) : rng_{seed} {}

  void write(Bytes bytes) { queue_.append(bytes); }
  // Between one and all of the bytes that are under way; none when there are none.
  [[nodiscard]] std::vector<std::byte> read() {
    if (queue_.empty()) return {};
    // Short pieces are as likely as long ones, else a small header is hardly ever cut.
    const std::size_t most = rng_.one_in(2) ? queue_.size() : std::min<std::size_t>(queue_.size(), 8);
    const Bytes piece = queue_.contents().first(1 + rng_.below(most));
    std::vector<std::byte> bytes(piece.begin(), piece.end());
    queue_.consume(bytes.size());
    return bytes;
  }
  // Bytes written and not read.
  [[nodiscard]] std::size_t under_way() const { return queue_.size(); }

 private:
  Rng rng_;
  ByteQueue queue_;
};

// A connection between two machines in one process.
struct FakeNetwork {
  explicit FakeNetwork(std::uint64_t seed) : to_server{seed}, to_client{~seed} {}

  // No byte is under way in either direction.
  [[nodiscard]] bool is_quiet() const { return to_server.under_way() == 0 && to_client.under_way() == 0; }

  FakePipe to_server;
  FakePipe to_client;
};

}  // namespace tradewind::sim::world
