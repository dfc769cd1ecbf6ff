#pragma once

#include "tradewind/core/base/time.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace tradewind::sim::world {

// Virtual time: it stands still until the next task is run, and then is that task's time. One thread; tasks
// may schedule further tasks.
class Scheduler {
 public:
  explicit Scheduler(Timestamp start) : now_{start} {}

  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] std::optional<Timestamp> next_due() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.begin()->first.first;
  }

  // Runs `task` at `due`, or now if that has passed. Tasks due at the same time run in the order they were
  // scheduled.
  void at(Timestamp due, std::move_only_function<void()> task) {
    queue_.emplace(std::pair{due < now_ ? now_ : due, sequence_++}, std::move(task));
  }
  void after(Duration delay, std::move_only_function<void()> task) { at(now_ + delay, std::move(task)); }

  // Runs the earliest task. False when there is none.
  bool step() {
    if (queue_.empty()) return false;
    auto node = queue_.extract(queue_.begin());
    now_ = node.key().first;
    node.mapped()();
    return true;
  }

 private:
  Timestamp now_;
  std::uint64_t sequence_ = 0;
  std::map<std::pair<Timestamp, std::uint64_t>, std::move_only_function<void()>> queue_;
};

}  // namespace tradewind::sim::world
