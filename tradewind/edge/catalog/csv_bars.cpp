#include "tradewind/edge/catalog/csv_bars.hpp"

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/edge/catalog/internal/files.hpp"
#include "tradewind/edge/catalog/internal/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::edge::catalog {
namespace {

constexpr std::size_t kFileBytesMax = 256 << 20;  // some four million bars
constexpr Duration kLengthMin = std::chrono::milliseconds{1};

enum Column : std::uint8_t { kTime, kOpen, kHigh, kLow, kClose, kVolume, kColumns };
constexpr std::array<std::string_view, kColumns> kColumnNames{"time", "open", "high", "low", "close", "volume"};

// Where each column is in a row.
struct Layout {
  std::array<std::size_t, kColumns> index{};
  std::size_t field_count = 0;
};

std::string lower_case(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

Result<Layout> read_header(std::string_view line) {
  std::vector<std::string_view> fields;
  internal::split(line, fields);
  Layout layout{.index = {}, .field_count = fields.size()};
  std::array<bool, kColumns> found{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string column = lower_case(fields[i]);
    if (column == "timestamp" || column == "datetime" || column == "date") column = "time";
    const auto known = static_cast<std::size_t>(std::ranges::find(kColumnNames, column) - kColumnNames.begin());
    if (known == kColumns) continue;
    if (std::exchange(found[known], true)) {
      return fail(Errc::malformed, fmt::format("two columns for '{}'", kColumnNames[known]));
    }
    layout.index[known] = i;
  }
  for (std::size_t column = 0; column < kColumns; ++column) {
    if (!found[column]) {
      return fail(Errc::malformed,
                  fmt::format("no column '{}' in the header '{}'", kColumnNames[column], line.substr(0, 100)));
    }
  }
  return layout;
}

// "HH:MM:SS" in `text`.
bool read_clock(std::string_view text, CivilTime& civil) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return false;
  const auto hour = internal::whole_number(text.substr(0, 2));
  const auto minute = internal::whole_number(text.substr(3, 2));
  const auto second = internal::whole_number(text.substr(6, 2));
  if (!hour || !minute || !second) return false;
  civil.hour = static_cast<int>(*hour);
  civil.minute = static_cast<int>(*minute);
  civil.second = static_cast<int>(*second);
  return is_valid(civil);
}

// ".5" to half a second; empty text is none.
std::optional<Duration> read_fraction(std::string_view text) {
  if (text.empty()) return Duration::zero();
  if (text.size() < 2 || text.size() > 10 || text.front() != '.') return std::nullopt;
  std::string digits{text.substr(1)};
  digits.resize(9, '0');
  const auto ns = internal::whole_number(digits);
  if (!ns) return std::nullopt;
  return Duration{*ns};
}

Result<Timestamp> read_time(std::string_view text, const std::optional<TimeZone>& zone) {
  const auto malformed = [&](std::string_view why) {
    return fail(Errc::malformed, fmt::format("time '{}' {}", text.substr(0, 40), why));
  };
  constexpr std::string_view kForms = "is neither of the form 2013-10-07T13:30:00Z nor 2013-10-07 09:30:00";
  if (text.size() < 19) return malformed(kForms);
  auto civil = parse_date(text.substr(0, 10));
  if (!civil || !read_clock(text.substr(11, 8), *civil)) return malformed(kForms);
  if (text[10] == 'T' && text.ends_with('Z')) {
    const auto fraction = read_fraction(text.substr(19, text.size() - 20));
    if (!fraction) return malformed(kForms);
    return from_civil_utc(*civil) + *fraction;
  }
  if (text[10] != ' ' || text.size() != 19) return malformed(kForms);
  if (!zone) return malformed("says no time zone: name the zone it is meant in, for instance America/New_York");
  const Timestamp time = zone->instant(*civil);
  if (zone->local(time) != *civil)
    return malformed(fmt::format("does not exist in {}: the clock is changed", zone->name()));
  return time;
}

Result<model::Bar> read_row(const std::vector<std::string_view>& fields, const Layout& layout,
                            const CsvOptions& options) {
  if (fields.size() != layout.field_count) {
    return fail(Errc::malformed, fmt::format("{} fields, the header has {}", fields.size(), layout.field_count));
  }
  const auto field = [&](Column column) { return fields[layout.index[column]]; };
  const model::Bar bar{.start = TW_TRY(read_time(field(kTime), options.zone)),
                       .open = TW_TRY(Price::parse(field(kOpen))),
                       .high = TW_TRY(Price::parse(field(kHigh))),
                       .low = TW_TRY(Price::parse(field(kLow))),
                       .close = TW_TRY(Price::parse(field(kClose))),
                       .volume = TW_TRY(Quantity::parse(field(kVolume)))};
  if (const auto problem = internal::price_problem(bar.open, bar.high, bar.low, bar.close)) {
    return fail(Errc::malformed, std::string{*problem});
  }
  return bar;
}

// Sets the length of every bar. `first_line` is the line of the first bar; bars have a line each.
Result<void> set_length(model::BarHistory& history, const CsvOptions& options, std::string_view source,
                        std::size_t first_line) {
  std::vector<model::Bar>& bars = history.trades;
  history.length = options.length.value_or(Duration::max());
  for (std::size_t i = 1; i < bars.size() && !options.length; ++i) {
    history.length = std::min(history.length, bars[i].start - bars[i - 1].start);
  }
  if (history.length == Duration::max()) {
    return fail(Errc::invalid_argument,
                fmt::format("{}: one bar does not tell how long it is: give the bar length", source));
  }
  if (history.length < kLengthMin) {
    return fail(Errc::out_of_range,
                fmt::format("{}: bars of {} ns; a millisecond is the least", source, history.length.count()));
  }
  for (std::size_t i = 0; i < bars.size(); ++i) {
    bars[i].length = history.length;
    if (i == 0) continue;
    const Duration step = bars[i].start - bars[i - 1].start;
    if (options.length ? step < history.length : step % history.length != Duration::zero()) {
      return fail(Errc::malformed,
                  fmt::format("{}, line {}: {} ns after the bar before, which does not go with bars of {} ns{}", source,
                              first_line + i, step.count(), history.length.count(),
                              options.length ? "" : ": give the bar length"));
    }
  }
  return {};
}

}  // namespace

