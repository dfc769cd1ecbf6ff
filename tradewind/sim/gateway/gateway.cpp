#include "tradewind/sim/gateway/gateway.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/amounts.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/data_allowance.hpp"
#include "tradewind/sim/gateway/internal/scenario_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
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
      hours_{options_.zone, options_.session_close, !market_.is_generated()},
      desk_{market_.universe(),       market_.quote_data(), options_.accounts,
            order_settings(options_), hours_.sessions(),    *this},
      tapes_(market_.quote_data().size()),
      allowance_{std::make_unique<DataAllowance>(options_.data.lines, options_.data.tick_by_tick_pause)},
      advisor_{options_.accounts, options_.login},
      wants_start_price_(tapes_.size(), true),
      news_{options_.seed, options_.services.news} {
  groups_.fill("none");
  if (options_.data.delay > Duration::zero()) late_tapes_.resize(tapes_.size());
  for (const AccountSetup& account : options_.accounts) {
    Books& books = desk_.books();
    books.open_account(account.id, account.cash, account.currency);
    for (const auto& [currency, cash] : account.foreign_cash) books.pay(account.id, currency, cash);
    for (const OpeningPosition& held : account.positions) {
      const auto index = market_.universe().by_con_id(held.con_id);
      TW_CHECK(index.has_value());  // whoever makes the accounts knows the market
      const auto cost = notional(held.average_price, magnitude(held.quantity), listings()[*index].multiplier);
      TW_CHECK(cost.has_value());
      books.open_position(account.id, held.con_id, held.quantity,
                          held.quantity < Position::zero() ? negate(*cost) : *cost);
    }
  }
  for (const AccountSetup& account : options_.accounts) {
    for (const OpeningPosition& held : account.positions) {
      day_start_.begin(held.con_id, {}, options_.accounts, books());
      watch(*market_.universe().by_con_id(held.con_id));
    }
  }
  if (options_.fault_seed || options_.scenario)
    injector_ = std::make_unique<faults::Injector>(options_.fault_seed.value_or(options_.seed));
  if (options_.scenario) {
    stage_ = std::make_unique<ScenarioStage>(*this);
    play_ = std::make_unique<scenario::Play>(*options_.scenario, options_.zone, *injector_, *stage_);
  }
}

Gateway::~Gateway() = default;

// --- Connections ---

bool Gateway::refuses(Timestamp now) {
  now_ = std::max(now_, shifted(now));
  if (!injector_ || is_down()) return is_down();
  const bool is_first = !std::exchange(was_asked_, true);
  // What was asked for by `inject` happens at once, but not twice in a row: nobody would see two.
  if (is_first ? injector_->draws(faults::at("F001"), {}) : was_entered_ && injector_->takes(faults::at("F001"), {}))
    refuse_for_minutes();
  return is_down();
}

