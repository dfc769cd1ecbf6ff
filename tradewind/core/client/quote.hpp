#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/client/conversation.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::client {

// Tick types of the API by their own numbers; a delayed one is kept under the number of the live one it stands for, as
// Quality::kind says which it is. The complete list: docs/reference/wire.md has the messages, IB's "tick types" the numbers.
enum class Tick : std::int32_t {
  bid_size = 0,
  bid = 1,
  ask = 2,
  ask_size = 3,
  last = 4,
  last_size = 5,
  high = 6,
  low = 7,
  volume = 8,
  close = 9,
  bid_option = 10,
  ask_option = 11,
  last_option = 12,
  model_option = 13,
  open = 14,
  bid_exchanges = 32,
  ask_exchanges = 33,
  mark_price = 37,
  last_timestamp = 45,
  shortable = 46,
  rt_volume = 48,
  halted = 49,
  last_exchange = 84,
  shortable_shares = 89,
};
// The live type a delayed one (66 to 76, 80 to 83, 88, 90, 103, 104) stands for; any other stays as it is.
[[nodiscard]] Tick live_tick(std::int32_t tick_type);

// Implied volatility and greeks, IB's own figures.
struct OptionComputation {
  std::optional<double> implied_volatility;
  std::optional<double> delta;
  std::optional<double> gamma;
  std::optional<double> vega;
  std::optional<double> theta;
  std::optional<double> option_price;
  std::optional<double> underlying_price;
  std::optional<double> present_value_of_dividends;
};

// What the ticks of one market-data subscription add up to. An empty value was never told, or was taken back: a price
// of -1 with size 0 means that there is no quote.
class Quote {
 public:
  std::optional<Price> bid;
  std::optional<Price> ask;
  std::optional<Price> last;
  std::optional<Quantity> bid_size;
  std::optional<Quantity> ask_size;
  std::optional<Quantity> last_size;
  std::optional<Quantity> volume;  // of the day
  std::optional<Timestamp> last_time;

  // All other ticks by type.
  [[nodiscard]] std::optional<Price> price(Tick tick) const { return find(prices_, tick); }
  [[nodiscard]] std::optional<Quantity> size(Tick tick) const { return find(sizes_, tick); }
  [[nodiscard]] std::optional<double> number(Tick tick) const { return find(numbers_, tick); }
  [[nodiscard]] std::string_view text(Tick tick) const {
    const auto found = texts_.find(tick);
    return found == texts_.end() ? std::string_view{} : std::string_view{found->second};
  }
  [[nodiscard]] const OptionComputation* option(Tick tick) const {
    const auto found = options_.find(tick);
    return found == options_.end() ? nullptr : &found->second;
  }
  // 1 a general halt, 2 a volatility halt; nothing when not told or not known.
  [[nodiscard]] std::optional<bool> is_halted() const;

  // Whether anything was taken from it.
  bool apply(const UpdateOf<tws::MarketDataRequest>& update);

 private:
  template <class Value>
  [[nodiscard]] static std::optional<Value> find(const std::map<Tick, Value>& map, Tick tick) {
    const auto found = map.find(tick);
    return found == map.end() ? std::nullopt : std::optional{found->second};
  }
  void set_size(Tick tick, std::optional<Quantity> size);

  std::map<Tick, Price> prices_;
  std::map<Tick, Quantity> sizes_;
  std::map<Tick, double> numbers_;
  std::map<Tick, std::string> texts_;
  std::map<Tick, OptionComputation> options_;
};

}  // namespace tradewind::client