Result<model::BarHistory> parse_csv_bars(std::string_view text, std::string_view source, const CsvOptions& options) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // spreadsheets write it
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  internal::Lines lines{text};
  const auto named = [&](const Error& error) {
    return fail(error.code, fmt::format("{}, line {}: {}", source, lines.number(), error.detail));
  };
  const auto header = lines.next();
  if (!header) return fail(Errc::malformed, fmt::format("{}: empty; a header line was expected", source));
  const auto layout = read_header(*header);
  if (!layout) return named(layout.error());

  model::BarHistory history;
  std::vector<std::string_view> fields;
  while (const auto line = lines.next()) {
    internal::split(*line, fields);
    const auto bar = read_row(fields, *layout, options);
    if (!bar) return named(bar.error());
    if (!history.trades.empty() && bar->start <= history.trades.back().start) {
      return named(
          {Errc::malformed, fmt::format("time {} does not follow {}", bar->start, history.trades.back().start)});
    }
    history.trades.push_back(*bar);
  }
  if (history.trades.empty()) return fail(Errc::not_found, fmt::format("{}: a header, but no bars", source));
  TW_TRY_VOID(set_length(history, options, source, 2));
  return history;
}

Result<model::BarHistory> load_csv_bars(const std::filesystem::path& path, const CsvOptions& options) {
  return parse_csv_bars(TW_TRY(internal::read_file(path, kFileBytesMax)), path.string(), options);
}

}  // namespace tradewind::edge::catalog
