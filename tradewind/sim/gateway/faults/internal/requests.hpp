#pragma once

#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/sim/gateway/faults/line.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tradewind::sim::gateway::faults {

// What faults do to one request on its way to the gateway.
class Line::Requests final : public tws::OutgoingHandler {
 public:
  explicit Requests(Line& line) : line_{line} {}
  bool passes = true;
  bool late = false;  // it passes, hours later

  void on_start_api_request(const tws::StartApiRequest& m) override;
  void on_place_order_request(const tws::PlaceOrderRequest& m) override;
  void on_cancel_order_request(const tws::CancelOrderRequest& m) override;
  void on_open_orders_request(const tws::OpenOrdersRequest&) override { unanswered(at("F087")); }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest&) override { unanswered(at("F087")); }
  void on_positions_request(const tws::PositionsRequest&) override;
  void on_execution_request(const tws::ExecutionRequest&) override {
    line_.hides_executions_ = line_.draws(at("F111"));
  }
  void on_market_data_request(const tws::MarketDataRequest& m) override;
  void on_historical_data_request(const tws::HistoricalDataRequest& m) override;

 private:
  void on_new_order(const tws::PlaceOrderRequest& m);
  // True when the order does not get any further.
  [[nodiscard]] bool refuses(const tws::PlaceOrderRequest& m);
  void refuse_in_two_ways(const tws::PlaceOrderRequest& m);
  void refuse(std::int32_t id, std::int32_t code, std::string_view text);
  void unanswered(std::size_t fault) {
    if (line_.fires(fault)) passes = false;
  }
  Line& line_;
};

}  // namespace tradewind::sim::gateway::faults
