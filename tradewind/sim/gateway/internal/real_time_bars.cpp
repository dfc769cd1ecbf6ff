#include "tradewind/sim/gateway/internal/real_time_bars.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"

#include <algorithm>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRealTimeBar = 5s;

Timestamp next_boundary(Timestamp now, Duration length) {
  return Timestamp::from_ns((now.ns() / length.count() + 1) * length.count());
}

}  // namespace

void RealTimeBars::request(const tws::RealTimeBarsRequest& request) {
  const auto index = client_.contracts().only_match(request.req_id, request.contract);
  if (!index) return;
  subscriptions_.insert_or_assign(request.req_id, Subscription{*index, next_boundary(client_.now(), kRealTimeBar), {}});
}

void RealTimeBars::cancel(const tws::CancelRealTimeBars& request) { subscriptions_.erase(request.req_id); }

std::optional<Timestamp> RealTimeBars::wake_at() const {
  std::optional<Timestamp> earliest;
  for (const auto& [request_id, bars] : subscriptions_) {
    if (!earliest || bars.due < *earliest) earliest = bars.due;
  }
  return earliest;
}

void RealTimeBars::wake(Timestamp now) {
  for (auto& [request_id, bars] : subscriptions_) {
    if (bars.due > now) continue;
    // Without a trade the last price stands, with no volume.
    std::optional<model::Bar> bar = std::exchange(bars.bar, std::nullopt);
    const auto& last = client_.tapes()[bars.listing].last;
    if (!bar && last)
      bar = model::Bar{bars.due - kRealTimeBar,
                       kRealTimeBar,
                       last->price,
                       last->price,
                       last->price,
                       last->price,
                       Quantity::zero(),
                       0};
    if (bar) {
      tws::RealTimeBarTick tick;
      tick.req_id = request_id;
      tick.time = bar->start.ns() / 1'000'000'000;
      tick.open = bar->open;
      tick.high = bar->high;
      tick.low = bar->low;
      tick.close = bar->close;
      tick.volume = bar->volume;
      tick.wap = bar->close;
      tick.count = bar->trade_count;
      client_.send(tick);
    }
    bars.due = next_boundary(now, kRealTimeBar);
  }
}

void RealTimeBars::on_trade(std::uint32_t index) {
  const model::Trade& trade = *client_.tapes()[index].last;
  for (auto& [request_id, bars] : subscriptions_) {
    if (bars.listing != index) continue;
    if (!bars.bar) {
      bars.bar = model::Bar{
          bars.due - kRealTimeBar, kRealTimeBar, trade.price, trade.price, trade.price, trade.price, trade.size, 1};
      continue;
    }
    bars.bar->high = std::max(bars.bar->high, trade.price);
    bars.bar->low = std::min(bars.bar->low, trade.price);
    bars.bar->close = trade.price;
    bars.bar->volume = add(bars.bar->volume, trade.size).value_or(bars.bar->volume);
    ++bars.bar->trade_count;
  }
}

}  // namespace tradewind::sim::gateway
