#include "apps/tradewind/market_clock.hpp"

#include "tradewind/core/base/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::app {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kFastest = 100'000;  // times the wall clock

Duration scaled(Duration duration, std::int64_t numerator, std::int64_t denominator) {
  return Duration{static_cast<std::int64_t>(Int128{duration.count()} * numerator / denominator)};
}

}  // namespace

Result<MarketSpeed> parse_speed(std::string_view text) {
  if (text == "max") return MarketSpeed{.kind = MarketSpeed::Kind::fastest};
  if (text == "step") return MarketSpeed{.kind = MarketSpeed::Kind::steps};
  const auto times = Price::parse(text);
  constexpr std::int64_t kMillionth = Price::kScale / kMillion;
  if (!times || times->raw() < kMillionth * 1'000 || *times > Price::of(kFastest) || times->raw() % kMillionth != 0) {
    return fail(Errc::invalid_argument,
                fmt::format("--speed '{}': it is a number from 0.001 to {}, max, or step", text, kFastest));
  }
  return MarketSpeed{.kind = MarketSpeed::Kind::steady, .millionths = times->raw() / kMillionth};
}

Timestamp MarketClock::now(const Now& now) const {
  if (is_paused_ || is_waiting_ || speed_.kind != MarketSpeed::Kind::steady) return time_;
  if (speed_.is_real_time()) return now.utc - behind_;
  return start_.utc + scaled(now.mono - start_.mono, speed_.millionths, kMillion);
}

std::optional<MonoTime> MarketClock::due(Timestamp time, const Now& now) const {
  if (is_paused_ || speed_.kind == MarketSpeed::Kind::steps) return std::nullopt;
  if (speed_.kind == MarketSpeed::Kind::fastest) return now.mono;
  const Duration left = std::max(time - this->now(now), Duration{});
  // Rounded up, so that the time has come by then.
  return now.mono + scaled(left, kMillion, speed_.millionths) + Duration{speed_.is_real_time() ? 0 : 1};
}

void MarketClock::advance_to(Timestamp time) { time_ = std::max(time_, time); }

void MarketClock::wait(const Now& now) {
  time_ = this->now(now);
  is_waiting_ = true;
}

void MarketClock::go_on(const Now& now) {
  if (std::exchange(is_waiting_, false) && !is_paused_) start_ = {time_, now.mono};
}

void MarketClock::pause(const Now& now) {
  time_ = this->now(now);
  is_paused_ = true;
}

void MarketClock::resume(const Now& now) {
  if (!is_paused_) return;
  is_paused_ = is_waiting_ = false;
  start_ = {time_, now.mono};
  behind_ = now.utc - time_;
}

}  // namespace tradewind::app
