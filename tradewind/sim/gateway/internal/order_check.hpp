#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/gateway/books.hpp"
#include "tradewind/sim/gateway/internal/market_view.hpp"
#include "tradewind/sim/gateway/internal/order_kinds.hpp"
#include "tradewind/sim/gateway/orders.hpp"
#include "tradewind/sim/venue/calendar.hpp"
#include "tradewind/sim/venue/universe.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// What IB would say of an order it does not take, and its code.
using Refusal = std::pair<std::int32_t, std::string>;

// Looks at an order as the gateway does before it takes it. Margin and what depends on other orders is not looked at.
class OrderCheck {
 public:
  OrderCheck(const venue::Universe& universe, const Books& books, const std::vector<AccountSetup>& accounts,
             const MarketView& market, const OrderSettings& settings, const venue::Calendar& calendar,
             const OrderListener& listener)
      : universe_{universe},
        listings_{universe.listings()},
        books_{books},
        accounts_{accounts},
        market_{market},
        settings_{settings},
        calendar_{calendar},
        listener_{listener} {}

  // What a contract means; nothing for none and for a combination.
  using Listed = std::optional<std::uint32_t>;
  [[nodiscard]] Listed find_listing(const tws::Contract& contract) const;
  // Nothing when it is acceptable. `index` is what its contract means.
  [[nodiscard]] std::optional<Refusal> refusal(const tws::PlaceOrderRequest& request, Listed index,
                                               Timestamp now) const;
  // The size of an order that names an amount of money alone, at its limit or else at what the market shows, in whole size
  // increments; nothing for other orders, and without a price.
  [[nodiscard]] std::optional<Quantity> quantity_for_cash(const tws::PlaceOrderRequest& request) const;
  // The legs of a combination; empty when one of them is not traded here.
  [[nodiscard]] std::vector<OrderLeg> legs_of(const tws::Contract& contract) const;
  // How an order for an advisor's group is shared out; empty for one that belongs to a single account.
  [[nodiscard]] std::vector<Allotment> allotments(const tws::PlaceOrderRequest& request) const;

 private:
  [[nodiscard]] std::optional<Refusal> contract_refusal(const tws::PlaceOrderRequest& request, Listed index,
                                                        Timestamp now) const;
  [[nodiscard]] std::optional<Refusal> size_refusal(const tws::PlaceOrderRequest& request, Listed index) const;
  // `type` is the security type of what is traded.
  [[nodiscard]] std::optional<Refusal> account_refusal(const tws::PlaceOrderRequest& request,
                                                       std::string_view type) const;
  [[nodiscard]] std::optional<Refusal> group_refusal(const tws::Order& order) const;
  [[nodiscard]] std::optional<Refusal> price_refusal(const tws::PlaceOrderRequest& request, Listed index,
                                                     const OrderKind& kind) const;
  [[nodiscard]] std::optional<Refusal> time_refusal(const tws::PlaceOrderRequest& request, const OrderKind& kind,
                                                    Timestamp now) const;
  [[nodiscard]] std::optional<Refusal> attribute_refusal(const tws::PlaceOrderRequest& request,
                                                         const OrderKind& kind) const;
  [[nodiscard]] std::optional<Refusal> precaution(const tws::PlaceOrderRequest& request, Listed index) const;
  [[nodiscard]] bool fits(Listed index, Price price) const;

  const venue::Universe& universe_;
  const std::vector<venue::Listing>& listings_;
  const Books& books_;
  const std::vector<AccountSetup>& accounts_;
  const MarketView& market_;
  const OrderSettings& settings_;
  const venue::Calendar& calendar_;
  const OrderListener& listener_;
  const TimeZone& zone_ = calendar_.zone();
};

}  // namespace tradewind::sim::gateway
