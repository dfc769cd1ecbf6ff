#include "tradewind/sim/gateway/accounts.hpp"

#include <algorithm>
#include <iterator>

namespace tradewind::sim::gateway {

bool AccountSetup::may_trade(std::string_view security_type) const {
  return permissions.empty() || std::ranges::find(permissions, security_type) != permissions.end();
}

bool is_allocation_method(std::string_view word) {
  return std::ranges::find(kAllocationMethods, word) != std::end(kAllocationMethods);
}

}  // namespace tradewind::sim::gateway
