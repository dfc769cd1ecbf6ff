#pragma once

#include "tradewind/core/tws/reflect.hpp"

#include <array>
#include <bit>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tradewind::tws {

// A message put away: what of its columns says anything, and its texts, in a hundred bytes or two, where the message itself
// has two thousand. For memory alone; nothing of it is meant for a wire or a disk.
template <class Message>
class Packed {
 public:
  explicit Packed(const Message& message) {
    Writer writer;
    put(writer, message);
    size_ = writer.bytes.size();
    bytes_ = std::make_unique_for_overwrite<char[]>(size_);
    std::memcpy(bytes_.get(), writer.bytes.data(), size_);
  }

  // As it was. Its texts are good for as long as this is, also when this is moved.
  [[nodiscard]] Message unpacked() const {
    Message message;
    Reader reader{bytes_.get(), bytes_.get() + size_};
    take(reader, message);
    return message;
  }

 private:
  // Values that are nothing at all, as most are, are counted. One that is something comes behind the count of those before
  // it: one byte, or a byte of kMany for every so many and then one byte. What comes after the last one is nothing.
  static constexpr unsigned kMany = 255;

  struct Writer {
    Writer() { bytes.reserve(kUsualSize); }
    void something(const void* data, std::size_t size) {
      for (; nothing >= kMany; nothing -= kMany) bytes.push_back(static_cast<char>(kMany));
      bytes.push_back(static_cast<char>(std::exchange(nothing, 0)));
      bytes.append(static_cast<const char*>(data), size);
    }
    static constexpr std::size_t kUsualSize = 512;
    std::string bytes;
    unsigned nothing = 0;
  };

  class Reader {
   public:
    Reader(const char* begin, const char* end) : at_{begin}, end_{end} { count(); }
    [[nodiscard]] bool takes_nothing() {
      if (nothing_ == 0) return false;
      --nothing_;
      return true;
    }
    void something(void* data, std::size_t size) {
      std::memcpy(data, at_, size);
      at_ += size;
      count();
    }
    // The text comes right behind its size.
    [[nodiscard]] std::string_view text() {
      std::uint32_t size = 0;
      std::memcpy(&size, at_, sizeof size);
      const std::string_view text{at_ + sizeof size, size};
      at_ += sizeof size + size;
      count();
      return text;
    }

   private:
    void count() {
      nothing_ = 0;
      for (; at_ != end_ && static_cast<unsigned char>(*at_) == kMany; ++at_) nothing_ += kMany;
      nothing_ = at_ == end_ ? UINT_MAX : nothing_ + static_cast<unsigned char>(*at_++);
    }
    const char* at_;
    const char* end_;
    unsigned nothing_ = 0;  // values from here on
  };

  template <class T>
  static void put(Writer& writer, const T& value) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      if (value.empty()) return static_cast<void>(++writer.nothing);
      const auto size = static_cast<std::uint32_t>(value.size());  // a frame is smaller
      writer.something(&size, sizeof size);
      writer.bytes.append(value);
    } else if constexpr (requires { for_each_column(value, [](const char*, const auto&) {}); }) {
      for_each_column(value, [&](const char*, const auto& column) { put(writer, column); });
    } else if constexpr (requires { value.has_value(); }) {
      put(writer, value.has_value());
      if (value) put(writer, *value);
    } else if constexpr (requires { value.begin(); }) {
      put(writer, value.size());
      for (const auto& item : value) put(writer, item);
    } else {
      static_assert(std::is_trivially_copyable_v<T>);
      constexpr std::array<char, sizeof(T)> kNothing{};
      if (std::bit_cast<std::array<char, sizeof(T)>>(value) == kNothing) ++writer.nothing;
      else writer.something(&value, sizeof(T));
    }
  }

  template <class T>
  static void take(Reader& reader, T& value) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      value = reader.takes_nothing() ? std::string_view{} : reader.text();
    } else if constexpr (requires { for_each_column(value, [](const char*, auto&) {}); }) {
      for_each_column(value, [&](const char*, auto& column) { take(reader, column); });
    } else if constexpr (requires { value.has_value(); }) {
      bool has_value = false;
      take(reader, has_value);
      if (!has_value) return value.reset();
      take(reader, value.emplace(nothing<typename T::value_type>()));
    } else if constexpr (requires { value.begin(); }) {
      std::size_t size = 0;
      take(reader, size);
      value.resize(size);
      for (auto& item : value) take(reader, item);
    } else if (reader.takes_nothing()) {
      value = nothing<T>();
    } else {
      reader.something(&value, sizeof(T));
    }
  }
  // Numbers with a unit have no default.
  template <class T>
  static T nothing() {
    if constexpr (requires { T::from_raw(0); }) return T::from_raw(0);
    else return T{};
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace tradewind::tws
