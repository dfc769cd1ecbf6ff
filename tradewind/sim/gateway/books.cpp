#include "tradewind/sim/gateway/books.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/sim/venue/fees.hpp"

#include <algorithm>

namespace tradewind::sim::gateway {
namespace {

void move(Books::Cash& cash, const std::string& currency, Amount by) {
  if (by.is_zero()) return;
  Amount& balance = cash.try_emplace(currency, Amount::zero()).first->second;
  const auto sum = add(balance, by);
  TW_CHECK(sum.has_value());
  balance = *sum;
}

Amount signed_by(Side side, Amount amount) { return side == Side::buy ? amount : negate(amount); }

}  // namespace

const Books::Contract& Books::contract_of(const venue::Listing& listing) {
  const auto [found, is_new] = contracts_.try_emplace(listing.con_id);
  if (is_new) {
    found->second = {.con_id = listing.con_id,
                     .is_future = listing.security_type == "FUT",
                     .is_pair = listing.security_type == "CASH",
                     .symbol = listing.symbol,
                     .currency = listing.currency,
                     .commission_currency = venue::fee_currency(listing),
                     .multiplier = listing.multiplier};
  }
  return found->second;
}

void Books::open_account(const std::string& account, Amount cash, const std::string& currency) {
  ++version_;
  if (accounts_.empty()) first_ = account;
  Account& opened = accounts_[account];
  opened.base = currency;
  opened.opening.insert_or_assign(currency, cash);
  opened.cash = opened.opening;
}

void Books::open_position(const std::string& account, std::int32_t con_id, Position position, Amount cost) {
  ++version_;
  Account& owner = accounts_.at(account);
  Holding& holding = owner.opening_holdings[con_id];
  holding.position = position;
  holding.cost = cost;
  owner.holdings[con_id] = holding;
}

Books::Outcome Books::apply(Account& account, const Booked& trade) {
  const Contract& contract = *trade.contract;
  move(account.cash, contract.commission_currency, negate(trade.commission));
  if (trade.quantity.is_zero()) return {};
  const Amount value = notional(trade.price, trade.quantity, contract.multiplier).value();
  if (contract.is_pair) {
    const Amount bought = notional(Price::of(1), trade.quantity, Multiplier::of(1)).value();
    move(account.cash, contract.symbol, signed_by(trade.side, bought));
    move(account.cash, contract.currency, negate(signed_by(trade.side, value)));
    return {};
  }
  if (!contract.is_future) move(account.cash, contract.currency, negate(signed_by(trade.side, value)));

  Holding& holding = account.holdings[contract.con_id];
  ++holding.trades;
  // Signed quantities from here: a purchase is positive.
  const std::int64_t traded = trade.side == Side::buy ? trade.quantity.raw() : -trade.quantity.raw();
  const std::int64_t held = holding.position.raw();
  Outcome outcome;
  if (held != 0 && (held > 0) != (traded > 0)) {
    const std::int64_t closed = std::min(std::abs(held), std::abs(traded));
    const Amount closed_cost = proportion(holding.cost, closed, std::abs(held)).value();
    const Amount closed_value = proportion(value, closed, std::abs(traded)).value();
    const Amount received = trade.side == Side::sell ? closed_value : negate(closed_value);
    const Amount profit = subtract(received, closed_cost).value();
    const Amount fee = proportion(trade.commission, closed, std::abs(traded)).value();
    const Amount opening_fee = proportion(holding.fees, closed, std::abs(held)).value();
    outcome.realized = subtract(profit, add(fee, opening_fee).value()).value();
    outcome.closes = true;
    holding.fees = add(subtract(holding.fees, opening_fee).value(), subtract(trade.commission, fee).value()).value();
    holding.cost = subtract(holding.cost, closed_cost).value();
    const Amount rest = subtract(value, closed_value).value();
    holding.cost = add(holding.cost, signed_by(trade.side, rest)).value();
    holding.realized = add(holding.realized, outcome.realized).value();
    if (contract.is_future) move(account.cash, contract.currency, profit);
  } else {
    holding.fees = add(holding.fees, trade.commission).value();
    holding.cost = add(holding.cost, signed_by(trade.side, value)).value();
  }
  holding.position = Position::from_raw(held + traded);
  return outcome;
}

Books::Outcome Books::book(const std::string& account, const venue::Listing& listing, const Trade& trade) {
  ++version_;
  Account& owner = accounts_.at(account);
  const Booked booked{trade, &contract_of(listing)};
  Outcome outcome = apply(owner, booked);
  outcome.number = owner.settled + owner.trades.size();
  owner.trades.push_back(booked);
  if (owner.trades.size() >= 2 * kTradesKept) settle(owner, kTradesKept);
  return outcome;
}

void Books::settle(Account& account, std::size_t count) {
  Account past;
  past.cash = std::move(account.opening);
  past.holdings = std::move(account.opening_holdings);
  const auto end = account.trades.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto trade = account.trades.begin(); trade != end; ++trade) apply(past, *trade);
  account.opening = std::move(past.cash);
  account.opening_holdings = std::move(past.holdings);
  account.trades.erase(account.trades.begin(), end);
  account.settled += count;
}

