#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/market.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// What bars can be made of, beside prices of trades and quotes.
enum class Show : std::uint8_t {
  trades,
  midpoint,
  bid,
  ask,
  bid_ask,
  historical_volatility,
  implied_volatility,
  fee_rate,
  schedule,
};

// Bars of the past, with or without their continuation, sessions, the first time stamp and histograms.
class HistoryRequests {
 public:
  explicit HistoryRequests(Client& client) : client_{client} {}
  HistoryRequests(const HistoryRequests&) = delete;
  HistoryRequests& operator=(const HistoryRequests&) = delete;
  ~HistoryRequests();

  void request(const tws::HistoricalDataRequest& request);
  void cancel(const tws::CancelHistoricalData& request);
  void head_timestamp(const tws::HeadTimestampRequest& request);
  void histogram(const tws::HistogramDataRequest& request);

  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

 private:
  // One bar as an answer writes it. What is no trade has no volume.
  struct Row {
    Timestamp time;  // where it begins; of a week or month the last day that is in it
    Price open, high, low, close;
    std::optional<Quantity> volume;
    Price average;
    std::int32_t count = -1;

    friend bool operator==(const Row&, const Row&) = default;
  };
  struct Query {
    std::uint32_t listing = 0;
    Show show = Show::trades;
    Duration size{};
    bool regular_hours = false;
    int format_date = 1;
  };
  // A request that is kept up to date.
  struct Live {
    Query query;
    Timestamp due;
    BarBuilder forming;
    Timestamp covered;  // everything before this is in the bar
    std::optional<Row> sent;
  };

  // Says what is wrong with a request, and empty then.
  [[nodiscard]] std::optional<Query> checked(const tws::HistoricalDataRequest& request);
  [[nodiscard]] std::vector<model::Bar> parts(const Query& query, Timestamp from, Timestamp until, BarsOf what,
                                              Duration grain) const;
  [[nodiscard]] std::vector<Row> rows(const Query& query, Timestamp from, Timestamp until) const;
  void show_volatility(const Query& query, std::vector<Row>& rows) const;
  [[nodiscard]] Row row_of(const Query& query, const TallyBar& tally) const;
  [[nodiscard]] Timestamp time_of(const Query& query, const TallyBar& tally) const;
  [[nodiscard]] std::string date_of(const Query& query, Timestamp time) const;
  void schedule(std::int32_t request_id, const HistorySpan& span, Timestamp end);
  void keep_up_to_date(std::int32_t request_id, const Query& query);
  void send_update(std::int32_t request_id, Live& live);

  Client& client_;
  std::map<std::int32_t, Live> live_;
};

// The regular hours of what a client sees.
[[nodiscard]] Sessions sessions_of(const Client& client);

}  // namespace tradewind::sim::gateway
