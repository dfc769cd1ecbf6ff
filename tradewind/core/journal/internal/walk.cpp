#include "tradewind/core/journal/internal/walk.hpp"

#include "tradewind/core/journal/internal/cbor.hpp"
#include "tradewind/core/journal/internal/record_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <tuple>
#include <utility>

namespace tradewind::journal {
namespace {

constexpr std::size_t kSectorBytes = 512;
constexpr std::size_t kOpenerBytesMax = 64U << 10;  // far above any Genesis or SegmentStarted
constexpr Hash256 kNoHash{};

std::string_view suffix_text(SegmentSuffix suffix) {
  switch (suffix) {
    case SegmentSuffix::unfinished:
      return ".new";
    case SegmentSuffix::open:
      return ".open";
    case SegmentSuffix::closed:
      return ".seg";
  }
  return "";
}

std::optional<SegmentFile> parse_name(const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string_view suffix = std::string_view{name}.substr(dot);
  const bool is_open = suffix == suffix_text(SegmentSuffix::open);
  if (!is_open && suffix != suffix_text(SegmentSuffix::closed)) return std::nullopt;
  std::uint32_t index = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + dot, index);
  if (error != std::errc{} || stop != name.data() + dot || index == 0) return std::nullopt;
  if (segment_name(index, is_open ? SegmentSuffix::open : SegmentSuffix::closed) != name) return std::nullopt;
  return SegmentFile{index, name, is_open};
}

// Reads up to `limit` bytes of a segment. A writer may have renamed it since it was listed.
Result<void> load(const Directory& directory, const SegmentFile& segment, std::uint64_t limit, ByteQueue& into) {
  std::string name = segment.name;
  auto size = directory.size(name);
  if (!size && size.error().code == Errc::not_found && segment.is_open) {
    name = closed_name(name);
    size = directory.size(name);
  }
  if (!size) return std::unexpected{size.error()};
  const auto wanted = static_cast<std::size_t>(std::min(*size, limit));
  into.clear();
  std::byte* const to = into.prepare(wanted);
  auto got = directory.read(name, 0, {to, wanted});
  if (!got && got.error().code == Errc::not_found && segment.is_open)
    got = directory.read(closed_name(name), 0, {to, wanted});
  if (!got) return std::unexpected{got.error()};
  into.commit(*got);
  return {};
}

bool has_magic(Bytes file) { return file.size() >= kMagic.size() && as_text(file.first(kMagic.size())) == kMagic; }

bool all_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

// A sector that a power cut kept from being written reads as zeros, or, where it begins in what was written before, as
// zeros behind that. True when the bytes [at, at + extent) touch one.
bool touches_lost_sector(Bytes file, std::size_t at, std::size_t extent) {
  for (std::size_t sector = at / kSectorBytes * kSectorBytes; sector < at + extent; sector += kSectorBytes) {
    const std::size_t from = std::max(sector, at);
    const std::size_t to = std::min(sector + kSectorBytes, file.size());
    if (all_zero(file.subspan(from, to - from))) return true;
  }
  return false;
}

bool begins_with(Bytes bytes, Bytes prefix_of) {
  const std::size_t size = std::min(bytes.size(), prefix_of.size());
  return std::memcmp(bytes.data(), prefix_of.data(), size) == 0;
}

// True when `rest` can be the front of the record that was due: its number and predecessor are right as far as they are
// there, and its payload is cut off, not ended somewhere else than the length says.
bool is_front_of_record(Bytes rest, std::size_t size, model::Seq expected, const Hash256& head) {
  std::array<std::byte, kUtcAt - kSeqAt> due{};
  store(due.data(), expected.value());
  store(due.data() + sizeof(std::uint64_t), head);
  if (rest.size() > kSeqAt && !begins_with(rest.subspan(kSeqAt), due)) return false;
  if (rest.size() <= kPayloadAt) return true;
  const std::size_t payload_size = size - kFramingBytes;
  const Bytes payload = rest.subspan(kPayloadAt, std::min(rest.size() - kPayloadAt, payload_size));
  std::size_t used = 0;
  switch (cbor::skip_item(payload, used)) {
    case cbor::Extent::complete:
      return used == payload_size;
    case cbor::Extent::truncated:
      return payload.size() < payload_size;
    case cbor::Extent::malformed:
      return false;
  }
  return false;
}

class Walker {
 public:
  Walker(const Directory& directory, const Listing& listing, std::size_t start, const Visitor& visit)
      : directory_{directory}, listing_{listing}, visit_{visit}, trusts_opener_{start != 0} {}

