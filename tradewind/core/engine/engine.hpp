#pragma once

#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/engine/bar_builder.hpp"
#include "tradewind/core/engine/recovery.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/journal/outbox.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/core/ledger/ledger.hpp"
#include "tradewind/core/model/effect.hpp"
#include "tradewind/core/model/event.hpp"
#include "tradewind/core/orders/orders.hpp"
#include "tradewind/core/risk/gate.hpp"
#include "tradewind/core/strategy/strategy.hpp"
#include "tradewind/core/tws/connectivity.hpp"
#include "tradewind/core/tws/order_ids.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::engine {

struct EngineConfig {
  model::Mode mode = model::Mode::sim;
  model::AccountId account;   // to trade; empty: the only one the login manages
  risk::Limits limits;
  // What the account held in cash before the first fill, where that is known without asking the broker. Empty: taken from
  // the broker's account values at the first start.
  std::vector<Money> opening_cash;
  Duration bar_grace{};  // how long a bar waits for late trades after its interval is over
  std::string engine_version = "0.1.0";
};

// One value says what is allowed; the most restrictive wins. Loosens only after a clean recovery.
enum class State : std::uint8_t {
  disconnected,  // no session
  recovering,  // the broker is being asked; no orders
  ready,  // orders pass the gate
  halted,  // something is wrong that a person has to look at; no orders, cancels still go
  stopping,  // cancelling what works, then over
  stopped,
};

struct InstrumentState {
  model::InstrumentSpec spec;
  std::optional<model::Instrument> instrument;  // once resolved
  model::Quote quote;
  std::optional<Price> last;
  std::vector<BarBuilder> bars;
  std::string refusal;  // why there are no data; empty when nothing is wrong
};

struct Counters {
  std::uint64_t orders_sent = 0;
  std::uint64_t orders_denied = 0;
  std::uint64_t market_events = 0;
  std::uint64_t unreadable_messages = 0;
  std::string last_denial;  // the reasons, for whoever watches
};

// The trading engine: events in, effects and journal records out; no I/O, no clock, one thread. What it knows is what the
// journal tells it (`restore`) and what comes in afterwards, so a replay of the same inputs gives the same decisions.
//
// Invariants
//   1. A placeOrder effect is issued only for a DurableOrder: approved by the gate, its intent on the disk.
//   2. Every execution and commission that comes in is booked, whatever the state (facts flow inward always). Only an
//      execution of a part of its order that another one has already waits until the positions have decided.
//   3. Nothing is concluded from a snapshot without its end marker.
//   4. An order whose fate is unknown is never sent again, counts in every limit, and bars its instrument.
//   5. The state leaves `recovering` only after a complete round of snapshots without an unexplained difference.
class Engine final : private strategy::Context {
 public:
  // `log` is the journal, open for appending, and outlives the engine.
  Engine(EngineConfig config, std::unique_ptr<strategy::Strategy> strategy, journal::Log& log);
  ~Engine() override;

  // Takes back what the journal holds, record by record, before `start`.
  [[nodiscard]] Result<void> restore(model::Seq seq, const journal::Record& record);
  // Begins the run: the strategy subscribes.
  void start(Now now);
  // Handles one event. Effects are appended to `effects` in the order in which they are to be done.
  void step(const model::Event& event, Now now, std::vector<model::Effect>& effects);

  // When the engine wants a TimerFired, by either clock.
  [[nodiscard]] std::optional<Timestamp> wake_utc() const;
  [[nodiscard]] std::optional<MonoTime> wake_mono() const;

