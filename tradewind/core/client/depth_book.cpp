#include "tradewind/core/client/depth_book.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace tradewind::client {
namespace {

enum Operation : std::int32_t { kInsert = 0, kUpdate = 1, kDelete = 2 };
constexpr std::size_t kRowsMax = 1000;  // far above what IB sends

}  // namespace

void DepthBook::clear() {
  bids_.clear();
  asks_.clear();
}

Result<void> DepthBook::apply(const UpdateOf<tws::MarketDepthRequest>& update) {
  // After a gap IB sends the book anew.
  if (update.quality.gap_before != 0) clear();
  if (const auto* const row = update.get<tws::MarketDepth>()) return apply(row->market_depth_data);
  if (const auto* const row = update.get<tws::MarketDepthL2>()) return apply(row->market_depth_data);
  return {};
}

Result<void> DepthBook::apply(const tws::MarketDepthData& data) {
  std::vector<Row>& rows = data.side == 1 ? bids_ : asks_;
  const auto refuse = [&](const char* what) -> Result<void> {
    const std::size_t held = rows.size();
    clear();
    return fail(Errc::malformed, fmt::format("depth row {} of the {} side {} (the book has {}): ask for depth again",
                                             data.position, data.side == 1 ? "bid" : "ask", what, held));
  };
  if (data.side != 0 && data.side != 1) return refuse("is of no side");
  if (data.position < 0 || static_cast<std::size_t>(data.position) >= kRowsMax) return refuse("is out of range");
  const auto position = static_cast<std::size_t>(data.position);
  switch (data.operation) {
    case kInsert:
      if (position > rows.size()) return refuse("leaves a hole");
      rows.insert(rows.begin() + data.position, Row{data.price, data.size, std::string{data.market_maker}});
      return {};
    case kUpdate:
      if (position >= rows.size()) return refuse("does not exist");
      rows[position] = Row{data.price, data.size, std::string{data.market_maker}};
      return {};
    case kDelete:
      if (position >= rows.size()) return refuse("does not exist");
      rows.erase(rows.begin() + data.position);
      return {};
    default:
      return refuse("has an unknown operation");
  }
}

}  // namespace tradewind::client
