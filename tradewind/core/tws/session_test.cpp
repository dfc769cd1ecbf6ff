// The two halves of a connection: greeting, negotiation, readiness, limits; against each other and against bytes.

#include "tests/support/tws_frames.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tradewind::tws {
namespace {

using testing::from_hex;
using namespace std::chrono_literals;

constexpr MonoTime kStart = MonoTime::from_ns(1'000'000'000'000);
constexpr Timestamp kWall = Timestamp::from_ns(1'767'623'400'000'000'000);  // 2026-01-05 14:30 UTC

// Keeps what it hears as short lines.
struct Ears : ClientHandler {
  std::vector<std::string> heard;
  void on_handshake(int version, std::string_view time) override {
    heard.push_back(fmt::format("handshake {} {}", version, time));
  }
  void on_ready(std::int32_t id) override { heard.push_back(fmt::format("ready {}", id)); }
  void on_managed_accounts(const ManagedAccounts& m) override {
    heard.push_back(fmt::format("accounts {}", m.accounts_list));
  }
  void on_error_message(const ErrorMessage& m) override {
    heard.push_back(fmt::format("error {} {}", m.id, m.error_code));
  }
  void on_tick_price(const TickPrice& m) override { heard.push_back(fmt::format("tick {} {}", m.req_id, m.price)); }
  void on_unreadable(int id, const DecodeFault& fault) override {
    heard.push_back(fmt::format("unreadable {} {}", id, fault.text()));
  }
  void on_unknown(int id, Bytes body) override { heard.push_back(fmt::format("unknown {} {}", id, body.size())); }
  void on_dropped(const PacedRequest& request) override { heard.push_back(fmt::format("dropped {}", request.id)); }
};

struct Desk : GatewayHandler {
  std::vector<std::string> heard;
  GatewaySession* session = nullptr;
  void on_start_api_request(const StartApiRequest& m) override {
    heard.push_back(fmt::format("start {}", m.client_id));
    session->send(NextValidId{.order_id = 42});
    session->send(ManagedAccounts{.accounts_list = "DU0000000,"});
  }
  void on_ids_request(const IdsRequest& m) override { heard.push_back(fmt::format("ids {}", m.num_ids)); }
  void on_place_order_request(const PlaceOrderRequest& m) override {
    heard.push_back(fmt::format("place {} {}", m.order_id, m.order.order_ref));
  }
  void on_unreadable(int id, const DecodeFault& fault) override {
    heard.push_back(fmt::format("unreadable {} {}", id, fault.text()));
  }
  void on_unknown(int id, Bytes) override { heard.push_back(fmt::format("unknown {}", id)); }
};

Result<void> feed(ClientSession& session, std::string_view bytes, ClientHandler& handler, MonoTime now = kStart) {
  std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size(), session.prepare(bytes.size()));
  return session.received(bytes.size(), {kWall + (now - kStart), now}, handler);
}
Result<void> feed(GatewaySession& session, std::string_view bytes, GatewayHandler& handler) {
  std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size(), session.prepare(bytes.size()));
  return session.received(bytes.size(), handler);
}
std::string take(ByteQueue& queue) {
  std::string bytes{as_text(queue.contents())};
  queue.clear();
  return bytes;
}
std::string frame(std::string_view payload) {
  std::byte size[4];
  store_be32(size, static_cast<std::uint32_t>(payload.size()));
  return std::string{as_text(size)} + std::string{payload};
}

// Bytes as in the golden frames handshake_request and handshake_reply.
TEST(ClientSession, GreetsInTheKnownBytes) {
  Pacer pacer{{}};
  ClientSession session{{.client_id = 7, .min_version = 100, .max_version = 225}, pacer};
  session.connected(kStart);
  EXPECT_EQ(hex_text(session.output().contents()), "4150490000000009763130302e2e323235");
}

