#include "tradewind/sim/venue/triggers.hpp"

#include "tradewind/core/base/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tradewind::sim::venue {
namespace {

constexpr Timestamp kEver = Timestamp::from_ns(std::numeric_limits<std::int64_t>::min());
constexpr std::int64_t kWhole = 100'000'000;  // 100 % in millionths of a percent

// Where the price has to go for the order to be triggered.
Direction direction_of(const TriggerTicket& ticket) {
  const bool rises = (ticket.side == Side::buy) == (ticket.kind != TriggerKind::touch);
  return rises ? Direction::rising : Direction::falling;
}

// The same distance further on for a buyer, further down for a seller: away from the market for a stop.
std::optional<Price> beyond(Side side, Price price, Price distance) {
  return side == Side::buy ? add(price, distance) : subtract(price, distance);
}

Price on_grid(Price price, const MarketRule* rule, Side side) {
  if (rule == nullptr) return price;
  const std::int64_t step = rule->increment_at(price).raw();
  const std::int64_t rest = ((price.raw() % step) + step) % step;
  if (rest == 0) return price;
  return Price::from_raw(price.raw() - rest + (side == Side::buy ? step : 0));
}

Price distance_from(Price price, const TrailBy& by) {
  if (by.amount) return *by.amount;
  const Int128 size = price < Price::zero() ? -Int128{price.raw()} : Int128{price.raw()};
  return Price::from_raw(static_cast<std::int64_t>(size * *by.percent_millionths / kWhole));
}

std::optional<Price> limit_of(const TriggerTicket& ticket, std::optional<Price> stop) {
  if (!ticket.limit_offset || !stop) return ticket.limit;
  return beyond(ticket.side, *stop, *ticket.limit_offset);
}

std::string_view why_refused(const TrailBy& by) {
  if (by.amount.has_value() == by.percent_millionths.has_value()) return "a trail needs an amount or a percentage";
  if (by.amount && *by.amount <= Price::zero()) return "a trailing amount is above zero";
  if (by.percent_millionths && (*by.percent_millionths <= 0 || *by.percent_millionths > kWhole))
    return "a trailing percentage is above 0 and at most 100";
  return {};
}

std::string_view why_refused(const TriggerTicket& ticket) {
  const bool trails = ticket.kind == TriggerKind::trail;
  if (ticket.kind == TriggerKind::none) {
    if (ticket.conditions.empty()) return "there is nothing to wait for";
    if (ticket.price) return "it has a price and no trigger";
  } else if (!trails && !ticket.price) {
    return "a trigger needs a price";
  }
  if (ticket.method == TriggerMethod::by_contract) return "the trigger method is not decided";
  if (!trails && ticket.trail_by != TrailBy{}) return "only a trail follows the market";
  if (trails) {
    if (const std::string_view why = why_refused(ticket.trail_by); !why.empty()) return why;
  }
  if (ticket.limit && ticket.limit_offset) return "it has two limits";
  if (ticket.limit_offset && (ticket.kind == TriggerKind::none || *ticket.limit_offset < Price::zero()))
    return "a limit offset is from a stop, and not below zero";
  if (!ticket.adjustment) return {};
  const StopAdjustment& adjustment = *ticket.adjustment;
  if (ticket.kind != TriggerKind::stop && !trails) return "only a stop can be adjusted";
  if (adjustment.kind == TriggerKind::trail) return why_refused(adjustment.trail_by);
  if (adjustment.kind != TriggerKind::stop || !adjustment.stop) return "it can be adjusted to a stop or a trail alone";
  return {};
}

// The symbols whose market a condition looks at.
std::optional<SymbolIndex> market_of(const Condition& condition) {
  if (const auto* price = std::get_if<PriceCondition>(&condition.what)) return price->symbol;
  if (const auto* volume = std::get_if<VolumeCondition>(&condition.what)) return volume->symbol;
  if (const auto* change = std::get_if<PercentChangeCondition>(&condition.what)) return change->symbol;
  return std::nullopt;
}

template <class What>
bool has_condition(const TriggerTicket& ticket) {
  return std::ranges::any_of(ticket.conditions,
                             [](const Condition& c) { return std::holds_alternative<What>(c.what); });
}

template <class T>
bool compares(const T& value, const T& level, bool is_more) {
  return is_more ? value >= level : value <= level;
}

template <class T>
void add_once(std::vector<T*>& list, T& item) {
  if (std::ranges::find(list, &item) == list.end()) list.push_back(&item);
}

}  // namespace

TriggerBook::TriggerBook(const std::vector<const MarketRule*>& symbols) {
  symbols_.resize(symbols.size());
  for (std::size_t i = 0; i < symbols.size(); ++i) symbols_[i].rule = symbols[i];
}

// --- Orders come and go ---

