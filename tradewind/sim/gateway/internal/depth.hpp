#pragma once

#include "tradewind/core/model/market.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/internal/data_allowance.hpp"
#include "tradewind/sim/gateway/internal/depth_book.hpp"
#include "tradewind/sim/gateway/internal/subscriptions.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// A client's market depth: of one exchange, or of all that are subscribed to in one book.
class Depth {
 public:
  explicit Depth(Client& client) : client_{client} {}

  void request(const tws::MarketDepthRequest& request);
  void cancel(const tws::CancelMarketDepth& request);

  void on_quote(std::uint32_t index);
  // 316: the subscriptions end.
  void on_halt(std::uint32_t index);
  // 317: the books begin anew.
  void reset(std::uint32_t index);

 private:
  struct Subscription {
    std::int32_t request_id = 0;
    std::uint32_t listing = 0;
    DataAllowance::Lease lease;
    std::size_t rows = 0;
    bool smart = false;
    bool by_maker = false;                        // rows name an exchange or market maker
    std::vector<std::string_view> exchanges;
    std::vector<DepthRow> bids, asks;             // as the client has them
  };

  [[nodiscard]] bool is_subscribed(std::string_view exchange) const;
  void tell_exchanges(std::int32_t request_id, const std::vector<std::string_view>& all);
  void update(Subscription& subscription);
  void side(const Subscription& subscription, std::vector<DepthRow>& rows, Side side);

  Client& client_;
  Subscriptions<Subscription> subscriptions_;
  std::vector<DepthChange> changes_;
};

}  // namespace tradewind::sim::gateway
