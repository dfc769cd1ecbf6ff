#include "tradewind/sim/venue/replay.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/decimal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tradewind::sim::venue {
namespace {

constexpr std::array<int, 4> kPrintsAt{2, 20, 40, 58};

// Heap order: std's heaps keep the largest in front.
constexpr auto kLater = [](const auto& a, const auto& b) {
  return std::pair{a.time, a.symbol} > std::pair{b.time, b.symbol};
};

// Bars that break these rules would break the order of events, silently.
template <class B>
void check_bars(const std::vector<B>& bars, Duration length) {
  for (std::size_t i = 0; i < bars.size(); ++i) {
    TW_CHECK(length >= kBarLengthMin && bars[i].length == length);
    TW_CHECK(i == 0 || bars[i].start - bars[i - 1].start >= length);
  }
}

template <class B>
void drop_front(std::vector<B>& bars, std::size_t& index) {
  bars.erase(bars.begin(), bars.begin() + static_cast<std::ptrdiff_t>(index));
  index = 0;
}

template <class B>
void append_bars(std::vector<B>& bars, std::vector<B>&& later, Duration length) {
  bars.insert(bars.end(), std::move_iterator{later.begin()}, std::move_iterator{later.end()});
  check_bars(bars, length);
}

}  // namespace

Timestamp instant_in_bar(Timestamp start, Duration length, int sixtieths) {
  return start + Duration{static_cast<std::int64_t>(Int128{length.count()} * sixtieths / 60)};
}

BarPrints prints_of(const model::Bar& bar) {
  const bool rose = bar.close >= bar.open;
  const std::array<Price, 4> prices{bar.open, rose ? bar.low : bar.high, rose ? bar.high : bar.low, bar.close};

  const std::int64_t volume = bar.volume.raw();
  std::int64_t unit = volume % Quantity::kScale == 0 ? Quantity::kScale : 1;
  BarPrints result;
  std::int64_t excess = 4 - std::min<std::int64_t>(volume / unit, 4);  // prints to leave out, if any can be
  for (std::size_t i = 0; i < prices.size(); ++i) {
    if (excess > 0 && i > 0 && prices[i] == prices[i - 1]) {
      --excess;
      continue;
    }
    const Timestamp time = instant_in_bar(bar.start, bar.length, kPrintsAt[i]);
    result.prints[result.count++] = {.time = time, .price = prices[i], .size = Quantity::zero()};
  }
  if (excess > 0) unit = 1;

  const auto count = static_cast<std::int64_t>(result.count);
  const std::int64_t part = volume / unit / count * unit;
  for (std::size_t i = 0; i < result.count; ++i) result.prints[i].size = Quantity::from_raw(part);
  result.prints[result.count - 1].size = Quantity::from_raw(volume - part * (count - 1));
  return result;
}

Replay::Replay(std::vector<model::BarHistory> histories, Duration shift) : shift_{shift} {
  streams_.resize(histories.size());
  for (std::size_t i = 0; i < histories.size(); ++i) streams_[i].history.length = histories[i].length;
  append(std::move(histories));
}

void Replay::append(std::vector<model::BarHistory> later) {
  TW_CHECK(later.size() == streams_.size());
  for (std::uint32_t symbol = 0; symbol < streams_.size(); ++symbol) {
    Stream& stream = streams_[symbol];
    model::BarHistory& more = later[symbol];
    TW_CHECK(more.length == stream.history.length);
    const bool trades_were_done = stream.trade_bar == stream.history.trades.size();
    drop_front(stream.history.quotes, stream.quote_bar);
    drop_front(stream.history.trades, stream.trade_bar);
    append_bars(stream.history.quotes, std::move(more.quotes), more.length);
    append_bars(stream.history.trades, std::move(more.trades), more.length);
    if (trades_were_done && !stream.history.trades.empty()) stream.prints = prints_of(stream.history.trades.front());
    if (!stream.queued) enqueue(symbol);
  }
}

std::optional<Timestamp> Replay::quote_time(const Stream& stream) {
  if (stream.quote_bar == stream.history.quotes.size()) return std::nullopt;
  const model::QuoteBar& bar = stream.history.quotes[stream.quote_bar];
  return instant_in_bar(bar.start, bar.length, stream.quote_at_close ? kQuoteCloseAt : kQuoteOpenAt);
}

std::optional<Timestamp> Replay::print_time(const Stream& stream) {
  if (stream.trade_bar == stream.history.trades.size()) return std::nullopt;
  return stream.prints.prints[stream.print].time;
}

void Replay::enqueue(std::uint32_t symbol) {
  Stream& stream = streams_[symbol];
  const auto quote = quote_time(stream);
  const auto print = print_time(stream);
  stream.queued = quote || print;
  if (!stream.queued) return;
  const Timestamp time = !quote ? *print : !print ? *quote : std::min(*quote, *print);
  TW_CHECK(!played_ || time >= *played_);
  heap_.push_back({time, symbol});
  std::ranges::push_heap(heap_, kLater);
}

MarketEvent Replay::pop() {
  TW_CHECK(!heap_.empty());
  std::ranges::pop_heap(heap_, kLater);
  const auto [time, symbol] = heap_.back();
  heap_.pop_back();
  played_ = time;

  Stream& stream = streams_[symbol];
  MarketEvent event{.time = time + shift_, .symbol = SymbolIndex{symbol}, .data = {}};
  if (quote_time(stream) == time) {
    const model::QuoteBar& bar = stream.history.quotes[stream.quote_bar];
    event.data = stream.quote_at_close ? bar.close : bar.open;
    if (stream.quote_at_close) ++stream.quote_bar;
    stream.quote_at_close = !stream.quote_at_close;
  } else {
    model::Trade trade = stream.prints.prints[stream.print];
    trade.time = trade.time + shift_;
    event.data = trade;
    if (++stream.print == stream.prints.count) {
      stream.print = 0;
      ++stream.trade_bar;
      if (stream.trade_bar < stream.history.trades.size()) {
        stream.prints = prints_of(stream.history.trades[stream.trade_bar]);
      }
    }
  }
  enqueue(symbol);
  return event;
}

}  // namespace tradewind::sim::venue
