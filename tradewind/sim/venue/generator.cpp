#include "tradewind/sim/venue/generator.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/decimal.hpp"
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/money.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace tradewind::sim::venue {
namespace {

// Golden digests depend on every number here and on the order of the draws.

// In ticks. A stock that sinks stays near a dollar.
constexpr std::int64_t kPriceFloor = 100;
constexpr std::int64_t kPriceCeiling = 100'000'000;
constexpr int kStepsPerBar = 6;               // moves of the price within a bar
constexpr std::int64_t kMinutesPerDay = 390;  // of volatility: the regular session

// The variance recursion, in thousandths: v' = 50 base + 100 r^2 + 850 v, so it returns to the base in half
// an hour.
constexpr std::int64_t kVarianceBase = 50;
constexpr std::int64_t kVarianceShock = 100;
constexpr std::int64_t kVarianceMemory = 850;
constexpr std::int64_t kVarianceRange = 64;  // at most this many times the base, at least its inverse

constexpr std::uint64_t kHaltOneIn = 4'000;       // minutes
constexpr std::uint64_t kQuietMinuteOneIn = 100;  // minutes without a trade
constexpr std::uint64_t kQuietSecondOneIn = 3;    // the same for seconds
constexpr int kYearMax = 2200;

std::int64_t square_root(Int128 value) {
  TW_CHECK(value >= 0);
  Int128 root = 0;
  for (Int128 bit = Int128{1} << 62; bit > 0; bit >>= 1) {
    if ((root + bit) * (root + bit) <= value) root += bit;
  }
  return static_cast<std::int64_t>(root);
}

// a * b / c in wide arithmetic, rounded towards zero.
std::int64_t scaled(std::int64_t a, std::int64_t b, std::int64_t c) {
  return static_cast<std::int64_t>(Int128{a} * b / c);
}

// The price after a return of `change` billionths, kept within bounds.
std::int64_t moved(std::int64_t price, std::int64_t change, Price tick) {
  return std::clamp(price + scaled(price, change, 1'000'000'000), kPriceFloor * tick.raw(), kPriceCeiling * tick.raw());
}

// A bell-shaped return with the given standard deviation, both in billionths.
std::int64_t draw_return(Rng& rng, std::int64_t deviation) {
  return scaled(deviation, rng.bell_millionths(), 1'000'000);
}

std::uint64_t symbol_seed(std::uint64_t seed, std::string_view symbol) {
  Digest64 digest;
  digest.mix(seed);
  for (const char c : symbol) digest.mix(std::uint64_t{static_cast<unsigned char>(c)});
  return digest.value();
}

model::Quote quote_around(std::int64_t price, std::int64_t tick, std::int64_t spread_ticks, Quantity bid_size,
                          Quantity ask_size) {
  const std::int64_t bid = std::max((price - spread_ticks * tick / 2) / tick * tick, tick);
  return {.bid = Price::from_raw(bid),
          .ask = Price::from_raw(bid + spread_ticks * tick),
          .bid_size = bid_size,
          .ask_size = ask_size};
}

Timestamp local_instant(const TimeZone& zone, std::chrono::sys_days day, std::chrono::minutes minutes) {
  const auto days = std::chrono::floor<std::chrono::days>(minutes);
  const std::chrono::year_month_day date{day + days};
  const auto of_day = static_cast<int>((minutes - days).count());
  return zone.instant({.year = int{date.year()},
                       .month = static_cast<int>(unsigned{date.month()}),
                       .day = static_cast<int>(unsigned{date.day()}),
                       .hour = of_day / 60,
                       .minute = of_day % 60,
                       .second = 0});
}

std::chrono::sys_days date_of(const CivilTime& civil) {
  return std::chrono::year_month_day{std::chrono::year{civil.year},
                                     std::chrono::month{static_cast<unsigned>(civil.month)},
                                     std::chrono::day{static_cast<unsigned>(civil.day)}};
}

Result<void> check_symbol(const GeneratedSymbol& symbol) {
  const auto within = [](std::int64_t value, std::int64_t low, std::int64_t high) {
    return value >= low && value <= high;
  };
  const bool fits =
      within(symbol.tick.raw(), 1, Price::kScale) &&
      within(symbol.start_price.raw(), kPriceFloor * symbol.tick.raw(), kPriceCeiling * symbol.tick.raw()) &&
      within(symbol.lot, 1, 1'000'000) && within(symbol.spread_ticks, 1, 1'000) &&
      within(symbol.volume_per_minute, 0, 1'000'000'000) && within(symbol.daily_volatility_millionths, 0, 100'000);
  if (fits) return {};
  return fail(
      Errc::invalid_argument,
      fmt::format(
          "generated symbol {}: start price 100 to 100000000 ticks of 1 at most, spread 1 to 1000 ticks, volume 0 to "
          "1000000000 shares a minute, lots of 1 to 1000000 and daily volatility 0 to 10 % are possible",
          symbol.spec.symbol));
}

}  // namespace

// What holds for one minute of one symbol.
struct Generator::Minute {
  Timestamp bar_start;
  std::int64_t step_deviation = 0;  // of one move, in billionths
  std::int64_t volume_per_bar = 0;  // shares, the mean
  std::int64_t spread_ticks = 0;
  std::int64_t change = 0;  // sum of the moves so far, in billionths
};

std::vector<GeneratedSymbol> default_symbols() {
  const auto stock = [](std::string_view symbol) {
    return model::InstrumentSpec{.symbol = model::Symbol{symbol},
                                 .security_type = model::SecurityType{"STK"},
                                 .exchange = model::ExchangeName{"SMART"},
                                 .currency = Currency{"USD"}};
  };
  return {{stock("ACME"), Price::of(100), 1, 20'000, 15'000},
          {stock("BOLT"), Price::of(42), 2, 8'000, 25'000},
          {stock("CRUX"), Price::of(260), 3, 12'000, 18'000},
          {stock("DUNE"), Price::of(12), 1, 3'000, 35'000}};
}

Result<Generator> Generator::create(GeneratorConfig config) {
  const auto refuse = [](std::string_view why) {
    return fail(Errc::invalid_argument, fmt::format("market generator: {}", why));
  };
  if (config.symbols.empty()) return refuse("name at least one symbol");
  for (std::size_t i = 0; i < config.symbols.size(); ++i) {
    TW_TRY_VOID(check_symbol(config.symbols[i]));
    for (std::size_t j = 0; j < i; ++j) {
      if (config.symbols[i].spec == config.symbols[j].spec) {
        return refuse(fmt::format("symbol {} is given twice", config.symbols[i].spec.symbol));
      }
    }
  }
  if (!is_valid(config.first_day) || config.first_day.year >= kYearMax) return refuse("the first day is not a date");
  if (config.days && *config.days < 1) return refuse("make at least one day");
  if (config.bar_length != std::chrono::minutes{1} && config.bar_length != std::chrono::seconds{1}) {
    return refuse("bars are one minute or one second long");
  }
  if (config.session_open < std::chrono::minutes{0} || config.session_open >= config.session_close ||
      config.session_close > std::chrono::days{1}) {
    return refuse("the session must open before it closes, both on the same day");
  }
  return Generator{std::move(config)};
}

Generator::Generator(GeneratorConfig config) : config_{std::move(config)} {
  for (const GeneratedSymbol& symbol : config_.symbols) {
    const std::int64_t daily = symbol.daily_volatility_millionths * 1'000;  // in billionths
    const std::int64_t variance = scaled(daily, daily, kMinutesPerDay);
    states_.push_back({.rng = Rng{symbol_seed(config_.seed, symbol.spec.symbol.view())},
                       .price = symbol.start_price.raw(),
                       .base_variance = variance,
                       .variance = variance});
  }
  find_session(date_of(config_.first_day));
}

void Generator::find_session(std::chrono::sys_days day) {
  for (;; day += std::chrono::days{1}) {
    if (config_.days && sessions_ == *config_.days) break;
    if (std::chrono::year_month_day{day}.year() >= std::chrono::year{kYearMax}) break;
    const std::chrono::weekday weekday{day};
    if (!config_.open_at_weekends && (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday)) continue;
    day_ = day;
    ++sessions_;
    session_start_ = local_instant(config_.zone, day, config_.session_open);
    session_end_ = local_instant(config_.zone, day, config_.session_close);
    next_minute_ = session_start_;
    return;
  }
  next_minute_.reset();
}

std::optional<Timestamp> Generator::next_minute() const { return next_minute_; }

std::vector<model::BarHistory> Generator::take_until(Timestamp end) {
  std::vector<model::BarHistory> taken(config_.symbols.size());
  for (model::BarHistory& history : taken) history.length = config_.bar_length;
  while (next_minute_ && *next_minute_ < end) {
    for (std::size_t i = 0; i < states_.size(); ++i) make_minute(config_.symbols[i], states_[i], taken[i]);
    next_minute_ = *next_minute_ + std::chrono::minutes{1};
    if (*next_minute_ < session_end_) continue;
    const Timestamp closed = session_end_;
    find_session(day_ + std::chrono::days{1});
    if (next_minute_ && *next_minute_ > closed) gap_overnight();  // a market that never closes has no gaps
  }
  return taken;
}

void Generator::gap_overnight() {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    state.halted_minutes = 0;
    state.resumes = false;
    const std::int64_t overnight = config_.symbols[i].daily_volatility_millionths * 500;  // half a day's, in billionths
    state.price = moved(state.price, draw_return(state.rng, overnight), config_.symbols[i].tick);
  }
}

void Generator::make_minute(const GeneratedSymbol& symbol, State& state, model::BarHistory& out) const {
  Rng& rng = state.rng;
  if (state.halted_minutes > 0) {
    state.resumes = --state.halted_minutes == 0;
    return;
  }
  if (std::exchange(state.resumes, false)) {
    state.price = moved(state.price, draw_return(rng, 4 * square_root(state.variance)), symbol.tick);
  } else if (rng.one_in(kHaltOneIn) && config_.halts) {  // drawn in any case: else prices would be others
    state.halted_minutes = static_cast<int>(rng.between(4, 14));
    return;
  }

  // Both curves are U-shaped over the session, with a mean of 1000 thousandths.
  const std::int64_t from_middle =
      scaled(2'000, (*next_minute_ - session_start_).count(), (session_end_ - session_start_).count()) - 1'000;
  const std::int64_t volume_curve = 550 + 1'350 * from_middle * from_middle / 1'000'000;
  const std::int64_t deviation_curve = 800 + 600 * from_middle * from_middle / 1'000'000;
  const std::int64_t excitement =  // deviation now over its base, in thousandths
      state.base_variance == 0 ? 1'000 : square_root(Int128{state.variance} * 1'000'000 / state.base_variance);

  const std::int64_t bars = std::chrono::minutes{1} / config_.bar_length;
  const std::int64_t steps_root = square_root(Int128{kStepsPerBar} * bars * 1'000'000);  // in thousandths
  const std::int64_t volume = scaled(symbol.volume_per_minute * volume_curve / 1'000, excitement, 1'000);
  Minute minute{.bar_start = *next_minute_,
                .step_deviation = scaled(square_root(state.variance), deviation_curve, steps_root),
                .volume_per_bar = volume / bars,
                .spread_ticks = symbol.spread_ticks * (excitement > 2'000 ? 2 : 1)};
  for (std::int64_t i = 0; i < bars; ++i) {
    make_bar(symbol, state, minute, out);
    minute.bar_start = minute.bar_start + config_.bar_length;
  }

  const Int128 shock = Int128{minute.change} * 1'000 / deviation_curve;
  const Int128 variance = (Int128{kVarianceBase} * state.base_variance + kVarianceShock * shock * shock +
                           Int128{kVarianceMemory} * state.variance) /
                          1'000;
  state.variance = static_cast<std::int64_t>(
      std::clamp(variance, Int128{state.base_variance / kVarianceRange}, Int128{state.base_variance} * kVarianceRange));
}

void Generator::make_bar(const GeneratedSymbol& symbol, State& state, Minute& minute, model::BarHistory& out) const {
  Rng& rng = state.rng;
  const bool seconds = config_.bar_length == std::chrono::seconds{1};
  std::int64_t volume = 0;
  if (!rng.one_in(seconds ? kQuietSecondOneIn : kQuietMinuteOneIn)) {
    volume = scaled(minute.volume_per_bar, rng.between(200, seconds ? 2'800 : 1'800), 1'000);
  }
  const std::int64_t spread = minute.spread_ticks + (rng.one_in(4) ? 1 : 0);
  const std::int64_t depth = std::clamp<std::int64_t>(symbol.volume_per_minute / 2'000, 1, 50);
  const auto size = [&] { return Quantity::of(symbol.lot * rng.between(1, depth)); };

  model::Bar bar{.start = minute.bar_start, .length = config_.bar_length};
  model::QuoteBar quotes{.start = minute.bar_start, .length = config_.bar_length, .open = {}, .close = {}};
  for (int step = 0; step < kStepsPerBar; ++step) {
    const std::int64_t change = draw_return(rng, minute.step_deviation);
    minute.change += change;
    state.price = moved(state.price, change, symbol.tick);
    const Quantity bid_size = size();
    const Quantity ask_size = size();
    const model::Quote quote = quote_around(state.price, symbol.tick.raw(), spread, bid_size, ask_size);
    if (step == 0) quotes.open = quote;
    quotes.close = quote;
    const Price price = rng.one_in(2) ? *quote.bid : *quote.ask;
    if (step >= volume) continue;  // every trade is of one share at least
    if (step == 0) bar.open = bar.high = bar.low = price;
    bar.high = std::max(bar.high, price);
    bar.low = std::min(bar.low, price);
    bar.close = price;
  }
  out.quotes.push_back(quotes);
  if (volume == 0) return;
  bar.volume = Quantity::of(volume);
  bar.trade_count = static_cast<std::int32_t>(std::min<std::int64_t>(volume, kStepsPerBar + volume / 100));
  out.trades.push_back(bar);
}

Result<std::vector<GeneratedHistory>> generate(GeneratorConfig config) {
  if (!config.days) return fail(Errc::invalid_argument, "market generator: say how many days");
  Generator generator = TW_TRY(Generator::create(std::move(config)));
  std::vector<model::BarHistory> histories =
      generator.take_until(Timestamp::from_ns(std::numeric_limits<std::int64_t>::max()));
  std::vector<GeneratedHistory> market;
  for (std::size_t i = 0; i < histories.size(); ++i) {
    market.push_back({generator.config().symbols[i].spec, std::move(histories[i])});
  }
  return market;
}

}  // namespace tradewind::sim::venue
