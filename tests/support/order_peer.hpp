#pragma once

// Clients of the gateway that place orders and write down what they hear of them, as short lines.

#include "tests/support/gateway_client.hpp"
#include "tests/support/order_for_spy.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway::order_testing {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

inline const Timestamp kOpen = from_civil_utc({2013, 10, 7, 13, 30, 0});
inline const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};

inline Price price(const char* text) { return Price::parse(text).value(); }

inline Listing call_option() {
  Listing option;
  option.con_id = 9001;
  option.symbol = "SPY";
  option.security_type = "OPT";
  option.local_symbol = "SPY   131018C00095000";
  option.multiplier = Multiplier::of(100);
  option.last_trade_date = "20131018";
  option.strike = price("95");
  option.right = venue::Right::call;
  option.underlying = us_stock("SPY").con_id;
  return option;
}

// Minutes of SPY: around 100, then at 102, then at 98. IBM is at 50 all the time, and an option on SPY at 5.
inline Market market() {
  std::vector<model::BarHistory> all(3, model::BarHistory{1min, {}, {}});
  const auto add_minute = [&](std::size_t listing, int minute, const char* at, const char* bid, const char* ask) {
    const Timestamp start = kOpen + 1min * minute;
    all[listing].trades.push_back({start, 1min, price(at), price(at), price(at), price(at), Quantity::of(400), 4});
    const model::Quote quote{price(bid), price(ask), Quantity::of(300), Quantity::of(200)};
    all[listing].quotes.push_back({start, 1min, quote, quote});
  };
  for (int minute = 0; minute < 12; ++minute) {
    if (minute < 4) add_minute(0, minute, "100", "99.99", "100.01");
    if (minute >= 4 && minute < 8) add_minute(0, minute, "102", "101.99", "102.01");
    if (minute >= 8) add_minute(0, minute, "98", "97.99", "98.01");
    add_minute(1, minute, "50", "49.99", "50.01");
    add_minute(2, minute, "5", "4.99", "5.01");
  }
  return Market::recorded({us_stock("SPY"), us_stock("IBM"), call_option()}, all, Duration::zero());
}

// What a client hears of orders, as short lines.
struct Ears : tws::ClientHandler {
  Lines heard;
  std::string last_error;
  std::string last_exec_id;
  tws::OrderState what_if;
  std::string good_till, good_after;  // of the order told last
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code == 2104 || m.error_code == 2106 || m.error_code == 2158) return;
    note("error {} {}", m.id, m.error_code);
    last_error = m.error_msg;
  }
  void on_open_order(const tws::OpenOrder& m) override {
    note("open {} {} {} {} {}", m.order_id, m.order.action, *m.order.total_quantity, m.order.order_type,
         m.order_state.status);
    what_if = m.order_state;
    good_till = m.order.good_till_date;
    good_after = m.order.good_after_time;
  }
  void on_order_status(const tws::OrderStatus& m) override {
    note("status {} {} {} {}{}{}", m.order_id, m.status, m.filled, m.remaining, m.why_held.empty() ? "" : " ",
         m.why_held);
  }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    note("exec {} {} {} {} {}@{}", m.req_id, m.execution.order_id, m.contract.sec_type, m.execution.side,
         m.execution.shares, m.execution.price);
    last_exec_id = m.execution.exec_id;
  }
  void on_execution_details_end(const tws::ExecutionDetailsEnd& m) override { note("exec end {}", m.req_id); }
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override {
    note("fee {}", *m.commission_and_fees);
  }
  void on_open_orders_end(const tws::OpenOrdersEnd&) override { note("open end"); }
  void on_order_bound(const tws::OrderBound& m) override { note("bound {} {}", m.client_id, m.order_id); }
  void on_completed_order(const tws::CompletedOrder& m) override { note("completed {}", m.order_state.status); }
  void on_completed_orders_end(const tws::CompletedOrdersEnd&) override { note("completed end"); }

  [[nodiscard]] bool has(std::string_view line) const { return std::ranges::find(heard, line) != heard.end(); }
  Lines take() { return std::exchange(heard, {}); }
};

struct World {
  Gateway gateway;
  Timestamp now = kOpen;

  explicit World(OrderSettings settings = {}) : gateway{{.zone = kNewYork, .orders = std::move(settings)}, market()} {}
  explicit World(Login login) : gateway{{.login = std::move(login), .zone = kNewYork}, market()} {}
  explicit World(std::vector<AccountSetup> accounts)
      : gateway{{.accounts = std::move(accounts), .zone = kNewYork}, market()} {}
};

using Change = std::function<void(tws::PlaceOrderRequest&)>;

struct Peer : gateway::testing::JoinedClient<Ears> {
  World& world;

  Peer(World& in, std::int32_t client_id) : JoinedClient{in.gateway, in.now, client_id, 200}, world{in} {}
  void to(Duration after_open) {
    world.now = kOpen + after_open;
    world.gateway.wake(world.now);
    exchange();
  }
  void place(
      std::int32_t order_id, const char* action, int quantity, const char* type, const Change& change = [](auto&) {}) {
    ask(terms(order_id, action, quantity, type, change));
  }
  static tws::PlaceOrderRequest terms(
      std::int32_t order_id, const char* action, int quantity, const char* type, const Change& change = [](auto&) {}) {
    tws::PlaceOrderRequest request = gateway::testing::order_for_spy(order_id, action, quantity, type, "DAY");
    change(request);
    return request;
  }
};

inline Change limit(const char* at) {
  return [at](auto& r) { r.order.lmt_price = price(at); };
}
inline Change stop(const char* at) {
  return [at](auto& r) { r.order.aux_price = price(at); };
}
inline Change both(Change a, Change b) {
  return [a = std::move(a), b = std::move(b)](auto& r) {
    a(r);
    b(r);
  };
}
inline Change child_of(std::int32_t parent, bool transmit) {
  return [=](auto& r) {
    r.order.parent_id = parent;
    r.order.transmit = transmit;
  };
}
inline Change in_group(const char* group, int type) {
  return [=](auto& r) {
    r.order.oca_group = group;
    r.order.oca_type = type;
  };
}

}  // namespace tradewind::sim::gateway::order_testing
