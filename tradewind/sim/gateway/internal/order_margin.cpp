#include "tradewind/sim/gateway/internal/order_margin.hpp"

#include "tradewind/sim/gateway/internal/amounts.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace tradewind::sim::gateway {
namespace {

// Of an order that is asked about, whatever its size: what does not fit is left out.
Amount plus(Amount a, Amount b) { return add(a, b).value_or(a); }

}  // namespace

Amount OrderMargin::converted(Amount amount, std::string_view currency, std::string_view base) const {
  if (currency == base) return amount;
  std::vector<std::uint32_t> pairs = universe_.by_symbol(currency);
  for (const std::uint32_t other : universe_.by_symbol(base)) pairs.push_back(other);
  for (const std::uint32_t i : pairs) {
    const venue::Listing& pair = listings_[i];
    if (pair.security_type != "CASH") continue;
    const auto rate = market_[i].mark();
    if (!rate || *rate <= Price::zero()) continue;
    if (pair.symbol == currency && pair.currency == base)
      return proportion(amount, rate->raw(), Price::kScale).value_or(amount);
    if (pair.symbol == base && pair.currency == currency)
      return proportion(amount, Price::kScale, rate->raw()).value_or(amount);
  }
  return amount;
}

OrderMargin::Requirement OrderMargin::of(const std::string& account, const std::vector<PossibleTrade>& trades,
                                         MarginTime time) const {
  Requirement out;
  const std::string& base = books_.base_currency(account);
  const auto setup = std::ranges::find(accounts_, account, &AccountSetup::id);
  const MarginAccount kind = setup == accounts_.end() ? MarginAccount::reg_t : setup->margin;
  for (const auto& [currency, cash] : books_.cash_by_currency(account))
    out.equity = plus(out.equity, converted(cash, currency, base));
  const auto& holdings = books_.holdings(account);
  std::set<std::uint32_t> concerned;
  for (const auto& [con_id, holding] : holdings) {
    if (const auto listed = universe_.by_con_id(con_id)) concerned.insert(*listed);
  }
  for (const PossibleTrade& trade : trades) concerned.insert(trade.listing);
  for (const std::uint32_t i : concerned) {
    const venue::Listing& listing = listings_[i];
    const auto holding = holdings.find(listing.con_id);
    Position position = holding == holdings.end() ? Position::zero() : holding->second.position;
    Amount cost = holding == holdings.end() ? Amount::zero() : holding->second.cost;
    Price price = market_[i].mark().value_or(Price::zero());
    Amount paid = Amount::zero();
    for (const PossibleTrade& trade : trades) {
      if (trade.listing != i) continue;
      if (price.is_zero()) price = trade.price;
      position = add(position, trade.by).value_or(position);
      paid = plus(paid, worth(trade.price, trade.by, listing.multiplier));
    }
    const auto in_base = [&](Amount amount) { return converted(amount, listing.currency, base); };
    const Amount value = worth(price, position, listing.multiplier);
    // A future is worth its profit; a pair is the cash that it is.
    if (listing.security_type == "FUT") {
      out.equity = plus(out.equity, in_base(subtract(value, plus(cost, paid)).value_or(Amount::zero())));
    } else if (listing.security_type != "CASH") {
      out.equity = plus(out.equity, in_base(subtract(value, paid).value_or(value)));
    }
    const auto underlying = listing.underlying ? universe_.by_con_id(*listing.underlying) : std::nullopt;
    const Margin margin =
        margin_of(listing, position, price, underlying ? market_[*underlying].mark() : std::nullopt, kind, time);
    out.margin = add(out.margin, Margin{in_base(margin.initial), in_base(margin.maintenance)});
  }
  return out;
}

MarginPreview OrderMargin::preview(const std::string& account, const std::vector<PossibleTrade>& trades,
                                   Amount commission, MarginTime time) const {
  const Requirement before = of(account, {}, time);
  const Requirement after = of(account, trades, time);
  MarginPreview out;
  out.init_before = before.margin.initial;
  out.maint_before = before.margin.maintenance;
  out.equity_before = before.equity;
  out.init_after = after.margin.initial;
  out.maint_after = after.margin.maintenance;
  out.equity_after = subtract(after.equity, commission).value_or(after.equity);
  out.commission = commission;
  out.currency = books_.base_currency(account);
  return out;
}

bool OrderMargin::is_enough(const MarginPreview& preview) {
  // The cushion: what is there beyond what is required.
  const auto cushion = [](Amount equity, Amount init) { return subtract(equity, init).value_or(Amount::zero()); };
  const Amount after = cushion(preview.equity_after, preview.init_after);
  if (!after.is_negative()) return true;
  const Amount with_commission = add(after, preview.commission).value_or(after);
  return with_commission >= cushion(preview.equity_before, preview.init_before);
}

}  // namespace tradewind::sim::gateway
