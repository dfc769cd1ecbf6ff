#include "tradewind/core/tws/internal/proto_writer.hpp"

#include <algorithm>

namespace tradewind::tws {
namespace {

constexpr std::size_t kChunk = 2048;  // an openOrder has some 600 bytes

}  // namespace

void ProtoWriter::renew(std::size_t count) {
  if (at_ != nullptr) flush();
  const std::size_t wanted = std::max(count, kChunk);
  at_ = from_ = out_.prepare(wanted);
  limit_ = at_ + wanted;
}

std::byte* ProtoWriter::long_varint(std::byte* p, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *p++ = static_cast<std::byte>(value | 0x80);
  *p = static_cast<std::byte>(value);
  return p + 1;
}

void ProtoWriter::end_seldom(Nested nested, std::size_t size, Empty empty) {
  if (size == 0) {
    *out_.mutable_at(nested.body - 1) = std::byte{0};
    if (empty == Empty::there) return;
    flush();
    out_.retract(written() - nested.tag);
    at_ = from_ = out_.mutable_at(nested.tag);
    return;
  }
  std::size_t more = 1;  // bytes of the length, besides the one there is
  while (size >> (7 * (more + 1)) != 0) ++more;
  static_cast<void>(room(more));
  std::byte* const body = out_.mutable_at(nested.body);
  std::memmove(body + more, body, size);
  static_cast<void>(varint(body - 1, size));
  at_ += more;
}

void ProtoWriter::packed(std::uint32_t number, const std::vector<std::int32_t>& values) {
  if (values.empty()) return;
  const Nested list = begin(number);
  for (const std::int32_t value : values)
    at_ = varint(room(kVarintMax), static_cast<std::uint64_t>(std::int64_t{value}));
  end(list, Empty::there);
}

void ProtoWriter::packed(std::uint32_t number, const std::vector<double>& values) {
  if (values.empty()) return;
  const Nested list = begin(number);
  const std::size_t size = values.size() * sizeof(double);
  std::memcpy(room(size), values.data(), size);
  at_ += size;
  end(list, Empty::there);
}

}  // namespace tradewind::tws
