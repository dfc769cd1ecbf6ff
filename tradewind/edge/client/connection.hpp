#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/client/client.hpp"
#include "tradewind/edge/client/transport.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tradewind::edge::client {

// A client with a thread of its own: calls from any other thread, callbacks on that one.
//
//   - The blocking calls wait for the gateway's answer, or for the time limit of the request. Called from the
//     connection's own thread (from a callback), they would wait for themselves: an error says so at once.
//   - The asynchronous way is `post`: a task that gets the Client itself.
//
// The destructor ends everything and joins the thread: destroy it from another thread than its own.
class Connection {
 public:
  struct Options {
    Transport::Options transport;
    tradewind::client::ClientOptions client;
    Duration ready_limit = std::chrono::seconds{30};  // for `open`
  };

  // Connects and waits until requests can be sent. `unavailable` says why not. The listener (its calls come on the
  // connection's thread) outlives the connection.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(Options options);
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(Options options, tradewind::client::Listener& listener);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- Asynchronous ---
  // Runs the task on the connection's thread. From any thread; tasks run in order.
  void post(std::function<void(tradewind::client::Client&)> task);

  // --- Blocking ---
  // Waits for the end of a request. The answer says by itself whether it is complete; an error here means that it was
  // never sent.
  template <tradewind::client::Answerable Request>
  [[nodiscard]] Result<tradewind::client::AnswerTo<Request>> ask(
      const Request& request, const tradewind::client::RequestOptions& options = {}) {
    using Answer = tradewind::client::AnswerTo<Request>;
    auto promise = std::make_shared<std::promise<Result<Answer>>>();
    return wait(promise, [promise, request, options](tradewind::client::Client& client) {
      const auto sent = client.request(
          request, std::function<void(Answer)>{[promise](Answer answer) { promise->set_value(std::move(answer)); }},
          options);
      if (!sent.has_value()) promise->set_value(std::unexpected{sent.error()});
    });
  }
  // Runs a task on the connection's thread and waits for what it returns. Texts that the task only refers to must live
  // until then, which they do.
  template <class Task>
  [[nodiscard]] auto call(Task task) -> Result<std::invoke_result_t<Task, tradewind::client::Client&>> {
    using Value = std::invoke_result_t<Task, tradewind::client::Client&>;
    auto promise = std::make_shared<std::promise<Result<Value>>>();
    return wait(promise, [promise, task = std::move(task)](tradewind::client::Client& client) mutable {
      promise->set_value(task(client));
    });
  }
  template <tradewind::client::Subscribable Request>
  [[nodiscard]] Result<tradewind::client::RequestId> subscribe(
      const Request& request, tradewind::client::Subscriber<Request> subscriber,
      const tradewind::client::SubscribeOptions& options = {}) {
    return flat(call(
        [&](tradewind::client::Client& client) { return client.subscribe(request, std::move(subscriber), options); }));
  }
  void cancel(tradewind::client::RequestId id);
  [[nodiscard]] Result<tradewind::client::OrderId> place(const tws::Contract& contract, const tws::Order& order);
  [[nodiscard]] Result<tradewind::client::OrderId> place(const tradewind::client::orders::Contract& contract,
                                                         const tradewind::client::orders::Order& order);
  [[nodiscard]] Result<void> cancel_order(tradewind::client::OrderId id);
  // What is known of an order once it is over, or at the end of the limit.
  [[nodiscard]] Result<tradewind::client::OrderState> wait_for(tradewind::client::OrderId id, Duration limit);

 private:
  struct State;
  explicit Connection(std::shared_ptr<State> state);

  template <class Value>
  [[nodiscard]] static Result<Value> flat(Result<Result<Value>> result) {
    if (!result.has_value()) return std::unexpected{std::move(result).error()};
    return *std::move(result);
  }
  template <class Value>
  [[nodiscard]] Result<Value> wait(const std::shared_ptr<std::promise<Result<Value>>>& promise,
                                   std::function<void(tradewind::client::Client&)> task) {
    if (is_own_thread()) {
      return fail(Errc::invalid_argument,
                  "a blocking call from a callback would wait for itself: use the Client the callback belongs to");
    }
    auto future = promise->get_future();
    post(std::move(task));
    try {
      return future.get();
    } catch (const std::future_error&) {  // the connection was destroyed meanwhile
      return fail(Errc::unavailable, "the connection is closed");
    }
  }
  [[nodiscard]] bool is_own_thread() const;

  std::shared_ptr<State> state_;
};

}  // namespace tradewind::edge::client
