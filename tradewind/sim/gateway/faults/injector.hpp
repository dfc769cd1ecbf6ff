#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/sim/gateway/faults/catalogue.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway::faults {

constexpr std::int64_t kAlways = 1'000'000;

struct FaultRate {
  std::string fault;  // of the catalogue, or "swarm"
  std::int64_t millionths = kAlways;  // of the moments at which it may fire
};

// "F004,F094:0.05": faults and how often each fires, always where no rate is given. "swarm:0.01" is every fault with a
// chance of one half, each at a rate of its own up to that (0.01 where none is given). Items count in their order; a
// rate of 0 takes a fault out again.
[[nodiscard]] Result<std::vector<FaultRate>> parse_faults(std::string_view text);

// Decides which faults fire, and counts those that did. Each fault draws its own numbers, so that turning one on changes
// nothing in the others.
class Injector {
 public:
  explicit Injector(std::uint64_t seed);

  [[nodiscard]] Result<void> set(const FaultRate& rate);
  // Fires so many times, at its next moments: of this client, or of any.
  [[nodiscard]] Result<void> inject(std::string_view fault, std::optional<std::int32_t> client = std::nullopt,
                                    std::size_t times = 1);
  // Nothing can fire before the next `set` or `inject`.
  [[nodiscard]] bool is_idle() const { return idle_; }
  // How often it was put on the wire.
  [[nodiscard]] std::uint64_t fired(std::size_t fault) const { return states_[fault].fired; }
  [[nodiscard]] std::int64_t rate(std::size_t fault) const { return states_[fault].millionths; }
  // {"faults":[{"id":…,"on_wire":…,"layer":…,"implemented":…,"effect" or "reason":…,"rate":…,"waiting":…,"fired":…}]}: the
  // whole catalogue; the last three of what is implemented.
  [[nodiscard]] std::string json() const;

  // It may fire at its next moment; for those whose moments have to be planned.
  [[nodiscard]] bool is_armed(std::size_t fault) const {
    return states_[fault].millionths != 0 || !states_[fault].waiting.empty();
  }

  // For the lines. Whoever is asked to by `inject` fires without a draw; `takes` looks for nothing else.
  [[nodiscard]] bool takes(std::size_t fault, std::optional<std::int32_t> client);
  [[nodiscard]] bool draws(std::size_t fault, std::optional<std::int32_t> client);
  void count(std::size_t fault) { ++states_[fault].fired; }
  [[nodiscard]] Rng& rng(std::size_t fault) { return states_[fault].rng; }

 private:
  struct State {
    Rng rng;
    std::int64_t millionths = 0;
    std::vector<std::optional<std::int32_t>> waiting;
    std::uint64_t fired = 0;
  };
  void arm_swarm(std::int64_t millionths);
  void look_whether_idle();

  std::vector<State> states_;
  bool idle_ = true;
};

}  // namespace tradewind::sim::gateway::faults
