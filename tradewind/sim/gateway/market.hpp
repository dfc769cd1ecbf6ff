#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/sim/venue/generator.hpp"
#include "tradewind/sim/venue/listing.hpp"
#include "tradewind/sim/venue/market_event.hpp"
#include "tradewind/sim/venue/matching.hpp"
#include "tradewind/sim/venue/past.hpp"
#include "tradewind/sim/venue/replay.hpp"
#include "tradewind/sim/venue/universe.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

using venue::Listing;
using venue::us_stock;

// Of what bars are made.
enum class BarsOf : std::uint8_t { trades, bid, ask, midpoint };

// What the gateway plays: recorded bars, or a generated market that is made as it goes. Events come in ascending time;
// bars that are over can be asked for as history.
//
// The first listings are played: they have bars of their own. The others (options, later futures, combos) are priced from
// those: each time what they are priced from moves, they do, at the same time and right after it, as a function of that
// quote or print and the time alone. So that a chain of hundreds costs nothing, only those are that somebody has asked to
// watch; once watched, always watched.
class Market {
 public:
  // One history for each of the first listings. `shift` is added to every time.
  static Market recorded(std::vector<Listing> listings, std::vector<model::BarHistory> histories, Duration shift);
  // One listing for each symbol of the generator, and those priced from them. Everything before `start` is history at
  // once.
  static Market generated(std::vector<Listing> listings, venue::Generator generator, Timestamp start);

  [[nodiscard]] const venue::Universe& universe() const { return universe_; }
  [[nodiscard]] const std::vector<Listing>& listings() const { return universe_.listings(); }
  // One for each listing, and for each combo that may still come.
  [[nodiscard]] std::vector<venue::QuoteData> quote_data() const;
  // Made up for every day from Monday to Friday, holidays or not.
  [[nodiscard]] bool is_generated() const { return generator_.has_value(); }
  // Length of the bars underneath.
  [[nodiscard]] Duration bar_length() const { return bar_length_; }

  // When the next event is due; nothing when all is over.
  [[nodiscard]] std::optional<Timestamp> next_time();
  // There must be one.
  venue::MarketEvent pop();

  // From now on this listing's events come as well. What it shows at the moment is due at once: play while
  // has_pending().
  void watch(std::uint32_t index);
  [[nodiscard]] bool has_pending() const { return !pending_.empty(); }
  // The listing of a combo, made if need be; empty when there can be none.
  [[nodiscard]] std::optional<std::uint32_t> combo(std::vector<venue::Leg> legs);

  // Bars with start >= from whose interval is over at `now`, ascending. What shows no prints has no bars of trades, and
  // what shows no quotes has none of others. What has been played has bars of the base length; a generated market has
  // older ones too, which are minutes or days where that is no longer than `grain`. Of bars shorter than a minute it keeps
  // those of the last eight hours, and minutes of what was before.
  [[nodiscard]] std::vector<model::Bar> history(venue::SymbolIndex symbol, Timestamp from, Timestamp now,
                                                BarsOf what = BarsOf::trades, Duration grain = {}) const;
  // First and last quotes of the same intervals, with their sizes where they are known, else of one.
  [[nodiscard]] std::vector<model::QuoteBar> quote_history(venue::SymbolIndex symbol, Timestamp from,
                                                           Timestamp now) const;
  // Before this there is nothing; empty when there is nothing at all.
  [[nodiscard]] std::optional<Timestamp> history_begin(venue::SymbolIndex symbol) const;

 private:
  Market(std::vector<Listing> listings, std::vector<model::BarHistory> histories, Duration shift);
  // Takes away what a listing does not show, and the sizes of an index.
  void hide(std::vector<model::BarHistory>& histories) const;
  void remember(const std::vector<model::BarHistory>& histories);
  // Once an hour of a generated market: the past of a long session must not fill the memory.
  void join_old_bars(Timestamp minute);
  void link(std::uint32_t index);
  // Queues what the listings priced from these show now.
  void derive(const venue::MarketEvent& event);
  [[nodiscard]] model::Quote derived_quote(std::uint32_t index, Timestamp time) const;
  [[nodiscard]] std::optional<model::Trade> derived_print(std::uint32_t index, const model::Trade& source) const;
  void queue_quote(std::uint32_t index, const model::Quote& quote, Timestamp time);
  [[nodiscard]] std::vector<model::Bar> played_history(std::uint32_t index, Timestamp from, Timestamp now, BarsOf what,
                                                       Duration grain) const;
  [[nodiscard]] std::vector<model::Bar> invented_history(std::uint32_t index, Timestamp from, Timestamp now,
                                                         BarsOf what, Duration grain) const;
  [[nodiscard]] std::vector<model::Bar> combo_history(const Listing& combo, Timestamp from, Timestamp now, BarsOf what,
                                                      Duration grain) const;
  [[nodiscard]] std::vector<model::QuoteBar> played_quotes(std::uint32_t index, Timestamp from, Timestamp now) const;

  venue::Universe universe_;
  venue::Replay replay_;
  std::optional<venue::Generator> generator_;
  std::vector<std::vector<model::Bar>> past_;  // of the played ones, times shifted
  std::vector<std::vector<model::QuoteBar>> past_quotes_;  // the same
  std::optional<venue::Past> before_;  // of a generated market
  std::vector<venue::QuoteData> quote_data_;  // of the played ones
  Duration shift_;
  Duration bar_length_;

  // By listing.
  std::vector<model::Quote> quotes_;
  std::vector<std::optional<Price>> last_;
  std::vector<bool> watched_;
  std::vector<std::vector<std::uint32_t>> dependents_;  // priced from this one alone, ascending
  std::vector<std::vector<std::uint32_t>> combos_;  // that have this one as a leg, ascending
  std::deque<venue::MarketEvent> pending_;
  Timestamp played_;  // time of the last event
};

}  // namespace tradewind::sim::gateway
