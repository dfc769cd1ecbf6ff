#pragma once

#include "tradewind/core/client/client.hpp"
#include "tradewind/core/tws/gateway_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A client on virtual time, and the gateway that a test plays.
namespace tradewind::client::testing {

using namespace std::chrono_literals;

// What a client has asked, by name and request id, in order.
struct Asked {
  std::string name;
  std::int32_t id = 0;
  std::string text;   // of a request for bars: where they end
  double strike = 0;  // of a contract
};

// A gateway that answers nothing by itself: the test does.
class Gateway final : public tws::GatewayHandler {
 public:
  explicit Gateway(int version) : session_{{.version = version, .connection_time = "20260105 09:30:00 UTC"}} {}

  void receive(ByteQueue& bytes) {
    const std::size_t count = bytes.size();
    std::memcpy(session_.prepare(count), bytes.contents().data(), count);
    bytes.consume(count);
    ASSERT_TRUE(session_.received(count, *this).has_value());
  }
  [[nodiscard]] tws::GatewaySession& session() { return session_; }
  [[nodiscard]] std::vector<Asked>& asked() { return asked_; }
  [[nodiscard]] std::size_t count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(asked_, [name](const Asked& each) { return each.name == name; }));
  }
  // The id of the last request of this kind.
  [[nodiscard]] std::int32_t id_of(std::string_view name) const {
    for (auto each = asked_.rbegin(); each != asked_.rend(); ++each) {
      if (each->name == name) return each->id;
    }
    ADD_FAILURE() << name << " was not asked";
    return -1;
  }

  void on_start_api_request(const tws::StartApiRequest& message) override { note(message); }
  void on_market_data_request(const tws::MarketDataRequest& message) override { note(message); }
  void on_cancel_market_data(const tws::CancelMarketData& message) override { note(message); }
  void on_contract_data_request(const tws::ContractDataRequest& message) override { note(message); }
  void on_historical_data_request(const tws::HistoricalDataRequest& message) override { note(message); }
  void on_positions_request(const tws::PositionsRequest& message) override { note(message); }
  void on_cancel_historical_data(const tws::CancelHistoricalData& message) override { note(message); }
  void on_sec_def_opt_params_request(const tws::SecDefOptParamsRequest& message) override { note(message); }
  void on_cancel_contract_data(const tws::CancelContractData& message) override { note(message); }
  void on_cancel_positions(const tws::CancelPositions& message) override { note(message); }
  void on_open_orders_request(const tws::OpenOrdersRequest& message) override { note(message); }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest& message) override { note(message); }
  void on_completed_orders_request(const tws::CompletedOrdersRequest& message) override { note(message); }
  void on_execution_request(const tws::ExecutionRequest& message) override { note(message); }
  void on_market_rule_request(const tws::MarketRuleRequest& message) override { note(message); }
  void on_current_time_request(const tws::CurrentTimeRequest& message) override { note(message); }
  void on_place_order_request(const tws::PlaceOrderRequest& message) override { note(message); }
  void on_cancel_order_request(const tws::CancelOrderRequest& message) override { note(message); }
  void on_market_data_type_request(const tws::MarketDataTypeRequest& message) override { note(message); }
  void on_tick_by_tick_request(const tws::TickByTickRequest& message) override { note(message); }

 private:
  template <class Message>
  void note(const Message& message) {
    Asked asked{Message::kInfo.api};
    if constexpr (requires { message.req_id; }) asked.id = message.req_id;
    if constexpr (requires { message.order_id; }) asked.id = message.order_id;
    if constexpr (requires { message.end_date_time; }) asked.text = message.end_date_time;
    if constexpr (requires { message.contract.strike; }) asked.strike = message.contract.strike.value_or(0);
    asked_.push_back(asked);
  }

  tws::GatewaySession session_;
  std::vector<Asked> asked_;
};

