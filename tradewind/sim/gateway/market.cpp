#include "tradewind/sim/gateway/market.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

constexpr std::size_t kPastBarsMax = 400'000;  // per symbol: four days of seconds

}  // namespace

Market::Market(std::vector<Listing> listings, std::vector<model::BarHistory> histories, Duration shift)
    : listings_{std::move(listings)},
      replay_{histories, shift},
      past_(listings_.size()),
      shift_{shift},
      bar_length_{histories.empty() ? Duration{std::chrono::minutes{1}} : histories.front().length} {
  TW_CHECK(histories.size() == listings_.size());
  for (const model::BarHistory& history : histories) {
    quote_data_.push_back(history.quotes.empty() ? venue::QuoteData::absent : venue::QuoteData::present);
  }
  remember(histories);
}

Market Market::recorded(std::vector<Listing> listings, std::vector<model::BarHistory> histories, Duration shift) {
  return {std::move(listings), std::move(histories), shift};
}

Market Market::generated(std::vector<Listing> listings, venue::Generator generator, Timestamp start) {
  std::vector<model::BarHistory> past = generator.take_until(start);
  std::vector<model::BarHistory> none = past;
  for (model::BarHistory& history : none) {
    history.trades.clear();
    history.quotes.clear();
  }
  Market market{std::move(listings), std::move(none), Duration::zero()};
  market.quote_data_.assign(market.listings_.size(), venue::QuoteData::present);
  market.remember(past);
  market.generator_.emplace(std::move(generator));
  return market;
}

void Market::remember(const std::vector<model::BarHistory>& histories) {
  for (std::size_t i = 0; i < histories.size(); ++i) {
    for (model::Bar bar : histories[i].trades) {
      bar.start = bar.start + shift_;
      past_[i].push_back(bar);
    }
    if (past_[i].size() > kPastBarsMax) past_[i].erase(past_[i].begin(), past_[i].end() - kPastBarsMax / 2);
  }
}

std::vector<venue::QuoteData> Market::quote_data() const { return quote_data_; }

std::optional<Timestamp> Market::next_time() {
  // A whole minute can be halted for every symbol.
  while (generator_ && !replay_.next_time()) {
    const auto minute = generator_->next_minute();
    if (!minute) return std::nullopt;
    auto made = generator_->take_until(*minute + std::chrono::minutes{1});
    remember(made);
    replay_.append(std::move(made));
  }
  return replay_.next_time();
}

std::vector<model::Bar> Market::history(venue::SymbolIndex symbol, Timestamp from, Timestamp now) const {
  const auto& bars = past_[symbol.value()];
  const auto first = std::ranges::lower_bound(bars, from, {}, &model::Bar::start);
  const auto last = std::ranges::upper_bound(bars, now - bar_length_, {}, &model::Bar::start);
  return first < last ? std::vector<model::Bar>{first, last} : std::vector<model::Bar>{};
}

}  // namespace tradewind::sim::gateway
