#include "tradewind/core/journal/verify.hpp"

#include "tradewind/core/journal/internal/walk.hpp"

#include <fmt/format.h>

#include <utility>

namespace tradewind::journal {

std::string text_of(const Finding& finding) {
  return fmt::format("{} ({}) at record {}, {} offset {}: {}", finding.what, static_cast<int>(finding.what),
                     finding.seq, finding.file, finding.offset, finding.detail);
}

Result<Verification> verify(const Directory& directory) {
  const Listing listing = TW_TRY(list_segments(directory));
  Verification verification;
  if (listing.segments.empty()) {
    verification.finding = Finding{FindingClass::missing_segment, model::Seq{1}, segment_name(1, SegmentSuffix::closed),
                                   0, "there is no journal"};
    return verification;
  }
  if (!listing.broken_at || *listing.broken_at > 0) {
    const Opener first = TW_TRY(read_opener(directory, listing.segments.front()));
    if (first.genesis) verification.journal_id = first.genesis->journal_id;
  }
  Walked walked = TW_TRY(walk(directory, listing, 0, {}));
  verification.finding = std::move(walked.finding);
  verification.records = walked.records;
  verification.segments = walked.segments;
  verification.last = walked.last;
  verification.head = walked.head;
  verification.torn_bytes = walked.torn_bytes;
  verification.is_closed = walked.is_closed;
  return verification;
}

}  // namespace tradewind::journal
