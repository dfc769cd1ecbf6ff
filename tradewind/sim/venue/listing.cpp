#include "tradewind/sim/venue/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tradewind::sim::venue {
namespace {

struct Known {
  std::string_view symbol;
  std::int32_t con_id;
  std::string_view primary_exchange;
  std::string_view trading_class;
  std::string_view long_name;
  std::string_view isin;
  std::string_view industry;
  std::string_view category;
  std::string_view subcategory;
  std::string_view stock_type = "COMMON";
};

constexpr auto kKnown = std::to_array<Known>({
    {"AAPL", 265598, "NASDAQ", "NMS", "APPLE INC", "US0378331005", "Technology", "Computers", "Computers"},
    {"AMZN", 3691937, "NASDAQ", "NMS", "AMAZON.COM INC", "US0231351067", "Communications", "Internet", "E-Commerce"},
    {"GOOG", 208813720, "NASDAQ", "NMS", "ALPHABET INC-CL C", "US02079K1079", "Communications", "Internet",
     "Web Portals"},
    {"GOOGL", 208813719, "NASDAQ", "NMS", "ALPHABET INC-CL A", "US02079K3059", "Communications", "Internet",
     "Web Portals"},
    {"IBM", 8314, "NYSE", "IBM", "INTL BUSINESS MACHINES CORP", "US4592001014", "Technology", "Computers",
     "Computer Services"},
    {"MSFT", 272093, "NASDAQ", "NMS", "MICROSOFT CORP", "US5949181045", "Technology", "Software", "Applications"},
    {"QQQ", 320227571, "NASDAQ", "NMS", "INVESCO QQQ TRUST SERIES 1", "US46090E1038", "", "", "", "ETF"},
    {"SPY", 756733, "ARCA", "SPY", "SPDR S&P 500 ETF TRUST", "US78462F1030", "", "", "", "ETF"},
    {"TSLA", 76792991, "NASDAQ", "NMS", "TESLA INC", "US88160R1014", "Consumer, Cyclical", "Auto Manufacturers",
     "Auto-Cars/Light Trucks"},
});

struct KnownIndex {
  std::string_view symbol;
  std::int32_t con_id;
  std::string_view exchange;
  std::string_view long_name;
};
constexpr auto kKnownIndices = std::to_array<KnownIndex>({
    {"NDX", 416843, "NASDAQ", "NASDAQ 100 Stock Index"},
    {"RUT", 416888, "RUSSELL", "Russell 2000 Stock Index"},
    {"SPX", 416904, "CBOE", "S&P 500 Stock Index"},
    {"VIX", 13455763, "CBOE", "CBOE Volatility Index"},
});

struct KnownPair {
  std::string_view local_symbol;
  std::int32_t con_id;
};
constexpr auto kKnownPairs = std::to_array<KnownPair>({
    {"EUR.USD", 12087792},
    {"GBP.USD", 12087797},
    {"USD.JPY", 15016059},
});

constexpr auto kStockExchanges =
    std::to_array<std::string_view>({"SMART", "AMEX", "NYSE", "ARCA", "NASDAQ", "CHX", "BEX", "BATS", "BYX", "EDGEA",
                                     "EDGX", "IEX", "LTSE", "MEMX", "NYSENAT", "PEARL", "PSX"});
constexpr auto kOptionExchanges =
    std::to_array<std::string_view>({"SMART", "AMEX", "BATS", "BOX", "CBOE", "CBOE2", "EDGX", "EMERALD", "GEMINI",
                                     "ISE", "MERCURY", "MIAX", "NASDAQBX", "NASDAQOM", "PEARL", "PHLX", "PSE"});
constexpr auto kSmartOnly = std::to_array<std::string_view>({"SMART"});

// Empty: its primary exchange is the only one.
std::span<const std::string_view> common_exchanges(const Listing& listing) {
  if (listing.security_type == "STK") return kStockExchanges;
  if (listing.security_type == "OPT") return kOptionExchanges;
  if (listing.security_type == "BOND" || listing.security_type == "BAG") return kSmartOnly;
  return {};
}

Price parsed(const char* text) { return Price::parse(text).value(); }

const std::vector<MarketRule>& market_rules() {
  static const std::vector<MarketRule> kRules = {
      {kPennyRule, {{Price::zero(), parsed("0.01")}}},
      {kPennyNickelRule, {{Price::zero(), parsed("0.01")}, {parsed("3"), parsed("0.05")}}},
      {kQuarterPointRule, {{Price::zero(), parsed("0.25")}}},
      {kNickelDimeRule, {{Price::zero(), parsed("0.05")}, {parsed("3"), parsed("0.1")}}},
      {kHalfPipRule, {{Price::zero(), parsed("0.00005")}}},
      {kTenthRule, {{Price::zero(), parsed("0.1")}}},
      {kWholePointRule, {{Price::zero(), parsed("1")}}},
  };
  return kRules;
}

}  // namespace

