#include "tradewind/sim/gateway/internal/quotes.hpp"

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/exchange_letters.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"
#include "tradewind/sim/gateway/internal/option_calculations.hpp"
#include "tradewind/sim/gateway/news.hpp"
#include "tradewind/sim/venue/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace tradewind::sim::gateway {

using namespace std::chrono_literals;

// Tick types of tws/tick_types. Those of delayed data have numbers of their own.
struct Quotes::TickTypes {
  std::int32_t bid, ask, last, bid_size, ask_size, last_size, high, low, volume, close, open, last_time, halted;
  std::int32_t option_bid, option_ask, option_last, option_model;
};

namespace {

enum Tick : std::int32_t {
  kLow13Weeks = 15,
  kHigh13Weeks = 16,
  kLow26Weeks = 17,
  kHigh26Weeks = 18,
  kLow52Weeks = 19,
  kHigh52Weeks = 20,
  kAverageVolume = 21,
  kHistoricalVolatility = 23,
  kImpliedVolatility = 24,
  kCallOpenInterest = 27,
  kPutOpenInterest = 28,
  kCallVolume = 29,
  kPutVolume = 30,
  kIndexPremium = 31,
  kBidExchange = 32,
  kAskExchange = 33,
  kAuctionVolume = 34,
  kAuctionPrice = 35,
  kAuctionImbalance = 36,
  kMarkPrice = 37,
  kShortable = 46,
  kRtVolume = 48,
  kTradeCount = 54,
  kTradeRate = 55,
  kVolumeRate = 56,
  kLastRthTrade = 57,
  kRtHistoricalVolatility = 58,
  kDividends = 59,
  kBondFactor = 60,
  kRegulatoryImbalance = 61,
  kVolume3Minutes = 63,
  kVolume5Minutes = 64,
  kVolume10Minutes = 65,
  kRtTradeVolume = 77,
  kSlowMark = 79,
  kLastExchange = 84,
  kRegulatoryTime = 85,
  kFuturesOpenInterest = 86,
  kAverageOptionVolume = 87,
  kShortableShares = 89,
  kNavClose = 92,
  kNavPriorClose = 93,
  kNavBid = 94,
  kNavAsk = 95,
  kNavLast = 96,
  kNavFrozenLast = 97,
  kNavHigh = 98,
  kNavLow = 99,
  kOddLotBid = 105,
  kOddLotAsk = 106,
  kOddLotBidSize = 107,
  kOddLotAskSize = 108,
  kOddLotBidExchange = 109,
  kOddLotAskExchange = 110,
};

constexpr Duration kSnapshotMax = 11s;
constexpr Duration kAuctionTime = 10min;  // before the close, in which imbalances are published

Duration sample_length(const Listing& listing) {
  if (listing.security_type == "CASH") return 5ms;
  return listing.is_option() ? 100ms : 250ms;
}

// "AAPL NASDAQ.NMS/TOP/ALL": the data in question, as the texts of refusals end.
std::string data_name(const Listing& listing) {
  return fmt::format("{} {}{}/TOP/ALL", listing.local(), listing.primary_exchange,
                     listing.security_type == "STK" && listing.primary_exchange == "NASDAQ" ? ".NMS" : "");
}

// What nobody measures here is drawn once for each contract, so that it is always the same: 0 to `below` - 1.
std::int64_t drawn(const Listing& listing, std::uint32_t salt, std::int64_t below) {
  const std::uint64_t mixed = (static_cast<std::uint64_t>(listing.con_id) * 2654435761U) ^ (salt * 0x9E3779B1U);
  return static_cast<std::int64_t>((mixed ^ (mixed >> 15U)) % static_cast<std::uint64_t>(below));
}

Price scaled(Price price, std::int64_t percent) { return Price::from_raw(price.raw() / 100 * percent); }

std::optional<Price> middle(const Tape& tape) {
  if (tape.quote.bid && tape.quote.ask) return midpoint(*tape.quote.bid, *tape.quote.ask);
  return tape.last ? std::optional{tape.last->price} : std::nullopt;
}

// IB's mark: the last price, kept between bid and ask.
std::optional<Price> mark_of(const Tape& tape) {
  if (!tape.last) return middle(tape);
  Price mark = tape.last->price;
  if (tape.quote.ask) mark = std::min(mark, *tape.quote.ask);
  if (tape.quote.bid) mark = std::max(mark, *tape.quote.bid);
  return mark;
}

constexpr std::int64_t whole(Quantity quantity) { return quantity.raw() / Quantity::kScale; }

}  // namespace

