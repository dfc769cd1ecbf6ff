#pragma once

#include "tradewind/core/base/time.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace boost::asio {
class io_context;
}

namespace tradewind::edge::net {

// Reads both clocks of the system.
[[nodiscard]] Now system_now();

// One thread's event loop. Everything that belongs to it is used from the thread that runs it, `wake` and `post` apart.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until `stop`.
  void run();
  void stop();
  // Runs what is ready without waiting; the number of handlers run.
  std::size_t poll();
  // Waits for one handler and runs it; false after `limit`.
  bool run_one(Duration limit);
  // Queues a call; from any thread.
  void post(std::function<void()> task);
  // Calls `on_signal` with SIGINT or SIGTERM, once each time one comes.
  void on_signals(std::function<void(int)> on_signal);

  [[nodiscard]] boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Calls back once at a time of the monotonic clock. Setting it again replaces the earlier time.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_due);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void set(MonoTime due);
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tradewind::edge::net
