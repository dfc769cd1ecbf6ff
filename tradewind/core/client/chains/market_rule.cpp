#include "tradewind/core/client/chains/market_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace tradewind::client::chains {
namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    parts.push_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

}  // namespace

Result<MarketRule> MarketRule::create(const tws::MarketRule& message) {
  MarketRule rule;
  rule.id_ = message.market_rule_id;
  for (const tws::PriceIncrement& each : message.price_increments) {
    const bool ascends =
        rule.bands_.empty() ? each.low_edge.raw() >= 0 : each.low_edge.raw() > rule.bands_.back().low_edge;
    if (!ascends || each.increment.raw() <= 0) {
      return fail(Errc::malformed,
                  fmt::format("market rule {}: increment {} from {} on is not above zero, or its edge does not ascend",
                              rule.id_, each.increment, each.low_edge));
    }
    rule.bands_.push_back({each.low_edge.raw(), each.increment.raw()});
  }
  if (rule.bands_.empty()) return fail(Errc::malformed, fmt::format("market rule {} has no increments", rule.id_));
  return rule;
}

const MarketRule::Band* MarketRule::band_of(Int128 magnitude) const {
  const auto above = std::ranges::upper_bound(bands_, magnitude, {}, &Band::low_edge);
  return above == bands_.begin() ? nullptr : &*std::prev(above);
}

std::optional<Int128> MarketRule::rounded_down(Int128 magnitude) const {
  while (const Band* band = band_of(magnitude)) {
    const Int128 down = magnitude - magnitude % band->increment;
    if (down >= band->low_edge) return down;
    magnitude = band->low_edge - 1;  // into the band below
    if (magnitude < 0) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Int128> MarketRule::rounded_up(Int128 magnitude) const {
  magnitude = std::max(magnitude, bands_.front().low_edge);
  for (;;) {
    const Band* band = band_of(magnitude);
    const Int128 up = (magnitude + band->increment - 1) / band->increment * band->increment;
    const bool is_last = band == &bands_.back();
    if (is_last || up < std::next(band)->low_edge) return up;
    magnitude = std::next(band)->low_edge;  // the first price of the band above may be nearer
  }
}

std::optional<Price> MarketRule::increment_at(Price price) const {
  const Band* band = band_of(price.raw() < 0 ? -Int128{price.raw()} : Int128{price.raw()});
  if (band == nullptr) return std::nullopt;
  return Price::try_from_raw(band->increment);
}

bool MarketRule::fits(Price price) const {
  const auto increment = increment_at(price);
  return increment && price.raw() % increment->raw() == 0;
}

std::optional<Price> MarketRule::round_to_increment(Price price, Side side) const {
  const bool is_negative = price.raw() < 0;
  const Int128 magnitude = is_negative ? -Int128{price.raw()} : Int128{price.raw()};
  const bool towards_zero = (side == Side::buy) != is_negative;
  const auto rounded = towards_zero ? rounded_down(magnitude) : rounded_up(magnitude);
  if (!rounded) return std::nullopt;
  return Price::try_from_raw(is_negative ? -*rounded : *rounded);
}

Result<std::int32_t> market_rule_id(const tws::ContractDetails& details, std::string_view exchange) {
  const auto exchanges = split(details.valid_exchanges);
  const auto ids = split(details.market_rule_ids);
  if (exchanges.size() != ids.size()) {
    return fail(Errc::malformed,
                fmt::format("contract details pair {} exchanges with {} market rules ('{}', '{}')", exchanges.size(),
                            ids.size(), details.valid_exchanges.substr(0, 64), details.market_rule_ids.substr(0, 64)));
  }
  std::optional<std::int32_t> found;
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    if (exchanges[i] != exchange) continue;
    std::int32_t id = 0;
    const char* end = ids[i].data() + ids[i].size();
    const auto [stop, error] = std::from_chars(ids[i].data(), end, id);
    if (error != std::errc{} || stop != end)
      return fail(Errc::malformed,
                  fmt::format("market rule '{}' of {} is not a number", ids[i].substr(0, 32), exchange));
    if (found && *found != id)
      return fail(Errc::malformed,
                  fmt::format("contract details give {} two market rules, {} and {}", exchange, *found, id));
    found = id;
  }
  if (!found) {
    return fail(Errc::not_found, fmt::format("the contract is not traded on '{}'; its exchanges are {}", exchange,
                                             details.valid_exchanges));
  }
  return *found;
}

}  // namespace tradewind::client::chains
