#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/risk/limits.hpp"

#include <optional>
#include <string>

namespace tradewind::edge::config {

// What a configuration file can say. A key that is absent leaves the default; limits have no way to say "unlimited".
struct Config {
  std::optional<model::AccountId> account;
  std::optional<model::ClientId> client_id;
  risk::Limits limits;
};

// Reads a TOML file of at most 1 MiB. Every error names file, line and key; an unknown key is an error and comes with the
// nearest known one. Amounts and quantities are strings or whole numbers, never floating point.
[[nodiscard]] Result<Config> load(const std::string& path);
[[nodiscard]] Result<Config> parse(const std::string& text, const std::string& source);

}  // namespace tradewind::edge::config