// --- Requests ---

const Quotes::TickTypes& Quotes::types_of(const Line& line) {
  static constexpr TickTypes kLive{1, 2, 4, 0, 3, 5, 6, 7, 8, 9, 14, 45, 49, 10, 11, 12, 13};
  static constexpr TickTypes kDelayed{66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 88, 90, 80, 81, 82, 83};
  return line.delayed ? kDelayed : kLive;
}

const Tape& Quotes::tape_of(const Line& line) const {
  return (line.late ? client_.late_tapes() : client_.tapes())[line.listing];
}

void Quotes::set_type(const tws::MarketDataTypeRequest& request) {
  if (request.market_data_type >= 1 && request.market_data_type <= 4) type_ = request.market_data_type;
}

void Quotes::request(const tws::MarketDataRequest& request) {
  const std::int32_t id = request.req_id;
  if (lines_.contains(id))
    return client_.error(id, 322, "Error processing request.-'bO' : cause - Duplicate ticker id");
  const auto index = client_.contracts().only_match(id, request.contract);
  if (!index) return;
  const Listing& listing = client_.listings()[*index];
  Line line;
  line.request_id = id;
  line.listing = *index;
  line.generic = parse_generic_ticks(request.generic_tick_list, listing.security_type);
  line.regulatory = request.regulatory_snapshot;
  if ((request.snapshot || line.regulatory) && !request.generic_tick_list.empty())
    return client_.error(id, 414, "Snapshot market data subscription is not applicable to generic ticks.");
  if (!line.generic.illegal.empty())
    return client_.error(
        id, 321,
        fmt::format("Error validating request.-'bW' : cause - Incorrect generic tick list of {}.  Legal "
                    "ones for ({}) are: {}",
                    request.generic_tick_list, listing.security_type, legal_generic_ticks(listing.security_type)));
  if (line.regulatory && !client_.allowance().regulatory_snapshot_again(client_.now()))
    return client_.error(id, 322, "Error processing request.-'bW' : cause - Only one regulatory snapshot a second");
  auto lease = client_.allowance().line();
  if (!lease) return client_.error(id, 101, "Max number of tickers has been reached");
  line.lease = std::move(*lease);
  if (!admit(line)) return;
  if (request.snapshot || line.regulatory) line.snapshot_ends = client_.now() + kSnapshotMax;
  if (listing.is_option()) line.underlying = client_.underlying_of(*index);
  if (line.generic.has(Generic::news) && !subscribe_to_news(line)) return;
  Line& added = lines_.add(std::move(line));
  added.next_sample = client_.now() + sample_length(listing);
  show_first(added);
  if (!added.snapshot_ends) return;
  if (is_complete(added)) return end_snapshot(id);
  wake_by(*added.snapshot_ends);
}

bool Quotes::admit(Line& line) {
  const DataRights& rights = client_.options().data;
  const Listing& listing = client_.listings()[line.listing];
  const std::int32_t id = line.request_id;
  // A regulatory snapshot is paid for by itself.
  if (rights.live != LiveData::yes && !line.regulatory) {
    const bool wants_delayed = type_ >= 3 && rights.delayed;
    if (rights.live == LiveData::not_for_api) {
      client_.error(id, 10089,
                    fmt::format("Requested market data requires additional subscription for API. See link in 'Market "
                                "Data Connections' dialog for more details.{}",
                                rights.delayed ? "Delayed market data is available." + data_name(listing) : ""));
    } else if (wants_delayed) {
      client_.error(id, 10167, "Requested market data is not subscribed. Displaying delayed market data.");
    } else if (rights.delayed && type_ < 3) {
      client_.error(id, 10168, "Requested market data is not subscribed. Delayed market data is not enabled.");
    } else {
      client_.error(id, 354, fmt::format("Requested market data is not subscribed.{}", data_name(listing)));
    }
    if (!wants_delayed) return false;
    line.delayed = true;
    line.late = rights.delay > Duration::zero();
  }
  tws::TickReqParams params;
  params.req_id = id;
  params.min_tick = listing.min_tick;
  params.bbo_exchange = listing.security_type == "STK" ? kStockMap : std::string_view{};
  params.snapshot_permissions = rights.live == LiveData::yes ? 3 : 0;
  client_.send(params);
  line.wants_frozen = type_ == 2 || type_ == 4;
  line.frozen = line.wants_frozen && !client_.hours().is_regular(client_.now());
  tell_type(line);
  return true;
}

