#pragma once

#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/tws/connectivity.hpp"
#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/gateway/advisor.hpp"
#include "tradewind/sim/gateway/data_rights.hpp"
#include "tradewind/sim/gateway/day_start.hpp"
#include "tradewind/sim/gateway/faults/injector.hpp"
#include "tradewind/sim/gateway/faults/line.hpp"
#include "tradewind/sim/gateway/history_limits.hpp"
#include "tradewind/sim/gateway/internal/trading_hours.hpp"
#include "tradewind/sim/gateway/market.hpp"
#include "tradewind/sim/gateway/news.hpp"
#include "tradewind/sim/gateway/order_desk.hpp"
#include "tradewind/sim/gateway/scenario/play.hpp"
#include "tradewind/sim/gateway/services.hpp"
#include "tradewind/sim/gateway/tape.hpp"
#include "tradewind/sim/gateway/valuation.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

struct GatewayOptions {
  int server_version = tws::kMaxServerVersion;
  std::vector<AccountSetup> accounts = {{"DU0000000", Amount::of(1'000'000)}};
  Login login;
  TimeZone zone = TimeZone::utc();
  // Local time of day at which the regular hours end, on half days at 13:00; empty for a market that never closes.
  std::optional<std::chrono::minutes> session_close = std::chrono::minutes{16 * 60};
  // Sends no account values, portfolio rows or positions (their end markers do come): for proving that a client's books
  // do not depend on them.
  bool mute_account_data = false;
  // Says 10349 when an order without time in force becomes a DAY order, as gateways with an order preset do. The order
  // lives; clients that take every error for a rejection believe it dead.
  bool announces_presets = false;
  DataRights data;
  OrderSettings orders;
  std::uint64_t seed = 1;  // of what is made up beside the market: news, corporate events
  Services services;
  Limits limits;
  // Hears one line about each event: connections, requests, errors, orders, executions.
  std::function<void(Timestamp time, std::string_view line)> log;
  // The seed of an injector of faults between the gateway and its clients; without one there is none.
  std::optional<std::uint64_t> fault_seed;
  // What happens at the gateway; its settings are for whoever makes the gateway. Brings an injector with it.
  std::optional<scenario::Script> scenario;
};

using ConnectionId = Id<struct ConnectionIdTag, std::uint64_t>;

// One connection, for who looks at the gateway from outside.
struct ConnectionState {
  ConnectionId id{0};
  std::optional<std::int32_t> client_id;  // once it has sent startApi
  int server_version = 0;  // 0 before the handshake
  Timestamp connected;
  std::uint64_t bytes_in = 0, bytes_out = 0;  // on the wire
  bool is_read = true;  // else what the client sends stays in the socket
  // As the gateway counts them: what a fault takes away on the line, or adds there, is not in it.
  std::uint64_t messages_in = 0, messages_out = 0;
  // What the client has been told, which faults may make untrue. Without an injector there are no farms here.
  bool is_ready = false;  // accounts and order id have come
  bool has_link = false;  // to IB
  std::vector<tws::Farm> farms;
};

class Client;
class DataAllowance;
class ScenarioStage;

// A simulated IB Gateway, without I/O: bytes of any number of connections and the time in, bytes out. It plays its market,
// takes orders, keeps its own books, and answers as a gateway would. Used from one thread.
class Gateway final : private OrderListener {
 public:
  Gateway(GatewayOptions options, Market market);
  ~Gateway() override;

  // --- Connections ---
  // An attempt to connect is refused now. A transport asks before each, or keeps its port closed; `wake_at` is not later
  // than the end of it. Whoever connects nevertheless is closed at once.
  [[nodiscard]] bool refuses(Timestamp now);
  [[nodiscard]] ConnectionId connect(Timestamp now);
  // The transport takes what this client sends. While it does not, the bytes stay where they are.
  [[nodiscard]] bool reads(ConnectionId id) const;
  [[nodiscard]] std::byte* prepare(ConnectionId id, std::size_t count);
  void received(ConnectionId id, std::size_t count, Timestamp now);
  // The peer is gone; what it subscribed to ends, its orders stay.
  void disconnected(ConnectionId id);
  [[nodiscard]] ByteQueue& output(ConnectionId id);
  // Null without `fault_seed` and `scenario`.
  [[nodiscard]] faults::Injector* injector() { return injector_.get(); }
  // Null without `scenario`.
  [[nodiscard]] scenario::Play* play() { return play_.get(); }
  [[nodiscard]] const faults::Injector* injector() const { return injector_.get(); }
  // Nothing more will come: close the transport once the output is sent. The reason is for the log.
  [[nodiscard]] std::optional<std::string> wants_close(ConnectionId id) const;
  // The same, by a reset.
  [[nodiscard]] bool wants_reset(ConnectionId id) const;
  [[nodiscard]] std::vector<ConnectionId> connections() const;
  [[nodiscard]] std::vector<ConnectionState> connection_states() const;

