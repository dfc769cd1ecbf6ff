#include "tradewind/core/engine/engine.hpp"

#include "tradewind/core/broker/mapper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::engine {

using model::InstrumentId;
using model::OrderState;

namespace {

constexpr Duration kStopPatience = std::chrono::seconds{5};
constexpr Duration kNoticeRepeat = std::chrono::minutes{1};

template <class T>
void sooner(std::optional<T>& earliest, const std::optional<T>& candidate) {
  if (candidate && (!earliest || *candidate < *earliest)) earliest = candidate;
}

}  // namespace

Engine::Engine(EngineConfig config, std::unique_ptr<strategy::Strategy> strategy, journal::Log& log)
    : config_{std::move(config)},
      strategy_{std::move(strategy)},
      strategy_name_{strategy_->name()},
      log_{log},
      gate_{config_.limits},
      effects_{&scratch_effects_},
      account_{config_.account},
      order_ids_{0, broker::Mapper::kOrderIdMax} {}

Engine::~Engine() = default;

// --- Restoring and starting ---

Result<void> Engine::restore(model::Seq seq, const journal::Record& record) {
  TW_CHECK(!started_);
  return std::visit(
      [&]<class T>(const T& value) -> Result<void> {
        if constexpr (std::is_same_v<T, journal::Intent>) {
          orders_.park(value.intent, seq);
          ++next_sequence_;
        } else if constexpr (std::is_same_v<T, journal::Sent>) {
          orders_.sent(value.order_ref);
        } else if constexpr (std::is_same_v<T, journal::DeniedLate>) {
          orders_.denied(value.order_ref, "never sent");
        } else if constexpr (std::is_same_v<T, journal::OpenOrderNoted>) {
          orders_.seen_open(value.order);
        } else if constexpr (std::is_same_v<T, journal::StatusNoted>) {
          orders_.status(value.status);
        } else if constexpr (std::is_same_v<T, journal::OrderErrorNoted>) {
          orders_.error(value.error);
        } else if constexpr (std::is_same_v<T, journal::OrderResolved>) {
          orders_.resolved(value.order_ref, value.state, value.evidence);
        } else if constexpr (std::is_same_v<T, journal::ExecutionBooked>) {
          auto booked = ledger_.book(value.execution, value.strategy);
          if (!booked.has_value()) return std::unexpected{std::move(booked).error()};
          orders_.filled(value.execution.order_ref, ledger_.filled(value.execution.order_ref));
        } else if constexpr (std::is_same_v<T, journal::CommissionBooked>) {
          auto booked = ledger_.book(value.commission);
          if (!booked.has_value()) return std::unexpected{std::move(booked).error()};
        } else if constexpr (std::is_same_v<T, journal::OpeningBook>) {
          books_open_ = true;
          account_ = value.account;
          for (const auto& entry : value.positions)
            TW_TRY_VOID(ledger_.open(value.account, entry.contract, entry.position));
          for (const Money& cash : value.cash) TW_TRY_VOID(ledger_.open(cash));
        } else if constexpr (std::is_same_v<T, journal::SessionClosed> || std::is_same_v<T, journal::RunStarted>) {
          orders_.session_lost();
        }
        return {};
      },
      record);
}

void Engine::start(Now now) {
  TW_CHECK(!started_);
  started_ = true;
  now_ = now;
  orders_.forget_absent();  // what was not at the broker in an earlier run counts in no limit of this one
  // What a crash left parked may have been sent in its last moment: nobody knows until the broker is asked.
  orders_.session_lost();
  for (const orders::Order* order : orders_.live()) {
    if (order->state == OrderState::parked)
      orders_.resolved(order->intent.order_ref, OrderState::unknown,
                       "the engine ended before it was sent, or just after");
  }
  order_ids_.seen(orders_.highest_order_id().value());
  journal::RunStarted record{strategy_name_, {}, {}, config_.engine_version};
  for (auto& [name, value] : strategy_->parameters()) record.parameters.push_back({name, value});
  for (auto& [name, value] : risk::described(config_.limits)) record.limits.push_back({name, value});
  note(record);
  for (const orders::Order* order : orders_.live())
    note(journal::OrderStateChanged{order->intent.order_ref, order->state, order->filled}, order->intent_seq);
  strategy_->on_start(*this, {orders_.count() > 0, config_.mode, account_});
}

