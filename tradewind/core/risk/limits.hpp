#pragma once

#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/numbers.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::risk {

// Pre-trade limits. Every one is a number: there is no "unlimited". Values are in `currency`; an instrument in another
// currency is denied, because without a dated exchange rate its value is not known.
// The defaults are those for paper accounts; docs/guide/cli.md shows them to users.
struct Limits {
  Currency currency{"USD"};
  Amount order_value_max = Amount::of(100'000);       // PTR-02
  Quantity order_quantity_max = Quantity::of(10'000);  // PTR-03, shares or contracts
  std::int32_t price_collar_bp = 1'000;  // PTR-07, distance from the reference price, 1/100 of a per cent
  Amount position_value_max = Amount::of(200'000);  // PTR-10, worst case: all working orders of a side filled

  friend bool operator==(const Limits&, const Limits&) = default;
};

// Name and value of each limit, for the journal, the screen and the config check.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> described(const Limits& limits);

}  // namespace tradewind::risk
