#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <chrono>
#include <string_view>
#include <vector>

// Listings of what derives from others: futures on stock indices, and options on stocks.
namespace tradewind::sim::venue {

// The future of a US stock index (ES, NQ, RTY, YM and their micro sisters) that ends on `expiry`, one of
// quarterly_expiries(). Prices of its own. Unsupported for other symbols.
[[nodiscard]] Result<Listing> index_future(std::string_view symbol, std::chrono::sys_days expiry,
                                           const TimeZone& new_york);
// Successive futures, the nearest first. The first has prices of its own; the others are priced from it.
[[nodiscard]] Result<std::vector<Listing>> index_futures(std::string_view symbol, std::chrono::sys_days today,
                                                         int quarters, const TimeZone& new_york);

struct ChainConfig {
  std::chrono::sys_days today;
  Price around = Price::of(100);  // strikes lie on both sides of it
  int weeks = 6;                  // of weekly expiries, monthly ones among them
  int months = 6;                 // of monthly expiries
  bool is_penny_class = true;     // prices move by pennies below 3 and by nickels above; else by nickels and dimes
};

// The options of a stock, ascending by expiry, strike and right. Monthly expiries reach 40 % to both sides of the price,
// weekly ones 15 %; far from it every second strike is left out.
[[nodiscard]] std::vector<Listing> option_chain(const Listing& stock, const ChainConfig& config,
                                                const TimeZone& new_york);
// The step between strikes around a price: 0.5, 1, 2.5, 5 or 10.
[[nodiscard]] Price strike_step(Price price);

// The OCC's name of an option as IB writes it: "AAPL  261218C00200000".
[[nodiscard]] std::string option_symbol(std::string_view trading_class, std::chrono::sys_days expiry, Right right,
                                        Price strike);

}  // namespace tradewind::sim::venue
