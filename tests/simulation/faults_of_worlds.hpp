#pragma once

#include <array>
#include <string_view>

namespace tradewind::sim::gateway {

// Faults whose circumstances are not in everyone's day: sim_fault_worlds_test.cpp makes a world for each of them, and
// sim_faults_test.cpp shows the others.
inline constexpr std::array<std::string_view, 5> kFaultsOfWorlds{"F066", "F105", "F106", "F107", "F120"};

}  // namespace tradewind::sim::gateway
