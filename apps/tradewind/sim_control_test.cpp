// The control interface without HTTP: requests in, answers out, a gateway and a clock underneath.

#include "apps/tradewind/sim_control.hpp"

#include "tests/support/gateway_rig.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <chrono>
#include <string>
#include <tuple>
#include <vector>

namespace tradewind::app {
namespace {

using namespace std::chrono_literals;
using sim::gateway::testing::kOpen;
using sim::gateway::testing::Peer;
using sim::gateway::testing::World;

struct Answer {
  unsigned status = 0;
  boost::json::object body;
  [[nodiscard]] std::string error() const {
    return body.contains("error") ? std::string{body.at("error").as_string()} : "";
  }
};

struct Rig {
  World world{{.fault_seed = 5}};
  Now now{kOpen, MonoTime::from_ns(1'000)};
  MarketClock clock;
  int moved = 0;
  SimControl control{world.gateway, clock, {.speed = "60", .seed = 5, .market_seed = 6}, [this] { ++moved; }};

  explicit Rig(const char* speed = "60") : clock{parse_speed(speed).value(), now} {}
  Answer ask(const char* method, const char* target, const char* body = "") {
    const auto response = control.answer({method, target, body}, now);
    EXPECT_EQ(response.content_type, "application/json");
    return {response.status, boost::json::parse(response.body).as_object()};
  }
  void later(Duration wall) { now = {now.utc + wall, now.mono + wall}; }
};

TEST(SimControl, SaysWhatThereIsToWhoeverAsksForSomethingElse) {
  Rig rig;
  for (const auto& [method, target, status] :
       {std::tuple{"GET", "/nothing", 404U}, std::tuple{"POST", "/books", 405U}, std::tuple{"GET", "/inject", 405U},
        std::tuple{"GET", "/books/", 404U}}) {
    const Answer answer = rig.ask(method, target);
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.error(), fmt::format("there is no {} {}", method, target));
    EXPECT_EQ(boost::json::serialize(answer.body.at("endpoints")),
              R"(["GET /books","GET /state","GET /faults","POST /inject","POST /pause","POST /resume","POST /step"])");
  }
  EXPECT_EQ(rig.ask("GET", "/books?x=1").error(), "GET /books takes no parameters, not 'x'");
  EXPECT_EQ(rig.ask("GET", "/books").status, 200U);
}

TEST(SimControl, ShowsTheMarketTheClientsAndTheClock) {
  Rig rig;
  rig.world.to(kOpen + 1min);
  Peer peer{rig.world, 7};
  rig.later(2s);
  const Answer answer = rig.ask("GET", "/state");
  ASSERT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body.at("time"), "2013-10-07T13:32:00Z");
  EXPECT_EQ(answer.body.at("speed"), "60");
  EXPECT_EQ(answer.body.at("paused"), false);
  EXPECT_EQ(answer.body.at("seed"), 5);
  EXPECT_EQ(answer.body.at("market_seed"), 6);
  EXPECT_EQ(answer.body.at("working_orders"), 0);
  EXPECT_EQ(boost::json::serialize(answer.body.at("market").at(0)),
            R"({"symbol":"SPY","con_id":756733,"security_type":"STK","last":"100","bid":"100","ask":"100"})");
  EXPECT_EQ(boost::json::serialize(answer.body.at("clients").at(0)),
            R"({"connection":1,"client_id":7,"version":200,"connected_since":"2013-10-07T13:31:00Z",)"
            R"("bytes_in":29,"bytes_out":270,"frames_in":1,"frames_out":6,"read":true,"ready":true,"link":"up",)"
            R"("farms":{"usfarm":"ok","ushmds":"ok","secdefil":"ok"}})");
}

TEST(SimControl, ShowsTheLinkAndTheFarmsAsTheClientHasBeenTold) {
  Rig rig;
  Peer peer{rig.world, 7};
  rig.ask("POST", "/inject?fault=F029&client=7");
  peer.send(tws::CurrentTimeRequest{});
  static_cast<void>(peer.answers());
  EXPECT_EQ(rig.ask("GET", "/state").body.at("clients").at(0).at("link"), "down");
  rig.ask("POST", "/inject", "fault=F037");
  peer.send(tws::CurrentTimeRequest{});
  static_cast<void>(peer.answers());
  EXPECT_EQ(rig.ask("GET", "/state").body.at("clients").at(0).at("farms").at("usfarm"), "down");
}

TEST(SimControl, ListsTheWholeCatalogueOfFaults) {
  Rig rig;
  ASSERT_TRUE(rig.world.gateway.injector()->set({"F004", 50'000}).has_value());
  const Answer answer = rig.ask("GET", "/faults");
  const auto& faults = answer.body.at("faults").as_array();
  ASSERT_EQ(faults.size(), 189U);
  EXPECT_EQ(boost::json::serialize(faults[3]),
            R"({"id":"F004","on_wire":true,"layer":"transport","implemented":true,)"
            R"("effect":"the connection ends after a whole frame","rate":"0.05","waiting":0,"fired":0})");
  EXPECT_EQ(boost::json::serialize(faults[12]), R"({"id":"F013","on_wire":false,"layer":"process","implemented":false,)"
                                                R"("reason":"two engines on one state directory: the lock is local"})");
}

TEST(SimControl, InjectsAFaultThatHappensAtTheNextOpportunity) {
  Rig rig;
  Peer peer{rig.world, 7};
  const auto clock_is_off = [&] {
    peer.send(tws::CurrentTimeRequest{});
    return peer.lines() != std::vector{fmt::format("time {}", kOpen.ns() / 1'000'000'000)};
  };
  EXPECT_FALSE(clock_is_off());
  for (const char* body : {R"({"fault":"F177","client":7,"times":2})", "fault=F177&times=2"}) {
    EXPECT_EQ(rig.ask("POST", "/inject", body).status, 200U) << body;
    EXPECT_TRUE(clock_is_off());
    EXPECT_TRUE(clock_is_off());
    EXPECT_FALSE(clock_is_off());
  }
  rig.ask("POST", "/inject?fault=F177&client=8");
  EXPECT_FALSE(clock_is_off()) << "that is another client's";
  EXPECT_EQ(boost::json::serialize(rig.ask("GET", "/faults").body.at("faults").at(176)),
            R"({"id":"F177","on_wire":true,"layer":"time","implemented":true,)"
            R"("effect":"currentTime is minutes off","rate":"0","waiting":1,"fired":4})");
}

TEST(SimControl, SaysWhyAFaultCannotBeInjected) {
  Rig rig;
  const auto why = [&](const char* body) {
    const Answer answer = rig.ask("POST", "/inject", body);
    EXPECT_EQ(answer.status, 400U) << body;
    return answer.error();
  };
  EXPECT_EQ(why(""), "POST /inject needs a fault: fault=F004");
  EXPECT_EQ(why("fault=F190"),
            "'F190' is no fault of the catalogue, which has F001 to F189; GET /faults of --control lists all");
  EXPECT_EQ(why("fault=F013"),
            "F013 is not on the wire: two engines on one state directory: the lock is local; GET /faults of --control "
            "lists all");
  EXPECT_EQ(why("fault=F004&client=-1"), "client is a client id, 0 to 2147483646");
  EXPECT_EQ(why("fault=F004&times=0"), "times is a number from 1 to 1000");
  EXPECT_EQ(why("fault=F004&often=2"), "POST /inject takes fault client times, not 'often'");
  EXPECT_EQ(why("fault"), "'fault' is not NAME=VALUE");
  EXPECT_EQ(why("{\"fault\":"), "the body is no JSON object");
  EXPECT_EQ(why("{\"fault\":{}}"), "fault is neither a text nor a whole number");
  EXPECT_EQ(rig.ask("POST", "/inject?fault=F004&times=1000").status, 200U);
  EXPECT_EQ(rig.ask("POST", "/inject?fault=F004").status, 409U);
}

TEST(SimControl, PausesStepsAndResumesTheMarket) {
  Rig rig;
  EXPECT_EQ(rig.ask("POST", "/step?ms=1").status, 409U);
  rig.later(1s);
  EXPECT_EQ(rig.ask("POST", "/pause").body.at("time"), "2013-10-07T13:31:00Z");
  rig.later(1h);
  EXPECT_EQ(rig.ask("GET", "/state").body.at("paused"), true);
  EXPECT_EQ(rig.ask("POST", "/step?ms=500").body.at("stepped_ms"), 500);
  EXPECT_EQ(rig.ask("GET", "/state").body.at("time"), "2013-10-07T13:31:00.5Z");
  EXPECT_EQ(rig.ask("POST", "/resume").body.at("paused"), false);
  rig.later(1s);
  EXPECT_EQ(rig.ask("GET", "/state").body.at("time"), "2013-10-07T13:32:00.5Z");
  EXPECT_EQ(rig.moved, 3);
}

TEST(SimControl, AMarketThatGoesByStepsCannotBePaused) {
  Rig rig{"step"};
  EXPECT_EQ(rig.ask("POST", "/pause").status, 409U);
  EXPECT_EQ(rig.ask("POST", "/resume").status, 409U);
  EXPECT_EQ(rig.ask("POST", "/step", "{\"ms\":1000}").status, 200U);
  EXPECT_EQ(rig.ask("POST", "/step?ms=0").status, 400U);
}

}  // namespace
}  // namespace tradewind::app
