#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/sim/gateway/accounts.hpp"

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
  [[nodiscard]] bool is_one() const { return is_one_; }
  [[nodiscard]] std::string xml(Kind kind) const;
  // Everything of this kind is replaced, or nothing: an error says what is wrong with the text; one of class not_found
  // that it names accounts which are none of this advisor's.
  [[nodiscard]] Result<void> replace(Kind kind, std::string_view xml);
  // Null when there is no such group.
  [[nodiscard]] const Allocation* group(std::string_view name) const;

 private:
  bool is_one_ = false;
  std::vector<std::string> accounts_;
  std::map<std::string, std::string> aliases_;  // by account
  std::vector<Allocation> groups_, profiles_;
};

}  // namespace tradewind::sim::gateway
