#include "tradewind/sim/gateway/internal/depth_book.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>

namespace tradewind::sim::gateway {
namespace {

constexpr std::uint64_t kSkipOneIn = 8;   // prices at which nobody stands
constexpr std::uint64_t kUnitsMax = 12;   // of one exchange at one price
constexpr int kPricesMax = 200;           // looked at for one side

std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

std::uint64_t chance(const venue::Listing& listing, Price price, std::size_t of) {
  return mixed(mixed(static_cast<std::uint64_t>(price.raw())) ^ (static_cast<std::uint64_t>(listing.con_id) << 8U) ^
               of);
}

// What people show of it at a time.
Quantity unit_of(const venue::Listing& listing) {
  if (listing.security_type == "STK") return Quantity::of(100);
  if (listing.security_type == "CASH") return Quantity::of(250'000);
  return Quantity::of(1);
}

// The quote's size, in whole units as far as it goes; the first exchange has what remains.
void split(Price price, Quantity size, const venue::Listing& listing, std::span<const std::string_view> exchanges,
           std::vector<DepthRow>& rows) {
  const std::int64_t unit = unit_of(listing).raw();
  const auto count = static_cast<std::int64_t>(exchanges.size());
  const std::int64_t each = size.raw() / unit / count * unit;
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    const std::int64_t part = i == 0 ? size.raw() - each * (count - 1) : each;
    if (part > 0) rows.push_back({price, Quantity::from_raw(part), exchanges[i]});
  }
}

}  // namespace

std::vector<DepthRow> depth_side(const venue::Listing& listing, const model::Quote& quote, Side side, std::size_t rows,
                                 std::span<const std::string_view> exchanges) {
  std::vector<DepthRow> made;
  const auto& best = side == Side::buy ? quote.bid : quote.ask;
  const venue::MarketRule* rule = venue::find_market_rule(listing.market_rule);
  TW_CHECK(rule != nullptr && !exchanges.empty());
  if (!best) return made;
  split(*best, side == Side::buy ? quote.bid_size : quote.ask_size, listing, exchanges, made);
  Price price = *best;
  for (int i = 0; i < kPricesMax && made.size() < rows; ++i) {
    // Below a price its own step may be the one of the range below.
    const Price step = rule->increment_at(side == Side::buy ? Price::from_raw(price.raw() - 1) : price);
    price = Price::from_raw(side == Side::buy ? price.raw() - step.raw() : price.raw() + step.raw());
    if (side == Side::buy && price <= Price::zero() && *best > Price::zero()) break;
    if (chance(listing, price, 0xFF) % kSkipOneIn == 0) continue;
    for (std::size_t at = 0; at < exchanges.size(); ++at) {
      const std::uint64_t drawn = chance(listing, price, at);
      if (exchanges.size() > 1 && drawn % 3 == 0) continue;
      const auto units = static_cast<std::int64_t>(1 + (drawn >> 8U) % kUnitsMax);
      made.push_back({price, Quantity::from_raw(unit_of(listing).raw() * units), exchanges[at]});
    }
  }
  if (made.size() > rows) made.resize(rows);
  return made;
}

void move_rows(const std::vector<DepthRow>& before, const std::vector<DepthRow>& after,
               std::vector<DepthChange>& changes) {
  const auto same_place = [](const DepthRow& a, const DepthRow& b) {
    return a.price == b.price && a.exchange == b.exchange;
  };
  const auto kept = [&](const DepthRow& row) {
    return std::ranges::any_of(after, [&](const DepthRow& other) { return same_place(row, other); });
  };
  // First what goes, so that there is room.
  std::vector<DepthRow> rows;
  std::int32_t position = 0;
  for (const DepthRow& row : before) {
    if (kept(row)) {
      rows.push_back(row);
      ++position;
    } else {
      changes.push_back({DepthOperation::remove, position, {}});
    }
  }
  std::size_t old = 0;
  position = 0;
  for (const DepthRow& row : after) {
    if (old < rows.size() && same_place(rows[old], row)) {
      if (rows[old].size != row.size) changes.push_back({DepthOperation::update, position, row});
      ++old;
    } else {
      changes.push_back({DepthOperation::insert, position, row});
    }
    ++position;
  }
}

void rewrite_rows(const std::vector<DepthRow>& before, const std::vector<DepthRow>& after,
                  std::vector<DepthChange>& changes) {
  for (std::size_t i = before.size(); i > after.size(); --i)
    changes.push_back({DepthOperation::remove, static_cast<std::int32_t>(i - 1), {}});
  for (std::size_t i = 0; i < after.size(); ++i) {
    const bool is_new = i >= before.size();
    if (is_new || before[i] != after[i]) {
      changes.push_back(
          {is_new ? DepthOperation::insert : DepthOperation::update, static_cast<std::int32_t>(i), after[i]});
    }
  }
}

}  // namespace tradewind::sim::gateway
