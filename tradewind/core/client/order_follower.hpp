#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/client/orders/values.hpp"
#include "tradewind/core/tws/error_catalogue.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::client {

// Valid within one client id; permId is what names an order for ever.
using OrderId = orders::OrderId;

enum class OrderStage : std::uint8_t {
  sent,         // nothing has come back yet
  pending,      // ApiPending, PendingSubmit
  held,         // PreSubmitted: at IB, waiting for its time, its trigger or its parent
  working,      // Submitted
  inactive,     // Inactive: usually the end, but it may come alive again
  filled,       // the executions add up to the whole quantity
  cancelled,    // with or without fills before it
  rejected,     // never accepted
};

// What is known of one order, out of everything that was ever told about it. The same facts give the same state in
// whatever order, and however often, they came: fills come from executions and never from a status.
class OrderState {
 public:
  struct Fill {
    int revision = 0;  // the digits after the last dot of the execId; a correction has a higher one
    Quantity shares = Quantity::zero();
    Price price = Price::zero();
    Side side = Side::buy;
    Quantity most_shares = Quantity::zero();  // of all revisions: what a bust or a correction has taken back
  };
  struct Fee {
    int revision = 0;
    std::optional<Amount> amount;  // nothing: not known yet
    std::string currency;
  };

  [[nodiscard]] OrderStage stage() const;
  // It cannot fill any more, as far as anybody can know: executions may still come late, and are counted. An order that
  // only asks what if was never alive.
  [[nodiscard]] bool is_over() const;
  // A cancel was sent or is pending at IB; the order may fill until it is over.
  [[nodiscard]] bool is_cancelling() const { return cancelling_ && !is_over(); }
  // The connection went while this order was alive, and nothing has been told about it since.
  [[nodiscard]] bool is_uncertain() const { return uncertain_ && !is_over(); }
  // A status speaks of more filled quantity than the executions that have come: ask for executions.
  [[nodiscard]] bool misses_executions() const;

  [[nodiscard]] std::int64_t perm_id() const { return perm_id_; }
  // What was asked for last, while a change of it is under way; else what the gateway has confirmed.
  [[nodiscard]] std::optional<Quantity> quantity() const {
    return asked_quantities_.empty() ? quantity_ : asked_quantities_.back();
  }
  [[nodiscard]] Quantity filled() const;
  // Volume-weighted, exact up to the last digit of Price; nothing without fills.
  [[nodiscard]] std::optional<Price> average_price() const;
  // By execId stem (the execId without its revision).
  [[nodiscard]] const std::map<std::string, Fill, std::less<>>& fills() const { return fills_; }
  [[nodiscard]] const std::map<std::string, Fee, std::less<>>& fees() const { return fees_; }
  [[nodiscard]] const std::string& order_ref() const { return order_ref_; }
  [[nodiscard]] std::int32_t client_id() const { return client_id_; }
  // Why it is held, as IB says it ("locate", "trigger", "child"), and the last refusal or warning.
  [[nodiscard]] const std::string& why_held() const { return why_held_; }
  [[nodiscard]] std::int32_t last_code() const { return last_code_; }
  [[nodiscard]] const std::string& last_text() const { return last_text_; }

  // An execId without its revision.
  [[nodiscard]] static std::string_view stem_of(std::string_view exec_id);

  // --- Facts ---
  void sent(const tws::Contract& contract, const tws::Order& order, bool is_modification);
  void cancel_sent();
  // It waited for IB's limits and was dropped before it left.
  void never_left() { rejected_ = true; }
  void told(const tws::OpenOrder& message);
  void told(const tws::OrderStatus& message);
  void told(const tws::ExecutionDetails& message);
  void told(const tws::CommissionAndFeesReport& message);
  void told(const tws::CompletedOrder& message);
  // Which of the things asked last (the order, its change, its cancel) a code is about follows from what is under way.
  void told(const tws::ErrorMessage& message, std::string_view text);
  void connection_lost() { uncertain_ = changes_may_be_lost_ = true; }

 private:
  void status(std::string_view text);
  [[nodiscard]] tws::RequestKind asked_for(const tws::ErrorInfo& info) const;

  bool is_combo_ = false;
  bool what_if_ = false;
  std::int64_t perm_id_ = 0;
  std::int32_t client_id_ = 0;
  std::string order_ref_;
  std::optional<Quantity> quantity_;  // as it was placed, and then as openOrder says
  std::vector<Quantity> asked_quantities_;  // of the changes under way, oldest first
  Quantity reported_filled_ = Quantity::zero();
  OrderStage furthest_ =
      OrderStage::sent;  // of sent, pending, held, working: a status that comes late takes nothing back
  bool was_changed_ = false;  // ever: nothing says for certain that a change has been answered
  bool cancelling_ = false;
  bool inactive_ = false;
  bool cancelled_ = false;
  bool rejected_ = false;
  bool acknowledged_ = false;
  bool uncertain_ = false;
  bool changes_may_be_lost_ = false;  // those of a connection that is gone
  std::string why_held_;
  std::int32_t last_code_ = 0;
  std::string last_text_;
  std::map<std::string, Fill, std::less<>> fills_;
  std::map<std::string, Fee, std::less<>> fees_;
};

// One thing that was told about an order, and what is known now. Valid during the call only.
struct OrderUpdate {
  OrderId id;
  const OrderState& state;
  // The one that was told; all null when the order's knowledge changed by a lost connection or by what we sent.
  const tws::OpenOrder* open_order = nullptr;
  const tws::OrderStatus* status = nullptr;
  const tws::ExecutionDetails* execution = nullptr;
  const tws::CommissionAndFeesReport* fees = nullptr;
  const tws::CompletedOrder* completed = nullptr;
  const tws::ErrorMessage* error = nullptr;
};

}  // namespace tradewind::client

namespace tradewind {
template <>
inline constexpr auto kEnumNames<client::OrderStage> =
    std::to_array<std::pair<client::OrderStage, std::string_view>>({{client::OrderStage::sent, "sent"},
                                                                    {client::OrderStage::pending, "pending"},
                                                                    {client::OrderStage::held, "held"},
                                                                    {client::OrderStage::working, "working"},
                                                                    {client::OrderStage::inactive, "inactive"},
                                                                    {client::OrderStage::filled, "filled"},
                                                                    {client::OrderStage::cancelled, "cancelled"},
                                                                    {client::OrderStage::rejected, "rejected"}});
}  // namespace tradewind
