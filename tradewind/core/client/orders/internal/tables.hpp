#pragma once

#include "tradewind/core/client/orders/kinds.hpp"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>

namespace tradewind::client::orders::internal {

// A set of values of an enumeration, one bit for each.
template <class E>
struct EnumSet {
  std::uint32_t bits = 0;
  [[nodiscard]] constexpr bool has(E value) const { return (bits >> static_cast<unsigned>(value) & 1U) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits == 0; }
};
template <class E>
constexpr EnumSet<E> none_of() {
  return {};
}
// By the words of the wire; a word that is none does not compile.
template <class E>
constexpr EnumSet<E> set_of(std::initializer_list<std::string_view> words) {
  EnumSet<E> out;
  for (const std::string_view word : words) out.bits |= 1U << static_cast<unsigned>(parse_enum<E>(word).value());
  return out;
}

struct Capability {
  OrderKind kind;
  std::string_view wire;
  std::string_view name;
  EnumSet<SecurityType> types;
  EnumSet<SecurityType> unverified_types;
  EnumSet<Tif> tifs;
  EnumSet<Tif> unverified_tifs;
  std::string_view exchanges;   // words; none: any
  std::string_view currencies;  // words; none: any
};

enum class ParameterKind : std::uint8_t { choice, flag, number, whole, time, zoned_time, text };
struct AlgoParameter {
  std::string_view strategy;
  std::string_view tag;
  ParameterKind kind;
  std::optional<std::int64_t> low;  // in millionths
  std::optional<std::int64_t> high;
  std::string_view words;  // separated by '|'
  std::string_view exchange;
  EnumSet<SecurityType> types;  // none: any
};

inline constexpr int kNever = std::numeric_limits<int>::max();
// From which server version on a field can be sent.
struct FieldGate {
  std::string_view path;
  int text;      // in text form; kNever: not at all
  int protobuf;  // in protobuf form
};

}  // namespace tradewind::client::orders::internal
