#pragma once

#include "tradewind/core/base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace tradewind {

using Hash256 = std::array<std::byte, 32>;

// SHA-256 over several pieces.
class Sha256 {
 public:
  Sha256();
  void update(Bytes bytes);
  [[nodiscard]] Hash256 finish();  // once; the object is spent

 private:
  alignas(8) std::array<std::byte, 112> state_{};  // the library's own, checked in the .cpp
};

[[nodiscard]] Hash256 sha256(Bytes bytes);

// A running 64-bit digest of integers, for telling two streams apart cheaply. Not for security.
class Digest64 {
 public:
  void mix(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x9fb21c651e98df25U;
    state_ ^= state_ >> 32;
  }
  void mix(std::int64_t word) { mix(static_cast<std::uint64_t>(word)); }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0x243f6a8885a308d3U;
};

}  // namespace tradewind
