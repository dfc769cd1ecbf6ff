#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::model {

// Everything by which the broker tells one contract from another, as contract details say it.
struct ContractIdentity {
  std::int32_t con_id = 0;
  std::string symbol;
  std::string security_type;
  std::string last_trade_date;  // yyyymmdd; empty for what does not expire
  std::optional<Price> strike;
  std::string right;  // "C", "P" or empty
  std::optional<Multiplier> multiplier;
  std::string exchange;
  std::string primary_exchange;
  std::string currency;
  std::string local_symbol;
  std::string trading_class;

  friend bool operator==(const ContractIdentity&, const ContractIdentity&) = default;
};

inline constexpr std::size_t kOwnSymbolMax = 64;

// Our own name of a contract, which people write and which stays when the broker renumbers or renames:
//
//   AAPL.USD-STK   EUR.USD-CASH   SPX.USD-IND   BRK_B.USD-STK       symbol, currency, type; a blank becomes _
//   ES-20261218.USD-FUT                                              trading class and last trade date
//   AAPL-20260116-C250.USD-OPT   EW3-20261218-P6000.5.USD-FOP        and right and strike
//   T-912810.USD-BOND                                                symbol and contract id: issuers have many
//
// It is made of what the contract says, and so may come out alike for two contracts, as two listings in one currency; who
// keeps names refuses the second. Errors: `invalid_argument` for what an identity lacks, `unsupported` for a combination
// (BAG), which has no identity of its own, and for characters that no name has.
[[nodiscard]] Result<std::string> own_symbol(const ContractIdentity& contract);

// Whether a text can be such a name: printable ASCII without blanks, quotes, commas and backslashes, with a dot, and at
// most kOwnSymbolMax long.
[[nodiscard]] bool is_own_symbol(std::string_view text);

}  // namespace tradewind::model
