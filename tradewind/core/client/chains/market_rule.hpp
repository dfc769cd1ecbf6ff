#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tradewind::client::chains {

// The prices an exchange takes: multiples of an increment that depends on the price. A price that is no such multiple is
// refused with error 110.
class MarketRule {
 public:
  // At least one band, edges ascending from zero or above, increments above zero; else the message is malformed.
  [[nodiscard]] static Result<MarketRule> create(const tws::MarketRule& message);

  [[nodiscard]] std::int32_t id() const { return id_; }
  // Of the band the price lies in; a band begins with its low edge. Nothing below the lowest edge.
  [[nodiscard]] std::optional<Price> increment_at(Price price) const;
  [[nodiscard]] bool fits(Price price) const;
  // The nearest price that fits and is no worse for who trades on this side: for a buy at or below `price`, for a sell at
  // or above. Nothing when there is none.
  [[nodiscard]] std::optional<Price> round_to_increment(Price price, Side side) const;

 private:
  struct Band {
    Int128 low_edge;
    Int128 increment;
  };

  MarketRule() = default;
  [[nodiscard]] const Band* band_of(Int128 magnitude) const;
  [[nodiscard]] std::optional<Int128> rounded_down(Int128 magnitude) const;
  [[nodiscard]] std::optional<Int128> rounded_up(Int128 magnitude) const;

  std::int32_t id_ = 0;
  std::vector<Band> bands_;  // ascending
};

// The rule of a contract at one exchange: the lists validExchanges and marketRuleIds go in pairs.
[[nodiscard]] Result<std::int32_t> market_rule_id(const tws::ContractDetails& details, std::string_view exchange);

}  // namespace tradewind::client::chains
