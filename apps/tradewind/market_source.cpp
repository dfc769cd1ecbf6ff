#include "apps/tradewind/market_source.hpp"

#include "tradewind/edge/catalog/csv_bars.hpp"
#include "tradewind/edge/catalog/lean.hpp"
#include "tradewind/edge/catalog/zones.hpp"
#include "tradewind/edge/record/recording_files.hpp"
#include "tradewind/sim/recording/recorded_market.hpp"
#include "tradewind/sim/venue/derivatives.hpp"
#include "tradewind/sim/venue/expiries.hpp"
#include "tradewind/sim/venue/generator.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <utility>

namespace tradewind::app {

namespace catalog = edge::catalog;
namespace venue = sim::venue;
using sim::gateway::Listing;
using sim::gateway::Market;
using namespace std::chrono_literals;

namespace {

constexpr const char* kNewYork = "US/Eastern";
// A generated market without dates of its own is this week.
constexpr CivilTime kFirstDay{2025, 1, 6, 0, 0, 0};
constexpr CivilTime kLastDay{2025, 1, 10, 0, 0, 0};
constexpr Duration kHistory = 3h;  // that a market which is open now has behind it
constexpr int kFutures = 4;        // quarters

// Symbols people know, at prices that look familiar. What they do is invented.
struct Character {
  std::string_view symbol;
  std::int64_t price;
  std::int64_t volume_per_minute;
  std::int64_t volatility_millionths;
};
constexpr auto kCharacters = std::to_array<Character>({
    {"AAPL", 210, 60'000, 16'000},
    {"IBM", 250, 9'000, 13'000},
    {"MSFT", 430, 30'000, 14'000},
    {"QQQ", 520, 70'000, 12'000},
    {"SPY", 590, 90'000, 9'000},
    {"TSLA", 330, 80'000, 32'000},
});

venue::GeneratedSymbol generated_symbol(const std::string& symbol) {
  for (const venue::GeneratedSymbol& known : venue::default_symbols()) {
    if (known.spec.symbol.view() == symbol) return known;
  }
  venue::GeneratedSymbol made;
  made.spec = {model::Symbol{symbol}, model::SecurityType{"STK"}, model::ExchangeName{"SMART"}, Currency{"USD"}};
  if (const auto known = std::ranges::find(kCharacters, symbol, &Character::symbol); known != kCharacters.end()) {
    made.start_price = Price::of(known->price);
    made.volume_per_minute = known->volume_per_minute;
    made.daily_volatility_millionths = known->volatility_millionths;
  }
  return made;
}

// What `sim serve` lists when nobody says what: a little of everything. Those with prices of their own come first, one
// symbol of the generator for each.
struct Assortment {
  std::vector<Listing> listings;
  std::vector<venue::GeneratedSymbol> symbols;
};

Result<Assortment> default_assortment(Timestamp now) {
  const TimeZone new_york = TW_TRY(catalog::load_time_zone(kNewYork));
  const std::chrono::sys_days today = venue::date_in(now, new_york);
  Assortment made;
  for (const std::string_view symbol : {"AAPL", "MSFT", "SPY", "TSLA"}) {
    made.listings.push_back(sim::gateway::us_stock(symbol));
    made.symbols.push_back(generated_symbol(std::string{symbol}));
  }
  const auto add = [&](Listing listing, Price price, std::int64_t spread_ticks, std::int64_t volume_per_minute,
                       std::int64_t volatility_millionths, std::int64_t lot) {
    venue::GeneratedSymbol symbol;
    symbol.spec = {model::Symbol{listing.symbol}, model::SecurityType{listing.security_type},
                   model::ExchangeName{listing.primary_exchange}, Currency{listing.currency}};
    symbol.start_price = price;
    symbol.spread_ticks = spread_ticks;
    symbol.volume_per_minute = volume_per_minute;
    symbol.daily_volatility_millionths = volatility_millionths;
    symbol.tick = listing.min_tick;
    symbol.lot = lot;
    made.listings.push_back(std::move(listing));
    made.symbols.push_back(symbol);
  };
  const Price euro = Price::from_raw(Price::kScale / 100 * 108);
  std::vector<Listing> futures = TW_TRY(venue::index_futures("ES", today, kFutures, new_york));
  add(futures.front(), Price::of(5'940), 1, 8'000, 9'000, 5);
  add(venue::currency_pair("EUR", "USD"), euro, 1, 40'000, 4'500, 100'000);
  add(venue::stock_index("SPX"), Price::of(5'930), 1, 6'000, 9'000, 1);
  add(venue::example_bond(), Price::of(84), 25, 2'000, 3'000, 5);
  made.listings.insert(made.listings.end(), futures.begin() + 1, futures.end());
  std::vector<Listing> chain = venue::option_chain(
      made.listings.front(), {.today = today, .around = made.symbols.front().start_price}, new_york);
  made.listings.insert(made.listings.end(), std::move_iterator{chain.begin()}, std::move_iterator{chain.end()});
  return made;
}

Result<std::vector<Listing>> listings_of(const std::vector<std::string>& symbols) {
  std::vector<Listing> listings;
  for (const std::string& symbol : symbols) {
    const bool printable = std::ranges::all_of(
        symbol, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == ' '; });
    if (symbol.empty() || symbol.size() > 12 || !printable) {
      return fail(Errc::invalid_argument, fmt::format("'{}' is no symbol: 1 to 12 capital letters and digits", symbol));
    }
    if (std::ranges::find(listings, symbol, &Listing::symbol) != listings.end()) {
      return fail(Errc::invalid_argument, fmt::format("{} is named twice", symbol));
    }
    listings.push_back(sim::gateway::us_stock(symbol));
  }
  return listings;
}

Result<model::BarHistory> load_recorded(const MarketChoice& choice, const std::string& symbol, const TimeZone& zone) {
  const std::filesystem::path root{*choice.data};
  if (std::filesystem::is_directory(root / "equity" / "usa" / "minute")) {
    if (!choice.from || !choice.to)
      return fail(Errc::invalid_argument, "--data needs --from and --to: the days to play, both counting");
    return catalog::load_lean_minute(root, symbol, *choice.from, *choice.to);
  }
  const std::filesystem::path file = root / (symbol + ".csv");
  if (!std::filesystem::is_directory(root))
    return fail(Errc::not_found, fmt::format("{}: there is no such folder", root.string()));
  if (!std::filesystem::exists(file)) {
    return fail(Errc::not_found,
                fmt::format("{}: no data for {}: there is neither equity/usa/minute (LEAN's layout) nor {}.csv",
                            root.string(), symbol, symbol));
  }
  model::BarHistory history = TW_TRY(catalog::load_csv_bars(file, {.zone = zone, .length = std::nullopt}));
  const auto outside = [&](Timestamp start) {
    CivilTime day = zone.local(start);
    day.hour = day.minute = day.second = 0;
    return (choice.from && day < *choice.from) || (choice.to && day > *choice.to);
  };
  std::erase_if(history.trades, [&](const model::Bar& bar) { return outside(bar.start); });
  if (history.trades.empty())
    return fail(Errc::not_found, fmt::format("{}: no bars of {} in the days asked for", file.string(), symbol));
  return history;
}

Result<std::vector<model::BarHistory>> load_all(const MarketChoice& choice, const TimeZone& zone) {
  if (choice.symbols.empty()) return fail(Errc::invalid_argument, "--data needs --symbols: the stocks to play");
  std::vector<model::BarHistory> histories;
  for (const std::string& symbol : choice.symbols) histories.push_back(TW_TRY(load_recorded(choice, symbol, zone)));
  const Duration length = histories.front().length;
  for (const model::BarHistory& history : histories) {
    if (history.length != length) return fail(Errc::invalid_argument, "the symbols have bars of different lengths");
  }
  return histories;
}

// What a recorded session saw, of these symbols or of all: the listings and their bars.
Result<std::pair<std::vector<Listing>, std::vector<model::BarHistory>>> load_session(const MarketChoice& choice) {
  sim::recording::RecordedMarket recorded;
  auto files = TW_TRY(edge::record::RecordingFiles::open(*choice.recording));
  while (const auto entry = TW_TRY(files.next())) recorded.add(*entry);
  std::vector<std::string> symbols;
  std::vector<model::BarHistory> histories;
  for (auto& [symbol, history] : recorded.take()) {
    if (!choice.symbols.empty() && std::ranges::find(choice.symbols, symbol) == choice.symbols.end()) continue;
    symbols.push_back(symbol);
    histories.push_back(std::move(history));
  }
  for (const std::string& symbol : choice.symbols) {
    if (std::ranges::find(symbols, symbol) == symbols.end())
      return fail(Errc::not_found, fmt::format("{}: no market data of {} in it", *choice.recording, symbol));
  }
  if (symbols.empty())
    return fail(Errc::not_found, fmt::format("{}: no market data of a stock in US dollars in it", *choice.recording));
  auto listings = TW_TRY(listings_of(symbols));
  return std::pair{std::move(listings), std::move(histories)};
}

Result<void> check_days(const MarketChoice& choice) {
  if (choice.from && choice.to && *choice.to < *choice.from)
    return fail(Errc::invalid_argument, "--to is before --from");
  return {};
}

Timestamp begin_of(const std::vector<model::BarHistory>& histories) {
  std::optional<Timestamp> begin;
  const auto at = [&begin](Timestamp start) { begin = begin ? std::min(*begin, start) : start; };
  for (const model::BarHistory& history : histories) {
    if (!history.trades.empty()) at(history.trades.front().start);
    if (!history.quotes.empty()) at(history.quotes.front().start);
  }
  return begin.value_or(Timestamp{});
}

Timestamp end_of(const std::vector<model::BarHistory>& histories) {
  Timestamp end;
  for (const model::BarHistory& history : histories) {
    if (!history.trades.empty()) end = std::max(end, history.trades.back().start + history.length);
    if (!history.quotes.empty()) end = std::max(end, history.quotes.back().start + history.length);
  }
  return end;
}

// Days from Monday to Friday, both ends counting.
int weekdays(const CivilTime& from, const CivilTime& to) {
  const auto day = [](const CivilTime& date) { return from_civil_utc(date).ns() / Duration{24h}.count(); };
  int count = 0;
  for (std::int64_t d = day(from); d <= day(to); ++d) {
    const std::int64_t weekday = (d + 4) % 7;  // 1970-01-01 was a Thursday; 0 is Sunday
    if (weekday != 0 && weekday != 6) ++count;
  }
  return count;
}

std::vector<std::string> default_symbols(std::size_t count) {
  std::vector<std::string> symbols;
  for (const venue::GeneratedSymbol& known : venue::default_symbols()) {
    if (symbols.size() < count) symbols.emplace_back(known.spec.symbol.view());
  }
  return symbols;
}

}  // namespace

Result<MarketSetup> market_days(const MarketChoice& choice) {
  TW_TRY_VOID(check_days(choice));
  TimeZone zone = TW_TRY(catalog::load_time_zone(kNewYork));
  if (choice.data) {
    std::vector<Listing> listings = TW_TRY(listings_of(choice.symbols));
    std::vector<model::BarHistory> histories = TW_TRY(load_all(choice, zone));
    const Timestamp end = end_of(histories);
    Market market = Market::recorded(std::move(listings), std::move(histories), Duration::zero());
    const Timestamp begin = *market.next_time();
    return MarketSetup{std::move(market), std::move(zone), true, begin, end};
  }
  const std::vector<std::string> symbols = choice.symbols.empty() ? default_symbols(2) : choice.symbols;
  std::vector<Listing> listings = TW_TRY(listings_of(symbols));
  const CivilTime from = choice.from.value_or(kFirstDay);
  const CivilTime to = choice.to.value_or(std::max(from, kLastDay));
  const int days = weekdays(from, to);
  if (days < 1) return fail(Errc::invalid_argument, "there is no weekday between --from and --to");
  venue::GeneratorConfig config{.seed = choice.seed, .symbols = {}, .first_day = from, .days = days, .zone = zone};
  for (const std::string& symbol : symbols) config.symbols.push_back(generated_symbol(symbol));
  venue::Generator generator = TW_TRY(venue::Generator::create(std::move(config)));
  const Timestamp begin = *generator.next_minute();
  CivilTime close = to;
  close.hour = 16;
  const Timestamp end = zone.instant(close);
  Market market = Market::generated(std::move(listings), std::move(generator), begin);
  return MarketSetup{std::move(market), std::move(zone), true, begin, end};
}

Result<MarketSetup> market_now(const MarketChoice& choice, Timestamp now) {
  TW_TRY_VOID(check_days(choice));
  const auto from_now = [now](std::vector<Listing> listings, std::vector<model::BarHistory> histories) {
    const Duration shift = now - begin_of(histories);
    const Timestamp end = end_of(histories) + shift;
    Market market = Market::recorded(std::move(listings), std::move(histories), shift);
    return MarketSetup{std::move(market), TimeZone::utc(), false, now, end};
  };
  if (choice.recording) {
    auto [listings, histories] = TW_TRY(load_session(choice));
    return from_now(std::move(listings), std::move(histories));
  }
  if (choice.data) {
    TimeZone zone = TW_TRY(catalog::load_time_zone(kNewYork));
    std::vector<Listing> listings = TW_TRY(listings_of(choice.symbols));
    std::vector<model::BarHistory> histories = TW_TRY(load_all(choice, zone));
    return from_now(std::move(listings), std::move(histories));
  }
  if (choice.from || choice.to)
    return fail(Errc::invalid_argument, "--from and --to choose days of recorded bars: name their folder with --data");
  Assortment made;
  if (choice.symbols.empty()) {
    made = TW_TRY(default_assortment(now));
  } else {
    made.listings = TW_TRY(listings_of(choice.symbols));
    for (const std::string& symbol : choice.symbols) made.symbols.push_back(generated_symbol(symbol));
  }
  venue::GeneratorConfig config{.seed = choice.seed,
                                .symbols = std::move(made.symbols),
                                .first_day = civil_utc(now - kHistory),
                                .days = std::nullopt,
                                .bar_length = 1s,
                                .session_open = 0min,
                                .session_close = 24h,
                                .open_at_weekends = true,
                                .halts = false};
  venue::Generator generator = TW_TRY(venue::Generator::create(std::move(config)));
  // The minute that has begun is played as well: its first part at once.
  const Timestamp minute = Timestamp::from_ns(now.ns() / Duration{1min}.count() * Duration{1min}.count());
  Market market = Market::generated(std::move(made.listings), std::move(generator), minute);
  return MarketSetup{std::move(market), TimeZone::utc(), false, now, now + Duration{24h}};
}

}  // namespace tradewind::app
