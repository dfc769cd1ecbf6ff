#include "tradewind/sim/gateway/gateway.hpp"

#include "tradewind/core/base/json.hpp"
#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/data_allowance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace tradewind::sim::gateway {

Gateway::Gateway(GatewayOptions options, Market market)
    : options_{std::move(options)},
      market_{std::move(market)},
      desk_{market_.universe(), market_.quote_data(), options_.announces_presets, *this},
      tapes_(market_.quote_data().size()),
      allowance_{std::make_unique<DataAllowance>(options_.data.lines, options_.data.tick_by_tick_pause)} {
  if (options_.data.delay > Duration::zero()) late_tapes_.resize(tapes_.size());
  for (const auto& [account, cash] : options_.accounts) desk_.books().open_account(account, cash);
  if (options_.fault_seed) injector_ = std::make_unique<faults::Injector>(*options_.fault_seed);
}

Gateway::~Gateway() = default;

// --- Connections ---

ConnectionId Gateway::connect(Timestamp now) {
  now_ = std::max(now_, now);
  knows_clients_wake_ = false;
  const ConnectionId id{next_connection_++};
  tws::GatewayConfig config;
  config.version = options_.server_version;
  config.connection_time = zoned_text(now, options_.zone);
  if (injector_) {
    const faults::Line& line =
        lines_.try_emplace(id, *injector_, config.version, std::move(config.connection_time)).first->second;
    config.version = line.server_version();
    config.connection_time = line.connection_time();
  }
  clients_.emplace(id, std::make_unique<Client>(*this, std::move(config)));
  return id;
}

Client& Gateway::at(ConnectionId id) { return *clients_.at(id); }

faults::Line* Gateway::line(ConnectionId id) {
  const auto found = lines_.find(id);
  return found == lines_.end() ? nullptr : &found->second;
}

std::byte* Gateway::prepare(ConnectionId id, std::size_t count) {
  faults::Line* const faulty = line(id);
  return faulty != nullptr ? faulty->prepare(count) : at(id).session().prepare(count);
}

// Hands the gateway what the line lets through.
void Gateway::take(ConnectionId id, faults::Line& line) {
  Client& client = at(id);
  const Bytes bytes = line.to_gateway().contents();
  if (bytes.empty() || client.close_reason()) return line.to_gateway().clear();
  std::memcpy(client.session().prepare(bytes.size()), bytes.data(), bytes.size());
  if (const auto handled = client.session().received(bytes.size(), client); !handled.has_value())
    client.close(handled.error().detail);
  line.to_gateway().clear();
}

void Gateway::received(ConnectionId id, std::size_t count, Timestamp now) {
  now_ = std::max(now_, now);
  Client& client = at(id);
  if (client.close_reason()) return;
  knows_clients_wake_ = false;
  if (faults::Line* const faulty = line(id); faulty != nullptr) {
    faulty->received(count, now_);
    return take(id, *faulty);
  }
  if (const auto handled = client.session().received(count, client); !handled.has_value())
    client.close(handled.error().detail);
}

void Gateway::disconnected(ConnectionId id) {
  knows_clients_wake_ = false;
  clients_.erase(id);
  lines_.erase(id);
}

ByteQueue& Gateway::output(ConnectionId id) {
  faults::Line* const faulty = line(id);
  if (faulty == nullptr) return at(id).session().output();
  faulty->said(at(id).session().output(), now_);
  return faulty->to_client();
}

std::optional<std::string> Gateway::wants_close(ConnectionId id) const {
  const auto faulty = lines_.find(id);
  if (faulty != lines_.end() && faulty->second.close_reason()) return faulty->second.close_reason();
  return clients_.at(id)->close_reason();
}

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
  sooner(late_time());
  sooner(clients_wake_at());
  for (const auto& [id, faulty] : lines_) sooner(faulty.wake_at());
  return earliest;
}

std::optional<Timestamp> Gateway::clients_wake_at() {
  if (!knows_clients_wake_) {
    clients_wake_.reset();
    for (const auto& [id, client] : clients_) {
      const auto wanted = client->wake_at();
      if (wanted && (!clients_wake_ || *wanted < *clients_wake_)) clients_wake_ = wanted;
    }
    knows_clients_wake_ = true;
  }
  return clients_wake_;
}

std::optional<Timestamp> Gateway::late_time() const {
  return late_.empty() ? std::nullopt : std::optional{late_.front().time + options_.data.delay};
}

