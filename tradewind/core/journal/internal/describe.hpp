#pragma once

#include "tradewind/core/base/money.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/core/model/event.hpp"
#include "tradewind/core/model/execution.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/model/order.hpp"

#include <boost/describe/class.hpp>

// The members of everything a payload is made of, in the order of declaration. Their names are the keys in the journal:
// never rename one.

namespace tradewind {
BOOST_DESCRIBE_STRUCT(Money, (), (amount, currency))
}  // namespace tradewind

namespace tradewind::model {
BOOST_DESCRIBE_STRUCT(ContractRef, (), (con_id, symbol, security_type, currency, multiplier))
BOOST_DESCRIBE_STRUCT(Instrument, (), (contract, exchange, primary_exchange, min_tick, long_name))
BOOST_DESCRIBE_STRUCT(OrderRequest, (), (instrument, side, quantity, type, limit_price, time_in_force))
BOOST_DESCRIBE_STRUCT(OrderIntent, (), (order_ref, order_id, client_id, account, strategy, request, contract, exchange))
BOOST_DESCRIBE_STRUCT(OpenOrderSeen, (),
                      (order_ref, order_id, client_id, perm_id, account, contract, side, quantity, status))
BOOST_DESCRIBE_STRUCT(OrderStatusSeen, (), (order_id, client_id, perm_id, status, filled, remaining))
BOOST_DESCRIBE_STRUCT(OrderErrorSeen, (), (order_id, code, kind, text))
BOOST_DESCRIBE_STRUCT(Execution, (),
                      (exec_id, account, contract, side, quantity, price, cumulative, order_id, client_id, perm_id,
                       order_ref, time_text))
BOOST_DESCRIBE_STRUCT(Commission, (), (exec_id, commission, realized_pnl))
}  // namespace tradewind::model

namespace tradewind::journal {
BOOST_DESCRIBE_STRUCT(NameValue, (), (name, value))
BOOST_DESCRIBE_STRUCT(DenialReason, (), (code, detail))
BOOST_DESCRIBE_STRUCT(ContractPosition, (), (contract, position))

BOOST_DESCRIBE_STRUCT(Genesis, (), (journal_id, format, mode, account, made_by))
BOOST_DESCRIBE_STRUCT(SegmentStarted, (), (journal_id, index, predecessor_bytes, torn_bytes, torn_hash))
BOOST_DESCRIBE_STRUCT(SegmentEnded, (), (end))
BOOST_DESCRIBE_STRUCT(RunStarted, (), (strategy, parameters, limits, engine_version))
BOOST_DESCRIBE_STRUCT(RunEnded, (), (reason))
BOOST_DESCRIBE_STRUCT(StateChanged, (), (from, to, reason))
BOOST_DESCRIBE_STRUCT(SessionOpened, (), (client_id, server_version, next_order_id, accounts))
BOOST_DESCRIBE_STRUCT(SessionClosed, (), (reason))
BOOST_DESCRIBE_STRUCT(Notice, (), (code, text))
BOOST_DESCRIBE_STRUCT(InstrumentBound, (), (instrument_id, instrument))
BOOST_DESCRIBE_STRUCT(Intent, (), (intent, reference_price, reason))
BOOST_DESCRIBE_STRUCT(Denied, (), (strategy, request, reasons))
BOOST_DESCRIBE_STRUCT(Sent, (), (order_ref, order_id))
BOOST_DESCRIBE_STRUCT(DeniedLate, (), (order_ref, waited))
BOOST_DESCRIBE_STRUCT(CancelRequested, (), (order_ref, order_id, reason))
BOOST_DESCRIBE_STRUCT(OpenOrderNoted, (), (order))
BOOST_DESCRIBE_STRUCT(StatusNoted, (), (status))
BOOST_DESCRIBE_STRUCT(OrderErrorNoted, (), (error))
BOOST_DESCRIBE_STRUCT(OrderResolved, (), (order_ref, state, evidence))
BOOST_DESCRIBE_STRUCT(OrderStateChanged, (), (order_ref, state, filled))
BOOST_DESCRIBE_STRUCT(ExecutionBooked, (), (execution, strategy))
BOOST_DESCRIBE_STRUCT(CommissionBooked, (), (commission))
BOOST_DESCRIBE_STRUCT(RecoveryCompleted, (), (open_orders, executions, completed, positions, summary))
BOOST_DESCRIBE_STRUCT(OpeningBook, (), (account, positions, cash))
BOOST_DESCRIBE_STRUCT(BreakFound, (), (break_class, subject, detail))
BOOST_DESCRIBE_STRUCT(MarketDigest, (), (minute, count, digest))
}  // namespace tradewind::journal
