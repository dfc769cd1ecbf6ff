// When a connection is tried again, and when a client id is given up.

#include "tradewind/core/tws/backoff.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tradewind::tws {
namespace {

using namespace std::chrono_literals;
using Failure = Backoff::Failure;
using Advice = Backoff::Advice;

constexpr MonoTime kStart = MonoTime::from_ns(1'000'000'000'000);

// F001: for days.
TEST(Backoff, TriesForEverWithPausesThatGrowToHalfAMinute) {
  Backoff backoff{{}, 1};
  MonoTime now = kStart;
  Duration most = 1s;
  for (int attempt = 0; attempt < 10'000; ++attempt) {
    const auto [advice, pause] = backoff.failed(Failure::unreachable, now);
    ASSERT_EQ(advice, Advice::retry);
    ASSERT_GE(pause, most / 2) << attempt;
    ASSERT_LE(pause, most) << attempt;
    most = std::min<Duration>(most * 2, 30s);
    now = now + pause;
  }
  EXPECT_GT(now - kStart, 48h);
}

TEST(Backoff, DrawsItsPausesFromItsSeed) {
  const auto pauses = [](std::uint64_t seed) {
    Backoff backoff{{}, seed};
    std::vector<Duration> drawn;
    for (int i = 0; i < 20; ++i) drawn.push_back(backoff.failed(Failure::lost, kStart).pause);
    return drawn;
  };
  EXPECT_EQ(pauses(1), pauses(1));
  EXPECT_NE(pauses(1), pauses(2));
}

// F011: up for two seconds, down, for ten minutes.
TEST(Backoff, IsNotFooledByAConnectionThatComesAndGoes) {
  Backoff backoff{{}, 1};
  MonoTime now = kStart;
  Duration pause{};
  int attempts = 0;
  for (; now < kStart + 10min; ++attempts) {
    backoff.ready(now);
    now = now + 2s;
    pause = backoff.failed(Failure::lost, now).pause;
    now = now + pause;
  }
  EXPECT_GE(pause, 15s);
  EXPECT_LE(attempts, 40);
}

TEST(Backoff, BeginsAnewAfterAConnectionThatLasted) {
  Backoff backoff{{}, 1};
  for (int i = 0; i < 10; ++i) static_cast<void>(backoff.failed(Failure::unreachable, kStart));
  backoff.ready(kStart);
  backoff.ready(kStart + 59s);  // said again: it counts from the first time
  EXPECT_LE(backoff.failed(Failure::lost, kStart + 60s).pause, 1s);
  backoff.ready(kStart + 61s);
  EXPECT_GE(backoff.failed(Failure::lost, kStart + 61s + 59s).pause, 1s) << "that one did not last";
}

// F012: our own earlier connection may still hold the id.
TEST(Backoff, GivesUpAClientIdThatIsInUseForTwoMinutesAndNotBefore) {
  Backoff backoff{{}, 1};
  MonoTime now = kStart;
  for (; now < kStart + 120s; now = now + 1s)
    ASSERT_EQ(backoff.failed(Failure::client_id_in_use, now).advice, Advice::retry);
  EXPECT_EQ(backoff.failed(Failure::client_id_in_use, now).advice, Advice::give_up_identity);
}

TEST(Backoff, CountsTheTimeOfAClientIdAnewOnceItWasOursOrNobodyCouldHoldIt) {
  for (const bool by_ready : {true, false}) {
    Backoff backoff{{}, 1};
    static_cast<void>(backoff.failed(Failure::client_id_in_use, kStart));
    static_cast<void>(backoff.failed(Failure::lost, kStart + 50s));  // says nothing of the id
    if (by_ready) backoff.ready(kStart + 100s);
    else static_cast<void>(backoff.failed(Failure::unreachable, kStart + 100s));
    EXPECT_EQ(backoff.failed(Failure::client_id_in_use, kStart + 130s).advice, Advice::retry);
    EXPECT_EQ(backoff.failed(Failure::client_id_in_use, kStart + 250s).advice, Advice::give_up_identity);
  }
}

}  // namespace
}  // namespace tradewind::tws
