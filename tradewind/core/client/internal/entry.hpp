#pragma once

#include "tradewind/core/client/client.hpp"
#include "tradewind/core/client/conversation.hpp"
#include "tradewind/core/tws/client_session.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace tradewind::client {

// The wire, for one call: where requests are written.
struct Wire {
  tws::ClientSession& session;
  Now now;

  template <class Message>
  [[nodiscard]] Result<void> write(const Message& message, [[maybe_unused]] bool backfill = false) {
    const auto verdict = [&] {
      if constexpr (requires { tws::paced(message, backfill); }) {
        return session.send(message, now.mono, tws::paced(message, backfill));
      } else {
        return session.send(message, now.mono);
      }
    }();
    if (!verdict.has_value()) return std::unexpected{verdict.error()};
    return {};
  }
};

// One request or subscription, whatever it asks for.
class Entry {
 public:
  enum class Heard : std::uint8_t {
    nothing,  // not for this one
    row,
    last_row,
  };

  Entry(RequestId id, tws::RequestKind kind, bool goes_on) : id_{id}, kind_{kind}, goes_on_{goes_on} {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  virtual ~Entry() = default;

  [[nodiscard]] RequestId id() const { return id_; }
  [[nodiscard]] tws::RequestKind kind() const { return kind_; }
  [[nodiscard]] bool goes_on() const { return goes_on_; }

  virtual Result<void> send(Wire& wire, std::int32_t wire_id) = 0;
  // Nothing where the request has no cancel at this version.
  virtual void send_cancel(Wire& wire) = 0;
  // `message` is the struct that belongs to the id of an incoming message.
  virtual Heard hear(int message_id, const void* message, int server_version) = 0;
  virtual void finish(std::optional<Failure> failure) = 0;
  virtual void completed() = 0;
  virtual void tell_quality() = 0;
  virtual void tell_notice(const Notice& notice) = 0;
  // Ids of all messages it listens to; requests without an id share them and so take turns.
  [[nodiscard]] virtual const std::vector<int>& message_ids() const = 0;
  [[nodiscard]] virtual bool has_request_id() const = 0;
  // It has to be cancelled once its end marker has come, or it would go on.
  [[nodiscard]] virtual bool needs_ending() const = 0;

  std::int32_t wire_id = 0;  // zero: not on the wire
  bool is_over = false;
  bool is_complete = false;  // a subscription's end marker has come
  MonoTime last_heard;
  std::optional<MonoTime> deadline;  // a request's; for a subscription: when an uncertain refusal becomes one
  Duration answer_limit{};
  Duration stale_after{};
  std::function<bool(Timestamp)> trades_at;
  std::optional<MonoTime> renew_at;  // silence until then, and it is asked for again
  std::optional<MonoTime> first_by;  // the same, while nothing has come since it was asked for
  Failure last_word;                 // what the gateway said that did not end it
  int renewals = 0;                  // since it was last heard of
  int silences = 0;                  // how often it was asked for again because `first_by` had come
  bool was_heard = false;            // ever
  std::int32_t gap_request = 0;      // the number under which its gap is kept, when it has one of its own
  Quality quality;

 private:
  RequestId id_;
  tws::RequestKind kind_;
  bool goes_on_;
};

namespace detail {

template <class... Message>
std::vector<int> ids_of(Messages<Message...> /*list*/) {
  return {Message::kInfo.id...};
}

}  // namespace detail

template <class Request>
class TypedEntry : public Entry {
 public:
  using Talk = Conversation<Request>;

  TypedEntry(RequestId id, const Request& message, bool goes_on) : Entry{id, Talk::kKind, goes_on}, request_{message} {}

  Result<void> send(Wire& wire, std::int32_t id) override {
    Request message = *request_;
    if constexpr (requires { message.req_id; }) message.req_id = id;
    if (auto sent = wire.write(message, backfill); !sent.has_value()) return sent;
    wire_id = id;
    return {};
  }

  void send_cancel(Wire& wire) override {
    using Cancel = typename Talk::Cancel;
    if (wire_id == 0) return;
    if constexpr (std::is_same_v<Cancel, Request>) {  // account updates are ended by the same message
      Request message = *request_;
      message.subscribe = false;
      static_cast<void>(wire.write(message));
    } else if constexpr (!std::is_same_v<Cancel, NoCancel>) {
      if (Cancel::kInfo.since > wire.session.server_version()) return;
      Cancel message;
      if constexpr (requires { message.req_id; }) message.req_id = wire_id;
      if constexpr (requires { message.is_smart_depth; }) message.is_smart_depth = request_->is_smart_depth;
      static_cast<void>(wire.write(message));
    }
    wire_id = 0;
  }

