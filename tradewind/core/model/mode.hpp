#pragma once

#include "tradewind/core/base/enum_names.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tradewind::model {

// What an engine runs against. A state directory is made for one mode and never opens in another.
enum class Mode : std::uint8_t { backtest, sim, shadow, paper, live };

// The letter that marks the mode in every order reference.
[[nodiscard]] constexpr char letter(Mode mode) { return "BSHPL"[static_cast<std::size_t>(mode)]; }

}  // namespace tradewind::model

template <>
inline constexpr auto tradewind::kEnumNames<tradewind::model::Mode> =
    std::to_array<std::pair<tradewind::model::Mode, std::string_view>>({{tradewind::model::Mode::backtest, "backtest"},
                                                                        {tradewind::model::Mode::sim, "sim"},
                                                                        {tradewind::model::Mode::shadow, "shadow"},
                                                                        {tradewind::model::Mode::paper, "paper"},
                                                                        {tradewind::model::Mode::live, "live"}});
