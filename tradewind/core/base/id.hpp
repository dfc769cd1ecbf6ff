#pragma once

#include <fmt/format.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace tradewind {

// An identifier: comparable, hashable, printable. No arithmetic, no implicit way in or out, so that an order id can
// never be taken for a request id.
template <class Tag, class Rep = std::int64_t>
class Id {
 public:
  constexpr explicit Id(Rep value) : value_{std::move(value)} {}
  [[nodiscard]] constexpr const Rep& value() const { return value_; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  Rep value_;
};

}  // namespace tradewind

template <class Tag, class Rep>
struct std::hash<tradewind::Id<Tag, Rep>> {
  std::size_t operator()(const tradewind::Id<Tag, Rep>& id) const { return std::hash<Rep>{}(id.value()); }
};

template <class Tag, class Rep>
struct fmt::formatter<tradewind::Id<Tag, Rep>> : fmt::formatter<Rep> {
  template <class Context>
  auto format(const tradewind::Id<Tag, Rep>& id, Context& context) const {
    return fmt::formatter<Rep>::format(id.value(), context);
  }
};
