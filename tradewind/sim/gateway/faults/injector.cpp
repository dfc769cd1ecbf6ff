#include "tradewind/sim/gateway/faults/injector.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>

namespace tradewind::sim::gateway::faults {

using namespace std::chrono_literals;

// --- Which fault, how often ---

Result<std::vector<FaultRate>> parse_faults(std::string_view text) {
  std::vector<FaultRate> rates;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::size_t colon = item.find(':');
    FaultRate rate{.fault = std::string{item.substr(0, colon)}};
    if (!find_fault(rate.fault))
      return fail(Errc::invalid_argument,
                  fmt::format("'{}' is no fault of this gateway; see tradewind sim list", rate.fault));
    if (colon != std::string_view::npos) {
      const Decimal64 parsed = parse_decimal64(item.substr(colon + 1), 6, Excess::refuse);
      if (parsed.error != DecimalError::none || parsed.raw <= 0 || parsed.raw > kAlways)
        return fail(Errc::invalid_argument,
                    fmt::format("{}: the rate '{}' is not above 0 and at most 1", rate.fault, item.substr(colon + 1)));
      rate.millionths = parsed.raw;
    }
    rates.push_back(std::move(rate));
  }
  return rates;
}

Injector::Injector(std::uint64_t seed) {
  // The number of the id, not the place in the list: a new fault leaves the draws of the others as they were.
  for (const FaultInfo& info : faults()) {
    std::uint64_t number = 0;
    std::from_chars(info.id.data() + 1, info.id.data() + info.id.size(), number);
    states_.push_back({.rng = Rng{seed * 1000 + number}, .millionths = 0, .waiting = {}, .fired = 0});
  }
}

Result<void> Injector::set(const FaultRate& rate) {
  const auto fault = find_fault(rate.fault);
  if (!fault) return fail(Errc::invalid_argument, fmt::format("'{}' is no fault of this gateway", rate.fault));
  states_[*fault].millionths = rate.millionths;
  return {};
}

Result<void> Injector::inject(std::string_view id, std::optional<std::int32_t> client) {
  constexpr std::size_t kWaitingMax = 1000;
  const auto fault = find_fault(id);
  if (!fault) return fail(Errc::invalid_argument, fmt::format("'{}' is no fault of this gateway", id));
  auto& waiting = states_[*fault].waiting;
  if (waiting.size() >= kWaitingMax)
    return fail(Errc::unavailable, fmt::format("{} waits for its moment {} times already", id, kWaitingMax));
  waiting.push_back(client);
  return {};
}

bool Injector::draws(std::size_t fault, std::optional<std::int32_t> client) {
  State& state = states_[fault];
  const auto asked = std::ranges::find_if(state.waiting, [&](const auto& of) { return !of || of == client; });
  if (asked != state.waiting.end()) {
    state.waiting.erase(asked);
    return true;
  }
  return state.millionths != 0 && state.rng.between(1, kAlways) <= state.millionths;
}

std::string Injector::json() const {
  JsonWriter json;
  json.begin_object().key("faults").begin_array();
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const State& state = states_[i];
    if (state.millionths == 0 && state.waiting.empty() && state.fired == 0) continue;
    json.begin_object().member("id", faults()[i].id).member("name", faults()[i].name);
    json.member("rate", decimal_text(state.millionths, 6)).member("waiting", state.waiting.size());
    json.member("fired", state.fired).end_object();
  }
  json.end_array().end_object();
  return json.str();
}

// --- The line ---

namespace {

Bytes with_length(Bytes payload) { return {payload.data() - 4, payload.size() + 4}; }

std::string next_revision(std::string_view exec_id) {
  const std::size_t dot = exec_id.rfind('.');
  int revision = 1;
  if (dot != std::string_view::npos)
    std::from_chars(exec_id.data() + dot + 1, exec_id.data() + exec_id.size(), revision);
  return fmt::format("{}.{:02}", exec_id.substr(0, dot), revision + 1);
}

constexpr std::int64_t kPennies = Price::kScale / 100;

}  // namespace

