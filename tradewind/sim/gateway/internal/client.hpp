#pragma once

#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

// One API client of the gateway: answers its requests and keeps what it has subscribed to.
class Client final : public tws::GatewayHandler {
 public:
  Client(Gateway& gateway, tws::GatewayConfig config) : gateway_{gateway}, session_{std::move(config)} {}

  [[nodiscard]] tws::GatewaySession& session() { return session_; }
  [[nodiscard]] std::optional<std::int32_t> client_id() const { return client_id_; }
  [[nodiscard]] const std::optional<std::string>& close_reason() const { return close_reason_; }
  void close(std::string reason);

  // --- What happens in the world; `index` is that of the listing ---
  void on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now);
  void on_trade(std::uint32_t index);
  void send_order(const GatewayOrder& order);
  void send_order_status(const GatewayOrder& order);
  void send_execution(const GatewayExecution& execution, std::int32_t request_id);
  void send_commission(const GatewayExecution& execution);
  void send_error(std::int32_t id, std::int32_t code, std::string_view text);
  void on_books_changed(const std::string& account, std::uint32_t index);
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

  // --- Requests ---
  void on_start_api_request(const tws::StartApiRequest& request) override;
  void on_managed_accounts_request(const tws::ManagedAccountsRequest& request) override;
  void on_ids_request(const tws::IdsRequest& request) override;
  void on_current_time_request(const tws::CurrentTimeRequest& request) override;
  void on_current_time_in_millis_request(const tws::CurrentTimeInMillisRequest& request) override;
  void on_contract_data_request(const tws::ContractDataRequest& request) override;
  void on_market_data_request(const tws::MarketDataRequest& request) override;
  void on_cancel_market_data(const tws::CancelMarketData& request) override;
  void on_real_time_bars_request(const tws::RealTimeBarsRequest& request) override;
  void on_cancel_real_time_bars(const tws::CancelRealTimeBars& request) override;
  void on_historical_data_request(const tws::HistoricalDataRequest& request) override;
  void on_place_order_request(const tws::PlaceOrderRequest& request) override;
  void on_cancel_order_request(const tws::CancelOrderRequest& request) override;
  void on_global_cancel_request(const tws::GlobalCancelRequest& request) override;
  void on_open_orders_request(const tws::OpenOrdersRequest& request) override;
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest& request) override;
  void on_auto_open_orders_request(const tws::AutoOpenOrdersRequest& request) override;
  void on_execution_request(const tws::ExecutionRequest& request) override;
  void on_completed_orders_request(const tws::CompletedOrdersRequest& request) override;
  void on_positions_request(const tws::PositionsRequest& request) override;
  void on_cancel_positions(const tws::CancelPositions& request) override;
  void on_positions_multi_request(const tws::PositionsMultiRequest& request) override;
  void on_cancel_positions_multi(const tws::CancelPositionsMulti& request) override;
  void on_account_data_request(const tws::AccountDataRequest& request) override;
  void on_account_summary_request(const tws::AccountSummaryRequest& request) override;
  void on_cancel_account_summary(const tws::CancelAccountSummary& request) override;
  void on_account_updates_multi_request(const tws::AccountUpdatesMultiRequest& request) override;
  void on_cancel_account_updates_multi(const tws::CancelAccountUpdatesMulti& request) override;
  void on_unreadable(int message_id, const tws::DecodeFault& fault) override;

 private:
  struct Line {
    std::uint32_t listing = 0;
    bool rt_volume = false;
  };
  struct RealTimeBars {
    std::uint32_t listing = 0;
    Timestamp due;
    std::optional<model::Bar> bar;
  };
  struct AccountRow {
    std::string_view key;
    std::string value;
    std::string_view currency;
  };

  template <class Message>
  void send(const Message& message) {
    const auto sent = session_.try_send(message);
    if (!sent.has_value()) send_unsendable(sent.error().detail);
  }
  // Some answers repeat what the client said; one that may not travel is replaced by an error that says so.
  void send_unsendable(const std::string& why);
  [[nodiscard]] const Listing& listing(std::uint32_t index) const { return gateway_.market_.listings()[index]; }
  // The listings a contract means.
  [[nodiscard]] std::vector<std::uint32_t> matches(const tws::Contract& contract) const;
  // The one listing, or error 200 to the request and nothing.
  [[nodiscard]] std::optional<std::uint32_t> only_match(std::int32_t request_id, const tws::Contract& contract);
  [[nodiscard]] tws::Contract contract_of(std::uint32_t index, std::string_view exchange = "SMART") const;
  [[nodiscard]] tws::OpenOrder open_order(const GatewayOrder& order) const;
  void send_tick(std::int32_t request_id, std::int32_t price_type, std::int32_t size_type, Price price, Quantity size);
  void send_tape(std::int32_t request_id, const Line& line);
  void send_print(std::int32_t request_id, const Line& line);
  void send_open_orders(bool of_everyone);
  [[nodiscard]] std::vector<AccountRow> account_rows(const std::string& account) const;
  void send_account(const std::string& account);
  void send_portfolio(const std::string& account, std::uint32_t index);
  void send_position(const std::string& account, std::uint32_t index);
  [[nodiscard]] std::optional<Price> mark(std::uint32_t index) const;
  [[nodiscard]] bool mute() const { return gateway_.options_.mute_account_data; }
  template <class Use>
  void for_each_position(const std::string& account, Use&& use) const;

  Gateway& gateway_;
  tws::GatewaySession session_;
  std::optional<std::int32_t> client_id_;
  std::optional<std::string> close_reason_;
  std::map<std::int32_t, Line> lines_;
  std::map<std::int32_t, RealTimeBars> real_time_bars_;
  std::set<std::int32_t> account_summaries_;
  std::map<std::int32_t, std::string> positions_multi_;  // request → account, empty for all
  bool positions_ = false;
  std::string account_updates_;  // the account subscribed to; empty for none
  std::int32_t market_data_type_ = 1;
};

}  // namespace tradewind::sim::gateway
