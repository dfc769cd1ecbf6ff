#include "tradewind/sim/gateway/internal/depth.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

constexpr std::int32_t kRowsMax = 20;  // a client that asks for more gets these

// Requests for the same instrument count once; that is no licence to fill the memory with them.
constexpr std::size_t kRequestsMax = 100;

// Exchanges that show a book; the others of a listing tell their best prices alone.
bool has_book(std::string_view exchange) {
  constexpr auto kNone = std::to_array<std::string_view>({"SMART", "PSX", "CHX", "PEARL", "LTSE", "NYSENAT", "EDGEA"});
  return std::ranges::find(kNone, exchange) == kNone.end();
}

// Has a market with prices to look behind.
bool can_be_deep(const Listing& listing) {
  return listing.has_quotes() && !listing.is_combo() && listing.security_type != "BOND";
}

}  // namespace

bool Depth::is_subscribed(std::string_view exchange) const {
  return std::ranges::find(client_.options().data.without_depth, exchange) ==
         client_.options().data.without_depth.end();
}

void Depth::request(const tws::MarketDepthRequest& request) {
  const std::int32_t id = request.req_id;
  if (subscriptions_.contains(id))
    return client_.error(id, 322, "Error processing request.-'bO' : cause - Duplicate ticker id");
  if (request.num_rows <= 0)
    return client_.error(id, 321, "Error validating request.-'bO' : cause - The number of rows must be positive");
  const auto index = client_.contracts().only_match(id, request.contract);
  if (!index) return;
  const Listing& listing = client_.listings()[*index];
  std::string_view exchange = request.contract.exchange;
  if (exchange.empty()) exchange = "SMART";
  if (exchange == "ISLAND") exchange = "NASDAQ";
  std::vector<std::string_view> all;
  for (const std::string_view one : venue::exchanges_of(listing)) {
    if (has_book(one)) all.push_back(one);
  }
  const bool smart = exchange == "SMART";
  if (!can_be_deep(listing) || smart != request.is_smart_depth ||
      (!smart && std::ranges::find(all, exchange) == all.end())) {
    return client_.error(id, 10092, "Deep market data is not supported for this combination of security type/exchange");
  }
  Subscription made;
  if (!smart) {
    if (!is_subscribed(exchange) || client_.options().data.live != LiveData::yes)
      return client_.error(
          id, 354, fmt::format("Requested market data is not subscribed.{} {}/DEEP/ALL", listing.local(), exchange));
    made.exchanges = {*std::ranges::find(all, exchange)};
    made.by_maker = exchange == "NASDAQ" || exchange == "NYSE";
  } else {
    std::ranges::copy_if(all, std::back_inserter(made.exchanges), [&](auto one) { return is_subscribed(one); });
    if (made.exchanges.empty() || client_.options().data.live != LiveData::yes)
      return client_.error(id, 354,
                           fmt::format("Requested market data is not subscribed.{} SMART/DEEP/ALL", listing.local()));
    made.by_maker = true;
  }
  auto lease = client_.allowance().depth(*index);
  if (!lease || subscriptions_.size() >= kRequestsMax) {
    return client_.error(
        id, 309,
        fmt::format("Max number ({}) of market depth requests has been reached", client_.allowance().deep_max()));
  }
  if (smart) tell_exchanges(id, venue::exchanges_of(listing));
  made.request_id = id;
  made.listing = *index;
  made.lease = std::move(*lease);
  made.rows = static_cast<std::size_t>(std::min(request.num_rows, kRowsMax));
  made.smart = smart;
  update(subscriptions_.add(std::move(made)));
}

// IB says so of every smart book: what it is made of, and what is missing.
void Depth::tell_exchanges(std::int32_t request_id, const std::vector<std::string_view>& all) {
  std::string deep;
  std::string top;
  std::string missing;
  for (const std::string_view exchange : all) {
    if (exchange == "SMART") continue;
    if (!has_book(exchange)) top += fmt::format("{}; ", exchange);
    else if (is_subscribed(exchange)) deep += fmt::format("{}; ", exchange);
    else missing += fmt::format("{}; ", exchange);
  }
  std::string text = fmt::format("Exchanges - Depth: {}Top: {}", deep, top);
  if (!missing.empty()) text += fmt::format("Need additional market data permissions - Depth: {}", missing);
  client_.error(request_id, 2152, text);
}

void Depth::cancel(const tws::CancelMarketDepth& request) {
  if (!subscriptions_.remove(request.req_id)) {
    client_.error(request.req_id, 310,
                  fmt::format("Can't find the subscribed market depth with tickerId:{}", request.req_id));
  }
}

void Depth::on_quote(std::uint32_t index) {
  for (Subscription* subscription : subscriptions_.of(index)) update(*subscription);
}

void Depth::on_halt(std::uint32_t index) {
  std::vector<std::int32_t> ended;
  for (const Subscription* subscription : subscriptions_.of(index)) ended.push_back(subscription->request_id);
  for (const std::int32_t id : ended) {
    subscriptions_.remove(id);
    client_.error(id, 316, "Market depth data has been HALTED. Please re-subscribe.");
  }
}

void Depth::reset(std::uint32_t index) {
  for (Subscription* subscription : subscriptions_.of(index)) {
    client_.error(subscription->request_id, 317,
                  "Market depth data has been RESET. Please empty deep book contents before applying any new entries.");
    subscription->bids.clear();
    subscription->asks.clear();
    update(*subscription);
  }
}

void Depth::update(Subscription& subscription) {
  side(subscription, subscription.asks, Side::sell);
  side(subscription, subscription.bids, Side::buy);
}

void Depth::side(const Subscription& subscription, std::vector<DepthRow>& rows, Side side) {
  std::vector<DepthRow> now =
      depth_side(client_.listings()[subscription.listing], client_.tapes()[subscription.listing].quote, side,
                 subscription.rows, subscription.exchanges);
  changes_.clear();
  if (subscription.smart) rewrite_rows(rows, now, changes_);
  else move_rows(rows, now, changes_);
  rows = std::move(now);
  for (const DepthChange& change : changes_) {
    tws::MarketDepthData data;
    data.position = change.position;
    data.operation = static_cast<std::int32_t>(change.operation);
    data.side = side == Side::buy ? 1 : 0;
    data.price = change.row.price;
    data.size = change.row.size;
    if (!subscription.by_maker) {
      client_.send(tws::MarketDepth{.req_id = subscription.request_id, .market_depth_data = data});
      continue;
    }
    // NASDAQ's own orders go by this name; a removal names nobody.
    const bool nasdaq = !subscription.smart && change.row.exchange == "NASDAQ";
    data.market_maker = nasdaq ? std::string_view{"NSDQ"} : change.row.exchange;
    data.is_smart_depth = subscription.smart;
    client_.send(tws::MarketDepthL2{.req_id = subscription.request_id, .market_depth_data = data});
  }
}

}  // namespace tradewind::sim::gateway
