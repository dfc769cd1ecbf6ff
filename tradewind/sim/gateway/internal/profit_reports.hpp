#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/valuation.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// Profit and loss as one client sees it, of accounts and of single positions: looked at once a second, told when it has
// changed. A figure that is not known is unset; a contract that is not held has no answer at all.
class ProfitReports {
 public:
  explicit ProfitReports(Client& client) : client_{client} {}

  void request(const tws::PnlRequest& request);
  void cancel(const tws::CancelPnl& request);
  void request_single(const tws::PnlSingleRequest& request);
  void cancel_single(const tws::CancelPnlSingle& request);

  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

 private:
  struct Told {
    Profit profit;
    Position position = Position::zero();
    Amount value = Amount::zero();

    friend bool operator==(const Told&, const Told&) = default;
  };
  struct Subscription {
    std::vector<const AccountSetup*> accounts;
    std::optional<std::int32_t> con_id;  // of a single position
    Timestamp due;
    std::optional<Told> told;
  };
  using Subscriptions = std::map<std::int32_t, Subscription>;

  void subscribe(Subscriptions& subscriptions, std::int32_t request_id, std::string_view account,
                 std::string_view model, std::optional<std::int32_t> con_id);
  void tell(std::int32_t request_id, Subscription& subscription);
  // Nothing when there is nothing to say.
  [[nodiscard]] std::optional<Told> of_accounts(const Subscription& subscription) const;
  [[nodiscard]] std::optional<Told> of_position(const Subscription& subscription) const;

  Client& client_;
  Subscriptions accounts_;
  Subscriptions singles_;
};

}  // namespace tradewind::sim::gateway