  Heard hear(int message_id, const void* message, int server_version) override {
    return hear_one_of(message_id, message, server_version, typename Talk::Rows{}, typename Talk::End{});
  }

  [[nodiscard]] const std::vector<int>& message_ids() const override {
    static const std::vector<int> ids = [] {
      auto all = detail::ids_of(typename Talk::Rows{});
      for (const int id : detail::ids_of(typename Talk::End{})) all.push_back(id);
      return all;
    }();
    return ids;
  }
  [[nodiscard]] bool has_request_id() const override {
    return requires(Request& request) { request.req_id; };
  }
  [[nodiscard]] bool needs_ending() const override {
    return Talk::kGoesOn && !std::is_same_v<Request, tws::MarketDataRequest> &&
           !std::is_same_v<Request, tws::HistoricalDataRequest>;
  }

  bool backfill = false;

 private:
  template <class... Row, class... End>
  Heard hear_one_of(int message_id, const void* message, int server_version, Messages<Row...> /*rows*/,
                    Messages<End...> /*ends*/) {
    Heard heard = Heard::nothing;
    static_cast<void>((take<Row>(message_id, message, server_version, heard) || ...));
    if (heard == Heard::nothing) static_cast<void>((take<End>(message_id, message, server_version, heard) || ...));
    return heard;
  }
  template <class Message>
  bool take(int message_id, const void* message, int server_version, Heard& heard) {
    if (message_id != Message::kInfo.id) return false;
    const auto& typed = *static_cast<const Message*>(message);
    if (!Talk::is_for(*request_, typed)) return true;
    heard = Talk::ends(typed, server_version) ? Heard::last_row : Heard::row;
    if constexpr (kIsIn<Message, typename Talk::Rows>) deliver(&typed);
    return true;
  }
  // One for each row type would be the plain way; a variant of pointers needs only one virtual function.
  virtual void deliver(decltype(UpdateOf<Request>::message) message) = 0;

  tws::Owned<Request> request_;
};

template <Answerable Request>
class AskedEntry final : public TypedEntry<Request> {
 public:
  AskedEntry(RequestId id, const Request& message, std::function<void(AnswerTo<Request>)> done)
      : TypedEntry<Request>{id, message, false}, done_{std::move(done)} {}

  void finish(std::optional<Failure> failure) override {
    if (failure) answer_.fail(*std::move(failure));
    if (done_) done_(std::move(answer_));
  }
  void completed() override {}
  void tell_quality() override {}
  void tell_notice(const Notice& /*notice*/) override {}

 private:
  void deliver(decltype(UpdateOf<Request>::message) message) override {
    std::visit([this](const auto* row) { answer_.add(*row); }, message);
  }

  AnswerTo<Request> answer_;
  std::function<void(AnswerTo<Request>)> done_;
};

template <Subscribable Request>
class SubscribedEntry final : public TypedEntry<Request> {
 public:
  SubscribedEntry(RequestId id, const Request& message, Subscriber<Request> subscriber)
      : TypedEntry<Request>{id, message, true}, subscriber_{std::move(subscriber)} {}

  void finish(std::optional<Failure> failure) override {
    if (failure && subscriber_.on_end) subscriber_.on_end(*failure);
  }
  void completed() override {
    if (subscriber_.on_complete) subscriber_.on_complete();
  }
  void tell_quality() override {
    if (subscriber_.on_quality) subscriber_.on_quality(this->quality);
  }
  void tell_notice(const Notice& notice) override {
    if (subscriber_.on_notice) subscriber_.on_notice(notice);
  }

 private:
  void deliver(decltype(UpdateOf<Request>::message) message) override {
    if constexpr (kIsIn<tws::MarketDataType, typename Conversation<Request>::Rows>) {
      if (const auto* const type = std::get_if<const tws::MarketDataType*>(&message);
          type != nullptr && (*type)->market_data_type >= 1 && (*type)->market_data_type <= 4) {
        this->quality.kind = static_cast<DataKind>((*type)->market_data_type);
      }
    }
    this->quality.stale = false;
    if (subscriber_.on_update) subscriber_.on_update({message, this->quality});
    this->quality.gap_before = 0;
  }

  Subscriber<Request> subscriber_;
};

}  // namespace tradewind::client
