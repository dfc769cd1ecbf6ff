#include "tradewind/sim/gateway/internal/real_time_bars.hpp"

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRealTimeBar = 5s;

}  // namespace

void RealTimeBars::request(const tws::RealTimeBarsRequest& request) {
  const std::int32_t id = request.req_id;
  if (subscriptions_.contains(id))
    return client_.error(id, 322, "Error processing request.-'bP' : cause - Duplicate ticker id");
  Subscription made;
  if (request.what_to_show == "TRADES" || request.what_to_show.empty()) made.what = What::trades;
  else if (request.what_to_show == "BID") made.what = What::bid;
  else if (request.what_to_show == "ASK") made.what = What::ask;
  else if (request.what_to_show == "MIDPOINT") made.what = What::midpoint;
  else {
    return client_.error(id, 321,
                         "Error validating request.-'bP' : cause - What to show field is missing or incorrect.");
  }
  const auto index = client_.contracts().only_match(id, request.contract);
  if (!index) return;
  const Listing& listing = client_.listings()[*index];
  if (client_.options().data.live != LiveData::yes) {
    return client_.error(id, 420,
                         fmt::format("Invalid Real-time Query:No market data permissions for {} {}",
                                     listing.primary_exchange, listing.security_type));
  }
  if (made.what == What::trades ? !listing.has_prints() : !listing.has_quotes()) {
    return client_.error(
        id, 420, fmt::format("Invalid Real-time Query:No {} data for {}", request.what_to_show, listing.security_type));
  }
  if (!client_.allowance().real_time_bars_again(client_.now()))
    return client_.error(id, 420, "Invalid Real-time Query:Historical data request pacing violation");
  auto lease = client_.allowance().line();
  if (!lease) return client_.error(id, 101, "Max number of tickers has been reached");
  made.request_id = id;
  made.listing = *index;
  made.lease = std::move(*lease);
  made.regular_hours_only = request.use_rth;
  made.last = price_of(made);
  subscriptions_.add(std::move(made));
  if (!wake_at_) wake_at_ = next_boundary(client_.now(), kRealTimeBar);
}

void RealTimeBars::cancel(const tws::CancelRealTimeBars& request) {
  if (!subscriptions_.remove(request.req_id))
    return client_.error(request.req_id, 300, fmt::format("Can't find EId with tickerId:{}", request.req_id));
  if (subscriptions_.empty()) wake_at_.reset();
}

std::optional<Price> RealTimeBars::price_of(const Subscription& subscription) const {
  const Tape& tape = client_.tapes()[subscription.listing];
  switch (subscription.what) {
    case What::trades:
      return tape.last ? std::optional{tape.last->price} : std::nullopt;
    case What::bid:
      return tape.quote.bid;
    case What::ask:
      return tape.quote.ask;
    case What::midpoint:
      break;
  }
  if (!tape.quote.bid || !tape.quote.ask) return std::nullopt;
  return midpoint(*tape.quote.bid, *tape.quote.ask);
}

void RealTimeBars::take(Subscription& subscription, Price price) {
  if (!subscription.bar) {
    // A bar of quotes begins with what stood before.
    const Price open = subscription.what == What::trades ? price : subscription.last.value_or(price);
    subscription.bar = model::Bar{{}, kRealTimeBar, open, open, open, open, Quantity::zero(), 0};
  }
  subscription.bar->high = std::max(subscription.bar->high, price);
  subscription.bar->low = std::min(subscription.bar->low, price);
  subscription.bar->close = price;
}

void RealTimeBars::on_quote(std::uint32_t index) {
  for (Subscription* subscription : subscriptions_.of(index)) {
    if (subscription->what == What::trades) continue;
    if (const auto price = price_of(*subscription)) take(*subscription, *price);
  }
}

void RealTimeBars::on_trade(std::uint32_t index) {
  for (Subscription* subscription : subscriptions_.of(index)) {
    if (subscription->what != What::trades) continue;
    const model::Trade& trade = *client_.tapes()[index].last;
    take(*subscription, trade.price);
    model::Bar& bar = *subscription->bar;
    bar.volume = add(bar.volume, trade.size).value_or(bar.volume);
    ++bar.trade_count;
    if (const auto worth = notional(trade.price, trade.size, Multiplier::of(1)))
      subscription->value = add(subscription->value, *worth).value_or(subscription->value);
  }
}

void RealTimeBars::wake(Timestamp now) {
  if (!wake_at_ || *wake_at_ > now) return;
  for (auto& [request_id, subscription] : subscriptions_) send_bar(subscription);
  wake_at_ = next_boundary(now, kRealTimeBar);
}

void RealTimeBars::send_bar(Subscription& subscription) {
  const Timestamp start = *wake_at_ - kRealTimeBar;
  std::optional<model::Bar> bar = std::exchange(subscription.bar, std::nullopt);
  const Amount value = std::exchange(subscription.value, Amount::zero());
  const auto last = price_of(subscription);
  subscription.last = last;
  // Where nothing happened the last price stands, with no volume.
  if (!bar && last) bar = model::Bar{{}, kRealTimeBar, *last, *last, *last, *last, Quantity::zero(), 0};
  if (!bar || (subscription.regular_hours_only && !client_.hours().is_regular(start))) return;
  tws::RealTimeBarTick tick;
  tick.req_id = subscription.request_id;
  tick.time = start.ns() / 1'000'000'000;
  tick.open = bar->open;
  tick.high = bar->high;
  tick.low = bar->low;
  tick.close = bar->close;
  tick.volume = bar->volume;
  // Only what is traded has an average and a number of trades.
  tick.wap = subscription.what == What::trades
                 ? average_price(value, bar->volume, Multiplier::of(1)).value_or(bar->close)
                 : Price::zero();
  tick.count = bar->trade_count;
  client_.send(tick);
}

}  // namespace tradewind::sim::gateway
