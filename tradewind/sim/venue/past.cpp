#include "tradewind/sim/venue/past.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/decimal.hpp"
#include "tradewind/core/base/hash.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace tradewind::sim::venue {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kPriceFloor = 100;  // in ticks
constexpr std::int64_t kBillion = 1'000'000'000;
constexpr std::int64_t kSharesPerTrade = 100;
constexpr std::int64_t kVolumeMax = 90'000'000'000;  // what a quantity holds

// A bell of four uniforms with a standard deviation of 1,000 or so: one draw, since a year has half a million minutes.
std::int64_t bell_thousandths(Rng& rng) {
  const std::uint64_t bits = rng.next();
  std::int64_t sum = -2 * 65'535;
  for (int shift = 0; shift < 64; shift += 16) sum += static_cast<std::int64_t>((bits >> shift) & 0xffff);
  return sum * 1'000 / 37'837;
}

std::int64_t part_of(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
  return static_cast<std::int64_t>(Int128{value} * numerator / denominator);
}

std::int64_t rounded(std::int64_t price, std::int64_t tick) { return (price + tick / 2) / tick * tick; }

std::int64_t root_of(std::int64_t value) {
  std::int64_t root = 1;
  while (root * root < value) ++root;
  return root;
}

std::uint64_t seed_of(std::uint64_t seed, std::string_view symbol, std::int64_t time) {
  Digest64 digest;
  digest.mix(seed);
  for (const char c : symbol) digest.mix(std::uint64_t{static_cast<unsigned char>(c)});
  digest.mix(time);
  return digest.value();
}

Timestamp local_instant(const TimeZone& zone, std::chrono::sys_days day, std::chrono::minutes of_day) {
  const auto days = std::chrono::floor<std::chrono::days>(of_day);
  const std::chrono::year_month_day date{day + days};
  const auto minute = static_cast<int>((of_day - days).count());
  return zone.instant({int{date.year()}, static_cast<int>(unsigned{date.month()}),
                       static_cast<int>(unsigned{date.day()}), minute / 60, minute % 60, 0});
}

std::chrono::sys_days date_of(const CivilTime& civil) {
  return std::chrono::year_month_day{std::chrono::year{civil.year},
                                     std::chrono::month{static_cast<unsigned>(civil.month)},
                                     std::chrono::day{static_cast<unsigned>(civil.day)}};
}

}  // namespace

void split(const model::Bar& whole, int parts, Price tick, Rng rng, std::vector<model::Bar>& out) {
  TW_CHECK(parts > 0);
  const std::int64_t step = tick.raw();
  const auto low = whole.low.raw();
  const auto high = whole.high.raw();
  const std::int64_t n = parts;
  // A walk from open to close whose width is about that of the bar, held within it.
  const std::int64_t deviation = (high - low) * 2 / (3 * root_of(n));
  std::vector<std::int64_t> walk(static_cast<std::size_t>(parts) + 1);
  std::vector<std::int64_t> weights(static_cast<std::size_t>(parts));
  std::int64_t weight = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    walk[i + 1] = walk[i] + deviation * bell_thousandths(rng) / 1'000;
    weights[i] = 200 + static_cast<std::int64_t>(rng.next() >> 53) * 1'600 / 2'047;
    weight += weights[i];
  }
  const std::int64_t drift = whole.close.raw() - whole.open.raw() - walk.back();
  const auto knot = [&](std::size_t i) {
    if (i == 0) return whole.open.raw();
    if (i == weights.size()) return whole.close.raw();
    const std::int64_t price = whole.open.raw() + walk[i] + part_of(drift, static_cast<std::int64_t>(i), n);
    return std::clamp(low + rounded(std::max<std::int64_t>(price - low, 0), step), low, high);
  };
  const std::size_t first = out.size();
  const std::int64_t units = whole.volume.raw() / Quantity::kScale;
  std::int64_t weight_before = 0;
  std::size_t highest = first;
  std::size_t lowest = first;
  std::int64_t open = knot(0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::int64_t close = knot(i + 1);
    model::Bar& bar = out.emplace_back();
    bar.length = whole.length / parts;
    bar.start = whole.start + bar.length * static_cast<std::int64_t>(i);
    bar.open = Price::from_raw(open);
    bar.close = Price::from_raw(close);
    bar.high = std::max(bar.open, bar.close);
    bar.low = std::min(bar.open, bar.close);
    const std::int64_t weight_now = weight_before + weights[i];
    bar.volume = Quantity::of(part_of(units, weight_now, weight) - part_of(units, weight_before, weight));
    bar.trade_count = static_cast<std::int32_t>(part_of(whole.trade_count, weight_now, weight) -
                                                part_of(whole.trade_count, weight_before, weight));
    // A part without volume shows no price, so it may not be the one that holds an extreme.
    const auto rank = [&](std::size_t at, std::int64_t extreme) {
      return std::pair{!out[at].volume.is_zero(), extreme};
    };
    const std::size_t here = out.size() - 1;
    if (rank(here, bar.high.raw()) > rank(highest, out[highest].high.raw())) highest = here;
    if (rank(here, -bar.low.raw()) > rank(lowest, -out[lowest].low.raw())) lowest = here;
    weight_before = weight_now;
    open = close;
  }
  out[highest].high = whole.high;
  out[lowest].low = whole.low;
}

