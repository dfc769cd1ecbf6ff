#include "apps/tradewind/accounts_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tradewind::app {
namespace {

const std::vector<sim::venue::Listing>& market() {
  static const std::vector<sim::venue::Listing> listings = {sim::venue::us_stock("AAPL"), sim::venue::us_stock("SPY")};
  return listings;
}

Result<SimAccounts> parse(const std::string& text) { return parse_accounts(text, "a.toml", market()); }

std::string refusal(const std::string& text) {
  const auto parsed = parse(text);
  return parsed.has_value() ? "accepted" : parsed.error().detail;
}

TEST(AccountsFile, SaysEverythingThereIsToSay) {
  const auto parsed = parse(R"(
read_only = true
download_open_orders = false
master_client_id = 99
market_data = "delayed"
white_branding_id = "brand"

[dollars]
EUR = "1.09"

[[account]]
id = "DF0000000"
type = "advisor"

[[account]]
id = "U0000001"
currency = "EUR"
cash = { EUR = "1000.50", USD = 20 }
margin = "cash"
alias = "Main"
family_code = "F1"
permissions = ["STK", "OPT"]
positions = [ { symbol = "AAPL", quantity = "-10.5", average_price = "150.25" }, { con_id = 756733, quantity = 1, average_price = 400 } ]

[[group]]
name = "Halves"
method = "Percent"
accounts = { DF0000000 = "40", U0000001 = "60" }

[[group]]
name = "Both"
method = "Equal"
accounts = ["U0000001", "DF0000000"]

[[profile]]
name = "Fixed"
type = "shares"
accounts = { U0000001 = 5 }
)");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
  EXPECT_TRUE(parsed->login.read_only);
  EXPECT_FALSE(parsed->login.download_open_orders);
  EXPECT_EQ(parsed->login.master_client_id, 99);
  EXPECT_EQ(parsed->market_data, "delayed");
  EXPECT_EQ(parsed->login.white_branding_id, "brand");
  EXPECT_EQ(parsed->login.dollars.at("EUR").text(), "1.09");
  ASSERT_EQ(parsed->accounts.size(), 2U);
  EXPECT_EQ(parsed->accounts[0].type, sim::gateway::AccountType::advisor);
  EXPECT_EQ(parsed->accounts[0].cash.text(), "0");
  EXPECT_TRUE(parsed->accounts[0].may_trade("FUT"));
  const auto& account = parsed->accounts[1];
  EXPECT_EQ(account.id, "U0000001");
  EXPECT_EQ(account.currency, "EUR");
  EXPECT_EQ(account.cash.text(), "1000.5");
  EXPECT_EQ(account.foreign_cash.at("USD").text(), "20");
  EXPECT_EQ(account.margin, sim::gateway::MarginAccount::cash);
  EXPECT_EQ(account.alias, "Main");
  EXPECT_EQ(account.family_code, "F1");
  EXPECT_TRUE(account.may_trade("OPT"));
  EXPECT_FALSE(account.may_trade("FUT"));
  ASSERT_EQ(account.positions.size(), 2U);
  EXPECT_EQ(account.positions[0].con_id, 265598);
  EXPECT_EQ(account.positions[0].quantity.text(), "-10.5");
  EXPECT_EQ(account.positions[0].average_price.text(), "150.25");
  EXPECT_EQ(account.positions[1].con_id, 756733);
  ASSERT_EQ(parsed->login.groups.size(), 2U);
  EXPECT_EQ(parsed->login.groups[0].accounts[1].second->text(), "60");
  EXPECT_EQ(parsed->login.groups[1].accounts[0].first, "U0000001");
  EXPECT_EQ(parsed->login.profiles.at(0).method, "3");
}

TEST(AccountsFile, NeedsLittle) {
  const auto parsed = parse("[[account]]\nid = \"DU0000000\"\ncash = 1000\n");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->accounts[0].cash.text(), "1000");
  EXPECT_FALSE(parsed->login.read_only);
  EXPECT_FALSE(parsed->market_data);
  EXPECT_TRUE(parsed->login.download_open_orders);
}

