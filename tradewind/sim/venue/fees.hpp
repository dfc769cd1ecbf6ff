#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstdint>
#include <string>

namespace tradewind::sim::venue {

// Interactive Brokers' fixed schedule for US stocks, in USD: 0.005 a share, at least 1.00 an order, at most 1
// % of the order's trade value. Where the maximum is below the minimum, the maximum applies. Regulatory fees,
// which are passed on for sales, and the lower minimum of fractional-share orders are not part of it.
//
// What an order of `shares` in all, worth `trade_value` in all, costs: rounded half to even to a millionth of
// a dollar.
[[nodiscard]] Amount fixed_us_stock_fee(Quantity shares, Amount trade_value);

// Options on stocks, indices and futures: 0.65 a contract, at least 1.00 an order. Exchange and regulatory fees are
// not part of it.
[[nodiscard]] Amount fixed_option_fee(Quantity contracts);

// Futures: 0.85 a contract, 0.25 for the micro contracts, and what exchange and regulator charge for each.
[[nodiscard]] Amount fixed_future_fee(Quantity contracts, const Listing& future);

// Currencies: 0.2 basis points of the trade's value, at least 2.00 an order.
[[nodiscard]] Amount fixed_forex_fee(Amount trade_value);

// The currency a contract's commission is charged in: that of the contract, USD for currency pairs.
[[nodiscard]] std::string fee_currency(const Listing& listing);

// The fees of one order's executions. An order that stays overnight or is modified counts as a new one at IB:
// give it a new object.
class OrderFees {
 public:
  OrderFees() = default;  // of a US stock
  // By the schedule of the contract's security type. Types without one of their own are charged as stocks.
  explicit OrderFees(const Listing& listing) : listing_{&listing} {}

  // The fee of this execution: what the order owes with it, less what has been charged before. So the fees of
  // partial fills always sum to the order's fee. Never negative.
  [[nodiscard]] Amount charge(Price price, Quantity quantity);
  [[nodiscard]] Amount charged() const { return charged_; }

 private:
  [[nodiscard]] Amount owed() const;

  const Listing* listing_ = nullptr;  // none: a US stock
  Quantity quantity_ = Quantity::zero();
  Amount trade_value_ = Amount::zero();
  Amount charged_ = Amount::zero();
};

}  // namespace tradewind::sim::venue
