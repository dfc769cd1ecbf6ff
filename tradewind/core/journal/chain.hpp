#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/journal/file.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/core/model/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tradewind::journal {

// --- Reading ---

// What a journal directory holds when nobody writes to it: the place from which a `Log` and a `SegmentWriter` go on.
struct Recovered {
  std::optional<Genesis> genesis;  // empty: there is no journal yet
  model::Seq last{0};
  Hash256 head{};                          // hash of the last record
  std::uint32_t segment = 0;               // index of the last segment
  std::uint64_t segment_bytes = 0;         // its length
  std::uint64_t torn_bytes = 0;            // of these, what a crash left behind its last whole record
  Hash256 torn_hash{};                     // SHA-256 of those; zero when there are none
  std::vector<std::string> open_segments;  // files to be renamed once the next segment is durable
};

// Finds that place. Changes nothing, so it can be interrupted and repeated. Checks the last segment; `read` checks all.
// Errc::corrupt, naming segment, record and offset, when the last segment is damaged in a way a crash does not explain.
[[nodiscard]] Result<Recovered> recover(const Directory& directory);

struct ReadSummary {
  std::uint64_t records = 0;  // visited
  model::Seq last{0};
  Hash256 head{};
  std::uint64_t torn_bytes = 0;
};
// An error it returns ends the reading and is passed on. May be empty.
using Visitor = std::function<Result<void>(const StoredRecord&)>;
// Visits every record from number `from` on, in order, the chain's own ones included, checking the chain on the way
// (from the segment that holds `from`). A torn tail of the last open segment is its end; any other damage is
// Errc::corrupt. A writer may be appending meanwhile.
[[nodiscard]] Result<ReadSummary> read(const Directory& directory, model::Seq from, const Visitor& visit);

// --- Writing ---

// Takes records as `Log` encodes them, fills in their hashes and stores them: the other side of the ring. Starts a new
// file for every Genesis and SegmentStarted, and renames it when its end is known. After an error it is spent: nothing
// more is written, and only a restart finds out what is on the disk.
class SegmentWriter {
 public:
  // The directory outlives the writer, and nobody else writes to it.
  SegmentWriter(Directory& directory, const Recovered& recovered);

  // Whole records, in sequence; their hashes are written into `records`.
  [[nodiscard]] Result<void> append(std::span<std::byte> records);
  // Everything appended is durable on return.
  [[nodiscard]] Result<void> sync();

  [[nodiscard]] model::Seq last() const { return last_; }
  [[nodiscard]] const Hash256& head() const { return head_; }  // of `last`
  [[nodiscard]] model::Seq durable() const { return durable_; }

 private:
  [[nodiscard]] Result<void> store(std::span<std::byte> records);
  [[nodiscard]] Result<void> write_run(Bytes run);
  [[nodiscard]] Result<void> start_segment(Bytes opener);
  [[nodiscard]] Result<void> close_old_segments();
  void seal(std::span<std::byte> record);

  Directory& directory_;
  std::unique_ptr<File> file_;
  std::uint32_t segment_ = 0;
  std::vector<std::string> open_segments_;  // the current one last, when there is one
  model::Seq last_{0};
  Hash256 head_{};
  model::Seq durable_{0};
  bool dirty_ = false;  // something appended is not synced
  bool is_closed_ = false;  // the last record ends the journal's last segment
  std::optional<Error> error_;
};

}  // namespace tradewind::journal
