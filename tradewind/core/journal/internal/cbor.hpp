#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/decimal.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

// The part of CBOR (RFC 8949) the journal uses, in its deterministic form: definite lengths, shortest heads, map keys
// that are text in ascending order of their encoding. No floating point.
namespace tradewind::journal::cbor {

enum class Major : std::uint8_t {
  unsigned_integer = 0,
  negative_integer = 1,
  byte_string = 2,
  text = 3,
  array = 4,
  map = 5,
  tag = 6,
  simple = 7,
};
inline constexpr std::uint64_t kFalse = 20;
inline constexpr std::uint64_t kTrue = 21;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
[[nodiscard]] inline bool is_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::uint64_t seen = 0;
  std::uint64_t eight = 0;
  const char* next = text.data();
  std::size_t left = text.size();
  for (; left >= sizeof eight; left -= sizeof eight, next += sizeof eight) {
    std::memcpy(&eight, next, sizeof eight);
    seen |= eight;
  }
  for (; left > 0; --left) seen |= static_cast<unsigned char>(*next++);
  return (seen & kHighBits) == 0;
}

// Appends items to a queue. Writes into space prepared in advance, so that a record costs no call into the queue
// and, once the queue has grown, no allocation. `finish` hands over what was written.
class Writer {
 public:
  explicit Writer(ByteQueue& out) : out_{out} { reserve(kChunk); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() = default;

  void head(Major major, std::uint64_t value) {
    need(9);
    const auto top = static_cast<std::uint8_t>(static_cast<unsigned>(major) << 5);
    if (value < 24) {
      *next_++ = static_cast<std::byte>(top | value);
    } else {
      long_head(top, value);
    }
  }
  template <std::integral T>
  void integer(T value) {
    if constexpr (std::signed_integral<T>) {
      if (value < 0) {
        head(Major::negative_integer, ~static_cast<std::uint64_t>(std::int64_t{value}));
        return;
      }
    }
    head(Major::unsigned_integer, static_cast<std::uint64_t>(value));
  }
  void boolean(bool value) { head(Major::simple, value ? kTrue : kFalse); }
  // Text that is not valid UTF-8 (a broker's message can be anything) is kept byte for byte as a byte string.
  void text(std::string_view value) {
    head(is_ascii(value) || is_utf8(value) ? Major::text : Major::byte_string, value.size());
    raw(as_bytes(value));
  }
  // Text that is known to be valid.
  void ascii(std::string_view value) {
    head(Major::text, value.size());
    raw(as_bytes(value));
  }
  void bytes(Bytes value) {
    head(Major::byte_string, value.size());
    raw(value);
  }
  void decimal(Int128 raw, int decimals);
  // A few bytes that are already CBOR: a key.
  template <std::size_t kSize>
  void fixed(const std::array<std::byte, kSize>& encoded) {
    need(kSize);
    std::memcpy(next_, encoded.data(), kSize);
    next_ += kSize;
  }

  void finish() {
    out_.commit(static_cast<std::size_t>(next_ - first_));
    first_ = next_;
  }

 private:
  static constexpr std::size_t kChunk = 1024;

  void raw(Bytes bytes) {
    if (bytes.empty()) return;
    need(bytes.size());
    std::memcpy(next_, bytes.data(), bytes.size());
    next_ += bytes.size();
  }
  void need(std::size_t count) {
    if (static_cast<std::size_t>(end_ - next_) < count) [[unlikely]]
      reserve(count + kChunk);
  }
  void reserve(std::size_t count);
  void long_head(std::uint8_t top, std::uint64_t value);

  ByteQueue& out_;
  std::byte* first_ = nullptr;  // of what the queue does not know yet
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
};

enum class Extent : std::uint8_t { complete, truncated, malformed };
// How far the item at the front of `bytes` reaches. Any depth of nesting, without recursion.
[[nodiscard]] Extent skip_item(Bytes bytes, std::size_t& size) noexcept;

// Takes items off bytes from outside. After a failed call `error()` says what was wrong, with the keys that lead there.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_{bytes} {}

  [[nodiscard]] bool integer(std::int64_t& value);
  [[nodiscard]] bool integer(std::uint64_t& value);
  [[nodiscard]] bool boolean(bool& value);
  [[nodiscard]] bool text(std::string_view& value);  // byte strings too, see Writer::text
  [[nodiscard]] bool key(std::string_view& value);  // of a map: text and nothing else
  [[nodiscard]] bool bytes(Bytes& value);
  [[nodiscard]] bool array(std::uint64_t& count);
  [[nodiscard]] bool map(std::uint64_t& count);
  [[nodiscard]] bool skip();

  [[nodiscard]] bool at_end() const { return bytes_.empty(); }
  [[nodiscard]] const std::string& error() const { return error_; }
  bool fail(std::string what) {
    error_ = std::move(what);
    return false;
  }
  // Adds the key under which the failure happened.
  bool fail_under(std::string_view key);

 private:
  [[nodiscard]] bool head(Major& major, std::uint64_t& value);
  [[nodiscard]] bool take(std::uint64_t count, Bytes& value);
  [[nodiscard]] bool expect(Major wanted, std::uint64_t& value, const char* what);

  Bytes bytes_;
  std::string error_;
};

// Walks the entries of one map in step with the keys wanted, which are asked for in ascending order. Unknown keys are
// skipped; keys out of order, or twice, are an error.
class MapWalk {
 public:
  enum class Found : std::uint8_t { yes, no, error };

  explicit MapWalk(Reader& reader) : reader_{reader} {}
  [[nodiscard]] bool begin() { return reader_.map(left_); }
  [[nodiscard]] Found seek(std::string_view key);
  // Skips what follows the last key asked for.
  [[nodiscard]] bool finish();

 private:
  [[nodiscard]] bool next_key();

  Reader& reader_;
  std::uint64_t left_ = 0;  // entries not yet begun
  bool has_key_ = false;  // `key_` is read, its value is not
  bool any_ = false;
  std::string_view key_;  // in the bytes being read
};

// The order of encoded text keys: shorter first, then by bytes.
[[nodiscard]] constexpr bool key_less(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace tradewind::journal::cbor
