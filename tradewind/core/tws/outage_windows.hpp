#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::tws {

// Where the account's server stands. IB assigns it, mostly by where the customer lives.
enum class Region : std::uint8_t { north_america, europe, asia };

// A time at which IB resets its servers: connections drop and come back, and nobody has to be woken for it.
struct OutageWindow {
  Region region{};
  std::string_view zone;  // that the times are in
  std::uint8_t days = 0;  // on which it begins: bit 0 is Sunday
  std::chrono::minutes begin{};  // after midnight
  std::chrono::minutes length{};
};

// As IB publishes them on its system status page. None has been verified by us, and IB changes them: a window that is
// wrong here makes an alert early or late, and does nothing else.
[[nodiscard]] std::span<const OutageWindow> outage_windows();

struct Outage {
  Timestamp begin;
  Timestamp end;
};

// The windows of one region on the calendar.
class OutageWindows {
 public:
  // The names of the zones that `create` needs.
  [[nodiscard]] static std::vector<std::string> zones_of(Region region);
  // `not_found` when a zone is missing.
  [[nodiscard]] static Result<OutageWindows> create(Region region, std::vector<TimeZone> zones);

  // The window that covers `at`, the one that ends last when there are several.
  [[nodiscard]] std::optional<Outage> expected(Timestamp at) const;

  // When a person has to be told of a connection that is away since `since`: after five minutes, but for what begins in a
  // window, or is overtaken by one before that, ten minutes after its end. Always some time.
  [[nodiscard]] Timestamp alert_at(Timestamp since) const;
  [[nodiscard]] bool alert_due(Timestamp since, Timestamp now) const { return now >= alert_at(since); }

 private:
  OutageWindows(Region region, std::vector<TimeZone> zones) : region_{region}, zones_{std::move(zones)} {}
  [[nodiscard]] const TimeZone* zone(std::string_view name) const;

  Region region_;
  std::vector<TimeZone> zones_;
};

}  // namespace tradewind::tws
