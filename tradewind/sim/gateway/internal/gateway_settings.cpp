#include "tradewind/sim/gateway/internal/gateway_settings.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"

#include <string_view>

namespace tradewind::sim::gateway {
namespace {

constexpr std::string_view kNotVerified = "The application is not registered for verification";

}  // namespace

void GatewaySettings::log_level(const tws::SetServerLogLevelRequest& request) {
  if (request.log_level < 1 || request.log_level > 5) client_.error(-1, 319, "Invalid log level");
}

void GatewaySettings::config(const tws::ConfigRequest& request) {
  const GatewayOptions& options = client_.options();
  tws::ConfigResponse answer;
  answer.req_id = request.req_id;
  answer.lock_and_exit = tws::LockAndExitConfig{
      .auto_logoff_time = "11:45 PM", .auto_logoff_period = "", .auto_logoff_type = "auto_restart"};
  tws::ApiSettingsConfig settings;
  settings.read_only_api = client_.is_read_only();
  settings.download_open_orders_on_connection = options.login.download_open_orders;
  settings.use_negative_auto_range = options.orders.negative_auto_range;
  settings.logging_level = "Error";
  settings.bulk_data_timeout = 60;
  settings.expose_trading_schedule_to_api = true;
  settings.round_account_values_to_nearest_whole_number = false;
  settings.send_market_data_in_lots_for_us_stocks = false;
  settings.reject_messages_above_max_rate = options.limits.messages_per_second.has_value() && !options.limits.paces;
  settings.maintain_connection_on_incorrect_fields = true;
  settings.send_instrument_timezone = "instrument";
  settings.maintain_and_resubmit_orders_on_reconnect = true;
  settings.allow_localhost_only = true;
  // Precautions are refusals here; nothing is held until a person has looked at it.
  tws::ApiPrecautionsConfig precautions;
  precautions.bypass_order_precautions = true;
  precautions.bypass_bond_warning = true;
  precautions.bypass_negative_yield_confirmation = true;
  precautions.bypass_called_bond_warning = true;
  precautions.bypass_same_action_pair_trade_warning = true;
  precautions.bypass_flagged_accounts_warning = true;
  precautions.bypass_price_based_volatility_warning = true;
  precautions.bypass_redirect_order_warning = true;
  precautions.bypass_no_overfill_protection = true;
  precautions.bypass_route_marketable_to_bbo = true;
  answer.api = tws::ApiConfig{.precautions = precautions, .settings = settings};
  answer.orders = tws::OrdersConfig{.smart_routing = tws::OrdersSmartRoutingConfig{.seek_price_improvement = false,
                                                                                   .pre_open_reroute = false,
                                                                                   .do_not_route_to_dark_pools = false,
                                                                                   .default_algorithm = {}}};
  client_.send(answer);
}

void GatewaySettings::update_config(const tws::UpdateConfigRequest& request) {
  client_.error(request.req_id, 10357, "Configuration update via API is not allowed.");
}

void GatewaySettings::verify(const tws::VerifyRequest& /*request*/) {
  client_.send(tws::VerifyCompleted{.is_successful = false, .error_text = kNotVerified});
}

void GatewaySettings::verify_message(const tws::VerifyMessageRequest& /*request*/) {
  client_.send(tws::VerifyCompleted{.is_successful = false, .error_text = kNotVerified});
}

void GatewaySettings::verify_and_authenticate(const tws::VerifyAndAuthRequest& /*request*/) {
  client_.send(tws::VerifyAndAuthCompleted{.is_successful = false, .error_text = kNotVerified});
}

void GatewaySettings::verify_and_authenticate_message(const tws::VerifyAndAuthMessage& /*request*/) {
  client_.send(tws::VerifyAndAuthCompleted{.is_successful = false, .error_text = kNotVerified});
}

void GatewaySettings::fundamentals(const tws::FundamentalsDataRequest& request) {
  client_.error(request.req_id, 10358, "Fundamentals data is not allowed.");
}

}  // namespace tradewind::sim::gateway
