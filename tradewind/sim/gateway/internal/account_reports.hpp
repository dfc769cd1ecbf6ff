#pragma once

#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// Accounts and positions, as one client sees them.
class AccountReports {
 public:
  explicit AccountReports(Client& client) : client_{client} {}

  void updates(const tws::AccountDataRequest& request);
  void updates_multi(const tws::AccountUpdatesMultiRequest& request);
  void cancel_updates_multi(const tws::CancelAccountUpdatesMulti& request);
  void summary(const tws::AccountSummaryRequest& request);
  void cancel_summary(const tws::CancelAccountSummary& request);
  void positions(const tws::PositionsRequest& request);
  void cancel_positions(const tws::CancelPositions& request);
  void positions_multi(const tws::PositionsMultiRequest& request);
  void cancel_positions_multi(const tws::CancelPositionsMulti& request);

  // `index` is that of the listing.
  void on_books_changed(const std::string& account, std::uint32_t index);

 private:
  struct AccountRow {
    std::string_view key;
    std::string value;
    std::string_view currency;
  };

  [[nodiscard]] std::vector<AccountRow> account_rows(const std::string& account) const;
  void send_account(const std::string& account);
  void send_portfolio(const std::string& account, std::uint32_t index);
  void send_position(const std::string& account, std::uint32_t index);
  [[nodiscard]] std::optional<Price> mark(std::uint32_t index) const;
  [[nodiscard]] bool mute() const;
  template <class Use>
  void for_each_position(const std::string& account, Use&& use) const;

  Client& client_;
  std::set<std::int32_t> summaries_;
  std::map<std::int32_t, std::string> positions_multi_;  // request → account, empty for all
  bool positions_ = false;
  std::string updates_;  // the account subscribed to; empty for none
};

}  // namespace tradewind::sim::gateway