void Gateway::wake(Timestamp now) {
  for (;;) {
    const auto next = wake_at();
    if (!next || *next > now) break;
    now_ = std::max(now_, *next);
    for (auto& [id, faulty] : lines_) {
      if (const auto due = faulty.wake_at(); !due || *due > now_) continue;
      // What the gateway has said by now goes before what was held back.
      faulty.said(at(id).session().output(), now_);
      faulty.wake(now_);
      take(id, faulty);
    }
    // The end of a session comes before what happens at the same instant.
    if (session_end_ == *next) {
      session_end_.reset();
      desk_.end_session(*next);
      for (const auto& [id, client] : clients_) client->on_hours();
      continue;
    }
    if (market_.next_time() == *next) {
      play(market_.pop());
      continue;
    }
    if (late_time() == *next) {
      const venue::MarketEvent event = late_.front();
      late_.pop_front();
      play_late(event);
      continue;
    }
    for (const auto& [id, client] : clients_) client->wake(*next);
    knows_clients_wake_ = false;
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
  const model::Quote before = tape.quote;
  if (tape.show(event, options_.zone, listings()[index].has_prints())) {
    plan_session_end();
    for (const auto& [id, client] : clients_) client->on_hours();
  }
  // Whoever delayed data is for may come later and asks for what was.
  if (!late_tapes_.empty() && options_.data.live != LiveData::yes) late_.push_back(event);
  // Subscribers see the event first, then what it fills.
  if (std::holds_alternative<model::Quote>(event.data)) {
    for (const auto& [id, client] : clients_) client->on_quote(index, before, tape.quote);
  } else {
    for (const auto& [id, client] : clients_) client->on_trade(index);
  }
  desk_.on_market(event);
}

void Gateway::play_late(const venue::MarketEvent& event) {
  const std::uint32_t index = event.symbol.value();
  late_tapes_[index].show(event, options_.zone, listings()[index].has_prints());
  const bool quote = std::holds_alternative<model::Quote>(event.data);
  for (const auto& [id, client] : clients_) client->on_late(index, quote);
}

void Gateway::halt(std::uint32_t listing, Halt halt) {
  tapes_[listing].halt = halt;
  for (const auto& [id, client] : clients_) client->on_halt(listing);
}

void Gateway::reset_depth(std::uint32_t listing) {
  for (const auto& [id, client] : clients_) client->on_depth_reset(listing);
}

// --- Orders: reported to the client that placed them ---

void Gateway::on_order(const GatewayOrder& order) {
  if (Client* owner = client(order.client_id); owner != nullptr) owner->orders().send_order(order);
}
void Gateway::on_order_status(const GatewayOrder& order) {
  if (Client* owner = client(order.client_id); owner != nullptr) owner->orders().send_order_status(order);
}
void Gateway::on_execution(const GatewayExecution& execution) {
  if (Client* owner = client(execution.order->client_id); owner != nullptr)
    owner->orders().send_execution(execution, -1);
}
void Gateway::on_commission(const GatewayExecution& execution) {
  if (Client* owner = client(execution.order->client_id); owner != nullptr) owner->orders().send_commission(execution);
}
void Gateway::on_books_changed(const std::string& account, std::uint32_t listing) {
  knows_clients_wake_ = false;
  for (const auto& [id, client] : clients_) {
    if (client->id()) client->accounts().on_books_changed(account, listing);
  }
}
void Gateway::on_order_error(std::int32_t client_id, std::int32_t order_id, std::int32_t code, std::string_view text) {
  if (Client* owner = client(client_id); owner != nullptr) owner->error(order_id, code, text);
}

// --- The oracle ---

std::string Gateway::books_json(Timestamp now) const {
  JsonWriter json;
  json.begin_object().member("time", iso_text(now)).key("accounts").begin_array();
  for (const auto& [account, opening] : options_.accounts) {
    json.begin_object().member("account", account).key("cash").begin_object();
    json.member("USD", books().cash(account).text()).end_object().key("positions").begin_array();
    for (const Listing& listing : listings()) {
      const auto holding = books().holdings(account).find(listing.con_id);
      if (holding == books().holdings(account).end()) continue;
      json.begin_object().member("symbol", listing.local()).member("con_id", listing.con_id);
      json.member("quantity", holding->second.position.text()).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().member("orders", desk_.orders().size()).member("executions", desk_.executions().size()).end_object();
  return json.str();
}

void Gateway::tamper(std::string_view symbol, Position by) {
  for (const Listing& listing : listings()) {
    if (listing.symbol == symbol) desk_.books().tamper(books().first_account(), listing.con_id, by);
  }
}

}  // namespace tradewind::sim::gateway
