#pragma once

#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/gateway/internal/account_reports.hpp"
#include "tradewind/sim/gateway/internal/contracts.hpp"
#include "tradewind/sim/gateway/internal/historical_ticks.hpp"
#include "tradewind/sim/gateway/internal/history_requests.hpp"
#include "tradewind/sim/gateway/internal/order_reports.hpp"
#include "tradewind/sim/gateway/internal/quotes.hpp"
#include "tradewind/sim/gateway/internal/real_time_bars.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// One API client of the gateway: its session, and a part for each family of requests, which keeps what the client has
// subscribed to.
class Client final : public tws::GatewayHandler {
 public:
  Client(Gateway& gateway, tws::GatewayConfig config) : gateway_{gateway}, session_{std::move(config)} {}

  [[nodiscard]] tws::GatewaySession& session() { return session_; }
  [[nodiscard]] std::optional<std::int32_t> id() const { return client_id_; }
  [[nodiscard]] const std::optional<std::string>& close_reason() const { return close_reason_; }
  void close(std::string reason);

  // --- What happens in the world; `index` is that of the listing ---
  void on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now);
  void on_trade(std::uint32_t index);
  [[nodiscard]] OrderReports& orders() { return orders_; }
  [[nodiscard]] AccountReports& accounts() { return accounts_; }
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

  // --- For the parts ---
  template <class Message>
  void send(const Message& message) {
    const auto sent = session_.try_send(message);
    if (!sent.has_value()) send_unsendable(sent.error().detail);
  }
  void error(std::int32_t id, std::int32_t code, std::string_view text);
  [[nodiscard]] int server_version() const { return session_.server_version(); }
  [[nodiscard]] Timestamp now() const { return gateway_.now_; }
  [[nodiscard]] const GatewayOptions& options() const { return gateway_.options_; }
  [[nodiscard]] const Market& market() const { return gateway_.market_; }
  [[nodiscard]] const std::vector<Listing>& listings() const { return gateway_.market_.listings(); }
  [[nodiscard]] const venue::Universe& universe() const { return gateway_.market_.universe(); }
  [[nodiscard]] std::optional<std::uint32_t> make_combo(std::vector<venue::Leg> legs) {
    return gateway_.market_.combo(std::move(legs));
  }
  void watch(std::uint32_t listing) { gateway_.watch(listing); }
  [[nodiscard]] const std::vector<Tape>& tapes() const { return gateway_.tapes_; }
  [[nodiscard]] OrderDesk& desk() { return gateway_.desk_; }
  [[nodiscard]] const OrderDesk& desk() const { return gateway_.desk_; }
  [[nodiscard]] const Books& books() const { return gateway_.desk_.books(); }
  [[nodiscard]] Contracts& contracts() { return contracts_; }
  [[nodiscard]] HistoryLimits& history_limits() { return gateway_.history_limits_; }

  // --- Requests ---
  void on_start_api_request(const tws::StartApiRequest& request) override;
  void on_managed_accounts_request(const tws::ManagedAccountsRequest& request) override;
  void on_ids_request(const tws::IdsRequest& request) override;
  void on_current_time_request(const tws::CurrentTimeRequest& request) override;
  void on_current_time_in_millis_request(const tws::CurrentTimeInMillisRequest& request) override;

  // Contracts
  void on_contract_data_request(const tws::ContractDataRequest& m) override { contracts_.request(m); }
  void on_cancel_contract_data(const tws::CancelContractData& m) override { contracts_.cancel(m); }
  void on_sec_def_opt_params_request(const tws::SecDefOptParamsRequest& m) override { contracts_.option_parameters(m); }
  void on_matching_symbols_request(const tws::MatchingSymbolsRequest& m) override { contracts_.matching_symbols(m); }
  void on_market_rule_request(const tws::MarketRuleRequest& m) override { contracts_.market_rule(m); }
  void on_smart_components_request(const tws::SmartComponentsRequest& m) override { contracts_.smart_components(m); }
  void on_market_depth_exchanges_request(const tws::MarketDepthExchangesRequest& m) override {
    contracts_.depth_exchanges(m);
  }

  // Market data
  void on_market_data_request(const tws::MarketDataRequest& m) override { quotes_.request(m); }
  void on_cancel_market_data(const tws::CancelMarketData& m) override { quotes_.cancel(m); }
  void on_real_time_bars_request(const tws::RealTimeBarsRequest& m) override { real_time_bars_.request(m); }
  void on_cancel_real_time_bars(const tws::CancelRealTimeBars& m) override { real_time_bars_.cancel(m); }

  // The past
  void on_historical_data_request(const tws::HistoricalDataRequest& m) override { history_.request(m); }
  void on_cancel_historical_data(const tws::CancelHistoricalData& m) override { history_.cancel(m); }
  void on_head_timestamp_request(const tws::HeadTimestampRequest& m) override { history_.head_timestamp(m); }
  void on_histogram_data_request(const tws::HistogramDataRequest& m) override { history_.histogram(m); }
  void on_historical_ticks_request(const tws::HistoricalTicksRequest& m) override { historical_ticks_.request(m); }
  // These are answered at once: there is nothing left to cancel, and nothing is said.
  void on_cancel_head_timestamp(const tws::CancelHeadTimestamp& /*m*/) override {}
  void on_cancel_histogram_data(const tws::CancelHistogramData& /*m*/) override {}
  void on_cancel_historical_ticks(const tws::CancelHistoricalTicks& /*m*/) override {}

  // Orders
  void on_place_order_request(const tws::PlaceOrderRequest& m) override {
    if (contracts_.admits(m)) orders_.place(m);
  }
  void on_cancel_order_request(const tws::CancelOrderRequest& m) override { orders_.cancel(m); }
  void on_global_cancel_request(const tws::GlobalCancelRequest& m) override { orders_.cancel_all(m); }
  void on_open_orders_request(const tws::OpenOrdersRequest& m) override { orders_.open_orders(m); }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest& m) override { orders_.all_open_orders(m); }
  void on_auto_open_orders_request(const tws::AutoOpenOrdersRequest& m) override { orders_.auto_open_orders(m); }
  void on_execution_request(const tws::ExecutionRequest& m) override { orders_.executions(m); }
  void on_completed_orders_request(const tws::CompletedOrdersRequest& m) override { orders_.completed_orders(m); }

  // Accounts
  void on_positions_request(const tws::PositionsRequest& m) override { accounts_.positions(m); }
  void on_cancel_positions(const tws::CancelPositions& m) override { accounts_.cancel_positions(m); }
  void on_positions_multi_request(const tws::PositionsMultiRequest& m) override { accounts_.positions_multi(m); }
  void on_cancel_positions_multi(const tws::CancelPositionsMulti& m) override { accounts_.cancel_positions_multi(m); }
  void on_account_data_request(const tws::AccountDataRequest& m) override { accounts_.updates(m); }
  void on_account_summary_request(const tws::AccountSummaryRequest& m) override { accounts_.summary(m); }
  void on_cancel_account_summary(const tws::CancelAccountSummary& m) override { accounts_.cancel_summary(m); }
  void on_account_updates_multi_request(const tws::AccountUpdatesMultiRequest& m) override {
    accounts_.updates_multi(m);
  }
  void on_cancel_account_updates_multi(const tws::CancelAccountUpdatesMulti& m) override {
    accounts_.cancel_updates_multi(m);
  }

  void on_unreadable(int message_id, const tws::DecodeFault& fault) override;

 private:
  // Some answers repeat what the client said; one that may not travel is replaced by an error that says so.
  void send_unsendable(const std::string& why);

  Gateway& gateway_;
  tws::GatewaySession session_;
  std::optional<std::int32_t> client_id_;
  std::optional<std::string> close_reason_;
  Contracts contracts_{*this};
  Quotes quotes_{*this};
  RealTimeBars real_time_bars_{*this};
  HistoryRequests history_{*this};
  HistoricalTicks historical_ticks_{*this};
  OrderReports orders_{*this};
  AccountReports accounts_{*this};
};

}  // namespace tradewind::sim::gateway
