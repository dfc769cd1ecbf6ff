// The watch over the other side: what proves life, what does not, and when it gives up.

#include "tradewind/core/tws/liveness.hpp"

#include <gtest/gtest.h>

namespace tradewind::tws {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart = MonoTime::from_ns(1'000'000'000'000);

TEST(Liveness, IsOffUntilTheSessionIsReady) {
  Liveness liveness{{}};
  EXPECT_FALSE(liveness.wake_at());
  EXPECT_FALSE(liveness.wants_probe(kStart + 24h));
  EXPECT_FALSE(liveness.is_dead(kStart + 24h));
  EXPECT_FALSE(liveness.last_echo());
}

TEST(Liveness, FindsAHalfOpenLinkWithinFifteenSecondsOfTheLastEcho) {
  Liveness liveness{{}};
  liveness.start(kStart);
  EXPECT_EQ(liveness.wake_at(), kStart + 5s);
  EXPECT_FALSE(liveness.wants_probe(kStart + 5s - 1ns));
  ASSERT_TRUE(liveness.wants_probe(kStart + 5s));
  liveness.asked();
  liveness.sent(kStart + 5s);
  EXPECT_FALSE(liveness.wants_probe(kStart + 10s)) << "one question at a time";
  EXPECT_EQ(liveness.wake_at(), kStart + 15s);
  EXPECT_FALSE(liveness.is_dead(kStart + 15s - 1ns));
  EXPECT_TRUE(liveness.is_dead(kStart + 15s));
}

TEST(Liveness, AsksAgainFiveSecondsAfterEachEcho) {
  Liveness liveness{{}};
  liveness.start(kStart);
  liveness.asked();
  liveness.sent(kStart + 5s);
  liveness.echoed(kStart + 6s);
  EXPECT_EQ(liveness.last_echo(), kStart + 6s);
  EXPECT_EQ(liveness.wake_at(), kStart + 11s);
  EXPECT_FALSE(liveness.is_dead(kStart + 24h)) << "nothing is asked, so nothing is unanswered";
  liveness.echoed(kStart + 9s);  // somebody else has asked
  EXPECT_EQ(liveness.wake_at(), kStart + 14s);
}

// The limit runs from when the probe has left: a probe in our own queue says nothing of the other side.
TEST(Liveness, DoesNotCountTheWaitInOurOwnQueue) {
  Liveness liveness{{}};
  liveness.start(kStart);
  liveness.asked();
  EXPECT_FALSE(liveness.wake_at());
  EXPECT_FALSE(liveness.wants_probe(kStart + 24h));
  EXPECT_FALSE(liveness.is_dead(kStart + 24h));
  liveness.echoed(kStart + 7s);
  EXPECT_FALSE(liveness.wants_probe(kStart + 24h)) << "the one that waits will still go";
  liveness.sent(kStart + 8s);
  EXPECT_TRUE(liveness.is_dead(kStart + 18s));
}

TEST(Liveness, IsTurnedOffByAZeroInEitherLimit) {
  for (const LivenessLimits& limits : {LivenessLimits{.probe_after = 0s}, LivenessLimits{.answer_limit = 0s}}) {
    Liveness liveness{limits};
    liveness.start(kStart);
    EXPECT_FALSE(liveness.wake_at());
    EXPECT_FALSE(liveness.wants_probe(kStart + 24h));
    EXPECT_EQ(liveness.last_echo(), kStart);
  }
}

}  // namespace
}  // namespace tradewind::tws
