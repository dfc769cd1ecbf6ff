#include "tradewind/core/model/market.hpp"
#include "tradewind/edge/catalog/lean.hpp"
#include "tradewind/sim/venue/replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <variant>
#include <vector>

namespace tradewind {
namespace {

namespace fs = std::filesystem;

fs::path data_root() {
  const char* given = std::getenv("TRADEWIND_TEST_DATA");
  return (given != nullptr ? fs::path{given} : fs::path{TW_SOURCE_DIR} / ".." / "shared" / "data") / "lean";
}

// What an engine makes of the prints it sees: bars of one minute on the minute, knowing nothing of the file's
// bars.
class BarBuilder {
 public:
  void on_trade(const model::Trade& trade) {
    constexpr std::int64_t kMinute = 60'000'000'000;
    const Timestamp start = Timestamp::from_ns(trade.time.ns() / kMinute * kMinute);
    if (bars_.empty() || bars_.back().start != start) {
      bars_.push_back({.start = start,
                       .length = std::chrono::minutes{1},
                       .open = trade.price,
                       .high = trade.price,
                       .low = trade.price});
    }
    model::Bar& bar = bars_.back();
    bar.high = std::max(bar.high, trade.price);
    bar.low = std::min(bar.low, trade.price);
    bar.close = trade.price;
    bar.volume = add(bar.volume, trade.size).value();
  }
  [[nodiscard]] const std::vector<model::Bar>& bars() const { return bars_; }

 private:
  std::vector<model::Bar> bars_;
};

// Goal: an engine that watches the play-back of real days sees exactly the bars of the files. Method: five
// days of two symbols, all hours, played together; bars are built from the prints alone and compared, every
// one of them.
TEST(MarketReplay, OfRealDaysBuildsBackToTheBarsOfTheFiles) {
  if (!fs::exists(data_root())) {
    GTEST_SKIP() << "NO REAL DATA AT " << data_root() << ": set TRADEWIND_TEST_DATA to the folder that holds lean/";
  }
  std::vector<model::BarHistory> histories;
  for (const char* symbol : {"SPY", "IBM"}) {
    auto history = edge::catalog::load_lean_minute(data_root(), symbol, {.year = 2013, .month = 10, .day = 7},
                                                   {.year = 2013, .month = 10, .day = 11}, edge::catalog::Hours::all);
    ASSERT_TRUE(history.has_value()) << history.error().detail;
    histories.push_back(std::move(*history));
  }

  sim::venue::Replay replay{histories};
  std::vector<BarBuilder> builders(histories.size());
  std::vector<std::size_t> quotes(histories.size());
  Timestamp before;
  while (replay.next_time()) {
    const sim::venue::MarketEvent event = replay.pop();
    ASSERT_GE(event.time, before);
    before = event.time;
    const std::size_t symbol = event.symbol.value();
    if (const auto* trade = std::get_if<model::Trade>(&event.data)) {
      ASSERT_EQ(trade->time, event.time);
      builders[symbol].on_trade(*trade);
    } else {
      ++quotes[symbol];
    }
  }
  for (std::size_t i = 0; i < histories.size(); ++i) {
    ASSERT_EQ(builders[i].bars().size(), histories[i].trades.size());
    for (std::size_t bar = 0; bar < histories[i].trades.size(); ++bar) {
      ASSERT_EQ(builders[i].bars()[bar], histories[i].trades[bar]) << "bar " << bar << " of symbol " << i;
    }
    EXPECT_EQ(quotes[i], 2 * histories[i].quotes.size());
  }
}

}  // namespace
}  // namespace tradewind
