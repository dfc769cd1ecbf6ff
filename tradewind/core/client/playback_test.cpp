#include "tradewind/core/client/playback.hpp"

#include "tradewind/core/tws/gateway_session.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace tradewind::client {
namespace {

using namespace std::chrono_literals;

// A program on the library: asks for a contract when it is ready, and writes down what it hears.
struct Program : Listener {
  explicit Program(std::string_view wanted) : symbol{wanted}, client{{}, *this} {}
  void on_ready(const std::vector<std::string>& /*accounts*/, int /*server_version*/) override {
    heard.emplace_back("ready");
    tws::ContractDataRequest request;
    request.contract.symbol = symbol;
    EXPECT_TRUE(client
                    .request(request, {[this](AnswerTo<tws::ContractDataRequest> answer) {
                               heard.push_back(fmt::format("answer {} {}", answer.complete(),
                                                           answer.rows<tws::ContractData>().size()));
                             }})
                    .has_value());
  }
  void on_lost(std::string_view reason) override { heard.push_back(fmt::format("lost {}", reason)); }

  std::string symbol;
  std::vector<std::string> heard;
  Client client;
};

struct Answering final : tws::GatewayHandler {
  tws::GatewaySession session{{.connection_time = "20260105 09:30:00 UTC"}};
  void on_start_api_request(const tws::StartApiRequest&) override {
    session.send(tws::ManagedAccounts{"DU0000000"});
    session.send(tws::NextValidId{1});
  }
  void on_contract_data_request(const tws::ContractDataRequest& request) override {
    tws::ContractData row;
    row.req_id = request.req_id;
    session.send(row);
    session.send(tws::ContractDataEnd{request.req_id});
  }
  void on_current_time_request(const tws::CurrentTimeRequest&) override { session.send(tws::CurrentTime{1}); }
};

// A session of half a minute, recorded as a transport would record it.
std::string record_a_session() {
  ByteQueue recording;
  Now now{Timestamp::from_ns(1'767'605'400'000'000'000), MonoTime::from_ns(1'000'000'000)};
  const auto note = [&](tws::WireEntry::Kind kind, Bytes data) { tws::append(recording, {kind, now, 1, data}); };
  Program program{"AAPL"};
  Answering gateway;
  program.client.start(now);
  note(tws::WireEntry::Kind::opened, {});
  program.client.connected(now);
  const auto pump = [&] {
    while (!program.client.output().empty() || !gateway.session.output().empty()) {
      const Bytes out = program.client.output().contents();
      if (!out.empty()) {
        note(tws::WireEntry::Kind::sent, out);
        std::memcpy(gateway.session.prepare(out.size()), out.data(), out.size());
        EXPECT_TRUE(gateway.session.received(out.size(), gateway).has_value());
        program.client.output().clear();
      }
      const Bytes in = gateway.session.output().contents();
      if (in.empty()) continue;
      note(tws::WireEntry::Kind::received, in);
      std::memcpy(program.client.prepare(in.size()), in.data(), in.size());
      program.client.received(in.size(), now);
      gateway.session.output().clear();
    }
  };
  pump();
  for (int i = 0; i < 30; ++i) {
    now = {now.utc + 1s, now.mono + 1s};
    program.client.wake(now);
    pump();
  }
  note(tws::WireEntry::Kind::closed, as_bytes("reset by peer"));
  program.client.disconnected("reset by peer", now);
  EXPECT_EQ(program.heard, (std::vector<std::string>{"ready", "answer true 1", "lost reset by peer"}));
  return std::string{as_text(recording.contents())};
}

std::optional<Playback::Difference> play(const std::string& recording, Program& program,
                                         std::uint64_t* compared = nullptr) {
  tws::RecordingReader reader;
  reader.feed(as_bytes(recording));
  Playback playback{program.client};
  for (;;) {
    const auto entry = reader.next();
    EXPECT_TRUE(entry.has_value());
    if (!entry->has_value()) break;
    playback.play(**entry);
  }
  playback.finish();
  if (compared != nullptr) *compared = playback.bytes_compared();
  return playback.difference();
}

TEST(Playback, TheSameProgramHearsAndSaysTheSame) {
  const std::string recording = record_a_session();
  Program program{"AAPL"};
  std::uint64_t compared = 0;
  const auto difference = play(recording, program, &compared);
  EXPECT_FALSE(difference.has_value()) << difference->what << " at " << difference->offset;
  EXPECT_GT(compared, 90U);
  EXPECT_EQ(program.heard, (std::vector<std::string>{"ready", "answer true 1", "lost reset by peer"}));
}

TEST(Playback, AProgramThatSaysSomethingElseIsFoundAtTheFirstByte) {
  const std::string recording = record_a_session();
  Program program{"ABPL"};
  const auto difference = play(recording, program);
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->connection, 1U);
  EXPECT_NE(difference->what.find("another one"), std::string::npos);
}

TEST(Playback, AProgramThatSaysLessIsFoundAtTheEnd) {
  std::string recording = record_a_session();
  ByteQueue more;
  tws::append(more, {tws::WireEntry::Kind::opened,
                     {Timestamp::from_ns(1'767'605'500'000'000'000), MonoTime::from_ns(100'000'000'000)},
                     2,
                     {}});
  tws::append(more, {tws::WireEntry::Kind::sent,
                     {Timestamp::from_ns(1'767'605'500'000'000'000), MonoTime::from_ns(100'000'000'000)},
                     2,
                     as_bytes(std::string(100, 'x'))});
  Program program{"AAPL"};
  const auto difference = play(recording + std::string{as_text(more.contents())}, program);
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->connection, 2U);
}

}  // namespace
}  // namespace tradewind::client