TEST(ClientSession, UnderstandsEveryZoneNameAndStartsTheApi) {
  for (const char* zone : {"Central European Standard Time", "UTC", "Mitteleurop\xe4ische Zeit", ""}) {
    Ears ears;
    Pacer pacer{{}};
    ClientSession session{{.client_id = 7}, pacer};
    session.connected(kStart);
    take(session.output());
    ASSERT_TRUE(feed(session, frame(std::string{"200\0", 4} + "20260105 14:30:15 " + zone + '\0'), ears).has_value());
    EXPECT_EQ(session.phase(), ClientSession::Phase::starting);
    EXPECT_EQ(hex_text(as_bytes(take(session.output()))),
              "0000000837310032003700"
              "00");
  }
}

// managedAccounts and nextValidId come in either order, notices before, between and after (tws-protocol 1.4).
TEST(ClientSession, IsReadyOnceAccountsAndOrderIdHaveComeInAnyOrder) {
  const std::string accounts = frame(testing::payload_of({"15", "1", "DU0000000"}, 200));
  const std::string id = frame(testing::payload_of({"9", "1", "42"}, 200));
  const std::string notice = frame(testing::payload_of({"4", "-1", "2104", "ok", "", "0"}, 200));
  for (const auto& first : {accounts + notice + id + notice, notice + id + accounts, id + id + accounts}) {
    Ears ears;
    Pacer pacer{{}};
    ClientSession session{{.client_id = 7}, pacer};
    session.connected(kStart);
    ASSERT_TRUE(feed(session, frame(std::string{"200\0x\0", 6}), ears).has_value());
    EXPECT_FALSE(session.send(IdsRequest{}, kStart).has_value()) << "nothing may be sent before the session is ready";
    ASSERT_TRUE(feed(session, first, ears).has_value());
    EXPECT_EQ(session.phase(), ClientSession::Phase::ready);
    EXPECT_EQ(std::ranges::count(ears.heard, "ready 42"), 1);
    EXPECT_TRUE(session.send(IdsRequest{.num_ids = 1}, kStart).has_value());
  }
}

TEST(ClientSession, RefusesWhatItCannotSpeakAndSaysWhatToDo) {
  struct Case {
    std::string payload;
    const char* said;
  };
  const Case cases[] = {
      {std::string{"150\0x\0", 6}, "oldest supported is 176"},
      {std::string{"227\0x\0", 6}, "although 226 was the highest offered"},
      {std::string{"x\0y\0", 4}, "not a number"},
      {std::string{"-1\0"
                   "10.0.0.5:4002\0",
                   17},
       "redirects to '10.0.0.5:4002'"},
  };
  for (const Case& c : cases) {
    Ears ears;
    Pacer pacer{{}};
    ClientSession session{{}, pacer};
    session.connected(kStart);
    const auto result = feed(session, frame(c.payload), ears);
    ASSERT_FALSE(result.has_value());
    EXPECT_NE(result.error().detail.find(c.said), std::string::npos) << result.error().detail;
    EXPECT_EQ(session.phase(), ClientSession::Phase::closed);
  }
}

TEST(ClientSession, GivesUpOnSilence) {
  Ears ears;
  Pacer pacer{{}};
  ClientSession session{{}, pacer};
  session.connected(kStart);
  EXPECT_EQ(session.wake_at(), kStart + 10s);
  EXPECT_TRUE(session.check_time(kStart + 9s, ears).has_value());
  EXPECT_FALSE(session.check_time(kStart + 10s, ears).has_value());

  ClientSession started{{}, pacer};
  started.connected(kStart);
  ASSERT_TRUE(feed(started, frame(std::string{"200\0x\0", 6}), ears, kStart + 1s).has_value());
  EXPECT_EQ(started.wake_at(), kStart + 16s);
  EXPECT_FALSE(started.check_time(kStart + 16s, ears).has_value());
}

TEST(ClientSession, ClosesOnLengthsThatCannotBe) {
  for (const char* hex : {"00000000", "ffffffff", "01000000", "48545450"}) {
    Ears ears;
    Pacer pacer{{}};
    ClientSession session{{}, pacer};
    session.connected(kStart);
    const auto result = feed(session, from_hex(hex), ears);
    ASSERT_FALSE(result.has_value()) << hex;
    EXPECT_EQ(result.error().code, Errc::malformed);
  }
}

