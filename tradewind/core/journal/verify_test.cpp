#include "tradewind/core/journal/verify.hpp"

#include "tests/support/fake_directory.hpp"
#include "tests/support/journal_samples.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/format.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tradewind::journal {
namespace {

using model::Seq;
using testing::FakeDirectory;
using testing::JournalPair;

struct Place {
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t number = 0;
};

// Closed segments: three that rolled, one that is torn behind its first record, and a last one that ended cleanly.
FakeDirectory sample_journal(std::uint64_t random = 42) {
  FakeDirectory directory;
  {
    JournalPair pair = JournalPair::open(directory, 500, testing::a_genesis(random)).value();
    for (int i = 0; i < 10; ++i) pair.append(Notice{i, "notice"});
    EXPECT_TRUE(pair.write_and_sync().has_value());
  }
  auto& torn = directory.file(directory.file_names().back());
  torn.resize(torn.size() - 50);
  JournalPair pair = JournalPair::open(directory, 500, testing::a_genesis(random)).value();
  pair.append(Notice{99, "after the crash"});
  EXPECT_TRUE(pair.close().has_value());
  return directory;
}

std::vector<Place> places(const FakeDirectory& directory) {
  std::vector<Place> found;
  const auto summary = read(directory, Seq{0}, [&](const StoredRecord& record) -> Result<void> {
    found.push_back({fmt::format("{:06}.seg", record.segment), record.offset, kFramingBytes + record.payload.size(),
                     record.envelope.seq.value()});
    return {};
  });
  EXPECT_TRUE(summary.has_value()) << summary.error().detail;
  return found;
}

Finding finding_of(const FakeDirectory& directory) {
  const auto verification = verify(directory);
  EXPECT_TRUE(verification.has_value());
  if (!verification->finding) {
    ADD_FAILURE() << "nothing was found";
    return {};
  }
  return *verification->finding;
}

TEST(Verify, PassesASoundJournal) {
  const FakeDirectory directory = sample_journal();
  const Verification verification = verify(directory).value();
  EXPECT_FALSE(verification.finding.has_value());
  EXPECT_EQ(verification.records, places(directory).size());
  EXPECT_EQ(verification.last, Seq{verification.records});
  EXPECT_EQ(verification.journal_id, testing::a_genesis().journal_id);
  EXPECT_TRUE(verification.is_closed);
  EXPECT_EQ(verification.segments, 5U);
  EXPECT_EQ(places(directory).at(15).file, "000004.seg");
  EXPECT_EQ(places(directory).at(16).file, "000005.seg");
}

// Goal: a closed segment has no byte that is not covered. Method: every bit of every file is flipped; the finding must
// name the record the bit is in, or for a byte behind the last record the one that would come next.
TEST(Verify, FindsEveryFlippedBitAndNamesTheRecord) {
  FakeDirectory directory = sample_journal();
  const auto all = places(directory);
  for (const std::string& name : directory.file_names()) {
    auto& bytes = directory.file(name);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      Place expected;
      for (const Place& place : all) {
        if (place.file != name) continue;
        if (at < kMagic.size()) {
          expected = {name, 0, 0, place.number};  // the magic: the record that opens the segment
          break;
        }
        if (place.offset <= at) expected = {name, place.offset, 0, place.number};
        if (place.offset + place.size <= at) expected = {name, place.offset + place.size, 0, place.number + 1};
      }
      for (unsigned bit = 0; bit < 8; ++bit) {
        bytes[at] ^= static_cast<std::byte>(1U << bit);
        const Finding finding = finding_of(directory);
        ASSERT_EQ(finding.what, FindingClass::hash_mismatch) << name << " byte " << at << ": " << text_of(finding);
        ASSERT_EQ(finding.seq.value(), expected.number) << name << " byte " << at << ": " << text_of(finding);
        ASSERT_EQ(finding.file, name);
        ASSERT_EQ(finding.offset, expected.offset) << name << " byte " << at;
        bytes[at] ^= static_cast<std::byte>(1U << bit);
      }
    }
  }
  EXPECT_FALSE(verify(directory)->finding.has_value());
}