void Engine::step(const model::Event& event, Now now, std::vector<model::Effect>& effects) {
  now_ = now;
  effects_ = &effects;
  std::visit([&](const auto& what) { on(what); }, event);
  effects_ = &scratch_effects_;
}

std::optional<Timestamp> Engine::wake_utc() const {
  std::optional<Timestamp> earliest;
  if (next_bar_end_) earliest = *next_bar_end_ + config_.bar_grace;
  if (!strategy_timers_.empty()) sooner(earliest, std::optional{*strategy_timers_.begin()});
  return earliest;
}

std::optional<MonoTime> Engine::wake_mono() const {
  std::optional<MonoTime> earliest = recovery_.wake_at();
  if (!unanswered_.empty()) sooner(earliest, std::optional{unanswered_.front().until});
  sooner(earliest, executions_check_);
  sooner(earliest, recovery_again_);
  sooner(earliest, stop_deadline_);
  return earliest;
}

// --- Session and state ---

void Engine::enter(State state, std::string reason) {
  if (state_ == state && state_reason_ == reason) return;
  note(journal::StateChanged{std::string{name(state_)}, std::string{name(state)}, reason});
  const bool was_ready = strategy_ready_;
  state_ = state;
  state_reason_ = std::move(reason);
  strategy_ready_ = state_ == State::ready;
  if (was_ready && !strategy_ready_) strategy_->on_unready(*this, state_reason_);
  if (!was_ready && strategy_ready_) {
    strategy_->on_ready(*this);
    for (auto& [id, wanted] : targets_) {
      const model::Instrument* found = instrument(InstrumentId{id});
      const orders::Exposure absent =
          found == nullptr ? orders::Exposure{} : orders_.absent_exposure(found->contract.con_id);
      // Behind an order that may still come back nothing is sent by itself.
      if (absent.buy.is_zero() && absent.sell.is_zero()) wanted.given_up = false;
    }
    chase_targets();
  }
}

void Engine::halt(std::string reason) {
  if (state_ == State::stopping || state_ == State::stopped) return;
  enter(State::halted, std::move(reason));
}

bool Engine::report(const Break& difference) {
  if (std::ranges::find(breaks_, difference) != breaks_.end()) return false;
  breaks_.push_back(difference);
  note(journal::BreakFound{difference.break_class, difference.subject, difference.detail});
  return true;
}

void Engine::halt(const Break& difference) {
  if (!report(difference)) return;
  const auto& [break_class, subject, detail] = difference;
  if (state_ != State::halted) halt(fmt::format("{} {}: {}", break_class, subject, detail));
}

void Engine::on(const model::AccountsSeen& seen) {
  if (const auto refusal = risk::refuse_real_accounts(seen.accounts)) {
    accounts_accepted_ = false;
    halt("GATE-3: " + *refusal);
    effect(model::Disconnect{"GATE-3: " + *refusal, true});
    return;
  }
  if (account_.empty() && seen.accounts.size() == 1) account_ = seen.accounts.front();
  if (account_.empty() || std::ranges::find(seen.accounts, account_) == seen.accounts.end()) {
    accounts_accepted_ = false;
    const std::string refusal = account_.empty()
                                    ? "GATE-3: the login manages several accounts; name the one to trade"
                                    : fmt::format("GATE-3: the login does not manage account {}", account_);
    halt(refusal);
    effect(model::Disconnect{refusal, true});
    return;
  }
  accounts_accepted_ = true;
}

void Engine::on(const model::SessionReady& ready) {
  session_up_ = true;
  connectivity_.connected(now_.mono);
  connectivity_.ready(now_.mono);
  client_id_ = ready.client_id;
  order_ids_.raise(ready.next_order_id.value());
  note(journal::SessionOpened{ready.client_id, ready.server_version, ready.next_order_id, {account_}});
  if (!accounts_accepted_) return;
  for (std::uint32_t i = 0; i < instruments_.size(); ++i) resubscribe(InstrumentId{i});
  if (state_ == State::stopping) return finish_stop();
  if (state_ != State::halted) enter(State::recovering, "connected");
  begin_recovery();
}

