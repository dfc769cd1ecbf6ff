#include "tradewind/sim/gateway/internal/order_margin.hpp"

#include "tradewind/sim/gateway/internal/amounts.hpp"

#include <algorithm>
#include <optional>

namespace tradewind::sim::gateway {
namespace {

// Of an order that is asked about, whatever its size: what does not fit is left out.
Amount plus(Amount a, Amount b) { return add(a, b).value_or(a); }

}  // namespace

void OrderMargin::Requirement::count(const Requirement& one) {
  equity = plus(equity, one.equity);
  margin = add(margin, one.margin);
}

void OrderMargin::Requirement::discount(const Requirement& one) {
  count({{negate(one.margin.initial), negate(one.margin.maintenance)}, negate(one.equity)});
}

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

OrderMargin::Requirement OrderMargin::of(const venue::Listing& listing, const Stake& stake, Price price,
                                         const Account& account) const {
  const auto in_base = [&](Amount amount) { return converted(amount, listing.currency, account.base); };
  Requirement out;
  const Amount value = worth(price, stake.position, listing.multiplier);
  // A future is worth its profit; a pair is the cash that it is.
  if (listing.security_type == "FUT") {
    out.equity = in_base(subtract(value, plus(stake.cost, stake.paid)).value_or(Amount::zero()));
  } else if (listing.security_type != "CASH") {
    out.equity = in_base(subtract(value, stake.paid).value_or(value));
  }
  const auto underlying = listing.underlying ? universe_.by_con_id(*listing.underlying) : std::nullopt;
  const Margin margin = margin_of(listing, stake.position, price,
                                  underlying ? market_[*underlying].mark() : std::nullopt, account.kind, account.time);
  out.margin = {in_base(margin.initial), in_base(margin.maintenance)};
  return out;
}

OrderMargin::Requirement OrderMargin::of_holding(const Books::Holding& holding, std::uint32_t listing,
                                                 const Account& account) const {
  const Price price = market_[listing].mark().value_or(Price::zero());
  return of(listings_[listing], {holding.position, holding.cost, Amount::zero()}, price, account);
}

const OrderMargin::Requirement& OrderMargin::present(const std::string& account_id, const Account& account) const {
  const auto [found, is_new] = present_.try_emplace(account_id);
  Present& present = found->second;
  const bool holds =
      present.market == market_.version() && present.books == books_.version() && present.time == account.time;
  if (holds && !is_new) return present.all;
  present = {.market = market_.version(), .books = books_.version(), .time = account.time, .all = {}};
  for (const auto& [currency, cash] : books_.cash_by_currency(account_id))
    present.all.equity = plus(present.all.equity, converted(cash, currency, account.base));
  for (const auto& [con_id, holding] : books_.holdings(account_id)) {
    if (const auto listed = universe_.by_con_id(con_id)) present.all.count(of_holding(holding, *listed, account));
  }
  return present.all;
}

MarginPreview OrderMargin::preview(const std::string& account_id, const std::vector<PossibleTrade>& trades,
                                   Amount commission, MarginTime time) const {
  const auto setup = std::ranges::find(accounts_, account_id, &AccountSetup::id);
  const Account account{books_.base_currency(account_id),
                        setup == accounts_.end() ? MarginAccount::reg_t : setup->margin, time};
  const Requirement& before = present(account_id, account);
  Requirement after = before;
  const auto& holdings = books_.holdings(account_id);
  for (auto trade = trades.begin(); trade != trades.end(); ++trade) {
    const std::uint32_t i = trade->listing;
    if (std::ranges::find(trades, i, &PossibleTrade::listing) != trade) continue;  // counted with the first of it
    const auto holding = holdings.find(listings_[i].con_id);
    Stake stake;
    if (holding != holdings.end()) {
      after.discount(of_holding(holding->second, i, account));
      stake = {holding->second.position, holding->second.cost, Amount::zero()};
    }
    for (const PossibleTrade& other : trades) {
      if (other.listing != i) continue;
      stake.position = add(stake.position, other.by).value_or(stake.position);
      stake.paid = plus(stake.paid, worth(other.price, other.by, listings_[i].multiplier));
    }
    const Price mark = market_[i].mark().value_or(Price::zero());
    after.count(of(listings_[i], stake, mark.is_zero() ? trade->price : mark, account));
  }

  MarginPreview out;
  out.init_before = before.margin.initial;
  out.maint_before = before.margin.maintenance;
  out.equity_before = before.equity;
  out.init_after = after.margin.initial;
  out.maint_after = after.margin.maintenance;
  out.equity_after = subtract(after.equity, commission).value_or(after.equity);
  out.commission = commission;
  out.currency = account.base;
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
