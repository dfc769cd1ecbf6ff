#pragma once

// Fields of messages by their path ("contract.conId", "bars[1].close"), of any message of the schema.

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/tws/reflect.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tradewind::sim::gateway::scenario {

template <class T>
concept HasColumns = requires(T& value) { tws::for_each_column(value, [](const char*, auto&) {}); };

// Where the values of texts live, as messages only look at them.
using Texts = std::deque<std::string>;

// What is wrong with the path or the value; empty when it is done.
template <class T>
std::string set_field(T& value, std::string_view path, std::string_view text, Texts& texts);

namespace detail {

// The first name of a path, its index if it has one, and the rest.
struct Head {
  std::string_view name;
  std::optional<std::size_t> index;
  std::string_view rest;
};
inline Head head_of(std::string_view path) {
  const std::size_t dot = path.find('.');
  Head head{path.substr(0, dot), std::nullopt, dot == std::string_view::npos ? "" : path.substr(dot + 1)};
  if (const std::size_t bracket = head.name.find('['); bracket != std::string_view::npos && head.name.ends_with(']')) {
    std::size_t index = 0;
    std::from_chars(head.name.data() + bracket + 1, head.name.data() + head.name.size() - 1, index);
    head.index = index;
    head.name = head.name.substr(0, bracket);
  }
  return head;
}

template <class T>
std::string set_leaf(T& value, std::string_view text, Texts& texts) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    value = texts.emplace_back(text);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (text != "0" && text != "1") return fmt::format("'{}' is neither 0 nor 1", text);
    value = text == "1";
  } else if constexpr (std::is_arithmetic_v<T>) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size()) return fmt::format("'{}' is not a number", text);
  } else {
    auto parsed = T::parse(text);
    if (!parsed.has_value()) return parsed.error().detail;
    value = *parsed;
  }
  return {};
}

template <class T>
std::string set_one(T& value, const Head& head, std::string_view text, Texts& texts) {
  if constexpr (requires { value.emplace_back(); }) {
    if (!head.index) return fmt::format("{} is a list: say which one, as {}[0]", head.name, head.name);
    if (*head.index > value.size())
      return fmt::format("{}[{}] comes before {}[{}]", head.name, value.size(), head.name, *head.index);
    if (*head.index == value.size()) value.emplace_back();
    auto& item = value[*head.index];
    if constexpr (HasColumns<std::remove_reference_t<decltype(item)>>) return set_field(item, head.rest, text, texts);
    else return set_leaf(item, text, texts);
  } else if constexpr (requires {
                         value.has_value();
                         value.reset();
                       }) {
    using Inner = typename T::value_type;
    if constexpr (HasColumns<Inner>) {
      if (!value) value.emplace();
      return set_field(*value, head.rest, text, texts);
    } else if constexpr (std::is_default_constructible_v<Inner>) {
      return set_leaf(value.emplace(), text, texts);
    } else {
      return set_leaf(value.emplace(Inner::zero()), text, texts);
    }
  } else if constexpr (HasColumns<T>) {
    return set_field(value, head.rest, text, texts);
  } else {
    return head.rest.empty() ? set_leaf(value, text, texts) : fmt::format("{} has no parts", head.name);
  }
}

}  // namespace detail

template <class T>
std::string set_field(T& value, std::string_view path, std::string_view text, Texts& texts) {
  const detail::Head head = detail::head_of(path);
  std::string problem = fmt::format("there is no field '{}'", head.name);
  tws::for_each_column(value, [&](const char* name, auto& column) {
    if (head.name == name) problem = detail::set_one(column, head, text, texts);
  });
  return problem;
}

// Whether messages of the type have such a field, set or not.
template <class T>
bool has_field(const T& value, std::string_view path) {
  const detail::Head head = detail::head_of(path);
  bool found = false;
  const auto look = [&found, &head](const auto& inner) {
    if constexpr (HasColumns<std::remove_cvref_t<decltype(inner)>>) found = has_field(inner, head.rest);
    else found = head.rest.empty();
  };
  tws::for_each_column(value, [&](const char* name, const auto& column) {
    if (head.name != name) return;
    using Column = std::remove_cvref_t<decltype(column)>;
    if constexpr (requires(Column& list) { list.emplace_back(); }) {
      if (head.index) look(typename Column::value_type{});
    } else if constexpr (requires { column.has_value(); }) {
      if constexpr (HasColumns<typename Column::value_type>) look(typename Column::value_type{});
      else found = head.rest.empty();
    } else {
      look(column);
    }
  });
  return found;
}

// The text of a field; nothing when it is not set, or there is none.
template <class T>
std::optional<std::string> field_text(const T& value, std::string_view path) {
  const detail::Head head = detail::head_of(path);
  std::optional<std::string> found;
  const auto look = [&found, &head](const auto& inner) {
    using Inner = std::remove_cvref_t<decltype(inner)>;
    if constexpr (HasColumns<Inner>) found = field_text(inner, head.rest);
    else if constexpr (std::is_same_v<Inner, bool>) found = inner ? "1" : "0";
    else found = fmt::format("{}", inner);
  };
  tws::for_each_column(value, [&](const char* name, const auto& column) {
    if (head.name != name) return;
    using Column = std::remove_cvref_t<decltype(column)>;
    if constexpr (requires(Column& list) { list.emplace_back(); }) {
      if (head.index && *head.index < column.size()) look(column[*head.index]);
    } else if constexpr (requires { column.has_value(); }) {
      if (column) look(*column);
    } else {
      look(column);
    }
  });
  return found;
}

}  // namespace tradewind::sim::gateway::scenario
