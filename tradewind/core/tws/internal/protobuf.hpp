#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/numbers.hpp"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Conversions between protobuf's scalars and our values. For .cpp files of core/tws only.
namespace tradewind::tws::protobuf {

// Thrown by nobody: faults are kept and end the reading of the message.
struct Fault {
  const char* field = "";
  const char* what = nullptr;

  void set(const char* where, const char* why) {
    if (what == nullptr) {
      field = where;
      what = why;
    }
  }
};

inline std::string_view view(const protozero::data_view& data) { return {data.data(), data.size()}; }

// A double that stands for a decimal: the shortest decimal that reads back as it.
[[nodiscard]] Decimal64 decimal_of(double value, int decimals, Excess excess);
[[nodiscard]] Decimal128 decimal128_of(double value, int decimals, Excess excess);
[[nodiscard]] double to_double(Int128 raw, int decimals);

inline bool is_unset(double value) { return value == std::numeric_limits<double>::max() || std::isnan(value); }

template <class Fixed, Excess kExcess>
std::optional<Fixed> fixed_from_double(double value, const char* field, Fault& fault) {
  if (is_unset(value)) return std::nullopt;
  const Decimal64 decimal = decimal_of(value, Fixed::kDecimals, kExcess);
  if (decimal.error == DecimalError::none && decimal.raw >= Fixed::kRawMin) return Fixed::from_raw(decimal.raw);
  fault.set(field, decimal.error == DecimalError::inexact ? "more decimal places than we can hold"
                                                          : "the number does not fit");
  return std::nullopt;
}

template <class Fixed, Excess kExcess>
std::optional<Fixed> fixed_from_text(std::string_view text, const char* field, Fault& fault) {
  if (text.empty()) return std::nullopt;
  const Decimal64 decimal = parse_decimal64(text, Fixed::kDecimals, kExcess);
  if (decimal.error == DecimalError::none && decimal.raw >= Fixed::kRawMin) return Fixed::from_raw(decimal.raw);
  fault.set(field, decimal.error == DecimalError::malformed ? "not a decimal number" : "the number does not fit");
  return std::nullopt;
}

// One more element; null, and a fault, when the list is longer than any real one. Two bytes can make an element of hundreds,
// so a frame of nothing but empty elements would grow to gigabytes.
inline constexpr std::size_t kListBytesMax = 64U << 20;
template <class T>
T* one_more(std::vector<T>& list, const char* field, Fault& fault) {
  if (list.size() >= kListBytesMax / sizeof(T)) {
    fault.set(field, "a list longer than any real one");
    return nullptr;
  }
  return &list.emplace_back();
}

// One element, or a packed run of them.
template <class T, class One, class Run>
void read_list(protozero::pbf_reader& in, std::vector<T>& list, One one, Run run) {
  if (in.wire_type() != protozero::pbf_wire_type::length_delimited) {
    list.push_back((in.*one)());
    return;
  }
  for (const T value : (in.*run)()) list.push_back(value);
}

[[nodiscard]] std::optional<Amount> amount_from_double(double value, const char* field, Fault& fault);

}  // namespace tradewind::tws::protobuf