void Quotes::tell_type(const Line& line) {
  const std::int32_t type = (line.delayed ? 3 : 1) + (line.frozen ? 1 : 0);
  client_.send(tws::MarketDataType{.req_id = line.request_id, .market_data_type = type});
}

void Quotes::cancel(const tws::CancelMarketData& request) {
  if (!lines_.remove(request.req_id))
    client_.error(request.req_id, 300, fmt::format("Can't find EId with tickerId:{}", request.req_id));
}

// --- What happens ---

void Quotes::on_quote(std::uint32_t index, bool late) {
  for (Line* line : lines_.of(index)) {
    if (line->late == late) sampled(*line, true, false);
  }
  if (ended_.empty()) return;
  for (const std::int32_t id : std::exchange(ended_, {})) end_snapshot(id);
}

void Quotes::on_trade(std::uint32_t index, bool late) {
  for (Line* line : lines_.of(index)) {
    if (line->late == late) sampled(*line, false, true);
  }
  if (ended_.empty()) return;
  for (const std::int32_t id : std::exchange(ended_, {})) end_snapshot(id);
}

void Quotes::on_halt(std::uint32_t index) {
  for (const Line* line : lines_.of(index)) {
    if (!line->late && !line->generic.only_these)
      number(*line, types_of(*line).halted, static_cast<double>(client_.tapes()[index].halt));
  }
}

void Quotes::on_hours() {
  const bool closed = !client_.hours().is_regular(client_.now());
  for (auto& [id, line] : lines_) {
    if (!line.wants_frozen || line.frozen == closed) continue;
    line.frozen = closed;
    tell_type(line);
  }
}

void Quotes::sampled(Line& line, bool quote, bool trade) {
  if (client_.options().data.sampled && !line.snapshot_ends) {
    if (client_.now() < line.next_sample) {
      line.quote_waits |= quote;
      line.trade_waits |= trade;
      return wake_by(line.next_sample);
    }
    line.next_sample = client_.now() + sample_length(client_.listings()[line.listing]);
  }
  if (quote) show_quote(line);
  if (trade) show_print(line);
  if (line.snapshot_ends && is_complete(line)) ended_.push_back(line.request_id);
}

void Quotes::wake_by(Timestamp time) {
  if (wake_at_ && *wake_at_ <= time) return;
  wake_at_ = time;
  client_.wakes_at(time);
}

void Quotes::wake(Timestamp now) {
  if (!wake_at_ || *wake_at_ > now) return;
  wake_at_.reset();
  for (auto& [id, line] : lines_) {
    if (line.snapshot_ends) {
      if (*line.snapshot_ends <= now) ended_.push_back(id);
      else wake_by(*line.snapshot_ends);
      continue;
    }
    show_news(line);
    if (!line.quote_waits && !line.trade_waits) continue;
    if (line.next_sample > now) {
      wake_by(line.next_sample);
      continue;
    }
    sampled(line, std::exchange(line.quote_waits, false), std::exchange(line.trade_waits, false));
  }
  for (const std::int32_t id : std::exchange(ended_, {})) end_snapshot(id);
}

// --- News ---

bool Quotes::subscribe_to_news(Line& line) {
  const NewsArchive& news = client_.news();
  if (line.generic.news.empty()) {
    for (const NewsProvider& provider : news.providers()) line.news_from.push_back(provider.code);
  } else {
    for (const std::string_view code : news.providers_in(line.generic.news)) line.news_from.emplace_back(code);
    if (line.news_from.empty()) {
      client_.error(line.request_id, 10276, "News feed is not allowed.");
      return false;
    }
  }
  line.generic.news = {};  // it may be as long as a message
  line.news_until = client_.now();
  line.next_news = client_.now();
  show_news(line);
  return true;
}

