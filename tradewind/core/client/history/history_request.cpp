#include "tradewind/core/client/history/history_request.hpp"

#include "tradewind/core/client/history/times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace tradewind::client::history {
namespace {

constexpr std::int32_t kFormatSeconds = 2;

Result<void> check_live(const HistoryRequest& request) {
  if (request.end) {
    return fail(Errc::invalid_argument,
                "keepUpToDate goes with an empty end only: leave the end out, or ask for history "
                "and live bars in two requests");
  }
  switch (request.what_to_show) {
    case WhatToShow::trades:
    case WhatToShow::midpoint:
    case WhatToShow::bid:
    case WhatToShow::ask:
      break;
    default:
      return fail(Errc::invalid_argument,
                  fmt::format("{} is not kept up to date: choose TRADES, MIDPOINT, BID or ASK", request.what_to_show));
  }
  if (request.bar_size < BarSize::secs_5)
    return fail(Errc::invalid_argument,
                "bars of 1 secs are not kept up to date: ask for 5 secs, or for tick-by-tick data");
  return {};
}

}  // namespace

Timestamp small_bars_since(Timestamp now) {
  CivilTime civil = civil_utc(now);
  civil.month -= 6;
  if (civil.month < 1) {
    civil.month += 12;
    --civil.year;
  }
  while (!is_valid(civil)) --civil.day;  // there is no 31 June
  return from_civil_utc(civil);
}

Result<void> check(const HistoryRequest& request, Timestamp now) {
  TW_TRY_VOID(check(request.duration));
  TW_TRY_VOID(check_offered(request.sec_type, request.what_to_show));
  if (request.keep_up_to_date) TW_TRY_VOID(check_live(request));
  if (request.what_to_show == WhatToShow::adjusted_last && request.end) {
    return fail(Errc::invalid_argument,
                "ADJUSTED_LAST goes with an empty end only: leave the end out and make the duration "
                "long enough, or ask for TRADES");
  }
  if (request.what_to_show == WhatToShow::schedule && request.bar_size != BarSize::day_1)
    return fail(Errc::invalid_argument,
                fmt::format("SCHEDULE goes with bars of 1 day only, not of {}", request.bar_size));
  if (is_small(request.bar_size) && request.end && *request.end <= small_bars_since(now)) {
    return fail(Errc::invalid_argument,
                fmt::format("bars of {} are kept for six months, since {}: ask for bars of 1 min and "
                            "more, or for historical ticks",
                            request.bar_size, small_bars_since(now)));
  }
  if (!request.beyond_steps) TW_TRY_VOID(check_step(request.duration, request.bar_size));
  return {};
}

RequestTexts texts_of(const HistoryRequest& request, int server_version) {
  return {request.end ? end_date_text(*request.end, server_version) : "", request.duration.text()};
}

void put(tws::HistoricalDataRequest& message, const HistoryRequest& request, const RequestTexts& texts) {
  message.end_date_time = texts.end_date_time;
  message.bar_size_setting = name(request.bar_size);
  message.duration = texts.duration;
  message.use_rth = request.use_rth;
  message.what_to_show = name(request.what_to_show);
  message.format_date = kFormatSeconds;
  message.keep_up_to_date = request.keep_up_to_date;
}

}  // namespace tradewind::client::history