// An account around one wrong line, which is line 3.
std::string account(const std::string& line) { return "[[account]]\nid = \"DU0000000\"\n" + line + "\n"; }

TEST(AccountsFile, NamesLineKeyAndRemedyOfWhatIsWrong) {
  EXPECT_EQ(refusal(""), "a.toml:1: accounts: 'account' is missing");
  EXPECT_EQ(refusal("account = []"), "a.toml:1: accounts: there is no [[account]]");
  EXPECT_EQ(refusal("\nreadonly = true"),
            "a.toml:2: readonly: there is no such key; the keys are read_only, download_open_orders, master_client_id, "
            "market_data, white_branding_id, dollars, account, group, profile");
  EXPECT_EQ(refusal("read_only = 1"), "a.toml:1: read_only: write true or false");
  EXPECT_EQ(refusal("master_client_id = -1"),
            "a.toml:1: master_client_id: a whole number from 0 to 2147483647 is expected");
  EXPECT_EQ(refusal("market_data = \"fast\""),
            "a.toml:1: market_data: 'fast' is not one of live, not-for-api, delayed, none");
  EXPECT_EQ(refusal("[dollars]\nEUR = \"-1\""), "a.toml:2: EUR: it is from 0.00001 to 100");
  EXPECT_EQ(refusal("[dollars]\neuro = 1"),
            "a.toml:2: euro: 'euro' is no currency: it has three capital letters, such as USD");
  EXPECT_EQ(refusal("[[account]]\ncash = 1"), "a.toml:1: account: 'id' is missing");
  EXPECT_EQ(refusal("[[account]]\nid = \"DU,1\""),
            "a.toml:2: id: 'DU,1' is no account: letters and digits, at most 24, such as DU0000000");
  EXPECT_EQ(refusal(account("cash = 1.5")),
            "a.toml:3: cash: write it as a whole number or, with decimals, in quotes: \"1500.50\"");
  EXPECT_EQ(refusal(account("cash = { EUR = \"5\" }")),
            "a.toml:1: account: what is one EUR worth? Add it to the table: [dollars] EUR = \"1.09\"");
  EXPECT_EQ(refusal(account("currency = \"EUR\"")),
            "a.toml:1: account: what is one EUR worth? Add it to the table: [dollars] EUR = \"1.09\"");
  EXPECT_EQ(refusal(account("type = \"boss\"")), "a.toml:3: type: 'boss' is not one of individual, advisor");
  EXPECT_EQ(refusal(account("alias = \"M\u00fcller\"")),
            "a.toml:3: alias: only printable ASCII can be sent to clients");
  EXPECT_EQ(refusal(account("[[account]]\nid = \"DU0000000\"")), "a.toml:3: account: DU0000000 is there twice");
  EXPECT_EQ(refusal(account("positions = [ { symbol = \"XYZ\", quantity = 1, average_price = 1 } ]")),
            "a.toml:3: symbol: XYZ is not a stock of this market; name what --symbols or the default market has");
  EXPECT_EQ(refusal(account("positions = [ { con_id = 5, quantity = 1, average_price = 1 } ]")),
            "a.toml:3: con_id: 5 is not a contract of this market; name what --symbols or the default market has");
  EXPECT_EQ(refusal(account("positions = [ { symbol = \"SPY\", quantity = 0, average_price = 1 } ]")),
            "a.toml:3: quantity: a position is not zero");
  EXPECT_EQ(refusal(account("positions = [ { symbol = \"SPY\", quantity = 1 } ]")),
            "a.toml:3: positions: 'average_price' is missing");
  EXPECT_EQ(refusal(account("positions = [ { quantity = 1, average_price = 1 } ]")),
            "a.toml:3: positions: it is named by either symbol or con_id");
  EXPECT_EQ(refusal(account("positions = [ { symbol = \"SPY\", quantity = 1, average_price = 1 }, { con_id = 756733, "
                            "quantity = 1, average_price = 1 } ]")),
            "a.toml:3: positions: this contract is there twice");
  EXPECT_EQ(refusal(account("[[group]]\nname = \"G\"\nmethod = \"Equal\"\naccounts = [\"DU0000000\"]")),
            "a.toml:3: group: only an advisor has one: give an account type = \"advisor\"");
  const std::string advisor = account("type = \"advisor\"");
  EXPECT_EQ(refusal(advisor + "[[group]]\nname = \"G\"\nmethod = \"Best\"\naccounts = [\"DU0000000\"]"),
            "a.toml:6: method: 'Best' is not one of Equal, EqualQuantity, NetLiq, AvailableEquity, Percent, PctChange, "
            "Ratio, ContractsOrShares, MonetaryAmount");
  EXPECT_EQ(refusal(advisor + "[[group]]\nname = \"G\"\nmethod = \"Equal\"\naccounts = [\"DU0000001\"]"),
            "a.toml:7: accounts: DU0000001 is none of the accounts of this file");
  EXPECT_EQ(refusal(advisor + "[[profile]]\nname = \"P\"\ntype = \"shares\"\naccounts = [\"DU0000000\"]"),
            "a.toml:7: accounts: a profile has shares: { DU0000000 = \"60\" }");
  EXPECT_TRUE(refusal("[[account").starts_with("a.toml:1: ")) << refusal("[[account");
}

