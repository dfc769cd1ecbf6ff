#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/internal/account_rows.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// Account values as one client sees them: account updates (with the portfolio), account updates multi, account summary.
// What is subscribed to is told in full at once, and then what has changed: every three minutes, and for updates when a
// position changes.
class AccountValues {
 public:
  explicit AccountValues(Client& client) : client_{client} {}

  void updates(const tws::AccountDataRequest& request);
  void updates_multi(const tws::AccountUpdatesMultiRequest& request);
  void cancel_updates_multi(const tws::CancelAccountUpdatesMulti& request);
  void summary(const tws::AccountSummaryRequest& request);
  void cancel_summary(const tws::CancelAccountSummary& request);

  // `index` is that of the listing.
  void on_books_changed(const std::string& account, std::uint32_t index);
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

 private:
  // A row of the portfolio without what is constant in it.
  struct PortfolioFigures {
    Position position = Position::zero();
    std::optional<Price> price;
    Amount realized = Amount::zero();

    friend bool operator==(const PortfolioFigures&, const PortfolioFigures&) = default;
  };
  struct Updates {
    const AccountSetup* account = nullptr;
    Timestamp due;
    ToldRows told;
    std::map<std::uint32_t, PortfolioFigures> told_portfolio;  // by listing
  };
  struct Multi {
    std::vector<const AccountSetup*> accounts;
    bool ledger_only = false;
    Timestamp due;
    ToldRows told;
  };
  struct Summary {
    std::vector<const AccountSetup*> accounts;
    std::string tags;
    Timestamp due;
    ToldRows told;
  };

  // What has changed of one subscription; all of it the first time.
  void tell(Updates& updates);
  void tell_values(Updates& updates);
  void tell_time();
  void tell(std::int32_t request_id, Multi& multi);
  void tell(std::int32_t request_id, Summary& summary);
  void tell_portfolio(Updates& updates, const HoldingFigures& holding);
  [[nodiscard]] bool mute() const;

  Client& client_;
  std::optional<Updates> updates_;
  std::map<std::int32_t, Multi> multi_;
  std::map<std::int32_t, Summary> summaries_;
};

}  // namespace tradewind::sim::gateway
