#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/model/market.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tradewind::sim::venue {

// The character of one invented symbol.
struct GeneratedSymbol {
  model::InstrumentSpec spec;
  Price start_price = Price::of(100);                 // 100 to 100,000,000 ticks
  std::int64_t spread_ticks = 1;                      // of a quiet market, 1 to 1,000
  std::int64_t volume_per_minute = 20'000;            // shares, the mean over a session, 0 to 1e9
  std::int64_t daily_volatility_millionths = 15'000;  // 1.5 % a day; 0 to 100,000
  Price tick = Price::from_raw(Price::kScale / 100);  // 0.01; above zero, 1 at most
  std::int64_t lot = 100;                             // sizes of quotes are multiples of it, 1 to 1,000,000
};

// Four invented US stocks of different price, spread and volume.
[[nodiscard]] std::vector<GeneratedSymbol> default_symbols();

struct GeneratorConfig {
  std::uint64_t seed = 1;
  std::vector<GeneratedSymbol> symbols;
  CivilTime first_day;                            // local date in `zone`; the time of day does not count
  std::optional<int> days;                        // sessions to make; empty: without end
  Duration bar_length = std::chrono::minutes{1};  // or one second
  TimeZone zone = TimeZone::utc();                // in which the session's hours are meant
  // Minutes after local midnight. 0 and 1440 with weekends is a market that never closes.
  std::chrono::minutes session_open{9 * 60 + 30};
  std::chrono::minutes session_close{16 * 60};
  bool open_at_weekends = false;
  bool halts = true;  // false: symbols halt only by order, so that a client always finds quotes
};

// The embedded market: random, but the same for ever for the same seed and configuration, on every machine,
// since it is integer arithmetic throughout. What a symbol does depends on the seed, its own name and
// character and the calendar, not on the other symbols.
//
// It has what strategies stumble over in real data: volume and volatility that are highest at the open and
// the close, volatility that comes in clusters (GARCH(1,1) per minute), gaps overnight, minutes without
// trades, halts of some minutes without bars and quotes and a jump after them, spreads that widen.
//
// It is made minute by minute when asked for, so a market can go on for days without being held in memory;
// how it is taken makes no difference to it.
class Generator {
 public:
  [[nodiscard]] static Result<Generator> create(GeneratorConfig config);

  // Start of the first minute that has not been taken; empty after the last session.
  [[nodiscard]] std::optional<Timestamp> next_minute() const;
  // The bars of all minutes that begin before `end` and have not been taken: one history per symbol, in their
  // order. Without limits of its own: a caller that asks for years gets years.
  [[nodiscard]] std::vector<model::BarHistory> take_until(Timestamp end);

  [[nodiscard]] const GeneratorConfig& config() const { return config_; }

 private:
  struct State {
    Rng rng;
    std::int64_t price;          // the middle of the market, in raw units of Price
    std::int64_t base_variance;  // of a minute's return, in 1e-18
    std::int64_t variance;       // the same, now
    int halted_minutes = 0;      // still to come
    bool resumes = false;        // the next minute is the first after a halt
  };
  struct Minute;

  explicit Generator(GeneratorConfig config);
  // Finds the first session on `day` or later, and its first minute.
  void find_session(std::chrono::sys_days day);
  void gap_overnight();
  void make_minute(const GeneratedSymbol& symbol, State& state, model::BarHistory& out) const;
  void make_bar(const GeneratedSymbol& symbol, State& state, Minute& minute, model::BarHistory& out) const;

  GeneratorConfig config_;
  std::vector<State> states_;
  std::chrono::sys_days day_{};  // of the current session
  int sessions_ = 0;             // begun so far
  Timestamp session_start_;
  Timestamp session_end_;
  std::optional<Timestamp> next_minute_;
};

struct GeneratedHistory {
  model::InstrumentSpec spec;
  model::BarHistory history;
};
// The whole market of a configuration at once; it must say how many days.
[[nodiscard]] Result<std::vector<GeneratedHistory>> generate(GeneratorConfig config);

}  // namespace tradewind::sim::venue
