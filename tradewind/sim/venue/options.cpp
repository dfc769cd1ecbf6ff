#include "tradewind/sim/venue/options.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/hash.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

namespace tradewind::sim::venue {
namespace {

constexpr double kSecondsPerYear = 365.25 * 86'400;
constexpr double kVolatilityMin = 0.001;
constexpr double kVolatilityMax = 10;
constexpr std::uint64_t kPrintsOneIn = 8;  // prints of the underlying

double to_double(Price price) { return static_cast<double>(price.raw()) / static_cast<double>(Price::kScale); }

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi); }

std::uint64_t chance(const Listing& option, std::int64_t what) {
  Digest64 digest;
  digest.mix(std::int64_t{option.con_id});
  digest.mix(what);
  digest.mix(std::int64_t{1});  // the last word is spread by one more round
  return digest.value();
}

double value_now(const Listing& option, double underlying, Timestamp time) {
  const OptionTerms terms = terms_of(option, time);
  return option_value(terms, underlying, smile_volatility(terms.strike, underlying, terms.years)).price;
}

bool is_over(const Listing& option, Timestamp time) { return option.expires && time >= *option.expires; }

enum class Towards : std::uint8_t { down, nearest, up };

// A value as a price on the option's grid.
Price on_grid(double value, const MarketRule& rule, Towards towards) {
  const auto raw = static_cast<std::int64_t>(std::llround(value * static_cast<double>(Price::kScale)));
  const std::int64_t step = rule.increment_at(Price::from_raw(raw)).raw();
  const std::int64_t add = towards == Towards::down ? 0 : towards == Towards::up ? step - 1 : step / 2;
  return Price::from_raw((raw + add) / step * step);
}

}  // namespace

OptionValue option_value(const OptionTerms& terms, double underlying, double volatility) {
  const double sign = terms.right == Right::put ? -1 : 1;
  OptionValue value;
  if (terms.years <= 0 || volatility <= 0 || underlying <= 0 || terms.strike <= 0) {
    value.price = std::max(0.0, sign * (underlying - terms.strike));
    value.delta = value.price > 0 ? sign : 0;
    return value;
  }
  const double root = std::sqrt(terms.years);
  const double deviation = volatility * root;
  const double d1 =
      (std::log(underlying / terms.strike) + (kRiskFreeRate + volatility * volatility / 2) * terms.years) / deviation;
  const double d2 = d1 - deviation;
  const double discount = std::exp(-kRiskFreeRate * terms.years);
  value.price = sign * (underlying * normal_cdf(sign * d1) - terms.strike * discount * normal_cdf(sign * d2));
  value.price = std::max(value.price, 0.0);
  value.delta = sign * normal_cdf(sign * d1);
  value.gamma = normal_density(d1) / (underlying * deviation);
  value.vega = underlying * normal_density(d1) * root / 100;
  value.theta = (-underlying * normal_density(d1) * volatility / (2 * root) -
                 sign * kRiskFreeRate * terms.strike * discount * normal_cdf(sign * d2)) /
                365;
  return value;
}

std::optional<double> implied_volatility(const OptionTerms& terms, double underlying, double price) {
  double low = kVolatilityMin;
  double high = kVolatilityMax;
  // Written so that a price that is no number has none.
  const bool within = price >= option_value(terms, underlying, low).price && price > 0 &&
                      price <= option_value(terms, underlying, high).price;
  if (!within || terms.years <= 0) return std::nullopt;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (option_value(terms, underlying, middle).price < price ? low : high) = middle;
  }
  return (low + high) / 2;
}

double smile_volatility(double strike, double underlying, double years) {
  if (strike <= 0 || underlying <= 0) return 0.3;
  const double distance = std::log(strike / underlying) / std::sqrt(std::max(years, 1.0 / 365));
  return std::clamp(0.27 - 0.05 * distance + 0.06 * distance * distance, 0.12, 1.5);
}

OptionTerms terms_of(const Listing& option, Timestamp time) {
  TW_CHECK(option.is_option() && option.strike && option.expires);
  const auto left = std::chrono::duration<double>{*option.expires - time};
  return {option.right, to_double(*option.strike), std::max(0.0, left.count() / kSecondsPerYear)};
}

model::Quote option_quote(const Listing& option, const model::Quote& underlying, Timestamp time) {
  if (!underlying.bid || !underlying.ask || is_over(option, time)) return {};
  const MarketRule& rule = *find_market_rule(option.market_rule);
  const double value = value_now(option, to_double(midpoint(*underlying.bid, *underlying.ask)), time);
  const double tick = to_double(rule.increment_at(Price::from_raw(static_cast<std::int64_t>(value * 1e9))));
  const double half_spread = std::max(tick / 2, value / 100);
  model::Quote quote;
  const std::uint64_t luck = chance(option, underlying.bid->raw());
  quote.ask = on_grid(value + half_spread, rule, Towards::up);
  quote.ask_size = Quantity::of(static_cast<std::int64_t>(1 + (luck >> 8) % 60));
  const Price bid = on_grid(std::max(0.0, value - half_spread), rule, Towards::down);
  if (bid > Price::zero()) {
    quote.bid = bid;
    quote.bid_size = Quantity::of(static_cast<std::int64_t>(1 + (luck >> 32) % 60));
  }
  return quote;
}

std::optional<Price> option_price(const Listing& option, Price underlying, Timestamp time) {
  if (is_over(option, time)) return std::nullopt;
  const MarketRule& rule = *find_market_rule(option.market_rule);
  const Price price = on_grid(value_now(option, to_double(underlying), time), rule, Towards::nearest);
  return std::max(price, option.min_tick);
}

std::optional<model::Trade> option_print(const Listing& option, const model::Trade& underlying) {
  const std::uint64_t luck = chance(option, underlying.time.ns());
  if ((luck >> 16) % kPrintsOneIn != 0) return std::nullopt;
  const auto price = option_price(option, underlying.price, underlying.time);
  if (!price) return std::nullopt;
  return model::Trade{underlying.time, *price, Quantity::of(static_cast<std::int64_t>(1 + (luck >> 40) % 10))};
}

}  // namespace tradewind::sim::venue
