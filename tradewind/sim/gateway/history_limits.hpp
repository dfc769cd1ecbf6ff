#pragma once

#include "tradewind/core/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace tradewind::sim::gateway {

// How often the past may be asked for. The limits hold for all clients of a gateway together, as they do at IB, and for
// bars of 30 seconds and less: longer ones are free.
class HistoryLimits {
 public:
  static constexpr int kOpenMax = 50;

  // Whether a request keeps the pace; it counts when it does. `series` is what the request is about (contract, exchange and
  // kind of data), `whole` all that it says.
  [[nodiscard]] bool admits(std::string_view series, std::string_view whole, bool is_bid_ask, Timestamp now);

  // Requests that stay open.
  [[nodiscard]] bool may_open() const { return open_ < kOpenMax; }
  void opened() { ++open_; }
  void closed() { --open_; }

 private:
  struct Asked {
    Timestamp time;
    std::uint64_t series = 0;
    std::uint64_t whole = 0;
    int weight = 1;
  };

  std::deque<Asked> asked_;  // within ten minutes, so never more than that limit allows
  int open_ = 0;
};

}  // namespace tradewind::sim::gateway
