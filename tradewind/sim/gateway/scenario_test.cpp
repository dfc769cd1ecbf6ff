// Every shipped scenario with a plain client, on virtual time: the play goes as written, and the client sees what the
// scenario's first line says.

#include "tests/support/gateway_rig.hpp"
#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/gateway/scenario/script.hpp"
#include "tradewind/sim/gateway/scenario/shipped.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway::testing {
namespace {

using namespace std::chrono_literals;

struct Notes : tws::ClientHandler {
  std::vector<std::string> lines;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    lines.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void on_next_valid_id(const tws::NextValidId& m) override { note("id {}", m.order_id); }
  void on_error_message(const tws::ErrorMessage& m) override { note("error {} {}", m.error_code, m.id); }
  void on_tick_price(const tws::TickPrice& m) override { note("price {}", m.req_id); }
  void on_tick_generic(const tws::TickGeneric& m) override { note("generic {} {}", m.tick_type, m.value.value_or(-1)); }
  void on_open_order(const tws::OpenOrder& m) override { note("open {}", m.order_id); }
  void on_order_status(const tws::OrderStatus& m) override { note("status {} {}", m.order_id, m.status); }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    note("exec {} {} {}", m.execution.order_id, m.execution.shares, m.execution.price);
  }
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport&) override { note("fee"); }
  void on_current_time(const tws::CurrentTime& m) override { note("clock {}", m.current_time); }
};

scenario::Script script_of(std::string_view name, std::string_view text) {
  scenario::Script script;
  const auto errors = scenario::parse(name, text, script);
  EXPECT_TRUE(errors.empty()) << (errors.empty() ? "" : errors.front());
  return script;
}

// A gateway with a scenario, and one client at a time.
class Performance {
 public:
  explicit Performance(scenario::Script script, int version = 200)
      : gateway_{{.server_version = version, .scenario = std::move(script)}, small_market(120)} {}