// What has come, and when to look again.
void Quotes::show_news(Line& line) {
  if (!line.next_news) return;
  const Timestamp now = client_.now();
  if (*line.next_news <= now) {
    const Listing& listing = client_.listings()[line.listing];
    const std::vector<std::string_view> providers{line.news_from.begin(), line.news_from.end()};
    constexpr std::size_t kMost = 300;
    auto headlines = client_.news().headlines(listing, providers, line.news_until, now, kMost);
    std::ranges::reverse(headlines);
    for (const Headline& headline : headlines) {
      client_.send(tws::TickNews{.req_id = line.request_id,
                                 .timestamp = headline.time.ns() / 1'000'000,
                                 .provider_code = headline.provider,
                                 .article_id = headline.article_id,
                                 .headline = headline.text,
                                 .extra_data = {}});
    }
    line.news_until = now;
    line.next_news = client_.news().next_headline(listing, providers, now);
  }
  if (line.next_news) wake_by(*line.next_news);
}

bool Quotes::is_complete(const Line& line) const {
  const Listing& listing = client_.listings()[line.listing];
  const Tape& tape = tape_of(line);
  return (!listing.has_quotes() || (tape.quote.bid && tape.quote.ask)) && (!listing.has_prints() || tape.last);
}

void Quotes::end_snapshot(std::int32_t request_id) {
  if (lines_.remove(request_id)) client_.send(tws::TickSnapshotEnd{.req_id = request_id});
}

// --- What is sent ---

void Quotes::price(const Line& line, std::int32_t type, std::int32_t size_type, Price price, Quantity size,
                   bool executable) {
  tws::TickPrice tick;
  tick.req_id = line.request_id;
  tick.tick_type = type;
  tick.price = price;
  tick.size = size;
  tick.attr_mask = executable ? 1 : 0;
  client_.send(tick);
  // Gateways repeat the size by itself.
  if (size_type >= 0) this->size(line, size_type, size);
}

void Quotes::size(const Line& line, std::int32_t type, Quantity size) {
  client_.send(tws::TickSize{.req_id = line.request_id, .tick_type = type, .size = size});
}

void Quotes::text(const Line& line, std::int32_t type, std::string_view value) {
  client_.send(tws::TickString{.req_id = line.request_id, .tick_type = type, .value = value});
}

void Quotes::number(const Line& line, std::int32_t type, double value) {
  client_.send(tws::TickGeneric{.req_id = line.request_id, .tick_type = type, .value = value});
}

void Quotes::show_quote(Line& line) {
  const model::Quote& now = tape_of(line).quote;
  if (!line.generic.only_these) {
    const TickTypes& types = types_of(line);
    // A side without a quote is -1 with size 0. A size that changes alone comes alone.
    const auto side = [&](const std::optional<Price>& before, Quantity size_before, const std::optional<Price>& price,
                          Quantity size, std::int32_t type, std::int32_t size_type) {
      const Quantity shown = price ? size : Quantity::zero();
      if (before != price) {
        this->price(line, type, size_type, price.value_or(Price::of(-1)), shown, price && !line.delayed);
      } else if (price && size_before != size) {
        this->size(line, size_type, shown);
      }
    };
    side(line.shown.bid, line.shown.bid_size, now.bid, now.bid_size, types.bid, types.bid_size);
    side(line.shown.ask, line.shown.ask_size, now.ask, now.ask_size, types.ask, types.ask_size);
  }
  line.shown = now;
  if (line.underlying) show_option(line, true, false);
  const Listing& listing = client_.listings()[line.listing];
  if (!listing.has_prints() && !line.generic.only_these) show_range(line, tape_of(line));
  if (line.generic.bits != 0) show_mark(line, tape_of(line));
}

