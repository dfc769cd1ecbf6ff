#include "tradewind/sim/gateway/internal/contracts.hpp"

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <string>

namespace tradewind::sim::gateway {

using namespace std::chrono_literals;

std::vector<std::uint32_t> Contracts::matches(const tws::Contract& contract) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < client_.listings().size(); ++i) {
    const Listing& candidate = client_.listings()[i];
    if (contract.con_id != 0) {
      if (contract.con_id == candidate.con_id) found.push_back(i);
      continue;
    }
    const bool exchange =
        contract.exchange.empty() || contract.exchange == "SMART" || contract.exchange == candidate.primary_exchange;
    const bool primary = contract.primary_exchange.empty() || contract.primary_exchange == candidate.primary_exchange;
    const bool symbol =
        contract.symbol == candidate.symbol || (contract.symbol.empty() && contract.local_symbol == candidate.symbol);
    if (symbol && contract.sec_type == candidate.security_type && exchange && primary &&
        (contract.currency.empty() || contract.currency == candidate.currency)) {
      found.push_back(i);
    }
  }
  return found;
}

std::optional<std::uint32_t> Contracts::only_match(std::int32_t request_id, const tws::Contract& contract) {
  const auto found = matches(contract);
  if (found.size() == 1) return found.front();
  client_.error(request_id, 200, "No security definition has been found for the request");
  return std::nullopt;
}

tws::Contract Contracts::contract_of(std::uint32_t index, std::string_view exchange) const {
  const Listing& stock = client_.listings()[index];
  tws::Contract contract;
  contract.con_id = stock.con_id;
  contract.symbol = stock.symbol;
  contract.sec_type = stock.security_type;
  contract.exchange = exchange;
  contract.currency = stock.currency;
  contract.local_symbol = stock.symbol;
  contract.trading_class = stock.trading_class;
  return contract;
}

void Contracts::request(const tws::ContractDataRequest& request) {
  const auto found = matches(request.contract);
  if (found.empty()) return client_.error(request.req_id, 200, "No security definition has been found for the request");
  std::string trading;
  std::string liquid;
  for (int day = 0; day < 6; ++day) {
    const Timestamp time = client_.now() + 24h * day;
    const std::string date = date_text(time, client_.options().zone);
    const CivilTime local = client_.options().zone.local(time);
    const std::int64_t days = from_civil_utc({local.year, local.month, local.day}).ns() / 86'400'000'000'000;
    const bool weekend = (days + 4) % 7 == 0 || (days + 4) % 7 == 6;  // 1970-01-01 was a Thursday
    const char* between = day == 0 ? "" : ";";
    if (!client_.options().session_close) {
      trading += fmt::format("{}{}:0000-{}:2359", between, date, date);
      liquid = trading;
    } else if (weekend) {
      trading += fmt::format("{}{}:CLOSED", between, date);
      liquid += fmt::format("{}{}:CLOSED", between, date);
    } else {
      trading += fmt::format("{}{}:0400-{}:2000", between, date, date);
      liquid += fmt::format("{}{}:0930-{}:1600", between, date, date);
    }
  }
  for (const std::uint32_t index : found) {
    const Listing& stock = client_.listings()[index];
    tws::ContractData data;
    data.req_id = request.req_id;
    data.contract = contract_of(index);
    data.contract.primary_exchange = stock.primary_exchange;
    tws::ContractDetails& details = data.contract_details;
    details.market_name = stock.trading_class;
    details.min_tick = stock.min_tick;
    details.order_types = "ACTIVETIM,DAY,GTC,IOC,LMT,MKT";
    const std::string exchanges = "SMART," + stock.primary_exchange;
    details.valid_exchanges = exchanges;
    details.price_magnifier = 1;
    details.long_name = stock.long_name;
    details.time_zone_id = client_.options().zone.name();
    details.trading_hours = trading;
    details.liquid_hours = liquid;
    details.agg_group = 1;
    details.market_rule_ids = "26,26";
    details.stock_type = "COMMON";
    details.min_size = Quantity::of(1);
    details.size_increment = Quantity::of(1);
    details.suggested_size_increment = Quantity::of(100);
    client_.send(data);
  }
  client_.send(tws::ContractDataEnd{.req_id = request.req_id});
}

}  // namespace tradewind::sim::gateway