// What the gateway adds up and converts later has to fit.
TEST(AccountsFile, RefusesNumbersThatAreTooLarge) {
  const auto position = [&](std::string_view quantity, std::string_view price) {
    return refusal(account(fmt::format(R"(positions = [ {{ symbol = "SPY", quantity = "{}", average_price = "{}" }} ])",
                                       quantity, price)));
  };
  EXPECT_EQ(refusal(account("cash = 1000000000001")), "a.toml:3: cash: cash is 1000000000000 at most");
  EXPECT_EQ(refusal(account("cash = { USD = \"-999999999999999999\" }")),
            "a.toml:3: USD: cash is 1000000000000 at most");
  EXPECT_EQ(refusal(account("cash = 1000000000000")), "accepted");
  EXPECT_EQ(position("-100000000.5", "1"), "a.toml:3: quantity: a position is 100000000 at most");
  EXPECT_EQ(position("-100000000", "10000.5"), "a.toml:3: average_price: the position has cost 1000000000000 at most");
  EXPECT_EQ(position("1", "-9000000000"), "accepted");
  EXPECT_EQ(position("100000000", "10000"), "accepted");
  EXPECT_EQ(refusal("[dollars]\nEUR = \"101\""), "a.toml:2: EUR: it is from 0.00001 to 100");
  EXPECT_EQ(refusal("[dollars]\nEUR = \"0.000001\""), "a.toml:2: EUR: it is from 0.00001 to 100");
  std::string rates = "[dollars]\n";
  std::string cash;
  for (int i = 0; i < 101; ++i) {
    const std::string currency = fmt::format("X{}{}", static_cast<char>('A' + i / 26), static_cast<char>('A' + i % 26));
    rates += currency + " = 1\n";
    cash += fmt::format("{}{} = 1", cash.empty() ? "" : ", ", currency);
  }
  EXPECT_EQ(refusal(rates + account("cash = { " + cash + " }")),
            "a.toml:105: cash: an account has 100 currencies at most");
}

TEST(AccountsFile, IsReadFromAFileOrSaysWhyNot) {
  const auto folder = std::filesystem::temp_directory_path() / "tradewind_accounts_file_test";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "accounts.toml").string();
  std::ofstream{path} << "[[account]]\nid = \"DU0000000\"\n";
  EXPECT_TRUE(load_accounts(path, market()).has_value());
  std::ofstream{path} << std::string(2 << 20, '#');
  EXPECT_EQ(load_accounts(path, market()).error().code, Errc::out_of_range);
  EXPECT_EQ(load_accounts(folder.string(), market()).error().code, Errc::not_found);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tradewind::app
