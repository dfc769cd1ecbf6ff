// What a plain client sees of each fault of the simulated gateway, on virtual time. The observer knows nothing of the
// injector: it writes down what it hears, and each fault's effect is looked for in that. A world without faults shows none.

#include "tests/simulation/faults_of_worlds.hpp"
#include "tradewind/core/base/check.hpp"
#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

const Timestamp kOpen = from_civil_utc({2013, 10, 7, 13, 30, 0});
const TimeZone kNewYork{"US/Eastern", {{from_civil_utc({2013, 3, 10, 7}), std::chrono::seconds{-4 * 3600}}}};
constexpr int kVersion = 200;

Price price(const char* text) { return Price::parse(text).value(); }

Market small_market() {
  model::BarHistory spy{1min, {}, {}};
  for (int i = 0; i < 8; ++i) {
    const Timestamp start = kOpen + 1min * i;
    spy.trades.push_back(
        {start, 1min, price("100.00"), price("100.10"), price("99.90"), price("100.05"), Quantity::of(400), 4});
    const model::Quote quote{price("99.99"), price("100.01"), Quantity::of(300), Quantity::of(200)};
    spy.quotes.push_back({start, 1min, quote, quote});
  }
  return Market::recorded({us_stock("SPY")}, {spy}, Duration::zero());
}

const Timestamp kConnect = kOpen - 10s;

struct Heard {
  std::string line;
  Timestamp at;
};

struct Seen : tws::ClientHandler {
  std::vector<Heard> heard;
  Timestamp now;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back({fmt::format(format, std::forward<Args>(args)...), now});
  }
  void on_handshake(int version, std::string_view time) override { note("greeting {} {}", version, time); }
  void on_ready(std::int32_t) override { note("ready"); }
  void on_next_valid_id(const tws::NextValidId& m) override { note("id {}", m.order_id); }
  void on_error_message(const tws::ErrorMessage& m) override { note("error {} {}", m.error_code, m.id); }
  void on_contract_data(const tws::ContractData& m) override {
    note("contract hours '{}'", m.contract_details.trading_hours);
  }
  void on_market_data_type(const tws::MarketDataType& m) override { note("type {}", m.market_data_type); }
  void on_tick_price(const tws::TickPrice& m) override { note("price {} {} {}", m.req_id, m.tick_type, m.price); }
  void on_tick_generic(const tws::TickGeneric& m) override { note("generic {} {}", m.tick_type, m.value.value_or(-1)); }
  void on_real_time_bar_tick(const tws::RealTimeBarTick& m) override { note("bar {}", m.time); }
  void on_tick_string(const tws::TickString& m) override {
    if (m.tick_type == 45) note("traded {}", m.value);
  }
  void on_open_order(const tws::OpenOrder& m) override {
    if (m.order.what_if)
      return note("what-if {} margin {}", m.order_id, m.order_state.init_margin_after.has_value() ? "set" : "unset");
    note("open {} {} at {} client {}", m.order_id, m.order.tif, m.order.lmt_price ? m.order.lmt_price->text() : "none",
         m.order.client_id);
  }
  void on_open_orders_end(const tws::OpenOrdersEnd&) override { note("open end"); }
  void on_order_status(const tws::OrderStatus& m) override {
    note("status {} {} {} {} perm {} held '{}' avg {}", m.order_id, m.status, m.filled, m.remaining,
         m.perm_id == 0 ? 0 : 1, m.why_held, m.avg_fill_price);
  }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    note("exec {} {} {} {} {} time {} req {} liq {} sec {}", m.execution.exec_id, m.execution.order_id,
         m.execution.shares, m.execution.price, m.execution.cum_qty, m.execution.time, m.req_id,
         m.execution.liquidation, m.contract.sec_type);
  }
  void on_execution_details_end(const tws::ExecutionDetailsEnd&) override { note("exec end"); }
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override {
    note("fee {} {}", m.exec_id, m.commission_and_fees ? m.commission_and_fees->text() : "unset");
  }
  void on_position_data(const tws::PositionData& m) override {
    note("position {} {} {} {}", m.account, m.contract.sec_type, m.contract.con_id, m.position);
  }
  void on_position_end(const tws::PositionEnd&) override { note("position end"); }
  void on_account_value(const tws::AccountValue& m) override { note("value {}='{}'", m.key, m.value); }
  void on_current_time(const tws::CurrentTime& m) override {
    note("clock {}", m.current_time - now.ns() / 1'000'000'000);
  }
  void on_historical_data(const tws::HistoricalData& m) override {
    note("history {} of {} bars from {}", m.req_id, m.bars.size(), m.bars.empty() ? "" : m.bars.front().date);
  }
  void on_unreadable(int, const tws::DecodeFault&) override { note("unreadable"); }
};

