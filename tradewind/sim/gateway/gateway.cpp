#include "tradewind/sim/gateway/gateway.hpp"

#include "tradewind/core/base/json.hpp"
#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

OrderSettings order_settings(const GatewayOptions& options) {
  OrderSettings settings = options.orders;
  settings.announces_presets = settings.announces_presets || options.announces_presets;
  return settings;
}

}  // namespace

Gateway::Gateway(GatewayOptions options, Market market)
    : options_{std::move(options)},
      market_{std::move(market)},
      desk_{market_.universe(), market_.quote_data(), order_settings(options_), options_.zone, *this},
      tapes_(market_.quote_data().size()) {
  for (const auto& [account, cash] : options_.accounts) desk_.books().open_account(account, cash);
}

Gateway::~Gateway() = default;

// --- Connections ---

ConnectionId Gateway::connect(Timestamp now) {
  now_ = std::max(now_, now);
  const ConnectionId id{next_connection_++};
  tws::GatewayConfig config;
  config.version = options_.server_version;
  config.connection_time = zoned_text(now, options_.zone);
  clients_.emplace(id, std::make_unique<Client>(*this, std::move(config)));
  return id;
}

Client& Gateway::at(ConnectionId id) { return *clients_.at(id); }

std::byte* Gateway::prepare(ConnectionId id, std::size_t count) { return at(id).session().prepare(count); }

void Gateway::received(ConnectionId id, std::size_t count, Timestamp now) {
  now_ = std::max(now_, now);
  Client& client = at(id);
  if (client.close_reason()) return;
  if (const auto handled = client.session().received(count, client); !handled.has_value())
    client.close(handled.error().detail);
}

void Gateway::disconnected(ConnectionId id) {
  if (at(id).id() == 0) desk_.set_auto_bind(false);
  clients_.erase(id);
}

ByteQueue& Gateway::output(ConnectionId id) { return at(id).session().output(); }

std::optional<std::string> Gateway::wants_close(ConnectionId id) const { return clients_.at(id)->close_reason(); }

std::vector<ConnectionId> Gateway::connections() const {
  std::vector<ConnectionId> ids;
  for (const auto& [id, client] : clients_) ids.push_back(id);
  return ids;
}

Client* Gateway::client(std::int32_t client_id) {
  for (const auto& [id, client] : clients_) {
    if (client->id() == client_id && !client->close_reason()) return client.get();
  }
  return nullptr;
}

// --- Time ---

std::optional<Timestamp> Gateway::wake_at() {
  std::optional<Timestamp> earliest = market_.next_time();
  const auto sooner = [&](const std::optional<Timestamp>& candidate) {
    if (candidate && (!earliest || *candidate < *earliest)) earliest = candidate;
  };
  sooner(session_end_);
  sooner(desk_.wake_at());
  for (const auto& [id, client] : clients_) sooner(client->wake_at());
  return earliest;
}

void Gateway::wake(Timestamp now) {
  for (;;) {
    const auto next = wake_at();
    if (!next || *next > now) break;
    now_ = std::max(now_, *next);
    // The end of a session comes before what happens at the same instant.
    if (session_end_ == *next) {
      session_end_.reset();
      desk_.end_session(*next);
      continue;
    }
    if (desk_.wake_at() == *next) {
      desk_.wake(*next);
      continue;
    }
    if (market_.next_time() == *next) {
      play(market_.pop());
      continue;
    }
    for (const auto& [id, client] : clients_) client->wake(*next);
  }
  now_ = std::max(now_, now);
}

void Gateway::watch(std::uint32_t listing) {
  market_.watch(listing);
  while (market_.has_pending()) play(market_.pop());
}

void Gateway::plan_session_end() {
  if (!options_.session_close) return;
  CivilTime close = options_.zone.local(now_);
  close.hour = static_cast<int>(options_.session_close->count() / 60);
  close.minute = static_cast<int>(options_.session_close->count() % 60);
  close.second = 0;
  const Timestamp end = options_.zone.instant(close);
  if (end > now_) session_end_ = end;
}

