#pragma once

#include "tradewind/core/client/orders/place.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tradewind::client::orders {

struct Member {
  Order order;
  std::optional<Contract> contract = {};  // another one than the parent's: hedges
};

// A parent and its children, sent together: only the last is sent with `transmit`.
struct Family {
  Contract contract;
  Order parent;
  std::vector<Member> children;
};

using StopLoss = std::variant<Stop, StopLimit, TrailingStop, TrailingStopLimit>;

// The parent, a limit order that takes the profit and a stop that ends the loss, both for the other side and as large.
[[nodiscard]] Result<Family> bracket(const Contract& contract, const Order& entry, Price take_profit,
                                     const StopLoss& stop_loss, TimeInForce exit_tif = GoodTillCancelled{});

// Gives the next free order id.
using NextOrderId = std::function<OrderId()>;

// The whole family in the order of sending, parent first. All is checked before the first id is taken.
[[nodiscard]] Result<std::vector<OrderTicket>> place_family(const Family& family, const NextOrderId& next_id,
                                                            const Session& session, const ContractFacts& facts = {});

struct OcaMember {
  Contract contract;
  Order order;
  ContractFacts facts = {};
};
// Orders of which one fill cancels or reduces the others. At least two. All is checked before the first id is taken.
[[nodiscard]] Result<std::vector<OrderTicket>> place_oca(const OcaGroup& group, std::span<const OcaMember> members,
                                                         const NextOrderId& next_id, const Session& session);

}  // namespace tradewind::client::orders
