#pragma once

#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tradewind::tws {

struct BackoffLimits {
  Duration first = std::chrono::seconds{1};  // doubled from one attempt to the next
  Duration most = std::chrono::seconds{30};
  Duration stable_after = std::chrono::seconds{60};  // a connection that was ready for less has not helped
  Duration identity_limit = std::chrono::seconds{120};
};

// When to try again to connect. It never gives up: a gateway is away for a night or a weekend. What it does give up, after
// a while, is a client id that somebody else uses (326): our own earlier connection may hold it for a minute or two, after
// that it is another program, and neither is it driven out nor is another id taken in its place.
class Backoff {
 public:
  enum class Failure : std::uint8_t {
    unreachable,  // nobody listens; so nobody holds our client id either
    lost,
    client_id_in_use,
  };
  enum class Advice : std::uint8_t { retry, give_up_identity };
  struct Answer {
    Advice advice{};
    Duration pause{};  // before the next attempt
  };

  // Chance spreads the attempts of programs that have lost the same gateway; the same seed gives the same pauses.
  Backoff(const BackoffLimits& limits, std::uint64_t seed) : limits_{limits}, rng_{seed}, delay_{limits.first} {}

  // The session is ready to be used. Repeats change nothing.
  void ready(MonoTime now);
  // An attempt or a connection has failed. The pause is between half of the delay and all of it.
  [[nodiscard]] Answer failed(Failure failure, MonoTime now);

 private:
  BackoffLimits limits_;
  Rng rng_;
  Duration delay_;
  std::optional<MonoTime> ready_since_;
  std::optional<MonoTime> in_use_since_;  // the client id, by the first of the answers that say so
};

}  // namespace tradewind::tws
