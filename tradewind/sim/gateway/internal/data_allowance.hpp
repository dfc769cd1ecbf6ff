#pragma once

#include "tradewind/core/base/time.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace tradewind::sim::gateway {

// How much market data all clients of a gateway may have at once. What is taken is given back when its Lease ends.
class DataAllowance {
 public:
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept : count_{std::exchange(other.count_, nullptr)} {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(count_, other.count_);
      return *this;
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      if (count_ != nullptr) --*count_;
    }

   private:
    friend class DataAllowance;
    explicit Lease(int& count) : count_{&count} { ++count; }
    int* count_ = nullptr;
  };

  DataAllowance(int lines, Duration tick_by_tick_pause);

  // Each is empty when there is no more to be had.
  [[nodiscard]] std::optional<Lease> line();
  // Requests for the same instrument count once.
  [[nodiscard]] std::optional<Lease> depth(std::uint32_t listing);
  [[nodiscard]] std::optional<Lease> tick_by_tick();
  // Whether these may be asked for again now; notes that they were.
  [[nodiscard]] bool tick_by_tick_again(std::uint32_t listing, std::int32_t tick_type, Timestamp now);
  [[nodiscard]] bool real_time_bars_again(Timestamp now);
  [[nodiscard]] bool regulatory_snapshot_again(Timestamp now);
  // Instruments with depth, and tick-by-tick requests, at once.
  [[nodiscard]] int deep_max() const;

 private:
  int lines_max_;
  Duration pause_;
  int lines_ = 0;
  int tick_by_tick_ = 0;
  std::map<std::uint32_t, int> depth_;  // by listing; entries stay
  std::map<std::pair<std::uint32_t, std::int32_t>, Timestamp> last_tick_by_tick_;
  std::deque<Timestamp> real_time_bars_;  // requests of the last ten minutes
  std::optional<Timestamp> regulatory_snapshot_;
};

}  // namespace tradewind::sim::gateway
