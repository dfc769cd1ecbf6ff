#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/order.hpp"

#include <chrono>
#include <cstddef>
#include <variant>
#include <vector>

namespace tradewind::journal {

// An order whose intent became durable too late: it must not be sent any more.
struct LateOrder {
  model::OrderIntent intent;
  Duration waited{};
};
using Released = std::variant<model::DurableOrder, LateOrder>;

// Where approved orders wait until their intent is on the disk. The only maker of a DurableOrder.
class Outbox {
 public:
  static constexpr Duration kLimit = std::chrono::milliseconds{500};

  explicit Outbox(Duration limit = kLimit) : limit_{limit} {}

  // `intent` is the number of the order's Intent record; numbers ascend.
  void park(model::Seq intent, const model::ApprovedOrder& order, MonoTime now);
  // Every record up to `durable_upto` is on the disk. Appends to `released`, in the order they were parked, the orders
  // this lets go; those that waited longer than the limit come back as late.
  void acknowledge(model::Seq durable_upto, MonoTime now, std::vector<Released>& released);

  [[nodiscard]] std::size_t size() const { return parked_.size(); }
  [[nodiscard]] bool empty() const { return parked_.empty(); }

 private:
  struct Parked {
    model::Seq intent;
    model::ApprovedOrder order;
    MonoTime since;
  };
  Duration limit_;
  std::vector<Parked> parked_;
};

}  // namespace tradewind::journal
