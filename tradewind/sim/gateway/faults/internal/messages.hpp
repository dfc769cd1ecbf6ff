#pragma once

#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/sim/gateway/faults/line.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tradewind::sim::gateway::faults {

// What faults do to one message on its way to the client. messages.cpp has session, data and accounts, order_messages.cpp
// orders and executions.
class Line::Messages final : public tws::IncomingHandler {
 public:
  explicit Messages(Line& line, Bytes frame) : line_{line}, frame_{frame} {}
  bool done = false;  // else the frame goes out as it is

  // Session
  void on_managed_accounts(const tws::ManagedAccounts&) override { done = line_.unready_ == 0; }
  void on_next_valid_id(const tws::NextValidId& m) override;
  void on_error_message(const tws::ErrorMessage& m) override;
  void on_current_time(const tws::CurrentTime& m) override;

  // Market data
  void on_tick_price(const tws::TickPrice& m) override;
  void on_tick_size(const tws::TickSize& m) override { hides(m.req_id); }
  void on_tick_string(const tws::TickString& m) override;
  void on_tick_generic(const tws::TickGeneric& m) override { hides(m.req_id); }
  void on_tick_option_computation(const tws::TickOptionComputation& m) override { hides(m.req_id); }
  void on_real_time_bar_tick(const tws::RealTimeBarTick& m) override;
  void on_contract_data(const tws::ContractData& m) override;
  void on_historical_data(const tws::HistoricalData& m) override;

  // Orders
  void on_open_order(const tws::OpenOrder& m) override;
  void on_order_status(const tws::OrderStatus& m) override;
  void on_open_orders_end(const tws::OpenOrdersEnd&) override { end_marker(); }
  void on_completed_orders_end(const tws::CompletedOrdersEnd&) override { end_marker(); }

  // Executions
  void on_execution_details(const tws::ExecutionDetails& m) override;
  void on_execution_details_end(const tws::ExecutionDetailsEnd&) override;
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override;

  // Accounts
  void on_position_data(const tws::PositionData& m) override;
  void on_position_end(const tws::PositionEnd& m) override;
  void on_account_value(const tws::AccountValue& m) override;

 private:
  void pass() {
    line_.put(frame_);
    done = true;
  }
  void later(Duration time) {
    line_.hold(time, frame_);
    done = true;
  }
  void wait_for(const std::string& what) {
    line_.waiting_[what] += as_text(frame_);
    done = true;
  }
  // What has waited for this goes out. False when nothing has.
  bool release(const std::string& what);
  template <class Message>
  void replace(const Message& message) {
    line_.say(message);
    done = true;
  }
  bool hides(std::int32_t request_id) {
    if (line_.no_ticks_ || line_.without_ticks_.contains(request_id)) done = true;
    return done;
  }
  // Before the order may be seen.
  bool is_unseen(std::int32_t order_id);
  void subscription(std::int32_t id);
  void end_marker();
  void what_if(const tws::OpenOrder& m);
  // The order as another one of another session.
  void foreign_order(const tws::OpenOrder& m, std::int32_t order_id, std::int32_t client_id);
  // Notices for an order that goes on living.
  void live_notices(std::int32_t order_id);
  // True when the status has been dealt with.
  bool rewrite_status(const tws::OrderStatus& m, bool live);
  // True when the execution does not come now, or comes another way.
  bool holds_execution(const tws::ExecutionDetails& m);
  bool rewrite_execution(const tws::ExecutionDetails& m);
  void add_executions(const tws::ExecutionDetails& m);
  void split(const tws::ExecutionDetails& m);
  void foreign(const tws::ExecutionDetails& m, std::string_view mark, std::int32_t order_id, std::int32_t liquidation);

  Line& line_;
  Bytes frame_;
};

}  // namespace tradewind::sim::gateway::faults