Line::Line(Injector& injector, int server_version, std::string connection_time)
    : injector_{injector},
      server_version_{server_version},
      connection_time_{std::move(connection_time)},
      from_client_{1U << 20},
      from_gateway_{tws::kFrameSizeMax} {
  if (fires(at("F027"))) close("accepted and closed");
  if (fires(at("F002"))) mute_ = true;
  if (server_version_ > tws::kMinServerVersion && draws(at("F021"))) {
    server_version_ = static_cast<int>(injector_.rng(at("F021")).between(tws::kMinServerVersion, server_version_ - 1));
    count(at("F021"));
  }
  if (fires(at("F174"))) {
    const std::size_t blank = connection_time_.rfind(' ');
    connection_time_ = connection_time_.substr(0, blank) + " Ortszeit";
  }
}

void Line::close(std::string reason) {
  if (!close_reason_) close_reason_ = std::move(reason);
}

void Line::reset(std::string reason) {
  if (!close_reason_) resets_ = true;
  close(std::move(reason));
}

void Line::put(Bytes bytes) {
  if (!mute_ && !close_reason_) to_client_.append(bytes);
}

void Line::hold(Duration time, Bytes bytes) {
  if (!mute_ && !close_reason_) held_.push_back({now_ + time, std::string{as_text(bytes)}, false});
}

void Line::notice(std::int32_t id, std::int32_t code, std::string_view text) {
  say(tws::ErrorMessage{.id = id,
                        .error_time = now_.ns() / 1'000'000,
                        .error_code = code,
                        .error_msg = text,
                        .advanced_order_reject_json = {}});
}

void Line::farm(Duration after, std::int32_t code, std::string_view text) {
  say_after(after, tws::ErrorMessage{.id = -1,
                                     .error_time = (now_ + after).ns() / 1'000'000,
                                     .error_code = code,
                                     .error_msg = text,
                                     .advanced_order_reject_json = {}});
}

std::optional<Timestamp> Line::wake_at() const {
  std::optional<Timestamp> earliest;
  for (const Held& held : held_) {
    if (!earliest || held.due < *earliest) earliest = held.due;
  }
  return earliest;
}

void Line::wake(Timestamp now) {
  now_ = std::max(now_, now);
  for (auto held = held_.begin(); held != held_.end();) {
    if (held->due > now) {
      ++held;
      continue;
    }
    if (held->is_request) to_gateway_.append(as_bytes(held->bytes));
    else put(as_bytes(held->bytes));
    held = held_.erase(held);
  }
}

// --- Requests ---

class Line::Requests final : public tws::OutgoingHandler {
 public:
  explicit Requests(Line& line) : line_{line} {}
  bool passes = true;
  bool late = false;

  void on_start_api_request(const tws::StartApiRequest& m) override {
    line_.client_id_ = m.client_id;
    if (line_.fires(at("F012"))) {
      refuse(-1, 326, "Unable to connect as the client id is already in use. Retry with a unique client id.");
      line_.close("client id in use");
    }
    if (line_.fires(at("F003"))) line_.unready_ = line_.injector_.rng(at("F003")).below(2);
  }

  void on_place_order_request(const tws::PlaceOrderRequest& m) override {
    if (!line_.orders_.contains(m.order_id)) return on_new_order(m);
    if (line_.fires(at("F071"))) refuse(m.order_id, 105, "Order being modified does not match original order.");
    else if (line_.fires(at("F072"))) passes = false;
  }

  void on_cancel_order_request(const tws::CancelOrderRequest& m) override {
    if (line_.fires(at("F081")))
      refuse(m.order_id, 10147, fmt::format("OrderId {} that needs to be cancelled is not found.", m.order_id));
    else if (line_.fires(at("F083"))) passes = false;
    else if (line_.fires(at("F082"))) late = true;
  }