std::vector<std::byte> cut_out(FakeDirectory& directory, const Place& place) {
  auto& bytes = directory.file(place.file);
  const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(place.offset);
  const auto last = first + static_cast<std::ptrdiff_t>(place.size);
  std::vector<std::byte> record{first, last};
  bytes.erase(first, last);
  return record;
}
void put_in(FakeDirectory& directory, const std::string& file, std::uint64_t offset,
            const std::vector<std::byte>& record) {
  auto& bytes = directory.file(file);
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(offset), record.begin(), record.end());
}

TEST(Verify, FindsARecordRemoved) {
  const FakeDirectory whole = sample_journal();
  for (const Place& place : places(whole)) {
    FakeDirectory directory = whole.clone();
    cut_out(directory, place);
    // Without its first record the torn segment is its torn tail and nothing else.
    const bool leaves_torn_bytes = place.file == "000004.seg";
    const Finding finding = finding_of(directory);
    EXPECT_EQ(finding.what, leaves_torn_bytes ? FindingClass::hash_mismatch : FindingClass::gap_or_order)
        << text_of(finding);
    EXPECT_EQ(finding.seq, Seq{place.number});
  }
}

TEST(Verify, FindsTwoRecordsSwapped) {
  const FakeDirectory whole = sample_journal();
  const auto all = places(whole);
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].file != all[i - 1].file) continue;
    FakeDirectory directory = whole.clone();
    const auto second = cut_out(directory, all[i]);
    put_in(directory, all[i].file, all[i - 1].offset, second);
    const Finding finding = finding_of(directory);
    EXPECT_EQ(finding.what, FindingClass::gap_or_order) << text_of(finding);
    EXPECT_EQ(finding.seq, Seq{all[i - 1].number});
  }
}

TEST(Verify, FindsARecordDuplicated) {
  const FakeDirectory whole = sample_journal();
  for (const Place& place : places(whole)) {
    FakeDirectory directory = whole.clone();
    const auto record = cut_out(directory, place);
    put_in(directory, place.file, place.offset, record);
    put_in(directory, place.file, place.offset + place.size, record);
    const Finding finding = finding_of(directory);
    EXPECT_EQ(finding.what, FindingClass::duplicate) << text_of(finding);
    EXPECT_EQ(finding.seq, Seq{place.number});
    EXPECT_EQ(finding.offset, place.offset + place.size);
  }
}

// A record of another journal with the right number and a right hash of its own: only its predecessor's hash is wrong.
TEST(Verify, FindsARecordExchangedForOneOfAnotherJournal) {
  FakeDirectory directory = sample_journal();
  FakeDirectory other = sample_journal(43);
  const Place place = places(directory).at(2);
  cut_out(directory, place);
  put_in(directory, place.file, place.offset, cut_out(other, places(other).at(2)));
  const Finding finding = finding_of(directory);
  EXPECT_EQ(finding.what, FindingClass::hash_mismatch);
  EXPECT_EQ(finding.seq, Seq{3});
}

TEST(Verify, FindsASegmentMissing) {
  const FakeDirectory whole = sample_journal();
  const auto names = whole.file_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    FakeDirectory directory = whole.clone();
    directory.erase(names[i]);
    const auto verification = verify(directory);
    if (i + 1 < names.size()) {
      const Finding finding = finding_of(directory);
      EXPECT_EQ(finding.what, FindingClass::missing_segment) << text_of(finding);
      EXPECT_EQ(finding.file, names[i]);
      continue;
    }
    // What follows a torn segment is known to be missing, because a torn segment is closed by its successor only.
    EXPECT_TRUE(verification->finding.has_value());
  }
}

TEST(Verify, FindsTheLastSegmentMissingAfterOneThatRolled) {
  FakeDirectory directory;
  JournalPair pair = JournalPair::open(directory, 500).value();
  for (int i = 0; i < 10; ++i) pair.append(Notice{i, "notice"});
  ASSERT_TRUE(pair.close().has_value());
  const std::string last = directory.file_names().back();
  directory.erase(last);
  const Finding finding = finding_of(directory);
  EXPECT_EQ(finding.what, FindingClass::missing_segment);
  EXPECT_EQ(finding.file, last);
}

TEST(Verify, FindsAnEmptyDirectoryToBeNoJournal) {
  const FakeDirectory directory;
  EXPECT_EQ(finding_of(directory).what, FindingClass::missing_segment);
}

