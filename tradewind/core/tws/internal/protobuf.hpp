#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/tws/internal/digits.hpp"
#include "tradewind/core/tws/internal/proto_reader.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Conversions between protobuf's scalars and our values. For .cpp files of core/tws only.
namespace tradewind::tws::protobuf {

// What is wrong with a message. Reading goes on to its end, and the first fault counts.
struct Fault {
  const char* field = nullptr;
  const char* what = nullptr;

  [[gnu::cold, gnu::noinline]] void set(const char* where, const char* why) {
    if (what == nullptr) {
      field = where;
      what = why;
    }
  }
};

// Overrules other faults: a value that runs over the end was read from bytes of something else.
inline void finish(const ProtoReader& in, Fault& fault) {
  if (!in.is_whole()) [[unlikely]]
    fault = {"", "malformed protobuf"};
}

// A double that stands for a decimal: the shortest decimal that reads back as it.
[[nodiscard]] Decimal128 decimal128_of(double value, int decimals, Excess excess);

// The double next to a decimal: the general way, and those to it.
[[nodiscard]] double slow_double(Int128 raw, int decimals);
template <class Fixed>
double to_double(Fixed value) {
  // Of two doubles that are exact, the quotient is the one next to the decimal.
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const std::int64_t raw = value.raw();
  if (raw > -kExact && raw < kExact) [[likely]]
    return static_cast<double>(raw) / static_cast<double>(Fixed::kScale);
  return slow_double(raw, Fixed::kDecimals);
}
inline double to_double(Amount value) {
  constexpr std::int64_t kUnit = 100'000'000'000;  // 1e-6 in raw amounts
  const auto raw = static_cast<std::int64_t>(value.raw());
  const std::int64_t millionths = raw / kUnit;
  if (raw == value.raw() && millionths * kUnit == raw) [[likely]]
    return static_cast<double>(millionths) / 1e6;
  return slow_double(value.raw(), Amount::kDecimals);
}

inline bool is_unset(double value) { return value == std::numeric_limits<double>::max() || std::isnan(value); }

// The general way to the two below.
[[nodiscard]] std::optional<std::int64_t> slow_fixed(double value, int decimals, std::int64_t low, Excess excess,
                                                     const char* field, Fault& fault);
[[nodiscard]] std::optional<std::int64_t> slow_fixed(std::string_view text, int decimals, std::int64_t low,
                                                     Excess excess, const char* field, Fault& fault);

// The whole number next to a double of less than 2^51.
inline double nearest_whole(double value) {
  constexpr double kOnesAreTheLastBit = 6'755'399'441'055'744.0;  // 1.5 * 2^52
  return (value + kOnesAreTheLastBit) - kOnesAreTheLastBit;
}
// Below this a whole number has at most 15 digits. No two decimals of 15 digits are the same double, so the one that, divided
// by a power of ten, gives the double again is the one it stands for: the shortest.
inline constexpr double kFifteenDigits = 1e15;

template <class Fixed, Excess kExcess>
std::optional<Fixed> fixed_from_double(double value, const char* field, Fault& fault) {
  constexpr auto kScale = static_cast<double>(Fixed::kScale);
  const double raw = nearest_whole(value * kScale);
  constexpr double kLow = Fixed::kRawMin < 0 ? -kFifteenDigits : 0;
  if (raw >= kLow && raw < kFifteenDigits && raw / kScale == value) [[likely]]
    return Fixed::from_raw(static_cast<std::int64_t>(raw));
  const auto slow = slow_fixed(value, Fixed::kDecimals, Fixed::kRawMin, kExcess, field, fault);
  if (!slow) return std::nullopt;
  return Fixed::from_raw(*slow);
}

// A decimal of at most eight characters, without sign, in units of 10^-8; false for everything else. All characters at
// once: sizes have no length that could be foretold. Eight bytes must be readable.
inline bool quick_size(std::string_view text, std::int64_t& raw) {
  std::int64_t mantissa = 0;
  int places = 0;
  if (text.size() - 1 > 7 || !digits::parts(digits::load(text.data()), text.size(), mantissa, places)) return false;
  raw = mantissa * digits::kPowersOfTen[Quantity::kDecimals - places];
  return true;
}

// `text` lies in a message, behind which bytes are readable. Where there need not be a value, a size of -1 is none: it is
// the volume of a bar that is not of trades.
template <class Fixed, Excess kExcess, bool kMayBeUnset = false>
std::optional<Fixed> fixed_from_text(std::string_view text, const char* field, Fault& fault) {
  if constexpr (Fixed::kDecimals == Quantity::kDecimals) {
    if (std::int64_t raw = 0; quick_size(text, raw)) [[likely]]
      return Fixed::from_raw(raw);
  }
  if (text.empty() || (kMayBeUnset && Fixed::kRawMin == 0 && text == "-1")) return std::nullopt;
  const auto slow = slow_fixed(text, Fixed::kDecimals, Fixed::kRawMin, kExcess, field, fault);
  if (!slow) return std::nullopt;
  return Fixed::from_raw(*slow);
}

inline std::optional<std::int32_t> optional_int32(std::int32_t value) {
  if (value == INT32_MAX) return std::nullopt;
  return value;
}
inline std::optional<double> optional_real(double value) {
  if (is_unset(value)) return std::nullopt;
  return value;
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
template <class T, class One>
void read_list(ProtoReader& in, std::vector<T>& list, One one) {
  if (!in.is(Wire::bytes)) {
    list.push_back((in.*one)());
    return;
  }
  ProtoReader run{in.nested()};
  while (!run.at_end()) list.push_back((run.*one)());
  if (!run.is_whole()) in.refuse();
}

[[nodiscard]] std::optional<Amount> slow_amount(double value, const char* field, Fault& fault);
inline std::optional<Amount> amount_from_double(double value, const char* field, Fault& fault) {
  constexpr double kScale = 1e6;
  constexpr std::int64_t kUnit = 100'000'000'000;  // 1e-6 in raw amounts
  const double millionths = nearest_whole(value * kScale);
  if (std::fabs(millionths) < kFifteenDigits && millionths / kScale == value) [[likely]]
    return Amount::from_raw(Int128{static_cast<std::int64_t>(millionths)} * kUnit);
  return slow_amount(value, field, fault);
}

}  // namespace tradewind::tws::protobuf
