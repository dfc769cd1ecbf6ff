#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::client::zones {

// The zone with this name in the database of time zones; edge::catalog::load_time_zone is one.
using Lookup = std::function<Result<TimeZone>(std::string_view name)>;

// The database's name for what IB calls a zone: "US/Eastern" as it is, "EST (Eastern Standard Time)" as
// "America/New_York". Whether the database has it is another question.
[[nodiscard]] Result<std::string> database_name(std::string_view ib_name);

// Zones by IB's names, each looked up once. A zone found stays where it is as long as this object lives.
class Zones {
 public:
  explicit Zones(Lookup lookup);

  [[nodiscard]] Result<const TimeZone*> find(std::string_view ib_name);
  // From now on `ib_name` means what the database calls `name`: the way out when a gateway's name is ambiguous.
  [[nodiscard]] Result<void> set_meaning(std::string_view ib_name, std::string_view name);

 private:
  Lookup lookup_;
  std::map<std::string, TimeZone, std::less<>> found_;  // by IB's name
};

// The instants at which clocks of a zone show a time.
struct Instants {
  std::optional<Timestamp> first;   // nothing: the clocks skip this time
  std::optional<Timestamp> second;  // the clocks show it twice
};
[[nodiscard]] Instants instants(const TimeZone& zone, const CivilTime& civil);

}  // namespace tradewind::client::zones
