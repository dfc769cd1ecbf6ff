#include "tradewind/sim/gateway/internal/generic_ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tradewind::sim::gateway {
namespace {

struct Row {
  std::string_view code;
  std::string_view name;
  std::string_view security_types;
};

constexpr std::string_view kAll = "STK OPT FOP FUT IND CASH BOND BAG WAR CFD CMDTY CRYPTO FUND";

constexpr auto kRows = std::to_array<Row>({
    {"100", "Option Volume", "STK IND"},
    {"101", "Option Open Interest", "STK IND OPT FOP"},
    {"104", "Historical Volatility", "STK IND FUT"},
    {"105", "Average Opt Volume", "STK IND"},
    {"106", "Option Implied Volatility", "STK IND FUT OPT"},
    {"162", "Index Future Premium", "IND"},
    {"165", "Misc. Stats", "STK IND FUT CASH OPT"},
    {"221", "Mark Price", kAll},
    {"225", "Auction", "STK FUT OPT"},
    {"232", "Mark Price", kAll},
    {"233", "RTVolume", kAll},
    {"236", "Shortable", "STK"},
    {"256", "Inventory", "STK"},
    {"258", "Fundamental Ratios", "STK"},
    {"292", "Wide_news", kAll},
    {"293", "TradeCount", kAll},
    {"294", "TradeRate", kAll},
    {"295", "VolumeRate", kAll},
    {"318", "LastRTHTrade", kAll},
    {"375", "RTTrdVolume", kAll},
    {"411", "rthistvol", "STK IND FUT"},
    {"456", "IBDividends", "STK"},
    {"460", "Bond Factor Multiplier", "BOND"},
    {"576", "Etf Nav Bid and Ask", "STK"},
    {"577", "Etf Nav Last", "STK"},
    {"578", "Etf Nav Close", "STK"},
    {"586", "IPOHLMPRC", "STK"},
    {"588", "Futures Open Interest", "FUT"},
    {"595", "Short-Term Volume X Mins", "STK"},
    {"614", "Etf Nav High and Low", "STK"},
    {"619", "Slow Mark Price", kAll},
    {"623", "Etf Nav Frozen Last", "STK"},
    {"787", "Odd Lot Quotes", "STK"},
});
static_assert(kRows.size() == static_cast<std::size_t>(Generic::odd_lots) + 1);

bool is_for(const Row& row, std::string_view security_type) {
  for (std::string_view rest = row.security_types; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == security_type) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

GenericTicks parse_generic_ticks(std::string_view list, std::string_view security_type) {
  GenericTicks ticks;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const std::string_view code = item.substr(0, item.find(':'));
    if (code.empty()) continue;
    if (code == "mdoff") {
      ticks.only_these = true;
      continue;
    }
    const auto* row = std::ranges::find(kRows, code, &Row::code);
    if (row == kRows.end() || !is_for(*row, security_type)) {
      if (!ticks.illegal.empty()) ticks.illegal += ',';
      ticks.illegal += item;
      continue;
    }
    if (item.size() > code.size() && row == &kRows[static_cast<std::size_t>(Generic::news)])
      ticks.news = item.substr(code.size() + 1);
    ticks.bits |= std::uint64_t{1} << static_cast<unsigned>(row - kRows.begin());
  }
  return ticks;
}

std::string legal_generic_ticks(std::string_view security_type) {
  std::string list;
  for (const Row& row : kRows) {
    if (!is_for(row, security_type)) continue;
    list += fmt::format("{}{}({})", list.empty() ? "" : ",", row.code, row.name);
  }
  return list;
}

}  // namespace tradewind::sim::gateway