// A day in the life of a client: one of everything, a minute apart, then it goes.
class Round {
 public:
  Round(const std::string& fault, std::int64_t rate, std::uint64_t seed)
      : gateway_{{.server_version = kVersion, .zone = kNewYork, .fault_seed = seed}, small_market()} {
    if (!fault.empty()) {
      EXPECT_TRUE(gateway_.injector()->set({fault, rate}).has_value());
    }
    arrive();
    play();
  }
  std::vector<Heard> heard() { return std::move(seen_.heard); }
  [[nodiscard]] std::uint64_t fired(std::size_t fault) { return gateway_.injector()->fired(fault); }

 private:
  [[nodiscard]] MonoTime mono() const { return MonoTime::from_ns(now_.ns()); }
  void note(const char* line) {
    seen_.now = now_;
    seen_.note("{}", line);
  }
  // Tries every second.
  void arrive() {
    if (gateway_.refuses(now_)) note("attempt refused");
    while (gateway_.refuses(now_)) {
      now_ = now_ + 1s;
      gateway_.wake(now_);
    }
    id_ = gateway_.connect(now_);
    session_.connected(mono());
    exchange();
  }
  void exchange() {
    for (int i = 0; i < 4 && !ended_; ++i) {
      if (!gateway_.reads(id_)) {
        is_stuck_ = !session_.output().empty();
        return hear();
      }
      if (std::exchange(is_stuck_, false)) note("taken late");
      const Bytes out = session_.output().contents();
      const std::size_t sent = out.size();
      std::copy_n(out.data(), sent, gateway_.prepare(id_, sent + 1));
      session_.output().clear();
      gateway_.received(id_, sent, now_);
      hear();
    }
  }
  void hear() {
    if (ended_) return;
    seen_.now = now_;
    ByteQueue& in = gateway_.output(id_);
    const std::size_t count = in.size();
    bytes_ += count;
    whole_.feed(in.contents());
    std::copy_n(in.contents().data(), count, session_.prepare(count + 1));
    in.clear();
    const bool lives = session_.received(count, {now_, mono()}, seen_).has_value();
    for (;;) {
      const auto frame = whole_.next();
      if (!frame.has_value() || !frame->has_value()) break;
    }
    if (!lives) seen_.note("refused what came");
    if (gateway_.wants_close(id_))
      seen_.note("closed {} after {} of it", whole_.pending().empty() ? "whole" : "half",
                 bytes_ == 0 ? "none" : "some");
    else if (!whole_.pending().empty() && lives && seen_.heard.size() > 0) seen_.note("waits for the rest");
    ended_ = !lives || gateway_.wants_close(id_).has_value();
    if (ended_ && gateway_.refuses(now_)) note("attempt refused");
  }
  template <class Message>
  void ask(const Message& message) {
    if (ended_ || session_.phase() != tws::ClientSession::Phase::ready) return;
    seen_.now = now_;
    seen_.note("asks {}", Message::kInfo.api);
    EXPECT_TRUE(session_.send(message, mono(), tws::PacedRequest{}).has_value());
    exchange();
  }
  void to(Duration time) {
    const Timestamp until = now_ + time;
    while (now_ < until && !ended_) {
      now_ = now_ + 1s;
      gateway_.wake(now_);
      hear();
      if (is_stuck_) exchange();
    }
  }
  void order(std::int32_t id, const char* action, const char* limit, std::int32_t parent = 0, bool what_if = false,
             const char* stop = nullptr) {
    tws::PlaceOrderRequest request;
    request.order.parent_id = parent;
    request.order.what_if = what_if;
    request.order_id = id;
    request.contract = spy();
    request.order.action = action;
    request.order.total_quantity = Quantity::of(10);
    request.order.order_type = limit == nullptr ? "MKT" : "LMT";
    if (limit != nullptr) request.order.lmt_price = price(limit);
    if (stop != nullptr) {
      request.order.order_type = "STP";
      request.order.aux_price = price(stop);
    }
    request.order.tif = "DAY";
    ask(request);
  }
  static tws::Contract spy() {
    tws::Contract contract;
    contract.symbol = "SPY";
    contract.sec_type = "STK";
    contract.exchange = "SMART";
    contract.currency = "USD";
    return contract;
  }
  void play() {
    to(12s);
    tws::ContractDataRequest contract;
    contract.req_id = 1;
    contract.contract = spy();
    ask(contract);
    tws::MarketDataRequest data;
    data.req_id = 2;
    data.contract = spy();
    ask(data);
    tws::RealTimeBarsRequest bars;
    bars.req_id = 3;
    bars.contract = spy();
    bars.bar_size = 5;
    bars.what_to_show = "TRADES";
    ask(bars);
    tws::AccountDataRequest account;
    account.subscribe = true;
    account.acct_code = "DU0000000";
    ask(account);
    to(60s);
    order(10, "BUY", nullptr);
    to(60s);  // until the next quote, which fills it
    order(11, "BUY", "90");
    to(2s);
    order(11, "BUY", "91");
    to(2s);
    order(12, "SELL", "200", 11);
    order(13, "BUY", "90", 0, true);
    ask(tws::OpenOrdersRequest{});
    ask(tws::ExecutionRequest{.req_id = 5, .execution_filter = {}});
    ask(tws::PositionsRequest{});
    tws::HistoricalDataRequest history;
    history.req_id = 6;
    history.contract = spy();
    history.duration = "1 D";
    history.bar_size_setting = "1 min";
    history.what_to_show = "TRADES";
    history.format_date = 1;
    ask(history);
    history.req_id = 7;
    history.end_date_time = "20131007 13:31:00 UTC";
    ask(history);
    ask(tws::CurrentTimeRequest{});
    to(60s);
    ask(tws::IdsRequest{});
    order(14, "SELL", nullptr);
    to(60s);
    come_back();
    ask(tws::CancelOrderRequest{.order_id = 11, .order_cancel = {}});
    to(60s);
    now_ = now_ + 4h;  // for what takes hours
    gateway_.wake(now_);
    hear();
    seen_.note("gateway has {} orders", gateway_.desk().orders().size());
    if (!ended_) seen_.note("leaves");  // a connection that is gone proves nothing
  }

