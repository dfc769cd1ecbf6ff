// What the gateway bears from its clients, and that none of them disturbs another.

#include "tests/support/gateway_rig.hpp"

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using testing::frame;
using testing::greeting;
using testing::kOpen;
using testing::Peer;
using testing::Wire;
using testing::World;
using Lines = std::vector<std::string>;

GatewayOptions with(Limits limits) {
  GatewayOptions options;
  options.limits = limits;
  return options;
}

// Asks for the clock so many times; how many answers and which errors came.
std::pair<int, Lines> ask_clock(Peer& peer, int times) {
  for (int i = 0; i < times; ++i) peer.send(tws::CurrentTimeRequest{});
  int clocks = 0;
  Lines errors;
  for (std::string& line : peer.lines()) {
    if (line.starts_with("time ")) ++clocks;
    else errors.push_back(std::move(line));
  }
  return {clocks, errors};
}

TEST(MessageRate, FiftyInASecondAreAnsweredAndTheRestIsLost) {
  World world{with({.messages_per_second = 50})};
  Peer peer{world, 1};
  const auto [clocks, errors] = ask_clock(peer, 138);
  EXPECT_EQ(clocks, 50);
  EXPECT_EQ(errors, (Lines{"error -1 0 Warning: Approaching max rate of 50 messages per second (48)",
                           "error -1 100 Max rate of messages per second has been exceeded:max=50 rec=51 (1)"}));
  EXPECT_EQ(peer.why_closed(), "");
  world.to(kOpen + 1s);
  EXPECT_EQ(ask_clock(peer, 47), (std::pair<int, Lines>{47, {}}));
}

TEST(MessageRate, TheThirdViolationEndsTheConnectionAndNoOther) {
  World world{with({.messages_per_second = 50})};
  Peer peer{world, 1};
  Peer other{world, 2};
  for (int second = 0; second < 3; ++second) {
    EXPECT_EQ(peer.why_closed(), "");
    world.to(kOpen + 1s * second);
    static_cast<void>(ask_clock(peer, 60));
  }
  EXPECT_EQ(peer.why_closed(), "more than 50 messages in a second, 3 times");
  EXPECT_EQ(ask_clock(other, 1).first, 1);
}

TEST(MessageRate, IsAllowedAnythingWhereThereIsNoLimit) {
  World world;
  Peer peer{world, 1};
  EXPECT_EQ(ask_clock(peer, 5'000), (std::pair<int, Lines>{5'000, {}}));
}

TEST(MessageRate, AClientThatAsksForPacingWaitsInstead) {
  World world{with({.messages_per_second = 50})};
  Peer peer{world, 1, 200, " +PACEAPI"};
  EXPECT_EQ(ask_clock(peer, 120), (std::pair<int, Lines>{50, {}}));
  world.to(kOpen + 999ms);
  EXPECT_EQ(peer.lines().size(), 0U);
  world.to(kOpen + 1s);
  EXPECT_EQ(peer.lines().size(), 50U);
  world.to(kOpen + 2s);
  EXPECT_EQ(peer.lines().size(), 20U);
  world.to(kOpen + 3s);
  EXPECT_EQ(peer.lines().size(), 0U);
}

TEST(MessageRate, WhatWaitsIsBounded) {
  World world{with({.messages_per_second = 50, .paces = true})};
  Peer peer{world, 1};
  const std::string request = frame(std::string("49\0", 3) + "1" + std::string(1'000'000, '1') + '\0');
  for (int i = 0; i < 70 && peer.why_closed().empty(); ++i) peer.say(request);
  EXPECT_TRUE(peer.why_closed().contains("requests wait for their turn")) << peer.why_closed();
}

TEST(Connections, ThirtyTwoAndNoMore) {
  World world;
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 32; ++i) peers.push_back(std::make_unique<Peer>(world, i));
  Wire late{world};
  EXPECT_EQ(late.why_closed(), "32 clients are connected, and no more are allowed");
  EXPECT_EQ(late.hear(), "");
  world.gateway.disconnected(late.id);
  world.gateway.disconnected(peers.front()->id);
  Peer next{world, 100};
  EXPECT_EQ(next.why_closed(), "");
  EXPECT_EQ(ask_clock(next, 1).first, 1);
}