void Quotes::show_range(Line& line, const Tape& tape) {
  const TickTypes& types = types_of(line);
  const auto changed = [&](std::optional<Price>& shown, const std::optional<Price>& now, std::int32_t type) {
    if (shown == now) return;
    shown = now;
    if (now) price(line, type, -1, *now, Quantity::zero(), false);
  };
  changed(line.high, tape.high, types.high);
  changed(line.low, tape.low, types.low);
  changed(line.open, tape.open, types.open);
}

void Quotes::show_print(Line& line) {
  const Tape& tape = tape_of(line);
  const model::Trade& trade = *tape.last;
  const TickTypes& types = types_of(line);
  const std::int64_t milliseconds = trade.time.ns() / 1'000'000;
  if (line.generic.has(Generic::rt_volume) || line.generic.has(Generic::rt_trade_volume)) {
    const auto average = average_price(tape.value, tape.volume, Multiplier::of(1)).value_or(trade.price);
    scratch_.clear();
    fmt::format_to(std::back_inserter(scratch_), "{};{};{};{};{};true", trade.price, trade.size, milliseconds,
                   tape.volume, average);
    if (line.generic.has(Generic::rt_volume)) text(line, kRtVolume, scratch_);
    if (line.generic.has(Generic::rt_trade_volume)) text(line, kRtTradeVolume, scratch_);
  }
  if (!line.generic.only_these) {
    const bool sizes = client_.listings()[line.listing].has_quotes();  // an index is not traded
    price(line, types.last, sizes ? types.last_size : -1, trade.price, trade.size, false);
    const fmt::format_int seconds{milliseconds / 1000};
    text(line, types.last_time, {seconds.data(), seconds.size()});
    if (sizes) size(line, types.volume, tape.volume);
    show_range(line, tape);
  }
  if (line.underlying) show_option(line, false, true);
  if (line.generic.bits != 0) {
    show_mark(line, tape);
    show_trade_generics(line, tape);
  }
}

void Quotes::show_first(Line& line) {
  const Tape& tape = tape_of(line);
  const Listing& listing = client_.listings()[line.listing];
  const TickTypes& types = types_of(line);
  if (!line.generic.only_these) {
    const bool executable = !line.delayed && listing.is_tradable();
    if (tape.quote.bid) price(line, types.bid, types.bid_size, *tape.quote.bid, tape.quote.bid_size, executable);
    if (tape.quote.ask) price(line, types.ask, types.ask_size, *tape.quote.ask, tape.quote.ask_size, executable);
    if (listing.security_type == "STK" && !line.delayed && tape.last) {
      const std::string_view letter = letter_of(listing.primary_exchange);
      if (tape.quote.bid) text(line, kBidExchange, letter);
      if (tape.quote.ask) text(line, kAskExchange, letter);
      text(line, kLastExchange, letter);
    }
    line.high = tape.high;
    line.low = tape.low;
    line.open = tape.open;
  }
  line.shown = tape.quote;
  if (tape.last) show_print(line);
  if (!line.generic.only_these) {
    if (tape.open) price(line, types.open, -1, *tape.open, Quantity::zero(), false);
    if (tape.high) price(line, types.high, -1, *tape.high, Quantity::zero(), false);
    if (tape.low) price(line, types.low, -1, *tape.low, Quantity::zero(), false);
    if (tape.previous_close) price(line, types.close, -1, *tape.previous_close, Quantity::zero(), false);
    if (listing.has_prints()) number(line, types.halted, static_cast<double>(tape.halt));
    if (line.regulatory && tape.last) text(line, kRegulatoryTime, fmt::format("{}", tape.last->time.ns() / 1'000'000));
  }
  if (line.underlying) show_option(line, true, false);
  if (line.generic.bits != 0) show_generics_once(line);
}

// --- Options ---

void Quotes::show_option(const Line& line, bool quote, bool trade) {
  const Tape& tape = tape_of(line);
  const Tape& under = (line.late ? client_.late_tapes() : client_.tapes())[*line.underlying];
  const auto underlying = middle(under);
  const Listing& option = client_.listings()[line.listing];
  const TickTypes& types = types_of(line);
  const Timestamp time = client_.now();
  const auto tell = [&](std::int32_t type, std::optional<Price> price) {
    client_.send(option_tick(line.request_id, type, option, price, underlying, time));
  };
  if (!line.generic.only_these) {
    if (quote) {
      tell(types.option_bid, tape.quote.bid);
      tell(types.option_ask, tape.quote.ask);
    }
    if (trade) tell(types.option_last, tape.last->price);
    tell(types.option_model, middle(tape));
  }
}

