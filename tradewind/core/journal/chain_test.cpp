#include "tradewind/core/journal/chain.hpp"

#include "tests/support/fake_directory.hpp"
#include "tests/support/journal_samples.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/journal/verify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tradewind::journal {
namespace {

using model::Seq;
using testing::at_second;
using testing::FakeDirectory;
using testing::JournalPair;

std::vector<Seq> numbers_read(const Directory& directory, Seq from = Seq{0}) {
  std::vector<Seq> numbers;
  const auto summary = read(directory, from, [&](const StoredRecord& record) -> Result<void> {
    numbers.push_back(record.envelope.seq);
    return {};
  });
  EXPECT_TRUE(summary.has_value()) << summary.error().detail;
  return numbers;
}

// A journal of `records` notices in small segments, everything synced and not closed.
JournalPair small_journal(FakeDirectory& directory, int records, std::uint64_t segment_bytes = 600) {
  JournalPair pair = JournalPair::open(directory, segment_bytes).value();
  for (int i = 0; i < records; ++i) pair.append(Notice{i, "notice"});
  EXPECT_TRUE(pair.write_and_sync().has_value());
  return pair;
}

TEST(Chain, BeginsWithGenesis) {
  FakeDirectory directory;
  JournalPair pair = JournalPair::open(directory).value();
  EXPECT_EQ(pair.log().last(), Seq{1});
  ASSERT_TRUE(pair.write_and_sync().has_value());
  EXPECT_EQ(directory.file_names(), std::vector<std::string>{"000001.open"});
  std::vector<Record> records;
  ASSERT_TRUE(read(directory, Seq{0}, [&](const StoredRecord& record) -> Result<void> {
                records.push_back(decode(record).value());
                EXPECT_EQ(record.offset, kMagic.size());
                EXPECT_EQ(record.envelope.prev_hash, Hash256{});
                EXPECT_EQ(record.envelope.utc, at_second(0).utc);
                EXPECT_EQ(record.envelope.mono, at_second(0).mono);
                return {};
              }).has_value());
  ASSERT_EQ(records.size(), 1U);
  const auto& genesis = std::get<Genesis>(records[0]);
  EXPECT_EQ(genesis.journal_id, testing::a_genesis().journal_id);
  EXPECT_EQ(genesis.mode, model::Mode::sim);
}

TEST(Chain, GivesBackEveryRecordInOrder) {
  FakeDirectory directory;
  JournalPair pair = JournalPair::open(directory).value();
  const Seq intent = pair.log().append(Intent{testing::an_intent(), {}, "why"}, at_second(1), Seq{0});
  pair.log().append(Sent{testing::a_ref(1), model::OrderId{101}}, at_second(2), intent);
  ASSERT_TRUE(pair.write_and_sync().has_value());
  std::vector<StoredRecord> seen;
  std::vector<Record> records;
  ASSERT_TRUE(read(directory, Seq{2}, [&](const StoredRecord& record) -> Result<void> {
                seen.push_back(record);
                records.push_back(decode(record).value());
                return {};
              }).has_value());
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(std::get<Intent>(records[0]).intent, testing::an_intent());
  EXPECT_EQ(seen[1].envelope.causation, intent);
  EXPECT_EQ(seen[1].envelope.prev_hash, seen[0].hash);
  EXPECT_EQ(seen[1].envelope.utc, at_second(2).utc);
  EXPECT_EQ(pair.writer().head(), seen[1].hash);
  EXPECT_EQ(pair.writer().durable(), Seq{3});
}

TEST(Chain, RollsSegmentsAndNumbersGoOn) {
  FakeDirectory directory;
  JournalPair pair = small_journal(directory, 40);
  const auto is_open = [](const std::string& name) { return name.ends_with(".open"); };
  EXPECT_EQ(std::ranges::count_if(directory.file_names(), is_open), 1) << "the one being written";
  ASSERT_TRUE(pair.close().has_value());
  Rng rng{0};
  directory.crash(rng);
  const auto names = directory.file_names();
  ASSERT_GT(names.size(), 4U);
  EXPECT_EQ(std::ranges::count_if(names, is_open), 0) << "the names are durable";
  const auto numbers = numbers_read(directory);
  ASSERT_EQ(numbers.size(), pair.log().last().value());
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], Seq{i + 1});
  const Verification verification = verify(directory).value();
  EXPECT_FALSE(verification.finding.has_value()) << text_of(*verification.finding);
  EXPECT_EQ(verification.records, numbers.size());
  EXPECT_EQ(verification.segments, names.size());
  EXPECT_EQ(verification.head, pair.writer().head());
  EXPECT_TRUE(verification.is_closed);
}

