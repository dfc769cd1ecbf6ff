#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/sim/gateway/internal/scanner_catalogue.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {

class Client;

// A client's market scanners: what is listed here, ranked by its tape, again every 30 seconds.
class Scanner {
 public:
  explicit Scanner(Client& client) : client_{client} {}

  void parameters(const tws::ScannerParametersRequest& request);
  void subscribe(const tws::ScannerSubscriptionRequest& request);
  void cancel(const tws::CancelScannerSubscription& request);

  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  void wake(Timestamp now);

 private:
  // What a row must have.
  struct Bounds {
    std::optional<double> above_price, below_price;
    std::optional<double> above_volume, below_volume;
    std::string stock_type;  // as the request says it; empty for all
  };
  struct Subscription {
    const ScanInstrument* instrument = nullptr;
    const ScanLocation* location = nullptr;
    const ScanType* type = nullptr;
    std::size_t rows = 0;
    Bounds bounds;
    Timestamp due;
  };

  void send(std::int32_t request_id, const Subscription& subscription);
  [[nodiscard]] std::vector<std::uint32_t> ranked(const Subscription& subscription) const;
  [[nodiscard]] static bool fits(const Bounds& bounds, const Listing& listing, const Tape& tape);

  Client& client_;
  std::map<std::int32_t, Subscription> subscriptions_;
};

}  // namespace tradewind::sim::gateway
