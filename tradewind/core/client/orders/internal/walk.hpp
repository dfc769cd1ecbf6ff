#pragma once

#include "tradewind/core/tws/reflect.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace tradewind::client::orders::internal {

template <class T>
concept Columns = requires(const T& value) { tws::for_each_column(value, [](const char*, const auto&) {}); };
template <class T>
inline constexpr bool kIsTags = std::is_same_v<T, std::vector<tws::TagValue>>;

// Calls visit(path, value, default value) for each value of a message, with the schema's path: "order.lmtPrice".
template <Columns T, class Visit>
void walk(const T& message, const std::string& prefix, const Visit& visit) {
  const T fresh{};
  std::vector<const void*> defaults;
  tws::for_each_column(fresh, [&](const char*, const auto& column) { defaults.push_back(&column); });
  std::size_t index = 0;
  tws::for_each_column(message, [&]<class Column>(const char* name, const Column& column) {
    const void* const by_default = defaults[index++];
    const std::string path = prefix + name;
    if constexpr (Columns<Column>) {
      walk(column, path + ".", visit);
    } else if constexpr (requires { column.has_value(); }) {
      if constexpr (Columns<typename Column::value_type>) {
        if (column) walk(*column, path + ".", visit);
      } else {
        visit(path, column, *static_cast<const Column*>(by_default));
      }
    } else if constexpr (requires { typename Column::value_type; } && !kIsTags<Column>) {
      if constexpr (Columns<typename Column::value_type>) {
        for (const auto& element : column) walk(element, path + ".", visit);
      } else {
        visit(path, column, *static_cast<const Column*>(by_default));
      }
    } else {
      visit(path, column, *static_cast<const Column*>(by_default));
    }
  });
}

}  // namespace tradewind::client::orders::internal
