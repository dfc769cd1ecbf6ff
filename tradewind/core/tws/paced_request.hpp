#pragma once

#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <string_view>

// What the pacer has to know about a request: which limits it counts against and what it may not overtake.
namespace tradewind::tws {

enum class PacedKind : std::uint8_t {
  cancel_order,
  global_cancel,
  probe,  // the session's own question whether the gateway still answers
  new_order,
  modify_order,
  query,           // counts as a message and as nothing else
  cancel_request,  // ends the request with this id
  market_data,
  regulatory_snapshot,
  depth,
  tick_by_tick,
  real_time_bars,
  historical,
  account_summary,
  scanner,
  symbol_search,
};

// Who goes first. Probes go with the cancels: there one is never kept waiting for long, whatever else is asked, and a
// link must not be thought dead because its probe stood in our own queue.
enum class Lane : std::uint8_t { cancel, order, query, backfill };
inline constexpr int kLanes = 4;

struct PacedRequest {
  PacedKind kind = PacedKind::query;
  bool backfill = false;         // of a query: it may wait behind all others
  bool small_bars = false;       // historical: the windows for bars of 30 seconds and less apply
  std::uint8_t weight = 1;       // in the window of ten minutes; BID_ASK counts twice
  std::int32_t id = -1;          // of the order, or of the request; -1: it has none
  std::uint64_t instrument = 0;  // digest: same instrument
  std::uint64_t series = 0;      // digest: same contract, exchange and whatToShow
  std::uint64_t identical = 0;   // digest: all the same but the id
};

[[nodiscard]] Lane lane_of(const PacedRequest& request);

[[nodiscard]] PacedRequest paced(const CancelOrderRequest& message);
[[nodiscard]] PacedRequest paced(const GlobalCancelRequest& message);
// A placeOrder for an order id that has been sent before is a modification.
[[nodiscard]] PacedRequest paced(const PlaceOrderRequest& message, bool is_modification);
PacedRequest paced(const PlaceOrderRequest& message) = delete;  // say which
[[nodiscard]] PacedRequest paced(const ExerciseOptionsRequest& message);
[[nodiscard]] PacedRequest paced(const MarketDataRequest& message);
[[nodiscard]] PacedRequest paced(const MarketDepthRequest& message);
[[nodiscard]] PacedRequest paced(const TickByTickRequest& message);
[[nodiscard]] PacedRequest paced(const RealTimeBarsRequest& message);
// Historical requests go last unless somebody waits for the answer.
[[nodiscard]] PacedRequest paced(const HistoricalDataRequest& message, bool backfill = true);
// Nothing is documented for ticks, so they count like small bars.
[[nodiscard]] PacedRequest paced(const HistoricalTicksRequest& message, bool backfill = true);
[[nodiscard]] PacedRequest paced(const AccountSummaryRequest& message);
[[nodiscard]] PacedRequest paced(const ScannerSubscriptionRequest& message);
[[nodiscard]] PacedRequest paced(const MatchingSymbolsRequest& message);

// Every other message: a cancel of the request it names, or a plain query.
template <class Message>
[[nodiscard]] PacedRequest paced(const Message& message) {
  PacedRequest request;
  if constexpr (requires { message.req_id; }) {
    request.id = message.req_id;
    if (std::string_view{Message::kInfo.api}.starts_with("cancel")) request.kind = PacedKind::cancel_request;
  }
  return request;
}

}  // namespace tradewind::tws
