#include "tradewind/sim/gateway/tape.hpp"

#include "tradewind/sim/gateway/history.hpp"

#include <algorithm>
#include <chrono>
#include <variant>

namespace tradewind::sim::gateway {
namespace {

std::int64_t minute_of(Timestamp time) { return time.ns() / Duration{std::chrono::minutes{1}}.count(); }

}  // namespace

void Tape::in_range(Price price) {
  if (!open) open = price;
  high = std::max(high.value_or(price), price);
  low = std::min(low.value_or(price), price);
}

bool Tape::show(const venue::MarketEvent& event, const TimeZone& zone, bool has_prints) {
  bool new_day = false;
  if (day.empty() || event.time >= day_end) {
    new_day = true;
    if (last) previous_close = last->price;
    else if (!has_prints && quote.bid) previous_close = quote.bid;
    day = date_text(event.time, zone);
    CivilTime midnight = zone.local(event.time);
    midnight.hour = midnight.minute = midnight.second = 0;
    // Days have 23 to 25 hours.
    day_end = zone.instant(midnight) + std::chrono::hours{23};
    while (date_text(day_end, zone) == day) day_end = day_end + std::chrono::hours{1};
    open = high = low = std::nullopt;
    volume = Quantity::zero();
    value = Amount::zero();
    trades = 0;
  }
  if (const auto* now = std::get_if<model::Quote>(&event.data)) {
    quote = *now;
    if (!has_prints && now->bid) in_range(*now->bid);
    return new_day;
  }
  const auto& trade = std::get<model::Trade>(event.data);
  last = trade;
  in_range(trade.price);
  volume = add(volume, trade.size).value_or(volume);
  if (const auto worth = notional(trade.price, trade.size, Multiplier::of(1)))
    value = add(value, *worth).value_or(value);
  ++trades;
  const std::int64_t number = minute_of(event.time);
  Minute& minute = minutes_[static_cast<std::size_t>(number) % minutes_.size()];
  if (minute.number != number) minute = {.number = number, .traded = {}};
  minute.traded.volume = add(minute.traded.volume, trade.size).value_or(minute.traded.volume);
  ++minute.traded.trades;
  return new_day;
}

Tape::Recent Tape::recent(int minutes, Timestamp now) const {
  Recent all;
  const std::int64_t current = minute_of(now);
  for (const Minute& minute : minutes_) {
    if (minute.number >= current || minute.number < current - minutes) continue;
    all.volume = add(all.volume, minute.traded.volume).value_or(all.volume);
    all.trades += minute.traded.trades;
  }
  return all;
}

}  // namespace tradewind::sim::gateway
