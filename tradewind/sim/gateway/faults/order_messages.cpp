// What faults do to the messages about orders and executions.

#include "tradewind/sim/gateway/faults/internal/messages.hpp"

#include "tradewind/core/base/time.hpp"
#include "tradewind/sim/gateway/faults/internal/texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace tradewind::sim::gateway::faults {

using namespace std::chrono_literals;

namespace {

constexpr Price kPenny = Price::from_raw(Price::kScale / 100);
constexpr int kParts = 1000;  // of one execution, F110

Price penny_more(Price price) { return add(price, kPenny).value_or(price); }

std::string next_revision(std::string_view exec_id) {
  const std::size_t dot = exec_id.rfind('.');
  int revision = 1;
  if (dot != std::string_view::npos)
    std::from_chars(exec_id.data() + dot + 1, exec_id.data() + exec_id.size(), revision);
  return fmt::format("{}.{:02}", exec_id.substr(0, dot), revision + 1);
}

std::string status_key(std::int32_t order_id) { return fmt::format("status {}", order_id); }
std::string fee_key(std::string_view exec_id) { return fmt::format("fee {}", exec_id); }
std::string bag_key(std::int32_t order_id) { return fmt::format("bag {}", order_id); }
std::string advisor_key(std::int32_t order_id) { return fmt::format("advisor {}", order_id); }

// 20131103 of 2013: clocks in the United States go back on that day, those in Europe a week before.
std::chrono::sys_days first_sunday_of_november(Timestamp now) {
  return std::chrono::year{civil_utc(now).year} / std::chrono::November / std::chrono::Sunday[1];
}
std::string date_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace

bool Line::Messages::is_unseen(std::int32_t order_id) {
  const auto until = line_.unseen_until_.find(order_id);
  if (until == line_.unseen_until_.end()) return false;
  if (line_.now_ >= until->second) {
    line_.unseen_until_.erase(until);
    return false;
  }
  later(until->second - line_.now_);
  return true;
}

void Line::Messages::end_marker() {
  if (!line_.fires(at("F088"))) return;
  done = true;
  if (line_.injector_.rng(at("F088")).one_in(2)) return;
  line_.put(frame_);
  line_.put(frame_);
}

// --- Orders ---

void Line::Messages::on_open_order(const tws::OpenOrder& m) {
  if (is_unseen(m.order_id)) return;
  if (m.order.client_id == line_.client_id_) line_.orders_.insert(m.order_id);  // also one of an earlier connection
  if (m.order.what_if) return what_if(m);
  if (m.order.fa_group.empty()) line_.for_groups_.erase({m.order.client_id, m.order_id});
  else line_.for_groups_.emplace(m.order.client_id, m.order_id);
  if (line_.filling_.contains(m.order_id)) {
    done = true;
    return;
  }
  if (line_.fires(at("F056"))) {
    tws::OpenOrder other = m;
    other.order.tif = m.order.tif == "GTC" ? "DAY" : "GTC";
    return replace(other);
  }
  if (line_.fires(at("F045"))) foreign_order(m, 0, 0);
  if (line_.fires(at("F014"))) foreign_order(m, m.order_id, 999);
  if (line_.fires(at("F048"))) foreign_order(m, m.order_id + 1'000'000, m.order.client_id);
  if (line_.draws(at("F078"))) wait_for(status_key(m.order_id));
}

void Line::Messages::foreign_order(const tws::OpenOrder& m, std::int32_t order_id, std::int32_t client_id) {
  tws::OpenOrder other = m;
  other.order_id = order_id;
  other.order.client_id = client_id;
  other.order.perm_id = m.order.perm_id + 1'000'000;
  line_.say(other);
}

void Line::Messages::what_if(const tws::OpenOrder& m) {
  if (!line_.fires(at("F062"))) return;
  switch (line_.injector_.rng(at("F062")).below(4)) {
    case 0:  // not answered
      done = true;
      return;
    case 1:  // twice
      return line_.put(frame_);
    case 2:  // late
      return later(30s);
    default: {
      tws::OpenOrder other = m;
      other.order_state = {};
      other.order_state.status = m.order_state.status;
      return replace(other);
    }
  }
}

void Line::Messages::on_order_status(const tws::OrderStatus& m) {
  if (is_unseen(m.order_id)) return;
  const bool live = m.status == "Submitted" || m.status == "PreSubmitted";
  if (!rewrite_status(m, live)) pass();
  if (line_.fires(at("F076"))) {
    const auto times = line_.injector_.rng(at("F076")).between(1, 3);
    for (int i = 0; i < times; ++i) line_.put(frame_);
  }
  auto& first = line_.first_status_[m.order_id];
  if (live && first.empty()) first = as_text(frame_);
  if (!live && !first.empty() && line_.fires(at("F077"))) line_.put(as_bytes(first));
  if (live) live_notices(m.order_id);
  if (release(status_key(m.order_id))) line_.count(at("F078"));
  // No part has come after it.
  release(bag_key(m.order_id));
  release(advisor_key(m.order_id));
}

bool Line::Messages::rewrite_status(const tws::OrderStatus& m, bool live) {
  tws::OrderStatus other = m;
  if (m.status == "Cancelled" && line_.rejected_.contains(m.order_id)) {
    line_.count(at("F051"));
    line_.notice(m.order_id, 201, "Order rejected - reason:The exchange has refused the order.");
    other.status = "Inactive";
  } else if (line_.fires(at("F075"))) {
    done = true;
    return true;
  } else if (m.perm_id != 0 && line_.fires(at("F046"))) {
    other.perm_id = 0;
  } else if (m.status == "Cancelled" && line_.fires(at("F084"))) {
    other.filled = other.remaining = Quantity::zero();
  } else if (m.status == "Filled" && line_.fires(at("F109"))) {
    other.avg_fill_price = -m.avg_fill_price;
  } else if (live && line_.fires(at("F060"))) {
    line_.notice(m.order_id, 404, "Order held while securities are located.");
    other.status = "PreSubmitted";
    other.why_held = "locate";
  } else if (live && line_.fires(at("F061"))) {
    other.status = "Inactive";
    line_.say(other);
    later(5s);
    return true;
  } else {
    if (live && line_.draws(at("F051")) && line_.rejected_.insert(m.order_id).second)
      line_.ask(tws::CancelOrderRequest{.order_id = m.order_id, .order_cancel = {}});
    return false;
  }
  replace(other);
  return true;
}

void Line::Messages::live_notices(std::int32_t order_id) {
  if (line_.fires(at("F053")))
    line_.notice(order_id, 399, "Order Message:\nWarning: your order will not be placed at the exchange yet.");
  if (line_.fires(at("F070")))
    line_.notice(order_id, 399,
                 "Order Message:\nWarning: Your order will not be placed at the exchange until the next session.");
  if (line_.fires(at("F054"))) line_.notice(order_id, 10999, "A message that no list has.");
  if (line_.fires(at("F043"))) line_.notice(order_id, 103, "Duplicate order id");
}

// --- Executions ---

void Line::Messages::on_execution_details(const tws::ExecutionDetails& m) {
  if (holds_execution(m)) return;
  if (line_.fires(at("F030"))) line_.notice(-1, 1100, kLinkIsLost);
  if (m.req_id < 0 && line_.fires(at("F079"))) {
    line_.notice(m.execution.order_id, 202, "Order Canceled - reason:");
    line_.say(tws::OrderStatus{.order_id = m.execution.order_id,
                               .status = "Cancelled",
                               .filled = Quantity::zero(),
                               .remaining = m.execution.cum_qty,
                               .perm_id = m.execution.perm_id,
                               .client_id = m.execution.client_id,
                               .why_held = {}});
  }
  if (!rewrite_execution(m)) {
    pass();
    add_executions(m);
  }
  if (m.req_id >= 0) return;
  if (release(bag_key(m.execution.order_id))) line_.count(at("F106"));
  if (release(advisor_key(m.execution.order_id))) line_.count(at("F107"));
}

bool Line::Messages::holds_execution(const tws::ExecutionDetails& m) {
  if (is_unseen(m.execution.order_id)) return true;
  const bool is_bag = m.contract.sec_type == "BAG";
  const bool is_advisors = !line_.advisor_.empty() && m.execution.acct_number == line_.advisor_ &&
                           line_.for_groups_.contains({m.execution.client_id, m.execution.order_id});
  if (line_.hides_executions_ && m.req_id >= 0) {
    line_.count(at("F111"));
    done = true;
  } else if (line_.fires(at("F042"))) {
    if (!line_.executions_come_ || *line_.executions_come_ <= line_.now_) line_.executions_come_ = line_.now_ + 90s;
    later(*line_.executions_come_ - line_.now_);
  } else if (m.req_id < 0 && line_.fires(at("F114"))) {
    later(10s);  // the position comes before
  } else if (m.req_id < 0 && line_.draws(at("F089"))) {
    wait_for("snapshot");
  } else if (line_.fires(at("F096"))) {
    done = true;
  } else if (is_bag || is_advisors) {  // which has no commission of its own
    if (m.req_id < 0 && line_.draws(is_bag ? at("F106") : at("F107")))
      wait_for(is_bag ? bag_key(m.execution.order_id) : advisor_key(m.execution.order_id));
  } else if (line_.draws(at("F100"))) {
    wait_for(fee_key(m.execution.exec_id));
  }
  return done;
}

bool Line::Messages::rewrite_execution(const tws::ExecutionDetails& m) {
  tws::ExecutionDetails other = m;
  const std::string revised = next_revision(m.execution.exec_id);
  std::string time;
  if (line_.fires(at("F098"))) {
    other.execution.exec_id = revised;
    other.execution.price = penny_more(m.execution.price);
    line_.say(other);
    return false;
  }
  if (line_.fires(at("F104"))) {
    other.execution.shares = Quantity::parse("0.1404").value();
  } else if (line_.fires(at("F108"))) {
    other.execution.time = m.execution.time.substr(0, m.execution.time.rfind(' '));
  } else if (line_.fires(at("F172"))) {
    time = date_of(first_sunday_of_november(line_.now_) - std::chrono::days{5}) + " 15:00:00 MET";
    other.execution.time = time;
  } else if (line_.fires(at("F173"))) {
    time = date_of(first_sunday_of_november(line_.now_)) + " 01:30:00 US/Eastern";
    other.execution.time = time;
  } else if (m.req_id < 0 && m.execution.shares.raw() % kParts == 0 && line_.fires(at("F110"))) {
    split(m);
    return true;
  } else {
    return false;
  }
  replace(other);
  return true;
}

// In as many parts, of which the last has the id that the commission will name.
void Line::Messages::split(const tws::ExecutionDetails& m) {
  const Quantity part = Quantity::from_raw(m.execution.shares.raw() / kParts);
  tws::ExecutionDetails other = m;
  other.execution.shares = part;
  other.execution.cum_qty = subtract(m.execution.cum_qty, m.execution.shares).value_or(Quantity::zero());
  for (int i = 1; i <= kParts; ++i) {
    const std::string exec_id =
        i == kParts ? std::string{m.execution.exec_id} : fmt::format("5{:03}{}", i, m.execution.exec_id);
    other.execution.exec_id = exec_id;
    other.execution.cum_qty = add(other.execution.cum_qty, part).value_or(m.execution.cum_qty);
    line_.say(other);
  }
  done = true;
}

void Line::Messages::add_executions(const tws::ExecutionDetails& m) {
  tws::ExecutionDetails other = m;
  const std::string revised = next_revision(m.execution.exec_id);
  if (line_.fires(at("F094"))) line_.put(frame_);
  if (line_.fires(at("F095"))) {
    const std::string twin = fmt::format("1{}", m.execution.exec_id);
    other.execution.exec_id = twin;
    line_.say(other);
  }
  if (line_.fires(at("F097"))) {
    other = m;
    other.execution.exec_id = revised;
    other.execution.price = penny_more(m.execution.price);
    line_.say(other);
  }
  if (line_.fires(at("F099"))) {
    other = m;
    other.execution.exec_id = revised;
    other.execution.shares = Quantity::zero();
    line_.say(other);
  }
  if (m.req_id < 0 && line_.fires(at("F067"))) {
    const std::string more = fmt::format("4{}", m.execution.exec_id);
    other = m;
    other.execution.exec_id = more;
    other.execution.cum_qty = add(m.execution.cum_qty, m.execution.shares).value_or(m.execution.cum_qty);
    line_.say(other);
  }
  if (line_.fires(at("F047"))) foreign(m, "2", m.execution.order_id, 0);
  if (line_.fires(at("F103"))) foreign(m, "2", m.execution.order_id + 1'000'000, 0);
  if (line_.fires(at("F091"))) foreign(m, "2", 0, 1);
  if (line_.fires(at("F127"))) foreign(m, "6", 0, 0);
  if (line_.fires(at("F124"))) {
    other = m;
    other.contract = {};
    other.contract.con_id = 12'087'792;
    other.contract.symbol = "EUR";
    other.contract.sec_type = "CASH";
    other.contract.currency = "USD";
    other.contract.exchange = "IDEALPRO";
    foreign(other, "7", 0, 0);
  }
}

// An execution of client 0 that nobody here has ordered.
void Line::Messages::foreign(const tws::ExecutionDetails& m, std::string_view mark, std::int32_t order_id,
                             std::int32_t liquidation) {
  tws::ExecutionDetails other = m;
  const std::string exec_id = fmt::format("{}{}", mark, m.execution.exec_id);
  other.execution.exec_id = exec_id;
  other.execution.order_id = order_id;
  other.execution.perm_id = m.execution.perm_id + 1'000'000;
  other.execution.client_id = 0;
  other.execution.order_ref = {};
  other.execution.liquidation = liquidation;
  line_.say(other);
}

void Line::Messages::on_execution_details_end(const tws::ExecutionDetailsEnd& /*m*/) {
  line_.hides_executions_ = false;
  end_marker();
}

void Line::Messages::on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) {
  if (line_.hides_executions_ || line_.fires(at("F101"))) {
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
  if (release(fee_key(m.exec_id))) line_.count(at("F100"));
}

}  // namespace tradewind::sim::gateway::faults
