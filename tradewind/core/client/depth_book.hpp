#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/client/conversation.hpp"

#include <string>
#include <vector>

namespace tradewind::client {

// Both sides of a market-depth subscription, built from its row operations.
class DepthBook {
 public:
  struct Row {
    Price price = Price::zero();
    std::optional<Quantity> size;
    std::string market_maker;  // or exchange, in a SMART book; empty at level one
    friend bool operator==(const Row&, const Row&) = default;
  };

  // Best first.
  [[nodiscard]] const std::vector<Row>& bids() const { return bids_; }
  [[nodiscard]] const std::vector<Row>& asks() const { return asks_; }

  // `malformed`: the row does not fit the book, which means that something was missed. The book is empty then: ask for
  // depth again.
  [[nodiscard]] Result<void> apply(const UpdateOf<tws::MarketDepthRequest>& update);
  // After 317 and whenever depth is asked for again.
  void clear();

 private:
  [[nodiscard]] Result<void> apply(const tws::MarketDepthData& row);

  std::vector<Row> bids_;
  std::vector<Row> asks_;
};

}  // namespace tradewind::client
