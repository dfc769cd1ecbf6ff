#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tradewind::tws {

// Cuts a received stream into frames: a length of four bytes, big endian, then that many bytes.
// Bytes are received straight into its memory; a frame is handed out where it lies, with readable bytes behind it, and
// stays valid until the next `prepare`. However the stream is cut, the frames are the same. An announced length
// allocates nothing: memory grows only with bytes that have come.
class FrameReader {
 public:
  explicit FrameReader(std::uint32_t frame_size_max) : frame_size_max_{frame_size_max} {}

  // Room for at least `count` received bytes; `commit` says how many came.
  [[nodiscard]] std::byte* prepare(std::size_t count) { return buffer_.prepare(count); }
  void commit(std::size_t count) { buffer_.commit(count); }
  void feed(Bytes bytes) { buffer_.append(bytes); }

  // The next whole payload, without its length; nothing when more bytes are needed. `malformed`: the peer announces a
  // length we refuse, so the next boundary cannot be found: close the connection.
  [[nodiscard]] Result<std::optional<Bytes>> next() {
    auto payload = peek();
    // Consuming moves an offset; the bytes stay until the next prepare.
    if (payload.has_value() && payload->has_value()) buffer_.consume(4 + (*payload)->size());
    return payload;
  }
  // The same, which stays the next one.
  [[nodiscard]] Result<std::optional<Bytes>> peek() const {
    const Bytes waiting = buffer_.contents();
    if (waiting.size() < 4) return std::optional<Bytes>{};
    const std::uint32_t size = load_be32(waiting.data());
    if (size == 0 || size > frame_size_max_) [[unlikely]]
      return refuse(size);
    if (waiting.size() - 4 < size) return std::optional<Bytes>{};
    return std::optional{waiting.subspan(4, size)};
  }

  // What has not been handed out.
  [[nodiscard]] Bytes pending() const { return buffer_.contents(); }
  void skip(std::size_t count) { buffer_.consume(count); }
  void clear() { buffer_.clear(); }
  [[nodiscard]] std::size_t capacity() const { return buffer_.capacity(); }

 private:
  [[nodiscard]] std::unexpected<Error> refuse(std::uint32_t size) const;

  ByteQueue buffer_;
  std::uint32_t frame_size_max_;
};

}  // namespace tradewind::tws
