#include "tradewind/core/broker/mapper.hpp"

#include "tradewind/core/broker/order_errors.hpp"
#include "tradewind/core/tws/error_catalogue.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tradewind::broker {
namespace {

// Tick types of tws/tick_types: live, and the delayed ones 66 to 71.
enum TickType : std::int32_t {
  kBidSize = 0,
  kBid = 1,
  kAsk = 2,
  kAskSize = 3,
  kRtVolume = 48,
  kDelayedBid = 66,
  kDelayedAsk = 67,
  kDelayedBidSize = 69,
  kDelayedAskSize = 70,
};

constexpr std::string_view kRtVolumeGenericTick = "233";

template <class Inline>
Inline shortened(std::string_view text) {
  return Inline{text.substr(0, Inline::capacity())};
}

model::ContractRef contract_ref(const tws::Contract& contract) {
  model::ContractRef ref;
  ref.con_id = model::ConId{contract.con_id};
  ref.symbol = shortened<model::Symbol>(contract.symbol);
  ref.security_type = shortened<model::SecurityType>(contract.sec_type);
  ref.currency = shortened<Currency>(contract.currency);
  if (contract.multiplier && !contract.multiplier->is_zero()) ref.multiplier = *contract.multiplier;
  return ref;
}

tws::Contract wire_contract(const model::ContractRef& ref, std::string_view exchange) {
  tws::Contract contract;
  contract.con_id = ref.con_id.value();
  contract.symbol = ref.symbol.view();
  contract.sec_type = ref.security_type.view();
  contract.currency = ref.currency.view();
  contract.exchange = exchange;
  return contract;
}

std::optional<Side> side_of(std::string_view action) {
  if (action == "BUY" || action == "BOT") return Side::buy;
  if (action == "SELL" || action == "SLD" || action == "SSHORT") return Side::sell;
  return std::nullopt;
}

// Whether it left at once is the session's business: what never leaves comes back by `on_dropped`.
Result<void> sent(const Result<tws::Verdict>& verdict) {
  if (!verdict.has_value()) return std::unexpected{verdict.error()};
  return {};
}

}  // namespace

