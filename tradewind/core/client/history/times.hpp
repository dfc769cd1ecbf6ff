#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/client/zones/zones.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::client::history {

// The time of a bar. A bar of a day and longer carries a date; `at` is then midnight UTC of that date, as its label.
struct BarTime {
  Timestamp at;
  bool is_date = false;
  friend bool operator==(const BarTime&, const BarTime&) = default;
};

// What a time needs that does not say all by itself.
struct TimeContext {
  zones::Zones* zones = nullptr;         // for the zones that texts name; null: such a text is an error
  const TimeZone* unzoned = nullptr;     // the gateway's own, for texts without one; null: such a text is an error
  std::optional<Timestamp> after = {};   // of the bar before: decides an hour that happens twice
};

// The forms IB sends:
//   20260105                                  a date
//   1767623400                                seconds since 1970; of nine digits and more (March 1973 on), or negative
//   20260105-14:30:00, 20260105-14:30:00Z     UTC
//   20260105 09:30:00, 20260105  09:30:00     in the zone of the gateway or of its login
//   20260105 09:30:00 US/Eastern              in this zone
[[nodiscard]] Result<BarTime> parse_time(std::string_view text, const TimeContext& context);

// The end of a request, rounded up to seconds so that nothing before it is left out. UTC, "20260105-21:00:00", without the
// Z that newer gateways write themselves: whether they read it is not known. Before 176 they are given the zone.
[[nodiscard]] std::string end_date_text(Timestamp end, int server_version);

struct Interval {
  Timestamp from;
  Timestamp until;  // not part of it
  friend bool operator==(const Interval&, const Interval&) = default;
};

// The sessions of a historicalSchedule. Its times look like UTC and are in the zone the message names.
[[nodiscard]] Result<std::vector<Interval>> schedule_sessions(const tws::HistoricalSchedule& message,
                                                              zones::Zones& zones);

}  // namespace tradewind::client::history
