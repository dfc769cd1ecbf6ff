#include "tradewind/edge/net/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

namespace tradewind::edge::net {

namespace asio = boost::asio;

Now system_now() {
  return {Timestamp::from_ns(std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count()),
          MonoTime::from_ns(std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count())};
}

struct Loop::State {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::signal_set signals{context};
  std::function<void(int)> on_signal;

  void wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      on_signal(number);
      wait_for_signal();
    });
  }
};

Loop::Loop() : state_{std::make_unique<State>()} {}
Loop::~Loop() = default;

void Loop::run() {
  state_->context.restart();
  state_->context.run();
}
void Loop::stop() { state_->context.stop(); }
std::size_t Loop::poll() {
  state_->context.restart();
  return state_->context.poll();
}
bool Loop::run_one(Duration limit) {
  state_->context.restart();
  return state_->context.run_one_for(limit) != 0;
}
void Loop::post(std::function<void()> task) { asio::post(state_->context, std::move(task)); }

void Loop::on_signals(std::function<void(int)> on_signal) {
  state_->on_signal = std::move(on_signal);
  state_->signals.add(SIGINT);
  state_->signals.add(SIGTERM);
  state_->wait_for_signal();
}

asio::io_context& Loop::context() { return state_->context; }

struct Timer::State {
  State(asio::io_context& context, std::function<void()> call) : timer{context}, on_due{std::move(call)} {}
  asio::steady_timer timer;
  std::function<void()> on_due;
  std::optional<MonoTime> due = {};  // when it is set
  std::uint64_t generation = 0;  // an expiry that was already queued when the timer was set again is not ours
};

Timer::Timer(Loop& loop, std::function<void()> on_due)
    : state_{std::make_shared<State>(loop.context(), std::move(on_due))} {}
Timer::~Timer() { cancel(); }

void Timer::set(MonoTime due) {
  // A call that is on its way keeps its place: set anew, it would come behind what is ready by then, and so on for ever.
  if (state_->due == due) return;
  if (state_->due) {
    const MonoTime now = system_now().mono;
    if (*state_->due <= now && due <= now) return;
  }
  state_->due = due;
  const std::uint64_t generation = ++state_->generation;
  state_->timer.expires_at(std::chrono::steady_clock::time_point{std::chrono::nanoseconds{due.ns()}});
  state_->timer.async_wait([state = state_, generation](const boost::system::error_code& error) {
    if (error || state->generation != generation) return;
    state->due.reset();
    state->on_due();
  });
}

void Timer::cancel() {
  state_->due.reset();
  ++state_->generation;
  state_->timer.cancel();
}

}  // namespace tradewind::edge::net
