#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/connectivity.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/owned.hpp"
#include "tradewind/sim/gateway/faults/injector.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway::faults {

class Line;

// Looks on at the lines, and has a say before the faults have theirs: a scenario.
class Director {
 public:
  virtual ~Director() = default;
  // A message of a client or of the gateway, in its frame. False: it goes no further; what is to go in its place has been
  // put on the line.
  [[nodiscard]] virtual bool on_request(Line& line, const tws::FrameView& message, Bytes frame) = 0;
  [[nodiscard]] virtual bool on_message(Line& line, const tws::FrameView& message, Bytes frame) = 0;
  // The message of the gateway has gone its way.
  virtual void after_message(Line& line) = 0;
};

// One connection, between what the gateway says and what its client hears, and the other way. Bytes and time in, bytes
// out; knows nothing of sockets.
class Line {
 public:
  Line(Injector& injector, int server_version, std::string connection_time);

  // What the gateway has to greet with.
  [[nodiscard]] int server_version() const { return server_version_; }
  [[nodiscard]] const std::string& connection_time() const { return connection_time_; }

  // The login is that of an advisor with this account of its own; empty when it is none.
  void set_advisor(std::string account) { advisor_ = std::move(account); }

  // --- From the client ---
  [[nodiscard]] std::byte* prepare(std::size_t count) { return from_client_.prepare(count); }
  void received(std::size_t count) {
    from_client_.commit(count);
    bytes_in_ += count;
  }
  // The gateway reads what is sent. While it does not, bytes belong in the socket; those that come nevertheless stay here.
  [[nodiscard]] bool reads() const { return !unread_until_.has_value(); }
  // Takes one request out of what has been received, if there is a whole one, and puts it into `to_gateway` unless a fault
  // befalls it. One by one, so that what happens does not depend on how the stream was cut.
  [[nodiscard]] bool next_request(Timestamp now);
  [[nodiscard]] ByteQueue& to_gateway() { return to_gateway_; }
  // Whether this order of the client can fill now; whoever owns the line knows.
  void set_can_fill(std::function<bool(std::int32_t order_id)> can_fill) { can_fill_ = std::move(can_fill); }
  // An order of this client that is to be filled now, told once.
  [[nodiscard]] std::optional<std::int32_t> take_order_to_fill() { return std::exchange(order_to_fill_, std::nullopt); }
  // The gateway is to restart now, with this order on its way, and to be away for so long; told once.
  [[nodiscard]] std::optional<Duration> take_restart() { return std::exchange(restart_, std::nullopt); }

  // --- From the gateway; takes all of it ---
  void said(ByteQueue& bytes, Timestamp now);
  [[nodiscard]] ByteQueue& to_client() { return to_client_; }
  [[nodiscard]] const std::optional<std::string>& close_reason() const { return close_reason_; }
  [[nodiscard]] bool resets() const { return resets_; }
  // Its client has been told all that it needs to begin, and the connection lasts.
  [[nodiscard]] bool is_in_use() const { return started_ && !close_reason_; }
  // Another line is in use. Whoever calls `said` keeps this true.
  void set_accompanied(bool yes) { accompanied_ = yes; }
  // What the client has sent, and what has been put out for it.
  [[nodiscard]] std::uint64_t bytes_in() const { return bytes_in_; }
  [[nodiscard]] std::uint64_t bytes_out() const { return bytes_out_; }
  // What the client must believe of the link and the farms.
  [[nodiscard]] const tws::Connectivity& told() const { return told_; }

  // --- What is held back ---
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

  // --- For a director ---
  void set_director(Director* director) { director_ = director; }
  [[nodiscard]] Timestamp now() const { return now_; }
  // The version has been agreed upon.
  [[nodiscard]] bool has_answered() const { return answered_; }
  // Whole frames, and what is no frame: to the client, as long as the line is neither mute nor closed.
  void put(Bytes bytes);
  void hold(Duration time, Bytes bytes);
  // The same to the gateway, after a time.
  void hold_request(Duration time, Bytes bytes) {
    held_.push_back(
        {.due = now_ + time, .bytes = std::string{as_text(bytes)}, .is_request = true, .code = 0, .text = {}});
  }
  // What the gateway says is lost.
  void set_mute(bool mute) { mute_ = mute; }
  void close(std::string reason);
  // The same, and the transport says that the connection was reset.
  void reset(std::string reason);

 private:
  class Requests;
  class Messages;
  struct Held {
    Timestamp due;
    std::string bytes;
    bool is_request = false;
    std::int32_t code = 0;  // of a notice
    std::string text;
  };