  // Leaves two orders, is away for a minute, and asks what has become of them.
  void come_back() {
    order(15, "BUY", "90");
    order(16, "SELL", nullptr, 0, false, "50");
    to(2s);
    if (ended_) return;
    gateway_.disconnected(id_);
    session_.disconnected(seen_);
    now_ = now_ + 60s;
    gateway_.wake(now_);
    whole_.clear();
    arrive();
    to(12s);
    if (!ended_) seen_.note("back");
    ask(tws::OpenOrdersRequest{});
    ask(tws::ExecutionRequest{.req_id = 8, .execution_filter = {}});
    ask(tws::CompletedOrdersRequest{});
    if (!ended_) seen_.note("knows");
  }

  Gateway gateway_;
  Timestamp now_ = kConnect;
  tws::Pacer pacer_{{.messages_per_second = 1000, .market_data_lines = 1000}};
  tws::ClientSession session_{{.client_id = 7, .max_version = kVersion, .handshake_limit = 1h, .start_limit = 1h},
                              pacer_};
  Seen seen_;
  tws::FrameReader whole_{tws::kFrameSizeMax};
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
  bool is_stuck_ = false;  // something has been sent that nobody reads
  ConnectionId id_{0};
};

using Log = std::vector<Heard>;
using Effect = std::function<std::size_t(const Log&)>;

