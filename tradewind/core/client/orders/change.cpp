#include "tradewind/core/client/orders/change.hpp"

#include "tradewind/core/client/orders/internal/check.hpp"
#include "tradewind/core/client/orders/internal/walk.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace tradewind::client::orders {

namespace {

constexpr auto kPrices = std::to_array<std::string_view>(
    {"order.lmtPrice", "order.auxPrice", "order.trailStopPrice", "order.trailingPercent", "order.lmtPriceOffset"});
constexpr auto kAlgo = std::to_array<std::string_view>({"order.algoStrategy", "order.algoParams", "order.algoId"});
constexpr auto kAccount = std::to_array<std::string_view>(
    {"order.account", "order.clearingAccount", "order.clearingIntent", "order.settlingFirm", "order.faGroup",
     "order.faMethod", "order.faPercentage", "order.modelCode"});

bool is_among(std::span<const std::string_view> paths, std::string_view path) {
  return std::ranges::find(paths, path) != paths.end();
}

template <class T>
bool is_set(const T& value) {
  return value != T{};
}

// Calls visit(path, before, after) for each value that differs; lists and structs that may be absent count as one value.
template <internal::Columns T, class Visit>
void differences(const T& before, const T& after, const std::string& prefix, const Visit& visit) {
  std::vector<const void*> earlier;
  tws::for_each_column(before, [&](const char*, const auto& column) { earlier.push_back(&column); });
  std::size_t index = 0;
  tws::for_each_column(after, [&]<class Column>(const char* name, const Column& column) {
    const auto& was = *static_cast<const Column*>(earlier[index++]);
    if constexpr (internal::Columns<Column>) {
      differences(was, column, prefix + name + ".", visit);
    } else if (was != column) {
      visit(prefix + name, was, column);
    }
  });
}

int code_of(std::string_view path) {
  if (path == "order.orderType") return 329;
  if (is_among(kAlgo, path)) return 440;
  if (is_among(kAccount, path)) return 422;
  if (path == "order.includeOvernight") return 462;
  if (path == "order.cashQty") return 10241;
  return 105;
}

// A combo's legs without their prices, which may change.
std::vector<tws::ComboLeg> without_prices(std::vector<tws::ComboLeg> legs) {
  for (tws::ComboLeg& leg : legs) leg.per_leg_price = leg.per_leg_price ? std::optional{Price::zero()} : std::nullopt;
  return legs;
}

bool is_fraction(std::optional<Quantity> quantity) { return quantity && quantity->raw() % Quantity::kScale != 0; }

}  // namespace

std::vector<Refusal> change_refusals(const tws::PlaceOrderRequest& last, const tws::PlaceOrderRequest& next,
                                     Quantity filled) {
  internal::Refusals out;
  if (last.order_id != next.order_id) {
    out.add(0, "orderId",
            fmt::format("{} would be another order: a change is placed with the id {}", next.order_id, last.order_id));
    return out.take();
  }
  differences(last, next, "", [&]<class T>(const std::string& path, const T& before, const T& after) {
    if (is_among(kPrices, path)) {
      out.add_if(is_set(before) != is_set(after), 105, path,
                 "a price may change, not come or go: cancel the order and place another");
      return;
    }
    if (path == "order.totalQuantity") return;
    if constexpr (std::is_same_v<T, std::string_view>) {
      if (path == "order.tif" && before == "DAY" && after == "IOC") return;
    }
    if constexpr (std::is_same_v<T, bool>) {
      if (path == "order.transmit" && after) return;
    }
    if constexpr (std::is_same_v<T, std::vector<tws::ComboLeg>>) {
      if (without_prices(before) == without_prices(after)) return;
    }
    out.add(code_of(path), path, "cannot be changed: leave it as it was, or cancel the order and place another");
  });
  // The quantity is the total, of which some may be filled.
  const std::optional<Quantity> total = next.order.total_quantity;
  const bool has_quantity = last.order.total_quantity && !last.order.total_quantity->is_zero();
  if (total != last.order.total_quantity) {
    out.add_if(!has_quantity || !total, 105, "order.totalQuantity", "a quantity may change, not come or go");
    out.add_if(is_fraction(total) || is_fraction(last.order.total_quantity), 10242, "order.totalQuantity",
               "an order for a fraction cannot be changed: cancel it and place another");
  }
  if (has_quantity && total && *total < filled) {
    out.add(105, "order.totalQuantity",
            fmt::format("{} is less than the {} that are filled: the quantity is the total", *total, filled));
  } else if (has_quantity && total && *total == filled) {
    out.add(104, "order.totalQuantity", fmt::format("all {} are filled: nothing is left to change", filled));
  }
  return out.take();
}

}  // namespace tradewind::client::orders
