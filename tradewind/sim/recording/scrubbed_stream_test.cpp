#include "tradewind/sim/recording/scrubbed_stream.hpp"

#include "tradewind/core/tws/codec.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::recording {
namespace {

using namespace std::string_literals;

Now at(std::int64_t seconds) {
  return {Timestamp::from_ns(seconds * 1'000'000'000), MonoTime::from_ns(seconds * 1'000'000'000)};
}

std::string frame(std::string_view payload) {
  std::byte size[4];
  store_be32(size, static_cast<std::uint32_t>(payload.size()));
  return std::string{as_text(size)}.append(payload);
}

const std::string kHello = "API\0"s + frame("v176..226");
const std::string kGreeting = frame(
    "178\0"
    "20260105 09:30:00 UTC\0"s);
const std::string kStart = frame(
    "71\0"
    "2\0"
    "1\0\0"s);

struct Rig {
  Scrubbing scrubbing;
  std::vector<std::string> entries;
  ScrubbedStream stream{scrubbing, 4, [this](const tws::WireEntry& entry) {
                          EXPECT_EQ(entry.connection, 4U);
                          entries.push_back(fmt::format("{} {} {}", name(entry.kind),
                                                        entry.time.mono.ns() / 1'000'000'000, as_text(entry.data)));
                        }};
  void sent(std::string_view bytes, std::int64_t second) { stream.sent(as_bytes(bytes), at(second)); }
  void received(std::string_view bytes, std::int64_t second) { stream.received(as_bytes(bytes), at(second)); }
};

TEST(ScrubbedStream, WritesWholeFramesWithTheTimeOfTheirLastByteHoweverTheyCome) {
  for (const std::size_t piece : {1U, 3U, 1000U}) {
    Rig rig;
    rig.stream.opened(at(1));
    const auto move = [&](const std::string& bytes, bool from_client, std::int64_t last) {
      for (std::size_t i = 0; i < bytes.size(); i += piece) {
        const std::int64_t second = i + piece >= bytes.size() ? last : 0;
        const std::string_view part = std::string_view{bytes}.substr(i, piece);
        from_client ? rig.sent(part, second) : rig.received(part, second);
      }
    };
    move(kHello, true, 2);
    move(kGreeting, false, 3);
    move(kStart, true, 4);
    move(frame("15\0"
               "1\0DU0000002\0"s),
         false, 5);
    rig.stream.closed("the client left", at(6));
    EXPECT_EQ(rig.entries,
              (std::vector<std::string>{"opened 1 ", "sent 2 " + kHello, "received 3 " + kGreeting, "sent 4 " + kStart,
                                        "received 5 " + frame("15\0"
                                                              "1\0DU0000000\0"s),
                                        "closed 6 the client left"}));
    EXPECT_EQ(rig.scrubbing.withheld_frames, 0U);
  }
}

TEST(ScrubbedStream, SaysWhatItLeavesOutAndGoesOn) {
  Rig rig;
  rig.sent(kHello, 1);
  rig.received(kGreeting, 1);
  rig.received(frame("998\0U0000005\0"s), 2);
  rig.received(frame("9\0"
                     "1\0"
                     "5\0"s),
               3);
  EXPECT_EQ(rig.entries.at(2), "dropped 2 withheld: received 17 bytes: message id 998 is not known");
  EXPECT_EQ(rig.entries.at(3), "received 3 " + frame("9\0"
                                                     "1\0"
                                                     "5\0"s));
  EXPECT_EQ(rig.scrubbing.withheld_frames, 1U);
  EXPECT_EQ(rig.scrubbing.withheld_bytes, 17U);
}

TEST(ScrubbedStream, BehindABrokenLengthNothingIsKeptInClear) {
  for (const bool from_client : {true, false}) {
    Rig rig;
    rig.sent(kHello, 1);
    rig.received(kGreeting, 1);
    const auto say = [&](std::string_view bytes) { from_client ? rig.sent(bytes, 2) : rig.received(bytes, 2); };
    say("\0\0\0\0U0000005"s);
    say("U0000005");
    rig.stream.closed("reset", at(3));
    ASSERT_EQ(rig.entries.size(), 4U);
    EXPECT_EQ(rig.entries.at(2), fmt::format("dropped 3 withheld: {} 20 bytes: what follows has no length of a frame",
                                             from_client ? "sent" : "received"));
    EXPECT_EQ(rig.scrubbing.withheld_bytes, 20U);
  }
}

TEST(ScrubbedStream, APeerOfAnotherProtocolIsNotRecorded) {
  Rig rig;
  rig.sent("GET /U0000005 HTTP/1.1\r\n", 1);
  rig.received("HTTP/1.1 400 U0000005", 1);
  rig.stream.closed("gone", at(2));
  for (const std::string& entry : rig.entries) EXPECT_EQ(entry.find("0000005"), std::string::npos) << entry;
  EXPECT_EQ(rig.scrubbing.withheld_bytes, 45U);
}

TEST(ScrubbedStream, AFrameThatNeverBecameWholeIsCounted) {
  Rig rig;
  rig.sent(kHello, 1);
  rig.sent(kStart.substr(0, 6), 2);
  rig.stream.closed("reset", at(3));
  EXPECT_EQ(rig.entries.at(1), "dropped 3 withheld: sent 6 bytes: the connection ended within a frame");
}

TEST(ScrubbedStream, OnRequestEverythingIsKeptAsItIs) {
  Rig rig;
  rig.scrubbing.keeps_accounts = true;
  rig.sent(kHello, 1);
  rig.received(kGreeting, 1);
  rig.received(frame("998\0U0000005\0"s), 2);
  rig.received("\0\0\0\0U0000005"s, 3);
  rig.stream.closed("reset", at(4));
  EXPECT_EQ(rig.entries, (std::vector<std::string>{
                             "sent 1 " + kHello, "received 1 " + kGreeting, "received 2 " + frame("998\0U0000005\0"s),
                             "dropped 3 received: no frames from here on: what follows has no length of a frame",
                             "received 3 \0\0\0\0U0000005"s, "closed 4 reset"}));
}

}  // namespace
}  // namespace tradewind::sim::recording