std::optional<model::Trade> parse_rt_volume(std::string_view text) {
  const auto next = [&] {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  const Decimal64 price = parse_decimal64(next(), Price::kDecimals, Excess::half_even);
  const Decimal64 size = parse_decimal64(next(), Quantity::kDecimals, Excess::half_even);
  const std::string_view time = next();
  std::int64_t milliseconds = 0;
  const auto [stop, error] = std::from_chars(time.data(), time.data() + time.size(), milliseconds);
  constexpr std::int64_t kLatest = INT64_MAX / 1'000'000;
  if (price.error != DecimalError::none || size.error != DecimalError::none || size.raw < 0 || error != std::errc{} ||
      stop != time.data() + time.size() || milliseconds < 0 || milliseconds > kLatest) {
    return std::nullopt;
  }
  return model::Trade{Timestamp::from_ns(milliseconds * 1'000'000), Price::from_raw(price.raw),
                      Quantity::from_raw(size.raw)};
}

// --- Effects to requests ---

Result<void> Mapper::perform(const model::Effect& effect, MonoTime now) {
  if (const auto* wanted = std::get_if<model::PlaceOrder>(&effect)) return place(wanted->order, now);
  if (const auto* wanted = std::get_if<model::CancelOrder>(&effect)) {
    tws::CancelOrderRequest request;
    request.order_id = wanted->order_id.value();
    return sent(session_.send(request, now));
  }
  if (const auto* wanted = std::get_if<model::RequestSnapshot>(&effect)) return snapshot(*wanted, now);
  if (const auto* wanted = std::get_if<model::ResolveInstrument>(&effect)) return resolve(wanted->spec, now);
  if (const auto* wanted = std::get_if<model::SubscribeMarketData>(&effect)) return subscribe(*wanted, now);
  return {};
}

Result<void> Mapper::place(const model::DurableOrder& order, MonoTime now) {
  const model::OrderIntent& intent = order.intent();
  if (intent.order_id.value() <= 0 || intent.order_id.value() > kOrderIdMax) {
    return fail(Errc::out_of_range,
                fmt::format("order id {} is outside 1 to {}: reset the order ids in the gateway's settings",
                            intent.order_id.value(), kOrderIdMax));
  }
  tws::PlaceOrderRequest request;
  request.order_id = intent.order_id.value();
  request.contract = wire_contract(intent.contract, intent.exchange.view());
  tws::Order& wire = request.order;
  wire.client_id = intent.client_id.value();
  wire.order_id = intent.order_id.value();
  wire.action = name(intent.request.side);
  wire.total_quantity = intent.request.quantity;
  wire.order_type = name(intent.request.type);
  wire.lmt_price = intent.request.limit_price;
  wire.tif = name(intent.request.time_in_force);
  wire.account = intent.account.view();
  wire.order_ref = intent.order_ref.view();
  return sent(session_.send(request, now, tws::paced(request, false)));
}

Result<void> Mapper::snapshot(const model::RequestSnapshot& wanted, MonoTime now) {
  switch (wanted.snapshot) {
    case model::Snapshot::open_orders:
      return sent(session_.send(tws::AllOpenOrdersRequest{}, now));
    case model::Snapshot::executions: {
      tws::ExecutionRequest request;
      request.req_id = ++executions_request_;
      return sent(session_.send(request, now));
    }
    case model::Snapshot::completed_orders:
      return sent(session_.send(tws::CompletedOrdersRequest{.api_only = false}, now));
    case model::Snapshot::positions: {
      // A running subscription answers no second request, so it is ended first.
      if (positions_subscribed_) TW_TRY_VOID(session_.send(tws::CancelPositions{}, now));
      positions_subscribed_ = true;
      return sent(session_.send(tws::PositionsRequest{}, now));
    }
    case model::Snapshot::account: {
      tws::AccountDataRequest request;
      request.subscribe = true;
      request.acct_code = wanted.account.view();
      return sent(session_.send(request, now));
    }
  }
  return {};
}

Result<void> Mapper::resolve(const model::InstrumentSpec& spec, MonoTime now) {
  tws::ContractDataRequest request;
  request.req_id = next_contract_request_++;
  request.contract.symbol = spec.symbol.view();
  request.contract.sec_type = spec.security_type.view();
  request.contract.exchange = spec.exchange.view();
  request.contract.currency = spec.currency.view();
  TW_TRY_VOID(session_.send(request, now));
  inquiries_.emplace(request.req_id, Inquiry{spec, {}});
  return {};
}

Result<void> Mapper::subscribe(const model::SubscribeMarketData& wanted, MonoTime now) {
  tws::MarketDataRequest request;
  request.req_id = kMarketDataBase + static_cast<std::int32_t>(wanted.id.value());
  request.contract = wire_contract(wanted.instrument.contract, wanted.instrument.exchange.view());
  request.generic_tick_list = kRtVolumeGenericTick;
  if (line(request.req_id) != nullptr) session_.finished(request.req_id);  // asked again: IB has lost the first one
  TW_TRY_VOID(session_.send(request, now));
  if (lines_.size() <= wanted.id.value()) lines_.resize(wanted.id.value() + 1);
  lines_[wanted.id.value()] = Line{true, {}};
  return {};
}

// --- Messages to events ---

void Mapper::unreadable(bool concerns_orders, std::string detail) {
  emit(model::MessageUnreadable{concerns_orders, std::move(detail)});
}

void Mapper::on_handshake(int server_version, std::string_view /*connection_time*/) {
  server_version_ = server_version;
}

void Mapper::on_ready(std::int32_t next_valid_id) {
  emit(model::SessionReady{client_id_, model::OrderId{next_valid_id}, server_version_});
}

void Mapper::on_unreadable(int message_id, const tws::DecodeFault& fault) {
  // Orders, statuses, executions, commissions, completed orders, and frames without a readable id.
  constexpr std::array kAboutOrders = {0, 3, 5, 11, 59, 101};
  const bool about_orders = std::ranges::find(kAboutOrders, message_id) != kAboutOrders.end();
  unreadable(about_orders, fault.text());
}

void Mapper::on_dropped(const tws::PacedRequest& request) {
  // Whatever else is dropped either was cancelled or ends with the session, and that is told.
  if (request.kind != tws::PacedKind::new_order) return;
  emit(model::OrderNotSent{model::OrderId{request.id}, "it waited for its turn and was dropped"});
}

void Mapper::on_managed_accounts(const tws::ManagedAccounts& message) {
  model::AccountsSeen seen;
  std::string_view rest = message.accounts_list;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (name.empty()) continue;
    const auto account = shortened<model::AccountId>(name);
    if (std::ranges::find(seen.accounts, account) == seen.accounts.end()) seen.accounts.push_back(account);
  }
  emit(seen);
}

