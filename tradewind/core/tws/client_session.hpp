#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
};

struct ClientConfig {
  std::int32_t client_id = 0;
  int min_version = kMinServerVersion;
  int max_version = kMaxServerVersion;
  std::string optional_capabilities;
  std::chrono::nanoseconds handshake_limit = std::chrono::seconds{10};
  std::chrono::nanoseconds start_limit = std::chrono::seconds{15};
};

// The client's half of one connection, without I/O: bytes and time in, bytes and calls out. One object per connection
// attempt, so nothing of an earlier attempt can leak into it. Used from one thread.
//
// Phases: idle until `connected`; handshake until the server's version is known; starting until accounts and order id
// have come; ready; closed after an error or `close`.
class ClientSession {
 public:
  enum class Phase : std::uint8_t { idle, handshake, starting, ready, closed };

  explicit ClientSession(ClientConfig config);

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] int server_version() const { return server_version_; }
  [[nodiscard]] const WireCounters& wire() const { return wire_; }
  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

  // The transport is up: greets the gateway.
  void connected(MonoTime now);
  // Room for received bytes; `received` says how many came and handles every whole message among them. An error ends
  // the session: close the transport.
  [[nodiscard]] std::byte* prepare(std::size_t count) { return reader_.prepare(count); }
  [[nodiscard]] Result<void> received(std::size_t count, MonoTime now, ClientHandler& handler);
  void close() { phase_ = Phase::closed; }

  // When `check_time` wants to be called; nothing when no limit runs.
  [[nodiscard]] std::optional<MonoTime> wake_at() const { return deadline_; }
  // An error when the gateway has been silent for too long.
  [[nodiscard]] Result<void> check_time(MonoTime now);

  // Queues a request. `unavailable` before the session is ready.
  template <class Message>
  [[nodiscard]] Result<void> send(const Message& message) {
    if (phase_ != Phase::ready) return fail(Errc::unavailable, not_ready_text(Message::kInfo.api));
    return write(message);
  }
  // Bytes for the transport, in order. The driver takes what it has sent.
  [[nodiscard]] ByteQueue& output() { return output_; }

 private:
  template <class Message>
  Result<void> write(const Message& message) {
    const std::size_t before = output_.size();
    auto encoded = encode(message, server_version_, output_);
    if (encoded.has_value()) {
      wire_.bytes_out += output_.size() - before;
      ++wire_.messages_out;
    }
    return encoded;
  }
  [[nodiscard]] static std::string not_ready_text(const char* api);
  Result<void> on_greeting(Bytes payload, MonoTime now, ClientHandler& handler);
  void on_message(Bytes payload, ClientHandler& handler);

  ClientConfig config_;
  Phase phase_ = Phase::idle;
  int server_version_ = 0;
  bool has_accounts_ = false;
  std::optional<std::int32_t> next_valid_id_;
  std::optional<MonoTime> deadline_;
  FrameReader reader_{kFrameSizeMax};
  ByteQueue output_;
  IncomingMessages scratch_;
  DecodeCounters counters_;
  WireCounters wire_;
};

}  // namespace tradewind::tws
