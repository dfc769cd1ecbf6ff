#pragma once

#include "tradewind/core/base/numbers.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tradewind::sim::gateway {

// The gateway's own books, kept apart from everything a client believes: the oracle for the client's. One currency, as
// every listing of the simulated market trades in it.
class Books {
 public:
  struct Holding {
    Position position = Position::zero();
    Amount cost = Amount::zero();
    Amount realized = Amount::zero();
    std::uint64_t trades = 0;
  };

  void open_account(const std::string& account, Amount cash);
  // A position from before the start. Its cost is signed as the position; the cash is what is left after it.
  void open_position(const std::string& account, std::int32_t con_id, Position position, Amount cost);
  // The account opened first: where orders without one go.
  [[nodiscard]] const std::string& first_account() const { return first_; }
  [[nodiscard]] bool has_account(std::string_view account) const { return accounts_.contains(account); }

  // Books a fill; returns the profit it realised, which is what IB reports beside the commission. False in `opens` means
  // that the trade closed something.
  struct Outcome {
    Amount realized = Amount::zero();
    bool closes = false;
  };
  Outcome book(const std::string& account, std::int32_t con_id, Side side, Quantity quantity, Price price,
               Amount commission);
  // Makes the books wrong on purpose, for tests of those who compare with them.
  void tamper(const std::string& account, std::int32_t con_id, Position by);

  [[nodiscard]] Amount cash(std::string_view account) const;
  [[nodiscard]] const std::map<std::int32_t, Holding>& holdings(std::string_view account) const;

 private:
  struct Account {
    Amount cash = Amount::zero();
    std::map<std::int32_t, Holding> holdings;
  };
  std::map<std::string, Account, std::less<>> accounts_;
  std::string first_;
};

}  // namespace tradewind::sim::gateway
