#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/tws/internal/digits.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tradewind::tws {

// Why a body could not be read. `what` is null when nothing is wrong.
struct FieldFault {
  const char* field = "";
  const char* what = nullptr;
  std::size_t offset = 0;  // in the body

  // The first one counts.
  [[gnu::cold, gnu::noinline]] void set(const char* where, const char* why, std::size_t at);
};

// Reads the NUL-terminated fields of a text body in one pass, in place. The first fault is kept and ends the reading:
// from then on every field reads as empty or zero, so callers need not check in between.
//
// The last byte of the body must be NUL (the constructor checks), which is what keeps every scan inside it; and 16
// bytes behind the body must be readable.
//
// The reader is a few pointers that a function copies, uses and hands back, so that they stay in registers. For the same
// reason everything rare happens in functions that take a copy and say where they stopped.
class FieldReader {
 public:
  // `fault` outlives the reader and its copies.
  FieldReader(Bytes body, FieldFault& fault)
      : begin_{reinterpret_cast<const char*>(body.data())}, at_{begin_}, end_{begin_ + body.size()}, fault_{&fault} {
    if (!body.empty() && end_[-1] != '\0') {
      end_ = begin_;
      fail("", "the last field is not terminated");
    }
  }

  [[nodiscard]] bool at_end() const { return at_ >= end_; }
  [[nodiscard]] bool failed() const { return fault_->what != nullptr; }
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] std::size_t bytes_left() const { return static_cast<std::size_t>(end_ - at_); }

  void fail(const char* field, const char* what) {
    fault_->set(field, what, offset());
    at_ = end_;
  }

  std::string_view text(const char* field) {
    if (at_ >= end_) [[unlikely]] {
      missing(field);
      return {};
    }
    const char* first = at_;
    if (*first == '\0') {  // most texts of an order
      ++at_;
      return {};
    }
    const char* nul = find_nul(first);
    at_ = nul + 1;
    return {first, static_cast<std::size_t>(nul - first)};
  }
  // Text for which `literal` is another way to write nothing.
  std::string_view text_or(const char* field, std::string_view literal) {
    const std::string_view value = text(field);
    return value == literal ? std::string_view{} : value;
  }
  void skip(const char* field) {
    if (at_ < end_ && *at_ != '\0' && at_[1] == '\0') {  // a version of one digit, mostly
      at_ += 2;
    } else {
      static_cast<void>(text(field));
    }
  }

  // Empty reads as 0, as it does in official clients.
  std::int32_t int32(const char* field) {
    if (take_empty()) return 0;
    const char* p = at_;
    if (p < end_) [[likely]] {
      // The byte behind the field's first is readable: it is this body's, or padding.
      if (const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'}; p[1] == '\0' && digit < 10) {
        at_ = p + 2;
        return static_cast<std::int32_t>(digit);
      }
      // Up to nine digits without a branch: a conId has six to nine, and no length that could be foretold.
      const std::uint64_t characters = digits::load(p);
      const std::size_t size = digits::size_of(characters);
      const bool nine = size == 8 && p[8] != '\0';
      const unsigned ninth = nine ? static_cast<unsigned char>(*p) - unsigned{'0'} : 0;
      const std::uint64_t last = digits::aligned(digits::load(p + nine), size);
      if (p[size + nine] == '\0' && ninth < 10 && digits::are_all(last)) {
        at_ = p + size + nine + 1;
        return static_cast<std::int32_t>(ninth * 100'000'000 + digits::number(last));
      }
      const bool negative = *p == '-';
      p += negative;
      std::uint32_t value = 0;
      const char* first = p;
      for (unsigned digit; (digit = static_cast<unsigned char>(*p) - unsigned{'0'}) < 10; ++p)
        value = value * 10 + digit;
      if (*p == '\0' && p != first && p - first <= 9) [[likely]] {
        at_ = p + 1;
        return negative ? -static_cast<std::int32_t>(value) : static_cast<std::int32_t>(value);
      }
    }
    return static_cast<std::int32_t>(stopped(slow_integer(*this, field, INT32_MIN, INT32_MAX)));
  }
  std::int64_t int64(const char* field) {
    if (take_empty()) return 0;
    const char* p = at_;
    if (p < end_) [[likely]] {
      const bool negative = *p == '-';
      p += negative;
      const char* first = p;
      std::uint64_t value = 0;
      for (unsigned digit; (digit = static_cast<unsigned char>(*p) - unsigned{'0'}) < 10; ++p)
        value = value * 10 + digit;
      if (*p == '\0' && p != first && p - first <= 18) [[likely]] {
        at_ = p + 1;
        return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
      }
    }
    return stopped(slow_integer(*this, field, INT64_MIN, INT64_MAX));
  }
  std::optional<std::int32_t> optional_int32(const char* field) {
    if (take_empty() || take_literal("2147483647")) return std::nullopt;
    const std::int32_t value = int32(field);
    if (failed() || value == INT32_MAX) return std::nullopt;  // "02147483647" is the same
    return value;
  }
  std::optional<std::int64_t> optional_int64(const char* field) {
    if (take_empty()) return std::nullopt;
    const std::int64_t value = int64(field);
    if (failed() || value == INT64_MAX) return std::nullopt;
    return value;
  }
  bool boolean(const char* field) {
    // The byte behind the field's first is readable: it is this body's, or padding.
    if (at_ < end_ && at_[1] == '\0' && (*at_ == '0' || *at_ == '1')) [[likely]] {
      const bool value = *at_ == '1';
      at_ += 2;
      return value;
    }
    return stopped(slow_boolean(*this, field));
  }

  // Exact numbers. `kDecimals` is the scale of the type.
  template <class Fixed, Excess kExcess>
  Fixed fixed(const char* field) {
    std::int64_t raw = 0;
    if (quick_decimal<Fixed>(raw)) [[likely]]
      return Fixed::from_raw(raw);
    return Fixed::from_raw(
        stopped(slow_decimal(*this, field, Fixed::kDecimals, Fixed::kRawMin, kExcess, false)).value_or(0));
  }
  template <class Fixed, Excess kExcess>
  std::optional<Fixed> optional_fixed(const char* field) {
    if (take_empty() || take_unset()) return std::nullopt;
    std::int64_t raw = 0;
    if (quick_decimal<Fixed>(raw)) [[likely]]
      return Fixed::from_raw(raw);
    const auto slow = stopped(slow_decimal(*this, field, Fixed::kDecimals, Fixed::kRawMin, kExcess, true));
    if (!slow) return std::nullopt;
    return Fixed::from_raw(*slow);
  }
  std::optional<Amount> optional_amount(const char* field) { return stopped(slow_amount(*this, field, true)); }
  Amount amount(const char* field) { return stopped(slow_amount(*this, field, false)).value_or(Amount::zero()); }

  // Observed floating point. Empty reads as 0; "unset" is an error where a value must be.
  double real(const char* field) {
    if (take_empty()) return 0;
    double value = 0;
    if (quick_real(value)) [[likely]]
      return value;
    return stopped(slow_real(*this, field, false)).value_or(0);
  }
  std::optional<double> optional_real(const char* field) {
    if (take_empty() || take_unset()) return std::nullopt;
    double value = 0;
    if (quick_real(value)) [[likely]]
      return value;
    return stopped(slow_real(*this, field, true));
  }

  // The same into a column: value and presence each by a store of its own, which a copy of both would have to wait for.
  void optional_real(const char* field, std::optional<double>& into) {
    double value = 0;
    if (take_empty() || take_unset()) {
      into.reset();
    } else if (quick_real(value)) [[likely]] {
      into.emplace(value);
    } else {
      into = stopped(slow_real(*this, field, true));
    }
  }
  template <class Fixed, Excess kExcess>
  void optional_fixed(const char* field, std::optional<Fixed>& into) {
    std::int64_t raw = 0;
    if (take_empty() || take_unset()) {
      into.reset();
    } else if (quick_decimal<Fixed>(raw)) [[likely]] {
      into.emplace(Fixed::from_raw(raw));
    } else {
      into = optional_fixed<Fixed, kExcess>(field);
    }
  }

  // A count of groups that follow, each of at least `fields` fields. Never more than the bytes left can hold, so a
  // hostile count allocates nothing.
  std::size_t count(const char* field, std::size_t fields) {
    const char* start = at_;
    const std::int32_t value = int32(field);
    if (value < 0 || static_cast<std::size_t>(value) > bytes_left() / (fields == 0 ? 1 : fields)) [[unlikely]] {
      at_ = start;
      fail(field, "the count is negative or more than the message can hold");
      return 0;
    }
    return static_cast<std::size_t>(value);
  }

 private:
  // What a copy of the reader read, and where it stopped.
  template <class T>
  struct Slow {
    const char* at;
    T value;
  };
  template <class T>
  T stopped(const Slow<T>& slow) {
    at_ = slow.at;
    return slow.value;
  }

  [[nodiscard]] static const char* find_nul(const char* p) {
#if defined(__SSE2__)
    for (;; p += 16) {
      const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(chunk, _mm_setzero_si128()));
      if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
    }
