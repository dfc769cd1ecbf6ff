#pragma once

#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/venue/universe.hpp"

#include <cstdint>
#include <vector>

namespace tradewind::sim::gateway {

// What a contract of a message asks for, in the venue's terms. Its texts live as long as the contract's. What nothing can
// fit (a right of "X", say) becomes something that fits nothing.
[[nodiscard]] venue::ContractQuery query_of(const tws::Contract& contract);
// What a contract of a message, no combo, means: as Universe::find, but that a bond is also found by CUSIP or IB's own name
// in place of a symbol.
[[nodiscard]] std::vector<std::uint32_t> find_listings(const venue::Universe& universe,
                                                       const venue::ContractQuery& query);

// The legs of a contract, as the venue writes them; empty where one has an action that is none.
[[nodiscard]] std::vector<venue::Leg> legs_of(const tws::Contract& contract);
[[nodiscard]] inline bool is_combo(const tws::Contract& contract) { return contract.sec_type == "BAG"; }

}  // namespace tradewind::sim::gateway
