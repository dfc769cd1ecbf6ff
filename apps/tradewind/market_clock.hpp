#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tradewind::app {

// How the time of a simulated market goes on.
struct MarketSpeed {
  enum class Kind : std::uint8_t {
    steady,   // so many times as fast as the wall clock
    fastest,  // from one event to the next, as fast as the machine can
    steps,    // only when told to
  };
  Kind kind = Kind::steady;
  std::int64_t millionths = 1'000'000;

  [[nodiscard]] bool is_real_time() const { return kind == Kind::steady && millionths == 1'000'000; }
};

// "1", "0.5", "60", "max" or "step".
[[nodiscard]] Result<MarketSpeed> parse_speed(std::string_view text);

// The time of a simulated market. It begins with the wall clock, and at speed 1 it is the wall clock.
class MarketClock {
 public:
  MarketClock(MarketSpeed speed, Now start) : speed_{speed}, start_{start}, time_{start.utc} {}

  [[nodiscard]] const MarketSpeed& speed() const { return speed_; }
  [[nodiscard]] Timestamp now(const Now& now) const;
  // When the monotonic clock shows that this time has come; nothing when only advance_to brings it.
  [[nodiscard]] std::optional<MonoTime> due(Timestamp time, const Now& now) const;
  // For the fastest speed, for steps, and while it is paused. Time does not go back.
  void advance_to(Timestamp time);
  // While the machine does not keep up with its speed it stands still, and goes on from there when that has been made up for.
  // Not for speed 1, which has the wall clock's time.
  void wait(const Now& now);
  void go_on(const Now& now);
  // Stands still until `resume`, and then goes on from there: at speed 1 it is behind the wall clock from then on.
  void pause(const Now& now);
  void resume(const Now& now);
  [[nodiscard]] bool is_paused() const { return is_paused_; }

 private:
  MarketSpeed speed_;
  Now start_;
  Timestamp time_;  // where it stands
  bool is_paused_ = false;
  bool is_waiting_ = false;
  Duration behind_{};  // the wall clock, at speed 1
};

}  // namespace tradewind::app
