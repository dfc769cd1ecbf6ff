#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/client/answer.hpp"
#include "tradewind/core/client/conversation.hpp"
#include "tradewind/core/client/order_follower.hpp"
#include "tradewind/core/client/orders/families.hpp"
#include "tradewind/core/client/orders/place.hpp"
#include "tradewind/core/tws/backoff.hpp"
#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/connectivity.hpp"
#include "tradewind/core/tws/pacing.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::client {

struct ClientOptions {
  tws::ClientConfig session;  // client id, server versions, time limits of one connection
  tws::PacingLimits pacing;
  // How long a request may stay without an answer before it ends as `no_answer`; each may say otherwise.
  Duration answer_limit = std::chrono::seconds{60};
  // An order id that is known to be used: ids begin above it, whatever the gateway says. Keep `last_order_id` over
  // restarts.
  std::int32_t last_order_id = 0;
  // Requests are numbered from here on, orders below: IB's errors name either by the same number.
  std::int32_t first_request_number = 1'000'000'000;
  tws::BackoffLimits backoff;  // of the pauses between attempts to connect
  std::uint64_t seed = 1;      // and of the chance in them
};

struct RequestOptions {
  std::optional<Duration> answer_limit;
  bool backfill = false;  // goes behind everything else
};

struct SubscribeOptions {
  // Silence that makes the subscription stale; zero: never. Quotes of a quiet instrument may be good and old. Market data
  // that never brought anything is asked for again that long after it has grown stale, then after twice it, and so on up
  // to ten minutes.
  Duration stale_after = std::chrono::seconds{30};
};

// Who subscribes. Calls come from inside the Client's calls, one at a time; calling the Client from them is fine.
template <Subscribable Request>
struct Subscriber {
  std::function<void(const UpdateOf<Request>&)> on_update;
  // The end marker of the first answer has come (account data, positions, bars): what came until now is the whole.
  std::function<void()> on_complete = {};
  // The quality has changed without an update.
  std::function<void(const Quality&)> on_quality = {};
  std::function<void(const Notice&)> on_notice = {};
  // It is over: refused, never sent, or the client was stopped. Not called after `Client::cancel`.
  std::function<void(const Failure&)> on_end = {};
};

// What a Client tells beside the answers.
class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  // Requests may be sent. Called again after each reconnect, when subscriptions have been asked for again.
  virtual void on_ready(const std::vector<std::string>& /*accounts*/, int /*server_version*/) {}
  // The connection is gone, or an attempt has failed. The next attempt follows by itself.
  virtual void on_lost(std::string_view /*reason*/) {}
  // The client id is in use by another connection and stays so; there will be no further attempt (326).
  virtual void on_given_up(std::string_view /*reason*/) {}
  virtual void on_connectivity(const tws::Connectivity& /*state*/) {}
  virtual void on_gap(const tws::Gap& /*gap*/) {}
  virtual void on_notice(const Notice& /*notice*/) {}
  // Orders, the ones of `place` and all others the gateway tells of.
  virtual void on_order(const OrderUpdate& /*update*/) {}
  // A message that could not be read: what it said is lost.
  virtual void on_unreadable(std::string_view /*what*/) {}
};

// A machine that works through a Client, such as a back-fill: told when requests can be sent, and when its time has come.
class Companion {
 public:
  Companion() = default;
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  virtual ~Companion() = default;

  virtual void on_ready() = 0;
  [[nodiscard]] virtual std::optional<MonoTime> wake_at() const = 0;
  virtual void on_time() = 0;
};

// An API client over many connections, without I/O: bytes and time in, bytes and calls out. What it promises:
//
//   - Each request that was accepted ends in exactly one call of its `done`, with or without an answer.
//   - A subscription lasts until it is cancelled or refused: after a lost connection, and after 1101, it is asked for
//     again without a word, once, and its next update says that there was a gap.
//   - Nothing that comes in is thrown away because of what we think of the connection.
//   - Order ids are never used twice, and no order is ever sent again by itself.
//
// Used from one thread, that of the transport; edge/client is the real one.
class Client {
 public:
  enum class Wish : std::uint8_t {
    none,
    connect,  // open a connection, then call `connected`, or `disconnected` when that fails
    close,  // close the connection, then call `disconnected`
  };

