#pragma once

#include "tradewind/core/tws/reflect.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tradewind::tws {

// A message that keeps its own texts, so that it can outlive the bytes it was read from. Moving keeps the views valid.
template <class Message>
class Owned {
 public:
  explicit Owned(const Message& message) : message_{message} { adopt(message_); }
  Owned(Owned&&) noexcept = default;
  Owned& operator=(Owned&&) noexcept = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() = default;

  [[nodiscard]] const Message& operator*() const { return message_; }
  [[nodiscard]] const Message* operator->() const { return &message_; }

 private:
  template <class T>
  void adopt(T& value) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      if (!value.empty()) value = texts_.emplace_back(value);
    } else if constexpr (requires { for_each_column(value, [](const char*, auto&) {}); }) {
      for_each_column(value, [this](const char*, auto& column) { this->adopt(column); });
    } else if constexpr (requires { value.has_value(); }) {
      if (value) adopt(*value);
    } else if constexpr (requires { value.begin(); }) {
      for (auto& item : value) adopt(item);
    }
  }

  Message message_;
  std::deque<std::string> texts_;  // a deque: its elements stay where they are
};

}  // namespace tradewind::tws
