#include "tradewind/sim/gateway/faults/internal/messages.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace tradewind::sim::gateway::faults {

using namespace std::chrono_literals;

namespace {

// A price that is as much too high.
Price plus(Price price, Price by) { return add(price, by).value_or(price); }

}  // namespace

bool Line::Messages::release(const std::string& what) {
  const auto waiting = line_.waiting_.find(what);
  if (waiting == line_.waiting_.end()) return false;
  line_.put(as_bytes(waiting->second));
  line_.waiting_.erase(waiting);
  return true;
}

// --- Session ---

void Line::Messages::on_next_valid_id(const tws::NextValidId& m) {
  if (line_.unready_ == 1) {
    done = true;
    return;
  }
  if (!line_.started_) {
    const MonoTime now = MonoTime::from_ns(line_.now_.ns());
    line_.told_.connected(now);
    line_.told_.ready(now);
    line_.started_ = true;
  }
  if (m.order_id <= 1) return;
  if (line_.fires(at("F018"))) {
    replace(tws::NextValidId{.order_id = 1});
  } else if (line_.fires(at("F017"))) {
    const auto lower = line_.injector_.rng(at("F017")).between(1, m.order_id - 1);
    replace(tws::NextValidId{.order_id = static_cast<std::int32_t>(lower)});
  }
}

void Line::Messages::on_error_message(const tws::ErrorMessage& m) {
  line_.tell(m.id, m.error_code, m.error_msg);
  // What the cancel brings that the client knows nothing of.
  constexpr std::int32_t kCancelled = 202;
  constexpr std::int32_t kCannotBeCancelled = 10148;
  if (line_.rejected_.contains(m.id) && (m.error_code == kCancelled || m.error_code == kCannotBeCancelled)) done = true;
  if (is_unseen(m.id)) return;
}

void Line::Messages::on_current_time(const tws::CurrentTime& m) {
  if (line_.fires(at("F177"))) replace(tws::CurrentTime{.current_time = m.current_time + 300});
}

// --- Data ---

void Line::Messages::on_tick_price(const tws::TickPrice& m) {
  if (hides(m.req_id)) return;
  subscription(m.req_id);
  const bool bid = m.tick_type == 1;
  tws::TickPrice other = m;
  if (const auto offset = line_.offsets_.find(m.req_id); offset != line_.offsets_.end()) {
    line_.count(at("F131"));
    other.price = plus(m.price, offset->second);
    replace(other);
  } else if (line_.fires(at("F131"))) {
    line_.offsets_.emplace(m.req_id, Price::of(1000));
    other.price = plus(m.price, Price::of(1000));
    replace(other);
  } else if (line_.fires(at("F130"))) {
    other.price = Price::of(-1);
    other.size = Quantity::zero();
    replace(other);
  } else if (bid && m.price > Price::zero() && line_.fires(at("F132"))) {
    other.price = plus(m.price, plus(m.price, m.price));
    replace(other);
  } else {
    if (line_.fires(at("F134"))) {
      for (int i = 0; i < 999; ++i) line_.put(frame_);
    }
    if (line_.fires(at("F136"))) {
      line_.say(tws::TickGeneric{.req_id = m.req_id, .tick_type = 49, .value = 1.0});
      line_.say_after(5s, tws::TickGeneric{.req_id = m.req_id, .tick_type = 49, .value = 0.0});
    }
  }
}

// What befalls a subscription that has ticked.
void Line::Messages::subscription(std::int32_t id) {
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

void Line::Messages::on_tick_string(const tws::TickString& m) {
  constexpr std::int32_t kTimeOfLast = 45;
  if (hides(m.req_id) || m.tick_type != kTimeOfLast || !line_.fires(at("F133"))) return;
  std::int64_t seconds = 0;
  std::from_chars(m.value.data(), m.value.data() + m.value.size(), seconds);
  const std::string earlier = std::to_string(seconds - 90);
  line_.put(frame_);
  replace(tws::TickString{.req_id = m.req_id, .tick_type = m.tick_type, .value = earlier});
}

void Line::Messages::on_real_time_bar_tick(const tws::RealTimeBarTick& /*m*/) {
  if (line_.fires(at("F135"))) line_.put(frame_);
}

void Line::Messages::on_contract_data(const tws::ContractData& m) {
  if (!line_.fires(at("F176"))) return;
  tws::ContractData other = m;
  other.contract_details.trading_hours = {};
  other.contract_details.liquid_hours = {};
  replace(other);
}

void Line::Messages::on_historical_data(const tws::HistoricalData& m) {
  if (!line_.bars_) {
    line_.bars_.emplace(m);
  } else if (line_.fires(at("F140"))) {
    tws::HistoricalData other = **line_.bars_;
    other.req_id = m.req_id;
    replace(other);
  }
}

// --- Accounts ---

void Line::Messages::on_position_data(const tws::PositionData& m) {
  if (line_.fires(at("F112"))) return later(10s);
  if (m.position == Position::zero() && line_.fires(at("F113"))) {
    done = true;
    return;
  }
  tws::PositionData other = m;
  if (m.position != Position::zero() && line_.fires(at("F119"))) {
    other.contract.con_id = m.contract.con_id + 1;
    other.position = add(m.position, m.position).value_or(m.position);
    return replace(other);
  }
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
  if (line_.lists_positions_ && line_.waiting_.contains("snapshot")) {
    pass();
    line_.count(at("F089"));
    release("snapshot");
  }
}

void Line::Messages::on_position_end(const tws::PositionEnd& /*m*/) {
  if (release("snapshot")) line_.count(at("F089"));
  line_.lists_positions_ = false;
  end_marker();
}

void Line::Messages::on_account_value(const tws::AccountValue& m) {
  tws::AccountValue other = m;
  if (line_.fires(at("F125"))) {
    other.value = {};
    return replace(other);
  }
  if (m.key == "ExchangeRate" && line_.fires(at("F123"))) {
    done = true;
    return;
  }
  if (m.key != "TotalCashValue" && m.key != "TotalCashBalance" && m.key != "CashBalance") return;
  const auto changes = [&](std::size_t fault, Amount by) {
    if (line_.fires(fault)) line_.cash_off_ = add(line_.cash_off_, by).value_or(line_.cash_off_);
  };
  changes(at("F121"), Amount::of(250));
  changes(at("F122"), Amount::of(-400'000));
  const std::int64_t day = line_.now_.ns() / Duration{24h}.count();
  if (line_.cent_day_ != day) {
    line_.cent_day_ = day;
    changes(at("F129"), Amount::parse("0.01").value());
  }
  const auto cash = Amount::parse(m.value);
  if (!cash.has_value() || line_.cash_off_.is_zero()) return;
  const std::string told = add(*cash, line_.cash_off_).value_or(*cash).text();
  other.value = told;
  replace(other);
}

}  // namespace tradewind::sim::gateway::faults
