#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/sim/gateway/market.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::app {

// Which market a simulated gateway plays.
struct MarketChoice {
  // A folder of recorded bars: LEAN's layout, or one <SYMBOL>.csv for each symbol. Empty: a generated market.
  std::optional<std::string> data;
  std::optional<std::string> recording;  // of the wire, instead: what a session saw of the market, for `market_now`
  std::vector<std::string> symbols;   // empty: a default set, for a generated market only
  std::optional<CivilTime> from, to;  // local dates, both count; needed for LEAN data
  std::uint64_t seed = 1;             // of a generated market
};

struct MarketSetup {
  sim::gateway::Market market;
  TimeZone zone;        // in which the market's hours and days are meant
  bool has_sessions = true;  // false: it never closes
  Timestamp begin;      // of the first event
  Timestamp end;        // when everything has been played; for a market without end, that of the first day
};

// Market days as they were: recorded ones at their own times, or generated New York sessions. For virtual time.
[[nodiscard]] Result<MarketSetup> market_days(const MarketChoice& choice);
// A market that is open at `now`: recorded days moved so that the first bar begins then, or a generated market of one-second
// bars that never closes, does not halt by itself and has some hours of history. Without symbols that is a little of
// everything: AAPL, MSFT, SPY and TSLA, the options of AAPL, four ES futures, EUR.USD, the SPX index and a bond. For the
// wall clock.
[[nodiscard]] Result<MarketSetup> market_now(const MarketChoice& choice, Timestamp now);

}  // namespace tradewind::app
