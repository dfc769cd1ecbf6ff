#include "tradewind/sim/gateway/day_start.hpp"

namespace tradewind::sim::gateway {

void DayStart::begin(std::int32_t con_id, std::optional<Price> close, const std::vector<AccountSetup>& accounts,
                     const Books& books) {
  Contract& contract = contracts_[con_id];
  contract.price = close;
  contract.holdings.clear();
  for (const AccountSetup& account : accounts) {
    const auto& holdings = books.holdings(account.id);
    if (const auto found = holdings.find(con_id); found != holdings.end())
      contract.holdings.emplace(account.id, found->second);
  }
}

void DayStart::on_price(std::int32_t con_id, std::optional<Price> price) {
  Contract& contract = contracts_[con_id];
  if (!contract.price) contract.price = price;
}

DayStart::Held DayStart::held(std::string_view account, std::int32_t con_id) const {
  const auto contract = contracts_.find(con_id);
  if (contract == contracts_.end()) return {};
  const auto found = contract->second.holdings.find(account);
  if (found == contract->second.holdings.end()) return {{}, contract->second.price};
  return {found->second, contract->second.price};
}

}  // namespace tradewind::sim::gateway