  void on_open_orders_request(const tws::OpenOrdersRequest&) override { unanswered(at("F087")); }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest&) override { unanswered(at("F087")); }
  void on_positions_request(const tws::PositionsRequest&) override {
    if (line_.fires(at("F115")))
      refuse(-1, 321, "Error validating request.-'ad' : cause - Requests for positions are not allowed now.");
  }
  void on_execution_request(const tws::ExecutionRequest&) override {
    line_.hides_executions_ = line_.draws(at("F111"));
  }
  void on_market_data_request(const tws::MarketDataRequest& m) override {
    if (line_.fires(at("F138"))) refuse(m.req_id, 101, "Max number of tickers has been reached");
    else if (line_.fires(at("F039"))) line_.without_ticks_.insert(m.req_id);
    else line_.without_ticks_.erase(m.req_id);
    line_.offsets_.erase(m.req_id);
  }
  void on_historical_data_request(const tws::HistoricalDataRequest& m) override {
    if (line_.fires(at("F139")))
      refuse(m.req_id, 162, "Historical Market Data Service error message:Historical data request pacing violation");
  }

 private:
  void on_new_order(const tws::PlaceOrderRequest& m) {
    if (line_.orders_vanish_until_ && line_.now_ < *line_.orders_vanish_until_) {
      line_.count(at("F024"));
      passes = false;
      return;
    }
    if (line_.fires(at("F024"))) {
      line_.orders_vanish_until_ = line_.now_ + 5s;
      passes = false;
    } else if (line_.fires(at("F049"))) {
      passes = false;
    } else if (line_.fires(at("F025"))) {
      refuse(m.order_id, 321,
             "Error validating request.-'bK' : cause - The API interface is currently in Read-Only mode.");
    } else if (line_.fires(at("F055"))) {
      refuse(m.order_id, 110, "The price does not conform to the minimum price variation for this contract.");
    } else if (line_.fires(at("F057"))) {
      refuse(m.order_id, 200, "No security definition has been found for the request");
    } else if (line_.fires(at("F058"))) {
      refuse(m.order_id, 435, "You must specify an account.");
    } else if (line_.fires(at("F059"))) {
      refuse(
          m.order_id, 383,
          fmt::format("The following order \"ID:{}\" size exceeds the Size Limit of 500. Restriction is specified in "
                      "Precautionary Settings of Global Configuration/Presets.",
                      m.order_id));
    } else if (line_.fires(at("F069"))) {
      refuse(m.order_id, 201, "Order rejected - reason:The exchange is closed.");
    } else if (line_.fires(at("F006"))) {
      line_.orders_.insert(m.order_id);
      line_.mute_ = true;
      line_.close("closed after an order");
    } else {
      line_.orders_.insert(m.order_id);
    }
  }
  void refuse(std::int32_t id, std::int32_t code, std::string_view text) {
    passes = false;
    line_.notice(id, code, text);
  }
  void unanswered(std::size_t fault) {
    if (line_.fires(fault)) passes = false;
  }
  Line& line_;
};

void Line::received(std::size_t count, Timestamp now) {
  now_ = std::max(now_, now);
  from_client_.commit(count);
  constexpr std::size_t kPrefix = 4;  // "API\0" is in front of the first frame
  if (!greeted_) {
    const Bytes bytes = from_client_.pending();
    const bool is_api = bytes.size() < kPrefix || std::memcmp(bytes.data(), "API", kPrefix) == 0;
    const std::uint32_t size = bytes.size() < kPrefix + 4 ? 0 : load_be32(bytes.data() + kPrefix);
    if (is_api && (bytes.size() < kPrefix + 4 || bytes.size() < kPrefix + 4 + std::size_t{size})) {
      if (size < 1024) return;
    }
    // What is no greeting is for the gateway to refuse.
    const std::size_t greeting = is_api ? std::min(bytes.size(), kPrefix + 4 + std::size_t{size}) : bytes.size();
    to_gateway_.append(bytes.first(greeting));
    from_client_.skip(greeting);
    greeted_ = true;
  }
  for (;;) {
    const auto payload = from_client_.next();
    if (!payload.has_value()) {
      to_gateway_.append(from_client_.pending());  // the gateway refuses it, too
      from_client_.clear();
      return;
    }
    if (!payload->has_value()) return;
    on_request(with_length(**payload));
  }
}

void Line::on_request(Bytes frame) {
  if (deaf_ || close_reason_) return;
  Requests requests{*this};
  const tws::FrameView view = tws::parse_frame(frame.subspan(4), server_version_);
  // What cannot be read is for the gateway to answer.
  if (view.fault == nullptr) {
    if (director_ != nullptr && !director_->on_request(*this, view, frame)) return;
    const auto fault = tws::dispatch(view, server_version_, requests_scratch_, requests, counters_);
    if (fault.failed()) requests.passes = true;
  }
  if (requests.late) {
    hold_request(std::chrono::seconds{injector_.rng(at("F082")).between(10, 3600)}, frame);
  } else if (requests.passes) {
    to_gateway_.append(frame);
  }
}

