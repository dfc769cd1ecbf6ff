#pragma once

#include "bench/bench.hpp"
#include "tradewind/core/engine/node.hpp"
#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/core/tws/owned.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the benchmarks of the engine share: a strategy, the least gateway that satisfies a node, and both in one thread.
namespace tradewind::bench {

[[nodiscard]] inline model::InstrumentSpec stock(std::string_view symbol) {
  return {model::Symbol{symbol}, model::SecurityType{"STK"}, model::ExchangeName{"SMART"}, Currency{"USD"}};
}

// Buys and sells one share in turn, at the first quote after it was armed, or the first with the bid it waits for; counts
// bars.
class Trigger final : public strategy::Strategy {
 public:
  explicit Trigger(std::vector<model::InstrumentSpec> specs) : specs_{std::move(specs)} {}

  bool is_armed = false;
  std::optional<Price> waits_for;
  std::uint64_t quotes = 0;
  std::uint64_t bars = 0;
  std::uint64_t orders = 0;

  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName{"trigger"}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const override { return {}; }
  void on_start(strategy::Context& context, const strategy::StartInfo&) override {
    for (const model::InstrumentSpec& spec : specs_)
      static_cast<void>(context.subscribe(spec, std::chrono::minutes{1}));
  }
  void on_quote(strategy::Context& context, model::InstrumentId id, const model::Quote& quote) override {
    ++quotes;
    if (!is_armed || (waits_for && quote.bid != waits_for)) return;
    is_armed = false;
    model::OrderRequest request;
    request.instrument = id;
    request.side = buys_ ? Side::buy : Side::sell;
    request.quantity = Quantity::of(1);
    request.type = model::OrderType::limit;
    request.limit_price = quote.bid;
    buys_ = !buys_;
    if (const auto order = context.submit(request); !order.has_value()) {
      fmt::print(stderr, "the order was refused: {}\n", fmt::join(order.error().reasons, ", "));
      std::abort();
    }
    ++orders;
  }
  void on_bar(strategy::Context&, model::InstrumentId, const model::Bar&) override { ++bars; }

 private:
  std::vector<model::InstrumentSpec> specs_;
  bool buys_ = true;
};

// Answers what a node asks when it starts, and fills every order at once or leaves it working.
class LeastGateway : public tws::GatewayHandler {
 public:
  explicit LeastGateway(int server_version)
      : session{{.version = server_version, .connection_time = "20250102 09:30:00 UTC"}} {}

  tws::GatewaySession session;
  bool fills = true;
  int positions = 0;  // of the account, each in a contract of its own
  int others_orders = 0;  // open ones in the account that nobody here has placed
  std::vector<std::pair<std::int32_t, std::string>> lines;  // request id and symbol of what is subscribed to
  std::uint64_t orders = 0;

  // The connection is gone, the orders are not.
  void disconnected() {
    const int version = session.server_version();
    session = tws::GatewaySession{{.version = version, .connection_time = "20250102 09:31:00 UTC"}};
    lines.clear();
  }

  // Takes received bytes; what there is to answer is then in the session's output.
  void receive(Bytes bytes) {
    std::memcpy(session.prepare(bytes.size()), bytes.data(), bytes.size());
    if (!session.received(bytes.size(), *this).has_value()) std::abort();
  }

