#include "tradewind/sim/venue/listing.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tradewind::sim::venue {
namespace {

struct Known {
  std::string_view symbol;
  std::int32_t con_id;
  std::string_view primary_exchange;
  std::string_view trading_class;
  std::string_view long_name;
  std::string_view stock_type = "COMMON";
};

constexpr auto kKnown = std::to_array<Known>({
    {"AAPL", 265598, "NASDAQ", "NMS", "APPLE INC"},
    {"AMZN", 3691937, "NASDAQ", "NMS", "AMAZON.COM INC"},
    {"GOOG", 208813720, "NASDAQ", "NMS", "ALPHABET INC-CL C"},
    {"GOOGL", 208813719, "NASDAQ", "NMS", "ALPHABET INC-CL A"},
    {"IBM", 8314, "NYSE", "IBM", "INTL BUSINESS MACHINES CORP"},
    {"MSFT", 272093, "NASDAQ", "NMS", "MICROSOFT CORP"},
    {"QQQ", 320227571, "NASDAQ", "NMS", "INVESCO QQQ TRUST SERIES 1", "ETF"},
    {"SPY", 756733, "ARCA", "SPY", "SPDR S&P 500 ETF TRUST", "ETF"},
    {"TSLA", 76792991, "NASDAQ", "NMS", "TESLA INC"},
});

Price parsed(const char* text) { return Price::parse(text).value(); }

const std::vector<MarketRule>& market_rules() {
  static const std::vector<MarketRule> rules = {
      {26, {{Price::zero(), parsed("0.01")}}},
      {32, {{Price::zero(), parsed("0.01")}, {parsed("3"), parsed("0.05")}}},
      {67, {{Price::zero(), parsed("0.25")}}},
      {239, {{Price::zero(), parsed("0.00005")}}},
  };
  return rules;
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
    return listing;
  }
  std::uint32_t hash = 2166136261U;  // FNV-1a: stable, and far from the public ids below
  for (const char c : symbol) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  listing.con_id = 1'000'000'000 + static_cast<std::int32_t>(hash % 1'000'000'000U);
  listing.long_name = std::string{symbol} + " (SIMULATED)";
  return listing;
}

}  // namespace tradewind::sim::venue
