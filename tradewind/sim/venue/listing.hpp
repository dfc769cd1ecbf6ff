#pragma once

#include "tradewind/core/base/numbers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::venue {

// From `from` on, prices move in steps of `increment`.
struct PriceStep {
  Price from = Price::zero();
  Price increment = Price::zero();

  friend bool operator==(const PriceStep&, const PriceStep&) = default;
};

// IB's market rules: how prices move, by price. The ids are IB's where they are public.
struct MarketRule {
  std::int32_t id = 0;
  std::vector<PriceStep> steps;  // ascending; the first from zero

  // The step at a price; that of its magnitude for a negative one.
  [[nodiscard]] Price increment_at(Price price) const;
  [[nodiscard]] bool allows(Price price) const;
};

// Null when there is no such rule here.
[[nodiscard]] const MarketRule* find_market_rule(std::int32_t id);

enum class Right : std::uint8_t { none, call, put };

// A contract that is traded here: what the venue must know, and what contract details tell. Texts are in IB's words.
struct Listing {
  std::int32_t con_id = 0;
  std::string symbol;
  std::string security_type = "STK";
  std::string currency = "USD";
  std::string primary_exchange = "NASDAQ";
  std::string trading_class = "NMS";
  std::string local_symbol;                              // empty: the symbol
  std::string long_name;
  std::string stock_type;                                // "COMMON", "ETF"; empty for what is no stock
  Price min_tick = Price::from_raw(10'000'000);          // 0.01: the smallest step of its market rule
  std::int32_t market_rule = 26;
  Multiplier multiplier = Multiplier::of(1);
  Quantity size_increment = Quantity::of(1);             // orders are whole multiples of it
  // Of futures and options.
  std::string last_trade_date;                           // yyyymmdd
  std::optional<Price> strike;
  Right right = Right::none;
  std::optional<std::int32_t> underlying;                // its con_id

  [[nodiscard]] const std::string& local() const { return local_symbol.empty() ? symbol : local_symbol; }
  [[nodiscard]] bool is_option() const { return right != Right::none; }
};

// A US stock with IB's own contract id where that is public knowledge, else with one derived from the symbol.
[[nodiscard]] Listing us_stock(std::string_view symbol);

}  // namespace tradewind::sim::venue
