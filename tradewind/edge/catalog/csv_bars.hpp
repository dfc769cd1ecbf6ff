#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/model/market.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

namespace tradewind::edge::catalog {

struct CsvOptions {
  std::optional<TimeZone> zone;    // of times written without one
  std::optional<Duration> length;  // of a bar; empty: the smallest step between two bars
};

// Trade bars from comma-separated text. The first line names the columns, in any order and case: one of time,
// timestamp, datetime or date, and open, high, low, close, volume; further columns are ignored. Times are the
// starts of the bars, ascending, as "2013-10-07T13:30:00Z" (UTC, a fraction is possible) or "2013-10-07
// 09:30:00" (in the zone of the options). A bar length that is inferred must divide every step. Every error
// names file and line.
[[nodiscard]] Result<model::BarHistory> load_csv_bars(const std::filesystem::path& path, const CsvOptions& options);
// The same from text at hand; `source` is what errors call it.
[[nodiscard]] Result<model::BarHistory> parse_csv_bars(std::string_view text, std::string_view source,
                                                       const CsvOptions& options);

}  // namespace tradewind::edge::catalog