void Gateway::play(const venue::MarketEvent& event) {
  const auto index = static_cast<std::uint32_t>(event.symbol.value());
  Tape& tape = tapes_[index];
  if (const std::string day = date_text(event.time, options_.zone); day != tape.day) {
    if (tape.last) tape.previous_close = tape.last->price;
    tape.day = day;
    tape.open = tape.high = tape.low = std::nullopt;
    tape.volume = Quantity::zero();
    tape.value = Amount::zero();
    plan_session_end();
  }
  // Subscribers see the event first, then what it fills.
  if (const auto* quote = std::get_if<model::Quote>(&event.data)) {
    const model::Quote before = std::exchange(tape.quote, *quote);
    for (const auto& [id, client] : clients_) client->on_quote(index, before, *quote);
  } else {
    const auto& trade = std::get<model::Trade>(event.data);
    tape.last = trade;
    if (!tape.open) tape.open = trade.price;
    tape.high = std::max(tape.high.value_or(trade.price), trade.price);
    tape.low = std::min(tape.low.value_or(trade.price), trade.price);
    tape.volume = add(tape.volume, trade.size).value_or(tape.volume);
    const auto value = notional(trade.price, trade.size, Multiplier::of(1));
    if (value) tape.value = add(tape.value, *value).value_or(tape.value);
    for (const auto& [id, client] : clients_) client->on_trade(index);
  }
  desk_.on_market(event);
}

// --- Orders ---

template <class Tell>
void Gateway::tell_of(const GatewayOrder& order, Tell&& tell) {
  if (Client* owner = client(order.client_id); owner != nullptr) tell(owner->orders());
  const auto master = desk_.settings().master_client_id;
  if (!master || *master == order.client_id) return;
  if (Client* listener = client(*master); listener != nullptr) tell(listener->orders());
}

void Gateway::on_order(const GatewayOrder& order) {
  tell_of(order, [&](OrderReports& reports) { reports.send_order(order); });
}
void Gateway::on_order_status(const GatewayOrder& order) {
  tell_of(order, [&](OrderReports& reports) { reports.send_order_status(order); });
}
void Gateway::on_execution(const GatewayExecution& execution) {
  tell_of(*execution.order, [&](OrderReports& reports) { reports.send_execution(execution, -1); });
}
void Gateway::on_commission(const GatewayExecution& execution) {
  tell_of(*execution.order, [&](OrderReports& reports) { reports.send_commission(execution); });
}
void Gateway::on_order_bound(const GatewayOrder& order) {
  tell_of(order, [&](OrderReports& reports) { reports.send_order_bound(order); });
}
void Gateway::on_what_if(const GatewayOrder& order, const MarginPreview& preview) {
  if (Client* owner = client(order.client_id); owner != nullptr) owner->orders().send_what_if(order, preview);
}
void Gateway::on_books_changed(const std::string& account, std::uint32_t listing) {
  for (const auto& [id, client] : clients_) {
    if (client->id()) client->accounts().on_books_changed(account, listing);
  }
}
void Gateway::on_order_error(std::int32_t client_id, std::int32_t order_id, std::int32_t code, std::string_view text) {
  if (Client* owner = client(client_id); owner != nullptr) owner->error(order_id, code, text);
}

// --- The oracle ---

OrderDesk& Gateway::desk_at(Timestamp now) {
  wake(now);
  return desk_;
}

std::string Gateway::books_json(Timestamp now) const {
  JsonWriter json;
  json.begin_object().member("time", iso_text(now)).key("accounts").begin_array();
  for (const auto& [account, opening] : options_.accounts) {
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
    json.member("type", order.request->order.order_type).member("quantity", order.quantity.text());
    json.member("status", order.status).member("filled", order.filled.text());
    json.member("commission", order.commission.text()).end_object();
  }
  json.end_array().key("execution_list").begin_array();
  for (const GatewayExecution& execution : desk_.executions()) {
    json.begin_object().member("exec_id", execution.exec_id).member("perm_id", execution.order->perm_id);
    json.member("account", execution.order->account).member("time", iso_text(execution.time));
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
