#include "tradewind/core/base/bytes.hpp"

#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tradewind {
namespace {

// Method: random appends and takes, compared with a plain string after each.
TEST(ByteQueue, BehavesLikeAStringCutAtTheFront) {
  Rng rng{1};
  ByteQueue queue;
  std::string model;
  for (int step = 0; step < 20'000; ++step) {
    if (rng.one_in(2)) {
      const std::string piece(rng.below(600), static_cast<char>('a' + rng.below(26)));
      queue.append(as_bytes(piece));
      model += piece;
    } else {
      const std::size_t count = rng.below(model.size() + 1);
      queue.consume(count);
      model.erase(0, count);
    }
    ASSERT_EQ(as_text(queue.contents()), model);
  }
}

TEST(ByteQueue, KeepsItsMemoryBounded) {
  ByteQueue queue;
  const std::string piece(1000, 'x');
  for (int i = 0; i < 100'000; ++i) {
    queue.append(as_bytes(piece));
    if (i >= 4) queue.consume(piece.size());
  }
  EXPECT_LE(queue.capacity(), 32'768U);
}

TEST(ByteQueue, HasReadablePaddingBehindItsContents) {
  ByteQueue queue;
  for (int i = 0; i < 5000; ++i) {
    queue.append(as_bytes("z"));
    const std::byte* past = queue.contents().data() + queue.size();
    for (std::size_t k = 0; k < ByteQueue::kPadding; ++k) {
      [[maybe_unused]] const volatile std::byte read = past[k];  // the sanitizer build would stop here
    }
  }
}

}  // namespace
}  // namespace tradewind
