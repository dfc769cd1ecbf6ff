#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
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

inline constexpr std::int32_t kPennyRule = 26;          // 0.01
inline constexpr std::int32_t kPennyNickelRule = 32;    // options of the penny programme: 0.01, from 3 on 0.05
inline constexpr std::int32_t kQuarterPointRule = 67;   // 0.25
inline constexpr std::int32_t kNickelDimeRule = 109;    // other options: 0.05, from 3 on 0.10
inline constexpr std::int32_t kHalfPipRule = 239;       // 0.00005
inline constexpr std::int32_t kTenthRule = 240;         // 0.1; the id is ours
inline constexpr std::int32_t kWholePointRule = 241;    // 1; the id is ours

// Null when there is no such rule here.
[[nodiscard]] const MarketRule* find_market_rule(std::int32_t id);

enum class Right : std::uint8_t { none, call, put };

// One leg of a combo, as seen by who buys the combo.
struct Leg {
  std::int32_t con_id = 0;
  std::int32_t ratio = 1;
  Side side = Side::buy;

  friend auto operator<=>(const Leg&, const Leg&) = default;
};

// What only a bond has.
struct BondTerms {
  std::string cusip;
  std::string description;  // "AAPL 3.85 05/04/43"
  std::int64_t coupon_millionths = 0;
  std::string issue_date;   // yyyymmdd
  std::string type;
  std::string ratings;
};

// A contract that is traded here: what the venue must know, and what contract details tell. Texts are in IB's words.
struct Listing {
  std::int32_t con_id = 0;
  std::string symbol;
  std::string security_type = "STK";
  std::string currency = "USD";
  std::string primary_exchange = "NASDAQ";  // where it prints; of what is no stock, its only or main exchange
  std::string trading_class = "NMS";
  std::string local_symbol;  // empty: the symbol
  std::string long_name;
  std::string stock_type;  // "COMMON", "ETF"; empty for what is no stock
  std::string industry, category, subcategory;  // of stocks and what derives from them
  std::string isin;
  Price min_tick = Price::from_raw(10'000'000);  // 0.01: the smallest step of its market rule
  std::int32_t market_rule = kPennyRule;
  Multiplier multiplier = Multiplier::of(1);
  Quantity size_increment = Quantity::of(1);  // orders are whole multiples of it
  // Of futures and options.
  std::string last_trade_date;  // yyyymmdd; of a bond its maturity
  std::optional<Timestamp> expires;  // when trading ends for good
  std::optional<Price> strike;
  Right right = Right::none;
  std::optional<std::int32_t> underlying;  // its con_id, also where that is not listed here
  std::string underlying_type;  // "STK", "IND"
  // The con_id of the listing whose prices make this one's; empty for what has prices of its own.
  std::optional<std::int32_t> priced_from;
  std::vector<Leg> legs;  // of a combo, ascending by con_id
  std::optional<BondTerms> bond;

  [[nodiscard]] const std::string& local() const { return local_symbol.empty() ? symbol : local_symbol; }
  [[nodiscard]] bool is_option() const { return right != Right::none; }
  [[nodiscard]] bool is_combo() const { return !legs.empty(); }
  // An index shows its value and nothing to trade against.
  [[nodiscard]] bool is_tradable() const { return security_type != "IND"; }
  [[nodiscard]] bool has_quotes() const { return security_type != "IND"; }
  // Currencies and bonds trade between banks: nobody sees a print. A combo's prints are those of its legs.
  [[nodiscard]] bool has_prints() const {
    return security_type != "CASH" && security_type != "BOND" && security_type != "BAG";
  }
};

// The exchanges a listing can be routed to, in the order contract details name them: SMART first where there is a choice.
[[nodiscard]] std::vector<std::string_view> exchanges_of(const Listing& listing);
// Whether a request for it may name this exchange; ISLAND is an old name of NASDAQ.
[[nodiscard]] bool trades_on(const Listing& listing, std::string_view exchange);
// The exchange to name where none was asked for: SMART where there is a choice, else the only one.
[[nodiscard]] std::string_view usual_exchange(const Listing& listing);

// A contract id of our own for what this text describes, where IB's is not public: always the same, and above them all.
[[nodiscard]] std::int32_t derived_con_id(std::string_view description);

// A US stock or exchange-traded fund with IB's own contract id where that is public knowledge, else with one derived from
// the symbol.
[[nodiscard]] Listing us_stock(std::string_view symbol);
// EUR and USD: how many USD one EUR costs.
[[nodiscard]] Listing currency_pair(std::string_view base, std::string_view quote);
[[nodiscard]] Listing stock_index(std::string_view symbol);
// One long bond of a well-known issuer.
[[nodiscard]] Listing example_bond();

}  // namespace tradewind::sim::venue
