#include "tradewind/sim/recording/scrubber.hpp"

#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/core/tws/reflect.hpp"

#include "tests/support/tws_frames.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// Messages with account data in every place that may hold some, encoded, cleaned and compared with the same message encoded
// with what must stand there instead: so all other bytes have to be the same.

namespace tradewind::sim::recording {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr int kVersions[] = {176, 178, 200, 203, 226};

template <class Message>
std::string payload(const Message& message, int version) {
  ByteQueue frame;
  EXPECT_TRUE(encode(message, version, frame).has_value());
  return std::string{as_text(frame.contents()).substr(4)};
}

template <class Message>
constexpr bool kFromClient = Message::kInfo.direction == tws::Direction::client_to_gateway;

std::string scrubbed(Scrubber& scrubber, bool from_client, const std::string& bytes, int version) {
  const tws::testing::PaddedBytes padded{bytes};
  const auto clean = scrubber.scrub(from_client, padded.view(), version);
  if (!clean.has_value()) return "refused: " + clean.error().detail;
  return std::string{as_text(*clean)};
}

// That `message` becomes `expected`, at every version that has it.
template <class Message>
void expect_clean(Scrubber& scrubber, const Message& message, const Message& expected) {
  for (const int version : kVersions) {
    if (Message::kInfo.since > version || (!Message::kInfo.has_text && Message::kInfo.protobuf_since > version))
      continue;
    EXPECT_EQ(scrubbed(scrubber, kFromClient<Message>, payload(message, version), version), payload(expected, version))
        << Message::kInfo.name << " at " << version;
  }
}

TEST(Scrubber, EveryAccountOfALoginGetsANumberInOrderOfAppearance) {
  Scrubber scrubber;
  expect_clean(scrubber, tws::ManagedAccounts{"F0000006,DU0000008,U0000007,"},
               tws::ManagedAccounts{"DU0000000,DU0000001,DU0000002,"});
  EXPECT_EQ(scrubber.pseudonyms().accounts(), 3U);
  tws::PositionData position;
  position.account = "U0000007";
  position.contract.con_id = 265598;
  position.contract.symbol = "AAPL";
  tws::PositionData expected = position;
  expected.account = "DU0000002";
  expect_clean(scrubber, position, expected);
  EXPECT_EQ(scrubber.pseudonyms().accounts(), 3U);
  EXPECT_EQ(scrubber.masked(), 0U);
}

TEST(Scrubber, AnOrderKeepsEverythingButItsAccountsAndNames) {
  Scrubber scrubber;
  tws::OpenOrder open;
  open.order_id = 7;
  open.contract.symbol = "U00005";  // a security's symbol is no account, whatever it looks like
  open.contract.sec_type = "STK";
  open.order.action = "BUY";
  open.order.total_quantity = Quantity::of(100);
  open.order.order_type = "LMT";
  open.order.lmt_price = Price::of(100);
  open.order.account = "DU0000007";
  open.order.fa_group = "Smith family";
  open.order.model_code = "Growth";
  open.order.order_ref = "for DU0000007, not for XU0000007";
  open.order_state.status = "Submitted";
  open.order_state.warning_text = "Account DU0000007 of Smith family is near its limit";
  tws::OpenOrder expected = open;
  expected.order.account = "DU0000000";
  expected.order.fa_group = "NAME0";
  expected.order.model_code = "NAME1";
  expected.order.order_ref = "for DU0000000, not for XU0000007";
  expected.order_state.warning_text = "Account DU0000000 of NAME0 is near its limit";
  // In text the group comes after the account, the model later: names get their numbers in the order of the columns.
  for (const int version : {178, 200, 226}) {
    Scrubber fresh;
    const std::string clean = scrubbed(fresh, false, payload(open, version), version);
    EXPECT_EQ(clean.find("DU0000007"), std::string::npos);
    EXPECT_EQ(clean.find("Smith"), std::string::npos);
    EXPECT_EQ(clean.find("Growth"), std::string::npos);
    EXPECT_NE(clean.find("U00005"), std::string::npos);
    EXPECT_NE(clean.find("XU0000007"), std::string::npos);
    EXPECT_EQ(fresh.masked(), 0U) << version;
  }
  expect_clean(scrubber, open, expected);
}

TEST(Scrubber, WhatAClientSendsIsCleanedToo) {
  Scrubber scrubber;
  tws::PlaceOrderRequest request;
  request.order_id = 3;
  request.contract.symbol = "MSFT";
  request.order.action = "SELL";
  request.order.total_quantity = Quantity::of(5);
  request.order.order_type = "MKT";
  request.order.account = "U0000009";
  tws::PlaceOrderRequest expected = request;
  expected.order.account = "DU0000000";
  expect_clean(scrubber, request, expected);
  expect_clean(scrubber, tws::AccountDataRequest{.subscribe = true, .acct_code = "U0000009"},
               tws::AccountDataRequest{.subscribe = true, .acct_code = "DU0000000"});
  tws::AccountSummaryRequest summary;
  summary.req_id = 4;
  summary.group = "All";
  summary.tags = "AccountType,NetLiquidation";
  expect_clean(scrubber, summary, summary);
}

TEST(Scrubber, InNestedMessagesTheLengthsFollowTheTexts) {
  // Longer and shorter than what replaces it, and two levels deep.
  for (const std::string_view account : {"DUM000006"sv, "U00005"sv, "DU000000589012345678901234567890"sv}) {
    tws::OpenOrder open;
    open.order_id = 1;
    open.order.account = account;
    tws::OrderAllocation allocation;
    allocation.account = account;
    allocation.position = Position::of(3);
    open.order_state.order_allocations.push_back(allocation);
    open.order_state.order_allocations.push_back(allocation);
    tws::OpenOrder expected = open;
    expected.order.account = "DU0000000";
    for (auto& one : expected.order_state.order_allocations) one.account = "DU0000000";
    Scrubber scrubber;
    expect_clean(scrubber, open, expected);
  }
}

TEST(Scrubber, OnlyTheRowsOfAccountValuesThatNameTheAccountChange) {
  Scrubber scrubber;
  expect_clean(scrubber, tws::AccountValue{"AccountCode", "U0000005", "", "U0000005"},
               tws::AccountValue{"AccountCode", "DU0000000", "", "DU0000000"});
  expect_clean(scrubber, tws::AccountValue{"AccountOrGroup", "Retirement", "USD", "U0000005"},
               tws::AccountValue{"AccountOrGroup", "NAME0", "USD", "DU0000000"});
  expect_clean(scrubber, tws::AccountValue{"NetLiquidation", "1000000.00", "USD", "U0000005"},
               tws::AccountValue{"NetLiquidation", "1000000.00", "USD", "DU0000000"});
}

TEST(Scrubber, AnIsinIsNoAccountAndAnAccountOfAnotherFormIsOne) {
  Scrubber scrubber;
  tws::ContractData data;
  data.contract.symbol = "AAPL";
  data.contract.sec_type = "STK";
  data.contract_details.sec_id_list = {{"ISIN", "US0378331005"}};
  expect_clean(scrubber, data, data);
  tws::PositionData position;
  position.account = "X000777";
  tws::PositionData expected = position;
  expected.account = "DU0000000";
  expect_clean(scrubber, position, expected);
  EXPECT_EQ(scrubber.pseudonyms().names(), 0U);
}

TEST(Scrubber, AnErrorsTextIsCleanedOfAccountsNobodyNamedBefore) {
  Scrubber scrubber;
  tws::ErrorMessage error;
  error.id = 5;
  error.error_code = 201;
  error.error_msg = "Order rejected - reason:account F0000005A or (U0000002) may not trade E1234567";
  tws::ErrorMessage expected = error;
  expected.error_msg = "Order rejected - reason:account DU0000000A or (DU0000001) may not trade E1234567";
  expect_clean(scrubber, error, expected);
}

TEST(Scrubber, AnAdvisorsConfigurationKeepsItsTagsAndFigures) {
  Scrubber scrubber;
  constexpr std::string_view kXml =
      "<?xml version=\"1.0\"?>\n<ListOfAccountAliases>\n <AccountAlias><account>DU0000005</account><alias>Aunt "
      "Mary</alias></AccountAlias>\n</ListOfAccountAliases><Group><name>Kids</name><defaultMethod>NetLiq</"
      "defaultMethod>"
      "<amount>25.0</amount></Group>";
  constexpr std::string_view kClean =
      "<?xml version=\"1.0\"?>\n<ListOfAccountAliases>\n <AccountAlias><account>DU0000000</account><alias>NAME0"
      "</alias></AccountAlias>\n</ListOfAccountAliases><Group><name>NAME1</name><defaultMethod>NetLiq</defaultMethod>"
      "<amount>25.0</amount></Group>";
  expect_clean(scrubber, tws::ReceiveFa{3, kXml}, tws::ReceiveFa{3, kClean});
}

TEST(Scrubber, OfUnknownProtobufFieldsOnlyFiguresStayReadable) {
  Scrubber scrubber;
  std::string bytes = payload(tws::NextValidId{5}, 226);
  // Field 90: a text; field 91: a message with a text in it; field 92: a figure; field 93: a number.
  bytes += "\xd2\x05\x09U00000678"sv;
  bytes += "\xda\x05\x08\x0a\x06Miller"sv;
  bytes +=
      "\xe2\x05\x04"
      "12.5"sv;
  bytes += "\xe8\x05\x2a"sv;
  std::string expected = bytes;
  expected.replace(expected.find("U00000678"), 9, "xxxxxxxxx");
  expected.replace(expected.find("Miller"), 6, "xxxxxx");
  EXPECT_EQ(scrubbed(scrubber, false, bytes, 226), expected);
  EXPECT_EQ(scrubber.masked(), 2U);
}

TEST(Scrubber, OfUnknownTextFieldsOnlyFiguresStayReadable) {
  Scrubber scrubber;
  const std::string bytes = payload(tws::NextValidId{5}, 178) +
                            "Miller\0U0000005\0"
                            "1.7976931348623157E308\0\0"s;
  std::string expected = bytes;
  expected.replace(expected.find("Miller"), 6, "xxxxxx");
  expected.replace(expected.find("U0000005"), 8, "xxxxxxxx");
  EXPECT_EQ(scrubbed(scrubber, false, bytes, 178), expected);
  EXPECT_EQ(scrubber.masked(), 2U);
}

TEST(Scrubber, WhatCannotBeReadIsRefusedWithoutRepeatingIt) {
  Scrubber scrubber;
  for (const auto& [bytes, version] :
       std::vector<std::pair<std::string, int>>{{"999\0U0000005\0"s, 178},  // an id nobody knows
                                                {"15\0not a version U0000005\0"s, 178},  // a number that is none
                                                {"\0\0\0\xd7\x0a\xffU0000005"s, 226},  // a length beyond the end
                                                {"U0000005"s, 178}}) {
    const std::string clean = scrubbed(scrubber, false, bytes, version);
    EXPECT_TRUE(clean.starts_with("refused: ")) << clean;
    EXPECT_EQ(clean.find("0000005"), std::string::npos) << clean;
  }
}

TEST(Pseudonyms, AccountsAreTakenForWhatTheyAre) {
  for (const char* const account :
       {"U0000005", "DU000456", "DUM000006", "F0000005", "DF0000005", "I12345", "F0000005A"})
    EXPECT_TRUE(looks_like_account(account)) << account;
  for (const char* const word :
       {"U", "U1234", "A1234567", "U12345B7", "DUAB1234567", "1234567", "u1234567", "A", "US0378331005"})
    EXPECT_FALSE(looks_like_account(word)) << word;
}

}  // namespace
}  // namespace tradewind::sim::recording
