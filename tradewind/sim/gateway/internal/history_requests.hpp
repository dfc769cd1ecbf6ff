#pragma once

#include "tradewind/core/tws/messages.hpp"

namespace tradewind::sim::gateway {

class Client;

// What a client asks of the past.
class HistoryRequests {
 public:
  explicit HistoryRequests(Client& client) : client_{client} {}

  void request(const tws::HistoricalDataRequest& request);

 private:
  Client& client_;
};

}  // namespace tradewind::sim::gateway
