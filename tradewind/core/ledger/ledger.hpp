#pragma once

#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/model/execution.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/instrument.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::ledger {

// What one owner (a strategy, or nobody: the external book) holds in one contract of one account.
struct Holding {
  model::ContractRef contract;
  Position position = Position::zero();
  Amount cost = Amount::zero();          // paid for what is held; negative for a short position
  Amount realized = Amount::zero();      // profit of what was closed, fees apart
  std::uint64_t fills = 0;

  friend bool operator==(const Holding&, const Holding&) = default;
};

enum class Booking : std::uint8_t {
  booked,     // a new fill
  corrected,  // a later revision replaced an earlier one
  duplicate,  // already booked, or older than what is booked: nothing changed
};

// Where an execution lies in its order: each covers the part of it that ends at the broker's cumulative quantity.
enum class Place : std::uint8_t {
  fits,   // the next part, or one that was missing; also when the broker does not count
  ahead,  // a part before it is missing
  taken,  // another execution has this part already: the same fill told twice, or the broker has counted anew
};

// Positions and cash out of executions and commission reports, and of nothing else. An execution is booked once, however
// often and from whatever source it comes: its identity is the stem of its execId, and of several revisions the highest
// counts, in whatever order they arrive. A commission that comes before its execution waits for it, and one whose
// execution never comes (another account's, say) counts nowhere.
//
// Positions are summed by owner; all owners together are the account. Average cost; closing realises in proportion.
class Ledger {
 public:
  // The books before our first fill: what the account held already, attributed to the external owner.
  [[nodiscard]] Result<void> open(const model::AccountId& account, const model::ContractRef& contract,
                                  Position position);
  [[nodiscard]] Result<void> open(const Money& cash);

  // `owner` is empty for a fill of nobody's order. Out of range: the books would not hold it; nothing is booked.
  [[nodiscard]] Result<Booking> book(const model::Execution& execution, const model::StrategyName& owner);
  // Of an execution before it is booked. One that is known, or corrects one that is, fits.
  [[nodiscard]] Place place(const model::Execution& execution) const;
  // What the broker has counted of an order beyond the executions that are booked.
  [[nodiscard]] Quantity missing(const model::OrderRef& order) const;
  // A second report for the same execution replaces the first.
  [[nodiscard]] Result<Booking> book(const model::Commission& commission);

  // --- Queries ---
  [[nodiscard]] Position position(const model::AccountId& account, model::ConId contract) const;
  [[nodiscard]] Position position(const model::StrategyName& owner, model::ConId contract) const;
  // Quantity filled so far of an order of ours.
  [[nodiscard]] Quantity filled(const model::OrderRef& order) const;
  // Opening balance, trades and commissions, per currency.
  [[nodiscard]] std::optional<Amount> cash(const Currency& currency) const;
  [[nodiscard]] const std::map<Currency, Amount>& cash() const { return cash_; }
  [[nodiscard]] Amount commissions(const Currency& currency) const;
  [[nodiscard]] std::uint64_t fill_count() const { return executions_.size(); }
  // Fills whose commission report has not come yet.
  [[nodiscard]] std::uint64_t missing_commissions() const { return missing_commissions_; }

  struct Key {
    model::ConId contract{
        0};  // first: what is asked for is a contract's position, over all owners or over all accounts
    model::AccountId account;
    model::StrategyName owner;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  [[nodiscard]] const std::map<Key, Holding>& holdings() const { return holdings_; }
  // Contracts of the account with their positions over all owners, zero ones included.
  [[nodiscard]] std::map<model::ConId, std::pair<model::ContractRef, Position>> positions(
      const model::AccountId& account) const;

 private:
  struct Fill {
    model::Execution execution;
    model::StrategyName owner;
  };

  [[nodiscard]] Amount balance(const Currency& currency) const;
  [[nodiscard]] static Result<Holding> with_fill(const Holding& holding, const model::Execution& execution);
  // The holding recomputed from its opening and every fill, in order of arrival; used when a fill is corrected.
  [[nodiscard]] Result<Holding> rebuilt(const Key& key, std::string_view replaced_stem,
                                        const model::Execution& replacement) const;

  std::map<std::string, Fill, std::less<>> executions_;  // by stem
  std::vector<std::string> arrival_;  // stems in the order booked
  std::map<std::string, model::Commission, std::less<>> commissions_;  // by stem
  std::map<Key, Holding> openings_;
  std::map<Key, Holding> holdings_;
  std::map<model::OrderRef, Quantity> filled_;
  std::map<model::OrderRef, std::vector<std::string>> stems_;  // of each order's executions
  std::map<Currency, Amount> cash_;
  std::uint64_t missing_commissions_ = 0;
};

}  // namespace tradewind::ledger
