#pragma once

#include "tradewind/core/base/json.hpp"
#include "tradewind/core/engine/node.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::app {

// What the engine's own books say at one moment, out of executions and commission reports alone. One currency.
struct AccountReport {
  struct Row {
    std::string symbol;
    Position position = Position::zero();
    std::optional<Price> mark;
    Amount realized = Amount::zero();                // fees apart
    std::optional<Amount> unrealized;                // empty without a price
  };

  std::string account;
  std::string currency;
  std::uint64_t orders = 0;
  std::uint64_t denied = 0;
  std::uint64_t fills = 0;
  std::uint64_t missing_commissions = 0;
  Amount commissions = Amount::zero();
  Amount cash = Amount::zero();
  std::optional<Amount> equity;  // cash and positions at their marks; empty while a mark is missing
  std::vector<Row> rows;         // every contract there has been a fill or a holding in
  tws::WireCounters wire;
};

[[nodiscard]] AccountReport report_of(const engine::Node& node);

// Members orders, fills, commissions, cash, equity, positions, wire of an open object.
void write_members(JsonWriter& json, const AccountReport& report);

}  // namespace tradewind::app
