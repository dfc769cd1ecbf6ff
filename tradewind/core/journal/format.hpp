#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/inline_text.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tradewind::journal {

// The bytes of a segment file, described in docs/adr/0005-journal.md. All of this is stored: a change of any number
// here is a new format with a new magic.

inline constexpr std::string_view kMagic = "TWJRNL01";  // the first eight bytes of every segment
inline constexpr std::uint16_t kFormatVersion = 1;

inline constexpr std::size_t kLengthBytes = 4;     // u32: envelope and payload
inline constexpr std::size_t kEnvelopeBytes = 68;  // between the length and the payload
inline constexpr std::size_t kHashBytes = 32;      // behind the payload
inline constexpr std::size_t kFramingBytes = kLengthBytes + kEnvelopeBytes + kHashBytes;

// Offsets in a record, from the first byte of its length. Integers are little-endian.
inline constexpr std::size_t kSeqAt = 4;
inline constexpr std::size_t kPrevHashAt = 12;
inline constexpr std::size_t kUtcAt = 44;
inline constexpr std::size_t kMonoAt = 52;
inline constexpr std::size_t kKindAt = 60;
inline constexpr std::size_t kSchemaAt = 62;
inline constexpr std::size_t kCausationAt = 64;
inline constexpr std::size_t kPayloadAt = 72;

// The largest record, framing included. A length above it is damage, and is never allocated.
inline constexpr std::size_t kRecordBytesMax = 4U << 20;
// The largest segment file a writer of ours can make; a larger one is not ours.
inline constexpr std::uint64_t kSegmentBytesMax = 1U << 30;

// The random name of a journal: 12 characters 0-9 A-Z. Part of every order reference.
using JournalId = InlineText<12>;
// From 64 random bits, which the caller supplies.
[[nodiscard]] JournalId journal_id_from(std::uint64_t random);

struct Envelope {
  model::Seq seq{0};
  Hash256 prev_hash{};
  Timestamp utc;
  MonoTime mono;
  std::uint16_t kind = 0;
  std::uint16_t schema = 0;
  model::Seq causation{0};  // the record that led to this one; 0 is none
};

// A record as it lies in a segment. The payload is a view, valid as long as the bytes it was read from.
struct StoredRecord {
  Envelope envelope;
  Bytes payload;
  Hash256 hash{};
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;  // of the record's first byte in its segment
};

// The hash of a record: SHA-256 over 0x00, "aud1", and the record from its length to the end of its payload.
[[nodiscard]] Hash256 record_hash(Bytes length_to_payload);

}  // namespace tradewind::journal