bool has(const Heard& heard, std::string_view part) { return heard.line.find(part) != std::string::npos; }
std::size_t count(const Log& log, std::string_view part) {
  return static_cast<std::size_t>(std::ranges::count_if(log, [&](const Heard& heard) { return has(heard, part); }));
}
Effect shows(std::string part) {
  return [part](const Log& log) { return count(log, part); };
}
// So often less than a client without faults sees.
Effect lacks(std::string part) {
  static const Log kUsual = Round{"", 0, 1}.heard();
  TW_CHECK(count(kUsual, part) > 0);
  return [part](const Log& log) {
    return count(log, "leaves") * (count(kUsual, part) - std::min(count(kUsual, part), count(log, part)));
  };
}
// Nothing at all comes until then; not even the end of the connection.
Effect silent_for(Duration time) {
  return [time](const Log& log) -> std::size_t { return log.front().at >= kConnect + time ? 1 : 0; };
}
// So often more.
Effect repeats(std::string part) {
  static const Log kUsual = Round{"", 0, 1}.heard();
  TW_CHECK(count(kUsual, part) > 0);
  return [part](const Log& log) { return count(log, part) - std::min(count(kUsual, part), count(log, part)); };
}
// `late` comes, and `early` only after it.
Effect swapped(std::string late, std::string early) {
  return [=](const Log& log) -> std::size_t {
    const auto first = std::ranges::find_if(log, [&](const Heard& heard) { return has(heard, late); });
    const auto second = std::ranges::find_if(log, [&](const Heard& heard) { return has(heard, early); });
    return first != log.end() && second != log.end() && first < second ? 1 : 0;
  };
}

