#include "tradewind/edge/catalog/lean.hpp"

#include "tradewind/core/base/decimal.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/edge/catalog/internal/files.hpp"
#include "tradewind/edge/catalog/internal/rows.hpp"
#include "tradewind/edge/catalog/zones.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace tradewind::edge::catalog {
namespace {

using internal::Lines;

constexpr std::chrono::minutes kLength{1};
constexpr std::int64_t kMsPerMinute = 60'000;
constexpr std::int64_t kMsPerDay = 1'440 * kMsPerMinute;
constexpr std::int64_t kRegularFromMs = (9 * 60 + 30) * kMsPerMinute;
constexpr std::int64_t kRegularUntilMs = 16 * 60 * kMsPerMinute;
constexpr std::int64_t kRawPerUnit = Price::kScale / 10'000;  // file prices count ten-thousandths of a dollar
constexpr std::size_t kTradeFields = 6;
constexpr std::size_t kQuoteFields = 11;
// A day has at most 1,440 rows of at most some 150 characters; real archives are near 15 kB.
constexpr std::size_t kArchiveBytesMax = 4 << 20;
constexpr std::size_t kMemberBytesMax = 1 << 20;
constexpr std::size_t kSymbolCharsMax = 24;

// One file of one day while it is read: what is needed to place a row in time and to name it in an error.
struct DayFile {
  std::string place;  // "FILE, member 'NAME'"
  CivilTime date;
  const TimeZone& new_york;
  Hours hours;
};

std::unexpected<Error> bad_row(const DayFile& file, const Lines& lines, std::string_view reason) {
  return fail(Errc::malformed, fmt::format("{}, line {}: {}", file.place, lines.number(), reason));
}

Timestamp start_of(const DayFile& file, std::int64_t ms) {
  CivilTime civil = file.date;
  civil.hour = static_cast<int>(ms / (60 * kMsPerMinute));
  civil.minute = static_cast<int>(ms / kMsPerMinute % 60);
  return file.new_york.instant(civil);
}

bool is_wanted(const DayFile& file, std::int64_t ms) {
  return file.hours == Hours::all || (ms >= kRegularFromMs && ms < kRegularUntilMs);
}

struct Prices {
  Price open = Price::zero();
  Price high = Price::zero();
  Price low = Price::zero();
  Price close = Price::zero();
};

Result<Prices> read_prices(std::span<const std::string_view> fields) {
  std::array<Price, 4> prices{Price::zero(), Price::zero(), Price::zero(), Price::zero()};
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const auto number = internal::whole_number(fields[i]);
    const auto price = number ? Price::try_from_raw(Int128{*number} * kRawPerUnit) : std::nullopt;
    if (!price || price->is_zero()) {
      return fail(Errc::malformed, fmt::format("price '{}' is not a whole number above zero", fields[i].substr(0, 32)));
    }
    prices[i] = *price;
  }
  const Prices result{.open = prices[0], .high = prices[1], .low = prices[2], .close = prices[3]};
  if (const auto problem = internal::price_problem(result.open, result.high, result.low, result.close)) {
    return fail(Errc::malformed, std::string{*problem});
  }
  return result;
}

// Start of the row in milliseconds after midnight. It must follow the row before.
Result<std::int64_t> read_time(std::string_view field, std::int64_t before) {
  const auto ms = internal::whole_number(field);
  if (!ms || *ms >= kMsPerDay || *ms % kMsPerMinute != 0) {
    return fail(Errc::malformed,
                fmt::format("'{}' is not the start of a minute in milliseconds after midnight", field.substr(0, 32)));
  }
  if (*ms <= before) return fail(Errc::malformed, fmt::format("time {} does not follow {}", *ms, before));
  return *ms;
}

Result<model::Bar> read_trade_row(const DayFile& file, std::span<const std::string_view> fields, std::int64_t ms) {
  const Prices prices = TW_TRY(read_prices(fields.subspan(1, 4)));
  return model::Bar{.start = start_of(file, ms),
                    .length = kLength,
                    .open = prices.open,
                    .high = prices.high,
                    .low = prices.low,
                    .close = prices.close,
                    .volume = TW_TRY(Quantity::parse(fields[5]))};
}

