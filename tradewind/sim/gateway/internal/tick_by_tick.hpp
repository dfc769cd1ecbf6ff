#pragma once

#include "tradewind/core/model/market.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/internal/data_allowance.hpp"
#include "tradewind/sim/gateway/internal/subscriptions.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// A client's streams of every print, every quote or every midpoint.
class TickByTick {
 public:
  explicit TickByTick(Client& client) : client_{client} {}

  void request(const tws::TickByTickRequest& request);
  void cancel(const tws::CancelTickByTick& request);

  void on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now);
  void on_trade(std::uint32_t index);

 private:
  // The values are IB's.
  enum class Kind : std::int32_t { last = 1, all_last = 2, bid_ask = 3, midpoint = 4 };
  struct Subscription {
    std::int32_t request_id = 0;
    std::uint32_t listing = 0;
    DataAllowance::Lease lease;
    Kind kind = Kind::last;
    bool ignores_size = false;
  };

  // What stands against it, as error 10189 says it; empty when nothing does.
  [[nodiscard]] std::string refusal(const venue::Listing& listing, Kind kind) const;
  void send_past(const Subscription& subscription, std::int32_t count);
  [[nodiscard]] tws::HistoricalTickLast print_of(const venue::Listing& listing, const model::Trade& trade) const;
  [[nodiscard]] std::vector<model::Trade> past_prints(std::uint32_t index, std::size_t count) const;
  struct PastQuote {
    Timestamp time;
    model::Quote quote;  // both sides of it
  };
  [[nodiscard]] std::vector<PastQuote> past_quotes(std::uint32_t index, std::size_t count) const;

  Client& client_;
  Subscriptions<Subscription> subscriptions_;
};

}  // namespace tradewind::sim::gateway
