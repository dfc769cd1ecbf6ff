#include "tradewind/sim/recording/replay.hpp"

#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/sim/recording/scrubbed_stream.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::recording {
namespace {

using namespace std::string_literals;
using namespace std::chrono_literals;
using Kind = tws::WireEntry::Kind;

constexpr int kVersion = 226;

std::string framed(std::string_view payload) {
  std::byte size[4];
  store_be32(size, static_cast<std::uint32_t>(payload.size()));
  return std::string{as_text(size)}.append(payload);
}

template <class Message>
std::string bytes(const Message& message, int version = kVersion) {
  ByteQueue out;
  EXPECT_TRUE(encode(message, version, out).has_value());
  return std::string{as_text(out.contents())};
}

tws::MarketDataRequest stream(std::int32_t request, std::string_view symbol) {
  tws::MarketDataRequest message;
  message.req_id = request;
  message.contract.symbol = symbol;
  message.contract.sec_type = "STK";
  return message;
}

tws::PlaceOrderRequest order(std::int32_t id, std::int32_t parent, Price limit) {
  tws::PlaceOrderRequest message;
  message.order_id = id;
  message.contract.symbol = "AAPL";
  message.order.action = "BUY";
  message.order.order_type = "LMT";
  message.order.total_quantity = Quantity::of(10);
  message.order.lmt_price = limit;
  message.order.parent_id = parent;
  return message;
}

tws::TickGeneric tick(std::int32_t request, double value) {
  tws::TickGeneric message;
  message.req_id = request;
  message.tick_type = 49;
  message.value = value;
  return message;
}

// A recording that is written down, and the client it is played to.
struct Rig {
  Replay replay;
  std::uint32_t connection = 0;
  std::int64_t second = 0;
  Timestamp now = Timestamp::from_ns(1'000'000'000'000);
  Replay::Id id = 0;