void Gateway::refuse_for_minutes() {
  injector_->count(faults::at("F001"));
  down_until_ = now_ + std::chrono::seconds{injector_->rng(faults::at("F001")).between(60, 1'800)};
  was_entered_ = false;
}

void Gateway::restart(Duration down) {
  down_until_ = now_ + down;
  for (auto& [id, line] : lines_) {
    if (!at(id).close_reason()) line.close("the gateway restarts");
  }
  // Client ids are free at once, even where the owner of the connections has not ended them yet.
  for (const auto& [id, client] : clients_) client->close("the gateway restarts");
}

ConnectionId Gateway::connect(Timestamp now) {
  now_ = std::max(now_, shifted(now));
  start_scenario();
  was_entered_ = true;
  knows_clients_wake_ = false;
  const ConnectionId id{next_connection_++};
  tws::GatewayConfig config;
  config.version = options_.server_version;
  config.connection_time = zoned_text(now_, options_.zone);
  if (injector_) {
    faults::Line& line =
        lines_.try_emplace(id, *injector_, config.version, std::move(config.connection_time)).first->second;
    config.version = line.server_version();
    config.connection_time = line.connection_time();
    line.set_director(play_.get());
    line.set_advisor(advisor_.account());
    line.set_can_fill([this, id](std::int32_t order_id) {
      const GatewayOrder* order = live_order(id, order_id);
      return order != nullptr && can_fill_now(*order);
    });
  }
  const auto open = std::ranges::count_if(clients_, [](const auto& entry) { return !entry.second->close_reason(); });
  Client& client = *clients_.emplace(id, std::make_unique<Client>(*this, id, std::move(config))).first->second;
  if (static_cast<std::size_t>(open) >= options_.limits.clients)
    client.close(fmt::format("{} clients are connected, and no more are allowed", options_.limits.clients));
  if (is_down()) client.close("the gateway refuses connections");
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
  knows_clients_wake_ = false;
  client.handle(client.session().received(bytes.size(), client));
  line.to_gateway().clear();
}

void Gateway::received(ConnectionId id, std::size_t count, Timestamp now) {
  now_ = std::max(now_, shifted(now));
  Client& client = at(id);
  if (client.close_reason()) return;
  knows_clients_wake_ = false;
  if (faults::Line* const faulty = line(id); faulty != nullptr) {
    faulty->received(count);
    return take_requests(id, *faulty);
  }
  client.handle(client.session().received(count, client));
}

const GatewayOrder* Gateway::live_order(ConnectionId id, std::int32_t order_id) const {
  const auto client_id = clients_.at(id)->id();
  const GatewayOrder* order = client_id ? desk_.order_of(*client_id, order_id) : nullptr;
  return order == nullptr || order->is_final ? nullptr : order;
}

void Gateway::take_requests(ConnectionId id, faults::Line& line) {
  Client& client = at(id);
  while (!client.close_reason() && line.next_request(now_)) {
    take(id, line);
    if (const auto order_id = line.take_order_to_fill()) {
      if (const GatewayOrder* order = live_order(id, *order_id)) bring_to_fill(*order);
    }
    // Before the next request: another client's reports may be among what it has caused.
    for (auto& [other, others] : lines_) pass_on(other, others);
    if (const auto down = line.take_restart()) restart(*down);
  }
}

void Gateway::pass_on(ConnectionId id, faults::Line& line) {
  line.set_accompanied(!injector_->is_idle() && std::ranges::any_of(lines_, [&](const auto& other) {
    return other.first != id && other.second.is_in_use() && !at(other.first).close_reason();
  }));
  line.said(at(id).session().output(), now_);
}

void Gateway::disconnected(ConnectionId id) {
  knows_clients_wake_ = false;
  const auto client_id = at(id).id();
  if (client_id == 0) desk_.set_auto_bind(false);
  clients_.erase(id);
  if (const faults::Line* const gone = line(id); gone != nullptr && play_) play_->left(*gone);
  lines_.erase(id);
  if (injector_ && client_id) befall_orders_of(*client_id);
  if (injector_ && !is_down() && injector_->draws(faults::at("F001"), client_id)) refuse_for_minutes();
}

bool Gateway::reads(ConnectionId id) const {
  const auto faulty = lines_.find(id);
  return faulty == lines_.end() || faulty->second.reads();
}

ByteQueue& Gateway::output(ConnectionId id) {
  faults::Line* const faulty = line(id);
  if (faulty == nullptr) return at(id).session().output();
  if (play_) pass_on_output();  // what one client is told may be why another hears something
  else pass_on(id, *faulty);
  return faulty->to_client();
}

void Gateway::pass_on_output() {
  // A step of the scenario may let the gateway say more.
  for (bool more = true; more;) {
    more = false;
    for (auto& [id, faulty] : lines_) {
      more = more || !at(id).session().output().empty();
      pass_on(id, faulty);
    }
  }
}

void Gateway::start_scenario() {
  if (play_ && !play_->has_begun()) play_->wake(now_);
}

std::optional<std::string> Gateway::wants_close(ConnectionId id) const {
  const auto faulty = lines_.find(id);
  if (faulty != lines_.end() && faulty->second.close_reason()) return faulty->second.close_reason();
  return clients_.at(id)->close_reason();
}

bool Gateway::wants_reset(ConnectionId id) const {
  const auto faulty = lines_.find(id);
  return faulty != lines_.end() && faulty->second.resets();
}

std::vector<ConnectionState> Gateway::connection_states() const {
  std::vector<ConnectionState> states;
  for (const auto& [id, client] : clients_) {
    const tws::WireCounters& wire = client->session().wire();
    ConnectionState state{.id = id,
                          .client_id = client->id(),
                          .server_version = client->server_version(),
                          .connected = client->connected(),
                          .bytes_in = wire.bytes_in,
                          .bytes_out = wire.bytes_out,
                          .messages_in = wire.messages_in,
                          .messages_out = wire.messages_out,
                          .is_ready = client->id().has_value(),
                          .has_link = true,
                          .farms = {}};
    if (const auto faulty = lines_.find(id); faulty != lines_.end()) {
      const tws::Connectivity& told = faulty->second.told();
      state.bytes_in = faulty->second.bytes_in();
      state.bytes_out = faulty->second.bytes_out();
      state.is_read = faulty->second.reads();
      state.is_ready = told.is_ready();
      state.has_link = told.has_link();
      state.farms = told.farms();
    }
    states.push_back(std::move(state));
  }
  return states;
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
  const auto next = next_event();
  return next ? std::optional{*next - shift_} : std::nullopt;
}

std::optional<Timestamp> Gateway::next_event() {
  std::optional<Timestamp> earliest = market_.next_time();
  const auto sooner = [&](const std::optional<Timestamp>& candidate) {
    if (candidate && (!earliest || *candidate < *earliest)) earliest = candidate;
  };
  sooner(hours_change_);
  sooner(late_time());
  sooner(clients_wake_at());
  sooner(desk_.wake_at());
  for (const auto& [id, faulty] : lines_) sooner(faulty.wake_at());
  if (is_down()) sooner(down_until_);
  if (play_) sooner(play_->wake_at());
  sooner(next_night());
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
  if (play_ && !play_->has_begun()) now_ = std::max(now_, shifted(now));
  start_scenario();
  std::vector<ConnectionId> read_again;
  for (;;) {
    const auto next = next_event();
    if (!next || *next > shifted(now)) break;
    now_ = std::max(now_, *next);
    if (play_ && play_->wake_at() == *next) {
      pass_on_output();
      play_->wake(now_);
      continue;
    }
    for (auto& [id, faulty] : lines_) {
      if (const auto due = faulty.wake_at(); !due || *due > now_) continue;
      // What the gateway has said by now goes before what was held back.
      pass_on(id, faulty);
      const bool was_read = faulty.reads();
      faulty.wake(now_);
      take(id, faulty);
      if (!was_read && faulty.reads()) read_again.push_back(id);
    }
    if (night_ == *next) {
      befall_options();
      continue;
    }
    // The end of a session comes before what happens at the same instant.
    if (hours_change_ == *next) {
      change_hours(*next);
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
    if (late_time() == *next) {
      const venue::MarketEvent event = late_.front();
      late_.pop_front();
      play_late(event);
      continue;
    }
    for (const auto& [id, client] : clients_) client->wake(*next);
    knows_clients_wake_ = false;
  }
  now_ = std::max(now_, shifted(now));
  if (read_again.empty()) return;
  // Now, and after what has been said meanwhile, which may be why it reads no more: as it is with the bytes that are still in
  // the socket. Where they have waited changes nothing.
  pass_on_output();
  for (const ConnectionId id : read_again) take_requests(id, lines_.at(id));
}

void Gateway::publish_bulletin(std::int32_t type, std::string text, std::string exchange) {
  constexpr std::int32_t kFirstId = 1'000'000'000;  // above those of the archive
  bulletins_.push_back({.time = now_,
                        .id = kFirstId + static_cast<std::int32_t>(bulletins_.size()),
                        .type = type,
                        .text = std::move(text),
                        .exchange = std::move(exchange)});
  for (const auto& [id, client] : clients_) client->on_bulletin(bulletins_.back());
}

void Gateway::set_group(std::int32_t group, std::string content) {
  groups_.at(static_cast<std::size_t>(group) - 1) = std::move(content);
  for (const auto& [id, client] : clients_) client->on_group_change(group);
}

void Gateway::watch(std::uint32_t listing) {
  market_.watch(listing);
  while (market_.has_pending()) play(market_.pop());
}

// The end of regular hours, or their beginning if that is today: after the last event nothing more is planned.
void Gateway::plan_hours(Timestamp now) {
  is_regular_ = hours_.is_regular(now);
  hours_change_ = hours_.sessions().next_change(venue::HoursKind::liquid, now);
  if (!hours_change_ || is_regular_) return;
  if (date_text(*hours_change_, options_.zone) != date_text(now, options_.zone)) hours_change_.reset();
}

void Gateway::change_hours(Timestamp now) {
  if (is_regular_) desk_.end_session(now);
  plan_hours(now);
  for (const auto& [id, client] : clients_) client->on_hours();
}

void Gateway::play(const venue::MarketEvent& event) {
  ++events_played_;
  const auto index = static_cast<std::uint32_t>(event.symbol.value());
  Tape& tape = tapes_[index];
  if (tape.day.empty()) tape.previous_close = close_before(index, event.time);
  if (event.time >= tape.day_end) begin_day(index, date_text(event.time, options_.zone));
  const model::Quote before = tape.quote;
  if (tape.show(event, options_.zone, listings()[index].has_prints())) {
    plan_hours(event.time);
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
  if (wants_start_price_[index]) {
    day_start_.on_price(listings()[index].con_id, marks()(index));
    wants_start_price_[index] = !marks()(index).has_value();
  }
  desk_.on_market(event);
}

void Gateway::play_late(const venue::MarketEvent& event) {
  const std::uint32_t index = event.symbol.value();
  if (late_tapes_[index].day.empty()) late_tapes_[index].previous_close = close_before(index, event.time);
  late_tapes_[index].show(event, options_.zone, listings()[index].has_prints());
  const bool quote = std::holds_alternative<model::Quote>(event.data);
  for (const auto& [id, client] : clients_) client->on_late(index, quote);
}

void Gateway::halt(std::uint32_t listing, Halt halt) {
  tapes_[listing].halt = halt;
  desk_.halt(listing, halt != Halt::none);
  for (const auto& [id, client] : clients_) client->on_halt(listing);
}

void Gateway::reset_depth(std::uint32_t listing) {
  for (const auto& [id, client] : clients_) client->on_depth_reset(listing);
}

// --- What accounts are worth ---

std::optional<Price> Gateway::close_before(std::uint32_t index, Timestamp time) const {
  constexpr int kDaysBack = 7;  // over any holidays
  const Timestamp midnight = Sessions{options_.zone, options_.session_close}.midnight(time);
  const auto of = listings()[index].has_prints() ? BarsOf::trades : BarsOf::bid;
  const auto days = market_.history(venue::SymbolIndex{index}, midnight - std::chrono::days{kDaysBack}, midnight, of,
                                    std::chrono::days{1});
  return days.empty() ? std::nullopt : std::optional{days.back().close};
}

void Gateway::begin_day(std::uint32_t index, const std::string& day) {
  const bool first = tapes_[index].day.empty();
  const auto close = first ? tapes_[index].previous_close : marks()(index);
  if (!first || close) {
    day_start_.begin(listings()[index].con_id, close, options_.accounts, books());
    desk_.begin_day(index, close);
    wants_start_price_[index] = !close.has_value();
  }
  if (day <= day_) return;
  day_ = day;
  for (const AccountSetup& account : options_.accounts)
    equity_before_.insert_or_assign(account.id, figures(account).base.net());
}

Marks Gateway::marks() const {
  return [this](std::uint32_t index) -> std::optional<Price> {
    const Tape& tape = tapes_[index];
    if (tape.last) return tape.last->price;
    if (tape.quote.bid && tape.quote.ask) return midpoint(*tape.quote.bid, *tape.quote.ask);
    return std::nullopt;
  };
}

Dollars Gateway::dollars() const {
  return [this](std::string_view currency) -> std::optional<Price> {
    if (currency == "USD") return Price::of(1);
    for (const std::uint32_t index : market_.universe().by_symbol(currency)) {
      if (listings()[index].security_type != "CASH" || listings()[index].currency != "USD") continue;
      if (const auto price = marks()(index)) return price;
    }
    const auto known = options_.login.dollars.find(std::string{currency});
    return known == options_.login.dollars.end() ? std::nullopt : std::optional{known->second};
  };
}

std::vector<HoldingFigures> Gateway::holdings(std::string_view account) const {
  return holdings_of(account, books(), day_start_, market_.universe(), marks());
}

AccountFigures Gateway::figures(const AccountSetup& account) const {
  return figures_of(account, holdings(account.id), books().cash_by_currency(account.id), market_.universe(), marks(),
                    dollars(), margin_time());
}

MarginTime Gateway::margin_time() const {
  return hours_.is_regular(now_) ? MarginTime::intraday : MarginTime::overnight;
}

Timestamp Gateway::margin_change() const {
  return hours_.sessions().next_change(venue::HoursKind::liquid, now_).value_or(Timestamp{});
}

Amount Gateway::equity_before(const AccountSetup& account) const {
  const auto found = equity_before_.find(account.id);
  return found == equity_before_.end() ? figures(account).base.net() : found->second;
}

void Gateway::log(const std::string& line) const {
  if (options_.log) options_.log(now_, line);
}

// --- Orders ---

template <class Tell>
void Gateway::tell_of(const GatewayOrder& order, Tell&& tell) {
  if (Client* owner = client(order.client_id); owner != nullptr) tell(owner->orders());
  const auto master = options_.login.master_client_id;
  if (!master || *master == order.client_id) return;
  if (Client* listener = client(*master); listener != nullptr) tell(listener->orders());
}

void Gateway::log_status(const GatewayOrder& order) const {
  if (options_.log) log(fmt::format("client {}, order {}: {}", order.client_id, order.order_id, order.status));
}

void Gateway::on_order(const GatewayOrder& order) {
  log_status(order);
  tell_of(order, [&](OrderReports& reports) { reports.send_order(order); });
}
void Gateway::on_order_status(const GatewayOrder& order) {
  log_status(order);
  tell_of(order, [&](OrderReports& reports) { reports.send_order_status(order); });
}
void Gateway::on_execution(const GatewayExecution& execution) {
  if (options_.log) {
    log(fmt::format("client {}, order {}: {} {} {} at {}, {}", execution.order->client_id, execution.order->order_id,
                    execution.order->side == Side::buy ? "bought" : "sold", execution.quantity.text(),
                    listings()[execution.order->listing].local(), execution.price.text(), execution.exec_id));
  }
  tell_of(*execution.order, [&](OrderReports& reports) { reports.send_execution(execution, -1); });
}
void Gateway::on_commission(const GatewayExecution& execution) {
  tell_of(*execution.order, [&](OrderReports& reports) { reports.send_commission(execution); });
}
const Allocation* Gateway::group(std::string_view name) const {
  return advisor_.is_one() ? advisor_.group(name) : nullptr;
}
std::vector<Allotment> Gateway::allotments(const tws::Order& terms) const {
  return advisor_.allotments(terms.fa_group, terms.fa_method, [this](std::string_view account, bool available) {
    const AccountFigures worth = figures(*std::ranges::find(options_.accounts, account, &AccountSetup::id));
    return available ? difference(worth.base.net(), worth.margin.initial) : worth.base.net();
  });
}
void Gateway::on_order_bound(const GatewayOrder& order) {
  tell_of(order, [&](OrderReports& reports) { reports.send_order_bound(order); });
}
void Gateway::on_what_if(const GatewayOrder& order, const MarginPreview& preview) {
  if (Client* owner = client(order.client_id); owner != nullptr) owner->orders().send_what_if(order, preview);
}
void Gateway::on_books_changed(const std::string& account, std::uint32_t listing) {
  knows_clients_wake_ = false;
  for (const auto& [id, client] : clients_) {
    if (client->id()) client->on_books_changed(account, listing);
  }
}
void Gateway::on_order_error(std::int32_t client_id, std::int32_t order_id, std::int32_t code, std::string_view text) {
  if (Client* owner = client(client_id); owner != nullptr) owner->error(order_id, code, text);
}

}  // namespace tradewind::sim::gateway
