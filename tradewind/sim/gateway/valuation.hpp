#pragma once

#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/gateway/books.hpp"
#include "tradewind/sim/gateway/day_start.hpp"
#include "tradewind/sim/gateway/margin.hpp"
#include "tradewind/sim/venue/universe.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

// What an account is worth at the prices of now, worked out from the books. Everything is exact but for what a
// conversion between currencies rounds. The positions of stocks and options are property; a future is worth its profit;
// a position in a currency is worth nothing beside the cash that it is.

// The price of a listing; nothing before its first.
using Marks = std::function<std::optional<Price>(std::uint32_t listing)>;
// What one unit of a currency is worth in US dollars; nothing when that is not known.
using Dollars = std::function<std::optional<Price>(std::string_view currency)>;

// By currency.
using Cash = std::map<std::string, Amount, std::less<>>;

struct HoldingFigures {
  std::uint32_t listing = 0;
  Position position = Position::zero();
  std::optional<Price> price;
  Amount value = Amount::zero();  // price times position times multiplier; of a short position below zero
  Amount cost = Amount::zero();  // with commissions
  Amount fees = Amount::zero();  // those in the cost
  Amount realized = Amount::zero();  // today, as everything that is called realized
  bool is_traded = false;  // today

  // Zero while there is no price.
  [[nodiscard]] Amount unrealized() const;
  // The same before commissions, which have been paid: what a future is worth.
  [[nodiscard]] Amount variation() const;
  // What one unit of it cost, multiplier included; zero for no position.
  [[nodiscard]] double average_cost() const;
};

// All that an account has ever held, in the order of the listings.
[[nodiscard]] std::vector<HoldingFigures> holdings_of(std::string_view account, const Books& books,
                                                      const DayStart& day_start, const venue::Universe& universe,
                                                      const Marks& marks);

struct CurrencyFigures {
  std::string currency;
  std::optional<Price> rate;  // units of the base currency for one of this; nothing when not known
  Amount cash = Amount::zero();
  Amount stocks = Amount::zero();
  Amount bonds = Amount::zero();
  Amount options = Amount::zero();
  Amount futures_profit = Amount::zero();
  Amount realized = Amount::zero();
  Amount unrealized = Amount::zero();

  [[nodiscard]] Amount net() const;
};

struct AccountFigures {
  std::vector<CurrencyFigures> currencies;  // in alphabetical order
  CurrencyFigures base;  // their sum in the base currency: what IB calls BASE
  Amount gross = Amount::zero();  // of all positions, without their signs
  Margin margin;  // of now
  Margin overnight;
  Amount futures_margin = Amount::zero();  // initial; the same by day and overnight
  Amount futures_maintenance = Amount::zero();
};

[[nodiscard]] AccountFigures figures_of(const AccountSetup& account, const std::vector<HoldingFigures>& holdings,
                                        const Cash& cash, const venue::Universe& universe, const Marks& marks,
                                        const Dollars& dollars, MarginTime time);

// An amount in another currency. Nothing when one of the two is not known.
[[nodiscard]] std::optional<Amount> converted(Amount amount, std::string_view from, std::string_view to,
                                              const Dollars& dollars);

// Profit of today and in all, in the currency of the contract. What is not known is absent.
struct Profit {
  std::optional<Amount> today, unrealized, realized_today;

  friend bool operator==(const Profit&, const Profit&) = default;
};
[[nodiscard]] Profit profit_of(const HoldingFigures& now, const DayStart::Held& start, Multiplier multiplier);

}  // namespace tradewind::sim::gateway
