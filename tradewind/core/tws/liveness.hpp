#pragma once

#include "tradewind/core/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tradewind::tws {

// How long a connection may go unproven. With these, one that is half open is found within 15 seconds. Zero in either
// turns the watch off.
struct LivenessLimits {
  Duration probe_after = std::chrono::seconds{5};  // since the last echo
  Duration answer_limit = std::chrono::seconds{10};  // since the probe was sent
};

// Watches whether the other side still answers. Traffic proves nothing: ticks may go on arriving over a connection that
// loses all we send. Only an echo, the answer to something we have asked, shows that both directions live.
//
// Who uses it sends a probe when `wants_probe`, says `asked` and then `sent` when it has left (the pacer may hold it),
// and `echoed` for every answer to a probe, whoever asked.
class Liveness {
 public:
  explicit Liveness(const LivenessLimits& limits) : limits_{limits} {}

  // The session is ready, which is as good as an echo.
  void start(MonoTime now);
  void asked() { state_ = State::queued; }
  void sent(MonoTime now);
  void echoed(MonoTime now);

  [[nodiscard]] bool wants_probe(MonoTime now) const;
  // No answer within the limit.
  [[nodiscard]] bool is_dead(MonoTime now) const;
  // When one of the two may become true; nothing while a probe waits to be sent.
  [[nodiscard]] std::optional<MonoTime> wake_at() const;
  [[nodiscard]] std::optional<MonoTime> last_echo() const { return last_echo_; }

 private:
  enum class State : std::uint8_t {
    off,
    quiet,  // nothing is asked
    queued,  // a probe has been handed over and not left
    outstanding,  // a probe has left and not been answered
  };

  LivenessLimits limits_;
  State state_ = State::off;
  std::optional<MonoTime> last_echo_;
  MonoTime sent_;
};

}  // namespace tradewind::tws
