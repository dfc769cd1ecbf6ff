#include "tradewind/sim/gateway/market.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/decimal.hpp"
#include "tradewind/sim/venue/options.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <variant>

namespace tradewind::sim::gateway {
namespace {

constexpr std::size_t kPastBarsMax = 400'000;   // per symbol
// Bars shorter than a minute stay so long: IB gives no more of them at once. They are joined an hour at a time.
constexpr Duration kShortBarsKept = std::chrono::hours{8};
constexpr Duration kMinute = std::chrono::minutes{1};
constexpr std::int64_t kCarryPerMillion = 40'000;  // what a later future is dearer than the first, a year

constexpr Duration kListedBefore = std::chrono::days{365};  // what expires has been listed for so long

// Those of the ascending bars that begin within [from, last].
template <class Bar>
auto within(const std::vector<Bar>& past, Timestamp from, Timestamp last) {
  const auto begin = std::ranges::lower_bound(past, from, {}, &Bar::start);
  const auto end = std::ranges::upper_bound(past, last, {}, &Bar::start);
  return std::pair{begin, std::max(begin, end)};
}

// How much more a later future costs than the first, to the tick.
Price carry(const Listing& first, const Listing& later, Price price) {
  const std::int64_t days = (*later.expires - *first.expires) / std::chrono::days{1};
  const std::int64_t tick = later.min_tick.raw();
  const Int128 more = Int128{price.raw()} * kCarryPerMillion * days / (Int128{1'000'000} * 365);
  return Price::from_raw(static_cast<std::int64_t>(more / tick * tick));
}

Price plus(Price a, Price b) { return add(a, b).value_or(a); }

template <class T>
void keep_recent(std::vector<T>& past) {
  if (past.size() > kPastBarsMax) past.erase(past.begin(), past.end() - kPastBarsMax / 2);
}

void extend(model::Bar& bar, const model::Bar& next) {
  bar.high = std::max(bar.high, next.high);
  bar.low = std::min(bar.low, next.low);
  bar.close = next.close;
  bar.volume = add(bar.volume, next.volume).value_or(bar.volume);
  bar.trade_count += next.trade_count;
}
void extend(model::QuoteBar& bar, const model::QuoteBar& next) { bar.close = next.close; }

// Joins the shorter bars before this, which is a whole minute, to minutes.
template <class Bar>
void join_minutes(std::vector<Bar>& past, Timestamp before) {
  const auto first = std::ranges::partition_point(past, [](const Bar& bar) { return bar.length >= kMinute; });
  auto joined = first;  // behind the last whole minute
  auto next = first;
  for (; next != past.end() && next->start < before; ++next) {
    const Timestamp minute = Timestamp::from_ns(next->start.ns() / kMinute.count() * kMinute.count());
    if (joined != first && std::prev(joined)->start == minute) {
      extend(*std::prev(joined), *next);
      continue;
    }
    *joined = *next;
    joined->start = minute;
    joined->length = kMinute;
    ++joined;
  }
  past.erase(joined, next);
}

// One leg's share of its combo's price.
std::optional<Price> weighted(const Listing& combo, const venue::Leg& leg, const Listing& of, Price price) {
  const Int128 raw = Int128{price.raw()} * leg.ratio * of.multiplier.raw() / combo.multiplier.raw();
  return Price::try_from_raw(leg.side == Side::buy ? raw : -raw);
}

// What `sum` becomes with this price; empty when it does not fit.
std::optional<Price> total(const std::optional<Price>& sum, const std::optional<Price>& part) {
  return sum && part ? add(*sum, *part) : std::nullopt;
}

}  // namespace

Market::Market(std::vector<Listing> listings, std::vector<model::BarHistory> histories, Duration shift)
    : universe_{std::move(listings)},
      replay_{{}, Duration::zero()},
      past_(histories.size()),
      past_quotes_(histories.size()),
      shift_{shift},
      bar_length_{histories.empty() ? Duration{std::chrono::minutes{1}} : histories.front().length} {
  TW_CHECK(histories.size() <= this->listings().size());
  hide(histories);
  for (const model::BarHistory& history : histories) {
    quote_data_.push_back(history.quotes.empty() ? venue::QuoteData::absent : venue::QuoteData::present);
  }
  remember(histories);
  replay_ = venue::Replay{std::move(histories), shift};
  const std::size_t most = this->listings().size() + venue::Universe::kCombosMax;
  quotes_.resize(most);
  last_.resize(most);
  watched_.resize(most);
  dependents_.resize(most);
  combos_.resize(most);
  for (std::uint32_t i = 0; i < this->listings().size(); ++i) link(i);
}

Market Market::recorded(std::vector<Listing> listings, std::vector<model::BarHistory> histories, Duration shift) {
  return {std::move(listings), std::move(histories), shift};
}

Market Market::generated(std::vector<Listing> listings, venue::Generator generator, Timestamp start) {
  venue::Past before{generator.config()};
  std::vector<model::BarHistory> past = generator.take_until(start);
  std::vector<model::BarHistory> none = past;
  for (model::BarHistory& history : none) {
    history.trades.clear();
    history.quotes.clear();
  }
  Market market{std::move(listings), std::move(none), Duration::zero()};
  for (std::size_t i = 0; i < market.quote_data_.size(); ++i) {
    market.quote_data_[i] = market.listings()[i].has_quotes() ? venue::QuoteData::present : venue::QuoteData::absent;
  }
  market.hide(past);
  market.remember(past);
  market.before_.emplace(std::move(before));
  market.generator_.emplace(std::move(generator));
  return market;
}

void Market::link(std::uint32_t index) {
  const Listing& listing = listings()[index];
  if (listing.is_combo()) {
    for (const venue::Leg& leg : listing.legs) combos_[*universe_.by_con_id(leg.con_id)].push_back(index);
    return;
  }
  if (index < past_.size()) return;
  const auto source = listing.priced_from ? universe_.by_con_id(*listing.priced_from) : std::nullopt;
  TW_CHECK(source && *source < past_.size());  // only what is played has prices to derive from
  dependents_[*source].push_back(index);
}

void Market::hide(std::vector<model::BarHistory>& histories) const {
  for (std::size_t i = 0; i < histories.size(); ++i) {
    const Listing& listing = listings()[i];
    if (!listing.has_prints()) histories[i].trades.clear();
    if (listing.has_quotes()) continue;
    histories[i].quotes.clear();
    for (model::Bar& bar : histories[i].trades) bar.volume = Quantity::zero();
  }
}

void Market::remember(const std::vector<model::BarHistory>& histories) {
  for (std::size_t i = 0; i < histories.size(); ++i) {
    for (model::Bar bar : histories[i].trades) {
      bar.start = bar.start + shift_;
      past_[i].push_back(bar);
    }
    for (const model::QuoteBar& bar : histories[i].quotes) {
      if (!bar.open.bid || !bar.open.ask || !bar.close.bid || !bar.close.ask) continue;
      past_quotes_[i].push_back(bar);
      past_quotes_[i].back().start = bar.start + shift_;
    }
    keep_recent(past_[i]);
    keep_recent(past_quotes_[i]);
  }
}

void Market::join_old_bars(Timestamp minute) {
  if (bar_length_ >= kMinute || minute.ns() % Duration{std::chrono::hours{1}}.count() != 0) return;
  for (auto& past : past_) join_minutes(past, minute - kShortBarsKept);
  for (auto& past : past_quotes_) join_minutes(past, minute - kShortBarsKept);
}

std::vector<venue::QuoteData> Market::quote_data() const {
  std::vector<venue::QuoteData> all = quote_data_;
  all.resize(quotes_.size(), venue::QuoteData::present);
  // What is priced from something without quotes has none either.
  for (std::size_t i = 0; i < quote_data_.size(); ++i) {
    for (const std::uint32_t dependent : dependents_[i]) all[dependent] = quote_data_[i];
  }
  return all;
}

// --- The present ---

std::optional<Timestamp> Market::next_time() {
  if (!pending_.empty()) return pending_.front().time;
  // A whole minute can be halted for every symbol.
  while (generator_ && !replay_.next_time()) {
    const auto minute = generator_->next_minute();
    if (!minute) return std::nullopt;
    auto made = generator_->take_until(*minute + std::chrono::minutes{1});
    hide(made);
    remember(made);
    join_old_bars(*minute);
    replay_.append(std::move(made));
  }
  return replay_.next_time();
}

venue::MarketEvent Market::pop() {
  if (!pending_.empty()) {
    const venue::MarketEvent event = pending_.front();
    pending_.pop_front();
    return event;
  }
  const venue::MarketEvent event = replay_.pop();
  played_ = event.time;
  derive(event);
  return event;
}

void Market::queue_quote(std::uint32_t index, const model::Quote& quote, Timestamp time) {
  // One that says the same again is news to the orders that have come since. Nothing after nothing is not.
  if (quote == model::Quote{} && quotes_[index] == quote) return;
  quotes_[index] = quote;
  pending_.push_back({time, venue::SymbolIndex{index}, quote});
}

void Market::derive(const venue::MarketEvent& event) {
  const std::uint32_t index = event.symbol.value();
  if (const auto* trade = std::get_if<model::Trade>(&event.data)) {
    last_[index] = trade->price;
    for (const std::uint32_t dependent : dependents_[index]) {
      if (!watched_[dependent]) continue;
      if (const auto print = derived_print(dependent, *trade)) {
        last_[dependent] = print->price;
        pending_.push_back({event.time, venue::SymbolIndex{dependent}, *print});
      }
    }
    return;
  }
  quotes_[index] = std::get<model::Quote>(event.data);
  std::vector<std::uint32_t> touched = combos_[index];
  for (const std::uint32_t dependent : dependents_[index]) {
    if (!watched_[dependent]) continue;
    queue_quote(dependent, derived_quote(dependent, event.time), event.time);
    touched.insert(touched.end(), combos_[dependent].begin(), combos_[dependent].end());
  }
  // Combos last, and once each: never from one leg of now and another of before.
  std::ranges::sort(touched);
  const auto repeated = std::ranges::unique(touched);
  touched.erase(repeated.begin(), repeated.end());
  for (const std::uint32_t combo : touched) {
    if (watched_[combo]) queue_quote(combo, derived_quote(combo, event.time), event.time);
  }
}

model::Quote Market::derived_quote(std::uint32_t index, Timestamp time) const {
  const Listing& listing = listings()[index];
  if (listing.is_combo()) {
    std::optional<Price> bid = Price::zero();
    std::optional<Price> ask = Price::zero();
    std::optional<Quantity> bid_size;
    std::optional<Quantity> ask_size;
    const auto fewest = [](std::optional<Quantity>& least, Quantity size, std::int32_t ratio) {
      const Quantity whole = Quantity::of(size.raw() / Quantity::kScale / ratio);
      least = least ? std::min(*least, whole) : whole;
    };
    for (const venue::Leg& leg : listing.legs) {
      const std::uint32_t at = *universe_.by_con_id(leg.con_id);
      const model::Quote& quote = quotes_[at];
      const bool buys = leg.side == Side::buy;
      const auto& to_sell = buys ? quote.bid : quote.ask;  // what a seller of the combo gets or pays for the leg
      const auto& to_buy = buys ? quote.ask : quote.bid;
      bid = to_sell ? total(bid, weighted(listing, leg, listings()[at], *to_sell)) : std::nullopt;
      ask = to_buy ? total(ask, weighted(listing, leg, listings()[at], *to_buy)) : std::nullopt;
      fewest(bid_size, buys ? quote.bid_size : quote.ask_size, leg.ratio);
      fewest(ask_size, buys ? quote.ask_size : quote.bid_size, leg.ratio);
    }
    const auto on_grid = [&](Price price, bool up) {
      const std::int64_t tick = listing.min_tick.raw();
      const std::int64_t over = ((price.raw() % tick) + tick) % tick;
      return Price::from_raw(price.raw() - over + (up && over != 0 ? tick : 0));
    };
    model::Quote quote;
    if (bid && !bid_size->is_zero()) {
      quote.bid = on_grid(*bid, false);
      quote.bid_size = *bid_size;
    }
    if (ask && !ask_size->is_zero()) {
      quote.ask = on_grid(*ask, true);
      quote.ask_size = *ask_size;
    }
    return quote;
  }
  const std::uint32_t source = *universe_.by_con_id(*listing.priced_from);
  const model::Quote& from = quotes_[source];
  if (!from.bid || !from.ask) return {};
  if (listing.is_option()) return venue::option_quote(listing, from, time);
  const Price more = carry(listings()[source], listing, *from.bid);
  return model::Quote{plus(*from.bid, more), plus(*from.ask, more), from.bid_size, from.ask_size};
}

std::optional<model::Trade> Market::derived_print(std::uint32_t index, const model::Trade& source) const {
  const Listing& listing = listings()[index];
  if (listing.is_option()) return venue::option_print(listing, source);
  model::Trade print = source;
  const Listing& first = listings()[*universe_.by_con_id(*listing.priced_from)];
  print.price = plus(source.price, carry(first, listing, source.price));
  return print;
}

void Market::watch(std::uint32_t index) {
  if (index < past_.size() || watched_[index]) return;
  const Listing& listing = listings()[index];
  for (const venue::Leg& leg : listing.legs) watch(*universe_.by_con_id(leg.con_id));
  watched_[index] = true;
  queue_quote(index, derived_quote(index, played_), played_);
  if (!listing.priced_from) return;
  const std::uint32_t source = *universe_.by_con_id(*listing.priced_from);
  if (!last_[source]) return;
  // Somebody has traded it before.
  const std::optional<Price> price =
      listing.is_option() ? venue::option_price(listing, *last_[source], played_)
                          : std::optional{plus(*last_[source], carry(listings()[source], listing, *last_[source]))};
  if (!price) return;
  last_[index] = price;
  pending_.push_back({played_, venue::SymbolIndex{index}, model::Trade{played_, *price, Quantity::of(1)}});
}

std::optional<std::uint32_t> Market::combo(std::vector<venue::Leg> legs) {
  const std::size_t before = listings().size();
  const auto index = universe_.make_combo(std::move(legs));
  if (index && listings().size() > before) link(*index);
  return index;
}

// --- The past ---

std::optional<Timestamp> Market::history_begin(venue::SymbolIndex symbol) const {
  const Listing& listing = listings()[symbol.value()];
  std::optional<Timestamp> begin;
  const auto later = [&](const std::optional<Timestamp>& other) {
    if (other && (!begin || *other > *begin)) begin = other;
  };
  if (symbol.value() < past_.size()) {
    const std::vector<model::Bar>& trades = past_[symbol.value()];
    const std::vector<model::QuoteBar>& quotes = past_quotes_[symbol.value()];
    if (before_) begin = before_->begin();
    else if (!trades.empty()) begin = trades.front().start;
    else if (!quotes.empty()) begin = quotes.front().start;
  } else if (listing.priced_from) {
    begin = history_begin(venue::SymbolIndex{*universe_.by_con_id(*listing.priced_from)});
  }
  for (const venue::Leg& leg : listing.legs) later(history_begin(venue::SymbolIndex{*universe_.by_con_id(leg.con_id)}));
  if (begin && listing.expires) later(*listing.expires - kListedBefore);
  return begin;
}

std::vector<model::Bar> Market::history(venue::SymbolIndex symbol, Timestamp from, Timestamp now, BarsOf what,
                                        Duration grain) const {
  const std::uint32_t index = symbol.value();
  grain = std::max(grain, bar_length_);
  from = std::max(from, history_begin(symbol).value_or(from));
  if (index < past_.size()) return played_history(index, from, now, what, grain);
  const Listing& listing = listings()[index];
  if (listing.is_combo()) return combo_history(listing, from, now, what, grain);
  const std::uint32_t source = *universe_.by_con_id(*listing.priced_from);
  std::vector<model::Bar> bars;
  const bool from_middle = listing.is_option() && what != BarsOf::trades;
  for (const model::Bar& bar : played_history(source, from, now, from_middle ? BarsOf::midpoint : what, grain)) {
    // The same rules as those of the present, at the prices of the bar.
    const auto at = [&](Price price) -> std::optional<Price> {
      if (!listing.is_option()) return plus(price, carry(listings()[source], listing, price));
      if (what == BarsOf::trades) return venue::option_price(listing, price, bar.start);
      const model::Quote quote = venue::option_quote(listing, {.bid = price, .ask = price}, bar.start);
      if (what == BarsOf::bid) return quote.bid;
      if (what == BarsOf::ask) return quote.ask;
      return quote.bid && quote.ask ? std::optional{midpoint(*quote.bid, *quote.ask)} : std::nullopt;
    };
    const auto open = at(bar.open);
    const auto close = at(bar.close);
    const auto high = at(bar.high);
    const auto low = at(bar.low);
    if (!open || !close || !high || !low) continue;
    model::Bar out = bar;
    out.open = *open;
    out.close = *close;
    out.high = std::max(*high, *low);  // a put's is where the underlying is lowest
    out.low = std::min(*high, *low);
    if (listing.is_option() && what == BarsOf::trades) {
      out.volume = Quantity::of(bar.volume.raw() / Quantity::kScale / 500 + 1);
      out.trade_count = 1;
    }
    bars.push_back(out);
  }
  return bars;
}

std::vector<model::Bar> Market::invented_history(std::uint32_t index, Timestamp from, Timestamp now, BarsOf what,
                                                 Duration grain) const {
  const Listing& listing = listings()[index];
  const bool has_such = what == BarsOf::trades ? listing.has_prints() : listing.has_quotes();
  if (!before_ || !has_such || from >= before_->end()) return {};
  const auto made = grain >= std::chrono::days{1}      ? venue::Grain::day
                    : grain >= std::chrono::minutes{1} ? venue::Grain::minute
                                                       : venue::Grain::second;
  std::vector<model::Bar> bars = before_->bars(index, from, now, made);
  std::erase_if(bars, [&](const model::Bar& bar) {
    return bar.start + bar.length > now || (what == BarsOf::trades && bar.volume.is_zero());
  });
  const venue::GeneratedSymbol& symbol = before_->symbol(index);
  const std::int64_t below = symbol.spread_ticks / 2 * symbol.tick.raw();
  const std::int64_t above = symbol.spread_ticks * symbol.tick.raw() - below;
  for (model::Bar& bar : bars) {
    if (what == BarsOf::trades) {
      if (!listing.has_quotes()) bar.volume = Quantity::zero();
      continue;
    }
    for (Price* price : {&bar.open, &bar.high, &bar.low, &bar.close}) {
      const Price bid = Price::from_raw(price->raw() - below);
      const Price ask = Price::from_raw(price->raw() + above);
      *price = what == BarsOf::bid ? bid : what == BarsOf::ask ? ask : midpoint(bid, ask);
    }
    bar.volume = Quantity::zero();
    bar.trade_count = 0;
  }
  return bars;
}

std::vector<model::Bar> Market::played_history(std::uint32_t index, Timestamp from, Timestamp now, BarsOf what,
                                               Duration grain) const {
  std::vector<model::Bar> bars = invented_history(index, from, now, what, grain);
  if (what == BarsOf::trades) {
    const auto [first, last] = within(past_[index], from, now - bar_length_);
    std::copy_if(first, last, std::back_inserter(bars), [&](const model::Bar& bar) { return bar.length <= grain; });
    return bars;
  }
  const auto [first, last] = within(past_quotes_[index], from, now - bar_length_);
  for (auto quotes = first; quotes != last; ++quotes) {
    if (quotes->length > grain) continue;
    const auto of = [&](const model::Quote& quote) {
      if (what == BarsOf::bid) return *quote.bid;
      return what == BarsOf::ask ? *quote.ask : midpoint(*quote.bid, *quote.ask);
    };
    model::Bar bar{
        .start = quotes->start, .length = quotes->length, .open = of(quotes->open), .close = of(quotes->close)};
    bar.high = std::max(bar.open, bar.close);
    bar.low = std::min(bar.open, bar.close);
    bars.push_back(bar);
  }
  return bars;
}

std::vector<model::QuoteBar> Market::played_quotes(std::uint32_t index, Timestamp from, Timestamp now) const {
  std::vector<model::QuoteBar> quotes;
  const auto bids = invented_history(index, from, now, BarsOf::bid, bar_length_);
  const auto asks = invented_history(index, from, now, BarsOf::ask, bar_length_);
  for (std::size_t i = 0; i < bids.size(); ++i) {
    const Quantity size = Quantity::of(before_->symbol(index).lot);
    quotes.push_back({bids[i].start,
                      bids[i].length,
                      {bids[i].open, asks[i].open, size, size},
                      {bids[i].close, asks[i].close, size, size}});
  }
  const auto [first, last] = within(past_quotes_[index], from, now - bar_length_);
  std::copy_if(first, last, std::back_inserter(quotes),
               [&](const model::QuoteBar& bar) { return bar.length <= bar_length_; });
  return quotes;
}

std::vector<model::QuoteBar> Market::quote_history(venue::SymbolIndex symbol, Timestamp from, Timestamp now) const {
  const Listing& listing = listings()[symbol.value()];
  from = std::max(from, history_begin(symbol).value_or(from));
  if (symbol.value() < past_.size()) return played_quotes(symbol.value(), from, now);
  std::vector<model::QuoteBar> quotes;
  if (listing.is_combo()) {
    const auto bids = combo_history(listing, from, now, BarsOf::bid, bar_length_);
    const auto asks = combo_history(listing, from, now, BarsOf::ask, bar_length_);
    const Quantity one = Quantity::of(1);
    for (std::size_t i = 0; i < std::min(bids.size(), asks.size()); ++i) {
      quotes.push_back({bids[i].start,
                        bids[i].length,
                        {bids[i].open, asks[i].open, one, one},
                        {bids[i].close, asks[i].close, one, one}});
    }
    return quotes;
  }
  const std::uint32_t source = *universe_.by_con_id(*listing.priced_from);
  quotes = played_quotes(source, from, now);
  for (model::QuoteBar& bar : quotes) {
    for (model::Quote* quote : {&bar.open, &bar.close}) {
      if (listing.is_option()) {
        *quote = venue::option_quote(listing, *quote, bar.start);
        continue;
      }
      const Price more = carry(listings()[source], listing, *quote->bid);
      quote->bid = plus(*quote->bid, more);
      quote->ask = plus(*quote->ask, more);
    }
  }
  return quotes;
}

std::vector<model::Bar> Market::combo_history(const Listing& combo, Timestamp from, Timestamp now, BarsOf what,
                                              Duration grain) const {
  std::vector<model::Bar> sum;
  if (what == BarsOf::trades) return sum;  // a combo has no prints
  for (const venue::Leg& leg : combo.legs) {
    const std::uint32_t at = *universe_.by_con_id(leg.con_id);
    BarsOf side = what;
    if (what != BarsOf::midpoint && leg.side == Side::sell) side = what == BarsOf::bid ? BarsOf::ask : BarsOf::bid;
    const auto bars = history(venue::SymbolIndex{at}, from, now, side, grain);
    std::vector<model::Bar> next;
    auto before = sum.begin();
    for (const model::Bar& bar : bars) {
      const auto open = weighted(combo, leg, listings()[at], bar.open);
      const auto close = weighted(combo, leg, listings()[at], bar.close);
      if (!open || !close) continue;
      model::Bar out{.start = bar.start, .length = bar.length, .open = *open, .close = *close};
      if (&leg != &combo.legs.front()) {
        // Only intervals that every leg has.
        while (before != sum.end() && before->start < bar.start) ++before;
        if (before == sum.end() || before->start != bar.start) continue;
        out.open = plus(out.open, before->open);
        out.close = plus(out.close, before->close);
      }
      out.high = std::max(out.open, out.close);
      out.low = std::min(out.open, out.close);
      next.push_back(out);
    }
    sum = std::move(next);
  }
  return sum;
}

}  // namespace tradewind::sim::gateway