struct QuoteSide {
  std::optional<Prices> prices;  // empty: no quote on this side in the whole minute
  Quantity size = Quantity::zero();
};

Result<QuoteSide> read_side(std::span<const std::string_view> fields) {
  const auto prices = fields.first(4);
  if (std::ranges::all_of(prices, [](std::string_view field) { return field.empty(); })) {
    if (!fields[4].empty() && fields[4] != "0") return fail(Errc::malformed, "a quote side has a size but no price");
    return QuoteSide{};
  }
  const Prices read = TW_TRY(read_prices(prices));
  return QuoteSide{.prices = read, .size = TW_TRY(Quantity::parse(fields[4]))};
}

Result<model::QuoteBar> read_quote_row(const DayFile& file, std::span<const std::string_view> fields, std::int64_t ms) {
  const QuoteSide bid = TW_TRY(read_side(fields.subspan(1, 5)));
  const QuoteSide ask = TW_TRY(read_side(fields.subspan(6, 5)));
  if (!bid.prices && !ask.prices) return fail(Errc::malformed, "a quote without bid and ask");
  model::Quote quote{.bid = std::nullopt, .ask = std::nullopt, .bid_size = bid.size, .ask_size = ask.size};
  model::QuoteBar bar{.start = start_of(file, ms), .length = kLength, .open = quote, .close = quote};
  if (bid.prices) {
    bar.open.bid = bid.prices->open;
    bar.close.bid = bid.prices->close;
  }
  if (ask.prices) {
    bar.open.ask = ask.prices->open;
    bar.close.ask = ask.prices->close;
  }
  return bar;
}

// Reads every row of a member with `read_row` and keeps the bars that are wanted; all rows are checked.
template <class B, class ReadRow>
Result<void> read_rows(const DayFile& file, std::string_view text, std::size_t field_count, ReadRow read_row,
                       std::vector<B>& bars) {
  Lines lines{text};
  std::vector<std::string_view> fields;
  std::int64_t before = -1;
  while (const auto line = lines.next()) {
    internal::split(*line, fields);
    if (fields.size() != field_count) {
      return bad_row(file, lines, fmt::format("{} fields, {} were expected", fields.size(), field_count));
    }
    const auto ms = read_time(fields[0], before);
    if (!ms) return bad_row(file, lines, ms.error().detail);
    before = *ms;
    const Result<B> bar = read_row(file, fields, *ms);
    if (!bar) return bad_row(file, lines, bar.error().detail);
    if (is_wanted(file, *ms)) bars.push_back(*bar);
  }
  return {};
}

template <class B, class ReadRow>
Result<void> read_day(const std::filesystem::path& path, const CivilTime& date, const TimeZone& new_york, Hours hours,
                      std::size_t field_count, ReadRow read_row, std::vector<B>& bars) {
  std::error_code error;
  const bool present = std::filesystem::exists(path, error);
  if (error) return fail(Errc::io, fmt::format("{}: {}", path.string(), error.message()));
  if (!present) return {};
  const internal::ZipMember member = TW_TRY(internal::read_zip_member(path, kArchiveBytesMax, kMemberBytesMax));
  const DayFile file{.place = fmt::format("{}, member '{}'", path.string(), member.name),
                     .date = date,
                     .new_york = new_york,
                     .hours = hours};
  return read_rows(file, member.text, field_count, read_row, bars);
}

std::filesystem::path minute_folder(const std::filesystem::path& root) { return root / "equity" / "usa" / "minute"; }

