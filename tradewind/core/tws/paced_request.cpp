#include "tradewind/core/tws/paced_request.hpp"

#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/tws/reflect.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace tradewind::tws {
namespace {

void mix(Digest64& digest, std::string_view text) {
  digest.mix(std::uint64_t{text.size()});
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t count = std::min(text.size(), sizeof word);
    std::memcpy(&word, text.data(), count);
    text.remove_prefix(count);
    digest.mix(word);
  }
}

// Every column of a message, whatever its type.
template <class T>
void mix_all(Digest64& digest, const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    mix(digest, value);
  } else if constexpr (std::is_same_v<T, double>) {
    digest.mix(std::bit_cast<std::uint64_t>(value));
  } else if constexpr (std::is_integral_v<T>) {
    digest.mix(static_cast<std::uint64_t>(value));
  } else if constexpr (requires { value.raw(); }) {
    digest.mix(value.raw());
  } else if constexpr (requires { for_each_column(value, [](const char*, const auto&) {}); }) {
    for_each_column(value, [&digest](const char*, const auto& column) { mix_all(digest, column); });
  } else if constexpr (requires { value.has_value(); }) {
    digest.mix(std::uint64_t{value.has_value()});
    if (value) mix_all(digest, *value);
  } else {
    digest.mix(std::uint64_t{value.size()});
    for (const auto& item : value) mix_all(digest, item);
  }
}

// A contract id and an exchange say it all; without the id every field counts.
void mix_contract(Digest64& digest, const Contract& contract) {
  if (contract.con_id == 0) return mix_all(digest, contract);
  digest.mix(std::int64_t{contract.con_id});
  mix(digest, contract.exchange);
}

std::uint64_t instrument_of(const Contract& contract) {
  Digest64 digest;
  mix_contract(digest, contract);
  return digest.value();
}

template <class Message>
PacedRequest subscription(PacedKind kind, const Message& message) {
  PacedRequest request{.kind = kind, .id = message.req_id};
  if constexpr (requires { message.contract; }) request.instrument = instrument_of(message.contract);
  return request;
}

template <class Message>
PacedRequest historical(const Message& message, bool backfill, bool small_bars) {
  PacedRequest request = subscription(PacedKind::historical, message);
  request.backfill = backfill;
  request.small_bars = small_bars;
  request.weight = message.what_to_show == "BID_ASK" ? 2 : 1;
  Digest64 series;
  mix_contract(series, message.contract);
  mix(series, message.what_to_show);
  request.series = series.value();
  Digest64 identical;
  for_each_column(message, [&identical, first = true](const char*, const auto& column) mutable {
    if (!first) mix_all(identical, column);  // the first is the request id
    first = false;
  });
  request.identical = identical.value();
  return request;
}

}  // namespace

Lane lane_of(const PacedRequest& request) {
  switch (request.kind) {
    case PacedKind::cancel_order:
    case PacedKind::global_cancel:
    case PacedKind::probe:
      return Lane::cancel;
    case PacedKind::new_order:
    case PacedKind::modify_order:
      return Lane::order;
    default:
      return request.backfill ? Lane::backfill : Lane::query;
  }
}

PacedRequest paced(const CancelOrderRequest& message) {
  return {.kind = PacedKind::cancel_order, .id = message.order_id};
}
PacedRequest paced(const GlobalCancelRequest& /*message*/) { return {.kind = PacedKind::global_cancel}; }
PacedRequest paced(const PlaceOrderRequest& message, bool is_modification) {
  return {.kind = is_modification ? PacedKind::modify_order : PacedKind::new_order, .id = message.order_id};
}
PacedRequest paced(const ExerciseOptionsRequest& message) {
  return {.kind = PacedKind::new_order, .id = message.order_id};
}
PacedRequest paced(const MarketDataRequest& message) {
  return subscription(message.regulatory_snapshot ? PacedKind::regulatory_snapshot : PacedKind::market_data, message);
}
PacedRequest paced(const MarketDepthRequest& message) { return subscription(PacedKind::depth, message); }
PacedRequest paced(const TickByTickRequest& message) { return subscription(PacedKind::tick_by_tick, message); }
PacedRequest paced(const RealTimeBarsRequest& message) { return subscription(PacedKind::real_time_bars, message); }
PacedRequest paced(const HistoricalDataRequest& message, bool backfill) {
  // "1 secs" to "30 secs"; everything longer is in minutes or more.
  const bool small_bars = message.bar_size_setting.find("sec") != std::string_view::npos;
  return historical(message, backfill, small_bars);
}
PacedRequest paced(const HistoricalTicksRequest& message, bool backfill) { return historical(message, backfill, true); }
PacedRequest paced(const AccountSummaryRequest& message) { return subscription(PacedKind::account_summary, message); }
PacedRequest paced(const ScannerSubscriptionRequest& message) { return subscription(PacedKind::scanner, message); }
PacedRequest paced(const MatchingSymbolsRequest& message) { return subscription(PacedKind::symbol_search, message); }

}  // namespace tradewind::tws
