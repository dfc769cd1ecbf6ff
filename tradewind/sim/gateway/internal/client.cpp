#include "tradewind/sim/gateway/internal/client.hpp"

#include "tradewind/sim/gateway/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRealTimeBar = 5s;
constexpr std::size_t kHistoryBarsMax = 100'000;

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

double observed(Price price) { return static_cast<double>(price.raw()) / static_cast<double>(Price::kScale); }
// For IB's own figures, which are floating point on the wire.
double observed(Amount amount) { return static_cast<double>(amount.raw()) / 1e17; }

Timestamp next_boundary(Timestamp now, Duration length) {
  return Timestamp::from_ns((now.ns() / length.count() + 1) * length.count());
}

}  // namespace

void Client::close(std::string reason) {
  if (!close_reason_) close_reason_ = std::move(reason);
  session_.close();
}

void Client::send_error(std::int32_t id, std::int32_t code, std::string_view text) {
  tws::ErrorMessage message;
  message.id = id;
  message.error_code = code;
  message.error_msg = text;
  message.error_time = gateway_.now_.ns() / 1'000'000;
  send(message);
}

void Client::send_unsendable(const std::string& why) {
  session_.send(tws::ErrorMessage{.id = -1,
                                  .error_time = gateway_.now_.ns() / 1'000'000,
                                  .error_code = 320,
                                  .error_msg = why,
                                  .advanced_order_reject_json = {}});
}

void Client::on_unreadable(int message_id, const tws::DecodeFault& fault) {
  if (session_.phase() != tws::GatewaySession::Phase::running) return;
  send_error(-1, 320, fmt::format("Error reading request: message {}: {}", message_id, fault.text()));
}

// --- Session ---

void Client::on_start_api_request(const tws::StartApiRequest& request) {
  if (client_id_) return;
  if (const Client* other = gateway_.client(request.client_id); other != nullptr) {
    send_error(-1, 326, "Unable to connect as the client id is already in use. Retry with a unique client id.");
    return close(fmt::format("client id {} is in use", request.client_id));
  }
  client_id_ = request.client_id;
  on_managed_accounts_request({});
  on_ids_request({});
  send_error(-1, 2104, "Market data farm connection is OK:usfarm");
  send_error(-1, 2106, "HMDS data farm connection is OK:ushmds");
  send_error(-1, 2158, "Sec-def data farm connection is OK:secdefil");
  // "Download open orders on connection", which is on by default.
  send_open_orders(false);
}

void Client::on_managed_accounts_request(const tws::ManagedAccountsRequest& /*request*/) {
  std::string list;
  for (const auto& [account, cash] : gateway_.options_.accounts) list.append(account).append(",");
  send(tws::ManagedAccounts{.accounts_list = list});
}

void Client::on_ids_request(const tws::IdsRequest& /*request*/) {
  send(tws::NextValidId{.order_id = gateway_.desk_.next_order_id(*client_id_)});
}

void Client::on_current_time_request(const tws::CurrentTimeRequest& /*request*/) {
  send(tws::CurrentTime{.current_time = gateway_.now_.ns() / 1'000'000'000});
}

void Client::on_current_time_in_millis_request(const tws::CurrentTimeInMillisRequest& /*request*/) {
  send(tws::CurrentTimeInMillis{.current_time_in_millis = gateway_.now_.ns() / 1'000'000});
}

// --- Contracts ---

std::vector<std::uint32_t> Client::matches(const tws::Contract& contract) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < gateway_.market_.listings().size(); ++i) {
    const Listing& candidate = listing(i);
    if (contract.con_id != 0) {
      if (contract.con_id == candidate.con_id) found.push_back(i);
      continue;
    }
    const bool exchange =
        contract.exchange.empty() || contract.exchange == "SMART" || contract.exchange == candidate.primary_exchange;
    const bool primary = contract.primary_exchange.empty() || contract.primary_exchange == candidate.primary_exchange;
    const bool symbol =
        contract.symbol == candidate.symbol || (contract.symbol.empty() && contract.local_symbol == candidate.symbol);
    if (symbol && contract.sec_type == candidate.security_type && exchange && primary &&
        (contract.currency.empty() || contract.currency == candidate.currency)) {
      found.push_back(i);
    }
  }
  return found;
}