  // For a walk that does not begin with it.
  void expect_journal(const Opener& first) {
    if (first.genesis) journal_id_ = first.genesis->journal_id;
  }

  Result<void> take(std::size_t position) {
    const SegmentFile& segment = listing_.segments[position];
    TW_TRY_VOID(load(directory_, segment, kSegmentBytesMax + 1, buffer_));
    const Bytes file = buffer_.contents();
    ++walked_.segments;
    walked_.segment_bytes = file.size();
    if (file.size() > kSegmentBytesMax) {
      report(FindingClass::hash_mismatch, segment, kSegmentBytesMax, "larger than any segment of ours");
      return {};
    }
    if (!has_magic(file)) {
      report(FindingClass::hash_mismatch, segment, 0, "does not begin with the magic of a segment");
      return {};
    }
    std::size_t at = kMagic.size();
    TW_TRY_VOID(records(segment, file, at));
    return walked_.finding ? Result<void>{} : ending(position, file, at);
  }

  // Position `position` of the listing does not hold the segment that is due.
  void broken(std::size_t position) {
    const SegmentFile& there = listing_.segments[position];
    const auto due = static_cast<std::uint32_t>(position + 1);
    if (there.index < due) {
      report(FindingClass::duplicate, there, 0, "the segment is there twice");
    } else {
      missing(due);
    }
  }
  void missing(std::uint32_t index) {
    walked_.finding = Finding{FindingClass::missing_segment, next(), segment_name(index, SegmentSuffix::closed), 0,
                              "there is no such segment"};
  }

  Walked walked_;

 private:
  [[nodiscard]] model::Seq next() const { return model::Seq{walked_.last.value() + 1}; }

  void report(FindingClass what, const SegmentFile& segment, std::size_t offset, std::string detail) {
    walked_.finding = Finding{what, next(), segment.name, offset, std::move(detail)};
  }

  // Takes whole records from `at` on; leaves `at` behind the last one.
  Result<void> records(const SegmentFile& segment, Bytes file, std::size_t& at) {
    end_.reset();
    while (at < file.size()) {
      auto record = whole_record(file.subspan(at));
      if (!record) break;
      record->segment = segment.index;
      record->offset = at;
      const bool fits = at == kMagic.size() ? opener_fits(segment, file) : follows(segment, *record);
      if (!fits) return {};
      walked_.last = record->envelope.seq;
      walked_.head = record->hash;
      ++walked_.records;
      if (visit_) TW_TRY_VOID(visit_(*record));
      at += size_of(*record);
    }
    if (at == file.size() && at == kMagic.size()) {
      report(FindingClass::gap_or_order, segment, at, "there is no record in it");
    } else if (at == kMagic.size()) {
      report(FindingClass::hash_mismatch, segment, at, "its first record is not whole");
    }
    return {};
  }

  // Number and predecessor of any record.
  bool is_next(const SegmentFile& segment, const Envelope& envelope, std::size_t at) {
    if (envelope.seq < next()) {
      report(FindingClass::duplicate, segment, at, fmt::format("record {} comes again", envelope.seq));
      walked_.finding->seq = envelope.seq;
    } else if (envelope.seq > next()) {
      report(FindingClass::gap_or_order, segment, at, fmt::format("record {} stands in its place", envelope.seq));
    } else if (envelope.prev_hash != walked_.head) {
      report(FindingClass::hash_mismatch, segment, at, "does not carry the hash of its predecessor");
    }
    return !walked_.finding;
  }

