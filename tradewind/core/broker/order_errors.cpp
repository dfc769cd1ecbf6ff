#include "tradewind/core/broker/order_errors.hpp"

#include <algorithm>
#include <array>

namespace tradewind::broker {
namespace {

using Kind = model::OrderErrorKind;

struct Row {
  std::int32_t code;
  Kind kind;
};

// Ascending by code. A duplicate order id (103) says nothing about the order that has the id, and an order that a cancel
// does not find (10147, 135) may live under another client: both stay unknown.
constexpr auto kTable = std::to_array<Row>({
    {110, Kind::rejected},  // price does not conform to the minimum variation
    {136, Kind::cancel_refused},  // this order cannot be cancelled
    {161, Kind::cancel_refused},  // cancel attempted in a state that does not allow it
    {200, Kind::rejected},  // no security definition
    {201, Kind::rejected},  // order rejected, reason in the text
    {202, Kind::cancelled},  // order cancelled, reason in the text
    {203, Kind::rejected},  // security not available or allowed for this account
    {320, Kind::rejected},  // the gateway could not read the order
    {321, Kind::rejected},  // the gateway did not accept the order's values
    {387, Kind::rejected},  // unsupported order type for this exchange and security
    {388, Kind::rejected},  // order size below the minimum
    {399, Kind::information},  // order message, for instance "will not be placed until the open"
    {404, Kind::information},  // shares held while located
    {434, Kind::rejected},  // order size cannot be zero
    {435, Kind::rejected},  // account must be specified
    {460, Kind::rejected},  // no trading permission
    {461, Kind::rejected},  // no trading permission for this sector
    {2109, Kind::information},  // outsideRth ignored
    {2137, Kind::information},  // cross-side warning
    {10052, Kind::rejected},  // invalid time in force
    {10148, Kind::cancel_refused},  // order cannot be cancelled in its state
    {10243, Kind::rejected},  // fractional size not allowed through the API
    {10250, Kind::rejected},  // size does not conform to the size rule
    {10268, Kind::rejected},  // eTradeOnly not supported
    {10269, Kind::rejected},  // firmQuoteOnly not supported
    {10270, Kind::rejected},  // nbboPriceCap not supported
    {10311, Kind::information},  // direct routing may cost more
    {10349, Kind::information},  // time in force set by the preset
});
static_assert(std::ranges::is_sorted(kTable, {}, &Row::code));

}  // namespace

Kind order_error_kind(std::int32_t code) {
  const auto found = std::ranges::lower_bound(kTable, code, {}, &Row::code);
  return found != kTable.end() && found->code == code ? found->kind : Kind::unknown;
}

}  // namespace tradewind::broker