TEST(Verify, FindsASegmentOfAnotherJournal) {
  const FakeDirectory whole = sample_journal();
  FakeDirectory other = sample_journal(43);
  for (const std::string& name : whole.file_names()) {
    FakeDirectory directory = whole.clone();
    directory.put(name, other.file(name));
    const Finding finding = finding_of(directory);
    EXPECT_EQ(finding.what, FindingClass::binding) << name << ": " << text_of(finding);
  }
}

// A chain that is sound in itself, whose last segment does not vouch for what is really there.
TEST(Verify, FindsASegmentThatLiesAboutItsPredecessor) {
  const FakeDirectory whole = sample_journal();
  const auto finding_after = [&](auto lie) {
    FakeDirectory directory = whole.clone();
    testing::add_segment_that_lies(directory, lie);
    return verify(directory)->finding;
  };
  EXPECT_FALSE(finding_after([](Recovered&) {}).has_value());
  for (const auto& finding : {finding_after([](Recovered& told) { told.segment_bytes += 1; }),
                              finding_after([](Recovered& told) { told.torn_bytes = 1; }),
                              finding_after([](Recovered& told) { told.torn_hash[0] = std::byte{1}; })}) {
    ASSERT_TRUE(finding.has_value());
    EXPECT_EQ(finding->what, FindingClass::hash_mismatch);
    EXPECT_EQ(finding->file, "000005.seg");
  }
  const auto wrong_index = finding_after([](Recovered& told) { told.segment += 1; });
  ASSERT_TRUE(wrong_index.has_value());
  EXPECT_EQ(wrong_index->what, FindingClass::gap_or_order);
  EXPECT_EQ(wrong_index->file, "000006.open");
}

TEST(Verify, FindsSegmentsSwappedOrTwice) {
  const FakeDirectory whole = sample_journal();
  FakeDirectory swapped = whole.clone();
  std::swap(swapped.file("000002.seg"), swapped.file("000003.seg"));
  EXPECT_EQ(finding_of(swapped).what, FindingClass::gap_or_order);
  EXPECT_EQ(finding_of(swapped).file, "000002.seg");

  FakeDirectory repeated = whole.clone();
  repeated.put("000003.seg", repeated.file("000002.seg"));
  EXPECT_EQ(finding_of(repeated).what, FindingClass::duplicate);

  FakeDirectory both_names = whole.clone();
  both_names.put("000002.open", both_names.file("000002.seg"));
  EXPECT_EQ(finding_of(both_names).what, FindingClass::duplicate);
}

TEST(Verify, FindsEveryCutOfAClosedSegment) {
  const FakeDirectory whole = sample_journal();
  for (const std::string& name : whole.file_names()) {
    FakeDirectory directory = whole.clone();
    auto& bytes = directory.file(name);
    while (!bytes.empty()) {
      bytes.pop_back();
      ASSERT_TRUE(verify(directory)->finding.has_value()) << name << " cut to " << bytes.size();
    }
  }
}

TEST(Verify, FindsBytesAppendedToAClosedSegment) {
  const FakeDirectory whole = sample_journal();
  for (const std::string& name : whole.file_names()) {
    FakeDirectory directory = whole.clone();
    directory.file(name).push_back(std::byte{0});
    EXPECT_EQ(finding_of(directory).file, name);
  }
}

TEST(Verify, TakesTheTornTailOfTheOpenSegmentForWhatItIs) {
  FakeDirectory directory;
  {
    JournalPair pair = JournalPair::open(directory).value();
    pair.append(Notice{1, "notice"});
    ASSERT_TRUE(pair.write_and_sync().has_value());
  }
  directory.file("000001.open").pop_back();
  const Verification verification = verify(directory).value();
  EXPECT_FALSE(verification.finding.has_value());
  EXPECT_GT(verification.torn_bytes, 0U);
  EXPECT_FALSE(verification.is_closed);
}

TEST(Verify, RefusesAFileNoWriterMakes) {
  FakeDirectory directory = sample_journal();
  directory.put("000001.seg", std::vector<std::byte>{});
  EXPECT_EQ(finding_of(directory).seq, Seq{1});
}

}  // namespace
}  // namespace tradewind::journal