std::optional<std::uint32_t> Client::only_match(std::int32_t request_id, const tws::Contract& contract) {
  const auto found = matches(contract);
  if (found.size() == 1) return found.front();
  send_error(request_id, 200, "No security definition has been found for the request");
  return std::nullopt;
}

tws::Contract Client::contract_of(std::uint32_t index, std::string_view exchange) const {
  const Listing& stock = listing(index);
  tws::Contract contract;
  contract.con_id = stock.con_id;
  contract.symbol = stock.symbol;
  contract.sec_type = stock.security_type;
  contract.exchange = exchange;
  contract.currency = stock.currency;
  contract.local_symbol = stock.symbol;
  contract.trading_class = stock.trading_class;
  return contract;
}

void Client::on_contract_data_request(const tws::ContractDataRequest& request) {
  const auto found = matches(request.contract);
  if (found.empty()) return send_error(request.req_id, 200, "No security definition has been found for the request");
  std::string trading;
  std::string liquid;
  for (int day = 0; day < 6; ++day) {
    const Timestamp time = gateway_.now_ + 24h * day;
    const std::string date = date_text(time, gateway_.options_.zone);
    const CivilTime local = gateway_.options_.zone.local(time);
    const std::int64_t days = from_civil_utc({local.year, local.month, local.day}).ns() / 86'400'000'000'000;
    const bool weekend = (days + 4) % 7 == 0 || (days + 4) % 7 == 6;  // 1970-01-01 was a Thursday
    const char* between = day == 0 ? "" : ";";
    if (!gateway_.options_.session_close) {
      trading += fmt::format("{}{}:0000-{}:2359", between, date, date);
      liquid = trading;
    } else if (weekend) {
      trading += fmt::format("{}{}:CLOSED", between, date);
      liquid += fmt::format("{}{}:CLOSED", between, date);
    } else {
      trading += fmt::format("{}{}:0400-{}:2000", between, date, date);
      liquid += fmt::format("{}{}:0930-{}:1600", between, date, date);
    }
  }
  for (const std::uint32_t index : found) {
    const Listing& stock = listing(index);
    tws::ContractData data;
    data.req_id = request.req_id;
    data.contract = contract_of(index);
    data.contract.primary_exchange = stock.primary_exchange;
    tws::ContractDetails& details = data.contract_details;
    details.market_name = stock.trading_class;
    details.min_tick = stock.min_tick;
    details.order_types = "ACTIVETIM,DAY,GTC,IOC,LMT,MKT";
    const std::string exchanges = "SMART," + stock.primary_exchange;
    details.valid_exchanges = exchanges;
    details.price_magnifier = 1;
    details.long_name = stock.long_name;
    details.time_zone_id = gateway_.options_.zone.name();
    details.trading_hours = trading;
    details.liquid_hours = liquid;
    details.agg_group = 1;
    details.market_rule_ids = "26,26";
    details.stock_type = "COMMON";
    details.min_size = Quantity::of(1);
    details.size_increment = Quantity::of(1);
    details.suggested_size_increment = Quantity::of(100);
    send(data);
  }
  send(tws::ContractDataEnd{.req_id = request.req_id});
}

// --- Market data ---

void Client::on_market_data_request(const tws::MarketDataRequest& request) {
  if (lines_.contains(request.req_id)) return send_error(request.req_id, 102, "Duplicate ticker id");
  const auto index = only_match(request.req_id, request.contract);
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
  params.min_tick = listing(*index).min_tick;
  params.bbo_exchange = "9c0001";
  params.snapshot_permissions = 3;
  send(params);
  send(tws::MarketDataType{.req_id = request.req_id, .market_data_type = 1});
  send_tape(request.req_id, line);
  if (request.snapshot) {
    send(tws::TickSnapshotEnd{.req_id = request.req_id});
  } else {
    lines_.emplace(request.req_id, line);
  }
}

void Client::on_cancel_market_data(const tws::CancelMarketData& request) {
  if (lines_.erase(request.req_id) == 0)
    send_error(request.req_id, 300, fmt::format("Can't find EId with tickerId:{}", request.req_id));
}

