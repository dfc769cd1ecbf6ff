#include "tradewind/sim/gateway/internal/order_reports.hpp"

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"
#include "tradewind/sim/gateway/internal/order_kinds.hpp"
#include "tradewind/sim/venue/fees.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace tradewind::sim::gateway {

void OrderReports::place(const tws::PlaceOrderRequest& request) {
  client_.desk().place(request, *client_.id(), client_.now());
}
void OrderReports::cancel(const tws::CancelOrderRequest& request) {
  client_.desk().cancel(request.order_id, *client_.id(), client_.now());
}
void OrderReports::cancel_all(const tws::GlobalCancelRequest& /*request*/) { client_.desk().cancel_all(client_.now()); }
void OrderReports::exercise(const tws::ExerciseOptionsRequest& request) {
  client_.desk().exercise(request, *client_.id(), client_.now());
}

tws::Contract OrderReports::contract_of(const GatewayOrder& order, const tws::PlaceOrderRequest& terms) const {
  if (!order.is_combo()) return client_.contracts().contract_of(order.listing, terms.contract.exchange);
  tws::Contract contract = terms.contract;
  contract.con_id = venue::kComboNumber;
  contract.local_symbol = contract.symbol;
  contract.trading_class = "COMB";
  return contract;
}

tws::OpenOrder& OrderReports::open_order(const GatewayOrder& order) {
  return *order.request.with([&](const tws::PlaceOrderRequest& terms) { return &open_order(order, terms); });
}

tws::OpenOrder& OrderReports::open_order(const GatewayOrder& order, const tws::PlaceOrderRequest& terms) {
  tws::OpenOrder& message = open_order_;
  message.order_id = order.order_id;
  message.contract = contract_of(order, terms);
  message.order = terms.order;
  message.order_state = {};
  message.order.order_type = short_type(message.order.order_type);
  message.order.account = order.account;
  message.order.client_id = order.client_id;
  message.order.perm_id = order.perm_id;
  message.order.total_quantity = order.quantity;
  message.order.oca_group = order.oca_group;
  message.order.oca_type = order.oca_type;
  // As recorded: times come back in the zone of the exchange, however they were written.
  const TimeZone& zone = client_.options().zone;
  if (order.expires && message.order.tif == "GTD")
    message.order.good_till_date = good_till_ = zoned_text(*order.expires, zone);
  if (order.held_until) message.order.good_after_time = good_after_ = zoned_text(*order.held_until, zone);
  if (order.stop) message.order.trail_stop_price = order.stop;
  message.order.clearing_intent = "IB";
  if (message.order.tif.empty()) message.order.tif = "DAY";
  // As recorded: a display size that was not given is unset, not zero.
  if (message.order.display_size == 0) message.order.display_size.reset();
  message.order_state.status = order.is_transmitted() ? std::string_view{order.status} : "Inactive";
  if (order.is_final && !order.commission.is_zero()) {
    message.order_state.commission_and_fees = observed(order.commission);
    message.order_state.commission_and_fees_currency = "USD";  // the one all fees here are in
  }
  return message;
}

void OrderReports::send_order(const GatewayOrder& order) {
  client_.send(open_order(order));
  send_order_status(order);
}

void OrderReports::send_order_status(const GatewayOrder& order) {
  tws::OrderStatus status;
  status.order_id = order.order_id;
  status.status = order.status;
  status.filled = order.filled;
  status.remaining = order.remaining();
  status.avg_fill_price = order.average_price();
  status.perm_id = order.perm_id;
  status.last_fill_price = observed(order.last_fill);
  status.client_id = order.client_id;
  status.parent_id = order.request->order.parent_id;
  status.why_held = order.why_held;
  if (!order.is_transmitted()) status.status = "Inactive";
  for (int i = 0; i < client_.desk().settings().status_copies; ++i) client_.send(status);
}

// Many fills fall into one second.
const std::string& OrderReports::time_text(Timestamp time) {
  const std::int64_t second = time.ns() / 1'000'000'000;
  if (second != told_second_) told_time_ = zoned_text(time, client_.options().zone);
  told_second_ = second;
  return told_time_;
}

void OrderReports::send_execution(const GatewayExecution& execution, std::int32_t request_id) {
  execution.order->request.with(
      [&](const tws::PlaceOrderRequest& terms) { send_execution(execution, terms, request_id); });
}

void OrderReports::send_execution(const GatewayExecution& execution, const tws::PlaceOrderRequest& terms,
                                  std::int32_t request_id) {
  const GatewayOrder& order = *execution.order;
  tws::ExecutionDetails details;
  details.req_id = request_id;
  const Listing& listing = client_.listings()[execution.listing];
  details.contract = execution.is_combo ? contract_of(order, terms)
                                        : client_.contracts().contract_of(execution.listing, listing.primary_exchange);
  tws::Execution& out = details.execution;
  out.order_id = order.order_id;
  out.exec_id = execution.exec_id;
  out.time = time_text(execution.time);
  out.acct_number = execution.account();
  out.exchange = listing.primary_exchange;
  out.side = execution.side == Side::buy ? "BOT" : "SLD";
  out.shares = execution.quantity;
  out.price = execution.price;
  out.perm_id = order.perm_id;
  out.client_id = order.client_id;
  out.cum_qty = execution.cumulative;
  out.avg_price = execution.average_price;
  out.order_ref = terms.order.order_ref;
  out.last_liquidity = execution.adds_liquidity ? 1 : 2;
  out.opt_exercise_or_lapse_type = execution.exercise;
  client_.send(details);
}

