#include "apps/tradewind/sim_replay.hpp"

#include "apps/tradewind/failure.hpp"
#include "apps/tradewind/market_clock.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/net/tcp.hpp"
#include "tradewind/edge/record/recording_files.hpp"
#include "tradewind/edge/web/http_server.hpp"
#include "tradewind/sim/recording/replay.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::app {

namespace net = edge::net;
using sim::recording::Replay;

namespace {

constexpr Duration kSendingPause = std::chrono::milliseconds{10};

void say(const std::string& line) { fmt::print(stderr, "{} {}\n", iso_text(net::system_now().utc), line); }

void write_counts(JsonWriter& json, const Replay& replay) {
  const Replay::Counts& counts = replay.counts();
  json.member("connections", counts.connections)
      .member("connections_played", counts.played)
      .member("messages_expected", counts.expected)
      .member("messages_matched", counts.matched)
      .member("messages_sent", counts.sent)
      .member("messages_unsent", counts.unsent)
      .member("messages_missing", counts.missing)
      .member("over", replay.is_over());
  if (replay.difference()) json.member("difference", *replay.difference());
}

// Puts a replay behind a port.
class ReplayServer {
 public:
  ReplayServer(net::Loop& loop, Replay& replay, MarketSpeed speed)
      : loop_{loop}, replay_{replay}, clock_{speed, net::system_now()}, timer_{loop, [this] { wake(); }} {}

  Result<std::uint16_t> listen(const net::Endpoint& endpoint) {
    listener_ = TW_TRY(net::Listener::open(
        loop_, endpoint, [this](std::unique_ptr<net::Connection> connection) { accept(std::move(connection)); }));
    return listener_->port();
  }

 private:
  struct Peer {
    std::unique_ptr<net::Connection> connection;
    ByteQueue input;
  };

  [[nodiscard]] Timestamp now() const { return clock_.now(net::system_now()); }

  void accept(std::unique_ptr<net::Connection> connection) {
    const auto id = replay_.connect(now());
    if (!id) return say("a client more than the recording has was closed");
    say(fmt::format("connection {} opened", *id));
    Peer& peer = peers_[*id];
    peer.connection = std::move(connection);
    peer.connection->start({.prepare = [&peer](std::size_t count) { return peer.input.prepare(count); },
                            .received =
                                [this, &peer, id = *id](std::size_t count) {
                                  peer.input.commit(count);
                                  replay_.received(id, peer.input.contents(), now());
                                  peer.input.clear();
                                  wake();
                                },
                            .closed = [this, id = *id](const std::string& reason) { leave(id, reason); }});
    wake();
  }

  void leave(Replay::Id id, const std::string& reason) {
    say(fmt::format("connection {} closed: {}", id, reason));
    replay_.disconnected(id);
    loop_.post([this, id] {  // not from within its own call
      peers_.erase(id);
      wake();
    });
  }

  void wake() {
    if (clock_.speed().kind == MarketSpeed::Kind::fastest) {
      while (const auto next = replay_.wake_at()) {
        clock_.advance_to(*next);
        replay_.wake(now());
      }
    } else {
      replay_.wake(now());
    }
    bool is_sending = false;  // the last of a connection, which ends then
    for (auto& [id, peer] : peers_) {
      peer.connection->send(replay_.output(id));
      if (!replay_.wants_close(id) || leaving_.contains(id)) continue;
      if (peer.connection->unsent() > 0) {
        is_sending = true;
        continue;
      }
      leaving_.emplace(id, true);
      peer.connection->close();
      leave(id, "as recorded");
    }
    if (replay_.difference() || (replay_.is_over() && peers_.empty())) return loop_.stop();
    const auto next = replay_.wake_at();
    const auto due = next ? clock_.due(*next, net::system_now()) : std::nullopt;
    if (is_sending) timer_.set(net::system_now().mono + kSendingPause);
    else if (due) timer_.set(*due);
    else timer_.cancel();
  }

  net::Loop& loop_;
  Replay& replay_;
  MarketClock clock_;
  net::Timer timer_;
  std::unique_ptr<net::Listener> listener_;
  std::map<Replay::Id, Peer> peers_;
  std::map<Replay::Id, bool> leaving_;
};

Result<void> load(Replay& replay, const std::string& path) {
  auto files = TW_TRY(edge::record::RecordingFiles::open(path));
  while (const auto entry = TW_TRY(files.next())) replay.add(*entry);
  for (const std::string& torn : files.torn())
    fmt::print(stderr, "tradewind: {}: ends in the middle, as after a kill; it is played as far as it goes\n", torn);
  return replay.finish();
}

Result<void> play(const SimReplayCommand& command, Replay& replay) {
  const MarketSpeed speed = TW_TRY(parse_speed(command.speed));
  if (speed.kind == MarketSpeed::Kind::steps) return fail(Errc::invalid_argument, "--speed: it is a number or max");
  TW_TRY_VOID(load(replay, command.recording));
  if (replay.counts().missing > 0)
    say(fmt::format("the recording leaves out {} messages, which cannot be played", replay.counts().missing));
  net::Loop loop;
  ReplayServer server{loop, replay, speed};
  const std::uint16_t port = TW_TRY(server.listen({command.host, command.port}));
  std::unique_ptr<edge::web::HttpServer> control;
  if (command.control_port) {
    control = TW_TRY(edge::web::HttpServer::open(
        loop, {"127.0.0.1", *command.control_port}, [&replay](const edge::web::HttpRequest& request) {
          if (request.target != "/state")
            return edge::web::HttpResponse{404, "application/json", "{\"error\":\"there is only GET /state\"}\n"};
          JsonWriter json;
          json.begin_object();
          write_counts(json, replay);
          return edge::web::HttpResponse{200, "application/json", json.end_object().str() + "\n"};
        }));
  }
  // Before it is said where it listens: whoever reads that may end it at once.
  loop.on_signals([&loop](int) { loop.stop(); });
  if (command.json) {
    JsonWriter json;
    json.begin_object().member("host", command.host).member("port", port);
    if (control) json.member("control_port", control->port());
    fmt::print("{}\n", json.end_object().str());
  } else {
    fmt::print("replay of {} on {}:{}", command.recording, command.host, port);
    if (control) fmt::print(", state at http://127.0.0.1:{}/state", control->port());
    fmt::print("\n");
  }
  std::fflush(stdout);
  loop.run();
  return {};
}

}  // namespace

int sim_replay_command(const SimReplayCommand& command) {
  Replay replay;
  const auto played = play(command, replay);
  if (!played.has_value()) return report_failure(code_for(played.error()), played.error(), command.json);
  const Replay::Counts& counts = replay.counts();
  const bool is_as_recorded = replay.is_over() && !replay.difference();
  if (command.json) {
    JsonWriter json;
    json.begin_object();
    write_counts(json, replay);
    fmt::print("{}\n", json.end_object().str());
  } else if (is_as_recorded) {
    fmt::print("as recorded: {} messages of {} connections matched, {} sent", counts.matched, counts.played,
               counts.sent);
    if (counts.unsent > 0) fmt::print(", {} came after the client had left", counts.unsent);
    fmt::print("\n");
  }
  if (is_as_recorded) return static_cast<int>(ExitCode::ok);
  const std::string what = replay.difference().value_or(
      fmt::format("ended before the recording: {} of {} messages came", counts.matched, counts.expected));
  fmt::print(stderr, "tradewind: {}\n", what);
  return static_cast<int>(ExitCode::failed);
}

}  // namespace tradewind::app
