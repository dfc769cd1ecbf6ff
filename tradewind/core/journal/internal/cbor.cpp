#include "tradewind/core/journal/internal/cbor.hpp"

#include <cstring>

namespace tradewind::journal::cbor {
namespace {

enum class Head : std::uint8_t { ok, truncated, malformed };

// Reads one head: major type and value (length, count or number), and how many bytes it takes. Indefinite lengths,
// reserved values and longer forms than needed are malformed; the longer forms of `simple` are floating point.
Head read_head(Bytes bytes, Major& major, std::uint64_t& value, std::size_t& size) noexcept {
  if (bytes.empty()) return Head::truncated;
  const auto first = std::to_integer<std::uint8_t>(bytes[0]);
  major = static_cast<Major>(first >> 5);
  const unsigned info = first & 31U;
  if (info < 24) {
    value = info;
    size = 1;
    return Head::ok;
  }
  if (info > 27) return Head::malformed;
  const std::size_t width = std::size_t{1} << (info - 24);
  if (bytes.size() < 1 + width) return Head::truncated;
  value = 0;
  for (std::size_t i = 1; i <= width; ++i) value = (value << 8) | std::to_integer<std::uint64_t>(bytes[i]);
  size = 1 + width;
  if (major == Major::simple) return width == 1 && value < 32 ? Head::malformed : Head::ok;
  const std::uint64_t least = info == 24 ? 24 : std::uint64_t{1} << (4 * width);
  return value < least ? Head::malformed : Head::ok;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - i < size) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if (!is_continuation(text[i + k])) return false;
    }
    const auto second = static_cast<unsigned char>(text[i + 1]);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool surrogate = lead == 0xED && second >= 0xA0;
    const bool beyond = lead == 0xF4 && second >= 0x90;
    if (overlong || surrogate || beyond) return false;
    i += size;
  }
  return true;
}

void Writer::reserve(std::size_t count) {
  finish();
  first_ = next_ = out_.prepare(count);
  end_ = next_ + count;
}

void Writer::long_head(std::uint8_t top, std::uint64_t value) {
  const unsigned power = value < 0x100 ? 0 : value < 0x1'0000 ? 1 : value < 0x1'0000'0000 ? 2 : 3;
  *next_++ = static_cast<std::byte>(top | (24U + power));
  for (unsigned shift = 8U << power; shift > 0;) {
    shift -= 8;
    *next_++ = static_cast<std::byte>(value >> shift);
  }
}

void Writer::decimal(Int128 raw_value, int decimals) {
  char digits[kDecimalCharsMax];
  const char* end = print_decimal(digits, raw_value, decimals);
  ascii({digits, static_cast<std::size_t>(end - digits)});
}

Extent skip_item(Bytes bytes, std::size_t& size) noexcept {
  const std::size_t total = bytes.size();
  std::uint64_t pending = 1;
  while (pending > 0) {
    Major major{};
    std::uint64_t value = 0;
    std::size_t head_size = 0;
    const Head head = read_head(bytes, major, value, head_size);
    if (head != Head::ok) return head == Head::truncated ? Extent::truncated : Extent::malformed;
    bytes = bytes.subspan(head_size);
    --pending;
    switch (major) {
      case Major::unsigned_integer:
      case Major::negative_integer:
      case Major::simple:
        break;
      case Major::byte_string:
      case Major::text:
        if (value > bytes.size()) return Extent::truncated;
        bytes = bytes.subspan(value);
        break;
      case Major::array:
      case Major::map:
        // Every item takes a byte, so a count beyond the bytes can only end in truncation; and nothing overflows.
        if (value > bytes.size()) return Extent::truncated;
        pending += major == Major::map ? 2 * value : value;
        break;
      case Major::tag:
        ++pending;
        break;
    }
  }
  size = total - bytes.size();
  return Extent::complete;
}

