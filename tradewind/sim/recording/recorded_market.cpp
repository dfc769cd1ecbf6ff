#include "tradewind/sim/recording/recorded_market.hpp"

#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/core/tws/wire.hpp"
#include "tradewind/sim/recording/frame_cutter.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace tradewind::sim::recording {
namespace {

// Bars that are made print by print and quote by quote.
class Seconds {
 public:
  void print(Timestamp time, Price price, Quantity size) {
    if (price <= Price::zero()) return;
    const Timestamp start = second_of(time);
    auto& bars = history_.trades;
    if (bars.empty() || bars.back().start < start)
      bars.push_back({.start = start, .length = RecordedMarket::kLength, .open = price, .high = price, .low = price});
    model::Bar& bar = bars.back();  // a print that is told late is of the second that is there
    bar.high = std::max(bar.high, price);
    bar.low = std::min(bar.low, price);
    bar.close = price;
    bar.volume = add(bar.volume, size).value_or(bar.volume);
    ++bar.trade_count;
  }
  void quote(Timestamp time, const model::Quote& quote) {
    const Timestamp start = second_of(time);
    auto& bars = history_.quotes;
    if (bars.empty() || bars.back().start < start)
      bars.push_back({.start = start, .length = RecordedMarket::kLength, .open = quote, .close = quote});
    bars.back().close = quote;
  }
  [[nodiscard]] model::BarHistory take() { return std::move(history_); }

 private:
  static Timestamp second_of(Timestamp time) {
    const std::int64_t length = RecordedMarket::kLength.count();
    return Timestamp::from_ns(time.ns() / length * length);
  }

  model::BarHistory history_{.length = RecordedMarket::kLength, .trades = {}, .quotes = {}};
};

// What one security showed: on market data lines, and tick by tick.
struct Seen {
  model::Quote quote;
  std::optional<Price> last;
  std::optional<Quantity> last_size;
  Seconds line;
  Seconds ticks;
};

std::optional<Price> quoted(Price price) { return price > Price::zero() ? std::optional{price} : std::nullopt; }

}  // namespace

struct RecordedMarket::State : tws::ForwardingHandler<State>, tws::ForwardingOutgoing<State> {
  FrameCutter cutter{[this](const RecordedFrame& frame) { take(frame); }};
  tws::IncomingMessages incoming;
  tws::OutgoingMessages outgoing;
  tws::DecodeCounters counters;
  Timestamp time;
  std::uint32_t connection = 0;
  std::map<std::int32_t, std::string> symbols;  // by conId
  std::map<std::pair<std::uint32_t, std::int32_t>, std::string> requests;  // their symbols, by connection and id
  std::map<std::string, Seen> seen;

  void take(const RecordedFrame& frame) {
    if (frame.is_greeting || frame.version == 0) return;
    time = frame.time.utc;
    connection = frame.connection;
    const tws::FrameView view = tws::parse_frame(frame.payload, frame.version);
    if (view.fault != nullptr) return;
    // What cannot be read shows nothing of the market.
    if (frame.from_client)
      static_cast<void>(
          tws::dispatch(view, frame.version, outgoing, static_cast<tws::OutgoingHandler&>(*this), counters));
    else
      static_cast<void>(
          tws::dispatch(view, frame.version, incoming, static_cast<tws::IncomingHandler&>(*this), counters));
  }

  template <class Message>
  void on_any(const Message& message) {
    if constexpr (requires { on(message); }) on(message);
  }

  void asked(std::int32_t request, const tws::Contract& contract) {
    std::string symbol{contract.symbol};
    if (symbol.empty() || contract.sec_type.empty()) {
      const auto known = symbols.find(contract.con_id);
      symbol = known == symbols.end() ? std::string{} : known->second;
    } else if (contract.sec_type != "STK" || (!contract.currency.empty() && contract.currency != "USD")) {
      symbol.clear();
    }
    if (symbol.empty()) requests.erase({connection, request});
    else requests[{connection, request}] = symbol;
  }
  Seen* of(std::int32_t request) {
    const auto found = requests.find({connection, request});
    return found == requests.end() ? nullptr : &seen[found->second];
  }

  void on(const tws::MarketDataRequest& message) { asked(message.req_id, message.contract); }
  void on(const tws::TickByTickRequest& message) { asked(message.req_id, message.contract); }
  void on(const tws::ContractData& message) {
    const tws::Contract& contract = message.contract;
    if (contract.sec_type == "STK" && contract.currency == "USD")
      symbols[contract.con_id] = std::string{contract.symbol};
  }

  void on(const tws::TickPrice& tick) {
    Seen* const one = of(tick.req_id);
    if (one == nullptr) return;
    const Quantity size = tick.size.value_or(Quantity::zero());
    switch (tick.tick_type) {
      case 1:   // bid
      case 66:  // the same, delayed
        one->quote.bid = quoted(tick.price);
        one->quote.bid_size = size;
        return one->line.quote(time, one->quote);
      case 2:  // ask
      case 67:
        one->quote.ask = quoted(tick.price);
        one->quote.ask_size = size;
        return one->line.quote(time, one->quote);
      case 4:  // last
      case 68:
        one->last = tick.price;
        one->last_size = size;
        return one->line.print(time, tick.price, size);
      default:
        return;
    }
  }
  void on(const tws::TickSize& tick) {
    Seen* const one = of(tick.req_id);
    if (one == nullptr || !tick.size) return;
    switch (tick.tick_type) {
      case 0:  // bid
      case 69:
        one->quote.bid_size = *tick.size;
        return one->line.quote(time, one->quote);
      case 3:  // ask
      case 70:
        one->quote.ask_size = *tick.size;
        return one->line.quote(time, one->quote);
      case 5:  // last: it comes behind its price once more, and alone when the price is the same
      case 71:
        if (std::exchange(one->last_size, std::nullopt) == tick.size || !one->last) return;
        return one->line.print(time, *one->last, *tick.size);
      default:
        return;
    }
  }
  void on(const tws::TickByTickData& tick) {
    Seen* const one = of(tick.req_id);
    if (one == nullptr) return;
    if (tick.tick_type == 1 || tick.tick_type == 2) {
      one->ticks.print(time, tick.last.price, tick.last.size.value_or(Quantity::zero()));
    } else if (tick.tick_type == 3) {
      one->ticks.quote(
          time, {quoted(tick.bid_ask.price_bid), quoted(tick.bid_ask.price_ask),
                 tick.bid_ask.size_bid.value_or(Quantity::zero()), tick.bid_ask.size_ask.value_or(Quantity::zero())});
    }
  }
};

RecordedMarket::RecordedMarket() : state_{std::make_unique<State>()} {}
RecordedMarket::~RecordedMarket() = default;

void RecordedMarket::add(const tws::WireEntry& entry) { state_->cutter.add(entry); }

std::vector<RecordedMarket::Series> RecordedMarket::take() {
  std::vector<Series> all;
  for (auto& [symbol, one] : state_->seen) {
    model::BarHistory history = one.ticks.take();
    model::BarHistory line = one.line.take();
    if (history.trades.empty()) history.trades = std::move(line.trades);
    if (history.quotes.empty()) history.quotes = std::move(line.quotes);
    if (!history.trades.empty() || !history.quotes.empty()) all.push_back({symbol, std::move(history)});
  }
  state_->seen.clear();
  return all;
}

}  // namespace tradewind::sim::recording