// --- Messages ---

class Line::Messages final : public tws::IncomingHandler {
 public:
  explicit Messages(Line& line, Bytes frame) : line_{line}, frame_{frame} {}
  bool done = false;  // else the frame goes out as it is

  // Session
  void on_managed_accounts(const tws::ManagedAccounts&) override { done = line_.unready_ == 0; }
  void on_next_valid_id(const tws::NextValidId& m) override {
    if (line_.unready_ == 1) {
      done = true;
      return;
    }
    line_.started_ = true;
    if (m.order_id > 1 && line_.fires(at("F018"))) replace(tws::NextValidId{.order_id = 1});
    else if (m.order_id > 1 && line_.draws(at("F017"))) {
      line_.count(at("F017"));
      replace(tws::NextValidId{
          .order_id = static_cast<std::int32_t>(line_.injector_.rng(at("F017")).between(1, m.order_id - 1))});
    }
  }
  void on_current_time(const tws::CurrentTime& m) override {
    if (line_.fires(at("F177"))) replace(tws::CurrentTime{.current_time = m.current_time + 300});
  }

  // Market data
  void on_tick_price(const tws::TickPrice& m) override {
    if (hides(m.req_id)) return;
    subscription(m.req_id);
    const bool bid = m.tick_type == 1;
    tws::TickPrice other = m;
    if (const auto offset = line_.offsets_.find(m.req_id); offset != line_.offsets_.end()) {
      other.price = add(m.price, offset->second).value_or(m.price);
      line_.count(at("F131"));
      return replace(other);
    }
    if (line_.draws(at("F131"))) {
      line_.offsets_.emplace(m.req_id, Price::of(1000));
      line_.count(at("F131"));
      other.price = add(m.price, Price::of(1000)).value_or(m.price);
      return replace(other);
    }
    if (line_.fires(at("F130"))) {
      other.price = Price::of(-1);
      other.size = Quantity::zero();
      return replace(other);
    }
    if (bid && m.price > Price::zero() && line_.fires(at("F132"))) {
      other.price = add(m.price, add(m.price, m.price).value_or(m.price)).value_or(m.price);
      return replace(other);
    }
    if (line_.fires(at("F134"))) {
      for (int i = 0; i < 999; ++i) line_.put(frame_);
    }
    if (line_.fires(at("F136"))) {
      line_.say(tws::TickGeneric{.req_id = m.req_id, .tick_type = 49, .value = 1.0});
      line_.say_after(5s, tws::TickGeneric{.req_id = m.req_id, .tick_type = 49, .value = 0.0});
    }
  }
  void on_tick_size(const tws::TickSize& m) override { hides(m.req_id); }
  void on_tick_string(const tws::TickString& m) override { hides(m.req_id); }
  void on_tick_generic(const tws::TickGeneric& m) override { hides(m.req_id); }
  void on_tick_option_computation(const tws::TickOptionComputation& m) override { hides(m.req_id); }
  void on_real_time_bar_tick(const tws::RealTimeBarTick&) override {
    if (line_.fires(at("F135"))) line_.put(frame_);
  }
  void on_contract_data(const tws::ContractData& m) override {
    if (!line_.fires(at("F176"))) return;
    tws::ContractData other = m;
    other.contract_details.trading_hours = {};
    other.contract_details.liquid_hours = {};
    replace(other);
  }

