#include "tradewind/core/tws/wire.hpp"

#include <fmt/format.h>

#include <charconv>

namespace tradewind::tws {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (code >> 6)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (code >> 12)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xf0 | (code >> 18)));
    out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

// The code unit of a \uXXXX at `at`, or -1.
int escape_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  const char* first = text.data() + at + 2;
  const auto [stop, error] = std::from_chars(first, first + 4, unit, 16);
  return error == std::errc{} && stop == first + 4 && unit >= 0 ? unit : -1;
}

}  // namespace

std::string DecodeFault::text() const {
  if (!failed()) return "no fault";
  return fmt::format("{}.{} at byte {}: {}", message, field, offset, what);
}

FrameView detail::parse_raw_id(Bytes payload) {
  FrameView view;
  if (payload.size() < 4) {
    view.fault = "payload is shorter than its message id";
    return view;
  }
  const std::uint32_t wire_id = load_be32(payload.data());
  if (wire_id > 0xFFFF) {
    view.fault = "message id is not of this protocol";
    return view;
  }
  view.is_protobuf = wire_id > kProtobufIdOffset;
  view.id = static_cast<int>(wire_id) - (view.is_protobuf ? kProtobufIdOffset : 0);
  view.body = payload.subspan(4);
  return view;
}

// A text payload that does not begin with an id of one to three digits: some other form of a number, or no id at all.
FrameView detail::parse_odd_id(Bytes payload) {
  FrameView view;
  const std::string_view text = as_text(payload);
  const std::size_t end = text.substr(0, 12).find('\0');
  const auto [stop, error] =
      std::from_chars(text.data(), text.data() + (end == std::string_view::npos ? 0 : end), view.id);
  if (end == std::string_view::npos || error != std::errc{} || stop != text.data() + end || view.id < 0) {
    view.id = 0;
    view.fault = "payload does not begin with a message id";
    return view;
  }
  view.body = payload.subspan(end + 1);
  return view;
}

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const int unit = escape_at(text, i);
    if (unit < 0) {
      out.push_back(text[i++]);
      continue;
    }
    i += 6;
    auto code = static_cast<std::uint32_t>(unit);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const int low = escape_at(text, i);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (static_cast<std::uint32_t>(low) - 0xdc00);
        i += 6;
      } else {
        code = 0xfffd;
      }
    } else if (unit >= 0xdc00 && unit < 0xe000) {
      code = 0xfffd;
    }
    append_utf8(out, code);
  }
  return out;
}

}  // namespace tradewind::tws
