// Only the risk gate makes an approved order, only the outbox a durable one: an order that was not judged, or is not on
// the disk, cannot be written down, and so not sent.
#include "tradewind/core/model/effect.hpp"
#include "tradewind/core/model/order.hpp"

namespace tradewind::risk {

// In the name of the real gate, which is not linked here: what a friend may do compiles.
class Gate {
 public:
  static model::ApprovedOrder approve(const model::OrderIntent& intent) { return model::ApprovedOrder{intent}; }
};

}  // namespace tradewind::risk

namespace tradewind::journal {

class Outbox {
 public:
  static model::DurableOrder committed(const model::ApprovedOrder& approved) { return model::DurableOrder{approved}; }
};

}  // namespace tradewind::journal

namespace tradewind::model {

PlaceOrder orders(const OrderIntent& intent) {
  const ApprovedOrder approved = risk::Gate::approve(intent);
  const DurableOrder durable = journal::Outbox::committed(approved);
#if TW_MUST_NOT_COMPILE == 1
  [[maybe_unused]] const ApprovedOrder forged{intent};
#elif TW_MUST_NOT_COMPILE == 2
  [[maybe_unused]] const DurableOrder hasty{approved};
#elif TW_MUST_NOT_COMPILE == 3
  [[maybe_unused]] const ApprovedOrder empty;
#elif TW_MUST_NOT_COMPILE == 4
  [[maybe_unused]] const DurableOrder empty;
#elif TW_MUST_NOT_COMPILE == 5
  return PlaceOrder{approved};
#elif TW_MUST_NOT_COMPILE == 6
  return PlaceOrder{intent};
#elif TW_MUST_NOT_COMPILE == 7
  ApprovedOrder changed = approved;
  changed.intent().request.quantity = Quantity::of(1'000'000);
#endif
  return PlaceOrder{durable};
}

}  // namespace tradewind::model
