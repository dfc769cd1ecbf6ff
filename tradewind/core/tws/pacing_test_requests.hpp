#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/paced_request.hpp"

#include <cstdint>

// Requests for the tests of the pacer.
namespace tradewind::tws::testing {

inline constexpr MonoTime kStart = MonoTime::from_ns(1'000'000'000'000);

inline PacedRequest order(std::int32_t id) { return {.kind = PacedKind::new_order, .id = id}; }
inline PacedRequest change(std::int32_t id) { return {.kind = PacedKind::modify_order, .id = id}; }
inline PacedRequest cancel(std::int32_t id) { return {.kind = PacedKind::cancel_order, .id = id}; }
inline PacedRequest query() { return {}; }
inline PacedRequest of(PacedKind kind, std::int32_t id, std::uint64_t instrument = 1) {
  return {.kind = kind, .id = id, .instrument = instrument};
}
// Large bars, which no window concerns.
inline PacedRequest backfill(std::int32_t id) { return {.kind = PacedKind::historical, .backfill = true, .id = id}; }
inline PacedRequest small_bars(std::int32_t id, std::uint64_t series, std::uint64_t identical) {
  return {.kind = PacedKind::historical,
          .backfill = true,
          .small_bars = true,
          .id = id,
          .series = series,
          .identical = identical};
}

}  // namespace tradewind::tws::testing