  // --- Time ---
  // When the market or a subscription wants to go on; nothing when the market is over.
  [[nodiscard]] std::optional<Timestamp> wake_at();
  // Plays everything that is due at or before `now`.
  void wake(Timestamp now);
  // Quotes and prints of the market so far.
  [[nodiscard]] std::uint64_t events_played() const { return events_played_; }
  [[nodiscard]] bool market_is_over() { return !market_.next_time().has_value(); }

  // --- What exchanges do beside trading ---
  // Trading in the listing is halted, or goes on: nothing of it fills meanwhile, subscribers see tick 49, and those to its
  // depth are dropped with 316.
  void halt(std::uint32_t listing, Halt halt);
  // Subscribers to its depth are told 317 and get their books anew.
  void reset_depth(std::uint32_t listing);
  // A bulletin of an exchange, to all who are subscribed; those who ask for the day's get it too. Types are IB's: 1 news, 2
  // the exchange is closed, 3 it is open again.
  void publish_bulletin(std::int32_t type, std::string text, std::string exchange);

  // --- The oracle ---
  [[nodiscard]] const Books& books() const { return desk_.books(); }
  [[nodiscard]] const std::vector<Listing>& listings() const { return market_.listings(); }
  [[nodiscard]] const std::vector<Tape>& tapes() const { return tapes_; }  // by listing
  [[nodiscard]] const OrderDesk& desk() const { return desk_; }
  // {"time":…, "accounts":[{"account":…,"cash":{"USD":…},"positions":[{"symbol":…,"con_id":…,"quantity":…}]}],
  //  "orders":…, "executions":…, "order_list":[…], "execution_list":[…]}: executions with every revision of them.
  [[nodiscard]] std::string books_json(Timestamp now) const;
  // From now on this listing has prices, where it does not always have them: options and what else is priced from others.
  // Whoever quotes, holds or trades one asks for this first.
  void watch(std::uint32_t listing);
  // Orders entered at the gateway itself, corrections, ids that begin anew: see OrderDesk. Time goes on to `now` first.
  [[nodiscard]] OrderDesk& desk_at(Timestamp now);
  // Changes a position behind everyone's back, so that those who compare have something to find.
  void tamper(std::string_view symbol, Position by);

 private:
  friend class Client;
  friend class ScenarioStage;

  void on_order(const GatewayOrder& order) override;
  void on_order_status(const GatewayOrder& order) override;
  void on_execution(const GatewayExecution& execution) override;
  void on_commission(const GatewayExecution& execution) override;
  void on_books_changed(const std::string& account, std::uint32_t listing) override;
  [[nodiscard]] const Allocation* group(std::string_view name) const override;
  [[nodiscard]] std::vector<Allotment> allotments(const tws::Order& terms) const override;
  [[nodiscard]] bool fills_as_well(const GatewayOrder& order) override;
  void on_order_bound(const GatewayOrder& order) override;
  void on_what_if(const GatewayOrder& order, const MarginPreview& preview) override;
  void on_order_error(std::int32_t client_id, std::int32_t order_id, std::int32_t code, std::string_view text) override;
  // The order's own client, and the one that hears of all.
  template <class Tell>
  void tell_of(const GatewayOrder& order, Tell&& tell);