TEST(Chain, ReadsFromAnyRecordOn) {
  FakeDirectory directory;
  JournalPair pair = small_journal(directory, 40);
  const std::uint64_t last = pair.log().last().value();
  for (std::uint64_t from = 0; from <= last + 1; ++from) {
    const auto numbers = numbers_read(directory, Seq{from});
    ASSERT_EQ(numbers.size(), last + 1 - std::max<std::uint64_t>(from, 1)) << from;
    if (!numbers.empty()) {
      EXPECT_EQ(numbers.front(), Seq{std::max<std::uint64_t>(from, 1)});
    }
  }
}

// Goal: the head is a function of the records. Method: the same records, handed over in batches of random size and
// synced at random, must give the same files.
TEST(Chain, IsTheSameHoweverItIsBatched) {
  std::optional<Hash256> head;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Rng rng{seed};
    FakeDirectory directory;
    JournalPair pair = JournalPair::open(directory, 600).value();
    for (int i = 0; i < 40; ++i) {
      pair.append(Notice{i, "notice"});
      const bool written = !rng.one_in(3) || pair.write().has_value();
      const bool synced = !rng.one_in(5) || pair.writer().sync().has_value();
      ASSERT_TRUE(written && synced);
    }
    ASSERT_TRUE(pair.close().has_value());
    if (!head) head = pair.writer().head();
    EXPECT_EQ(pair.writer().head(), *head) << "seed " << seed;
    EXPECT_FALSE(verify(directory)->finding.has_value());
  }
}

TEST(Chain, RecordsAreDurableOnlyAfterSync) {
  FakeDirectory directory;
  JournalPair pair = small_journal(directory, 3, 64U << 20);
  const Seq before = pair.writer().durable();
  pair.append(Notice{});
  ASSERT_TRUE(pair.write().has_value());
  EXPECT_EQ(pair.writer().durable(), before);
  ASSERT_TRUE(pair.writer().sync().has_value());
  EXPECT_EQ(pair.writer().durable(), Seq{before.value() + 1});
}

TEST(Chain, FindsNoJournalInAnEmptyDirectory) {
  FakeDirectory directory;
  directory.put("000001.new", {});
  directory.put("lock", {});
  const Recovered recovered = recover(directory).value();
  EXPECT_FALSE(recovered.genesis.has_value());
  EXPECT_EQ(recovered.last, Seq{0});
  EXPECT_EQ(read(directory, Seq{0}, {})->records, 0U);
}

TEST(Chain, GoesOnWithANewSegmentAfterACleanEnd) {
  FakeDirectory directory;
  JournalPair first = small_journal(directory, 3);
  ASSERT_TRUE(first.close().has_value());
  const std::size_t segments = directory.file_names().size();
  const Recovered recovered = recover(directory).value();
  EXPECT_EQ(recovered.last, first.log().last());
  EXPECT_EQ(recovered.head, first.writer().head());
  EXPECT_EQ(recovered.torn_bytes, 0U);
  EXPECT_TRUE(recovered.open_segments.empty());
  JournalPair second = small_journal(directory, 1);
  EXPECT_EQ(second.log().last(), Seq{first.log().last().value() + 2}) << "its segment's first record, and the notice";
  EXPECT_EQ(directory.file_names().size(), segments + 1);
  EXPECT_FALSE(verify(directory)->finding.has_value());
}

