#include "tradewind/core/journal/outbox.hpp"

#include "tests/support/journal_samples.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <type_traits>

// The model lets only risk::Gate approve an order; this one approves everything, and exists in this test alone.
namespace tradewind::risk {
class Gate {
 public:
  static model::ApprovedOrder approve(const model::OrderIntent& intent) { return model::ApprovedOrder{intent}; }
};
}  // namespace tradewind::risk

namespace tradewind::journal {
namespace {

using model::Seq;
using std::chrono::milliseconds;

// A durable order comes out of an outbox and from nowhere else.
static_assert(!std::is_default_constructible_v<model::DurableOrder>);
static_assert(!std::is_constructible_v<model::DurableOrder, model::ApprovedOrder>);
static_assert(!std::is_constructible_v<model::DurableOrder, model::OrderIntent>);
static_assert(!std::is_convertible_v<model::ApprovedOrder, model::DurableOrder>);
static_assert(!std::is_constructible_v<model::ApprovedOrder, model::OrderIntent>);
static_assert(!std::is_aggregate_v<model::DurableOrder>);

MonoTime at_ms(std::int64_t ms) { return MonoTime::from_ns(ms * 1'000'000); }
model::ApprovedOrder order(std::uint64_t sequence) { return risk::Gate::approve(testing::an_intent(sequence)); }

TEST(Outbox, HoldsAnOrderUntilItsIntentIsDurable) {
  Outbox outbox;
  std::vector<Released> released;
  outbox.park(Seq{10}, order(1), at_ms(0));
  outbox.acknowledge(Seq{9}, at_ms(1), released);
  EXPECT_TRUE(released.empty());
  EXPECT_EQ(outbox.size(), 1U);
  outbox.acknowledge(Seq{10}, at_ms(2), released);
  ASSERT_EQ(released.size(), 1U);
  EXPECT_EQ(std::get<model::DurableOrder>(released[0]).intent(), testing::an_intent(1));
  EXPECT_TRUE(outbox.empty());
  outbox.acknowledge(Seq{11}, at_ms(3), released);
  EXPECT_EQ(released.size(), 1U) << "released once";
}

TEST(Outbox, ReleasesInTheOrderOfParkingAndKeepsTheRest) {
  Outbox outbox;
  std::vector<Released> released;
  for (std::uint64_t i = 1; i <= 5; ++i) outbox.park(Seq{i * 2}, order(i), at_ms(0));
  outbox.acknowledge(Seq{7}, at_ms(1), released);
  ASSERT_EQ(released.size(), 3U);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(std::get<model::DurableOrder>(released[i - 1]).intent().order_ref, testing::a_ref(i));
  }
  EXPECT_EQ(outbox.size(), 2U);
  outbox.acknowledge(Seq{10}, at_ms(1), released);
  EXPECT_EQ(released.size(), 5U);
}

TEST(Outbox, GivesBackAsLateWhatWaitedLongerThanTheLimit) {
  Outbox outbox;
  std::vector<Released> released;
  outbox.park(Seq{1}, order(1), at_ms(0));
  outbox.park(Seq{2}, order(2), at_ms(1));
  outbox.acknowledge(Seq{2}, at_ms(501), released);
  ASSERT_EQ(released.size(), 2U);
  const LateOrder& late = std::get<LateOrder>(released[0]);
  EXPECT_EQ(late.intent, testing::an_intent(1));
  EXPECT_EQ(late.waited, milliseconds{501});
  EXPECT_TRUE(std::holds_alternative<model::DurableOrder>(released[1])) << "exactly the limit is in time";
}

TEST(Outbox, TakesItsLimitFromTheCaller) {
  Outbox outbox{milliseconds{1}};
  std::vector<Released> released;
  outbox.park(Seq{1}, order(1), at_ms(0));
  outbox.acknowledge(Seq{1}, at_ms(2), released);
  EXPECT_TRUE(std::holds_alternative<LateOrder>(released.at(0)));
}

TEST(OutboxDeathTest, RefusesIntentsOutOfOrder) {
  Outbox outbox;
  outbox.park(Seq{2}, order(1), at_ms(0));
  EXPECT_DEATH(outbox.park(Seq{2}, order(2), at_ms(0)), "intent");
}

}  // namespace
}  // namespace tradewind::journal
