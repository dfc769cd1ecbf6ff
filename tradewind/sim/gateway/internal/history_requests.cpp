#include "tradewind/sim/gateway/internal/history_requests.hpp"

#include "tradewind/core/base/decimal.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/venue/options.hpp"
#include "tradewind/sim/venue/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDay = 24h;
// More would not fit a frame: the largest that clients take is 16 MB.
constexpr std::int64_t kBarsMax = 180'000;
constexpr Duration kShortBarsMax = kDay * 366 * 5;  // bars within a day: more would keep other clients waiting
constexpr Duration kSmallBar = 30s;  // and less: what is limited
constexpr Duration kSmallBarsKept = kDay * 182;
constexpr Duration kUpdateEvery = 5s;
constexpr int kVolatilityDays = 30;
constexpr int kTradingDays = 252;
// Every stock here is easy to borrow, at IB's usual fee: 0.25 % a year.
constexpr Price kFeeRate = Price::from_raw(Price::kScale / 4);

struct Kind {
  std::string_view name;
  std::optional<Show> show;  // empty: IB's, but of nothing that is listed here
  std::string_view noun;  // in error texts
};
constexpr auto kKinds = std::to_array<Kind>({
    {"TRADES", Show::trades, "Last"},
    {"ADJUSTED_LAST", Show::trades, "AdjustedLast"},  // nothing here splits or pays
    {"MIDPOINT", Show::midpoint, "Midpoint"},
    {"BID", Show::bid, "Bid"},
    {"ASK", Show::ask, "Ask"},
    {"BID_ASK", Show::bid_ask, "BidAsk"},
    {"HISTORICAL_VOLATILITY", Show::historical_volatility, "HistoricalVolatility"},
    {"OPTION_IMPLIED_VOLATILITY", Show::implied_volatility, "OptionImpliedVolatility"},
    {"FEE_RATE", Show::fee_rate, "FeeRate"},
    {"SCHEDULE", Show::schedule, "Schedule"},
    {"AGGTRADES", std::nullopt, "AggLast"},
    {"YIELD_BID", std::nullopt, "YieldBid"},
    {"YIELD_ASK", std::nullopt, "YieldAsk"},
    {"YIELD_BID_ASK", std::nullopt, "YieldBidAsk"},
    {"YIELD_LAST", std::nullopt, "YieldLast"},
});

const Kind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : &*found;
}

// IB's table of what can be shown of which kind of contract.
bool can_show(const Listing& listing, Show show) {
  const std::string& type = listing.security_type;
  switch (show) {
    case Show::trades:
      return listing.has_prints();
    case Show::midpoint:
    case Show::bid:
    case Show::ask:
    case Show::bid_ask:
      return listing.has_quotes();
    case Show::historical_volatility:
    case Show::implied_volatility:
      return type == "STK" || type == "IND";
    case Show::fee_rate:
      return type == "STK";
    case Show::schedule:
      return type != "OPT" && type != "FOP" && type != "BAG";
  }
  return false;
}

BarsOf bars_of(Show show) {
  switch (show) {
    case Show::midpoint:
      return BarsOf::midpoint;
    case Show::bid:
      return BarsOf::bid;
    case Show::ask:
      return BarsOf::ask;
    default:
      return BarsOf::trades;
  }
}

