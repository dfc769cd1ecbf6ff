#include "apps/tradewind/accounts_file.hpp"

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/model/ids.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace tradewind::app {
namespace {

using sim::gateway::AccountSetup;
using sim::gateway::Allocation;
using sim::gateway::OpeningPosition;
using sim::venue::Listing;

constexpr std::uintmax_t kFileSizeMax = 1 << 20;
// Sums over all currencies and positions of an account, in the cheapest currency at the dearest rate, still fit an Amount.
constexpr std::int64_t kAmountMax = 1'000'000'000'000;  // of cash, and of what a position has cost
constexpr std::int64_t kPositionMax = 100'000'000;
constexpr std::int64_t kDollarsMax = 100;  // for one unit of a currency
constexpr std::int64_t kPerDollarMax = 100'000;  // units of a currency
constexpr std::size_t kCurrenciesMax = 100;
constexpr std::string_view kMarketData[] = {"live", "not-for-api", "delayed", "none"};

// A value with its place: errors name both.
class Value {
 public:
  Value(const std::string& source, std::string key, const toml::node& node)
      : source_{&source}, key_{std::move(key)}, node_{&node} {}

  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view why) const {
    return fail(Errc::invalid_argument, fmt::format("{}:{}: {}: {}", *source_, node_->source().begin.line, key_, why));
  }
  [[nodiscard]] Result<bool> boolean() const {
    if (const auto* value = node_->as_boolean()) return value->get();
    return refuse("write true or false");
  }
  [[nodiscard]] Result<std::int32_t> integer() const {
    const auto* value = node_->as_integer();
    if (value == nullptr || value->get() < 0 || value->get() > std::numeric_limits<std::int32_t>::max())
      return refuse("a whole number from 0 to 2147483647 is expected");
    return static_cast<std::int32_t>(value->get());
  }
  // Everything here may cross the wire, which carries plain ASCII.
  [[nodiscard]] Result<std::string> text() const {
    const auto* value = node_->as_string();
    if (value == nullptr) return refuse("a text in quotes is expected");
    if (!std::ranges::all_of(value->get(), [](char c) { return c >= ' ' && c <= '~'; }))
      return refuse("only printable ASCII can be sent to clients");
    return value->get();
  }
  [[nodiscard]] Result<std::string> name() const {
    std::string value = TW_TRY(text());
    if (value.empty()) return refuse("it may not be empty");
    return value;
  }
  template <class Number>
  [[nodiscard]] Result<Number> number() const {
    std::string text;
    if (const auto* value = node_->as_string()) {
      text = value->get();
    } else if (const auto* whole = node_->as_integer()) {
      text = std::to_string(whole->get());
    } else {
      return refuse("write it as a whole number or, with decimals, in quotes: \"1500.50\"");
    }
    const auto parsed = Number::parse(text);
    if (!parsed.has_value()) return refuse(parsed.error().detail);
    return *parsed;
  }
  template <class Enum>
  [[nodiscard]] Result<Enum> one_of() const {
    const std::string word = TW_TRY(text());
    if (const auto value = parse_enum<Enum>(word)) return *value;
    std::vector<std::string_view> words;
    for (const auto& [value, known] : kEnumNames<Enum>) words.push_back(known);
    return refuse(fmt::format("'{}' is not one of {}", word, fmt::join(words, ", ")));
  }
  // The members of a table, or of an array, each with its place.
  [[nodiscard]] Result<std::vector<Value>> members() const {
    const auto* table = node_->as_table();
    if (table == nullptr) return refuse("a table is expected: { NAME = \"VALUE\" }");
    std::vector<Value> all;
    for (const auto& [name, node] : *table) all.push_back({*source_, std::string{name.str()}, node});
    return all;
  }
  [[nodiscard]] Result<std::vector<Value>> elements() const {
    const auto* array = node_->as_array();
    if (array == nullptr) return refuse("a list is expected");
    std::vector<Value> all;
    for (const toml::node& node : *array) all.push_back({*source_, key_, node});
    return all;
  }
  [[nodiscard]] bool is_table() const { return node_->is_table(); }

 private:
  const std::string* source_;
  std::string key_;
  const toml::node* node_;
};

// A table of which every key must be known.
class Keys {
 public:
  static Result<Keys> of(const Value& table, std::initializer_list<std::string_view> known) {
    Keys keys{table};
    for (Value& member : TW_TRY(table.members())) {
      if (std::ranges::find(known, member.key()) == known.end())
        return member.refuse(fmt::format("there is no such key; the keys are {}", fmt::join(known, ", ")));
      keys.members_.push_back(std::move(member));
    }
    return keys;
  }
  // Null when the key is absent.
  [[nodiscard]] const Value* find(std::string_view key) const {
    const auto found = std::ranges::find(members_, key, &Value::key);
    return found == members_.end() ? nullptr : &*found;
  }
  [[nodiscard]] Result<Value> need(std::string_view key) const {
    if (const Value* value = find(key); value != nullptr) return *value;
    return table_.refuse(fmt::format("'{}' is missing", key));
  }
  [[nodiscard]] Result<std::string> text(std::string_view key) const {
    const Value* value = find(key);
    return value == nullptr ? Result<std::string>{std::string{}} : value->text();
  }

 private:
  explicit Keys(Value table) : table_{std::move(table)} {}

  Value table_;
  std::vector<Value> members_;
};

Result<std::string> currency_of(const Value& at, const std::string& text) {
  const bool is_one = text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_one) return at.refuse(fmt::format("'{}' is no currency: it has three capital letters, such as USD", text));
  return text;
}

