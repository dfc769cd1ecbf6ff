#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace tradewind::tws {

// One thing that happened on the wire.
struct WireEntry {
  enum class Kind : std::uint8_t {
    begin = 1,     // of a file; data: kRecordingFormat
    opened = 2,    // a connection
    received = 3,  // data: bytes from the gateway
    sent = 4,      // data: bytes to the gateway
    closed = 5,    // data: the reason, for people
    dropped = 6,   // entries that could not be kept; data: a text with their number and size
  };
  Kind kind{};
  Now time;
  std::uint32_t connection = 0;  // 1 for the first
  Bytes data;
};

inline constexpr std::string_view kRecordingFormat = "tradewind wire recording 1";
inline constexpr std::size_t kWireEntryMax = std::size_t{1} << 24U;  // of data

void append(ByteQueue& out, const WireEntry& entry);

// Cuts entries out of a stream that comes in any pieces.
class RecordingReader {
 public:
  void feed(Bytes bytes) { buffer_.append(bytes); }
  // The next entry; nothing when more bytes are needed. Its data are valid until the next call. `corrupt`: what follows is
  // no entry, with the offset in the stream; nothing after it can be read.
  [[nodiscard]] Result<std::optional<WireEntry>> next();
  // Bytes that are no whole entry yet; at the end of a file, what a killed process left of its last one.
  [[nodiscard]] std::size_t pending() const { return buffer_.size(); }
  // The rest of a torn file is forgotten: another file follows.
  void skip_rest() { buffer_.clear(); }

 private:
  ByteQueue buffer_;
  std::uint64_t offset_ = 0;
};

// Who listens to the wire: told on the thread of the connection, in order.
class WireTap {
 public:
  WireTap() = default;
  WireTap(const WireTap&) = delete;
  WireTap& operator=(const WireTap&) = delete;
  virtual ~WireTap() = default;

  virtual void opened(Now now) = 0;
  virtual void received(Bytes bytes, Now now) = 0;
  virtual void sent(Bytes bytes, Now now) = 0;
  virtual void closed(std::string_view reason, Now now) = 0;
};

}  // namespace tradewind::tws

namespace tradewind {
template <>
inline constexpr auto kEnumNames<tws::WireEntry::Kind> =
    std::to_array<std::pair<tws::WireEntry::Kind, std::string_view>>({{tws::WireEntry::Kind::begin, "begin"},
                                                                      {tws::WireEntry::Kind::opened, "opened"},
                                                                      {tws::WireEntry::Kind::received, "received"},
                                                                      {tws::WireEntry::Kind::sent, "sent"},
                                                                      {tws::WireEntry::Kind::closed, "closed"},
                                                                      {tws::WireEntry::Kind::dropped, "dropped"}});
}  // namespace tradewind
