#include "tradewind/edge/net/relay.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

// Half-closed connections, resets and slow readers are tested from outside: tests/acceptance/sim_record_test.py.

namespace tradewind::edge::net {
namespace {

using namespace std::chrono_literals;

void run_until(Loop& loop, const std::function<bool()>& done) {
  for (int i = 0; i < 100'000 && !done(); ++i) loop.run_one(100ms);
  ASSERT_TRUE(done());
}

// One end of a connection that keeps what it gets.
struct End {
  std::unique_ptr<Connection> connection;
  ByteQueue received;
  std::string reason;

  void take(std::unique_ptr<Connection> taken) {
    connection = std::move(taken);
    connection->start({[this](std::size_t n) { return received.prepare(n); },
                       [this](std::size_t n) { received.commit(n); },
                       [this](std::string why) { reason = std::move(why); }});
  }
  void say(const std::string& text) {
    ByteQueue out;
    out.append(as_bytes(text));
    connection->send(out);
  }
};

struct Heard {
  std::string from_client;
  std::string from_target;
  std::string reason;
  RelayHandler handler() {
    return {.opened = [](std::uint32_t connection) { EXPECT_EQ(connection, 1U); },
            .passed = [this](std::uint32_t, bool client,
                             Bytes bytes) { (client ? from_client : from_target) += as_text(bytes); },
            .closed = [this](std::uint32_t, const std::string& why) { reason = why; }};
  }
};

TEST(Relay, PassesOnWhatBothSidesSayAndThatOneCloses) {
  Loop loop;
  End target;
  End client;
  Heard heard;
  const auto listener =
      Listener::open(loop, {"127.0.0.1", 0}, [&](std::unique_ptr<Connection> c) { target.take(std::move(c)); }).value();
  const auto relay = Relay::open(loop, {"127.0.0.1", 0}, {"127.0.0.1", listener->port()}, heard.handler()).value();
  const Connector connector{loop, {"127.0.0.1", relay->port()}, [&](Result<std::unique_ptr<Connection>> result) {
                              client.take(*std::move(result));
                            }};
  run_until(loop, [&] { return client.connection && target.connection; });
  const std::string much(3'000'000, 'm');  // more than the buffers on the way hold
  client.say("question");
  target.say(much);
  run_until(loop, [&] { return client.received.size() == much.size() && target.received.size() == 8; });
  EXPECT_EQ(as_text(target.received.contents()), "question");
  EXPECT_EQ(as_text(client.received.contents()), much);
  EXPECT_EQ(heard.from_client, "question");
  EXPECT_EQ(heard.from_target, much);
  client.connection->close();
  run_until(loop, [&] { return !target.reason.empty(); });
  EXPECT_EQ(target.reason, "the peer closed the connection");
  run_until(loop, [&] { return !heard.reason.empty(); });
}

TEST(Relay, AClientOfATargetThatIsNotThereIsBrokenOff) {
  Loop loop;
  std::uint16_t nobody = 0;
  {
    const auto listener = Listener::open(loop, {"127.0.0.1", 0}, [](std::unique_ptr<Connection>) {}).value();
    nobody = listener->port();
  }
  End client;
  Heard heard;
  const auto relay = Relay::open(loop, {"127.0.0.1", 0}, {"127.0.0.1", nobody}, heard.handler()).value();
  const Connector connector{loop, {"127.0.0.1", relay->port()}, [&](Result<std::unique_ptr<Connection>> result) {
                              client.take(*std::move(result));
                            }};
  run_until(loop, [&] { return !heard.reason.empty() && !client.reason.empty(); });
  EXPECT_NE(heard.reason.find("the gateway cannot be reached"), std::string::npos) << heard.reason;
}

// What its connections waited for kept the listener: the port was taken, and a client in the queue was told to an owner
// who had gone.
TEST(Relay, GivesItsPortBackAtOnceAndTakesNobodyAnyMore) {
  Loop loop;
  End target;
  End client;
  int opened = 0;
  const auto listener =
      Listener::open(loop, {"127.0.0.1", 0}, [&](std::unique_ptr<Connection> c) { target.take(std::move(c)); }).value();
  const Endpoint gateway{"127.0.0.1", listener->port()};
  const auto handler = [&] {
    return RelayHandler{.opened = [&](std::uint32_t) { ++opened; },
                        .passed = [](std::uint32_t, bool, Bytes) {},
                        .closed = [](std::uint32_t, const std::string&) {}};
  };
  auto relay = Relay::open(loop, {"127.0.0.1", 0}, gateway, handler()).value();
  const Endpoint port{"127.0.0.1", relay->port()};
  const Connector connector{loop, port,
                            [&](Result<std::unique_ptr<Connection>> result) { client.take(*std::move(result)); }};
  run_until(loop, [&] { return client.connection && target.connection; });
  client.say("question");
  run_until(loop, [&] { return target.received.size() == 8; });  // the relay waits for both sides

  const int waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(waiting, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  relay.reset();
  const auto again = Relay::open(loop, port, gateway, handler());
  EXPECT_TRUE(again.has_value()) << again.error().detail;
  run_until(loop, [&] { return !client.reason.empty(); });
  EXPECT_EQ(opened, 1);
  ::close(waiting);
}

}  // namespace
}  // namespace tradewind::edge::net
