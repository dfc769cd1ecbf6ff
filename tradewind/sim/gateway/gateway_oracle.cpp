// What the gateway itself has booked, for those who compare.

#include "tradewind/core/base/json.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/gateway/history.hpp"

namespace tradewind::sim::gateway {

OrderDesk& Gateway::desk_at(Timestamp now) {
  wake(now);
  return desk_;
}

std::string Gateway::books_json(Timestamp now) const {
  JsonWriter json;
  json.begin_object().member("time", iso_text(shifted(now))).key("accounts").begin_array();
  for (const AccountSetup& setup : options_.accounts) {
    const std::string& account = setup.id;
    json.begin_object().member("account", account).key("cash").begin_object();
    for (const auto& [currency, cash] : books().cash_by_currency(account)) json.member(currency, cash.text());
    json.end_object().key("positions").begin_array();
    for (const Listing& listing : listings()) {
      const auto holding = books().holdings(account).find(listing.con_id);
      if (holding == books().holdings(account).end()) continue;
      json.begin_object().member("symbol", listing.local()).member("con_id", listing.con_id);
      json.member("quantity", holding->second.position.text()).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().member("orders", desk_.orders().size()).member("executions", desk_.executions().size());
  json.key("order_list").begin_array();
  for (const GatewayOrder& order : desk_.orders()) {
    json.begin_object().member("perm_id", order.perm_id).member("client_id", order.client_id);
    json.member("order_id", order.order_id).member("account", order.account);
    json.member("con_id", order.is_combo() ? 0 : listings()[order.listing].con_id);
    json.member("action", order.side == Side::buy ? "BUY" : "SELL");
    order.request.with([&](const tws::PlaceOrderRequest& terms) { json.member("type", terms.order.order_type); });
    json.member("quantity", order.quantity.text());
    json.member("status", order.status).member("filled", order.filled.text());
    json.member("commission", order.commission.text()).end_object();
  }
  json.end_array().key("execution_list").begin_array();
  for (const GatewayExecution& execution : desk_.executions()) {
    json.begin_object().member("exec_id", execution.exec_id).member("perm_id", execution.order->perm_id);
    json.member("account", execution.account()).member("time", iso_text(execution.time));
    json.member("con_id", execution.is_combo ? 0 : listings()[execution.listing].con_id);
    json.member("side", execution.side == Side::buy ? "BUY" : "SELL");
    json.member("quantity", execution.quantity.text()).member("price", execution.price.text());
    json.member("commission", execution.commission.text()).member("superseded", execution.is_superseded).end_object();
  }
  json.end_array().end_object();
  return json.str();
}

void Gateway::tamper(std::string_view symbol, Position by) {
  for (const Listing& listing : listings()) {
    if (listing.symbol == symbol) desk_.books().tamper(books().first_account(), listing.con_id, by);
  }
}

}  // namespace tradewind::sim::gateway
