// How the driver comes back, over real sockets on the loopback interface, against the gateway's half of a session.

#include "tradewind/edge/broker/driver.hpp"

#include "tests/support/fake_directory.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/tws/gateway_session.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::edge::broker {
namespace {

using namespace std::chrono_literals;

class Idle final : public strategy::Strategy {
 public:
  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName{"idle"}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const override { return {}; }
};

// Turns every client away, as a gateway does whose client id is taken.
class Refusal final : public tws::GatewayHandler {
 public:
  explicit Refusal(std::unique_ptr<net::Connection> connection) : connection_{std::move(connection)} {
    connection_->start({.prepare = [this](std::size_t count) { return session_.prepare(count); },
                        .received =
                            [this](std::size_t count) {
                              EXPECT_TRUE(session_.received(count, *this).has_value());
                              connection_->send(session_.output());
                              if (has_refused_) connection_->close();
                            },
                        .closed = [](const std::string&) {}});
  }
  void on_start_api_request(const tws::StartApiRequest& request) override {
    EXPECT_EQ(request.client_id, 7) << "never another id";
    session_.send(tws::ErrorMessage{.id = -1, .error_code = 326, .error_msg = "client id already in use"});
    has_refused_ = true;
  }

 private:
  std::unique_ptr<net::Connection> connection_;
  tws::GatewaySession session_{{.version = 200}};
  bool has_refused_ = false;
};

struct Bench {
  net::Loop loop;
  testing::FakeDirectory disk;
  Now start = net::system_now();
  journal::Log log = journal::Log::begin(
      {journal::journal_id_from(42), journal::kFormatVersion, model::Mode::sim, model::AccountId{"DU0000000"}, "test"},
      start, {});
  engine::Node node{config(), {.client_id = 7}, std::make_unique<Idle>(), log};
  store::JournalWriter writer = store::JournalWriter::start(disk, {}, {}).value();
  std::vector<std::string> said;
  std::optional<Ended> ended;
  std::string reason;

  static engine::EngineConfig config() {
    engine::EngineConfig config;
    config.account = model::AccountId{"DU0000000"};
    return config;
  }
  Driver::Options options(std::uint16_t port) {
    return {.endpoint = {"127.0.0.1", port},
            .on_end =
                [this](Ended how, const std::string& why) {
                  ended = how;
                  reason = why;
                  loop.stop();
                },
            .log = [this](const std::string& line) { said.push_back(line); },
            .backoff = {.first = 1ms, .most = 4ms, .identity_limit = 40ms}};
  }
};

// F012
TEST(Driver, GivesUpAClientIdThatStaysInUseAndTakesNoOther) {
  Bench bench;
  std::vector<std::unique_ptr<Refusal>> refusals;
  auto listener = net::Listener::open(bench.loop, {"127.0.0.1", 0}, [&](std::unique_ptr<net::Connection> connection) {
                    refusals.push_back(std::make_unique<Refusal>(std::move(connection)));
                  }).value();
  Driver driver{bench.loop, bench.node, bench.writer, bench.options(listener->port())};
  driver.start();
  bench.loop.run();
  EXPECT_EQ(bench.ended, Ended::client_id_in_use);
  EXPECT_NE(bench.reason.find("client id 7"), std::string::npos) << bench.reason;
  EXPECT_GT(refusals.size(), 2U) << "it was tried again for a while";
  EXPECT_NE(driver.last_failure().find("client id 7 is in use"), std::string::npos) << driver.last_failure();
}

// F001
TEST(Driver, ComesBackHoweverOftenItIsTurnedAway) {
  Bench bench;
  int turned_away = 0;
  std::unique_ptr<Refusal> last;
  auto listener = net::Listener::open(bench.loop, {"127.0.0.1", 0}, [&](std::unique_ptr<net::Connection> connection) {
                    if (turned_away < 20) return static_cast<void>(++turned_away);
                    last = std::make_unique<Refusal>(std::move(connection));
                    bench.loop.stop();
                  }).value();
  Driver driver{bench.loop, bench.node, bench.writer, bench.options(listener->port())};
  driver.start();
  bench.loop.run();
  EXPECT_EQ(turned_away, 20);
  EXPECT_TRUE(last);
  EXPECT_FALSE(bench.ended);
  ASSERT_EQ(bench.said.size(), 20U);
  EXPECT_NE(bench.said.front().find("trying again in"), std::string::npos) << bench.said.front();
}

}  // namespace
}  // namespace tradewind::edge::broker