  Client(ClientOptions options, Listener& listener);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // --- The transport's side ---
  void start(Now now);
  // Closes for good: whatever is open ends as disconnected.
  void stop(Now now);
  [[nodiscard]] Wish wish() const;
  [[nodiscard]] const std::string& wish_reason() const;
  // Where 1300 asks to connect to from now on; nothing: where we were told to.
  [[nodiscard]] std::optional<std::uint16_t> moved_to_port() const;
  void connected(Now now);
  [[nodiscard]] bool has_session() const;
  // Between `connected` and `disconnected` only.
  [[nodiscard]] std::byte* prepare(std::size_t count);
  void received(std::size_t count, Now now);
  [[nodiscard]] ByteQueue& output();
  void disconnected(std::string_view reason, Now now);
  [[nodiscard]] std::optional<MonoTime> wake_at() const;
  // Time has come, or the caller is about to call a function of the next part.
  void wake(Now now);

  // --- What is known ---
  [[nodiscard]] bool is_ready() const;
  [[nodiscard]] int server_version() const;  // zero while there is no connection
  [[nodiscard]] const std::vector<std::string>& accounts() const;
  [[nodiscard]] const tws::Connectivity& connectivity() const;
  [[nodiscard]] tws::Budgets budgets() const;
  // The time it was told last.
  [[nodiscard]] Now now() const;
  [[nodiscard]] std::int32_t last_order_id() const;

  // --- Requests ---
  // An error (nothing was sent, `done` is never called): no session, a server version that does not have the request,
  // a limit of IB's that would be exceeded, a request that cannot travel.
  template <Answerable Request>
  [[nodiscard]] Result<RequestId> request(const Request& message, std::function<void(AnswerTo<Request>)> done,
                                          const RequestOptions& options = {});
  // Needs no session: it is asked for when there is one. Errors as for `request`, a missing session apart.
  template <Subscribable Request>
  [[nodiscard]] Result<RequestId> subscribe(const Request& message, Subscriber<Request> subscriber,
                                            const SubscribeOptions& options = {});
  // Ends a request (its `done` is called with `cancelled`) or a subscription. An id that has ended is fine.
  void cancel(RequestId id);
  // What has no answer: reqMarketDataType, setServerLogLevel, updateDisplayGroup, reqAutoOpenOrders, verify messages. The
  // kind of market data and the binding of manual orders hold for one connection: they are remembered, and told again on
  // each new one before anything is subscribed to; so these two need no session.
  template <class Message>
  [[nodiscard]] Result<void> tell(const Message& message);

  // A companion is attached until it is detached, and outlives that.
  void attach(Companion& companion);
  void detach(Companion& companion);

  // --- Orders ---
  // Gives the order an id, and sends it. Follow it through Listener::on_order. An error: it never left. New orders and
  // changes are refused when a field needs a newer gateway, and while this one has no link to IB (`Connectivity::orders_allowed`); cancels go.
  [[nodiscard]] Result<OrderId> place(const tws::Contract& contract, const tws::Order& order);
  // The same for an order of the builders: checked as IB would check it, against the session and what is known of the
  // contract. An error names everything that is wrong.
  [[nodiscard]] Result<OrderId> place(const orders::Contract& contract, const orders::Order& order,
                                      const orders::ContractFacts& facts = {});
  // A bracket or another family, parent first; all of it is checked before any of it is sent.
  [[nodiscard]] Result<std::vector<OrderId>> place(const orders::Family& family,
                                                   const orders::ContractFacts& facts = {});
  // An id for an order that is sent later by `place_as`: brackets name their parent's before it is sent.
  [[nodiscard]] Result<OrderId> reserve_order_id();
  [[nodiscard]] Result<void> place_as(OrderId id, const tws::PlaceOrderRequest& request);
  // Changes a living order; everything that shall stay as it is has to be in `order`.
  [[nodiscard]] Result<void> modify(OrderId id, const tws::Contract& contract, const tws::Order& order);
  [[nodiscard]] Result<void> cancel_order(OrderId id, const tws::OrderCancel& details = {});
  // Every order of the account session, those of other clients and those entered by hand too.
  [[nodiscard]] Result<void> global_cancel(const tws::OrderCancel& details = {});
  // `request.order_id` is given here.
  [[nodiscard]] Result<OrderId> exercise(const tws::ExerciseOptionsRequest& request);
  // Null when nothing is known of it.
  [[nodiscard]] const OrderState* order(OrderId id) const;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace tradewind::client