TEST(Connections, MustStartWithin15Seconds) {
  World world;
  Wire silent{world};
  Wire greeted{world};
  greeted.say(greeting("v100..200"));
  Peer started{world, 1};
  world.to(kOpen + 14'999ms);
  EXPECT_EQ(silent.why_closed() + greeted.why_closed(), "");
  world.to(kOpen + 15s);
  EXPECT_EQ(silent.why_closed(), "no startApi within 15 s");
  EXPECT_EQ(greeted.why_closed(), "no startApi within 15 s");
  world.to(kOpen + 4h);  // a client that is idle stays
  EXPECT_EQ(started.why_closed(), "");
}

TEST(Connections, DropWhatIsAskedBeforeTheStart) {
  World world;
  Wire wire{world};
  wire.say(greeting("v200"));
  EXPECT_EQ(wire.hear().substr(4, 4), std::string("200\0", 4));
  wire.say(
      frame(std::string("49\0"
                        "1\0",
                        5)));
  EXPECT_EQ(wire.hear(), "");
  wire.say(
      frame(std::string("71\0"
                        "2\0"
                        "7\0\0",
                        8)));
  const std::string answer = wire.hear();
  EXPECT_TRUE(
      answer.contains(std::string("15\0"
                                  "1\0DU0000000\0",
                                  15)))
      << answer;
  EXPECT_FALSE(
      answer.contains(std::string("49\0"
                                  "1\0",
                                  5)));
}

TEST(Connections, EndWithAReasonWhenTheGreetingIsNone) {
  const auto reason_for = [](std::string_view bytes) {
    World world;
    Wire wire{world};
    wire.say(bytes);
    EXPECT_EQ(wire.hear(), "");
    return wire.why_closed();
  };
  const std::string no_client = "the client does not greet as a TWS API client (\"API\", then its versions)";
  EXPECT_EQ(reason_for("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), no_client);
  EXPECT_EQ(reason_for(std::string("\x16\x03\x01\x02\0", 5)), no_client);
  EXPECT_EQ(reason_for(std::string("API1\0\0\0\x9", 8)), no_client);
  EXPECT_EQ(reason_for(std::string("API\0\xff\xff\xff\xff", 8)), "a greeting of 4294967295 bytes is not accepted");
  EXPECT_EQ(reason_for(greeting("hello")), "the client's versions 'hello' are not of the form v100..200");
  EXPECT_TRUE(reason_for(greeting("v60..80")).contains("this gateway speaks"));
  EXPECT_EQ(reason_for("AP"), "");  // more may come
}

TEST(Connections, EndWhenAFrameIsTooLongAndOthersGoOn) {
  World world;
  Peer peer{world, 1};
  Peer other{world, 2};
  peer.say(std::string("\0\x20\0\0", 4));
  EXPECT_TRUE(peer.why_closed().contains("a frame of 2097152 bytes")) << peer.why_closed();
  EXPECT_EQ(ask_clock(other, 1).first, 1);
}

TEST(Connections, OfAClientThatDoesNotReadAreDroppedAndOthersGoOn) {
  World world{with({.unsent = 1 << 20})};
  Peer peer{world, 1};
  Peer other{world, 2};
  for (int i = 0; i < 20; ++i) peer.send(tws::ScannerParametersRequest{});
  EXPECT_EQ(peer.why_closed(), "the client does not read");
  EXPECT_EQ(peer.hear().size(), 0U);
  EXPECT_EQ(ask_clock(other, 1).first, 1);
}

TEST(Log, TellsOfEachEventInALine) {
  Lines log;
  GatewayOptions options;
  options.log = [&log](Timestamp time, std::string_view line) {
    log.push_back(fmt::format("{} {}", iso_text(time), line));
  };
  World world{options};
  Peer peer{world, 7};
  peer.send(tws::SetServerLogLevelRequest{.log_level = 9});
  const auto has = [&log](std::string_view line) { return std::ranges::find(log, line) != log.end(); };
  EXPECT_TRUE(has("2013-10-07T13:30:00Z connection 1, client 7: starts, version 200")) << ::testing::PrintToString(log);
  EXPECT_TRUE(has("2013-10-07T13:30:00Z connection 1, client 7: asks setServerLogLevel"));
  EXPECT_TRUE(has("2013-10-07T13:30:00Z connection 1, client 7: error 319 for -1: Invalid log level"));
}

}  // namespace
}  // namespace tradewind::sim::gateway