void Engine::on(const model::SessionLost& lost) {
  if (session_up_) note(journal::SessionClosed{lost.reason});
  session_up_ = false;
  accounts_accepted_ = false;
  connectivity_.disconnected(now_.mono);
  recovery_.abandon();
  recovery_again_.reset();
  executions_check_.reset();
  settle_until_.reset();
  external_.clear();
  external_by_contract_.clear();
  if (state_ == State::ready || state_ == State::recovering || state_ == State::disconnected) {
    enter(State::disconnected, lost.reason);
  }
  for (const orders::Order* order : orders_.session_lost()) order_changed(order);
}

void Engine::on(const model::NoticeSeen& seen) {
  if (seen.code != last_notice_ || now_.mono - last_notice_at_ >= kNoticeRepeat) {
    note(journal::Notice{seen.code, seen.text});
    last_notice_ = seen.code;
    last_notice_at_ = now_.mono;
  }
  const tws::Change change = connectivity_.error(-1, seen.code, seen.text, now_.mono);
  if (change.reconnect) return leave_for_port(change.port);
  if (!session_up_ || !accounts_accepted_) return;
  if (!connectivity_.has_link() && state_ == State::ready)
    enter(State::recovering, fmt::format("the gateway has lost IB ({})", seen.code));
  if (change.resubscribe_all) {
    for (std::uint32_t i = 0; i < instruments_.size(); ++i) resubscribe(InstrumentId{i});
  }
  if (!change.reconcile) return;
  if (state_ == State::ready) enter(State::recovering, fmt::format("the gateway has IB back ({})", seen.code));
  begin_recovery();
}

// The gateway is about to drop us, and its new port is not in our configuration.
void Engine::leave_for_port(std::optional<std::uint16_t> port) {
  effect(
      model::Disconnect{port ? fmt::format("the gateway now listens on port {}: change it in the configuration", *port)
                             : "the gateway's port has been changed: change it in the configuration",
                        false});
}

void Engine::begin_recovery() {
  recovery_again_.reset();
  recovery_.begin(account_, now_.mono, *effects_);
}

void Engine::finish_recovery() {
  // A gateway without its link to IB proves nothing.
  const bool proves = connectivity_.has_link();
  if (proves) {
    for (const OrderFinding& finding : recovery_.findings(orders_, now_.mono)) resolve(finding);
  }
  if (!books_open_) open_books();
  if (proves) decide_held_back();
  const auto differences = recovery_.position_breaks(ledger_, account_);
  if (!differences.empty()) {
    if (!settle_until_) settle_until_ = now_.mono + Recovery::kSettleLimit;
    if (now_.mono < *settle_until_) {
      recovery_again_ = now_.mono + Recovery::kSettlePause;
      return;
    }
    for (const Break& difference : differences) halt(difference);
    return;
  }
  settle_until_.reset();
  // With the fills in these positions, nothing is missing, whatever the broker has counted.
  if (proves) gaps_.clear();
  const Recovery::Counts& counts = recovery_.counts();
  const std::size_t unknown = orders_.unknown_count();
  note(journal::RecoveryCompleted{counts.open_orders, counts.executions, counts.completed, counts.positions,
                                  unknown == 0 ? "clean" : fmt::format("{} orders still unknown", unknown)});
  // Orders that one round does not know are looked for a second time.
  if (unknown != 0) recovery_again_ = now_.mono + Recovery::kAbsenceLimit;
  if (const auto until = held_back_until(); until > now_.mono) sooner(recovery_again_, until);
  if (state_ == State::recovering && connectivity_.has_link()) enter(State::ready, "recovered");
}