bool Reader::head(Major& major, std::uint64_t& value) {
  std::size_t size = 0;
  switch (read_head(bytes_, major, value, size)) {
    case Head::truncated:
      return fail("the bytes end early");
    case Head::malformed:
      return fail("not deterministic CBOR");
    case Head::ok:
      break;
  }
  bytes_ = bytes_.subspan(size);
  return true;
}

bool Reader::expect(Major wanted, std::uint64_t& value, const char* what) {
  Major major{};
  if (!head(major, value)) return false;
  if (major != wanted) return fail(std::string{"expected "} + what);
  return true;
}

bool Reader::integer(std::int64_t& value) {
  Major major{};
  std::uint64_t magnitude = 0;
  if (!head(major, magnitude)) return false;
  if (major != Major::unsigned_integer && major != Major::negative_integer) return fail("expected an integer");
  if (magnitude > static_cast<std::uint64_t>(INT64_MAX)) return fail("integer out of range");
  const auto positive = static_cast<std::int64_t>(magnitude);
  value = major == Major::negative_integer ? -1 - positive : positive;
  return true;
}

bool Reader::integer(std::uint64_t& value) {
  return expect(Major::unsigned_integer, value, "an integer that is not negative");
}

bool Reader::boolean(bool& value) {
  std::uint64_t simple = 0;
  if (!expect(Major::simple, simple, "true or false")) return false;
  if (simple != kTrue && simple != kFalse) return fail("expected true or false");
  value = simple == kTrue;
  return true;
}

bool Reader::take(std::uint64_t count, Bytes& value) {
  if (count > bytes_.size()) return fail("the bytes end early");
  value = bytes_.first(count);
  bytes_ = bytes_.subspan(count);
  return true;
}

bool Reader::text(std::string_view& value) {
  Major major{};
  std::uint64_t size = 0;
  Bytes content;
  if (!head(major, size)) return false;
  if (major != Major::text && major != Major::byte_string) return fail("expected text");
  if (!take(size, content)) return false;
  value = as_text(content);
  return true;
}

bool Reader::key(std::string_view& value) {
  std::uint64_t size = 0;
  Bytes content;
  if (!expect(Major::text, size, "a key that is text") || !take(size, content)) return false;
  value = as_text(content);
  return true;
}

bool Reader::bytes(Bytes& value) {
  std::uint64_t size = 0;
  return expect(Major::byte_string, size, "a byte string") && take(size, value);
}

bool Reader::array(std::uint64_t& count) { return expect(Major::array, count, "an array"); }

bool Reader::map(std::uint64_t& count) { return expect(Major::map, count, "a map"); }

bool Reader::skip() {
  std::size_t size = 0;
  switch (skip_item(bytes_, size)) {
    case Extent::truncated:
      return fail("the bytes end early");
    case Extent::malformed:
      return fail("not deterministic CBOR");
    case Extent::complete:
      break;
  }
  bytes_ = bytes_.subspan(size);
  return true;
}

bool Reader::fail_under(std::string_view key) {
  const bool nested = !error_.empty() && error_.front() == '\'';
  error_ = nested ? "'" + std::string{key} + "." + error_.substr(1) : "'" + std::string{key} + "': " + error_;
  return false;
}

bool MapWalk::next_key() {
  std::string_view key;
  if (!reader_.key(key)) return false;
  if (any_ && !key_less(key_, key)) return reader_.fail("map keys are not in ascending order");
  key_ = key;
  any_ = true;
  has_key_ = true;
  --left_;
  return true;
}

MapWalk::Found MapWalk::seek(std::string_view key) {
  for (;;) {
    if (!has_key_) {
      if (left_ == 0) return Found::no;
      if (!next_key()) return Found::error;
    }
    if (key_ == key) {
      has_key_ = false;
      return Found::yes;
    }
    if (key_less(key, key_)) return Found::no;
    if (!reader_.skip()) return Found::error;
    has_key_ = false;
  }
}

bool MapWalk::finish() {
  for (;;) {
    if (has_key_ && !reader_.skip()) return false;
    has_key_ = false;
    if (left_ == 0) return true;
    if (!next_key()) return false;
  }
}

}  // namespace tradewind::journal::cbor
