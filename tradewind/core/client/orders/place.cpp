#include "tradewind/core/client/orders/place.hpp"

#include "tradewind/core/client/orders/internal/check.hpp"
#include "tradewind/core/client/orders/internal/message.hpp"
#include "tradewind/core/client/orders/internal/ticket_maker.hpp"

#include <limits>

namespace tradewind::client::orders {

namespace {

using internal::Refusals;

void check_id(OrderId id, std::string_view field, Refusals& out) {
  const bool is_usable = id.value() > 0 && id.value() < std::numeric_limits<std::int32_t>::max();
  out.add_if(!is_usable, 10149, field, "must be from 1 to 2147483646: take the next valid id");
}

std::vector<Refusal> check(OrderId id, const Contract& contract, const Order& order, const Session& session,
                           const ContractFacts& facts, const tws::PlaceOrderRequest& message) {
  Refusals out;
  check_id(id, "orderId", out);
  out.append(refusals(contract));
  internal::check_order(contract, order, session, facts, message, out);
  internal::check_texts(message, out);
  out.append(version_refusals(message, session.server_version));
  return out.take();
}

template <class Message>
Result<Ticket<Message>> ticket(const Message& message, std::vector<Refusal> wrong) {
  if (!wrong.empty()) return fail(Errc::refused, text(wrong));
  return TicketMaker::make(message);
}

// The cancel's details, for one order or for all.
template <class Message>
Result<Ticket<Message>> cancelled(Message message, const CancelDetails& details, const Session& session,
                                  Refusals& out) {
  const std::string time = details.manual_time ? ib_utc_text(*details.manual_time) : std::string{};
  message.order_cancel.manual_order_cancel_time = time;
  message.order_cancel.ext_operator = details.external_operator;
  if (details.manual_order_indicator)
    message.order_cancel.manual_order_indicator = *details.manual_order_indicator ? 1 : 0;
  internal::check_texts(message, out);
  out.append(version_refusals(message, session.server_version));
  return ticket(message, out.take());
}

}  // namespace

std::string text(std::span<const Refusal> refusals) {
  std::string out;
  for (const Refusal& refusal : refusals) {
    if (!out.empty()) out += "; ";
    if (refusal.ib_code != 0) out += fmt::format("{} ", refusal.ib_code);
    out += fmt::format("{}: {}", refusal.field, refusal.detail);
  }
  return out;
}

std::vector<Refusal> refusals(OrderId id, const Contract& contract, const Order& order, const Session& session,
                              const ContractFacts& facts) {
  return check(id, contract, order, session, facts, internal::assemble(id, contract, order).message);
}

Result<OrderTicket> place(OrderId id, const Contract& contract, const Order& order, const Session& session,
                          const ContractFacts& facts) {
  const internal::Assembled made = internal::assemble(id, contract, order);
  return ticket(made.message, check(id, contract, order, session, facts, made.message));
}

Result<OrderTicket> what_if(OrderId id, const Contract& contract, Order order, const Session& session,
                            const ContractFacts& facts) {
  order.handling = Handling::what_if;
  return place(id, contract, order, session, facts);
}

Result<Ticket<tws::CancelOrderRequest>> cancel(OrderId id, const CancelDetails& details, const Session& session) {
  Refusals out;
  check_id(id, "orderId", out);
  tws::CancelOrderRequest message;
  message.order_id = id.value();
  return cancelled(message, details, session, out);
}

Result<Ticket<tws::GlobalCancelRequest>> cancel_everything(const CancelDetails& details, const Session& session) {
  Refusals out;
  return cancelled(tws::GlobalCancelRequest{}, details, session, out);
}

Result<Ticket<tws::ExerciseOptionsRequest>> exercise(OrderId id, const Contract& option, const Exercise& exercise,
                                                     const Session& session) {
  Refusals out;
  check_id(id, "orderId", out);
  out.append(refusals(option));
  const auto type = security_type_of(option);
  const bool is_option =
      !type || *type == SecurityType::option || *type == SecurityType::future_option || *type == SecurityType::warrant;
  out.add_if(!is_option, 321, "secType", "is no option: nothing of it can be exercised");
  out.add_if(exercise.contracts <= 0, 321, "exerciseQuantity", "must be above zero");
  internal::check_account(exercise.account ? &exercise.account->text() : nullptr, exercise.account.has_value(), session,
                          out);

  internal::Texts texts;
  tws::ExerciseOptionsRequest message;
  message.order_id = id.value();
  internal::write(option, message.contract, texts);
  message.exercise_action = static_cast<int>(exercise.action);
  message.exercise_quantity = exercise.contracts;
  if (exercise.account) message.account = exercise.account->text();
  message.override = exercise.override_default;
  if (exercise.manual_order_time) message.manual_order_time = texts.keep(ib_utc_text(*exercise.manual_order_time));
  message.customer_account = exercise.customer_account;
  message.professional_customer = exercise.professional_customer;
  internal::check_texts(message, out);
  out.append(version_refusals(message, session.server_version));
  return ticket(message, out.take());
}

}  // namespace tradewind::client::orders
