#pragma once

#include "tradewind/core/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {

// Whether the user may see live data. Those of all exchanges alike.
enum class LiveData : std::uint8_t {
  yes,
  not_for_api,  // subscribed to, but not for the API: 10089
  no,           // 354, 10168, 10167 beside delayed data
};

// What the gateway's user has subscribed to of market data, and how much of it at once.
struct DataRights {
  LiveData live = LiveData::yes;
  bool delayed = true;                       // the exchanges give delayed data to those without a subscription
  Duration delay = Duration::zero();         // how late delayed data is; IB's is 15 minutes late
  std::vector<std::string> without_depth{};  // exchanges whose books are not subscribed to
  int lines = 100;                           // market data lines, of all clients together
  // Quotes are sent as samples of what the market shows, as IB does: at most every 250 ms, of options 100 ms, of currencies
  // 5 ms. Makes sense at the speed of life only.
  bool sampled = false;
  // Between two requests for the same ticks of the same instrument.
  Duration tick_by_tick_pause = std::chrono::seconds{15};
};

// Of the exchange's making, as tick 49 tells it.
enum class Halt : std::uint8_t { none = 0, general = 1, volatility = 2 };

}  // namespace tradewind::sim::gateway
