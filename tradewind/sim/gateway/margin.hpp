#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstdint>
#include <optional>

namespace tradewind::sim::gateway {

// What an account must have to hold positions: one simple rule, which is ours and not IB's. Figures in the currency of
// the contract, worth being the position at the price of now times its multiplier.
//
//   stocks, ETFs         maintenance 25 % of the worth; initial 25 % intraday and 50 % overnight (Regulation T)
//   in a cash account    all of the worth, in both
//   options, long        all of the premium, in both
//   options, short       the premium and 20 % of the worth of the underlying, in both
//   futures              a fixed amount for each contract, by symbol, in both; 10 % and 8 % where the table has none
//   FX (CASH)            2.5 % of the worth, in both
//   anything else        all of the worth, in both
//
// Positions are looked at one by one: no spread, no hedge makes the sum smaller.
enum class MarginTime : std::uint8_t { intraday, overnight };
enum class MarginAccount : std::uint8_t { reg_t, cash };

struct Margin {
  Amount initial = Amount::zero();
  Amount maintenance = Amount::zero();

  friend bool operator==(const Margin&, const Margin&) = default;
};

// Pure. `price` is that of the contract, `underlying` that of what an option is on: without it, the strike stands in.
// Nothing for no position. Amounts beyond what an Amount holds do not occur at prices and quantities of a market.
[[nodiscard]] Margin margin_of(const venue::Listing& listing, Position position, Price price,
                               std::optional<Price> underlying, MarginAccount account, MarginTime time);
[[nodiscard]] Margin add(const Margin& a, const Margin& b);

// What a margin account can buy for its available funds: four times as much intraday, twice as much overnight. A cash
// account: once.
[[nodiscard]] Amount buying_power(Amount available_funds, MarginAccount account, MarginTime time);

}  // namespace tradewind::sim::gateway
