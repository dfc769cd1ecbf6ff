#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/journal/format.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

// The envelope of a record as bytes; nothing outside this file knows how.
namespace tradewind::journal {

static_assert(std::endian::native == std::endian::little, "integers are stored as they lie in memory");

template <class T>
[[nodiscard]] T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T>
void store(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

[[nodiscard]] inline Envelope load_envelope(const std::byte* record) {
  return {.seq = model::Seq{load<std::uint64_t>(record + kSeqAt)},
          .prev_hash = load<Hash256>(record + kPrevHashAt),
          .utc = Timestamp::from_ns(load<std::int64_t>(record + kUtcAt)),
          .mono = MonoTime::from_ns(load<std::int64_t>(record + kMonoAt)),
          .kind = load<std::uint16_t>(record + kKindAt),
          .schema = load<std::uint16_t>(record + kSchemaAt),
          .causation = model::Seq{load<std::uint64_t>(record + kCausationAt)}};
}

// The size a record claims, framing included; empty when there is no length or no record can have it.
[[nodiscard]] inline std::optional<std::size_t> claimed_size(Bytes from_record) {
  if (from_record.size() < kLengthBytes) return std::nullopt;
  const std::size_t length = load<std::uint32_t>(from_record.data());
  if (length < kEnvelopeBytes || length > kRecordBytesMax - kLengthBytes - kHashBytes) return std::nullopt;
  return kLengthBytes + length + kHashBytes;
}

// The record at the front of `from_record`, when it is whole: its length fits and its hash is right.
[[nodiscard]] inline std::optional<StoredRecord> whole_record(Bytes from_record) {
  const auto size = claimed_size(from_record);
  if (!size || *size > from_record.size()) return std::nullopt;
  const Bytes hashed = from_record.first(*size - kHashBytes);
  StoredRecord record;
  record.hash = record_hash(hashed);
  if (std::memcmp(record.hash.data(), from_record.data() + hashed.size(), kHashBytes) != 0) return std::nullopt;
  record.envelope = load_envelope(from_record.data());
  record.payload = hashed.subspan(kPayloadAt);
  return record;
}

[[nodiscard]] inline std::size_t size_of(const StoredRecord& record) { return kFramingBytes + record.payload.size(); }

}  // namespace tradewind::journal
