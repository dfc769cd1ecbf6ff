#pragma once

#include "tradewind/core/client/orders/place.hpp"

namespace tradewind::client::orders {

// The functions that make a ticket, and nothing else, use this.
struct TicketMaker {
  template <class Message>
  static Ticket<Message> make(const Message& message) {
    return Ticket<Message>{message};
  }
};

}  // namespace tradewind::client::orders
