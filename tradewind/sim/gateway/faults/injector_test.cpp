#include "tradewind/sim/gateway/faults/injector.hpp"

#include "tradewind/sim/gateway/faults/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tradewind::sim::gateway::faults {
namespace {

std::string why(std::string_view spec) {
  const auto parsed = parse_faults(spec);
  return parsed.has_value() ? "" : parsed.error().detail;
}

std::vector<std::int64_t> rates(std::uint64_t seed, std::string_view spec) {
  Injector injector{seed};
  const auto parsed = parse_faults(spec);
  for (const FaultRate& rate : parsed.value()) EXPECT_TRUE(injector.set(rate).has_value());
  std::vector<std::int64_t> all;
  for (std::size_t i = 0; i < faults().size(); ++i) all.push_back(injector.rate(i));
  return all;
}

TEST(FaultSpec, IsIdsWithRates) {
  const auto all = rates(1, "F004,F094:0.05,F004:0.000001");
  EXPECT_EQ(all[at("F094")], 50'000);
  EXPECT_EQ(all[at("F004")], 1) << "the later item counts";
  EXPECT_EQ(std::ranges::count(all, 0), static_cast<std::ptrdiff_t>(all.size()) - 2);
}

TEST(FaultSpec, NamesThePlaceOfWhatItCannotRead) {
  const std::string lists = "; GET /faults of --control lists all";
  EXPECT_EQ(why(""), "item 1, '': '' is no fault of the catalogue, which has F001 to F189" + lists);
  EXPECT_EQ(why("F004,"), "item 2, '': '' is no fault of the catalogue, which has F001 to F189" + lists);
  EXPECT_EQ(why("F004,F999:1"),
            "item 2, 'F999:1': 'F999' is no fault of the catalogue, which has F001 to F189" + lists);
  EXPECT_EQ(why("F142"), "item 1, 'F142': F142 is not on the wire: the client's process is killed" + lists);
  for (const char* rate : {"", "-1", "1.1", "0.0000001", "often", "1%"}) {
    EXPECT_EQ(
        why(std::string{"F004:"} + rate),
        std::string{"item 1, 'F004:"} + rate + "': the rate behind the colon is from 0 to 1, with at most six places");
  }
}

TEST(FaultSpec, ASwarmIsHalfOfThemAtRatesOfTheirOwn) {
  const auto all = rates(7, "swarm:0.02,F004:1,F094:0");
  EXPECT_EQ(all, rates(7, "swarm:0.02,F004:1,F094:0"));
  EXPECT_NE(all, rates(8, "swarm:0.02,F004:1,F094:0"));
  EXPECT_EQ(all[at("F004")], kAlways);
  EXPECT_EQ(all[at("F094")], 0);
  const auto on = std::ranges::count_if(all, [](std::int64_t rate) { return rate > 0; });
  EXPECT_GT(on, static_cast<std::ptrdiff_t>(all.size()) / 4);
  EXPECT_LT(on, static_cast<std::ptrdiff_t>(all.size()) * 3 / 4);
  EXPECT_EQ(std::ranges::count_if(all, [](std::int64_t rate) { return rate > 20'000; }), 1);
}

TEST(Injector, IsIdleWhileNothingCanFire) {
  Injector injector{1};
  EXPECT_TRUE(injector.is_idle());
  ASSERT_TRUE(injector.inject("F004", 7, 2).has_value());
  EXPECT_FALSE(injector.draws(at("F004"), 8));
  EXPECT_TRUE(injector.draws(at("F004"), 7));
  EXPECT_FALSE(injector.is_idle());
  EXPECT_TRUE(injector.draws(at("F004"), 7));
  EXPECT_FALSE(injector.draws(at("F004"), 7));
  EXPECT_TRUE(injector.is_idle());
  ASSERT_TRUE(injector.set({"F005", 1}).has_value());
  EXPECT_FALSE(injector.is_idle());
  ASSERT_TRUE(injector.set({"F005", 0}).has_value());
  EXPECT_TRUE(injector.is_idle());
}

TEST(Injector, KnowsWhatIsNoClients) {
  Injector injector{1};
  EXPECT_EQ(injector.inject("F120", 7).error().detail, "F120 befalls accounts and no client: leave the client out");
  EXPECT_FALSE(injector.is_armed(at("F120")));
  ASSERT_TRUE(injector.inject("F120").has_value());
  EXPECT_TRUE(injector.is_armed(at("F120")));
}

TEST(FaultTable, IsTheFile) {
  ASSERT_EQ(fault_table().size(), 189U);
  EXPECT_EQ(find_row("F029")->effect, "1100, and the connection stays");
  EXPECT_EQ(find_row("F189")->reason, "the client's audit");
  EXPECT_EQ(find_row("F190"), nullptr);
  for (const FaultRow& row : fault_table()) EXPECT_EQ(row.implemented, find_fault(row.id).has_value()) << row.id;
}

}  // namespace
}  // namespace tradewind::sim::gateway::faults
