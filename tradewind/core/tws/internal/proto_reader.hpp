#pragma once

#include "tradewind/core/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tradewind::tws {

// How a protobuf field is laid out.
enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

// A field's number and layout, as the bytes before it say them.
[[nodiscard]] constexpr std::uint32_t tag_of(std::uint32_t number, Wire wire) {
  return number << 3 | static_cast<std::uint32_t>(wire);
}

// Reads the fields of one protobuf message in place: next(), then the call that fits the field, or skip().
//
// It may read, but never uses, bytes behind the message: 16 of them must be readable, as behind every received frame. So
// nothing but a text's length is checked on the way. Whoever reads over the end, or finds something malformed, ends up
// behind the end; next() stops there, and `is_whole` tells.
//
// Everything rare is done by functions that take where the reader is and say where it then is, so that the reader itself
// stays in registers.
class ProtoReader {
 public:
  explicit ProtoReader(Bytes message)
      : ProtoReader{reinterpret_cast<const char*>(message.data()),
                    reinterpret_cast<const char*>(message.data()) + message.size()} {}

  // Goes to the next field; false at the end, and when something was malformed.
  bool next() {
    if (at_ >= end_) return false;
    const std::uint32_t low = byte(0);
    if (low < 0x80) [[likely]] {
      tag_ = low;
      ++at_;
      return true;
    }
    const std::uint32_t high = byte(1);
    if (high >= 0x80) [[unlikely]] {
      const std::uint64_t tag = stopped(long_varint(at_, end_));
      tag_ = static_cast<std::uint32_t>(tag);
      if (tag > UINT32_MAX) refuse();
      return at_ <= end_;
    }
    tag_ = (low & 0x7f) | high << 7;
    at_ += 2;
    return true;
  }
  // Goes to the next field when it is this one, which is what writers make likely: they keep the order of the numbers.
  template <std::uint32_t kTag>
  bool next_is() {
    if constexpr (kTag >= 0x4000) return false;
    if (at_ >= end_) return false;
    if constexpr (kTag < 0x80) {
      if (byte(0) != kTag) return false;
    } else {
      if (byte(0) != ((kTag & 0x7f) | 0x80) || byte(1) != kTag >> 7) return false;
    }
    at_ += kTag < 0x80 ? 1 : 2;
    tag_ = kTag;
    return true;
  }
  [[nodiscard]] std::uint32_t tag() const { return tag_; }
  [[nodiscard]] bool is(Wire wire) const { return (tag_ & 7) == static_cast<std::uint32_t>(wire); }
  [[nodiscard]] bool at_end() const { return at_ >= end_; }
  // Asked once, behind the last field.
  [[nodiscard]] bool is_whole() const { return at_ == end_; }

  std::int32_t int32() { return static_cast<std::int32_t>(varint()); }
  std::int64_t int64() { return static_cast<std::int64_t>(varint()); }
  bool boolean() { return varint() != 0; }
  double real() {
    double value = 0;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string_view text() {
    std::int64_t size = byte(0);
    if (size < 0x80) [[likely]] {
      ++at_;
    } else {
      size = static_cast<std::int64_t>(varint());
    }
    if (size > end_ - at_ || size < 0) [[unlikely]] {
      refuse();
      return {};
    }
    const char* first = at_;
    at_ += size;
    return {first, static_cast<std::size_t>(size)};
  }
  // The message, or the run of numbers, that is this field.
  Bytes nested() { return as_bytes(text()); }
  // Past a field of a newer server.
  void skip() { at_ = behind(tag_, at_, end_); }
  // Ends the reading: something in here was malformed.
  void refuse() { at_ = end_ + 1; }

 private:
  ProtoReader(const char* at, const char* end) : at_{at}, end_{end} {}
  [[nodiscard]] std::uint32_t byte(std::size_t offset) const { return static_cast<unsigned char>(at_[offset]); }
  std::uint64_t varint() {
    if (const std::uint32_t first = byte(0); first < 0x80) [[likely]] {
      ++at_;
      return first;
    }
    if (byte(1) < 0x80) {
      const std::uint64_t value = (byte(0) & 0x7f) | byte(1) << 7;
      at_ += 2;
      return value;
    }
    // Up to eight bytes at once: the first without its highest bit is the last one.
    std::uint64_t value = 0;
    std::memcpy(&value, at_, sizeof value);
    const std::uint64_t ends = ~value & 0x8080808080808080;
    if (ends == 0) [[unlikely]]
      return stopped(long_varint(at_, end_));
    at_ += (__builtin_ctzll(ends) >> 3) + 1;
    value &= ends ^ (ends - 1);
    value = (value & 0x007f007f007f007f) | (value & 0x7f007f007f007f00) >> 1;
    value = (value & 0x00003fff00003fff) | (value & 0x3fff00003fff0000) >> 2;
    return (value & 0x000000000fffffff) | (value & 0x0fffffff00000000) >> 4;
  }
  struct Long {
    const char* at;
    std::uint64_t value;
  };
  std::uint64_t stopped(Long read) {
    at_ = read.at;
    return read.value;
  }
  [[gnu::cold, gnu::noinline]] static Long long_varint(const char* at, const char* end);
  // Where the field with this tag ends, whose value begins at `at`.
  [[gnu::noinline]] static const char* behind(std::uint32_t tag, const char* at, const char* end);

  const char* at_;
  const char* end_;
  std::uint32_t tag_ = 0;
};

}  // namespace tradewind::tws