  // Orders
  void on_open_order(const tws::OpenOrder& m) override {
    tws::OpenOrder other = m;
    if (line_.fires(at("F056"))) {
      other.order.tif = m.order.tif == "GTC" ? "DAY" : "GTC";
      return replace(other);
    }
    if (line_.fires(at("F045"))) {
      other.order_id = 0;
      other.order.client_id = 0;
      other.order.perm_id = m.order.perm_id + 1'000'000;
      line_.say(other);
    }
    if (line_.draws(at("F078"))) {
      line_.waiting_[fmt::format("status {}", m.order_id)] += as_text(frame_);
      done = true;
    }
  }
  void on_order_status(const tws::OrderStatus& m) override {
    const bool live = m.status == "Submitted" || m.status == "PreSubmitted";
    tws::OrderStatus other = m;
    if (line_.fires(at("F075"))) done = true;
    else if (m.perm_id != 0 && line_.fires(at("F046"))) {
      other.perm_id = 0;
      replace(other);
    } else if (m.status == "Cancelled" && line_.fires(at("F084"))) {
      other.filled = other.remaining = Quantity::zero();
      replace(other);
    } else if (live && line_.fires(at("F060"))) {
      line_.notice(m.order_id, 404, "Order held while securities are located.");
      other.status = "PreSubmitted";
      other.why_held = "locate";
      replace(other);
    } else {
      pass();
    }
    if (line_.fires(at("F076"))) {
      const auto times = line_.injector_.rng(at("F076")).between(1, 3);
      for (int i = 0; i < times; ++i) line_.put(frame_);
    }
    auto& first = line_.first_status_[m.order_id];
    if (live && first.empty()) first = as_text(frame_);
    if (m.status == "Filled" && !first.empty() && line_.fires(at("F077"))) line_.put(as_bytes(first));
    if (live) {
      if (line_.fires(at("F053")))
        line_.notice(m.order_id, 399, "Order Message:\nWarning: your order will not be placed at the exchange yet.");
      if (line_.fires(at("F070")))
        line_.notice(m.order_id, 399,
                     "Order Message:\nWarning: Your order will not be placed at the exchange until the next session.");
      if (line_.fires(at("F054"))) line_.notice(m.order_id, 10999, "A message that no list has.");
      if (line_.fires(at("F043"))) line_.notice(m.order_id, 103, "Duplicate order id");
    }
    const auto waiting = line_.waiting_.find(fmt::format("status {}", m.order_id));
    if (waiting != line_.waiting_.end()) {
      line_.count(at("F078"));
      line_.put(as_bytes(waiting->second));
      line_.waiting_.erase(waiting);
    }
  }
  void on_open_orders_end(const tws::OpenOrdersEnd&) override { end_marker(); }
  void on_completed_orders_end(const tws::CompletedOrdersEnd&) override { end_marker(); }
  void on_position_end(const tws::PositionEnd&) override { end_marker(); }
  void on_execution_details_end(const tws::ExecutionDetailsEnd&) override {
    line_.hides_executions_ = false;
    end_marker();
  }

  // Executions
  void on_execution_details(const tws::ExecutionDetails& m) override {
    if (line_.hides_executions_ && m.req_id >= 0) {
      line_.count(at("F111"));
      done = true;
      return;
    }
    if (line_.fires(at("F042"))) return later(30s);
    if (line_.fires(at("F096"))) {
      done = true;
      return;
    }
    tws::ExecutionDetails other = m;
    if (line_.fires(at("F030")))
      line_.notice(-1, 1100, "Connectivity between IB and Trader Workstation has been lost.");
    if (m.req_id < 0 && line_.fires(at("F079"))) {
      line_.notice(m.execution.order_id, 202, "Order Canceled - reason:");
      line_.say(tws::OrderStatus{.order_id = m.execution.order_id,
                                 .status = "Cancelled",
                                 .filled = Quantity::zero(),
                                 .remaining = m.execution.cum_qty,
                                 .perm_id = m.execution.perm_id,
                                 .client_id = m.execution.client_id});
    }
    const std::string revised = next_revision(m.execution.exec_id);
    if (line_.fires(at("F098"))) {
      other.execution.exec_id = revised;
      other.execution.price = add(m.execution.price, Price::from_raw(kPennies)).value_or(m.execution.price);
      line_.say(other);
      return pass();
    }
    if (line_.fires(at("F104"))) {
      other.execution.shares = Quantity::parse("0.1404").value();
      return replace(other);
    }
    if (line_.fires(at("F108"))) {
      other.execution.time = m.execution.time.substr(0, m.execution.time.rfind(' '));
      return replace(other);
    }
    if (line_.draws(at("F100"))) {
      line_.waiting_[fmt::format("fee {}", m.execution.exec_id)] += as_text(frame_);
      done = true;
      return;
    }
    pass();
    if (line_.fires(at("F094"))) line_.put(frame_);
    if (line_.fires(at("F095"))) {
      const std::string twin = fmt::format("1{}", m.execution.exec_id);
      other.execution.exec_id = twin;
      line_.say(other);
    }
    if (line_.fires(at("F097"))) {
      other = m;
      other.execution.exec_id = revised;
      other.execution.price = add(m.execution.price, Price::from_raw(kPennies)).value_or(m.execution.price);
      line_.say(other);
    }
    if (line_.fires(at("F099"))) {
      other = m;
      other.execution.exec_id = revised;
      other.execution.shares = Quantity::zero();
      line_.say(other);
    }
    if (line_.fires(at("F047"))) foreign(m, m.execution.order_id, 0);
    if (line_.fires(at("F103"))) foreign(m, m.execution.order_id + 1'000'000, 0);
    if (line_.fires(at("F091"))) foreign(m, 0, 1);
  }
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override {
    if (line_.hides_executions_) {
      done = true;
      return;
    }
    if (line_.fires(at("F101"))) {
      done = true;
      return;
    }
    if (line_.fires(at("F102"))) {
      tws::CommissionAndFeesReport other = m;
      other.commission_and_fees.reset();
      replace(other);
    } else {
      pass();
    }
    const auto waiting = line_.waiting_.find(fmt::format("fee {}", m.exec_id));
    if (waiting == line_.waiting_.end()) return;
    line_.count(at("F100"));
    line_.put(as_bytes(waiting->second));
    line_.waiting_.erase(waiting);
  }