// Goal: a tail cut anywhere is found as one, covered by the next segment, and never in the way. Method: the last
// segment is cut at every byte behind its first record.
TEST(Chain, RecoversFromATornTailAtEveryCutPoint) {
  FakeDirectory whole;
  { JournalPair pair = small_journal(whole, 4, 64U << 20); }
  std::vector<std::uint64_t> ends;  // of each record
  ASSERT_TRUE(read(whole, Seq{0}, [&](const StoredRecord& record) -> Result<void> {
                ends.push_back(record.offset + kFramingBytes + record.payload.size());
                return {};
              }).has_value());
  ASSERT_EQ(ends.back(), whole.file("000001.open").size());
  for (std::size_t cut = ends.front(); cut <= ends.back(); ++cut) {
    SCOPED_TRACE(cut);
    FakeDirectory directory = whole.clone();
    directory.file("000001.open").resize(cut);
    const auto left =
        static_cast<std::size_t>(std::ranges::count_if(ends, [&](std::uint64_t end) { return end <= cut; }));
    const auto recovered = recover(directory);
    ASSERT_TRUE(recovered.has_value()) << recovered.error().detail;
    EXPECT_EQ(recovered->last, Seq{left});
    EXPECT_EQ(recovered->torn_bytes, cut - ends[left - 1]);
    EXPECT_EQ(verify(directory)->torn_bytes, cut - ends[left - 1]);

    JournalPair again = JournalPair::open(directory).value();
    again.append(Notice{99, "after the crash"});
    ASSERT_TRUE(again.close().has_value());
    EXPECT_EQ(directory.file_names(), (std::vector<std::string>{"000001.seg", "000002.seg"}));
    const Verification verification = verify(directory).value();
    ASSERT_FALSE(verification.finding.has_value()) << text_of(*verification.finding);
    EXPECT_EQ(verification.last, Seq{left + 3});
    EXPECT_EQ(numbers_read(directory).size(), left + 3);
  }
}

TEST(Chain, NamesSegmentRecordAndOffsetOfDamage) {
  FakeDirectory directory;
  { JournalPair pair = small_journal(directory, 4, 64U << 20); }
  std::vector<std::uint64_t> starts;
  ASSERT_TRUE(read(directory, Seq{0}, [&](const StoredRecord& record) -> Result<void> {
                starts.push_back(record.offset);
                return {};
              }).has_value());
  directory.file("000001.open")[starts[2] + 80] ^= std::byte{1};
  for (const auto& error :
       {recover(directory).error(), read(directory, Seq{1}, {}).error(), read(directory, Seq{5}, {}).error()}) {
    EXPECT_EQ(error.code, Errc::corrupt);
    EXPECT_NE(error.detail.find(fmt::format("record 3, 000001.open offset {}", starts[2])), std::string::npos)
        << error.detail;
  }
}

// A flipped bit in the segment a crash left open must not pass for a torn tail, or records that were synced would be
// cut away. Method: every bit of the file, the last record included.
TEST(Chain, TakesNoFlippedBitForATornTail) {
  FakeDirectory directory;
  { JournalPair pair = small_journal(directory, 4, 64U << 20); }
  auto& bytes = directory.file("000001.open");
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      bytes[at] ^= static_cast<std::byte>(1U << bit);
      const auto recovered = recover(directory);
      ASSERT_FALSE(recovered.has_value()) << "byte " << at << " bit " << bit;
      EXPECT_EQ(recovered.error().code, Errc::corrupt);
      bytes[at] ^= static_cast<std::byte>(1U << bit);
    }
  }
  EXPECT_TRUE(recover(directory).has_value());
}

TEST(Chain, TakesSectorsLostInAPowerCutForATornTail) {
  FakeDirectory directory;
  { JournalPair pair = small_journal(directory, 30, 64U << 20); }
  auto& bytes = directory.file("000001.open");
  ASSERT_GT(bytes.size(), 2048U);
  const std::vector<std::byte> whole = bytes;
  for (std::size_t sector = 512; sector < bytes.size(); sector += 512) {
    SCOPED_TRACE(sector);
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(sector),
              bytes.begin() + static_cast<std::ptrdiff_t>(std::min(sector + 512, bytes.size())), std::byte{0});
    const auto recovered = recover(directory);
    ASSERT_TRUE(recovered.has_value()) << recovered.error().detail;
    EXPECT_GT(recovered->torn_bytes, 0U);
    EXPECT_LE(bytes.size() - recovered->torn_bytes, sector);
    bytes = whole;
  }
}

TEST(Chain, PassesOnWhatTheVisitorSays) {
  FakeDirectory directory;
  { JournalPair pair = small_journal(directory, 4); }
  const auto summary =
      read(directory, Seq{0}, [](const StoredRecord&) -> Result<void> { return fail(Errc::refused, "enough"); });
  EXPECT_EQ(summary.error().code, Errc::refused);
}

