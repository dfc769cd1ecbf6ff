#pragma once

#include "tradewind/core/base/result.hpp"

#include <cstdint>

namespace tradewind::tws {

// The order ids of one client id. IB wants each new one above every id this client id has ever used; its own idea of the
// next one can fall back, when somebody resets it or a gateway is installed anew. So the mark is the highest of what we
// remember and what the broker says, and no id is given out twice.
class OrderIds {
 public:
  // IB refuses 0 and the largest 32-bit number (10149). `largest` leaves room for request ids above, where they share the
  // number space.
  static constexpr std::int32_t kLargest = INT32_MAX - 1;

  // `mark` is the highest id known to have been used, from wherever it is kept; 0 for none.
  explicit OrderIds(std::int32_t mark = 0, std::int32_t largest = kLargest) : mark_{mark}, largest_{largest} {}

  // A number never used. `out_of_range` when there is none left: the operator has to reset the ids in the gateway's
  // settings, and what we remember.
  [[nodiscard]] Result<std::int32_t> next();
  // The same without giving it out; `seen` does.
  [[nodiscard]] Result<std::int32_t> upcoming() const;
  // nextValidId: everything below it may be used.
  void raise(std::int32_t next_valid_id);
  // An order with this id exists. Ids that are none (0 of orders by hand, negative ones of bound orders) say nothing.
  void seen(std::int32_t order_id);

  // The highest id used so far; to be remembered.
  [[nodiscard]] std::int32_t mark() const { return mark_; }

 private:
  std::int32_t mark_;
  std::int32_t largest_;
};

}  // namespace tradewind::tws