Price MarketRule::increment_at(Price price) const {
  const Price size = price < Price::zero() ? Price::from_raw(-price.raw()) : price;
  Price increment = steps.front().increment;
  for (const PriceStep& step : steps) {
    if (step.from <= size) increment = step.increment;
  }
  return increment;
}

bool MarketRule::allows(Price price) const { return price.raw() % increment_at(price).raw() == 0; }

const MarketRule* find_market_rule(std::int32_t id) {
  const auto& rules = market_rules();
  const auto found = std::ranges::find(rules, id, &MarketRule::id);
  return found == rules.end() ? nullptr : &*found;
}

std::vector<std::string_view> exchanges_of(const Listing& listing) {
  const auto common = common_exchanges(listing);
  if (common.empty()) return {listing.primary_exchange};
  return {common.begin(), common.end()};
}

bool trades_on(const Listing& listing, std::string_view exchange) {
  const auto common = common_exchanges(listing);
  if (common.empty()) return exchange == listing.primary_exchange;
  if (exchange == "ISLAND") exchange = "NASDAQ";
  return std::ranges::find(common, exchange) != common.end();
}

std::string_view usual_exchange(const Listing& listing) {
  const auto common = common_exchanges(listing);
  return common.empty() ? std::string_view{listing.primary_exchange} : common.front();
}

std::int32_t derived_con_id(std::string_view description) {
  std::uint32_t hash = 2166136261U;  // FNV-1a: stable, and far from the public ids above
  for (const char c : description) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return 1'000'000'000 + static_cast<std::int32_t>(hash % 1'000'000'000U);
}

Listing us_stock(std::string_view symbol) {
  Listing listing;
  listing.symbol = symbol;
  listing.stock_type = "COMMON";
  if (const auto known = std::ranges::find(kKnown, symbol, &Known::symbol); known != kKnown.end()) {
    listing.con_id = known->con_id;
    listing.primary_exchange = known->primary_exchange;
    listing.trading_class = known->trading_class;
    listing.long_name = known->long_name;
    listing.stock_type = known->stock_type;
    listing.isin = known->isin;
    listing.industry = known->industry;
    listing.category = known->category;
    listing.subcategory = known->subcategory;
    return listing;
  }
  listing.con_id = derived_con_id(symbol);
  listing.long_name = std::string{symbol} + " (SIMULATED)";
  return listing;
}

Listing currency_pair(std::string_view base, std::string_view quote) {
  Listing listing;
  listing.symbol = base;
  listing.security_type = "CASH";
  listing.currency = quote;
  listing.primary_exchange = "IDEALPRO";
  listing.local_symbol = fmt::format("{}.{}", base, quote);
  listing.trading_class = listing.local_symbol;
  listing.min_tick = parsed("0.00005");
  listing.market_rule = kHalfPipRule;
  const auto known = std::ranges::find(kKnownPairs, listing.local_symbol, &KnownPair::local_symbol);
  listing.con_id = known != kKnownPairs.end() ? known->con_id : derived_con_id("CASH " + listing.local_symbol);
  listing.long_name =
      listing.local_symbol == "EUR.USD" ? "European Monetary Union Euro" : listing.local_symbol + " currency pair";
  return listing;
}

Listing stock_index(std::string_view symbol) {
  Listing listing;
  listing.symbol = symbol;
  listing.security_type = "IND";
  listing.trading_class = symbol;
  if (const auto known = std::ranges::find(kKnownIndices, symbol, &KnownIndex::symbol); known != kKnownIndices.end()) {
    listing.con_id = known->con_id;
    listing.primary_exchange = known->exchange;
    listing.long_name = known->long_name;
    return listing;
  }
  listing.con_id = derived_con_id(fmt::format("IND {}", symbol));
  listing.primary_exchange = "CBOE";
  listing.long_name = fmt::format("{} INDEX (SIMULATED)", symbol);
  return listing;
}

Listing example_bond() {
  Listing listing;
  listing.symbol = "IBM";
  listing.security_type = "BOND";
  listing.primary_exchange = "SMART";
  listing.trading_class = "IBM";
  listing.long_name = "INTL BUSINESS MACHINES CORP";
  listing.last_trade_date = "20420620";
  listing.bond = BondTerms{.cusip = "459200HF1",
                           .description = "IBM 4 06/20/42",
                           .coupon_millionths = 4'000'000,
                           .issue_date = "20120620",
                           .type = "CORP",
                           .ratings = ""};
  listing.isin = "US459200HF10";
  listing.con_id = derived_con_id("BOND " + listing.bond->cusip);
  listing.local_symbol = fmt::format("IBCID{}", listing.con_id);
  listing.multiplier = Multiplier::of(10);  // a price in percent, a quantity in thousands of face value
  return listing;
}

}  // namespace tradewind::sim::venue