// The first meeting with the account: what it holds beyond the fills we know was there before us.
void Engine::open_books() {
  journal::OpeningBook opening;
  opening.account = account_;
  const auto ours = ledger_.positions(account_);
  for (const auto& [contract, entry] : recovery_.positions()) {
    const auto own = ours.find(contract);
    const auto before = subtract(entry.second, own == ours.end() ? Position::zero() : own->second.second);
    if (!before) return halt(fmt::format("the position in {} does not fit the books", entry.first.symbol));
    if (!before->is_zero()) opening.positions.push_back({entry.first, *before});
  }
  if (!config_.opening_cash.empty()) {
    opening.cash = config_.opening_cash;
  } else {
    for (const auto& [currency, amount] : recovery_.cash()) {
      const auto before = subtract(amount, ledger_.cash(currency).value_or(Amount::zero()));
      if (!before) return halt(fmt::format("the balance in {} does not fit the books", currency));
      opening.cash.push_back({*before, currency});
    }
  }
  note(opening);
  books_open_ = true;
  for (const auto& entry : opening.positions) {
    if (!ledger_.open(account_, entry.contract, entry.position).has_value())
      return halt("the opening could not be booked");
  }
  for (const Money& cash : opening.cash) {
    if (!ledger_.open(cash).has_value()) return halt("the opening could not be booked");
  }
}

void Engine::on(const model::SnapshotEnded& ended) {
  if (recovery_.on(ended, now_.mono, *effects_)) finish_recovery();
}

void Engine::on(const model::SnapshotFailed& failed) { recovery_.on_failed(failed.snapshot, now_.mono); }

void Engine::on(const model::MessageUnreadable& unreadable) {
  ++counters_.unreadable_messages;
  note(journal::Notice{0, "unreadable message: " + unreadable.detail});
  if (!unreadable.concerns_orders || !session_up_ || !accounts_accepted_) return;
  // A fill may have been lost with it: ask for everything again.
  if (state_ == State::ready) enter(State::recovering, "a message about orders could not be read");
  if (recovery_.running()) recovery_.on_gap(now_.mono, *effects_);
  else begin_recovery();
}

void Engine::on(const model::PositionSeen& seen) { recovery_.on(seen); }
void Engine::on(const model::CashSeen& seen) { recovery_.on(seen); }

// --- Stopping ---

void Engine::on(const model::StopRequested& requested) {
  if (state_ == State::stopping || state_ == State::stopped) return;
  enter(State::stopping, requested.reason);
  targets_.clear();
  strategy_->on_stop(*this);
  stop_deadline_ = now_.mono + kStopPatience;
  for (const orders::Order* order : orders_.live()) request_cancel(*order, "the run ends");
  finish_stop();
}

void Engine::finish_stop() {
  const std::size_t live = orders_.live_count();
  const bool patience_over = stop_deadline_ && now_.mono >= *stop_deadline_;
  const bool complete = live == 0 && ledger_.missing_commissions() == 0;
  if (!complete && session_up_ && !patience_over) return;
  stop_deadline_.reset();
  digest_minute();
  std::string left = live == 0 ? "" : fmt::format("; {} orders may still work at the broker", live);
  if (const auto missing = ledger_.missing_commissions(); missing != 0)
    left += fmt::format("; {} fills have no commission report yet", missing);
  if (!held_back_.empty())
    left += fmt::format("; {} executions are not booked: they may be fills told twice", held_back_.size());
  note(journal::RunEnded{state_reason_ + left});
  enter(State::stopped, state_reason_ + left);
  effect(model::Stop{state_reason_});
}

// --- Instruments and market data ---

InstrumentId Engine::subscribe(const model::InstrumentSpec& spec, Duration bar_length) {
  const auto [known, is_new] = by_spec_.emplace(spec, InstrumentId{static_cast<std::uint32_t>(instruments_.size())});
  const InstrumentId id = known->second;
  if (is_new) {
    instruments_.push_back({.spec = spec});
    if (session_up_ && accounts_accepted_) resubscribe(id);
  }
  auto& bars = instruments_[id.value()].bars;
  if (std::ranges::find(bars, bar_length, &BarBuilder::length) == bars.end()) bars.emplace_back(bar_length);
  return id;
}

