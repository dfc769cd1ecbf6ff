#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/model/order.hpp"
#include "tradewind/core/risk/limits.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::risk {

// Why an order may not go out: the rule and the numbers, "PTR-02 ORDER_VALUE", "value=150000 limit=100000".
struct Reason {
  std::string rule;
  std::string detail;

  friend bool operator==(const Reason&, const Reason&) = default;
};

// What the rules need to know beside the order. Worst case throughout: an order that may still fill counts as if it will.
struct Circumstances {
  std::optional<std::string> closed;  // why no new risk may be taken at all; empty when it may
  Position position = Position::zero();  // of the account in this instrument
  Quantity working_buy = Quantity::zero();  // unfilled part of every order that is not final
  Quantity working_sell = Quantity::zero();
  std::optional<Price> reference;  // what the instrument is worth now; without it nothing is approved
};

// The pre-trade rules. The only maker of an ApprovedOrder: skipping the gate does not compile.
// Every rule is evaluated and every reason reported; a missing input denies.
class Gate {
 public:
  explicit Gate(const Limits& limits) : limits_{limits} {}

  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] std::expected<model::ApprovedOrder, std::vector<Reason>> check(const model::OrderIntent& intent,
                                                                               const Circumstances& now) const;

 private:
  Limits limits_;
};

// GATE-3 as far as simulated and paper trading need it: every managed account must be of the demo pattern (first letter
// D, then letters and digits). Returns why not; empty when all are.
[[nodiscard]] std::optional<std::string> refuse_real_accounts(const std::vector<model::AccountId>& accounts);

}  // namespace tradewind::risk
