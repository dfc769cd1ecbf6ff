#include "tradewind/sim/gateway/internal/option_calculations.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"
#include "tradewind/sim/venue/options.hpp"

#include <cmath>

namespace tradewind::sim::gateway {
namespace {

constexpr std::int32_t kCustomComputation = 53;
// What is not known: of volatility and prices, and of greeks.
constexpr double kNoValue = -1;
constexpr double kNoGreek = -2;

tws::TickOptionComputation unknown(std::int32_t request_id, std::int32_t tick_type) {
  tws::TickOptionComputation tick;
  tick.req_id = request_id;
  tick.tick_type = tick_type;
  tick.implied_vol = kNoValue;
  tick.delta = kNoGreek;
  tick.opt_price = kNoValue;
  tick.pv_dividend = kNoValue;
  tick.gamma = kNoGreek;
  tick.vega = kNoGreek;
  tick.theta = kNoGreek;
  tick.und_price = kNoValue;
  return tick;
}

void fill(tws::TickOptionComputation& tick, const venue::OptionTerms& terms, double underlying, double volatility,
          double price) {
  const venue::OptionValue value = venue::option_value(terms, underlying, volatility);
  tick.implied_vol = volatility;
  tick.opt_price = price;
  tick.delta = value.delta;
  tick.gamma = value.gamma;
  tick.vega = value.vega;
  tick.theta = value.theta;
  tick.pv_dividend = 0;  // none are modelled
}

bool is_positive(double value) { return std::isfinite(value) && value > 0; }

}  // namespace

tws::TickOptionComputation option_tick(std::int32_t request_id, std::int32_t tick_type, const venue::Listing& option,
                                       std::optional<Price> price, std::optional<Price> underlying, Timestamp time) {
  tws::TickOptionComputation tick = unknown(request_id, tick_type);
  if (underlying) tick.und_price = observed(*underlying);
  if (!price) return tick;
  tick.opt_price = observed(*price);
  if (!underlying) return tick;
  const venue::OptionTerms terms = venue::terms_of(option, time);
  const auto volatility = venue::implied_volatility(terms, observed(*underlying), observed(*price));
  if (volatility) fill(tick, terms, observed(*underlying), *volatility, observed(*price));
  return tick;
}

const venue::Listing* OptionCalculations::option_of(std::int32_t request_id, const tws::Contract& contract) {
  const auto index = client_.contracts().only_match(request_id, contract);
  if (!index) return nullptr;
  const venue::Listing& listing = client_.listings()[*index];
  if (listing.is_option()) return &listing;
  client_.error(request_id, 321, "Error validating request.-'bF' : cause - The contract is not an option");
  return nullptr;
}

void OptionCalculations::implied_volatility(const tws::CalculateImpliedVolatilityRequest& request) {
  const venue::Listing* option = option_of(request.req_id, request.contract);
  if (option == nullptr) return;
  tws::TickOptionComputation tick = unknown(request.req_id, kCustomComputation);
  if (is_positive(request.option_price) && is_positive(request.under_price)) {
    const venue::OptionTerms terms = venue::terms_of(*option, client_.now());
    tick.opt_price = request.option_price;
    tick.und_price = request.under_price;
    const auto volatility = venue::implied_volatility(terms, request.under_price, request.option_price);
    if (volatility) fill(tick, terms, request.under_price, *volatility, request.option_price);
  }
  client_.send(tick);
}

void OptionCalculations::option_price(const tws::CalculateOptionPriceRequest& request) {
  const venue::Listing* option = option_of(request.req_id, request.contract);
  if (option == nullptr) return;
  tws::TickOptionComputation tick = unknown(request.req_id, kCustomComputation);
  if (is_positive(request.volatility) && is_positive(request.under_price)) {
    const venue::OptionTerms terms = venue::terms_of(*option, client_.now());
    tick.und_price = request.under_price;
    const double price = venue::option_value(terms, request.under_price, request.volatility).price;
    fill(tick, terms, request.under_price, request.volatility, price);
  }
  client_.send(tick);
}

}  // namespace tradewind::sim::gateway