TEST(ClientSession, GoesOnAfterMessagesItCannotReadOrDoesNotKnow) {
  Ears ears;
  Pacer pacer{{}};
  ClientSession session{{}, pacer};
  session.connected(kStart);
  const std::string stream =
      frame(std::string{"200\0x\0", 6}) + frame(testing::payload_of({"15", "1", "DU0000000"}, 200)) +
      frame(testing::payload_of({"9", "1", "1"}, 200)) + frame(testing::payload_of({"1", "6", "x"}, 200)) +
      frame(testing::payload_of({"777", "a"}, 200)) + frame(std::string{"junk"}) +
      frame(testing::payload_of({"1", "6", "5", "1", "2.5", "1", "0"}, 200));
  ASSERT_TRUE(feed(session, stream, ears).has_value());
  const std::vector<std::string> expected = {
      "handshake 200 x", "accounts DU0000000",
      "ready 1",         "unreadable 1 TickPrice.reqId at byte 2: not an integer",
      "unknown 777 2",   "unreadable 0 frame. at byte 0: payload does not begin with a message id",
      "tick 5 2.5"};
  EXPECT_EQ(ears.heard, expected);
}

// --- Pacing ---

// A session that is ready, its pacer, and what it has written since.
struct Ready {
  Ears ears;
  Pacer pacer;
  ClientSession session;

  explicit Ready(const PacingLimits& limits = {}, MonoTime now = kStart)
      : pacer{limits}, session{{.client_id = 7}, pacer} {
    start(now);
  }
  void start(MonoTime now) {
    session.connected(now);
    const std::string first = frame(std::string{"200\0x\0", 6}) +
                              frame(testing::payload_of({"15", "1", "DU0000000"}, 200)) +
                              frame(testing::payload_of({"9", "1", "42"}, 200));
    EXPECT_TRUE(feed(session, first, ears, now).has_value());
    take(session.output());
    ears.heard.clear();
  }
  // The messages that have left, by id and second field.
  std::vector<std::string> left() {
    std::vector<std::string> messages;
    FrameReader reader{kFrameSizeMax};
    reader.feed(session.output().contents());
    session.output().clear();
    for (auto payload = reader.next().value(); payload; payload = reader.next().value()) {
      std::string text{as_text(*payload)};
      std::ranges::replace(text, '\0', ' ');
      messages.push_back(text.substr(0, text.find(' ', text.find(' ') + 1)));
    }
    return messages;
  }
  Verdict place(std::int32_t order_id, MonoTime now, bool is_modification = false) {
    PlaceOrderRequest order;
    order.order_id = order_id;
    return session.send(order, now, paced(order, is_modification)).value();
  }
  Verdict cancel(std::int32_t order_id, MonoTime now) {
    return session.send(CancelOrderRequest{.order_id = order_id}, now).value();
  }
  Verdict ask(std::int32_t request_id, MonoTime now) {
    return session.send(ExecutionRequest{.req_id = request_id}, now).value();
  }
};
using Lines = std::vector<std::string>;

// Four messages a second, and one more for cancels; orders and queries share the four.
constexpr PacingLimits kFour{
    .messages_per_second = 5, .kept_for_cancels = 1, .kept_for_orders = 0, .kept_for_queries = 0};

TEST(ClientSession, HoldsWhatALimitForbidsAndSendsItInItsTime) {
  Ready ready{kFour};
  const MonoTime now = kStart + 2s;
  for (int id = 1; id <= 4; ++id) EXPECT_EQ(ready.ask(id, now), Verdict::go);
  EXPECT_EQ(ready.ask(5, now), Verdict::held);
  EXPECT_EQ(ready.ask(6, now + 100ms), Verdict::held);
  EXPECT_EQ(ready.left().size(), 4U) << "a held frame is not in the output";
  EXPECT_EQ(ready.session.wake_at(), now + 1s);
  ASSERT_TRUE(ready.session.check_time(now + 999ms, ready.ears).has_value());
  EXPECT_TRUE(ready.session.output().empty());
  ASSERT_TRUE(ready.session.check_time(now + 1s, ready.ears).has_value());
  EXPECT_EQ(ready.left().size(), 2U);
  EXPECT_TRUE(ready.ears.heard.empty());
  EXPECT_EQ(ready.session.wire().messages_out, 7U) << "six, and startApi";
}

