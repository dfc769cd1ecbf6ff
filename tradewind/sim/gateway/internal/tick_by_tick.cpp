#include "tradewind/sim/gateway/internal/tick_by_tick.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/venue/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::int32_t kPastMax = 1000;
constexpr Quantity kRoundLot = Quantity::of(100);

// Finds the last `count` of what `collect` puts there of so much of the past, looking back further while there are fewer.
template <class Tick, class Collect>
void look_back(Duration bar, std::size_t count, std::vector<Tick>& ticks, Collect&& collect) {
  for (Duration back = bar * static_cast<std::int64_t>(count / 2 + 2); ticks.size() < count && back < 100h; back *= 8) {
    ticks.clear();
    collect(back);
  }
  if (ticks.size() > count) ticks.erase(ticks.begin(), ticks.end() - static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void TickByTick::request(const tws::TickByTickRequest& request) {
  const std::int32_t id = request.req_id;
  if (subscriptions_.contains(id))
    return client_.error(id, 322, "Error processing request.-'bN' : cause - Duplicate ticker id");
  Subscription made;
  if (request.tick_type == "Last") made.kind = Kind::last;
  else if (request.tick_type == "AllLast") made.kind = Kind::all_last;
  else if (request.tick_type == "BidAsk") made.kind = Kind::bid_ask;
  else if (request.tick_type == "MidPoint") made.kind = Kind::midpoint;
  else return client_.error(id, 321, "Error validating request.-'bN' : cause - Invalid tick-by-tick type");
  if (request.number_of_ticks < 0 || request.number_of_ticks > kPastMax)
    return client_.error(id, 321, "Error validating request.-'bN' : cause - Invalid number of ticks");
  const auto index = client_.contracts().only_match(id, request.contract);
  if (!index) return;
  const Listing& listing = client_.listings()[*index];
  if (const std::string refused = refusal(listing, made.kind); !refused.empty())
    return client_.error(id, 10189, "Failed to request tick-by-tick data." + refused);
  auto lease = client_.allowance().tick_by_tick();
  if (!lease) return client_.error(id, 10190, "Max number of tick-by-tick requests has been reached.");
  if (!client_.allowance().tick_by_tick_again(*index, static_cast<std::int32_t>(made.kind), client_.now()))
    return client_.error(id, 10189, "Failed to request tick-by-tick data.Tick-by-tick data request pacing violation");
  made.request_id = id;
  made.listing = *index;
  made.lease = std::move(*lease);
  made.ignores_size = request.ignore_size;
  const Subscription& added = subscriptions_.add(std::move(made));
  if (request.number_of_ticks > 0) send_past(added, request.number_of_ticks);
}

std::string TickByTick::refusal(const venue::Listing& listing, Kind kind) const {
  if (client_.options().data.live != LiveData::yes)
    return fmt::format("No market data permissions for {} {}", listing.primary_exchange, listing.security_type);
  const bool prints = kind == Kind::last || kind == Kind::all_last;
  if (listing.is_combo() || (prints ? !listing.has_prints() : !listing.has_quotes())) {
    constexpr auto kNames = std::to_array<std::string_view>({"", "Last", "AllLast", "BidAsk", "MidPoint"});
    return fmt::format("{} tick-by-tick requests are not supported for {}", kNames[static_cast<std::size_t>(kind)],
                       listing.security_type);
  }
  return "";
}

void TickByTick::cancel(const tws::CancelTickByTick& request) {
  if (!subscriptions_.remove(request.req_id))
    client_.error(request.req_id, 300, fmt::format("Can't find EId with tickerId:{}", request.req_id));
}

tws::HistoricalTickLast TickByTick::print_of(const venue::Listing& listing, const model::Trade& trade) const {
  tws::HistoricalTickLast tick;
  tick.time = trade.time.ns() / 1'000'000'000;
  tick.price = trade.price;
  tick.size = trade.size;
  tick.exchange = listing.primary_exchange;
  // A print without size is in nobody's volume.
  tick.tick_attrib_last.unreported = trade.size.is_zero();
  if (listing.security_type == "STK" && trade.size < kRoundLot) tick.special_conditions = "I";  // an odd lot
  return tick;
}

std::vector<model::Trade> TickByTick::past_prints(std::uint32_t index, std::size_t count) const {
  std::vector<model::Trade> prints;
  const Duration length = client_.market().bar_length();
  look_back(length, count, prints, [&](Duration back) {
    // The bar that is not over has prints already.
    for (const model::Bar& bar :
         client_.market().history(venue::SymbolIndex{index}, client_.now() - back, client_.now() + length)) {
      const venue::BarPrints made = venue::prints_of(bar);
      for (const model::Trade& print : made.view()) {
        if (print.time <= client_.now()) prints.push_back(print);
      }
    }
  });
  return prints;
}

std::vector<TickByTick::PastQuote> TickByTick::past_quotes(std::uint32_t index, std::size_t count) const {
  std::vector<PastQuote> quotes;
  const Duration length = client_.market().bar_length();
  const Timestamp now = client_.now();
  look_back(length, count, quotes, [&](Duration back) {
    const auto put = [&](Timestamp time, const model::Quote& quote) {
      if (!quote.bid || !quote.ask || time > now) return;
      const bool is_news =
          quotes.empty() || quotes.back().quote.bid != quote.bid || quotes.back().quote.ask != quote.ask;
      if (is_news) quotes.push_back({time, quote});
    };
    for (const model::QuoteBar& bar :
         client_.market().quote_history(venue::SymbolIndex{index}, now - back, now + length)) {
      put(venue::instant_in_bar(bar.start, bar.length, venue::kQuoteOpenAt), bar.open);
      put(venue::instant_in_bar(bar.start, bar.length, venue::kQuoteCloseAt), bar.close);
    }
  });
  return quotes;
}

void TickByTick::send_past(const Subscription& subscription, std::int32_t count) {
  const Listing& listing = client_.listings()[subscription.listing];
  const auto prints = [&] { return past_prints(subscription.listing, static_cast<std::size_t>(count)); };
  switch (subscription.kind) {
    case Kind::last:
    case Kind::all_last: {
      tws::HistoricalTicksLast past{.req_id = subscription.request_id, .ticks = {}, .is_done = true};
      for (const model::Trade& trade : prints()) {
        if (subscription.kind == Kind::all_last || !trade.size.is_zero())
          past.ticks.push_back(print_of(listing, trade));
      }
      return client_.send(past);
    }
    case Kind::bid_ask: {
      tws::HistoricalTicksBidAsk past{.req_id = subscription.request_id, .ticks = {}, .is_done = true};
      for (const auto& [time, quote] : past_quotes(subscription.listing, static_cast<std::size_t>(count))) {
        past.ticks.push_back({.time = time.ns() / 1'000'000'000,
                              .tick_attrib_bid_ask = {},
                              .price_bid = *quote.bid,
                              .price_ask = *quote.ask,
                              .size_bid = quote.bid_size,
                              .size_ask = quote.ask_size});
      }
      return client_.send(past);
    }
    case Kind::midpoint: {
      tws::HistoricalTicks past{.req_id = subscription.request_id, .ticks = {}, .is_done = true};
      for (const auto& [time, quote] : past_quotes(subscription.listing, static_cast<std::size_t>(count))) {
        past.ticks.push_back(
            {.time = time.ns() / 1'000'000'000, .price = midpoint(*quote.bid, *quote.ask), .size = Quantity::zero()});
      }
      return client_.send(past);
    }
  }
}

void TickByTick::on_trade(std::uint32_t index) {
  if (subscriptions_.empty()) return;
  for (const Subscription* subscription : subscriptions_.of(index)) {
    if (subscription->kind != Kind::last && subscription->kind != Kind::all_last) continue;
    const model::Trade& trade = *client_.tapes()[index].last;
    if (subscription->kind == Kind::last && trade.size.is_zero()) continue;
    tws::TickByTickData tick;
    tick.req_id = subscription->request_id;
    tick.tick_type = static_cast<std::int32_t>(subscription->kind);
    tick.last = print_of(client_.listings()[index], trade);
    client_.send(tick);
  }
}

void TickByTick::on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now) {
  if (subscriptions_.empty()) return;
  for (const Subscription* subscription : subscriptions_.of(index)) {
    tws::TickByTickData tick;
    tick.req_id = subscription->request_id;
    tick.tick_type = static_cast<std::int32_t>(subscription->kind);
    const std::int64_t time = client_.now().ns() / 1'000'000'000;
    if (subscription->kind == Kind::bid_ask) {
      if (subscription->ignores_size ? now.bid == before.bid && now.ask == before.ask : now == before) continue;
      const Tape& tape = client_.tapes()[index];
      tick.bid_ask.time = time;
      tick.bid_ask.price_bid = now.bid.value_or(Price::zero());
      tick.bid_ask.price_ask = now.ask.value_or(Price::zero());
      tick.bid_ask.size_bid = now.bid ? now.bid_size : Quantity::zero();
      tick.bid_ask.size_ask = now.ask ? now.ask_size : Quantity::zero();
      tick.bid_ask.tick_attrib_bid_ask.bid_past_low = now.bid && tape.low && *now.bid < *tape.low;
      tick.bid_ask.tick_attrib_bid_ask.ask_past_high = now.ask && tape.high && *now.ask > *tape.high;
    } else if (subscription->kind == Kind::midpoint) {
      if (!now.bid || !now.ask) continue;
      const Price middle = midpoint(*now.bid, *now.ask);
      if (before.bid && before.ask && midpoint(*before.bid, *before.ask) == middle) continue;
      tick.mid_point = {.time = time, .price = middle, .size = Quantity::zero()};
    } else {
      continue;
    }
    client_.send(tick);
  }
}

}  // namespace tradewind::sim::gateway
