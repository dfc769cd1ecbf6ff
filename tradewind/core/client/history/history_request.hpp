#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/client/history/bar_size.hpp"
#include "tradewind/core/client/history/history_duration.hpp"
#include "tradewind/core/client/history/what_to_show.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <optional>
#include <string>

namespace tradewind::client::history {

// One request for bars, all but its contract.
struct HistoryRequest {
  BarSize bar_size = BarSize::min_1;
  WhatToShow what_to_show = WhatToShow::trades;
  HistoryDuration duration;
  std::optional<Timestamp> end;  // nothing: now
  bool use_rth = true;
  bool keep_up_to_date = false;
  std::string sec_type;       // of the contract; empty: what it has is not judged
  bool beyond_steps =
      false;  // the table of durations and sizes is not applied: gateways answer some of what lies outside
};

// Refuses what IB would refuse, and says what to ask instead.
[[nodiscard]] Result<void> check(const HistoryRequest& request, Timestamp now);

// Bars of 30 seconds and less that begin before this are gone.
[[nodiscard]] Timestamp small_bars_since(Timestamp now);

// The texts of a request; a message shows them and must not outlive them.
struct RequestTexts {
  std::string end_date_time;
  std::string duration;
};
[[nodiscard]] RequestTexts texts_of(const HistoryRequest& request, int server_version);
// Everything but id and contract. Times are asked for as seconds since 1970.
void put(tws::HistoricalDataRequest& message, const HistoryRequest& request, const RequestTexts& texts);

}  // namespace tradewind::client::history
