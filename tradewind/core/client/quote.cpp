#include "tradewind/core/client/quote.hpp"

#include <charconv>
#include <cmath>

namespace tradewind::client {
namespace {

// IB's "not computed": -1 for a volatility or price, -2 for a greek.
std::optional<double> computed(std::optional<double> value, double nothing) {
  if (!value || !std::isfinite(*value) || *value == nothing) return std::nullopt;
  return value;
}

std::optional<Timestamp> seconds_in(std::string_view text) {
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  constexpr std::int64_t kLatest = 9'000'000'000;  // what nanoseconds in 64 bits can hold, about
  if (error != std::errc{} || stop != end || seconds <= 0 || seconds > kLatest) return std::nullopt;
  return Timestamp::from_ns(seconds * 1'000'000'000);
}

}  // namespace

Tick live_tick(std::int32_t tick_type) {
  switch (tick_type) {
    case 66:
      return Tick::bid;
    case 67:
      return Tick::ask;
    case 68:
      return Tick::last;
    case 69:
      return Tick::bid_size;
    case 70:
      return Tick::ask_size;
    case 71:
      return Tick::last_size;
    case 72:
      return Tick::high;
    case 73:
      return Tick::low;
    case 74:
      return Tick::volume;
    case 75:
      return Tick::close;
    case 76:
      return Tick::open;
    case 80:
    case 81:
    case 82:
    case 83:
      return static_cast<Tick>(tick_type - 70);
    case 88:
      return Tick::last_timestamp;
    case 90:
      return Tick::halted;
    case 103:
    case 104:
      return static_cast<Tick>(tick_type - 53);  // the yields, 50 and 51
    default:
      return static_cast<Tick>(tick_type);
  }
}

std::optional<bool> Quote::is_halted() const {
  const auto state = number(Tick::halted);
  if (!state || *state < 0) return std::nullopt;
  return *state > 0;
}

void Quote::set_size(Tick tick, std::optional<Quantity> size) {
  switch (tick) {
    case Tick::bid_size:
      bid_size = size;
      return;
    case Tick::ask_size:
      ask_size = size;
      return;
    case Tick::last_size:
      last_size = size;
      return;
    case Tick::volume:
      volume = size;
      return;
    default:
      if (size) sizes_.insert_or_assign(tick, *size);
      else sizes_.erase(tick);
  }
}

bool Quote::apply(const UpdateOf<tws::MarketDataRequest>& update) {
  if (const auto* const tick = update.get<tws::TickPrice>()) {
    const Tick type = live_tick(tick->tick_type);
    const bool nothing = tick->price == Price::of(-1) && (!tick->size || tick->size->is_zero());
    const std::optional<Price> price = nothing ? std::nullopt : std::optional{tick->price};
    const std::optional<Quantity> size = nothing ? std::nullopt : tick->size;
    switch (type) {
      case Tick::bid:
        bid = price;
        bid_size = size;
        break;
      case Tick::ask:
        ask = price;
        ask_size = size;
        break;
      case Tick::last:
        last = price;
        last_size = size;
        break;
      default:
        if (price) prices_.insert_or_assign(type, *price);
        else prices_.erase(type);
    }
    return true;
  }
  if (const auto* const tick = update.get<tws::TickSize>()) {
    set_size(live_tick(tick->tick_type), tick->size);
    return true;
  }
  if (const auto* const tick = update.get<tws::TickGeneric>()) {
    if (tick->value) numbers_.insert_or_assign(live_tick(tick->tick_type), *tick->value);
    else numbers_.erase(live_tick(tick->tick_type));
    return true;
  }
  if (const auto* const tick = update.get<tws::TickString>()) {
    const Tick type = live_tick(tick->tick_type);
    if (type == Tick::last_timestamp) last_time = seconds_in(tick->value);
    else texts_.insert_or_assign(type, tick->value);
    return true;
  }
  if (const auto* const tick = update.get<tws::TickOptionComputation>()) {
    options_.insert_or_assign(
        live_tick(tick->tick_type),
        OptionComputation{computed(tick->implied_vol, -1), computed(tick->delta, -2), computed(tick->gamma, -2),
                          computed(tick->vega, -2), computed(tick->theta, -2), computed(tick->opt_price, -1),
                          computed(tick->und_price, -1), computed(tick->pv_dividend, -1)});
    return true;
  }
  return false;
}

}  // namespace tradewind::client
