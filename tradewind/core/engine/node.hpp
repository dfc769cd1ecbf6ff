#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/broker/mapper.hpp"
#include "tradewind/core/engine/engine.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/model/effect.hpp"
#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/pacing.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::engine {

// Everything between the socket and the journal's queue, as one machine: session, translation, engine. Bytes, times and
// commits in; bytes, journal records and wishes out. The real driver and the simulated world run this same object; a
// fuzzer enters where they do, at `received`.
//
// After each call the driver takes what there is to take: `output` to the socket, `log().pending()` to the journal's
// writer, `wish`.
class Node final : private broker::EventSink {
 public:
  enum class Wish : std::uint8_t {
    none,
    reconnect,  // close the connection and come back
    leave,  // close the connection and stay away: a safety rule refused it
    stop,  // the run is over
  };

  // `log` is the journal, open for appending, and outlives the node.
  Node(EngineConfig config, tws::ClientConfig session, std::unique_ptr<strategy::Strategy> strategy, journal::Log& log,
       const tws::PacingLimits& pacing = {});
  ~Node() override;

  [[nodiscard]] Result<void> restore(model::Seq seq, const journal::Record& record) {
    return engine_.restore(seq, record);
  }
  void start(Now now);

  // --- The connection ---
  void connected(Now now);
  // Room for received bytes, only while connected; then `received` says how many came.
  [[nodiscard]] std::byte* prepare(std::size_t count) { return session_->prepare(count); }
  void received(std::size_t count, Now now);
  void disconnected(std::string reason, Now now);
  [[nodiscard]] bool has_session() const { return session_.has_value(); }
  // The gateway has introduced itself, and requests may be made.
  [[nodiscard]] bool is_session_ready() const {
    return session_ && session_->phase() == tws::ClientSession::Phase::ready;
  }
  // The gateway has turned this connection, or the last one, away because somebody has our client id (326).
  [[nodiscard]] bool client_id_in_use() const { return client_id_in_use_; }
  [[nodiscard]] std::int32_t client_id() const { return session_config_.client_id; }
  // Bytes for the socket; only while connected.
  [[nodiscard]] ByteQueue& output() { return session_->output(); }
  [[nodiscard]] Wish wish() const { return wish_; }
  [[nodiscard]] const std::string& wish_reason() const { return wish_reason_; }

  // --- The journal ---
  [[nodiscard]] journal::Log& log() { return log_; }
  [[nodiscard]] model::Seq journal_position() const { return log_.last(); }
  void committed(model::Seq upto, Now now);
  void journal_stalled(bool stalled, Now now);

  // --- Time and people ---
  [[nodiscard]] std::optional<Timestamp> wake_utc() const { return engine_.wake_utc(); }
  [[nodiscard]] std::optional<MonoTime> wake_mono() const;
  void wake(Now now);
  void stop(std::string reason, Now now);

  [[nodiscard]] const Engine& engine() const { return engine_; }
  // Of all connections of the run.
  [[nodiscard]] tws::WireCounters wire() const;

 private:
  void on_event(const model::Event& event) override;
  void perform();
  void not_sent(const model::Effect& effect, const std::string& reason);

  Engine engine_;
  journal::Log& log_;
  tws::ClientConfig session_config_;
  tws::Pacer pacer_;  // of all connections: IB goes on counting
  std::optional<tws::ClientSession> session_;  // one of each per connection, so that nothing of an earlier one leaks
  std::optional<broker::Mapper> mapper_;
  tws::WireCounters earlier_wire_;
  std::vector<model::Effect> effects_;
  bool client_id_in_use_ = false;
  Now now_;
  Wish wish_ = Wish::none;
  std::string wish_reason_;
};

}  // namespace tradewind::engine
