#include "apps/tradewind/market_tools.hpp"

#include "tradewind/core/client/depth_book.hpp"
#include "tradewind/core/client/history/bar.hpp"
#include "tradewind/core/client/history/history_request.hpp"
#include "tradewind/core/client/quote.hpp"
#include "tradewind/edge/catalog/zones.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <utility>

namespace tradewind::app {

namespace net = edge::net;
namespace history = client::history;

namespace {

// One line on standard output, at once: somebody may be reading a pipe.
void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

// What the gateway says beside the data, such as that they are delayed.
void say_notice(std::string_view what, const client::Notice& notice) {
  fmt::print(stderr, "tradewind: {}: IB says {}: {}\n", what, notice.code, notice.text);
}

void write_quality(JsonWriter& json, const client::Quality& quality) {
  json.member("kind", name(quality.kind)).member("stale", quality.stale).member("gap_before", quality.gap_before);
}
std::string quality_text(const client::Quality& quality) {
  return fmt::format("{}{}{}", name(quality.kind), quality.stale ? ", stale" : "",
                     quality.gap_before != 0 ? ", after a gap" : "");
}

// --- quote ---

std::optional<std::int32_t> market_data_type(std::string_view text) {
  if (text == "live") return 1;
  if (text == "frozen") return 2;
  if (text == "delayed") return 3;
  if (text == "delayed-frozen") return 4;
  return std::nullopt;
}

std::string quote_line(const client::Quote& quote, const client::Quality& quality, Timestamp now, bool json) {
  if (!json) {
    return fmt::format("{}  bid {} x {}  ask {} x {}  last {} x {}  volume {}  ({})", iso_text(now),
                       text_or_dash(quote.bid), text_or_dash(quote.bid_size), text_or_dash(quote.ask),
                       text_or_dash(quote.ask_size), text_or_dash(quote.last), text_or_dash(quote.last_size),
                       text_or_dash(quote.volume), quality_text(quality));
  }
  JsonWriter out;
  out.begin_object().member("time", iso_text(now));
  write_decimal(out, "bid", quote.bid);
  write_decimal(out, "bid_size", quote.bid_size);
  write_decimal(out, "ask", quote.ask);
  write_decimal(out, "ask_size", quote.ask_size);
  write_decimal(out, "last", quote.last);
  write_decimal(out, "last_size", quote.last_size);
  write_decimal(out, "volume", quote.volume);
  write_decimal(out, "open", quote.price(client::Tick::open));
  write_decimal(out, "high", quote.price(client::Tick::high));
  write_decimal(out, "low", quote.price(client::Tick::low));
  write_decimal(out, "close", quote.price(client::Tick::close));
  if (const auto* const model = quote.option(client::Tick::model_option); model != nullptr) {
    out.key("model").begin_object();
    write_observed(out, "implied_volatility", model->implied_volatility);
    write_observed(out, "delta", model->delta);
    write_observed(out, "gamma", model->gamma);
    write_observed(out, "vega", model->vega);
    write_observed(out, "theta", model->theta);
    write_observed(out, "price", model->option_price);
    write_observed(out, "underlying", model->underlying_price);
    out.end_object();
  }
  write_quality(out, quality);
  return out.end_object().str();
}

Result<void> show_quote(const QuoteCommand& command, Link& link) {
  const ContractRow row = TW_TRY(find_contract(link, command.contract));
  const auto type = market_data_type(command.data);
  if (!type) return fail(Errc::invalid_argument, fmt::format("--data '{}'", command.data));
  TW_TRY_VOID(link.client().tell(tws::MarketDataTypeRequest{.market_data_type = *type}));
  client::Quote quote;
  client::Quality quality;
  bool is_new = false;
  std::optional<MonoTime> first;
  std::optional<client::Failure> ended;
  client::Subscriber<tws::MarketDataRequest> subscriber;
  subscriber.on_update = [&](const client::UpdateOf<tws::MarketDataRequest>& update) {
    const bool changed = quote.apply(update);
    quality = update.quality;
    if (!changed) return;
    is_new = true;
    if (!first) first = net::system_now().mono;
  };
  subscriber.on_quality = [&](const client::Quality& now) { quality = now; };
  subscriber.on_notice = [](const client::Notice& notice) { say_notice("quote", notice); };
  subscriber.on_end = [&](const client::Failure& failure) { ended = failure; };
  const auto subscription =
      TW_TRY(link.subscribe(tws::MarketDataRequest{.contract = row->contract}, std::move(subscriber)));
  std::uint64_t count = 0;
  // Ticks that come together are one update. The first one shows what there is once both sides are known, or a second
  // after the first tick: some quotes have one side only.
  return stream(
      link, command.limits, "quote",
      [&] {
        const bool is_whole = count > 0 || (quote.bid && quote.ask) ||
                              (first && net::system_now().mono - *first >= std::chrono::seconds{1});
        if (is_new && is_whole) {
          is_new = false;
          ++count;
          say(quote_line(quote, quality, net::system_now().utc, command.tool.json));
        }
        return count;
      },
      ended);
}

// --- ticks ---

std::string tick_line(const tws::TickByTickData& tick, const client::Quality& quality, bool json) {
  const auto time_of = [](std::int64_t seconds) {
    return iso_text(Timestamp::from_ns(std::clamp<std::int64_t>(seconds, 0, 9'000'000'000) * 1'000'000'000));
  };
  JsonWriter out;
  out.begin_object();
  std::string text;
  switch (tick.tick_type) {
    case 1:
    case 2:
      text = fmt::format("{}  {} x {}  {} {}{}{}", time_of(tick.last.time), tick.last.price,
                         text_or_dash(tick.last.size), tick.last.exchange, tick.last.special_conditions,
                         tick.last.tick_attrib_last.past_limit ? " past limit" : "",
                         tick.last.tick_attrib_last.unreported ? " unreported" : "");
      out.member("time", time_of(tick.last.time)).member("price", tick.last.price.text());
      write_decimal(out, "size", tick.last.size);
      out.member("exchange", tick.last.exchange)
          .member("conditions", tick.last.special_conditions)
          .member("past_limit", tick.last.tick_attrib_last.past_limit)
          .member("unreported", tick.last.tick_attrib_last.unreported);
      break;
    case 3:
      text =
          fmt::format("{}  bid {} x {}  ask {} x {}", time_of(tick.bid_ask.time), tick.bid_ask.price_bid,
                      text_or_dash(tick.bid_ask.size_bid), tick.bid_ask.price_ask, text_or_dash(tick.bid_ask.size_ask));
      out.member("time", time_of(tick.bid_ask.time)).member("bid", tick.bid_ask.price_bid.text());
      write_decimal(out, "bid_size", tick.bid_ask.size_bid);
      out.member("ask", tick.bid_ask.price_ask.text());
      write_decimal(out, "ask_size", tick.bid_ask.size_ask);
      break;
    default:
      text = fmt::format("{}  midpoint {}", time_of(tick.mid_point.time), tick.mid_point.price);
      out.member("time", time_of(tick.mid_point.time)).member("midpoint", tick.mid_point.price.text());
      break;
  }
  write_quality(out, quality);
  return json ? out.end_object().str() : text;
}

Result<void> show_ticks(const TicksCommand& command, Link& link) {
  const ContractRow row = TW_TRY(find_contract(link, command.contract));
  std::deque<std::string> lines;
  std::optional<client::Failure> ended;
  client::Subscriber<tws::TickByTickRequest> subscriber;
  subscriber.on_update = [&](const client::UpdateOf<tws::TickByTickRequest>& update) {
    if (const auto* const tick = update.get<tws::TickByTickData>(); tick != nullptr)
      lines.push_back(tick_line(*tick, update.quality, command.tool.json));
  };
  subscriber.on_notice = [](const client::Notice& notice) { say_notice("ticks", notice); };
  subscriber.on_end = [&](const client::Failure& failure) { ended = failure; };
  const auto subscription = TW_TRY(link.subscribe(
      tws::TickByTickRequest{.contract = row->contract, .tick_type = command.kind}, std::move(subscriber)));
  std::uint64_t count = 0;
  return stream(
      link, command.limits, "ticks",
      [&] {
        while (!lines.empty() && (command.limits.count == 0 || count < command.limits.count)) {
          say(lines.front());
          lines.pop_front();
          ++count;
        }
        return count;
      },
      ended);
}

// --- depth ---

std::string depth_text(const client::DepthBook& book, const client::Quality& quality, Timestamp now, bool json) {
  if (json) {
    JsonWriter out;
    out.begin_object().member("time", iso_text(now));
    const auto side = [&out](const char* name, const std::vector<client::DepthBook::Row>& rows) {
      out.key(name).begin_array();
      for (const auto& row : rows) {
        out.begin_object().member("price", row.price.text());
        write_decimal(out, "size", row.size);
        out.member("market_maker", row.market_maker).end_object();
      }
      out.end_array();
    };
    side("bids", book.bids());
    side("asks", book.asks());
    write_quality(out, quality);
    return out.end_object().str();
  }
  Table table{{"", "size", "bid", "ask", "size", ""}};
  const std::size_t rows = std::max(book.bids().size(), book.asks().size());
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<std::string> cells(6);
    if (i < book.bids().size()) {
      cells[0] = book.bids()[i].market_maker;
      cells[1] = text_or_dash(book.bids()[i].size);
      cells[2] = book.bids()[i].price.text();
    }
    if (i < book.asks().size()) {
      cells[3] = book.asks()[i].price.text();
      cells[4] = text_or_dash(book.asks()[i].size);
      cells[5] = book.asks()[i].market_maker;
    }
    table.add(std::move(cells));
  }
  return fmt::format("{} ({})\n{}", iso_text(now), quality_text(quality), table.text());
}

Result<void> show_depth(const DepthCommand& command, Link& link) {
  ContractChoice choice = command.contract;
  const ContractRow row = TW_TRY(find_contract(link, choice));
  client::DepthBook book;
  client::Quality quality;
  bool is_new = false;
  std::optional<client::Failure> ended;
  client::Subscriber<tws::MarketDepthRequest> subscriber;
  subscriber.on_update = [&](const client::UpdateOf<tws::MarketDepthRequest>& update) {
    if (update.quality.gap_before != 0) book.clear();
    quality = update.quality;
    if (const auto applied = book.apply(update); !applied.has_value())
      fmt::print(stderr, "tradewind: depth: {}\n", applied.error().detail);
    is_new = true;
  };
  subscriber.on_notice = [&book](const client::Notice& notice) {
    if (notice.code == 317) book.clear();
    say_notice("depth", notice);
  };
  subscriber.on_end = [&](const client::Failure& failure) { ended = failure; };
  tws::MarketDepthRequest request;
  request.contract = row->contract;
  request.num_rows = command.rows;
  request.is_smart_depth = command.smart;
  // The book of one exchange is asked for at that exchange; SMART is not one.
  if (!command.smart && request.contract.exchange == "SMART" && !request.contract.primary_exchange.empty())
    request.contract.exchange = request.contract.primary_exchange;
  const auto subscription = TW_TRY(link.subscribe(request, std::move(subscriber)));
  std::uint64_t count = 0;
  return stream(
      link, command.limits, "depth",
      [&] {
        if (std::exchange(is_new, false)) {
          ++count;
          say(depth_text(book, quality, net::system_now().utc, command.tool.json));
        }
        return count;
      },
      ended);
}

// --- bars ---

Result<history::HistoryRequest> history_of(const BarsCommand& command) {
  history::HistoryRequest request;
  request.bar_size = TW_TRY(history::parse_bar_size(command.size));
  request.duration = TW_TRY(history::HistoryDuration::parse(command.duration));
  const auto what = parse_enum<history::WhatToShow>(command.what);
  if (!what)
    return fail(Errc::invalid_argument, fmt::format("--what '{}': TRADES, MIDPOINT, BID, ASK …", command.what));
  if (*what == history::WhatToShow::schedule)
    return fail(Errc::invalid_argument, "--what SCHEDULE has no bars: `tradewind hours` shows sessions");
  request.what_to_show = *what;
  if (!command.end.empty()) {
    const history::BarTime end = TW_TRY(history::parse_time(command.end, {}));
    request.end = end.at;
  }
  request.use_rth = !command.all_hours;
  return request;
}

Result<void> show_bars(const BarsCommand& command, history::HistoryRequest wanted, Link& link) {
  const ContractRow row = TW_TRY(find_contract(link, command.contract));
  wanted.sec_type = row->contract.sec_type;
  TW_TRY_VOID(history::check(wanted, net::system_now().utc));
  const history::RequestTexts texts = history::texts_of(wanted, link.client().server_version());
  tws::HistoricalDataRequest request;
  request.contract = row->contract;
  history::put(request, wanted, texts);
  const auto answer = TW_TRY(link.ask_all(request));
  client::zones::Zones zones{edge::catalog::load_time_zone};
  std::vector<history::Bar> bars;
  for (const auto& frame : answer.rows<tws::HistoricalData>()) {
    history::TimeContext context{.zones = &zones, .unzoned = nullptr, .after = std::nullopt};
    if (!bars.empty()) context.after = bars.back().time;
    const auto read = TW_TRY(history::bars_of(frame->bars, context));
    bars.insert(bars.end(), read.begin(), read.end());
  }
  if (command.tool.json) {
    JsonWriter out;
    out.begin_object().key("contract").begin_object();
    write_contract(out, row->contract);
    out.end_object()
        .member("size", name(wanted.bar_size))
        .member("what", name(wanted.what_to_show))
        .key("bars")
        .begin_array();
    for (const history::Bar& bar : bars) {
      out.begin_object()
          .member("time", iso_text(bar.time))
          .member("open", bar.open.text())
          .member("high", bar.high.text())
          .member("low", bar.low.text())
          .member("close", bar.close.text());
      write_decimal(out, "volume", bar.volume);
      write_decimal(out, "wap", bar.wap);
      out.member("count", bar.count).end_object();
    }
    fmt::print("{}\n", out.end_array().end_object().str());
    return {};
  }
  Table table{{"time", "open", "high", "low", "close", "volume", "count"}};
  for (const history::Bar& bar : bars) {
    table.add({iso_text(bar.time), bar.open.text(), bar.high.text(), bar.low.text(), bar.close.text(),
               text_or_dash(bar.volume), fmt::format("{}", bar.count)});
  }
  fmt::print("{}", table.text());
  return {};
}

}  // namespace

int quote_command(const QuoteCommand& command) {
  return with_link(command.tool, command.contract, [&command](Link& link) {
    link.narrate();
    return show_quote(command, link);
  });
}

int ticks_command(const TicksCommand& command) {
  return with_link(command.tool, command.contract, [&command](Link& link) {
    link.narrate();
    return show_ticks(command, link);
  });
}

int depth_command(const DepthCommand& command) {
  return with_link(command.tool, command.contract, [&command](Link& link) {
    link.narrate();
    return show_depth(command, link);
  });
}

int bars_command(const BarsCommand& command) {
  // What is wrong with the command is said before anything is asked.
  const auto wanted = history_of(command);
  if (!wanted.has_value()) return report_failure(code_for(wanted.error()), wanted.error(), command.tool.json);
  return with_link(command.tool, command.contract, [&](Link& link) { return show_bars(command, *wanted, link); });
}

}  // namespace tradewind::app
