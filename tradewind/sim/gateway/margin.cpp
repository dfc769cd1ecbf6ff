#include "tradewind/sim/gateway/margin.hpp"

#include "tradewind/sim/gateway/internal/amounts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tradewind::sim::gateway {
namespace {

// For one contract, in its currency. Round figures of the size exchanges ask for.
struct FutureMargin {
  std::string_view symbol;
  std::int64_t initial;
  std::int64_t maintenance;
};
constexpr auto kFutures = std::to_array<FutureMargin>({
    {"CL", 7'000, 6'000},
    {"ES", 24'000, 20'000},
    {"GC", 22'000, 20'000},
    {"MES", 2'400, 2'000},
    {"MNQ", 3'600, 3'000},
    {"NQ", 36'000, 30'000},
    {"RTY", 9'000, 8'000},
    {"YM", 13'000, 11'000},
    {"ZN", 2'400, 2'000},
});

Amount percent(Amount amount, int tenths) { return proportion(amount, tenths, 1000).value_or(amount); }

Margin both(Amount amount) { return {amount, amount}; }

Margin of_future(const venue::Listing& listing, Position position, Amount value) {
  const auto known = std::ranges::find(kFutures, listing.symbol, &FutureMargin::symbol);
  if (known == kFutures.end()) return {percent(value, 100), percent(value, 80)};
  const auto each = [&](std::int64_t amount) {
    return proportion(Amount::of(amount), magnitude(position).raw(), Quantity::kScale).value_or(Amount::zero());
  };
  return {each(known->initial), each(known->maintenance)};
}

}  // namespace

Margin margin_of(const venue::Listing& listing, Position position, Price price, std::optional<Price> underlying,
                 MarginAccount account, MarginTime time) {
  const Amount value = magnitude(worth(price, position, listing.multiplier));
  if (listing.is_option()) {
    if (position >= Position::zero()) return both(value);
    const Price of_underlying = underlying.value_or(listing.strike.value_or(Price::zero()));
    const Amount beneath = magnitude(worth(of_underlying, position, listing.multiplier));
    return both(add(value, percent(beneath, 200)).value_or(value));
  }
  if (listing.security_type == "FUT") return of_future(listing, position, value);
  if (listing.security_type == "CASH") return both(percent(value, 25));
  if (listing.security_type == "STK" && account == MarginAccount::reg_t)
    return {percent(value, time == MarginTime::overnight ? 500 : 250), percent(value, 250)};
  return both(value);
}

Margin add(const Margin& a, const Margin& b) {
  return {add(a.initial, b.initial).value_or(a.initial), add(a.maintenance, b.maintenance).value_or(a.maintenance)};
}

Amount buying_power(Amount available_funds, MarginAccount account, MarginTime time) {
  const Amount funds = std::max(available_funds, Amount::zero());
  const int times = account == MarginAccount::cash ? 1 : time == MarginTime::intraday ? 4 : 2;
  return proportion(funds, times, 1).value_or(funds);
}

}  // namespace tradewind::sim::gateway
