#pragma once

#include "tradewind/core/base/result.hpp"

#include <fmt/format.h>

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tradewind {

using Duration = std::chrono::nanoseconds;  // signed 64 bit

// Two clocks, two types, which do not convert: the wall clock can jump, so nothing is timed by it.
template <class Clock>
class TimePoint {
 public:
  constexpr TimePoint() = default;  // the epoch of the clock
  [[nodiscard]] static constexpr TimePoint from_ns(std::int64_t ns) { return TimePoint{ns}; }
  [[nodiscard]] constexpr std::int64_t ns() const { return ns_; }

  friend constexpr auto operator<=>(TimePoint, TimePoint) = default;
  friend constexpr Duration operator-(TimePoint a, TimePoint b) { return Duration{a.ns_ - b.ns_}; }
  friend constexpr TimePoint operator+(TimePoint a, Duration d) { return TimePoint{a.ns_ + d.count()}; }
  friend constexpr TimePoint operator-(TimePoint a, Duration d) { return TimePoint{a.ns_ - d.count()}; }

 private:
  constexpr explicit TimePoint(std::int64_t ns) : ns_{ns} {}
  std::int64_t ns_ = 0;
};

using Timestamp = TimePoint<struct UtcClock>;  // nanoseconds since 1970-01-01 UTC, for events and records
using MonoTime = TimePoint<struct MonoClock>;  // nanoseconds since some start, for measuring and time limits

// The time of an input, read once by the driver. Code that branches on time takes the time.
struct Now {
  Timestamp utc;
  MonoTime mono;
};

// A date and a time of day without a zone. Fields are in their natural ranges (month 1 to 12, day 1 to 31).
struct CivilTime {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;

  friend auto operator<=>(const CivilTime&, const CivilTime&) = default;
};

[[nodiscard]] CivilTime civil_utc(Timestamp time) noexcept;
// The instant at which a UTC clock shows `civil`. The date must exist; years 1678 to 2261.
[[nodiscard]] Timestamp from_civil_utc(const CivilTime& civil) noexcept;
[[nodiscard]] bool is_valid(const CivilTime& civil) noexcept;

// "2013-10-07T13:30:00.123456789Z", the fraction only when it is not zero.
[[nodiscard]] std::string iso_text(Timestamp time);
// "2013-10-07" to the midnight it begins with (UTC).
[[nodiscard]] Result<CivilTime> parse_date(std::string_view text);
// IB's UTC form "20131007-13:30:00".
[[nodiscard]] std::string ib_utc_text(Timestamp time);

}  // namespace tradewind

template <>
struct fmt::formatter<tradewind::Timestamp> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(tradewind::Timestamp time, Context& context) const {
    return fmt::formatter<std::string_view>::format(tradewind::iso_text(time), context);
  }
};
