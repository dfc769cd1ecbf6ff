#pragma once

#include "tradewind/core/client/client.hpp"
#include "tradewind/core/client/internal/entry.hpp"
#include "tradewind/core/tws/backoff.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/connectivity.hpp"
#include "tradewind/core/tws/order_ids.hpp"
#include "tradewind/core/tws/owned.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tradewind::client {

class Client::Impl final : public tws::ForwardingHandler<Client::Impl, tws::ClientHandler> {
 public:
  Impl(ClientOptions options, Listener& listener);

  // --- The transport's side ---
  void start(Now now);
  void stop(Now now);
  [[nodiscard]] Wish wish() const { return wish_; }
  [[nodiscard]] const std::string& wish_reason() const { return wish_reason_; }
  [[nodiscard]] std::optional<std::uint16_t> moved_to_port() const { return moved_to_port_; }
  void connected(Now now);
  [[nodiscard]] bool has_session() const { return session_.has_value(); }
  [[nodiscard]] tws::ClientSession& session() { return *session_; }
  void received(std::size_t count, Now now);
  void disconnected(std::string_view reason, Now now);
  [[nodiscard]] std::optional<MonoTime> wake_at() const;
  void wake(Now now);

  // --- What is known ---
  [[nodiscard]] bool is_ready() const { return session_ && session_->phase() == tws::ClientSession::Phase::ready; }
  [[nodiscard]] const std::vector<std::string>& accounts() const { return accounts_; }
  [[nodiscard]] const tws::Connectivity& connectivity() const { return connectivity_; }
  [[nodiscard]] tws::Budgets budgets() const { return pacer_.budgets(now_.mono); }
  [[nodiscard]] std::int32_t last_order_id() const { return order_ids_.mark(); }
  [[nodiscard]] const ClientOptions& options() const { return options_; }
  [[nodiscard]] Now now() const { return now_; }

  // --- Requests ---
  [[nodiscard]] RequestId next_request_id() { return RequestId{++last_request_}; }
  [[nodiscard]] Result<RequestId> add(std::shared_ptr<Entry> entry, const tws::MessageInfo& info);
  void cancel(RequestId id);
  template <class Message>
  [[nodiscard]] Result<void> tell(const Message& message) {
    if constexpr (std::is_same_v<Message, tws::MarketDataTypeRequest>) market_data_type_ = message;
    if constexpr (std::is_same_v<Message, tws::AutoOpenOrdersRequest>) auto_open_orders_ = message;
    if constexpr (std::is_same_v<Message, tws::MarketDataTypeRequest> ||
                  std::is_same_v<Message, tws::AutoOpenOrdersRequest>) {
      if (!is_ready()) return {};
    }
    if (!is_ready())
      return fail(Errc::unavailable, std::string{Message::kInfo.api} + " cannot be sent: there is no session");
    return Wire{.session = *session_, .now = now_}.write(message);
  }

  void attach(Companion& companion) { companions_.push_back(&companion); }
  void detach(Companion& companion) { std::erase(companions_, &companion); }

  // --- Orders ---
  // What the builders check orders against.
  [[nodiscard]] orders::Session session_facts() const {
    return {.server_version = session_->server_version(), .accounts = accounts_, .now = now_.utc};
  }
  [[nodiscard]] Result<OrderId> reserve_order_id();
  [[nodiscard]] Result<void> place(OrderId id, const tws::PlaceOrderRequest& message, bool is_modification);
  [[nodiscard]] Result<void> cancel_order(OrderId id, const tws::OrderCancel& details);
  [[nodiscard]] Result<void> global_cancel(const tws::OrderCancel& details);
  [[nodiscard]] Result<OrderId> exercise(tws::ExerciseOptionsRequest request);
  [[nodiscard]] const OrderState* order(OrderId id) const {
    const auto found = orders_.find({options_.session.client_id, id.value(), 0});
    return found == orders_.end() ? nullptr : &found->second;
  }

  // --- From the session ---
  void on_ready(std::int32_t next_valid_id) override;
  void on_unreadable(int message_id, const tws::DecodeFault& fault) override;
  void on_unknown(int message_id, Bytes body) override;
  void on_dropped(const tws::PacedRequest& dropped) override;