// The smallest bars that a duration may be cut into. Minutes and longer are served for any.
Duration smallest_bar(Duration span) {
  if (span <= 1800s) return 1s;
  if (span <= 3600s) return 5s;
  if (span <= 14'400s) return 10s;
  if (span <= 28'800s) return 30s;
  return 1min;
}

std::string invalid(std::string_view why) { return fmt::format("Error validating request.-'bK' : cause - {}", why); }
std::string hmds(std::string_view what) { return fmt::format("Historical Market Data Service error message:{}", what); }

std::int64_t square_root(Int128 value) {
  Int128 root = 0;
  for (Int128 bit = Int128{1} << 62; bit > 0; bit >>= 1) {
    if ((root + bit) * (root + bit) <= value) root += bit;
  }
  return static_cast<std::int64_t>(root);
}

// The deviation of daily returns, for a year.
Price yearly_volatility(std::span<const TallyBar> days) {
  std::vector<std::int64_t> returns;  // in billionths
  std::int64_t sum = 0;
  for (std::size_t i = 1; i < days.size(); ++i) {
    const std::int64_t before = days[i - 1].bar.close.raw();
    if (before == 0) continue;
    const Int128 change = Int128{days[i].bar.close.raw() - before} * 1'000'000'000 / before;
    returns.push_back(static_cast<std::int64_t>(change));
    sum += returns.back();
  }
  if (returns.size() < 2) return Price::zero();
  const auto count = static_cast<std::int64_t>(returns.size());
  Int128 squares = 0;
  for (const std::int64_t change : returns) squares += Int128{change - sum / count} * (change - sum / count);
  return Price::from_raw(square_root(squares * kTradingDays / (count - 1)));
}

}  // namespace

Sessions sessions_of(const Client& client) {
  return {client.options().zone, client.options().session_close, !client.market().is_generated()};
}

HistoryRequests::~HistoryRequests() {
  for ([[maybe_unused]] const auto& [request_id, live] : live_) client_.history_limits().closed();
}

// --- Bars ---

std::optional<HistoryRequests::Query> HistoryRequests::checked(const tws::HistoricalDataRequest& request) {
  const auto refuse = [&](std::int32_t code, const std::string& text) {
    client_.error(request.req_id, code, text);
    return std::nullopt;
  };
  if (live_.contains(request.req_id)) {
    return refuse(322, "Error processing request.-'bX' : cause - Duplicate ticker ID for API historical data query");
  }
  const auto size = parse_bar_size(request.bar_size_setting);
  if (!size) {
    return refuse(
        321, invalid(fmt::format("Historical data bar size setting is invalid. Legal ones are: {}", bar_sizes_text())));
  }
  const auto span = parse_span(request.duration);
  if (!span) return refuse(321, invalid("Historical data requested duration is invalid."));
  if (const std::string_view why = complaint_about(*span); !why.empty()) return refuse(321, invalid(why));
  const Kind* kind = find_kind(request.what_to_show);
  if (kind == nullptr)
    return refuse(321, invalid(fmt::format("What to show field is missing or incorrect: {}", request.what_to_show)));
  if (!request.end_date_time.empty()) {
    if (request.what_to_show == "ADJUSTED_LAST")
      return refuse(321, invalid("End Date not supported with adjusted last"));
    if (request.keep_up_to_date) return refuse(321, invalid("End Date not supported with keep up to date"));
    if (!parse_end(request.end_date_time, client_.options().zone)) {
      return refuse(10314,
                    "End Date/Time: The date, time, or time-zone entered is invalid. The correct format is yyyymmdd "
                    "hh:mm:ss xx/xxxx where yyyymmdd and xx/xxxx are optional. E.g.: 20031126 15:59:00 US/Eastern");
    }
  }
  const auto index = client_.contracts().only_match(request.req_id, request.contract);
  if (!index) return std::nullopt;
  const Listing& listing = client_.listings()[*index];
  if (!kind->show || !can_show(listing, *kind->show)) {
    return refuse(
        162, hmds(fmt::format("No historical market data for {}/{}@{} {} {}", listing.symbol, listing.security_type,
                              request.contract.exchange, kind->noun, *size / Duration{1s})));
  }
  const Query query{*index, *kind->show, *size, request.use_rth, request.format_date};
  if (query.show == Show::schedule && (*size != kDay || request.keep_up_to_date))
    return refuse(321, invalid("Schedule is available for bars of 1 day only"));
  if (request.keep_up_to_date) {
    const bool has_updates = query.show == Show::trades || bars_of(query.show) != BarsOf::trades;
    if (!has_updates || *size < kUpdateEvery)
      return refuse(321, invalid("Keep up to date is not supported with this bar size or kind of data"));
    if (!client_.history_limits().may_open()) {
      return refuse(322,
                    fmt::format("Error processing request.-'bK' : cause - Only {} simultaneous API historical data "
                                "requests allowed.",
                                HistoryLimits::kOpenMax));
    }
  }
  const Timestamp now = client_.now();
  if (*size <= kSmallBar) {
    if (*size < smallest_bar(now - begin_of(now, *span, {})))
      return refuse(162, hmds(fmt::format("invalid step: {}", *size / Duration{1s})));
    const std::string series = fmt::format("{} {} {}", *index, request.contract.exchange, request.what_to_show);
    const std::string whole = fmt::format("{} {} {} {} {}", series, request.end_date_time, request.bar_size_setting,
                                          request.duration, request.use_rth);
    if (!client_.history_limits().admits(series, whole, query.show == Show::bid_ask, now))
      return refuse(162, hmds("Historical data request pacing violation"));
  }
  return query;
}

void HistoryRequests::request(const tws::HistoricalDataRequest& request) {
  const auto query = checked(request);
  if (!query) return;
  const Sessions sessions = sessions_of(client_);
  const Timestamp now = client_.now();
  const HistorySpan span = *parse_span(request.duration);
  const Timestamp end =
      request.end_date_time.empty() ? now : parse_end(request.end_date_time, sessions.zone).value_or(now);
  if (!request.end_date_time.empty() && request.end_date_time.find_first_of("-Z/") == std::string_view::npos &&
      request.end_date_time.size() == 17) {
    client_.error(
        request.req_id, 2174,
        "Warning: You submitted request with date-time attributes without explicit time zone. Please switch to "
        "use yyyymmdd-hh:mm:ss in UTC or use instrument timezone, like US/Eastern. Implied time zone "
        "functionality will be removed in the next API release");
  }
  if (query->show == Show::schedule) return schedule(request.req_id, span, end);

  const Timestamp asked = begin_of(end, span, sessions);
  const BarBuilder cutter{query->size, sessions};
  Timestamp from = cutter.interval_of(asked);
  // A day that began before is not among so many; a week or month that did is.
  if (query->size == kDay && from < asked) from = cutter.interval_of(from + 36h);
  if (query->size <= kSmallBar) from = std::max(from, now - kSmallBarsKept);
  if (const auto begin = client_.market().history_begin(venue::SymbolIndex{query->listing}))
    from = std::max(from, cutter.interval_of(*begin));
  const int closed_hours = sessions.close ? 6 : 1;  // there are fewer bars than intervals
  const Duration reach = std::min(end, now) - from;
  if (reach / query->size > kBarsMax * closed_hours || (query->size < kDay && reach > kShortBarsMax))
    return client_.error(request.req_id, 162, hmds("Time length exceed max."));
  std::vector<Row> found = rows(*query, from, std::min(end, now));
  if (found.empty() && query->size >= kDay) found = rows(*query, cutter.interval_of(from - 1h), std::min(end, now));
  if (std::ssize(found) > kBarsMax) return client_.error(request.req_id, 162, hmds("Time length exceed max."));
  if (found.empty()) {
    const Listing& listing = client_.listings()[query->listing];
    const std::string_view noun = query->show == Show::trades ? "Trades" : find_kind(request.what_to_show)->noun;
    return client_.error(
        request.req_id, 162,
        hmds(fmt::format("HMDS query returned no data: {}@{} {}", listing.local(), request.contract.exchange, noun)));
  }

  std::vector<std::string> dates;
  dates.reserve(found.size());
  tws::HistoricalData data;
  data.bars.reserve(found.size());
  for (const Row& row : found) {
    dates.push_back(date_of(*query, row.time));
    data.bars.push_back({dates.back(), row.open, row.high, row.low, row.close, row.volume, row.average, row.count});
  }
  const std::string first = zoned_text(asked, sessions.zone);
  const std::string last = zoned_text(end, sessions.zone);
  data.req_id = request.req_id;
  data.start_date_str = first;
  data.end_date_str = last;
  client_.send(data);
  if (client_.server_version() >= 196)
    client_.send(tws::HistoricalDataEnd{.req_id = request.req_id, .start_date_str = first, .end_date_str = last});
  if (request.keep_up_to_date) keep_up_to_date(request.req_id, *query);
}

void HistoryRequests::cancel(const tws::CancelHistoricalData& request) {
  if (live_.erase(request.req_id) == 0) {
    return client_.error(request.req_id, 366,
                         fmt::format("No historical data query found for ticker id:{}", request.req_id));
  }
  client_.history_limits().closed();
  client_.error(request.req_id, 162, hmds(fmt::format("API historical data query cancelled: {}", request.req_id)));
}

std::vector<model::Bar> HistoryRequests::parts(const Query& query, Timestamp from, Timestamp until, BarsOf what,
                                               Duration grain) const {
  std::vector<model::Bar> bars = client_.market().history(venue::SymbolIndex{query.listing}, from, until, what, grain);
  if (query.regular_hours && client_.options().session_close) {
    const Sessions sessions = sessions_of(client_);
    std::erase_if(bars, [&](const model::Bar& bar) { return !sessions.is_regular(bar.start); });
  }
  return bars;
}

Timestamp HistoryRequests::time_of(const Query& query, const TallyBar& tally) const {
  return query.size > kDay ? sessions_of(client_).midnight(tally.last_part) : tally.bar.start;
}

HistoryRequests::Row HistoryRequests::row_of(const Query& query, const TallyBar& tally) const {
  const model::Bar& bar = tally.bar;
  Row row{time_of(query, tally), bar.open, bar.high, bar.low, bar.close, std::nullopt, Price::of(-1), -1};
  if (query.show == Show::trades) {
    row.volume = bar.volume;
    row.average = tally.average();
    row.count = bar.trade_count;
  }
  return row;
}

std::vector<HistoryRequests::Row> HistoryRequests::rows(const Query& query, Timestamp from, Timestamp until) const {
  if (query.size < client_.market().bar_length()) return {};
  std::vector<Row> made;
  BarBuilder builder{query.size, sessions_of(client_)};
  std::int64_t count = 0;  // of the parts in a bar of bid and ask
  Int128 bid_sum = 0;
  Int128 ask_sum = 0;
  // Piece by piece, so that years of minutes are never in memory at once.
  const Duration piece = query.size >= kDay ? kDay * 366 * venue::Past::kYears : kDay * 30;
  for (Timestamp at = from; at < until; at = at + piece) {
    const Timestamp end = std::min(at + piece, until);
    if (query.show != Show::bid_ask) {
      for (const model::Bar& part : parts(query, at, end, bars_of(query.show), query.size)) {
        const bool is_new = builder.take(part);
        const Row row = row_of(query, *builder.current());
        if (is_new) made.push_back(row);
        else made.back() = row;
      }
      continue;
    }
    // The average bid, the highest ask, the lowest bid, the average ask.
    const auto asks = parts(query, at, end, BarsOf::ask, query.size);
    auto ask = asks.begin();
    for (const model::Bar& bid : parts(query, at, end, BarsOf::bid, query.size)) {
      while (ask != asks.end() && ask->start < bid.start) ++ask;
      if (ask == asks.end()) break;
      if (ask->start != bid.start) continue;
      if (builder.take(bid)) {
        made.push_back({{}, bid.open, ask->high, bid.low, ask->close, std::nullopt, Price::of(-1), -1});
        bid_sum = ask_sum = count = 0;
      }
      Row& row = made.back();
      bid_sum += midpoint(bid.open, bid.close).raw();
      ask_sum += midpoint(ask->open, ask->close).raw();
      ++count;
      row.open = Price::from_raw(static_cast<std::int64_t>(bid_sum / count));
      row.close = Price::from_raw(static_cast<std::int64_t>(ask_sum / count));
      row.high = std::max(row.high, ask->high);
      row.low = std::min(row.low, bid.low);
      row.time = time_of(query, *builder.current());
    }
  }
  if (query.show != Show::trades && query.show != Show::bid_ask && bars_of(query.show) == BarsOf::trades)
    show_volatility(query, made);
  return made;
}

// Puts the figure of each bar's time in the place of its prices.
void HistoryRequests::show_volatility(const Query& query, std::vector<Row>& rows) const {
  if (rows.empty()) return;
  const Sessions sessions = sessions_of(client_);
  std::vector<TallyBar> days;
  if (query.show == Show::historical_volatility) {
    const Timestamp since = sessions.midnight(rows.front().time - kDay * kVolatilityDays * 2);
    days = aggregate(parts(query, since, rows.back().time, BarsOf::trades, kDay), kDay, sessions);
  }
  // In this world options are priced by a smile that does not change.
  const Price implied = Price::from_raw(std::llround(venue::smile_volatility(1, 1, 30.0 / 365) * 1e9));
  for (Row& row : rows) {
    Price value = query.show == Show::fee_rate ? kFeeRate : implied;
    if (query.show == Show::historical_volatility) {
      const auto today = std::ranges::lower_bound(days, sessions.midnight(row.time), {},
                                                  [](const TallyBar& day) { return day.bar.start; });
      const auto count = std::min<std::ptrdiff_t>(today - days.begin(), kVolatilityDays + 1);
      value = yearly_volatility({today - count, today});
    }
    row.open = row.high = row.low = row.close = value;
  }
  std::erase_if(rows, [](const Row& row) { return row.close.is_zero(); });
}

std::string HistoryRequests::date_of(const Query& query, Timestamp time) const {
  if (query.size >= kDay) return date_text(time, client_.options().zone);
  if (query.format_date == 2) return std::to_string(time.ns() / 1'000'000'000);
  return zoned_text(time, client_.options().zone);
}

// --- What goes on ---

void HistoryRequests::keep_up_to_date(std::int32_t request_id, const Query& query) {
  const Timestamp now = client_.now();
  Live live{query, next_boundary(now, kUpdateEvery), BarBuilder{query.size, sessions_of(client_)}, now, std::nullopt};
  live.covered = live.forming.interval_of(now);
  for (const model::Bar& bar : parts(query, live.covered, now, bars_of(query.show), Duration::zero())) {
    live.forming.take(bar);
    live.covered = bar.start + bar.length;
  }
  live_.emplace(request_id, std::move(live));
  client_.history_limits().opened();
}

std::optional<Timestamp> HistoryRequests::wake_at() const {
  std::optional<Timestamp> earliest;
  for (const auto& [request_id, live] : live_) {
    if (!earliest || live.due < *earliest) earliest = live.due;
  }
  return earliest;
}

void HistoryRequests::wake(Timestamp now) {
  for (auto& [request_id, live] : live_) {
    if (live.due > now) continue;
    live.due = next_boundary(now, kUpdateEvery);
    for (const model::Bar& bar : parts(live.query, live.covered, now, bars_of(live.query.show), Duration::zero())) {
      // The last of a bar that is over is told before the next one begins.
      if (live.forming.current() && live.forming.interval_of(bar.start) != live.forming.current()->bar.start)
        send_update(request_id, live);
      live.forming.take(bar);
      live.covered = bar.start + bar.length;
    }
    send_update(request_id, live);
  }
}

void HistoryRequests::send_update(std::int32_t request_id, Live& live) {
  if (!live.forming.current()) return;
  const Row row = row_of(live.query, *live.forming.current());
  if (live.sent == row) return;
  live.sent = row;
  const std::string date = date_of(live.query, row.time);
  client_.send(tws::HistoricalDataUpdate{
      .req_id = request_id, .bar = {date, row.open, row.high, row.low, row.close, row.volume, row.average, row.count}});
}

// --- Sessions, the first time stamp, histograms ---

void HistoryRequests::schedule(std::int32_t request_id, const HistorySpan& span, Timestamp end) {
  const Sessions sessions = sessions_of(client_);
  const auto text = [&](Timestamp time) {
    std::string zoned = zoned_text(time, sessions.zone);
    zoned.resize(17);
    zoned[8] = '-';
    return zoned;
  };
  Timestamp day = sessions.midnight(begin_of(end, span, sessions) + Duration{1h});
  if (!sessions.close) {
    // So many days, of which the last is that whose end or part is asked for.
    const Timestamp noon = sessions.midnight(end - Duration{1}) + 12h;
    day = sessions.midnight(sessions.midnight(begin_of(noon, span, sessions)) + 36h);
  }
  std::vector<std::array<std::string, 3>> texts;
  for (; sessions.open_of(day) < end; day = sessions.midnight(day + 36h)) {
    if (!sessions.has_session(day)) continue;
    texts.push_back({text(sessions.open_of(day)), text(sessions.close_of(day)), date_text(day, sessions.zone)});
  }
  if (texts.empty()) return client_.error(request_id, 162, hmds("HMDS query returned no data"));
  tws::HistoricalSchedule schedule;
  schedule.req_id = request_id;
  schedule.time_zone = sessions.zone.name();
  schedule.start_date_time = texts.front()[0];
  schedule.end_date_time = texts.back()[1];
  for (const auto& [opens, closes, date] : texts) schedule.sessions.push_back({opens, closes, date});
  client_.send(schedule);
}

void HistoryRequests::head_timestamp(const tws::HeadTimestampRequest& request) {
  const auto index = client_.contracts().only_match(request.req_id, request.contract);
  if (!index) return;
  const Kind* kind = find_kind(request.what_to_show);
  if (kind == nullptr)
    return client_.error(request.req_id, 321, invalid("What to show field is missing or incorrect."));
  const auto begin = client_.market().history_begin(venue::SymbolIndex{*index});
  if (!begin || !kind->show || *kind->show == Show::schedule || !can_show(client_.listings()[*index], *kind->show))
    return client_.error(request.req_id, 162, hmds("No head time stamp"));
  std::string text = std::to_string(begin->ns() / 1'000'000'000);
  if (request.format_date != 2) {
    text = zoned_text(*begin, TimeZone::utc());
    text.resize(17);
    text[8] = '-';
  }
  client_.send(tws::HeadTimestamp{.req_id = request.req_id, .head_timestamp = text});
}

void HistoryRequests::histogram(const tws::HistogramDataRequest& request) {
  const auto index = client_.contracts().only_match(request.req_id, request.contract);
  if (!index) return;
  const auto span = parse_period(request.time_period);
  if (!span) return client_.error(request.req_id, 321, invalid("Histogram period is invalid."));
  const Timestamp now = client_.now();
  const Query query{*index, Show::trades, 1min, request.use_rth, 1};
  // By days where it is long: the steps of the prices are coarser then, and nobody counts them.
  const Timestamp from = begin_of(now, *span, sessions_of(client_));
  const Duration grain = now - from > kDay * 62 ? kDay : Duration{1min};
  std::map<Price, Quantity> sizes;
  for (const model::Bar& bar : parts(query, from, now, BarsOf::trades, grain)) {
    const venue::BarPrints prints = venue::prints_of(bar);
    for (const model::Trade& print : prints.view()) {
      Quantity& size = sizes.try_emplace(print.price, Quantity::zero()).first->second;
      size = add(size, print.size).value_or(size);
    }
  }
  if (sizes.empty()) {
    return client_.error(request.req_id, 162,
                         hmds(fmt::format("HMDS query returned no data: {}@{} Trades",
                                          client_.listings()[*index].local(), request.contract.exchange)));
  }
  tws::HistogramData data;
  data.req_id = request.req_id;
  for (const auto& [price, size] : sizes) data.entries.push_back({price, size});
  client_.send(data);
}

}  // namespace tradewind::sim::gateway