Books::Outcome Books::revise(const std::string& account, std::size_t number, Quantity quantity, Price price,
                             Amount commission) {
  ++version_;
  Account& owner = accounts_.at(account);
  TW_CHECK(number >= owner.settled);
  Booked& wrong = owner.trades.at(number - owner.settled);
  wrong.quantity = quantity;
  wrong.price = price;
  wrong.commission = commission;
  // What came later was closed against another cost: everything again from the beginning.
  owner.cash = owner.opening;
  for (auto& [con_id, holding] : owner.holdings) {
    const auto opening = owner.opening_holdings.find(con_id);
    holding = opening == owner.opening_holdings.end() ? Holding{} : opening->second;
  }
  Outcome revised;
  for (std::size_t i = 0; i < owner.trades.size(); ++i) {
    const Outcome outcome = apply(owner, owner.trades[i]);
    if (owner.settled + i == number) revised = outcome;
  }
  for (const auto& [con_id, by] : owner.tampered) {
    Holding& holding = owner.holdings[con_id];
    holding.position = add(holding.position, by).value();
  }
  revised.number = number;
  return revised;
}

void Books::pay(const std::string& account, const std::string& currency, Amount amount) {
  ++version_;
  Account& owner = accounts_.at(account);
  move(owner.opening, currency, amount);
  move(owner.cash, currency, amount);
}

void Books::tamper(const std::string& account, std::int32_t con_id, Position by) {
  ++version_;
  Account& owner = accounts_.at(account);
  Holding& holding = owner.holdings[con_id];
  holding.position = add(holding.position, by).value();
  owner.tampered.emplace_back(con_id, by);
}

Amount Books::cash(std::string_view account) const {
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return Amount::zero();
  const auto base = found->second.cash.find(found->second.base);
  return base == found->second.cash.end() ? Amount::zero() : base->second;
}

const Books::Cash& Books::cash_by_currency(std::string_view account) const {
  static const Cash kNone;
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? kNone : found->second.cash;
}

const std::string& Books::base_currency(std::string_view account) const {
  static const std::string kNone;
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? kNone : found->second.base;
}

const std::map<std::int32_t, Books::Holding>& Books::holdings(std::string_view account) const {
  static const std::map<std::int32_t, Holding> kNone;
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? kNone : found->second.holdings;
}

Position Books::position(std::string_view account, std::int32_t con_id) const {
  const auto& held = holdings(account);
  const auto found = held.find(con_id);
  return found == held.end() ? Position::zero() : found->second.position;
}

}  // namespace tradewind::sim::gateway
