#pragma once

#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/gateway/internal/account_values.hpp"
#include "tradewind/sim/gateway/internal/contracts.hpp"
#include "tradewind/sim/gateway/internal/depth.hpp"
#include "tradewind/sim/gateway/internal/display_groups.hpp"
#include "tradewind/sim/gateway/internal/event_calendar.hpp"
#include "tradewind/sim/gateway/internal/gateway_settings.hpp"
#include "tradewind/sim/gateway/internal/historical_ticks.hpp"
#include "tradewind/sim/gateway/internal/history_requests.hpp"
#include "tradewind/sim/gateway/internal/login_reports.hpp"
#include "tradewind/sim/gateway/internal/message_rate.hpp"
#include "tradewind/sim/gateway/internal/news_requests.hpp"
#include "tradewind/sim/gateway/internal/option_calculations.hpp"
#include "tradewind/sim/gateway/internal/order_reports.hpp"
#include "tradewind/sim/gateway/internal/position_reports.hpp"
#include "tradewind/sim/gateway/internal/profit_reports.hpp"
#include "tradewind/sim/gateway/internal/quotes.hpp"
#include "tradewind/sim/gateway/internal/real_time_bars.hpp"
#include "tradewind/sim/gateway/internal/scanner.hpp"
#include "tradewind/sim/gateway/internal/tick_by_tick.hpp"

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
  Client(Gateway& gateway, ConnectionId connection, tws::GatewayConfig config)
      : gateway_{gateway},
        connection_{connection},
        session_{std::move(config)},
        connected_{gateway.now_},
        rate_{gateway.options_.limits.messages_per_second} {}

  [[nodiscard]] tws::GatewaySession& session() { return session_; }
  [[nodiscard]] const tws::GatewaySession& session() const { return session_; }
  [[nodiscard]] Timestamp connected() const { return connected_; }
  [[nodiscard]] std::optional<std::int32_t> id() const { return client_id_; }
  [[nodiscard]] const std::optional<std::string>& close_reason() const { return close_reason_; }
  void close(std::string reason);
  // What the session has to say about bytes that have come.
  void handle(const Result<void>& handled);

  // --- What happens in the world; `index` is that of the listing ---
  void on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now);
  void on_trade(std::uint32_t index);
  void on_late(std::uint32_t index, bool quote);  // the late tape has moved on
  void on_halt(std::uint32_t index);
  void on_hours() { quotes_.on_hours(); }
  void on_depth_reset(std::uint32_t index) { depth_.reset(index); }
  void on_bulletin(const Bulletin& bulletin) { news_.on_bulletin(bulletin); }
  void on_group_change(std::int32_t group) { groups_.on_change(group); }
  [[nodiscard]] OrderReports& orders() { return orders_; }
  void on_books_changed(const std::string& account, std::uint32_t index);
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

  // --- For the parts ---
  template <class Message>
  void send(const Message& message) {
    const auto sent = session_.try_send(message);
    if (!sent.has_value()) send_unsendable(sent.error().detail);
    if (session_.output().size() > options().limits.unsent) drop_output();
  }
  void error(std::int32_t id, std::int32_t code, std::string_view text);
  // For the log of the gateway.
  void log(std::string_view line) const;
  [[nodiscard]] int server_version() const { return session_.server_version(); }
  [[nodiscard]] Timestamp now() const { return gateway_.now_; }
  [[nodiscard]] const GatewayOptions& options() const { return gateway_.options_; }
  [[nodiscard]] const TradingHours& hours() const { return gateway_.hours_; }
  [[nodiscard]] const Market& market() const { return gateway_.market_; }
  [[nodiscard]] const std::vector<Listing>& listings() const { return gateway_.market_.listings(); }
  [[nodiscard]] const venue::Universe& universe() const { return gateway_.market_.universe(); }
  [[nodiscard]] std::optional<std::uint32_t> make_combo(std::vector<venue::Leg> legs) {
    return gateway_.market_.combo(std::move(legs));
  }
  void watch(std::uint32_t listing) { gateway_.watch(listing); }
  [[nodiscard]] const std::vector<Tape>& tapes() const { return gateway_.tapes_; }
  [[nodiscard]] const std::vector<Tape>& late_tapes() const { return gateway_.late_tapes_; }
  [[nodiscard]] DataAllowance& allowance() { return *gateway_.allowance_; }
  // What an option is priced from, and the future on an index that expires next; empty when it is not listed.
  [[nodiscard]] std::optional<std::uint32_t> underlying_of(std::uint32_t index) const;
  [[nodiscard]] std::optional<std::uint32_t> front_future_of(std::uint32_t index) const;
  // A part that wants to be woken because of a market event says so here, beside what wake_at() tells.
  void wakes_at(Timestamp time) {
    if (gateway_.clients_wake_ && *gateway_.clients_wake_ <= time) return;
    gateway_.clients_wake_ = time;
  }
  [[nodiscard]] OrderDesk& desk() { return gateway_.desk_; }
  [[nodiscard]] const OrderDesk& desk() const { return gateway_.desk_; }
  [[nodiscard]] const Books& books() const { return gateway_.desk_.books(); }
  [[nodiscard]] const DayStart& day_start() const { return gateway_.day_start_; }
  [[nodiscard]] Advisor& advisor() { return gateway_.advisor_; }
  // Null when the login has no such account.
  [[nodiscard]] const AccountSetup* account(std::string_view id) const;
  // An account, the accounts of an advisor's group, or all for "All" and for nothing. None when there is no such name.
  [[nodiscard]] std::vector<const AccountSetup*> accounts_named(std::string_view name) const;
  [[nodiscard]] std::vector<HoldingFigures> holdings(std::string_view account) const;
  [[nodiscard]] AccountFigures figures(const AccountSetup& account) const { return gateway_.figures(account); }
  [[nodiscard]] AccountContext account_context(const AccountSetup& account) const;
  [[nodiscard]] std::optional<Amount> converted(Amount amount, std::string_view from, std::string_view to) const;
  [[nodiscard]] Contracts& contracts() { return contracts_; }
  [[nodiscard]] const NewsArchive& news() const { return gateway_.news_; }
  [[nodiscard]] const std::vector<Bulletin>& published_bulletins() const { return gateway_.bulletins_; }
  [[nodiscard]] const GroupContents& group_contents() const { return gateway_.groups_; }
  void set_group(std::int32_t group, std::string content) { gateway_.set_group(group, std::move(content)); }
  [[nodiscard]] bool is_read_only() const { return options().login.read_only; }
  [[nodiscard]] HistoryLimits& history_limits() { return gateway_.history_limits_; }

  // --- Requests ---
  [[nodiscard]] Admission admit(int message_id) override;
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
  void on_market_data_type_request(const tws::MarketDataTypeRequest& m) override { quotes_.set_type(m); }
  void on_market_depth_request(const tws::MarketDepthRequest& m) override { depth_.request(m); }
  void on_cancel_market_depth(const tws::CancelMarketDepth& m) override { depth_.cancel(m); }
  void on_tick_by_tick_request(const tws::TickByTickRequest& m) override { tick_by_tick_.request(m); }
  void on_cancel_tick_by_tick(const tws::CancelTickByTick& m) override { tick_by_tick_.cancel(m); }
  void on_calculate_implied_volatility_request(const tws::CalculateImpliedVolatilityRequest& m) override {
    option_calculations_.implied_volatility(m);
  }
  void on_calculate_option_price_request(const tws::CalculateOptionPriceRequest& m) override {
    option_calculations_.option_price(m);
  }
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
    if (may_write(m.order_id) && contracts_.admits(m)) orders_.place(m);
  }
  void on_cancel_order_request(const tws::CancelOrderRequest& m) override {
    if (may_write(m.order_id)) orders_.cancel(m);
  }
  void on_global_cancel_request(const tws::GlobalCancelRequest& m) override {
    if (may_write(-1)) orders_.cancel_all(m);
  }
  void on_open_orders_request(const tws::OpenOrdersRequest& m) override {
    if (may_write(-1)) orders_.open_orders(m);
  }
  void on_all_open_orders_request(const tws::AllOpenOrdersRequest& m) override {
    if (may_write(-1)) orders_.all_open_orders(m);
  }
  void on_auto_open_orders_request(const tws::AutoOpenOrdersRequest& m) override {
    if (may_write(-1)) orders_.auto_open_orders(m);
  }
  void on_exercise_options_request(const tws::ExerciseOptionsRequest& m) override {
    if (may_write(m.order_id)) orders_.exercise(m);
  }
  void on_execution_request(const tws::ExecutionRequest& m) override { orders_.executions(m); }
  void on_completed_orders_request(const tws::CompletedOrdersRequest& m) override {
    if (may_write(-1)) orders_.completed_orders(m);
  }

  // Accounts
  void on_positions_request(const tws::PositionsRequest& m) override { positions_.positions(m); }
  void on_cancel_positions(const tws::CancelPositions& m) override { positions_.cancel_positions(m); }
  void on_positions_multi_request(const tws::PositionsMultiRequest& m) override { positions_.positions_multi(m); }
  void on_cancel_positions_multi(const tws::CancelPositionsMulti& m) override { positions_.cancel_positions_multi(m); }
  void on_account_data_request(const tws::AccountDataRequest& m) override { values_.updates(m); }
  void on_account_summary_request(const tws::AccountSummaryRequest& m) override { values_.summary(m); }
  void on_cancel_account_summary(const tws::CancelAccountSummary& m) override { values_.cancel_summary(m); }
  void on_account_updates_multi_request(const tws::AccountUpdatesMultiRequest& m) override { values_.updates_multi(m); }
  void on_cancel_account_updates_multi(const tws::CancelAccountUpdatesMulti& m) override {
    values_.cancel_updates_multi(m);
  }

  void on_pnl_request(const tws::PnlRequest& m) override { profits_.request(m); }
  void on_cancel_pnl(const tws::CancelPnl& m) override { profits_.cancel(m); }
  void on_pnl_single_request(const tws::PnlSingleRequest& m) override { profits_.request_single(m); }
  void on_cancel_pnl_single(const tws::CancelPnlSingle& m) override { profits_.cancel_single(m); }

  // The login
  void on_family_codes_request(const tws::FamilyCodesRequest& m) override { login_.family_codes(m); }
  void on_user_info_request(const tws::UserInfoRequest& m) override { login_.user_info(m); }
  void on_soft_dollar_tiers_request(const tws::SoftDollarTiersRequest& m) override { login_.soft_dollar_tiers(m); }
  void on_fa_request(const tws::FaRequest& m) override { login_.advisor(m); }
  void on_fa_replace(const tws::FaReplace& m) override { login_.replace_advisor(m); }
  // News
  void on_news_providers_request(const tws::NewsProvidersRequest& m) override { news_.providers(m); }
  void on_news_article_request(const tws::NewsArticleRequest& m) override { news_.article(m); }
  void on_historical_news_request(const tws::HistoricalNewsRequest& m) override { news_.history(m); }
  void on_news_bulletins_request(const tws::NewsBulletinsRequest& m) override { news_.bulletins(m); }
  void on_cancel_news_bulletins(const tws::CancelNewsBulletins& m) override { news_.cancel_bulletins(m); }
  void on_wsh_meta_data_request(const tws::WshMetaDataRequest& m) override { calendar_.meta_data(m); }
  void on_cancel_wsh_meta_data(const tws::CancelWshMetaData& m) override { calendar_.cancel_meta_data(m); }
  void on_wsh_event_data_request(const tws::WshEventDataRequest& m) override { calendar_.events(m); }
  void on_cancel_wsh_event_data(const tws::CancelWshEventData& m) override { calendar_.cancel_events(m); }

  // Scanners
  void on_scanner_parameters_request(const tws::ScannerParametersRequest& m) override { scanner_.parameters(m); }
  void on_scanner_subscription_request(const tws::ScannerSubscriptionRequest& m) override { scanner_.subscribe(m); }
  void on_cancel_scanner_subscription(const tws::CancelScannerSubscription& m) override { scanner_.cancel(m); }

  // The program
  void on_query_display_groups_request(const tws::QueryDisplayGroupsRequest& m) override { groups_.query(m); }
  void on_subscribe_to_group_events_request(const tws::SubscribeToGroupEventsRequest& m) override {
    groups_.subscribe(m);
  }
  void on_update_display_group_request(const tws::UpdateDisplayGroupRequest& m) override { groups_.update(m); }
  void on_unsubscribe_from_group_events_request(const tws::UnsubscribeFromGroupEventsRequest& m) override {
    groups_.unsubscribe(m);
  }
  void on_set_server_log_level_request(const tws::SetServerLogLevelRequest& m) override { settings_.log_level(m); }
  void on_config_request(const tws::ConfigRequest& m) override { settings_.config(m); }
  void on_update_config_request(const tws::UpdateConfigRequest& m) override { settings_.update_config(m); }
  void on_verify_request(const tws::VerifyRequest& m) override { settings_.verify(m); }
  void on_verify_message_request(const tws::VerifyMessageRequest& m) override { settings_.verify_message(m); }
  void on_verify_and_auth_request(const tws::VerifyAndAuthRequest& m) override { settings_.verify_and_authenticate(m); }
  void on_verify_and_auth_message(const tws::VerifyAndAuthMessage& m) override {
    settings_.verify_and_authenticate_message(m);
  }
  void on_fundamentals_data_request(const tws::FundamentalsDataRequest& m) override { settings_.fundamentals(m); }
  void on_cancel_fundamentals_data(const tws::CancelFundamentalsData& m) override { settings_.cancel_fundamentals(m); }

  void on_unreadable(int message_id, const tws::DecodeFault& fault) override;
  void on_unknown(int message_id, Bytes body) override;

 private:
  // False, and said so, where the API is read-only: orders cannot even be looked at then.
  bool may_write(std::int32_t request_id);
  // Some answers repeat what the client said; one that may not travel is replaced by an error that says so.
  void send_unsendable(const std::string& why);
  void drop_output();
  // Until when the client must have started; empty once it has.
  [[nodiscard]] std::optional<Timestamp> start_deadline() const;
  [[nodiscard]] bool is_paced() const;

  Gateway& gateway_;
  ConnectionId connection_;
  tws::GatewaySession session_;
  Timestamp connected_;
  MessageRate rate_;
  std::optional<Timestamp> resumes_;  // when requests that wait may go on
  std::optional<std::int32_t> client_id_;
  std::optional<std::string> close_reason_;
  Contracts contracts_{*this};
  Quotes quotes_{*this};
  Depth depth_{*this};
  TickByTick tick_by_tick_{*this};
  RealTimeBars real_time_bars_{*this};
  OptionCalculations option_calculations_{*this};
  HistoryRequests history_{*this};
  HistoricalTicks historical_ticks_{*this};
  OrderReports orders_{*this};
  AccountValues values_{*this};
  PositionReports positions_{*this};
  ProfitReports profits_{*this};
  LoginReports login_{*this};
  NewsRequests news_{*this};
  EventCalendar calendar_{*this};
  Scanner scanner_{*this};
  DisplayGroups groups_{*this};
  GatewaySettings settings_{*this};
};

}  // namespace tradewind::sim::gateway
