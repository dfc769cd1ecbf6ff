#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/sim/venue/listing.hpp"
#include "tradewind/sim/venue/market_event.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace tradewind::sim::venue {

// Which prices a trigger looks at, by IB's numbers. "Double" wants two in a row. Of quotes it is the bid when a price is
// to rise, and the ask when it is to fall: the side that gets there last.
enum class TriggerMethod : std::uint8_t {
  by_contract = 0,
  double_bid_ask = 1,
  last = 2,
  double_last = 3,
  bid_ask = 4,
  last_or_bid_ask = 7,
  midpoint = 8,
};

// Empty for a number IB does not know.
[[nodiscard]] std::optional<TriggerMethod> trigger_method(std::int32_t number);
// IB's choice for a contract: double bid/ask for options, bid/ask where nobody sees prints, else the last price.
[[nodiscard]] TriggerMethod default_trigger_method(const Listing& listing);

enum class Direction : std::uint8_t { rising, falling };

[[nodiscard]] constexpr Direction opposite(Direction direction) {
  return direction == Direction::rising ? Direction::falling : Direction::rising;
}

// What a symbol has shown last: enough for every trigger method.
class SeenPrices {
 public:
  void see(const MarketEvent& event);

  // Whether the price has risen or fallen to `level`, counting only what is stamped after `since`.
  [[nodiscard]] bool has_reached(Price level, Direction direction, TriggerMethod method, Timestamp since) const;
  // The newest price this method looks at for this direction; of two, the one that is further in it. Empty when there is
  // none after `since`.
  [[nodiscard]] std::optional<Price> newest(Direction direction, TriggerMethod method, Timestamp since) const;
  [[nodiscard]] std::optional<Price> last() const;

 private:
  struct Seen {
    Timestamp time;
    std::optional<Price> price;  // empty: that side of the quote was
  };
  // The newest two; the newest first.
  using Two = std::array<std::optional<Seen>, 2>;

  static void push(Two& two, Timestamp time, std::optional<Price> price);
  static std::optional<Price> of(const std::optional<Seen>& seen, Timestamp since);

  Two bids_;
  Two asks_;
  Two lasts_;
};

}  // namespace tradewind::sim::venue
