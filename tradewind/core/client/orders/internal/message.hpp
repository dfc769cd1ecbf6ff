#pragma once

#include "tradewind/core/client/orders/contracts.hpp"
#include "tradewind/core/client/orders/order.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <charconv>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace tradewind::client::orders::internal {

// Texts made for a message; they stay where they are, also when this is moved.
class Texts {
 public:
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> kept_;
};

// The double nearest to an exact value, which prints as that value again.
template <class Exact>
double nearest(Exact value) {
  const std::string text = value.text();
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// Its texts are views into `contract` and `texts`.
void write(const Contract& contract, tws::Contract& out, Texts& texts);

// The message of an order as it stands, right or wrong; its texts are views into the arguments and into `texts`.
struct Assembled {
  tws::PlaceOrderRequest message;
  Texts texts;
};
Assembled assemble(OrderId id, const Contract& contract, const Order& order);

}  // namespace tradewind::client::orders::internal
