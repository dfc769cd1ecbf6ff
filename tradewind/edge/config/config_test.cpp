#include "tradewind/edge/config/config.hpp"

#include <gtest/gtest.h>

namespace tradewind::edge::config {
namespace {

std::string refusal(const char* text) {
  const auto parsed = parse(text, "tradewind.toml");
  return parsed.has_value() ? "accepted" : parsed.error().detail;
}

TEST(Config, ReadsWhatIsThereAndKeepsTheDefaultsOfTheRest) {
  const Config config = parse(
                            "account = \"DU0000000\"\nclient_id = 7\n[limits]\norder_value_max = "
                            "\"1500.50\"\norder_quantity_max = 20\nprice_collar_bp = 250\n",
                            "x")
                            .value();
  EXPECT_EQ(config.account->view(), "DU0000000");
  EXPECT_EQ(config.client_id->value(), 7);
  EXPECT_EQ(config.limits.order_value_max.text(), "1500.5");
  EXPECT_EQ(config.limits.order_quantity_max.text(), "20");
  EXPECT_EQ(config.limits.price_collar_bp, 250);
  EXPECT_EQ(config.limits.position_value_max, risk::Limits{}.position_value_max);
  EXPECT_EQ(parse("", "x")->limits, risk::Limits{});
}

TEST(Config, RefusalsNameFileLineKeyAndRemedy) {
  EXPECT_EQ(refusal("[limits]\norder_valu_max = 5\n"),
            "tradewind.toml:2: there is no key 'limits.order_valu_max'; the nearest is 'limits.order_value_max'");
  EXPECT_EQ(refusal("acount = \"x\"\n"), "tradewind.toml:1: there is no key 'acount'; the nearest is 'account'");
  EXPECT_EQ(
      refusal("[limits]\norder_value_max = 1500.5\n"),
      "tradewind.toml:2: limits.order_value_max: write it as a whole number or, with decimals, in quotes: \"1500.50\"");
  EXPECT_EQ(refusal("[limits]\norder_value_max = -5\n"),
            "tradewind.toml:2: limits.order_value_max: a limit is above zero");
  EXPECT_EQ(refusal("[limits]\norder_quantity_max = \"1e99\"\n"),
            "tradewind.toml:2: limits.order_quantity_max: quantity '1e99': too large");
  EXPECT_EQ(refusal("[limits]\nprice_collar_bp = \"10\"\n"),
            "tradewind.toml:2: limits.price_collar_bp: a whole number is expected");
  EXPECT_EQ(refusal("client_id = 3000000000\n"), "tradewind.toml:1: client_id: 3000000000 is outside 0 to 2147483646");
  EXPECT_EQ(refusal("[limits\n").substr(0, 17), "tradewind.toml:1:");
  EXPECT_EQ(refusal("client_id = 1\nclient_id = 2\n").substr(0, 17), "tradewind.toml:2:");
  EXPECT_EQ(refusal("[limits.more]\nx = 1\n"),
            "tradewind.toml:1: there is no key 'limits.more'; the nearest is 'limits.currency'");
}

TEST(Config, AFileMustBeAFile) {
  EXPECT_EQ(load("/nowhere/tradewind.toml").error().code, Errc::not_found);
  EXPECT_EQ(load("/tmp").error().code, Errc::not_found);
}

}  // namespace
}  // namespace tradewind::edge::config
