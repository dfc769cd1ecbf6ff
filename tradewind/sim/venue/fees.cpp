#include "tradewind/sim/venue/fees.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/decimal.hpp"

#include <algorithm>
#include <optional>

namespace tradewind::sim::venue {
namespace {

// A quantity counts 1e-8 shares and an amount 1e-17 dollars: one dollar a share is a factor of 1e9, 0.005 is
// this.
constexpr Int128 kPerShare = 5'000'000;
constexpr int kDecimals = 6;

}  // namespace

Amount fixed_us_stock_fee(Quantity shares, Amount trade_value) {
  const Amount per_share = Amount::from_raw(kPerShare * shares.raw());
  const auto maximum = proportion(magnitude(trade_value), 1, 100);
  TW_CHECK(maximum.has_value());
  return std::min(std::max(per_share, Amount::of(1)), *maximum).rounded(kDecimals);
}

Amount OrderFees::charge(Price price, Quantity quantity) {
  // The sums fit: an order's executions are never more than its quantity, and any price times any quantity is
  // an amount.
  const auto shares = add(shares_, quantity);
  const auto value = notional(price, quantity, Multiplier::of(1));
  const auto total = value ? add(trade_value_, magnitude(*value)) : std::nullopt;
  TW_CHECK(shares.has_value() && total.has_value());
  shares_ = *shares;
  trade_value_ = *total;
  const Amount owed = fixed_us_stock_fee(shares_, trade_value_);
  const auto fee = subtract(owed, charged_);
  TW_CHECK(fee.has_value() && !fee->is_negative());
  charged_ = owed;
  return *fee;
}

}  // namespace tradewind::sim::venue