  // Accounts
  void on_position_data(const tws::PositionData& m) override {
    if (line_.fires(at("F112"))) return later(10s);
    tws::PositionData other = m;
    if (line_.fires(at("F117"))) {
      other.contract.con_id = m.contract.con_id + 1'000'000'000;
      other.contract.sec_type = "XYZ";
      line_.say(other);
    }
    if (line_.fires(at("F118"))) {
      other = m;
      other.account = "DU0000001";
      line_.say(other);
    }
  }
  void on_account_value(const tws::AccountValue& m) override {
    if (!line_.fires(at("F125"))) return;
    tws::AccountValue other = m;
    other.value = {};
    replace(other);
  }

 private:
  void pass() {
    line_.put(frame_);
    done = true;
  }
  void later(Duration time) {
    line_.hold(time, frame_);
    done = true;
  }
  template <class Message>
  void replace(const Message& message) {
    line_.say(message);
    done = true;
  }
  bool hides(std::int32_t request_id) {
    if (line_.no_ticks_ || line_.without_ticks_.contains(request_id)) done = true;
    return done;
  }
  // What befalls a subscription that has ticked.
  void subscription(std::int32_t id) {
    if (line_.fires(at("F038"))) line_.notice(id, 10182, "Failed to request live updates (disconnected).");
    if (line_.fires(at("F040"))) {
      line_.notice(id, 10197, "No market data during competing live session");
      line_.without_ticks_.insert(id);
      done = true;
    }
    if (line_.fires(at("F041"))) {
      line_.notice(id, 10167, "Requested market data is not subscribed. Displaying delayed market data.");
      line_.say(tws::MarketDataType{.req_id = id, .market_data_type = 3});
    }
    if (line_.fires(at("F137"))) {
      line_.notice(id, 200, "No security definition has been found for the request");
      line_.without_ticks_.insert(id);
      done = true;
    }
  }
  void end_marker() {
    if (!line_.fires(at("F088"))) return;
    done = true;
    if (line_.injector_.rng(at("F088")).one_in(2)) return;
    line_.put(frame_);
    line_.put(frame_);
  }
  void foreign(const tws::ExecutionDetails& m, std::int32_t order_id, std::int32_t liquidation) {
    tws::ExecutionDetails other = m;
    const std::string exec_id = fmt::format("2{}", m.execution.exec_id);
    other.execution.exec_id = exec_id;
    other.execution.order_id = order_id;
    other.execution.perm_id = m.execution.perm_id + 1'000'000;
    other.execution.client_id = 0;
    other.execution.order_ref = {};
    other.execution.liquidation = liquidation;
    line_.say(other);
  }

  Line& line_;
  Bytes frame_;
};

