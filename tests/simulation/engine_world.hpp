#pragma once

#include "strategies/metronome.hpp"
#include "tests/support/fake_directory.hpp"
#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/engine/node.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/venue/generator.hpp"
#include "tradewind/sim/world/fake_network.hpp"
#include "tradewind/sim/world/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::testing {

using namespace std::chrono_literals;

// A strategy that trades all the time: see strategies/metronome.hpp.
[[nodiscard]] inline std::unique_ptr<strategy::Strategy> a_metronome(Duration beat = 300ms) {
  return std::make_unique<strategies::Metronome>(strategies::Metronome::Params{
      .symbols = {model::Symbol{"ACME"}, model::Symbol{"BOLT"}}, .beat = beat, .size = Quantity::of(100)});
}

// One engine and one gateway in one thread, on virtual time and on a network and a disk that fail, all out of one seed. The
// engine can be killed and started again at any moment; the gateway goes on. The same Node and Gateway run behind real
// sockets.
class EngineWorld {
 public:
  struct Options {
    std::uint64_t seed = 1;
    Duration network_delay_max = 5ms;
    Duration commit_delay_max = 50ms;
    sim::gateway::GatewayOptions gateway = {};
  };

  explicit EngineWorld(Options options)
      : options_{std::move(options)},
        rng_{options_.seed},
        scheduler_{kStart},
        network_{rng_.next()},
        gateway_{always_open(options_.gateway), market(options_.seed)} {
    watch_gateway();
  }
  EngineWorld(const EngineWorld&) = delete;
  EngineWorld& operator=(const EngineWorld&) = delete;

  // --- What happens ---

  // Starts an engine on what is on the disk, and connects it.
  void start() {
    TW_CHECK(!node_);
    const journal::Recovered recovered = journal::recover(disk_).value();
    if (recovered.genesis) {
      log_ = journal::Log::resume(recovered, now(), {});
    } else {
      log_ = journal::Log::begin({journal::journal_id_from(rng_.next()), journal::kFormatVersion, model::Mode::sim,
                                  model::AccountId{"DU0000000"}, "test"},
                                 now(), {});
    }
    engine::EngineConfig config;
    config.account = model::AccountId{"DU0000000"};
    config.limits.order_value_max = Amount::of(1'000'000);
    config.limits.position_value_max = Amount::of(10'000'000);
    node_ = std::make_unique<engine::Node>(config, tws::ClientConfig{.client_id = 1}, make_strategy(), *log_);
    if (recovered.genesis) {
      const auto summary =
          journal::read(disk_, model::Seq{1}, [&](const journal::StoredRecord& stored) -> Result<void> {
            return node_->restore(stored.envelope.seq, journal::decode(stored).value());
          });
      TW_CHECK(summary.has_value());
    }
    writer_.emplace(disk_, recovered);
    ++life_;
    node_->start(now());
    connect();
    pump();
  }

  // The process dies: what was under way to the gateway may still arrive in part, what was not synced may be lost.
  void kill() {
    if (!node_) return;
    lose_connection(true);
    node_.reset();
    writer_.reset();
    log_.reset();
    unwritten_.clear();
    disk_.crash(rng_);
    ++life_;
  }

  // The connection breaks; the engine hears of it and comes back by itself after a second.
  void break_connection() {
    if (!node_ || !connection_) return;
    lose_connection(true);
    node_->disconnected("connection reset", now());
    pump();
    scheduler_.after(1s, [this, life = life_] {
      if (life == life_ && node_ && !connection_) {
        connect();
        pump();
      }
    });
  }

  // Runs until `end` or until the engine wishes to stop.
  void run_until(Timestamp end) {
    while (!stopped() && scheduler_.next_due() && *scheduler_.next_due() <= end) scheduler_.step();
    if (!stopped() && scheduler_.now() < end) {
      scheduler_.at(end, [] {});
      while (scheduler_.now() < end) scheduler_.step();
    }
  }
  void run_for(Duration duration) { run_until(scheduler_.now() + duration); }
  // Asks the engine to end the run, and waits for it. False when it does not come about.
  [[nodiscard]] bool stop() {
    node_->stop("the test is over", now());
    pump();
    run_for(10s);
    return stopped();
  }

  // --- What there is to see ---
  [[nodiscard]] Now now() const {
    return {scheduler_.now(), MonoTime::from_ns((scheduler_.now() - kStart).count() + 1)};
  }
  [[nodiscard]] bool is_running() const { return node_ != nullptr; }
  [[nodiscard]] bool stopped() const { return node_ && node_->wish() == engine::Node::Wish::stop; }
  [[nodiscard]] engine::Node& node() { return *node_; }
  [[nodiscard]] const engine::Engine& engine() const { return node_->engine(); }
  [[nodiscard]] sim::gateway::Gateway& gateway() { return gateway_; }
  [[nodiscard]] FakeDirectory& disk() { return disk_; }
  [[nodiscard]] Rng& rng() { return rng_; }
  // What was found wrong on the way: orders at the gateway whose intent a power cut could have lost.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