void Engine::resubscribe(InstrumentId id) {
  const InstrumentState& instrument = instruments_[id.value()];
  if (instrument.instrument) effect(model::SubscribeMarketData{id, *instrument.instrument});
  else effect(model::ResolveInstrument{instrument.spec});
}

void Engine::on(const model::InstrumentResolved& resolved) {
  const auto known = by_spec_.find(resolved.spec);
  if (known == by_spec_.end()) return;
  const InstrumentId id = known->second;
  InstrumentState& state = instruments_[id.value()];
  if (state.instrument) return;
  state.instrument = resolved.instrument;
  state.refusal.clear();
  by_contract_.insert_or_assign(resolved.instrument.contract.con_id, id);
  note(journal::InstrumentBound{id, resolved.instrument});
  effect(model::SubscribeMarketData{id, resolved.instrument});
}

void Engine::on(const model::InstrumentRefused& refused) {
  const auto known = by_spec_.find(refused.spec);
  if (known == by_spec_.end()) return;
  instruments_[known->second.value()].refusal = refused.text;
  note(journal::Notice{refused.code, fmt::format("{}: {}", refused.spec.symbol, refused.text)});
  halt(fmt::format("the broker does not know {} ({}): {}", refused.spec.symbol, refused.code, refused.text));
}

void Engine::on(const model::MarketDataRefused& refused) {
  if (refused.instrument.value() >= instruments_.size()) return;
  InstrumentState& instrument = instruments_[refused.instrument.value()];
  instrument.refusal = refused.text;
  connectivity_.error(static_cast<std::int32_t>(refused.instrument.value()), refused.code, refused.text, now_.mono);
  note(journal::Notice{refused.code, fmt::format("{}: {}", instrument.spec.symbol, refused.text)});
}

