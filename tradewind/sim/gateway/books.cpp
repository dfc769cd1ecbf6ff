#include "tradewind/sim/gateway/books.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>

namespace tradewind::sim::gateway {

void Books::open_account(const std::string& account, Amount cash) {
  if (accounts_.empty()) first_ = account;
  accounts_[account].cash = cash;
}

void Books::open_position(const std::string& account, std::int32_t con_id, Position position, Amount cost) {
  Holding& holding = accounts_.at(account).holdings[con_id];
  holding.position = position;
  holding.cost = cost;
}

Books::Outcome Books::book(const std::string& account, std::int32_t con_id, Side side, Quantity quantity, Price price,
                           Amount commission) {
  Account& owner = accounts_.at(account);
  Holding& holding = owner.holdings[con_id];
  const Amount value = notional(price, quantity, Multiplier::of(1)).value();
  const auto pay = [](Amount& balance, Amount amount) {
    const auto left = subtract(balance, amount);
    TW_CHECK(left.has_value());
    balance = *left;
  };
  pay(owner.cash, side == Side::buy ? value : negate(value));
  pay(owner.cash, commission);
  ++holding.trades;

  // Signed quantities from here: a purchase is positive.
  const std::int64_t traded = side == Side::buy ? quantity.raw() : -quantity.raw();
  const std::int64_t held = holding.position.raw();
  Outcome outcome;
  const bool opposite = held != 0 && (held > 0) != (traded > 0);
  if (opposite) {
    const std::int64_t closed = std::min(std::abs(held), std::abs(traded));
    const Amount closed_cost = proportion(holding.cost, closed, std::abs(held)).value();
    const Amount closed_value = proportion(value, closed, std::abs(traded)).value();
    const Amount received = side == Side::sell ? closed_value : negate(closed_value);
    outcome.realized = subtract(received, closed_cost).value();
    outcome.closes = true;
    holding.cost = subtract(holding.cost, closed_cost).value();
    const Amount rest = subtract(value, closed_value).value();
    holding.cost = add(holding.cost, side == Side::buy ? rest : negate(rest)).value();
    holding.realized = add(holding.realized, outcome.realized).value();
  } else {
    holding.cost = add(holding.cost, side == Side::buy ? value : negate(value)).value();
  }
  holding.position = Position::from_raw(held + traded);
  return outcome;
}

void Books::tamper(const std::string& account, std::int32_t con_id, Position by) {
  Holding& holding = accounts_.at(account).holdings[con_id];
  holding.position = add(holding.position, by).value();
}

Amount Books::cash(std::string_view account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? Amount::zero() : found->second.cash;
}

const std::map<std::int32_t, Books::Holding>& Books::holdings(std::string_view account) const {
  static const std::map<std::int32_t, Holding> kNone;
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? kNone : found->second.holdings;
}

}  // namespace tradewind::sim::gateway