TEST(ClientSession, SendsWhatIsHeldAlsoWhenItReceivesOrSendsAndBeforeWhatIsNew) {
  for (const bool by_receiving : {true, false}) {
    Ready ready{kFour};
    for (int id = 1; id <= 4; ++id) static_cast<void>(ready.ask(id, kStart + 2s));
    EXPECT_EQ(ready.place(50, kStart + 2800ms), Verdict::held);
    ready.left();
    if (by_receiving) {
      ASSERT_TRUE(feed(ready.session, frame(testing::payload_of({"9", "1", "42"}, 200)), ready.ears, kStart + 3s));
      EXPECT_EQ(ready.left(), (Lines{"3 50"}));
    } else {
      EXPECT_EQ(ready.place(51, kStart + 3s), Verdict::go);
      EXPECT_EQ(ready.left(), (Lines{"3 50", "3 51"}));
    }
  }
}

// F010: an order is not sent late. A cancel is not dropped, however long it waits.
TEST(ClientSession, DropsAnOrderThatIsHeldForTooLongAndSaysSo) {
  Ready ready{kFour};
  const MonoTime now = kStart + 2s;
  for (int id = 1; id <= 4; ++id) EXPECT_EQ(ready.place(id, now), Verdict::go);
  EXPECT_EQ(ready.place(5, now + 100ms), Verdict::held);
  EXPECT_EQ(ready.place(5, now + 200ms, true), Verdict::held) << "a change of it";
  EXPECT_EQ(ready.ask(6, now + 200ms), Verdict::held);
  EXPECT_EQ(ready.cancel(1, now + 300ms), Verdict::go);
  EXPECT_EQ(ready.cancel(2, now + 300ms), Verdict::held);
  EXPECT_EQ(ready.session.wake_at(), now + 600ms);
  ASSERT_TRUE(ready.session.check_time(now + 599ms, ready.ears).has_value());
  EXPECT_TRUE(ready.ears.heard.empty());
  ASSERT_TRUE(ready.session.check_time(now + 600ms, ready.ears).has_value());
  EXPECT_EQ(ready.ears.heard, (Lines{"dropped 5", "dropped 5"})) << "its change would have placed it";
  ready.left();
  ASSERT_TRUE(ready.session.check_time(now + 2s, ready.ears).has_value());
  EXPECT_EQ(ready.left(), (Lines{"4 2", "7 3"})) << "the cancel, then the question";
}

TEST(ClientSession, SendsNeitherTheOrderNorItsCancelWhenTheOrderHadNotLeft) {
  Ready ready{kFour};
  const MonoTime now = kStart + 2s;
  for (int id = 1; id <= 4; ++id) static_cast<void>(ready.place(id, now));
  EXPECT_EQ(ready.place(5, now), Verdict::held);
  ready.left();
  EXPECT_EQ(ready.cancel(5, now), Verdict::withdrawn);
  EXPECT_EQ(ready.session.wake_at(), now) << "there is something to tell";
  ready.session.report_dropped(ready.ears);
  EXPECT_EQ(ready.ears.heard, (Lines{"dropped 5"}));
  ASSERT_TRUE(ready.session.check_time(now + 2s, ready.ears).has_value());
  EXPECT_TRUE(ready.session.output().empty());
}