void Engine::digest_minute() {
  if (market_digest_count_ != 0) {
    note(journal::MarketDigest{Timestamp::from_ns(market_minute_ * 60'000'000'000), market_digest_count_,
                               market_digest_.value()});
  }
  market_digest_ = {};
  market_digest_count_ = 0;
}

void Engine::on(const model::QuoteSeen& seen) {
  InstrumentState& instrument = instruments_.at(seen.instrument.value());
  if (const std::int64_t minute = now_.utc.ns() / 60'000'000'000; minute != market_minute_) {
    digest_minute();
    market_minute_ = minute;
  }
  ++counters_.market_events;
  ++market_digest_count_;
  market_digest_.mix(std::uint64_t{seen.instrument.value()} << 1);
  market_digest_.mix(seen.quote.bid ? seen.quote.bid->raw() : INT64_MIN);
  market_digest_.mix(seen.quote.ask ? seen.quote.ask->raw() : INT64_MIN);
  market_digest_.mix(seen.quote.bid_size.raw());
  market_digest_.mix(seen.quote.ask_size.raw());
  instrument.quote = seen.quote;
  connectivity_.live_data(now_.mono);
  strategy_->on_quote(*this, seen.instrument, seen.quote);
}

void Engine::on(const model::TradeSeen& seen) {
  InstrumentState& instrument = instruments_.at(seen.instrument.value());
  if (const std::int64_t minute = now_.utc.ns() / 60'000'000'000; minute != market_minute_) {
    digest_minute();
    market_minute_ = minute;
  }
  ++counters_.market_events;
  ++market_digest_count_;
  market_digest_.mix((std::uint64_t{seen.instrument.value()} << 1) | 1);
  market_digest_.mix(seen.trade.time.ns());
  market_digest_.mix(seen.trade.price.raw());
  market_digest_.mix(seen.trade.size.raw());
  instrument.last = seen.trade.price;
  connectivity_.live_data(now_.mono);
  strategy_->on_trade(*this, seen.instrument, seen.trade);
  // A strategy may subscribe in its handler, which moves the builders; so by index.
  for (std::size_t i = 0; i < instrument.bars.size(); ++i) {
    const auto bar = instrument.bars[i].on_trade(seen.trade);
    sooner(next_bar_end_, instrument.bars[i].open_until());
    if (bar) bar_done(seen.instrument, *bar);
  }
}

void Engine::bar_done(InstrumentId id, const model::Bar& bar) { strategy_->on_bar(*this, id, bar); }

void Engine::close_bars() {
  const Timestamp until = now_.utc - config_.bar_grace;
  if (!next_bar_end_ || *next_bar_end_ > until) return;
  next_bar_end_.reset();
  for (std::uint32_t i = 0; i < instruments_.size(); ++i) {
    for (std::size_t k = 0; k < instruments_[i].bars.size(); ++k) {
      const auto bar = instruments_[i].bars[k].close_until(until);
      sooner(next_bar_end_, instruments_[i].bars[k].open_until());
      if (bar) bar_done(InstrumentId{i}, *bar);
    }
  }
}

void Engine::on(const model::TimerFired& /*fired*/) {
  close_bars();
  bool strategy_due = false;
  while (!strategy_timers_.empty() && *strategy_timers_.begin() <= now_.utc) {
    strategy_timers_.erase(strategy_timers_.begin());
    strategy_due = true;
  }
  if (strategy_due && state_ != State::stopped) strategy_->on_timer(*this);
  give_up_waiting_for_answers();
  recovery_.wake(now_.mono, *effects_);
  if (recovery_again_ && now_.mono >= *recovery_again_) {
    recovery_again_.reset();
    // Without the link the gateway knows less than IB. When it is back everything is asked for anyway.
    if (session_up_ && connectivity_.has_link() && !recovery_.running()) begin_recovery();
  }
  if (executions_check_ && now_.mono >= *executions_check_) {
    executions_check_.reset();
    ask_for_executions();
  }
  if (stop_deadline_ && now_.mono >= *stop_deadline_) finish_stop();
}

// --- Context: what the strategy sees ---

const model::Instrument* Engine::instrument(InstrumentId id) const {
  if (id.value() >= instruments_.size() || !instruments_[id.value()].instrument) return nullptr;
  return &*instruments_[id.value()].instrument;
}
model::Quote Engine::quote(InstrumentId id) const {
  return id.value() < instruments_.size() ? instruments_[id.value()].quote : model::Quote{};
}
std::optional<Price> Engine::last_price(InstrumentId id) const {
  return id.value() < instruments_.size() ? instruments_[id.value()].last : std::nullopt;
}
Position Engine::position(InstrumentId id) const {
  const model::Instrument* found = instrument(id);
  return found == nullptr ? Position::zero() : ledger_.position(strategy_name_, found->contract.con_id);
}
std::optional<strategy::OrderView> Engine::order(const strategy::OrderTicket& ticket) const {
  const orders::Order* found = orders_.find(ticket.ref());
  if (found == nullptr) return std::nullopt;
  return view_of(*found);
}
strategy::OrderView Engine::view_of(const orders::Order& order) const {
  strategy::OrderView view{order.intent.request, order.state, order.filled, order.remaining()};
  if (const auto id = instrument_of(order)) view.request.instrument = *id;
  return view;
}
std::optional<InstrumentId> Engine::instrument_of(const orders::Order& order) const {
  const auto found = by_contract_.find(order.intent.contract.con_id);
  if (found == by_contract_.end()) return std::nullopt;
  return found->second;
}
void Engine::wake_at(Timestamp time) { strategy_timers_.insert(time); }

std::optional<Price> Engine::reference(const InstrumentState& instrument) const {
  const auto& [bid, ask, bid_size, ask_size] = instrument.quote;
  // The middle of a quote whose spread is at most 2 %, else the last trade (PTR-07).
  if (bid && ask && *bid <= *ask) {
    const Price middle = midpoint(*bid, *ask);
    if ((Int128{ask->raw()} - bid->raw()) * 50 <= Int128{middle.raw()}) return middle;
  }
  return instrument.last;
}

std::optional<Price> Engine::mark(model::ConId contract) const {
  const auto found = by_contract_.find(contract);
  if (found == by_contract_.end()) return std::nullopt;
  return reference(instruments_[found->second.value()]);
}

}  // namespace tradewind::engine
