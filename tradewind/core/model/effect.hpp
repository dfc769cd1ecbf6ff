#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/event.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/model/order.hpp"

#include <string>
#include <variant>
#include <vector>

namespace tradewind::model {

// What the engine wants done. It never does it itself.

struct ResolveInstrument {
  InstrumentSpec spec;
};
struct SubscribeMarketData {
  InstrumentId id{0};
  Instrument instrument;
};
struct RequestSnapshot {
  Snapshot snapshot{};
  AccountId account;
};
struct PlaceOrder {
  DurableOrder order;
};
struct CancelOrder {
  OrderId order_id{0};
};
struct Disconnect {
  std::string reason;
  bool refused_by_safety = false;
};
// The run is over; what is open stays as it is at the broker.
struct Stop {
  std::string reason;
};

using Effect =
    std::variant<PlaceOrder, CancelOrder, RequestSnapshot, ResolveInstrument, SubscribeMarketData, Disconnect, Stop>;

}  // namespace tradewind::model
