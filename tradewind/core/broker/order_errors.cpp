#include "tradewind/core/broker/order_errors.hpp"

#include "tradewind/core/tws/error_catalogue.hpp"

namespace tradewind::broker {

model::OrderErrorKind order_error_kind(std::int32_t code) {
  using Kind = model::OrderErrorKind;
  const tws::ErrorInfo& info = tws::error_info(code);
  switch (info.new_order) {
    case tws::OrderEffect::none:
      return info.cancellation == tws::OrderEffect::refused ? Kind::cancel_refused : Kind::information;
    case tws::OrderEffect::rejected:
      return Kind::rejected;
    case tws::OrderEffect::cancelled:
      return Kind::cancelled;
    case tws::OrderEffect::refused:
    case tws::OrderEffect::ask:
      break;
  }
  return Kind::unknown;
}

}  // namespace tradewind::broker