// The first of these comes later than the question by that much.
Effect comes_late(std::string question, std::string answer, Duration by) {
  return [=](const Log& log) -> std::size_t {
    const auto asked = std::ranges::find_if(log, [&](const Heard& heard) { return has(heard, question); });
    const auto came = std::ranges::find_if(log, [&](const Heard& heard) { return has(heard, answer); });
    return asked != log.end() && came != log.end() && came->at >= asked->at + by ? 1 : 0;
  };
}
// What comes after `begin`, up to `end`, has this in it.
Effect between(std::string begin, std::string end, std::string part) {
  return [=](const Log& log) {
    const auto from = std::ranges::find_if(log, [&](const Heard& heard) { return has(heard, begin); });
    const auto to = std::find_if(from, log.end(), [&](const Heard& heard) { return has(heard, end); });
    return static_cast<std::size_t>(std::count_if(from, to, [&](const Heard& heard) { return has(heard, part); }));
  };
}
// Lines of a kind that a client without faults never sees.
Effect differs(std::string kind) {
  static const Log kUsual = Round{"", 0, 1}.heard();
  TW_CHECK(count(kUsual, kind) > 0);
  return [kind](const Log& log) {
    return static_cast<std::size_t>(std::ranges::count_if(log, [&](const Heard& heard) {
      return has(heard, kind) && std::ranges::find(kUsual, heard.line, &Heard::line) == kUsual.end();
    }));
  };
}
// Numbers behind `kind`, in the order in which they came.
std::vector<std::int64_t> numbers(const Log& log, std::string_view kind) {
  std::vector<std::int64_t> all;
  for (const Heard& heard : log) {
    if (heard.line.starts_with(kind)) all.push_back(std::stoll(heard.line.substr(kind.size())));
  }
  return all;
}
// The order's end comes, and then it is told to live.
std::size_t old_status_last(const Log& log) {
  return between("status 11 Cancelled", "never", "status 11 PreSubmitted")(log) +
         between("status 11 Cancelled", "never", "status 11 Submitted")(log);
}
// The connection ends right after an order has left, and the gateway has it.
std::size_t ends_after_an_order(const Log& log) {
  const auto end = std::ranges::find_if(log, [](const Heard& heard) { return has(heard, "closed whole"); });
  if (end == log.begin() || end == log.end() || count(log, "gateway has 0 orders") != 0) return 0;
  return has(*std::prev(end), "asks placeOrder") ? 1 : 0;
}
std::size_t restarts_at_an_order(const Log& log) {
  const auto end = std::ranges::find_if(log, [](const Heard& heard) { return has(heard, "closed whole"); });
  if (end == log.end() || std::next(end) == log.end() || !has(*std::next(end), "attempt refused")) return 0;
  return has(*std::prev(end), "asks placeOrder") ? 1 : 0;
}
std::size_t lower_ids(const Log& log) {
  const auto ids = numbers(log, "id ");
  return static_cast<std::size_t>(std::ranges::count_if(ids, [](std::int64_t id) { return id > 1 && id < 13; }));
}
std::size_t id_one_again(const Log& log) {
  const auto ids = numbers(log, "id ");
  return std::ranges::count(ids, 1) > 1 ? 1 : 0;
}
// Not once, at once, and with figures.
std::size_t odd_what_if(const Log& log) {
  if (count(log, "asks reqIds") == 0) return 0;
  return count(log, "what-if 13 margin set") == 1 && comes_late("asks reqIds", "what-if", 0s)(log) == 0 ? 0 : 1;
}
std::size_t time_goes_back(const Log& log) {
  const auto times = numbers(log, "traded ");
  return static_cast<std::size_t>(times.end() - std::ranges::is_sorted_until(times));
}
std::size_t same_bars(const Log& log) {
  const auto bars = [&](std::string_view request) -> std::string {
    const auto found = std::ranges::find_if(log, [&](const Heard& heard) { return heard.line.starts_with(request); });
    return found == log.end() ? "" : found->line.substr(request.size());
  };
  return !bars("history 6 ").empty() && bars("history 6 ") == bars("history 7 ") ? 1 : 0;
}

// What is usually among what the client hears when it is back.
Effect lacks_when_back(std::string part) {
  static const Log kUsual = Round{"", 0, 1}.heard();
  TW_CHECK(between("back", "knows", part)(kUsual) > 0);
  return [part](const Log& log) -> std::size_t {
    return count(log, "knows") != 0 && between("back", "knows", part)(log) == 0 ? 1 : 0;
  };
}