  bool follows(const SegmentFile& segment, const StoredRecord& record) {
    const Envelope& envelope = record.envelope;
    const auto at = static_cast<std::size_t>(record.offset);
    if (!is_next(segment, envelope, at)) return false;
    if (end_) {
      report(FindingClass::gap_or_order, segment, at, "stands behind the end of its segment");
      return false;
    }
    if (envelope.kind == Genesis::kKind.number || envelope.kind == SegmentStarted::kKind.number) {
      report(FindingClass::gap_or_order, segment, at,
             fmt::format("{} in the middle of a segment", kind_name(envelope.kind)));
      return false;
    }
    if (envelope.kind == SegmentEnded::kKind.number) {
      const auto decoded = decode(record);
      if (!decoded) {
        report(FindingClass::gap_or_order, segment, at, decoded.error().detail);
        return false;
      }
      end_ = std::get<SegmentEnded>(*decoded).end;
    }
    return true;
  }

  bool opener_fits(const SegmentFile& segment, Bytes file) {
    const std::size_t at = kMagic.size();
    const Opener opener = opener_of(file);
    const Envelope& envelope = *opener.envelope;
    const JournalId* id = opener.genesis   ? &opener.genesis->journal_id
                          : opener.started ? &opener.started->journal_id
                                           : nullptr;
    if (id != nullptr && journal_id_ && *id != *journal_id_) {
      report(FindingClass::binding, segment, at,
             fmt::format("belongs to journal {}, not to {}", id->view(), journal_id_->view()));
      return false;
    }
    if (trusts_opener_) {
      trusts_opener_ = false;
      walked_.last = model::Seq{envelope.seq.value() - 1};
      walked_.head = envelope.prev_hash;
    } else if (!is_next(segment, envelope, at)) {
      return false;
    } else if (opener.started && !vouches_for_predecessor(*opener.started)) {
      report(FindingClass::hash_mismatch, previous_ == nullptr ? segment : *previous_, previous_bytes_,
             "its length is not what the next segment recorded");
      return false;
    }
    const bool is_due =
        segment.index == 1 ? opener.genesis.has_value() : opener.started && opener.started->index == segment.index;
    if (!is_due) {
      report(FindingClass::gap_or_order, segment, at, "does not begin with the record that opens this segment");
      return false;
    }
    journal_id_ = *id;
    return true;
  }

  bool vouches_for_predecessor(const SegmentStarted& started) const {
    return started.predecessor_bytes == previous_bytes_ && started.torn_bytes == walked_.torn_bytes &&
           started.torn_hash == walked_.torn_hash;
  }

  // What lies behind the last whole record, and whether the segment may end like this.
  Result<void> ending(std::size_t position, Bytes file, std::size_t at) {
    const SegmentFile& segment = listing_.segments[position];
    const Bytes tail = file.subspan(at);
    walked_.torn_bytes = tail.size();
    walked_.torn_hash = tail.empty() ? kNoHash : sha256(tail);
    walked_.is_closed = !segment.is_open;
    previous_ = &segment;
    previous_bytes_ = file.size();
    if (listing_.broken_at == position + 1) return {};
    const bool is_last = position + 1 == listing_.segments.size();
    bool is_sound = true;
    if (is_last && segment.is_open) {
      is_sound = tail.empty() || judge_tail(file, at, next(), walked_.head) == Tail::torn;
    } else if (is_last) {
      is_sound = tail.empty();
      if (is_sound && !end_) {
        report(FindingClass::gap_or_order, segment, at, "the segment is closed, and its end is not there");
      } else if (is_sound && *end_ == SegmentEnd::rolled) {
        missing(segment.index + 1);
      }
    } else if (!tail.empty()) {
      const Opener opener = TW_TRY(read_opener(directory_, listing_.segments[position + 1]));
      const bool is_genuine =
          opener.started && journal_id_ == opener.started->journal_id && opener.started->index == segment.index + 1;
      // A successor that is itself wrong says nothing about this tail, and gets its own finding.
      is_sound = is_genuine ? vouches_for_predecessor(*opener.started)
                            : judge_tail(file, at, next(), walked_.head) == Tail::torn;
    }
    if (!is_sound) report(FindingClass::hash_mismatch, segment, at, "the bytes are not what was hashed");
    return {};
  }

