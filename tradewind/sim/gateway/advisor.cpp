#include "tradewind/sim/gateway/advisor.hpp"

#include "tradewind/sim/gateway/internal/amounts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace tradewind::sim::gateway {
namespace {

constexpr std::size_t kXmlMax = 256 * 1024;
constexpr int kDepthMax = 8;

// --- Just the XML these texts need: elements, attributes that nobody reads, text, the five entities. ---

struct Element {
  std::string name;
  std::string text;
  std::vector<Element> children;

  [[nodiscard]] const Element* child(std::string_view wanted) const {
    const auto found = std::ranges::find(children, wanted, &Element::name);
    return found == children.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::string text_of(std::string_view wanted) const {
    const Element* found = child(wanted);
    return found == nullptr ? "" : found->text;
  }
};

class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : rest_{text} {}

  Result<Element> read() {
    skip_blank();
    if (rest_.starts_with("<?")) {
      if (!skip_behind("?>")) return refuse("the XML declaration does not end");
      skip_blank();
    }
    Element root = TW_TRY(element(0));
    skip_blank();
    if (!rest_.empty()) return refuse("there is text behind the last element");
    return root;
  }

 private:
  static std::unexpected<Error> refuse(std::string why) { return fail(Errc::malformed, std::move(why)); }
  static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  void skip_blank() {
    while (!rest_.empty() && blank(rest_.front())) rest_.remove_prefix(1);
  }
  bool skip_behind(std::string_view mark) {
    const std::size_t at = rest_.find(mark);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + mark.size());
    return true;
  }

  Result<Element> element(int depth) {
    if (depth > kDepthMax) return refuse("elements lie too deep in one another");
    if (!rest_.starts_with("<") || rest_.starts_with("</")) return refuse("an element is expected");
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos) return refuse("a tag does not end");
    std::string_view tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    const bool is_empty = tag.ends_with('/');
    if (is_empty) tag.remove_suffix(1);
    Element made;
    made.name = tag.substr(0, tag.find_first_of(" \t\r\n"));
    if (made.name.empty()) return refuse("a tag has no name");
    if (is_empty) return made;
    for (;;) {
      const std::size_t next = rest_.find('<');
      if (next == std::string_view::npos) return refuse(fmt::format("<{}> is not closed", made.name));
      made.text += rest_.substr(0, next);
      rest_.remove_prefix(next);
      if (rest_.starts_with("<!--")) {
        if (!skip_behind("-->")) return refuse("a comment does not end");
      } else if (rest_.starts_with("</")) {
        const std::string closing = fmt::format("</{}>", made.name);
        if (!rest_.starts_with(closing)) return refuse(fmt::format("<{}> is not closed", made.name));
        rest_.remove_prefix(closing.size());
        made.text = plain(made.text);
        return made;
      } else {
        made.children.push_back(TW_TRY(element(depth + 1)));
      }
    }
  }

  // Without blanks around it, entities replaced.
  static std::string plain(std::string_view text) {
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    std::string out;
    while (!text.empty()) {
      static constexpr std::pair<std::string_view, char> kEntities[] = {
          {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
      const auto* entity =
          std::ranges::find_if(kEntities, [&](const auto& candidate) { return text.starts_with(candidate.first); });
      const bool is_entity = entity != std::end(kEntities);
      out += is_entity ? entity->second : text.front();
      text.remove_prefix(is_entity ? entity->first.size() : 1);
    }
    return out;
  }

  std::string_view rest_;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else out += c;
  }
  return out;
}

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

// A share as IB prints it: one decimal at least.
std::string share_text(Amount amount) {
  const std::string text = amount.text();
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

Result<std::optional<Amount>> share_of(const Element& element) {
  const std::string text = element.text_of("amount");
  if (text.empty()) return std::optional<Amount>{};
  const auto amount = Amount::parse(text);
  if (!amount.has_value()) return fail(Errc::malformed, amount.error().detail);
  return std::optional{*amount};
}

Result<Allocation> group_in(const Element& element) {
  Allocation group{element.text_of("name"), element.text_of("defaultMethod"), {}};
  const Element* accounts = element.child("ListOfAccts");
  if (group.name.empty() || accounts == nullptr)
    return fail(Errc::malformed, "a <Group> has a <name> and a <ListOfAccts>");
  for (const Element& account : accounts->children) {
    if (account.name == "String") {
      group.accounts.emplace_back(account.text, std::nullopt);
    } else if (account.name == "Account") {
      group.accounts.emplace_back(account.text_of("acct"), TW_TRY(share_of(account)));
    } else {
      return fail(Errc::malformed, fmt::format("<{}> in a <ListOfAccts>", account.name));
    }
  }
  return group;
}

Result<Allocation> profile_in(const Element& element) {
  Allocation profile{element.text_of("name"), element.text_of("type"), {}};
  const Element* shares = element.child("ListOfAllocations");
  if (profile.name.empty() || shares == nullptr)
    return fail(Errc::malformed, "an <AllocationProfile> has a <name> and a <ListOfAllocations>");
  for (const Element& share : shares->children)
    profile.accounts.emplace_back(share.text_of("acct"), TW_TRY(share_of(share)));
  return profile;
}

}  // namespace

Advisor::Advisor(const std::vector<AccountSetup>& accounts, const Login& login)
    : groups_{login.groups}, profiles_{login.profiles} {
  for (const AccountSetup& account : accounts) {
    if (account.type == AccountType::advisor && !is_one()) account_ = account.id;
    accounts_.push_back(account.id);
    aliases_[account.id] = account.alias.empty() ? account.id : account.alias;
  }
}

