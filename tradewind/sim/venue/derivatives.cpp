#include "tradewind/sim/venue/derivatives.hpp"

#include "tradewind/sim/venue/expiries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace tradewind::sim::venue {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year_month_day;

namespace {

struct FutureTerms {
  std::string_view symbol;
  std::string_view exchange;
  std::int64_t multiplier_tenths;
  std::string_view tick;
  std::int32_t market_rule;
  std::int32_t index_con_id;  // zero: IB's is not public
  std::string_view long_name;
};
constexpr auto kFutures = std::to_array<FutureTerms>({
    {"ES", "CME", 500, "0.25", kQuarterPointRule, 11004968, "E-mini S&P 500"},
    {"M2K", "CME", 50, "0.1", kTenthRule, 0, "Micro E-Mini Russell 2000 Index"},
    {"MES", "CME", 50, "0.25", kQuarterPointRule, 0, "Micro E-Mini S&P 500 Stock Price Index"},
    {"MNQ", "CME", 20, "0.25", kQuarterPointRule, 0, "Micro E-Mini Nasdaq-100 Index"},
    {"MYM", "CBOT", 5, "1", kWholePointRule, 0, "Micro E-Mini Dow Jones Industrial Average Index"},
    {"NQ", "CME", 200, "0.25", kQuarterPointRule, 11004958, "E-mini NASDAQ 100"},
    {"RTY", "CME", 500, "0.1", kTenthRule, 0, "E-Mini Russell 2000 Index"},
    {"YM", "CBOT", 50, "1", kWholePointRule, 0, "Mini Sized Dow Jones Industrial Average $5"},
});

// IB writes the month as a letter.
constexpr std::string_view kMonthCodes = "FGHJKMNQUVXZ";

Price scaled(Price price, std::int64_t numerator, std::int64_t denominator) {
  return Price::from_raw(static_cast<std::int64_t>(Int128{price.raw()} * numerator / denominator));
}

Listing option_on(const Listing& stock, sys_days expiry, Price strike, Right right, std::int32_t market_rule,
                  const TimeZone& new_york) {
  Listing option;
  option.symbol = stock.symbol;
  option.security_type = "OPT";
  option.currency = stock.currency;
  option.primary_exchange = "CBOE";
  option.trading_class = stock.symbol;
  option.local_symbol = option_symbol(stock.symbol, expiry, right, strike);
  option.con_id = derived_con_id(option.local_symbol);
  option.long_name = stock.long_name;
  option.industry = stock.industry;
  option.category = stock.category;
  option.subcategory = stock.subcategory;
  option.market_rule = market_rule;
  option.min_tick = find_market_rule(market_rule)->steps.front().increment;
  option.multiplier = Multiplier::of(100);
  option.last_trade_date = compact_date(expiry);
  option.expires = instant_on(expiry, 16h, new_york);
  option.strike = strike;
  option.right = right;
  option.underlying = stock.con_id;
  option.underlying_type = stock.security_type;
  option.priced_from = stock.con_id;
  return option;
}

}  // namespace

Result<Listing> index_future(std::string_view symbol, sys_days expiry, const TimeZone& new_york) {
  const auto terms = std::ranges::find(kFutures, symbol, &FutureTerms::symbol);
  if (terms == kFutures.end())
    return fail(Errc::invalid_argument, fmt::format("'{}': no future of this symbol is known here", symbol));
  const year_month_day date{expiry};
  Listing future;
  future.symbol = symbol;
  future.security_type = "FUT";
  future.primary_exchange = terms->exchange;
  future.trading_class = symbol;
  future.local_symbol = fmt::format("{}{}{}", symbol, kMonthCodes[unsigned{date.month()} - 1], int{date.year()} % 10);
  future.con_id = derived_con_id(fmt::format("FUT {} {}", symbol, compact_date(expiry)));
  future.long_name = terms->long_name;
  future.min_tick = Price::parse(terms->tick).value();
  future.market_rule = terms->market_rule;
  future.multiplier = Multiplier::from_raw(terms->multiplier_tenths * Multiplier::kScale / 10);
  future.last_trade_date = compact_date(expiry);
  future.expires = instant_on(expiry, 9h + 30min, new_york);  // settled at the opening prices
  future.underlying = terms->index_con_id != 0 ? terms->index_con_id : derived_con_id(fmt::format("IND {}", symbol));
  future.underlying_type = "IND";
  return future;
}

Result<std::vector<Listing>> index_futures(std::string_view symbol, sys_days today, int quarters,
                                           const TimeZone& new_york) {
  std::vector<Listing> futures;
  for (const sys_days expiry : quarterly_expiries(today, quarters)) {
    futures.push_back(TW_TRY(index_future(symbol, expiry, new_york)));
    if (futures.size() > 1) futures.back().priced_from = futures.front().con_id;
  }
  return futures;
}

Price strike_step(Price price) {
  if (price < Price::of(25)) return scaled(Price::of(1), 1, 2);
  if (price < Price::of(100)) return Price::of(1);
  if (price < Price::of(250)) return scaled(Price::of(5), 1, 2);
  if (price < Price::of(1000)) return Price::of(5);
  return Price::of(10);
}

std::string option_symbol(std::string_view trading_class, sys_days expiry, Right right, Price strike) {
  return fmt::format("{:<6}{}{}{:08}", trading_class, compact_date(expiry).substr(2), right == Right::call ? 'C' : 'P',
                     strike.raw() / (Price::kScale / 1000));
}

std::vector<Listing> option_chain(const Listing& stock, const ChainConfig& config, const TimeZone& new_york) {
  const auto monthly = monthly_expiries(config.today, config.months);
  std::set<sys_days> expiries{monthly.begin(), monthly.end()};
  for (const sys_days expiry : weekly_expiries(config.today, config.weeks)) expiries.insert(expiry);
  const std::int64_t step = strike_step(config.around).raw();
  const Price near_low = scaled(config.around, 85, 100);
  const Price near_high = scaled(config.around, 115, 100);
  const std::int32_t rule = config.is_penny_class ? kPennyNickelRule : kNickelDimeRule;
  std::vector<Listing> chain;
  for (const sys_days expiry : expiries) {
    const bool is_monthly = std::ranges::find(monthly, expiry) != monthly.end();
    const Price low = is_monthly ? scaled(config.around, 60, 100) : near_low;
    const Price high = is_monthly ? scaled(config.around, 140, 100) : near_high;
    for (std::int64_t raw = std::max(step, low.raw() / step * step); raw <= high.raw(); raw += step) {
      const Price strike = Price::from_raw(raw);
      const bool is_near = strike >= near_low && strike <= near_high;
      if (!is_near && raw % (2 * step) != 0) continue;
      for (const Right right : {Right::call, Right::put})
        chain.push_back(option_on(stock, expiry, strike, right, rule, new_york));
    }
  }
  return chain;
}

}  // namespace tradewind::sim::venue