  // Our books against the gateway's; empty when they are equal.
  [[nodiscard]] std::string differences() const {
    std::string found;
    const ledger::Ledger& ours = engine().ledger();
    for (const sim::gateway::Listing& listing : gateway_.listings()) {
      const Position own = ours.position(model::AccountId{"DU0000000"}, model::ConId{listing.con_id});
      const auto& holdings = gateway_.books().holdings("DU0000000");
      const auto holding = holdings.find(listing.con_id);
      const Position theirs = holding == holdings.end() ? Position::zero() : holding->second.position;
      if (own != theirs) found += fmt::format("{}: ours {}, the gateway's {}\n", listing.symbol, own, theirs);
    }
    const Amount cash = ours.cash(Currency{"USD"}).value_or(Amount::zero());
    if (cash != gateway_.books().cash("DU0000000"))
      found += fmt::format("cash: ours {}, the gateway's {}\n", cash, gateway_.books().cash("DU0000000"));
    if (ours.fill_count() != gateway_.desk().executions().size())
      found +=
          fmt::format("fills: ours {}, the gateway's {}\n", ours.fill_count(), gateway_.desk().executions().size());
    if (ours.missing_commissions() != 0)
      found += fmt::format("{} fills without commission\n", ours.missing_commissions());
    for (const engine::Break& difference : engine().breaks())
      found += fmt::format("{} {}: {}\n", difference.break_class, difference.subject, difference.detail);
    std::set<std::string> refs;
    for (const sim::gateway::GatewayOrder& order : gateway_.desk().orders()) {
      const std::string ref = ref_of(order);
      if (!refs.insert(ref).second) found += fmt::format("order {} was placed twice\n", ref);
    }
    return found;
  }

  std::function<std::unique_ptr<strategy::Strategy>()> make_strategy = [] { return a_metronome(); };
  // Sees each piece of bytes before the engine does, and may change it.
  std::function<void(std::vector<std::byte>&)> tamper_with_input;

 private:
  static constexpr Timestamp kStart = Timestamp::from_ns(1'736'175'600'000'000'000);  // 2025-01-06 15:00 UTC

  static sim::gateway::GatewayOptions always_open(sim::gateway::GatewayOptions options) {
    options.session_close.reset();
    return options;
  }
  static sim::gateway::Market market(std::uint64_t seed) {
    sim::venue::GeneratorConfig config{.seed = seed,
                                       .symbols = sim::venue::default_symbols(),
                                       .first_day = civil_utc(kStart),
                                       .days = 1,
                                       .bar_length = 1s,
                                       .session_open = 0min,
                                       .session_close = 24h,
                                       .open_at_weekends = true};
    config.symbols.resize(2);
    auto generator = sim::venue::Generator::create(std::move(config)).value();
    return sim::gateway::Market::generated({sim::gateway::us_stock("ACME"), sim::gateway::us_stock("BOLT")},
                                           std::move(generator), kStart);
  }

