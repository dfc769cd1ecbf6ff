#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/internal/data_allowance.hpp"
#include "tradewind/sim/gateway/internal/subscriptions.hpp"

#include <cstdint>
#include <optional>

namespace tradewind::sim::gateway {

class Client;

// A client's bars of five seconds, made of prints, bids, asks or midpoints.
class RealTimeBars {
 public:
  explicit RealTimeBars(Client& client) : client_{client} {}

  void request(const tws::RealTimeBarsRequest& request);
  void cancel(const tws::CancelRealTimeBars& request);

  void on_quote(std::uint32_t index);
  void on_trade(std::uint32_t index);
  [[nodiscard]] std::optional<Timestamp> wake_at() const { return wake_at_; }
  void wake(Timestamp now);

 private:
  enum class What : std::uint8_t { trades, bid, ask, midpoint };
  struct Subscription {
    std::int32_t request_id = 0;
    std::uint32_t listing = 0;
    DataAllowance::Lease lease;
    What what = What::trades;
    bool regular_hours_only = false;
    std::optional<model::Bar> bar{};   // the one that is being made
    Amount value = Amount::zero();     // traded in it
    std::optional<Price> last{};       // what stood when the last bar ended
  };

  [[nodiscard]] std::optional<Price> price_of(const Subscription& subscription) const;
  void take(Subscription& subscription, Price price);
  void send_bar(Subscription& subscription);

  Client& client_;
  Subscriptions<Subscription> subscriptions_;
  std::optional<Timestamp> wake_at_;  // when the bars that are being made end; empty without subscriptions
};

}  // namespace tradewind::sim::gateway
