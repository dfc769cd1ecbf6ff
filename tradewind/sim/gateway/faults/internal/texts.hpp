#pragma once

#include <string_view>

namespace tradewind::sim::gateway::faults {

// Of 1100, 1101 and 1102.
inline constexpr std::string_view kLinkIsLost = "Connectivity between IB and Trader Workstation has been lost.";
inline constexpr std::string_view kLinkIsBackWithoutData =
    "Connectivity between IB and Trader Workstation has been restored - data lost.";
inline constexpr std::string_view kLinkIsBack =
    "Connectivity between IB and Trader Workstation has been restored - data maintained.";

}  // namespace tradewind::sim::gateway::faults
