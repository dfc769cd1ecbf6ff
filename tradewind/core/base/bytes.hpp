#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tradewind {

using Bytes = std::span<const std::byte>;

[[nodiscard]] inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

[[nodiscard]] inline std::uint32_t load_be32(const std::byte* from) {
  std::uint32_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return __builtin_bswap32(value);
}
inline void store_be32(std::byte* to, std::uint32_t value) {
  value = __builtin_bswap32(value);
  std::memcpy(to, &value, sizeof value);
}

[[nodiscard]] std::string hex_text(Bytes bytes);

// Bytes that come in at the back and are taken at the front. Taking moves an offset; the rest is moved down only when
// room is needed at the back and at least half of the space is free in front, so a backlog costs no more than its
// length. Memory is not cleared, and kPadding readable bytes always follow the contents.
class ByteQueue {
 public:
  static constexpr std::size_t kPadding = 32;

  ByteQueue() = default;
  ByteQueue(ByteQueue&&) noexcept = default;
  ByteQueue& operator=(ByteQueue&&) noexcept = default;
  ByteQueue(const ByteQueue&) = delete;
  ByteQueue& operator=(const ByteQueue&) = delete;
  ~ByteQueue() = default;

  [[nodiscard]] Bytes contents() const { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  // At least `count` writable bytes at the back; valid until the next call that is not const. What is written there
  // counts once `commit` says how much.
  [[nodiscard]] std::byte* prepare(std::size_t count) {
    if (capacity_ - end_ < count) [[unlikely]]
      make_room(count);
    return data_.get() + end_;
  }
  void commit(std::size_t count) { end_ += count; }
  void append(Bytes bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    commit(bytes.size());
  }
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  // Contents written earlier, to be overwritten in place.
  [[nodiscard]] std::byte* mutable_at(std::size_t offset) { return data_.get() + begin_ + offset; }
  // Forgets the last `count` bytes.
  void retract(std::size_t count) { end_ -= count; }
  void clear() { begin_ = end_ = 0; }

 private:
  void make_room(std::size_t count);

  std::unique_ptr<std::byte[]> data_;
  std::size_t capacity_ = 0;  // without the padding
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace tradewind