Result<void> TriggerBook::check(const TriggerTicket& ticket) const {
  const auto refuse = [&](std::string_view why) {
    return fail(Errc::invalid_argument, fmt::format("held order {}: {}", ticket.id, why));
  };
  const auto is_known = [&](SymbolIndex symbol) { return symbol.value() < symbols_.size(); };
  if (!is_known(ticket.symbol)) return refuse("the venue has no such symbol");
  if (held_.contains(ticket.id)) return refuse("an order with this id is held already");
  if (const std::string_view why = why_refused(ticket); !why.empty()) return refuse(why);
  for (const Condition& condition : ticket.conditions) {
    const auto market = market_of(condition);
    if (market && !is_known(*market)) return refuse("a condition is about a symbol the venue does not have");
    const auto* price = std::get_if<PriceCondition>(&condition.what);
    if (price != nullptr && price->method == TriggerMethod::by_contract)
      return refuse("the trigger method of a condition is not decided");
  }
  return {};
}

Result<void> TriggerBook::hold(TriggerTicket ticket, Timestamp arrival, std::vector<TriggerReport>& out) {
  if (auto checked = check(ticket); !checked) return checked;
  const HeldOrderId id = ticket.id;
  Held& held = held_.emplace(id, Held{}).first->second;
  held.ticket = std::move(ticket);
  held.executed.resize(held.ticket.conditions.size());
  if (held.ticket.kind != TriggerKind::none) held.stop = held.ticket.price;
  watch(held);
  const bool at_market = held.ticket.kind == TriggerKind::none;  // where its conditions only cancel it
  if (held.ticket.conditions_cancel && at_market) held.stage = Stage::triggered;
  else if (held.ticket.conditions_cancel || held.ticket.conditions.empty()) arm(held, arrival, out);
  look_at_conditions(held, arrival, out);
  forget_done();
  return {};
}

void TriggerBook::watch(Held& held) {
  for (const Condition& condition : held.ticket.conditions) {
    if (const auto market = market_of(condition)) add_once(symbols_[market->value()].watchers, held);
    if (const auto* time = std::get_if<TimeCondition>(&condition.what)) timers_.emplace(time->time, held.ticket.id);
  }
  if (has_condition<MarginCondition>(held.ticket)) on_margin_.push_back(&held);
  if (has_condition<ExecutionCondition>(held.ticket)) on_execution_.push_back(&held);
}

bool TriggerBook::remove(HeldOrderId id) {
  const auto found = held_.find(id);
  if (found == held_.end()) return false;
  forget(found->second);
  held_.erase(found);
  return true;
}

void TriggerBook::forget(Held& held) {
  Symbol& symbol = symbol_of(held);
  std::erase(symbol.triggers, &held);
  symbol.quiet.reset();
  for (const Condition& condition : held.ticket.conditions) {
    if (const auto market = market_of(condition)) std::erase(symbols_[market->value()].watchers, &held);
    if (const auto* time = std::get_if<TimeCondition>(&condition.what)) timers_.erase({time->time, held.ticket.id});
  }
  if (has_condition<MarginCondition>(held.ticket)) std::erase(on_margin_, &held);
  if (has_condition<ExecutionCondition>(held.ticket)) std::erase(on_execution_, &held);
}

void TriggerBook::forget_done() {
  for (const HeldOrderId id : done_) {
    const auto found = held_.find(id);
    if (found == held_.end()) continue;
    Held& held = found->second;
    if (held.stage == Stage::triggered && held.ticket.conditions_cancel) {
      std::erase(symbol_of(held).triggers, &held);
      symbol_of(held).quiet.reset();
      held.stop.reset();
    } else {
      remove(id);
    }
  }
  done_.clear();
}

// --- What they look at ---

void TriggerBook::on_market(const MarketEvent& event, std::vector<TriggerReport>& out) {
  TW_CHECK(event.symbol.value() < symbols_.size());
  on_time(event.time, out);
  Symbol& symbol = symbols_[event.symbol.value()];
  if (symbol.state == TradingState::halted) return;
  symbol.all.see(event);
  if (symbol.state == TradingState::regular) symbol.regular.see(event);

  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  std::int64_t highest = std::numeric_limits<std::int64_t>::min();
  bool is_half = false;  // a side of the quote is gone: what a method looks at is another price now
  const auto show = [&](const std::optional<Price>& price) {
    is_half = is_half || !price;
    if (!price) return;
    lowest = std::min(lowest, price->raw());
    highest = std::max(highest, price->raw());
  };
  if (const auto* quote = std::get_if<model::Quote>(&event.data)) {
    show(quote->bid);
    show(quote->ask);
  } else {
    const auto& trade = std::get<model::Trade>(event.data);
    show(trade.price);
    symbol.volume = add(symbol.volume, trade.size).value_or(symbol.volume);
  }
  if (!symbol.quiet) symbol.quiet = quiet_of(symbol);
  if (is_half || lowest <= symbol.quiet->above || highest >= symbol.quiet->below) {
    for (Held* held : symbol.triggers) look(*held, event.time, out);
  }
  for (Held* held : symbol.watchers) look_at_conditions(*held, event.time, out);
  forget_done();
}

