#pragma once

#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// What a client asks about contracts, and which of the gateway's listings a contract means.
class Contracts {
 public:
  explicit Contracts(Client& client) : client_{client} {}

  void request(const tws::ContractDataRequest& request);
  // Details are sent when they are asked for, so there is never anything to cancel.
  void cancel(const tws::CancelContractData& /*request*/) {}
  void option_parameters(const tws::SecDefOptParamsRequest& request);
  void matching_symbols(const tws::MatchingSymbolsRequest& request);
  void market_rule(const tws::MarketRuleRequest& request);
  void smart_components(const tws::SmartComponentsRequest& request);
  void depth_exchanges(const tws::MarketDepthExchangesRequest& request);

  // The listings a contract means. A combo of what is listed here is made when it is first asked for.
  [[nodiscard]] std::vector<std::uint32_t> matches(const tws::Contract& contract);
  // The one listing that data is wanted of, which has prices from now on; or an error to the request and nothing.
  [[nodiscard]] std::optional<std::uint32_t> only_match(std::int32_t request_id, const tws::Contract& contract);
  // Whether an order may go to the desk, which finds the listing itself; it has prices from now on. An order for one of
  // several contracts, or for what nobody can trade, gets an error, and false comes back.
  [[nodiscard]] bool admits(const tws::PlaceOrderRequest& request);
  // A listing as messages tell of it. The texts live as long as the listing, `exchange` as long as the caller's.
  [[nodiscard]] tws::Contract contract_of(std::uint32_t index, std::string_view exchange) const;
  // The same with the exchange one would name: SMART where there is a choice.
  [[nodiscard]] tws::Contract contract_of(std::uint32_t index) const;

 private:
  // What is wrong with a contract before anything is looked up; empty when nothing is.
  [[nodiscard]] static std::string_view complaint(const tws::Contract& contract);
  void refuse(std::int32_t request_id, const tws::Contract& contract, const std::vector<std::uint32_t>& found);
  void send_details(std::int32_t request_id, std::uint32_t index, std::string_view exchange, bool as_continuous);

  Client& client_;
};

}  // namespace tradewind::sim::gateway
