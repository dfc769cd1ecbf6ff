#pragma once

#include "tradewind/core/client/orders/kinds.hpp"
#include "tradewind/core/client/orders/values.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// IB's algorithms and those of two brokers that IB routes to. What is left out is not sent. data/algos.csv says which
// values are in range; it is checked when the order is made.
namespace tradewind::client::orders {

struct LocalTime {  // "09:30:00 US/Eastern", today
  int hour;
  int minute;
  int second;
  std::string zone;
};
using AlgoTime = std::variant<Timestamp, LocalTime>;

enum class Urgency : std::uint8_t { urgent, normal, patient };
enum class RiskAversion : std::uint8_t { get_done, aggressive, neutral, passive };
enum class TwapStyle : std::uint8_t { marketable, matching, midpoint, matching_same_side, matching_last };

struct Adaptive {
  Urgency priority;
};
struct ArrivalPrice {
  std::optional<Fraction> max_volume = {};  // of the market's volume, 0.1 to 0.5
  std::optional<RiskAversion> risk_aversion = {};
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<bool> force_completion = {};
  std::optional<bool> allow_past_end = {};
};
struct ClosePrice {
  std::optional<Fraction> max_volume = {};
  std::optional<RiskAversion> risk_aversion = {};
  std::optional<AlgoTime> start = {};
  std::optional<bool> force_completion = {};
};
struct DarkIce {
  int display_size;
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<bool> allow_past_end = {};
};
struct AccumulateDistribute {
  int component_size;
  int seconds_between_orders;
  std::optional<bool> randomize_time = {};
  std::optional<bool> randomize_size = {};
  std::optional<int> give_up = {};
  std::optional<bool> catch_up = {};
  std::optional<bool> wait_for_fill = {};
  std::optional<ZonedTime> start = {};
  std::optional<ZonedTime> end = {};
};
struct PercentOfVolume {
  Fraction volume;
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<bool> no_take_liquidity = {};
};
struct PriceVariantPercentOfVolume {
  Fraction volume;
  Fraction delta;
  Fraction minimum;
  Fraction maximum;
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<bool> no_take_liquidity = {};
};
struct SizeVariantPercentOfVolume {
  Fraction start_volume;
  Fraction end_volume;
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<bool> no_take_liquidity = {};
};
struct TimeVariantPercentOfVolume {
  Fraction start_volume;
  Fraction end_volume;
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<bool> no_take_liquidity = {};
};
struct Twap {
  TwapStyle style;
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<bool> allow_past_end = {};
};
struct Vwap {
  std::optional<Fraction> max_volume = {};
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<bool> allow_past_end = {};
  std::optional<bool> no_take_liquidity = {};
  std::optional<bool> speed_up = {};
};
struct BalanceImpactRisk {
  std::optional<Fraction> max_volume = {};
  std::optional<RiskAversion> risk_aversion = {};
  std::optional<bool> force_completion = {};
};
struct MinimumImpact {
  std::optional<Fraction> max_volume = {};
};
// The values of these two are not settled by what IB publishes: texts where a choice of words is likely.
struct JefferiesVwap {
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::optional<Fraction> relative_limit = {};
  std::optional<Fraction> max_volume_rate = {};
  std::string exclude_auctions = {};
  std::optional<Price> trigger_price = {};
  std::optional<Price> wow_price = {};
  std::optional<int> min_fill_size = {};
  std::optional<Fraction> wow_order_percent = {};
  std::string wow_mode = {};
  std::optional<bool> is_buy_back = {};
  std::string wow_reference = {};
};
struct CsfbInline {
  std::optional<AlgoTime> start = {};
  std::optional<AlgoTime> end = {};
  std::string style = {};
  std::optional<int> min_percent = {};
  std::optional<int> max_percent = {};
  std::optional<int> display_size = {};
  std::string auction = {};
  std::optional<bool> block_finder = {};
  std::optional<Price> block_price = {};
  std::optional<int> min_block_size = {};
  std::optional<int> max_block_size = {};
  std::optional<Price> i_would_price = {};
};
// Any strategy of the table by the words of the wire.
struct NamedAlgo {
  std::string strategy;
  std::vector<std::pair<std::string, std::string>> parameters = {};
};
using Algo = std::variant<Adaptive, ArrivalPrice, ClosePrice, DarkIce, AccumulateDistribute, PercentOfVolume,
                          PriceVariantPercentOfVolume, SizeVariantPercentOfVolume, TimeVariantPercentOfVolume, Twap,
                          Vwap, BalanceImpactRisk, MinimumImpact, JefferiesVwap, CsfbInline, NamedAlgo>;

// Strategy and parameters in the words of the wire.
[[nodiscard]] NamedAlgo algo_words(const Algo& algo);
// 439, 441, 442 and 443, by the table. `type` is empty when only IB knows it.
[[nodiscard]] std::vector<Refusal> refusals(const NamedAlgo& algo, std::string_view exchange,
                                            std::optional<SecurityType> type);

}  // namespace tradewind::client::orders
