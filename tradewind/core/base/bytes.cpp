#include "tradewind/core/base/bytes.hpp"

#include <algorithm>

namespace tradewind {

std::string hex_text(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text.push_back(kDigits[std::to_integer<std::size_t>(byte >> 4)]);
    text.push_back(kDigits[std::to_integer<std::size_t>(byte & std::byte{15})]);
  }
  return text;
}

void ByteQueue::make_room(std::size_t count) {
  const std::size_t used = size();
  if (begin_ >= capacity_ / 2 && capacity_ - used >= count) {
    std::memmove(data_.get(), data_.get() + begin_, used);
  } else {
    const std::size_t wanted = std::max({used + count, capacity_ * 2, std::size_t{4096}});
    auto grown = std::make_unique_for_overwrite<std::byte[]>(wanted + kPadding);
    if (used != 0) std::memcpy(grown.get(), data_.get() + begin_, used);
    std::memset(grown.get() + wanted, 0, kPadding);
    data_ = std::move(grown);
    capacity_ = wanted;
  }
  begin_ = 0;
  end_ = used;
}

}  // namespace tradewind
