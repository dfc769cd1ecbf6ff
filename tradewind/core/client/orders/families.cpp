#include "tradewind/core/client/orders/families.hpp"

#include "tradewind/core/client/orders/internal/check.hpp"

#include <algorithm>

namespace tradewind::client::orders {

namespace {

using internal::Refusals;

// They stand for ids that are taken only once all is well.
constexpr OrderId kCheckedAs{2147483645};
constexpr OrderId kChildCheckedAs{2147483646};

void append_for(std::string_view who, std::vector<Refusal> wrong, Refusals& out) {
  for (const Refusal& refusal : wrong)
    out.add(refusal.ib_code, fmt::format("{}: {}", who, refusal.field), refusal.detail);
}

// What is the account's and the person's is the children's, too.
Attributes inherited(const Attributes& from) {
  Attributes out;
  out.allocation = from.allocation;
  out.model_code = from.model_code;
  out.outside_rth = from.outside_rth;
  out.all_or_none = from.all_or_none;
  out.clearing = from.clearing;
  out.mifid = from.mifid;
  out.external_operator = from.external_operator;
  out.manual_order_indicator = from.manual_order_indicator;
  out.manual_order_time = from.manual_order_time;
  out.customer_account = from.customer_account;
  out.professional_customer = from.professional_customer;
  return out;
}

std::optional<Price> entry_price(const OrderType& type) {
  if (const auto* limit = std::get_if<Limit>(&type)) return limit->limit;
  if (const auto* limit = std::get_if<StopLimit>(&type)) return limit->limit;
  return std::nullopt;
}

std::optional<Price> stop_price(const StopLoss& loss) {
  if (const auto* stop = std::get_if<Stop>(&loss)) return stop->stop;
  if (const auto* stop = std::get_if<StopLimit>(&loss)) return stop->stop;
  if (const auto* trail = std::get_if<TrailingStop>(&loss)) return trail->initial_stop;
  return std::get<TrailingStopLimit>(loss).initial_stop;
}

void check_child(const Order& parent, const Order& child, std::string_view who, Refusals& out) {
  const std::string field = fmt::format("{}: ", who);
  const OrderKind kind = kind_of(child.type());
  const OrderKind above = kind_of(parent.type());
  if (kind == OrderKind::trailing_stop || kind == OrderKind::trailing_stop_limit) {
    out.add_if(above != OrderKind::limit && above != OrderKind::stop_limit, 328, field + "orderType",
               "a trailing stop needs a limit or a stop limit order as its parent");
  }
  out.add_if(child.handling != Handling::transmit, 413, field + "handling",
             "the family decides when its members are sent");
  out.add_if(child.attributes.parent.has_value(), 0, field + "parentId", "is the family's parent: leave it out");
  out.add_if(parent.attributes.all_or_none && !child.attributes.all_or_none, 10236, field + "allOrNone",
             "must be all-or-none, because the parent is");
}

}  // namespace

Result<Family> bracket(const Contract& contract, const Order& entry, Price take_profit, const StopLoss& stop_loss,
                       TimeInForce exit_tif) {
  Refusals out;
  out.add_if(!std::holds_alternative<Quantity>(entry.size()), 0, "totalQuantity",
             "a bracket is for a quantity: its exits cannot be as large as an amount of money or a hedge");
  const bool buys = entry.side() == Side::buy;
  const auto wrong_side = [&](Price exit, Price reference, bool above) {
    return above ? exit <= reference : exit >= reference;
  };
  if (const auto price = entry_price(entry.type())) {
    out.add_if(wrong_side(take_profit, *price, buys), 0, "profit taker: lmtPrice",
               "takes no profit: it is on the wrong side of the entry");
    if (const auto stop = stop_price(stop_loss)) {
      out.add_if(wrong_side(*stop, *price, !buys), 0, "stop loss: auxPrice",
                 "is touched at once: it is on the wrong side of the entry");
    }
  }
  if (const auto stop = stop_price(stop_loss)) {
    out.add_if(wrong_side(take_profit, *stop, buys), 0, "stop loss: auxPrice", "is beyond the profit taker");
  }
  if (const auto wrong = out.take(); !wrong.empty()) return fail(Errc::refused, text(wrong));

  const Size& size = entry.size();
  const Side exit = opposite(entry.side());
  Order profit{exit, size, Limit{take_profit}, exit_tif};
  Order loss = std::visit([&](const auto& type) { return Order{exit, size, type, exit_tif}; }, stop_loss);
  profit.attributes = inherited(entry.attributes);
  loss.attributes = profit.attributes;
  Family family{.contract = contract, .parent = entry, .children = {}};
  family.children.push_back({.order = std::move(profit)});
  family.children.push_back({.order = std::move(loss)});
  return family;
}

Result<std::vector<OrderTicket>> place_family(const Family& family, const NextOrderId& next_id, const Session& session,
                                              const ContractFacts& facts) {
  Refusals out;
  out.add_if(family.children.empty(), 0, "children", "a family has children: place the order alone");
  out.add_if(family.parent.handling == Handling::what_if, 413, "parent: whatIf",
             "members wait for the last one: ask for each alone");
  append_for("parent", refusals(kCheckedAs, family.contract, family.parent, session, facts), out);
  std::vector<Order> children;
  for (std::size_t i = 0; i < family.children.size(); ++i) {
    const Member& member = family.children[i];
    const std::string who = fmt::format("child {}", i + 1);
    check_child(family.parent, member.order, who, out);
    Order child = member.order;
    child.attributes.parent = kCheckedAs;
    append_for(who,
               refusals(kChildCheckedAs, member.contract.value_or(family.contract), child, session,
                        member.contract ? ContractFacts{} : facts),
               out);
    children.push_back(std::move(child));
  }
  if (const auto wrong = out.take(); !wrong.empty()) return fail(Errc::refused, text(wrong));

  std::vector<OrderTicket> tickets;
  const OrderId parent_id = next_id();
  Order parent = family.parent;
  parent.handling = Handling::hold;
  tickets.push_back(TW_TRY(place(parent_id, family.contract, parent, session, facts)));
  for (std::size_t i = 0; i < children.size(); ++i) {
    const Member& member = family.children[i];
    children[i].attributes.parent = parent_id;
    const bool is_last = i + 1 == children.size();
    children[i].handling = is_last ? family.parent.handling : Handling::hold;
    tickets.push_back(TW_TRY(place(next_id(), member.contract.value_or(family.contract), children[i], session,
                                   member.contract ? ContractFacts{} : facts)));
  }
  return tickets;
}

Result<std::vector<OrderTicket>> place_oca(const OcaGroup& group, std::span<const OcaMember> members,
                                           const NextOrderId& next_id, const Session& session) {
  Refusals out;
  out.add_if(members.size() < 2, 0, "ocaGroup", "a group of one: place the order alone");
  std::vector<Order> grouped;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const OcaMember& member = members[i];
    const std::string who = fmt::format("order {}", i + 1);
    Order order = member.order;
    out.add_if(order.attributes.oca && order.attributes.oca->name != group.name, 0, who + ": ocaGroup",
               "is in another group already");
    order.attributes.oca = group;
    append_for(who, refusals(kCheckedAs, member.contract, order, session, member.facts), out);
    grouped.push_back(std::move(order));
  }
  if (const auto wrong = out.take(); !wrong.empty()) return fail(Errc::refused, text(wrong));
  std::vector<OrderTicket> tickets;
  for (std::size_t i = 0; i < members.size(); ++i) {
    tickets.push_back(TW_TRY(place(next_id(), members[i].contract, grouped[i], session, members[i].facts)));
  }
  return tickets;
}

}  // namespace tradewind::client::orders
