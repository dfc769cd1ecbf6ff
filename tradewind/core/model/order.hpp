#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/model/mode.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace tradewind::risk {
class Gate;
}
namespace tradewind::journal {
class Outbox;
}

namespace tradewind::model {

enum class OrderType : std::uint8_t { market, limit };
enum class TimeInForce : std::uint8_t { day, gtc, ioc };

// Where an order of ours stands. `unknown` is a state like the others: strategy, risk and operator see it, and only
// evidence from the broker ends it.
enum class OrderState : std::uint8_t {
  parked,      // approved; its intent is on the way to the disk, no byte has been sent
  sent,        // bytes handed to the socket, nothing heard yet
  working,     // acknowledged by the broker, also while held by it
  cancelling,  // cancel sent, not confirmed; counts as working
  inactive,    // parked by the broker (IB "Inactive"): may revive, counts as working
  unknown,     // no proof either way: counts as working, is never sent again
  filled,
  cancelled,
  rejected,
  denied_late,    // never sent: the intent became durable too late
  not_at_broker,  // proven absent by two complete snapshots
};

[[nodiscard]] constexpr bool is_final(OrderState state) {
  return state == OrderState::filled || state == OrderState::cancelled || state == OrderState::rejected ||
         state == OrderState::denied_late || state == OrderState::not_at_broker;
}

// An order's own identity, known before anything is sent: at most 32 ASCII characters that carry the mode, the
// journal's random id, the strategy and a sequence number, so that it never repeats across engines, restores or modes:
// "S-7K3M9QX2A4BT-sma-1Z".
class OrderRef {
 public:
  OrderRef() = default;  // empty: none of ours
  // `journal_id` is 12 characters, `sequence` counts orders of the journal from 1.
  OrderRef(Mode mode, std::string_view journal_id, const StrategyName& strategy, std::uint64_t sequence);
  // Text from outside; empty when it is too long to be one of ours or not printable ASCII.
  [[nodiscard]] static OrderRef from(std::string_view text);

  [[nodiscard]] std::string_view view() const { return text_.view(); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  // True when the reference was minted by the journal with this id.
  [[nodiscard]] bool is_of(Mode mode, std::string_view journal_id) const;

  friend auto operator<=>(const OrderRef&, const OrderRef&) = default;

 private:
  InlineText<32> text_;
};

// What a strategy asks for.
struct OrderRequest {
  InstrumentId instrument{0};
  Side side = Side::buy;
  Quantity quantity = Quantity::zero();
  OrderType type = OrderType::market;
  std::optional<Price> limit_price;  // exactly for a limit order
  TimeInForce time_in_force = TimeInForce::day;

  friend bool operator==(const OrderRequest&, const OrderRequest&) = default;
};

// A request with its identity: what the risk gate judges and the journal keeps.
struct OrderIntent {
  OrderRef order_ref;
  OrderId order_id{0};
  ClientId client_id{0};
  AccountId account;
  StrategyName strategy;
  OrderRequest request;
  ContractRef contract;
  ExchangeName exchange;

  friend bool operator==(const OrderIntent&, const OrderIntent&) = default;
};

// An intent that has passed every pre-trade rule. Only the gate can make one.
class ApprovedOrder {
 public:
  [[nodiscard]] const OrderIntent& intent() const { return intent_; }

 private:
  friend class risk::Gate;
  explicit ApprovedOrder(const OrderIntent& intent) : intent_{intent} {}
  OrderIntent intent_;
};

// An approved order whose intent is on the disk. Only the outbox can make one, when the commit has come back; only
// this becomes bytes.
class DurableOrder {
 public:
  [[nodiscard]] const OrderIntent& intent() const { return intent_; }

 private:
  friend class journal::Outbox;
  explicit DurableOrder(const ApprovedOrder& approved) : intent_{approved.intent()} {}
  OrderIntent intent_;
};

}  // namespace tradewind::model

namespace tradewind {
template <>
inline constexpr auto kEnumNames<model::OrderType> = std::to_array<std::pair<model::OrderType, std::string_view>>(
    {{model::OrderType::market, "MKT"}, {model::OrderType::limit, "LMT"}});
template <>
inline constexpr auto kEnumNames<model::TimeInForce> = std::to_array<std::pair<model::TimeInForce, std::string_view>>(
    {{model::TimeInForce::day, "DAY"}, {model::TimeInForce::gtc, "GTC"}, {model::TimeInForce::ioc, "IOC"}});
template <>
inline constexpr auto kEnumNames<model::OrderState> = std::to_array<std::pair<model::OrderState, std::string_view>>(
    {{model::OrderState::parked, "PARKED"},
     {model::OrderState::sent, "SENT"},
     {model::OrderState::working, "WORKING"},
     {model::OrderState::cancelling, "CANCELLING"},
     {model::OrderState::inactive, "INACTIVE"},
     {model::OrderState::unknown, "UNKNOWN"},
     {model::OrderState::filled, "FILLED"},
     {model::OrderState::cancelled, "CANCELLED"},
     {model::OrderState::rejected, "REJECTED"},
     {model::OrderState::denied_late, "DENIED_LATE"},
     {model::OrderState::not_at_broker, "NOT_AT_BROKER"}});
}  // namespace tradewind

template <>
struct fmt::formatter<tradewind::model::OrderRef> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const tradewind::model::OrderRef& ref, Context& context) const {
    return fmt::formatter<std::string_view>::format(ref.view(), context);
  }
};
