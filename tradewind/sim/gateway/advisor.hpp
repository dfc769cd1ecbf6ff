#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/gateway/orders.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

// An advisor's groups, profiles and aliases, as requestFA tells and replaceFA changes them: XML in IB's words.
class Advisor {
 public:
  enum Kind : std::int32_t { groups = 1, profiles = 2, aliases = 3 };

  Advisor(const std::vector<AccountSetup>& accounts, const Login& login);

  // Is this the login of an advisor at all?
  [[nodiscard]] bool is_one() const { return !account_.empty(); }
  // The advisor's own.
  [[nodiscard]] const std::string& account() const { return account_; }
  [[nodiscard]] std::string xml(Kind kind) const;
  // Everything of this kind is replaced, or nothing: an error says what is wrong with the text; one of class not_found
  // that it names accounts which are none of this advisor's.
  [[nodiscard]] Result<void> replace(Kind kind, std::string_view xml);
  // Null when there is no such group.
  [[nodiscard]] const Allocation* group(std::string_view name) const;
  // How an order for a group is shared out, by this method or the group's own; the last function tells what an account is
  // worth, or what of it is available. Empty when there is no such group, and for PctChange, which goes by what is held.
  [[nodiscard]] std::vector<Allotment> allotments(
      std::string_view group, std::string_view method,
      const std::function<Amount(std::string_view account, bool available)>& worth) const;

 private:
  std::string account_;
  std::vector<std::string> accounts_;
  std::map<std::string, std::string> aliases_;  // by account
  std::vector<Allocation> groups_, profiles_;
};

}  // namespace tradewind::sim::gateway
