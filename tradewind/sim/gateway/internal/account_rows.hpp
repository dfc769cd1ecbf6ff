#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/sim/gateway/valuation.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

// One account value, as updateAccountValue, accountUpdateMulti and accountSummary tell it.
struct AccountRow {
  std::string key;
  std::string value;
  std::string currency;
};

// What the values need beside the figures.
struct AccountContext {
  MarginTime time = MarginTime::intraday;
  Timestamp next_change;      // when the margin changes next; epoch when it never does
  Amount equity_before = Amount::zero();  // at the end of the day before
};

// The values of the account as a whole, by key: without a currency or in the base currency, with their -C (commodities)
// and -S (securities) segments. The commodities segment holds the cash that the futures' margin asks for, no more.
[[nodiscard]] std::vector<AccountRow> account_rows(const AccountSetup& account, const AccountFigures& figures,
                                                   const AccountContext& context);
// The ledger: the same keys for each currency, then for BASE.
[[nodiscard]] std::vector<AccountRow> ledger_rows(const AccountSetup& account, const AccountFigures& figures);
// Both, sorted by key and currency with BASE before the others: the order of reqAccountUpdates.
[[nodiscard]] std::vector<AccountRow> all_rows(const AccountSetup& account, const AccountFigures& figures,
                                               const AccountContext& context);
// What a summary of these tags tells: the values by tag, then the ledger rows for $LEDGER (BASE), $LEDGER:CUR or
// $LEDGER:ALL. Tags that do not exist have no row.
[[nodiscard]] std::vector<AccountRow> summary_rows(const AccountSetup& account, const AccountFigures& figures,
                                                   const AccountContext& context, std::string_view tags);

// Remembers what a client was told, so that refreshes tell only what has changed.
class ToldRows {
 public:
  // True when this value is new or differs from what was told before.
  bool tell(const std::string& account, const AccountRow& row);

 private:
  std::map<std::array<std::string, 3>, std::string> told_;
};

}  // namespace tradewind::sim::gateway
