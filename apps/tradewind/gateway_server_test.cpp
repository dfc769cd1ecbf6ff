// Faults of the connection through real sockets of the loopback interface. The client is plain: it connects, writes, reads,
// and knows nothing of the injector. Time is the test's own, so that minutes of the gateway pass at once.

#include "apps/tradewind/gateway_server.hpp"

#include "tests/support/gateway_rig.hpp"
#include "tests/support/order_for_spy.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::app {
namespace {

using namespace std::chrono_literals;
namespace faults = sim::gateway::faults;
using sim::gateway::testing::frame;
using sim::gateway::testing::greeting;
using sim::gateway::testing::World;

constexpr std::int64_t kHalf = 500'000;  // of the moments
constexpr std::uint64_t kFirings = 100;
constexpr int kVersion = 178;

// A gateway with one fault behind a real port.
struct Site {
  World world;
  edge::net::Loop loop;
  std::size_t fault;
  std::unique_ptr<GatewayServer> server;

  Site(std::string_view id, std::int64_t millionths) : world{{.fault_seed = 5}}, fault{faults::find_fault(id).value()} {
    EXPECT_TRUE(world.gateway.injector()->set({std::string{id}, millionths}).has_value());
    server = GatewayServer::open(loop, world.gateway,
                                 {.virtual_time = true, .clock = [this] { return world.now; }, .log = {}})
                 .value();
  }
  [[nodiscard]] std::uint64_t fired() const { return world.gateway.injector()->fired(fault); }
  void later(Duration time) {
    world.now = world.now + time;
    server->wake();
  }
  template <class Done>
  void run_until(Done done) {
    for (int idle = 0; idle < 200 && !done(); idle += loop.run_one(100ms) ? 0 : 1) {}
    ASSERT_TRUE(done()) << "nothing happens any more";
  }
  void until_nobody_is_there() {
    run_until([&] { return world.gateway.connections().empty(); });
  }
};

class Client {
 public:
  explicit Client(Site& site) : site_{site}, socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(site.server->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) error_ = errno;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Why there is no connection; 0 if there is one.
  [[nodiscard]] int error() const { return error_; }
  // How much of it the socket takes.
  std::size_t send(std::string_view bytes) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  template <class Message>
  void ask(const Message& message) {
    ByteQueue bytes;
    ASSERT_TRUE(encode(message, kVersion, bytes).has_value());
    ASSERT_EQ(send(as_text(bytes.contents())), bytes.size());
  }
  // Everything that has come; the end of the connection, too.
  const std::string& hear() {
    char piece[65'536];
    for (;;) {
      const ssize_t count = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
      if (count == 0 || (count < 0 && errno != EAGAIN)) has_ended_ = true;
      if (count <= 0) return heard_;
      heard_.append(piece, static_cast<std::size_t>(count));
    }
  }
  bool has_ended() {
    hear();
    return has_ended_;
  }
  void forget() { heard_.clear(); }
  void start(std::int32_t id) {
    EXPECT_EQ(error_, 0);
    send(greeting(fmt::format("v100..{}", kVersion)));
    tws::StartApiRequest start;
    start.client_id = id;
    ask(start);
    site_.run_until([&] { return hear().find(std::string_view{"9\0001\000", 4}) != std::string::npos; });
  }

 private:
  Site& site_;
  int socket_;
  int error_ = 0;
  std::string heard_;
  bool has_ended_ = false;
};

// Comes again and again, and tries twice a minute while it is refused. How often it was.
std::uint64_t refused_visits(Site& site, int visits) {
  std::uint64_t refused = 0;
  for (int i = 0; i < visits && refused < kFirings && !testing::Test::HasFatalFailure(); ++i) {
    auto client = std::make_unique<Client>(site);
    if (client->error() == ECONNREFUSED) ++refused;
    for (Duration waited{}; client->error() == ECONNREFUSED && waited < 30min; waited += 30s) {
      site.later(30s);
      client = std::make_unique<Client>(site);
    }
    client->start(7);
    client.reset();
    site.until_nobody_is_there();
  }
  return refused;
}

TEST(GatewayServer, RefusesAttemptsForMinutesAHundredTimes) {
  Site usual{"F001", 0};
  EXPECT_EQ(refused_visits(usual, 50), 0U) << "it is seen without the fault";
  Site site{"F001", kHalf};
  const std::uint16_t port = site.server->port();
  const std::uint64_t seen = refused_visits(site, 2'000);
  fmt::print("F001: fired {}, seen {} times\n", site.fired(), seen);
  EXPECT_GE(seen, kFirings);
  EXPECT_LE(site.fired() - seen, 1U) << "the last one is not seen yet";
  EXPECT_EQ(site.server->port(), port);
}

// Sends much in pieces that are answered each. How often the socket took no more, for this long, until the gateway's time
// had gone on.
std::uint64_t times_stuck(Site& site, int pieces, Duration patience) {
  Client client{site};
  client.start(7);
  std::uint64_t stuck = 0;
  const std::string piece = frame(std::string{"9999"} + '\0' + std::string(900'000, 'x') + '\0');
  for (int i = 0; i < pieces && stuck < kFirings && !testing::Test::HasFatalFailure(); ++i) {
    std::string_view rest{piece};
    while (!rest.empty() && !testing::Test::HasFatalFailure()) {
      std::size_t sent = client.send(rest);
      client.hear();
      if (sent == 0 && !site.loop.run_one(patience)) {
        // Nothing has happened, and nothing will before the gateway's time goes on.
        site.later(2min);
        site.run_until([&] { return sent != 0 || (sent = client.send(rest)) != 0; });
        ++stuck;
      }
      rest.remove_prefix(sent);
    }
  }
  return stuck;
}

TEST(GatewayServer, DoesNotReadAHundredTimes) {
  Site usual{"F010", 0};
  EXPECT_EQ(times_stuck(usual, 50, 5s), 0U) << "it is seen without the fault";
  Site site{"F010", kHalf};
  const std::uint64_t seen = times_stuck(site, 2'000, 20ms);
  fmt::print("F010: fired {}, seen {} times\n", site.fired(), seen);
  EXPECT_GE(seen, kFirings);
  EXPECT_GE(site.fired(), kFirings);
}

// Two connections, one of which sends orders. How often both ended at one, and the next attempt was refused.
std::uint64_t restarts(Site& site, int orders) {
  std::uint64_t seen = 0;
  std::unique_ptr<Client> trader;
  std::unique_ptr<Client> other;
  for (int id = 1; id <= orders && seen < kFirings && !testing::Test::HasFatalFailure(); ++id) {
    if (trader == nullptr) {
      trader = std::make_unique<Client>(site);
      other = std::make_unique<Client>(site);
      trader->start(7);
      other->start(8);
    }
    auto order = sim::gateway::testing::order_for_spy(id, "BUY", 10, "LMT", "GTC");
    order.order.lmt_price = Price::of(50);
    trader->forget();
    trader->ask(order);
    site.run_until([&] { return !trader->hear().empty() || trader->has_ended(); });
    if (!trader->has_ended()) continue;
    EXPECT_EQ(trader->hear(), "") << "nothing is said of the order";
    site.run_until([&] { return other->has_ended(); });
    seen += Client{site}.error() == ECONNREFUSED ? 1U : 0U;
    site.later(59s);
    EXPECT_EQ(Client{site}.error(), ECONNREFUSED);
    site.later(4min + 1s);
    trader.reset();
    other.reset();
  }
  return seen;
}

TEST(GatewayServer, RestartsAtAnOrderAHundredTimes) {
  Site usual{"F016", 0};
  EXPECT_EQ(restarts(usual, 20), 0U) << "it is seen without the fault";
  Site site{"F016", kHalf};
  const std::uint64_t seen = restarts(site, 2'000);
  fmt::print("F016: fired {}, seen {} times\n", site.fired(), seen);
  EXPECT_GE(seen, kFirings);
  EXPECT_EQ(site.fired(), seen);
}

// The fastest market stands still while nobody is there. Those who are refused would wait for ever.
TEST(GatewayServer, EndsARefusalAtTheFastestSpeedToo) {
  World world{{.fault_seed = 5}};
  edge::net::Loop loop;
  MarketClock clock{parse_speed("max").value(), {world.now, {}}};
  const auto server = GatewayServer::open(loop, world.gateway, {.market_clock = &clock, .log = {}}).value();
  ASSERT_TRUE(world.gateway.injector()->inject("F001").has_value());
  server->wake();
  int attempts = 0;
  for (bool refused = true; refused; ++attempts) {
    ASSERT_LT(attempts, 100'000);
    std::optional<bool> connected;
    const edge::net::Connector connector{
        loop, {"127.0.0.1", server->port()}, [&](const Result<std::unique_ptr<edge::net::Connection>>& result) {
          connected = result.has_value();
        }};
    while (!connected) loop.run_one(100ms);
    refused = !*connected;
  }
  EXPECT_EQ(world.gateway.injector()->fired(faults::at("F001")), 1U);
  EXPECT_GE(clock.now({}), world.now + 1min);
}

}  // namespace
}  // namespace tradewind::app
