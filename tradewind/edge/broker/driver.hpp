#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/engine/node.hpp"
#include "tradewind/core/tws/backoff.hpp"
#include "tradewind/core/tws/recording/recording.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/net/tcp.hpp"
#include "tradewind/edge/store/journal_writer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tradewind::edge::broker {

// Why a driver has ended.
enum class Ended : std::uint8_t {
  stopped,         // the run is over, as it was asked to be
  refused,         // a safety rule keeps us away
  client_id_in_use,  // somebody else has our client id, and keeps it
  journal_failed,  // the disk does not take the journal any more
};

// Connects a node to the world: the socket, the journal's writer, the clock. It decides nothing; it reads, feeds, and does
// what the node wishes. Used from the loop's thread.
class Driver {
 public:
  struct Options {
    net::Endpoint endpoint;
    // In virtual time the owner of the clock moves it, delivers commits and calls `wake`; otherwise the driver does.
    bool virtual_time = false;
    std::function<Now()> clock = net::system_now;
    std::function<void(Ended, const std::string& reason)> on_end;
    std::function<void(const std::string& line)> log;  // one line each time the connection comes or goes
    tws::BackoffLimits backoff;
    std::uint64_t seed = 1;  // of the pauses between attempts
    tws::WireTap* tap = nullptr;  // hears everything that crosses the socket; outlives the driver
  };

  Driver(net::Loop& loop, engine::Node& node, store::JournalWriter& writer, Options options);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Starts the node and connects, for ever again.
  void start();
  // Asks the node to end the run.
  void stop(std::string reason);

  // --- For the owner of a virtual clock ---
  // The writer has made progress: tells the node what is durable.
  void deliver_commits();
  void wake();
  // The last record the node has been told is durable.
  [[nodiscard]] model::Seq delivered() const { return delivered_; }
  [[nodiscard]] bool is_connected() const { return connection_ != nullptr; }
  // Why the last attempt or connection failed, with its address; empty when none has.
  [[nodiscard]] const std::string& last_failure() const { return last_failure_; }
  // Bytes written to the socket and bytes the node has handled, over all connections.
  [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }
  [[nodiscard]] std::uint64_t bytes_handled() const { return bytes_handled_; }
  [[nodiscard]] net::Connection* connection() { return connection_.get(); }
  // Called on each new connection, before it reads.
  std::function<void(net::Connection&)> on_connection;

 private:
  void connect();
  void connected(std::unique_ptr<net::Connection> connection);
  void drop(const std::string& reason);
  void lost(const std::string& reason);
  void retry_later(tws::Backoff::Failure failure);
  // After each call into the node: records to the writer, bytes to the socket, wishes, the next time.
  void pump();
  void push_records();
  void set_timer();
  void end(Ended how, const std::string& reason);

  net::Loop& loop_;
  engine::Node& node_;
  store::JournalWriter& writer_;
  Options options_;
  std::unique_ptr<net::Connection> connection_;
  std::unique_ptr<net::Connector> connector_;
  std::byte* room_ = nullptr;  // where the bytes that come next are
  net::Timer timer_;
  net::Timer retry_timer_;
  tws::Backoff backoff_;
  std::string last_failure_;
  bool stalled_ = false;
  bool ended_ = false;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_handled_ = 0;
  model::Seq delivered_{0};
};

}  // namespace tradewind::edge::broker
