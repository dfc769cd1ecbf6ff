#pragma once

#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/sim/gateway/data_rights.hpp"
#include "tradewind/sim/gateway/faults/injector.hpp"
#include "tradewind/sim/gateway/market.hpp"
#include "tradewind/sim/gateway/order_desk.hpp"
#include "tradewind/sim/gateway/tape.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

struct GatewayOptions {
  int server_version = tws::kMaxServerVersion;
  std::vector<std::pair<std::string, Amount>> accounts = {{"DU0000000", Amount::of(1'000'000)}};
  TimeZone zone = TimeZone::utc();
  // Local time of day at which DAY orders end; empty for a market that never closes.
  std::optional<std::chrono::minutes> session_close = std::chrono::minutes{16 * 60};
  // Sends no account values, portfolio rows or positions (their end markers do come): for proving that a client's books
  // do not depend on them.
  bool mute_account_data = false;
  // Says 10349 when an order without time in force becomes a DAY order, as gateways with an order preset do. The order
  // lives; clients that take every error for a rejection believe it dead.
  bool announces_presets = false;
  DataRights data;
  // The seed of an injector of faults between the gateway and its clients; without one there is none.
  std::optional<std::uint64_t> fault_seed;
};

using ConnectionId = Id<struct ConnectionIdTag, std::uint64_t>;

class Client;
class DataAllowance;

// A simulated IB Gateway, without I/O: bytes of any number of connections and the time in, bytes out. It plays its market,
// takes orders, keeps its own books, and answers as a gateway would. Used from one thread.
class Gateway final : private OrderListener {
 public:
  Gateway(GatewayOptions options, Market market);
  ~Gateway() override;

  // --- Connections ---
  [[nodiscard]] ConnectionId connect(Timestamp now);
  [[nodiscard]] std::byte* prepare(ConnectionId id, std::size_t count);
  void received(ConnectionId id, std::size_t count, Timestamp now);
  // The peer is gone; what it subscribed to ends, its orders stay.
  void disconnected(ConnectionId id);
  [[nodiscard]] ByteQueue& output(ConnectionId id);
  // Null without `fault_seed`.
  [[nodiscard]] faults::Injector* injector() { return injector_.get(); }
  // Nothing more will come: close the transport once the output is sent. The reason is for the log.
  [[nodiscard]] std::optional<std::string> wants_close(ConnectionId id) const;
  [[nodiscard]] std::vector<ConnectionId> connections() const;

  // --- Time ---
  // When the market or a subscription wants to go on; nothing when the market is over.
  [[nodiscard]] std::optional<Timestamp> wake_at();
  // Plays everything that is due at or before `now`.
  void wake(Timestamp now);
  [[nodiscard]] bool market_is_over() { return !market_.next_time().has_value(); }

  // --- What exchanges do beside trading ---
  // Trading in the listing is halted, or goes on: subscribers see tick 49, and those to its depth are dropped with 316.
  void halt(std::uint32_t listing, Halt halt);
  // Subscribers to its depth are told 317 and get their books anew.
  void reset_depth(std::uint32_t listing);

  // --- The oracle ---
  [[nodiscard]] const Books& books() const { return desk_.books(); }
  [[nodiscard]] const std::vector<Listing>& listings() const { return market_.listings(); }
  [[nodiscard]] const OrderDesk& desk() const { return desk_; }
  // {"time":…, "accounts":[{"account":…,"cash":{"USD":…},"positions":[{"symbol":…,"con_id":…,"quantity":…}]}],
  //  "orders":…, "executions":…}
  [[nodiscard]] std::string books_json(Timestamp now) const;
  // From now on this listing has prices, where it does not always have them: options and what else is priced from others.
  // Whoever quotes, holds or trades one asks for this first.
  void watch(std::uint32_t listing);
  // Changes a position behind everyone's back, so that those who compare have something to find.
  void tamper(std::string_view symbol, Position by);

 private:
  friend class Client;

  void on_order(const GatewayOrder& order) override;
  void on_order_status(const GatewayOrder& order) override;
  void on_execution(const GatewayExecution& execution) override;
  void on_commission(const GatewayExecution& execution) override;
  void on_books_changed(const std::string& account, std::uint32_t listing) override;
  void on_order_error(std::int32_t client_id, std::int32_t order_id, std::int32_t code, std::string_view text) override;

  void play(const venue::MarketEvent& event);
  // The same for the late tapes, which are what delayed data shows.
  void play_late(const venue::MarketEvent& event);
  [[nodiscard]] std::optional<Timestamp> late_time() const;
  [[nodiscard]] std::optional<Timestamp> clients_wake_at();
  void plan_session_end();
  [[nodiscard]] Client* client(std::int32_t client_id);
  [[nodiscard]] Client& at(ConnectionId id);
  [[nodiscard]] faults::Line* line(ConnectionId id);
  void take(ConnectionId id, faults::Line& line);

  GatewayOptions options_;
  Market market_;
  OrderDesk desk_;
  Timestamp now_;
  std::vector<Tape> tapes_;
  std::vector<Tape> late_tapes_;  // none where delayed data is not late
  std::deque<venue::MarketEvent> late_;  // played, and not yet shown by the late tapes
  std::unique_ptr<DataAllowance> allowance_;  // before the clients, who give back what they have
  std::unique_ptr<faults::Injector> injector_;
  std::map<ConnectionId, faults::Line> lines_;  // of every connection, when there is an injector
  std::map<ConnectionId, std::unique_ptr<Client>> clients_;
  std::uint64_t next_connection_ = 1;
  std::optional<Timestamp> session_end_;
  // The earliest a client wants to be woken: kept, since a market event changes it rarely and asking them all takes longer
  // than the event.
  std::optional<Timestamp> clients_wake_;
  bool knows_clients_wake_ = false;
};

}  // namespace tradewind::sim::gateway
