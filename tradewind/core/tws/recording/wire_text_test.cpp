#include "tradewind/core/tws/recording/wire_text.hpp"

#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/core/tws/pacing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace tradewind::tws {
namespace {

std::string text_of(const WireLine& line) {
  std::string text = fmt::format("{}{}", line.from_client ? "> " : "< ", line.name);
  for (const auto& [name, value] : line.fields) text += fmt::format(" {}={}", name, value);
  if (!line.problem.empty()) text += fmt::format(" ! {}", line.problem);
  return text;
}

struct Talker final : GatewayHandler {
  GatewaySession session;
  explicit Talker(int version) : session{{.version = version, .connection_time = "20260105 09:30:00 UTC"}} {}
  void on_start_api_request(const StartApiRequest&) override {
    session.send(ManagedAccounts{"DU0000000,"});
    session.send(NextValidId{5});
  }
  void on_contract_data_request(const ContractDataRequest& request) override {
    ErrorMessage error;
    error.id = request.req_id;
    error.error_code = 200;
    error.error_msg = "No security definition";
    session.send(error);
  }
};

// A short conversation, recorded in pieces of `piece` bytes.
std::vector<std::string> lines_of_a_conversation(int version, std::size_t piece) {
  std::vector<std::string> lines;
  WireText text{[&lines](const WireLine& line) { lines.push_back(text_of(line)); }};
  const Now now{Timestamp::from_ns(1), MonoTime::from_ns(1)};
  text.read({WireEntry::Kind::opened, now, 1, {}});
  Pacer pacer{{}};
  ClientSession client{{.client_id = 3}, pacer};
  ClientHandler nobody;
  Talker gateway{version};
  client.connected(now.mono);
  const auto move = [&](ByteQueue& from, WireEntry::Kind kind) {
    while (!from.empty()) {
      const Bytes bytes = from.contents().subspan(0, std::min(piece, from.size()));
      text.read({kind, now, 1, bytes});
      if (kind == WireEntry::Kind::sent) {
        std::memcpy(gateway.session.prepare(bytes.size()), bytes.data(), bytes.size());
        EXPECT_TRUE(gateway.session.received(bytes.size(), gateway).has_value());
      } else {
        std::memcpy(client.prepare(bytes.size()), bytes.data(), bytes.size());
        EXPECT_TRUE(client.received(bytes.size(), now, nobody).has_value());
      }
      from.consume(bytes.size());
    }
  };
  for (int i = 0; i < 3; ++i) {
    move(client.output(), WireEntry::Kind::sent);
    move(gateway.session.output(), WireEntry::Kind::received);
  }
  ContractDataRequest request;
  request.req_id = 9;
  request.contract.symbol = "NOPE";
  EXPECT_TRUE(client.send(request, now.mono).has_value());
  move(client.output(), WireEntry::Kind::sent);
  move(gateway.session.output(), WireEntry::Kind::received);
  text.read({WireEntry::Kind::closed, now, 1, as_bytes("done")});
  return lines;
}

TEST(WireText, ShowsEachMessageByNameWithItsFields) {
  for (const int version : {178, 200, 226}) {
    for (const std::size_t piece : {1U, 5U, 100'000U}) {
      const auto lines = lines_of_a_conversation(version, piece);
      EXPECT_EQ(lines, (std::vector<std::string>{
                           "< connection state=opened",
                           "> handshake versions=v176..226",
                           fmt::format("< handshake version={} time=20260105 09:30:00 UTC", version),
                           "> startApi clientId=3",
                           "< managedAccounts accountsList=DU0000000,",
                           "< nextValidId orderId=5",
                           "> reqContractDetails reqId=9 contract.symbol=NOPE",
                           "< error id=9 errorCode=200 errorMsg=No security definition",
                           "< connection state=closed reason=done",
                       }))
          << version << " in pieces of " << piece;
    }
  }
}

TEST(WireText, WhatCannotBeReadSaysSoAndTheRestGoesOn) {
  std::vector<std::string> lines;
  WireText text{[&lines](const WireLine& line) { lines.push_back(text_of(line)); }};
  text.read({WireEntry::Kind::received, {}, 1, as_bytes("bytes of no connection")});
  text.read({WireEntry::Kind::opened, {}, 1, {}});
  const std::string greeting{
      "\0\0\0\x06"
      "178\0T\0",
      10};
  text.read({WireEntry::Kind::received, {}, 1, as_bytes(greeting)});
  const std::string messages{
      "\0\0\0\x05"
      "9\0001\0?"
      "\0\0\0\x04"
      "999\0",
      17};
  text.read({WireEntry::Kind::received, {}, 1, as_bytes(messages)});
  text.read({WireEntry::Kind::dropped, {}, 1, as_bytes("3 entries")});
  text.read({WireEntry::Kind::received, {}, 1, as_bytes("half a frame")});
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_NE(lines[0].find("not read"), std::string::npos);
  EXPECT_NE(lines[3].find("!"), std::string::npos);
  EXPECT_NE(lines[4].find("id 999 is not known"), std::string::npos);
  EXPECT_NE(lines[5].find("3 entries"), std::string::npos);
  EXPECT_NE(lines[6].find("after a hole"), std::string::npos);
}

TEST(WireText, AccountNumbersAreMaskedAndNothingElseIs) {
  EXPECT_EQ(with_accounts_masked("DU0000000"), "DU***000");
  EXPECT_EQ(with_accounts_masked("U0000000,DF0000000;F0000000"), "U***000,DF***000;F***000");
  EXPECT_EQ(with_accounts_masked("ESU6 DUST 20260105 U12 SPY260116C00600000 UPS"),
            "ESU6 DUST 20260105 U12 SPY260116C00600000 UPS");
  EXPECT_EQ(with_accounts_masked(""), "");
}

}  // namespace
}  // namespace tradewind::tws
