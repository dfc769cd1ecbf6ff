#pragma once

#include "tradewind/core/tws/messages.hpp"

#include <cstdint>

namespace tradewind::sim::gateway {

class Client;

// The calendar of corporate events of Wall Street Horizon, for logins that have subscribed to it.
class EventCalendar {
 public:
  explicit EventCalendar(Client& client) : client_{client} {}

  void meta_data(const tws::WshMetaDataRequest& request);
  void events(const tws::WshEventDataRequest& request);
  // Both are answered when they are asked for, so there is never anything to cancel.
  void cancel_meta_data(const tws::CancelWshMetaData& /*request*/) {}
  void cancel_events(const tws::CancelWshEventData& /*request*/) {}

 private:
  [[nodiscard]] bool is_allowed(std::int32_t request_id);

  Client& client_;
  bool has_meta_data_ = false;
};

}  // namespace tradewind::sim::gateway