void OrderReports::send_commission(const GatewayExecution& execution) {
  const std::string currency = venue::fee_currency(client_.listings()[execution.listing]);
  tws::CommissionAndFeesReport report;
  report.exec_id = execution.exec_id;
  report.commission_and_fees = execution.commission;
  report.currency = currency;
  if (execution.realized) report.realized_pnl = execution.realized->rounded(6);
  client_.send(report);
}

void OrderReports::send_order_bound(const GatewayOrder& order) {
  client_.send(tws::OrderBound{.perm_id = order.perm_id, .client_id = order.client_id, .order_id = order.order_id});
}

// One openOrder and nothing else.
void OrderReports::send_what_if(const GatewayOrder& order, const MarginPreview& preview) {
  tws::OpenOrder& message = open_order(order);
  const auto change = [](Amount before, Amount after) { return observed(subtract(after, before).value_or(after)); };
  tws::OrderState& state = message.order_state;
  state.init_margin_before = observed(preview.init_before);
  state.maint_margin_before = observed(preview.maint_before);
  state.equity_with_loan_before = observed(preview.equity_before);
  state.init_margin_change = change(preview.init_before, preview.init_after);
  state.maint_margin_change = change(preview.maint_before, preview.maint_after);
  state.equity_with_loan_change = change(preview.equity_before, preview.equity_after);
  state.init_margin_after = observed(preview.init_after);
  state.maint_margin_after = observed(preview.maint_after);
  state.equity_with_loan_after = observed(preview.equity_after);
  state.commission_and_fees = observed(preview.commission);
  state.min_commission_and_fees = observed(preview.commission);
  state.max_commission_and_fees = observed(preview.commission);
  state.commission_and_fees_currency = preview.currency;
  state.margin_currency = preview.currency;
  client_.send(message);
}

void OrderReports::send_open_orders(bool of_everyone) {
  for (const auto& [sequence, order] : client_.desk().live_orders()) {
    // What is not transmitted is known to its own client only.
    const bool is_own = order->client_id == *client_.id();
    if (is_own || (of_everyone && order->is_transmitted())) send_order(*order);
  }
}

void OrderReports::open_orders(const tws::OpenOrdersRequest& /*request*/) {
  if (*client_.id() == 0) client_.desk().bind_open_orders();
  send_open_orders(false);
  client_.send(tws::OpenOrdersEnd{});
}

void OrderReports::all_open_orders(const tws::AllOpenOrdersRequest& /*request*/) {
  send_open_orders(true);
  client_.send(tws::OpenOrdersEnd{});
}

void OrderReports::auto_open_orders(const tws::AutoOpenOrdersRequest& request) {
  if (*client_.id() == 0) return client_.desk().set_auto_bind(request.auto_bind);
  if (request.auto_bind) client_.error(-1, 327, "Only the default client (i.e 0) can auto bind orders");
}

bool OrderReports::is_wanted(const GatewayExecution& execution, const tws::ExecutionFilter& filter) const {
  const TimeZone& zone = client_.options().zone;
  const GatewayOrder& order = *execution.order;
  const Listing& listing = client_.listings()[execution.listing];
  const bool is_buy = execution.side == Side::buy;
  const auto says = [](std::string_view wanted, std::string_view is) { return wanted.empty() || wanted == is; };
  // A gateway keeps them until midnight, unless days are asked for.
  const std::string day = date_text(execution.time, zone);
  if (!filter.specific_dates.empty()) {
    const bool named = std::ranges::any_of(filter.specific_dates,
                                           [&](std::int32_t date) { return fmt::format("{:08}", date) == day; });
    if (!named) return false;
  } else {
    const int days = std::clamp(filter.last_n_days.value_or(1), 1, 7);
    if (day < date_text(client_.now() - std::chrono::hours{24} * (days - 1), zone)) return false;
  }
  if (filter.client_id != 0 && filter.client_id != order.client_id) return false;
  if (!says(filter.acct_code, execution.account())) return false;
  if (!says(filter.symbol, listing.symbol)) return false;
  if (!says(filter.sec_type, execution.is_combo ? std::string_view{"BAG"} : std::string_view{listing.security_type}))
    return false;
  if (!says(filter.exchange, listing.primary_exchange) && filter.exchange != "SMART") return false;
  if (!says(filter.side, is_buy ? "BUY" : "SELL") && filter.side != (is_buy ? "BOT" : "SLD")) return false;
  const auto since = parse_end(filter.time, zone);
  return !since || execution.time >= *since;
}

void OrderReports::executions(const tws::ExecutionRequest& request) {
  for (const GatewayExecution& execution : client_.desk().executions()) {
    if (!is_wanted(execution, request.execution_filter)) continue;
    send_execution(execution, request.req_id);
    if (execution.has_commission) send_commission(execution);
  }
  client_.send(tws::ExecutionDetailsEnd{.req_id = request.req_id});
}

void OrderReports::completed_orders(const tws::CompletedOrdersRequest& request) {
  const std::string today = date_text(client_.now(), client_.options().zone);
  for (const GatewayOrder& order : client_.desk().orders()) {
    if (!order.is_final || date_text(order.ended, client_.options().zone) != today) continue;
    if (!order.is_transmitted() || (request.api_only && order.by_hand)) continue;
    const tws::OpenOrder& open = open_order(order);
    tws::CompletedOrder message;
    message.contract = open.contract;
    message.order = open.order;
    message.order.filled_quantity = order.filled;
    if (order.parent != nullptr) message.order.parent_perm_id = order.parent->perm_id;
    message.order_state.status = order.status;
    const std::string time = zoned_text(order.ended, client_.options().zone);
    message.order_state.completed_time = time;
    message.order_state.completed_status = order.ended_how;
    client_.send(message);
  }
  client_.send(tws::CompletedOrdersEnd{});
}

}  // namespace tradewind::sim::gateway
