#include "tradewind/sim/gateway/internal/historical_ticks.hpp"

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/venue/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::int32_t kTicksMax = 1'000;  // to a request; the last second is finished beyond them
constexpr Duration kFirstWindow = 2min;
constexpr Duration kWindowMax = 24h * 4;  // over a long weekend

std::int64_t second_of(Timestamp time) { return time.ns() / 1'000'000'000; }
std::int64_t second_of(const model::Trade& trade) { return second_of(trade.time); }
struct QuoteTick {
  Timestamp time;
  model::Quote quote;
};
std::int64_t second_of(const QuoteTick& tick) { return second_of(tick.time); }

// The first `count` ticks from `from` on, or the last before `until`, with all of the last second or the first. `between` has
// those of [from, until) that `now` has seen. The stretch looked at grows until there are enough.
template <class Tick>
std::vector<Tick> some(std::optional<Timestamp> from, Timestamp until, std::size_t count, Timestamp now,
                       const std::function<std::vector<Tick>(Timestamp, Timestamp)>& between) {
  std::vector<Tick> ticks;
  for (Duration window = kFirstWindow;; window *= 4) {
    window = std::min(window, kWindowMax);
    if (from) {
      // A second more, so that the last one is whole.
      const Timestamp end = std::min(*from + window + 1s, now);
      ticks = between(*from, end);
      if (ticks.size() <= count && end < now && window < kWindowMax) continue;
      std::size_t size = std::min(count, ticks.size());
      while (size < ticks.size() && second_of(ticks[size]) == second_of(ticks[size - 1])) ++size;
      ticks.resize(size);
      return ticks;
    }
    ticks = between(until - window, until);
    if (ticks.size() <= count && window < kWindowMax) continue;
    std::size_t first = ticks.size() - std::min(count, ticks.size());
    while (first > 0 && first < ticks.size() && second_of(ticks[first - 1]) == second_of(ticks[first])) --first;
    ticks.erase(ticks.begin(), ticks.begin() + static_cast<std::ptrdiff_t>(first));
    return ticks;
  }
}

}  // namespace

void HistoricalTicks::request(const tws::HistoricalTicksRequest& request) {
  const auto refuse = [&](std::int32_t code, std::string_view text) { client_.error(request.req_id, code, text); };
  const auto invalid = [&](std::string_view why) {
    refuse(321, fmt::format("Error validating request.-'cB' : cause - {}", why));
  };
  const TimeZone& zone = client_.options().zone;
  if (request.start_date_time.empty() == request.end_date_time.empty())
    return invalid("Please specify either start date/time or end date/time");
  const bool is_forward = !request.start_date_time.empty();
  const auto bound = parse_end(is_forward ? request.start_date_time : request.end_date_time, zone);
  if (!bound) return invalid("Invalid date/time: use yyyymmdd-hh:mm:ss in UTC or yyyymmdd hh:mm:ss and a time zone");
  if (request.number_of_ticks <= 0) return invalid("Invalid number of ticks");
  const bool trades = request.what_to_show == "TRADES";
  const bool quotes = request.what_to_show == "BID_ASK";
  const bool midpoints = request.what_to_show == "MIDPOINT";
  if (!trades && !quotes && !midpoints) return invalid("What to show field is missing or incorrect.");
  const auto index = client_.contracts().only_match(request.req_id, request.contract);
  if (!index) return;
  const Listing& listing = client_.listings()[*index];
  if (trades ? !listing.has_prints() : !listing.has_quotes()) {
    return refuse(10187, fmt::format("Failed to request historical ticks:No historical market data for {}/{}@{} {}",
                                     listing.symbol, listing.security_type, request.contract.exchange,
                                     trades   ? "Last"
                                     : quotes ? "BidAsk"
                                              : "Midpoint"));
  }

  const Timestamp now = client_.now();
  const Timestamp until = is_forward ? now : std::min(*bound, now);
  const std::optional<Timestamp> from = is_forward ? bound : std::nullopt;
  const auto count = static_cast<std::size_t>(std::min(request.number_of_ticks, kTicksMax));
  const Sessions sessions = sessions_of(client_);
  const Market& market = client_.market();
  const Duration bar = market.bar_length();
  const auto wanted = [&](Timestamp time, Timestamp first, Timestamp end) {
    return time >= first && time < end && (!request.use_rth || sessions.is_regular(time));
  };

  if (trades) {
    const auto between = [&](Timestamp first, Timestamp end) {
      std::vector<model::Trade> ticks;
      for (const model::Bar& each : market.history(venue::SymbolIndex{*index}, first - bar, std::min(end + bar, now))) {
        const venue::BarPrints prints = venue::prints_of(each);
        for (const model::Trade& print : prints.view()) {
          if (wanted(print.time, first, end)) ticks.push_back(print);
        }
      }
      return ticks;
    };
    tws::HistoricalTicksLast answer;
    answer.req_id = request.req_id;
    for (const model::Trade& tick : some<model::Trade>(from, until, count, now, between)) {
      tws::HistoricalTickLast& out = answer.ticks.emplace_back();
      out.time = second_of(tick);
      out.price = tick.price;
      out.size = tick.size;
      out.exchange = listing.primary_exchange;
    }
    answer.is_done = true;
    return client_.send(answer);
  }

  const auto between = [&](Timestamp first, Timestamp end) {
    std::vector<QuoteTick> ticks;
    const auto put = [&](Timestamp time, const model::Quote& quote) {
      if (!quote.bid || !quote.ask || !wanted(time, first, end)) return;
      if (!ticks.empty()) {
        const model::Quote& before = ticks.back().quote;
        const bool same_prices = before.bid == quote.bid && before.ask == quote.ask;
        if (same_prices && (midpoints || request.ignore_size || before == quote)) return;
      }
      ticks.push_back({time, quote});
    };
    for (const model::QuoteBar& each :
         market.quote_history(venue::SymbolIndex{*index}, first - bar, std::min(end + bar, now))) {
      put(venue::instant_in_bar(each.start, each.length, venue::kQuoteOpenAt), each.open);
      put(venue::instant_in_bar(each.start, each.length, venue::kQuoteCloseAt), each.close);
    }
    return ticks;
  };
  const auto ticks = some<QuoteTick>(from, until, count, now, between);
  if (midpoints) {
    tws::HistoricalTicks answer;
    answer.req_id = request.req_id;
    for (const QuoteTick& tick : ticks)
      answer.ticks.push_back({second_of(tick), midpoint(*tick.quote.bid, *tick.quote.ask), Quantity::zero()});
    answer.is_done = true;
    return client_.send(answer);
  }
  tws::HistoricalTicksBidAsk answer;
  answer.req_id = request.req_id;
  for (const QuoteTick& tick : ticks) {
    tws::HistoricalTickBidAsk& out = answer.ticks.emplace_back();
    out.time = second_of(tick);
    out.price_bid = *tick.quote.bid;
    out.price_ask = *tick.quote.ask;
    out.size_bid = tick.quote.bid_size;
    out.size_ask = tick.quote.ask_size;
  }
  answer.is_done = true;
  client_.send(answer);
}

}  // namespace tradewind::sim::gateway
