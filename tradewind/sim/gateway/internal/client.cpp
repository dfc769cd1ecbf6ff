#include "tradewind/sim/gateway/internal/client.hpp"

#include "tradewind/core/tws/reflect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

// As users of IB's API know it.
std::string_view name_of_request(int message_id) {
  std::string_view name = "what nobody knows";
  tws::for_each_message_type([&]<class Message>() {
    if (Message::kInfo.id == message_id && Message::kInfo.direction == tws::Direction::client_to_gateway)
      name = Message::kInfo.api;
  });
  return name;
}

}  // namespace

void Client::close(std::string reason) {
  if (!close_reason_) close_reason_ = std::move(reason);
  session_.close();
}

void Client::handle(const Result<void>& handled) {
  if (!handled.has_value()) close(handled.error().detail);
}

void Client::drop_output() {
  if (close_reason_) return;
  close("the client does not read");
  session_.output().clear();
}

void Client::log(std::string_view line) const {
  if (!options().log) return;
  options().log(now(), fmt::format("connection {}{}: {}", connection_,
                                   client_id_ ? fmt::format(", client {}", *client_id_) : "", line));
}

void Client::error(std::int32_t id, std::int32_t code, std::string_view text) {
  log(fmt::format("error {} for {}: {}", code, id, text));
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

bool Client::may_write(std::int32_t request_id) {
  if (!options().login.read_only) return true;
  error(request_id, 321, "Error validating request.-'bN' : cause - The API interface is currently in Read-Only mode.");
  return false;
}

void Client::on_unknown(int message_id, Bytes /*body*/) {
  error(-1, 320, fmt::format("Error reading request: unknown message id {}", message_id));
}

// --- Limits ---

bool Client::is_paced() const { return options().limits.paces || session_.connect_options().contains("+PACEAPI"); }

tws::GatewayHandler::Admission Client::admit(int message_id) {
  if (is_paced()) {
    resumes_ = rate_.wait(now());
    if (resumes_) return Admission::later;  // it is looked at again then
  }
  if (options().log) log(fmt::format("asks {}", name_of_request(message_id)));
  const int max = options().limits.messages_per_second.value_or(0);
  switch (rate_.count(now())) {
    case MessageRate::Verdict::fine:
      return Admission::now;
    case MessageRate::Verdict::near:
      if (!is_paced()) {
        error(-1, 0, fmt::format("Warning: Approaching max rate of {} messages per second ({})", max, rate_.seen()));
      }
      return Admission::now;
    case MessageRate::Verdict::lost:
      return Admission::never;
    case MessageRate::Verdict::exceeds:
      break;
  }
  error(-1, 100,
        fmt::format("Max rate of messages per second has been exceeded:max={} rec={} ({})", max, rate_.seen(),
                    rate_.violations()));
  if (rate_.violations() >= MessageRate::kViolationsMax)
    close(fmt::format("more than {} messages in a second, {} times", max, rate_.violations()));
  return Admission::never;
}

std::optional<Timestamp> Client::start_deadline() const {
  const auto& within = options().limits.start_within;
  return client_id_ || !within ? std::nullopt : std::optional{connected_ + *within};
}

// --- Session ---

void Client::on_start_api_request(const tws::StartApiRequest& request) {
  if (client_id_) return;
  if (const Client* other = gateway_.client(request.client_id); other != nullptr) {
    error(-1, 326, "Unable to connect as the client id is already in use. Retry with a unique client id.");
    return close(fmt::format("client id {} is in use", request.client_id));
  }
  client_id_ = request.client_id;
  gateway_.count_fills_before_midnight(*client_id_);
  log(fmt::format("starts, version {}", session_.server_version()));
  on_managed_accounts_request({});
  send(tws::NextValidId{.order_id = gateway_.desk_.next_order_id(*client_id_)});
  error(-1, 2104, "Market data farm connection is OK:usfarm");
  error(-1, 2106, "HMDS data farm connection is OK:ushmds");
  error(-1, 2158, "Sec-def data farm connection is OK:secdefil");
  // "Download open orders on connection", which is on by default.
  if (options().login.download_open_orders) orders_.send_open_orders(false);
}

void Client::on_managed_accounts_request(const tws::ManagedAccountsRequest& /*request*/) {
  // One account stands alone; a list of several ends with a comma.
  const std::vector<AccountSetup>& accounts = options().accounts;
  std::string list;
  for (const AccountSetup& account : accounts) list.append(account.id).append(accounts.size() > 1 ? "," : "");
  send(tws::ManagedAccounts{.accounts_list = list});
}

void Client::on_ids_request(const tws::IdsRequest& /*request*/) {
  if (may_write(-1)) send(tws::NextValidId{.order_id = gateway_.desk_.next_order_id(*client_id_)});
}

void Client::on_current_time_request(const tws::CurrentTimeRequest& /*request*/) {
  send(tws::CurrentTime{.current_time = gateway_.now_.ns() / 1'000'000'000});
}

void Client::on_current_time_in_millis_request(const tws::CurrentTimeInMillisRequest& /*request*/) {
  send(tws::CurrentTimeInMillis{.current_time_in_millis = gateway_.now_.ns() / 1'000'000});
}

// --- What happens in the world ---

void Client::on_quote(std::uint32_t index, const model::Quote& before, const model::Quote& now) {
  quotes_.on_quote(index, false);
  depth_.on_quote(index);
  tick_by_tick_.on_quote(index, before, now);
  real_time_bars_.on_quote(index);
}

void Client::on_trade(std::uint32_t index) {
  quotes_.on_trade(index, false);
  tick_by_tick_.on_trade(index);
  real_time_bars_.on_trade(index);
}

void Client::on_late(std::uint32_t index, bool quote) {
  if (quote) quotes_.on_quote(index, true);
  else quotes_.on_trade(index, true);
}

void Client::on_halt(std::uint32_t index) {
  quotes_.on_halt(index);
  if (tapes()[index].halt != Halt::none) depth_.on_halt(index);
}

std::optional<std::uint32_t> Client::underlying_of(std::uint32_t index) const {
  const auto con_id = listings()[index].underlying;
  return con_id ? universe().by_con_id(*con_id) : std::nullopt;
}

std::optional<std::uint32_t> Client::front_future_of(std::uint32_t index) const {
  std::optional<std::uint32_t> front;
  for (std::uint32_t i = 0; i < listings().size(); ++i) {
    const Listing& future = listings()[i];
    if (future.security_type != "FUT" || future.underlying != listings()[index].con_id) continue;
    if (!front || future.last_trade_date < listings()[*front].last_trade_date) front = i;
  }
  return front;
}

void Client::on_books_changed(const std::string& account, std::uint32_t index) {
  positions_.on_books_changed(account, index);
  values_.on_books_changed(account, index);
}

std::optional<Timestamp> Client::wake_at() const {
  if (close_reason_) return std::nullopt;
  std::optional<Timestamp> earliest;
  for (const auto& due : {quotes_.wake_at(), real_time_bars_.wake_at(), values_.wake_at(), profits_.wake_at(),
                          history_.wake_at(), news_.wake_at(), scanner_.wake_at(), start_deadline(), resumes_}) {
    if (due && (!earliest || *due < *earliest)) earliest = due;
  }
  return earliest;
}

void Client::wake(Timestamp now) {
  if (close_reason_) return;
  if (const auto deadline = start_deadline(); deadline && *deadline <= now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*options().limits.start_within).count();
    return close(fmt::format("no startApi within {} s", seconds));
  }
  if (resumes_ && *resumes_ <= now) {
    resumes_.reset();
    handle(session_.resume(*this));
  }
  quotes_.wake(now);
  real_time_bars_.wake(now);
  values_.wake(now);
  profits_.wake(now);
  history_.wake(now);
  news_.wake(now);
  scanner_.wake(now);
}

// --- Accounts ---

const AccountSetup* Client::account(std::string_view id) const {
  const auto found = std::ranges::find(options().accounts, id, &AccountSetup::id);
  return found == options().accounts.end() ? nullptr : &*found;
}

std::vector<const AccountSetup*> Client::accounts_named(std::string_view name) const {
  std::vector<const AccountSetup*> accounts;
  const Allocation* group = gateway_.advisor_.group(name);
  for (const AccountSetup& candidate : options().accounts) {
    const auto is_share = [&](const auto& share) { return share.first == candidate.id; };
    if (name.empty() || name == "All" || name == candidate.id ||
        (group != nullptr && std::ranges::any_of(group->accounts, is_share)))
      accounts.push_back(&candidate);
  }
  return accounts;
}

std::vector<HoldingFigures> Client::holdings(std::string_view account) const { return gateway_.holdings(account); }

AccountContext Client::account_context(const AccountSetup& account) const {
  return {gateway_.margin_time(), gateway_.margin_change(), gateway_.equity_before(account)};
}

std::optional<Amount> Client::converted(Amount amount, std::string_view from, std::string_view to) const {
  return gateway::converted(amount, from, to, gateway_.dollars());
}

}  // namespace tradewind::sim::gateway
