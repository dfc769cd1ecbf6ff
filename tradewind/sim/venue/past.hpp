#pragma once

#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/sim/venue/generator.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tradewind::sim::venue {

enum class Grain : std::uint8_t { day, minute, second };

// What came before a generated market, as far back as twenty years, without being kept anywhere: each bar is a function of
// the market's seed, the symbol and the time alone. Days are walked back from the price at which the market begins; the
// minutes of a day and the seconds of a minute are made out of the longer bar, so that put together they are exactly that
// bar again: first, highest, lowest and last price, volume and count.
//
// Bars are of the price of the market, whether it shows as a print or between quotes; one without volume says so.
class Past {
 public:
  static constexpr int kYears = 20;

  explicit Past(GeneratorConfig config);

  // Where the market begins, and what is invented ends: the open of its first session.
  [[nodiscard]] Timestamp end() const { return end_; }
  // The open of the first session invented.
  [[nodiscard]] Timestamp begin() const;
  // Bars of one symbol that begin within [from, until), ascending.
  [[nodiscard]] std::vector<model::Bar> bars(std::size_t symbol, Timestamp from, Timestamp until, Grain grain) const;
  [[nodiscard]] const GeneratedSymbol& symbol(std::size_t index) const { return config_.symbols[index]; }

 private:
  [[nodiscard]] bool has_session(std::chrono::sys_days day) const;

  GeneratorConfig config_;
  std::chrono::sys_days first_day_;  // of the market
  Timestamp end_;
};

// `parts` bars of equal length that together are `whole`, at prices that are multiples of `tick` above whole.low; the draws
// decide. Volumes are whole units.
void split(const model::Bar& whole, int parts, Price tick, Rng rng, std::vector<model::Bar>& out);

}  // namespace tradewind::sim::venue
