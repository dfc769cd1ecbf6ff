#pragma once

#include "tradewind/core/base/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace tradewind {

// Short text held in place: no allocation, copied as bytes. For names whose length has a known bound.
template <std::size_t kCapacity>
class InlineText {
 public:
  static_assert(kCapacity > 0 && kCapacity < 256);

  constexpr InlineText() = default;
  // The text must fit; for text from outside use `from`.
  constexpr explicit InlineText(std::string_view text) {
    TW_CHECK(text.size() <= kCapacity);
    std::copy(text.begin(), text.end(), data_.begin());
    size_ = static_cast<std::uint8_t>(text.size());
  }
  [[nodiscard]] static constexpr std::optional<InlineText> from(std::string_view text) {
    if (text.size() > kCapacity) return std::nullopt;
    return InlineText{text};
  }

  [[nodiscard]] constexpr std::string_view view() const { return {data_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] static constexpr std::size_t capacity() { return kCapacity; }

  friend constexpr bool operator==(const InlineText& a, const InlineText& b) { return a.view() == b.view(); }
  friend constexpr std::strong_ordering operator<=>(const InlineText& a, const InlineText& b) {
    return a.view() <=> b.view();
  }

 private:
  std::array<char, kCapacity> data_{};
  std::uint8_t size_ = 0;
};

}  // namespace tradewind

template <std::size_t kCapacity>
struct std::hash<tradewind::InlineText<kCapacity>> {
  std::size_t operator()(const tradewind::InlineText<kCapacity>& text) const {
    return std::hash<std::string_view>{}(text.view());
  }
};

template <std::size_t kCapacity>
struct fmt::formatter<tradewind::InlineText<kCapacity>> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const tradewind::InlineText<kCapacity>& text, Context& context) const {
    return fmt::formatter<std::string_view>::format(text.view(), context);
  }
};
