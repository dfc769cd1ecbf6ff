#include "tradewind/edge/client/connection.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/edge/net/loop.hpp"

#include <fmt/format.h>

#include <atomic>
#include <list>
#include <thread>

namespace tradewind::edge::client {

using tradewind::client::Client;
using tradewind::client::Listener;
using tradewind::client::OrderId;
using tradewind::client::OrderState;

struct Connection::State final : Listener {
  State(Options options, Listener* user)
      : listener{user},
        client{std::move(options.client), *this},
        transport{loop, client, std::move(options.transport)} {}

  // Somebody who waits for an order to be over.
  struct Waiter {
    OrderId id;
    std::shared_ptr<std::promise<Result<OrderState>>> promise;
    std::unique_ptr<net::Timer> timer;
  };

  void run() {
    thread_id = std::this_thread::get_id();
    loop.run();
  }

  void settle(OrderId id, bool at_limit) {
    const OrderState* const state = client.order(id);
    for (auto waiter = waiters.begin(); waiter != waiters.end();) {
      if (waiter->id != id || (!at_limit && (state == nullptr || !state->is_over()))) {
        ++waiter;
        continue;
      }
      if (state != nullptr) waiter->promise->set_value(*state);
      else waiter->promise->set_value(fail(Errc::not_found, "there is no such order"));
      // The timer that may have brought us here is not destroyed while it runs.
      loop.post([timer = std::shared_ptr<net::Timer>{std::move(waiter->timer)}] {});
      waiter = waiters.erase(waiter);
    }
  }

  void opened(Result<void> how) {
    if (const auto promise = std::exchange(open_promise, nullptr)) promise->set_value(std::move(how));
  }

  // --- Listener: what open and wait_for need, and the user's ---
  void on_ready(const std::vector<std::string>& accounts, int server_version) override {
    if (listener != nullptr) listener->on_ready(accounts, server_version);
    opened({});
  }
  void on_lost(std::string_view reason) override {
    last_failure = reason;
    if (listener != nullptr) listener->on_lost(reason);
  }
  void on_given_up(std::string_view reason) override {
    if (listener != nullptr) listener->on_given_up(reason);
    opened(fail(Errc::unavailable, std::string{reason}));
  }
  void on_connectivity(const tws::Connectivity& state) override {
    if (listener != nullptr) listener->on_connectivity(state);
  }
  void on_gap(const tws::Gap& gap) override {
    if (listener != nullptr) listener->on_gap(gap);
  }
  void on_notice(const tradewind::client::Notice& notice) override {
    if (listener != nullptr) listener->on_notice(notice);
  }
  void on_order(const tradewind::client::OrderUpdate& update) override {
    if (listener != nullptr) listener->on_order(update);
    if (!waiters.empty()) settle(update.id, false);
  }
  void on_unreadable(std::string_view what) override {
    if (listener != nullptr) listener->on_unreadable(what);
  }

  net::Loop loop;
  Listener* listener;
  Client client;
  Transport transport;
  std::list<Waiter> waiters;
  std::shared_ptr<std::promise<Result<void>>> open_promise;
  std::string last_failure;
  std::thread thread;
  std::atomic<std::thread::id> thread_id;
};

Connection::Connection(std::shared_ptr<State> state) : state_{std::move(state)} {}

Result<std::unique_ptr<Connection>> Connection::open(Options options) {
  static Listener nobody;
  return open(std::move(options), nobody);
}

Result<std::unique_ptr<Connection>> Connection::open(Options options, Listener& listener) {
  const Duration limit = options.ready_limit;
  const net::Endpoint endpoint = options.transport.endpoint;
  auto state = std::make_shared<State>(std::move(options), &listener);
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto ready = promise->get_future();
  state->open_promise = promise;
  std::unique_ptr<Connection> connection{new Connection{state}};
  state->loop.post([raw = state.get()] { raw->transport.start(); });
  state->thread = std::thread{[raw = state.get()] { raw->run(); }};
  if (ready.wait_for(limit) != std::future_status::ready) {
    // Asked for on the connection's thread, so that it cannot come true between the question and the answer.
    std::promise<std::string> why;
    auto answer = why.get_future();
    state->loop.post([raw = state.get(), &why] {
      raw->opened(fail(Errc::unavailable, "not in time"));
      why.set_value(raw->last_failure);
    });
    std::string reason = answer.get();
    if (reason.empty())
      reason = fmt::format("{}:{} does not answer: is TWS or IB Gateway running and logged in?", endpoint.host,
                           endpoint.port);
    if (auto result = ready.get(); result.has_value()) return connection;
    return fail(Errc::unavailable, std::move(reason));
  }
  if (auto result = ready.get(); !result.has_value()) return std::unexpected{std::move(result).error()};
  return connection;
}

Connection::~Connection() {
  TW_CHECK(!is_own_thread());
  state_->loop.post([raw = state_.get()] {
    raw->transport.stop();
    raw->opened(fail(Errc::unavailable, "closed"));
    while (!raw->waiters.empty()) raw->settle(raw->waiters.front().id, true);
    raw->loop.stop();
  });
  state_->thread.join();
}

bool Connection::is_own_thread() const { return std::this_thread::get_id() == state_->thread_id.load(); }

void Connection::post(std::function<void(Client&)> task) {
  state_->loop.post([raw = state_.get(), task = std::move(task)] {
    raw->transport.bring_time();
    task(raw->client);
    raw->transport.pump();
  });
}

void Connection::cancel(tradewind::client::RequestId id) {
  post([id](Client& client) { client.cancel(id); });
}

Result<OrderId> Connection::place(const tws::Contract& contract, const tws::Order& order) {
  return flat(call([&](Client& client) { return client.place(contract, order); }));
}

Result<OrderId> Connection::place(const tradewind::client::orders::Contract& contract,
                                  const tradewind::client::orders::Order& order) {
  return flat(call([&](Client& client) { return client.place(contract, order); }));
}

Result<void> Connection::cancel_order(OrderId id) {
  auto sent = call([id](Client& client) { return client.cancel_order(id); });
  if (!sent.has_value()) return std::unexpected{std::move(sent).error()};
  return *std::move(sent);
}

Result<OrderState> Connection::wait_for(OrderId id, Duration limit) {
  auto promise = std::make_shared<std::promise<Result<OrderState>>>();
  auto* const raw = state_.get();
  return wait(promise, [raw, id, limit, promise](Client& client) {
    const OrderState* const state = client.order(id);
    if (state == nullptr) return promise->set_value(fail(Errc::not_found, fmt::format("there is no order {}", id)));
    if (state->is_over()) return promise->set_value(*state);
    auto timer = std::make_unique<net::Timer>(raw->loop, [raw, id] { raw->settle(id, true); });
    timer->set(net::system_now().mono + limit);
    raw->waiters.push_back({id, promise, std::move(timer)});
  });
}

}  // namespace tradewind::edge::client
