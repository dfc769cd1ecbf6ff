#include "tradewind/edge/client/connection.hpp"

#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/edge/net/tcp.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tradewind::edge::client {
namespace {

namespace api = tradewind::client;
using namespace std::chrono_literals;

// A gateway on a real port, on a thread of its own: it answers a few requests, and can hang up or be told to be mute.
class Peer {
 public:
  Peer() {
    std::promise<void> up;
    thread_ = std::thread{[this, &up] {
      auto opened = net::Listener::open(loop_, {"127.0.0.1", 0}, [this](std::unique_ptr<net::Connection> connection) {
        accept(std::move(connection));
      });
      listener_ = *std::move(opened);
      port_ = listener_->port();
      up.set_value();
      loop_.run();
      client_.reset();
      listener_.reset();
    }};
    up.get_future().wait();
  }
  ~Peer() {
    loop_.post([this] { loop_.stop(); });  // inside: the loop may not be running yet
    thread_.join();
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Connection::Options options() const {
    Connection::Options options;
    options.transport.endpoint = {"127.0.0.1", port_};
    options.client.session.client_id = 5;
    options.client.answer_limit = 5s;
    return options;
  }
  void hang_up() {
    loop_.post([this] { client_.reset(); });
  }
  std::atomic<int> connections = 0;
  std::atomic<int> market_data_requests = 0;

 private:
  struct Client final : tws::GatewayHandler {
    explicit Client(Peer& peer, std::unique_ptr<net::Connection> its)
        : owner{peer}, connection{std::move(its)}, session{{.connection_time = "20260105 09:30:00 UTC"}} {}
    void on_start_api_request(const tws::StartApiRequest&) override {
      session.send(tws::ManagedAccounts{"DU0000000"});
      session.send(tws::NextValidId{1});
    }
    void on_current_time_request(const tws::CurrentTimeRequest&) override {
      session.send(tws::CurrentTime{1'764'000'000});
    }
    void on_market_data_request(const tws::MarketDataRequest& request) override {
      ++owner.market_data_requests;
      tws::TickPrice tick;
      tick.req_id = request.req_id;
      tick.tick_type = 4;
      tick.price = Price::of(100 + owner.market_data_requests);
      session.send(tick);
    }
    void on_place_order_request(const tws::PlaceOrderRequest& request) override {
      tws::ExecutionDetails fill;
      fill.contract = request.contract;
      fill.execution.order_id = request.order_id;
      fill.execution.client_id = request.order.client_id;
      fill.execution.exec_id = "0001.01.01";
      fill.execution.side = "BOT";
      fill.execution.shares = *request.order.total_quantity;
      fill.execution.cum_qty = *request.order.total_quantity;
      fill.execution.price = Price::of(100);
      session.send(fill);
    }
    Peer& owner;
    std::unique_ptr<net::Connection> connection;
    tws::GatewaySession session;
  };

  void accept(std::unique_ptr<net::Connection> connection) {
    ++connections;
    client_ = std::make_unique<Client>(*this, std::move(connection));
    Client* const raw = client_.get();
    raw->connection->start({.prepare = [raw](std::size_t count) { return raw->session.prepare(count); },
                            .received =
                                [raw](std::size_t count) {
                                  ASSERT_TRUE(raw->session.received(count, *raw).has_value());
                                  raw->connection->send(raw->session.output());
                                },
                            .closed = [](const std::string&) {}});
  }

  net::Loop loop_;
  std::unique_ptr<net::Listener> listener_;
  std::unique_ptr<Client> client_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(Connection, AsksAndWaitsForTheAnswer) {
  Peer peer;
  const auto connection = Connection::open(peer.options());
  ASSERT_TRUE(connection.has_value()) << connection.error().detail;
  const auto time = (*connection)->ask(tws::CurrentTimeRequest{});
  ASSERT_TRUE(time.has_value());
  ASSERT_TRUE(time->complete());
  EXPECT_EQ(time->rows().front()->current_time, 1'764'000'000);
  EXPECT_EQ((*connection)->call([](api::Client& client) { return client.accounts(); }),
            std::vector<std::string>{"DU0000000"});
}

TEST(Connection, ManyThreadsMayAskAtOnce) {
  Peer peer;
  const auto connection = Connection::open(peer.options());
  ASSERT_TRUE(connection.has_value());
  std::atomic<int> answers = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 5; ++k) {
        const auto time = (*connection)->ask(tws::CurrentTimeRequest{});
        if (time.has_value() && time->complete()) ++answers;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answers, 20);
}

TEST(Connection, ABlockingCallFromACallbackIsRefusedAndDoesNotHang) {
  Peer peer;
  const auto connection = Connection::open(peer.options());
  ASSERT_TRUE(connection.has_value());
  std::promise<std::string> said;
  (*connection)->post([&](api::Client&) {
    const auto answer = (*connection)->ask(tws::CurrentTimeRequest{});
    said.set_value(answer.has_value() ? "answered" : answer.error().detail);
  });
  EXPECT_NE(said.get_future().get().find("would wait for itself"), std::string::npos);
}

TEST(Connection, WaitsForTheEndOfAnOrder) {
  Peer peer;
  const auto connection = Connection::open(peer.options());
  ASSERT_TRUE(connection.has_value());
  tws::Order order;
  order.total_quantity = Quantity::of(5);
  const auto id = (*connection)->place({}, order);
  ASSERT_TRUE(id.has_value());
  const auto state = (*connection)->wait_for(*id, 5s);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->stage(), api::OrderStage::filled);
  EXPECT_FALSE((*connection)->wait_for(api::OrderId{99}, 1s).has_value());
}

TEST(Connection, ComesBackAfterTheGatewayHungUpAndSubscribesOnce) {
  Peer peer;
  const auto connection = Connection::open(peer.options());
  ASSERT_TRUE(connection.has_value());
  std::promise<void> again;
  int updates = 0;  // on the connection's thread
  api::Subscriber<tws::MarketDataRequest> subscriber;
  subscriber.on_update = [&](const api::UpdateOf<tws::MarketDataRequest>& update) {
    if (++updates == 1) return peer.hang_up();
    EXPECT_NE(update.quality.gap_before, 0U);
    again.set_value();
  };
  ASSERT_TRUE((*connection)->subscribe(tws::MarketDataRequest{}, std::move(subscriber)).has_value());
  ASSERT_EQ(again.get_future().wait_for(30s), std::future_status::ready);
  EXPECT_EQ(peer.connections, 2);
  EXPECT_EQ(peer.market_data_requests, 2);
}

TEST(Connection, SaysWhyNobodyIsThere) {
  std::uint16_t port = 0;
  {
    Peer peer;
    port = peer.port();
  }
  Connection::Options options;
  options.transport.endpoint = {"127.0.0.1", port};
  options.ready_limit = 1500ms;
  const auto connection = Connection::open(options);
  ASSERT_FALSE(connection.has_value());
  EXPECT_NE(connection.error().detail.find("127.0.0.1"), std::string::npos);
}

}  // namespace
}  // namespace tradewind::edge::client
