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

  // The listings a contract means.
  [[nodiscard]] std::vector<std::uint32_t> matches(const tws::Contract& contract) const;
  // The one listing, or error 200 to the request and nothing.
  [[nodiscard]] std::optional<std::uint32_t> only_match(std::int32_t request_id, const tws::Contract& contract);
  // A listing as messages tell of it. The texts live as long as the listing, `exchange` as long as the caller's.
  [[nodiscard]] tws::Contract contract_of(std::uint32_t index, std::string_view exchange = "SMART") const;

 private:
  Client& client_;
};

}  // namespace tradewind::sim::gateway
