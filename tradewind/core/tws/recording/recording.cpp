#include "tradewind/core/tws/recording/recording.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tradewind::tws {
namespace {

constexpr std::size_t kHead = 1 + 8 + 8 + 4;  // kind, times, connection

void store_be64(std::byte* to, std::int64_t value) {
  store_be32(to, static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32U));
  store_be32(to + 4, static_cast<std::uint32_t>(value));
}

std::int64_t load_be64(const std::byte* from) {
  return static_cast<std::int64_t>((std::uint64_t{load_be32(from)} << 32U) | load_be32(from + 4));
}

std::uint32_t checksum(Bytes bytes) {
  Digest64 digest;
  digest.mix(std::uint64_t{bytes.size()});
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min<std::size_t>(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), size);
    digest.mix(word);
    bytes = bytes.subspan(size);
  }
  return static_cast<std::uint32_t>(digest.value());
}

}  // namespace

void append(ByteQueue& out, const WireEntry& entry) {
  TW_CHECK(entry.data.size() <= kWireEntryMax);
  const std::size_t size = kHead + entry.data.size();
  std::byte* const at = out.prepare(4 + size + 4);
  store_be32(at, static_cast<std::uint32_t>(size));
  at[4] = static_cast<std::byte>(entry.kind);
  store_be64(at + 5, entry.time.utc.ns());
  store_be64(at + 13, entry.time.mono.ns());
  store_be32(at + 21, entry.connection);
  if (!entry.data.empty()) std::memcpy(at + 4 + kHead, entry.data.data(), entry.data.size());
  store_be32(at + 4 + size, checksum({at + 4, size}));
  out.commit(4 + size + 4);
}

Result<std::optional<WireEntry>> RecordingReader::next() {
  const Bytes waiting = buffer_.contents();
  if (waiting.size() < 4) return std::optional<WireEntry>{};
  const std::size_t size = load_be32(waiting.data());
  if (size < kHead || size > kHead + kWireEntryMax)
    return fail(Errc::corrupt,
                fmt::format("at byte {} of the recording: an entry cannot have {} bytes", offset_, size));
  if (waiting.size() < 4 + size + 4) return std::optional<WireEntry>{};
  const Bytes body = waiting.subspan(4, size);
  if (load_be32(waiting.data() + 4 + size) != checksum(body))
    return fail(Errc::corrupt, fmt::format("at byte {} of the recording: the entry is not as it was written", offset_));
  const auto kind = std::to_integer<std::uint8_t>(body[0]);
  if (kind < 1 || kind > 6)
    return fail(Errc::unsupported,
                fmt::format("at byte {} of the recording: an entry of unknown kind {}", offset_, kind));
  WireEntry entry;
  entry.kind = static_cast<WireEntry::Kind>(kind);
  entry.time = {Timestamp::from_ns(load_be64(&body[1])), MonoTime::from_ns(load_be64(&body[9]))};
  entry.connection = load_be32(&body[17]);
  entry.data = body.subspan(kHead);
  if (entry.kind == WireEntry::Kind::begin && as_text(entry.data) != kRecordingFormat) {
    return fail(Errc::unsupported,
                fmt::format("the recording is of another format ('{}'): use the program that made it",
                            as_text(entry.data).substr(0, 64)));
  }
  offset_ += 4 + size + 4;
  buffer_.consume(4 + size + 4);  // moves an offset; the bytes stay until the next feed
  return entry;
}

}  // namespace tradewind::tws
