#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/core/tws/recording/recording.hpp"

#include <chrono>
#include <cstdint>

#include <memory>
#include <string>
#include <vector>

namespace tradewind::sim::recording {

// What a recorded session saw of a market, as bars of one second: each has the prints and the first and last quote of its
// second. Prints and quotes are those of tick-by-tick data where a session had them, else those of market data lines. Only
// stocks in US dollars are taken.
class RecordedMarket {
 public:
  static constexpr Duration kLength = std::chrono::seconds{1};

  RecordedMarket();
  ~RecordedMarket();
  RecordedMarket(const RecordedMarket&) = delete;
  RecordedMarket& operator=(const RecordedMarket&) = delete;

  // The entries of the recording, in order.
  void add(const tws::WireEntry& entry);

  struct Series {
    std::string symbol;
    model::BarHistory history;
  };
  // After the last entry: what there is, by symbol in order of the alphabet.
  [[nodiscard]] std::vector<Series> take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tradewind::sim::recording
