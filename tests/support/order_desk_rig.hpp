#pragma once

// An order desk without a gateway around it, and what it tells of orders, as short lines.

#include "tests/support/order_for_spy.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/order_desk.hpp"
#include "tradewind/sim/venue/calendar.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway::testing {

// SPY (0), IBM (1) and EUR.USD (2), a second for each event, from 09:30 in New York on if nothing else is said.
class DeskRig : public OrderListener {
 public:
  using Lines = std::vector<std::string>;
  using Change = std::function<void(tws::PlaceOrderRequest&)>;

  explicit DeskRig(OrderSettings settings = {.checks_margin = false},
                   Timestamp start = from_civil_utc({2013, 10, 7, 13, 30, 0}))
      : now_{start},
        desk_{universe_, std::vector(3, venue::QuoteData::present), accounts_, std::move(settings), calendar_, *this} {
    desk_.books().open_account(accounts_.front().id, accounts_.front().cash);
  }

  [[nodiscard]] static Price price(std::string_view text) { return Price::parse(text).value(); }
  [[nodiscard]] static Change limit(const char* at) {
    return [at](tws::PlaceOrderRequest& request) { request.order.lmt_price = price(at); };
  }

  Lines place(
      std::int32_t id, std::string_view action, int quantity, std::string_view type,
      const Change& change = [](auto&) {}, std::int32_t client = 0) {
    tws::PlaceOrderRequest request = testing::order_for_spy(id, action, quantity, type, "GTC");
    change(request);
    desk_.place(request, client, now_);
    return take();
  }
  Lines cancel(std::int32_t id, std::int32_t client = 0) {
    desk_.cancel(id, client, now_);
    return take();
  }
  Lines quote(std::string_view bid, std::string_view ask, std::uint32_t listing = 0, int size = 100'000) {
    return show(listing, model::Quote{price(bid), price(ask), Quantity::of(size), Quantity::of(size)});
  }
  Lines trade(std::string_view at, std::uint32_t listing = 0, int size = 100) {
    return show(listing, model::Trade{.time = now_ + kStep, .price = price(at), .size = Quantity::of(size)});
  }
  Lines wait(Duration duration) {
    now_ = now_ + duration;
    desk_.wake(now_);
    return take();
  }
  // Without a word to the desk.
  void pass(Duration duration) { now_ = now_ + duration; }
  Lines end_session(Timestamp at) {
    now_ = at;
    desk_.end_session(now_);
    return take();
  }
  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] OrderDesk& desk() { return desk_; }
  [[nodiscard]] const GatewayOrder& order(std::size_t number) const {
    return desk_.orders()[static_cast<std::ptrdiff_t>(number) - 1];
  }

  void on_order(const GatewayOrder& order) override {
    told_.push_back(
        fmt::format("{} {}{}{}", order.order_id, order.status, order.why_held.empty() ? "" : " ", order.why_held));
  }
  void on_order_status(const GatewayOrder& order) override {
    told_.push_back(fmt::format("{} {}", order.order_id, order.status));
  }
  void on_execution(const GatewayExecution& execution) override {
    told_.push_back(fmt::format("{} trades at {}", execution.order->order_id, execution.price));
  }
  void on_commission(const GatewayExecution& /*execution*/) override {}
  void on_books_changed(const std::string& /*account*/, std::uint32_t /*listing*/) override {}
  [[nodiscard]] MarginTime margin_time() const override { return MarginTime::intraday; }
  void on_order_bound(const GatewayOrder& /*order*/) override {}
  void on_what_if(const GatewayOrder& /*order*/, const MarginPreview& /*preview*/) override {}
  void on_order_error(std::int32_t /*client_id*/, std::int32_t order_id, std::int32_t code,
                      std::string_view text) override {
    told_.push_back(fmt::format("{} error {}", order_id, code));
    last_error_ = text;
  }
  [[nodiscard]] const std::string& last_error() const { return last_error_; }

 private:
  static constexpr Duration kStep = std::chrono::seconds{1};

  Lines take() { return std::exchange(told_, {}); }
  template <class Data>
  Lines show(std::uint32_t listing, const Data& data) {
    now_ = now_ + kStep;
    desk_.on_market({.time = now_, .symbol = venue::SymbolIndex{listing}, .data = data});
    return take();
  }

  Timestamp now_;
  Lines told_;
  std::string last_error_;
  venue::Universe universe_{{venue::us_stock("SPY"), venue::us_stock("IBM"), venue::currency_pair("EUR", "USD")}};
  std::vector<AccountSetup> accounts_ = {{"DU0000000", Amount::of(1'000'000)}};
  venue::Calendar calendar_{venue::MarketHours::us_stocks,
                            TimeZone{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::hours{-4}}}}};
  OrderDesk desk_;
};

}  // namespace tradewind::sim::gateway::testing
