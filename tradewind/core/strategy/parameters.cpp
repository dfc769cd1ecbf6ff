#include "tradewind/core/strategy/parameters.hpp"

#include <fmt/format.h>

#include <charconv>

namespace tradewind::strategy::detail {

Result<std::int64_t> parse_integer(std::string_view text, Range range) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) {
    return fail(Errc::invalid_argument, fmt::format("'{}' is not a whole number", text.substr(0, 64)));
  }
  if (value < range.low || value > range.high) {
    return fail(Errc::invalid_argument, fmt::format("{} is outside {}", value, range_text(range)));
  }
  return value;
}

Result<Duration> parse_seconds(std::string_view text, Range range) {
  const Decimal64 parsed = parse_decimal64(text, 9, Excess::refuse);
  if (parsed.error != DecimalError::none) {
    return fail(Errc::invalid_argument, fmt::format("'{}' is not a number of seconds", text.substr(0, 64)));
  }
  const Duration duration{parsed.raw};
  if (duration <= Duration{})
    return fail(Errc::invalid_argument, fmt::format("{} seconds: it has to be more than 0", text));
  if (duration < std::chrono::seconds{range.low} || duration > std::chrono::seconds{range.high}) {
    return fail(Errc::invalid_argument, fmt::format("{} seconds are outside {}", text, range_text(range)));
  }
  return duration;
}

Result<bool> parse_yes_no(std::string_view text) {
  if (text == "yes" || text == "true" || text == "1") return true;
  if (text == "no" || text == "false" || text == "0") return false;
  return fail(Errc::invalid_argument, fmt::format("'{}' is neither yes nor no", text.substr(0, 64)));
}

Result<std::vector<model::Symbol>> parse_symbols(std::string_view text) {
  std::vector<model::Symbol> symbols;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto symbol = model::Symbol::from(part);
    if (!symbol || part.empty()) {
      return fail(Errc::invalid_argument,
                  fmt::format("'{}' is not a symbol: write symbols separated by commas", part.substr(0, 64)));
    }
    symbols.push_back(*symbol);
  }
  if (symbols.empty()) return fail(Errc::invalid_argument, "at least one symbol is needed");
  return symbols;
}

std::string seconds_text(Duration duration) { return decimal_text(duration.count(), 9); }

std::string symbols_text(const std::vector<model::Symbol>& symbols) {
  std::string text;
  for (const auto& symbol : symbols) text.append(text.empty() ? "" : ",").append(symbol.view());
  return text;
}

std::string range_text(Range range) { return fmt::format("{} to {}", range.low, range.high); }

}  // namespace tradewind::strategy::detail
