#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tradewind {

// The texts of an enumeration, one table for printing, reading, journals and JSON. Specialise it beside the enum:
//
//   template <> inline constexpr auto kEnumNames<Colour> =
//       std::to_array<std::pair<Colour, std::string_view>>({{Colour::red, "RED"}, {Colour::blue, "BLUE"}});
template <class E>
inline constexpr std::nullptr_t kEnumNames = nullptr;

template <class E>
concept NamedEnum = std::is_enum_v<E> && !std::is_null_pointer_v<std::remove_const_t<decltype(kEnumNames<E>)>>;

// "?" for a value outside the table, which is a programmer error elsewhere.
template <NamedEnum E>
[[nodiscard]] constexpr std::string_view name(E value) {
  for (const auto& [candidate, text] : kEnumNames<E>) {
    if (candidate == value) return text;
  }
  return "?";
}

template <NamedEnum E>
[[nodiscard]] constexpr std::optional<E> parse_enum(std::string_view text) {
  for (const auto& [value, candidate] : kEnumNames<E>) {
    if (candidate == text) return value;
  }
  return std::nullopt;
}

}  // namespace tradewind

template <tradewind::NamedEnum E>
struct fmt::formatter<E> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(E value, Context& context) const {
    return fmt::formatter<std::string_view>::format(tradewind::name(value), context);
  }
};
