#include "tradewind/sim/gateway/scenario/words.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <utility>

namespace tradewind::sim::gateway::scenario {

Result<std::vector<std::string>> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  bool in_quotes = false;
  for (const char c : line) {
    if (c == '"') {
      in_quotes = !in_quotes;
      in_word = true;
    } else if (!in_quotes && c == ' ') {
      if (std::exchange(in_word, false)) words.push_back(std::exchange(word, {}));
    } else if (!in_quotes && !in_word && c == '#') {
      return words;
    } else {
      word.push_back(c);
      in_word = true;
    }
  }
  if (in_quotes) return fail(Errc::malformed, "a \" is missing");
  if (in_word) words.push_back(word);
  return words;
}

std::optional<Duration> duration_in(std::string_view text) {
  std::int64_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  constexpr std::int64_t kMillisecondsMax = 366LL * 24 * 3600 * 1000;
  if (error != std::errc{} || count < 0 || count > kMillisecondsMax) return std::nullopt;
  const std::string_view unit{stop, text.data() + text.size()};
  std::int64_t milliseconds = 0;
  if (unit == "ms") milliseconds = 1;
  else if (unit == "s") milliseconds = 1'000;
  else if (unit == "min") milliseconds = 60'000;
  else if (unit == "h") milliseconds = 3'600'000;
  else return std::nullopt;
  if (count > kMillisecondsMax / milliseconds) return std::nullopt;
  return std::chrono::milliseconds{count * milliseconds};
}

}  // namespace tradewind::sim::gateway::scenario