class World : public Listener {
 public:
  explicit World(ClientOptions options = {}, int version = tws::kMaxServerVersion)
      : version_{version}, client_{std::move(options), *this} {
    client_.start(now_);
  }

  [[nodiscard]] Client& client() { return client_; }
  [[nodiscard]] Gateway& gateway() { return *gateway_; }

  void connect() {
    ASSERT_EQ(client_.wish(), Client::Wish::connect);
    gateway_ = std::make_unique<Gateway>(version_);
    client_.connected(now_);
    pump();
  }
  void start_api(std::int32_t next_valid_id = 1) {
    gateway_->session().send(tws::ManagedAccounts{"DU0000000"});
    gateway_->session().send(tws::NextValidId{next_valid_id});
    pump();
  }
  void become_ready(std::int32_t next_valid_id = 1) {
    connect();
    start_api(next_valid_id);
    ASSERT_TRUE(client_.is_ready());
  }
  template <class Message>
  void send(const Message& message) {
    gateway_->session().send(message);
    pump();
  }
  void send_error(std::int32_t id, std::int32_t code, std::string_view text = "text") {
    tws::ErrorMessage message;
    message.id = id;
    message.error_code = code;
    message.error_msg = text;
    send(message);
  }
  void cut(std::string_view reason = "reset by peer") {
    gateway_.reset();
    client_.disconnected(reason, now_);
  }
  // Moves the clock in steps to every time the client wants to be called at.
  void pass(Duration time) {
    const MonoTime end = now_.mono + time;
    while (client_.wake_at() && *client_.wake_at() <= end) {
      step_to(std::max(*client_.wake_at(), now_.mono));
      client_.wake(now_);
      if (client_.wish() == Client::Wish::connect) return;
      pump();
    }
    step_to(end);
  }
  // Both ends until neither has anything to say. The gateway proves that it lives.
  void pump() {
    for (int i = 0; i < 50 && gateway_ && client_.has_session(); ++i) {
      if (client_.output().empty() && gateway_->session().output().empty()) return;
      const std::size_t probes = gateway_->count("reqCurrentTime");
      if (!client_.output().empty()) gateway_->receive(client_.output());
      if (answers_time && gateway_->count("reqCurrentTime") > probes)
        gateway_->session().send(tws::CurrentTime{1'764'000'000});
      ByteQueue& bytes = gateway_->session().output();
      const std::size_t count = bytes.size();
      if (count == 0) continue;
      std::memcpy(client_.prepare(count), bytes.contents().data(), count);
      bytes.consume(count);
      client_.received(count, now_);
    }
  }

  void on_ready(const std::vector<std::string>& accounts, int server_version) override {
    ready.push_back(fmt::format("{} at {}", fmt::join(accounts, ","), server_version));
  }
  void on_lost(std::string_view reason) override { lost.emplace_back(reason); }
  void on_given_up(std::string_view reason) override { given_up.emplace_back(reason); }
  void on_gap(const tws::Gap& gap) override { gaps.push_back(gap.number); }
  void on_notice(const Notice& notice) override { notices.push_back(notice); }
  void on_order(const OrderUpdate& update) override {
    orders.push_back(
        fmt::format("{} {}{}", update.id, name(update.state.stage()), update.state.is_uncertain() ? " uncertain" : ""));
  }

  bool answers_time = true;
  std::vector<std::string> ready;
  std::vector<std::string> lost;
  std::vector<std::string> given_up;
  std::vector<std::uint64_t> gaps;
  std::vector<Notice> notices;
  std::vector<std::string> orders;

 private:
  void step_to(MonoTime time) {
    now_.utc = now_.utc + (time - now_.mono);
    now_.mono = time;
  }

  int version_;
  Now now_{Timestamp::from_ns(1'764'000'000'000'000'000), MonoTime::from_ns(1'000'000'000)};
  std::unique_ptr<Gateway> gateway_;
  Client client_;
};

}  // namespace tradewind::client::testing
