#include "tradewind/core/client/internal/impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::client {

using namespace std::chrono_literals;

namespace {

constexpr Duration kVerdictAfter = 10s;  // a code that may or may not end a subscription: what comes meanwhile decides
constexpr Duration kProveAlive = 30s;  // after 1102, for subscriptions that were alive before
constexpr Duration kRenewMax = 60s;
constexpr Duration kFirstData = 5min;  // after a subscription has grown stale without any data; doubles each time
constexpr Duration kFirstDataMax = 1h;

bool is_market_data(tws::RequestKind kind) {
  switch (kind) {
    case tws::RequestKind::market_data:
    case tws::RequestKind::depth:
    case tws::RequestKind::tick_by_tick:
    case tws::RequestKind::real_time_bars:
    case tws::RequestKind::historical:
    case tws::RequestKind::scanner:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> accounts_in(std::string_view list) {
  std::vector<std::string> accounts;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (end > 0) accounts.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return accounts;
}

}  // namespace

Client::Impl::Impl(ClientOptions options, Listener& listener)
    : options_{std::move(options)},
      listener_{listener},
      pacer_{options_.pacing},
      backoff_{options_.backoff, options_.seed},
      next_wire_id_{options_.first_request_number},
      order_ids_{options_.last_order_id, options_.first_request_number - 1} {}

// --- The connection -------------------------------------------------------------------------------------------------

void Client::Impl::start(Now now) {
  now_ = now;
  if (wish_ == Wish::none && !session_) wish_ = Wish::connect;
}

void Client::Impl::stop(Now now) {
  now_ = now;
  stopped_ = true;
  connect_at_.reset();
  if (session_) session_->close();
  wish_ = session_ ? Wish::close : Wish::none;
  wish_reason_ = "the client was stopped";
  while (!entries_.empty()) finish(entries_.begin()->second, Failure{Failure::Reason::disconnected, 0, wish_reason_});
}

void Client::Impl::connected(Now now) {
  now_ = now;
  wish_ = Wish::none;
  wish_reason_.clear();
  accounts_.clear();
  id_in_use_ = false;
  session_.emplace(options_.session, pacer_);
  apply(connectivity_.connected(now.mono));
  session_->connected(now.mono);
}

void Client::Impl::received(std::size_t count, Now now) {
  now_ = now;
  if (!session_) return;
  if (const auto handled = session_->received(count, now, *this); !handled.has_value()) end_session(handled.error());
}

void Client::Impl::end_session(const Error& error) {
  if (wish_ == Wish::close) return;
  wish_ = Wish::close;
  wish_reason_ = error.detail;
}

void Client::Impl::disconnected(std::string_view reason, Now now) {
  now_ = now;
  const bool had_session = session_.has_value();
  const std::string why{wish_reason_.empty() ? reason : std::string_view{wish_reason_}};
  wish_ = Wish::none;
  wish_reason_.clear();
  if (had_session) {
    session_->disconnected(*this);
    session_.reset();
    busy_.clear();
    by_wire_.clear();
    apply(connectivity_.disconnected(now.mono));
    for (const auto& entry : all_entries()) {
      entry->wire_id = 0;
      entry->deadline.reset();
      if (entry->goes_on()) {
        grow_stale(*entry);
      } else {
        finish(entry, Failure{Failure::Reason::disconnected, entry->last_word.code, why});
      }
    }
    for (auto& [key, state] : orders_) {
      if (state.is_over()) continue;
      state.connection_lost();
      listener_.on_order({OrderId{key.order_id}, state});
    }
  }
  listener_.on_lost(why);
  if (stopped_) return;
  using Failed = tws::Backoff::Failure;
  const tws::Backoff::Answer next = backoff_.failed(id_in_use_    ? Failed::client_id_in_use
                                                    : had_session ? Failed::lost
                                                                  : Failed::unreachable,
                                                    now.mono);
  if (next.advice == tws::Backoff::Advice::give_up_identity) {
    stopped_ = true;
    listener_.on_given_up(
        "the client id stays in use by another connection (326): end that program, or use another id");
    return;
  }
  connect_at_ = now.mono + next.pause;
}

std::optional<MonoTime> Client::Impl::wake_at() const {
  std::optional<MonoTime> earliest = connect_at_;
  const auto consider = [&earliest](std::optional<MonoTime> time) {
    if (time && (!earliest || *time < *earliest)) earliest = time;
  };
  if (session_) consider(session_->wake_at());
  consider(sweep_at_);
  for (const Companion* const companion : companions_) consider(companion->wake_at());
  return earliest;
}

void Client::Impl::wake(Now now) {
  now_ = now;
  if (connect_at_ && now.mono >= *connect_at_) {
    connect_at_.reset();
    wish_ = Wish::connect;
  }
  if (session_) {
    if (const auto in_time = session_->check_time(now.mono, *this); !in_time.has_value()) end_session(in_time.error());
  }
  if (sweep_at_ && now.mono >= *sweep_at_) sweep();
  for (Companion* const companion : std::vector{companions_}) {  // they may be attached and detached meanwhile
    if (std::ranges::find(companions_, companion) == companions_.end()) continue;
    if (const auto at = companion->wake_at(); at && now.mono >= *at) companion->on_time();
  }
}

// --- From the session -----------------------------------------------------------------------------------------------

void Client::Impl::on_ready(std::int32_t /*next_valid_id*/) {
  backoff_.ready(now_.mono);
  // Settings go with the connection, and have to be there before what depends on them is asked for.
  if (market_data_type_) static_cast<void>(tell(*market_data_type_));
  if (auto_open_orders_) static_cast<void>(tell(*auto_open_orders_));
  apply(connectivity_.ready(now_.mono));
  for (const auto& entry : all_entries()) {
    if (entry->goes_on() && entry->wire_id == 0) put_on_wire(entry);
  }
  if (std::ranges::any_of(orders_, [](const auto& each) { return each.second.is_uncertain(); })) ask_about_orders();
  listener_.on_ready(accounts_, session_->server_version());
  for (Companion* const companion : std::vector{companions_}) {
    if (std::ranges::find(companions_, companion) != companions_.end()) companion->on_ready();
  }
}

void Client::Impl::on_unreadable(int /*message_id*/, const tws::DecodeFault& fault) {
  listener_.on_unreadable(fault.text());
}

void Client::Impl::on_unknown(int message_id, Bytes /*body*/) {
  listener_.on_unreadable(fmt::format("message {} is not one of those known here", message_id));
}

void Client::Impl::on_dropped(const tws::PacedRequest& dropped) {
  if (const auto found = by_wire_.find(dropped.id); found != by_wire_.end()) {
    const auto entry = found->second;
    entry->wire_id = 0;
    by_wire_.erase(found);
    if (entry->goes_on()) return;  // the connection went before it left: the next one asks for it
    finish(entry, Failure{Failure::Reason::not_sent, 0, "it waited for IB's limits and was dropped before it left"});
    return;
  }
  if (dropped.kind != tws::PacedKind::new_order) return;
  // An order that waited and never left. Nobody knows it, so it is over.
  if (const auto found = orders_.find({options_.session.client_id, dropped.id, 0}); found != orders_.end()) {
    found->second.never_left();
    listener_.on_order({OrderId{dropped.id}, found->second});
  }
}

void Client::Impl::on_any(const tws::ManagedAccounts& message) {
  accounts_ = accounts_in(message.accounts_list);
  hear_unkeyed(tws::ManagedAccounts::kInfo.id, &message);
}

void Client::Impl::on_any(const tws::NextValidId& message) {
  order_ids_.raise(message.order_id);
  hear_unkeyed(tws::NextValidId::kInfo.id, &message);
}

void Client::Impl::on_any(const tws::ErrorMessage& message) {
  const std::string text = tws::unescaped(message.error_msg.substr(0, 4096));
  if (message.id > 0) {
    if (const auto found = by_wire_.find(message.id); found != by_wire_.end()) {
      const auto entry = found->second;
      return on_entry_error(entry, message.error_code, text);
    }
    if (message.id < options_.first_request_number) return on_order_error(message, text);
    return;  // of a request that has ended: an echo of its cancel, most likely
  }
  if (message.error_code == 326) id_in_use_ = true;
  apply(connectivity_.error(message.id, message.error_code, text, now_.mono));
  listener_.on_notice(notice(message.error_code, text));
}

Notice Client::Impl::notice(std::int32_t code, const std::string& text) {
  return {code, text, tws::find_error(code) == nullptr};
}

// --- Requests and subscriptions -------------------------------------------------------------------------------------

std::vector<std::shared_ptr<Entry>> Client::Impl::all_entries() const {
  std::vector<std::shared_ptr<Entry>> all;
  all.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) all.push_back(entry);
  return all;
}

Result<RequestId> Client::Impl::add(std::shared_ptr<Entry> entry, const tws::MessageInfo& info) {
  if (stopped_) return fail(Errc::unavailable, fmt::format("{}: the client was stopped", info.api));
  const bool ready = is_ready();
  if (!ready && !entry->goes_on())
    return fail(Errc::unavailable, fmt::format("{} cannot be sent: there is no session", info.api));
  if (ready && session_->server_version() < info.since) {
    return fail(Errc::unsupported, fmt::format("{} needs server version {}, the gateway has {}: upgrade it", info.api,
                                               info.since, session_->server_version()));
  }
  if (!entry->has_request_id()) {
    const Entry* const other = blocker(*entry);
    if (other != nullptr && other->goes_on()) {
      return fail(
          Errc::already_exists,
          fmt::format("{}: a subscription to the same messages is running, and they carry no request id", info.api));
    }
  }
  entry->last_heard = now_.mono;
  if (!entry->goes_on()) entry->deadline = now_.mono + entry->answer_limit;
  const RequestId id = entry->id();
  entries_.emplace(id.value(), entry);
  if (ready) {
    if (auto sent = try_put_on_wire(entry); !sent.has_value()) {
      entries_.erase(id.value());
      return std::unexpected{sent.error()};
    }
  }
  plan_sweep(*entry);
  return id;
}

const Entry* Client::Impl::blocker(const Entry& entry) const {
  for (const int id : entry.message_ids()) {
    if (const auto found = busy_.find(id); found != busy_.end()) return found->second.get();
  }
  return nullptr;
}

// Requests whose answers carry no id take turns; one that has to wait is sent when the one before has ended.
Result<void> Client::Impl::try_put_on_wire(const std::shared_ptr<Entry>& entry) {
  Wire wire{*session_, now_};
  if (entry->has_request_id()) {
    const std::int32_t id = next_wire_id_++;
    if (auto sent = entry->send(wire, id); !sent.has_value()) return sent;
    by_wire_.emplace(id, entry);
    expect_data(*entry);
    return {};
  }
  if (blocker(*entry) != nullptr) return {};
  if (auto sent = entry->send(wire, -1); !sent.has_value()) return sent;
  for (const int id : entry->message_ids()) busy_.emplace(id, entry);
  return {};
}

void Client::Impl::put_on_wire(const std::shared_ptr<Entry>& entry) {
  if (const auto sent = try_put_on_wire(entry); !sent.has_value())
    finish(entry, Failure{Failure::Reason::not_sent, 0, sent.error().detail});
}

void Client::Impl::take_off_wire(const std::shared_ptr<Entry>& entry) {
  if (entry->wire_id > 0) {
    by_wire_.erase(entry->wire_id);
    if (session_) session_->finished(entry->wire_id);
  }
  std::erase_if(busy_, [&entry](const auto& each) { return each.second == entry; });
  entry->wire_id = 0;
}

void Client::Impl::finish(const std::shared_ptr<Entry>& given, std::optional<Failure> failure) {
  const std::shared_ptr<Entry> entry = given;  // the places that hold it forget it here
  if (std::exchange(entry->is_over, true)) return;
  take_off_wire(entry);
  entries_.erase(entry->id().value());
  entry->finish(std::move(failure));
  if (!entry->has_request_id()) send_waiting();
}

void Client::Impl::send_waiting() {
  if (!is_ready()) return;
  for (const auto& entry : all_entries()) {
    if (!entry->is_over && entry->wire_id == 0 && !entry->has_request_id()) put_on_wire(entry);
  }
}

void Client::Impl::cancel(RequestId id) {
  const auto found = entries_.find(id.value());
  if (found == entries_.end()) return;
  const auto entry = found->second;
  send_cancel(entry);
  finish(entry, entry->goes_on() ? std::nullopt
                                 : std::optional{Failure{Failure::Reason::cancelled, 0, "cancelled by the caller"}});
}

void Client::Impl::send_cancel(const std::shared_ptr<Entry>& entry) {
  if (!is_ready() || entry->wire_id == 0) return;
  const std::int32_t wire_id = entry->wire_id;
  Wire wire{*session_, now_};
  entry->send_cancel(wire);
  // The cancel gives back by itself what the request held with the pacer.
  if (wire_id > 0) by_wire_.erase(wire_id);
}

// Asks again, under another number: whatever still comes for the old one is not mixed with the new.
void Client::Impl::renew(const std::shared_ptr<Entry>& entry) {
  entry->renew_at.reset();
  entry->first_by.reset();
  entry->deadline.reset();
  if (!is_ready()) return;
  send_cancel(entry);
  take_off_wire(entry);
  ++entry->renewals;
  put_on_wire(entry);
}

void Client::Impl::renew_later(Entry& entry, bool at_once_first) {
  const Duration pause = std::min<Duration>(1s * (1 << std::min(entry.renewals, 6)), kRenewMax);
  entry.renew_at = at_once_first && entry.renewals == 0 ? now_.mono : now_.mono + pause;
  plan_sweep(entry);
}

// A subscription can be accepted and never bring anything.
void Client::Impl::expect_data(Entry& entry) {
  if (!entry.goes_on() || entry.stale_after.count() == 0 || !is_market_data(entry.kind())) return;
  const Duration pause = std::min<Duration>(kFirstData * (1 << std::min(entry.silences, 4)), kFirstDataMax);
  entry.first_by = now_.mono + entry.stale_after + pause;
  plan_sweep(entry);
}

// Silence is nothing to mend while no data can come, or while something else is being waited for.
bool Client::Impl::can_bring_data(const Entry& entry) const {
  return is_ready() && entry.wire_id != 0 && !entry.deadline && !entry.renew_at && !is_data_away() &&
         (!entry.trades_at || entry.trades_at(now_.utc));
}

void Client::Impl::grow_stale(Entry& entry) {
  if (!connectivity_.gaps().empty()) entry.quality.gap_before = connectivity_.gaps().back().number;
  if (std::exchange(entry.quality.stale, true)) return;
  entry.tell_quality();
}

void Client::Impl::hear(std::int32_t wire_id, int message_id, const void* message) {
  if (wire_id != last_wire_id_ || !last_entry_ || last_entry_->wire_id != wire_id) {
    const auto found = by_wire_.find(wire_id);
    if (found == by_wire_.end()) return;
    last_wire_id_ = wire_id;
    last_entry_ = found->second;
  }
  const auto entry = last_entry_;
  hear(entry, message_id, message);
}

void Client::Impl::hear_unkeyed(int message_id, const void* message) {
  if (const auto found = busy_.find(message_id); found != busy_.end()) {
    const auto entry = found->second;
    hear(entry, message_id, message);
  }
}

void Client::Impl::hear(const std::shared_ptr<Entry>& entry, int message_id, const void* message) {
  const bool was_stale = entry->quality.stale;
  const Entry::Heard heard = entry->hear(message_id, message, session_->server_version());
  if (heard == Entry::Heard::nothing || entry->is_over) return;
  entry->last_heard = now_.mono;
  if (was_stale) plan_sweep(*entry);  // nobody watches what is stale already
  entry->was_heard = true;
  entry->renew_at.reset();
  entry->first_by.reset();
  entry->renewals = 0;
  entry->silences = 0;
  if (entry->gap_request != 0) apply(connectivity_.restarted(std::exchange(entry->gap_request, 0), now_.mono));
  if (connectivity_.is_competing() && is_market_data(entry->kind())) apply(connectivity_.live_data(now_.mono));
  if (entry->goes_on()) {
    entry->deadline.reset();
    if (heard == Entry::Heard::last_row && !std::exchange(entry->is_complete, true)) entry->completed();
    return;
  }
  if (heard != Entry::Heard::last_row) return;
  if (entry->needs_ending()) send_cancel(entry);
  finish(entry, std::nullopt);
}

void Client::Impl::on_entry_error(const std::shared_ptr<Entry>& entry, std::int32_t code, const std::string& text) {
  const tws::ErrorInfo& info = tws::error_info(code);
  if (const tws::Change change = connectivity_.error(entry->wire_id, code, text, now_.mono);
      change.of != tws::Change::Of::nothing) {
    if (change.restart_request) entry->gap_request = *change.restart_request;
    apply(change);
    if (entry->is_over) return;
  }
  switch (tws::ends(info, entry->kind())) {
    case tws::Ends::no:
      if (code == 10167 && entry->quality.kind == DataKind::live) {
        entry->quality.kind = DataKind::delayed;
        entry->tell_quality();
      }
      return entry->tell_notice(notice(code, text));
    case tws::Ends::ask:
      entry->last_word = {Failure::Reason::refused, code, text};
      entry->tell_notice(notice(code, text));
      if (!entry->goes_on() || entry->is_over || !is_market_data(entry->kind())) return;
      if (info.retry == tws::RetryAdvice::resubscribe) {  // 10197: another session has the data; ask now and then
        grow_stale(*entry);
        return renew_later(*entry, false);
      }
      entry->deadline = now_.mono + kVerdictAfter;
      return plan_sweep(*entry);
    case tws::Ends::yes:
      if (entry->goes_on() && info.retry == tws::RetryAdvice::resubscribe) {
        grow_stale(*entry);
        entry->tell_notice(notice(code, text));
        return renew_later(*entry, true);  // 316, 10182, 10225: what was asked for is dead, and can be had again
      }
      return finish(entry, Failure{Failure::Reason::refused, code, text});
  }
}

// Limits in time: of answers, of silence, of second attempts.
void Client::Impl::sweep() {
  sweep_at_.reset();
  for (const auto& entry : all_entries()) {
    if (entry->is_over) continue;
    if (entry->deadline && now_.mono >= *entry->deadline) {
      entry->deadline.reset();
      Failure failure = entry->last_word;
      if (!entry->goes_on()) {
        failure.reason = Failure::Reason::no_answer;
        if (failure.text.empty()) failure.text = "no answer within the time limit; it may still exist";
      }
      send_cancel(entry);
      finish(entry, failure);
      continue;
    }
    if (entry->renew_at && now_.mono >= *entry->renew_at) renew(entry);
    if (entry->first_by && now_.mono >= *entry->first_by) {
      entry->first_by = now_.mono + kFirstData;
      if (can_bring_data(*entry)) {
        ++entry->silences;
        renew(entry);
        if (entry->is_over) continue;
      }
    }
    if (entry->goes_on() && entry->stale_after.count() > 0 && !entry->quality.stale &&
        now_.mono - entry->last_heard >= entry->stale_after) {
      entry->quality.stale = true;
      entry->tell_quality();
    }
    plan_sweep(*entry);
  }
}

void Client::Impl::plan_sweep(const Entry& entry) {
  const auto at = [this](MonoTime time) {
    if (!sweep_at_ || time < *sweep_at_) sweep_at_ = time;
  };
  if (entry.is_over) return;
  if (entry.deadline) at(*entry.deadline);
  if (entry.renew_at) at(*entry.renew_at);
  if (entry.first_by) at(*entry.first_by);
  if (entry.goes_on() && entry.stale_after.count() > 0 && !entry.quality.stale)
    at(entry.last_heard + entry.stale_after);
}

// --- What the levels of connectivity ask for ------------------------------------------------------------------------

void Client::Impl::apply(const tws::Change& change) {
  if (change == tws::Change{}) return;
  // 1101 and 1102, also where nobody had said that the link was gone.
  const bool link_is_back = change.reconcile && change.of != tws::Change::Of::session;
  report_gaps();
  if (change.resubscribe_all) {
    for (const auto& entry : all_entries()) {
      if (!entry->goes_on() || !is_market_data(entry->kind())) continue;
      if (entry->wire_id != 0) grow_stale(*entry);  // else nothing was asked for yet, or it has been told
      renew(entry);
    }
  } else if (is_data_away()) {
    // Which farm an instrument's data come from is not told, so each subscription has to show that it is alive.
    for (const auto& entry : all_entries()) {
      if (entry->goes_on() && entry->wire_id != 0 && is_market_data(entry->kind())) grow_stale(*entry);
    }
  } else if (link_is_back) {
    // The subscriptions are said to have been kept. Those that were alive before have to show it.
    for (const auto& entry : all_entries()) {
      if (!entry->goes_on() || !is_market_data(entry->kind()) || !entry->was_heard) continue;
      entry->renew_at = now_.mono + kProveAlive;
      plan_sweep(*entry);
    }
  }
  if (link_is_back && is_ready()) ask_about_orders();
  if (change.reconnect) {
    moved_to_port_ = change.port;
    end_session({Errc::unavailable, "the gateway listens on another port now (1300)"});
  }
  listener_.on_connectivity(connectivity_);
}

void Client::Impl::report_gaps() {
  for (const tws::Gap& gap : connectivity_.gaps()) {
    if (!gap.until) {
      open_gaps_.insert(gap.number);
    } else if (open_gaps_.erase(gap.number) > 0 || gap.number > newest_gap_) {  // some are over when they are heard of
      listener_.on_gap(gap);
    }
    newest_gap_ = std::max(newest_gap_, gap.number);
  }
}

bool Client::Impl::is_data_away() const {
  return !connectivity_.has_link() || std::ranges::any_of(connectivity_.farms(), [](const tws::Farm& farm) {
    return farm.kind == tws::FarmKind::market_data && farm.state == tws::FarmState::down;
  });
}

// What was told while nobody listened: the answers reach the orders like everything that is told about them.
void Client::Impl::ask_about_orders() {
  const auto ask = [this](auto message, auto done) {
    using Request = decltype(message);
    auto entry = std::make_shared<AskedEntry<Request>>(RequestId{++last_request_}, message, std::move(done));
    entry->answer_limit = options_.answer_limit;
    static_cast<void>(add(std::move(entry), Request::kInfo));
  };
  ask(tws::OpenOrdersRequest{}, std::function<void(AnswerTo<tws::OpenOrdersRequest>)>{});
  ask(tws::ExecutionRequest{}, std::function<void(AnswerTo<tws::ExecutionRequest>)>{});
  ask(tws::CompletedOrdersRequest{}, std::function<void(AnswerTo<tws::CompletedOrdersRequest>)>{});
}

// --- Client, the outside --------------------------------------------------------------------------------------------

Client::Client(ClientOptions options, Listener& listener)
    : impl_{std::make_unique<Impl>(std::move(options), listener)} {}
Client::~Client() = default;

void Client::start(Now now) { impl_->start(now); }
void Client::stop(Now now) { impl_->stop(now); }
Client::Wish Client::wish() const { return impl_->wish(); }
const std::string& Client::wish_reason() const { return impl_->wish_reason(); }
std::optional<std::uint16_t> Client::moved_to_port() const { return impl_->moved_to_port(); }
void Client::connected(Now now) { impl_->connected(now); }
bool Client::has_session() const { return impl_->has_session(); }
std::byte* Client::prepare(std::size_t count) { return impl_->session().prepare(count); }
void Client::received(std::size_t count, Now now) { impl_->received(count, now); }
ByteQueue& Client::output() { return impl_->session().output(); }
void Client::disconnected(std::string_view reason, Now now) { impl_->disconnected(reason, now); }
std::optional<MonoTime> Client::wake_at() const { return impl_->wake_at(); }
void Client::wake(Now now) { impl_->wake(now); }
bool Client::is_ready() const { return impl_->is_ready(); }
int Client::server_version() const { return impl_->has_session() ? impl_->session().server_version() : 0; }
const std::vector<std::string>& Client::accounts() const { return impl_->accounts(); }
const tws::Connectivity& Client::connectivity() const { return impl_->connectivity(); }
tws::Budgets Client::budgets() const { return impl_->budgets(); }
std::int32_t Client::last_order_id() const { return impl_->last_order_id(); }
void Client::cancel(RequestId id) { impl_->cancel(id); }
Now Client::now() const { return impl_->now(); }
void Client::attach(Companion& companion) { impl_->attach(companion); }
void Client::detach(Companion& companion) { impl_->detach(companion); }

Result<OrderId> Client::place(const tws::Contract& contract, const tws::Order& order) {
  auto id = impl_->reserve_order_id();
  if (!id.has_value()) return id;
  tws::PlaceOrderRequest request;
  request.contract = contract;
  request.order = order;
  if (auto placed = impl_->place(*id, request, false); !placed.has_value()) return std::unexpected{placed.error()};
  return id;
}
Result<OrderId> Client::place(const orders::Contract& contract, const orders::Order& order,
                              const orders::ContractFacts& facts) {
  if (!is_ready()) return fail(Errc::unavailable, "placeOrder cannot be sent: there is no session");
  const orders::Session session = impl_->session_facts();
  // All is right before an id is taken; the checks do not depend on which one it is.
  if (const auto wrong = orders::refusals(OrderId{1}, contract, order, session, facts); !wrong.empty())
    return fail(Errc::invalid_argument, orders::text(wrong));
  const OrderId id = TW_TRY(impl_->reserve_order_id());
  const auto ticket = TW_TRY(orders::place(id, contract, order, session, facts));
  TW_TRY_VOID(impl_->place(id, ticket.message(), false));
  return id;
}
Result<std::vector<OrderId>> Client::place(const orders::Family& family, const orders::ContractFacts& facts) {
  if (!is_ready()) return fail(Errc::unavailable, "placeOrder cannot be sent: there is no session");
  const orders::Session session = impl_->session_facts();
  // Ids are taken only once all is right; when there are none left, nothing is sent.
  std::optional<Error> no_ids;
  const auto next_id = [&] {
    const auto id = impl_->reserve_order_id();
    if (!id.has_value()) no_ids = id.error();
    return id.value_or(OrderId{0});
  };
  const auto tickets = orders::place_family(family, next_id, session, facts);
  if (!tickets.has_value()) return std::unexpected{tickets.error()};
  if (no_ids) return std::unexpected{*no_ids};
  std::vector<OrderId> ids;
  for (const orders::OrderTicket& ticket : *tickets) {
    const OrderId id{ticket.message().order_id};
    if (auto placed = impl_->place(id, ticket.message(), false); !placed.has_value()) {
      // A family is sent whole or not at all: what has left was not transmitted yet, and goes.
      for (const OrderId sent : ids) static_cast<void>(impl_->cancel_order(sent, {}));
      return std::unexpected{placed.error()};
    }
    ids.push_back(id);
  }
  return ids;
}
Result<OrderId> Client::reserve_order_id() { return impl_->reserve_order_id(); }
Result<void> Client::place_as(OrderId id, const tws::PlaceOrderRequest& request) {
  return impl_->place(id, request, false);
}
Result<void> Client::modify(OrderId id, const tws::Contract& contract, const tws::Order& order) {
  tws::PlaceOrderRequest request;
  request.contract = contract;
  request.order = order;
  return impl_->place(id, request, true);
}
Result<void> Client::cancel_order(OrderId id, const tws::OrderCancel& details) {
  return impl_->cancel_order(id, details);
}
Result<void> Client::global_cancel(const tws::OrderCancel& details) { return impl_->global_cancel(details); }
Result<OrderId> Client::exercise(const tws::ExerciseOptionsRequest& request) { return impl_->exercise(request); }
const OrderState* Client::order(OrderId id) const { return impl_->order(id); }

}  // namespace tradewind::client
