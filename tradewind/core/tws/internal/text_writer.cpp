#include "tradewind/core/tws/internal/text_writer.hpp"

#include "tradewind/core/base/decimal.hpp"
#include "tradewind/core/tws/internal/digits.hpp"
#include "tradewind/core/tws/internal/protobuf.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <string>

namespace tradewind::tws {
namespace {

constexpr std::size_t kChunk = 2048;  // a placeOrder without options is under 400 bytes

// Java's Double.toString: at least one digit after the point, an exponent below 1e-3 and from 1e7 on.
std::string_view java_double(double value, std::array<char, 40>& buffer) {
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-3 && size < 1e7);
  char* end = std::to_chars(buffer.data(), buffer.data() + 32, value,
                            plain ? std::chars_format::fixed : std::chars_format::scientific)
                  .ptr;
  if (plain) {
    if (std::find(buffer.data(), end, '.') == end) {
      *end++ = '.';
      *end++ = '0';
    }
    return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  }
  // 1.5e+10 becomes 1.5E10, 1e-07 becomes 1.0E-7.
  const std::string text{buffer.data(), end};
  const std::size_t e = text.find('e');
  std::string out = text.substr(0, e);
  if (out.find('.') == std::string::npos) out += ".0";
  out += 'E';
  std::size_t digits = e + 1;
  if (text[digits] == '-') out += '-';
  digits = text.find_first_not_of("+-0", digits);
  out += text.substr(digits);
  std::copy(out.begin(), out.end(), buffer.begin());
  return {buffer.data(), out.size()};
}

}  // namespace

void TextWriter::renew(std::size_t count) {
  if (at_ != nullptr) flush();
  const std::size_t wanted = std::max(count, kChunk);
  at_ = from_ = reinterpret_cast<char*>(out_.prepare(wanted));
  limit_ = at_ + wanted;
}

void TextWriter::long_integer(std::int64_t value) {
  char* p = room(24);
  p = std::to_chars(p, p + 23, value).ptr;
  *p = '\0';
  at_ = p + 1;
}

void TextWriter::decimal(std::int64_t raw, int decimals, Point point) {
  char* p = room(kDecimalCharsMax + 3);
  if (point == Point::java) {
    // An exponent from 1e7 on, and below 1e-3. A double would not have more than 15 of these digits.
    const std::uint64_t magnitude =
        raw < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(raw) : static_cast<std::uint64_t>(raw);
    const auto one = static_cast<std::uint64_t>(digits::kPowersOfTen[decimals]);
    if (magnitude != 0 && (magnitude >= 10'000'000 * one || magnitude < one / 1000))
      return with_exponent(raw < 0, magnitude, decimals);
    p = print_decimal(p, raw, decimals);
    if (magnitude % one == 0) {
      *p++ = '.';
      *p++ = '0';
    }
  } else {
    p = print_decimal(p, raw, decimals);
  }
  *p = '\0';
  at_ = p + 1;
}

// As Java writes a double: 1.5E10, 1.0E-7; every digit of the number.
void TextWriter::with_exponent(bool negative, std::uint64_t magnitude, int decimals) {
  std::array<char, 20> digits{};
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), magnitude).ptr;
  const auto exponent = static_cast<int>(end - digits.data()) - 1 - decimals;
  while (end - digits.data() > 1 && end[-1] == '0') --end;
  char* p = room(32);
  if (negative) *p++ = '-';
  *p++ = digits[0];
  *p++ = '.';
  if (end - digits.data() == 1) *p++ = '0';
  p = std::copy(static_cast<const char*>(digits.data()) + 1, end, p);
  *p++ = 'E';
  p = std::to_chars(p, p + 4, exponent).ptr;
  *p = '\0';
  at_ = p + 1;
}

void TextWriter::amount(Amount value, Point point) {
  std::array<char, kDecimalCharsMax + 2> buffer{};
  char* end = print_decimal(buffer.data(), value.raw(), Amount::kDecimals);
  if (point == Point::java && std::find(buffer.data(), end, '.') == end) {
    *end++ = '.';
    *end++ = '0';
  }
  literal({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
}

void TextWriter::real(double value, Point point) {
  // Most are zero, or prices. Where the shortest decimal has no more than six places it is found without a search, and up to
  // 1e5 nobody would write it with an exponent.
  constexpr int kPlaces = 6;
  constexpr double kScale = 1e6;
  const double size = std::fabs(value);
  if ((size >= 1e-3 && size < 1e5) || std::bit_cast<std::uint64_t>(value) == 0) {
    const double raw = protobuf::nearest_whole(value * kScale);
    if (raw / kScale == value) return decimal(static_cast<std::int64_t>(raw), kPlaces, point);
  }
  std::array<char, 40> buffer{};
  if (point == Point::java) return literal(java_double(value, buffer));
  if (std::isinf(value)) return literal(value > 0 ? "Infinity" : "-Infinity");
  const char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  literal({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
}

void TextWriter::escaped(const char* field, std::string_view value) {
  const auto plain = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(value.begin(), value.end(), plain)) return text(field, value);
  std::string out;
  const auto unit = [&](std::uint32_t code) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(code >> static_cast<unsigned>(shift)) & 15U];
  };
  for (std::size_t i = 0; i < value.size();) {
    const auto lead = static_cast<unsigned char>(value[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    std::uint32_t code = lead;
    bool valid = length != 0 && i + length <= value.size();
    if (valid && length > 1) {
      code = lead & (0xffU >> (length + 1));
      for (std::size_t k = 1; k < length; ++k) {
        const auto byte = static_cast<unsigned char>(value[i + k]);
        valid = valid && (byte & 0xc0U) == 0x80;
        code = (code << 6) | (byte & 0x3fU);
      }
    }
    if (!valid) {
      unit(lead);
      ++i;
      continue;
    }
    if (code < 0x80) {
      out += value[i];
    } else if (code < 0x10000) {
      unit(code);
    } else {
      unit(0xd800 + ((code - 0x10000) >> 10));
      unit(0xdc00 + ((code - 0x10000) & 0x3ff));
    }
    i += length;
  }
  text(field, out);
}

}  // namespace tradewind::tws
