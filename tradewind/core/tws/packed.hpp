#pragma once

#include "tradewind/core/tws/reflect.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tradewind::tws {

// A message put away: all its columns and texts in a few hundred bytes, where the message itself has two thousand. For
// memory alone; nothing of it is meant for a wire or a disk.
template <class Message>
class Packed {
 public:
  explicit Packed(const Message& message) {
    std::string bytes;
    bytes.reserve(kUsualSize);
    put(bytes, message);
    bytes_ = std::make_unique_for_overwrite<char[]>(bytes.size());
    std::memcpy(bytes_.get(), bytes.data(), bytes.size());
  }

  // As it was. Its texts are good for as long as this is, also when this is moved.
  [[nodiscard]] Message unpacked() const {
    Message message;
    const char* at = bytes_.get();
    take(at, message);
    return message;
  }

 private:
  static constexpr std::size_t kUsualSize = 1024;
  template <class T>
  static constexpr std::array<char, sizeof(T)> kNothing{};

  // A value that is nothing at all, as most are, is one byte of zero; another one comes behind a byte of one.
  template <class T>
  static void put(std::string& bytes, const T& value) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      put(bytes, value.size());
      bytes.append(value);
    } else if constexpr (requires { for_each_column(value, [](const char*, const auto&) {}); }) {
      for_each_column(value, [&](const char*, const auto& column) { put(bytes, column); });
    } else if constexpr (requires { value.has_value(); }) {
      put(bytes, value.has_value());
      if (value) put(bytes, *value);
    } else if constexpr (requires { value.begin(); }) {
      put(bytes, value.size());
      for (const auto& item : value) put(bytes, item);
    } else {
      static_assert(std::is_trivially_copyable_v<T>);
      const bool is_nothing = std::memcmp(&value, kNothing<T>.data(), sizeof(T)) == 0;
      bytes.push_back(is_nothing ? 0 : 1);
      if (!is_nothing) bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
    }
  }

  template <class T>
  static void take(const char*& at, T& value) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      std::size_t size = 0;
      take(at, size);
      value = {at, size};
      at += size;
    } else if constexpr (requires { for_each_column(value, [](const char*, auto&) {}); }) {
      for_each_column(value, [&](const char*, auto& column) { take(at, column); });
    } else if constexpr (requires { value.has_value(); }) {
      bool has_value = false;
      take(at, has_value);
      if (!has_value) return value.reset();
      typename T::value_type inside = nothing<typename T::value_type>();
      take(at, inside);
      value = inside;
    } else if constexpr (requires { value.begin(); }) {
      std::size_t size = 0;
      take(at, size);
      value.resize(size);
      for (auto& item : value) take(at, item);
    } else {
      const bool is_nothing = *at++ == 0;
      std::memcpy(&value, is_nothing ? kNothing<T>.data() : at, sizeof(T));
      if (!is_nothing) at += sizeof(T);
    }
  }
  // Numbers with a unit have no default.
  template <class T>
  static T nothing() {
    if constexpr (requires { T::from_raw(0); }) return T::from_raw(0);
    else return T{};
  }

  std::unique_ptr<char[]> bytes_;
};

}  // namespace tradewind::tws
