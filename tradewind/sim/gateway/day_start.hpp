#pragma once

#include "tradewind/sim/gateway/accounts.hpp"
#include "tradewind/sim/gateway/books.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::sim::gateway {

// What was held of each contract when its day began, and at which price: today's profit is measured against it. A
// contract's day begins with its first event on a new local date.
class DayStart {
 public:
  struct Held {
    Books::Holding holding;
    std::optional<Price> price;  // the close of the day before; without one, the first price of the day
  };

  // A new day of one contract. `close` is the last price of the day before.
  void begin(std::int32_t con_id, std::optional<Price> close, const std::vector<AccountSetup>& accounts,
             const Books& books);
  // A price of today: counts where there was no close.
  void on_price(std::int32_t con_id, std::optional<Price> price);

  [[nodiscard]] Held held(std::string_view account, std::int32_t con_id) const;

 private:
  struct Contract {
    std::optional<Price> price;
    std::map<std::string, Books::Holding, std::less<>> holdings;  // by account
  };
  std::map<std::int32_t, Contract> contracts_;
};

}  // namespace tradewind::sim::gateway
