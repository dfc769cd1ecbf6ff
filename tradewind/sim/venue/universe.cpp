#include "tradewind/sim/venue/universe.hpp"

#include "tradewind/core/base/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <tuple>

namespace tradewind::sim::venue {
namespace {

constexpr std::int32_t kRatioMax = 1'000'000;
constexpr std::size_t kLegsMax = 8;
constexpr std::size_t kFew = 8;

auto key_of(const Listing& listing) {
  return std::tuple{std::string_view{listing.symbol}, std::string_view{listing.security_type},
                    std::string_view{listing.last_trade_date}, listing.strike, listing.right};
}

// The part of by_key_ or by_local_ in which `text_of` begins with `prefix`; within it texts must ascend.
template <class TextOf>
std::span<const std::uint32_t> narrowed(std::span<const std::uint32_t> all, std::string_view prefix, bool whole,
                                        const TextOf& text_of) {
  const auto cut = [&](std::uint32_t at) { return whole ? text_of(at) : text_of(at).substr(0, prefix.size()); };
  const auto range = std::ranges::equal_range(all, prefix, {}, cut);
  return {range.begin(), range.end()};
}

bool fits(const Listing& listing, const ContractQuery& query) {
  const auto said = [](std::string_view asked, std::string_view is) { return asked.empty() || asked == is; };
  const std::string_view primary = query.primary_exchange == "ISLAND" ? "NASDAQ" : query.primary_exchange;
  return said(query.symbol, listing.symbol) && said(query.security_type, listing.security_type) &&
         said(query.currency, listing.currency) && said(query.local_symbol, listing.local()) &&
         said(query.trading_class, listing.trading_class) && said(query.isin, listing.isin) &&
         (query.cusip.empty() || (listing.bond && query.cusip == listing.bond->cusip)) &&
         listing.last_trade_date.starts_with(query.expiry) && (!query.strike || query.strike == listing.strike) &&
         (query.right == Right::none || query.right == listing.right) &&
         (!query.multiplier || *query.multiplier == listing.multiplier) &&
         (query.exchange.empty() || trades_on(listing, query.exchange)) &&
         (listing.security_type != "STK" || said(primary, listing.primary_exchange));
}

}  // namespace

Universe::Universe(std::vector<Listing> listings) {
  listings_.reserve(listings.size() + kCombosMax);
  for (Listing& listing : listings) {
    // Two derived ids may meet: the later one moves on.
    while (by_con_id(listing.con_id)) ++listing.con_id;
    const auto at = static_cast<std::uint32_t>(listings_.size());
    listings_.push_back(std::move(listing));
    index(at);
  }
}

void Universe::index(std::uint32_t at) {
  const Listing& listing = listings_[at];
  const std::pair id{listing.con_id, at};
  by_con_id_.insert(std::ranges::lower_bound(by_con_id_, id), id);
  if (listing.is_combo()) return;  // nobody asks for one by name
  const auto key = [this](std::uint32_t one) { return key_of(listings_[one]); };
  by_key_.insert(std::ranges::upper_bound(by_key_, key(at), {}, key), at);
  const auto local = [this](std::uint32_t one) { return std::string_view{listings_[one].local()}; };
  by_local_.insert(std::ranges::upper_bound(by_local_, local(at), {}, local), at);
}

std::optional<std::uint32_t> Universe::by_con_id(std::int32_t con_id) const {
  const auto found = std::ranges::lower_bound(by_con_id_, con_id, {}, &std::pair<std::int32_t, std::uint32_t>::first);
  if (found == by_con_id_.end() || found->first != con_id) return std::nullopt;
  return found->second;
}

std::vector<std::uint32_t> Universe::find(const ContractQuery& query) const {
  std::vector<std::uint32_t> found;
  if (query.con_id != 0) {
    // The id says it all; beside it only the exchange counts.
    const auto at = by_con_id(query.con_id);
    if (at && (query.exchange.empty() || trades_on(listings_[*at], query.exchange))) found.push_back(*at);
    return found;
  }
  const auto text = [this](std::string Listing::* member) {
    return [this, member](std::uint32_t at) { return std::string_view{listings_[at].*member}; };
  };
  std::span<const std::uint32_t> candidates{by_key_};
  if (!query.local_symbol.empty()) {
    candidates = narrowed(by_local_, query.local_symbol, true,
                          [this](std::uint32_t at) { return std::string_view{listings_[at].local()}; });
  } else if (!query.symbol.empty()) {
    candidates = narrowed(candidates, query.symbol, true, text(&Listing::symbol));
    // A few are looked at one by one.
    if (!query.security_type.empty() && candidates.size() > kFew) {
      candidates = narrowed(candidates, query.security_type, true, text(&Listing::security_type));
      candidates = narrowed(candidates, query.expiry, false, text(&Listing::last_trade_date));
      if (query.strike && query.expiry.size() == 8) {
        const auto range = std::ranges::equal_range(candidates, query.strike, {},
                                                    [this](std::uint32_t at) { return listings_[at].strike; });
        candidates = {range.begin(), range.end()};
      }
    }
  }
  for (const std::uint32_t at : candidates) {
    if (fits(listings_[at], query)) found.push_back(at);
  }
  return found;
}

std::vector<std::uint32_t> Universe::by_symbol(std::string_view symbol) const {
  const auto range =
      narrowed(by_key_, symbol, true, [this](std::uint32_t at) { return std::string_view{listings_[at].symbol}; });
  return {range.begin(), range.end()};
}

std::optional<std::uint32_t> Universe::combo(std::vector<Leg> legs) const {
  std::ranges::sort(legs);
  const auto found = combos_.find(legs);
  if (found == combos_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::uint32_t> Universe::make_combo(std::vector<Leg> legs) {
  std::ranges::sort(legs);
  if (const auto known = combos_.find(legs); known != combos_.end()) return known->second;
  if (legs.size() < 2 || legs.size() > kLegsMax || combos_.size() == kCombosMax) return std::nullopt;
  Listing listing;
  listing.security_type = "BAG";
  listing.primary_exchange = "SMART";
  std::string description = "BAG";
  for (std::size_t i = 0; i < legs.size(); ++i) {
    const auto at = by_con_id(legs[i].con_id);
    if (!at || legs[i].ratio < 1 || legs[i].ratio > kRatioMax) return std::nullopt;
    if (i > 0 && legs[i].con_id == legs[i - 1].con_id) return std::nullopt;
    const Listing& leg = listings_[*at];
    if (leg.is_combo() || !leg.is_tradable() || leg.security_type == "CASH") return std::nullopt;
    if (i == 0) {
      listing.currency = leg.currency;
      listing.symbol = leg.symbol;
      listing.multiplier = leg.multiplier;
    } else {
      if (leg.currency != listing.currency) return std::nullopt;
      if (leg.symbol != listing.symbol && !listing.symbol.ends_with("," + leg.symbol))
        listing.symbol += "," + leg.symbol;
      // Stock and options together are priced for one share.
      listing.multiplier = std::max(listing.multiplier, leg.multiplier);
    }
    description += fmt::format(" {}{}*{}", legs[i].side == Side::buy ? '+' : '-', legs[i].ratio, legs[i].con_id);
  }
  listing.trading_class = "COMB";
  listing.local_symbol = std::to_string(kComboNumber);
  listing.con_id = derived_con_id(description);
  while (by_con_id(listing.con_id)) ++listing.con_id;
  listing.legs = legs;
  const auto at = static_cast<std::uint32_t>(listings_.size());
  TW_CHECK(listings_.size() < listings_.capacity());  // addresses stay valid
  listings_.push_back(std::move(listing));
  index(at);
  combos_.emplace(std::move(legs), at);
  return at;
}

}  // namespace tradewind::sim::venue