TEST(ClientSession, WritesNothingOfARequestThatIsRefused) {
  Ready ready{{.market_data_lines = 1}};
  MarketDataRequest line;
  line.req_id = 1;
  EXPECT_EQ(ready.session.send(line, kStart).value(), Verdict::go);
  const std::size_t size = ready.session.output().size();
  line.req_id = 2;
  const auto refused = ready.session.send(line, kStart);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_EQ(ready.session.output().size(), size);
  ready.session.finished(1);
  EXPECT_EQ(ready.session.send(line, kStart).value(), Verdict::go);
}

TEST(ClientSession, TakesWhatWaitsWithItAndLeavesTheWindowsToTheNext) {
  Ready ready{kFour};
  const MonoTime now = kStart + 2s;
  for (int id = 1; id <= 4; ++id) static_cast<void>(ready.place(id, now));
  EXPECT_EQ(ready.place(5, now), Verdict::held);
  EXPECT_EQ(ready.ask(9, now), Verdict::held);
  ready.session.disconnected(ready.ears);
  EXPECT_EQ(ready.ears.heard, (Lines{"dropped 5", "dropped 9"}));
  EXPECT_FALSE(ready.session.wake_at());

  ClientSession next{{.client_id = 7}, ready.pacer};
  next.connected(now + 1ms);
  take(next.output());
  ASSERT_TRUE(feed(next, frame(std::string{"200\0x\0", 6}), ready.ears, now + 1ms).has_value());
  EXPECT_TRUE(next.output().empty()) << "startApi counts, and IB still counts the four orders";
  EXPECT_EQ(next.wake_at(), now + 1s);
  ASSERT_TRUE(next.check_time(now + 1s, ready.ears).has_value());
  EXPECT_EQ(take(next.output()), frame(std::string{"71\0002\0007\0\0", 8}));
}

TEST(ClientSession, LeavesNothingInThePacerWhenItIsDestroyed) {
  Pacer pacer{kFour};
  {
    ClientSession session{{.client_id = 7}, pacer};
    Ears ears;
    session.connected(kStart);
    ASSERT_TRUE(feed(session,
                     frame(std::string{"200\0x\0", 6}) + frame(testing::payload_of({"15", "1", "DU0000000"}, 200)) +
                         frame(testing::payload_of({"9", "1", "42"}, 200)),
                     ears)
                    .has_value());
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(session.send(IdsRequest{.num_ids = 1}, kStart).has_value());
    ASSERT_NE(pacer.held(), 0U);
  }
  EXPECT_EQ(pacer.held(), 0U);
}

// --- Signs of life ---

// F007, F008: ticks go on coming, and nothing we send arrives.
TEST(ClientSession, EndsAConnectionThatDoesNotAnswerHoweverMuchArrives) {
  Ready ready;
  EXPECT_EQ(ready.session.wake_at(), kStart + 5s);
  const std::string tick = frame(testing::payload_of({"1", "6", "5", "1", "2.5", "1", "0"}, 200));
  for (Duration passed = 1s; passed < 15s; passed += 1s) {
    ASSERT_TRUE(feed(ready.session, tick, ready.ears, kStart + passed).has_value());
    ASSERT_TRUE(ready.session.check_time(kStart + passed, ready.ears).has_value());
    EXPECT_EQ(ready.left(), passed == 5s ? Lines{"49 1"} : Lines{});
  }
  const auto dead = ready.session.check_time(kStart + 15s, ready.ears);
  ASSERT_FALSE(dead.has_value());
  EXPECT_EQ(dead.error().code, Errc::unavailable);
  EXPECT_NE(dead.error().detail.find("the connection is dead"), std::string::npos) << dead.error().detail;
  EXPECT_EQ(ready.session.phase(), ClientSession::Phase::closed);
  EXPECT_FALSE(ready.session.wake_at());
}

