#include "apps/tradewind/market_clock.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace tradewind::app {
namespace {

using namespace std::chrono_literals;

const Now kStart{from_civil_utc({2025, 1, 6, 14, 30, 0}), MonoTime::from_ns(1'000)};

Now later(Duration wall) { return {kStart.utc + wall, kStart.mono + wall}; }

TEST(MarketClock, AtSpeedOneIsTheWallClockAlsoWhenThatIsSet) {
  const MarketClock clock{parse_speed("1").value(), kStart};
  EXPECT_EQ(clock.now(later(5s)), kStart.utc + 5s);
  EXPECT_EQ(clock.now({kStart.utc + 1h, kStart.mono + 5s}), kStart.utc + 1h);
  EXPECT_EQ(clock.due(kStart.utc + 10s, later(4s)), kStart.mono + 10s);
}

TEST(MarketClock, GoesSoManyTimesAsFast) {
  const MarketClock fast{parse_speed("60").value(), kStart};
  EXPECT_EQ(fast.now(later(2s)), kStart.utc + 2min);
  EXPECT_EQ(fast.due(kStart.utc + 3min, later(2s)), kStart.mono + 3s + 1ns);
  EXPECT_EQ(fast.due(kStart.utc, later(2s)), kStart.mono + 2s + 1ns);  // it is due already
  const MarketClock slow{parse_speed("0.5").value(), kStart};
  EXPECT_EQ(slow.now(later(2s)), kStart.utc + 1s);
}

TEST(MarketClock, WaitsForAMachineThatDoesNotKeepUp) {
  MarketClock clock{parse_speed("60").value(), kStart};
  clock.go_on(later(1s));  // it does not wait
  clock.wait(later(2s));
  clock.wait(later(3s));  // still
  EXPECT_EQ(clock.now(later(4s)), kStart.utc + 120s);
  EXPECT_EQ(clock.due(kStart.utc + 90s, later(4s)), kStart.mono + 4s + 1ns);
  clock.go_on(later(5s));
  EXPECT_EQ(clock.now(later(6s)), kStart.utc + 180s);
  clock.wait(later(6s));
  clock.pause(later(7s));
  clock.go_on(later(8s));
  EXPECT_EQ(clock.now(later(9s)), kStart.utc + 180s);
  clock.resume(later(10s));
  EXPECT_EQ(clock.now(later(11s)), kStart.utc + 240s);
  clock.wait(later(12s));
  clock.pause(later(12s));
  clock.resume(later(13s));
  EXPECT_EQ(clock.now(later(14s)), kStart.utc + 360s);
}

TEST(MarketClock, GoesByStepsOnly) {
  MarketClock clock{parse_speed("step").value(), kStart};
  EXPECT_EQ(clock.now(later(1h)), kStart.utc);
  EXPECT_EQ(clock.due(kStart.utc + 1s, later(1h)), std::nullopt);
  clock.advance_to(kStart.utc + 7s);
  clock.advance_to(kStart.utc + 3s);  // it does not go back
  EXPECT_EQ(clock.now(later(1h)), kStart.utc + 7s);
}

TEST(MarketClock, AtTheFastestEverythingIsDue) {
  MarketClock clock{parse_speed("max").value(), kStart};
  EXPECT_EQ(clock.due(kStart.utc + 1h, later(2s)), kStart.mono + 2s);
}

TEST(MarketClock, StandsStillWhileItIsPausedAndGoesOnFromThere) {
  for (const auto& [speed, gone] : {std::pair{"1", 2s}, std::pair{"60", 120s}, std::pair{"max", 0s}}) {
    MarketClock clock{parse_speed(speed).value(), kStart};
    clock.pause(later(2s));
    const Timestamp stands = kStart.utc + gone;
    EXPECT_EQ(clock.now(later(1h)), stands) << speed;
    EXPECT_EQ(clock.due(stands, later(1h)), std::nullopt) << speed;
    clock.advance_to(stands + 10s);
    clock.pause(later(2h));  // again, which changes nothing
    EXPECT_EQ(clock.now(later(2h)), stands + 10s) << speed;
    clock.resume(later(2h));
    clock.resume(later(3h));
    EXPECT_EQ(clock.now(later(2h + 1s)), stands + 10s + gone / 2) << speed;
  }
}

TEST(MarketClock, KnowsWhatIsNoSpeed) {
  for (const char* text : {"", "0", "-1", "fast", "1e9", "100001", "0.0000001", "1 "}) {
    EXPECT_FALSE(parse_speed(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace tradewind::app