void TriggerBook::on_time(Timestamp now, std::vector<TriggerReport>& out) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const HeldOrderId id = timers_.begin()->second;
    timers_.erase(timers_.begin());
    if (const auto found = held_.find(id); found != held_.end()) look_at_conditions(found->second, now, out);
  }
  forget_done();
}

void TriggerBook::on_execution(SymbolIndex symbol, Timestamp now, std::vector<TriggerReport>& out) {
  for (Held* held : on_execution_) {
    for (std::size_t i = 0; i < held->executed.size(); ++i) {
      const auto* execution = std::get_if<ExecutionCondition>(&held->ticket.conditions[i].what);
      if (execution != nullptr && std::ranges::find(execution->symbols, symbol) != execution->symbols.end())
        held->executed[i] = true;
    }
    look_at_conditions(*held, now, out);
  }
  forget_done();
}

void TriggerBook::on_margin(AccountIndex account, std::int64_t percent_millionths, Timestamp now,
                            std::vector<TriggerReport>& out) {
  cushions_[account] = percent_millionths;
  for (Held* held : on_margin_) {
    if (held->ticket.account == account) look_at_conditions(*held, now, out);
  }
  forget_done();
}

void TriggerBook::set_state(SymbolIndex symbol, TradingState state) {
  TW_CHECK(symbol.value() < symbols_.size());
  symbols_[symbol.value()].state = state;
}

void TriggerBook::begin_day(SymbolIndex symbol, std::optional<Price> prior_close) {
  TW_CHECK(symbol.value() < symbols_.size());
  symbols_[symbol.value()].volume = Quantity::zero();
  symbols_[symbol.value()].prior_close = prior_close;
}

std::optional<Timestamp> TriggerBook::next_time() const {
  return timers_.empty() ? std::nullopt : std::optional{timers_.begin()->first};
}

std::optional<Price> TriggerBook::stop_price(HeldOrderId id) const {
  const auto found = held_.find(id);
  if (found == held_.end() || found->second.ticket.kind == TriggerKind::touch) return std::nullopt;
  return found->second.stop;
}

// --- Stops ---

void TriggerBook::arm(Held& held, Timestamp now, std::vector<TriggerReport>& out) {
  held.stage = Stage::armed;
  held.since = now;
  if (held.ticket.kind == TriggerKind::none) return trigger(held, now, out);
  Symbol& symbol = symbol_of(held);
  symbol.triggers.push_back(&held);
  symbol.quiet.reset();
  // A trail begins at its distance from what the market shows, even if it shows nothing new.
  if (held.ticket.kind == TriggerKind::trail && !held.stop) follow(held, kEver, now, out);
}

TriggerBook::Quiet TriggerBook::quiet_of(const Symbol& symbol) {
  Quiet quiet;
  for (const Held* held : symbol.triggers) {
    const auto matters = [&](std::int64_t price, Direction direction) {
      if (direction == Direction::rising) quiet.below = std::min(quiet.below, price);
      else quiet.above = std::max(quiet.above, price);
    };
    const Direction towards = direction_of(held->ticket);
    const Direction away = opposite(towards);
    const std::int64_t one = away == Direction::rising ? 1 : -1;
    if (held->stop) matters(held->stop->raw(), towards);
    if (held->ticket.adjustment) matters(held->ticket.adjustment->at.raw(), away);
    if (held->ticket.kind != TriggerKind::trail) continue;
    if (!held->stop || !held->furthest) return {.above = std::numeric_limits<std::int64_t>::max(), .below = 0};
    matters(held->furthest->raw() + one, away);
  }
  return quiet;
}

void TriggerBook::look(Held& held, Timestamp now, std::vector<TriggerReport>& out) {
  const Symbol& symbol = symbol_of(held);
  if (held.ticket.adjustment) adjust(held, now, out);
  if (held.ticket.kind == TriggerKind::trail) follow(held, held.since, now, out);
  const SeenPrices& seen = prices(symbol, held.ticket.outside_rth);
  if (held.stop && seen.has_reached(*held.stop, direction_of(held.ticket), held.ticket.method, held.since))
    trigger(held, now, out);
}

