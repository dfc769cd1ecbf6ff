// Prices, quantities, positions and amounts are different things: they neither compare nor add nor convert, and none
// has a value that nobody stated.
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/money.hpp"

namespace tradewind {

bool numbers(Price price, Quantity quantity, Position position, const Money& money) {
  bool ok = price == Price::of(1) && quantity < Quantity::of(2) && add(price, price).has_value();
  ok = ok && add(money, money).has_value() && after_trade(position, Side::buy, quantity).has_value();
  [[maybe_unused]] Price stated = Price::zero();
#if TW_MUST_NOT_COMPILE == 1
  ok = ok && price == quantity;
#elif TW_MUST_NOT_COMPILE == 2
  ok = ok && price < quantity;
#elif TW_MUST_NOT_COMPILE == 3
  ok = ok && add(price, quantity).has_value();
#elif TW_MUST_NOT_COMPILE == 4
  [[maybe_unused]] const auto sum = price + quantity;
#elif TW_MUST_NOT_COMPILE == 5
  [[maybe_unused]] Price unstated;
#elif TW_MUST_NOT_COMPILE == 6
  [[maybe_unused]] Price from_number = 100;
#elif TW_MUST_NOT_COMPILE == 7
  [[maybe_unused]] std::int64_t to_number = price;
#elif TW_MUST_NOT_COMPILE == 8
  ok = ok && position == quantity;
#elif TW_MUST_NOT_COMPILE == 9
  [[maybe_unused]] const auto negative = negate(quantity);
#elif TW_MUST_NOT_COMPILE == 10
  ok = ok && add(money, money.amount).has_value();
#elif TW_MUST_NOT_COMPILE == 11
  [[maybe_unused]] Amount unstated;
#endif
  return ok;
}

}  // namespace tradewind
