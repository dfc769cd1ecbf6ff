#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/sim/venue/market_event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tradewind::sim::venue {

// The rule by which bars become market events. L is the length of the bar; instants are rounded down to
// nanoseconds.
//
//   quote bar   open quote at 1/60 L, close quote at 59/60 L
//   trade bar   four prints, at 2/60, 20/60, 40/60 and 58/60 L:
//               open, low, high, close when close >= open; open, high, low, close otherwise
//
// The volume is split in four equal parts of whole units, the remainder goes to the last print. A unit is one
// share when the volume is whole, else the smallest quantity there is. A volume of less than one unit for
// each print leaves out prints that repeat the price before them, earliest first and no more than needed; if
// that is not enough, a whole volume is split in smallest quantities after all. So the bar built back from
// the prints (first, highest, lowest and last price, sum of the sizes) is always identical to the bar they
// came from. Only a bar whose volume has fewer smallest quantities than it has prices to show, such as one
// without volume, gives prints of size zero.

// The prints of one bar, in order of time.
struct BarPrints {
  std::array<model::Trade, 4> prints;
  std::size_t count = 0;

  [[nodiscard]] std::span<const model::Trade> view() const& { return std::span{prints}.first(count); }
  std::span<const model::Trade> view() const&& = delete;  // it would outlive what it shows
};
[[nodiscard]] BarPrints prints_of(const model::Bar& bar);

// The instant `sixtieths` of the way through a bar.
[[nodiscard]] Timestamp instant_in_bar(Timestamp start, Duration length, int sixtieths);
// When the two quotes of a bar are shown, in sixtieths.
inline constexpr int kQuoteOpenAt = 1;
inline constexpr int kQuoteCloseAt = 59;

// The shortest bar whose events have distinct times.
inline constexpr Duration kBarLengthMin{60};

// Plays the bars of several symbols as market events in ascending time. Events of the same time come in the
// order of the symbols; of one symbol, the quote first. Each event costs the logarithm of the number of
// symbols.
class Replay {
 public:
  // One history per symbol, ascending, without overlap, each bar as long as its history says. `shift` is
  // added to every time, so that an old day can be played as if it began now.
  explicit Replay(std::vector<model::BarHistory> histories, Duration shift = Duration::zero());

  // Time of the next event; empty when all have been played.
  [[nodiscard]] std::optional<Timestamp> next_time() const {
    return heap_.empty() ? std::nullopt : std::optional{heap_.front().time + shift_};
  }
  // The next event; there must be one.
  MarketEvent pop();

  // More bars of the same symbols, for a market that is made while it is played. They follow the bars already
  // given, and nothing of theirs is earlier than what has been played. Bars that have been played are
  // forgotten.
  void append(std::vector<model::BarHistory> later);

 private:
  struct Stream {
    model::BarHistory history;
    std::size_t quote_bar = 0;  // index of the bar whose quote comes next
    bool quote_at_close = false;
    std::size_t trade_bar = 0;  // index of the bar whose print comes next
    std::size_t print = 0;
    BarPrints prints;  // of that bar
    bool queued = false;
  };
  struct Next {
    Timestamp time;  // without the shift
    std::uint32_t symbol;
  };

  [[nodiscard]] static std::optional<Timestamp> quote_time(const Stream& stream);
  [[nodiscard]] static std::optional<Timestamp> print_time(const Stream& stream);
  void enqueue(std::uint32_t symbol);

  std::vector<Stream> streams_;
  std::vector<Next> heap_;  // the earliest first
  Duration shift_;
  std::optional<Timestamp> played_;  // without the shift
};

}  // namespace tradewind::sim::venue