const std::map<std::string, Effect>& effects() {
  static const std::map<std::string, Effect> kEffects{
      {"F001", shows("attempt refused")},
      {"F002", silent_for(5s)},
      {"F003", lacks("ready")},
      {"F004", shows("closed whole after some")},
      {"F005", shows("closed half")},
      {"F006", ends_after_an_order},
      {"F007", lacks("clock")},
      {"F008", lacks("clock")},
      {"F009", shows("waits for the rest")},
      {"F010", shows("taken late")},
      {"F011", shows("closed whole after some")},
      {"F012", shows("error 326")},
      {"F014", shows("client 999")},
      {"F015", [](const Log& log) { return count(log, "error 1100") + count(log, "closed whole after some"); }},
      {"F016", restarts_at_an_order},
      {"F017", lower_ids},
      {"F018", id_one_again},
      {"F019", between("error 1100", "leaves", "error 1100")},
      {"F020", shows("error 1300")},
      {"F021", [](const Log& log) { return count(log, "greeting") - count(log, "greeting 200 "); }},
      {"F022", [](const Log& log) { return count(log, "unreadable") + count(log, "refused what came"); }},
      {"F023", shows("refused what came")},
      {"F024", lacks("status 10 ")},
      {"F025", shows("error 321 1")},
      {"F027", shows("closed whole after none")},
      {"F028", shows("clock -")},
      {"F029", shows("error 1100")},
      {"F030", shows("error 1100")},
      {"F031", shows("error 1101")},
      {"F032", shows("error 1102")},
      {"F033", shows("error 1100")},
      {"F034", shows("error 1101")},
      {"F035", shows("error 2110")},
      {"F036", shows("error 2103")},
      {"F037", shows("error 2103")},
      {"F038", shows("error 10182 2")},
      {"F039", lacks("price 2 ")},
      {"F040", shows("error 10197 2")},
      {"F041", shows("type 3")},
      {"F042", swapped("status 10 Filled", " req -1")},
      {"F043", shows("error 103 ")},
      {"F045", shows("open 0 ")},
      {"F046", shows("perm 0")},
      {"F047", shows("exec 2")},
      {"F048", shows("open 10000")},
      {"F049", lacks("status 10 ")},
      {"F050", comes_late("asks placeOrder", "status 10 ", 60s)},
      {"F051", shows("error 201 ")},
      {"F052", [](const Log& log) { return std::max(count(log, "error 201 "), count(log, " Inactive ")); }},
      {"F053", shows("error 399 ")},
      {"F054", shows("error 10999 ")},
      {"F055", shows("error 110 ")},
      {"F056", shows(" GTC")},
      {"F057", shows("error 200 1")},
      {"F058", shows("error 435 ")},
      {"F059", shows("error 383 ")},
      {"F060", shows("held 'locate'")},
      {"F061", shows(" Inactive ")},
      {"F062", odd_what_if},
      {"F064", shows("error 201 12")},
      {"F067", shows(" 20 time")},
      {"F068", shows("error 100 -1")},
      {"F069", shows("error 201 ")},
      {"F070", shows("error 399 ")},
      {"F071", shows("error 105 11")},
      {"F072", lacks("open 11 DAY at 91")},
      {"F075", lacks("status 10 ")},
      {"F076", repeats("status 11 ")},
      {"F077", old_status_last},
      {"F078", swapped("status 10 ", "open 10 ")},
      {"F079", shows("status 10 Cancelled")},
      {"F080", between("error 10148 11", "leaves", " 11 10 ")},
      {"F081", shows("error 10147 11")},
      {"F082", comes_late("asks cancelOrder", "status 11 Cancelled", 60s)},
      {"F083", lacks("status 11 Cancelled")},
      {"F084", shows("Cancelled 0 0 ")},
      {"F085", lacks_when_back("open 15 ")},
      {"F086", between("back", "knows", " 15 10 ")},
      {"F087", lacks("open end")},
      {"F088", [](const Log& log) { return lacks("open end")(log) + repeats("open end")(log); }},
      {"F089", between("asks reqPositions", "position end", " req -1")},
      {"F090", [](const Log& log) { return lacks_when_back("open 15 ")(log) + lacks_when_back("open 16 ")(log); }},
      {"F091", shows("liq 1")},
      {"F092", between("back", "knows", " 16 10 ")},
      {"F094", repeats(" req -1")},
      {"F095", repeats(" req -1")},
      {"F096", lacks(" req -1")},
      {"F097", repeats(" req -1")},
      {"F098", repeats(" req -1")},
      {"F099", shows(" 10 0 100")},
      {"F100", swapped("fee ", "exec 0")},
      {"F101", lacks("fee ")},
      {"F102", shows(" unset")},
      {"F103", shows(" 1000010 ")},
      {"F104", shows(" 0.1404 ")},
      {"F108",
       [](const Log& log) {
         return static_cast<std::size_t>(std::ranges::count_if(log, [](const Heard& heard) {
           return heard.line.starts_with("exec ") && has(heard, "time") && !has(heard, "US/Eastern");
         }));
       }},
      {"F109", shows(" avg -")},
      {"F110", [](const Log& log) { return count(log, " req -1") / 500; }},
      {"F111", lacks(" req 5 ")},
      {"F112", swapped("position end", "position DU0000000")},
      {"F113", lacks("STK 756733 0")},
      {"F114", swapped("STK 756733 0", " 14 10 ")},
      {"F115", shows("error 321 -1")},
      {"F117", shows(" XYZ")},
      {"F118", shows("position DU0000001")},
      {"F119", shows(" 756734 ")},
      {"F121", differs("value TotalCashValue=")},
      {"F122", differs("value TotalCashValue=")},
      {"F123", lacks("value ExchangeRate=")},
      {"F124", shows("sec CASH")},
      {"F125", shows("=''")},
      {"F127", shows("exec 6")},
      {"F128", shows("error 201 ")},
      {"F129", differs("value TotalCashValue=")},
      {"F130",
       [](const Log& log) {
         return static_cast<std::size_t>(std::ranges::count_if(
             log, [](const Heard& heard) { return heard.line.starts_with("price") && heard.line.ends_with(" -1"); }));
       }},
      {"F131", shows(" 1099.")},
      {"F132", shows(" 299.97")},
      {"F133", time_goes_back},
      {"F134", repeats("price 2 ")},
      {"F135", repeats("bar ")},
      {"F136", shows("generic 49 1")},
      {"F137", shows("error 200 2")},
      {"F138", shows("error 101 2")},
      {"F139", shows("error 162 6")},
      {"F140", same_bars},
      {"F172", shows("time 20131029")},
      {"F173", shows("time 20131103 01:30")},
      {"F174", shows("Ortszeit")},
      {"F176", shows("hours ''")},
      {"F177", shows("clock 300")},
  };
  return kEffects;
}

