#include "tradewind/core/tws/order_ids.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::tws {

Result<std::int32_t> OrderIds::upcoming() const {
  if (mark_ >= largest_) {
    return fail(
        Errc::out_of_range,
        fmt::format("the order ids up to {} are used up: with no order working, reset them in the API settings of "
                    "TWS or IB Gateway",
                    largest_));
  }
  return mark_ + 1;
}

Result<std::int32_t> OrderIds::next() {
  auto id = upcoming();
  if (id.has_value()) mark_ = *id;
  return id;
}

void OrderIds::raise(std::int32_t next_valid_id) {
  if (next_valid_id > 0) mark_ = std::max(mark_, next_valid_id - 1);
}

void OrderIds::seen(std::int32_t order_id) { mark_ = std::max(mark_, order_id); }

}  // namespace tradewind::tws
