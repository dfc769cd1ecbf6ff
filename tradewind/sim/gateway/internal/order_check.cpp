#include "tradewind/sim/gateway/internal/order_check.hpp"

#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/sim/gateway/contract_query.hpp"
#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/algos.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

namespace tradewind::sim::gateway {
namespace {

Refusal invalid(std::string_view cause) {
  return {321, fmt::format("Error validating request.-'bW' : cause - {}", cause)};
}

constexpr std::string_view kTimeFormat =
    "The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss xxx where yyyymmdd and "
    "xxx "
    "are optional. E.g.: 20031126 15:59:00 US/Eastern.";

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

// Beyond these, sums over an order would not fit; no order is as large.
constexpr std::int64_t kPriceMax = 100'000'000;
constexpr std::int32_t kLegRatioMax = 10'000;
constexpr std::int32_t kMinutesMax = 30 * 24 * 60;

bool takes_cash_quantity(const venue::Listing& listing) { return has_word("CASH CRYPTO", listing.security_type); }
bool is_absurd(Price price) { return price > Price::of(kPriceMax) || price < Price::of(-kPriceMax); }

}  // namespace

std::optional<std::uint32_t> OrderCheck::find_listing(const tws::Contract& contract) const {
  if (is_combo(contract)) return std::nullopt;
  const auto found = find_listings(universe_, query_of(contract));
  if (found.size() != 1) return std::nullopt;
  return found.front();
}

std::optional<Quantity> OrderCheck::quantity_for_cash(const tws::PlaceOrderRequest& request) const {
  const tws::Order& order = request.order;
  const bool names_a_size = order.total_quantity && !order.total_quantity->is_zero();
  if (!order.cash_qty || *order.cash_qty <= Amount::zero() || names_a_size) return std::nullopt;
  const auto index = find_listing(request.contract);
  const auto side = side_of(order.action);
  if (!index || !side || !takes_cash_quantity(listings_[*index])) return std::nullopt;
  const OrderKind* kind = find_order_kind(order.order_type);
  const bool at_limit = kind != nullptr && kind->pricing == Pricing::limit;
  const auto price = at_limit ? order.lmt_price : market_[*index].price_for(*side);
  if (!price || *price <= Price::zero()) return std::nullopt;
  static_assert(Amount::kDecimals == Price::kDecimals + Quantity::kDecimals);
  const Int128 units = order.cash_qty->raw() / price->raw();
  return Quantity::try_from_raw(units - units % listings_[*index].size_increment.raw());
}

std::vector<OrderLeg> OrderCheck::legs_of(const tws::Contract& contract) const {
  std::vector<OrderLeg> legs;
  for (const venue::Leg& leg : gateway::legs_of(contract)) {
    const auto listing = universe_.by_con_id(leg.con_id);
    if (!listing || leg.ratio <= 0) return {};
    legs.push_back({*listing, leg.ratio, leg.side == Side::buy});
  }
  return legs;
}

std::vector<Allotment> OrderCheck::allotments(const tws::PlaceOrderRequest& request) const {
  const tws::Order& order = request.order;
  if (order.fa_group.empty() || !order.account.empty() || is_combo(request.contract)) return {};
  return listener_.allotments(order);
}

std::optional<Refusal> OrderCheck::refusal(const tws::PlaceOrderRequest& request, Listed index, Timestamp now) const {
  const tws::Order& order = request.order;
  // An order's terms are told again and again, in forms that carry printable ASCII only.
  if (const std::string_view field = unsendable_text(request); !field.empty())
    return invalid(fmt::format("Invalid symbol in {}", field));
  if (auto why = contract_refusal(request, index, now)) return why;
  if (!side_of(order.action)) return invalid(fmt::format("Invalid action: {}", order.action));
  const OrderKind* kind = find_order_kind(order.order_type);
  const std::string_view type = is_combo(request.contract) ? "BAG" : std::string_view{listings_[*index].security_type};
  if (kind == nullptr || !has_word(kind->security_types, type))
    return {{387, "Unsupported order type for this exchange and security type."}};
  if (auto why = time_refusal(request, *kind, now)) return why;
  if (auto why = size_refusal(request, index)) return why;
  if (auto why = account_refusal(request, type)) return why;
  if (auto why = price_refusal(request, index, *kind)) return why;
  if (auto why = attribute_refusal(request, *kind)) return why;
  if (auto why = algo_refusal(order, type)) return why;
  return precaution(request, index);
}

std::optional<Refusal> OrderCheck::account_refusal(const tws::PlaceOrderRequest& request, std::string_view type) const {
  const tws::Order& order = request.order;
  if (order.account.empty() && order.fa_group.empty() && accounts_.size() > 1) {
    if (std::ranges::any_of(accounts_, [](const AccountSetup& a) { return a.type == AccountType::advisor; }))
      return {{436, "You must specify an allocation (either a single account, group, or profile)."}};
    return {{435, "You must specify an account."}};
  }
  if (!order.fa_group.empty()) {
    if (auto why = group_refusal(order)) return why;
  }
  const auto owner_refusal = [&](std::string_view account) -> std::optional<Refusal> {
    const auto owner = std::ranges::find(accounts_, account, &AccountSetup::id);
    if (owner == accounts_.end()) return invalid(fmt::format("Invalid account code '{}'.", account));
    if (type == "BAG" || owner->may_trade(type)) return std::nullopt;
    return {
        {203, fmt::format("The security {} is not available or allowed for this account.", request.contract.symbol)}};
  };
  const std::vector<Allotment> shares = allotments(request);
  if (shares.empty()) return owner_refusal(order.account.empty() ? books_.first_account() : order.account);
  for (const Allotment& share : shares) {
    if (auto why = owner_refusal(share.account)) return why;
  }
  return std::nullopt;
}

std::optional<Refusal> OrderCheck::group_refusal(const tws::Order& order) const {
  const Allocation* group = listener_.group(order.fa_group);
  if (group == nullptr) return invalid(fmt::format("Invalid group '{}'.", order.fa_group));
  const std::string_view method = order.fa_method.empty() ? group->method : order.fa_method;
  if (!is_allocation_method(method)) return invalid(fmt::format("Invalid allocation method '{}'.", method));
  if (method != "PctChange" && listener_.allotments(order).empty())
    return invalid(fmt::format("No account of group '{}' has a share.", order.fa_group));
  return std::nullopt;
}

std::optional<Refusal> OrderCheck::contract_refusal(const tws::PlaceOrderRequest& request, Listed index,
                                                    Timestamp now) const {
  if (request.contract.sec_type == "BAG") {
    if (request.contract.combo_legs.empty()) return {{314, "Combination leg details are missing."}};
    for (const tws::ComboLeg& leg : request.contract.combo_legs) {
      if (leg.ratio <= 0 || leg.ratio > kLegRatioMax || !side_of(leg.action))
        return {{313, "The combo details for leg are invalid."}};
    }
    if (legs_of(request.contract).empty()) return {{200, "No security definition has been found for the request"}};
    return std::nullopt;
  }
  if (!index) return {{200, "No security definition has been found for the request"}};
  const venue::Listing& listing = listings_[*index];
  if (listing.security_type == "IND") return {{412, "The contract is not available for trading."}};
  if (!listing.last_trade_date.empty() && listing.last_trade_date < date_text(now, zone_))
    return {{392, "Invalid Order: Contract expired."}};
  return std::nullopt;
}

std::optional<Refusal> OrderCheck::size_refusal(const tws::PlaceOrderRequest& request, Listed index) const {
  const tws::Order& order = request.order;
  // A hedge takes its size from its parent.
  if (!order.hedge_type.empty() && order.parent_id != 0) return std::nullopt;
  if (order.cash_qty && !order.cash_qty->is_zero() && !(index && takes_cash_quantity(listings_[*index])))
    return {{10244, "Cash quantity cannot be used for this order."}};
  if (!order.total_quantity || order.total_quantity->is_zero()) return {{434, "The order size cannot be zero."}};
  if (*order.total_quantity > Quantity::of(kOrderSizeMax)) return invalid("The order size is too large");
  const Quantity step = index ? listings_[*index].size_increment : Quantity::of(1);
  if (order.total_quantity->raw() % step.raw() != 0) {
    const bool stock = index && listings_[*index].security_type == "STK";
    if (stock && order.total_quantity->raw() % Quantity::kScale != 0) {
      return {
          {10243, "Fractional-sized order cannot be placed via API. Please use desktop version to place this order."}};
    }
    return {{10250, "The order size does not conform to the minimum size variation for this contract."}};
  }
  if (order.display_size.value_or(0) > 0 && Quantity::of(*order.display_size) > *order.total_quantity)
    return {{10020, "Display size should be smaller than order quantity."}};
  return std::nullopt;
}

bool OrderCheck::fits(Listed index, Price price) const {
  if (!index) return price.raw() % (Price::kScale / 100) == 0;  // a combination's net price
  const venue::Listing& listing = listings_[*index];
  if (const venue::MarketRule* rule = venue::find_market_rule(listing.market_rule)) return rule->allows(price);
  return price.raw() % listing.min_tick.raw() == 0;
}

std::optional<Refusal> OrderCheck::price_refusal(const tws::PlaceOrderRequest& request, Listed index,
                                                 const OrderKind& kind) const {
  const tws::Order& order = request.order;
  const bool per_leg = std::ranges::any_of(request.contract.combo_legs,
                                           [](const tws::ComboLeg& leg) { return leg.per_leg_price.has_value(); });
  if (kind.needs_limit && !order.lmt_price && !per_leg) return invalid("Please enter a valid price");
  if (kind.needs_aux && !order.aux_price)
    return {{403, fmt::format("Invalid stop price: {} orders need one.", kind.word)}};
  if (kind.trigger == Trigger::trail) {
    const bool percent = order.trailing_percent.has_value();
    if (!percent && (!order.aux_price || order.aux_price->is_zero()))
      return {{158, "Trailing stop order needs either an absolute or a percentage offset."}};
    if (percent && !(*order.trailing_percent > 0 && *order.trailing_percent <= 100))
      return {{159, "The percentage offset must be above 0 and at most 100."}};
    if (kind.pricing == Pricing::limit && !order.lmt_price && !order.lmt_price_offset)
      return invalid("Please enter a valid price");
  }
  if (order.lmt_price_offset && is_absurd(*order.lmt_price_offset)) return invalid("Please enter a valid price");
  for (const auto& price : {order.trigger_price, order.adjusted_stop_price, order.adjusted_stop_limit_price,
                            order.adjusted_trailing_amount}) {
    if (price && is_absurd(*price)) return invalid("Please enter a valid price");
  }
  // A combination can cost less than nothing; a future may, too.
  const bool below_zero = !index || listings_[*index].security_type == "FUT";
  for (const auto& price : {order.lmt_price, order.aux_price, order.trail_stop_price}) {
    if (!price) continue;
    if (is_absurd(*price)) return invalid("Please enter a valid price");
    if (*price < Price::zero() && !below_zero) return invalid("Please enter a valid price");
    if (!fits(index, *price))
      return {{110, "The price does not conform to the minimum price variation for this contract."}};
  }
  return std::nullopt;
}

std::optional<Refusal> OrderCheck::time_refusal(const tws::PlaceOrderRequest& request, const OrderKind& kind,
                                                Timestamp now) const {
  const tws::Order& order = request.order;
  const std::string_view tif = order.tif.empty() ? "DAY" : order.tif;
  if (!is_time_in_force(tif)) return {{10052, fmt::format("Invalid time in force:{}.", order.tif)}};
  if (kind.at_close && tif != "DAY") return {{113, "The Tif option should be set to DAY for MOC and LOC orders."}};
  if (!has_word(kind.times_in_force, tif)) return {{111, "The TIF (Tif type) and the order type are incompatible."}};
  // Exchanges know the legs, and no auction of a combination.
  if (is_combo(request.contract) && has_word("OPG AUC", tif))
    return {{111, "The TIF (Tif type) and the order type are incompatible."}};
  if (tif == "GTD") {
    const auto until = good_till(order, now, calendar_);
    if (!until) return {{391, std::string{kTimeFormat}}};
    if (*until <= now) return {{334, "Invalid Good Till Date order: the time is past."}};
  }
  if (tif == "Minutes" && (order.duration.value_or(1) < 1 || order.duration.value_or(1) > kMinutesMax))
    return invalid("Invalid duration");
  if (!order.good_after_time.empty() && !order_time(order.good_after_time, now, zone_))
    return {{391, std::string{kTimeFormat}}};
  for (const tws::OrderCondition& condition : order.conditions) {
    if (condition.type == 3 && !order_time(condition.time, now, zone_)) return {{391, std::string{kTimeFormat}}};
  }
  return std::nullopt;
}

std::optional<Refusal> OrderCheck::attribute_refusal(const tws::PlaceOrderRequest& request,
                                                     const OrderKind& kind) const {
  const tws::Order& order = request.order;
  if (order.what_if && !order.transmit) return {{413, "The What-If order should have the transmit flag set to true."}};
  constexpr auto kMethods = std::to_array<std::int32_t>({0, 1, 2, 3, 4, 7, 8});
  if (std::ranges::find(kMethods, order.trigger_method) == kMethods.end()) return {{146, "Invalid trigger method."}};
  if (order.oca_type < 0 || order.oca_type > 3) return invalid("Invalid OCA type");
  if (order.discretionary_amt.value_or(Price::zero()) > Price::zero() && order.display_size.value_or(0) > 0)
    return {{157, "Combination of iceberg and discretionary attributes is not allowed."}};
  if (order.short_sale_slot != 0 && order.short_sale_slot != 1 && order.short_sale_slot != 2)
    return {{347, "Short sale slot value should be 1 (broker holds shares) or 2 (delivered from elsewhere)."}};
  if (order.short_sale_slot != 0 && order.action != "SSHORT")
    return {{348, "Short sale slot is only for orders with action SSHORT."}};
  if (order.short_sale_slot == 2 && order.designated_location.empty())
    return {{352, "Short sale slot value of 2 requires the designated location."}};
  if (kind.word == "VOL" && order.volatility.value_or(0) <= 0) return {{371, "Invalid value used for volatility."}};
  if (request.contract.sec_type == "BAG" && !order.oca_group.empty() && request.contract.exchange == "SMART")
    return {{356, "Smart combo order cannot be part of an OCA group."}};
  if (!order.hedge_type.empty()) {
    if (order.parent_id == 0) return {{10006, "Missing parent order."}};
    if (!has_word("D B F P", order.hedge_type)) return {{10007, "Invalid hedge type."}};
    const auto ratio = Price::parse(order.hedge_param);
    if (has_word("B P", order.hedge_type) && (!ratio.has_value() || *ratio <= Price::zero()))
      return {{order.hedge_type == "B" ? 10008 : 10009,
               order.hedge_type == "B" ? "Invalid beta." : "Invalid hedge ratio."}};
  }
  for (const tws::OrderCondition& condition : order.conditions) {
    const bool about_a_contract = condition.type == 1 || condition.type == 6 || condition.type == 7;
    if (about_a_contract && !universe_.by_con_id(condition.con_id))
      return {{147, "The contract of a condition is not specified or not known."}};
    if (condition.type < 1 || condition.type > 7 || condition.type == 2) return invalid("Invalid condition type");
    if (condition.type == 6 && condition.volume.value_or(0) < 0) return invalid("Invalid volume of a condition");
    if (condition.type == 7 && !std::isfinite(condition.change_percent.value_or(0)))
      return invalid("Invalid change of a condition");
  }
  return std::nullopt;
}

std::optional<Refusal> OrderCheck::precaution(const tws::PlaceOrderRequest& request, Listed index) const {
  const tws::Order& order = request.order;
  if (settings_.size_limit && order.total_quantity.value_or(Quantity::zero()) > *settings_.size_limit) {
    return {{383, "The size specified would violate the size constraint specified in the default order settings."}};
  }
  if (!index || !order.lmt_price || order.override_percentage_constraints) return std::nullopt;
  const auto market = market_[*index].price_for(*side_of(order.action));
  if (!market) return std::nullopt;
  // Only what is worse for the client than the market.
  const std::int64_t beyond =
      order.action == "BUY" ? order.lmt_price->raw() - market->raw() : market->raw() - order.lmt_price->raw();
  if (settings_.tick_limit && beyond > *settings_.tick_limit * listings_[*index].min_tick.raw()) {
    return {
        {382,
         "The price specified would violate the number of ticks constraint specified in the default order settings."}};
  }
  if (settings_.percent_limit && Int128{beyond} * 100 > Int128{*settings_.percent_limit} * market->raw()) {
    return {
        {163, "The price specified would violate the percentage constraint specified in the default order settings."}};
  }
  return std::nullopt;
}

}  // namespace tradewind::sim::gateway
