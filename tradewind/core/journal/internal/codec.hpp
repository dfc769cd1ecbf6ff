#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/fixed_point.hpp"
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/inline_text.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/journal/internal/cbor.hpp"
#include "tradewind/core/model/execution.hpp"
#include "tradewind/core/model/order.hpp"

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Turns described structs into canonical CBOR maps and back. The order of the keys and their bytes are worked out at
// compile time, so encoding a record is a row of copies.
//
//   bool, integers, Id, times   true/false, integers (times in nanoseconds)
//   text, named enums           text; text that is not UTF-8 is a byte string
//   FixedPoint, Amount          decimal text, so that no reader rounds
//   Hash256                     a byte string
//   optional                    the key is absent when empty
//   vector, described struct    an array, a map
namespace tradewind::journal::codec {

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

template <class M, class T>
M member_type(M T::*);
template <class D>
using TypeOf = decltype(member_type(D::pointer));

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsId = false;
template <class Tag, class Rep>
inline constexpr bool kIsId<Id<Tag, Rep>> = true;

template <class T>
concept Decimal = requires(const T& value) {
  { T::kDecimals } -> std::convertible_to<int>;
  value.raw();
};
template <class T>
concept TextLike = requires(const T& value) {
  { value.view() } -> std::same_as<std::string_view>;
};

// The size a struct of these members has; a member left out of the description makes it smaller, unless it hides in
// padding.
template <class T>
consteval std::size_t described_size() {
  std::size_t size = 0;
  boost::mp11::mp_for_each<
      boost::mp11::mp_transform<boost::mp11::mp_identity, boost::mp11::mp_transform<TypeOf, Members<T>>>>(
      [&size]<class M>(boost::mp11::mp_identity<M>) {
        size = (size + alignof(M) - 1) / alignof(M) * alignof(M) + sizeof(M);
      });
  return (size + alignof(T) - 1) / alignof(T) * alignof(T);
}

// Positions of the members in the order of their keys.
template <class T>
consteval auto key_order() {
  static_assert(described_size<T>() == sizeof(T), "the description leaves out a member, or has them out of order");
  constexpr std::size_t kCount = boost::mp11::mp_size<Members<T>>::value;
  std::array<std::string_view, kCount> names{};
  std::size_t at = 0;
  boost::mp11::mp_for_each<Members<T>>([&](auto descriptor) { names[at++] = descriptor.name; });
  std::array<std::size_t, kCount> order{};
  for (std::size_t i = 0; i < kCount; ++i) {
    std::size_t rank = 0;
    for (const std::string_view other : names) {
      if (cbor::key_less(other, names[i])) ++rank;
    }
    order[rank] = i;
  }
  return order;
}
template <class T>
inline constexpr auto kKeyOrder = key_order<T>();
template <class T, std::size_t kRank>
using MemberAt = boost::mp11::mp_at_c<Members<T>, kKeyOrder<T>[kRank]>;

template <class T>
using Ranks = std::make_index_sequence<kKeyOrder<T>.size()>;

// The encoded key of a member.
template <class D>
consteval auto key_bytes() {
  constexpr std::string_view kName = D::name;
  static_assert(kName.size() < 24, "a longer key has a longer head");
  std::array<std::byte, kName.size() + 1> bytes{};
  bytes[0] = static_cast<std::byte>(0x60U | kName.size());
  for (std::size_t i = 0; i < kName.size(); ++i) bytes[i + 1] = static_cast<std::byte>(kName[i]);
  return bytes;
}
template <class D>
inline constexpr auto kKeyBytes = key_bytes<D>();

// --- Encoding ---

template <class T>
void put(cbor::Writer& out, const T& value);

template <class D, class T>
void put_member(cbor::Writer& out, const T& record) {
  const auto& value = record.*D::pointer;
  if constexpr (kIsOptional<TypeOf<D>>) {
    if (!value.has_value()) return;
    out.fixed(kKeyBytes<D>);
    put(out, *value);
  } else {
    out.fixed(kKeyBytes<D>);
    put(out, value);
  }
}

template <class D, class T>
std::size_t is_present(const T& record) {
  if constexpr (kIsOptional<TypeOf<D>>) {
    return (record.*D::pointer).has_value() ? 1 : 0;
  } else {
    return 1;
  }
}

template <Described T>
void put_map(cbor::Writer& out, const T& record) {
  [&]<std::size_t... kRank>(std::index_sequence<kRank...>) {
    out.head(cbor::Major::map, (is_present<MemberAt<T, kRank>>(record) + ... + std::size_t{0}));
    (put_member<MemberAt<T, kRank>>(out, record), ...);
  }(Ranks<T>{});
}

template <class T>
void put(cbor::Writer& out, const T& value) {
  if constexpr (std::same_as<T, bool>) {
    out.boolean(value);
  } else if constexpr (std::integral<T>) {
    out.integer(value);
  } else if constexpr (NamedEnum<T>) {
    out.ascii(name(value));
  } else if constexpr (kIsId<T>) {
    put(out, value.value());
  } else if constexpr (std::same_as<T, Timestamp> || std::same_as<T, MonoTime>) {
    out.integer(value.ns());
  } else if constexpr (std::same_as<T, Duration>) {
    out.integer(value.count());
  } else if constexpr (std::same_as<T, Hash256>) {
    out.bytes(value);
  } else if constexpr (Decimal<T>) {
    out.decimal(value.raw(), T::kDecimals);
  } else if constexpr (std::same_as<T, std::string>) {
    out.text(value);
  } else if constexpr (TextLike<T>) {
    out.text(value.view());
  } else if constexpr (kIsVector<T>) {
    out.head(cbor::Major::array, value.size());
    for (const auto& item : value) put(out, item);
  } else {
    put_map(out, value);
  }
}

// --- Decoding ---

// A value to decode into: zero or empty.
template <class T>
[[nodiscard]] T blank() {
  if constexpr (Decimal<T>) {
    return T::zero();
  } else if constexpr (kIsId<T>) {
    return T{{}};
  } else {
    return T{};
  }
}

inline bool from_text(std::string_view text, std::string& value) {
  value = text;
  return true;
}
template <std::size_t kCapacity>
bool from_text(std::string_view text, InlineText<kCapacity>& value) {
  const auto made = InlineText<kCapacity>::from(text);
  if (made) value = *made;
  return made.has_value();
}
inline bool from_text(std::string_view text, model::OrderRef& value) {
  value = model::OrderRef::from(text);
  return value.view() == text;
}
// Empty, the default, cannot be made from text.
inline bool from_text(std::string_view text, model::ExecId& value) {
  const auto made = model::ExecId::from(text);
  if (made) value = *made;
  return made.has_value() || text.empty();
}

template <class T>
bool get(cbor::Reader& in, T& value);

template <std::integral T>
bool get_integer(cbor::Reader& in, T& value) {
  std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t> wide = 0;
  if (!in.integer(wide)) return false;
  if (!std::in_range<T>(wide)) return in.fail("integer out of range");
  value = static_cast<T>(wide);
  return true;
}

template <class T>
bool get_text(cbor::Reader& in, T& value) {
  std::string_view text;
  if (!in.text(text)) return false;
  if constexpr (NamedEnum<T>) {
    const auto parsed = parse_enum<T>(text);
    if (!parsed) return in.fail("not a word known here");
    value = *parsed;
  } else if constexpr (Decimal<T>) {
    auto parsed = T::parse(text);
    if (!parsed) return in.fail(std::move(parsed.error().detail));
    value = *parsed;
  } else {
    if (!from_text(text, value)) return in.fail("text that does not fit");
  }
  return true;
}

template <class T>
bool get_vector(cbor::Reader& in, std::vector<T>& value) {
  std::uint64_t count = 0;
  if (!in.array(count)) return false;
  value.clear();
  for (; count > 0; --count) {  // grows with what is really there, whatever the count claims
    T item = blank<T>();
    if (!get(in, item)) return false;
    value.push_back(std::move(item));
  }
  return true;
}

template <class D, class T>
bool get_member(cbor::Reader& in, cbor::MapWalk& walk, T& record) {
  using M = TypeOf<D>;
  switch (walk.seek(D::name)) {
    case cbor::MapWalk::Found::error:
      return false;
    case cbor::MapWalk::Found::no:
      if constexpr (kIsOptional<M>) {
        (record.*D::pointer).reset();
        return true;
      } else {
        return in.fail(std::string{"key '"} + D::name + "' is missing");
      }
    case cbor::MapWalk::Found::yes:
      break;
  }
  bool good = false;
  if constexpr (kIsOptional<M>) {
    good = get(in, (record.*D::pointer).emplace(blank<typename M::value_type>()));
  } else {
    good = get(in, record.*D::pointer);
  }
  return good || in.fail_under(D::name);
}

template <Described T>
bool get_map(cbor::Reader& in, T& record) {
  cbor::MapWalk walk{in};
  return [&]<std::size_t... kRank>(std::index_sequence<kRank...>) {
    return walk.begin() && (get_member<MemberAt<T, kRank>>(in, walk, record) && ...) && walk.finish();
  }(Ranks<T>{});
}

template <class T>
bool get(cbor::Reader& in, T& value) {
  if constexpr (std::same_as<T, bool>) {
    return in.boolean(value);
  } else if constexpr (std::integral<T>) {
    return get_integer(in, value);
  } else if constexpr (kIsId<T>) {
    std::remove_cvref_t<decltype(value.value())> plain{};
    if (!get(in, plain)) return false;
    value = T{plain};
    return true;
  } else if constexpr (std::same_as<T, Timestamp> || std::same_as<T, MonoTime>) {
    std::int64_t ns = 0;
    if (!in.integer(ns)) return false;
    value = T::from_ns(ns);
    return true;
  } else if constexpr (std::same_as<T, Duration>) {
    std::int64_t ns = 0;
    if (!in.integer(ns)) return false;
    value = Duration{ns};
    return true;
  } else if constexpr (std::same_as<T, Hash256>) {
    Bytes bytes;
    if (!in.bytes(bytes)) return false;
    if (bytes.size() != value.size()) return in.fail("a hash is 32 bytes");
    std::memcpy(value.data(), bytes.data(), value.size());
    return true;
  } else if constexpr (NamedEnum<T> || Decimal<T> || TextLike<T> || std::same_as<T, std::string>) {
    return get_text(in, value);
  } else if constexpr (kIsVector<T>) {
    return get_vector(in, value);
  } else {
    return get_map(in, value);
  }
}

}  // namespace tradewind::journal::codec
