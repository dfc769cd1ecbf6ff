#include "tradewind/edge/store/instrument_registry.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tradewind::edge::store {
namespace {

using Binding = InstrumentRegistry::Binding;

class InstrumentRegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/registry_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ + "/instruments.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] InstrumentRegistry open() const {
    auto registry = InstrumentRegistry::open(path_);
    EXPECT_TRUE(registry.has_value()) << registry.error().detail;
    return *std::move(registry);
  }

  std::string folder_;
  std::string path_;
};

model::ContractIdentity stock(std::int32_t con_id, std::string symbol = "AAPL") {
  model::ContractIdentity identity;
  identity.con_id = con_id;
  identity.symbol = symbol;
  identity.security_type = "STK";
  identity.exchange = "SMART";
  identity.primary_exchange = "NASDAQ";
  identity.currency = "USD";
  identity.local_symbol = symbol;
  identity.trading_class = "NMS";
  return identity;
}

model::ContractIdentity option() {
  auto identity = stock(700001);
  identity.security_type = "OPT";
  identity.last_trade_date = "20260116";
  identity.strike = Price::parse("202.5").value();
  identity.right = "C";
  identity.multiplier = Multiplier::of(100);
  return identity;
}

TEST_F(InstrumentRegistryTest, KeepsEveryFieldOverAReopening) {
  const auto first = Timestamp::from_ns(1'700'000'000'000'000'001);
  const auto later = Timestamp::from_ns(1'700'000'100'000'000'002);
  {
    auto registry = open();
    EXPECT_EQ(registry.bind("AAPL-20260116-C202.5.USD-OPT", false, option(), first)->how, Binding::added);
  }
  {
    auto registry = open();
    EXPECT_EQ(registry.bind("AAPL-20260116-C202.5.USD-OPT", false, option(), later)->how, Binding::seen);
  }
  const auto registry = InstrumentRegistry::open_existing(path_).value();
  const auto by_name = registry.find("AAPL-20260116-C202.5.USD-OPT").value();
  ASSERT_TRUE(by_name.has_value());
  EXPECT_EQ(by_name->identity, option());
  EXPECT_EQ(by_name->first_seen, first);
  EXPECT_EQ(by_name->last_seen, later);
  const auto by_id = registry.find(700001).value();
  ASSERT_TRUE(by_id.has_value());
  EXPECT_EQ(by_id->name, by_name->name);
  EXPECT_FALSE(registry.find("MSFT.USD-STK").value().has_value());
  EXPECT_EQ(registry.all()->size(), 1U);
}

TEST_F(InstrumentRegistryTest, ANameNeverMeansTwoContracts) {
  auto registry = open();
  ASSERT_TRUE(registry.bind("AAPL.USD-STK", false, stock(265598), {}).has_value());
  for (const bool is_given : {false, true}) {
    const auto second = registry.bind("AAPL.USD-STK", is_given, stock(999), {});
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::already_exists);
    EXPECT_NE(second.error().detail.find("265598"), std::string::npos) << second.error().detail;
    EXPECT_NE(second.error().detail.find("--as"), std::string::npos);
  }
  EXPECT_EQ(registry.find("AAPL.USD-STK").value()->identity, stock(265598));
  EXPECT_FALSE(registry.find(999).value().has_value());
  EXPECT_EQ(registry.bind("AAPL@TSE.USD-STK", true, stock(999), {})->how, Binding::added);
}

TEST_F(InstrumentRegistryTest, AContractKeepsItsNameWhenTheBrokerRenamesIt) {
  auto registry = open();
  ASSERT_TRUE(registry.bind("FB.USD-STK", false, stock(107113386, "FB"), {}).has_value());
  const auto renamed = registry.bind("META.USD-STK", false, stock(107113386, "META"), {});
  ASSERT_TRUE(renamed.has_value());
  EXPECT_EQ(renamed->name, "FB.USD-STK");
  EXPECT_EQ(renamed->how, Binding::changed);
  EXPECT_EQ(registry.find("FB.USD-STK").value()->identity.symbol, "META");
  EXPECT_EQ(registry.bind("META.USD-STK", true, stock(107113386, "META"), {}).error().code, Errc::already_exists);
  EXPECT_EQ(registry.all()->size(), 1U);
}

// The name of one contract for another that already has one: neither may lose its own.
TEST_F(InstrumentRegistryTest, TwoKnownContractsDoNotTradeNames) {
  auto registry = open();
  ASSERT_TRUE(registry.bind("A.USD-STK", false, stock(1, "A"), {}).has_value());
  ASSERT_TRUE(registry.bind("B.USD-STK", false, stock(2, "B"), {}).has_value());
  EXPECT_EQ(registry.bind("A.USD-STK", false, stock(2, "A"), {})->name, "B.USD-STK");
  EXPECT_EQ(registry.bind("A.USD-STK", true, stock(2, "A"), {}).error().code, Errc::already_exists);
  EXPECT_EQ(registry.find("A.USD-STK").value()->identity.con_id, 1);
}

TEST_F(InstrumentRegistryTest, NamesAndIdsAreChecked) {
  auto registry = open();
  EXPECT_EQ(registry.bind("AAPL", true, stock(1), {}).error().code, Errc::invalid_argument);
  EXPECT_EQ(registry.bind("A B.USD-STK", true, stock(1), {}).error().code, Errc::invalid_argument);
  EXPECT_EQ(registry.bind("AAPL.USD-STK", true, stock(0), {}).error().code, Errc::invalid_argument);
  EXPECT_TRUE(registry.all()->empty());
}

TEST_F(InstrumentRegistryTest, WhatIsNotOursIsLeftAsItIs) {
  EXPECT_EQ(InstrumentRegistry::open_existing(path_).error().code, Errc::not_found);
  std::ofstream{path_} << std::string(5'000, 'x');
  EXPECT_EQ(InstrumentRegistry::open(path_).error().code, Errc::corrupt);
  EXPECT_EQ(std::filesystem::file_size(path_), 5'000U);
}

}  // namespace
}  // namespace tradewind::edge::store
