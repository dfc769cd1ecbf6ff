#include "tradewind/core/journal/log.hpp"

#include "tests/support/journal_samples.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

namespace {

std::size_t allocations = 0;

}  // namespace

// Counts every allocation of this program, so that a test can say there was none.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tradewind::journal {
namespace {

using model::Seq;
using testing::at_second;

TEST(Log, NumbersRecordsWithoutGaps) {
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  EXPECT_EQ(log.append(Notice{1, "a"}, at_second(1), Seq{0}), Seq{2});
  EXPECT_EQ(log.append(Record{Notice{2, "b"}}, at_second(1), Seq{2}), Seq{3});
  log.end(at_second(2));
  EXPECT_EQ(log.last(), Seq{4});
  EXPECT_EQ(log.journal_id(), testing::a_genesis().journal_id);
}

TEST(Log, HandsOverWholeRecordsPieceByPiece) {
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  const std::size_t genesis = log.pending().size();
  log.consume(genesis);
  EXPECT_TRUE(log.pending().empty());
  log.append(Notice{1, "a"}, at_second(1), Seq{0});
  const std::size_t one = log.pending().size();
  log.append(Notice{1, "a"}, at_second(1), Seq{0});
  EXPECT_EQ(log.pending().size(), 2 * one);
}

// Goal: the engine's thread allocates nothing for the journal once its queue has grown.
TEST(Log, AllocatesNothingOnceWarm) {
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  const Intent intent{testing::an_intent(), Price::of(190), "moving averages crossed upwards"};
  const ExecutionBooked booked{testing::an_execution("0000e0d5.63cefb1e.01.01"), model::StrategyName{"sma"}};
  const auto turn = [&] {
    for (int i = 0; i < 10; ++i) {
      const Seq seq = log.append(intent, at_second(i), Seq{0});
      log.append(Sent{intent.intent.order_ref, intent.intent.order_id}, at_second(i), seq);
      log.append(booked, at_second(i), Seq{0});
    }
    log.consume(log.pending().size());
  };
  turn();
  turn();
  const std::size_t before = allocations;
  for (int i = 0; i < 1000; ++i) turn();
  EXPECT_EQ(allocations, before);
}

TEST(LogDeathTest, RefusesRecordsBehindItsEndAndChainRecordsFromOutside) {
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  EXPECT_DEATH(log.append(Record{testing::a_genesis()}, at_second(1), Seq{0}), "ChainRecord");
  EXPECT_DEATH(log.append(Notice{1, std::string(kRecordBytesMax, 'x')}, at_second(1), Seq{0}), "kRecordBytesMax");
  log.end(at_second(1));
  EXPECT_DEATH(log.append(Notice{}, at_second(1), Seq{0}), "has_ended");
}

TEST(JournalId, IsTwelveCharactersOfItsRandomBits) {
  EXPECT_EQ(journal_id_from(0).view(), "000000000000");
  EXPECT_EQ(journal_id_from(35).view(), "Z00000000000");
  EXPECT_NE(journal_id_from(1), journal_id_from(2));
}

}  // namespace
}  // namespace tradewind::journal
