#include "tradewind/core/model/own_symbol.hpp"

#include <gtest/gtest.h>

namespace tradewind::model {
namespace {

ContractIdentity contract(std::string symbol, std::string type, std::string currency = "USD") {
  ContractIdentity identity;
  identity.con_id = 265598;
  identity.symbol = std::move(symbol);
  identity.security_type = std::move(type);
  identity.currency = std::move(currency);
  return identity;
}

std::string name_of(const ContractIdentity& identity) {
  auto name = own_symbol(identity);
  return name.has_value() ? *name : std::string{tradewind::name(name.error().code)};
}

TEST(OwnSymbol, WhatDoesNotExpireIsSymbolCurrencyAndType) {
  EXPECT_EQ(name_of(contract("AAPL", "STK")), "AAPL.USD-STK");
  EXPECT_EQ(name_of(contract("EUR", "CASH")), "EUR.USD-CASH");
  EXPECT_EQ(name_of(contract("SPX", "IND")), "SPX.USD-IND");
  EXPECT_EQ(name_of(contract("BRK B", "STK")), "BRK_B.USD-STK");
  EXPECT_EQ(name_of(contract("SIE", "STK", "EUR")), "SIE.EUR-STK");
}

TEST(OwnSymbol, ATradingClassDoesNotNameAStock) {
  auto stock = contract("AAPL", "STK");
  stock.trading_class = "NMS";
  EXPECT_EQ(name_of(stock), "AAPL.USD-STK");
}

TEST(OwnSymbol, AFutureIsItsClassAndLastTradeDate) {
  auto future = contract("DAX", "FUT", "EUR");
  future.trading_class = "FDXM";
  future.last_trade_date = "20261218";
  EXPECT_EQ(name_of(future), "FDXM-20261218.EUR-FUT");
  future.trading_class.clear();
  EXPECT_EQ(name_of(future), "DAX-20261218.EUR-FUT");
}

TEST(OwnSymbol, AnOptionHasRightAndExactStrike) {
  auto option = contract("SPX", "OPT");
  option.trading_class = "SPXW";
  option.last_trade_date = "20260116";
  option.right = "P";
  option.strike = Price::parse("6002.5").value();
  EXPECT_EQ(name_of(option), "SPXW-20260116-P6002.5.USD-OPT");
}

TEST(OwnSymbol, BondsOfOneIssuerDiffer) {
  auto first = contract("T", "BOND");
  auto second = first;
  second.con_id = 912810;
  EXPECT_EQ(name_of(first), "T-265598.USD-BOND");
  EXPECT_EQ(name_of(second), "T-912810.USD-BOND");
}

TEST(OwnSymbol, WhatAnIdentityLacksIsNotMadeUp) {
  EXPECT_EQ(name_of(contract("", "STK")), "invalid_argument");
  EXPECT_EQ(name_of(contract("AAPL", "")), "invalid_argument");
  EXPECT_EQ(name_of(contract("AAPL", "STK", "")), "invalid_argument");
  auto future = contract("ES", "FUT");
  EXPECT_EQ(name_of(future), "invalid_argument");
  future.last_trade_date = "202612";  // a month is no date: contracts of one month differ
  EXPECT_EQ(name_of(future), "invalid_argument");
  auto option = contract("AAPL", "OPT");
  option.last_trade_date = "20260116";
  option.strike = Price::of(250);
  EXPECT_EQ(name_of(option), "invalid_argument");
  option.right = "?";
  EXPECT_EQ(name_of(option), "invalid_argument");
  option.right = "C";
  option.strike.reset();
  EXPECT_EQ(name_of(option), "invalid_argument");
}

TEST(OwnSymbol, CombinationsAndStrangeCharactersHaveNone) {
  EXPECT_EQ(name_of(contract("AAPL", "BAG")), "unsupported");
  EXPECT_EQ(name_of(contract("A\"B", "STK")), "unsupported");
  EXPECT_EQ(name_of(contract("A\tB", "STK")), "unsupported");
  EXPECT_EQ(name_of(contract(std::string(80, 'A'), "STK")), "unsupported");
}

TEST(OwnSymbol, ANameHasADotAndNoBlank) {
  EXPECT_TRUE(is_own_symbol("AAPL.USD-STK"));
  EXPECT_TRUE(is_own_symbol("SIE@IBIS.EUR-STK"));
  EXPECT_FALSE(is_own_symbol("AAPL"));
  EXPECT_FALSE(is_own_symbol(""));
  EXPECT_FALSE(is_own_symbol("AA PL.USD-STK"));
  EXPECT_FALSE(is_own_symbol("A,B.USD-STK"));
  EXPECT_FALSE(is_own_symbol(std::string(kOwnSymbolMax, 'A') + ".B"));
}

}  // namespace
}  // namespace tradewind::model
