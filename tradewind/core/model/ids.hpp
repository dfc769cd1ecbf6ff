#pragma once

#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/inline_text.hpp"

#include <cstdint>

namespace tradewind::model {

// IB's identifiers, each with the scope in which it means something. Only PermId, OrderRef and the stem of an ExecId
// are identity; the others are reused.

using ClientId = Id<struct ClientIdTag, std::int32_t>;  // one API connection; chosen by us
using OrderId = Id<struct OrderIdTag, std::int32_t>;    // an order, within one client id and one run of the gateway
using PermId = Id<struct PermIdTag, std::int64_t>;  // an order, within the account, for ever; 0 is "not yet known"
using ConId = Id<struct ConIdTag, std::int32_t>;  // a contract, everywhere, for ever; 0 is "not known"

using AccountId = InlineText<24>;  // "DU0000000"
using StrategyName = InlineText<12>;  // letters, digits, '-' and '_'

// Our own handle of an instrument: an index into the engine's table, valid for one run.
using InstrumentId = Id<struct InstrumentIdTag, std::uint32_t>;

// Position of a record in the journal, from 1; 0 is "none".
using Seq = Id<struct SeqTag, std::uint64_t>;

}  // namespace tradewind::model
