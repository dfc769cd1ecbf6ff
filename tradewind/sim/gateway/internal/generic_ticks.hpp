#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tradewind::sim::gateway {

// What a request's list of generic ticks may name. The order is that of the table in generic_ticks.cpp.
enum class Generic : std::uint8_t {
  option_volume,
  option_open_interest,
  historical_volatility,
  average_option_volume,
  implied_volatility,
  index_premium,
  miscellaneous,
  mark_price_old,
  auction,
  mark_price,
  rt_volume,
  shortable,
  inventory,
  fundamentals,
  news,
  trade_count,
  trade_rate,
  volume_rate,
  last_rth_trade,
  rt_trade_volume,
  rt_historical_volatility,
  dividends,
  bond_factor,
  etf_nav_bid_ask,
  etf_nav_last,
  etf_nav_close,
  ipo,
  open_interest,
  short_term_volume,
  etf_nav_high_low,
  slow_mark,
  etf_frozen_nav,
  odd_lots,
};

struct GenericTicks {
  std::uint64_t bits = 0;
  bool only_these = false;  // "mdoff": no default ticks
  std::string illegal;      // those that do not exist for the security type, separated by commas
  std::string news;         // "BRFG+DJNL" of "292:BRFG+DJNL"; empty: all providers

  [[nodiscard]] bool has(Generic generic) const { return (bits >> static_cast<unsigned>(generic) & 1U) != 0; }
};

// Reads a list like "233,236,292:BRFG".
[[nodiscard]] GenericTicks parse_generic_ticks(std::string_view list, std::string_view security_type);
// "100(Option Volume),101(Option Open Interest),…": what a request for this type may name, as error 321 lists it.
[[nodiscard]] std::string legal_generic_ticks(std::string_view security_type);

}  // namespace tradewind::sim::gateway
