#pragma once

// Reads frames for tests and looks into messages by column name.

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <fmt/format.h>

#include <charconv>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::tws::testing {

// Bytes with the readable padding the decoders ask for.
class PaddedBytes {
 public:
  explicit PaddedBytes(std::string_view bytes) { queue_.append(as_bytes(bytes)); }
  [[nodiscard]] Bytes view() const { return queue_.contents(); }

 private:
  ByteQueue queue_;
};

inline std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    unsigned value = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    bytes.push_back(static_cast<char>(value));
    i += 2;
  }
  return bytes;
}

// Fields as a frame's payload.
inline std::string payload_of(const std::vector<std::string>& fields, int server_version) {
  std::string payload;
  std::size_t first = 0;
  if (server_version >= kVersionRawIds) {
    std::byte id[4];
    store_be32(id, static_cast<std::uint32_t>(std::stoi(fields.at(0))));
    payload = as_text(id);
    first = 1;
  }
  for (std::size_t i = first; i < fields.size(); ++i) payload.append(fields[i]).push_back('\0');
  return payload;
}

// Every leaf column as text, keyed by its path ("contract.conId"); an unset one is absent.
class Columns {
 public:
  template <class Message>
  explicit Columns(const Message& message) {
    collect("", message);
  }
  [[nodiscard]] const std::map<std::string, std::string>& all() const { return values_; }
  // The value of the path, or of the only column whose last name it is; nothing when it is unset or unknown.
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const {
    if (const auto exact = values_.find(name); exact != values_.end()) return exact->second;
    std::optional<std::string> found;
    for (const auto& [path, value] : values_) {
      if (path.size() > name.size() && path.ends_with("." + name)) {
        if (found && *found != value) return std::nullopt;
        found = value;
      }
    }
    return found;
  }

 private:
  template <class T>
  void leaf(const std::string& path, const T& value) {
    if constexpr (requires { value.has_value(); }) {
      if (value) leaf(path, *value);
    } else if constexpr (std::is_same_v<T, bool>) {
      values_[path] = value ? "1" : "0";
    } else if constexpr (requires { value.begin(); } && !std::is_same_v<T, std::string_view>) {
      for (std::size_t i = 0; i < value.size(); ++i) leaf(fmt::format("{}[{}]", path, i), value[i]);
    } else if constexpr (std::is_same_v<T, std::string_view> || std::is_arithmetic_v<T> ||
                         fmt::is_formattable<T>::value) {
      values_[path] = fmt::format("{}", value);
    } else {
      collect(path + ".", value);
    }
  }
  template <class Message>
  void collect(const std::string& prefix, const Message& message) {
    for_each_column(message, [&](const char* name, const auto& value) { leaf(prefix + name, value); });
  }

  std::map<std::string, std::string> values_;
};

}  // namespace tradewind::tws::testing
