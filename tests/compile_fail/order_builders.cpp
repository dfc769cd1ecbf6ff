// An order states the prices of its type and no other, its size, and a time in force, once.
#include "tradewind/core/client/orders/families.hpp"
#include "tradewind/core/client/orders/place.hpp"

namespace tradewind::client::orders {

bool order_builders(Price price, Quantity quantity, const Session& session, const Contract& contract) {
  Order order{Side::buy, quantity, Limit{.limit = price}, Day{}};
  order = Order{Side::buy, quantity, MarketOnClose{}};
  order = Order{Side::sell, CashQuantity{Amount::of(5)}, TrailingStop{.trail = Percent::of(1)}, GoodTillCancelled{}};
  [[maybe_unused]] const Option option{Symbol{"X"}, std::chrono::year{2013} / 10, price, Right::call, Currency{"USD"}};
  const auto ticket = place(OrderId{1}, contract, order, session);
  bool ok = ticket.has_value() && ticket->message().order_id == 1;
#if TW_MUST_NOT_COMPILE == 1
  [[maybe_unused]] const Limit no_price{};
#elif TW_MUST_NOT_COMPILE == 2
  [[maybe_unused]] const StopLimit no_limit{.stop = price};
#elif TW_MUST_NOT_COMPILE == 3
  [[maybe_unused]] const Market superfluous{price};
#elif TW_MUST_NOT_COMPILE == 4
  [[maybe_unused]] const Stop superfluous{.stop = price, .limit = price};
#elif TW_MUST_NOT_COMPILE == 5
  order = Order{Side::buy, quantity, Limit{price}};  // no time in force
#elif TW_MUST_NOT_COMPILE == 6
  order = Order{Side::buy, quantity, MarketOnClose{}, GoodTillCancelled{}};
#elif TW_MUST_NOT_COMPILE == 7
  order = Order{Side::buy, quantity, Limit{price}, AtTheOpening{}};
#elif TW_MUST_NOT_COMPILE == 8
  order = Order{Side::buy, Market{}, Day{}};  // no size
#elif TW_MUST_NOT_COMPILE == 9
  order = Order{Side::buy, quantity, Limit{.limit = quantity}, Day{}};
#elif TW_MUST_NOT_COMPILE == 10
  [[maybe_unused]] const TrailingStop both{.trail = price, .percent = Percent::of(1)};
#elif TW_MUST_NOT_COMPILE == 11
  [[maybe_unused]] const TrailingStopLimit no_limit{.trail = price, .initial_stop = price};
#elif TW_MUST_NOT_COMPILE == 12
  [[maybe_unused]] const TrailingStop percent_as_price{.trail = Percent::of(1), .initial_stop = Percent::of(1)};
#elif TW_MUST_NOT_COMPILE == 13
  order = Order{Side::buy, quantity, Limit{price}, GoodTillDate{}};
#elif TW_MUST_NOT_COMPILE == 14
  [[maybe_unused]] const Stock no_currency{.symbol = Symbol{"X"}};
#elif TW_MUST_NOT_COMPILE == 15
  [[maybe_unused]] const Stock swapped{Currency{"USD"}, Symbol{"X"}};
#elif TW_MUST_NOT_COMPILE == 16
  [[maybe_unused]] const Option no_strike{Symbol{"X"}, std::chrono::year{2013} / 10, Right::call, Currency{"USD"}};
#elif TW_MUST_NOT_COMPILE == 17
  [[maybe_unused]] const Future no_exchange{Symbol{"X"}, std::chrono::year{2013} / 10, Currency{"USD"}};
#elif TW_MUST_NOT_COMPILE == 18
  ok = ok && OrderTicket{tws::PlaceOrderRequest{}}.message().order_id == 1;  // made by hand
#elif TW_MUST_NOT_COMPILE == 19
  [[maybe_unused]] const auto& dangling = place(OrderId{1}, contract, order, session).value().message();
#elif TW_MUST_NOT_COMPILE == 20
  ok = ok && place(1, contract, order, session).has_value();
#elif TW_MUST_NOT_COMPILE == 21
  [[maybe_unused]] const Conditions none;
#elif TW_MUST_NOT_COMPILE == 22
  order.attributes.visibility = {HiddenOrder{}, Iceberg{1}};
#elif TW_MUST_NOT_COMPILE == 23
  [[maybe_unused]] const PercentOfVolume no_share{};
#elif TW_MUST_NOT_COMPILE == 24
  [[maybe_unused]] const StopLoss market = Market{};  // ends no loss
#elif TW_MUST_NOT_COMPILE == 25
  order = Order{Side::buy, 0, Limit{price}, Day{}};
#endif
  return ok;
}

}  // namespace tradewind::client::orders
