#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <utility>

namespace tradewind::sim::gateway {

void Client::close(std::string reason) {
  if (!close_reason_) close_reason_ = std::move(reason);
  session_.close();
}

void Client::error(std::int32_t id, std::int32_t code, std::string_view text) {
  tws::ErrorMessage message;
  message.id = id;
  message.error_code = code;
  message.error_msg = text;
  message.error_time = gateway_.now_.ns() / 1'000'000;
  send(message);
}

void Client::send_unsendable(const std::string& why) {
  session_.send(tws::ErrorMessage{.id = -1,
                                  .error_time = gateway_.now_.ns() / 1'000'000,
                                  .error_code = 320,
                                  .error_msg = why,
                                  .advanced_order_reject_json = {}});
}

void Client::on_unreadable(int message_id, const tws::DecodeFault& fault) {
  if (session_.phase() != tws::GatewaySession::Phase::running) return;
  error(-1, 320, fmt::format("Error reading request: message {}: {}", message_id, fault.text()));
}

// --- Session ---

void Client::on_start_api_request(const tws::StartApiRequest& request) {
  if (client_id_) return;
  if (const Client* other = gateway_.client(request.client_id); other != nullptr) {
    error(-1, 326, "Unable to connect as the client id is already in use. Retry with a unique client id.");
    return close(fmt::format("client id {} is in use", request.client_id));
  }
  client_id_ = request.client_id;
  on_managed_accounts_request({});
  on_ids_request({});
  error(-1, 2104, "Market data farm connection is OK:usfarm");
  error(-1, 2106, "HMDS data farm connection is OK:ushmds");
  error(-1, 2158, "Sec-def data farm connection is OK:secdefil");
  // "Download open orders on connection", which is on by default.
  orders_.send_open_orders(false);
}

void Client::on_managed_accounts_request(const tws::ManagedAccountsRequest& /*request*/) {
  std::string list;
  for (const auto& [account, cash] : gateway_.options_.accounts) list.append(account).append(",");
  send(tws::ManagedAccounts{.accounts_list = list});
}

void Client::on_ids_request(const tws::IdsRequest& /*request*/) {
  send(tws::NextValidId{.order_id = gateway_.desk_.next_order_id(*client_id_)});
}

void Client::on_current_time_request(const tws::CurrentTimeRequest& /*request*/) {
  send(tws::CurrentTime{.current_time = gateway_.now_.ns() / 1'000'000'000});
}

void Client::on_current_time_in_millis_request(const tws::CurrentTimeInMillisRequest& /*request*/) {
  send(tws::CurrentTimeInMillis{.current_time_in_millis = gateway_.now_.ns() / 1'000'000});
}

// --- What happens in the world ---

void Client::on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now) {
  quotes_.on_quote(index, before, now);
}

void Client::on_trade(std::uint32_t index) {
  quotes_.on_trade(index);
  real_time_bars_.on_trade(index);
}

std::optional<Timestamp> Client::wake_at() const {
  std::optional<Timestamp> earliest;
  for (const auto& due : {real_time_bars_.wake_at(), history_.wake_at()}) {
    if (due && (!earliest || *due < *earliest)) earliest = due;
  }
  return earliest;
}

void Client::wake(Timestamp now) {
  real_time_bars_.wake(now);
  history_.wake(now);
}

}  // namespace tradewind::sim::gateway