void Client::send_tick(std::int32_t request_id, std::int32_t price_type, std::int32_t size_type, Price price,
                       Quantity size) {
  tws::TickPrice tick;
  tick.req_id = request_id;
  tick.tick_type = price_type;
  tick.price = price;
  tick.size = size;
  tick.attr_mask = price_type == kBid || price_type == kAsk ? 1 : 0;
  send(tick);
  // Gateways repeat the size by itself.
  if (size_type >= 0) send(tws::TickSize{.req_id = request_id, .tick_type = size_type, .size = size});
}

void Client::send_tape(std::int32_t request_id, const Line& line) {
  const Gateway::Tape& tape = gateway_.tapes_[line.listing];
  if (tape.quote.bid) send_tick(request_id, kBid, kBidSize, *tape.quote.bid, tape.quote.bid_size);
  if (tape.quote.ask) send_tick(request_id, kAsk, kAskSize, *tape.quote.ask, tape.quote.ask_size);
  if (tape.last) send_print(request_id, line);
  if (tape.open) send_tick(request_id, kOpen, -1, *tape.open, Quantity::zero());
  if (tape.high) send_tick(request_id, kHigh, -1, *tape.high, Quantity::zero());
  if (tape.low) send_tick(request_id, kLow, -1, *tape.low, Quantity::zero());
  if (tape.previous_close) send_tick(request_id, kClose, -1, *tape.previous_close, Quantity::zero());
}

void Client::send_print(std::int32_t request_id, const Line& line) {
  const Gateway::Tape& tape = gateway_.tapes_[line.listing];
  const model::Trade& trade = *tape.last;
  const std::int64_t milliseconds = trade.time.ns() / 1'000'000;
  if (line.rt_volume) {
    const auto average = average_price(tape.value, tape.volume, Multiplier::of(1)).value_or(trade.price);
    const std::string print =
        fmt::format("{};{};{};{};{};true", trade.price, trade.size, milliseconds, tape.volume, average);
    send(tws::TickString{.req_id = request_id, .tick_type = kRtVolume, .value = print});
  }
  send_tick(request_id, kLast, kLastSize, trade.price, trade.size);
  const std::string seconds = std::to_string(milliseconds / 1000);
  send(tws::TickString{.req_id = request_id, .tick_type = kLastTimestamp, .value = seconds});
  send(tws::TickSize{.req_id = request_id, .tick_type = kVolume, .size = tape.volume});
}

