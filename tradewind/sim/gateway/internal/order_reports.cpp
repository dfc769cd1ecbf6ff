#include "tradewind/sim/gateway/internal/order_reports.hpp"

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"

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

tws::OpenOrder OrderReports::open_order(const GatewayOrder& order) const {
  tws::OpenOrder message;
  message.order_id = order.order_id;
  message.contract = client_.contracts().contract_of(order.listing, order.request->contract.exchange);
  message.order = order.request->order;
  message.order.account = order.account;
  message.order.client_id = order.client_id;
  message.order.perm_id = order.perm_id;
  message.order.total_quantity = order.quantity;
  message.order.oca_type = 3;
  message.order.clearing_intent = "IB";
  if (message.order.tif.empty()) message.order.tif = "DAY";
  // As recorded: a display size that was not given is unset, not zero.
  if (message.order.display_size == 0) message.order.display_size.reset();
  message.order_state.status = order.status;
  if (order.is_final && !order.commission.is_zero()) {
    message.order_state.commission_and_fees = observed(order.commission);
    message.order_state.commission_and_fees_currency = "USD";
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
  client_.send(status);
}

void OrderReports::send_execution(const GatewayExecution& execution, std::int32_t request_id) {
  const GatewayOrder& order = *execution.order;
  tws::ExecutionDetails details;
  const std::string time = zoned_text(execution.time, client_.options().zone);
  details.req_id = request_id;
  details.contract = client_.contracts().contract_of(order.listing, client_.listings()[order.listing].primary_exchange);
  tws::Execution& out = details.execution;
  out.order_id = order.order_id;
  out.exec_id = execution.exec_id;
  out.time = time;
  out.acct_number = order.account;
  out.exchange = client_.listings()[order.listing].primary_exchange;
  out.side = order.side == Side::buy ? "BOT" : "SLD";
  out.shares = execution.quantity;
  out.price = execution.price;
  out.perm_id = order.perm_id;
  out.client_id = order.client_id;
  out.cum_qty = execution.cumulative;
  out.avg_price = execution.average_price;
  out.order_ref = order.request->order.order_ref;
  out.last_liquidity = 2;
  client_.send(details);
}

void OrderReports::send_commission(const GatewayExecution& execution) {
  tws::CommissionAndFeesReport report;
  report.exec_id = execution.exec_id;
  report.commission_and_fees = execution.commission;
  report.currency = "USD";
  if (execution.realized)
    report.realized_pnl = subtract(*execution.realized, execution.commission).value_or(*execution.realized).rounded(6);
  client_.send(report);
}

void OrderReports::send_open_orders(bool of_everyone) {
  for (const GatewayOrder& order : client_.desk().orders()) {
    if (!order.is_final && !order.status.empty() && (of_everyone || order.client_id == *client_.id()))
      send_order(order);
  }
}

void OrderReports::open_orders(const tws::OpenOrdersRequest& /*request*/) {
  send_open_orders(false);
  client_.send(tws::OpenOrdersEnd{});
}

void OrderReports::all_open_orders(const tws::AllOpenOrdersRequest& /*request*/) {
  send_open_orders(true);
  client_.send(tws::OpenOrdersEnd{});
}

void OrderReports::auto_open_orders(const tws::AutoOpenOrdersRequest& request) {
  // Nobody enters orders by hand here, so there is nothing to bind.
  if (*client_.id() != 0 && request.auto_bind)
    client_.error(-1, 327, "Only the default client (i.e 0) can auto bind orders");
}

void OrderReports::executions(const tws::ExecutionRequest& request) {
  const TimeZone& zone = client_.options().zone;
  const std::string today = date_text(client_.now(), zone);
  const tws::ExecutionFilter& filter = request.execution_filter;
  const auto since = parse_end(filter.time, zone);
  for (const GatewayExecution& execution : client_.desk().executions()) {
    const GatewayOrder& order = *execution.order;
    const std::string_view side = order.side == Side::buy ? "BUY" : "SELL";
    if (date_text(execution.time, zone) != today) continue;  // a gateway keeps them until midnight
    if (filter.client_id != 0 && filter.client_id != order.client_id) continue;
    if (!filter.acct_code.empty() && filter.acct_code != order.account) continue;
    if (!filter.symbol.empty() && filter.symbol != client_.listings()[order.listing].symbol) continue;
    if (!filter.sec_type.empty() && filter.sec_type != client_.listings()[order.listing].security_type) continue;
    if (!filter.side.empty() && filter.side != side) continue;
    if (since && execution.time < *since) continue;
    send_execution(execution, request.req_id);
    send_commission(execution);
  }
  client_.send(tws::ExecutionDetailsEnd{.req_id = request.req_id});
}

void OrderReports::completed_orders(const tws::CompletedOrdersRequest& /*request*/) {
  const std::string today = date_text(client_.now(), client_.options().zone);
  for (const GatewayOrder& order : client_.desk().orders()) {
    if (!order.is_final || date_text(order.ended, client_.options().zone) != today) continue;
    const tws::OpenOrder open = open_order(order);
    tws::CompletedOrder message;
    message.contract = open.contract;
    message.order = open.order;
    message.order.filled_quantity = order.filled;
    message.order_state.status = order.status;
    const std::string time = zoned_text(order.ended, client_.options().zone);
    message.order_state.completed_time = time;
    message.order_state.completed_status = order.ended_how;
    client_.send(message);
  }
  client_.send(tws::CompletedOrdersEnd{});
}

}  // namespace tradewind::sim::gateway