  [[nodiscard]] Duration random_delay(Duration most) {
    return Duration{static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(most.count()) + 1))};
  }

  void connect() {
    connection_ = gateway_.connect(scheduler_.now());
    ++link_;
    node_->connected(now());
  }

  // What one side has written and the other has not read: a part may still arrive.
  void lose_connection(bool deliver_some) {
    if (!connection_) return;
    if (deliver_some) {
      for (std::uint64_t pieces = rng_.below(4); pieces > 0 && network_.to_server.under_way() != 0; --pieces)
        deliver_to_gateway();
    }
    if (connection_) gateway_.disconnected(*connection_);
    connection_.reset();
    ++link_;
    network_ = sim::world::FakeNetwork{rng_.next()};
    server_busy_ = client_busy_ = false;
  }

  // Takes what the node has to give, as the driver does.
  void pump() {
    if (!node_) return;
    const Bytes records = node_->log().pending();
    if (!records.empty()) {
      unwritten_.insert(unwritten_.end(), records.begin(), records.end());
      node_->log().consume(records.size());
      if (!commit_planned_) plan_commit();
    }
    if (connection_ && node_->has_session()) {
      network_.to_server.write(node_->output().contents());
      node_->output().clear();
      plan_delivery();
    }
    if (node_->wish() == engine::Node::Wish::reconnect && connection_) {
      ++reconnects_;
      break_connection();
    }
    plan_wake();
  }

  // What is waiting now is one commit; what comes meanwhile, the next.
  void plan_commit() {
    commit_planned_ = true;
    scheduler_.after(random_delay(options_.commit_delay_max),
                     [this, life = life_, batch = std::exchange(unwritten_, {})]() mutable {
                       commit_planned_ = false;
                       if (life == life_ && node_) {
                         const bool stored = writer_->append(batch).has_value() && writer_->sync().has_value();
                         TW_CHECK(stored);
                         node_->committed(writer_->durable(), now());
                         pump();
                       }
                       if (!commit_planned_ && !unwritten_.empty()) plan_commit();
                     });
  }

  void plan_delivery() {
    if (network_.to_server.under_way() != 0 && !server_busy_) {
      server_busy_ = true;
      scheduler_.after(random_delay(options_.network_delay_max), [this, link = link_] {
        if (link != link_) return;
        server_busy_ = false;
        deliver_to_gateway();
        plan_delivery();
      });
    }
    if (network_.to_client.under_way() != 0 && !client_busy_) {
      client_busy_ = true;
      scheduler_.after(random_delay(options_.network_delay_max), [this, link = link_] {
        if (link != link_) return;
        client_busy_ = false;
        std::vector<std::byte> bytes = network_.to_client.read();
        if (tamper_with_input) tamper_with_input(bytes);
        if (!bytes.empty()) {
          std::memcpy(node_->prepare(bytes.size()), bytes.data(), bytes.size());
          node_->received(bytes.size(), now());
          pump();
        }
        if (link == link_) plan_delivery();
      });
    }
  }

  void deliver_to_gateway() {
    const std::vector<std::byte> bytes = network_.to_server.read();
    if (bytes.empty() || !connection_) return;
    std::memcpy(gateway_.prepare(*connection_, bytes.size()), bytes.data(), bytes.size());
    gateway_.received(*connection_, bytes.size(), scheduler_.now());
    check_new_orders();
    take_gateway_output();
  }

  void take_gateway_output() {
    if (!connection_) return;
    ByteQueue& output = gateway_.output(*connection_);
    network_.to_client.write(output.contents());
    output.clear();
    plan_delivery();
  }

  // Of every order that reaches the gateway, the intent must survive a power cut in this moment.
  void check_new_orders() {
    const auto& orders = gateway_.desk().orders();
    if (orders.size() == orders_checked_) return;
    FakeDirectory after_power_cut = disk_;
    after_power_cut.crash(rng_);
    std::set<std::string> durable;
    const auto read =
        journal::read(after_power_cut, model::Seq{1}, [&](const journal::StoredRecord& stored) -> Result<void> {
          const auto record = journal::decode(stored);
          if (const auto* intent = std::get_if<journal::Intent>(&record.value()))
            durable.emplace(intent->intent.order_ref.view());
          return {};
        });
    if (!read.has_value())
      complaints_.push_back("the journal cannot be read after a power cut: " + read.error().detail);
    for (; orders_checked_ < orders.size(); ++orders_checked_) {
      const std::string ref = ref_of(orders[static_cast<std::ptrdiff_t>(orders_checked_)]);
      if (!durable.contains(ref))
        complaints_.push_back(fmt::format("order {} is at the gateway, and its intent is not durable", ref));
    }
  }

  static std::string ref_of(const sim::gateway::GatewayOrder& order) {
    return order.request.with([](const tws::PlaceOrderRequest& terms) { return std::string{terms.order.order_ref}; });
  }

  void watch_gateway() {
    const auto due = gateway_.wake_at();
    if (!due) return;
    scheduler_.at(*due, [this] {
      gateway_.wake(scheduler_.now());
      take_gateway_output();
      watch_gateway();
    });
  }

  void plan_wake() {
    std::optional<Timestamp> due = node_->wake_utc();
    if (const auto mono = node_->wake_mono()) {
      const Timestamp then = scheduler_.now() + (*mono - now().mono);
      due = due ? std::min(*due, then) : then;
    }
    if (!due || (wake_planned_ && *wake_planned_ <= *due)) return;
    wake_planned_ = *due;
    scheduler_.at(*due, [this, planned = *due] {
      if (wake_planned_ != planned) return;
      wake_planned_.reset();
      if (!node_) return;
      node_->wake(now());
      pump();
    });
  }

  Options options_;
  Rng rng_;
  sim::world::Scheduler scheduler_;
  sim::world::FakeNetwork network_;
  FakeDirectory disk_;
  sim::gateway::Gateway gateway_;
  std::optional<journal::Log> log_;
  std::optional<journal::SegmentWriter> writer_;
  std::unique_ptr<engine::Node> node_;
  std::optional<sim::gateway::ConnectionId> connection_;
  std::vector<std::byte> unwritten_;  // what the real driver has in the writer's ring
  std::optional<Timestamp> wake_planned_;
  bool commit_planned_ = false;
  bool server_busy_ = false;
  bool client_busy_ = false;
  std::uint64_t life_ = 0;  // counts starts and deaths of the engine, so that old tasks know they are old
  std::uint64_t link_ = 0;  // the same for connections
  std::size_t orders_checked_ = 0;
  std::vector<std::string> complaints_;

 public:
  std::uint64_t reconnects_ = 0;
};

}  // namespace tradewind::testing
