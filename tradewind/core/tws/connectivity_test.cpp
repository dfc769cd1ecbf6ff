// How far the connection reaches, notice by notice (the faults of the reliability rules), and the gaps it leaves.

#include "tradewind/core/tws/connectivity.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <vector>

namespace tradewind::tws {
namespace {

using namespace std::chrono_literals;
using Of = Change::Of;

constexpr MonoTime kStart = MonoTime::from_ns(1'000'000'000'000);
constexpr const char* kLost = "Connectivity between IBKR and Trader Workstation has been lost.";

// A connection that is ready, and a clock that moves a second with each notice.
struct Bench {
  Connectivity state;
  MonoTime now = kStart;

  Bench() {
    state.connected(now);
    state.ready(now);
  }
  Change notice(std::int32_t code, std::string_view text = kLost) { return about(-1, code, text); }
  Change about(std::int32_t request, std::int32_t code, std::string_view text = "") {
    now = now + 1s;
    return state.error(request, code, text, now);
  }
  [[nodiscard]] DataState usfarm() const { return state.data_state(FarmKind::market_data, "usfarm"); }
  // The gaps as short lines, in seconds from the start.
  [[nodiscard]] std::vector<std::string> gaps() const {
    std::vector<std::string> lines;
    for (const Gap& gap : state.gaps()) {
      const auto seconds = [](MonoTime time) { return (time - kStart) / 1s; };
      std::string what = "all";
      if (gap.scope == Gap::Scope::farm) what = fmt::format("{} {}", name(gap.farm_kind), gap.farm);
      if (gap.scope == Gap::Scope::request) what = fmt::format("request {}", gap.request_id);
      lines.push_back(fmt::format("{}: {}{}-{} {} ({})", gap.number, gap.began_earlier ? "<" : "", seconds(gap.from),
                                  gap.until ? std::to_string(seconds(*gap.until)) : "", what, gap.cause));
    }
    return lines;
  }
};
using Lines = std::vector<std::string>;

TEST(Connectivity, GrowsLevelByLevel) {
  Connectivity state;
  EXPECT_FALSE(state.orders_allowed());
  EXPECT_EQ(state.data_state(FarmKind::market_data, "usfarm"), DataState::cut);
  EXPECT_EQ(state.connected(kStart), (Change{.of = Of::socket}));
  EXPECT_EQ(state.connected(kStart), Change{});
  EXPECT_FALSE(state.orders_allowed());
  EXPECT_EQ(state.ready(kStart), (Change{.of = Of::session, .reconcile = true, .resubscribe_all = true}));
  EXPECT_EQ(state.ready(kStart), Change{});
  EXPECT_TRUE(state.orders_allowed());
  EXPECT_EQ(state.data_state(FarmKind::market_data, "usfarm"), DataState::open) << "nothing is heard against it";
  EXPECT_TRUE(state.gaps().empty()) << "before the first session nothing was missed";
}

// F029, F033, F035: 833 times in a night.
TEST(Connectivity, TakesARepeatedLossForOne) {
  for (const std::int32_t code : {1100, 2110}) {
    Bench bench;
    EXPECT_EQ(bench.notice(code), (Change{.of = Of::link}));
    EXPECT_FALSE(bench.state.orders_allowed());
    EXPECT_EQ(bench.usfarm(), DataState::cut);
    for (int i = 0; i < 832; ++i) EXPECT_EQ(bench.notice(i % 2 == 0 ? 1100 : 2110), Change{});
    EXPECT_EQ(bench.gaps(), (Lines{fmt::format("1: 1- all ({})", code)}));
    EXPECT_TRUE(bench.state.is_ready()) << "the session goes on";
  }
}

// F031, F032
TEST(Connectivity, ReconcilesWhenTheLinkIsBackAndSubscribesAgainWhenDataWereLost) {
  for (const std::int32_t code : {1101, 1102}) {
    Bench bench;
    bench.notice(1100);
    EXPECT_EQ(bench.notice(code), (Change{.of = Of::link, .reconcile = true, .resubscribe_all = code == 1101}));
    EXPECT_TRUE(bench.state.orders_allowed());
    EXPECT_EQ(bench.gaps(), (Lines{"1: 1-2 all (1100)"}));
  }
}

// F034
TEST(Connectivity, TakesAReturnWithoutALossForAGap) {
  Bench bench;
  EXPECT_EQ(bench.notice(1102), (Change{.of = Of::nothing, .reconcile = true}));
  EXPECT_EQ(bench.notice(1101), (Change{.of = Of::nothing, .reconcile = true, .resubscribe_all = true}));
  EXPECT_EQ(bench.gaps(), (Lines{"1: <1-1 all (1102)", "2: <2-2 all (1101)"}));
  EXPECT_TRUE(bench.state.orders_allowed());
}

TEST(Connectivity, ASessionIsOneGapHoweverItEndsAndWhateverCameBefore) {
  Bench bench;
  bench.notice(2103, "Market data farm connection is broken:usfarm");
  bench.notice(1100);
  EXPECT_EQ(bench.state.disconnected(kStart + 5s), (Change{.of = Of::session}));
  EXPECT_EQ(bench.state.disconnected(kStart + 6s), Change{});
  bench.state.connected(kStart + 7s);
  EXPECT_EQ(bench.state.disconnected(kStart + 8s), (Change{.of = Of::socket}));
  bench.state.connected(kStart + 9s);
  bench.state.ready(kStart + 10s);
  EXPECT_TRUE(bench.state.orders_allowed());
  EXPECT_TRUE(bench.state.farms().empty()) << "a new session says anew what it knows";
  bench.state.disconnected(kStart + 20s);
  EXPECT_EQ(bench.gaps(), (Lines{"1: 1-5 market data usfarm (2103)", "2: 2-10 all (1100)", "3: 20- all (0)"}));
}

// Notices may come before accounts and order id.
TEST(Connectivity, RemembersALossThatIsToldBeforeTheSessionIsReady) {
  Bench bench;
  bench.state.disconnected(kStart);
  bench.state.connected(kStart + 1s);
  bench.state.error(-1, 1100, kLost, kStart + 2s);
  bench.state.ready(kStart + 3s);
  EXPECT_FALSE(bench.state.orders_allowed());
  EXPECT_FALSE(bench.state.gaps().front().until);
  bench.state.error(-1, 1102, "", kStart + 4s);
  EXPECT_TRUE(bench.state.orders_allowed());
  for (const Gap& gap : bench.state.gaps()) EXPECT_EQ(gap.until, kStart + 4s);
}

// It concerned a session that never began.
TEST(Connectivity, ForgetsALossThatWasToldBeforeTheSessionWasReadyWithTheSocket) {
  Connectivity state;
  state.error(-1, 1100, kLost, kStart);
  EXPECT_TRUE(state.is_connected()) << "nobody tells anything without a connection";
  state.disconnected(kStart + 1s);
  state.connected(kStart + 2s);
  state.ready(kStart + 3s);
  EXPECT_TRUE(state.orders_allowed());
  EXPECT_TRUE(state.gaps().empty());
}

// F020
TEST(Connectivity, ReconnectsToThePortThatTheTextNames) {
  Bench bench;
  const Change change = bench.notice(
      1300,
      "TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port - 4003");
  EXPECT_TRUE(change.reconnect);
  EXPECT_EQ(change.port, 4003);
  for (const char* text : {"", "no port", "port 0", "port 65536", "port 99999999999999999999"})
    EXPECT_FALSE(port_in(text)) << text;
  EXPECT_EQ(port_in("7497"), 7497);
}

TEST(Connectivity, ReadsTheNamesOfFarms) {
  EXPECT_EQ(farm_name("Market data farm connection is OK:usfarm"), "usfarm");
  EXPECT_EQ(farm_name("Sec-def data farm connection is OK:secdefnj"), "secdefnj");
  EXPECT_EQ(farm_name("HMDS data farm connection is inactive but should be available upon demand.ushmds"), "ushmds");
  EXPECT_EQ(farm_name("Market data farm connection is inactive but should be available upon demand.usfarm.nj"),
            "usfarm.nj");
  EXPECT_EQ(farm_name("Market data farm is connecting: eufarm "), "eufarm");
  EXPECT_EQ(farm_name("something else"), "");
  EXPECT_EQ(farm_name(""), "");
  EXPECT_EQ(farm_name("x:" + std::string(1000, 'a')).size(), Connectivity::kNameMax);
}

// F036, F037: per farm, and nothing else is touched.
TEST(Connectivity, KnowsEachFarmByItself) {
  Bench bench;
  EXPECT_EQ(bench.notice(2103, "Market data farm connection is broken:usfarm"), (Change{.of = Of::farm}));
  EXPECT_EQ(bench.notice(2103, "Market data farm connection is broken:usfarm"), Change{});
  EXPECT_EQ(bench.usfarm(), DataState::cut);
  bench.notice(2104, "Market data farm connection is OK:eufarm");
  bench.notice(2106, "HMDS data farm connection is OK:usfarm");
  EXPECT_EQ(bench.usfarm(), DataState::cut) << "neither another farm nor another kind";
  EXPECT_EQ(bench.state.data_state(FarmKind::historical, "usfarm"), DataState::open);
  EXPECT_TRUE(bench.state.orders_allowed()) << "a farm is not the link";
  bench.notice(2119, "Market data farm is connecting:usfarm");
  EXPECT_EQ(bench.usfarm(), DataState::pending);
  bench.notice(2104, "Market data farm connection is OK:usfarm");
  EXPECT_EQ(bench.usfarm(), DataState::open);
  bench.notice(2105, "HMDS data farm connection is broken:ushmds");
  bench.notice(2107, "HMDS data farm connection is inactive but should be available upon demand.ushmds");
  bench.notice(2157, "Sec-def data farm connection is broken:secdefnj");
  bench.notice(2158, "Sec-def data farm connection is OK:secdefnj");
  bench.notice(2108, "Market data farm connection is inactive but should be available upon demand.cashfarm");
  EXPECT_EQ(bench.gaps(), (Lines{"1: 1-6 market data usfarm (2103)", "2: 7-8 historical data ushmds (2105)",
                                 "3: 9-10 security definitions secdefnj (2157)"}));
  const std::vector<Farm> farms = {{FarmKind::market_data, "usfarm", FarmState::ok},
                                   {FarmKind::market_data, "eufarm", FarmState::ok},
                                   {FarmKind::historical, "usfarm", FarmState::ok},
                                   {FarmKind::historical, "ushmds", FarmState::idle},
                                   {FarmKind::security_definition, "secdefnj", FarmState::ok},
                                   {FarmKind::market_data, "cashfarm", FarmState::idle}};
  EXPECT_EQ(bench.state.farms(), farms);
}

TEST(Connectivity, IsOneGapWhileAFarmIsDownAndConnectsInTurn) {
  Bench bench;
  for (int i = 0; i < 50; ++i) {
    bench.notice(2103, "Market data farm connection is broken:usfarm");
    bench.notice(2119, "Market data farm is connecting:usfarm");
  }
  bench.notice(2104, "Market data farm connection is OK:usfarm");
  EXPECT_EQ(bench.gaps(), (Lines{"1: 1-101 market data usfarm (2103)"}));
}

// F038
TEST(Connectivity, RestartsTheOneRequestThatLostItsUpdates) {
  Bench bench;
  EXPECT_EQ(bench.about(17, 10182), (Change{.of = Of::request, .restart_request = 17}));
  EXPECT_EQ(bench.about(17, 10182), Change{});
  EXPECT_EQ(bench.about(18, 10182).restart_request, 18);
  EXPECT_EQ(bench.usfarm(), DataState::open);
  EXPECT_EQ(bench.state.restarted(17, kStart + 9s), (Change{.of = Of::request}));
  EXPECT_EQ(bench.state.restarted(17, kStart + 9s), Change{});
  EXPECT_EQ(bench.gaps(), (Lines{"1: 1-9 request 17 (10182)", "2: 3- request 18 (10182)"}));
  EXPECT_EQ(bench.about(17, 10182).restart_request, 17) << "once more";
}

// F040
TEST(Connectivity, ClosesTheDataGateForACompetingSessionUntilDataComeAgain) {
  Bench bench;
  EXPECT_EQ(bench.about(17, 10197), (Change{.of = Of::competition}));
  EXPECT_EQ(bench.about(18, 10197), Change{});
  EXPECT_EQ(bench.usfarm(), DataState::competing);
  EXPECT_EQ(bench.state.data_state(FarmKind::historical, "ushmds"), DataState::open);
  bench.notice(1100);
  bench.notice(1102);
  EXPECT_EQ(bench.usfarm(), DataState::competing) << "the link says nothing of the other session";
  EXPECT_EQ(bench.state.live_data(kStart + 9s), (Change{.of = Of::competition}));
  EXPECT_EQ(bench.state.live_data(kStart + 9s), Change{});
  EXPECT_EQ(bench.usfarm(), DataState::open);
  EXPECT_EQ(bench.gaps(), (Lines{"1: 1-9 all (10197)", "2: 3-4 all (1100)"}));
}

TEST(Connectivity, KeepsNoMoreThanItHasRoomForAndSaysWhatItForgot) {
  Bench bench;
  for (int i = 0; i < 300; ++i) {
    bench.notice(1100);
    bench.notice(1102);
  }
  EXPECT_EQ(bench.state.gaps().size(), Connectivity::kGapsMax);
  EXPECT_EQ(bench.state.gaps_forgotten(), 300 - Connectivity::kGapsMax);
  EXPECT_EQ(bench.state.gaps().back().number, 300U);
  for (int i = 0; i < 1000; ++i) bench.notice(2104, fmt::format("Market data farm connection is OK:farm{}", i));
  EXPECT_EQ(bench.state.farms().size(), Connectivity::kFarmsMax);
}

TEST(Connectivity, IsNotMovedByCodesThatAreNoneOfItsBusiness) {
  Bench bench;
  for (const std::int32_t code : {0, 100, 200, 326, 354, 502, 2100, 2109, 2137, 10089, 10167, 99999, -1}) {
    EXPECT_EQ(bench.notice(code), Change{}) << code;
  }
  EXPECT_EQ(bench.about(-1, 10182), Change{}) << "of no request";
  EXPECT_TRUE(bench.state.orders_allowed());
  EXPECT_TRUE(bench.state.gaps().empty());
}

}  // namespace
}  // namespace tradewind::tws
