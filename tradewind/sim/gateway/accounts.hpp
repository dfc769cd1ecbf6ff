#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/sim/gateway/margin.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

enum class AccountType : std::uint8_t { individual, advisor };

// Held when the gateway starts.
struct OpeningPosition {
  std::int32_t con_id = 0;
  Position quantity = Position::zero();
  Price average_price = Price::zero();  // per unit, without the multiplier
};

// One account, as it is at the start.
struct AccountSetup {
  std::string id;
  Amount cash = Amount::zero();  // in the base currency
  std::string currency = "USD";  // the base currency
  std::map<std::string, Amount> foreign_cash = {};  // by currency
  std::vector<OpeningPosition> positions = {};
  AccountType type = AccountType::individual;
  MarginAccount margin = MarginAccount::reg_t;
  std::string alias = {};
  std::string family_code = {};
  std::vector<std::string> permissions = {};  // security types it may trade; empty for all

  [[nodiscard]] bool may_trade(std::string_view security_type) const;
};

// What an advisor gives a name to: a group shares by a method, a profile by fixed amounts.
struct Allocation {
  std::string name;
  std::string method;  // a group's defaultMethod; "1" percentages, "2" ratios, "3" shares for a profile
  std::vector<std::pair<std::string, std::optional<Amount>>> accounts;  // an amount where the method needs one

  friend bool operator==(const Allocation&, const Allocation&) = default;
};

// How a group shares, in IB's words.
inline constexpr std::string_view kAllocationMethods[] = {"Equal",           "EqualQuantity",     "NetLiq",
                                                          "AvailableEquity", "Percent",           "PctChange",
                                                          "Ratio",           "ContractsOrShares", "MonetaryAmount"};
[[nodiscard]] bool is_allocation_method(std::string_view word);

// What belongs to the login and the gateway's settings, not to one account.
struct Login {
  bool read_only = false;            // "Read-Only API"
  bool download_open_orders = true;  // "Download open orders on connection"
  std::optional<std::int32_t> master_client_id;
  std::string white_branding_id;
  std::map<std::string, Price> dollars;  // what one unit of a currency is worth, where no FX contract is traded here
  std::vector<Allocation> groups, profiles;  // of an advisor
};

}  // namespace tradewind::sim::gateway

namespace tradewind {
template <>
inline constexpr auto kEnumNames<sim::gateway::AccountType> =
    std::to_array<std::pair<sim::gateway::AccountType, std::string_view>>(
        {{sim::gateway::AccountType::individual, "individual"}, {sim::gateway::AccountType::advisor, "advisor"}});
template <>
inline constexpr auto kEnumNames<sim::gateway::MarginAccount> =
    std::to_array<std::pair<sim::gateway::MarginAccount, std::string_view>>(
        {{sim::gateway::MarginAccount::reg_t, "reg_t"}, {sim::gateway::MarginAccount::cash, "cash"}});
}  // namespace tradewind