TEST(SegmentWriter, IsSpentAfterAnError) {
  FakeDirectory directory;
  JournalPair pair = small_journal(directory, 2, 64U << 20);
  const Seq durable = pair.writer().durable();
  pair.append(Notice{1, "a"});
  ASSERT_TRUE(pair.write().has_value());
  directory.fail_at(1);
  EXPECT_EQ(pair.writer().sync().error().code, Errc::io);
  const std::uint64_t steps = directory.steps();
  EXPECT_FALSE(pair.writer().sync().has_value()) << "a second sync may lie: it is never tried";
  pair.append(Notice{2, "b"});
  EXPECT_FALSE(pair.write().has_value());
  EXPECT_EQ(directory.steps(), steps);
  EXPECT_EQ(pair.writer().durable(), durable);
}

// Goal: whatever the moment of a crash, and however often, everything that was acknowledged as durable is there
// afterwards, the chain is sound, and the next start works. Method: a script of writes, syncs and rolls is run with the
// process dying at step 1, 2, 3 …; what a power cut leaves is drawn from a seed; the next start dies as well, and so
// on.
class CrashScript {
 public:
  explicit CrashScript(std::uint64_t seed) : rng_{seed} {}

  // One life of the process, dying at `step`. False when it reached its end.
  bool live(std::uint64_t step) {
    directory_.die_at(step);
    const bool died = !run().has_value();
    directory_.crash(rng_);
    return died;
  }
  void check() {
    std::vector<std::string> texts;
    const auto verification = verify(directory_);
    ASSERT_TRUE(verification.has_value()) << verification.error().detail;
    if (acknowledged_.empty() && directory_.file_names().empty()) return;
    if (verification->finding && verification->finding->what == FindingClass::missing_segment) {
      ASSERT_TRUE(acknowledged_.empty()) << text_of(*verification->finding);
      return;  // died before the first segment had its name
    }
    ASSERT_FALSE(verification->finding.has_value()) << text_of(*verification->finding);
    const auto summary = read(directory_, Seq{0}, [&](const StoredRecord& record) -> Result<void> {
      const Record decoded = TW_TRY(decode(record));
      if (const auto* notice = std::get_if<Notice>(&decoded)) texts.push_back(notice->text);
      return {};
    });
    ASSERT_TRUE(summary.has_value()) << summary.error().detail;
    std::size_t at = 0;
    for (const std::string& text : acknowledged_) {
      while (at < texts.size() && texts[at] != text) ++at;
      ASSERT_LT(at, texts.size()) << "lost: " << text;
    }
  }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  Result<void> run() {
    JournalPair pair = TW_TRY(JournalPair::open(directory_, 900));
    for (int turn = 0; turn < 12; ++turn) {
      std::vector<std::string> batch;
      for (std::uint64_t left = rng_.below(5); left > 0; --left) {
        batch.push_back(fmt::format("notice {} {}", ++written_, std::string(rng_.below(300), 'x')));
        pair.append(Notice{turn, batch.back()});
      }
      TW_TRY_VOID(pair.write());
      if (rng_.one_in(4)) continue;
      TW_TRY_VOID(pair.writer().sync());
      EXPECT_EQ(pair.writer().durable(), pair.log().last());
      // What was appended without a sync before is durable now too, but it is not needed for the check.
      acknowledged_.insert(acknowledged_.end(), batch.begin(), batch.end());
    }
    return pair.close();
  }

  Rng rng_;
  FakeDirectory directory_;
  std::vector<std::string> acknowledged_;
  int written_ = 0;
};

TEST(Crash, AtEveryStepLosesNothingThatWasAcknowledged) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    for (std::uint64_t step = 1;; ++step) {
      SCOPED_TRACE(fmt::format("seed {}, died at step {}", seed, step));
      CrashScript script{seed};
      const bool died = script.live(step);
      script.check();
      if (HasFatalFailure()) return;
      // The start that follows dies at each of its first steps, which are those of recovery.
      for (std::uint64_t again = 1; again <= 12; ++again) {
        script.live(again);
        script.check();
        if (HasFatalFailure()) return;
      }
      const std::size_t before = script.acknowledged();
      EXPECT_FALSE(script.live(1'000'000)) << "a start without faults works";
      EXPECT_GT(script.acknowledged(), before);
      script.check();
      if (HasFatalFailure()) return;
      if (!died) break;
    }
  }
}

}  // namespace
}  // namespace tradewind::journal
