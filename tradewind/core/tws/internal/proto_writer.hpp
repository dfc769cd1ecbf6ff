#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/decimal.hpp"
#include "tradewind/core/tws/internal/proto_reader.hpp"
#include "tradewind/core/tws/internal/protobuf.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace tradewind::tws {

// Writes the fields of one protobuf message into a queue, straight into its memory: the bytes that protobuf's own encoder
// writes for the same fields in the same order.
class ProtoWriter {
 public:
  explicit ProtoWriter(ByteQueue& out) : out_{out} { renew(0); }
  ProtoWriter(const ProtoWriter&) = delete;
  ProtoWriter& operator=(const ProtoWriter&) = delete;
  ~ProtoWriter() { flush(); }

  // What is written so far counts as contents of the queue.
  void flush() {
    out_.commit(static_cast<std::size_t>(at_ - from_));
    from_ = at_;
  }

  void int32(std::uint32_t number, std::int32_t value) { int64(number, value); }
  void int64(std::uint32_t number, std::int64_t value) {
    std::byte* p = varint(room(kTagMax + kVarintMax), tag_of(number, Wire::varint));
    at_ = varint(p, static_cast<std::uint64_t>(value));
  }
  void boolean(std::uint32_t number, bool value) { int64(number, value ? 1 : 0); }
  void real(std::uint32_t number, double value) {
    std::byte* p = varint(room(kTagMax + sizeof value), tag_of(number, Wire::fixed64));
    std::memcpy(p, &value, sizeof value);
    at_ = p + sizeof value;
  }
  void text(std::uint32_t number, std::string_view value) {
    std::byte* p = varint(room(kTagMax + kVarintMax + value.size()), tag_of(number, Wire::bytes));
    p = varint(p, value.size());
    at_ = p + value.copy(reinterpret_cast<char*>(p), value.size());
  }
  // A decimal as its digits, or as the double next to it.
  template <class Fixed>
  void decimal_text(std::uint32_t number, Fixed value) {
    std::byte* p = varint(room(kTagMax + 1 + kDecimalCharsMax), tag_of(number, Wire::bytes));
    char* const digits = reinterpret_cast<char*>(p + 1);
    const auto size = print_decimal(digits, value.raw(), Fixed::kDecimals) - digits;
    *p = static_cast<std::byte>(size);  // under 128
    at_ = p + 1 + size;
  }
  template <class Fixed>
  void decimal_real(std::uint32_t number, Fixed value) {
    real(number, protobuf::to_double(value));
  }
  // Lists of numbers; nothing when they are empty.
  void packed(std::uint32_t number, const std::vector<std::int32_t>& values);
  void packed(std::uint32_t number, const std::vector<double>& values);

  // A message inside of this one: what is written between `begin` and `end`. One without fields is left out, or is there.
  enum class Empty : std::uint8_t { left_out, there };
  struct Nested {
    std::size_t tag;  // how far behind the front of the queue
    std::size_t body;
  };
  [[nodiscard]] Nested begin(std::uint32_t number) {
    std::byte* p = room(kTagMax + 1);
    const std::size_t tag = written();
    at_ = varint(p, tag_of(number, Wire::bytes)) + 1;  // most lengths take one byte
    return {tag, written()};
  }
  void end(Nested nested, Empty empty) {
    const std::size_t size = written() - nested.body;
    if (size - 1 < 0x7f) [[likely]]
      *out_.mutable_at(nested.body - 1) = static_cast<std::byte>(size);
    else end_seldom(nested, size, empty);
  }

 private:
  static constexpr std::size_t kTagMax = 5;
  static constexpr std::size_t kVarintMax = 10;

  [[nodiscard]] static std::byte* varint(std::byte* p, std::uint64_t value) {
    if (value < 0x80) [[likely]] {
      *p = static_cast<std::byte>(value);
      return p + 1;
    }
    if (value < 0x4000) {
      p[0] = static_cast<std::byte>(value | 0x80);
      p[1] = static_cast<std::byte>(value >> 7);
      return p + 2;
    }
    return long_varint(p, value);
  }
  [[nodiscard]] static std::byte* long_varint(std::byte* p, std::uint64_t value);

  [[nodiscard]] std::byte* room(std::size_t count) {
    if (static_cast<std::size_t>(limit_ - at_) < count) [[unlikely]]
      renew(count);
    return at_;
  }
  [[gnu::cold, gnu::noinline]] void renew(std::size_t count);
  [[nodiscard]] std::size_t written() const { return out_.size() + static_cast<std::size_t>(at_ - from_); }
  // A message without fields, or one whose length takes more than a byte.
  [[gnu::noinline]] void end_seldom(Nested nested, std::size_t size, Empty empty);

  ByteQueue& out_;
  std::byte* from_ = nullptr;
  std::byte* at_ = nullptr;
  std::byte* limit_ = nullptr;
};

}  // namespace tradewind::tws
