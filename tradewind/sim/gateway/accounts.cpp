#include "tradewind/sim/gateway/accounts.hpp"

#include <algorithm>

namespace tradewind::sim::gateway {

bool AccountSetup::may_trade(std::string_view security_type) const {
  return permissions.empty() || std::ranges::find(permissions, security_type) != permissions.end();
}

}  // namespace tradewind::sim::gateway
