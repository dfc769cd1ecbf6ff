#include "apps/tradewind/sim_record.hpp"

#include "apps/tradewind/failure.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/net/relay.hpp"
#include "tradewind/edge/record/recorder.hpp"
#include "tradewind/sim/recording/scrubbed_stream.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>
#include <utility>

namespace tradewind::app {

namespace net = edge::net;
using sim::recording::ScrubbedStream;

namespace {

void say(const std::string& line) { fmt::print(stderr, "{} {}\n", iso_text(net::system_now().utc), line); }

// Everything that crosses the relay, on its way into the file.
class Session {
 public:
  Session(edge::record::Recorder& recorder, bool keeps_accounts) : recorder_{recorder} {
    scrubbing_.keeps_accounts = keeps_accounts;
  }

  net::RelayHandler handler() {
    return {.opened =
                [this](std::uint32_t connection) {
                  say(fmt::format("connection {} opened", connection));
                  stream(connection).opened(net::system_now());
                  ++connections_;
                },
            .passed =
                [this](std::uint32_t connection, bool from_client, Bytes bytes) {
                  const Now now = net::system_now();
                  if (from_client) stream(connection).sent(bytes, now);
                  else stream(connection).received(bytes, now);
                  if (auto failure = recorder_.failure(); failure && !std::exchange(has_failed_, true))
                    say(fmt::format("nothing is recorded any more: {}", failure->detail));
                },
            .closed = [this](std::uint32_t connection, const std::string& reason) { closed(connection, reason); }};
  }

  // Ends what is still open.
  void finish() {
    while (!streams_.empty()) closed(streams_.begin()->first, "the recording ended");
  }

  void report(const std::string& path, bool json) const {
    const auto& scrubber = scrubbing_.scrubber;
    if (json) {
      JsonWriter writer;
      writer.begin_object()
          .member("recording", path)
          .member("connections", connections_)
          .member("frames", scrubbing_.frames)
          .member("accounts_replaced", std::uint64_t{scrubber.pseudonyms().accounts()})
          .member("names_replaced", std::uint64_t{scrubber.pseudonyms().names()})
          .member("unknown_texts_masked", scrubber.masked())
          .member("frames_withheld", scrubbing_.withheld_frames)
          .member("bytes_withheld", scrubbing_.withheld_bytes)
          .member("entries_dropped", recorder_.dropped());
      fmt::print("{}\n", writer.end_object().str());
    } else {
      fmt::print("{}: {} connections, {} frames", path, connections_, scrubbing_.frames);
      if (!scrubbing_.keeps_accounts)
        fmt::print(", {} accounts and {} names replaced", scrubber.pseudonyms().accounts(),
                   scrubber.pseudonyms().names());
      fmt::print("\n");
    }
    if (scrubber.masked() > 0)
      fmt::print(stderr, "tradewind: {} texts of fields this program does not know are written as x\n",
                 scrubber.masked());
    if (scrubbing_.withheld_bytes > 0) {
      fmt::print(stderr, "tradewind: {} frames ({} bytes in all) could not be read and are not in the recording\n",
                 scrubbing_.withheld_frames, scrubbing_.withheld_bytes);
    }
    if (recorder_.dropped() > 0)
      fmt::print(stderr, "tradewind: {} entries were dropped: the disk did not keep up\n", recorder_.dropped());
  }

 private:
  ScrubbedStream& stream(std::uint32_t connection) {
    return streams_
        .try_emplace(connection, scrubbing_, connection,
                     [this](const tws::WireEntry& entry) { recorder_.record(entry); })
        .first->second;
  }
  void closed(std::uint32_t connection, const std::string& reason) {
    say(fmt::format("connection {} closed: {}", connection, reason));
    stream(connection).closed(reason, net::system_now());
    streams_.erase(connection);
  }

  edge::record::Recorder& recorder_;
  sim::recording::Scrubbing scrubbing_;
  std::map<std::uint32_t, ScrubbedStream> streams_;
  std::uint64_t connections_ = 0;
  bool has_failed_ = false;
};

Result<void> record(const SimRecordCommand& command) {
  auto gateway = TW_TRY(net::parse_endpoint(command.gateway));
  const auto recorder = TW_TRY(edge::record::Recorder::open({.file = command.out}, net::system_now()));
  Session session{*recorder, command.keeps_accounts};
  net::Loop loop;
  {
    const auto relay =
        TW_TRY(net::Relay::open(loop, {command.host, command.port}, std::move(gateway), session.handler()));
    // Before it is said where it listens: whoever reads that may end it at once.
    loop.on_signals([&loop](int) { loop.stop(); });
    if (command.json) {
      JsonWriter json;
      json.begin_object().member("host", command.host).member("port", relay->port()).end_object();
      fmt::print("{}\n", json.str());
    } else {
      fmt::print("recording on {}:{} what is said with {}, into {}\n", command.host, relay->port(), command.gateway,
                 command.out);
    }
    std::fflush(stdout);
    if (command.keeps_accounts) say("account numbers are recorded as they are: --keep-accounts");
    loop.run();
  }
  session.finish();
  session.report(command.out, command.json);
  if (auto failure = recorder->failure()) return std::unexpected{*std::move(failure)};
  return {};
}

}  // namespace

int sim_record_command(const SimRecordCommand& command) {
  const auto recorded = record(command);
  return recorded.has_value() ? 0 : report_failure(code_for(recorded.error()), recorded.error(), command.json);
}

}  // namespace tradewind::app