// --- Generic ticks ---

void Quotes::show_mark(Line& line, const Tape& tape) {
  const bool wanted = line.generic.has(Generic::mark_price) || line.generic.has(Generic::mark_price_old);
  const bool slow = line.generic.has(Generic::slow_mark);
  if (!wanted && !slow) return;
  const auto mark = mark_of(tape);
  if (!mark || mark == line.mark) return;
  line.mark = mark;
  if (wanted) price(line, kMarkPrice, -1, *mark, Quantity::zero(), false);
  if (slow) price(line, kSlowMark, -1, *mark, Quantity::zero(), false);
}

void Quotes::show_trade_generics(const Line& line, const Tape& tape) {
  const GenericTicks& generic = line.generic;
  const Timestamp now = client_.now();
  if (generic.has(Generic::trade_count)) number(line, kTradeCount, static_cast<double>(tape.trades));
  if (generic.has(Generic::trade_rate)) number(line, kTradeRate, static_cast<double>(tape.recent(1, now).trades));
  if (generic.has(Generic::volume_rate))
    number(line, kVolumeRate, static_cast<double>(whole(tape.recent(1, now).volume)));
  if (generic.has(Generic::last_rth_trade) && client_.hours().is_regular(tape.last->time))
    price(line, kLastRthTrade, -1, tape.last->price, Quantity::zero(), false);
  if (generic.has(Generic::short_term_volume)) {
    size(line, kVolume3Minutes, tape.recent(3, now).volume);
    size(line, kVolume5Minutes, tape.recent(5, now).volume);
    size(line, kVolume10Minutes, tape.recent(10, now).volume);
  }
  if (generic.has(Generic::option_volume)) {
    // Of a hundred shares two change hands through options, more of them calls.
    size(line, kCallVolume, Quantity::of(whole(tape.volume) * 12 / 1000));
    size(line, kPutVolume, Quantity::of(whole(tape.volume) * 8 / 1000));
  }
  const auto close = generic.has(Generic::auction) && client_.hours().is_regular(now)
                         ? client_.hours().sessions().next_change(venue::HoursKind::liquid, now)
                         : std::nullopt;
  if (close && *close - now <= kAuctionTime) {
    // What will cross at the close is a tenth of the day; what is too much of it shrinks as the close comes nearer.
    const std::int64_t paired = whole(tape.volume) / 10;
    const std::int64_t over = paired / 8 * (*close - now).count() / kAuctionTime.count();
    size(line, kAuctionVolume, Quantity::of(paired));
    price(line, kAuctionPrice, -1, tape.last->price, Quantity::zero(), false);
    size(line, kAuctionImbalance, Quantity::of(over));
    size(line, kRegulatoryImbalance, Quantity::of(over / 2));
  }
}

