#include "tradewind/sim/gateway/contract_query.hpp"

#include "tradewind/sim/gateway/internal/order_kinds.hpp"

#include <cmath>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

constexpr std::string_view kNoSuchText = "?";
constexpr double kStrikeMax = 9e9;

// 0 is how clients write that there is none.
std::optional<Price> strike_of(const std::optional<double>& strike) {
  if (!strike || *strike == 0) return std::nullopt;
  const bool possible = *strike > 0 && *strike < kStrikeMax;  // not for what is no number
  if (!possible) return Price::of(-1);
  return Price::from_raw(static_cast<std::int64_t>(std::llround(*strike * static_cast<double>(Price::kScale))));
}

}  // namespace

venue::ContractQuery query_of(const tws::Contract& contract) {
  venue::ContractQuery query;
  query.con_id = contract.con_id;
  query.symbol = contract.symbol;
  query.security_type = contract.sec_type;
  // A date may be followed by a time of day and a zone, as gateways themselves write it.
  query.expiry = contract.last_trade_date_or_contract_month;
  if (query.expiry.size() > 8) query.expiry = query.expiry.substr(0, 8);
  query.strike = strike_of(contract.strike);
  const std::string_view right = contract.right;
  if (right == "C" || right == "CALL") query.right = venue::Right::call;
  else if (right == "P" || right == "PUT") query.right = venue::Right::put;
  else if (!right.empty() && right != "0" && right != "?") query.local_symbol = kNoSuchText;
  // Clients write it also for contracts that have none.
  if (contract.multiplier && !contract.multiplier->is_zero()) query.multiplier = contract.multiplier;
  query.exchange = contract.exchange;
  query.primary_exchange = contract.primary_exchange;
  query.currency = contract.currency;
  if (!contract.local_symbol.empty()) query.local_symbol = contract.local_symbol;
  query.trading_class = contract.trading_class;
  if (contract.sec_id_type == "ISIN") query.isin = contract.sec_id;
  else if (contract.sec_id_type == "CUSIP") query.cusip = contract.sec_id;
  else if (!contract.sec_id_type.empty()) query.local_symbol = kNoSuchText;
  return query;
}

std::vector<std::uint32_t> find_listings(const venue::Universe& universe, const venue::ContractQuery& query) {
  auto found = universe.find(query);
  if (!found.empty() || query.security_type != "BOND" || query.symbol.empty()) return found;
  venue::ContractQuery by_cusip = query;
  by_cusip.cusip = std::exchange(by_cusip.symbol, {});
  found = universe.find(by_cusip);
  if (!found.empty()) return found;
  by_cusip.local_symbol = std::exchange(by_cusip.cusip, {});
  return universe.find(by_cusip);
}

std::vector<venue::Leg> legs_of(const tws::Contract& contract) {
  std::vector<venue::Leg> legs;
  for (const tws::ComboLeg& leg : contract.combo_legs) {
    const auto side = side_of(leg.action);
    if (!side) return {};
    legs.push_back({leg.con_id, leg.ratio, *side});
  }
  return legs;
}

}  // namespace tradewind::sim::gateway
