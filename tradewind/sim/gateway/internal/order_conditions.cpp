#include "tradewind/sim/gateway/internal/order_conditions.hpp"

#include "tradewind/sim/gateway/internal/algos.hpp"

#include <algorithm>
#include <optional>

namespace tradewind::sim::gateway {
namespace {

template <class T>
bool compares(const T& value, const T& limit, bool is_more) {
  return is_more ? value >= limit : value <= limit;
}

bool is_met(const tws::OrderCondition& condition, const GatewayOrder& order, Timestamp now,
            const ConditionFacts& facts) {
  const auto listing = facts.universe.by_con_id(condition.con_id);
  const MarketView::Line* line = listing ? &facts.market[*listing] : nullptr;
  switch (condition.type) {
    case 1: {
      const auto mark = line == nullptr ? std::nullopt : line->mark();
      return mark && compares(*mark, condition.price.value_or(Price::zero()), condition.is_more);
    }
    case 3: {
      const auto time = order_time(condition.time, order.accepted, facts.zone);
      return time && compares(now, *time, condition.is_more);
    }
    case 4: {
      const MarginPreview margin = facts.margin.preview(order.account, {}, Amount::zero(), facts.margin_time);
      if (margin.equity_before <= Amount::zero()) return !condition.is_more;
      const Amount cushion = subtract(margin.equity_before, margin.maint_before).value_or(Amount::zero());
      const Amount limit =
          proportion(margin.equity_before, condition.percent.value_or(0), 100).value_or(Amount::zero());
      return compares(cushion, limit, condition.is_more);
    }
    case 5:
      return std::ranges::any_of(facts.executions, [&](const GatewayExecution& execution) {
        const venue::Listing& traded = facts.universe.listings()[execution.listing];
        return execution.time >= order.accepted && traded.symbol == condition.symbol &&
               (condition.sec_type.empty() || traded.security_type == condition.sec_type);
      });
    case 6:
      return line != nullptr && compares(line->volume, Quantity::of(condition.volume.value_or(0)), condition.is_more);
    case 7: {
      if (line == nullptr || !line->first || !line->last || line->first->is_zero()) return false;
      const auto change = static_cast<double>(line->last->price.raw() - line->first->raw());
      return compares(100 * change / static_cast<double>(line->first->raw()), condition.change_percent.value_or(0),
                      condition.is_more);
    }
    default:
      return false;
  }
}

}  // namespace

bool conditions_met(const GatewayOrder& order, Timestamp now, const ConditionFacts& facts) {
  bool met = true;
  bool joins_by_and = true;
  for (const tws::OrderCondition& condition : order.request->order.conditions) {
    const bool this_one = is_met(condition, order, now, facts);
    met = joins_by_and ? met && this_one : met || this_one;
    joins_by_and = condition.conjunction;
  }
  return met;
}

}  // namespace tradewind::sim::gateway
