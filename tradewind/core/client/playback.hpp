#pragma once

#include "tradewind/core/client/client.hpp"
#include "tradewind/core/tws/recording/recording.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tradewind::client {

// Plays a recorded session to a Client, in the transport's place: connections open and close as they did, the gateway's
// bytes come at their recorded times, and timers run in between. The program behind the Client does what it does: where it
// says something else than what was recorded, the first difference is kept.
class Playback {
 public:
  // Where the client's own bytes leave the recording.
  struct Difference {
    std::uint32_t connection = 0;
    std::uint64_t offset = 0;  // in what the client sent on this connection
    std::string what;
  };

  // The client is fresh: `start` has not been called.
  explicit Playback(Client& client) : client_{client} {}

  // The entries of a recording, in order.
  void play(const tws::WireEntry& entry);
  // After the last one.
  void finish();

  [[nodiscard]] const std::optional<Difference>& difference() const { return difference_; }
  [[nodiscard]] std::uint64_t bytes_compared() const { return compared_; }

 private:
  void run_timers(Now until, bool inclusive);
  void take_output();
  void compare(bool at_end);

  Client& client_;
  bool started_ = false;
  Now now_;
  std::uint32_t connection_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t compared_ = 0;
  ByteQueue recorded_;
  ByteQueue said_;
  std::optional<Difference> difference_;
};

}  // namespace tradewind::client
