// Goal: what a simulated gateway plays is what its command line promises. Method: the market itself, played for days.

#include "apps/tradewind/market_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <variant>

namespace tradewind::app {
namespace {

using namespace std::chrono_literals;

// A client that comes at any time finds quotes. With the halts of other generated markets this one would be still for
// eleven minutes.
TEST(MarketNow, NeverClosesAndNeverHaltsByItself) {
  const Timestamp now = from_civil_utc({2025, 1, 3, 15, 4, 30});  // a Friday
  MarketSetup setup = market_now({.data = {}, .recording = {}, .symbols = {"AAPL"}, .from = {}, .to = {}}, now).value();
  EXPECT_FALSE(setup.has_sessions);
  Timestamp last = now;
  Duration longest{};
  const Timestamp end = now + std::chrono::days{4};
  for (auto next = setup.market.next_time(); next && *next < end; next = setup.market.next_time()) {
    const auto event = setup.market.pop();
    if (!std::holds_alternative<model::Quote>(event.data)) continue;
    longest = std::max(longest, event.time - last);
    last = event.time;
  }
  EXPECT_LE(longest, 1s);
  EXPECT_GT(last, end - 1s);
}

}  // namespace
}  // namespace tradewind::app
