#pragma once

#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/gateway/books.hpp"
#include "tradewind/sim/gateway/internal/market_view.hpp"
#include "tradewind/sim/gateway/margin.hpp"
#include "tradewind/sim/gateway/orders.hpp"
#include "tradewind/sim/venue/universe.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {

// A trade that might be: a signed position and the price it is bought or sold at.
struct PossibleTrade {
  std::uint32_t listing = 0;
  Position by = Position::zero();
  Price price = Price::zero();
};

// What an order would do to its account's margin, by the rule of margin.hpp. Working orders do not count. Amounts are in
// the account's base currency; another one counts at the price of its pair where that is listed, else one to one.
class OrderMargin {
 public:
  OrderMargin(const venue::Universe& universe, const Books& books, const std::vector<AccountSetup>& accounts,
              const MarketView& market)
      : universe_{universe}, listings_{universe.listings()}, books_{books}, accounts_{accounts}, market_{market} {}

  [[nodiscard]] MarginPreview preview(const std::string& account, const std::vector<PossibleTrade>& trades,
                                      Amount commission, MarginTime time) const;
  // Whether the account can carry what the preview shows; what needs no more than before can always be done.
  [[nodiscard]] static bool is_enough(const MarginPreview& preview);

 private:
  struct Requirement {
    Margin margin;
    Amount equity = Amount::zero();

    void count(const Requirement& one);
    void discount(const Requirement& one);
  };
  struct Account {
    const std::string& base;
    MarginAccount kind;
    MarginTime time;
  };
  // What is held of one contract, and what trades that might be have cost.
  struct Stake {
    Position position = Position::zero();
    Amount cost = Amount::zero();
    Amount paid = Amount::zero();
  };
  // The sum over an account's cash and holdings, and what it holds for.
  struct Present {
    std::uint64_t market = 0;  // its version
    std::uint64_t books = 0;
    MarginTime time{};
    Requirement all;
  };
  [[nodiscard]] const Requirement& present(const std::string& account_id, const Account& account) const;
  [[nodiscard]] Requirement of_holding(const Books::Holding& holding, std::uint32_t listing,
                                       const Account& account) const;
  [[nodiscard]] Requirement of(const venue::Listing& listing, const Stake& stake, Price price,
                               const Account& account) const;
  [[nodiscard]] Amount converted(Amount amount, std::string_view currency, std::string_view base) const;

  const venue::Universe& universe_;
  const std::vector<venue::Listing>& listings_;
  const Books& books_;
  const std::vector<AccountSetup>& accounts_;
  const MarketView& market_;
  mutable std::map<std::string, Present, std::less<>> present_;  // by account; orders come faster than prices
};

}  // namespace tradewind::sim::gateway
