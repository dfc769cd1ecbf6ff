#pragma once

#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/execution.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/core/model/order.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tradewind::model {

// Everything that can change a decision comes to the engine as one of these.

// --- The session ---

// First after the handshake, before any request is made: the accounts the login manages.
struct AccountsSeen {
  std::vector<AccountId> accounts;
};
// The session may be used: accounts and a first order id are known.
struct SessionReady {
  ClientId client_id{0};
  OrderId next_order_id{0};  // the broker's lower bound for new order ids
  std::int32_t server_version = 0;
};
struct SessionLost {
  std::string reason;
};
// A message of the broker about no order of ours: connectivity, farms, warnings.
struct NoticeSeen {
  std::int32_t code = 0;
  std::string text;
};

// --- Instruments and market data ---

struct InstrumentResolved {
  InstrumentSpec spec;
  Instrument instrument;
};
struct InstrumentRefused {
  InstrumentSpec spec;
  std::int32_t code = 0;  // 0: several contracts match
  std::string text;
};
struct QuoteSeen {
  InstrumentId instrument{0};
  Quote quote;
};
struct TradeSeen {
  InstrumentId instrument{0};
  Trade trade;
};
struct MarketDataRefused {
  InstrumentId instrument{0};
  std::int32_t code = 0;
  std::string text;
};

// --- Orders and fills, as the broker tells them ---

struct OpenOrderSeen {
  OrderRef order_ref;
  OrderId order_id{0};
  ClientId client_id{0};
  PermId perm_id{0};
  AccountId account;
  ContractRef contract;
  Side side = Side::buy;
  Quantity quantity = Quantity::zero();
  InlineText<24> status;  // IB's word
};
struct OrderStatusSeen {
  OrderId order_id{0};
  ClientId client_id{0};
  PermId perm_id{0};
  InlineText<24> status;
  Quantity filled = Quantity::zero();
  Quantity remaining = Quantity::zero();
};
// What an error code with an order id says of the order. A code the table does not know is `unknown`: the broker must be
// asked, it is never taken for a refusal.
enum class OrderErrorKind : std::uint8_t { information, rejected, cancelled, cancel_refused, unknown };
struct OrderErrorSeen {
  OrderId order_id{0};
  std::int32_t code = 0;
  OrderErrorKind kind = OrderErrorKind::unknown;
  std::string text;
};
// An order that never left and never will: the session refused it, or it waited there and was dropped. The broker knows
// nothing of it.
struct OrderNotSent {
  OrderId order_id{0};
  std::string reason;
};
struct ExecutionSeen {
  Execution execution;
};
struct CommissionSeen {
  Commission commission;
};
struct CompletedOrderSeen {
  OrderRef order_ref;
  PermId perm_id{0};
  ContractRef contract;
  InlineText<24> status;
  std::string completed_status;
};
struct PositionSeen {
  AccountId account;
  ContractRef contract;
  Position position = Position::zero();
};
// Cash per currency as the broker states it.
struct CashSeen {
  AccountId account;
  Money cash;
};

enum class Snapshot : std::uint8_t { open_orders, executions, completed_orders, positions, account };
// The end marker of a snapshot: what came since it was requested is complete.
struct SnapshotEnded {
  Snapshot snapshot{};
};
// The broker refused the snapshot: nothing may be concluded from it.
struct SnapshotFailed {
  Snapshot snapshot{};
  std::int32_t code = 0;
  std::string text;
};
// A message that could not be read. Orders or executions may be missing: what we know is no longer complete.
struct MessageUnreadable {
  bool concerns_orders = false;
  std::string detail;
};

// --- Our own side ---

struct TimerFired {};
// Every record up to this one is on the disk.
struct Committed {
  Seq upto{0};
};
// The journal cannot take records (full, or its disk failed), or can again.
struct JournalStalled {
  bool stalled = true;
};
struct StopRequested {
  std::string reason;
};

using Event =
    std::variant<QuoteSeen, TradeSeen, TimerFired, Committed, OrderStatusSeen, OpenOrderSeen, ExecutionSeen,
                 CommissionSeen, OrderErrorSeen, PositionSeen, CashSeen, CompletedOrderSeen, SnapshotEnded,
                 SnapshotFailed, MessageUnreadable, AccountsSeen, SessionReady, SessionLost, NoticeSeen,
                 InstrumentResolved, InstrumentRefused, MarketDataRefused, OrderNotSent, JournalStalled, StopRequested>;

}  // namespace tradewind::model

namespace tradewind {
template <>
inline constexpr auto kEnumNames<model::OrderErrorKind> =
    std::to_array<std::pair<model::OrderErrorKind, std::string_view>>(
        {{model::OrderErrorKind::information, "INFORMATION"},
         {model::OrderErrorKind::rejected, "REJECTED"},
         {model::OrderErrorKind::cancelled, "CANCELLED"},
         {model::OrderErrorKind::cancel_refused, "CANCEL_REFUSED"},
         {model::OrderErrorKind::unknown, "UNKNOWN"}});
template <>
inline constexpr auto kEnumNames<model::Snapshot> = std::to_array<std::pair<model::Snapshot, std::string_view>>(
    {{model::Snapshot::open_orders, "open_orders"},
     {model::Snapshot::executions, "executions"},
     {model::Snapshot::completed_orders, "completed_orders"},
     {model::Snapshot::positions, "positions"},
     {model::Snapshot::account, "account"}});
}  // namespace tradewind
