#pragma once

#include "tradewind/core/client/orders/kinds.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tradewind::client::orders {

enum class Answer : std::uint8_t {
  yes,
  unverified,  // not documented either way: IB decides
  no,
};

struct Support {
  Answer answer = Answer::unverified;
  int ib_code = 0;          // of a no: what IB answers
  std::string reason = {};  // of a no
};

// By data/capabilities.csv.
[[nodiscard]] Support supports(OrderKind kind, SecurityType type, Tif tif);
// Exchange and currency, for the kinds that have only some.
[[nodiscard]] Support supports(OrderKind kind, std::string_view exchange, std::string_view currency);
// "STP LMT"
[[nodiscard]] std::string_view wire_type(OrderKind kind);
// "stop limit"
[[nodiscard]] std::string_view plain_name(OrderKind kind);

}  // namespace tradewind::client::orders
