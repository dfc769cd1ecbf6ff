#include "tradewind/sim/venue/seen_prices.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>
#include <variant>

namespace tradewind::sim::venue {
namespace {

bool reaches(std::optional<Price> price, Price level, Direction direction) {
  return price && (direction == Direction::rising ? *price >= level : *price <= level);
}

}  // namespace

std::optional<TriggerMethod> trigger_method(std::int32_t number) {
  switch (number) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 7:
    case 8:
      return static_cast<TriggerMethod>(number);
    default:
      return std::nullopt;
  }
}

TriggerMethod default_trigger_method(const Listing& listing) {
  if (listing.is_option()) return TriggerMethod::double_bid_ask;
  return listing.has_prints() ? TriggerMethod::last : TriggerMethod::bid_ask;
}

void SeenPrices::see(const MarketEvent& event) {
  if (const auto* quote = std::get_if<model::Quote>(&event.data)) {
    push(bids_, event.time, quote->bid);
    push(asks_, event.time, quote->ask);
  } else {
    push(lasts_, event.time, std::get<model::Trade>(event.data).price);
  }
}

void SeenPrices::push(Two& two, Timestamp time, std::optional<Price> price) {
  two[1] = two[0];
  two[0] = Seen{.time = time, .price = price};
}

std::optional<Price> SeenPrices::of(const std::optional<Seen>& seen, Timestamp since) {
  return seen && seen->time > since ? seen->price : std::nullopt;
}

std::optional<Price> SeenPrices::last() const { return lasts_[0] ? lasts_[0]->price : std::nullopt; }

bool SeenPrices::has_reached(Price level, Direction direction, TriggerMethod method, Timestamp since) const {
  const Two& quotes = direction == Direction::rising ? bids_ : asks_;
  const auto reached = [&](const std::optional<Seen>& seen) { return reaches(of(seen, since), level, direction); };
  switch (method) {
    case TriggerMethod::double_bid_ask:
      return reached(quotes[0]) && reached(quotes[1]);
    case TriggerMethod::double_last:
      return reached(lasts_[0]) && reached(lasts_[1]);
    case TriggerMethod::last_or_bid_ask:
      return reached(lasts_[0]) || reached(quotes[0]);
    case TriggerMethod::last:
    case TriggerMethod::bid_ask:
    case TriggerMethod::midpoint:
      return reaches(newest(direction, method, since), level, direction);
    case TriggerMethod::by_contract:
      break;
  }
  TW_CHECK(false);
}

std::optional<Price> SeenPrices::newest(Direction direction, TriggerMethod method, Timestamp since) const {
  const auto quote = of(direction == Direction::rising ? bids_[0] : asks_[0], since);
  const auto last = of(lasts_[0], since);
  switch (method) {
    case TriggerMethod::last:
    case TriggerMethod::double_last:
      return last;
    case TriggerMethod::bid_ask:
    case TriggerMethod::double_bid_ask:
      return quote;
    case TriggerMethod::last_or_bid_ask:
      if (!quote || !last) return quote ? quote : last;
      return direction == Direction::rising ? std::max(*quote, *last) : std::min(*quote, *last);
    case TriggerMethod::midpoint: {
      const auto bid = of(bids_[0], since);
      const auto ask = of(asks_[0], since);
      return bid && ask ? std::optional{tradewind::midpoint(*bid, *ask)} : std::nullopt;
    }
    case TriggerMethod::by_contract:
      break;
  }
  TW_CHECK(false);
}

}  // namespace tradewind::sim::venue
