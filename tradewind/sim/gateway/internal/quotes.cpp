#include "tradewind/sim/gateway/internal/quotes.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tradewind::sim::gateway {
namespace {

// Tick types of tws/tick_types.
enum Tick : std::int32_t {
  kBidSize = 0,
  kBid = 1,
  kAsk = 2,
  kAskSize = 3,
  kLast = 4,
  kLastSize = 5,
  kHigh = 6,
  kLow = 7,
  kVolume = 8,
  kClose = 9,
  kOpen = 14,
  kLastTimestamp = 45,
  kRtVolume = 48,
};

}  // namespace

void Quotes::request(const tws::MarketDataRequest& request) {
  if (lines_.contains(request.req_id)) return client_.error(request.req_id, 102, "Duplicate ticker id");
  const auto index = client_.contracts().only_match(request.req_id, request.contract);
  if (!index) return;
  Line line{*index, false};
  std::string_view generic = request.generic_tick_list;
  while (!generic.empty()) {
    const std::size_t end = std::min(generic.find(','), generic.size());
    if (generic.substr(0, end) == "233") line.rt_volume = true;
    generic.remove_prefix(std::min(end + 1, generic.size()));
  }
  tws::TickReqParams params;
  params.req_id = request.req_id;
  params.min_tick = client_.listings()[*index].min_tick;
  params.bbo_exchange = "9c0001";
  params.snapshot_permissions = 3;
  client_.send(params);
  client_.send(tws::MarketDataType{.req_id = request.req_id, .market_data_type = 1});
  send_tape(request.req_id, line);
  if (request.snapshot) {
    client_.send(tws::TickSnapshotEnd{.req_id = request.req_id});
  } else {
    lines_.emplace(request.req_id, line);
  }
}

void Quotes::cancel(const tws::CancelMarketData& request) {
  if (lines_.erase(request.req_id) == 0)
    client_.error(request.req_id, 300, fmt::format("Can't find EId with tickerId:{}", request.req_id));
}

void Quotes::send_tick(std::int32_t request_id, std::int32_t price_type, std::int32_t size_type, Price price,
                       Quantity size) {
  tws::TickPrice tick;
  tick.req_id = request_id;
  tick.tick_type = price_type;
  tick.price = price;
  tick.size = size;
  tick.attr_mask = price_type == kBid || price_type == kAsk ? 1 : 0;
  client_.send(tick);
  // Gateways repeat the size by itself.
  if (size_type >= 0) client_.send(tws::TickSize{.req_id = request_id, .tick_type = size_type, .size = size});
}

void Quotes::send_tape(std::int32_t request_id, const Line& line) {
  const Tape& tape = client_.tapes()[line.listing];
  if (tape.quote.bid) send_tick(request_id, kBid, kBidSize, *tape.quote.bid, tape.quote.bid_size);
  if (tape.quote.ask) send_tick(request_id, kAsk, kAskSize, *tape.quote.ask, tape.quote.ask_size);
  if (tape.last) send_print(request_id, line);
  if (tape.open) send_tick(request_id, kOpen, -1, *tape.open, Quantity::zero());
  if (tape.high) send_tick(request_id, kHigh, -1, *tape.high, Quantity::zero());
  if (tape.low) send_tick(request_id, kLow, -1, *tape.low, Quantity::zero());
  if (tape.previous_close) send_tick(request_id, kClose, -1, *tape.previous_close, Quantity::zero());
}

void Quotes::send_print(std::int32_t request_id, const Line& line) {
  const Tape& tape = client_.tapes()[line.listing];
  const model::Trade& trade = *tape.last;
  const std::int64_t milliseconds = trade.time.ns() / 1'000'000;
  if (line.rt_volume) {
    const auto average = average_price(tape.value, tape.volume, Multiplier::of(1)).value_or(trade.price);
    const std::string print =
        fmt::format("{};{};{};{};{};true", trade.price, trade.size, milliseconds, tape.volume, average);
    client_.send(tws::TickString{.req_id = request_id, .tick_type = kRtVolume, .value = print});
  }
  send_tick(request_id, kLast, kLastSize, trade.price, trade.size);
  const std::string seconds = std::to_string(milliseconds / 1000);
  client_.send(tws::TickString{.req_id = request_id, .tick_type = kLastTimestamp, .value = seconds});
  client_.send(tws::TickSize{.req_id = request_id, .tick_type = kVolume, .size = tape.volume});
}

void Quotes::on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now) {
  for (const auto& [request_id, line] : lines_) {
    if (line.listing != index) continue;
    // A side without a quote is -1 with size 0.
    if (before.bid != now.bid || before.bid_size != now.bid_size) {
      send_tick(request_id, kBid, kBidSize, now.bid.value_or(Price::of(-1)), now.bid ? now.bid_size : Quantity::zero());
    }
    if (before.ask != now.ask || before.ask_size != now.ask_size) {
      send_tick(request_id, kAsk, kAskSize, now.ask.value_or(Price::of(-1)), now.ask ? now.ask_size : Quantity::zero());
    }
  }
}

void Quotes::on_trade(std::uint32_t index) {
  for (const auto& [request_id, line] : lines_) {
    if (line.listing == index) send_print(request_id, line);
  }
}

}  // namespace tradewind::sim::gateway
