#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/recording/recording.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tradewind::edge::record {

// Writes a recording into files of a folder, or into one file, on a thread of its own. The calls of WireTap come from one
// thread, copy the bytes, and never wait for the disk.
class Recorder final : public tws::WireTap {
 public:
  struct Options {
    std::string directory = {};  // made when it is not there; its parent must be
    std::string file = {};  // instead: this one file, new, whatever its size
    std::uint64_t file_size =
        256U << 20U;  // of compressed bytes, after which another file begins; so does each UTC day
    std::size_t backlog = 64U << 20U;  // bytes that may wait for the disk; more are dropped
    Duration flush_every = std::chrono::milliseconds{200};
    int level = 3;  // of zstd
  };

  [[nodiscard]] static Result<std::unique_ptr<Recorder>> open(Options options, Now now);
  // Writes what waits, and ends.
  ~Recorder() override;

  void opened(Now now) override;
  void received(Bytes bytes, Now now) override;
  void sent(Bytes bytes, Now now) override;
  void closed(std::string_view reason, Now now) override;
  // For who numbers connections himself: an entry as it is.
  void record(const tws::WireEntry& entry);

  // What went wrong, once something has: nothing is recorded any more. From any thread.
  [[nodiscard]] std::optional<Error> failure() const;
  // From any thread.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct State;
  explicit Recorder(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
  std::uint32_t connection_ = 0;  // of the calls of WireTap
};

}  // namespace tradewind::edge::record