Result<OpeningPosition> position_of(const Value& value, const std::vector<Listing>& listings) {
  const Keys keys = TW_TRY(Keys::of(value, {"symbol", "con_id", "quantity", "average_price"}));
  const Value* symbol = keys.find("symbol");
  const Value* con_id = keys.find("con_id");
  if ((symbol == nullptr) == (con_id == nullptr)) return value.refuse("it is named by either symbol or con_id");
  const std::string wanted = symbol == nullptr ? std::to_string(TW_TRY(con_id->integer())) : TW_TRY(symbol->text());
  std::vector<const Listing*> found;
  for (const Listing& listing : listings) {
    if (symbol == nullptr ? std::to_string(listing.con_id) == wanted
                          : listing.symbol == wanted && listing.security_type == "STK")
      found.push_back(&listing);
  }
  if (found.size() != 1) {
    return (symbol == nullptr ? con_id : symbol)
        ->refuse(fmt::format("{} is not {} of this market; name what --symbols or the default market has", wanted,
                             symbol == nullptr ? "a contract" : "a stock"));
  }
  OpeningPosition position{.con_id = found.front()->con_id};
  const Value quantity = TW_TRY(keys.need("quantity"));
  position.quantity = TW_TRY(quantity.number<Position>());
  if (position.quantity.is_zero()) return quantity.refuse("a position is not zero");
  if (position.quantity > Position::of(kPositionMax) || position.quantity < Position::of(-kPositionMax))
    return quantity.refuse(fmt::format("a position is {} at most", kPositionMax));
  const Value price = TW_TRY(keys.need("average_price"));
  position.average_price = TW_TRY(price.number<Price>());
  const auto cost = notional(position.average_price, magnitude(position.quantity), found.front()->multiplier);
  if (!cost || magnitude(*cost) > Amount::of(kAmountMax))
    return price.refuse(fmt::format("the position has cost {} at most", kAmountMax));
  return position;
}

Result<Amount> cash_of(const Value& value) {
  const Amount amount = TW_TRY(value.number<Amount>());
  if (amount > Amount::of(kAmountMax) || amount < Amount::of(-kAmountMax))
    return value.refuse(fmt::format("cash is {} at most", kAmountMax));
  return amount;
}

Result<void> read_cash(const Value& value, AccountSetup& account) {
  if (!value.is_table()) {
    account.cash = TW_TRY(cash_of(value));
    return {};
  }
  for (const Value& member : TW_TRY(value.members())) {
    const std::string currency = TW_TRY(currency_of(member, member.key()));
    const Amount amount = TW_TRY(cash_of(member));
    if (currency == account.currency) {
      account.cash = amount;
    } else {
      account.foreign_cash.emplace(currency, amount);
    }
  }
  if (account.foreign_cash.size() > kCurrenciesMax)
    return value.refuse(fmt::format("an account has {} currencies at most", kCurrenciesMax));
  return {};
}