void Mapper::on_error_message(const tws::ErrorMessage& message) {
  std::string text = tws::unescaped(message.error_msg.substr(0, 4096));
  if (message.id <= 0) return emit(model::NoticeSeen{message.error_code, std::move(text)});
  if (message.id <= kOrderIdMax) {
    return emit(model::OrderErrorSeen{model::OrderId{message.id}, message.error_code,
                                      order_error_kind(message.error_code), std::move(text)});
  }
  if (message.id >= kExecutionsBase)
    return emit(model::SnapshotFailed{model::Snapshot::executions, message.error_code, std::move(text)});
  if (message.id >= kContractBase) {
    const auto inquiry = inquiries_.find(message.id);
    if (inquiry == inquiries_.end()) return;
    const model::InstrumentRefused refused{inquiry->second.spec, message.error_code, std::move(text)};
    inquiries_.erase(inquiry);
    return emit(refused);
  }
  const model::InstrumentId instrument{static_cast<std::uint32_t>(message.id - kMarketDataBase)};
  if (Line* subscription = line(message.id);
      subscription != nullptr && tws::ends(message.error_code, tws::RequestKind::market_data) == tws::Ends::yes) {
    subscription->open = false;
    session_.finished(message.id);
  }
  emit(model::MarketDataRefused{instrument, message.error_code, std::move(text)});
}

void Mapper::on_contract_data(const tws::ContractData& message) {
  const auto inquiry = inquiries_.find(message.req_id);
  if (inquiry == inquiries_.end()) return;
  model::Instrument found;
  found.contract = contract_ref(message.contract);
  found.exchange = shortened<model::ExchangeName>(message.contract.exchange);
  found.primary_exchange = shortened<model::ExchangeName>(message.contract.primary_exchange);
  found.min_tick = message.contract_details.min_tick.value_or(Price::zero());
  found.long_name = tws::unescaped(message.contract_details.long_name);
  inquiry->second.found.push_back(std::move(found));
}

void Mapper::on_contract_data_end(const tws::ContractDataEnd& message) {
  const auto found = inquiries_.find(message.req_id);
  if (found == inquiries_.end()) return;
  const Inquiry inquiry = std::move(found->second);
  inquiries_.erase(found);
  if (inquiry.found.size() == 1) return emit(model::InstrumentResolved{inquiry.spec, inquiry.found.front()});
  emit(model::InstrumentRefused{inquiry.spec, 0, fmt::format("{} contracts match", inquiry.found.size())});
}

Mapper::Line* Mapper::line(std::int32_t request_id) {
  const auto index =
      static_cast<std::size_t>(static_cast<std::uint32_t>(request_id) - static_cast<std::uint32_t>(kMarketDataBase));
  return index < lines_.size() && lines_[index].open ? &lines_[index] : nullptr;
}

void Mapper::on_tick_price(const tws::TickPrice& message) {
  const bool bid = message.tick_type == kBid || message.tick_type == kDelayedBid;
  const bool ask = message.tick_type == kAsk || message.tick_type == kDelayedAsk;
  if (!bid && !ask) return;
  Line* subscription = line(message.req_id);
  if (subscription == nullptr) return;
  const Quantity size = message.size.value_or(Quantity::zero());
  std::optional<Price> price = message.price;
  if (message.price == Price::of(-1) && size.is_zero()) price.reset();  // IB's way to say that there is no quote
  model::Quote& quote = subscription->quote;
  (bid ? quote.bid : quote.ask) = price;
  (bid ? quote.bid_size : quote.ask_size) = size;
  emit(model::QuoteSeen{model::InstrumentId{static_cast<std::uint32_t>(message.req_id - kMarketDataBase)}, quote});
}

void Mapper::on_tick_size(const tws::TickSize& message) {
  const bool bid = message.tick_type == kBidSize || message.tick_type == kDelayedBidSize;
  const bool ask = message.tick_type == kAskSize || message.tick_type == kDelayedAskSize;
  if (!bid && !ask) return;
  Line* subscription = line(message.req_id);
  if (subscription == nullptr) return;
  Quantity& size = bid ? subscription->quote.bid_size : subscription->quote.ask_size;
  const Quantity now = message.size.value_or(Quantity::zero());
  if (size == now) return;  // official servers repeat the size that came with a price
  size = now;
  emit(model::QuoteSeen{model::InstrumentId{static_cast<std::uint32_t>(message.req_id - kMarketDataBase)},
                        subscription->quote});
}

void Mapper::on_tick_string(const tws::TickString& message) {
  if (message.tick_type != kRtVolume || line(message.req_id) == nullptr) return;
  const auto trade = parse_rt_volume(message.value);
  if (!trade) return;
  emit(model::TradeSeen{model::InstrumentId{static_cast<std::uint32_t>(message.req_id - kMarketDataBase)}, *trade});
}

