#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <optional>

// What options are worth: Black and Scholes with a fixed smile. Values and greeks are observed figures, in floating point;
// prices that leave here are exact multiples of the option's tick. Early exercise and dividends are not modelled.
namespace tradewind::sim::venue {

inline constexpr double kRiskFreeRate = 0.04;  // a year, continuously compounded

struct OptionTerms {
  Right right = Right::call;
  double strike = 0;
  double years = 0;  // to expiry; nothing is left below zero
};

struct OptionValue {
  double price = 0;
  double delta = 0;
  double gamma = 0;
  double vega = 0;  // for one point of volatility, as IB shows it: from 0.20 to 0.21
  double theta = 0;  // for one day
};

[[nodiscard]] OptionValue option_value(const OptionTerms& terms, double underlying, double volatility);
// The volatility at which the option is worth `price`; empty when none from 0.001 to 10 does it.
[[nodiscard]] std::optional<double> implied_volatility(const OptionTerms& terms, double underlying, double price);
// The smile: options below the market are dearer than those above, both ends dearer than the middle, near ends more so.
[[nodiscard]] double smile_volatility(double strike, double underlying, double years);

// The terms of a listed option at an instant. It must be one.
[[nodiscard]] OptionTerms terms_of(const Listing& option, Timestamp time);

// Quote and print of an option, from the quote or print of its underlying at an instant and from nothing else. Sides
// below one tick are empty; an option that has expired has no quote. Few prints of the underlying bring one of the option.
[[nodiscard]] model::Quote option_quote(const Listing& option, const model::Quote& underlying, Timestamp time);
[[nodiscard]] std::optional<model::Trade> option_print(const Listing& option, const model::Trade& underlying);
// What the option is worth when its underlying is at this price, to the nearest tick, one at least; empty after expiry.
[[nodiscard]] std::optional<Price> option_price(const Listing& option, Price underlying, Timestamp time);

}  // namespace tradewind::sim::venue
