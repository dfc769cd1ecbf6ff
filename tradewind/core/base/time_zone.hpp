#pragma once

#include "tradewind/core/base/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tradewind {

// A time zone as a value: its offsets from UTC, each from an instant on. The edge fills it from the system's zone
// database; the core only calculates.
class TimeZone {
 public:
  struct Transition {
    Timestamp from;                     // first instant at which the offset holds
    std::chrono::seconds utc_offset{};  // local minus UTC
  };

  [[nodiscard]] static TimeZone utc() { return TimeZone{"UTC", {}}; }
  // Transitions in ascending order; before the first one the offset is that of the first (or zero without any).
  TimeZone(std::string name, std::vector<Transition> transitions);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::chrono::seconds utc_offset(Timestamp time) const;
  [[nodiscard]] CivilTime local(Timestamp time) const;
  // The instant at which clocks in the zone show `civil`. An hour that happens twice is taken as its first; one that is
  // skipped, as if the clock had not been changed.
  [[nodiscard]] Timestamp instant(const CivilTime& civil) const;

 private:
  std::string name_;
  std::vector<Transition> transitions_;
};

}  // namespace tradewind
