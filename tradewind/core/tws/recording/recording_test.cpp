#include "tradewind/core/tws/recording/recording.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tradewind::tws {
namespace {

std::string some_recording() {
  ByteQueue bytes;
  const Now now{Timestamp::from_ns(1'767'605'400'000'000'000), MonoTime::from_ns(123'456'789)};
  append(bytes, {WireEntry::Kind::begin, now, 0, as_bytes(kRecordingFormat)});
  append(bytes, {WireEntry::Kind::opened, now, 1, {}});
  append(bytes, {WireEntry::Kind::sent, now, 1, as_bytes("API")});
  append(bytes, {WireEntry::Kind::received, now, 1, as_bytes("some bytes")});
  append(bytes, {WireEntry::Kind::closed, now, 1, as_bytes("reset by peer")});
  return std::string{as_text(bytes.contents())};
}

struct Read {
  std::vector<std::string> entries;
  std::string error;
  std::size_t pending = 0;
};

Read read_in_pieces(std::string_view bytes, std::size_t piece) {
  RecordingReader reader;
  Read read;
  while (!bytes.empty()) {
    const std::size_t size = std::min(piece, bytes.size());
    reader.feed(as_bytes(bytes.substr(0, size)));
    bytes.remove_prefix(size);
    for (;;) {
      const auto entry = reader.next();
      if (!entry.has_value()) {
        read.error = entry.error().detail;
        return read;
      }
      if (!entry->has_value()) break;
      read.entries.push_back(fmt::format("{} {} {} {} {}", name((*entry)->kind), (*entry)->time.utc,
                                         (*entry)->time.mono.ns(), (*entry)->connection, as_text((*entry)->data)));
    }
  }
  read.pending = reader.pending();
  return read;
}

TEST(Recording, GivesBackWhatWasWrittenHoweverItIsCut) {
  const std::string bytes = some_recording();
  const Read whole = read_in_pieces(bytes, bytes.size());
  ASSERT_EQ(whole.entries.size(), 5U);
  EXPECT_EQ(whole.entries[3], "received 2026-01-05T09:30:00Z 123456789 1 some bytes");
  EXPECT_EQ(whole.entries[4], "closed 2026-01-05T09:30:00Z 123456789 1 reset by peer");
  EXPECT_EQ(whole.pending, 0U);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 31U}) EXPECT_EQ(read_in_pieces(bytes, piece).entries, whole.entries);
}

TEST(Recording, OfATornEndEverythingBeforeItIsRead) {
  const std::string bytes = some_recording();
  const auto all = read_in_pieces(bytes, bytes.size()).entries;
  std::size_t last = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Read read = read_in_pieces(std::string_view{bytes}.substr(0, size), size);
    EXPECT_TRUE(read.error.empty());
    EXPECT_GE(read.entries.size(), last);
    last = read.entries.size();
    for (std::size_t i = 0; i < last; ++i) EXPECT_EQ(read.entries[i], all[i]);
  }
  EXPECT_EQ(last, 4U);
}

TEST(Recording, EveryFlippedBitIsNoticed) {
  const std::string bytes = some_recording();
  const auto all = read_in_pieces(bytes, bytes.size()).entries;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const Read read = read_in_pieces(flipped, flipped.size());
    EXPECT_TRUE(!read.error.empty() || read.pending > 0) << "bit " << bit;
    for (std::size_t i = 0; i < read.entries.size(); ++i) EXPECT_EQ(read.entries[i], all[i]) << "bit " << bit;
  }
}

TEST(Recording, AFormatItDoesNotKnowIsRefusedByName) {
  ByteQueue bytes;
  append(bytes, {WireEntry::Kind::begin, {}, 0, as_bytes("tradewind wire recording 9")});
  const Read read = read_in_pieces(as_text(bytes.contents()), 1000);
  EXPECT_NE(read.error.find("wire recording 9"), std::string::npos);
}

TEST(Recording, AHostileLengthAllocatesNothing) {
  RecordingReader reader;
  reader.feed(as_bytes(std::string_view{"\xff\xff\xff\xff", 4}));
  EXPECT_FALSE(reader.next().has_value());
}

}  // namespace
}  // namespace tradewind::tws
