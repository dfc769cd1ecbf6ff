#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/internal/data_allowance.hpp"
#include "tradewind/sim/gateway/internal/generic_ticks.hpp"
#include "tradewind/sim/gateway/internal/subscriptions.hpp"
#include "tradewind/sim/gateway/tape.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// A client's market data lines: best bid and offer, prints, and what goes with them; live, frozen or delayed.
class Quotes {
 public:
  explicit Quotes(Client& client) : client_{client} {}

  void request(const tws::MarketDataRequest& request);
  void cancel(const tws::CancelMarketData& request);
  // 1 live, 2 frozen, 3 delayed, 4 delayed and frozen: for the requests to come. Anything else is passed over.
  void set_type(const tws::MarketDataTypeRequest& request);

  // The listing's tape has moved on; `late`: that of the delayed data.
  void on_quote(std::uint32_t index, bool late);
  void on_trade(std::uint32_t index, bool late);
  void on_halt(std::uint32_t index);
  // Regular hours may have begun or ended.
  void on_hours();
  [[nodiscard]] std::optional<Timestamp> wake_at() const { return wake_at_; }
  void wake(Timestamp now);

 private:
  struct TickTypes;
  struct Line {
    std::int32_t request_id = 0;
    std::uint32_t listing = 0;
    DataAllowance::Lease lease;
    GenericTicks generic;
    bool delayed = false;     // has the delayed tick types
    bool late = false;        // shows the late tape
    bool regulatory = false;
    bool wants_frozen = false;  // once the market is closed
    bool frozen = false;
    std::optional<Timestamp> snapshot_ends{};
    std::optional<std::uint32_t> underlying{};
    // Of generic tick 292.
    std::vector<std::string> news_from{};  // providers
    Timestamp news_until{};                // headlines up to here are told
    std::optional<Timestamp> next_news{};
    // What the client was shown last.
    model::Quote shown{};
    std::optional<Price> high{}, low{}, open{}, mark{};
    // A sampled line keeps what comes too soon after the last sample until this time.
    Timestamp next_sample{};
    bool quote_waits = false;
    bool trade_waits = false;
  };

  [[nodiscard]] static const TickTypes& types_of(const Line& line);
  [[nodiscard]] const Tape& tape_of(const Line& line) const;
  // Sends what the rights to the data ask for; false when there will be no data.
  [[nodiscard]] bool admit(Line& line);
  void tell_type(const Line& line);
  void sampled(Line& line, bool quote, bool trade);
  void show_first(Line& line);
  void show_quote(Line& line);
  void show_print(Line& line);
  void show_range(Line& line, const Tape& tape);
  void show_option(const Line& line, bool quote, bool trade);
  void show_mark(Line& line, const Tape& tape);
  void show_generics_once(Line& line);
  void show_trade_generics(const Line& line, const Tape& tape);
  [[nodiscard]] bool subscribe_to_news(Line& line);
  void show_news(Line& line);
  [[nodiscard]] bool is_complete(const Line& line) const;
  void end_snapshot(std::int32_t request_id);

  void price(const Line& line, std::int32_t type, std::int32_t size_type, Price price, Quantity size, bool executable);
  void size(const Line& line, std::int32_t type, Quantity size);
  void text(const Line& line, std::int32_t type, std::string_view value);
  void number(const Line& line, std::int32_t type, double value);
  void wake_by(Timestamp time);

  Client& client_;
  Subscriptions<Line> lines_;
  std::vector<std::int32_t> ended_;  // snapshots that became complete just now
  std::optional<Timestamp> wake_at_;
  std::int32_t type_ = 1;
  std::string scratch_;
};

}  // namespace tradewind::sim::gateway