  const Directory& directory_;
  const Listing& listing_;
  const Visitor& visit_;
  bool trusts_opener_;
  ByteQueue buffer_;  // the segment being walked
  std::optional<JournalId> journal_id_;
  std::optional<SegmentEnd> end_;  // of the segment being walked
  const SegmentFile* previous_ = nullptr;
  std::uint64_t previous_bytes_ = 0;
};

}  // namespace

std::string segment_name(std::uint32_t index, SegmentSuffix suffix) {
  return fmt::format("{:06}{}", index, suffix_text(suffix));
}

std::string closed_name(std::string_view open_name) {
  return fmt::format("{}{}", open_name.substr(0, open_name.find('.')), suffix_text(SegmentSuffix::closed));
}

Result<Listing> list_segments(const Directory& directory) {
  Listing listing;
  // A directory that is listed while a writer renames a file may show it under both names or under none.
  for (int attempt = 0; attempt < 3; ++attempt) {
    listing = Listing{};
    const std::vector<std::string> names = TW_TRY(directory.list());
    for (const std::string& name : names) {
      if (auto segment = parse_name(name)) listing.segments.push_back(*std::move(segment));
    }
    std::ranges::sort(listing.segments, {},
                      [](const SegmentFile& segment) { return std::tie(segment.index, segment.name); });
    for (std::size_t i = 0; i < listing.segments.size() && !listing.broken_at; ++i) {
      if (listing.segments[i].index != i + 1) listing.broken_at = i;
    }
    if (!listing.broken_at) break;
  }
  return listing;
}

Opener opener_of(Bytes file) {
  Opener opener;
  if (!has_magic(file)) return opener;
  const auto record = whole_record(file.subspan(kMagic.size()));
  if (!record) return opener;
  opener.envelope = record->envelope;
  if (auto decoded = decode(*record)) {
    if (const auto* genesis = std::get_if<Genesis>(&*decoded)) opener.genesis = *genesis;
    if (const auto* started = std::get_if<SegmentStarted>(&*decoded)) opener.started = *started;
  }
  return opener;
}

Result<Opener> read_opener(const Directory& directory, const SegmentFile& segment) {
  ByteQueue buffer;
  TW_TRY_VOID(load(directory, segment, kOpenerBytesMax, buffer));
  return opener_of(buffer.contents());
}

// Only bytes that were never synced can be torn, and those are at the end of the last, open segment. A crash leaves a
// part of them: the file may end early, and where a power cut had sectors written out of order, some read as zeros. So
// the tail is torn when the first record that is not whole touches such a sector, or when the file ends inside it and
// everything before is as it must be. A record that is there in full and has another hash is damage, as is a length
// that its own payload contradicts: the two things a flipped bit can do.
Tail judge_tail(Bytes file, std::size_t at, model::Seq expected, const Hash256& head) {
  const Bytes rest = file.subspan(at);
  const auto size = claimed_size(rest);
  const std::size_t extent = std::min(size.value_or(kLengthBytes), rest.size());
  if (touches_lost_sector(file, at, extent)) return Tail::torn;
  if (!size) return rest.size() < kLengthBytes ? Tail::torn : Tail::damaged;
  if (*size <= rest.size()) return Tail::damaged;
  return is_front_of_record(rest, *size, expected, head) ? Tail::torn : Tail::damaged;
}

Result<Walked> walk(const Directory& directory, const Listing& listing, std::size_t start, const Visitor& visit) {
  Walker walker{directory, listing, start, visit};
  if (start != 0) walker.expect_journal(TW_TRY(read_opener(directory, listing.segments.front())));
  for (std::size_t position = start; position < listing.segments.size() && !walker.walked_.finding; ++position) {
    if (listing.broken_at == position) {
      walker.broken(position);
    } else {
      TW_TRY_VOID(walker.take(position));
    }
  }
  return std::move(walker.walked_);
}

}  // namespace tradewind::journal
