#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/numbers.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace tradewind::tws {

// How an unset value is written. The schema says which, as the recordings show it.
enum class Unset : std::uint8_t { empty, zero, minus, max, min };
// How a number with a fraction is written: 200 as "200" or, as Java prints a double, "200.0".
enum class Point : std::uint8_t { shortest, java };

// Writes the NUL-terminated fields of one text message into a queue, straight into its memory.
// A text that cannot travel (NUL, or characters the protocol does not allow) is remembered as a fault; the caller takes
// the whole message back then.
class TextWriter {
 public:
  explicit TextWriter(ByteQueue& out) : out_{out} { renew(0); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;
  ~TextWriter() { flush(); }

  // What is written so far counts as contents of the queue.
  void flush() {
    out_.commit(static_cast<std::size_t>(at_ - from_));
    from_ = at_;
  }
  [[nodiscard]] const char* fault_field() const { return fault_field_; }  // null: none

  void literal(std::string_view text) {
    char* p = room(text.size() + 1);
    std::memcpy(p, text.data(), text.size());
    p[text.size()] = '\0';
    at_ = p + text.size() + 1;
  }
  void empty() {
    *room(1) = '\0';
    ++at_;
  }
  void boolean(bool value) {
    char* p = room(2);
    p[0] = value ? '1' : '0';
    p[1] = '\0';
    at_ = p + 2;
  }
  // Printable ASCII and tab, LF, CR; anything else is a fault (IB's clients refuse it too, error 579).
  void text(const char* field, std::string_view value) {
    if (value.empty()) return empty();  // most texts of an order
    char* p = room(value.size() + 1);
    bool unsendable = false;
    for (const char c : value) {
      unsendable |= kUnsendable[static_cast<unsigned char>(c)];
      *p++ = c;
    }
    *p = '\0';
    at_ = p + 1;
    if (unsendable) [[unlikely]]
      fault(field);
  }
  // As a gateway writes free text: UTF-8 outside ASCII as \uXXXX, bytes that are no UTF-8 as \u00XX.
  void escaped(const char* field, std::string_view value);

  void int32(std::int32_t value) { integer(value); }
  void int64(std::int64_t value) { integer(value); }
  void optional_int32(std::optional<std::int32_t> value, Unset unset) {
    if (value) return integer(*value);
    unset_text(unset, "2147483647", "-2147483648", Point::shortest);
  }
  void optional_int64(std::optional<std::int64_t> value, Unset unset) {
    if (value) return integer(*value);
    unset_text(unset, "9223372036854775807", "-9223372036854775808", Point::shortest);
  }
  void blank_if_zero(double value) {
    if (value == 0) return empty();
    real(value, Point::shortest);
  }

  template <class Fixed>
  void fixed(Fixed value, Point point = Point::shortest) {
    decimal(value.raw(), Fixed::kDecimals, point);
  }
  template <class Fixed>
  void optional_fixed(std::optional<Fixed> value, Unset unset, Point point = Point::shortest) {
    if (value) return fixed(*value, point);
    unset_number(unset, point);
  }
  void amount(Amount value, Point point);
  void optional_amount(std::optional<Amount> value, Unset unset, Point point) {
    if (value) return amount(*value, point);
    unset_number(unset, point);
  }
  void real(double value, Point point);
  void optional_real(std::optional<double> value, Unset unset, Point point) {
    if (value) return real(*value, point);
    unset_number(unset, point);
  }

 private:
  // By character.
  static constexpr auto kUnsendable = [] {
    std::array<bool, 256> unsendable{};
    for (unsigned c = 0; c < unsendable.size(); ++c)
      unsendable[c] = (c < ' ' || c > '~') && c != '\t' && c != '\n' && c != '\r';
    return unsendable;
  }();
  [[nodiscard]] char* room(std::size_t count) {
    if (static_cast<std::size_t>(limit_ - at_) < count) [[unlikely]]
      renew(count);
    return at_;
  }
  [[gnu::cold, gnu::noinline]] void renew(std::size_t count);
  void fault(const char* field) {
    if (fault_field_ == nullptr) fault_field_ = field;
  }
  void integer(std::int64_t value) {
    if (value < 0 || value > 9) return long_integer(value);
    char* p = room(2);
    p[0] = static_cast<char>('0' + value);
    p[1] = '\0';
    at_ = p + 2;
  }
  void long_integer(std::int64_t value);
  void decimal(std::int64_t raw, int decimals, Point point);
  void with_exponent(bool negative, std::uint64_t magnitude, int decimals);
  void unset_number(Unset unset, Point point) {
    unset_text(unset, "1.7976931348623157E308", "-9223372036854775808", point);
  }
  // The schema names `unset` and `point`, so that this is one case of them in the compiled code.
  void unset_text(Unset unset, std::string_view max, std::string_view min, Point point) {
    switch (unset) {
      case Unset::empty:
        return empty();
      case Unset::zero:
        return literal(point == Point::java ? "0.0" : "0");
      case Unset::minus:
        return literal("-1");
      case Unset::max:
        return literal(max);
      case Unset::min:
        return literal(min);
    }
  }

  ByteQueue& out_;
  char* from_ = nullptr;
  char* at_ = nullptr;
  char* limit_ = nullptr;
  const char* fault_field_ = nullptr;
};

}  // namespace tradewind::tws
