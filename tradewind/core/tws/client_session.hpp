#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/core/tws/liveness.hpp"
#include "tradewind/core/tws/paced_request.hpp"
#include "tradewind/core/tws/pacing.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::tws {

struct WireCounters {
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
};

// What a client session tells, beside the messages themselves.
class ClientHandler : public IncomingHandler {
 public:
  // The handshake is done. `connection_time` is the gateway's local time with an operating-system zone name, of any
  // form.
  virtual void on_handshake(int /*server_version*/, std::string_view /*connection_time*/) {}
  // Accounts and a first order id have come (in either order): requests may be sent from now on.
  virtual void on_ready(std::int32_t /*next_valid_id*/) {}
  // A message we know could not be read. The stream goes on; what the message said is lost.
  virtual void on_unreadable(int /*message_id*/, const DecodeFault& /*fault*/) {}
  // An id this library does not know; counted, kept out of everything else.
  virtual void on_unknown(int /*message_id*/, Bytes /*body*/) {}
  // A request that was taken and waited has not been sent and never will be: cancelled meanwhile, an order held for too
  // long, or the connection is gone.
  virtual void on_dropped(const PacedRequest& /*request*/) {}
};

struct ClientConfig {
  std::int32_t client_id = 0;
  int min_version = kMinServerVersion;
  int max_version = kMaxServerVersion;
  std::string optional_capabilities;
  Duration handshake_limit = std::chrono::seconds{10};
  Duration start_limit = std::chrono::seconds{15};
  // An order that the pacer holds for longer is dropped: the market it was meant for is gone. Cancels and queries wait.
  Duration order_hold_limit = std::chrono::milliseconds{500};
  LivenessLimits liveness;
};

// The client's half of one connection, without I/O: bytes and time in, bytes and calls out. One object per connection
// attempt, so nothing of an earlier attempt can leak into it. Used from one thread.
//
// Every message goes through the pacer, which outlives connections, as IB goes on counting. What it holds leaves as soon
// as it may, in whatever call brings the time for it; `wake_at` says when that is.
//
// Phases: idle until `connected`; handshake until the server's version is known; starting until accounts and order id
// have come; ready; closed after an error or `close`.
class ClientSession {
 public:
  enum class Phase : std::uint8_t { idle, handshake, starting, ready, closed };

  // One session at a time uses a pacer; it outlives the session.
  ClientSession(ClientConfig config, Pacer& pacer);
  // What still waits belongs to this session and goes with it.
  ~ClientSession();
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] int server_version() const { return server_version_; }
  [[nodiscard]] const WireCounters& wire() const { return wire_; }
  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

  // The transport is up: greets the gateway.
  void connected(MonoTime now);
  // Room for received bytes; `received` says how many came and handles every whole message among them. An error ends
  // the session: close the transport.
  [[nodiscard]] std::byte* prepare(std::size_t count) { return reader_.prepare(count); }
  [[nodiscard]] Result<void> received(std::size_t count, Now now, ClientHandler& handler);
  void close() {
    phase_ = Phase::closed;
    deadline_.reset();
  }
  // The transport is gone. What waited is dropped and reported.
  void disconnected(ClientHandler& handler);

  // When `check_time` wants to be called; nothing when nothing waits and no limit runs.
  [[nodiscard]] std::optional<MonoTime> wake_at() const;
  // Sends what has waited long enough, and asks the gateway for a sign of life when its last one is old. An error ends
  // the session: the gateway has been silent for too long.
  [[nodiscard]] Result<void> check_time(MonoTime now, ClientHandler& handler);

  // Takes a request: it leaves now, is held until it may leave, or is a cancel of what had not left (`withdrawn`: nothing
  // leaves). Errors: `unavailable` before the session is ready, and what encoder and pacer refuse. Nothing is sent then.
  template <class Message>
  [[nodiscard]] Result<Verdict> send(const Message& message, MonoTime now) {
    return send(message, now, paced(message));
  }
  // For what the message alone does not tell: `paced(order, is_modification)`, `paced(history, backfill)`.
  template <class Message>
  [[nodiscard]] Result<Verdict> send(const Message& message, MonoTime now, const PacedRequest& request) {
    if (phase_ != Phase::ready) return fail(Errc::unavailable, not_ready_text(Message::kInfo.api));
    return write(message, now, request);
  }
  // A request has ended without a cancel: gives back what it held. What waited for that leaves in the next call that
  // brings the time.
  void finished(std::int32_t request_id) { pacer_.finished(request_id); }
  // Tells the handler what was dropped since the last report. `received`, `check_time` and `disconnected` do so too; after
  // `send`, which has no handler, this spares the wait for the next of them.
  void report_dropped(ClientHandler& handler) {
    if (!dropped_.empty()) [[unlikely]]
      tell_dropped(handler);
  }

  // How far the gateway's clock is ahead of ours, to a second, at its last answer to reqCurrentTime.
  [[nodiscard]] std::optional<Duration> clock_skew() const { return clock_skew_; }
  // When the gateway last proved that it answers; nothing before the session is ready.
  [[nodiscard]] std::optional<MonoTime> last_echo() const { return liveness_.last_echo(); }

  // Bytes for the transport, in order. The driver takes what it has sent.
  [[nodiscard]] ByteQueue& output() { return output_; }

 private:
  template <class Message>
  Result<Verdict> write(const Message& message, MonoTime now, const PacedRequest& request) {
    release(now);
    const std::size_t before = output_.size();
    if (auto encoded = encode(message, server_version_, output_); !encoded.has_value())
      return std::unexpected{std::move(encoded).error()};
    return submit(request, output_.size() - before, now);
  }
  Result<Verdict> submit(const PacedRequest& request, std::size_t size, MonoTime now);
  void release(MonoTime now);
  void has_left(const PacedRequest& request, std::size_t size, MonoTime now);
  void take_dropped();
  void tell_dropped(ClientHandler& handler);
  [[nodiscard]] static std::string not_ready_text(const char* api);
  Result<void> on_greeting(Bytes payload, MonoTime now, ClientHandler& handler);
  void on_message(Bytes payload, Now now, ClientHandler& handler);
  void on_start(int message_id, MonoTime now, ClientHandler& handler);
  void on_time(std::optional<Timestamp> gateway_time, Now now);

  ClientConfig config_;
  Pacer& pacer_;
  Phase phase_ = Phase::idle;
  int server_version_ = 0;
  bool has_accounts_ = false;
  std::optional<std::int32_t> next_valid_id_;
  std::optional<MonoTime> deadline_;
  MonoTime latest_;  // of the times that came in
  Liveness liveness_;
  std::optional<Duration> clock_skew_;
  std::vector<PacedRequest> dropped_;  // and not reported yet
  FrameReader reader_{kFrameSizeMax};
  ByteQueue output_;
  IncomingMessages scratch_;
  DecodeCounters counters_;
  WireCounters wire_;
};

}  // namespace tradewind::tws
