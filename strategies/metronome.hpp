#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/strategy/parameters.hpp"
#include "tradewind/core/strategy/strategy.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::strategies {

// Sends a small order at every beat, whatever the market does: buys and sells in turn, at the market and at the quote, and
// cancels a limit order that has not filled by the next beat. For trying out a connection, never for making money.
class Metronome final : public strategy::Strategy {
 public:
  static constexpr std::string_view kName = "metronome";
  static constexpr std::string_view kDescription = "a small order at every beat: for trying out a connection";

  struct Params {
    std::vector<model::Symbol> symbols{model::Symbol{"SPY"}};
    Duration beat = std::chrono::seconds{1};
    Quantity size = Quantity::of(1);

    template <class Visit>
    void describe(Visit&& visit) {
      visit("symbols", symbols, "US stocks to trade, separated by commas");
      visit("beat", beat, "time between two orders", strategy::Range{0, 86'400});
      visit("size", size, "shares of an order");
    }
  };

  explicit Metronome(Params params) : params_{std::move(params)} {}

  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName{kName}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const override;
  void on_start(strategy::Context& context, const strategy::StartInfo& info) override;
  void on_ready(strategy::Context& context) override;
  void on_timer(strategy::Context& context) override;
  void on_unready(strategy::Context& context, std::string_view reason) override;

 private:
  Params params_;
  std::vector<model::InstrumentId> instruments_;
  std::uint64_t beats_ = 0;
  bool is_ready_ = false;
  std::optional<strategy::OrderTicket> resting_;
};

}  // namespace tradewind::strategies
