#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/model/market.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

struct DepthRow {
  Price price = Price::zero();
  Quantity size = Quantity::zero();
  std::string_view exchange;

  friend bool operator==(const DepthRow&, const DepthRow&) = default;
};

// What stands behind the best price of a side: the quote's own price and size first, then prices that follow the market rule,
// with sizes that depend on the contract, the price and the exchange alone. So rows stay what they are while the market moves past
// them. At each price one row for each exchange that shows something there, in the order given.
[[nodiscard]] std::vector<DepthRow> depth_side(const venue::Listing& listing, const model::Quote& quote, Side side,
                                               std::size_t rows, std::span<const std::string_view> exchanges);

// The values are IB's.
enum class DepthOperation : std::int32_t { insert = 0, update = 1, remove = 2 };
struct DepthChange {
  DepthOperation operation = DepthOperation::insert;
  std::int32_t position = 0;
  DepthRow row;  // of a removal: nothing
};

// The operations that turn one side into another, to be applied one after the other. The side never has more rows on the way
// than the longer of the two.
//
// A book of one exchange moves its rows: what goes is removed where it is, what comes is inserted there.
void move_rows(const std::vector<DepthRow>& before, const std::vector<DepthRow>& after,
               std::vector<DepthChange>& changes);
// The book of all exchanges is written over, row by row, and grows and shrinks at its end. Clients rely on it: ib_async
// takes an insertion for an overwriting and does not move up what is behind a removal.
void rewrite_rows(const std::vector<DepthRow>& before, const std::vector<DepthRow>& after,
                  std::vector<DepthChange>& changes);

}  // namespace tradewind::sim::gateway
