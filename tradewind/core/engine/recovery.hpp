#pragma once

#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/ledger/ledger.hpp"
#include "tradewind/core/model/effect.hpp"
#include "tradewind/core/model/event.hpp"
#include "tradewind/core/orders/orders.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tradewind::engine {

// A difference that evidence does not explain.
struct Break {
  std::string break_class;  // "BRK-12"
  std::string subject;      // the symbol
  std::string detail;

  friend bool operator==(const Break&, const Break&) = default;
};

// What one complete round of snapshots says about an order of ours.
struct OrderFinding {
  model::OrderRef order_ref;
  model::OrderState state;
  std::string evidence;
};

// Start, restart after a crash, reconnect and resync are this one procedure: open orders, executions, completed orders,
// positions and the account are requested one after the other, each to its end marker. A snapshot without its end says
// nothing: it is asked for again, after 1, 2, 4 … seconds. Only a complete round is evaluated.
class Recovery {
 public:
  struct Counts {
    std::uint32_t open_orders = 0;
    std::uint32_t executions = 0;
    std::uint32_t completed = 0;
    std::uint32_t positions = 0;
  };

  static constexpr Duration kSnapshotLimit = std::chrono::seconds{15};
  static constexpr Duration kAbsenceLimit = std::chrono::seconds{5};  // between two rounds that both miss an order
  static constexpr Duration kSettleLimit = std::chrono::seconds{10};  // positions may lag their fills by this
  static constexpr Duration kSettlePause = std::chrono::seconds{1};

  // Begins a round (anew, when one runs).
  void begin(const model::AccountId& account, MonoTime now, std::vector<model::Effect>& effects);
  void abandon();
  [[nodiscard]] bool running() const { return step_.has_value(); }

  // --- What comes in; calls outside a round only keep positions and cash up to date ---
  void on(const model::OpenOrderSeen& seen);
  void on(const model::CompletedOrderSeen& seen);
  void on(const model::PositionSeen& seen);
  void on(const model::CashSeen& seen);
  void on_execution();
  // True when this was the last snapshot of the round: evaluate now.
  [[nodiscard]] bool on(const model::SnapshotEnded& ended, MonoTime now, std::vector<model::Effect>& effects);
  void on_failed(model::Snapshot snapshot, MonoTime now);
  // Something was lost on the way: the round proves nothing and begins again.
  void on_gap(MonoTime now, std::vector<model::Effect>& effects);

  [[nodiscard]] std::optional<MonoTime> wake_at() const { return deadline_; }
  void wake(MonoTime now, std::vector<model::Effect>& effects);

  // --- Evaluation of a complete round ---
  [[nodiscard]] const Counts& counts() const { return counts_; }
  // What the round proves about orders that are not final. An order that two complete rounds at least kAbsenceLimit apart
  // do not know is not at the broker; after one round it is unknown.
  [[nodiscard]] std::vector<OrderFinding> findings(const orders::Orders& orders, MonoTime now);
  // Differences between the positions of the round and those of the ledger, over the contracts of both.
  [[nodiscard]] std::vector<Break> position_breaks(const ledger::Ledger& ledger, const model::AccountId& account) const;
  [[nodiscard]] const std::map<model::ConId, std::pair<model::ContractRef, Position>>& positions() const {
    return positions_;
  }
  [[nodiscard]] const std::map<Currency, Amount>& cash() const { return cash_; }

 private:
  void request(MonoTime now, std::vector<model::Effect>& effects);

  model::AccountId account_;
  std::optional<model::Snapshot> step_;
  std::optional<MonoTime> deadline_;
  bool waiting_to_retry_ = false;
  Duration retry_pause_ = std::chrono::seconds{1};
  Counts counts_;
  std::set<model::OrderRef> open_;
  std::map<model::OrderRef, model::CompletedOrderSeen> completed_;
  std::map<model::ConId, std::pair<model::ContractRef, Position>> positions_;
  std::map<Currency, Amount> cash_;
  std::map<model::OrderRef, MonoTime> first_absent_;
};

}  // namespace tradewind::engine