 private:
  void on_start_api_request(const tws::StartApiRequest&) override {
    session.send(tws::ManagedAccounts{.accounts_list = "DU0000000,"});
    session.send(tws::NextValidId{.order_id = 1});
  }
  void on_contract_data_request(const tws::ContractDataRequest& m) override {
    tws::ContractData data{.req_id = m.req_id, .contract = m.contract, .contract_details = {}};
    data.contract.con_id = ++last_con_id_;
    data.contract_details.min_tick = Price::from_raw(10'000'000);
    session.send(data);
    session.send(tws::ContractDataEnd{.req_id = m.req_id});
  }
  void on_market_data_request(const tws::MarketDataRequest& m) override {
    lines.emplace_back(m.req_id, std::string{m.contract.symbol});
    session.send(
        tws::TickPrice{.req_id = m.req_id, .tick_type = 1, .price = Price::of(100), .size = Quantity::of(100)});
    session.send(
        tws::TickPrice{.req_id = m.req_id, .tick_type = 2, .price = Price::of(101), .size = Quantity::of(100)});
  }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest&) override {
    for (const auto& [order_id, working] : working_) {
      send_working(order_id, working);
    }
    for (int i = 1; i <= others_orders; ++i) {
      tws::OpenOrder theirs{.order_id = i, .contract = other_contract(i), .order = {}, .order_state = {}};
      theirs.order = {
          .client_id = 99, .perm_id = kOthersPermIds + i, .action = "BUY", .total_quantity = Quantity::of(1)};
      theirs.order.account = "DU0000000";
      theirs.order_state.status = "Submitted";
      session.send(theirs);
    }
    session.send(tws::OpenOrdersEnd{});
  }
  void on_execution_request(const tws::ExecutionRequest& m) override {
    session.send(tws::ExecutionDetailsEnd{.req_id = m.req_id});
  }
  void on_completed_orders_request(const tws::CompletedOrdersRequest&) override {
    session.send(tws::CompletedOrdersEnd{});
  }
  void on_positions_request(const tws::PositionsRequest&) override {
    for (int i = 1; i <= positions; ++i) {
      session.send(
          tws::PositionData{.account = "DU0000000", .contract = other_contract(i), .position = Position::of(100)});
    }
    session.send(tws::PositionEnd{});
  }
  void on_account_data_request(const tws::AccountDataRequest&) override {
    session.send(
        tws::AccountValue{.key = "CashBalance", .value = "1000000", .currency = "USD", .account_name = "DU0000000"});
    session.send(tws::AccountDataEnd{.account_name = "DU0000000"});
  }
  void on_place_order_request(const tws::PlaceOrderRequest& m) override {
    ++orders;
    if (!fills) {
      const auto [placed, is_new] = working_.emplace(m.order_id, m);
      return send_working(m.order_id, placed->second);
    }
    const std::string exec_id = fmt::format("0000e0d5.{:08x}.01.01", orders);
    tws::ExecutionDetails details{.req_id = -1, .contract = m.contract, .execution = {}};
    tws::Execution& execution = details.execution;
    execution.order_id = m.order_id;
    execution.exec_id = exec_id;
    execution.time = "20250102 09:30:00 UTC";
    execution.acct_number = "DU0000000";
    execution.exchange = "SMART";
    execution.side = m.order.action == "BUY" ? "BOT" : "SLD";
    execution.shares = Quantity::of(1);
    execution.price = *m.order.lmt_price;
    execution.perm_id = 1'000'000 + static_cast<std::int64_t>(orders);
    execution.client_id = 1;
    execution.cum_qty = Quantity::of(1);
    execution.order_ref = m.order.order_ref;
    session.send(details);
    session.send(
        tws::CommissionAndFeesReport{.exec_id = exec_id, .commission_and_fees = Amount::of(1), .currency = "USD"});
  }

  void on_cancel_order_request(const tws::CancelOrderRequest& m) override {
    if (working_.erase(m.order_id) == 0) return;
    session.send(tws::OrderStatus{
        .order_id = m.order_id, .status = "Cancelled", .perm_id = kPermIds + m.order_id, .client_id = 1});
  }

  void send_working(std::int32_t order_id, const tws::Owned<tws::PlaceOrderRequest>& placed) {
    tws::OpenOrder open{.order_id = order_id, .contract = placed->contract, .order = placed->order, .order_state = {}};
    open.order.perm_id = kPermIds + order_id;
    open.order_state.status = "Submitted";
    session.send(open);
    session.send(tws::OrderStatus{.order_id = order_id,
                                  .status = "Submitted",
                                  .remaining = *placed->order.total_quantity,
                                  .perm_id = kPermIds + order_id,
                                  .client_id = 1});
  }
  [[nodiscard]] static tws::Contract other_contract(int i) {
    tws::Contract contract;
    contract.con_id = kOtherConIds + i;
    contract.symbol = "OTHER";
    contract.sec_type = "STK";
    contract.exchange = "SMART";
    contract.currency = "USD";
    return contract;
  }

  static constexpr std::int64_t kPermIds = 500'000'000;
  static constexpr std::int64_t kOthersPermIds = 700'000'000;
  static constexpr std::int32_t kOtherConIds = 10'000'000;
  std::int32_t last_con_id_ = 756'732;
  std::map<std::int32_t, tws::Owned<tws::PlaceOrderRequest>> working_;
};

// What a rig may differ in.
struct RigOptions {
  std::vector<model::InstrumentSpec> specs = {stock("SPY")};
  int positions = 0;
  int others_orders = 0;
  tws::PacingLimits pacing = {};
  Amount position_value_max = risk::Limits{}.position_value_max;
};

