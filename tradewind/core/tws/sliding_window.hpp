#pragma once

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace tradewind::tws {

// At most `limit` events in any span of time, ends included at one side: in [t, t + span) for every t. Remembers the
// times of the last `limit` events and allocates once.
class SlidingWindow {
 public:
  static constexpr MonoTime kAlways = MonoTime::from_ns(std::numeric_limits<std::int64_t>::min());

  SlidingWindow(int limit, Duration span) : span_{span}, times_(static_cast<std::size_t>(limit)) {
    TW_CHECK(limit > 0);
  }

  [[nodiscard]] int limit() const { return static_cast<int>(times_.size()); }
  [[nodiscard]] Duration span() const { return span_; }

  // From when on `weight` more events would make no more than `cap` in a span. `cap` is at most the limit.
  [[nodiscard]] MonoTime free_at(int weight, int cap) const {
    TW_CHECK(weight > 0 && weight <= cap && cap <= limit());
    const auto newer = static_cast<std::size_t>(cap - weight);  // that many may stay in the span
    return newer < count_ ? nth_newest(newer) + span_ : kAlways;
  }
  [[nodiscard]] MonoTime free_at(int weight = 1) const { return free_at(weight, limit()); }

  void add(MonoTime now, int weight = 1) {
    for (int i = 0; i < weight; ++i) {
      next_ = next_ + 1 == times_.size() ? 0 : next_ + 1;
      times_[next_] = now;
      if (count_ < times_.size()) ++count_;
    }
  }

  // How many events the span that ends now holds.
  [[nodiscard]] int used(MonoTime now) const {
    std::size_t used = 0;
    while (used < count_ && nth_newest(used) + span_ > now) ++used;
    return static_cast<int>(used);
  }

 private:
  [[nodiscard]] MonoTime nth_newest(std::size_t n) const {
    return times_[next_ >= n ? next_ - n : next_ + times_.size() - n];
  }

  Duration span_;
  std::vector<MonoTime> times_;  // a ring
  std::size_t next_ = 0;         // the newest
  std::size_t count_ = 0;
};

}  // namespace tradewind::tws
