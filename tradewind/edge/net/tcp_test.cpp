#include "tradewind/edge/net/tcp.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

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

// Who connects becomes `server`.
std::unique_ptr<Listener> listen(Loop& loop, std::unique_ptr<Connection>& server) {
  return Listener::open(loop, {"127.0.0.1", 0},
                        [&server](std::unique_ptr<Connection> connection) { server = std::move(connection); })
      .value();
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A peer that reads when the test says so, and of whom the kernel keeps little.
class SlowReader {
 public:
  explicit SlowReader(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const int few = 4'096;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
    const sockaddr_in address = loopback(port);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~SlowReader() { ::close(socket_); }
  SlowReader(const SlowReader&) = delete;
  SlowReader& operator=(const SlowReader&) = delete;

  // Takes what has come; all of it so far.
  const std::string& read() {
    char piece[65'536];
    ssize_t count = 0;
    while ((count = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT)) > 0)
      received_.append(piece, static_cast<std::size_t>(count));
    if (count == 0) has_heard_the_end_ = true;
    return received_;
  }
  bool has_heard_the_end() {
    read();
    return has_heard_the_end_;
  }
  bool says(std::string_view text) {
    return ::send(socket_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
  }

 private:
  int socket_;
  bool has_heard_the_end_ = false;
  std::string received_;
};

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
  const auto listener = listen(loop, server);
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

// A socket closed with bytes unread resets the connection, which takes away what its peer has not read yet.
TEST(Tcp, APeerThatSpeaksOnHearsTheLastWordsAndIsNotWaitedForLong) {
  Loop loop;
  std::unique_ptr<Connection> server;
  const auto listener = listen(loop, server);
  SlowReader peer{listener->port()};
  run_until(loop, [&] { return server != nullptr; });
  ByteQueue none;
  server->start({[&](std::size_t n) { return none.prepare(n); }, [](std::size_t) {}, [](const std::string&) {}});
  loop.poll();
  EXPECT_TRUE(peer.says("not read by anybody"));
  ByteQueue out;
  out.append(as_bytes("last words"));
  server->send(out);
  server.reset();
  none = {};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(peer.says("and on"));
    while (loop.run_one(5ms)) {}
  }
  EXPECT_EQ(peer.read(), "last words");
  EXPECT_TRUE(peer.has_heard_the_end());
  bool speaks = true;
  for (int i = 0; i < 1'000 && speaks; ++i) {
    while (loop.run_one(20ms)) {}
    speaks = peer.says("and on");
  }
  EXPECT_FALSE(speaks);
}

TEST(Tcp, AtItsEndAPeerThatTakesNothingIsLeftAfterAWhile) {
  Loop loop;
  std::unique_ptr<Connection> server;
  const auto listener = listen(loop, server);
  SlowReader peer{listener->port()};
  run_until(loop, [&] { return server != nullptr; });
  const std::string much(40'000'000, 'x');
  ByteQueue out;
  out.append(as_bytes(much));
  server->send(out);
  server->close(1ms);
  run_until(loop, [&] { return server->unsent() == 0; });
  while (!peer.has_heard_the_end()) {}
  EXPECT_LT(peer.read().size(), much.size());
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

TEST(Tcp, WhatAPeerSendsStaysInTheSocketsWhileNobodyReads) {
  Loop loop;
  std::unique_ptr<Connection> server;
  const auto listener = listen(loop, server);
  std::unique_ptr<Connection> client;
  ByteQueue to_client;
  ByteQueue to_server;
  Connector connector{loop, {"127.0.0.1", listener->port()}, [&](Result<std::unique_ptr<Connection>> result) {
                        client = *std::move(result);
                        client->start({[&](std::size_t n) { return to_client.prepare(n); },
                                       [&](std::size_t n) { to_client.commit(n); }, [](const std::string&) {}});
                      }};
  run_until(loop, [&] { return client != nullptr && server != nullptr; });
  server->start({[&](std::size_t n) { return to_server.prepare(n); }, [&](std::size_t n) { to_server.commit(n); },
                 [](const std::string&) {}});
  std::string much(40'000'000, ' ');  // more than the sockets hold
  for (std::size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>('a' + i / 1'000 % 26);
  ByteQueue out;
  for (int i = 0; i < 3; ++i) {
    to_server.clear();
    to_client.clear();
    // The other direction is in the middle of a long piece, and goes on.
    out.append(as_bytes(much));
    server->send(out);
    run_until(loop, [&] { return to_client.size() > much.size() / 4; });
    server->set_reading(false);
    out.append(as_bytes(much));
    client->send(out);
    run_until(loop, [&] { return to_client.size() == much.size(); });
    EXPECT_EQ(to_server.size(), 0U);
    EXPECT_GT(client->unsent(), 0U);
    server->set_reading(true);
    run_until(loop, [&] { return to_server.size() == much.size(); });
    EXPECT_TRUE(as_text(to_client.contents()) == much && as_text(to_server.contents()) == much);
  }
}

// To take a read back takes back the write as well: its bytes came twice.
TEST(Tcp, AWriteThatIsTakenBackInTheMiddleGoesOnWhereItWas) {
  Loop loop;
  std::unique_ptr<Connection> server;
  const auto listener = listen(loop, server);
  SlowReader reader{listener->port()};
  run_until(loop, [&] { return server != nullptr; });
  ByteQueue none;
  server->start({[&](std::size_t n) { return none.prepare(n); }, [](std::size_t) {}, [](const std::string&) {}});

  std::string all;
  while (all.size() < 40'000'000) all += std::to_string(all.size()) + ' ';  // no two places look the same
  ByteQueue out;
  out.append(as_bytes(all));
  server->send(out);
  ASSERT_GT(server->unsent(), all.size() / 2) << "the kernel took too much for a test of what waits";
  std::size_t before = all.size() - server->unsent();  // what no write had to wait for
  for (int i = 0; i < 4; ++i) {
    run_until(loop, [&] { return reader.read().size() > before + 1'000'000; });
    while (loop.run_one(20ms)) {}  // until the sockets are full, and the write waits for the reader
    server->set_reading(false);
    server->set_reading(true);
    before = reader.read().size();
    ASSERT_LT(before, all.size());
  }
  run_until(loop, [&] { return reader.read().size() >= all.size() && server->unsent() == 0; });
  EXPECT_TRUE(reader.read() == all);
}

TEST(Listener, RefusesForAWhileAndKeepsItsPort) {
  Loop loop;
  int accepted = 0;
  auto listener =
      Listener::open(loop, {"127.0.0.1", 0}, [&](const std::unique_ptr<Connection>&) { ++accepted; }).value();
  const std::uint16_t port = listener->port();
  const auto attempt = [&] {
    std::optional<bool> connected;
    Connector connector{loop, {"127.0.0.1", port}, [&](const Result<std::unique_ptr<Connection>>& result) {
                          connected = result.has_value();
                        }};
    run_until(loop, [&] { return connected.has_value(); });
    return *connected;
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(listener->set_refusing(true));
    EXPECT_FALSE(attempt());
    EXPECT_TRUE(listener->set_refusing(false));
    EXPECT_EQ(listener->port(), port);
    EXPECT_TRUE(attempt());
    run_until(loop, [&] { return accepted == i + 1; });
  }
}

// Another program that allows reuse, as most servers do, could listen on the port meanwhile.
TEST(Listener, KeepsItsPortFromOthersWhileItRefuses) {
  Loop loop;
  auto listener = Listener::open(loop, {"127.0.0.1", 0}, [](const std::unique_ptr<Connection>&) {}).value();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(listener->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(listener->set_refusing(true));
    const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ASSERT_EQ(::setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), 0);
    const bool listens =
        ::bind(other, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(other, 1) == 0;
    EXPECT_FALSE(listens);
    EXPECT_EQ(errno, EADDRINUSE);
    EXPECT_TRUE(listener->set_refusing(false)) << "though the other one still has its socket";
    ::close(other);
  }
}

// All the descriptors that this process may have, until it is destroyed.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int one = ::dup(0); one >= 0; one = ::dup(0)) taken_.push_back(one);
    EXPECT_EQ(errno, EMFILE);
  }
  ~NoDescriptors() {
    for (const int one : taken_) ::close(one);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

// It spun, or never took a connection again.
TEST(Listener, WaitsWhileThereAreNoDescriptorsAndThenTakesWhoWaited) {
  Loop loop;
  int accepted = 0;
  auto listener =
      Listener::open(loop, {"127.0.0.1", 0}, [&](const std::unique_ptr<Connection>&) { ++accepted; }).value();
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(listener->port());
  {
    const NoDescriptors none;
    ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const MonoTime begin = system_now().mono;
    std::int64_t tries = 0;
    for (int i = 0; i < 30 && tries < 3; ++i) tries += loop.run_one(1s) ? 1 : 0;
    ASSERT_EQ(tries, 3);
    const Duration passed = system_now().mono - begin;
    // The first try fails at once; then each waits, and fails in two steps.
    EXPECT_GE(passed, 100ms) << "three tries without a pause";
    EXPECT_EQ(accepted, 0);
  }
  run_until(loop, [&] { return accepted == 1; });
  ::close(client);
}

TEST(Endpoint, IsHostAndPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:4002")->port, 4002);
  EXPECT_EQ(parse_endpoint("[::1]:4002")->host, "::1");
  EXPECT_EQ(parse_endpoint("gateway:4004")->host, "gateway");
  for (const char* bad : {"", "4002", ":4002", "host:", "host:0", "host:65536", "host:-1", "::1:4002", "host:12x"})
    EXPECT_FALSE(parse_endpoint(bad).has_value()) << bad;
}

TEST(Timer, IsCalledAlsoWhenEachCallOfOthersSetsItAnew) {
  Loop loop;
  bool is_called = false;
  Timer timer{loop, [&] { is_called = true; }};
  std::function<void()> busy = [&] {
    timer.set(system_now().mono);
    loop.post(busy);
  };
  busy();
  for (int i = 0; i < 10'000 && !is_called; ++i) loop.run_one(100ms);
  EXPECT_TRUE(is_called);
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
