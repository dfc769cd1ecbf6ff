#pragma once

#include "tradewind/core/base/numbers.hpp"

namespace tradewind::sim::venue {

// Interactive Brokers' fixed schedule for US stocks, in USD: 0.005 a share, at least 1.00 an order, at most 1
// % of the order's trade value. Where the maximum is below the minimum, the maximum applies. Regulatory fees,
// which are passed on for sales, and the lower minimum of fractional-share orders are not part of it.
//
// What an order of `shares` in all, worth `trade_value` in all, costs: rounded half to even to a millionth of
// a dollar.
[[nodiscard]] Amount fixed_us_stock_fee(Quantity shares, Amount trade_value);

// The fees of one order's executions. An order that stays overnight or is modified counts as a new one at IB:
// give it a new object.
class OrderFees {
 public:
  // The fee of this execution: what the order owes with it, less what has been charged before. So the fees of
  // partial fills always sum to the order's fee. Never negative.
  [[nodiscard]] Amount charge(Price price, Quantity quantity);
  [[nodiscard]] Amount charged() const { return charged_; }

 private:
  Quantity shares_ = Quantity::zero();
  Amount trade_value_ = Amount::zero();
  Amount charged_ = Amount::zero();
};

}  // namespace tradewind::sim::venue
