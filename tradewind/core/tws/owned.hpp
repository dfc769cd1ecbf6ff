#pragma once

#include "tradewind/core/tws/reflect.hpp"

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tradewind::tws {

// A message that keeps its own texts, so that it can outlive the bytes it was read from. Moving keeps the views valid.
template <class Message>
class Owned {
 public:
  explicit Owned(const Message& message) { *this = message; }
  Owned(Owned&&) noexcept = default;
  Owned& operator=(Owned&&) noexcept = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() = default;

  // Another message, in the same memory. It may not be one whose texts are here.
  Owned& operator=(const Message& message) {
    message_ = message;
    std::size_t size = 0;
    for_each_text(message_, [&](std::string_view text) { size += text.size(); });
    texts_ = std::make_unique_for_overwrite<char[]>(size);
    char* free = texts_.get();
    for_each_text(message_, [&](std::string_view& text) {
      std::memcpy(free, text.data(), text.size());
      text = {free, text.size()};
      free += text.size();
    });
    return *this;
  }

  [[nodiscard]] const Message& operator*() const { return message_; }
  [[nodiscard]] const Message* operator->() const { return &message_; }

 private:
  // Those that are not empty.
  template <class T, class Use>
  static void for_each_text(T& value, Use&& use) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      if (!value.empty()) use(value);
    } else if constexpr (requires { for_each_column(value, [](const char*, auto&) {}); }) {
      for_each_column(value, [&](const char*, auto& column) { for_each_text(column, use); });
    } else if constexpr (requires { value.has_value(); }) {
      if (value) for_each_text(*value, use);
    } else if constexpr (requires { value.begin(); }) {
      for (auto& item : value) for_each_text(item, use);
    }
  }

  Message message_;
  std::unique_ptr<char[]> texts_;  // all of them, one after the other
};

}  // namespace tradewind::tws
