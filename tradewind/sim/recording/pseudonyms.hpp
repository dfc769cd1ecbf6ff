#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace tradewind::sim::recording {

// What is written instead of account numbers and of names people gave: the same for the same, in order of appearance.
// "DU0000000", "DU0000001" … for accounts, "NAME0", "NAME1" … for names of users, groups, models and aliases.
class Pseudonyms {
 public:
  // A value that is an account, a list of them separated by commas, or the name of a group where an account may stand.
  [[nodiscard]] std::string for_accounts(std::string_view value);
  // A value that is a name.
  [[nodiscard]] std::string for_name(std::string_view value);
  // A text that may mention accounts and names. `is_free`: words that look like an account are taken for one even when they
  // were never seen; otherwise only known accounts are replaced, since a security may have such a symbol.
  [[nodiscard]] std::string for_text(std::string_view text, bool is_free);
  // The XML of an advisor's configuration: what stands between tags.
  [[nodiscard]] std::string for_xml(std::string_view xml);

  [[nodiscard]] std::size_t accounts() const { return accounts_.size(); }
  [[nodiscard]] std::size_t names() const { return names_.size(); }

 private:
  std::string account(std::string_view account);
  [[nodiscard]] bool is_known(std::string_view word) const { return accounts_.contains(word); }
  [[nodiscard]] std::string without_names(std::string text) const;

  std::map<std::string, std::string, std::less<>> accounts_;
  std::map<std::string, std::string, std::less<>> names_;
};

// "U0000005", "DU0000005", "DUM000006", "F0000005", and with an A behind it for an advisor's clients.
[[nodiscard]] bool looks_like_account(std::string_view word);

}  // namespace tradewind::sim::recording
