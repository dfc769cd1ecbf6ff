#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstdint>
#include <optional>

namespace tradewind::sim::gateway {

class Client;

// Volatility and greeks of an option at a price, as market data tells of them: with -1 and -2 for what is not known.
[[nodiscard]] tws::TickOptionComputation option_tick(std::int32_t request_id, std::int32_t tick_type,
                                                     const venue::Listing& option, std::optional<Price> price,
                                                     std::optional<Price> underlying, Timestamp time);

// What a client has calculated: the volatility behind a price, and the price of a volatility. Answered at once, so there is never
// anything to cancel.
class OptionCalculations {
 public:
  explicit OptionCalculations(Client& client) : client_{client} {}

  void implied_volatility(const tws::CalculateImpliedVolatilityRequest& request);
  void option_price(const tws::CalculateOptionPriceRequest& request);

 private:
  // The option a request means, or an error to it and nothing.
  [[nodiscard]] const venue::Listing* option_of(std::int32_t request_id, const tws::Contract& contract);

  Client& client_;
};

}  // namespace tradewind::sim::gateway
