#pragma once

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tradewind::tws {

// What a gateway session tells, beside the requests themselves (which include startApi).
class GatewayHandler : public OutgoingHandler {
 public:
  enum class Admission : std::uint8_t { now, never, later };
  // Asked before each message of a running session is read. `never` forgets it; `later` keeps it and all behind it until
  // GatewaySession::resume.
  [[nodiscard]] virtual Admission admit(int /*message_id*/) { return Admission::now; }
  // A request we know could not be read; IB answers such with error 320.
  virtual void on_unreadable(int /*message_id*/, const DecodeFault& /*fault*/) {}
  virtual void on_unknown(int /*message_id*/, Bytes /*body*/) {}
};

struct GatewayConfig {
  int version = kMaxServerVersion;  // the newest this gateway speaks
  int min_client_version = kMinServerVersion;  // clients whose newest is older are turned away
  std::string connection_time;  // second field of the greeting
};

// The gateway's half of one connection, the mirror image of ClientSession.
//
// Phases: hello until the client has greeted; starting until startApi, when every other request is dropped, as TWS
// does; running; closed.
class GatewaySession {
 public:
  enum class Phase : std::uint8_t { hello, starting, running, closed };

  explicit GatewaySession(GatewayConfig config);

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] int server_version() const { return server_version_; }
  [[nodiscard]] const WireCounters& wire() const { return wire_; }
  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

  [[nodiscard]] std::byte* prepare(std::size_t count) { return reader_.prepare(count); }
  // Handles every whole request among the received bytes. An error ends the session: close the transport.
  [[nodiscard]] Result<void> received(std::size_t count, GatewayHandler& handler);
  // Goes on with what was kept for later.
  [[nodiscard]] Result<void> resume(GatewayHandler& handler);
  // What the client said behind its versions, "+PACEAPI" for one.
  [[nodiscard]] const std::string& connect_options() const { return connect_options_; }
  void close() { phase_ = Phase::closed; }

  // Queues a message to the client. Messages that the client could not read in this phase are a programmer error.
  template <class Message>
  void send(const Message& message) {
    // What we send is made by us; text a client could not receive is a mistake here, not there.
    TW_CHECK(try_send(message).has_value());
  }
  // The same for messages that repeat a client's own texts: an error, and nothing queued, where these cannot travel.
  template <class Message>
  [[nodiscard]] Result<void> try_send(const Message& message) {
    TW_CHECK(phase_ != Phase::hello);
    if (phase_ == Phase::closed) return {};
    const std::size_t before = output_.size();
    auto encoded = encode(message, server_version_, output_);
    if (encoded.has_value()) {
      wire_.bytes_out += output_.size() - before;
      ++wire_.messages_out;
    }
    return encoded;
  }
  [[nodiscard]] ByteQueue& output() { return output_; }

 private:
  Result<bool> on_hello();
  [[nodiscard]] GatewayHandler::Admission admission(Bytes payload, GatewayHandler& handler) const;
  void on_request(Bytes payload, GatewayHandler& handler);

  GatewayConfig config_;
  std::string connect_options_;
  Phase phase_ = Phase::hello;
  int server_version_ = 0;
  FrameReader reader_;
  ByteQueue output_;
  OutgoingMessages scratch_;
  DecodeCounters counters_;
  WireCounters wire_;
};

}  // namespace tradewind::tws
