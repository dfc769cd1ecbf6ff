#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tradewind::app {

struct SimAccounts {
  std::vector<sim::gateway::AccountSetup> accounts;
  sim::gateway::Login login;
  std::optional<std::string> market_data;  // as --market-data says it
};

// The accounts of a simulated gateway, as docs/guide/simulator.md describes the file: TOML of at most 1 MiB. Every error
// names file, line and key and says what would be right; unknown keys are errors. Positions must be of `listings`.
[[nodiscard]] Result<SimAccounts> load_accounts(const std::string& path,
                                                const std::vector<sim::venue::Listing>& listings);
[[nodiscard]] Result<SimAccounts> parse_accounts(const std::string& text, const std::string& source,
                                                 const std::vector<sim::venue::Listing>& listings);

}  // namespace tradewind::app
