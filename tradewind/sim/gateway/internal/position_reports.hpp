#pragma once

#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/valuation.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// Positions as one client sees them. A closed position has one row with zero, when it closes, and is left out of lists
// from then on.
class PositionReports {
 public:
  explicit PositionReports(Client& client) : client_{client} {}

  void positions(const tws::PositionsRequest& request);
  void cancel_positions(const tws::CancelPositions& request);
  void positions_multi(const tws::PositionsMultiRequest& request);
  void cancel_positions_multi(const tws::CancelPositionsMulti& request);

  // `index` is that of the listing.
  void on_books_changed(const std::string& account, std::uint32_t index);

 private:
  void send_position(const std::string& account, const HoldingFigures& holding);
  void send_multi(std::int32_t request_id, const std::string& account, const HoldingFigures& holding);
  [[nodiscard]] bool mute() const;

  Client& client_;
  bool positions_ = false;
  std::map<std::int32_t, std::vector<const AccountSetup*>> multi_;  // by request
};

}  // namespace tradewind::sim::gateway