void Mapper::on_open_order(const tws::OpenOrder& message) {
  model::OpenOrderSeen seen;
  const auto side = side_of(message.order.action);
  if (!side) return unreadable(true, fmt::format("OpenOrder.action: '{}' is no side", message.order.action));
  seen.order_ref = model::OrderRef::from(message.order.order_ref);
  seen.order_id = model::OrderId{message.order_id};
  seen.client_id = model::ClientId{message.order.client_id};
  seen.perm_id = model::PermId{message.order.perm_id};
  seen.account = shortened<model::AccountId>(message.order.account);
  seen.contract = contract_ref(message.contract);
  seen.side = *side;
  seen.quantity = message.order.total_quantity.value_or(Quantity::zero());
  seen.status = shortened<InlineText<24>>(message.order_state.status);
  emit(seen);
}

void Mapper::on_open_orders_end(const tws::OpenOrdersEnd& /*message*/) {
  emit(model::SnapshotEnded{model::Snapshot::open_orders});
}

void Mapper::on_order_status(const tws::OrderStatus& message) {
  model::OrderStatusSeen seen;
  seen.order_id = model::OrderId{message.order_id};
  seen.client_id = model::ClientId{message.client_id};
  seen.perm_id = model::PermId{message.perm_id};
  seen.status = shortened<InlineText<24>>(message.status);
  seen.filled = message.filled;
  seen.remaining = message.remaining;
  emit(seen);
}

void Mapper::on_execution_details(const tws::ExecutionDetails& message) {
  const tws::Execution& wire = message.execution;
  const auto side = side_of(wire.side);
  const auto exec_id = model::ExecId::from(wire.exec_id);
  if (!side || !exec_id) {
    return unreadable(true, fmt::format("ExecutionDetails: side '{}' or execId '{}' cannot be", wire.side,
                                        wire.exec_id.substr(0, 80)));
  }
  model::Execution execution;
  execution.exec_id = *exec_id;
  execution.account = shortened<model::AccountId>(wire.acct_number);
  execution.contract = contract_ref(message.contract);
  execution.side = *side;
  execution.quantity = wire.shares;
  execution.price = wire.price;
  execution.cumulative = wire.cum_qty;
  execution.order_id = model::OrderId{wire.order_id};
  execution.client_id = model::ClientId{wire.client_id};
  execution.perm_id = model::PermId{wire.perm_id};
  execution.order_ref = model::OrderRef::from(wire.order_ref);
  execution.time_text = shortened<InlineText<48>>(wire.time);
  emit(model::ExecutionSeen{execution});
}

void Mapper::on_execution_details_end(const tws::ExecutionDetailsEnd& message) {
  // An end of an earlier request says nothing about the one that runs.
  if (message.req_id == executions_request_) emit(model::SnapshotEnded{model::Snapshot::executions});
}

void Mapper::on_commission_and_fees_report(const tws::CommissionAndFeesReport& message) {
  const auto exec_id = model::ExecId::from(message.exec_id);
  if (!exec_id) return unreadable(true, "CommissionAndFeesReport.execId: empty or no text");
  if (!message.commission_and_fees) return;  // not known yet: it comes later
  emit(model::CommissionSeen{
      {*exec_id, {*message.commission_and_fees, shortened<Currency>(message.currency)}, message.realized_pnl}});
}

void Mapper::on_completed_order(const tws::CompletedOrder& message) {
  model::CompletedOrderSeen seen;
  seen.order_ref = model::OrderRef::from(message.order.order_ref);
  seen.perm_id = model::PermId{message.order.perm_id};
  seen.contract = contract_ref(message.contract);
  seen.status = shortened<InlineText<24>>(message.order_state.status);
  seen.completed_status = tws::unescaped(message.order_state.completed_status);
  emit(seen);
}

void Mapper::on_completed_orders_end(const tws::CompletedOrdersEnd& /*message*/) {
  emit(model::SnapshotEnded{model::Snapshot::completed_orders});
}

void Mapper::on_position_data(const tws::PositionData& message) {
  emit(model::PositionSeen{shortened<model::AccountId>(message.account), contract_ref(message.contract),
                           message.position});
}

void Mapper::on_position_end(const tws::PositionEnd& /*message*/) {
  emit(model::SnapshotEnded{model::Snapshot::positions});
}

void Mapper::on_account_value(const tws::AccountValue& message) {
  if (message.key != "CashBalance" || message.currency == "BASE") return;
  const auto amount = Amount::parse(message.value);
  if (!amount.has_value()) return;
  emit(model::CashSeen{shortened<model::AccountId>(message.account_name),
                       {*amount, shortened<Currency>(message.currency)}});
}

void Mapper::on_account_data_end(const tws::AccountDataEnd& /*message*/) {
  emit(model::SnapshotEnded{model::Snapshot::account});
}

}  // namespace tradewind::broker
