// Depth, tick by tick and real-time bars as a client sees them: through real bytes, in text and in protobuf.

#include "tests/support/market_data_rig.hpp"
#include "tradewind/sim/gateway/internal/depth_book.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using namespace data_testing;

class DepthAndTicks : public MarketData {};
INSTANTIATE_TEST_SUITE_P(Versions, DepthAndTicks, ::testing::Values(178, 200, tws::kMaxServerVersion),
                         [](const auto& param) { return fmt::format("At{}", param.param); });

// --- Depth ---

Lines rows_of(const World& world, std::size_t listing, const model::Quote& at, Side side, std::size_t rows,
              std::vector<std::string_view> exchanges, bool named) {
  Lines lines;
  for (const DepthRow& row : depth_side(world.gateway.listings()[listing], at, side, rows, exchanges))
    lines.push_back(fmt::format("{} {} {}", row.price, row.size, named ? row.exchange : ""));
  return lines;
}

TEST_P(DepthAndTicks, DepthOfOneExchangeIsKeptByInsertsUpdatesAndDeletes) {
  World world;
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.depth(1, kSpy, "ARCA", 5);
  EXPECT_EQ(peer.ears.take(), Lines(10, "depth"));
  EXPECT_EQ(peer.ears.book.sides[1].front(), "99.99 300 ");
  for (const Duration later : {59s, 61s, 119s}) {
    world.to(kOpen + later);
    peer.exchange();
    const auto now = later == 61s ? quote("99.99", "100.01") : quote("100.00", "100.02", 500, 200);
    EXPECT_EQ(peer.ears.book.sides[1], rows_of(world, 0, now, Side::buy, 5, {"ARCA"}, false));
    EXPECT_EQ(peer.ears.book.sides[0], rows_of(world, 0, now, Side::sell, 5, {"ARCA"}, false));
  }
  EXPECT_FALSE(peer.ears.book.is_broken);
  EXPECT_EQ(peer.ears.book.most, 5U);
  peer.ears.take();
  world.gateway.reset_depth(0);
  peer.ears.book = {};
  peer.exchange();
  EXPECT_EQ(peer.ears.take().front(), "error 1 317");
  EXPECT_EQ(peer.ears.book.sides[0].size(), 5U);
  peer.ask(tws::CancelMarketDepth{.req_id = 1});
  EXPECT_EQ(peer.hear_until(kOpen + 5min), Lines{});
  peer.ask(tws::CancelMarketDepth{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 310"}));
}

TEST_P(DepthAndTicks, SmartDepthNamesExchangesAndSaysWhichAreMissing) {
  World world{{.without_depth = {"BATS", "IEX"}}};
  world.to(kOpen + 3s);
  Peer peer{world, GetParam()};
  peer.depth(1, kSpy, "SMART", 20);
  EXPECT_TRUE(peer.ears.has("error 1 2152"));
  EXPECT_NE(peer.ears.last_error.find("Need additional market data permissions - Depth: BATS; "), std::string::npos)
      << peer.ears.last_error;
  EXPECT_EQ(peer.ears.count("depth l2 smart"), 40);
  std::int64_t best = 0;
  for (const std::string& row : peer.ears.book.sides[1]) {
    EXPECT_EQ(row.find("BATS"), std::string::npos);
    if (row.starts_with("99.99 ")) best += std::stoll(row.substr(6));
  }
  EXPECT_EQ(best, 300) << "the exchanges share the size of the quote";
  world.to(kOpen + 59s);
  peer.exchange();
  EXPECT_FALSE(peer.ears.book.is_broken);
  EXPECT_TRUE(peer.ears.book.sides[1].front().starts_with("100 "));
  peer.ears.take();
  peer.depth(2, kSpy, "IEX", 5);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 354"}));
}

TEST_P(DepthAndTicks, DepthIsLimitedByInstrumentsNotByRequests) {
  World world;
  Peer peer{world, GetParam()};
  peer.depth(1, kSpy, "ARCA", 5);
  peer.depth(2, kSpy, "SMART", 5);
  peer.depth(2, kSpy, "SMART", 5);
  EXPECT_EQ(peer.ears.count("error 2 322"), 1);
  peer.depth(3, kEuro, "IDEALPRO", 5);
  peer.depth(4, kOption, "CBOE", 5);
  EXPECT_EQ(peer.ears.count("error 3"), 0);
  EXPECT_EQ(peer.ears.count("error 4"), 0);
  peer.depth(5, kSpy, "ARCA", 0);
  EXPECT_EQ(peer.ears.count("error 5 321"), 1);
}

// --- Tick by tick ---

TEST_P(DepthAndTicks, TickByTickTellsEveryPrintAndEveryQuote) {
  World world;
  Peer peer{world, GetParam()};
  peer.ticks(1, "Last");
  peer.ticks(2, "BidAsk", 0, true);
  peer.ticks(3, "MidPoint");
  EXPECT_EQ(peer.hear_until(kOpen + 20s), (Lines{"tick 2 bid 99.99 300 ask 100.01 200 past 00", "tick 3 mid 100",
                                                 "tick 1 last 100 100 ARCA 2", "tick 1 last 99.9 100 ARCA 20"}));
  EXPECT_EQ(peer.hear_until(kOpen + 59s), (Lines{"tick 1 last 100.1 100 ARCA 40", "tick 1 last 100.05 100 ARCA 58",
                                                 "tick 2 bid 100 500 ask 100.02 200 past 00", "tick 3 mid 100.01"}));
  peer.ticks(4, "AllLast");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 10190"}));
  peer.ask(tws::CancelTickByTick{.req_id = 1});
  peer.ask(tws::CancelTickByTick{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 300"}));
  peer.ticks(5, "AllLast");
  EXPECT_EQ(peer.hear_until(kOpen + 62s).back(), "tick 5 all 100 100 ARCA 62");
}

TEST_P(DepthAndTicks, TickByTickBeginsWithThePastWhenAskedTo) {
  World world;
  world.to(kOpen + 63s);
  Peer peer{world, GetParam()};
  peer.ticks(1, "AllLast", 3);
  EXPECT_EQ(peer.ears.take(), (Lines{"past 100.1 40", "past 100.05 58", "past 100 62", "past done true"}));
  EXPECT_EQ(peer.hear_until(kOpen + 80s), (Lines{"tick 1 all 99.9 100 ARCA 80"}));
  peer.ticks(2, "BidAsk", 2);
  EXPECT_EQ(peer.ears.take(), (Lines{"past 100 100.02 59", "past 99.99 100.01 61", "past done true"}));
  peer.ticks(3, "MidPoint", 1000);
  EXPECT_EQ(peer.ears.take(), (Lines{"past 100 1", "past 100.01 59", "past 100 61", "past done true"}));
}

TEST_P(DepthAndTicks, TheSameTicksMayBeAskedForEveryFifteenSeconds) {
  World world;
  Peer peer{world, GetParam()};
  peer.ticks(1, "Last");
  peer.ask(tws::CancelTickByTick{.req_id = 1});
  peer.ticks(2, "Last");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 2 10189"}));
  world.to(world.now + 15s);
  peer.ticks(3, "Last");
  EXPECT_EQ(peer.ears.count("error"), 0);
  peer.ears.take();
  peer.ticks(4, "Last", 0, false, kEuro);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 10189"}));
  peer.ticks(5, "Everything");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 5 321"}));
}

// --- Real time bars ---

TEST_P(DepthAndTicks, RealTimeBarsAreMadeOfPrintsOrQuotes) {
  World world;
  Peer peer{world, GetParam()};
  peer.bars(1, "TRADES");
  peer.bars(2, "MIDPOINT");
  peer.bars(3, "BID", kEuro);
  peer.hear_until(kOpen);
  EXPECT_EQ(peer.hear_until(kOpen + 5s), (Lines{"bar 1 0 100 100 100 100 volume 100 wap 100 count 1",
                                                "bar 2 0 100 100 100 100 volume 0 wap 0 count 0",
                                                "bar 3 0 1.08 1.08 1.08 1.08 volume 0 wap 0 count 0"}));
  // Nothing happens: the last price stands.
  EXPECT_EQ(peer.hear_until(kOpen + 10s).front(), "bar 1 5 100 100 100 100 volume 0 wap 100 count 0");
  peer.hear_until(kOpen + 55s);
  EXPECT_EQ(peer.hear_until(kOpen + 60s), (Lines{"bar 1 55 100.05 100.05 100.05 100.05 volume 100 wap 100.05 count 1",
                                                 "bar 2 55 100 100.01 100 100.01 volume 0 wap 0 count 0",
                                                 "bar 3 55 1.08 1.08005 1.08 1.08005 volume 0 wap 0 count 0"}));
  peer.bars(1, "TRADES");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 322"}));
  peer.bars(4, "TRADES", kEuro);
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 420"}));
  peer.bars(4, "YIELD");
  EXPECT_EQ(peer.ears.take(), (Lines{"error 4 321"}));
  peer.ask(tws::CancelRealTimeBars{.req_id = 1});
  peer.ask(tws::CancelRealTimeBars{.req_id = 2});
  peer.ask(tws::CancelRealTimeBars{.req_id = 3});
  EXPECT_EQ(peer.hear_until(kOpen + 2min), Lines{});
  peer.ask(tws::CancelRealTimeBars{.req_id = 1});
  EXPECT_EQ(peer.ears.take(), (Lines{"error 1 300"}));
}

TEST_P(DepthAndTicks, SixtyRequestsForRealTimeBarsInTenMinutesAreEnough) {
  World world;
  Peer peer{world, GetParam()};
  for (std::int32_t id = 1; id <= 61; ++id) {
    peer.bars(id, "TRADES");
    peer.ask(tws::CancelRealTimeBars{.req_id = id});
  }
  EXPECT_EQ(peer.ears.count("error"), 2) << "refused, so that there is nothing to cancel";
  EXPECT_TRUE(peer.ears.has("error 61 420"));
  peer.hear_until(world.now + 10min);
  peer.bars(70, "TRADES");
  EXPECT_EQ(peer.ears.count("error"), 0);
}

// Whatever the market does, the operations turn the client's book into ours, without a row too many on the way.
template <class Changes>
void follow_a_market(Changes&& changes_between, bool only_at_the_end) {
  const Listing listing = us_stock("SPY");
  const std::vector<std::string_view> exchanges = {"NASDAQ", "ARCA", "BATS"};
  DepthBook client;
  std::vector<DepthRow> before;
  std::uint64_t state = 12345;
  const auto next = [&state](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>((state >> 33U) % below);
  };
  for (int step = 0; step < 2000; ++step) {
    model::Quote now;
    if (next(20) != 0) {
      now.bid = Price::from_raw(Price::of(100).raw() + next(12) * Price::kScale / 100);
      now.bid_size = Quantity::of(100 * (1 + next(9)));
    }
    const auto rows = static_cast<std::size_t>(5 + next(6));
    std::vector<DepthRow> after = depth_side(listing, now, Side::buy, rows, exchanges);
    std::vector<DepthChange> changes;
    changes_between(before, after, changes);
    for (const DepthChange& change : changes) {
      if (only_at_the_end && change.operation == DepthOperation::insert) {
        ASSERT_EQ(static_cast<std::size_t>(change.position), client.sides[1].size());
      }
      if (only_at_the_end && change.operation == DepthOperation::remove) {
        ASSERT_EQ(static_cast<std::size_t>(change.position) + 1, client.sides[1].size());
      }
      client.apply({.position = change.position,
                    .operation = static_cast<std::int32_t>(change.operation),
                    .side = 1,
                    .price = change.row.price,
                    .size = change.row.size,
                    .market_maker = change.row.exchange});
      ASSERT_LE(client.sides[1].size(), std::max(before.size(), after.size()));
    }
    Lines expected;
    for (const DepthRow& row : after) expected.push_back(fmt::format("{} {} {}", row.price, row.size, row.exchange));
    ASSERT_EQ(client.sides[1], expected) << step;
    ASSERT_TRUE(std::ranges::is_sorted(after, std::greater{}, &DepthRow::price));
    before = std::move(after);
  }
  EXPECT_FALSE(client.is_broken);
}

TEST(DepthBookChanges, MoveRowsFromAnySideToAnyOther) { follow_a_market(move_rows, false); }

TEST(DepthBookChanges, WriteRowsOverAndChangeTheirNumberAtTheEnd) { follow_a_market(rewrite_rows, true); }

}  // namespace
}  // namespace tradewind::sim::gateway