// A node and the least gateway that satisfies it, both in this thread.
class Rig final {
 public:
  explicit Rig(int server_version, RigOptions options = {})
      : gateway{server_version},
        log_{journal::Log::begin({journal::journal_id_from(1), journal::kFormatVersion, model::Mode::sim,
                                  model::AccountId{"DU0000000"}, "bench"},
                                 now_, {})} {
    auto strategy = std::make_unique<Trigger>(std::move(options.specs));
    trigger = strategy.get();
    engine::EngineConfig config;
    config.account = model::AccountId{"DU0000000"};
    config.limits.position_value_max = options.position_value_max;
    gateway.positions = options.positions;
    gateway.others_orders = options.others_orders;
    // Nobody here answers probes.
    tws::ClientConfig session{.client_id = 1, .liveness = {.probe_after = Duration{}}};
    node_ = std::make_unique<engine::Node>(config, session, std::move(strategy), log_, options.pacing);
    node_->start(now_);
    node_->connected(now_);
    settle();
    if (node_->engine().state() != engine::State::ready) std::abort();
  }

  LeastGateway gateway;
  Trigger* trigger = nullptr;

  // The bytes of a bid that moves, as the gateway would send them.
  [[nodiscard]] std::string tick(std::int64_t cents, int type = 1, std::size_t line = 0) {
    ByteQueue out;
    tws::TickPrice message{.req_id = gateway.lines[line].first,
                           .tick_type = type,
                           .price = Price::from_raw(cents * 10'000'000),
                           .size = Quantity::of(300)};
    if (!encode(message, gateway.session.server_version(), out).has_value()) std::abort();
    return std::string{as_text(out.contents())};
  }
  [[nodiscard]] std::string print(std::int64_t cents, std::int64_t milliseconds, std::size_t line = 0) {
    ByteQueue out;
    const std::string value = fmt::format("{}.{:02};100;{};100;{}.{:02};true", cents / 100, cents % 100, milliseconds,
                                          cents / 100, cents % 100);
    tws::TickString message{.req_id = gateway.lines[line].first, .tick_type = 48, .value = value};
    if (!encode(message, gateway.session.server_version(), out).has_value()) std::abort();
    return std::string{as_text(out.contents())};
  }

  void receive(std::string_view bytes) {
    fill(bytes);
    handle(bytes.size());
  }
  // The two halves of it: as the socket's read does, and as its reader does.
  void fill(std::string_view bytes) { std::memcpy(node_->prepare(bytes.size()), bytes.data(), bytes.size()); }
  void handle(std::size_t count) { node_->received(count, now_); }
  // What the driver does with the journal, with a disk that is always done: records into the queue, and "durable".
  void commit() {
    const Bytes records = log_.pending();
    if (records.size() > ring_.size()) ring_.resize(records.size() * 2);
    std::memcpy(ring_.data(), records.data(), records.size());
    log_.consume(records.size());
    node_->committed(log_.last(), now_);
  }
  // Time goes on, and nobody is told.
  void pass(Duration time) { now_ = {now_.utc + time, now_.mono + time}; }
  [[nodiscard]] std::size_t bytes_to_send() { return node_->output().size(); }
  void advance(Duration by) {
    now_ = {now_.utc + by, now_.mono + by};
    node_->wake(now_);
  }
  // What the driver asks after everything it hands over.
  [[nodiscard]] bool wants_to_wake() const { return node_->wake_utc().has_value() || node_->wake_mono().has_value(); }
  // The connection goes, and another one comes, to a gateway that still has the orders.
  void reconnect() {
    node_->disconnected("reset by peer", now_);
    gateway.disconnected();
    node_->connected(now_);
    settle();
  }
  void stop() {
    node_->stop("the benchmark is over", now_);
    settle();
  }
  std::int64_t node_ns = 0;  // that the node took while both talked, gateway and copies apart
  // Lets both sides talk until neither has anything to say.
  void settle() {
    for (int rounds = 0; rounds < 100; ++rounds) {
      const std::int64_t begin = now_ns();
      commit();
      node_ns += now_ns() - begin;
      ByteQueue& out = node_->output();
      if (out.empty() && gateway.session.output().empty()) return;
      gateway.receive(out.contents());
      out.clear();
      const std::string answer{as_text(gateway.session.output().contents())};
      gateway.session.output().clear();
      if (answer.empty()) continue;
      fill(answer);
      const std::int64_t arrived = now_ns();
      handle(answer.size());
      node_ns += now_ns() - arrived;
    }
    std::abort();
  }
  [[nodiscard]] const engine::Engine& engine() const { return node_->engine(); }

 private:
  Now now_{Timestamp::from_ns(1'735'828'200'000'000'000), MonoTime::from_ns(1'000'000'000)};
  journal::Log log_;
  std::unique_ptr<engine::Node> node_;
  std::vector<std::byte> ring_;
};

}  // namespace tradewind::bench
