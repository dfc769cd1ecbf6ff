#include "tradewind/core/client/orders/capabilities.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/client/orders/internal/order_tables.hpp"
#include "tradewind/core/client/orders/internal/tables.hpp"
#include "tradewind/core/client/orders/order_types.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <variant>

namespace tradewind::client::orders {

namespace {

using internal::Capability;
using internal::kCapabilities;

static_assert(std::variant_size_v<OrderType> == kCapabilities.size(), "a row for each order type");
static_assert(
    [] {
      for (std::size_t i = 0; i < kCapabilities.size(); ++i) {
        if (static_cast<std::size_t>(kCapabilities[i].kind) != i) return false;
      }
      return true;
    }(),
    "the rows are in the order of OrderKind");

const Capability& row(OrderKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  TW_CHECK(index < kCapabilities.size());
  return kCapabilities[index];
}

bool is_tradable(SecurityType type) {
  return type != SecurityType::index && type != SecurityType::news && type != SecurityType::continuous_future;
}

template <class E>
std::string words_of(internal::EnumSet<E> set) {
  std::string out;
  for (const auto& [value, text] : kEnumNames<E>) {
    if (set.has(value)) out += (out.empty() ? "" : " ") + std::string{text};
  }
  return out;
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = words.find(' ');
    if (words.substr(0, end) == word) return true;
    words = end == std::string_view::npos ? std::string_view{} : words.substr(end + 1);
  }
  return false;
}

}  // namespace

Support supports(OrderKind kind, SecurityType type, Tif tif) {
  const Capability& can = row(kind);
  if (!is_tradable(type)) return {Answer::no, 412, fmt::format("{} can be looked at, not traded", name(type))};
  if (!can.types.has(type) && !can.unverified_types.has(type)) {
    return {Answer::no, 387,
            fmt::format("a {} order ({}) is for {}, not for {}", can.name, can.wire, words_of(can.types), name(type))};
  }
  if (!can.tifs.has(tif) && !can.unverified_tifs.has(tif)) {
    const bool at_close = kind == OrderKind::market_on_close || kind == OrderKind::limit_on_close;
    return {Answer::no, at_close ? 113 : 111,
            fmt::format("a {} order ({}) takes the time in force {}, not {}", can.name, can.wire,
                        words_of(internal::EnumSet<Tif>{can.tifs.bits | can.unverified_tifs.bits}), name(tif))};
  }
  return {can.types.has(type) && can.tifs.has(tif) ? Answer::yes : Answer::unverified};
}

Support supports(OrderKind kind, std::string_view exchange, std::string_view currency) {
  const Capability& can = row(kind);
  if (!can.exchanges.empty() && !has_word(can.exchanges, exchange)) {
    return {Answer::no, 342,
            fmt::format("a {} order ({}) goes to {}, not to {}", can.name, can.wire, can.exchanges, exchange)};
  }
  // A contract given by its number has no currency to compare.
  if (!can.currencies.empty() && !currency.empty() && !has_word(can.currencies, currency)) {
    return {
        Answer::no, 387,
        fmt::format("a {} order ({}) is for contracts in {}, not in {}", can.name, can.wire, can.currencies, currency)};
  }
  return {Answer::yes};
}

std::string_view wire_type(OrderKind kind) { return row(kind).wire; }
std::string_view plain_name(OrderKind kind) { return row(kind).name; }

}  // namespace tradewind::client::orders
