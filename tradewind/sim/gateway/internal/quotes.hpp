#pragma once

#include "tradewind/core/model/market.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <map>

namespace tradewind::sim::gateway {

class Client;

// A client's market data lines: best bid and offer, prints, and what goes with them.
class Quotes {
 public:
  explicit Quotes(Client& client) : client_{client} {}

  void request(const tws::MarketDataRequest& request);
  void cancel(const tws::CancelMarketData& request);

  // `index` is that of the listing.
  void on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now);
  void on_trade(std::uint32_t index);

 private:
  struct Line {
    std::uint32_t listing = 0;
    bool rt_volume = false;
  };

  void send_tick(std::int32_t request_id, std::int32_t price_type, std::int32_t size_type, Price price, Quantity size);
  void send_tape(std::int32_t request_id, const Line& line);
  void send_print(std::int32_t request_id, const Line& line);

  Client& client_;
  std::map<std::int32_t, Line> lines_;
};

}  // namespace tradewind::sim::gateway