void Client::on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now) {
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

void Client::on_trade(std::uint32_t index) {
  const model::Trade& trade = *gateway_.tapes_[index].last;
  for (const auto& [request_id, line] : lines_) {
    if (line.listing == index) send_print(request_id, line);
  }
  for (auto& [request_id, bars] : real_time_bars_) {
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

void Client::on_real_time_bars_request(const tws::RealTimeBarsRequest& request) {
  const auto index = only_match(request.req_id, request.contract);
  if (!index) return;
  real_time_bars_.insert_or_assign(request.req_id,
                                   RealTimeBars{*index, next_boundary(gateway_.now_, kRealTimeBar), {}});
}

void Client::on_cancel_real_time_bars(const tws::CancelRealTimeBars& request) { real_time_bars_.erase(request.req_id); }

std::optional<Timestamp> Client::wake_at() const {
  std::optional<Timestamp> earliest;
  for (const auto& [request_id, bars] : real_time_bars_) {
    if (!earliest || bars.due < *earliest) earliest = bars.due;
  }
  return earliest;
}

void Client::wake(Timestamp now) {
  for (auto& [request_id, bars] : real_time_bars_) {
    if (bars.due > now) continue;
    // Without a trade the last price stands, with no volume.
    std::optional<model::Bar> bar = std::exchange(bars.bar, std::nullopt);
    const auto& last = gateway_.tapes_[bars.listing].last;
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
      send(tick);
    }
    bars.due = next_boundary(now, kRealTimeBar);
  }
}

void Client::on_historical_data_request(const tws::HistoricalDataRequest& request) {
  const auto index = only_match(request.req_id, request.contract);
  if (!index) return;
  const TimeZone& zone = gateway_.options_.zone;
  const auto size = parse_bar_size(request.bar_size_setting);
  const auto duration = parse_duration(request.duration);
  const auto end =
      request.end_date_time.empty() ? std::optional{gateway_.now_} : parse_end(request.end_date_time, zone);
  if (!size || !duration || !end) {
    return send_error(
        request.req_id, 321,
        fmt::format("Error validating request.-'bK' : cause - Invalid bar size, duration or end: '{}', '{}', '{}'",
                    request.bar_size_setting, request.duration, request.end_date_time));
  }
  std::vector<model::Bar> bars;
  if (request.what_to_show == "TRADES" && *size >= gateway_.market_.bar_length()) {
    bars =
        aggregate(gateway_.market_.history(venue::SymbolIndex{*index}, *end - *duration, std::min(*end, gateway_.now_)),
                  *size, zone);
  }
  if (bars.size() > kHistoryBarsMax) bars.erase(bars.begin(), bars.end() - kHistoryBarsMax);
  if (bars.empty()) {
    return send_error(
        request.req_id, 162,
        fmt::format("Historical Market Data Service error message:HMDS query returned no data: {}@SMART {}",
                    listing(*index).symbol, request.what_to_show));
  }
  std::vector<std::string> dates;
  dates.reserve(bars.size());
  tws::HistoricalData data;
  for (const model::Bar& bar : bars) {
    const bool daily = bar.length >= 24h;
    dates.push_back(daily                      ? date_text(bar.start, zone)
                    : request.format_date == 2 ? std::to_string(bar.start.ns() / 1'000'000'000)
                                               : zoned_text(bar.start, zone));
    tws::HistoricalBar& out = data.bars.emplace_back();
    out.date = dates.back();
    out.open = bar.open;
    out.high = bar.high;
    out.low = bar.low;
    out.close = bar.close;
    out.volume = bar.volume;
    out.wap = bar.close;  // the recorded bars carry no average
    out.bar_count = bar.trade_count;
  }
  const std::string first = zoned_text(*end - *duration, zone);
  const std::string last = zoned_text(*end, zone);
  data.req_id = request.req_id;
  data.start_date_str = first;
  data.end_date_str = last;
  send(data);
  if (session_.server_version() >= 196) {
    send(tws::HistoricalDataEnd{.req_id = request.req_id, .start_date_str = first, .end_date_str = last});
  }
}

// --- Orders ---

void Client::on_place_order_request(const tws::PlaceOrderRequest& request) {
  gateway_.desk_.place(request, *client_id_, gateway_.now_);
}
void Client::on_cancel_order_request(const tws::CancelOrderRequest& request) {
  gateway_.desk_.cancel(request.order_id, *client_id_, gateway_.now_);
}
void Client::on_global_cancel_request(const tws::GlobalCancelRequest& /*request*/) {
  gateway_.desk_.cancel_all(gateway_.now_);
}

tws::OpenOrder Client::open_order(const GatewayOrder& order) const {
  tws::OpenOrder message;
  message.order_id = order.order_id;
  message.contract = contract_of(order.listing, order.request->contract.exchange);
  message.order = order.request->order;
  message.order.account = order.account;
  message.order.client_id = order.client_id;
  message.order.perm_id = order.perm_id;
  message.order.total_quantity = order.quantity;
  message.order.oca_type = 3;
  message.order.clearing_intent = "IB";
  if (message.order.tif.empty()) message.order.tif = "DAY";
  // As recorded: a display size that was not given is unset, not zero.
  if (message.order.display_size == 0) message.order.display_size.reset();
  message.order_state.status = order.status;
  if (order.is_final && !order.commission.is_zero()) {
    message.order_state.commission_and_fees = observed(order.commission);
    message.order_state.commission_and_fees_currency = "USD";
  }
  return message;
}

void Client::send_order(const GatewayOrder& order) {
  send(open_order(order));
  send_order_status(order);
}

void Client::send_order_status(const GatewayOrder& order) {
  tws::OrderStatus status;
  status.order_id = order.order_id;
  status.status = order.status;
  status.filled = order.filled;
  status.remaining = order.remaining();
  status.avg_fill_price = order.average_price();
  status.perm_id = order.perm_id;
  status.last_fill_price = observed(order.last_fill);
  status.client_id = order.client_id;
  send(status);
}

void Client::send_execution(const GatewayExecution& execution, std::int32_t request_id) {
  const GatewayOrder& order = *execution.order;
  tws::ExecutionDetails details;
  const std::string time = zoned_text(execution.time, gateway_.options_.zone);
  details.req_id = request_id;
  details.contract = contract_of(order.listing, listing(order.listing).primary_exchange);
  tws::Execution& out = details.execution;
  out.order_id = order.order_id;
  out.exec_id = execution.exec_id;
  out.time = time;
  out.acct_number = order.account;
  out.exchange = listing(order.listing).primary_exchange;
  out.side = order.side == Side::buy ? "BOT" : "SLD";
  out.shares = execution.quantity;
  out.price = execution.price;
  out.perm_id = order.perm_id;
  out.client_id = order.client_id;
  out.cum_qty = execution.cumulative;
  out.avg_price = execution.average_price;
  out.order_ref = order.request->order.order_ref;
  out.last_liquidity = 2;
  send(details);
}

void Client::send_commission(const GatewayExecution& execution) {
  tws::CommissionAndFeesReport report;
  report.exec_id = execution.exec_id;
  report.commission_and_fees = execution.commission;
  report.currency = "USD";
  if (execution.realized)
    report.realized_pnl = subtract(*execution.realized, execution.commission).value_or(*execution.realized).rounded(6);
  send(report);
}

void Client::send_open_orders(bool of_everyone) {
  for (const GatewayOrder& order : gateway_.desk_.orders()) {
    if (!order.is_final && !order.status.empty() && (of_everyone || order.client_id == *client_id_)) send_order(order);
  }
}

void Client::on_open_orders_request(const tws::OpenOrdersRequest& /*request*/) {
  send_open_orders(false);
  send(tws::OpenOrdersEnd{});
}

void Client::on_all_open_orders_request(const tws::AllOpenOrdersRequest& /*request*/) {
  send_open_orders(true);
  send(tws::OpenOrdersEnd{});
}

void Client::on_auto_open_orders_request(const tws::AutoOpenOrdersRequest& request) {
  // Nobody enters orders by hand here, so there is nothing to bind.
  if (*client_id_ != 0 && request.auto_bind)
    send_error(-1, 327, "Only the default client (i.e 0) can auto bind orders");
}

void Client::on_execution_request(const tws::ExecutionRequest& request) {
  const TimeZone& zone = gateway_.options_.zone;
  const std::string today = date_text(gateway_.now_, zone);
  const tws::ExecutionFilter& filter = request.execution_filter;
  const auto since = parse_end(filter.time, zone);
  for (const GatewayExecution& execution : gateway_.desk_.executions()) {
    const GatewayOrder& order = *execution.order;
    const std::string_view side = order.side == Side::buy ? "BUY" : "SELL";
    if (date_text(execution.time, zone) != today) continue;  // a gateway keeps them until midnight
    if (filter.client_id != 0 && filter.client_id != order.client_id) continue;
    if (!filter.acct_code.empty() && filter.acct_code != order.account) continue;
    if (!filter.symbol.empty() && filter.symbol != listing(order.listing).symbol) continue;
    if (!filter.sec_type.empty() && filter.sec_type != listing(order.listing).security_type) continue;
    if (!filter.side.empty() && filter.side != side) continue;
    if (since && execution.time < *since) continue;
    send_execution(execution, request.req_id);
    send_commission(execution);
  }
  send(tws::ExecutionDetailsEnd{.req_id = request.req_id});
}

void Client::on_completed_orders_request(const tws::CompletedOrdersRequest& /*request*/) {
  const std::string today = date_text(gateway_.now_, gateway_.options_.zone);
  for (const GatewayOrder& order : gateway_.desk_.orders()) {
    if (!order.is_final || date_text(order.ended, gateway_.options_.zone) != today) continue;
    const tws::OpenOrder open = open_order(order);
    tws::CompletedOrder message;
    message.contract = open.contract;
    message.order = open.order;
    message.order.filled_quantity = order.filled;
    message.order_state.status = order.status;
    const std::string time = zoned_text(order.ended, gateway_.options_.zone);
    message.order_state.completed_time = time;
    message.order_state.completed_status = order.ended_how;
    send(message);
  }
  send(tws::CompletedOrdersEnd{});
}

}  // namespace tradewind::sim::gateway
