#pragma once

#include "apps/tradewind/failure.hpp"
#include "tradewind/core/client/client.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/recording/recording.hpp"
#include "tradewind/edge/client/transport.hpp"
#include "tradewind/edge/net/loop.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::app {

// Where a gateway listens, and who we are there.
struct GatewayAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 4002;
  std::int32_t client_id = 97;
  Duration timeout = std::chrono::seconds{10};  // of each answer, and of each step of connecting
};

// What a port usually is, for people: "the paper port of IB Gateway". Nothing for other ports. Any port may be anything.
[[nodiscard]] std::string_view usual_use(std::uint16_t port);

// A connection of a command to a gateway, through the client library, on the thread of the command: each wait runs the
// loop until what is waited for has come, the time is over, or a person has pressed Ctrl-C.
class Link final : private client::Listener, private tws::WireTap {
 public:
  explicit Link(GatewayAddress address);
  ~Link() override;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Connects and waits until requests can be sent. The first failure is the end: `unavailable`, with the reason.
  [[nodiscard]] Result<void> open();
  // Starts to connect without waiting.
  void start();

  // Runs until `done`; false when the limit came first, or an interrupt.
  bool wait(Duration limit, const std::function<bool()>& done);
  [[nodiscard]] bool is_interrupted() const { return interrupted_; }
  [[nodiscard]] const GatewayAddress& address() const { return address_; }
  // Calls of the client other than those below go between these two.
  [[nodiscard]] client::Client& client() {
    transport_.bring_time();
    return client_;
  }
  void pump() { transport_.pump(); }

  // Asks and waits for the end of the answer. An error: it could not be sent, or the wait was interrupted.
  template <client::Answerable Request>
  [[nodiscard]] Result<client::AnswerTo<Request>> ask(const Request& request) {
    using Answer = client::AnswerTo<Request>;
    auto answer = std::make_shared<std::optional<Answer>>();
    const auto id = client().request(
        request, std::function<void(Answer)>{[answer](Answer came) { answer->emplace(std::move(came)); }},
        {.answer_limit = address_.timeout});
    pump();
    if (!id.has_value()) return std::unexpected{id.error()};
    wait(address_.timeout + std::chrono::seconds{5}, [&answer] { return answer->has_value(); });
    if (!*answer) {
      client().cancel(*id);
      pump();
      return fail(Errc::unavailable, interrupted_ ? "interrupted" : "no answer");
    }
    return *std::move(*answer);
  }
  // The same, where only a whole answer will do.
  template <client::Answerable Request>
  [[nodiscard]] Result<client::AnswerTo<Request>> ask_all(const Request& request) {
    auto answer = TW_TRY(ask(request));
    if (!answer.complete()) return std::unexpected{error_of(*answer.failure(), Request::kInfo.api)};
    return answer;
  }
  // Lasts as long as the object: what it calls is the caller's.
  class Subscription {
   public:
    Subscription(Link& link, client::RequestId id) : link_{&link}, id_{id} {}
    Subscription(Subscription&& other) noexcept : link_{std::exchange(other.link_, nullptr)}, id_{other.id_} {}
    Subscription& operator=(Subscription&&) = delete;
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() {
      if (link_ != nullptr) link_->cancel(id_);
    }

   private:
    Link* link_;
    client::RequestId id_;
  };
  template <client::Subscribable Request>
  [[nodiscard]] Result<Subscription> subscribe(const Request& request, client::Subscriber<Request> subscriber) {
    const auto id = client().subscribe(request, std::move(subscriber));
    pump();
    if (!id.has_value()) return std::unexpected{id.error()};
    return Subscription{*this, *id};
  }
  void cancel(client::RequestId id) {
    client().cancel(id);
    pump();
  }
  // What a gateway's refusal or silence is as an error of ours.
  [[nodiscard]] static Error error_of(const client::Failure& failure, std::string_view what);

  // --- What has been seen ---
  [[nodiscard]] bool was_connected() const { return opened_.has_value(); }  // the TCP connection was there
  [[nodiscard]] bool was_ready() const { return was_ready_; }
  [[nodiscard]] bool is_lost() const { return lost_; }
  [[nodiscard]] const std::string& lost_reason() const { return lost_reason_; }
  // How long the connection was there before it was lost.
  [[nodiscard]] Duration lifetime() const { return lifetime_; }
  // The first bytes that came, and the version and time in the greeting, once it has come.
  [[nodiscard]] const std::string& first_bytes() const { return first_bytes_; }
  [[nodiscard]] std::optional<int> greeted_version() const { return greeted_version_; }
  [[nodiscard]] const std::string& greeted_text() const { return greeted_text_; }
  // Ids of the messages that have come.
  [[nodiscard]] bool has_come(int message_id) const { return message_ids_.contains(message_id); }
  // Everything that was said without a request's id, in order.
  [[nodiscard]] const std::vector<client::Notice>& notices() const { return notices_; }
  [[nodiscard]] const client::Notice* find_notice(std::int32_t code) const;

  // Called with each update of an order, until it is replaced.
  void on_order_update(std::function<void(const client::OrderUpdate&)> call) { on_order_ = std::move(call); }
  // A line for each change of the connection, on standard error, for commands that go on for long.
  void narrate() { narrates_ = true; }

 private:
  void on_ready(const std::vector<std::string>& accounts, int server_version) override;
  void on_lost(std::string_view reason) override;
  void on_given_up(std::string_view reason) override;
  void on_notice(const client::Notice& notice) override;
  void on_order(const client::OrderUpdate& update) override;
  void opened(Now now) override;
  void received(Bytes bytes, Now now) override;
  void sent(Bytes /*bytes*/, Now /*now*/) override {}
  void closed(std::string_view /*reason*/, Now now) override { lifetime_ = now.mono - opened_.value_or(now.mono); }

  GatewayAddress address_;
  edge::net::Loop loop_;
  client::Client client_;
  edge::client::Transport transport_;
  bool interrupted_ = false;
  bool was_ready_ = false;
  bool lost_ = false;
  bool narrates_ = false;
  std::string lost_reason_;
  Duration lifetime_{};
  std::optional<MonoTime> opened_;
  std::string first_bytes_;
  std::optional<int> greeted_version_;
  std::string greeted_text_;
  bool unframed_ = false;
  tws::FrameReader frames_{tws::kFrameSizeMax};
  std::set<int> message_ids_;
  std::vector<client::Notice> notices_;
  std::function<void(const client::OrderUpdate&)> on_order_;
};

}  // namespace tradewind::app
