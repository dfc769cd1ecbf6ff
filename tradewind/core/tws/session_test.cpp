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

constexpr MonoTime kStart = MonoTime::from_ns(1'000'000'000);

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
  return session.received(bytes.size(), now, handler);
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
  ClientSession session{{.client_id = 7, .min_version = 100, .max_version = 225}};
  session.connected(kStart);
  EXPECT_EQ(hex_text(session.output().contents()), "4150490000000009763130302e2e323235");
}

TEST(ClientSession, UnderstandsEveryZoneNameAndStartsTheApi) {
  for (const char* zone : {"Central European Standard Time", "UTC", "Mitteleurop\xe4ische Zeit", ""}) {
    Ears ears;
    ClientSession session{{.client_id = 7}};
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
    ClientSession session{{.client_id = 7}};
    session.connected(kStart);
    ASSERT_TRUE(feed(session, frame(std::string{"200\0x\0", 6}), ears).has_value());
    EXPECT_FALSE(session.send(IdsRequest{}).has_value()) << "nothing may be sent before the session is ready";
    ASSERT_TRUE(feed(session, first, ears).has_value());
    EXPECT_EQ(session.phase(), ClientSession::Phase::ready);
    EXPECT_EQ(std::ranges::count(ears.heard, "ready 42"), 1);
    EXPECT_TRUE(session.send(IdsRequest{.num_ids = 1}).has_value());
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
    ClientSession session{{}};
    session.connected(kStart);
    const auto result = feed(session, frame(c.payload), ears);
    ASSERT_FALSE(result.has_value());
    EXPECT_NE(result.error().detail.find(c.said), std::string::npos) << result.error().detail;
    EXPECT_EQ(session.phase(), ClientSession::Phase::closed);
  }
}

TEST(ClientSession, GivesUpOnSilence) {
  Ears ears;
  ClientSession session{{}};
  session.connected(kStart);
  EXPECT_EQ(session.wake_at(), kStart + 10s);
  EXPECT_TRUE(session.check_time(kStart + 9s).has_value());
  EXPECT_FALSE(session.check_time(kStart + 10s).has_value());

  ClientSession started{{}};
  started.connected(kStart);
  ASSERT_TRUE(feed(started, frame(std::string{"200\0x\0", 6}), ears, kStart + 1s).has_value());
  EXPECT_EQ(started.wake_at(), kStart + 16s);
  EXPECT_FALSE(started.check_time(kStart + 16s).has_value());
}

TEST(ClientSession, ClosesOnLengthsThatCannotBe) {
  for (const char* hex : {"00000000", "ffffffff", "01000000", "48545450"}) {
    Ears ears;
    ClientSession session{{}};
    session.connected(kStart);
    const auto result = feed(session, from_hex(hex), ears);
    ASSERT_FALSE(result.has_value()) << hex;
    EXPECT_EQ(result.error().code, Errc::malformed);
  }
}

TEST(ClientSession, GoesOnAfterMessagesItCannotReadOrDoesNotKnow) {
  Ears ears;
  ClientSession session{{}};
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
      ClientSession client{{.client_id = 7, .max_version = client_max}};
      GatewaySession gateway{{.version = gateway_version, .connection_time = "20260105 14:30:15 UTC"}};
      Desk desk;
      desk.session = &gateway;
      client.connected(kStart);
      bool asked = false;
      for (int round = 0; round < 2000; ++round) {
        if (client.phase() == ClientSession::Phase::ready && !asked) {
          asked = true;
          ASSERT_TRUE(client.send(IdsRequest{.num_ids = 3}).has_value());
          PlaceOrderRequest order;
          order.order_id = 42;
          order.order.order_ref = "ref";
          ASSERT_TRUE(client.send(order).has_value());
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