void TriggerBook::adjust(Held& held, Timestamp now, std::vector<TriggerReport>& out) {
  Symbol& symbol = symbol_of(held);
  const StopAdjustment adjustment = *held.ticket.adjustment;
  const Direction in_favour = opposite(direction_of(held.ticket));
  const SeenPrices& seen = prices(symbol, held.ticket.outside_rth);
  if (!seen.has_reached(adjustment.at, in_favour, held.ticket.method, held.since)) return;
  held.ticket.kind = adjustment.kind;
  held.ticket.limit = adjustment.limit;
  held.ticket.limit_offset.reset();
  held.ticket.trail_by = adjustment.trail_by;
  held.ticket.adjustment.reset();
  held.stop = adjustment.stop;
  held.furthest.reset();
  symbol.quiet.reset();
  if (held.stop) report_stop(held, now, out);
}

void TriggerBook::follow(Held& held, Timestamp since, Timestamp now, std::vector<TriggerReport>& out) {
  Symbol& symbol = symbol_of(held);
  const Side side = held.ticket.side;
  const SeenPrices& seen = prices(symbol, held.ticket.outside_rth);
  const auto price = seen.newest(direction_of(held.ticket), held.ticket.method, since);
  if (!price) return;
  if (held.furthest && (side == Side::buy ? *price >= *held.furthest : *price <= *held.furthest)) return;
  held.furthest = price;
  symbol.quiet.reset();
  const auto stop = beyond(side, *price, distance_from(*price, held.ticket.trail_by));
  if (!stop) return;
  const Price follows = on_grid(*stop, symbol.rule, side);
  if (held.stop && (side == Side::buy ? follows >= *held.stop : follows <= *held.stop)) return;
  held.stop = follows;
  report_stop(held, now, out);
}

void TriggerBook::report_stop(const Held& held, Timestamp now, std::vector<TriggerReport>& out) {
  out.emplace_back(StopMoved{.order = held.ticket.id,
                             .time = now,
                             .kind = held.ticket.kind,
                             .stop = *held.stop,
                             .limit = limit_of(held.ticket, held.stop)});
}

void TriggerBook::trigger(Held& held, Timestamp now, std::vector<TriggerReport>& out) {
  out.emplace_back(Triggered{.order = held.ticket.id, .time = now, .limit = limit_of(held.ticket, held.stop)});
  held.stage = Stage::triggered;
  done_.push_back(held.ticket.id);
}

// --- Conditions ---

void TriggerBook::look_at_conditions(Held& held, Timestamp now, std::vector<TriggerReport>& out) {
  if (held.ticket.conditions.empty() || held.stage == Stage::ended) return;
  if (!held.ticket.conditions_cancel && held.stage != Stage::waiting) return;
  if (!conditions_met(held, now)) return;
  if (!held.ticket.conditions_cancel) return arm(held, now, out);
  out.emplace_back(ConditionsCancel{.order = held.ticket.id, .time = now});
  held.stage = Stage::ended;
  done_.push_back(held.ticket.id);
}

bool TriggerBook::conditions_met(const Held& held, Timestamp now) const {
  bool all = true;  // of those joined by "and"
  for (std::size_t i = 0; i < held.ticket.conditions.size(); ++i) {
    all = all && is_met(held, i, now);
    if (held.ticket.conditions[i].and_next && i + 1 < held.ticket.conditions.size()) continue;
    if (all) return true;
    all = true;
  }
  return false;
}

bool TriggerBook::is_met(const Held& held, std::size_t condition, Timestamp now) const {
  const auto& what = held.ticket.conditions[condition].what;
  if (const auto* time = std::get_if<TimeCondition>(&what)) return compares(now, time->time, time->is_more);
  if (std::holds_alternative<ExecutionCondition>(what)) return held.executed[condition];
  if (const auto* margin = std::get_if<MarginCondition>(&what)) {
    const auto cushion = cushions_.find(held.ticket.account);
    return cushion != cushions_.end() &&
           compares(cushion->second, std::int64_t{margin->cushion_percent} * 1'000'000, margin->is_more);
  }
  const Symbol& symbol = symbols_[market_of(held.ticket.conditions[condition])->value()];
  if (const auto* volume = std::get_if<VolumeCondition>(&what))
    return compares(symbol.volume, volume->volume, volume->is_more);
  const SeenPrices& seen = prices(symbol, held.ticket.conditions_ignore_rth);
  if (const auto* price = std::get_if<PriceCondition>(&what)) {
    const Direction direction = price->is_more ? Direction::rising : Direction::falling;
    return seen.has_reached(price->price, direction, price->method, kEver);
  }
  const auto& change = std::get<PercentChangeCondition>(what);
  const auto last = seen.last();
  if (!last || !symbol.prior_close || *symbol.prior_close <= Price::zero()) return false;
  const Int128 moved = (Int128{last->raw()} - symbol.prior_close->raw()) * kWhole;
  return compares(moved, Int128{symbol.prior_close->raw()} * change.percent_millionths, change.is_more);
}

}  // namespace tradewind::sim::venue
