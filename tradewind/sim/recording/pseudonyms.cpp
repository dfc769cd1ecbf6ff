#include "tradewind/sim/recording/pseudonyms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::sim::recording {
namespace {

constexpr std::size_t kShortestName = 3;  // that is looked for within other texts

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
// Where only accounts and names of groups stand, an account may have another form.
bool is_account(std::string_view value) {
  if (value.ends_with('A')) value.remove_suffix(1);
  return std::ranges::count_if(value, is_digit) >= 5 &&
         std::ranges::all_of(value, [](char c) { return is_digit(c) || is_upper(c); });
}
bool is_word(char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || c == '_'; }

}  // namespace

// An ISIN, of two letters and ten characters, is none.
bool looks_like_account(std::string_view word) {
  if (word.size() > 1 && word.back() == 'A') word.remove_suffix(1);
  const auto digits = std::ranges::find_if_not(word, is_upper);
  const std::string_view letters = word.substr(0, static_cast<std::size_t>(digits - word.begin()));
  const auto count = word.end() - digits;
  const bool has_prefix = (letters.size() == 3 && letters.starts_with("DU")) || letters == "U" || letters == "F" ||
                          letters == "I" || letters == "DU" || letters == "DF" || letters == "DI";
  return has_prefix && count >= 5 && count <= 9 && std::all_of(digits, word.end(), is_digit);
}

std::string Pseudonyms::account(std::string_view account) {
  const bool of_clients = account.ends_with('A');  // "F0000005A": all clients of the advisor F0000005
  if (of_clients) account.remove_suffix(1);
  auto found = accounts_.find(account);
  if (found == accounts_.end())
    found = accounts_.emplace(std::string{account}, fmt::format("DU{:07}", accounts_.size())).first;
  return of_clients ? found->second + "A" : found->second;
}

std::string Pseudonyms::for_accounts(std::string_view value) {
  std::string result;
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    const std::string_view one = value.substr(0, comma);
    if (one == "All") result += one;
    else if (is_account(one)) result += account(one);
    else result += for_name(one);
    if (comma < value.size()) result += ',';
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return result;
}

std::string Pseudonyms::for_name(std::string_view value) {
  if (value.empty()) return {};
  if (looks_like_account(value)) return account(value);
  auto found = names_.find(value);
  if (found == names_.end()) found = names_.emplace(std::string{value}, fmt::format("NAME{}", names_.size())).first;
  return found->second;
}

std::string Pseudonyms::for_text(std::string_view text, bool is_free) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end == at) {
      result += text[at++];
      continue;
    }
    const std::string_view word = text.substr(at, end - at);
    const bool is_account = is_known(word) || (word.ends_with('A') && is_known(word.substr(0, word.size() - 1))) ||
                            (is_free && looks_like_account(word));
    if (is_account) result += account(word);
    else result += word;
    at = end;
  }
  return is_free ? without_names(std::move(result)) : result;
}

std::string Pseudonyms::without_names(std::string text) const {
  for (const auto& [name, pseudonym] : names_) {
    if (name.size() < kShortestName) continue;
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
      const std::size_t end = at + name.size();
      const bool is_whole = (at == 0 || !is_word(text[at - 1]) || !is_word(name.front())) &&
                            (end == text.size() || !is_word(text[end]) || !is_word(name.back()));
      if (is_whole) text.replace(at, name.size(), pseudonym);
      at += is_whole ? pseudonym.size() : 1;
    }
  }
  return text;
}

std::string Pseudonyms::for_xml(std::string_view xml) {
  std::string result;
  std::string_view tag;
  while (!xml.empty()) {
    const bool in_tag = xml.front() == '<';
    const std::size_t end = in_tag ? std::min(xml.find('>'), xml.size() - 1) + 1 : std::min(xml.find('<'), xml.size());
    const std::string_view part = xml.substr(0, end);
    xml.remove_prefix(end);
    const bool is_plain =
        std::ranges::all_of(part, [](char c) { return is_digit(c) || c == '.' || c == '-' || c <= ' '; });
    if (in_tag) {
      tag = part;
      result += part;
    } else if (is_plain || tag.starts_with("<defaultMethod") || tag.starts_with("<type")) {
      result += part;
    } else {
      result += for_name(part);
    }
  }
  return result;
}

}  // namespace tradewind::sim::recording