  template <class Message>
  void on_any(const Message& message) {
    if constexpr (requires { message.req_id; }) {
      hear(message.req_id, Message::kInfo.id, &message);
    } else {
      hear_unkeyed(Message::kInfo.id, &message);
    }
  }
  void on_any(const tws::ManagedAccounts& message);
  void on_any(const tws::NextValidId& message);
  void on_any(const tws::ErrorMessage& message);
  void on_any(const tws::OpenOrder& message);
  void on_any(const tws::OrderStatus& message);
  void on_any(const tws::ExecutionDetails& message);
  void on_any(const tws::CommissionAndFeesReport& message);
  void on_any(const tws::CompletedOrder& message);
  void on_any(const tws::OrderBound& message);

 private:
  // An order of a client; one entered by hand has order id 0 and is known by its permId.
  struct OrderKey {
    std::int32_t client_id = 0;
    std::int32_t order_id = 0;
    std::int64_t perm_id = 0;
    friend auto operator<=>(const OrderKey&, const OrderKey&) = default;
  };

  void end_session(const Error& error);
  void apply(const tws::Change& change);
  void report_gaps();
  [[nodiscard]] bool is_data_away() const;
  [[nodiscard]] static Notice notice(std::int32_t code, const std::string& text);

  [[nodiscard]] std::vector<std::shared_ptr<Entry>> all_entries() const;
  [[nodiscard]] const Entry* blocker(const Entry& entry) const;
  [[nodiscard]] Result<void> try_put_on_wire(const std::shared_ptr<Entry>& entry);
  void put_on_wire(const std::shared_ptr<Entry>& entry);
  void take_off_wire(const std::shared_ptr<Entry>& entry);
  void send_cancel(const std::shared_ptr<Entry>& entry);
  void send_waiting();
  void finish(const std::shared_ptr<Entry>& given, std::optional<Failure> failure);
  void renew(const std::shared_ptr<Entry>& entry);
  void renew_later(Entry& entry, bool at_once_first);
  void expect_data(Entry& entry);
  [[nodiscard]] bool can_bring_data(const Entry& entry) const;
  void grow_stale(Entry& entry);
  void hear(std::int32_t wire_id, int message_id, const void* message);
  void hear_unkeyed(int message_id, const void* message);
  void hear(const std::shared_ptr<Entry>& entry, int message_id, const void* message);
  void on_entry_error(const std::shared_ptr<Entry>& entry, std::int32_t code, const std::string& text);
  void sweep();
  void plan_sweep(const Entry& entry);

  [[nodiscard]] OrderState& state_of(std::int32_t client_id, std::int32_t order_id, std::int64_t perm_id);
  void on_order_error(const tws::ErrorMessage& message, const std::string& text);
  void follow(const tws::CommissionAndFeesReport& message);
  void ask_about_orders();

  ClientOptions options_;
  Listener& listener_;
  Now now_;

  // The connection.
  tws::Pacer pacer_;  // outlives connections: IB goes on counting
  std::optional<tws::ClientSession> session_;
  tws::Connectivity connectivity_;
  std::set<std::uint64_t> open_gaps_;
  std::uint64_t newest_gap_ = 0;
  tws::Backoff backoff_;
  std::optional<MonoTime> connect_at_;
  Wish wish_ = Wish::none;
  std::string wish_reason_;
  std::optional<std::uint16_t> moved_to_port_;
  std::vector<std::string> accounts_;
  bool id_in_use_ = false;
  bool stopped_ = false;

  // What every new connection is told first.
  std::optional<tws::MarketDataTypeRequest> market_data_type_;
  std::optional<tws::AutoOpenOrdersRequest> auto_open_orders_;

  // Requests and subscriptions.
  std::int64_t last_request_ = 0;
  std::int32_t next_wire_id_;
  std::map<std::int64_t, std::shared_ptr<Entry>> entries_;  // by RequestId
  std::map<std::int32_t, std::shared_ptr<Entry>> by_wire_;
  std::map<int, std::shared_ptr<Entry>> busy_;  // message ids without a request id: who waits for them
  std::int32_t last_wire_id_ = 0;               // ticks come in runs
  std::shared_ptr<Entry> last_entry_;
  std::optional<MonoTime> sweep_at_;

  std::vector<Companion*> companions_;

  // Orders.
  tws::OrderIds order_ids_;
  std::map<OrderKey, OrderState> orders_;
  std::map<std::string, OrderKey, std::less<>> executions_;  // by execId stem
  std::multimap<std::string, tws::Owned<tws::CommissionAndFeesReport>, std::less<>> early_fees_;
};

}  // namespace tradewind::client
