#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/result.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tradewind::client::history {

// What historical bars are made of.
enum class WhatToShow : std::uint8_t {
  trades,
  midpoint,
  bid,
  ask,
  bid_ask,  // counts twice in the windows of pacing
  adjusted_last,
  historical_volatility,
  option_implied_volatility,
  fee_rate,
  yield_bid,
  yield_ask,
  yield_bid_ask,
  yield_last,
  aggtrades,
  schedule,  // no bars: sessions, in a message of its own
};
inline constexpr int kKindsToShow = 15;

enum class Offered : std::uint8_t { yes, no, unknown };
// Whether IB documents this kind for a security type ("STK", "CMDTY"). CMDTY is two rows there, metals with trades and
// others without, and one name on the wire: what either has counts. Of fee_rate it says nothing, nor of BAG and others.
[[nodiscard]] Offered offers(std::string_view sec_type, WhatToShow what);

// The same as an error that names the kinds there are. `unknown` passes.
[[nodiscard]] Result<void> check_offered(std::string_view sec_type, WhatToShow what);

}  // namespace tradewind::client::history

namespace tradewind {
template <>
inline constexpr auto kEnumNames<client::history::WhatToShow> =
    std::to_array<std::pair<client::history::WhatToShow, std::string_view>>({
        {client::history::WhatToShow::trades, "TRADES"},
        {client::history::WhatToShow::midpoint, "MIDPOINT"},
        {client::history::WhatToShow::bid, "BID"},
        {client::history::WhatToShow::ask, "ASK"},
        {client::history::WhatToShow::bid_ask, "BID_ASK"},
        {client::history::WhatToShow::adjusted_last, "ADJUSTED_LAST"},
        {client::history::WhatToShow::historical_volatility, "HISTORICAL_VOLATILITY"},
        {client::history::WhatToShow::option_implied_volatility, "OPTION_IMPLIED_VOLATILITY"},
        {client::history::WhatToShow::fee_rate, "FEE_RATE"},
        {client::history::WhatToShow::yield_bid, "YIELD_BID"},
        {client::history::WhatToShow::yield_ask, "YIELD_ASK"},
        {client::history::WhatToShow::yield_bid_ask, "YIELD_BID_ASK"},
        {client::history::WhatToShow::yield_last, "YIELD_LAST"},
        {client::history::WhatToShow::aggtrades, "AGGTRADES"},
        {client::history::WhatToShow::schedule, "SCHEDULE"},
    });
}  // namespace tradewind