void Line::said(ByteQueue& bytes, Timestamp now) {
  now_ = std::max(now_, now);
  from_gateway_.feed(bytes.contents());
  bytes.clear();
  for (;;) {
    const auto payload = from_gateway_.next();
    TW_CHECK(payload.has_value());  // the gateway frames what it says
    if (!payload->has_value()) return;
    const Bytes frame = with_length(**payload);
    if (!answered_) {
      // The greeting: the version is the older of the gateway's and the client's.
      const std::string_view text = as_text(frame.subspan(4));
      std::from_chars(text.data(), text.data() + text.size(), server_version_);
      answered_ = true;
      put(frame);
      continue;
    }
    on_message(frame);
  }
}

void Line::on_message(Bytes frame) {
  if (mute_ || trickles_ || close_reason_) return;
  const tws::FrameView view = tws::parse_frame(frame.subspan(4), server_version_);
  TW_CHECK(view.fault == nullptr);
  if (director_ == nullptr) return pass_message(frame, view);
  if (director_->on_message(*this, view, frame)) pass_message(frame, view);
  director_->after_message(*this);
}

void Line::pass_message(Bytes frame, const tws::FrameView& view) {
  const bool was_started = started_;
  Messages messages{*this, frame};
  const auto fault = tws::dispatch(view, server_version_, messages_scratch_, messages, counters_);
  TW_CHECK(!fault.failed());
  if (!was_started) {
    if (!messages.done) put(frame);
    return;
  }
  if (!messages.done && fires(at("F009"))) {
    for (std::size_t i = 0; i < frame.size(); ++i) hold(std::chrono::seconds{i + 1}, frame.subspan(i, 1));
    trickles_ = true;  // nothing may come between the bytes, so nothing comes after them
    return;
  }
  if (!messages.done && fires(at("F005"))) {
    put(frame.first(frame.size() / 2));
    return close("closed in a frame");
  }
  if (!messages.done && fires(at("F028"))) {
    return hold(std::chrono::seconds{injector_.rng(at("F028")).between(1, 20)}, frame);
  }
  if (!messages.done) put(frame);
  after_message(as_text(frame));
}

void Line::after_message(std::string_view /*frame*/) {
  constexpr std::string_view kLost = "Connectivity between IB and Trader Workstation has been lost.";
  constexpr std::string_view kBackWithout =
      "Connectivity between IB and Trader Workstation has been restored - data lost.";
  constexpr std::string_view kBackWith =
      "Connectivity between IB and Trader Workstation has been restored - data maintained.";
  if (fires(at("F029"))) notice(-1, 1100, kLost);
  if (!no_ticks_ && fires(at("F031"))) {
    notice(-1, 1100, kLost);
    notice(-1, 1101, kBackWithout);
    no_ticks_ = true;
  }
  if (!no_ticks_ && fires(at("F032"))) {
    notice(-1, 1100, kLost);
    notice(-1, 1102, kBackWith);
    no_ticks_ = true;
  }
  if (fires(at("F033"))) {
    for (int i = 0; i < 10; ++i) farm(std::chrono::minutes{i}, 1100, kLost);
  }
  if (fires(at("F034"))) notice(-1, 1101, kBackWithout);
  if (fires(at("F035")))
    notice(-1, 2110,
           "Connectivity between Trader Workstation and server is broken. It will be restored automatically.");
  if (fires(at("F036"))) {
    for (int i = 0; i < 5; ++i) {
      farm(std::chrono::seconds{2 * i}, 2103, "Market data farm connection is broken:usfarm");
      farm(std::chrono::seconds{2 * i + 1}, 2104, "Market data farm connection is OK:usfarm");
    }
  }
  if (fires(at("F037"))) {
    notice(-1, 2103, "Market data farm connection is broken:usfarm");
    notice(-1, 2104, "Market data farm connection is OK:eufarm");
  }
  if (fires(at("F008"))) deaf_ = true;
  if (fires(at("F023"))) {
    const auto count = injector_.rng(at("F023")).between(1, 8);
    const std::string stray(static_cast<std::size_t>(count), '\xff');
    put(as_bytes(stray));
  }
  if (fires(at("F020"))) {
    notice(-1, 1300,
           "TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port - "
           "4003");
    return close("port changed");
  }
  if (fires(at("F007"))) mute_ = true;
  if (fires(at("F004"))) close("closed");
}

}  // namespace tradewind::sim::gateway::faults