  void play(const venue::MarketEvent& event);
  // The same for the late tapes, which are what delayed data shows.
  void play_late(const venue::MarketEvent& event);
  [[nodiscard]] std::optional<Timestamp> late_time() const;
  [[nodiscard]] std::optional<Timestamp> clients_wake_at();
  [[nodiscard]] std::optional<Timestamp> next_event();
  // The gateway's time: a scenario may have moved it on.
  [[nodiscard]] Timestamp shifted(Timestamp now) const { return now + shift_; }
  // Lets the lines and the scenario see all that has been said.
  void pass_on_output();
  void start_scenario();
  void plan_hours(Timestamp now);
  void change_hours(Timestamp now);
  // The last price of the day before, where the market has one.
  [[nodiscard]] std::optional<Price> close_before(std::uint32_t index, Timestamp time) const;
  void begin_day(std::uint32_t index, const std::string& day);
  [[nodiscard]] Marks marks() const;
  // Out of FX contracts traded here against the dollar, else out of the login's table.
  [[nodiscard]] Dollars dollars() const;
  [[nodiscard]] std::vector<HoldingFigures> holdings(std::string_view account) const;
  [[nodiscard]] AccountFigures figures(const AccountSetup& account) const;
  // Intraday is within regular hours; a market that never closes is always intraday.
  [[nodiscard]] MarginTime margin_time() const override;
  [[nodiscard]] Timestamp margin_change() const;
  [[nodiscard]] Amount equity_before(const AccountSetup& account) const;
  [[nodiscard]] Client* client(std::int32_t client_id);
  [[nodiscard]] Client& at(ConnectionId id);
  void log(const std::string& line) const;
  void log_status(const GatewayOrder& order) const;
  void set_group(std::int32_t group, std::string content);
  [[nodiscard]] faults::Line* line(ConnectionId id);
  void take(ConnectionId id, faults::Line& line);
  void take_requests(ConnectionId id, faults::Line& line);
  // Lets the line see what its client is told.
  void pass_on(ConnectionId id, faults::Line& line);
  // All connections end, and attempts are refused for so long. Orders, executions, positions and order ids stay.
  void restart(Duration down);
  [[nodiscard]] bool is_down() const { return down_until_ && now_ < *down_until_; }
  // Faults that are none of the line.
  void refuse_for_minutes();
  void befall_orders_of(std::int32_t client_id);
  // Nothing but its terms keeps the market from filling it.
  [[nodiscard]] bool can_fill_now(const GatewayOrder& order) const;
  [[nodiscard]] const GatewayOrder* live_order(ConnectionId id, std::int32_t order_id) const;
  // The order is changed as its client might have changed it, so that the market fills it.
  void bring_to_fill(const GatewayOrder& order);
  [[nodiscard]] bool fires(std::size_t fault, std::optional<std::int32_t> client_id);
  // The client is back.
  void count_fills_before_midnight(std::int32_t client_id);
  void forget_fills_before_midnight();
  // When options are befallen next; nothing as long as they cannot be.
  [[nodiscard]] std::optional<Timestamp> next_night();
  void befall_options();
  // An option position becomes one in what it is on.
  void deliver(const std::string& account, const Listing& option, Position held, Quantity shares);
  [[nodiscard]] bool is_in_the_money(const Listing& option) const;

  GatewayOptions options_;
  Market market_;
  TradingHours hours_;
  OrderDesk desk_;
  HistoryLimits history_limits_;  // before the clients, which leave it last
  Timestamp now_;
  std::uint64_t events_played_ = 0;
  std::vector<Tape> tapes_;
  std::vector<Tape> late_tapes_;  // none where delayed data is not late
  std::deque<venue::MarketEvent> late_;  // played, and not yet shown by the late tapes
  std::unique_ptr<DataAllowance> allowance_;  // before the clients, who give back what they have
  std::unique_ptr<faults::Injector> injector_;
  std::unique_ptr<ScenarioStage> stage_;
  std::unique_ptr<scenario::Play> play_;
  Duration shift_{};
  std::optional<Timestamp> down_until_;  // a restart, or F001
  bool was_asked_ = false;  // whether it refuses
  bool was_entered_ = true;  // since it refused last
  std::map<ConnectionId, faults::Line> lines_;  // of every connection, when there is an injector
  std::map<ConnectionId, std::unique_ptr<Client>> clients_;
  std::uint64_t next_connection_ = 1;
  std::optional<Timestamp> night_;  // F120
  std::string last_night_;  // the local date of the latest that has been
  std::set<std::pair<std::int32_t, std::int64_t>> filled_away_;  // F105: client and permanent id
  std::optional<Timestamp> hours_change_;  // today's next
  bool is_regular_ = false;  // as the clients were told last
  // The earliest a client wants to be woken: kept, since a market event changes it rarely and asking them all takes longer
  // than the event.
  std::optional<Timestamp> clients_wake_;
  bool knows_clients_wake_ = false;
  Advisor advisor_;
  DayStart day_start_;
  std::vector<bool> wants_start_price_;  // by listing
  std::string day_;  // the latest local date
  std::map<std::string, Amount, std::less<>> equity_before_;  // by account, when that date began
  NewsArchive news_;
  std::vector<Bulletin> bulletins_;  // published ones
  std::array<std::string, 7> groups_;
};

}  // namespace tradewind::sim::gateway
