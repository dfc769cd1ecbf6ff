#include "tradewind/sim/venue/fees.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/decimal.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace tradewind::sim::venue {
namespace {

// A quantity counts 1e-8 units and an amount 1e-17 dollars: one dollar a unit is a factor of 1e9, 0.005 is
// this.
constexpr Int128 kDollarPerUnit = 1'000'000'000;
constexpr Int128 kPerShare = 5'000'000;
constexpr Int128 kPerOption = kDollarPerUnit * 65 / 100;
constexpr int kDecimals = 6;

struct FutureFee {
  std::string_view symbol;
  Int128 per_contract;  // IB's own
  Int128 passed_on;     // of exchange and regulator
};

constexpr FutureFee kUsualFuture{"", kDollarPerUnit * 85 / 100, kDollarPerUnit * 140 / 100};
constexpr auto kMicroFutures = std::to_array<FutureFee>({
    {"MES", kDollarPerUnit * 25 / 100, kDollarPerUnit * 37 / 100},
    {"MNQ", kDollarPerUnit * 25 / 100, kDollarPerUnit * 37 / 100},
    {"MYM", kDollarPerUnit * 25 / 100, kDollarPerUnit * 37 / 100},
    {"M2K", kDollarPerUnit * 25 / 100, kDollarPerUnit * 37 / 100},
});

}  // namespace

Amount fixed_us_stock_fee(Quantity shares, Amount trade_value) {
  const Amount per_share = Amount::from_raw(kPerShare * shares.raw());
  const auto maximum = proportion(magnitude(trade_value), 1, 100);
  TW_CHECK(maximum.has_value());
  return std::min(std::max(per_share, Amount::of(1)), *maximum).rounded(kDecimals);
}

Amount fixed_option_fee(Quantity contracts) {
  return std::max(Amount::from_raw(kPerOption * contracts.raw()), Amount::of(1)).rounded(kDecimals);
}

Amount fixed_future_fee(Quantity contracts, const Listing& future) {
  const auto micro = std::ranges::find(kMicroFutures, std::string_view{future.symbol}, &FutureFee::symbol);
  const FutureFee& fee = micro == kMicroFutures.end() ? kUsualFuture : *micro;
  return Amount::from_raw((fee.per_contract + fee.passed_on) * contracts.raw()).rounded(kDecimals);
}

Amount fixed_forex_fee(Amount trade_value) {
  const auto share = proportion(magnitude(trade_value), 2, 100'000);
  TW_CHECK(share.has_value());
  return std::max(*share, Amount::of(2)).rounded(kDecimals);
}

std::string fee_currency(const Listing& listing) { return listing.security_type == "CASH" ? "USD" : listing.currency; }

Amount OrderFees::owed() const {
  const std::string_view type = listing_ == nullptr ? "STK" : std::string_view{listing_->security_type};
  if (type == "OPT" || type == "FOP") return fixed_option_fee(quantity_);
  if (type == "FUT") return fixed_future_fee(quantity_, *listing_);
  if (type != "CASH") return fixed_us_stock_fee(quantity_, trade_value_);
  // A pair is worth its base currency: dollars where that is the dollar, else what they cost in the other one, which is
  // taken for dollars.
  const bool in_dollars = listing_->symbol == "USD";
  const auto dollars = in_dollars ? notional(Price::of(1), quantity_, Multiplier::of(1)) : trade_value_;
  TW_CHECK(dollars.has_value());
  return fixed_forex_fee(*dollars);
}

Amount OrderFees::charge(Price price, Quantity quantity) {
  // An order's executions are never more than its quantity; that its value is an amount, with the multiplier, is for whoever
  // takes the order to see to.
  const auto sum = add(quantity_, quantity);
  const auto value = notional(price, quantity, listing_ == nullptr ? Multiplier::of(1) : listing_->multiplier);
  const auto total = value ? add(trade_value_, magnitude(*value)) : std::nullopt;
  TW_CHECK(sum.has_value() && total.has_value());
  quantity_ = *sum;
  trade_value_ = *total;
  const Amount owed_now = owed();
  const auto fee = subtract(owed_now, charged_);
  TW_CHECK(fee.has_value() && !fee->is_negative());
  charged_ = owed_now;
  return *fee;
}

}  // namespace tradewind::sim::venue
