// The engine without sockets and disk: a tick's bytes in hand → decode, state, strategy, risk, journal queue → the order's
// bytes (goal P9); ticks a second; bars a second. The journal acknowledges at once, so what is timed is ours alone.

#include "bench/bench.hpp"
#include "tradewind/core/engine/node.hpp"
#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace tradewind;
using bench::now_ns;

const model::InstrumentSpec kSpec{model::Symbol{"SPY"}, model::SecurityType{"STK"}, model::ExchangeName{"SMART"},
                                  Currency{"USD"}};

// Buys and sells one share in turn, at the first quote after it was armed; counts bars.
class Trigger final : public strategy::Strategy {
 public:
  bool is_armed = false;
  std::uint64_t bars = 0;

  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName{"trigger"}; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters() const override { return {}; }
  void on_start(strategy::Context& context, const strategy::StartInfo&) override {
    static_cast<void>(context.subscribe(kSpec, std::chrono::minutes{1}));
  }
  void on_quote(strategy::Context& context, model::InstrumentId id, const model::Quote& quote) override {
    if (!is_armed) return;
    is_armed = false;
    model::OrderRequest request;
    request.instrument = id;
    request.side = buys_ ? Side::buy : Side::sell;
    request.quantity = Quantity::of(1);
    request.type = model::OrderType::limit;
    request.limit_price = quote.bid;
    buys_ = !buys_;
    if (!context.submit(request).has_value()) std::abort();
  }
  void on_bar(strategy::Context&, model::InstrumentId, const model::Bar&) override { ++bars; }

 private:
  bool buys_ = true;
};

// A node and the least gateway that satisfies it, both in this thread.
class Rig final : private tws::GatewayHandler {
 public:
  explicit Rig(int server_version)
      : log_{journal::Log::begin({journal::journal_id_from(1), journal::kFormatVersion, model::Mode::sim,
                                  model::AccountId{"DU0000000"}, "bench"},
                                 now_, {})},
        gateway_{{.version = server_version, .connection_time = "20250102 09:30:00 UTC"}} {
    auto strategy = std::make_unique<Trigger>();
    trigger = strategy.get();
    engine::EngineConfig config;
    config.account = model::AccountId{"DU0000000"};
    // Nobody here answers probes.
    tws::ClientConfig session{.client_id = 1, .liveness = {.probe_after = Duration{}}};
    node_ = std::make_unique<engine::Node>(config, session, std::move(strategy), log_);
    node_->start(now_);
    node_->connected(now_);
    settle();
    if (node_->engine().state() != engine::State::ready) std::abort();
  }

  Trigger* trigger = nullptr;

  // The bytes of a bid that moves, as the gateway would send them.
  [[nodiscard]] std::string tick(std::int64_t cents, int type = 1) {
    ByteQueue out;
    tws::TickPrice message{
        .req_id = kLine, .tick_type = type, .price = Price::from_raw(cents * 10'000'000), .size = Quantity::of(300)};
    if (!encode(message, gateway_.server_version(), out).has_value()) std::abort();
    return std::string{as_text(out.contents())};
  }
  [[nodiscard]] std::string print(std::int64_t cents, std::int64_t milliseconds) {
    ByteQueue out;
    const std::string value = fmt::format("{}.{:02};100;{};100;{}.{:02};true", cents / 100, cents % 100, milliseconds,
                                          cents / 100, cents % 100);
    tws::TickString message{.req_id = kLine, .tick_type = 48, .value = value};
    if (!encode(message, gateway_.server_version(), out).has_value()) std::abort();
    return std::string{as_text(out.contents())};
  }

  void receive(std::string_view bytes) {
    std::memcpy(node_->prepare(bytes.size()), bytes.data(), bytes.size());
    node_->received(bytes.size(), now_);
  }
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
  // Lets both sides talk until neither has anything to say.
  void settle() {
    for (int rounds = 0; rounds < 100; ++rounds) {
      commit();
      ByteQueue& out = node_->output();
      if (out.empty() && gateway_.output().empty()) return;
      std::memcpy(gateway_.prepare(out.size()), out.contents().data(), out.size());
      const std::size_t sent = out.size();
      out.clear();
      if (!gateway_.received(sent, *this).has_value()) std::abort();
      const std::string answer{as_text(gateway_.output().contents())};
      gateway_.output().clear();
      if (!answer.empty()) receive(answer);
    }
    std::abort();
  }
  [[nodiscard]] const engine::Engine& engine() const { return node_->engine(); }

 private:
  static constexpr std::int32_t kLine = 500'000'000;

