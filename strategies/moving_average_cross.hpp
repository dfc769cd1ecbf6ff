#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/indicators/moving_average.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/strategy/parameters.hpp"
#include "tradewind/core/strategy/strategy.hpp"

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::strategies {

// Long while the fast average of closing prices is above the slow one, short (or out) while it is below. One class for any
// number of symbols. An example of a strategy, not advice to trade like this.
class MovingAverageCross final : public strategy::Strategy {
 public:
  static constexpr std::string_view kName = "ma_cross";
  static constexpr std::string_view kDescription =
      "long while the fast moving average is above the slow one, else short or out";

  struct Params {
    std::vector<model::Symbol> symbols{model::Symbol{"SPY"}};
    std::int64_t fast = 5;
    std::int64_t slow = 20;
    Quantity size = Quantity::of(100);
    bool short_sales = true;
    Duration bar = std::chrono::seconds{60};

    template <class Visit>
    void describe(Visit&& visit) {
      visit("symbols", symbols, "US stocks to trade, separated by commas");
      visit("fast", fast, "bars of the fast average", strategy::Range{1, 1000});
      visit("slow", slow, "bars of the slow average, more than the fast one", strategy::Range{2, 2000});
      visit("size", size, "shares to hold when in the market");
      visit("short_sales", short_sales, "go short while the fast average is below");
      visit("bar", bar, "length of a bar", strategy::Range{0, 86'400});
    }
    [[nodiscard]] Result<void> check() const;
  };

  explicit MovingAverageCross(Params params) : params_{std::move(params)} {}

  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName{kName}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const override;
  void on_start(strategy::Context& context, const strategy::StartInfo& info) override;
  void on_bar(strategy::Context& context, model::InstrumentId id, const model::Bar& bar) override;

 private:
  struct Averages {
    indicators::SimpleMovingAverage fast;
    indicators::SimpleMovingAverage slow;
  };

  Params params_;
  std::map<model::InstrumentId, Averages> averages_;
};

}  // namespace tradewind::strategies
