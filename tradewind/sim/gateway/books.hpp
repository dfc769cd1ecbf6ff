#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// The gateway's own books, kept apart from everything a client believes: the oracle for the client's. Every account has
// its trades, in the order in which they happened, cash by currency and holdings by contract; a trade that is corrected
// or busted is as if it had been so from the beginning.
//
// What is paid in full (stocks, options) moves its value in cash. A future moves no cash but its profit, when that is
// realised. A currency pair moves two currencies and leaves no holding.
class Books {
 public:
  static constexpr std::size_t kTradesKept = 100'000;

  struct Holding {
    Position position = Position::zero();
    Amount cost = Amount::zero();  // signed, with the multiplier: what the position was traded for
    Amount fees = Amount::zero();  // commissions of what is held
    Amount realized = Amount::zero();  // after the commissions of both sides
    std::uint64_t trades = 0;
  };
  using Cash = std::map<std::string, Amount, std::less<>>;

  void open_account(const std::string& account, Amount cash, const std::string& currency = "USD");
  // A position from before the start, of an open account. Its cost is signed as the position; the cash is what is left after
  // it.
  void open_position(const std::string& account, std::int32_t con_id, Position position, Amount cost);
  // The account opened first: where orders without one go.
  [[nodiscard]] const std::string& first_account() const { return first_; }
  [[nodiscard]] bool has_account(std::string_view account) const { return accounts_.contains(account); }
  [[nodiscard]] std::size_t account_count() const { return accounts_.size(); }

  struct Trade {
    Side side = Side::buy;
    Quantity quantity = Quantity::zero();
    Price price = Price::zero();
    Amount commission = Amount::zero();
  };
  // The profit a trade realised, after the commissions of both sides: what IB reports beside the commission.
  struct Outcome {
    Amount realized = Amount::zero();
    bool closes = false;  // false: it closed nothing
    std::size_t number = 0;  // of the trade, within its account
  };
  Outcome book(const std::string& account, const venue::Listing& listing, const Trade& trade);
  // The trade was another one after all; of zero quantity, none. It is one of the last kTradesKept of its account: what is
  // older is for good.
  Outcome revise(const std::string& account, std::size_t number, Quantity quantity, Price price, Amount commission);
  // Money that comes or goes without a trade: deposits, dividends, interest.
  void pay(const std::string& account, const std::string& currency, Amount amount);
  // Makes the books wrong on purpose, for tests of those who compare with them.
  void tamper(const std::string& account, std::int32_t con_id, Position by);

  // In the currency the account was opened in.
  [[nodiscard]] Amount cash(std::string_view account) const;
  [[nodiscard]] const Cash& cash_by_currency(std::string_view account) const;
  [[nodiscard]] const std::string& base_currency(std::string_view account) const;
  [[nodiscard]] const std::map<std::int32_t, Holding>& holdings(std::string_view account) const;
  [[nodiscard]] Position position(std::string_view account, std::int32_t con_id) const;
  // Another one whenever anything in the books is.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  // What of a listing matters here.
  struct Contract {
    std::int32_t con_id = 0;
    bool is_future = false;
    bool is_pair = false;
    std::string symbol;
    std::string currency;
    std::string commission_currency;
    Multiplier multiplier = Multiplier::of(1);
  };
  struct Booked : Trade {
    const Contract* contract = nullptr;
  };
  struct Account {
    std::string base;
    Cash opening;  // with what was paid since, and what is for good
    std::map<std::int32_t, Holding> opening_holdings;
    std::size_t settled = 0;  // trades that are for good
    Cash cash;
    std::map<std::int32_t, Holding> holdings;
    std::vector<Booked> trades;
    std::vector<std::pair<std::int32_t, Position>> tampered;
  };
  [[nodiscard]] const Contract& contract_of(const venue::Listing& listing);
  static Outcome apply(Account& account, const Booked& trade);
  static void settle(Account& account, std::size_t count);

  std::map<std::int32_t, Contract> contracts_;  // what has been traded; addresses stay valid
  std::map<std::string, Account, std::less<>> accounts_;
  std::string first_;
  std::uint64_t version_ = 0;
};

}  // namespace tradewind::sim::gateway