  void on_start_api_request(const tws::StartApiRequest&) override {
    gateway_.send(tws::ManagedAccounts{.accounts_list = "DU0000000,"});
    gateway_.send(tws::NextValidId{.order_id = 1});
  }
  void on_contract_data_request(const tws::ContractDataRequest& m) override {
    tws::ContractData data{.req_id = m.req_id, .contract = m.contract, .contract_details = {}};
    data.contract.con_id = 756733;
    data.contract_details.min_tick = Price::from_raw(10'000'000);
    gateway_.send(data);
    gateway_.send(tws::ContractDataEnd{.req_id = m.req_id});
  }
  void on_market_data_request(const tws::MarketDataRequest& m) override {
    gateway_.send(
        tws::TickPrice{.req_id = m.req_id, .tick_type = 1, .price = Price::of(100), .size = Quantity::of(100)});
    gateway_.send(
        tws::TickPrice{.req_id = m.req_id, .tick_type = 2, .price = Price::of(101), .size = Quantity::of(100)});
  }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest&) override { gateway_.send(tws::OpenOrdersEnd{}); }
  void on_execution_request(const tws::ExecutionRequest& m) override {
    gateway_.send(tws::ExecutionDetailsEnd{.req_id = m.req_id});
  }
  void on_completed_orders_request(const tws::CompletedOrdersRequest&) override {
    gateway_.send(tws::CompletedOrdersEnd{});
  }
  void on_positions_request(const tws::PositionsRequest&) override { gateway_.send(tws::PositionEnd{}); }
  void on_account_data_request(const tws::AccountDataRequest&) override {
    gateway_.send(
        tws::AccountValue{.key = "CashBalance", .value = "1000000", .currency = "USD", .account_name = "DU0000000"});
    gateway_.send(tws::AccountDataEnd{.account_name = "DU0000000"});
  }
  // Every order fills at once.
  void on_place_order_request(const tws::PlaceOrderRequest& m) override {
    ++fills_;
    const std::string exec_id = fmt::format("0000e0d5.{:08x}.01.01", fills_);
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
    execution.perm_id = 1'000'000 + static_cast<std::int64_t>(fills_);
    execution.client_id = 1;
    execution.cum_qty = Quantity::of(1);
    execution.order_ref = m.order.order_ref;
    gateway_.send(details);
    gateway_.send(
        tws::CommissionAndFeesReport{.exec_id = exec_id, .commission_and_fees = Amount::of(1), .currency = "USD"});
  }

  Now now_{Timestamp::from_ns(1'735'828'200'000'000'000), MonoTime::from_ns(1'000'000'000)};
  journal::Log log_;
  std::unique_ptr<engine::Node> node_;
  tws::GatewaySession gateway_;
  std::vector<std::byte> ring_;
  std::uint64_t fills_ = 0;
};

void tick_to_order(int version) {
  Rig rig{version};
  std::vector<std::int64_t> samples;
  for (int i = 0; i < 60'000; ++i) {
    const std::string bytes = rig.tick(10'000 + i % 50);
    rig.trigger->is_armed = true;
    rig.pass(std::chrono::milliseconds{50});  // or the limit on messages would hold the order
    const std::int64_t begin = now_ns();
    rig.receive(bytes);
    rig.commit();
    const std::int64_t end = now_ns();
    if (rig.bytes_to_send() == 0) std::abort();
    if (i >= 10'000) samples.push_back(end - begin);  // once everything has grown to its size
    rig.settle();
  }
  std::sort(samples.begin(), samples.end());
  std::fprintf(stdout, "tick -> order bytes at %d: p50 %lld ns, p99 %lld ns, p99.9 %lld ns (%zu orders)\n", version,
               static_cast<long long>(bench::percentile(samples, 0.5)),
               static_cast<long long>(bench::percentile(samples, 0.99)),
               static_cast<long long>(bench::percentile(samples, 0.999)), samples.size());
}

void ticks_a_second(int version) {
  Rig rig{version};
  std::string stream;
  constexpr int kTicks = 1000;
  for (int i = 0; i < kTicks; ++i) stream += rig.tick(10'000 + i % 50, 1 + i % 2);
  const double ns = bench::pass_ns([&] {
    for (int i = 0; i < 100; ++i) {
      rig.receive(stream);
      rig.commit();
    }
  });
  std::fprintf(stdout, "ticks into book and strategy at %d: %.1f ns each, %.2f million a second\n", version,
               ns / (kTicks * 100), kTicks * 100 * 1e3 / ns);
}

void bars_a_second() {
  Rig rig{200};
  // Four prints make a one-minute bar, as a replay serves it.
  constexpr std::int64_t kStart = 1'735'828'200'000;
  std::uint64_t before = rig.trigger->bars;
  std::int64_t minute = 0;
  const std::int64_t begin = now_ns();
  while (now_ns() - begin < 1'000'000'000) {
    for (int i = 0; i < 100; ++i, ++minute) {
      for (int quarter = 0; quarter < 4; ++quarter)
        rig.receive(rig.print(10'000 + minute % 100, kStart + minute * 60'000 + quarter * 15'000));
      rig.advance(std::chrono::minutes{1});
      rig.commit();
    }
  }
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  std::fprintf(stdout,
               "bars out of prints into a strategy, with a timer a bar: %.0f thousand a second (%.0f ns each)\n",
               static_cast<double>(rig.trigger->bars - before) / seconds / 1e3,
               seconds * 1e9 / static_cast<double>(rig.trigger->bars - before));
}

}  // namespace

int main() {
  tick_to_order(200);
  tick_to_order(226);
  ticks_a_second(200);
  ticks_a_second(226);
  bars_a_second();
}