  // --- What an operator sees ---
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& state_reason() const { return state_reason_; }
  [[nodiscard]] const model::AccountId& account() const { return account_; }
  // Of the limits, and so of everything that may be traded.
  [[nodiscard]] const Currency& currency() const { return config_.limits.currency; }
  [[nodiscard]] const ledger::Ledger& ledger() const { return ledger_; }
  [[nodiscard]] const orders::Orders& orders() const { return orders_; }
  [[nodiscard]] const std::deque<InstrumentState>& instruments() const { return instruments_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const std::vector<Break>& breaks() const { return breaks_; }
  // Price of the contract now: middle of the quote, else the last trade; nothing when neither is known.
  [[nodiscard]] std::optional<Price> mark(model::ConId contract) const;

 private:
  struct Target {
    Position position = Position::zero();
    std::string reason;
    bool given_up = false;  // an order towards it was denied or rejected; waits for the next call
  };
  struct ExternalOrder {
    model::ContractRef contract;
    Side side = Side::buy;
    Quantity remaining = Quantity::zero();
  };

  // strategy::Context
  [[nodiscard]] Timestamp now() const override { return now_.utc; }
  model::InstrumentId subscribe(const model::InstrumentSpec& spec, Duration bar_length) override;
  [[nodiscard]] const model::Instrument* instrument(model::InstrumentId id) const override;
  [[nodiscard]] model::Quote quote(model::InstrumentId id) const override;
  [[nodiscard]] std::optional<Price> last_price(model::InstrumentId id) const override;
  [[nodiscard]] Position position(model::InstrumentId id) const override;
  [[nodiscard]] std::expected<strategy::OrderTicket, strategy::Denial> submit(
      const model::OrderRequest& request) override;
  bool cancel(const strategy::OrderTicket& ticket) override;
  [[nodiscard]] std::optional<strategy::OrderView> order(const strategy::OrderTicket& ticket) const override;
  void target(model::InstrumentId id, Position position, std::string_view reason) override;
  void wake_at(Timestamp time) override;

  // Events
  void on(const model::AccountsSeen& seen);
  void on(const model::SessionReady& ready);
  void on(const model::SessionLost& lost);
  void on(const model::NoticeSeen& seen);
  void on(const model::InstrumentResolved& resolved);
  void on(const model::InstrumentRefused& refused);
  void on(const model::QuoteSeen& seen);
  void on(const model::TradeSeen& seen);
  void on(const model::MarketDataRefused& refused);
  void on(const model::OpenOrderSeen& seen);
  void on(const model::OrderStatusSeen& seen);
  void on(const model::OrderErrorSeen& seen);
  void on(const model::OrderNotSent& seen);
  void on(const model::ExecutionSeen& seen);
  void on(const model::CommissionSeen& seen);
  void on(const model::CompletedOrderSeen& seen);
  void on(const model::PositionSeen& seen);
  void on(const model::CashSeen& seen);
  void on(const model::SnapshotEnded& ended);
  void on(const model::SnapshotFailed& failed);
  void on(const model::MessageUnreadable& unreadable);
  void on(const model::TimerFired& fired);
  void on(const model::Committed& committed);
  void on(const model::JournalStalled& stalled);
  void on(const model::StopRequested& requested);

  // Orders
  [[nodiscard]] std::expected<strategy::OrderTicket, strategy::Denial> submit(const model::OrderRequest& request,
                                                                              std::string_view reason);
  [[nodiscard]] risk::Circumstances circumstances(const model::OrderIntent& intent) const;
  [[nodiscard]] std::optional<std::string> closed_for(const model::ContractRef& contract) const;
  void release(const journal::Released& released);
  void forget_external(model::PermId id);
  void request_cancel(const orders::Order& order, std::string_view reason);
  void order_changed(const orders::Order* order);
  void resolve(const OrderFinding& finding);
  // An order that was proven absent and is alive after all is not wanted any more.
  void cancel_if_it_came_back(const orders::Order* changed);
  void book(const model::Execution& execution);
  void hold_back(const model::Execution& execution);
  void decide_held_back();
  [[nodiscard]] std::optional<MonoTime> held_back_until() const;
  void ask_for_executions();
  void give_up_waiting_for_answers();
  void chase_targets();
  void chase(model::InstrumentId id, Target& wanted);
  [[nodiscard]] std::optional<Price> reference(const InstrumentState& instrument) const;

  // State
  void enter(State state, std::string reason);
  void halt(std::string reason);
  void halt(const Break& difference);
  // For a person to see; false when it was said already.
  bool report(const Break& difference);
  void leave_for_port(std::optional<std::uint16_t> port);
  void begin_recovery();
  void finish_recovery();
  void open_books();
  void finish_stop();
  void resubscribe(model::InstrumentId id);
  void close_bars();
  void bar_done(model::InstrumentId id, const model::Bar& bar);
  void digest_minute();
  template <class Record>
  model::Seq note(const Record& record, model::Seq causation = model::Seq{0}) {
    return log_.append(record, now_, causation);
  }
  void effect(model::Effect wanted) { effects_->push_back(std::move(wanted)); }
  [[nodiscard]] model::StrategyName owner_of(const model::OrderRef& ref);
  [[nodiscard]] strategy::OrderView view_of(const orders::Order& order) const;
  // This run's handle for the contract of an order, which may be of an earlier run with other handles.
  [[nodiscard]] std::optional<model::InstrumentId> instrument_of(const orders::Order& order) const;

  EngineConfig config_;
  std::unique_ptr<strategy::Strategy> strategy_;
  model::StrategyName strategy_name_;
  journal::Log& log_;
  journal::Outbox outbox_;
  risk::Gate gate_;
  orders::Orders orders_;
  ledger::Ledger ledger_;
  Recovery recovery_;

  State state_ = State::disconnected;
  std::string state_reason_ = "not connected yet";
  Now now_;
  std::vector<model::Effect>* effects_ = nullptr;
  std::vector<model::Effect> scratch_effects_;
  std::vector<journal::Released> released_;

  model::AccountId account_;
  bool accounts_accepted_ = false;
  bool session_up_ = false;
  tws::Connectivity connectivity_;
  bool journal_stalled_ = false;
  bool books_open_ = false;
  bool strategy_ready_ = false;
  bool started_ = false;
  model::ClientId client_id_{0};
  tws::OrderIds order_ids_;
  std::uint64_t next_sequence_ = 1;
  std::deque<InstrumentState> instruments_;  // by instrument id
  std::map<model::InstrumentSpec, model::InstrumentId> by_spec_;
  // No bar that is open ends earlier; one that ended early by a trade may leave this too early, never too late.
  std::optional<Timestamp> next_bar_end_;
  std::map<model::ConId, model::InstrumentId> by_contract_;
  std::map<model::PermId, ExternalOrder> external_;
  std::set<std::pair<model::ConId, model::PermId>> external_by_contract_;
  std::map<std::uint32_t, Target> targets_;  // by instrument id
  std::set<model::OrderRef> reported_filled_;  // by status, with executions still to come
  std::map<model::OrderRef, bool> gaps_;  // orders with a part that no execution covers; true: they were asked for
  struct HeldBack {
    model::Execution execution;
    MonoTime until;  // by then the positions have its fill, if it is one
  };
  std::map<std::string, HeldBack> held_back_;  // by stem: executions of parts that others have already
  std::set<std::string> not_fills_;  // stems that the positions have decided against
  std::vector<Break> breaks_;
  std::set<Timestamp> strategy_timers_;
  struct Unanswered {
    MonoTime until;
    model::OrderRef order_ref;
  };
  std::deque<Unanswered> unanswered_;  // sent, and nothing heard of them yet; the earliest first
  std::optional<MonoTime> executions_check_;  // ask again for executions that a status promised
  std::optional<MonoTime> recovery_again_;  // another round is due
  std::optional<MonoTime> settle_until_;  // positions may still lag their fills
  std::optional<MonoTime> stop_deadline_;
  std::int32_t last_notice_ = 0;
  MonoTime last_notice_at_;
  Digest64 market_digest_;
  std::uint64_t market_digest_count_ = 0;
  std::int64_t market_minute_ = 0;
  Counters counters_;
};

}  // namespace tradewind::engine

namespace tradewind {
template <>
inline constexpr auto kEnumNames<engine::State> =
    std::to_array<std::pair<engine::State, std::string_view>>({{engine::State::disconnected, "DISCONNECTED"},
                                                               {engine::State::recovering, "RECOVERING"},
                                                               {engine::State::ready, "READY"},
                                                               {engine::State::halted, "HALTED"},
                                                               {engine::State::stopping, "STOPPING"},
                                                               {engine::State::stopped, "STOPPED"}});
}  // namespace tradewind
