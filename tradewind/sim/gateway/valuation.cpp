#include "tradewind/sim/gateway/valuation.hpp"

#include "tradewind/sim/gateway/internal/amounts.hpp"

#include <algorithm>
#include <map>

namespace tradewind::sim::gateway {
namespace {

void add_to(CurrencyFigures& into, const CurrencyFigures& more, const auto& convert) {
  for (Amount CurrencyFigures::* figure :
       {&CurrencyFigures::cash, &CurrencyFigures::stocks, &CurrencyFigures::bonds, &CurrencyFigures::options,
        &CurrencyFigures::futures_profit, &CurrencyFigures::realized, &CurrencyFigures::unrealized})
    into.*figure = sum(into.*figure, convert(more.*figure));
}

// The price of what an option is on.
std::optional<Price> underlying_price(const venue::Listing& option, const venue::Universe& universe,
                                      const Marks& marks) {
  if (!option.underlying) return std::nullopt;
  const auto found = universe.by_con_id(*option.underlying);
  return found ? marks(*found) : std::nullopt;
}

}  // namespace

Amount HoldingFigures::unrealized() const { return price ? difference(value, cost) : Amount::zero(); }

Amount HoldingFigures::variation() const { return price ? sum(unrealized(), fees) : Amount::zero(); }

double HoldingFigures::average_cost() const {
  const auto average = average_price(magnitude(cost), magnitude(position), Multiplier::of(1));
  return average ? static_cast<double>(average->raw()) / static_cast<double>(Price::kScale) : 0;
}

std::vector<HoldingFigures> holdings_of(std::string_view account, const Books& books, const DayStart& day_start,
                                        const venue::Universe& universe, const Marks& marks) {
  std::vector<HoldingFigures> figures;
  for (const auto& [con_id, holding] : books.holdings(account)) {
    const auto index = universe.by_con_id(con_id);
    if (!index) continue;
    const Books::Holding start = day_start.held(account, con_id).holding;
    const auto price = marks(*index);
    const Multiplier multiplier = universe.listings()[*index].multiplier;
    figures.push_back({*index, holding.position, price,
                       worth(price.value_or(Price::zero()), holding.position, multiplier),
                       sum(holding.cost, holding.fees), holding.fees, difference(holding.realized, start.realized),
                       holding.trades != start.trades});
  }
  std::ranges::sort(figures, {}, &HoldingFigures::listing);
  return figures;
}

Amount CurrencyFigures::net() const { return sum(sum(cash, sum(stocks, bonds)), sum(options, futures_profit)); }

std::optional<Amount> converted(Amount amount, std::string_view from, std::string_view to, const Dollars& dollars) {
  if (from == to) return amount;
  const auto of_from = dollars(from);
  const auto of_to = dollars(to);
  if (!of_from || !of_to || *of_to <= Price::zero()) return std::nullopt;
  return proportion(amount, of_from->raw(), of_to->raw());
}

AccountFigures figures_of(const AccountSetup& account, const std::vector<HoldingFigures>& holdings, const Cash& cash,
                          const venue::Universe& universe, const Marks& marks, const Dollars& dollars,
                          MarginTime time) {
  AccountFigures figures;
  std::map<std::string, CurrencyFigures> by_currency;
  for (const auto& [currency, amount] : cash) by_currency[currency].cash = amount;

  const auto to_base = [&](Amount amount, std::string_view currency) {
    return converted(amount, currency, account.currency, dollars).value_or(Amount::zero());
  };
  for (const HoldingFigures& holding : holdings) {
    const venue::Listing& listing = universe.listings()[holding.listing];
    CurrencyFigures& own = by_currency[listing.currency];
    own.realized = sum(own.realized, holding.realized);
    own.unrealized = sum(own.unrealized, holding.unrealized());
    if (listing.security_type == "FUT") {
      own.futures_profit = sum(own.futures_profit, holding.variation());
    } else if (listing.is_option()) {
      own.options = sum(own.options, holding.value);
    } else if (listing.security_type == "BOND") {
      own.bonds = sum(own.bonds, holding.value);
    } else if (listing.security_type != "CASH") {
      own.stocks = sum(own.stocks, holding.value);
    }
    if (listing.security_type != "FUT")
      figures.gross = sum(figures.gross, magnitude(to_base(holding.value, listing.currency)));
    const auto margin = [&](MarginTime when) {
      const Margin asked = margin_of(listing, holding.position, holding.price.value_or(Price::zero()),
                                     underlying_price(listing, universe, marks), account.margin, when);
      return Margin{to_base(asked.initial, listing.currency), to_base(asked.maintenance, listing.currency)};
    };
    figures.margin = add(figures.margin, margin(time));
    figures.overnight = add(figures.overnight, margin(MarginTime::overnight));
    if (listing.security_type == "FUT") {
      figures.futures_margin = sum(figures.futures_margin, margin(time).initial);
      figures.futures_maintenance = sum(figures.futures_maintenance, margin(time).maintenance);
    }
  }

  figures.base.currency = "BASE";
  figures.base.rate = Price::of(1);
  for (auto& [currency, own] : by_currency) {
    own.currency = currency;
    // A million units, so that the rate has all the digits of a price.
    if (const auto million = converted(Amount::of(1'000'000), currency, account.currency, dollars))
      own.rate = average_price(*million, Quantity::of(1'000'000), Multiplier::of(1));
    add_to(figures.base, own, [&](Amount amount) { return to_base(amount, own.currency); });
    figures.currencies.push_back(own);
  }
  return figures;
}

Profit profit_of(const HoldingFigures& now, const DayStart::Held& start, Multiplier multiplier) {
  Profit profit;
  if (now.is_traded) profit.realized_today = now.realized;
  if (now.price || now.position.is_zero())
    profit.unrealized = now.position.is_zero() ? Amount::zero() : now.unrealized();
  if (profit.unrealized && (start.price || start.holding.position.is_zero())) {
    const Amount at_start = start.holding.position.is_zero()
                                ? Amount::zero()
                                : difference(worth(*start.price, start.holding.position, multiplier),
                                             sum(start.holding.cost, start.holding.fees));
    profit.today = sum(now.realized, difference(*profit.unrealized, at_start));
  }
  return profit;
}

}  // namespace tradewind::sim::gateway
