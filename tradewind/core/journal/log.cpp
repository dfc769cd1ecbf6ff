#include "tradewind/core/journal/log.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/journal/internal/record_bytes.hpp"

#include <cstring>
#include <variant>

namespace tradewind::journal {

Log::Log(const JournalId& journal_id, Options options) : journal_id_{journal_id}, options_{options} {
  TW_CHECK(journal_id.view().size() == JournalId::capacity());
  TW_CHECK(options.segment_bytes <= kSegmentBytesMax / 2);
}

Log Log::begin(const Genesis& genesis, Now now, Options options) {
  Log log{genesis.journal_id, options};
  log.segment_ = 1;
  log.segment_bytes_ = kMagic.size();
  log.encode(Genesis::kKind.number, &genesis, now, model::Seq{0});
  return log;
}

Log Log::resume(const Recovered& recovered, Now now, Options options) {
  TW_CHECK(recovered.genesis.has_value());
  Log log{recovered.genesis->journal_id, options};
  log.last_ = recovered.last;
  log.segment_ = recovered.segment;
  log.open_segment({.journal_id = log.journal_id_,
                    .index = recovered.segment + 1,
                    .predecessor_bytes = recovered.segment_bytes,
                    .torn_bytes = recovered.torn_bytes,
                    .torn_hash = recovered.torn_hash},
                   now);
  return log;
}

void Log::open_segment(const SegmentStarted& started, Now now) {
  segment_ = started.index;
  segment_bytes_ = kMagic.size();
  encode(SegmentStarted::kKind.number, &started, now, model::Seq{0});
}

model::Seq Log::append(const Record& record, Now now, model::Seq causation) {
  return std::visit(
      [&]<class T>(const T& value) {
        TW_CHECK(!ChainRecord<T>);
        return append(T::kKind.number, &value, now, causation);
      },
      record);
}

model::Seq Log::append(std::uint16_t kind, const void* record, Now now, model::Seq causation) {
  TW_CHECK(!has_ended_);
  if (segment_bytes_ >= options_.segment_bytes) [[unlikely]] {
    const SegmentEnded ended{SegmentEnd::rolled};
    encode(SegmentEnded::kKind.number, &ended, now, model::Seq{0});
    open_segment({.journal_id = journal_id_,
                  .index = segment_ + 1,
                  .predecessor_bytes = segment_bytes_,
                  .torn_bytes = 0,
                  .torn_hash = {}},
                 now);
  }
  encode(kind, record, now, causation);
  return last_;
}

void Log::end(Now now) {
  TW_CHECK(!has_ended_);
  const SegmentEnded ended{SegmentEnd::closed};
  encode(SegmentEnded::kKind.number, &ended, now, model::Seq{0});
  has_ended_ = true;
}

void Log::encode(std::uint16_t kind, const void* record, Now now, model::Seq causation) {
  const std::size_t before = out_.size();
  last_ = model::Seq{last_.value() + 1};
  std::byte* const envelope = out_.prepare(kPayloadAt);
  store(envelope + kSeqAt, last_.value());
  std::memset(envelope + kPrevHashAt, 0, kHashBytes);
  store(envelope + kUtcAt, now.utc.ns());
  store(envelope + kMonoAt, now.mono.ns());
  store(envelope + kKindAt, kind);
  store(envelope + kSchemaAt, kSchema);
  store(envelope + kCausationAt, causation.value());
  out_.commit(kPayloadAt);
  detail::encode_payload(kind, record, out_);
  std::memset(out_.prepare(kHashBytes), 0, kHashBytes);
  out_.commit(kHashBytes);

  const std::size_t size = out_.size() - before;
  TW_CHECK(size <= kRecordBytesMax);
  // Only now is the record's place in the queue final.
  std::byte* const first = out_.prepare(0) - size;
  store(first, static_cast<std::uint32_t>(size - kLengthBytes - kHashBytes));
  segment_bytes_ += size;
}

}  // namespace tradewind::journal
