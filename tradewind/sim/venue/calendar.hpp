#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::sim::venue {

enum class DayKind : std::uint8_t { full, half, holiday };

// What New York's stock exchanges make of a date, by the rules of 2022; weekends apart. Days on which they closed for
// storms, attacks or mourning since 2001 are holidays, too. The rules of years before 1998 were others.
[[nodiscard]] DayKind us_day_kind(std::chrono::sys_days date);

// Whose sessions are kept.
enum class MarketHours : std::uint8_t {
  us_stocks,      // New York: from 04:00, regular 09:30 to 16:00, to 20:00; half days end at 13:00 and 17:00
  us_regular,     // New York: 09:30 to 16:00 or 13:00 alone: stock options and indices
  index_futures,  // Chicago: from 17:00 of the day before to 16:00, regular from 08:30; as since June 2021
  currencies,     // New York: from 17:15 of the day before to 17:00, holidays or not
  always,         // every day from midnight to midnight
};

// How a market differs from what its kind usually keeps.
struct CalendarChange {
  bool keeps_holidays = true;  // New York's; else every day from Monday to Friday is a full one
  std::optional<std::chrono::minutes> regular_close = std::nullopt;  // local; where regular hours would end later
};

// The database's name of the zone such hours are in.
[[nodiscard]] std::string_view zone_name_of(MarketHours hours);

// IB's two kinds of hours: those in which a contract trades at all, and the regular ones.
enum class HoursKind : std::uint8_t { trading, liquid };

// From `begin` until just before `end`.
struct Session {
  Timestamp begin;
  Timestamp end;

  [[nodiscard]] bool contains(Timestamp time) const { return begin <= time && time < end; }
  friend bool operator==(const Session&, const Session&) = default;
};

// The sessions of one market by its rules, in its time zone, for ever.
class Calendar {
 public:
  // A session belongs to the date on which it ends, as at the exchanges: Monday's may begin on Sunday.
  struct TradingDay {
    std::chrono::sys_days date;
    Session trading;
    Session regular;  // within `trading`

    [[nodiscard]] const Session& session(HoursKind kind) const {
      return kind == HoursKind::trading ? trading : regular;
    }
  };

  Calendar(MarketHours hours, TimeZone zone, const CalendarChange& change = {});

  // Empty when the market is closed on that date.
  [[nodiscard]] std::optional<TradingDay> trading_day(std::chrono::sys_days date) const;
  // The trading day at `time`, or else the next: the first that ends later. DAY orders sent now end with it.
  [[nodiscard]] TradingDay current_or_next(Timestamp time) const;
  [[nodiscard]] bool is_open(Timestamp time) const { return is_in(HoursKind::trading, time); }
  [[nodiscard]] bool is_regular(Timestamp time) const { return is_in(HoursKind::liquid, time); }
  // The first instant after `time` at which such hours begin or end; empty when they never do.
  [[nodiscard]] std::optional<Timestamp> next_change(HoursKind kind, Timestamp time) const;

  // As contract details have it: "20261126:CLOSED;20261127:0930-20261127:1300", from today on. A date on which the
  // session of the next one begins has no entry of its own.
  [[nodiscard]] std::string hours_text(HoursKind kind, Timestamp now, int entries) const;

  [[nodiscard]] const TimeZone& zone() const { return zone_; }

 private:
  [[nodiscard]] bool is_in(HoursKind kind, Timestamp time) const;
  // The first session of this kind that ends after `time`.
  [[nodiscard]] Session session_after(HoursKind kind, Timestamp time) const;

  MarketHours hours_;
  TimeZone zone_;
  CalendarChange change_;
};

}  // namespace tradewind::sim::venue
