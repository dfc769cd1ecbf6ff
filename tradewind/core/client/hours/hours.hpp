#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/client/zones/zones.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tradewind::client::hours {

struct Interval {
  Timestamp from;
  Timestamp until;  // not part of it
  friend bool operator==(const Interval&, const Interval&) = default;
};

enum class MarketState : std::uint8_t { open, closed, unknown };

// When a market is open, as far as one text tells: usually from today for about a week.
class Hours {
 public:
  // `text` as in contract details, in either form and with several sessions a day:
  //   20260105:0930-20260105:1600;20260106:CLOSED
  //   20260105:0930-1200,1300-1600;20260106:CLOSED
  [[nodiscard]] static Result<Hours> parse(std::string_view text, const TimeZone& zone);

  [[nodiscard]] const std::vector<Interval>& intervals() const { return open_; }
  // What the text speaks of: from midnight of its first day. Where sessions go over midnight it is from the first session
  // to the end of the last, since one the text does not name may lie in the night before and after.
  [[nodiscard]] const Interval& covered() const { return covered_; }

  [[nodiscard]] MarketState state(Timestamp at) const;
  [[nodiscard]] bool is_open(Timestamp at) const { return state(at) == MarketState::open; }
  // The first known opening after `at`, and the end of the interval that is open at `at` or opens next. Nothing when the
  // text names none; ask for contract details again then.
  [[nodiscard]] std::optional<Timestamp> next_open(Timestamp at) const;
  [[nodiscard]] std::optional<Timestamp> next_close(Timestamp at) const;

  // One day of the zone on which a session ends.
  struct Day {
    CivilTime date;  // midnight
    Timestamp last_close;
    bool closes_early = false;  // before the time of day at which most days of this text close
  };
  [[nodiscard]] const std::vector<Day>& days() const { return days_; }

 private:
  Hours() = default;

  std::vector<Interval> open_;
  Interval covered_;
  std::vector<Day> days_;
};

struct ContractHours {
  Hours trading;  // all sessions
  Hours liquid;  // the regular ones
};
// Errors say which of the two, and why. Who cannot read the hours of a contract treats it as closed.
[[nodiscard]] Result<ContractHours> contract_hours(const tws::ContractDetails& details, zones::Zones& zones);

}  // namespace tradewind::client::hours
