#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/sim/gateway/faults/catalogue.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway::faults {

constexpr std::int64_t kAlways = 1'000'000;

struct FaultRate {
  std::string fault;
  std::int64_t millionths = kAlways;  // of the moments at which it may fire
};

// "F004,F094:0.05": faults and how often each fires, always where no rate is given. The rate is above 0 and at most 1.
[[nodiscard]] Result<std::vector<FaultRate>> parse_faults(std::string_view text);

// Decides which faults fire, and counts those that did. Each fault draws its own numbers, so that turning one on changes
// nothing in the others.
class Injector {
 public:
  explicit Injector(std::uint64_t seed);

  [[nodiscard]] Result<void> set(const FaultRate& rate);
  // Fires once, at its next moment: of this client, or of any.
  [[nodiscard]] Result<void> inject(std::string_view fault, std::optional<std::int32_t> client = std::nullopt);
  // How often it was put on the wire.
  [[nodiscard]] std::uint64_t fired(std::size_t fault) const { return states_[fault].fired; }
  [[nodiscard]] std::int64_t rate(std::size_t fault) const { return states_[fault].millionths; }
  // {"faults":[{"id":…,"name":…,"rate":…,"waiting":…,"fired":…}]}: those that are on, wait or have fired.
  [[nodiscard]] std::string json() const;

  // For the lines.
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
  std::vector<State> states_;
};

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

  // --- From the client ---
  [[nodiscard]] std::byte* prepare(std::size_t count) { return from_client_.prepare(count); }
  void received(std::size_t count, Timestamp now);
  [[nodiscard]] ByteQueue& to_gateway() { return to_gateway_; }

  // --- From the gateway; takes all of it ---
  void said(ByteQueue& bytes, Timestamp now);
  [[nodiscard]] ByteQueue& to_client() { return to_client_; }
  [[nodiscard]] const std::optional<std::string>& close_reason() const { return close_reason_; }
  [[nodiscard]] bool resets() const { return resets_; }

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
  void hold_request(Duration time, Bytes bytes) { held_.push_back({now_ + time, std::string{as_text(bytes)}, true}); }
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
  };

  [[nodiscard]] bool draws(std::size_t fault) { return injector_.draws(fault, client_id_); }
  void count(std::size_t fault) { injector_.count(fault); }
  // The fault is on the wire with this.
  [[nodiscard]] bool fires(std::size_t fault) {
    if (!draws(fault)) return false;
    count(fault);
    return true;
  }
  void on_request(Bytes frame);
  void on_message(Bytes frame);
  void pass_message(Bytes frame, const tws::FrameView& view);
  void after_message(std::string_view frame);
  void notice(std::int32_t id, std::int32_t code, std::string_view text);
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
  void farm(Duration after, std::int32_t code, std::string_view text);

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
  std::optional<std::int32_t> client_id_;
  bool greeted_ = false;  // by the client
  bool answered_ = false;  // by the gateway
  bool started_ = false;  // nextValidId has gone out
  bool resets_ = false;
  bool mute_ = false;
  bool deaf_ = false;
  bool trickles_ = false;
  bool no_ticks_ = false;
  std::optional<std::size_t> unready_;  // F003: what of managedAccounts and nextValidId does not come
  std::vector<Held> held_;  // in the order in which they were said
  std::optional<Timestamp> orders_vanish_until_;
  std::set<std::int32_t> orders_;  // that the client has placed
  std::set<std::int32_t> without_ticks_;  // subscriptions
  std::map<std::int32_t, Price> offsets_;
  std::map<std::int32_t, std::string> first_status_;
  std::map<std::string, std::string> waiting_;  // held until what it waits for has gone out
  bool hides_executions_ = false;
  tws::OutgoingMessages requests_scratch_;
  tws::IncomingMessages messages_scratch_;
  tws::DecodeCounters counters_;
};

}  // namespace tradewind::sim::gateway::faults