Past::Past(GeneratorConfig config) : config_{std::move(config)}, first_day_{date_of(config_.first_day)} {
  while (!has_session(first_day_)) first_day_ += std::chrono::days{1};
  end_ = local_instant(config_.zone, first_day_, config_.session_open);
}

bool Past::has_session(std::chrono::sys_days day) const {
  const std::chrono::weekday weekday{day};
  return config_.open_at_weekends || (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday);
}

Timestamp Past::begin() const {
  std::chrono::sys_days day = first_day_ - std::chrono::days{365 * kYears};
  while (!has_session(day)) day += std::chrono::days{1};
  return local_instant(config_.zone, day, config_.session_open);
}

std::vector<model::Bar> Past::bars(std::size_t index, Timestamp from, Timestamp until, Grain grain) const {
  const GeneratedSymbol& symbol = config_.symbols[index];
  const std::string_view name = symbol.spec.symbol.view();
  const std::int64_t tick = symbol.tick.raw();
  const std::int64_t daily = symbol.daily_volatility_millionths * 1'000;  // in billionths
  const std::int64_t floor = kPriceFloor * tick;
  const bool has_gaps =
      config_.session_close - config_.session_open < std::chrono::days{1} || !config_.open_at_weekends;
  const auto back = [&](std::int64_t price, std::int64_t change) {
    return std::max(price - part_of(price, change, kBillion), floor);
  };
  from = std::max(from, begin());
  until = std::min(until, end_);
  std::vector<model::Bar> days;  // the latest first
  std::int64_t next_open = symbol.start_price.raw();
  for (std::chrono::sys_days day = first_day_ - std::chrono::days{1};; day -= std::chrono::days{1}) {
    if (!has_session(day)) continue;
    const Timestamp opens = local_instant(config_.zone, day, config_.session_open);
    const Timestamp closes = local_instant(config_.zone, day, config_.session_close);
    if (closes <= from || opens < begin()) break;
    Rng rng{seed_of(config_.seed, name, day.time_since_epoch().count())};
    const std::int64_t change = part_of(daily, bell_thousandths(rng), 1'000);
    const std::int64_t gap = has_gaps ? part_of(daily / 2, bell_thousandths(rng), 1'000) : 0;
    const std::int64_t close = back(next_open, gap);
    const std::int64_t open = back(close, change);
    next_open = open;
    if (opens >= until) continue;
    const std::int64_t up = part_of(part_of(open, daily, kBillion), rng.between(50, 700), 1'000);
    const std::int64_t down = part_of(part_of(open, daily, kBillion), rng.between(50, 700), 1'000);
    model::Bar& bar = days.emplace_back();
    bar.start = opens;
    bar.length = closes - opens;
    bar.open = Price::from_raw(rounded(open, tick));
    bar.close = Price::from_raw(rounded(close, tick));
    bar.high = std::max({bar.open, bar.close, Price::from_raw(rounded(std::max(open, close) + up, tick))});
    bar.low =
        std::min({bar.open, bar.close, Price::from_raw(std::max(rounded(std::min(open, close) - down, tick), tick))});
    const std::int64_t minutes = bar.length / Duration{1min};
    const std::int64_t volume =
        std::min(part_of(symbol.volume_per_minute * minutes, rng.between(600, 1'400), 1'000), kVolumeMax);
    bar.volume = Quantity::of(volume);
    bar.trade_count = static_cast<std::int32_t>(std::min<std::int64_t>(
        std::min(volume, 6 * minutes + volume / kSharesPerTrade), std::numeric_limits<std::int32_t>::max()));
  }
  std::ranges::reverse(days);
  std::vector<model::Bar> made;
  const auto keep = [&](const model::Bar& bar) { return bar.start >= from && bar.start < until; };
  if (grain == Grain::day) {
    std::ranges::copy_if(days, std::back_inserter(made), keep);
    return made;
  }
  std::vector<model::Bar> minutes;
  std::vector<model::Bar> seconds;
  for (const model::Bar& day : days) {
    minutes.clear();
    const auto count = static_cast<int>(day.length / Duration{1min});
    split(day, count, symbol.tick, Rng{seed_of(config_.seed, name, day.start.ns() + 1)}, minutes);
    for (const model::Bar& minute : minutes) {
      if (grain == Grain::minute) {
        if (keep(minute)) made.push_back(minute);
        continue;
      }
      if (minute.start + minute.length <= from || minute.start >= until) continue;
      seconds.clear();
      split(minute, 60, symbol.tick, Rng{seed_of(config_.seed, name, minute.start.ns() + 2)}, seconds);
      std::ranges::copy_if(seconds, std::back_inserter(made), keep);
    }
  }
  return made;
}

}  // namespace tradewind::sim::venue
