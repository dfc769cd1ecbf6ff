#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::edge::catalog {

enum class Hours : std::uint8_t {
  regular,  // bars that start from 09:30 until before 16:00 New York, on half days too
  all,      // with the trading before and after
};

// One-minute bars of a US stock from a data folder of the LEAN engine:
// `root`/equity/usa/minute/<symbol>/<day>_trade.zip and, where there is one, <day>_quote.zip. Both dates
// count. A day without a file is skipped (weekend, holiday, gap). Not found: no trade bar in the range at
// all; the error names the folder and what is there instead. Malformed: anything in a file that is not as it
// should be; the error names file, member and line, and nothing is loaded.
//
// A quote row has only the last sizes of its minute: its open and its close quote both carry them.
[[nodiscard]] Result<model::BarHistory> load_lean_minute(const std::filesystem::path& root, std::string_view symbol,
                                                         const CivilTime& from, const CivilTime& to,
                                                         Hours hours = Hours::regular);

// The symbols with a folder of minute data, in capitals and sorted.
[[nodiscard]] Result<std::vector<std::string>> available_symbols(const std::filesystem::path& root);

}  // namespace tradewind::edge::catalog