std::string Advisor::xml(Kind kind) const {
  std::string out{kDeclaration};
  switch (kind) {
    case groups:
      out += "<ListOfGroups>\n";
      for (const Allocation& group : groups_) {
        out += fmt::format("\t<Group>\n\t\t<name>{}</name>\n\t\t<ListOfAccts varName=\"list\">\n", escaped(group.name));
        for (const auto& [account, share] : group.accounts) {
          out += share
                     ? fmt::format(
                           "\t\t\t<Account>\n\t\t\t\t<acct>{}</acct>\n\t\t\t\t<amount>{}</amount>\n\t\t\t</Account>\n",
                           escaped(account), share_text(*share))
                     : fmt::format("\t\t\t<String>{}</String>\n", escaped(account));
        }
        out += fmt::format("\t\t</ListOfAccts>\n\t\t<defaultMethod>{}</defaultMethod>\n\t</Group>\n",
                           escaped(group.method));
      }
      return out + "</ListOfGroups>\n";
    case profiles:
      out += "<ListOfAllocationProfiles>\n";
      for (const Allocation& profile : profiles_) {
        out += fmt::format(
            "\t<AllocationProfile>\n\t\t<name>{}</name>\n\t\t<type>{}</type>\n\t\t<ListOfAllocations "
            "varName=\"listOfAllocations\">\n",
            escaped(profile.name), escaped(profile.method));
        for (const auto& [account, share] : profile.accounts) {
          out += fmt::format(
              "\t\t\t<Allocation>\n\t\t\t\t<acct>{}</acct>\n\t\t\t\t<amount>{}</amount>\n\t\t\t</Allocation>\n",
              escaped(account), share_text(share.value_or(Amount::zero())));
        }
        out += "\t\t</ListOfAllocations>\n\t</AllocationProfile>\n";
      }
      return out + "</ListOfAllocationProfiles>\n";
    case aliases:
      out += "<ListOfAccountAliases>\n";
      for (const std::string& account : accounts_) {
        out += fmt::format("\t<AccountAlias>\n\t\t<account>{}</account>\n\t\t<alias>{}</alias>\n\t</AccountAlias>\n",
                           escaped(account), escaped(aliases_.at(account)));
      }
      return out + "</ListOfAccountAliases>\n";
  }
  return out;
}

Result<void> Advisor::replace(Kind kind, std::string_view xml) {
  if (xml.size() > kXmlMax) return fail(Errc::out_of_range, "the XML is too long");
  const Element root = TW_TRY(XmlReader{xml}.read());
  static constexpr std::pair<Kind, std::string_view> kRoots[] = {
      {groups, "ListOfGroups"}, {profiles, "ListOfAllocationProfiles"}, {aliases, "ListOfAccountAliases"}};
  for (const auto& [root_kind, name] : kRoots) {
    if (root_kind == kind && root.name != name)
      return fail(Errc::malformed, fmt::format("<{}> is expected, this is <{}>", name, root.name));
  }

  std::vector<Allocation> allocations;
  std::map<std::string, std::string> new_aliases = aliases_;
  std::vector<std::string> strangers;
  const auto check = [&](const std::string& account) {
    if (std::ranges::find(accounts_, account) == accounts_.end()) strangers.push_back(account);
  };
  for (const Element& element : root.children) {
    if (kind == aliases) {
      const std::string account = element.text_of("account");
      check(account);
      new_aliases[account] = element.text_of("alias");
      continue;
    }
    const Allocation made = kind == groups ? TW_TRY(group_in(element)) : TW_TRY(profile_in(element));
    for (const auto& [account, share] : made.accounts) check(account);
    allocations.push_back(made);
  }
  if (!strangers.empty()) return fail(Errc::not_found, fmt::format("{}", fmt::join(strangers, ",")));
  if (kind == aliases) aliases_ = std::move(new_aliases);
  if (kind == groups) groups_ = std::move(allocations);
  if (kind == profiles) profiles_ = std::move(allocations);
  return {};
}

const Allocation* Advisor::group(std::string_view name) const {
  const auto found = std::ranges::find(groups_, name, &Allocation::name);
  return found == groups_.end() ? nullptr : &*found;
}

std::vector<Allotment> Advisor::allotments(
    std::string_view group_name, std::string_view method,
    const std::function<Amount(std::string_view account, bool available)>& worth) const {
  const Allocation* shares = group(group_name);
  if (shares == nullptr) return {};
  if (method.empty()) method = shares->method;
  if (method == "PctChange") return {};
  std::vector<Amount> weights;
  Amount all = Amount::zero();
  for (const auto& [account, share] : shares->accounts) {
    Amount weight = share.value_or(Amount::of(1));
    if (method.starts_with("Equal")) weight = Amount::of(1);
    if (method == "NetLiq" || method == "AvailableEquity") weight = worth(account, method == "AvailableEquity");
    weights.push_back(std::max(weight, Amount::zero()));
    all = sum(all, weights.back());
  }
  if (all.is_zero()) return {};
  std::vector<Allotment> allotments;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto share = proportion(Amount::from_raw(Allotment::kWhole), weights[i].raw(), all.raw());
    allotments.push_back({.account = shares->accounts[i].first,
                          .share = static_cast<std::int64_t>(share.value_or(Amount::zero()).raw()),
                          .filled = Quantity::zero(),
                          .fees = {}});
  }
  return allotments;
}

}  // namespace tradewind::sim::gateway
