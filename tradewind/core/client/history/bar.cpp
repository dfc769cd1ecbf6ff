#include "tradewind/core/client/history/bar.hpp"

#include <fmt/format.h>

namespace tradewind::client::history {

Result<std::vector<Bar>> bars_of(std::span<const tws::HistoricalBar> bars, TimeContext context) {
  std::vector<Bar> result;
  result.reserve(bars.size());
  for (const tws::HistoricalBar& each : bars) {
    const auto time = parse_time(each.date, context);
    if (!time) {
      return fail(time.error().code,
                  fmt::format("bar {} of {}: {}", result.size() + 1, bars.size(), time.error().detail));
    }
    result.push_back({time->at, each.open, each.high, each.low, each.close, each.volume, each.wap, each.bar_count});
    context.after = time->at;
  }
  return result;
}

}  // namespace tradewind::client::history
