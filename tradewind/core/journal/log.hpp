#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/core/model/ids.hpp"

#include <cstddef>
#include <cstdint>

namespace tradewind::journal {

// The engine's side of the journal: gives records their numbers and encodes them into a queue of bytes, which the
// driver moves to the writer. Hashes are left open; the writer fills them in, away from the engine's thread. Once the
// queue has grown to what a turn of the loop needs, appending allocates nothing.
//
// It also decides where a segment ends, by the bytes written and nothing else, so that the chain, and with it the head,
// is a function of the records alone: never of batches, commits or threads.
class Log {
 public:
  struct Options {
    // A segment ends with the first record that reaches this length; at most kSegmentBytesMax / 2.
    std::uint64_t segment_bytes = 64U << 20;
  };

  // A new journal. Its first record, number 1, is `genesis`.
  [[nodiscard]] static Log begin(const Genesis& genesis, Now now, Options options);
  // Goes on behind what `recover` found, with a new segment. There must be a journal.
  [[nodiscard]] static Log resume(const Recovered& recovered, Now now, Options options);

  // The number the record got. `causation` is the record that led to this one, 0 for none. A record above
  // kRecordBytesMax is a programmer error: long lists are split over several records.
  template <RecordType T>
  model::Seq append(const T& record, Now now, model::Seq causation) {
    static_assert(!ChainRecord<T>, "the chain's own records are made by the log");
    return append(T::kKind.number, &record, now, causation);
  }
  model::Seq append(const Record& record, Now now, model::Seq causation);
  // The last record: the journal was closed cleanly. Nothing may be appended after it.
  void end(Now now);

  [[nodiscard]] model::Seq last() const { return last_; }
  [[nodiscard]] const JournalId& journal_id() const { return journal_id_; }

  // Whole records that have not been taken yet; valid until the next call that is not const.
  [[nodiscard]] Bytes pending() const { return out_.contents(); }
  void consume(std::size_t bytes) { out_.consume(bytes); }

 private:
  Log(const JournalId& journal_id, Options options);
  model::Seq append(std::uint16_t kind, const void* record, Now now, model::Seq causation);
  void encode(std::uint16_t kind, const void* record, Now now, model::Seq causation);
  void open_segment(const SegmentStarted& started, Now now);

  JournalId journal_id_;
  Options options_;
  ByteQueue out_;
  model::Seq last_{0};
  std::uint32_t segment_ = 0;
  std::uint64_t segment_bytes_ = 0;  // of the current segment's file
  bool has_ended_ = false;
};

}  // namespace tradewind::journal
