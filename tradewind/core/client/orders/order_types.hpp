#pragma once

#include "tradewind/core/client/orders/kinds.hpp"
#include "tradewind/core/client/orders/values.hpp"

#include <cstdint>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

// One struct for each order type, with the prices it uses and no other. A Price has no default, so a price that is
// missing does not compile; one of two prices is a variant.
namespace tradewind::client::orders {

// --- Stops that change once the market has moved ------------------------------------------------------------------

struct AdjustToStop {
  Price trigger;
  Price stop;
};
struct AdjustToStopLimit {
  Price trigger;
  Price stop;
  Price limit;
};
struct AdjustToTrail {
  Price trigger;
  Price stop;
  std::variant<Price, Percent> trail;
};
using Adjustment = std::variant<AdjustToStop, AdjustToStopLimit, AdjustToTrail>;

// --- The usual ones --------------------------------------------------------------------------------------------------

struct Market {};
struct Limit {
  Price limit;
  std::optional<Price> discretionary = {};  // how much worse than the limit it may trade
};
struct Stop {
  Price stop;
  TriggerMethod trigger = TriggerMethod::by_default;
  std::optional<Adjustment> adjust = {};
};
struct StopLimit {
  Price stop;
  Price limit;
  TriggerMethod trigger = TriggerMethod::by_default;
};
struct StopWithProtection {
  Price stop;
};
struct MarketWithProtection {};
struct MarketIfTouched {
  Price touch;
  TriggerMethod trigger = TriggerMethod::by_default;
};
struct LimitIfTouched {
  Price touch;
  Price limit;
  TriggerMethod trigger = TriggerMethod::by_default;
};

using Trail = std::variant<Price, Percent>;  // an amount, or percent of the price
struct TrailingStop {
  Trail trail;
  std::optional<Price> initial_stop = {};
  TriggerMethod trigger = TriggerMethod::by_default;
  std::optional<Adjustment> adjust = {};
};
struct LimitAt {
  Price price;
};
struct LimitOffset {
  Price offset;
};
struct TrailingStopLimit {
  Trail trail;
  Price initial_stop;
  std::variant<LimitAt, LimitOffset> limit;
};

// --- Opening, closing and other auctions; these state the time in force themselves ----------------------------------

struct MarketOnClose {};
struct LimitOnClose {
  Price limit;
};
struct MarketOnOpen {};
struct LimitOnOpen {
  Price limit;
};
struct Auction {
  Price limit;
};

struct MarketToLimit {};
struct BoxTop {};

// --- Pegged and relative orders ---------------------------------------------------------------------------------------

struct Relative {
  std::variant<Price, Percent> offset;
  std::optional<Price> cap = {};
  bool discretionary_up_to_limit = false;
};
struct PassiveRelative {
  Price offset;
};
struct PeggedToMarket {
  Price offset;
};
// Offsets to the midpoint where that is a whole, or half of an, increment.
struct MidpointOffsets {
  Price at_whole;
  Price at_half;
};
struct PeggedToMidpoint {
  Price offset;
  std::optional<Price> cap = {};
  std::optional<int> minimum_trade = {};  // on IBKRATS
  std::optional<MidpointOffsets> offsets = {};
};
struct UpToMidpoint {
  std::optional<MidpointOffsets> offsets = {};
};
struct PeggedToBest {
  Price limit;
  std::variant<Price, UpToMidpoint> compete;  // better than the best price by this much
  std::optional<int> minimum_trade = {};
  std::optional<int> minimum_compete = {};
};
struct PriceRange {
  std::optional<Price> lower = {};
  std::optional<Price> upper = {};
};
struct PeggedToStock {
  Percent delta;  // 1 to 100
  Price starting_price;
  Price stock_reference;
  PriceRange range = {};
};
struct PeggedToBenchmark {
  ContractId reference;
  Exchange reference_exchange;
  Price starting_price;
  Price change;  // of the order's price
  Price reference_change;  // for each such change of the reference
  bool falls_when_reference_rises = false;
  std::optional<Price> stock_reference = {};
  PriceRange range = {};
};
struct MidPrice {
  std::optional<Price> cap = {};
};
struct SnapToMarket {
  Price offset;
};
struct SnapToMidpoint {
  Price offset;
};
struct SnapToPrimary {
  Price offset;
};

// --- Volatility -----------------------------------------------------------------------------------------------------------

enum class VolatilityPeriod : std::uint8_t { daily = 1, annual = 2 };
enum class ReferencePrice : std::uint8_t { average = 1, best_bid_or_ask = 2 };
enum class OpenClose : std::uint8_t { same, open, close };  // same: as the parent, or IB decides

// The order that IB sends to hedge the delta of a volatility order.
struct HedgeAtMarket {};
struct HedgeAtLimit {
  Price limit;
};
struct VolatilityHedge {
  std::variant<HedgeAtMarket, HedgeAtLimit> type;
  std::optional<ContractId> contract = {};
  OpenClose open_close = OpenClose::same;
  std::string settling_firm = {};
  std::string clearing_account = {};
  std::string clearing_intent = {};
  std::string short_sale_location = {};  // not empty: a short sale of stock held there
};
struct Volatility {
  Percent volatility;
  VolatilityPeriod period;
  bool continuous_update = false;
  std::optional<ReferencePrice> reference = {};
  std::optional<VolatilityHedge> hedge = {};
  PriceRange range = {};
};

// --- Combos ---------------------------------------------------------------------------------------------------------------

struct RelativeMarketCombo {
  Price offset;
};
struct RelativeLimitCombo {
  Price offset;
  Price limit;
};
struct LimitMarketCombo {
  Price limit;
};
struct LimitPerLeg {
  std::vector<Price> limits;  // one for each leg, in the order of the legs
};

using OrderType = std::variant<Market, Limit, Stop, StopLimit, StopWithProtection, MarketWithProtection,
                               MarketIfTouched, LimitIfTouched, TrailingStop, TrailingStopLimit, MarketOnClose,
                               LimitOnClose, MarketOnOpen, LimitOnOpen, Auction, MarketToLimit, BoxTop, Relative,
                               PassiveRelative, PeggedToMarket, PeggedToMidpoint, PeggedToBest, PeggedToStock,
                               PeggedToBenchmark, MidPrice, Volatility, RelativeMarketCombo, RelativeLimitCombo,
                               LimitMarketCombo, SnapToMarket, SnapToMidpoint, SnapToPrimary, LimitPerLeg>;

[[nodiscard]] inline OrderKind kind_of(const OrderType& type) { return static_cast<OrderKind>(type.index()); }

// --- Time in force ------------------------------------------------------------------------------------------------------

struct Day {};
struct GoodTillCancelled {};
struct ImmediateOrCancel {};
struct FillOrKill {};
struct GoodTillDate {
  explicit GoodTillDate(Timestamp time) : until{time} {}
  Timestamp until;  // to the second
};
struct DayTillCancelled {};
struct ForMinutes {
  explicit ForMinutes(int minutes) : duration{minutes} {}
  int duration;
};
struct AtTheOpening {};  // these two come with the type only
struct InTheAuction {};
using TimeInForce =
    std::variant<Day, GoodTillCancelled, ImmediateOrCancel, FillOrKill, GoodTillDate, DayTillCancelled, ForMinutes>;
using AnyTimeInForce = std::variant<Day, GoodTillCancelled, ImmediateOrCancel, FillOrKill, GoodTillDate,
                                    DayTillCancelled, ForMinutes, AtTheOpening, InTheAuction>;

[[nodiscard]] inline Tif tif_of(const AnyTimeInForce& tif) { return static_cast<Tif>(tif.index()); }

// The types that state the time in force themselves.
template <class T>
concept TypeWithItsTime =
    std::is_same_v<T, MarketOnClose> || std::is_same_v<T, LimitOnClose> || std::is_same_v<T, MarketOnOpen> ||
    std::is_same_v<T, LimitOnOpen> || std::is_same_v<T, Auction>;
template <class T>
concept TypeWithoutTime = !TypeWithItsTime<T> && !std::is_same_v<T, OrderType> && std::is_constructible_v<OrderType, T>;

}  // namespace tradewind::client::orders
