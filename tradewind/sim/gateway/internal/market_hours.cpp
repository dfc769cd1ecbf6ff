#include "tradewind/sim/gateway/internal/market_hours.hpp"

#include "tradewind/sim/gateway/gateway.hpp"

#include <chrono>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::minutes kOpen{9 * 60 + 30};

}  // namespace

std::optional<Duration> until_close(const GatewayOptions& options, Timestamp time) {
  if (!options.session_close) return std::nullopt;
  const CivilTime local = options.zone.local(time);
  const std::int64_t days = from_civil_utc({local.year, local.month, local.day}).ns() / Duration{24h}.count();
  if ((days + 4) % 7 == 0 || (days + 4) % 7 == 6) return std::nullopt;  // 1970-01-01 was a Thursday
  const Duration of_day =
      std::chrono::hours{local.hour} + std::chrono::minutes{local.minute} + std::chrono::seconds{local.second};
  if (of_day < Duration{kOpen} || of_day >= Duration{*options.session_close}) return std::nullopt;
  return Duration{*options.session_close} - of_day;
}

bool in_regular_hours(const GatewayOptions& options, Timestamp time) {
  return !options.session_close || until_close(options, time).has_value();
}

}  // namespace tradewind::sim::gateway