class FaultIsSeen : public testing::TestWithParam<std::string> {};

TEST_P(FaultIsSeen, AHundredTimes) {
  const std::string& fault = GetParam();
  const std::size_t number = faults::find_fault(fault).value();
  const Effect& effect = effects().at(fault);
  EXPECT_EQ(effect(Round("", 0, 1).heard()), 0U) << "it is seen without the fault";
  std::size_t seen = 0;
  std::uint64_t fired = 0;
  int rounds = 0;
  for (; rounds < 400 && (seen < 100 || fired < 100); ++rounds) {
    Round round{fault, 500'000, static_cast<std::uint64_t>(rounds) + 1};
    seen += effect(round.heard());
    fired += round.fired(number);
  }
  fmt::print("{}: fired {}, seen {} times in {} rounds\n", fault, fired, seen, rounds);
  EXPECT_GE(fired, 100U);
  EXPECT_GE(seen, 100U);
}

std::vector<std::string> observed_faults() {
  std::vector<std::string> ids;
  for (const auto& info : faults::faults()) {
    if (effects().contains(std::string{info.id})) ids.emplace_back(info.id);
  }
  return ids;
}
INSTANTIATE_TEST_SUITE_P(Faults, FaultIsSeen, testing::ValuesIn(observed_faults()),
                         [](const auto& of) { return of.param; });

TEST(Faults, EachIsObserved) {
  // F026 takes two connections: tradewind/sim/gateway/connection_faults_test.cpp.
  for (const auto& info : faults::faults()) {
    const bool is_elsewhere = info.id == "F026" || std::ranges::find(kFaultsOfWorlds, info.id) != kFaultsOfWorlds.end();
    EXPECT_NE(effects().contains(std::string{info.id}), is_elsewhere) << info.id;
  }
}

TEST(Faults, TheSameSeedSaysTheSame) {
  const auto lines = [](const Log& log) {
    std::vector<std::string> all;
    for (const Heard& heard : log) all.push_back(heard.line);
    return all;
  };
  const auto once = lines(Round("F076", 500'000, 9).heard());
  EXPECT_EQ(once, lines(Round("F076", 500'000, 9).heard()));
  EXPECT_NE(once, lines(Round("F076", 500'000, 10).heard()));
}

}  // namespace
}  // namespace tradewind::sim::gateway
