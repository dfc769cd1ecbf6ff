#include "tradewind/core/client/history/what_to_show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tradewind::client::history {
namespace {

using enum WhatToShow;

template <class... Kind>
constexpr std::uint32_t set(Kind... each) {
  return (0U | ... | (1U << static_cast<unsigned>(each)));
}

constexpr std::uint32_t kQuotes = set(midpoint, bid, ask, bid_ask);
constexpr std::uint32_t kVolatility = set(historical_volatility, option_implied_volatility);
constexpr std::uint32_t kYields = set(yield_bid, yield_ask, yield_bid_ask, yield_last);
constexpr std::uint32_t kUsual = set(trades, schedule) | kQuotes;

struct Product {
  std::string_view sec_type;
  std::uint32_t kinds;
};
constexpr auto kProducts = std::to_array<Product>({
    {"STK", kUsual | kVolatility | set(adjusted_last)},
    {"CMDTY", kUsual},
    {"OPT", set(trades) | kQuotes},
    {"FUT", kUsual},
    {"CONTFUT", kUsual},
    {"FOP", set(trades) | kQuotes},
    {"WAR", kUsual},
    {"IOPT", kUsual},
    {"SSF", kUsual},
    {"CASH", kQuotes | set(schedule)},
    {"IND", kVolatility | set(trades, schedule)},
    {"BOND", kUsual | kYields},  // yields of corporate bonds only
    {"FUND", kQuotes | set(schedule)},
    {"CFD", kQuotes | set(schedule)},
    {"CRYPTO", kUsual | set(aggtrades)},
});

}  // namespace

Offered offers(std::string_view sec_type, WhatToShow what) {
  const auto product = std::ranges::find(kProducts, sec_type, &Product::sec_type);
  if (product == kProducts.end() || what == fee_rate) return Offered::unknown;
  return (product->kinds & set(what)) != 0 ? Offered::yes : Offered::no;
}

Result<void> check_offered(std::string_view sec_type, WhatToShow what) {
  if (offers(sec_type, what) != Offered::no) return {};
  std::string all;
  for (const auto& [kind, wire] : kEnumNames<WhatToShow>) {
    if (offers(sec_type, kind) == Offered::yes) all += (all.empty() ? "" : ", ") + std::string{wire};
  }
  return fail(Errc::invalid_argument, fmt::format("there is no {} of {}: choose one of {}", what, sec_type, all));
}

}  // namespace tradewind::client::history
