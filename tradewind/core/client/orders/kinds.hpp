#pragma once

#include "tradewind/core/base/enum_names.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tradewind::client::orders {

// What there is to order, in the words of the wire.
enum class SecurityType : std::uint8_t {
  stock,
  option,
  future,
  future_option,
  index,
  forex,
  combo,
  bond,
  bill,
  fund,
  commodity,
  warrant,
  structured,
  cfd,
  crypto,
  news,
  continuous_future,
};

// In the order of OrderType's alternatives and of data/capabilities.csv.
enum class OrderKind : std::uint8_t {
  market,
  limit,
  stop,
  stop_limit,
  stop_with_protection,
  market_with_protection,
  market_if_touched,
  limit_if_touched,
  trailing_stop,
  trailing_stop_limit,
  market_on_close,
  limit_on_close,
  market_on_open,
  limit_on_open,
  auction,
  market_to_limit,
  box_top,
  relative,
  passive_relative,
  pegged_to_market,
  pegged_to_midpoint,
  pegged_to_best,
  pegged_to_stock,
  pegged_to_benchmark,
  mid_price,
  volatility,
  relative_market_combo,
  relative_limit_combo,
  limit_market_combo,
  snap_to_market,
  snap_to_midpoint,
  snap_to_primary,
  limit_per_leg,
};

enum class Tif : std::uint8_t {
  day,
  good_till_cancelled,
  immediate_or_cancel,
  fill_or_kill,
  good_till_date,
  day_till_cancelled,
  minutes,
  opening,
  auction,
};

// Which price of the market touches a stop.
enum class TriggerMethod : std::uint8_t {
  by_default = 0,
  double_bid_ask = 1,
  last = 2,
  double_last = 3,
  bid_ask = 4,
  last_or_bid_ask = 7,
  midpoint = 8,
};

// What a fill of one order of a group does to the others.
enum class OcaType : std::uint8_t { cancel_with_block = 1, reduce_with_block = 2, reduce_without_block = 3 };

}  // namespace tradewind::client::orders

namespace tradewind {
template <>
inline constexpr auto kEnumNames<client::orders::SecurityType> =
    std::to_array<std::pair<client::orders::SecurityType, std::string_view>>(
        {{client::orders::SecurityType::stock, "STK"},
         {client::orders::SecurityType::option, "OPT"},
         {client::orders::SecurityType::future, "FUT"},
         {client::orders::SecurityType::future_option, "FOP"},
         {client::orders::SecurityType::index, "IND"},
         {client::orders::SecurityType::forex, "CASH"},
         {client::orders::SecurityType::combo, "BAG"},
         {client::orders::SecurityType::bond, "BOND"},
         {client::orders::SecurityType::bill, "BILL"},
         {client::orders::SecurityType::fund, "FUND"},
         {client::orders::SecurityType::commodity, "CMDTY"},
         {client::orders::SecurityType::warrant, "WAR"},
         {client::orders::SecurityType::structured, "IOPT"},
         {client::orders::SecurityType::cfd, "CFD"},
         {client::orders::SecurityType::crypto, "CRYPTO"},
         {client::orders::SecurityType::news, "NEWS"},
         {client::orders::SecurityType::continuous_future, "CONTFUT"}});
template <>
inline constexpr auto kEnumNames<client::orders::Tif> =
    std::to_array<std::pair<client::orders::Tif, std::string_view>>({{client::orders::Tif::day, "DAY"},
                                                                     {client::orders::Tif::good_till_cancelled, "GTC"},
                                                                     {client::orders::Tif::immediate_or_cancel, "IOC"},
                                                                     {client::orders::Tif::fill_or_kill, "FOK"},
                                                                     {client::orders::Tif::good_till_date, "GTD"},
                                                                     {client::orders::Tif::day_till_cancelled, "DTC"},
                                                                     {client::orders::Tif::minutes, "Minutes"},
                                                                     {client::orders::Tif::opening, "OPG"},
                                                                     {client::orders::Tif::auction, "AUC"}});
}  // namespace tradewind
