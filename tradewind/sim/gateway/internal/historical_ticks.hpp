#pragma once

#include "tradewind/core/tws/messages.hpp"

namespace tradewind::sim::gateway {

class Client;

// Prints and quotes of the past, one by one.
class HistoricalTicks {
 public:
  explicit HistoricalTicks(Client& client) : client_{client} {}

  void request(const tws::HistoricalTicksRequest& request);

 private:
  Client& client_;
};

}  // namespace tradewind::sim::gateway
