#include "tradewind/sim/gateway/internal/history_requests.hpp"

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHistoryBarsMax = 100'000;

}  // namespace

void HistoryRequests::request(const tws::HistoricalDataRequest& request) {
  const auto index = client_.contracts().only_match(request.req_id, request.contract);
  if (!index) return;
  const TimeZone& zone = client_.options().zone;
  const auto size = parse_bar_size(request.bar_size_setting);
  const auto duration = parse_duration(request.duration);
  const auto end =
      request.end_date_time.empty() ? std::optional{client_.now()} : parse_end(request.end_date_time, zone);
  if (!size || !duration || !end) {
    return client_.error(
        request.req_id, 321,
        fmt::format("Error validating request.-'bK' : cause - Invalid bar size, duration or end: '{}', '{}', '{}'",
                    request.bar_size_setting, request.duration, request.end_date_time));
  }
  std::vector<model::Bar> bars;
  if (request.what_to_show == "TRADES" && *size >= client_.market().bar_length()) {
    bars =
        aggregate(client_.market().history(venue::SymbolIndex{*index}, *end - *duration, std::min(*end, client_.now())),
                  *size, zone);
  }
  if (bars.size() > kHistoryBarsMax) bars.erase(bars.begin(), bars.end() - kHistoryBarsMax);
  if (bars.empty()) {
    return client_.error(
        request.req_id, 162,
        fmt::format("Historical Market Data Service error message:HMDS query returned no data: {}@SMART {}",
                    client_.listings()[*index].symbol, request.what_to_show));
  }
  std::vector<std::string> dates;
  dates.reserve(bars.size());
  tws::HistoricalData data;
  for (const model::Bar& bar : bars) {
    const bool daily = bar.length >= 24h;
    dates.push_back(daily                      ? date_text(bar.start, zone)
                    : request.format_date == 2 ? std::to_string(bar.start.ns() / 1'000'000'000)
                                               : zoned_text(bar.start, zone));
    tws::HistoricalBar& out = data.bars.emplace_back();
    out.date = dates.back();
    out.open = bar.open;
    out.high = bar.high;
    out.low = bar.low;
    out.close = bar.close;
    out.volume = bar.volume;
    out.wap = bar.close;  // the recorded bars carry no average
    out.bar_count = bar.trade_count;
  }
  const std::string first = zoned_text(*end - *duration, zone);
  const std::string last = zoned_text(*end, zone);
  data.req_id = request.req_id;
  data.start_date_str = first;
  data.end_date_str = last;
  client_.send(data);
  if (client_.server_version() >= 196) {
    client_.send(tws::HistoricalDataEnd{.req_id = request.req_id, .start_date_str = first, .end_date_str = last});
  }
}

}  // namespace tradewind::sim::gateway
