#include "tradewind/sim/gateway/accounts.hpp"

#include <algorithm>

namespace tradewind::sim::gateway {

bool AccountSetup::may_trade(std::string_view security_type) const {
  return permissions.empty() || std::ranges::find(permissions, security_type) != permissions.end();
}

Entitlement Login::market_data_for(std::string_view security_type) const {
  const auto found = market_data_by_type.find(std::string{security_type});
  return found == market_data_by_type.end() ? market_data : found->second;
}

}  // namespace tradewind::sim::gateway