  void add(Kind kind, std::string_view data) {
    replay.add(
        {kind, {Timestamp::from_ns(second), MonoTime::from_ns(second * 1'000'000'000)}, connection, as_bytes(data)});
  }
  void begin(int version = kVersion) {
    ++connection;
    add(Kind::opened, "");
    add(Kind::sent, "API\0"s + framed("v176..226"));
    add(Kind::received, framed(fmt::format("{}", version) + "\0now\0"s));
    add(Kind::sent, bytes(tws::StartApiRequest{3, ""}, version));
  }
  void play() {
    ASSERT_TRUE(replay.finish().has_value());
    id = replay.connect(now).value();
  }
  void greet() {
    say("API\0"s + framed("v100..230 +PACEAPI"));
    say(bytes(tws::StartApiRequest{9, ""}));
  }
  void say(const std::string& text) { replay.received(id, as_bytes(text), now); }
  // What the gateway has said since the last call.
  std::string heard() {
    std::string text{as_text(replay.output(id).contents())};
    replay.output(id).clear();
    return text;
  }
  void wait(Duration duration) {
    now = now + duration;
    replay.wake(now);
  }
  std::string difference() const { return replay.difference().value_or(""); }
};

TEST(Replay, TheGatewaysMessagesFollowAtTheirRecordedDistances) {
  Rig rig;
  rig.begin();
  rig.second = 10;
  rig.add(Kind::sent, bytes(stream(1, "AAPL")));
  rig.second = 11;
  rig.add(Kind::received, bytes(tick(1, 1)));
  rig.second = 14;
  rig.add(Kind::received, bytes(tick(1, 2)));
  rig.add(Kind::closed, "the client closed the connection");
  rig.play();
  rig.greet();
  EXPECT_EQ(rig.heard(), framed("226\0now\0"s));
  rig.wait(1h);  // a client may take its time
  EXPECT_EQ(rig.heard(), "");
  rig.say(bytes(stream(1, "AAPL")));
  EXPECT_EQ(rig.heard(), "");
  EXPECT_EQ(rig.replay.wake_at(), rig.now + 1s);
  rig.wait(1s);
  EXPECT_EQ(rig.heard(), bytes(tick(1, 1)));
  rig.wait(2'999ms);
  EXPECT_EQ(rig.heard(), "");
  rig.wait(1ms);
  EXPECT_EQ(rig.heard(), bytes(tick(1, 2)));
  EXPECT_FALSE(rig.replay.wants_close(rig.id));
  EXPECT_FALSE(rig.replay.is_over());
  rig.replay.disconnected(rig.id);
  EXPECT_TRUE(rig.replay.is_over());
  EXPECT_EQ(rig.difference(), "");
  EXPECT_EQ(rig.replay.counts().matched, 3U);
  EXPECT_EQ(rig.replay.counts().expected, 3U);
}

TEST(Replay, IdsOfTheClientThatIsThereTakeThePlaceOfTheRecordedOnes) {
  Rig rig;
  rig.begin();
  rig.add(Kind::sent, bytes(stream(1, "AAPL")));
  rig.add(Kind::sent, bytes(stream(2, "MSFT")));
  rig.add(Kind::received, bytes(tick(2, 5)));
  rig.add(Kind::sent, bytes(order(7, 0, Price::of(100))));
  rig.add(Kind::sent, bytes(order(8, 7, Price::of(110))));
  tws::OrderStatus status;
  status.order_id = 8;
  status.parent_id = 7;
  status.client_id = 3;
  status.status = "Submitted";
  rig.add(Kind::received, bytes(status));
  tws::ErrorMessage error;
  error.id = 7;
  error.error_code = 202;
  rig.add(Kind::received, bytes(error));
  error.id = -1;
  rig.add(Kind::received, bytes(error));
  rig.add(Kind::sent, bytes(tws::CancelMarketData{1}));
  rig.play();
  rig.greet();
  rig.heard();
  rig.say(bytes(stream(50, "AAPL")));
  rig.say(bytes(stream(40, "MSFT")));
  EXPECT_EQ(rig.heard(), bytes(tick(40, 5)));
  rig.say(bytes(order(301, 0, Price::of(100))));
  rig.say(bytes(order(302, 301, Price::of(110))));
  status.order_id = 302;
  status.parent_id = 301;
  status.client_id = 9;
  error.id = 301;
  std::string expected = bytes(status) + bytes(error);
  error.id = -1;
  expected += bytes(error);
  EXPECT_EQ(rig.heard(), expected);
  EXPECT_EQ(rig.difference(), "");
  rig.say(bytes(tws::CancelMarketData{40}));  // it was the other one
  EXPECT_EQ(rig.difference(), "connection 1: expected cancelMktData request=1; came cancelMktData request=40");
}

TEST(Replay, SomethingElseIsTold) {
  Rig rig;
  rig.begin();
  rig.add(Kind::sent, bytes(order(7, 0, Price::of(100))));
  rig.play();
  rig.greet();
  rig.say(bytes(order(7, 0, Price::of(101))));
  EXPECT_NE(rig.difference().find("expected placeOrder order=7"), std::string::npos) << rig.difference();
  EXPECT_NE(rig.difference().find("order.lmtPrice=100"), std::string::npos) << rig.difference();
  EXPECT_NE(rig.difference().find("order.lmtPrice=101"), std::string::npos) << rig.difference();
}

TEST(Replay, MessagesMayComeInAnotherOrderButAnswersKeepTheirs) {
  Rig rig;
  rig.begin();
  rig.add(Kind::sent, bytes(stream(1, "AAPL")));
  rig.add(Kind::received, bytes(tick(1, 1)));
  rig.add(Kind::sent, bytes(stream(2, "MSFT")));
  rig.add(Kind::received, bytes(tick(2, 2)));
  rig.play();
  rig.greet();
  rig.heard();
  rig.say(bytes(stream(2, "MSFT")));
  EXPECT_EQ(rig.heard(), "");
  rig.say(bytes(stream(1, "AAPL")));
  EXPECT_EQ(rig.heard(), bytes(tick(1, 1)) + bytes(tick(2, 2)));
  rig.say(bytes(stream(2, "MSFT")));  // there is only one
  EXPECT_EQ(rig.difference(),
            "connection 1: expected nothing more; came reqMktData request=2 contract.symbol=MSFT "
            "contract.secType=STK");
}

TEST(Replay, AClientThatLeavesEarlyIsToldWhatItOwes) {
  Rig rig;
  rig.begin();
  rig.add(Kind::sent, bytes(stream(1, "AAPL")));
  rig.play();
  rig.greet();
  rig.replay.disconnected(rig.id);
  EXPECT_EQ(rig.difference(),
            "connection 1: the client left; expected reqMktData request=1 contract.symbol=AAPL contract.secType=STK");
}

TEST(Replay, AClientOfOtherVersionsIsRefused) {
  Rig rig;
  rig.begin();
  rig.play();
  rig.say("API\0"s + framed("v100..178"));
  EXPECT_NE(rig.difference().find("is of version 226 of the protocol, and the client offers 100 to 178"),
            std::string::npos)
      << rig.difference();
  EXPECT_EQ(rig.heard(), "");
}

TEST(Replay, QuestionsForTheTimeAreFree) {
  Rig rig;
  rig.begin();
  rig.add(Kind::sent, bytes(tws::CurrentTimeRequest{}));
  rig.add(Kind::received, bytes(tws::NextValidId{5}));
  rig.play();
  rig.greet();  // this one never asks
  EXPECT_TRUE(rig.heard().ends_with(bytes(tws::NextValidId{5})));
  rig.say(bytes(tws::CurrentTimeRequest{}));  // and now it does
  EXPECT_EQ(rig.heard(), bytes(tws::CurrentTime{1'000}));
  EXPECT_EQ(rig.difference(), "");
}

TEST(Replay, TheGatewayClosesWhereItDidAndWhereTheRecordingEnds) {
  for (const bool torn : {true, false}) {
    Rig rig;
    rig.begin();
    rig.second = 3;
    rig.add(Kind::received, bytes(tws::NextValidId{5}));
    if (!torn) rig.add(Kind::closed, "the gateway closed the connection");
    rig.play();
    rig.greet();
    rig.wait(2'999ms);
    EXPECT_FALSE(rig.replay.wants_close(rig.id));
    rig.wait(1ms);
    EXPECT_TRUE(rig.replay.wants_close(rig.id));
    rig.replay.disconnected(rig.id);
    EXPECT_TRUE(rig.replay.is_over());
    EXPECT_EQ(rig.difference(), "");
  }
}

TEST(Replay, ConnectionsOverlapAndEachHasItsOwnIds) {
  Rig rig;
  rig.begin();
  rig.begin();
  for (const std::uint32_t connection : {1U, 2U}) {
    rig.connection = connection;
    rig.add(Kind::sent, bytes(stream(1, "AAPL")));
    rig.add(Kind::received, bytes(tick(1, connection)));
    rig.add(Kind::closed, "the client closed the connection");
  }
  rig.play();
  rig.greet();
  rig.heard();
  const Replay::Id first = rig.id;
  rig.id = rig.replay.connect(rig.now).value();
  EXPECT_EQ(rig.replay.connect(rig.now), std::nullopt);
  rig.greet();
  rig.heard();
  rig.say(bytes(stream(22, "AAPL")));
  EXPECT_EQ(rig.heard(), bytes(tick(22, 2)));
  rig.id = first;
  rig.say(bytes(stream(11, "AAPL")));
  EXPECT_EQ(rig.heard(), bytes(tick(11, 1)));
  rig.replay.disconnected(1);
  EXPECT_FALSE(rig.replay.is_over());
  rig.replay.disconnected(2);
  EXPECT_TRUE(rig.replay.is_over());
}

TEST(Replay, AfterAHoleNothingIsPlayedButWithheldMessagesAreNoHole) {
  Rig rig;
  rig.begin();
  rig.add(Kind::dropped, fmt::format("{}received 5 bytes: why", kWithheld));
  rig.add(Kind::received, bytes(tws::NextValidId{5}));
  rig.add(Kind::dropped, "3 entries were not recorded");
  rig.add(Kind::received, bytes(tws::NextValidId{6}));
  rig.play();
  rig.greet();
  EXPECT_EQ(rig.heard(), framed("226\0now\0"s) + bytes(tws::NextValidId{5}));
  EXPECT_EQ(rig.replay.counts().missing, 2U);
}

TEST(Replay, WithoutAConnectionThereIsNothingToPlay) {
  Replay replay;
  EXPECT_FALSE(replay.finish().has_value());
}

}  // namespace
}  // namespace tradewind::sim::recording