std::string date_text(const CivilTime& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string with_case(std::string_view text, bool upper) {
  std::string result{text};
  for (char& c : result) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// Letters, digits, '.', '-' and '_', not starting with '.': nothing that leads out of the folder.
bool is_symbol(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  };
  return !text.empty() && text.size() <= kSymbolCharsMax && text.front() != '.' && std::ranges::all_of(text, allowed);
}

// Names of a folder's entries, sorted; none when it cannot be read.
std::vector<std::string> entries(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{folder, error};
       !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// What a person should do about a symbol without data in the range.
std::string remedy(const std::filesystem::path& root, const std::filesystem::path& folder, Hours hours,
                   bool had_files) {
  if (had_files) {
    return hours == Hours::regular ? "there are bars outside regular hours only" : "the files have no bars";
  }
  std::vector<std::string> days = entries(folder);
  std::erase_if(days, [](const std::string& name) { return !name.ends_with("_trade.zip") || name.size() != 18; });
  if (!days.empty()) {
    return fmt::format("its files are from {} to {}; choose days among them", days.front().substr(0, 8),
                       days.back().substr(0, 8));
  }
  const auto symbols = available_symbols(root);
  if (!symbols) return symbols.error().detail;
  constexpr std::size_t kShown = 20;
  const std::span shown = std::span{*symbols}.first(std::min(symbols->size(), kShown));
  return fmt::format("there is minute data of {} symbols: {}{}", symbols->size(), fmt::join(shown, ", "),
                     symbols->size() > kShown ? ", ..." : "");
}

}  // namespace

Result<model::BarHistory> load_lean_minute(const std::filesystem::path& root, std::string_view symbol,
                                           const CivilTime& from, const CivilTime& to, Hours hours) {
  if (!is_symbol(symbol)) {
    return fail(Errc::invalid_argument,
                fmt::format("'{}' is not a symbol: use up to {} letters, digits, '.', '-' or '_'", symbol.substr(0, 64),
                            kSymbolCharsMax));
  }
  CivilTime day{.year = from.year, .month = from.month, .day = from.day};
  const CivilTime last{.year = to.year, .month = to.month, .day = to.day};
  if (!is_valid(day) || !is_valid(last) || day > last || day.year < 1970 || last.year > 2037) {
    return fail(Errc::invalid_argument,
                fmt::format("{} to {} is not a range of days from 1970 to 2037", date_text(from), date_text(to)));
  }
  const TimeZone new_york = TW_TRY(load_time_zone("America/New_York"));
  const std::filesystem::path folder = minute_folder(root) / with_case(symbol, false);

  model::BarHistory history{.length = kLength, .trades = {}, .quotes = {}};
  bool had_files = false;
  while (day <= last) {
    const std::string stem = fmt::format("{:04}{:02}{:02}", day.year, day.month, day.day);
    const std::filesystem::path trades = folder / (stem + "_trade.zip");
    std::error_code error;
    had_files |= std::filesystem::exists(trades, error);
    TW_TRY_VOID(read_day(trades, day, new_york, hours, kTradeFields, read_trade_row, history.trades));
    TW_TRY_VOID(
        read_day(folder / (stem + "_quote.zip"), day, new_york, hours, kQuoteFields, read_quote_row, history.quotes));
    day = civil_utc(from_civil_utc(day) + std::chrono::hours{24});
  }
  if (history.trades.empty()) {
    return fail(Errc::not_found,
                fmt::format("no minute trade data of {} from {} to {} in {}: {}", with_case(symbol, true),
                            date_text(from), date_text(to), folder.string(), remedy(root, folder, hours, had_files)));
  }
  return history;
}

Result<std::vector<std::string>> available_symbols(const std::filesystem::path& root) {
  const std::filesystem::path folder = minute_folder(root);
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return fail(Errc::not_found,
                fmt::format("{} is not a LEAN data folder: it has no equity/usa/minute in it", root.string()));
  }
  std::vector<std::string> symbols;
  for (const std::string& entry : entries(folder)) {
    if (!is_symbol(entry) || !std::filesystem::is_directory(folder / entry, error)) continue;
    symbols.push_back(with_case(entry, true));
  }
  return symbols;
}

}  // namespace tradewind::edge::catalog
