#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace tradewind {

// Writes one JSON value, member by member. Amounts of money and quantities travel as strings, so there is no function
// for floating point; text that is not valid UTF-8 is escaped byte by byte as U+00XX, so the output always parses.
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(std::uint64_t value);
  // Seconds with three decimal places, as a number.
  JsonWriter& seconds(std::int64_t milliseconds);
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonWriter& member(std::string_view name, const char* value) { return key(name).text(value); }
  template <std::same_as<bool> T>
  JsonWriter& member(std::string_view name, T value) {
    return key(name).boolean(value);
  }
  template <std::signed_integral T>
  JsonWriter& member(std::string_view name, T value) {
    return key(name).number(std::int64_t{value});
  }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  JsonWriter& member(std::string_view name, T value) {
    return key(name).number(std::uint64_t{value});
  }

  [[nodiscard]] const std::string& str() const { return out_; }

 private:
  void separate();

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace tradewind
