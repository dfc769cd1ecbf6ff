#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace tradewind::sim::gateway {

class Client;

// A client's bars of five seconds.
class RealTimeBars {
 public:
  explicit RealTimeBars(Client& client) : client_{client} {}

  void request(const tws::RealTimeBarsRequest& request);
  void cancel(const tws::CancelRealTimeBars& request);

  void on_trade(std::uint32_t index);
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

 private:
  struct Subscription {
    std::uint32_t listing = 0;
    Timestamp due;
    std::optional<model::Bar> bar;
  };

  Client& client_;
  std::map<std::int32_t, Subscription> subscriptions_;
};

}  // namespace tradewind::sim::gateway
