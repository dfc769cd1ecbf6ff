#include "tradewind/edge/net/tcp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tradewind::edge::net {
namespace {

using namespace std::chrono_literals;

// Sends back whatever comes.
struct Echo {
  std::unique_ptr<Connection> connection;
  ByteQueue buffer;

  explicit Echo(std::unique_ptr<Connection> taken) : connection{std::move(taken)} {
    connection->start({[this](std::size_t n) { return buffer.prepare(n); },
                       [this](std::size_t n) {
                         buffer.commit(n);
                         connection->send(buffer);
                       },
                       [](const std::string&) {}});
  }
};

void run_until(Loop& loop, const std::function<bool()>& done) {
  for (int i = 0; i < 100'000 && !done(); ++i) loop.run_one(100ms);
  ASSERT_TRUE(done());
}

TEST(Tcp, CarriesMoreThanTheKernelTakesAtOnce) {
  Loop loop;
  std::unique_ptr<Echo> echo;
  auto listener = Listener::open(loop, {"127.0.0.1", 0}, [&](std::unique_ptr<Connection> c) {
                    echo = std::make_unique<Echo>(std::move(c));
                  }).value();
  std::unique_ptr<Connection> client;
  ByteQueue received;
  Connector connector{loop, {"127.0.0.1", listener->port()}, [&](Result<std::unique_ptr<Connection>> result) {
                        client = *std::move(result);
                        client->start({[&](std::size_t n) { return received.prepare(n); },
                                       [&](std::size_t n) { received.commit(n); }, [](const std::string&) {}});
                      }};
  run_until(loop, [&] { return client != nullptr && echo != nullptr; });
  std::string all;
  ByteQueue out;
  for (int i = 0; i < 50; ++i) {
    const std::string part(200'000, static_cast<char>('a' + i % 26));
    all += part;
    out.append(as_bytes(part));
    client->send(out);
    EXPECT_TRUE(out.empty());
  }
  run_until(loop, [&] { return received.size() == all.size(); });
  EXPECT_EQ(as_text(received.contents()), all);
}

TEST(Tcp, TellsWhenThePeerIsGone) {
  Loop loop;
  std::unique_ptr<Connection> server;
  auto listener =
      Listener::open(loop, {"127.0.0.1", 0}, [&](std::unique_ptr<Connection> c) { server = std::move(c); }).value();
  std::unique_ptr<Connection> client;
  ByteQueue received;
  std::string reason;
  Connector connector{
      loop, {"127.0.0.1", listener->port()}, [&](Result<std::unique_ptr<Connection>> result) {
        client = *std::move(result);
        client->start({[&](std::size_t n) { return received.prepare(n); }, [&](std::size_t n) { received.commit(n); },
                       [&](const std::string& why) { reason = why; }});
      }};
  run_until(loop, [&] { return client != nullptr && server != nullptr; });
  ByteQueue out;
  out.append(as_bytes("last words"));
  server->send(out);
  server->close();
  run_until(loop, [&] { return !reason.empty(); });
  EXPECT_EQ(as_text(received.contents()), "last words");
  EXPECT_EQ(reason, "the peer closed the connection");
}

TEST(Tcp, NamesThePortThatIsTakenAndTheHostThatRefuses) {
  Loop loop;
  auto first = Listener::open(loop, {"127.0.0.1", 0}, [](std::unique_ptr<Connection>) {}).value();
  const auto second = Listener::open(loop, {"127.0.0.1", first->port()}, [](std::unique_ptr<Connection>) {});
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().detail.find("another program has the port"), std::string::npos) << second.error().detail;
  const std::uint16_t free_port = first->port();
  first.reset();
  std::optional<Error> refused;
  Connector connector{
      loop, {"127.0.0.1", free_port}, [&](Result<std::unique_ptr<Connection>> result) { refused = result.error(); }};
  run_until(loop, [&] { return refused.has_value(); });
  EXPECT_EQ(refused->code, Errc::unavailable);
}

TEST(Endpoint, IsHostAndPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:4002")->port, 4002);
  EXPECT_EQ(parse_endpoint("[::1]:4002")->host, "::1");
  EXPECT_EQ(parse_endpoint("gateway:4004")->host, "gateway");
  for (const char* bad : {"", "4002", ":4002", "host:", "host:0", "host:65536", "host:-1", "::1:4002", "host:12x"})
    EXPECT_FALSE(parse_endpoint(bad).has_value()) << bad;
}

TEST(Timer, CallsOnceAtItsLatestTime) {
  Loop loop;
  int calls = 0;
  Timer timer{loop, [&] { ++calls; }};
  timer.set(system_now().mono);
  timer.set(system_now().mono + 1ms);
  run_until(loop, [&] { return calls == 1; });
  timer.set(system_now().mono + 1ms);
  timer.cancel();
  while (loop.run_one(5ms)) {}
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tradewind::edge::net
