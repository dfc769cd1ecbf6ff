#include "tests/conversations/script.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace tradewind::conversations {
namespace {

// Words end at blanks; "..." keeps them. What stands outside quotes behind a # is a remark.
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

// What follows `key` in a line that starts with it.
std::string_view value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return {};
  line.remove_prefix(key.size());
  while (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

}  // namespace

Result<Script> parse(std::string_view file, std::string_view text) {
  Script script;
  script.file = file;
  script.versions = {178, 200, 203, 213, 226};
  int number = 0;
  const auto wrong = [&](std::string_view what) {
    return fail(Errc::malformed, fmt::format("{}:{}: {}", file, number, what));
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (number == 1) {
      script.behaviour = value_of(line, "#");
      if (script.behaviour.empty()) return wrong("the first line says the behaviour, behind a #");
      continue;
    }
    if (number == 2) {
      script.covers = value_of(line, "# covers:");
      if (script.covers.empty()) return wrong("the second line is '# covers:' and what of the documents it is about");
      continue;
    }
    if (const auto gap = value_of(line, "known-gap:"); !gap.empty()) {
      script.known_gap = gap;
      continue;
    }
    auto words = words_of(line);
    if (!words.has_value()) return wrong(words.error().detail);
    if (words->empty()) continue;
    if (words->front() != "versions") {
      script.steps.push_back({number, *std::move(words)});
      continue;
    }
    if (!script.steps.empty()) return wrong("versions come before the first step");
    script.versions.clear();
    for (std::size_t i = 1; i < words->size(); ++i) {
      const std::string& word = (*words)[i];
      int version = 0;
      const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), version);
      if (error != std::errc{} || stop != word.data() + word.size())
        return wrong(fmt::format("'{}' is no version", word));
      script.versions.push_back(version);
    }
  }
  if (script.versions.empty()) return wrong("no versions");
  if (script.steps.empty()) return wrong("there are no steps");
  return script;
}

}  // namespace tradewind::conversations
