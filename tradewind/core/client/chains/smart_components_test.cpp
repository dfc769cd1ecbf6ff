#include "tradewind/core/client/chains/smart_components.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tradewind::client::chains {
namespace {

tws::SmartComponents message() {
  tws::SmartComponents map;
  map.components = {{0, "NYSE", "N"}, {1, "ISLAND", "Q"}, {2, "ARCA", "P"}};
  return map;
}

TEST(SmartComponents, DecodeLettersInTheirOrder) {
  const SmartComponents map = SmartComponents::create(message()).value();
  const auto decoded = map.decode("PNQ");
  EXPECT_EQ(decoded.exchanges, (std::vector<std::string_view>{"ARCA", "NYSE", "ISLAND"}));
  EXPECT_TRUE(decoded.unknown.empty());
  EXPECT_TRUE(map.decode("").exchanges.empty());
}

TEST(SmartComponents, TellTheLettersTheyDoNotKnow) {
  const SmartComponents map = SmartComponents::create(message()).value();
  const auto decoded = map.decode("ZN\xffp");
  EXPECT_EQ(decoded.exchanges, (std::vector<std::string_view>{"NYSE"}));
  EXPECT_EQ(decoded.unknown, "Z\xffp");
}

TEST(SmartComponents, WithoutOneLetterForOneExchangeAreMalformed) {
  for (const tws::SmartComponent& bad : std::vector<tws::SmartComponent>{
           {3, "CBOE", ""}, {3, "CBOE", "CB"}, {3, "", "C"}, {3, "CBOE", "\xff"}, {3, "CBOE", "N"}}) {
    auto map = message();
    map.components.push_back(bad);
    EXPECT_EQ(SmartComponents::create(map).error().code, Errc::malformed);
  }
  auto repeated = message();
  repeated.components.push_back({3, "NYSE", "N"});
  EXPECT_TRUE(SmartComponents::create(repeated).has_value());
}

TEST(SmartComponents, AreForTheTicksThatCarryLetters) {
  EXPECT_TRUE(is_exchange_letters(32) && is_exchange_letters(33) && is_exchange_letters(84));
  EXPECT_FALSE(is_exchange_letters(31) || is_exchange_letters(45));
}

}  // namespace
}  // namespace tradewind::client::chains
