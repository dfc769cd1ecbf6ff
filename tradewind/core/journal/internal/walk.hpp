#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/file.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/core/journal/verify.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The one way through a journal: recovery, reading and verification are all this walk.
namespace tradewind::journal {

enum class SegmentSuffix : std::uint8_t { unfinished, open, closed };  // .new .open .seg
[[nodiscard]] std::string segment_name(std::uint32_t index, SegmentSuffix suffix);
[[nodiscard]] std::string closed_name(std::string_view open_name);

struct SegmentFile {
  std::uint32_t index = 0;
  std::string name;
  bool is_open = false;
};
struct Listing {
  std::vector<SegmentFile> segments;  // by index
  // The first position that does not hold the segment due there: one is missing, or one is there twice.
  std::optional<std::size_t> broken_at;
};
// The segments of a directory; other files are none of ours.
[[nodiscard]] Result<Listing> list_segments(const Directory& directory);

// The first record of a segment, as far as it can be read without trusting it.
struct Opener {
  std::optional<Envelope> envelope;  // when the record is whole
  std::optional<Genesis> genesis;
  std::optional<SegmentStarted> started;
};
[[nodiscard]] Opener opener_of(Bytes file);
[[nodiscard]] Result<Opener> read_opener(const Directory& directory, const SegmentFile& segment);

// How the bytes behind the last whole record came about.
enum class Tail : std::uint8_t {
  torn,     // what a crash leaves of writes that were not synced
  damaged,  // anything else
};
// `file` is the whole segment, `at` the offset behind its last whole record, `head` that record's hash, `expected` the
// number the next one would have. See the .cpp for the rule.
[[nodiscard]] Tail judge_tail(Bytes file, std::size_t at, model::Seq expected, const Hash256& head);

struct Walked {
  std::optional<Finding> finding;
  std::uint64_t records = 0;
  std::uint32_t segments = 0;
  model::Seq last{0};
  Hash256 head{};
  std::uint64_t segment_bytes = 0;  // of the last segment
  std::uint64_t torn_bytes = 0;     // and behind its last whole record
  Hash256 torn_hash{};
  bool is_closed = false;
};
// Walks the segments from position `start` on, checking all; `visit` may be empty. When `start` is not 0 the first
// opener's word is taken for what came before. An error is a failure to read, or the visitor's.
[[nodiscard]] Result<Walked> walk(const Directory& directory, const Listing& listing, std::size_t start,
                                  const Visitor& visit);

}  // namespace tradewind::journal
