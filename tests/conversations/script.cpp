#include "tests/conversations/script.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

namespace tradewind::conversations {
namespace {

// What follows `key` in a line that starts with it.
std::string_view value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return {};
  line.remove_prefix(key.size());
  while (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

Result<int> number_in(std::string_view text) {
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size())
    return fail(Errc::malformed, fmt::format("'{}' is no version", text));
  return number;
}

// Takes "@178..200", "@196.." or "@..195" from the front of a step.
Result<void> take_range(Step& step) {
  if (!step.words.front().starts_with('@')) return {};
  const std::string range = step.words.front().substr(1);
  const std::size_t dots = range.find("..");
  if (dots == std::string::npos || step.words.size() < 2)
    return fail(Errc::malformed, fmt::format("'@{}' is no range of versions in front of a step", range));
  if (dots > 0) step.from = TW_TRY(number_in(std::string_view{range}.substr(0, dots)));
  if (dots + 2 < range.size()) step.to = TW_TRY(number_in(std::string_view{range}.substr(dots + 2)));
  step.words.erase(step.words.begin());
  return {};
}

// Writes `repeat N` ... `end` out.
Result<std::vector<Step>> written_out(const std::vector<Step>& steps) {
  std::vector<Step> out;
  std::optional<std::size_t> first;  // in `out`: where the repetition begins
  int count = 0;
  for (const Step& step : steps) {
    const auto wrong = [&step](std::string_view what) {
      return fail(Errc::malformed, fmt::format("{}: {}", step.line, what));
    };
    if (step.words.size() == 2 && step.words[0] == "repeat") {
      const auto number = number_in(step.words[1]);
      if (first || !number.has_value() || *number < 1) return wrong("repeat N begins a repetition, not within another");
      first = out.size();
      count = *number;
    } else if (step.words.size() == 1 && step.words[0] == "end") {
      if (!first || *first == out.size()) return wrong("there is nothing to repeat");
      const std::vector<Step> block{out.begin() + static_cast<std::ptrdiff_t>(*first), out.end()};
      for (int i = 1; i < count; ++i) out.insert(out.end(), block.begin(), block.end());
      first.reset();
    } else {
      out.push_back(step);
    }
  }
  if (first) return fail(Errc::malformed, fmt::format("{}: a repetition has no end", steps.back().line));
  return out;
}

}  // namespace

Result<Script> parse(std::string_view file, std::string_view text) {
  Script script;
  script.file = file;
  script.subject = "client";
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
    if (words->front() == "subject") {
      if (words->size() != 2 || ((*words)[1] != "client" && (*words)[1] != "session" && (*words)[1] != "engine"))
        return wrong("the subject is client, session or engine");
      script.subject = (*words)[1];
      continue;
    }
    if (words->front() != "versions") {
      Step step{.line = number, .words = *std::move(words)};
      if (const auto ranged = take_range(step); !ranged.has_value()) return wrong(ranged.error().detail);
      script.steps.push_back(std::move(step));
      continue;
    }
    if (!script.steps.empty()) return wrong("versions come before the first step");
    script.versions.clear();
    for (std::size_t i = 1; i < words->size(); ++i) {
      const auto version = number_in((*words)[i]);
      if (!version.has_value()) return wrong(version.error().detail);
      script.versions.push_back(*version);
    }
  }
  if (script.versions.empty()) return wrong("no versions");
  if (script.steps.empty()) return wrong("there are no steps");
  auto steps = written_out(script.steps);
  if (!steps.has_value()) return fail(Errc::malformed, fmt::format("{}:{}", file, steps.error().detail));
  script.steps = *std::move(steps);
  return script;
}

}  // namespace tradewind::conversations
