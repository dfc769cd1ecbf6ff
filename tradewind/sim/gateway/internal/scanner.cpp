#include "tradewind/sim/gateway/internal/scanner.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <tuple>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRefresh = 30s;
constexpr std::size_t kActiveMax = 10;
constexpr std::int32_t kRowsMax = 50;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

double observed(Quantity quantity) {
  return static_cast<double>(quantity.raw()) / static_cast<double>(Quantity::kScale);
}

}  // namespace

void Scanner::parameters(const tws::ScannerParametersRequest& /*request*/) {
  const std::string xml = scanner_parameters_xml();
  client_.send(tws::ScannerParameters{.xml = xml});
}

void Scanner::subscribe(const tws::ScannerSubscriptionRequest& request) {
  const std::int32_t id = request.req_id;
  const tws::ScannerSubscription& wanted = request.scanner_subscription;
  const auto refuse = [&](std::string_view cause) {
    client_.error(id, 322, fmt::format("Error processing request.-'co' : cause - {}", cause));
  };
  const auto fail = [&](std::string_view cause) {
    client_.error(id, 162, fmt::format("Historical Market Data Service error message:{}", cause));
  };
  if (subscriptions_.contains(id)) return refuse("Duplicate ticker ID for API scanner subscription");
  if (subscriptions_.size() >= kActiveMax)
    return refuse(fmt::format("Only {} simultaneous API scanner subscriptions are allowed.", kActiveMax));
  Subscription made;
  made.instrument = find_scan_instrument(wanted.instrument);
  if (made.instrument == nullptr) return fail(fmt::format("Scanner instrument {} is unknown.", wanted.instrument));
  made.location = find_scan_location(wanted.location_code);
  if (made.location == nullptr || made.location->instrument != made.instrument->code)
    return fail(fmt::format("Scanner location {} is unknown for {}.", wanted.location_code, wanted.instrument));
  made.type = find_scan_type(wanted.scan_code);
  if (made.type == nullptr) return fail(fmt::format("Scanner type with code {} is disabled.", wanted.scan_code));
  const std::int32_t rows = wanted.number_of_rows.value_or(-1);
  made.rows = static_cast<std::size_t>(rows < 1 ? kRowsMax : std::min(rows, kRowsMax));
  made.bounds = {.above_price = wanted.above_price,
                 .below_price = wanted.below_price,
                 .above_volume = {},
                 .below_volume = {},
                 .stock_type = std::string{wanted.stock_type_filter}};
  if (wanted.above_volume) made.bounds.above_volume = static_cast<double>(*wanted.above_volume);
  for (const auto& [tag, value] : wanted.filter_options) {
    if (tag == "priceAbove") made.bounds.above_price = number(value);
    if (tag == "priceBelow") made.bounds.below_price = number(value);
    if (tag == "volumeAbove") made.bounds.above_volume = number(value);
    if (tag == "volumeBelow") made.bounds.below_volume = number(value);
  }
  made.due = client_.now() + kRefresh;
  send(id, subscriptions_.emplace(id, std::move(made)).first->second);
}

void Scanner::cancel(const tws::CancelScannerSubscription& request) {
  const std::int32_t id = request.req_id;
  if (subscriptions_.erase(id) == 0)
    return client_.error(id, 365, fmt::format("No scanner subscription found for ticker id:{}", id));
  client_.error(id, 162,
                fmt::format("Historical Market Data Service error message:API scanner subscription cancelled: {}", id));
}

bool Scanner::fits(const Bounds& bounds, const Listing& listing, const Tape& tape) {
  const double price = tape.last ? gateway::observed(tape.last->price) : 0;
  const double volume = observed(tape.volume);
  if (bounds.above_price && price < *bounds.above_price) return false;
  if (bounds.below_price && price > *bounds.below_price) return false;
  if (bounds.above_volume && volume < *bounds.above_volume) return false;
  if (bounds.below_volume && volume > *bounds.below_volume) return false;
  if (bounds.stock_type.empty() || bounds.stock_type == "ALL") return true;
  return (bounds.stock_type == "ETF") == (listing.stock_type == "ETF");
}

std::vector<std::uint32_t> Scanner::ranked(const Subscription& subscription) const {
  struct Row {
    std::int64_t figure;
    std::string_view symbol;
    std::uint32_t index;
  };
  const ScanType& type = *subscription.type;
  std::vector<Row> rows;
  for (std::uint32_t i = 0; i < client_.listings().size(); ++i) {
    const Listing& listing = client_.listings()[i];
    const Tape& tape = client_.tapes()[i];
    if (!is_scanned(listing, *subscription.instrument, *subscription.location)) continue;
    if (!fits(subscription.bounds, listing, tape)) continue;
    const auto figure = scan_figure(type.figure, tape);
    if (!figure || (type.one_sign && (type.highest_first ? *figure <= 0 : *figure >= 0))) continue;
    if (type.code == "NOT_OPEN" && tape.last) continue;
    rows.push_back({type.highest_first ? -*figure : *figure, listing.symbol, i});
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return std::tuple{row.figure, row.symbol, row.index}; });
  if (type.figure == ScanFigure::symbol && type.highest_first) std::ranges::reverse(rows);
  if (rows.size() > subscription.rows) rows.resize(subscription.rows);
  std::vector<std::uint32_t> indices;
  indices.reserve(rows.size());
  for (const Row& row : rows) indices.push_back(row.index);
  return indices;
}

void Scanner::send(std::int32_t request_id, const Subscription& subscription) {
  tws::ScannerData data;
  data.req_id = request_id;
  for (const std::uint32_t index : ranked(subscription)) {
    tws::ScannerDataElement element;
    element.rank = static_cast<std::int32_t>(data.elements.size());
    element.contract = client_.contracts().contract_of(index);
    element.market_name = client_.listings()[index].trading_class;
    data.elements.push_back(std::move(element));
  }
  if (data.elements.empty())
    return client_.error(request_id, 165, "Historical Market Data Service query message:no items retrieved");
  client_.send(data);
}

std::optional<Timestamp> Scanner::wake_at() const {
  std::optional<Timestamp> earliest;
  for (const auto& [request_id, subscription] : subscriptions_) {
    if (!earliest || subscription.due < *earliest) earliest = subscription.due;
  }
  return earliest;
}

void Scanner::wake(Timestamp now) {
  for (auto& [request_id, subscription] : subscriptions_) {
    if (subscription.due > now) continue;
    subscription.due = now + kRefresh;
    send(request_id, subscription);
  }
}

}  // namespace tradewind::sim::gateway
