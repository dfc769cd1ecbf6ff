#include "tradewind/sim/gateway/faults/internal/requests.hpp"

#include "tradewind/sim/gateway/faults/internal/texts.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace tradewind::sim::gateway::faults {

using namespace std::chrono_literals;

namespace {

// Answers of which one comes instead of an order.
struct Refusal {
  std::size_t fault;
  std::int32_t code;
  std::string_view text;
};
constexpr auto kRefusals = std::to_array<Refusal>({
    {at("F025"), 321, "Error validating request.-'bK' : cause - The API interface is currently in Read-Only mode."},
    {at("F055"), 110, "The price does not conform to the minimum price variation for this contract."},
    {at("F057"), 200, "No security definition has been found for the request"},
    {at("F058"), 435, "You must specify an account."},
    {at("F069"), 201, "Order rejected - reason:The exchange is closed."},
    {at("F128"), 201,
     "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH "
     "LOAN VALUE MUST EXCEED THE INITIAL MARGIN"},
});

}  // namespace

void Line::Requests::on_start_api_request(const tws::StartApiRequest& m) {
  line_.client_id_ = m.client_id;
  if (line_.fires(at("F012"))) {
    refuse(-1, 326, "Unable to connect as the client id is already in use. Retry with a unique client id.");
    line_.close("client id in use");
  }
  if (line_.fires(at("F003"))) line_.unready_ = line_.injector_.rng(at("F003")).below(2);
  const auto soon = [&](std::size_t fault) { return std::chrono::seconds{line_.injector_.rng(fault).between(2, 10)}; };
  if (line_.fires(at("F011"))) line_.closes_at_ = line_.now_ + soon(at("F011"));
  if (line_.fires(at("F015"))) {
    const Duration time = soon(at("F015"));
    if (line_.injector_.rng(at("F015")).one_in(2)) line_.closes_at_ = line_.now_ + time;
    else line_.notice_after(time, 1100, kLinkIsLost);
  }
}

void Line::Requests::on_place_order_request(const tws::PlaceOrderRequest& m) {
  if (!line_.orders_.contains(m.order_id)) return on_new_order(m);
  if (line_.fires(at("F071"))) refuse(m.order_id, 105, "Order being modified does not match original order.");
  else if (line_.fires(at("F072"))) passes = false;
}

void Line::Requests::on_cancel_order_request(const tws::CancelOrderRequest& m) {
  if (line_.fires(at("F081")))
    refuse(m.order_id, 10147, fmt::format("OrderId {} that needs to be cancelled is not found.", m.order_id));
  else if (line_.orders_.contains(m.order_id) && line_.can_fill_(m.order_id) && line_.fires(at("F080"))) {
    refuse(m.order_id, 10148,
           fmt::format("OrderId {} that needs to be cancelled cannot be cancelled, state: Filled.", m.order_id));
    line_.order_to_fill_ = m.order_id;
    line_.filling_.insert(m.order_id);
  } else if (line_.fires(at("F083"))) passes = false;
  else if (line_.fires(at("F082"))) late = true;
}

void Line::Requests::on_positions_request(const tws::PositionsRequest& /*m*/) {
  if (line_.fires(at("F115")))
    return refuse(-1, 321, "Error validating request.-'ad' : cause - Requests for positions are not allowed now.");
  line_.lists_positions_ = true;
}

void Line::Requests::on_market_data_request(const tws::MarketDataRequest& m) {
  if (line_.fires(at("F138"))) refuse(m.req_id, 101, "Max number of tickers has been reached");
  else if (line_.fires(at("F039"))) line_.without_ticks_.insert(m.req_id);
  else line_.without_ticks_.erase(m.req_id);
  line_.offsets_.erase(m.req_id);
}

void Line::Requests::on_historical_data_request(const tws::HistoricalDataRequest& m) {
  if (line_.fires(at("F139")))
    refuse(m.req_id, 162, "Historical Market Data Service error message:Historical data request pacing violation");
}

void Line::Requests::on_new_order(const tws::PlaceOrderRequest& m) {
  if (line_.orders_vanish_until_ && line_.now_ < *line_.orders_vanish_until_) {
    line_.count(at("F024"));
    passes = false;
    return;
  }
  if (line_.fires(at("F024"))) {
    line_.orders_vanish_until_ = line_.now_ + 5s;
    passes = false;
  }
  if (!passes || refuses(m)) return;
  line_.orders_.insert(m.order_id);
  // An execution may come before openOrder.
  if (!m.order.fa_group.empty() && !m.order.what_if && line_.client_id_)
    line_.for_groups_.emplace(*line_.client_id_, m.order_id);
  if (line_.fires(at("F050"))) line_.unseen_until_.insert_or_assign(m.order_id, line_.now_ + 2min);
  if (line_.fires(at("F006"))) {
    line_.mute_ = true;
    line_.close("closed after an order");
  }
  if (line_.fires(at("F016"))) {
    Rng& rng = line_.injector_.rng(at("F016"));
    line_.mute_ = true;
    line_.restart_ = std::chrono::seconds{rng.between(60, 300)};
    passes = rng.one_in(2);  // it came just in time, or just too late
  }
}

bool Line::Requests::refuses(const tws::PlaceOrderRequest& m) {
  if (line_.fires(at("F049"))) passes = false;
  else if (m.order.parent_id != 0 && line_.fires(at("F064")))
    refuse(m.order_id, 201, "Order rejected - reason:The parent order is being canceled.");
  else if (line_.fires(at("F052"))) refuse_in_two_ways(m);
  else if (line_.fires(at("F059")))
    refuse(m.order_id, 383,
           fmt::format("The following order \"ID:{}\" size exceeds the Size Limit of 500. Restriction is specified in "
                       "Precautionary Settings of Global Configuration/Presets.",
                       m.order_id));
  for (const Refusal& refusal : kRefusals) {
    if (passes && line_.fires(refusal.fault)) refuse(m.order_id, refusal.code, refusal.text);
  }
  return !passes;
}

// An error, a status, or both, in either order.
void Line::Requests::refuse_in_two_ways(const tws::PlaceOrderRequest& m) {
  const auto way = line_.injector_.rng(at("F052")).below(4);
  constexpr std::string_view kText = "Order rejected - reason:The contract is not available for trading.";
  passes = false;
  if (way == 0 || way == 1) line_.notice(m.order_id, 201, kText);
  if (way != 0)
    line_.say(tws::OrderStatus{.order_id = m.order_id,
                               .status = "Inactive",
                               .filled = Quantity::zero(),
                               .remaining = m.order.total_quantity.value_or(Quantity::zero()),
                               .client_id = line_.client_id_.value_or(0),
                               .why_held = {}});
  if (way == 3) line_.notice(m.order_id, 201, kText);
}

void Line::Requests::refuse(std::int32_t id, std::int32_t code, std::string_view text) {
  passes = false;
  line_.notice(id, code, text);
}

}  // namespace tradewind::sim::gateway::faults
