#pragma once

#include "tradewind/core/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tradewind::tws {

// Server versions at which the wire changes as a whole. Single fields are gated in the schema.
inline constexpr int kVersionRawIds = 201;     // message ids become four raw bytes, bodies may be protobuf
inline constexpr int kProtobufIdOffset = 200;  // wire id of a protobuf body = message id + 200

// The oldest version we accept (gateways of 2023) and the newest that is known (API 10.50); see docs/adr/0004.
inline constexpr int kMinServerVersion = 176;
inline constexpr int kMaxServerVersion = 226;

// Official clients refuse larger payloads.
inline constexpr std::uint32_t kFrameSizeMax = 0xFFFFFF;

enum class Direction : std::uint8_t { client_to_gateway, gateway_to_client };

// What the schema says of a message.
struct MessageInfo {
  int id = 0;  // without the protobuf offset
  Direction direction{};
  const char* name = "";   // the message's name in this library
  const char* api = "";    // the name users of IB's API know
  int protobuf_since = 0;  // first server version that carries it as protobuf; 0: never
  int since = 0;           // first server version that has it at all
  bool has_text = true;    // false: protobuf is its only form
};

// Why bytes could not be read as a message. All is null when they could.
struct DecodeFault {
  const char* message = nullptr;
  const char* field = nullptr;
  std::size_t offset = 0;  // in the message's body
  const char* what = nullptr;

  [[nodiscard]] bool failed() const { return what != nullptr; }
  [[nodiscard]] std::string text() const;
};

// The payload of one frame, taken apart. The views live as long as the bytes.
struct FrameView {
  int id = 0;  // without the protobuf offset
  bool is_protobuf = false;
  Bytes body;
  const char* fault = nullptr;  // not null when there is no readable id
};
namespace detail {
[[nodiscard]] FrameView parse_raw_id(Bytes payload);
[[nodiscard]] FrameView parse_odd_id(Bytes payload);
}  // namespace detail
// `payload` must be followed by 16 readable bytes (ByteQueue guarantees them).
[[nodiscard]] inline FrameView parse_frame(Bytes payload, int server_version) {
  if (server_version >= kVersionRawIds) return detail::parse_raw_id(payload);
  if (payload.size() < 2) [[unlikely]]
    return detail::parse_odd_id(payload);
  const auto* text = reinterpret_cast<const char*>(payload.data());
  const auto digit = [&](std::size_t at) { return static_cast<unsigned char>(text[at]) - unsigned{'0'}; };
  // Ids have one to three digits, mostly two.
  unsigned id = digit(0);
  std::size_t end = 1;
  if (text[1] != '\0') {
    if (digit(1) > 9) [[unlikely]]
      return detail::parse_odd_id(payload);
    id = id * 10 + digit(1);
    end = text[2] == '\0' ? 2 : 3;
    if (end == 3) id = id * 10 + digit(2);
  }
  if (digit(0) > 9 || digit(end - 1) > 9 || end >= payload.size() || text[end] != '\0') [[unlikely]]
    return detail::parse_odd_id(payload);
  return {.id = static_cast<int>(id), .body = payload.subspan(end + 1)};
}

// Text as a gateway sends it has \uXXXX for characters outside ASCII from 153 on. The UTF-8 it stands for; malformed
// escapes stay as they are.
[[nodiscard]] std::string unescaped(std::string_view text);

}  // namespace tradewind::tws