  void connect(std::int32_t client_id = 7) {
    session_.emplace(tws::ClientConfig{.client_id = client_id}, pacer_);
    id_ = gateway_.connect(now_);
    session_->connected(mono());
    exchange();
  }
  // Connects as often as it takes, every ten seconds.
  void reconnect() {
    for (int i = 0; i < 30; ++i) {
      connect();
      if (is_connected()) return;
      to(10s);
    }
  }
  [[nodiscard]] bool is_connected() const { return session_.has_value(); }
  void to(Duration time) {
    const Timestamp until = now_ + time;
    while (now_ < until) {
      now_ = now_ + 1s;
      gateway_.wake(now_);
      exchange();
    }
  }
  template <class Message>
  void ask(const Message& message) {
    ASSERT_TRUE(session_.has_value());
    ASSERT_TRUE(session_->send(message, mono(), tws::PacedRequest{}).has_value());
    exchange();
  }
  void order(std::int32_t id, const char* limit = nullptr) {
    tws::PlaceOrderRequest request;
    request.order_id = id;
    request.contract = aapl();
    request.order.action = "BUY";
    request.order.total_quantity = Quantity::of(1);
    request.order.order_type = limit == nullptr ? "MKT" : "LMT";
    if (limit != nullptr) request.order.lmt_price = Price::parse(limit).value();
    request.order.tif = "GTC";
    ask(request);
  }
  void quotes(std::int32_t id) {
    tws::MarketDataRequest request;
    request.req_id = id;
    request.contract = aapl();
    ask(request);
  }
  // How often the client has heard this since it was last asked; it forgets what it is asked for.
  [[nodiscard]] int heard(std::string_view line) {
    return static_cast<int>(std::erase_if(notes_.lines, [&](const std::string& one) { return one == line; }));
  }
  // Nothing of what begins so, or the first of it.
  [[nodiscard]] std::string first(std::string_view beginning) const {
    const auto found =
        std::ranges::find_if(notes_.lines, [&](const auto& line) { return line.starts_with(beginning); });
    return found == notes_.lines.end() ? "" : *found;
  }
  void forget() { notes_.lines.clear(); }
  [[nodiscard]] const std::string& why_closed() const { return why_closed_; }
  [[nodiscard]] std::size_t unfinished() const { return unfinished_; }  // bytes of a message that never came whole
  [[nodiscard]] std::int64_t seconds() const { return now_.ns() / 1'000'000'000; }
  [[nodiscard]] Gateway& gateway() { return gateway_; }
  void expect_all_as_written() {
    EXPECT_TRUE(gateway_.play()->is_over())
        << "it still waits; heard: " << fmt::format("{}", fmt::join(notes_.lines, ", "));
    EXPECT_EQ(fmt::format("{}", fmt::join(gateway_.play()->failures(), "\n")), "");
  }

 private:
  [[nodiscard]] MonoTime mono() const { return MonoTime::from_ns(now_.ns()); }
  static tws::Contract aapl() {
    tws::Contract contract;
    contract.symbol = "AAPL";
    contract.sec_type = "STK";
    contract.exchange = "SMART";
    contract.currency = "USD";
    return contract;
  }
  void exchange() {
    for (int i = 0; i < 4 && session_; ++i) {
      const Bytes out = session_->output().contents();
      const std::size_t sent = out.size();
      std::copy_n(out.data(), sent, gateway_.prepare(id_, sent + 1));
      session_->output().clear();
      gateway_.received(id_, sent, now_);
      ByteQueue& in = gateway_.output(id_);
      const std::size_t count = in.size();
      std::copy_n(in.contents().data(), count, session_->prepare(count + 1));
      frames_.feed(in.contents());
      in.clear();
      EXPECT_TRUE(session_->received(count, {now_, mono()}, notes_).has_value());
      for (auto frame = frames_.next(); frame.has_value() && frame->has_value();) frame = frames_.next();
      if (const auto reason = gateway_.wants_close(id_)) {
        why_closed_ = *reason;
        unfinished_ = frames_.pending().size();
        frames_.clear();
        gateway_.disconnected(id_);
        session_.reset();
      }
    }
  }

  Timestamp now_ = kOpen;
  Gateway gateway_;
  Notes notes_;
  tws::Pacer pacer_{{.messages_per_second = 100'000, .market_data_lines = 100'000}};
  std::optional<tws::ClientSession> session_;
  tws::FrameReader frames_{tws::kFrameSizeMax};
  ConnectionId id_{0};
  std::string why_closed_;
  std::size_t unfinished_ = 0;
};

// What a client does in each scenario, and what it sees.
const std::map<std::string, std::function<void(Performance&)>>& parts() {
  static const std::map<std::string, std::function<void(Performance&)>> kParts{
      {"order-swallowed",
       [](Performance& p) {
         p.connect();
         p.order(1);
         p.to(2min);
         EXPECT_EQ(p.first("open 1") + p.first("status 1") + p.first("exec"), "");
         EXPECT_TRUE(p.gateway().desk().orders().empty());
         p.ask(tws::OpenOrdersRequest{});
       }},
      {"order-never-told",
       [](Performance& p) {
         p.connect();
         p.order(1, "50");
         p.to(1min);
         EXPECT_EQ(p.first("open 1") + p.first("status 1"), "");
         EXPECT_EQ(p.gateway().desk().live_orders().size(), 1U);
         p.ask(tws::OpenOrdersRequest{});
         EXPECT_EQ(p.heard("open 1"), 1);
       }},
      {"order-rejected",
       [](Performance& p) {
         p.connect();
         p.order(1);
         EXPECT_EQ(p.heard("error 201 1"), 1);
         EXPECT_EQ(p.heard("status 1 Inactive"), 1);
         p.to(21s);
         EXPECT_EQ(p.first("exec"), "");
       }},
      {"partial-fill-then-silence",
       [](Performance& p) {
         p.connect();
         p.order(1);
         p.to(4min);
         EXPECT_EQ(p.first("exec").substr(0, 8), "exec 1 1");
         EXPECT_EQ(p.heard("status 1 Filled"), 0) << "what comes behind the execution is not heard";
         EXPECT_EQ(p.why_closed(), "closed by the scenario");
         p.reconnect();
         p.forget();
         p.ask(tws::ExecutionRequest{});
         EXPECT_EQ(p.first("exec").substr(0, 8), "exec 1 1") << "the new connection is not mute";
       }},
      {"duplicate-execution",
       [](Performance& p) {
         p.connect();
         p.order(1);
         p.to(3min);
         const std::string execution = p.first("exec");
         EXPECT_EQ(p.heard(execution), 2);
         EXPECT_EQ(p.gateway().desk().executions().size(), 1U);
       }},
      {"late-commission",
       [](Performance& p) {
         p.connect();
         p.order(1);
         for (int i = 0; i < 300 && p.first("exec").empty(); ++i) p.to(1s);
         p.to(55s);
         EXPECT_EQ(p.heard("fee"), 0);
         p.to(15s);
         EXPECT_EQ(p.heard("fee"), 1);
       }},
      {"cancel-not-answered",
       [](Performance& p) {
         p.connect();
         p.order(1, "50");
         p.ask(tws::CancelOrderRequest{.order_id = 1});
         p.to(1min);
         EXPECT_EQ(p.first("error 202") + p.first("status 1 Cancelled"), "");
         p.forget();
         p.ask(tws::OpenOrdersRequest{});
         EXPECT_EQ(p.heard("open 1"), 1);
       }},
      {"half-frame",
       [](Performance& p) {
         p.connect();
         p.order(1, "50");
         p.to(5s);
         EXPECT_FALSE(p.is_connected());
         EXPECT_GT(p.unfinished(), 0U);
         p.reconnect();
       }},
      {"id-rollback",
       [](Performance& p) {
         p.connect();
         p.order(40, "50");
         p.to(1s);
         EXPECT_FALSE(p.is_connected());
         p.forget();
         p.connect();
         EXPECT_EQ(p.heard("id 1"), 1);
       }},
      {"client-id-in-use",
       [](Performance& p) {
         p.connect();
         EXPECT_FALSE(p.is_connected());
         EXPECT_EQ(p.heard("error 326 -1"), 1);
         p.connect();
         EXPECT_EQ(p.heard("id 1"), 1);
       }},
      {"never-ready",
       [](Performance& p) {
         p.connect();
         p.to(20s);
         EXPECT_TRUE(p.is_connected());
         EXPECT_EQ(p.first("id"), "");
         p.connect(8);
         EXPECT_EQ(p.heard("id 1"), 1);
       }},
      {"nightly-restart",
       [](Performance& p) {
         p.connect();
         p.order(1, "50");
         p.to(5s);
         EXPECT_EQ(p.why_closed(), "the gateway restarts");
         p.connect();
         EXPECT_FALSE(p.is_connected()) << "it is refused at first";
         p.reconnect();
         p.forget();
         p.ask(tws::OpenOrdersRequest{});
         EXPECT_EQ(p.heard("open 1"), 1) << "the order has stayed";
         EXPECT_EQ(p.gateway().desk().next_order_id(7), 2) << "and so have the ids";
       }},
      {"link-lost-data-lost",
       [](Performance& p) {
         p.connect();
         p.quotes(1);
         for (int i = 0; i < 120 && p.heard("error 1100 -1") == 0; ++i) p.to(1s);
         p.forget();
         p.to(19s);
         EXPECT_EQ(p.first("price"), "");
         p.to(2s);
         EXPECT_EQ(p.heard("error 1101 -1"), 1);
         p.to(45s);
         EXPECT_EQ(p.first("price"), "") << "the old subscription has ended";
         p.quotes(2);
         p.to(2min);
         EXPECT_GT(p.heard("price 2"), 0);
         EXPECT_EQ(p.heard("price 1"), 0);
       }},
      {"link-lost-data-kept",
       [](Performance& p) {
         p.connect();
         p.quotes(1);
         for (int i = 0; i < 120 && p.heard("error 1100 -1") == 0; ++i) p.to(1s);
         p.forget();
         p.to(19s);
         EXPECT_EQ(p.first("price"), "");
         p.to(2s);
         EXPECT_EQ(p.heard("error 1102 -1"), 1);
         p.to(2min);
         EXPECT_GT(p.heard("price 1"), 0);
       }},
      {"competing-session",
       [](Performance& p) {
         p.connect();
         p.quotes(1);
         for (int i = 0; i < 120 && p.heard("error 10197 1") == 0; ++i) p.to(1s);
         p.forget();
         p.to(29s);
         EXPECT_EQ(p.heard("price 1"), 0);
         p.to(2min);
         EXPECT_GT(p.heard("price 1"), 0);
       }},
      {"pacing-cut-off",
       [](Performance& p) {
         p.connect();
         p.quotes(1);
         p.to(5s);
         EXPECT_EQ(p.heard("error 100 -1"), 3);
         EXPECT_FALSE(p.is_connected());
         p.reconnect();
       }},
      {"clock-skew",
       [](Performance& p) {
         p.connect();
         p.ask(tws::CurrentTimeRequest{});
         EXPECT_EQ(p.heard(fmt::format("clock {}", p.seconds() + 300)), 1);
         p.to(10s);
         p.ask(tws::CurrentTimeRequest{});
         EXPECT_EQ(p.heard(fmt::format("clock {}", p.seconds())), 1);
       }},
      {"farm-flaps",
       [](Performance& p) {
         p.connect();
         p.forget();
         p.to(10s);
         EXPECT_GE(p.heard("error 2103 -1"), 2) << "the first came with the id";
         EXPECT_EQ(p.heard("error 2104 -1"), 3);
       }},
      {"trading-halt",
       [](Performance& p) {
         p.connect();
         p.quotes(1);
         p.to(3min);
         EXPECT_EQ(p.heard("generic 49 2"), 1);
         EXPECT_GE(p.heard("generic 49 0"), 1);
       }},
      {"port-moved",
       [](Performance& p) {
         p.connect();
         EXPECT_EQ(p.heard("error 1300 -1"), 1);
         EXPECT_FALSE(p.is_connected());
       }},
  };
  return kParts;
}

class ShippedScenario : public ::testing::TestWithParam<scenario::Shipped> {};

TEST_P(ShippedScenario, GoesAsWrittenWithAPlainClient) {
  const auto part = parts().find(std::string{GetParam().name});
  ASSERT_NE(part, parts().end()) << "this test has no client for it";
  for (const int version : {178, 200, 226}) {
    SCOPED_TRACE(version);
    Performance performance{script_of(GetParam().name, GetParam().text), version};
    part->second(performance);
    performance.to(20s);
    performance.expect_all_as_written();
  }
}

TEST_P(ShippedScenario, FailsWithAClientThatDoesNothingUnlessItAsksNothing) {
  const bool asks = GetParam().name != "farm-flaps" && GetParam().name != "port-moved";
  Performance performance{script_of(GetParam().name, GetParam().text)};
  performance.connect();
  performance.to(15min);
  performance.gateway().play()->give_up("nothing came");
  EXPECT_EQ(performance.gateway().play()->failures().size(), asks ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(Each, ShippedScenario, ::testing::ValuesIn(scenario::shipped_scenarios()),
                         [](const auto& one) {
                           std::string name{one.param.name};
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(ScenarioPlay, AnExpectationThatIsNotMetInTimeNamesItsLine) {
  Performance performance{script_of("a.scenario", "# A.\nexpect startApi\nexpect placeOrder within=30s\nclose\n")};
  performance.connect();
  performance.to(29s);
  EXPECT_FALSE(performance.gateway().play()->is_over());
  performance.to(1s);
  ASSERT_EQ(performance.gateway().play()->failures().size(), 1U);
  EXPECT_EQ(performance.gateway().play()->failures()[0],
            "a.scenario:3: expect placeOrder within=30s: nothing of the kind came in time");
  EXPECT_TRUE(performance.is_connected()) << "the steps behind it are not done";
}

TEST(ScenarioPlay, WhatMustNotComeIsAFailureWhenItComes) {
  Performance performance{
      script_of("a.scenario", "# A.\nexpect startApi\nexpect_no placeOrder order.orderType=LMT within=30s\n")};
  performance.connect();
  performance.order(1);
  EXPECT_TRUE(performance.gateway().play()->failures().empty()) << "it is about limit orders";
  performance.order(2, "50");
  ASSERT_EQ(performance.gateway().play()->failures().size(), 1U);
  EXPECT_EQ(performance.gateway().play()->failures()[0],
            "a.scenario:3: expect_no placeOrder order.orderType=LMT within=30s: it came");
}

TEST(ScenarioPlay, TimesAreKeptBesideTheStepsThatWait) {
  Performance performance{script_of(
      "a.scenario", "# A.\nat 10s farm usfarm broken\nat 09:31 farm usfarm ok\nexpect placeOrder within=1h\n")};
  performance.connect();
  performance.forget();
  performance.to(9s);
  EXPECT_EQ(performance.first("error 2103"), "");
  performance.to(1s);
  EXPECT_EQ(performance.heard("error 2103 -1"), 1);
  performance.order(1);
  EXPECT_FALSE(performance.gateway().play()->is_over()) << "something is still to be done at a time";
}

TEST(ScenarioPlay, MessagesAreChangedOnTheirWayBothWays) {
  Performance performance{script_of(
      "a.scenario", "# A.\nchange placeOrder order.lmtPrice=60\nchange openOrder orderId=99\nexpect startApi\n")};
  performance.connect();
  performance.order(1, "50");
  EXPECT_EQ(performance.heard("open 99"), 1);
  ASSERT_EQ(performance.gateway().desk().orders().size(), 1U);
  EXPECT_EQ(performance.gateway().desk().orders()[0].request->order.lmt_price, Price::of(60));
}

TEST(ScenarioPlay, ASkipMovesTheGatewaysTimeAtOnce) {
  Performance performance{script_of("a.scenario", "# A.\nexpect reqCurrentTime\nskip 1h\nexpect reqCurrentTime\n")};
  performance.connect();
  performance.ask(tws::CurrentTimeRequest{});
  performance.to(1s);
  performance.ask(tws::CurrentTimeRequest{});
  EXPECT_EQ(performance.heard(fmt::format("clock {}", performance.seconds() + 3600)), 1);
  performance.expect_all_as_written();
}

TEST(ScenarioPlay, FaultsOfTheCatalogueAreInjected) {
  Performance performance{script_of("a.scenario", "# A.\nfault F094\nexpect execDetails within=10min\n")};
  performance.connect();
  performance.order(1);
  performance.to(3min);
  const std::string execution = performance.first("exec");
  EXPECT_EQ(performance.heard(execution), 2);
  performance.expect_all_as_written();
}

TEST(ScenarioPlay, ASymbolThatIsNotListedFailsTheStep) {
  Performance performance{script_of("a.scenario", "# A.\nexpect startApi\nhalt XYZ\n")};
  performance.connect();
  ASSERT_EQ(performance.gateway().play()->failures().size(), 1U);
  EXPECT_EQ(performance.gateway().play()->failures()[0],
            "a.scenario:3: halt XYZ: nothing of that symbol is listed; see options symbols=");
}

TEST(ScenarioPlay, ReportsOfALostLinkComeWhenItIsBack) {
  Performance performance{script_of("a.scenario", "# A.\nexpect placeOrder\nlink lost\nwait 3min\nlink back\n")};
  performance.connect();
  performance.order(1);
  performance.to(170s);
  EXPECT_EQ(performance.first("exec") + performance.first("status"), "");
  EXPECT_EQ(performance.gateway().desk().executions().size(), 1U);
  performance.to(20s);
  EXPECT_NE(performance.first("exec"), "");
  EXPECT_EQ(performance.heard("fee"), 1);
}

}  // namespace
}  // namespace tradewind::sim::gateway::testing