void Quotes::show_generics_once(Line& line) {
  const Listing& listing = client_.listings()[line.listing];
  const Tape& tape = tape_of(line);
  const GenericTicks& generic = line.generic;
  show_mark(line, tape);
  const auto centre = middle(tape);
  const double volatility = centre ? venue::smile_volatility(observed(*centre), observed(*centre), 30.0 / 365) : 0.0;
  if (generic.has(Generic::historical_volatility) && centre) number(line, kHistoricalVolatility, volatility * 0.9);
  if (generic.has(Generic::implied_volatility) && centre) number(line, kImpliedVolatility, volatility);
  if (generic.has(Generic::rt_historical_volatility) && centre)
    number(line, kRtHistoricalVolatility, volatility * 0.95);
  if (generic.has(Generic::option_open_interest)) {
    size(line, kCallOpenInterest, Quantity::of(20'000 + drawn(listing, 1, 400'000)));
    size(line, kPutOpenInterest, Quantity::of(20'000 + drawn(listing, 2, 300'000)));
  }
  if (generic.has(Generic::average_option_volume))
    size(line, kAverageOptionVolume, Quantity::of(5'000 + drawn(listing, 3, 200'000)));
  if (generic.has(Generic::open_interest))
    size(line, kFuturesOpenInterest, Quantity::of(100'000 + drawn(listing, 4, 2'000'000)));
  if (generic.has(Generic::index_premium) && tape.last) {
    if (const auto future = client_.front_future_of(line.listing)) {
      if (const auto price = middle(client_.tapes()[*future]))
        number(line, kIndexPremium, observed(*price) - observed(tape.last->price));
    }
  }
  if (generic.has(Generic::miscellaneous) && centre) {
    // The longer ago, the wider.
    const Price low = tape.low.value_or(*centre);
    const Price high = tape.high.value_or(*centre);
    constexpr auto kWeeks = std::to_array<std::array<std::int32_t, 4>>({{kLow13Weeks, kHigh13Weeks, 93, 106},
                                                                        {kLow26Weeks, kHigh26Weeks, 88, 112},
                                                                        {kLow52Weeks, kHigh52Weeks, 79, 121}});
    for (const auto& [low_type, high_type, down, up] : kWeeks) {
      price(line, low_type, -1, scaled(low, down), Quantity::zero(), false);
      price(line, high_type, -1, scaled(high, up), Quantity::zero(), false);
    }
    if (listing.has_quotes()) size(line, kAverageVolume, Quantity::of(1'000'000 + drawn(listing, 5, 60'000'000)));
  }
  if (generic.has(Generic::shortable)) {
    number(line, kShortable, 3.0);
    size(line, kShortableShares, Quantity::of(1'000'000 + drawn(listing, 6, 50'000'000)));
  }
  if (generic.has(Generic::dividends)) {
    // The last twelve months, the next twelve, the next date and amount; commas alone where nothing is paid.
    const std::int64_t cents = drawn(listing, 7, 120);
    if (cents < 30) {
      text(line, kDividends, ",,,");
    } else {
      const Timestamp next = client_.now() + 24h * (20 + drawn(listing, 8, 60));
      text(line, kDividends,
           fmt::format("{}.{:02},{}.{:02},{},0.{:02}", cents * 4 / 100, cents * 4 % 100, cents * 4 / 100,
                       cents * 4 % 100, date_text(next, client_.options().zone), cents % 100));
    }
  }
  if (generic.has(Generic::bond_factor)) number(line, kBondFactor, 1.0);
  if (listing.stock_type == "ETF" && centre) {
    // The value of what the fund holds is next to what it trades at.
    const auto nav = [&](std::int32_t type, std::optional<Price> at) {
      if (at) price(line, type, -1, *at, Quantity::zero(), false);
    };
    if (generic.has(Generic::etf_nav_bid_ask)) {
      nav(kNavBid, tape.quote.bid);
      nav(kNavAsk, tape.quote.ask);
    }
    if (generic.has(Generic::etf_nav_last)) nav(kNavLast, centre);
    if (generic.has(Generic::etf_nav_close)) {
      nav(kNavClose, tape.previous_close);
      nav(kNavPriorClose, tape.previous_close);
    }
    if (generic.has(Generic::etf_nav_high_low)) {
      nav(kNavHigh, tape.high);
      nav(kNavLow, tape.low);
    }
    if (generic.has(Generic::etf_frozen_nav)) nav(kNavFrozenLast, tape.previous_close);
  }
  if (generic.has(Generic::odd_lots) && tape.quote.bid && tape.quote.ask) {
    const std::string_view letter = letter_of(listing.primary_exchange);
    price(line, kOddLotBid, -1, *tape.quote.bid, Quantity::zero(), false);
    size(line, kOddLotBidSize, Quantity::of(1 + drawn(listing, 9, 99)));
    text(line, kOddLotBidExchange, letter);
    price(line, kOddLotAsk, -1, *tape.quote.ask, Quantity::zero(), false);
    size(line, kOddLotAskSize, Quantity::of(1 + drawn(listing, 10, 99)));
    text(line, kOddLotAskExchange, letter);
  }
}

}  // namespace tradewind::sim::gateway
