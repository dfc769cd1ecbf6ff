#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/tws/recording/recording.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

namespace tradewind::sim::recording {

// One whole frame of a recording.
struct RecordedFrame {
  std::uint32_t connection = 0;  // as the recording numbers it
  bool from_client = false;
  bool is_greeting = false;  // the first of its side: versions and time, no message
  Now time;                  // of its last byte
  int version = 0;           // of the protocol; 0 until the gateway has greeted
  Bytes payload;             // with the readable bytes behind it that decoders ask for
};

// Cuts the frames of a recording out of its entries, whether a recorder kept whole frames or pieces of them.
class FrameCutter {
 public:
  explicit FrameCutter(std::function<void(const RecordedFrame&)> take) : take_{std::move(take)} {}

  void add(const tws::WireEntry& entry);

  // Messages that were left out, and holes, behind which nothing can be read until another connection begins.
  [[nodiscard]] std::uint64_t missing() const { return missing_; }
  // Whose beginning and not yet their end was read.
  [[nodiscard]] bool is_open(std::uint32_t connection) const { return open_.contains(connection); }

 private:
  struct Side {
    ByteQueue bytes;
    std::uint64_t frames = 0;
  };
  struct Connection {
    Side client;
    Side gateway;
    std::size_t prefix_left = 4;  // "API" and a NUL
    int version = 0;
  };
  void cut(Connection& connection, const tws::WireEntry& entry);

  std::function<void(const RecordedFrame&)> take_;
  std::map<std::uint32_t, Connection> open_;
  std::uint64_t missing_ = 0;
};

}  // namespace tradewind::sim::recording