TEST(ClientSession, TakesEveryAnswerAboutTheTimeForASignOfLifeAndReadsTheClock) {
  Ready ready;
  EXPECT_FALSE(ready.session.clock_skew());
  ASSERT_TRUE(ready.session.check_time(kStart + 5s, ready.ears).has_value());
  const auto second = [](Duration passed) { return std::to_string((kWall + passed).ns() / 1'000'000'000); };
  ASSERT_TRUE(feed(ready.session, frame(testing::payload_of({"49", "1", second(5s)}, 200)), ready.ears, kStart + 6s)
                  .has_value());
  EXPECT_EQ(ready.session.last_echo(), kStart + 6s);
  EXPECT_EQ(ready.session.clock_skew(), -1s);
  EXPECT_EQ(ready.session.wake_at(), kStart + 11s);
  // Nobody of ours asked for this one; milliseconds, from a gateway whose clock is ahead.
  const std::string ahead = std::to_string((kWall + 9s).ns() / 1'000'000 + 250);
  ASSERT_TRUE(
      feed(ready.session, frame(testing::payload_of({"109", ahead}, 200)), ready.ears, kStart + 9s).has_value());
  EXPECT_EQ(ready.session.clock_skew(), 250ms);
  EXPECT_EQ(ready.session.wake_at(), kStart + 14s);
  EXPECT_TRUE(ready.session.check_time(kStart + 13s, ready.ears).has_value());
}

TEST(ClientSession, ProbesWhileOrdersAndQueriesFillTheirShareOfTheLimit) {
  Ready ready{kFour};
  const MonoTime now = kStart + 5s;
  for (int id = 1; id <= 4; ++id) static_cast<void>(ready.place(id, now));
  EXPECT_EQ(ready.ask(9, now), Verdict::held);
  ready.left();
  ASSERT_TRUE(ready.session.check_time(now, ready.ears).has_value());
  EXPECT_EQ(ready.left(), (Lines{"49 1"}));
}

// Method: a whole conversation, client and gateway against each other, with both streams cut at random, at each version
// that both can speak and with either side the newer one.
TEST(Sessions, UnderstandEachOtherHoweverTheStreamIsCut) {
  for (const auto& [client_max, gateway_version] :
       std::vector<std::pair<int, int>>{{176, 200}, {200, 176}, {200, 200}, {190, 190}, {213, 213}, {203, 225}}) {
    SCOPED_TRACE(fmt::format("client to {}, gateway {}", client_max, gateway_version));
    const int agreed = std::min(client_max, gateway_version);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Rng rng{seed};
      Ears ears;
      Pacer pacer{{}};
      ClientSession client{{.client_id = 7, .max_version = client_max}, pacer};
      GatewaySession gateway{{.version = gateway_version, .connection_time = "20260105 14:30:15 UTC"}};
      Desk desk;
      desk.session = &gateway;
      client.connected(kStart);
      bool asked = false;
      for (int round = 0; round < 2000; ++round) {
        if (client.phase() == ClientSession::Phase::ready && !asked) {
          asked = true;
          ASSERT_TRUE(client.send(IdsRequest{.num_ids = 3}, kStart).has_value());
          PlaceOrderRequest order;
          order.order_id = 42;
          order.order.order_ref = "ref";
          ASSERT_TRUE(client.send(order, kStart, paced(order, false)).has_value());
        }
        const auto move = [&](ByteQueue& from, auto&& into) {
          const std::size_t count = rng.below(from.size() + 1);
          const std::string part{as_text(from.contents().first(count))};
          from.consume(count);
          into(part);
        };
        move(client.output(), [&](const std::string& part) { ASSERT_TRUE(feed(gateway, part, desk).has_value()); });
        move(gateway.output(), [&](const std::string& part) { ASSERT_TRUE(feed(client, part, ears).has_value()); });
      }
      EXPECT_EQ(ears.heard, (std::vector<std::string>{fmt::format("handshake {} 20260105 14:30:15 UTC", agreed),
                                                      "accounts DU0000000,", "ready 42"}));
      EXPECT_EQ(desk.heard, (std::vector<std::string>{"start 7", "ids 3", "place 42 ref"}));
      EXPECT_EQ(client.server_version(), agreed);
      EXPECT_EQ(client.wire().bytes_out, gateway.wire().bytes_in);
      EXPECT_EQ(client.wire().messages_in, gateway.wire().messages_out);
    }
  }
}

TEST(GatewaySession, TurnsAwayWhoeverIsNoClient) {
  for (const std::string& hello :
       {std::string{"GET / HTTP/1.1\r\n"}, from_hex("16030100"), std::string{"API\0\xff\xff\xff\xff", 8},
        std::string{"API\0\0\0\0\x04"
                    "vx.1",
                    12},
        std::string{"API\0\0\0\0\x04"
                    "v100",
                    12},
        std::string{"API\0\0\0\0\x09"
                    "v300..400",
                    17},
        std::string{"API\0\0\0\0\x09"
                    "v200..100",
                    17}}) {
    Desk desk;
    GatewaySession gateway{{}};
    desk.session = &gateway;
    EXPECT_FALSE(feed(gateway, hello, desk).has_value());
    EXPECT_EQ(gateway.phase(), GatewaySession::Phase::closed);
    EXPECT_TRUE(gateway.output().empty());
  }
}

TEST(GatewaySession, DropsRequestsBeforeStartApi) {
  Desk desk;
  ByteQueue request;
  ASSERT_TRUE(encode(IdsRequest{.num_ids = 1}, 200, request).has_value());
  GatewaySession fresh{{}};
  desk.session = &fresh;
  ASSERT_TRUE(
      feed(fresh, std::string{"API\0\0\0\0\x12v100..200 +PACEAPI", 26} + std::string{as_text(request.contents())}, desk)
          .has_value());
  EXPECT_TRUE(desk.heard.empty());
}

TEST(GatewaySession, StartsWithTheFirstStartApiThatItCanRead) {
  Desk desk;
  ByteQueue start;
  ASSERT_TRUE(encode(StartApiRequest{.client_id = 7}, 200, start).has_value());
  ByteQueue request;
  ASSERT_TRUE(encode(IdsRequest{.num_ids = 1}, 200, request).has_value());
  GatewaySession gateway{{}};
  desk.session = &gateway;
  ASSERT_TRUE(feed(gateway, std::string{"API\0\0\0\0\x09v100..200", 17}, desk).has_value());
  ASSERT_TRUE(feed(gateway,
                   frame(std::string{"71\0"
                                     "2\0"
                                     "seven\0\0",
                                     12}),
                   desk)
                  .has_value());
  EXPECT_EQ(gateway.phase(), GatewaySession::Phase::starting);
  ASSERT_TRUE(feed(gateway, as_text(request.contents()), desk).has_value());
  EXPECT_EQ(desk.heard, (std::vector<std::string>{"unreadable 71 StartApiRequest.clientId at byte 2: not an integer"}));
  desk.heard.clear();
  ASSERT_TRUE(feed(gateway, as_text(start.contents()), desk).has_value());
  EXPECT_EQ(gateway.phase(), GatewaySession::Phase::running);
  EXPECT_EQ(desk.heard, (std::vector<std::string>{"start 7"}));
}

TEST(FrameReader, GivesTheSameFrameForEveryCutPoint) {
  const std::string wire = frame("abc") + frame(std::string(5000, 'x')) + frame("z");
  for (std::size_t cut = 0; cut <= wire.size(); cut += cut < 20 ? 1 : 97) {
    FrameReader reader{10'000};
    std::string seen;
    for (const std::string& part : {wire.substr(0, cut), wire.substr(cut)}) {
      reader.feed(as_bytes(part));
      for (;;) {
        const auto payload = reader.next();
        ASSERT_TRUE(payload.has_value());
        if (!payload->has_value()) break;
        seen += std::string{as_text(**payload)} + "|";
      }
    }
    EXPECT_EQ(seen, "abc|" + std::string(5000, 'x') + "|z|");
  }
}

TEST(FrameReader, AllocatesForBytesNotForPromises) {
  FrameReader reader{kFrameSizeMax};
  reader.feed(as_bytes(from_hex("00fffff0")));
  ASSERT_TRUE(reader.next().has_value());
  EXPECT_LE(reader.capacity(), 8192U);
}

}  // namespace
}  // namespace tradewind::tws
