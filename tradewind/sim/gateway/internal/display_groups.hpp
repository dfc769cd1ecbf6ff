#pragma once

#include "tradewind/core/tws/messages.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace tradewind::sim::gateway {

class Client;

// What the groups of windows show, for all clients together: "none", "265598@SMART", or "combo".
using GroupContents = std::array<std::string, 7>;

// The groups of windows in TWS that a client follows and changes.
class DisplayGroups {
 public:
  explicit DisplayGroups(Client& client) : client_{client} {}

  void query(const tws::QueryDisplayGroupsRequest& request);
  void subscribe(const tws::SubscribeToGroupEventsRequest& request);
  void update(const tws::UpdateDisplayGroupRequest& request);
  void unsubscribe(const tws::UnsubscribeFromGroupEventsRequest& request) { subscriptions_.erase(request.req_id); }

  // Somebody has changed the group, this client or another.
  void on_change(std::int32_t group);

 private:
  Client& client_;
  std::map<std::int32_t, std::int32_t> subscriptions_;  // request to group, from 1
};

}  // namespace tradewind::sim::gateway