#else
    while (*p != '\0') ++p;
    return p;
#endif
  }

  // A plain decimal of at most 18 digits once scaled; false (and nothing read) for everything else.
  template <class Fixed>
  bool quick_decimal(std::int64_t& raw) {
    constexpr int kPlaces = Fixed::kDecimals;
    const char* p = at_;
    if (p >= end_) [[unlikely]]
      return false;
    const bool negative = *p == '-';
    if (negative && Fixed::kRawMin == 0) return false;
    p += negative;
    if constexpr (kPlaces == Quantity::kDecimals) {
      // Sizes have no length that could be foretold. One way to write "no quantity", 2147483647, is longer than this.
      std::int64_t short_mantissa = 0;
      int places = 0;
      if (const std::size_t size = digits::field(p, short_mantissa, places); size != 0) [[likely]] {
        const std::int64_t sign = negative;  // nor have they a sign that could
        raw = ((short_mantissa * digits::kPowersOfTen[kPlaces - places]) ^ -sign) + sign;
        at_ = p + size + 1;
        return true;
      }
    }
    std::uint64_t mantissa = 0;
    const char* first = p;
    for (unsigned digit; (digit = static_cast<unsigned char>(*p) - unsigned{'0'}) < 10; ++p)
      mantissa = mantissa * 10 + digit;
    const auto whole = static_cast<int>(p - first);
    int fraction = 0;
    if (*p == '.') {
      const char* point = ++p;
      for (unsigned digit; (digit = static_cast<unsigned char>(*p) - unsigned{'0'}) < 10; ++p)
        mantissa = mantissa * 10 + digit;
      fraction = static_cast<int>(p - point);
    }
    if (*p != '\0' || whole == 0 || fraction > kPlaces || whole > 18 - kPlaces) return false;
    raw = static_cast<std::int64_t>(mantissa * kPowersOfTen[kPlaces - fraction]);
    // 2147483647 is one of the ways a gateway writes "no quantity"; the slow path knows them all.
    if (kPlaces == Quantity::kDecimals && raw == std::int64_t{INT32_MAX} * Quantity::kScale) [[unlikely]]
      return false;
    if (negative) raw = -raw;
    at_ = p + 1;
    return true;
  }

  // Exact for up to 15 digits: both operands of the division are representable, so it rounds once, correctly. False (and
  // nothing read) for everything else.
  bool quick_real(double& value) {
    const char* p = at_;
    if (p >= end_) [[unlikely]]
      return false;
    const bool negative = *p == '-';
    p += negative;
    const char* first = p;
    std::uint64_t mantissa = 0;
    for (unsigned digit; (digit = static_cast<unsigned char>(*p) - unsigned{'0'}) < 10; ++p)
      mantissa = mantissa * 10 + digit;
    auto digits = p - first;
    std::ptrdiff_t fraction = 0;
    if (*p == '.') {
      const char* point = ++p;
      for (unsigned digit; (digit = static_cast<unsigned char>(*p) - unsigned{'0'}) < 10; ++p)
        mantissa = mantissa * 10 + digit;
      fraction = p - point;
      digits += fraction;
    }
    if (*p != '\0' || digits == 0 || digits > 15) return false;
    value = static_cast<double>(static_cast<std::int64_t>(mantissa)) / kExactPowers[fraction];
    if (negative) value = -value;
    at_ = p + 1;
    return true;
  }

  // Takes the field when it is the largest double, which is how a gateway writes most of an order's unset numbers.
  bool take_unset() {
    static constexpr char kUnset[] = "1.7976931348623157E308";
    // Both bytes are readable wherever the reader is, and seldom these two.
    if (*at_ != '1' || at_[1] != '.' || bytes_left() < sizeof kUnset || std::memcmp(at_, kUnset, sizeof kUnset) != 0)
      return false;
    at_ += sizeof kUnset;
    return true;
  }
  // Takes the field when it is empty.
  bool take_empty() {
    if (at_ >= end_ || *at_ != '\0') return false;
    ++at_;
    return true;
  }
  // Takes the field when it is this literal of at most 15 characters.
  template <std::size_t kSize>
  bool take_literal(const char (&literal)[kSize]) {
    static_assert(kSize <= 16, "16 bytes behind the body are readable, no more");
    if (at_ >= end_ || std::memcmp(at_, literal, kSize) != 0) return false;
    at_ += kSize;
    return true;
  }

  void missing(const char* field) { fail(field, "the message ends before this field"); }
  static Slow<std::int64_t> slow_integer(FieldReader in, const char* field, std::int64_t low, std::int64_t high);
  static Slow<bool> slow_boolean(FieldReader in, const char* field);
  static Slow<std::optional<std::int64_t>> slow_decimal(FieldReader in, const char* field, int decimals,
                                                        std::int64_t low, Excess excess, bool may_be_unset);
  static Slow<std::optional<Amount>> slow_amount(FieldReader in, const char* field, bool may_be_unset);
  static Slow<std::optional<double>> slow_real(FieldReader in, const char* field, bool may_be_unset);

  static constexpr std::uint64_t kPowersOfTen[] = {1,       10,        100,        1'000,       10'000,
                                                   100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

  static constexpr double kExactPowers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

  const char* begin_;
  const char* at_;
  const char* end_;
  FieldFault* fault_;
};

}  // namespace tradewind::tws