  [[nodiscard]] bool draws(std::size_t fault) { return injector_.draws(fault, client_id_); }
  void count(std::size_t fault) { injector_.count(fault); }
  // The fault is on the wire with this.
  [[nodiscard]] bool fires(std::size_t fault) {
    if (!draws(fault)) return false;
    count(fault);
    return true;
  }
  [[nodiscard]] bool take_greeting();
  void on_request(Bytes frame);
  void on_message(Bytes frame);
  void pass_message(Bytes frame, const tws::FrameView& view);
  void put_with_a_field_too_many(Bytes frame, const tws::FrameView& view);
  void after_message();
  void break_connection();
  void notice(std::int32_t id, std::int32_t code, std::string_view text);
  void tell(std::int32_t id, std::int32_t code, std::string_view text);
  template <class Message>
  void say(const Message& message) {
    ByteQueue bytes;
    if (tws::encode(message, server_version_, bytes).has_value()) put(bytes.contents());
  }
  template <class Message>
  void say_after(Duration time, const Message& message) {
    ByteQueue bytes;
    if (tws::encode(message, server_version_, bytes).has_value()) hold(time, bytes.contents());
  }
  // Nothing has befallen this connection that lasts.
  [[nodiscard]] bool is_plain() const;
  // A notice of the gateway's own, after a while.
  void notice_after(Duration time, std::int32_t code, std::string_view text);
  // The client asks for it itself, for all that the gateway knows.
  template <class Message>
  void ask(const Message& message) {
    ByteQueue bytes;
    if (!tws::encode(message, server_version_, bytes).has_value()) return;
    hold_request({}, bytes.contents());
  }

  Injector& injector_;
  Director* director_ = nullptr;
  int server_version_ = 0;
  std::string connection_time_;
  Timestamp now_;
  tws::FrameReader from_client_;
  tws::FrameReader from_gateway_;
  ByteQueue to_gateway_;
  ByteQueue to_client_;
  std::optional<std::string> close_reason_;
  std::optional<Timestamp> closes_at_;
  std::optional<Timestamp> unread_until_;  // F010
  std::optional<Duration> restart_;  // F016
  std::optional<std::int32_t> client_id_;
  tws::Connectivity told_;
  std::uint64_t bytes_in_ = 0, bytes_out_ = 0;
  bool greeted_ = false;  // by the client
  bool answered_ = false;  // by the gateway
  bool started_ = false;  // nextValidId has gone out
  bool resets_ = false;
  bool mute_ = false;
  bool deaf_ = false;
  bool trickles_ = false;
  bool no_ticks_ = false;
  bool accompanied_ = false;
  std::optional<std::size_t> unready_;  // F003: what of managedAccounts and nextValidId does not come
  std::vector<Held> held_;  // in the order in which they were said
  std::map<std::string, std::string> waiting_;  // held until what it waits for has gone out

  // Orders
  std::optional<Timestamp> orders_vanish_until_;
  std::set<std::int32_t> orders_;  // that the client has placed
  std::map<std::int32_t, Timestamp> unseen_until_;  // F050: nothing of the order goes out before
  std::set<std::int32_t> rejected_;  // F051: their cancel is told as a refusal
  std::function<bool(std::int32_t)> can_fill_;
  std::optional<std::int32_t> order_to_fill_;  // F080
  std::set<std::int32_t> filling_;  // F080: how it is brought about is not shown
  std::map<std::int32_t, std::string> first_status_;
  std::string advisor_;  // F107: its account
  std::set<std::pair<std::int32_t, std::int32_t>> for_groups_;  // F107: orders for its groups, by client and order id

  // Executions and accounts
  bool hides_executions_ = false;
  std::optional<Timestamp> executions_come_;  // F042: all that were held back at once
  bool lists_positions_ = false;  // asked for, and the end marker has not come
  Amount cash_off_ = Amount::zero();  // of every figure of cash
  std::int64_t cent_day_ = 0;  // F129: since 1970

  // Data
  std::set<std::int32_t> without_ticks_;  // subscriptions
  std::map<std::int32_t, Price> offsets_;
  std::optional<tws::Owned<tws::HistoricalData>> bars_;  // F140: the first answer

  tws::OutgoingMessages requests_scratch_;
  tws::IncomingMessages messages_scratch_;
  tws::DecodeCounters counters_;
};

}  // namespace tradewind::sim::gateway::faults
