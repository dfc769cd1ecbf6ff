#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/effect.hpp"
#include "tradewind/core/model/event.hpp"
#include "tradewind/core/tws/client_session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::broker {

// Where events go. Called synchronously, one at a time.
class EventSink {
 public:
  EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;
  virtual ~EventSink() = default;
  virtual void on_event(const model::Event& event) = 0;
};

// Between TWS messages and the model, for one session: messages in, events out; effects in, requests out. Holds no more
// than it takes to translate: which request asked for what, and the two sides of each quote.
//
// Request ids lie above every order id, by kind, so that an error's id says what it is about.
class Mapper final : public tws::ClientHandler {
 public:
  static constexpr std::int32_t kOrderIdMax = 499'999'999;
  static constexpr std::int32_t kMarketDataBase = 500'000'000;
  static constexpr std::int32_t kContractBase = 600'000'000;
  static constexpr std::int32_t kExecutionsBase = 700'000'000;

  Mapper(model::ClientId client_id, EventSink& sink, tws::ClientSession& session)
      : client_id_{client_id}, sink_{sink}, session_{session} {}

  // Sends what an effect asks of the broker, now or as soon as the limits on requests allow. Effects that are none of the
  // broker's are ignored. An error is a session that is not ready, a value that cannot travel or a limit that is used
  // up; nothing has been sent then.
  [[nodiscard]] Result<void> perform(const model::Effect& effect, MonoTime now);

  // --- From the session ---
  void on_handshake(int server_version, std::string_view connection_time) override;
  void on_ready(std::int32_t next_valid_id) override;
  void on_unreadable(int message_id, const tws::DecodeFault& fault) override;
  void on_dropped(const tws::PacedRequest& request) override;

  void on_managed_accounts(const tws::ManagedAccounts& message) override;
  void on_error_message(const tws::ErrorMessage& message) override;
  void on_contract_data(const tws::ContractData& message) override;
  void on_contract_data_end(const tws::ContractDataEnd& message) override;
  void on_tick_price(const tws::TickPrice& message) override;
  void on_tick_size(const tws::TickSize& message) override;
  void on_tick_string(const tws::TickString& message) override;
  void on_open_order(const tws::OpenOrder& message) override;
  void on_open_orders_end(const tws::OpenOrdersEnd& message) override;
  void on_order_status(const tws::OrderStatus& message) override;
  void on_execution_details(const tws::ExecutionDetails& message) override;
  void on_execution_details_end(const tws::ExecutionDetailsEnd& message) override;
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& message) override;
  void on_completed_order(const tws::CompletedOrder& message) override;
  void on_completed_orders_end(const tws::CompletedOrdersEnd& message) override;
  void on_position_data(const tws::PositionData& message) override;
  void on_position_end(const tws::PositionEnd& message) override;
  void on_account_value(const tws::AccountValue& message) override;
  void on_account_data_end(const tws::AccountDataEnd& message) override;

 private:
  struct Line {  // one market-data subscription
    bool open = false;
    model::Quote quote;
  };
  struct Inquiry {  // one contract-details request
    model::InstrumentSpec spec;
    std::vector<model::Instrument> found;
  };

  void emit(const model::Event& event) { sink_.on_event(event); }
  void unreadable(bool concerns_orders, std::string detail);
  [[nodiscard]] Line* line(std::int32_t request_id);
  [[nodiscard]] Result<void> resolve(const model::InstrumentSpec& spec, MonoTime now);
  [[nodiscard]] Result<void> subscribe(const model::SubscribeMarketData& wanted, MonoTime now);
  [[nodiscard]] Result<void> snapshot(const model::RequestSnapshot& wanted, MonoTime now);
  [[nodiscard]] Result<void> place(const model::DurableOrder& order, MonoTime now);

  model::ClientId client_id_;
  EventSink& sink_;
  tws::ClientSession& session_;
  std::vector<Line> lines_;  // by instrument id
  std::map<std::int32_t, Inquiry> inquiries_;
  std::int32_t next_contract_request_ = kContractBase;
  std::int32_t executions_request_ = kExecutionsBase;
  bool positions_subscribed_ = false;
  std::int32_t server_version_ = 0;
};

// The print carried by an RTVolume tick: "price;size;time in ms;…". Empty for anything else, an empty price included
// (IB sends such for prints without a price).
[[nodiscard]] std::optional<model::Trade> parse_rt_volume(std::string_view text);

}  // namespace tradewind::broker