Result<AccountSetup> account_of(const Value& value, const std::vector<Listing>& listings) {
  const Keys keys = TW_TRY(Keys::of(
      value, {"id", "type", "currency", "cash", "margin", "alias", "family_code", "permissions", "positions"}));
  AccountSetup account;
  const Value id = TW_TRY(keys.need("id"));
  account.id = TW_TRY(id.name());
  const bool is_plain = std::ranges::all_of(
      account.id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
  if (!is_plain || account.id == "All" || !model::AccountId::from(account.id))
    return id.refuse(fmt::format("'{}' is no account: letters and digits, at most 24, such as DU0000000", account.id));
  if (const Value* type = keys.find("type")) account.type = TW_TRY(type->one_of<sim::gateway::AccountType>());
  if (const Value* currency = keys.find("currency")) {
    const std::string text = TW_TRY(currency->text());
    account.currency = TW_TRY(currency_of(*currency, text));
  }
  if (const Value* cash = keys.find("cash")) TW_TRY_VOID(read_cash(*cash, account));
  if (const Value* margin = keys.find("margin")) account.margin = TW_TRY(margin->one_of<sim::gateway::MarginAccount>());
  account.alias = TW_TRY(keys.text("alias"));
  account.family_code = TW_TRY(keys.text("family_code"));
  if (const Value* permissions = keys.find("permissions")) {
    for (const Value& permission : TW_TRY(permissions->elements()))
      account.permissions.push_back(TW_TRY(permission.name()));
  }
  if (const Value* positions = keys.find("positions")) {
    for (const Value& element : TW_TRY(positions->elements())) {
      const OpeningPosition position = TW_TRY(position_of(element, listings));
      if (std::ranges::find(account.positions, position.con_id, &OpeningPosition::con_id) != account.positions.end())
        return element.refuse("this contract is there twice");
      account.positions.push_back(position);
    }
  }
  return account;
}

// The accounts of a group or profile: a list of them, or a table with their shares.
Result<void> read_shares(const Value& value, const std::vector<AccountSetup>& accounts, Allocation& into) {
  const auto check = [&](const Value& at, const std::string& account) -> Result<void> {
    if (std::ranges::find(accounts, account, &AccountSetup::id) == accounts.end())
      return at.refuse(fmt::format("{} is none of the accounts of this file", account));
    return {};
  };
  if (value.is_table()) {
    for (const Value& member : TW_TRY(value.members())) {
      TW_TRY_VOID(check(member, member.key()));
      into.accounts.emplace_back(member.key(), TW_TRY(member.number<Amount>()));
    }
  } else {
    for (const Value& element : TW_TRY(value.elements())) {
      const std::string account = TW_TRY(element.name());
      TW_TRY_VOID(check(element, account));
      into.accounts.emplace_back(account, std::nullopt);
    }
  }
  if (into.accounts.empty()) return value.refuse("it names no account");
  return {};
}

Result<Allocation> group_of(const Value& value, const std::vector<AccountSetup>& accounts) {
  const Keys keys = TW_TRY(Keys::of(value, {"name", "method", "accounts"}));
  Allocation group;
  const Value name = TW_TRY(keys.need("name"));
  group.name = TW_TRY(name.name());
  if (group.name == "All") return name.refuse("'All' means every account already");
  const Value method = TW_TRY(keys.need("method"));
  group.method = TW_TRY(method.text());
  if (!sim::gateway::is_allocation_method(group.method))
    return method.refuse(
        fmt::format("'{}' is not one of {}", group.method, fmt::join(sim::gateway::kAllocationMethods, ", ")));
  const Value shares = TW_TRY(keys.need("accounts"));
  TW_TRY_VOID(read_shares(shares, accounts, group));
  return group;
}

Result<Allocation> profile_of(const Value& value, const std::vector<AccountSetup>& accounts) {
  static constexpr std::string_view kTypes[] = {"percentages", "ratios", "shares"};
  const Keys keys = TW_TRY(Keys::of(value, {"name", "type", "accounts"}));
  Allocation profile;
  const Value name = TW_TRY(keys.need("name"));
  profile.name = TW_TRY(name.name());
  const Value type = TW_TRY(keys.need("type"));
  const std::string word = TW_TRY(type.text());
  const auto* found = std::ranges::find(kTypes, word);
  if (found == std::end(kTypes))
    return type.refuse(fmt::format("'{}' is not one of {}", word, fmt::join(kTypes, ", ")));
  profile.method = std::to_string(found - std::begin(kTypes) + 1);
  const Value shares = TW_TRY(keys.need("accounts"));
  if (!shares.is_table()) return shares.refuse("a profile has shares: { DU0000000 = \"60\" }");
  TW_TRY_VOID(read_shares(shares, accounts, profile));
  return profile;
}

// What one unit of this currency is worth must be known, or nothing can be added up.
Result<void> check_rate(const Value& at, const std::string& currency, const SimAccounts& read,
                        const std::vector<Listing>& listings) {
  const bool is_traded = std::ranges::any_of(listings, [&](const Listing& listing) {
    return listing.security_type == "CASH" && listing.symbol == currency && listing.currency == "USD";
  });
  if (currency == "USD" || is_traded || read.login.dollars.contains(currency)) return {};
  return at.refuse(
      fmt::format("what is one {} worth? Add it to the table: [dollars] {} = \"1.09\"", currency, currency));
}

Result<SimAccounts> read_file(const Value& file, const std::vector<Listing>& listings) {
  const Keys keys = TW_TRY(Keys::of(file, {"read_only", "download_open_orders", "master_client_id", "market_data",
                                           "white_branding_id", "dollars", "account", "group", "profile"}));
  SimAccounts read;
  if (const Value* value = keys.find("read_only")) read.login.read_only = TW_TRY(value->boolean());
  if (const Value* value = keys.find("download_open_orders"))
    read.login.download_open_orders = TW_TRY(value->boolean());
  if (const Value* value = keys.find("master_client_id")) read.login.master_client_id = TW_TRY(value->integer());
  if (const Value* value = keys.find("market_data")) {
    read.market_data = TW_TRY(value->text());
    if (std::ranges::find(kMarketData, *read.market_data) == std::end(kMarketData))
      return value->refuse(fmt::format("'{}' is not one of {}", *read.market_data, fmt::join(kMarketData, ", ")));
  }
  read.login.white_branding_id = TW_TRY(keys.text("white_branding_id"));
  if (const Value* value = keys.find("dollars")) {
    for (const Value& member : TW_TRY(value->members())) {
      const std::string currency = TW_TRY(currency_of(member, member.key()));
      const Price price = TW_TRY(member.number<Price>());
      if (price > Price::of(kDollarsMax) || price < Price::from_raw(Price::kScale / kPerDollarMax))
        return member.refuse(
            fmt::format("it is from {} to {}", Price::from_raw(Price::kScale / kPerDollarMax), kDollarsMax));
      read.login.dollars.insert_or_assign(currency, price);
    }
  }
  const Value accounts = TW_TRY(keys.need("account"));
  for (const Value& value : TW_TRY(accounts.elements())) {
    AccountSetup account = TW_TRY(account_of(value, listings));
    if (std::ranges::find(read.accounts, account.id, &AccountSetup::id) != read.accounts.end())
      return value.refuse(fmt::format("{} is there twice", account.id));
    TW_TRY_VOID(check_rate(value, account.currency, read, listings));
    for (const auto& [currency, cash] : account.foreign_cash) TW_TRY_VOID(check_rate(value, currency, read, listings));
    read.accounts.push_back(std::move(account));
  }
  if (read.accounts.empty()) return file.refuse("there is no [[account]]");
  for (const char* kind : {"group", "profile"}) {
    const Value* allocations = keys.find(kind);
    if (allocations == nullptr) continue;
    const bool has_advisor = std::ranges::any_of(
        read.accounts, [](const auto& account) { return account.type == sim::gateway::AccountType::advisor; });
    if (!has_advisor) return allocations->refuse("only an advisor has one: give an account type = \"advisor\"");
    auto& into = std::string_view{kind} == "group" ? read.login.groups : read.login.profiles;
    for (const Value& value : TW_TRY(allocations->elements())) {
      into.push_back(&into == &read.login.groups ? TW_TRY(group_of(value, read.accounts))
                                                 : TW_TRY(profile_of(value, read.accounts)));
    }
  }
  return read;
}

}  // namespace

Result<SimAccounts> parse_accounts(const std::string& text, const std::string& source,
                                   const std::vector<Listing>& listings) {
  try {
    const toml::table table = toml::parse(text, source);
    return read_file(Value{source, "accounts", table}, listings);
  } catch (const toml::parse_error& error) {
    return fail(Errc::malformed, fmt::format("{}:{}: {}", source, error.source().begin.line, error.description()));
  }
}

Result<SimAccounts> load_accounts(const std::string& path, const std::vector<Listing>& listings) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return fail(Errc::not_found, fmt::format("{}: no such file, or not a regular one", path));
  if (std::filesystem::file_size(path, error) > kFileSizeMax)
    return fail(Errc::out_of_range, fmt::format("{}: a file of accounts has at most 1 MiB", path));
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || file.bad()) return fail(Errc::io, fmt::format("{}: cannot be read", path));
  return parse_accounts(text.str(), path, listings);
}

}  // namespace tradewind::app
