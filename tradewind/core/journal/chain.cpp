#include "tradewind/core/journal/chain.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/journal/internal/record_bytes.hpp"
#include "tradewind/core/journal/internal/walk.hpp"

#include <fmt/format.h>

namespace tradewind::journal {
namespace {

// A walk that must find nothing. A part of the chain cannot say which record is at fault when its own beginning is;
// the whole can.
Result<Walked> sound_walk(const Directory& directory, const Listing& listing, std::size_t start, const Visitor& visit) {
  Walked walked = TW_TRY(walk(directory, listing, listing.broken_at ? 0 : start, visit));
  if (walked.finding && start != 0) {
    const Walked whole = TW_TRY(walk(directory, listing, 0, {}));
    if (whole.finding) walked.finding = whole.finding;
  }
  if (walked.finding) return fail(Errc::corrupt, text_of(*walked.finding));
  return walked;
}

// True for the record that says no segment follows.
bool is_clean_end(Bytes record) {
  const Envelope envelope = load_envelope(record.data());
  if (envelope.kind != SegmentEnded::kKind.number) return false;
  const auto decoded =
      decode(envelope.kind, envelope.schema, record.subspan(kPayloadAt, record.size() - kFramingBytes));
  TW_CHECK(decoded.has_value());
  return std::get<SegmentEnded>(*decoded).end == SegmentEnd::closed;
}

}  // namespace

Result<Recovered> recover(const Directory& directory) {
  const Listing listing = TW_TRY(list_segments(directory));
  Recovered found;
  if (listing.segments.empty()) return found;
  const Walked walked = TW_TRY(sound_walk(directory, listing, listing.segments.size() - 1, {}));
  found.genesis = TW_TRY(read_opener(directory, listing.segments.front())).genesis;
  if (!found.genesis) {
    return fail(Errc::corrupt, fmt::format("record 1, {} offset {}: not a readable Genesis record",
                                           listing.segments.front().name, kMagic.size()));
  }
  found.last = walked.last;
  found.head = walked.head;
  found.segment = listing.segments.back().index;
  found.segment_bytes = walked.segment_bytes;
  found.torn_bytes = walked.torn_bytes;
  found.torn_hash = walked.torn_hash;
  for (const SegmentFile& segment : listing.segments) {
    if (segment.is_open) found.open_segments.push_back(segment.name);
  }
  return found;
}

Result<ReadSummary> read(const Directory& directory, model::Seq from, const Visitor& visit) {
  const Listing listing = TW_TRY(list_segments(directory));
  ReadSummary summary;
  if (listing.segments.empty()) return summary;
  // The last segment that begins at `from` or before it.
  std::size_t start = listing.segments.size() - 1;
  for (; start > 0; --start) {
    const Opener opener = TW_TRY(read_opener(directory, listing.segments[start]));
    if (opener.envelope && opener.envelope->seq <= from) break;  // a damaged one is passed by: the walk will say so
  }
  const Walked walked = TW_TRY(sound_walk(directory, listing, start, [&](const StoredRecord& record) -> Result<void> {
    if (record.envelope.seq < from) return {};
    ++summary.records;
    return visit ? visit(record) : Result<void>{};
  }));
  summary.last = walked.last;
  summary.head = walked.head;
  summary.torn_bytes = walked.torn_bytes;
  return summary;
}

SegmentWriter::SegmentWriter(Directory& directory, const Recovered& recovered)
    : directory_{directory},
      segment_{recovered.segment},
      open_segments_{recovered.open_segments},
      last_{recovered.last},
      head_{recovered.head},
      durable_{recovered.last} {}

void SegmentWriter::seal(std::span<std::byte> record) {
  const auto seq = load<std::uint64_t>(record.data() + kSeqAt);
  TW_CHECK(seq == last_.value() + 1);
  journal::store(record.data() + kPrevHashAt, head_);
  head_ = record_hash(record.first(record.size() - kHashBytes));
  journal::store(record.data() + record.size() - kHashBytes, head_);
  last_ = model::Seq{seq};
}

Result<void> SegmentWriter::write_run(Bytes run) {
  if (run.empty()) return {};
  TW_CHECK(file_ != nullptr);
  dirty_ = true;
  return file_->append(run);
}

// The new segment is complete with its first record, and durable, before it gets its name; the old one is renamed after
// that. So a crash leaves either no trace of the new segment or one that vouches for every byte of the old one.
Result<void> SegmentWriter::start_segment(Bytes opener) {
  if (file_ != nullptr) TW_TRY_VOID(file_->sync());
  ++segment_;
  const std::string unfinished = segment_name(segment_, SegmentSuffix::unfinished);
  const std::string open = segment_name(segment_, SegmentSuffix::open);
  file_ = TW_TRY(directory_.create(unfinished));
  std::vector<std::byte> first{as_bytes(kMagic).begin(), as_bytes(kMagic).end()};
  first.insert(first.end(), opener.begin(), opener.end());
  TW_TRY_VOID(file_->append(first));
  TW_TRY_VOID(file_->sync());
  TW_TRY_VOID(directory_.rename(unfinished, open));
  TW_TRY_VOID(directory_.sync());
  TW_TRY_VOID(close_old_segments());
  open_segments_.push_back(open);
  dirty_ = false;
  durable_ = last_;
  return {};
}

Result<void> SegmentWriter::close_old_segments() {
  if (open_segments_.empty()) return {};
  for (const std::string& name : open_segments_) TW_TRY_VOID(directory_.rename(name, closed_name(name)));
  open_segments_.clear();
  return directory_.sync();
}

Result<void> SegmentWriter::store(std::span<std::byte> records) {
  std::size_t run = 0;  // first byte not yet given to the file
  std::size_t at = 0;
  while (at < records.size()) {
    const auto size = claimed_size(records.subspan(at));
    TW_CHECK(size.has_value() && *size <= records.size() - at);
    const auto kind = load<std::uint16_t>(records.data() + at + kKindAt);
    const bool opens = kind == Genesis::kKind.number || kind == SegmentStarted::kKind.number;
    if (opens) TW_TRY_VOID(write_run(records.subspan(run, at - run)));
    seal(records.subspan(at, *size));
    is_closed_ = is_clean_end(records.subspan(at, *size));
    if (opens) {
      TW_TRY_VOID(start_segment(records.subspan(at, *size)));
      run = at + *size;
    }
    at += *size;
  }
  return write_run(records.subspan(run));
}

Result<void> SegmentWriter::append(std::span<std::byte> records) {
  if (error_) return std::unexpected{*error_};
  auto stored = store(records);
  if (!stored) error_ = stored.error();
  return stored;
}

Result<void> SegmentWriter::sync() {
  if (error_) return std::unexpected{*error_};
  if (!dirty_) return {};
  auto synced = file_->sync();
  if (!synced) {
    error_ = synced.error();
    return synced;
  }
  dirty_ = false;
  durable_ = last_;
  if (!is_closed_) return {};
  file_.reset();
  auto closed = close_old_segments();
  if (!closed) error_ = closed.error();
  return closed;
}

}  // namespace tradewind::journal
