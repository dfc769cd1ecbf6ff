#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/client/orders/contracts.hpp"
#include "tradewind/core/client/orders/order.hpp"
#include "tradewind/core/tws/owned.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::client::orders {

// What is known of the connection an order is for.
struct Session {
  int server_version;
  std::vector<std::string> accounts = {};  // of the login, as managedAccounts said
  bool fractional_shares = false;          // the account may send them over the API
  std::optional<Timestamp> now = {};       // when given, times that have passed are refused
};

// From its low edge on, a price is a multiple of the increment. Ascending, as the market rule is.
struct PriceIncrement {
  Price low_edge;
  Price increment;
};
// What is known of the contract, from its details and its market rule. What is not given is not checked.
struct ContractFacts {
  std::optional<SecurityType> type = {};
  std::vector<PriceIncrement> price_increments = {};
  std::optional<Quantity> minimum_size = {};
  std::optional<Quantity> size_increment = {};
};

// A request that may be sent as it is: made by the functions below only, and it keeps its own texts. The message is lent
// while the ticket lives; moving the ticket does not change that.
template <class Message>
class Ticket {
 public:
  [[nodiscard]] const Message& message() const& { return *message_; }
  void message() const&& = delete;

 private:
  friend struct TicketMaker;
  explicit Ticket(const Message& message) : message_{message} {}
  tws::Owned<Message> message_;
};
using OrderTicket = Ticket<tws::PlaceOrderRequest>;

// Everything that is wrong with it; empty when it may be sent.
[[nodiscard]] std::vector<Refusal> refusals(OrderId id, const Contract& contract, const Order& order,
                                            const Session& session, const ContractFacts& facts = {});
// The message of placeOrder, or all refusals in one text.
[[nodiscard]] Result<OrderTicket> place(OrderId id, const Contract& contract, const Order& order,
                                        const Session& session, const ContractFacts& facts = {});
// Margin and commission of an order that is not placed.
[[nodiscard]] Result<OrderTicket> what_if(OrderId id, const Contract& contract, Order order, const Session& session,
                                          const ContractFacts& facts = {});

// --- Cancelling, exercising -------------------------------------------------------------------------------------------

struct CancelDetails {
  std::optional<Timestamp> manual_time = {};
  std::string external_operator = {};  // 192; CME asks for these two
  std::optional<bool> manual_order_indicator = {};  // 192
};
[[nodiscard]] Result<Ticket<tws::CancelOrderRequest>> cancel(OrderId id, const CancelDetails& details,
                                                             const Session& session);
// Every order of the login, those entered by hand included.
[[nodiscard]] Result<Ticket<tws::GlobalCancelRequest>> cancel_everything(const CancelDetails& details,
                                                                         const Session& session);

enum class ExerciseAction : std::uint8_t { exercise = 1, lapse = 2 };
struct Exercise {
  ExerciseAction action;
  int contracts;
  std::optional<Account> account = {};  // needed on a login with several accounts
  bool override_default = false;  // of what the gateway would do by itself
  std::optional<Timestamp> manual_order_time = {};  // 180
  std::string customer_account = {};  // 183
  bool professional_customer = false;  // 184
};
[[nodiscard]] Result<Ticket<tws::ExerciseOptionsRequest>> exercise(OrderId id, const Contract& option,
                                                                   const Exercise& exercise, const Session& session);

// --- For messages made elsewhere --------------------------------------------------------------------------------------

// The fields that hold a value and that a session of this version could not carry: the encoder would leave them out.
[[nodiscard]] std::vector<Refusal> version_refusals(const tws::PlaceOrderRequest& message, int server_version);
[[nodiscard]] std::vector<Refusal> version_refusals(const tws::CancelOrderRequest& message, int server_version);
[[nodiscard]] std::vector<Refusal> version_refusals(const tws::GlobalCancelRequest& message, int server_version);
[[nodiscard]] std::vector<Refusal> version_refusals(const tws::ExerciseOptionsRequest& message, int server_version);

// All refusals in one text, "110 lmtPrice: ...; 435 account: ...".
[[nodiscard]] std::string text(std::span<const Refusal> refusals);

}  // namespace tradewind::client::orders
