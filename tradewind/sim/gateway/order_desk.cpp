#include "tradewind/sim/gateway/order_desk.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/sim/gateway/contract_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

namespace tradewind::sim::gateway {
namespace {

constexpr std::int32_t kOrderIdMax = 2'147'483'646;

std::optional<Side> side_of(std::string_view action) {
  if (action == "BUY") return Side::buy;
  if (action == "SELL" || action == "SSHORT") return Side::sell;
  return std::nullopt;
}

// IB takes long names as well.
std::optional<model::OrderType> type_of(std::string_view text) {
  if (text == "MKT" || text == "MARKET") return model::OrderType::market;
  if (text == "LMT" || text == "LIMIT") return model::OrderType::limit;
  return std::nullopt;
}

std::optional<model::TimeInForce> time_in_force(std::string_view text) {
  return text.empty() ? std::optional{model::TimeInForce::day} : parse_enum<model::TimeInForce>(text);
}

// The column whose text the protocol cannot carry; empty when there is none. Clients refuse to send such, but nothing
// forces them to.
template <class Part>
std::string_view unsendable_text(const Part& part) {
  std::string_view found;
  tws::for_each_column(part, [&]<class Column>(const char* name, const Column& column) {
    const auto look = [&]<class Value>(const Value& value) {
      if constexpr (std::is_same_v<Value, std::string_view>) {
        const bool plain = std::ranges::all_of(
            value, [](char c) { return (c >= ' ' && c <= '~') || c == '\t' || c == '\n' || c == '\r'; });
        if (!plain) found = name;
      } else if constexpr (requires { tws::for_each_column(value, [](const char*, const auto&) {}); }) {
        if (const std::string_view inside = unsendable_text(value); !inside.empty()) found = inside;
      }
    };
    if constexpr (requires { column.has_value(); }) {
      if (column) look(*column);
    } else if constexpr (requires { column.begin(); } && !std::is_same_v<Column, std::string_view>) {
      for (const auto& item : column) look(item);
    } else {
      look(column);
    }
  });
  return found;
}

}  // namespace

double GatewayOrder::average_price() const {
  // Shown to people; books are kept in filled_value.
  const auto price = tradewind::average_price(filled_value, filled, Multiplier::of(1));
  return price ? static_cast<double>(price->raw()) / static_cast<double>(Price::kScale) : 0;
}

OrderDesk::OrderDesk(const venue::Universe& universe, const std::vector<venue::QuoteData>& quote_data,
                     bool announces_presets, OrderListener& listener)
    : universe_{universe},
      listings_{universe.listings()},
      venue_{quote_data},
      listener_{listener},
      announces_presets_{announces_presets} {}

GatewayOrder* OrderDesk::find(std::int32_t client_id, std::int32_t order_id) {
  const auto found = by_id_.find({client_id, order_id});
  return found == by_id_.end() ? nullptr : found->second;
}

std::int32_t OrderDesk::next_order_id(std::int32_t client_id) const {
  const auto found = highest_id_.find(client_id);
  return found == highest_id_.end() ? 1 : found->second + 1;
}

std::optional<std::uint32_t> OrderDesk::find_listing(const tws::Contract& contract) const {
  if (is_combo(contract)) return universe_.combo(legs_of(contract));
  const auto found = universe_.find(query_of(contract));
  if (found.size() != 1) return std::nullopt;
  return found.front();
}

std::optional<std::pair<std::int32_t, std::string>> OrderDesk::refusal(const tws::PlaceOrderRequest& request) const {
  const tws::Order& order = request.order;
  // An order's terms are told again and again, in forms that carry printable ASCII only.
  if (const std::string_view field = unsendable_text(request); !field.empty())
    return {{321, fmt::format("Error validating request.-'bW' : cause - Invalid symbol in {}", field)}};
  const auto listing = find_listing(request.contract);
  if (!listing) return {{200, "No security definition has been found for the request"}};
  if (!side_of(order.action))
    return {{321, fmt::format("Error validating request.-'bW' : cause - Invalid action: {}", order.action)}};
  if (!type_of(order.order_type))
    return {{387, fmt::format("Unsupported order type for this exchange and security type: {}", order.order_type)}};
  if (!time_in_force(order.tif)) return {{10052, fmt::format("Invalid time in force:{}.", order.tif)}};
  if (!order.total_quantity || order.total_quantity->is_zero()) return {{434, "The order size cannot be zero."}};
  if (!order.account.empty() && !books_.has_account(order.account)) {
    return {{321, fmt::format("Error validating request.-'bW' : cause - Invalid account code '{}'.", order.account)}};
  }
  if (type_of(order.order_type) == model::OrderType::limit) {
    if (!order.lmt_price) return {{321, "Error validating request.-'bW' : cause - Please enter a valid price"}};
    if (order.lmt_price->raw() % listings_[*listing].min_tick.raw() != 0) {
      return {{110, "The price does not conform to the minimum price variation for this contract."}};
    }
  }
  return std::nullopt;
}

void OrderDesk::place(const tws::PlaceOrderRequest& request, std::int32_t client_id, Timestamp now) {
  const auto refuse = [&](std::int32_t code, std::string_view text) {
    listener_.on_order_error(client_id, request.order_id, code, text);
  };
  if (request.order_id <= 0 || request.order_id > kOrderIdMax) return refuse(10149, "Invalid order id");
  if (GatewayOrder* known = find(client_id, request.order_id); known != nullptr) {
    if (known->is_final)
      return refuse(known->status == "Filled" ? 104 : 103,
                    known->status == "Filled" ? "Cannot modify a filled order." : "Duplicate order id");
    return modify(*known, request, now);
  }
  if (request.order_id < next_order_id(client_id)) return refuse(103, "Duplicate order id");
  if (const auto why = refusal(request)) return refuse(why->first, why->second);

  GatewayOrder& order = orders_.emplace_back(request, client_id);
  highest_id_[client_id] = request.order_id;
  by_id_[{client_id, request.order_id}] = &order;
  order.account = request.order.account;
  if (order.account.empty()) order.account = books_.first_account();
  order.listing = *find_listing(request.contract);
  order.side = *side_of(request.order.action);
  order.quantity = *request.order.total_quantity;
  if (!request.order.transmit) return;  // sits in the gateway, unseen, until it is sent again with transmit
  transmit(order, now);
}

void OrderDesk::transmit(GatewayOrder& order, Timestamp now) {
  const tws::Order& terms = order.request->order;
  order.perm_id = next_perm_id_++;
  if (terms.tif.empty() && announces_presets_) {
    listener_.on_order_error(order.client_id, order.order_id, 10349, "Order TIF was set to DAY based on order preset.");
  }
  order.status = "PreSubmitted";
  listener_.on_order(order);
  const model::OrderType type = *type_of(terms.order_type);
  order.venue_id = next_venue_id_++;
  by_venue_id_[order.venue_id] = &order;
  const auto taken = venue_.submit(
      {venue::VenueOrderId{order.venue_id}, venue::SymbolIndex{order.listing}, order.side, order.remaining(), type,
       type == model::OrderType::limit ? terms.lmt_price : std::nullopt, *time_in_force(terms.tif)},
      now);
  TW_CHECK(taken.has_value());  // refusal() has looked at everything the venue checks
  if (type == model::OrderType::limit) {
    order.status = "Submitted";
    listener_.on_order(order);
  }
}

void OrderDesk::modify(GatewayOrder& order, const tws::PlaceOrderRequest& request, Timestamp now) {
  const auto refuse = [&](std::int32_t code, std::string_view text) {
    listener_.on_order_error(order.client_id, order.order_id, code, text);
  };
  if (const auto why = refusal(request)) return refuse(why->first, why->second);
  const bool other_order = *find_listing(request.contract) != order.listing ||
                           *side_of(request.order.action) != order.side ||
                           *type_of(request.order.order_type) != *type_of(order.request->order.order_type);
  if (other_order) return refuse(105, "Order being modified does not match original order.");
  if (*request.order.total_quantity <= order.filled)
    return refuse(201, "Order rejected - reason:The new quantity is below what is filled");
  order.request = tws::Owned<tws::PlaceOrderRequest>{request};
  order.quantity = *request.order.total_quantity;
  if (order.status.empty()) {
    if (request.order.transmit) transmit(order, now);
    return;
  }
  venue_.cancel(venue::VenueOrderId{order.venue_id});
  by_venue_id_.erase(order.venue_id);
  order.venue_id = next_venue_id_++;
  by_venue_id_[order.venue_id] = &order;
  const tws::Order& terms = order.request->order;
  const model::OrderType type = *type_of(terms.order_type);
  const auto taken = venue_.submit(
      {venue::VenueOrderId{order.venue_id}, venue::SymbolIndex{order.listing}, order.side, order.remaining(), type,
       type == model::OrderType::limit ? terms.lmt_price : std::nullopt, *time_in_force(terms.tif)},
      now);
  TW_CHECK(taken.has_value());
  listener_.on_order(order);
}

void OrderDesk::cancel(std::int32_t order_id, std::int32_t client_id, Timestamp now) {
  GatewayOrder* order = find(client_id, order_id);
  if (order == nullptr) {
    return listener_.on_order_error(client_id, order_id, 10147,
                                    fmt::format("OrderId {} that needs to be cancelled is not found.", order_id));
  }
  if (order->is_final) {
    return listener_.on_order_error(
        client_id, order_id, 10148,
        fmt::format("OrderId {} that needs to be cancelled cannot be cancelled, state: {}.", order_id, order->status));
  }
  venue_.cancel(venue::VenueOrderId{order->venue_id});
  end(*order, now, "Cancelled", "Cancelled by Trader");
  listener_.on_order_error(client_id, order_id, 202, "Order Canceled - reason:");
}

void OrderDesk::cancel_all(Timestamp now) {
  for (GatewayOrder& order : orders_) {
    if (!order.is_final) cancel(order.order_id, order.client_id, now);
  }
}

void OrderDesk::end(GatewayOrder& order, Timestamp now, std::string_view status, std::string how) {
  const bool was_seen = !order.status.empty();
  order.is_final = true;
  order.status = status;
  order.ended = now;
  order.ended_how = std::move(how);
  by_venue_id_.erase(order.venue_id);
  if (was_seen && status != "Filled") listener_.on_order_status(order);
}

void OrderDesk::on_market(const venue::MarketEvent& event) {
  reports_.clear();
  venue_.on_market(event, reports_);
  report(reports_);
}

void OrderDesk::end_session(Timestamp now) {
  reports_.clear();
  venue_.end_session(now, reports_);
  report(reports_);
}

void OrderDesk::report(std::vector<venue::VenueReport>& reports) {
  for (const venue::VenueReport& report : reports) {
    if (const auto* filled = std::get_if<venue::Fill>(&report)) {
      fill(*by_venue_id_.at(filled->order.value()), *filled);
    } else {
      const auto& ended = std::get<venue::OrderEnded>(report);
      GatewayOrder& order = *by_venue_id_.at(ended.order.value());
      end(order, ended.time, "Cancelled", "Cancelled by System");
      listener_.on_order_error(order.client_id, order.order_id, 202, "Order Canceled - reason:");
    }
  }
}

// The sequence a paper gateway was seen to send: execution, order, status, and then the commission.
void OrderDesk::fill(GatewayOrder& order, const venue::Fill& fill) {
  const Amount value = notional(fill.price, fill.quantity, Multiplier::of(1)).value();
  order.filled = add(order.filled, fill.quantity).value();
  order.filled_value = add(order.filled_value, value).value();
  order.last_fill = fill.price;
  const Amount fee = order.fees.charge(fill.price, fill.quantity);
  order.commission = add(order.commission, fee).value();
  const Books::Outcome outcome =
      books_.book(order.account, listings_[order.listing].con_id, order.side, fill.quantity, fill.price, fee);
  GatewayExecution& execution = executions_.emplace_back();
  execution.exec_id = fmt::format("0000e0d5.{:08x}.01.01", next_exec_++);
  execution.order = &order;
  execution.time = fill.time;
  execution.quantity = fill.quantity;
  execution.price = fill.price;
  execution.cumulative = order.filled;
  execution.average_price = order.average_price();
  execution.commission = fee;
  if (outcome.closes) execution.realized = outcome.realized;
  const bool done = order.remaining().is_zero();
  if (done) {
    end(order, fill.time, "Filled", fmt::format("Filled Size: {}", order.filled));
  } else {
    order.status = "Submitted";
  }
  listener_.on_execution(execution);
  listener_.on_order(order);
  listener_.on_commission(execution);
  listener_.on_books_changed(order.account, order.listing);
}

}  // namespace tradewind::sim::gateway
