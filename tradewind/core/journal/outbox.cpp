#include "tradewind/core/journal/outbox.hpp"

#include "tradewind/core/base/check.hpp"

namespace tradewind::journal {

void Outbox::park(model::Seq intent, const model::ApprovedOrder& order, MonoTime now) {
  TW_CHECK(parked_.empty() || parked_.back().intent < intent);
  parked_.push_back({intent, order, now});
}

void Outbox::acknowledge(model::Seq durable_upto, MonoTime now, std::vector<Released>& released) {
  auto next = parked_.begin();
  for (; next != parked_.end() && next->intent <= durable_upto; ++next) {
    const Duration waited = now - next->since;
    if (waited > limit_) {
      released.push_back(LateOrder{next->order.intent(), waited});
    } else {
      released.push_back(model::DurableOrder{next->order});
    }
  }
  parked_.erase(parked_.begin(), next);
}

}  // namespace tradewind::journal
